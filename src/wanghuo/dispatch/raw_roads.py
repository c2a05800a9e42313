"""What an extract holds of roads, before it is a graph. Ids are those of the extract."""

import msgspec

Point = tuple[float, float]  # longitude, latitude


class RawWay(msgspec.Struct, frozen=True):
    """A way that is driven, or the part of one that lies inside the extract."""

    id: int
    nodes: tuple[int, ...]
    kmh: float
    forward: bool
    backward: bool
    name: str


class Restriction(msgspec.Struct, frozen=True):
    """Coming by a way to a node: only this other way may follow, or it may not."""

    from_way: int
    via_node: int
    to_way: int
    only: bool


class RawRoads(msgspec.Struct):
    """points: of every node of a way. barriers: seconds to open, None for what nothing passes.

    left_out: how many ways and restrictions could not be used, by reason.
    """

    points: dict[int, Point]
    ways: list[RawWay]
    signals: set[int] = msgspec.field(default_factory=set)
    barriers: dict[int, float | None] = msgspec.field(default_factory=dict)
    restrictions: list[Restriction] = msgspec.field(default_factory=list)
    left_out: dict[str, int] = msgspec.field(default_factory=dict)

    def leave_out(self, reason: str) -> None:
        """Count something that could not be used."""
        self.left_out[reason] = self.left_out.get(reason, 0) + 1
