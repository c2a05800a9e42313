"""One tile as bytes: Mapbox Vector Tile Specification 2.1, no more of it than is used here. Pure.

Layers in their order; a feature has the tags `kind` and, if it has one, `name`. Written by hand:
it is arithmetic on bytes, and the library for it brings a geometry engine that nothing else needs.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from wanghuo.basemap.cutting import EXTENT

VERSION: Final = 2
POINT, LINE, POLYGON = 1, 2, 3  # 4.3.1 GeomType
MOVE_TO, LINE_TO, CLOSE_PATH = 1, 2, 7  # 4.3.1 commands
VARINT, BYTES = 0, 2  # wire types of protocol buffers
LOW_BITS, MORE = 0x7F, 0x80  # of a byte of a varint

Whole = tuple[int, int]


class Drawn(msgspec.Struct, frozen=True):
    """A feature in the units of its tile. shape: POINT, LINE or POLYGON (rings not closed)."""

    kind: str
    name: str
    shape: int
    parts: tuple[tuple[Whole, ...], ...]


def encoded(layers: Mapping[str, Sequence[Drawn]]) -> bytes:
    """The tile; a layer without features is left out."""
    return b"".join(_field(3, _layer(name, drawn)) for name, drawn in layers.items() if drawn)


def _layer(name: str, drawn: Sequence[Drawn]) -> bytes:
    values: dict[str, int] = {}
    features = [_field(2, _feature(one, values)) for one in drawn]
    return b"".join(
        [
            _number(15, VERSION),
            _field(1, name.encode()),
            *features,
            _field(3, b"kind"),
            _field(3, b"name"),
            *(_field(4, _field(1, value.encode())) for value in values),
            _number(5, EXTENT),
        ]
    )


def _feature(one: Drawn, values: dict[str, int]) -> bytes:
    tags = [0, values.setdefault(one.kind, len(values))]
    if one.name:
        tags += [1, values.setdefault(one.name, len(values))]
    return (
        _field(2, _packed(tags))
        + _number(3, one.shape)
        + _field(4, _packed(_geometry(one.shape, one.parts)))
    )


def _geometry(shape: int, parts: Iterable[Sequence[Whole]]) -> list[int]:
    made: list[int] = []
    x = y = 0
    for part in parts:
        for at, (px, py) in enumerate(part):
            if at == 0:
                made.append(MOVE_TO | 1 << 3)
            elif at == 1:
                made.append(LINE_TO | (len(part) - 1) << 3)
            made += [_zigzag(px - x), _zigzag(py - y)]
            x, y = px, py
        if shape == POLYGON:
            made.append(CLOSE_PATH | 1 << 3)
    return made


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def _varint(value: int) -> bytes:
    made = bytearray()
    while value > LOW_BITS:
        made.append(value & LOW_BITS | MORE)
        value >>= 7
    made.append(value)
    return bytes(made)


def _packed(values: Iterable[int]) -> bytes:
    return b"".join(map(_varint, values))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | BYTES) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3 | VARINT) + _varint(value)
