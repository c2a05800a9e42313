"""One MQTT connection: bytes in, acknowledgements out, in the order of what they acknowledge.

Rule 1. PUBACK and PUBREC leave only when the signal (or, for what nobody could read, its bytes in
        quarantine) is durable. What cannot be made durable closes the connection unacknowledged,
        and the client sends it again.
Rule 2. Acknowledgements keep the order of their PUBLISHes (5.0, 4.6).
Rule 3. Limits push back: a full intake or too many unacknowledged messages stop the reading.
"""

import asyncio
import socket
from collections.abc import Coroutine
from functools import partial
from typing import Any, Protocol, cast

from wanghuo.clock import Clock
from wanghuo.errors import Unavailable
from wanghuo.facts.entry import Entry, entry_of_signal
from wanghuo.facts.signal import FIRE_LANE
from wanghuo.gateways import mqtt_terms
from wanghuo.gateways.access_lanes import routine_of
from wanghuo.gateways.mqtt_owed import Mark, Owed
from wanghuo.gateways.mqtt_router import Router
from wanghuo.gateways.mqtt_terms import KEEP_ALIVE_FACTOR, PACKET_SIZE_MAX_BYTES, WINDOW, Will
from wanghuo.protocols import access_standard, mqtt_packet, mqtt_topic
from wanghuo.protocols.access_standard import RecordError
from wanghuo.protocols.mqtt_packet import LEVEL_3, LEVEL_5, Connect, Kind, Publish, Wanted
from wanghuo.protocols.mqtt_properties import MqttError, Reason
from wanghuo.protocols.mqtt_topic import Address
from wanghuo.signals.model import Intake, RoutineRecord

CONNECT_PATIENCE_S = 10.0
CLOSE_PATIENCE_S = 5.0
SUBSCRIPTIONS_MAX = 100
TOPICS_REMEMBERED = 1000

_ADMITTING, _WINDOW_FULL, _NO_ROOM, _SLOW_READER = 1, 2, 4, 8  # why reading is held


class Host(Protocol):
    """What a connection needs of its door."""

    intake: Intake
    clock: Clock
    router: Router

    def arrived(self, connection: "Connection") -> None: ...  # noqa: D102 - see MqttDoor
    def left(self, connection: "Connection") -> None: ...  # noqa: D102
    def take_over(self, connection: "Connection") -> None: ...  # noqa: D102
    def start(self, work: Coroutine[Any, Any, None]) -> None: ...  # noqa: D102
    def count(self, flaw: str) -> None: ...  # noqa: D102
    def broken(self, peer: str, flaw: str, raw: bytes) -> None: ...  # noqa: D102
    async def admit(self, asked: Connect) -> str: ...  # noqa: D102
    async def quarantine(  # noqa: D102
        self, peer: str, reason: str, raw: bytes, detail: str = ""
    ) -> None: ...


