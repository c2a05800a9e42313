"""The SIP door for alarms by GB/T 28181 over UDP: REGISTER, and MESSAGE with its two answers.

Rule 1. 200 OK leaves when the fire is durable; then our own MESSAGE says that it was taken. A
        sender that hears nothing sends again, and the same bytes are the same entry.
Rule 2. Only ids of registered cameras are heard; others are refused and kept for a person.
Rule 3. A REGISTER proves the password if one is set. A MESSAGE of a registered id is heard without:
        cameras do not register again after our restart, and a fire must not wait for it.
"""

import asyncio
from typing import Final

import structlog

from wanghuo.clock import Clock
from wanghuo.engines.postgres import DOWN, Database, SqlError
from wanghuo.engines.telemetry import PEER_ERRORS
from wanghuo.errors import Unavailable
from wanghuo.gateways.lookouts import Lookouts
from wanghuo.identity import derived, new_secret
from wanghuo.premises import store as premises
from wanghuo.principal import ALL_TOWNS
from wanghuo.protocols import gb28181
from wanghuo.protocols.gb28181 import Alarm, Request, SipError
from wanghuo.protocols.lookout import Detection
from wanghuo.settings import Gb28181Settings
from wanghuo.signals.model import Intake

DOOR: Final = "gb28181"
UNDER_WAY_MAX: Final = 256  # datagrams worked on; more are dropped and sent again
NONCE_S: Final = 300
REGISTER_EXPIRES_S: Final = 3600
PATIENCE_S: Final = 1.0
Peer = tuple[str, int]

_log = structlog.get_logger("gateways.gb28181")


class Gb28181Door(asyncio.DatagramProtocol):
    """One UDP socket."""

    def __init__(
        self,
        lookouts: Lookouts,
        intake: Intake,
        database: Database,
        clock: Clock,
        settings: Gb28181Settings,
    ) -> None:
        self._lookouts = lookouts
        self._intake = intake
        self._database = database
        self._clock = clock
        self._settings = settings
        self._secret = new_secret()
        self._transport: asyncio.DatagramTransport | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    async def open(self, host: str, port: int, *, reuse_port: bool = False) -> int:
        """Listen; the port."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=(host, port), reuse_port=reuse_port or None
        )
        self._transport = transport
        return int(transport.get_extra_info("sockname")[1])

    async def close(self) -> None:
        """Finish what is under way and hang up."""
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        """One datagram is worked on beside the others."""
        if len(self._under_way) >= UNDER_WAY_MAX:
            PEER_ERRORS.labels(DOOR, "too_many").inc()
            return
        task = asyncio.ensure_future(self._hear(data, (str(addr[0]), int(addr[1]))))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def error_received(self, exc: Exception) -> None:
        """A peer is gone: it will ask again."""
        _log.debug("datagram_not_delivered", why=repr(exc))

    async def _hear(self, data: bytes, peer: Peer) -> None:
        try:
            request = gb28181.read(data)
            if request is not None:
                await self._answer(request, data, peer)
        except SipError as error:
            PEER_ERRORS.labels(DOOR, error.reason).inc()
            await self._keep_aside(error.reason, data, peer, str(error))
        except Unavailable as error:  # unanswered: the camera sends again
            _log.warning("alarm_not_kept", why=str(error))

    async def _answer(self, request: Request, data: bytes, peer: Peer) -> None:
        known = await self._known(request.device)
        if known is False:
            PEER_ERRORS.labels(DOOR, "unknown_camera").inc()
            self._say(request, "403 Forbidden", peer)
            if request.method == "MESSAGE":
                await self._keep_aside("unknown_camera", data, peer, request.device)
            return
        if request.method == "REGISTER":
            self._register(request, peer)
        elif request.method == "MESSAGE":
            await self._message(request, data, peer)
        else:
            self._say(request, "405 Method Not Allowed", peer, ("Allow: REGISTER, MESSAGE",))

    async def _known(self, device: str) -> bool | None:
        """Whether a camera of this id is registered; None while the register does not answer."""
        if not device:
            return False
        try:
            async with (
                asyncio.timeout(PATIENCE_S),
                self._database.transaction(ALL_TOWNS) as tx,
            ):
                return await premises.camera(tx, device) is not None
        except (*DOWN, SqlError):
            return None

    def _register(self, request: Request, peer: Peer) -> None:
        password = self._settings.password
        if password and not gb28181.proved(request, password, self._nonces()):
            realm = self._settings.id[:10]
            asked = gb28181.challenge(realm, self._nonce(0))
            self._say(request, "401 Unauthorized", peer, (asked,))
            return
        now = self._clock.now_utc()
        expires = request.header("expires") or str(REGISTER_EXPIRES_S)
        lines = (f"Date: {now:%Y-%m-%dT%H:%M:%S}", f"Expires: {expires[:10]}")
        self._say(request, "200 OK", peer, lines)

    def _nonce(self, before: int) -> str:
        slot = int(self._clock.now_utc().timestamp()) // NONCE_S - before
        return derived("nonce", self._secret, slot)

    def _nonces(self) -> frozenset[str]:
        return frozenset({self._nonce(0), self._nonce(1)})

    async def _message(self, request: Request, data: bytes, peer: Peer) -> None:
        """200 for every command; an alarm of fire goes into the fire lane first."""
        if gb28181.command(request) != "Alarm":
            self._say(request, "200 OK", peer)
            return
        told = gb28181.alarm(request)
        if told.seen:
            seen = Detection(
                camera=told.device, seen=told.seen, at=told.at, lon=told.lon or None,
                lat=told.lat or None, text=told.text,
            )  # fmt: skip
            await self._lookouts.take(DOOR, peer[0], data, seen)
        self._say(request, "200 OK", peer)
        self._confirm(told, request, peer)

    def _confirm(self, told: Alarm, request: Request, peer: Peer) -> None:
        unique = derived("sip", self._secret, request.header("call-id"), request.header("cseq"))
        self._send(gb28181.confirmation(told, request, self._settings.id, peer, unique), peer)

    def _say(self, request: Request, status: str, peer: Peer, more: tuple[str, ...] = ()) -> None:
        tag = derived("tag", self._secret, request.header("call-id"))[:8]
        self._send(gb28181.answered(request, status, tag, peer, more), peer)

    def _send(self, data: bytes, peer: Peer) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, peer)

    async def _keep_aside(self, reason: str, data: bytes, peer: Peer, detail: str) -> None:
        try:
            await self._intake.quarantine(DOOR, peer[0], reason, data, detail)
        except Unavailable as error:
            _log.warning("bytes_not_kept", why=str(error))
