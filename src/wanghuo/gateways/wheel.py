"""One clockwork for all sessions of a gateway: no timer and no task per connection.

Every quarter of a second it looks at those that something is due for: unfinished packets (6.5.4:
10 s), full lanes, slow readers, ended links, commands to resend; and at a slice of all sessions
for silence and for the daily clock setting. What it costs does not grow with idle connections.
"""

from itertools import islice
from typing import TYPE_CHECKING, Final

from wanghuo.gateways.session import INCOMPLETE_LIMIT_S, PENALTY
from wanghuo.gateways.switchboard import Switchboard
from wanghuo.gateways.transmitter import CLOCK_SYNC_PERIOD_S, Transmitter

if TYPE_CHECKING:
    from collections.abc import Iterator

PERIOD_S: Final = 0.25
RESCUE_AFTER_S: Final = 1.0
SLOW_LIMIT_S: Final = 30.0
ENDING_LIMIT_S: Final = 12.0
SLICE: Final = 2000  # sessions a turn
SILENT_LIMIT_S: Final = 3 * 3600.0  # the code asks for a sign of life every 2 h
STRANGE_LIMIT_S: Final = 600.0  # a connection that never said who it is


class Wheel:
    """Turns for ever; `turn` once is what a test needs."""

    def __init__(
        self,
        board: Switchboard,
        *,
        silent_limit_s: float = SILENT_LIMIT_S,
        strange_limit_s: float = STRANGE_LIMIT_S,
    ) -> None:
        self._board = board
        self._silent_limit_s = silent_limit_s
        self._strange_limit_s = strange_limit_s
        self._round: Iterator[Transmitter] = iter(())

    async def run(self) -> None:
        """End it by cancelling."""
        while True:
            await self._board.clock.sleep(PERIOD_S)
            self.turn()

    def turn(self) -> None:
        """Look once at everybody something may be due for."""
        board = self._board
        now_s = board.tick_s = board.clock.monotonic_s()
        self._unfinished(now_s)
        for session in [s for s in islice(board.choked, SLICE) if not s.closed]:
            session.read_once()
        for session in list(board.penalised):
            del board.penalised[session]
            session.bad_left = 1
            session.release(PENALTY)
        for waiting, limit_s in ((board.slow, SLOW_LIMIT_S), (board.ending, ENDING_LIMIT_S)):
            for session in [s for s, since in waiting.items() if now_s - since > limit_s]:
                board.count("slow_reader" if waiting is board.slow else "ended")
                session.hang_up()
        board.dialogue.turn(now_s)
        self._some_sessions(now_s)

    def _unfinished(self, now_s: float) -> None:
        """Packets that began a while ago; the oldest stand first."""
        due = []
        for session, since in self._board.partial.items():
            waited_s = now_s - since
            if waited_s < RESCUE_AFTER_S:
                break
            if waited_s < RESCUE_AFTER_S + 2 * PERIOD_S or waited_s >= INCOMPLETE_LIMIT_S:
                due.append((session, waited_s))
        for session, waited_s in due:
            session.overdue(waited_s)

    def _some_sessions(self, now_s: float) -> None:
        """The next slice of all sessions: who is silent, whose clock is due."""
        board = self._board
        some = list(islice(self._round, SLICE))
        if len(some) < SLICE:
            self._round = iter(list(board.sessions))
        for session in some:
            if session.closed:
                continue
            limit_s = self._silent_limit_s if session.admitted else self._strange_limit_s
            if now_s - session.seen_s > limit_s:
                board.count("silent")
                session.hang_up()
            elif now_s >= session.sync_due_s:
                session.sync_due_s = now_s + CLOCK_SYNC_PERIOD_S
                if session.admitted:
                    board.dialogue.set_clock(session)
