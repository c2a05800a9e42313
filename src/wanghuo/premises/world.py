"""The file that tells the simulator who speaks in this city: `world.jsonl.gz`.

Format (gzip, UTF-8, one JSON object a line):
- Line 1, the head: {"format": "wanghuo-world", "version": 1,
  "operators": [{"id", "key"}, …]}. key is the operator's bearer key, "" if it has none.
- Every further line, one sender:
  {"sender", "transport", "profile", "operator", "place_id", "category", "lon", "lat",
   "points": [{"point", "kind"}, …]}
  sender, point: as in facts.signal.Signal; point "" is the sender itself (a transmitter's own
  point "" has kind `uitd`). kind: facts.signal.SensorKind. transport: gb26875 | http | mqtt |
  ctwing | onenet | iotda. `http` and `mqtt` are the access standard; an operator uses one of them
  for all its devices. lon, lat: WGS-84. Senders come in the order of their text.
Devices out of service and the synthetic fire's device are not in it. It holds keys: mode 0600.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

WORLD_FILE: Final = "world.jsonl.gz"
FORMAT: Final = "wanghuo-world"
VERSION: Final = 1
ACCESS_TRANSPORTS: Final = ("mqtt", "http")


class WorldPoint(msgspec.Struct, frozen=True):
    """One point behind a sender."""

    point: str
    kind: str


class WorldSender(msgspec.Struct):
    """One line of the file."""

    sender: str
    transport: str
    profile: str
    operator: str
    place_id: str
    category: str
    lon: float
    lat: float
    points: list[WorldPoint]


def head_line(keys: Mapping[str, str]) -> bytes:
    """The first line. keys: operator id to key."""
    listed = [{"id": operator_id, "key": keys[operator_id]} for operator_id in sorted(keys)]
    head = {"format": FORMAT, "version": VERSION, "operators": listed}
    return msgspec.json.encode(head) + b"\n"


def transport_of(sender: str, operator: str) -> str:
    """How this sender reaches the platform."""
    scheme = sender.partition(":")[0]
    if scheme != "access":
        return scheme
    digits = "".join(filter(str.isdigit, operator))
    return ACCESS_TRANSPORTS[int(digits or "0") % len(ACCESS_TRANSPORTS)]


class Grouping:
    """Puts rows of one sender, which come one after the other, into one line."""

    def __init__(self) -> None:
        self._open: WorldSender | None = None
        self._encoder = msgspec.json.Encoder()

    def feed(self, rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
        """Lines that these rows completed.

        rows: (sender, profile, operator, place_id, category, lon, lat, origin, kind).
        """
        for sender, profile, operator, place_id, category, lon, lat, origin, kind in rows:
            if self._open is None or self._open.sender != sender:
                yield from self.finish()
                transport = transport_of(sender, operator)
                self._open = WorldSender(
                    sender, transport, profile, operator, place_id, category, lon, lat, []
                )
            point = origin[len(sender) + 1 :]
            self._open.points.append(WorldPoint(point, kind))

    def finish(self) -> Iterator[bytes]:
        """The line that is still open, if any."""
        if self._open is not None:
            yield self._encoder.encode(self._open) + b"\n"
            self._open = None