class Connection(asyncio.Protocol):
    """The state of one client. operator: "" until its key was good."""

    def __init__(self, door: Host) -> None:
        self.operator = ""
        self.client_id = ""
        self.wanted: dict[str, Wanted] = {}
        self.will: Will | None = None
        self.deadline_s = door.clock.monotonic_s() + CONNECT_PATIENCE_S
        self._door = door
        self._peer = ""
        self._level = 0
        self._patience_s = CONNECT_PATIENCE_S
        self._packet_size_max = 0
        self._data = b""
        self._held = 0
        self._closing = False
        self._flushing = False
        self._owed = Owed()
        self._topics: dict[bytes, Address | None] = {}
        self._fires: list[tuple[Entry, Mark | None, Address, Publish]] = []
        self._loop = asyncio.get_running_loop()

    # -- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note who came."""
        self._transport = cast("asyncio.Transport", transport)
        name = transport.get_extra_info("peername") or ("?", 0)
        self._peer = f"{name[0]}:{name[1]}"
        opened = transport.get_extra_info("socket")
        if opened is not None:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._door.arrived(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - why makes no difference
        """Leave; the door sees to the will."""
        self._closing = True
        self._door.left(self)

    def pause_writing(self) -> None:
        """The peer does not read its acknowledgements: neither do we read."""
        self._hold(_SLOW_READER)

    def resume_writing(self) -> None:
        """It reads again."""
        self._release(_SLOW_READER)

    def data_received(self, data: bytes) -> None:
        """Take what came as far as it makes whole packets."""
        if not self._held:
            self.deadline_s = self._door.clock.monotonic_s() + self._patience_s
        self._data = self._data + data if self._data else data
        self._work()

    # -- packets

    def _work(self) -> None:
        data, at = self._data, 0
        start = 0
        try:
            while not self._held and not self._closing:
                start = at
                if not self._level:
                    mqtt_packet.expect_connect(data)
                frame = mqtt_packet.frame_at(data, at, PACKET_SIZE_MAX_BYTES)
                if frame is None:
                    break
                first, begin, at = frame
                self._take(first, data, begin, at)
        except MqttError as error:
            self._broke(error, data[start : start + PACKET_SIZE_MAX_BYTES])
        self._data = b"" if self._closing else data[at:]
        if self._fires:
            fires, self._fires = self._fires, []
            self._door.start(self._keep_fires(fires))

    def _take(self, first: int, data: bytes, at: int, end: int) -> None:
        kind = first >> 4
        if kind == Kind.PUBLISH and self._level:
            self._publish(mqtt_packet.publish(first, data, at, end, self._level))
        elif not self._level:
            asked = mqtt_packet.connect(first, data, at, end)
            self._hold(_ADMITTING)
            self._door.start(self._admit(asked))
        elif kind == Kind.PUBREL:
            self._pubrel(mqtt_packet.ack(first, data, at, end, self._level)[0])
        elif kind == Kind.SUBSCRIBE:
            self._subscribe(mqtt_packet.subscribe(first, data, at, end, self._level))
        elif kind == Kind.UNSUBSCRIBE:
            self._unsubscribe(mqtt_packet.unsubscribe(first, data, at, end, self._level))
        elif kind == Kind.PINGREQ and at == end and not first & 0x0F:
            self._write(mqtt_packet.PINGRESP)
        elif kind == Kind.DISCONNECT:
            self._goodbye(mqtt_packet.disconnect(first, data, at, end, self._level))
        else:
            raise MqttError(Reason.PROTOCOL_ERROR, f"unexpected_packet_{kind}")

    async def _admit(self, asked: Connect) -> None:
        try:
            operator = await self._door.admit(asked)
            client_id = mqtt_terms.client_id_of(asked)
            will = mqtt_terms.will_of(asked, operator)
        except MqttError as error:
            self._door.count(error.flaw)
            self._write(mqtt_packet.connack(asked.level, error.reason))
            self._close()
            return
        if self._closing:
            return
        self.operator, self.client_id, self.will = operator, client_id, will
        self._peer = f"{operator}/{client_id} {self._peer}"
        self._level = asked.level
        self._packet_size_max = asked.packet_size_max
        keep_alive_s = mqtt_terms.keep_alive_of(asked)
        self._patience_s = keep_alive_s * KEEP_ALIVE_FACTOR if keep_alive_s else float("inf")
        self._door.take_over(self)
        terms = mqtt_terms.terms_of(asked, client_id)
        self._write(mqtt_packet.connack(asked.level, Reason.SUCCESS, terms))
        self._release(_ADMITTING)

    # -- publishing

    def _publish(self, publish: Publish) -> None:
        mark: Mark | None = None
        if publish.qos:
            self._make_room()
            mark = self._owed.take(publish)
            if mark is None:
                self._flush_soon()
                return
        address = self._address(publish.topic)
        if address is None:
            self._door.start(self._refuse(publish, mark, "topic", Reason.NOT_AUTHORIZED))
            return
        if not publish.payload and publish.retain:
            self._stored(mark, address, publish, ok=True)  # 3.3.1.3: forget what is retained
            return
        now = self._door.clock.now_utc()
        try:
            taken = access_standard.read_message(
                publish.payload, self.operator, address.device, now
            )
        except RecordError as error:
            work = self._refuse(publish, mark, "bad_record", Reason.BAD_PAYLOAD, str(error))
            self._door.start(work)
            return
        signal = taken.signal
        if signal.kind in FIRE_LANE:
            entry = entry_of_signal(signal, delivery=access_standard.delivery_of(signal))
            self._fires.append((entry, mark, address, publish))
            return
        record = routine_of(signal)
        told = partial(self._told, mark, address, publish)
        if not self._door.intake.routine(record, told):
            self._hold(_NO_ROOM)
            self._door.start(self._wait_for_room(record, told))

    def _make_room(self) -> None:
        """Push back when too much is unacknowledged."""
        if len(self._owed) >= WINDOW:
            if self._level == LEVEL_5:
                raise MqttError(Reason.RECEIVE_MAXIMUM, "receive_maximum")
            self._hold(_WINDOW_FULL)

    def _address(self, topic: bytes) -> Address | None:
        if topic in self._topics:
            return self._topics[topic]
        address = mqtt_topic.address_of(mqtt_topic.name_of(topic), self.operator)
        if len(self._topics) >= TOPICS_REMEMBERED:
            self._topics.clear()
        self._topics[topic] = address
        return address

    async def _wait_for_room(self, record: RoutineRecord, told: "partial[None]") -> None:
        intake = self._door.intake
        while True:
            await intake.routine_room()
            if intake.routine(record, told):
                break
        self._release(_NO_ROOM)

    async def _keep_fires(self, fires: list[tuple[Entry, Mark | None, Address, Publish]]) -> None:
        try:
            await self._door.intake.fire([entry for entry, _, _, _ in fires])
        except Unavailable:
            self._door.count("fire_not_kept")
            self.end(Reason.BUSY)
            return
        for _, mark, address, publish in fires:
            self._stored(mark, address, publish, ok=True)

    async def _refuse(
        self, publish: Publish, mark: Mark | None, flaw: str, reason: Reason, detail: str = ""
    ) -> None:
        """Keep what nobody could read for a person, then say so."""
        topic = publish.topic.decode("utf-8", "replace")
        try:
            await self._door.quarantine(
                self._peer, flaw, publish.payload, f"{topic} {detail}".strip()
            )
        except Unavailable:
            self.end(Reason.BUSY)
            return
        if mark is not None:
            mark.reason = reason if self._level == LEVEL_5 else 0
            self._flush_soon()

    def _told(self, mark: Mark | None, address: Address, publish: Publish, ok: bool) -> None:  # noqa: FBT001 - the shape that intake calls back
        self._stored(mark, address, publish, ok=ok)

    def _stored(self, mark: Mark | None, address: Address, publish: Publish, *, ok: bool) -> None:
        if not ok:
            self._door.count("routine_not_kept")
            self.end(Reason.BUSY)
            return
        router = self._door.router
        if publish.retain or router.is_listened_to(self.operator):
            router.told(
                self.operator, address.topic, publish.payload, retain=publish.retain, by=self
            )
        if mark is not None:
            mark.reason = 0
            if not self._flushing:
                self._flush_soon()

    def _pubrel(self, packet_id: int) -> None:
        reason = 0 if self._owed.released(packet_id) else Reason.PACKET_ID_UNKNOWN
        self._write(mqtt_packet.acked(Kind.PUBCOMP, packet_id, reason, self._level))
        self._window_moved()

    def _flush_soon(self) -> None:
        """Acknowledge once per turn of the loop, however many became durable in it."""
        if not self._flushing:
            self._flushing = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        self._write(self._owed.ready(self._level))
        self._window_moved()

    def _window_moved(self) -> None:
        if self._held & _WINDOW_FULL and len(self._owed) <= WINDOW // 2:
            self._release(_WINDOW_FULL)

    # -- subscribing

    def _subscribe(self, asked: mqtt_packet.Subscribe) -> None:
        reasons = [self._may_listen(one) for one in asked.wanted]
        self._write(mqtt_packet.answered(Kind.SUBACK, asked.packet_id, reasons, self._level))
        for one, reason in zip(asked.wanted, reasons, strict=True):
            if not reason:
                self._door.router.listen(self, one)

    def _may_listen(self, asked: Wanted) -> int:
        """0 (granted, QoS 0) or why not."""
        if asked.topic_filter.startswith(mqtt_topic.SHARED):
            return Reason.NO_SHARED_SUBSCRIPTIONS
        if not mqtt_topic.is_filter(asked.topic_filter):
            return Reason.BAD_FILTER
        if not mqtt_topic.belongs_to(asked.topic_filter, self.operator):
            return Reason.NOT_AUTHORIZED
        new = asked.topic_filter not in self.wanted
        return Reason.QUOTA if new and len(self.wanted) >= SUBSCRIPTIONS_MAX else 0

    def _unsubscribe(self, asked: mqtt_packet.Unsubscribe) -> None:
        gone = [self.wanted.pop(one, None) is not None for one in asked.filters]
        reasons = [0 if one else 0x11 for one in gone]  # 0x11: no subscription existed
        self._write(mqtt_packet.answered(Kind.UNSUBACK, asked.packet_id, reasons, self._level))

    def deliver(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """Send one message at QoS 0, or drop it if the peer reads too slowly."""
        made = mqtt_packet.published(topic, payload, retain=retain, level=self._level)
        too_large = self._packet_size_max and len(made) > self._packet_size_max
        if self._held & _SLOW_READER or too_large:
            self._door.count("not_delivered")
            return
        self._write(made)

    # -- ending

    def end(self, reason: Reason) -> None:
        """Close from our side, saying why where the protocol can. Twice: without waiting."""
        if self._closing:
            self._transport.abort()
            return
        if reason is Reason.SHUTTING_DOWN:
            self.will = None
        if self._level == LEVEL_5:
            self._write(mqtt_packet.disconnected(reason))
        self._close()

    def _broke(self, error: MqttError, raw: bytes) -> None:
        self._door.broken(self._peer, error.flaw, raw)
        if error.flaw == "bad_version":
            self._write(mqtt_packet.connack(LEVEL_3, Reason.BAD_VERSION))
        self.end(error.reason)

    def _goodbye(self, reason: int) -> None:
        if reason != Reason.WITH_WILL:
            self.will = None
        self._close()

    def _close(self) -> None:
        self._closing = True
        self.deadline_s = self._door.clock.monotonic_s() + CLOSE_PATIENCE_S
        self._transport.close()

    def _write(self, out: bytes) -> None:
        if out and not self._closing:
            self._transport.write(out)

    def _hold(self, why: int) -> None:
        if not self._held:
            self._transport.pause_reading()
        if why & (_WINDOW_FULL | _NO_ROOM):  # we keep the peer waiting, so it may be silent
            self.deadline_s = float("inf")
        self._held |= why

    def _release(self, why: int) -> None:
        if not self._held & why:
            return
        self._held &= ~why
        if not self._held and not self._closing:
            self.deadline_s = self._door.clock.monotonic_s() + self._patience_s
            self._transport.resume_reading()
            self._loop.call_soon(self._work)
