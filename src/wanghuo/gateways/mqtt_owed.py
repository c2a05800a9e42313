"""The acknowledgements a connection owes, leaving in the order of their PUBLISHes (5.0, 4.6)."""

from collections import deque

from wanghuo.protocols import mqtt_packet
from wanghuo.protocols.mqtt_packet import Kind, Publish

PENDING = -1


class Mark:
    """One acknowledgement that is owed. reason: PENDING until it may leave."""

    __slots__ = ("kind", "packet_id", "reason")

    def __init__(self, kind: Kind, packet_id: int, reason: int = PENDING) -> None:
        self.kind = kind
        self.packet_id = packet_id
        self.reason = reason


class Owed:
    """What is unacknowledged: QoS 1 until its PUBACK left, QoS 2 until its PUBREL came."""

    def __init__(self) -> None:
        self._queue: deque[Mark] = deque()
        self._received: dict[int, bool] = {}  # QoS 2 packet ids; True: PUBREC sent
        self._pubacks = 0

    def __len__(self) -> int:
        return self._pubacks + len(self._received)

    def take(self, publish: Publish) -> Mark | None:
        """Note a PUBLISH of QoS 1 or 2; None if it repeats one of QoS 2."""
        if publish.qos == 1:
            self._pubacks += 1
            mark = Mark(Kind.PUBACK, publish.packet_id)
        elif publish.packet_id in self._received:
            if self._received[publish.packet_id]:
                self._queue.append(Mark(Kind.PUBREC, publish.packet_id, 0))
            return None
        else:
            self._received[publish.packet_id] = False
            mark = Mark(Kind.PUBREC, publish.packet_id)
        self._queue.append(mark)
        return mark

    def released(self, packet_id: int) -> bool:
        """A PUBREL came; whether its PUBLISH was known."""
        return self._received.pop(packet_id, None) is not None

    def ready(self, level: int) -> bytes:
        """The bytes of all acknowledgements that may leave now."""
        out = bytearray()
        queue = self._queue
        while queue and queue[0].reason != PENDING:
            mark = queue.popleft()
            if mark.kind is Kind.PUBACK:
                self._pubacks -= 1
            elif mark.reason:
                self._received.pop(mark.packet_id, None)
            else:
                self._received[mark.packet_id] = True
            out += mqtt_packet.acked(mark.kind, mark.packet_id, mark.reason, level)
        return bytes(out)
