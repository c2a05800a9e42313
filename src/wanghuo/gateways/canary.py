"""The synthetic fire: every minute a test transmitter dials in and reports smoke at the test place.

It travels the whole chain (socket, fire log, judge, notices) to test parties only; the judge puts
it out again by itself. A missed one is counted, logged and shown by `wanghuo doctor` and the desk.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec
import structlog

from wanghuo.clock import Clock
from wanghuo.engines.telemetry import CANARY_MISSED
from wanghuo.protocols.gb26875_frame import Command, Frame, decode, encode, tag_of
from wanghuo.protocols.gb26875_objects import ComponentStatus, encode_body, note_of

CENTRE = bytes.fromhex("385b01000000")
FIRE_STATUS = 0x0002
CONFIRM_WITHIN_S = 5.0
SERIALS = 1 << 16

_log = structlog.get_logger("gateways.canary")


class Canary:
    """Dials the gateway like any transmitter.

    sender: `gb26875:` and 12 hex digits; point: `SYSTYPE.SYSADDR.COMPTYPE.COMPADDR` as in the
    register. period_s: 0 switches it off. placed: whether the test place is registered; until then
    it is silent, for nobody's fire would be everybody's.
    """

    def __init__(  # noqa: PLR0913 - where, who and when, nothing else
        self,
        host: str,
        port: int,
        *,
        sender: str,
        point: str,
        period_s: float,
        clock: Clock,
        placed: Callable[[], Awaitable[bool]],
    ) -> None:
        self._where = (host, port)
        self._source = bytes.fromhex(sender.partition(":")[2])
        system_type, system_address, component_type, address = point.split(".")
        self._object = ComponentStatus(
            system_type=int(system_type),
            system_address=int(system_address),
            component_type=int(component_type),
            component_address=bytes.fromhex(address),
            status=FIRE_STATUS,
            note=note_of("合成火情"),
        )
        self._period_s = period_s
        self._clock = clock
        self._placed = placed
        self._is_placed = False
        self._serial = 0

    async def run(self) -> None:
        """Report a synthetic fire every period, for ever."""
        while self._period_s > 0:
            await self._clock.sleep(self._period_s)
            self._is_placed = self._is_placed or await self._placed()
            if self._is_placed and not await self.sing():
                CANARY_MISSED.inc()
                _log.error("synthetic_fire_not_confirmed", within_s=CONFIRM_WITHIN_S)

    async def sing(self) -> bool:
        """Report one synthetic fire; whether the gateway confirmed it in time."""
        try:
            async with asyncio.timeout(CONFIRM_WITHIN_S):
                reader, writer = await asyncio.open_connection(*self._where)
                try:
                    writer.write(self._packet(self._clock.now_utc()))
                    answer = await reader.readexactly(30)
                finally:
                    writer.close()
                    with contextlib.suppress(OSError):
                        await writer.wait_closed()
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            _log.warning("synthetic_fire_failed", why=repr(error))
            return False
        found = decode(answer)
        return found is not None and found[0].command == Command.CONFIRM

    def _packet(self, now: datetime) -> bytes:
        self._serial = (self._serial + 1) % SERIALS
        tag = tag_of(now)
        said = msgspec.structs.replace(self._object, tag=tag)
        frame = Frame(
            serial=self._serial,
            source=self._source,
            target=CENTRE,
            command=Command.SEND,
            body=encode_body((said,)),
            tag=tag,
        )
        return encode(frame)
