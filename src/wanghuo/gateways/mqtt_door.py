"""The MQTT front end: the listening socket, who is connected, keep-alive, wills.

3.1.1 and 5.0. A PUBACK (or PUBREC) leaves when intake says that the signal is durable, never
before. No session outlives its connection, and the CONNACK says so (docs/decisions/0041).
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from wanghuo.clock import Clock
from wanghuo.engines.ending import end
from wanghuo.engines.telemetry import CONNECTIONS, PEER_ERRORS, QUARANTINED
from wanghuo.errors import Unavailable, WanghuoError
from wanghuo.gateways.access_lanes import keep
from wanghuo.gateways.mqtt_connection import Connection
from wanghuo.gateways.mqtt_router import Router
from wanghuo.principal import Permission
from wanghuo.protocols import access_standard
from wanghuo.protocols.access_standard import RecordError
from wanghuo.protocols.mqtt_packet import Connect
from wanghuo.protocols.mqtt_properties import MqttError, Reason
from wanghuo.protocols.mqtt_topic import Address
from wanghuo.signals.model import Intake
from wanghuo.web.doorkeeper import Doorkeeper

DOOR = "mqtt"
SWEEP_PERIOD_S = 1.0
QUARANTINE_SIZE_MAX_BYTES = 64 * 1024
BACKLOG = 4096

_log = structlog.get_logger("mqtt")


class MqttDoor:
    """Everything that connections of one process share.

    intake: where signals become durable. doorkeeper: knows operator keys. clock: for deadlines.
    """

    def __init__(self, intake: Intake, doorkeeper: Doorkeeper, clock: Clock) -> None:
        self.intake = intake
        self.clock = clock
        self.router = Router()
        self.connections: set[Connection] = set()
        self._doorkeeper = doorkeeper
        self._sessions: dict[tuple[str, str], Connection] = {}
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    async def open(self, host: str, port: int, *, reuse_port: bool = False) -> None:
        """Listen on `host`:`port` (0: any free one)."""
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Connection(self), host, port, reuse_port=reuse_port or None, backlog=BACKLOG
        )
        self.start(self._sweep())

    @property
    def port(self) -> int:
        """The port that is listened on."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Tell everybody, close, and wait for what is under way."""
        if self._server is not None:
            self._server.close()
        for connection in list(self.connections):
            connection.end(Reason.SHUTTING_DOWN)
        await end(*self._tasks)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` beside; it is ended with the door."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("unexpected", exc_info=error)

    def arrived(self, connection: Connection) -> None:
        """A socket was accepted."""
        self.connections.add(connection)
        CONNECTIONS.labels(DOOR).inc()

    def left(self, connection: Connection) -> None:
        """A socket is gone; its will is published unless it said goodbye."""
        self.connections.discard(connection)
        CONNECTIONS.labels(DOOR).dec()
        self.router.leave(connection)
        key = (connection.operator, connection.client_id)
        if self._sessions.get(key) is connection:
            del self._sessions[key]
        if connection.will is not None:
            address, payload, retain = connection.will
            self.start(self._publish_will(connection.operator, address, payload, retain=retain))

    async def admit(self, asked: Connect) -> str:
        """The operator behind a CONNECT. Raises MqttError with what the CONNACK should say."""
        if asked.auth_method:
            raise MqttError(Reason.BAD_AUTH_METHOD, "auth_method")
        if not asked.username or not asked.password:
            raise MqttError(Reason.BAD_KEY, "no_key")
        try:
            who = await self._doorkeeper.admit(asked.password.decode("utf-8", "replace"))
        except Unavailable as error:
            raise MqttError(Reason.UNAVAILABLE, "unavailable") from error
        except WanghuoError as error:
            raise MqttError(Reason.BAD_KEY, "bad_key") from error
        if who.operator_id != asked.username or not who.may(Permission.SEND_SIGNALS):
            raise MqttError(Reason.NOT_AUTHORIZED, "not_authorized")
        return who.operator_id

    def take_over(self, connection: Connection) -> None:
        """One connection per client id of an operator: an older one is told and closed."""
        key = (connection.operator, connection.client_id)
        older = self._sessions.get(key)
        self._sessions[key] = connection
        if older is not None:
            older.end(Reason.TAKEN_OVER)

    async def quarantine(self, peer: str, reason: str, raw: bytes, detail: str = "") -> None:
        """Keep bytes for a person; durable on return. Raises Unavailable."""
        QUARANTINED.labels(DOOR, reason).inc()
        await self.intake.quarantine(DOOR, peer, reason, raw[:QUARANTINE_SIZE_MAX_BYTES], detail)

    def count(self, flaw: str) -> None:
        """Count something that went wrong with a peer."""
        PEER_ERRORS.labels(DOOR, flaw).inc()

    def broken(self, peer: str, flaw: str, raw: bytes) -> None:
        """Count a peer's mistake and keep its bytes, without making anybody wait."""
        PEER_ERRORS.labels(DOOR, flaw).inc()
        self.start(self._keep_broken(peer, flaw, raw))

    async def _keep_broken(self, peer: str, flaw: str, raw: bytes) -> None:
        try:
            await self.quarantine(peer, flaw, raw)
        except Unavailable as error:
            _log.warning("not_quarantined", flaw=flaw, raw=raw[:256].hex(), error=str(error))

    async def _publish_will(
        self, operator: str, address: Address, payload: bytes, *, retain: bool
    ) -> None:
        """The last will of a device is OFFLINE, unless it is a record that says something else."""
        now = self.clock.now_utc()
        try:
            signal = access_standard.read_message(payload, operator, address.device, now).signal
        except RecordError:
            signal = access_standard.offline(payload, operator, address.device, now)
        try:
            await keep(self.intake, [signal], access_standard.delivery_of)
        except Unavailable as error:
            _log.warning("will_not_kept", sender=signal.sender, error=str(error))
            return
        self.router.told(operator, address.topic, payload, retain=retain, by=None)

    async def _sweep(self) -> None:
        """Close who is silent for one and a half keep-alives, or never said CONNECT."""
        while True:
            await self.clock.sleep(SWEEP_PERIOD_S)
            now_s = self.clock.monotonic_s()
            for connection in [one for one in self.connections if one.deadline_s < now_s]:
                PEER_ERRORS.labels(DOOR, "silent").inc()
                connection.end(Reason.KEEP_ALIVE_OVER)
