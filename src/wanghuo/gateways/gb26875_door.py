"""The whole gateway for GB/T 26875.3 of one process: TCP and UDP on one port, and what they share.

compose builds it, opens it and closes it; nothing in it is global.
"""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import structlog

from wanghuo.clock import Clock
from wanghuo.engines.ending import end
from wanghuo.engines.postgres import DOWN, Database, SqlError
from wanghuo.gateways import store
from wanghuo.gateways.admission import Admission
from wanghuo.gateways.commands import Dialogue
from wanghuo.gateways.presence import Presence
from wanghuo.gateways.switchboard import Switchboard
from wanghuo.gateways.tcp import CONNECTIONS_MAX, TcpGateway
from wanghuo.gateways.udp import UdpGateway
from wanghuo.gateways.wheel import SILENT_LIMIT_S, STRANGE_LIMIT_S, Wheel
from wanghuo.protocols.gb26875_vendor import Profile
from wanghuo.signals.model import PromptIntake

FOLLOW_PERIOD_S: Final = 2.0
KEEP_UP_PAUSE_S: Final = 0.5
PORT_TRIES: Final = 50

_log = structlog.get_logger("gateways.gb26875")


def free_port(host: str) -> int:
    """A port that TCP and UDP both have free; telephones hold many of UDP's. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for _try in range(PORT_TRIES):
        with (
            socket.socket(family, socket.SOCK_STREAM) as tcp,
            socket.socket(family, socket.SOCK_DGRAM) as udp,
            contextlib.suppress(OSError),
        ):
            tcp.bind((host, 0))
            port = int(tcp.getsockname()[1])
            udp.bind((host, port))
            return port
    raise OSError(f"no port of {host} is free for TCP and UDP")


class Gb26875Door:
    """database: role wanghuo_gateway; it may be down now and later. dsn: the same, for NOTIFY.

    profiles: of gb26875_vendor.profiles(policy/vendors.toml). name: of this process, e.g.
    "gateway-1"; two processes of one house have two names.
    """

    def __init__(  # noqa: PLR0913 - what compose hands in, by name
        self,
        *,
        intake: PromptIntake,
        database: Database,
        dsn: str,
        profiles: Mapping[str, Profile],
        clock: Clock,
        name: str = "gateway-1",
        connections_max: int = CONNECTIONS_MAX,
        silent_limit_s: float = SILENT_LIMIT_S,
        strange_limit_s: float = STRANGE_LIMIT_S,
    ) -> None:
        self._database = database
        self._clock = clock
        self._admission = Admission(database, profiles, clock)
        self._dialogue = Dialogue(database, dsn, clock)
        self._presence = Presence(database, clock, name)
        self.board = Switchboard(intake, self._admission, self._dialogue, self._presence, clock)
        self._dialogue.board = self.board
        self._wheel = Wheel(
            self.board, silent_limit_s=silent_limit_s, strange_limit_s=strange_limit_s
        )
        self.tcp = TcpGateway(self.board, connections_max=connections_max)
        self.udp = UdpGateway(self.board)
        self._tasks: list[asyncio.Task[Any]] = []

    async def open(self, host: str, port: int, *, reuse_port: bool = False) -> None:
        """Listen on TCP and UDP `port` (0: any free one)."""
        works = (
            self._admission.answer,
            self._admission.refresh,
            self._dialogue.send_queued,
            self._dialogue.expire,
            self._presence.run,
            self._wheel.run,
            self._follow_fires,
        )
        self._tasks = [asyncio.create_task(self._keep_up(work)) for work in works]
        await self.tcp.start(host, port or free_port(host), reuse_port=reuse_port)
        await self.udp.start(host, self.tcp.port, reuse_port=reuse_port)
        _log.info("listening", host=host, port=self.tcp.port)

    @property
    def port(self) -> int:
        """The port of both."""
        return self.tcp.port

    async def close(self) -> None:
        """Take nothing new, answer what is under way, hang up."""
        await self.tcp.stop()
        await self.udp.stop()
        await end(*self._tasks)
        await self._presence.end()

    async def _keep_up(self, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` for ever: one unforeseen error must not make the gateway deaf."""
        while True:
            try:
                await work()
            except Exception:  # noqa: BLE001 - logged whole, counted, begun again
                _log.exception("unexpected")
                self.board.count("unexpected")
                await self._clock.sleep(KEEP_UP_PAUSE_S)

    async def _follow_fires(self) -> None:
        """Know whose normal states matter, also after a restart and from other gateways."""
        seq = 0
        while True:
            try:
                async with self._database.connection() as connection:
                    seq, senders = await store.senders_of_fires(connection, seq)
            except (*DOWN, SqlError) as error:
                _log.info("fires_not_followed", why=repr(error))
            else:
                for sender in senders:
                    self.board.remember_alarm(sender)
            await self._clock.sleep(FOLLOW_PERIOD_S)
