"""A tile is bytes of the specification: golden ones, and whatever comes back out of any drawing."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wanghuo.basemap.cutting import EXTENT
from wanghuo.basemap.mvt import LINE, POINT, POLYGON, Drawn, encoded

# Mapbox Vector Tile Specification 2.1, 4.3.5: the geometry of its own examples.
GEOMETRIES = [
    (POINT, (((25, 17),),), [9, 50, 34]),
    (LINE, (((2, 2), (2, 10), (10, 10)),), [9, 4, 4, 18, 0, 16, 16, 0]),
    (POLYGON, (((3, 6), (8, 12), (20, 34)),), [9, 6, 12, 18, 10, 12, 24, 44, 15]),
]
WHOLE = st.integers(-64, EXTENT + 64)
PART = st.lists(st.tuples(WHOLE, WHOLE), min_size=1, max_size=8).map(tuple)
DRAWN = st.builds(
    Drawn, st.sampled_from(["minor", "water"]), st.text(max_size=9), st.just(LINE),
    st.lists(PART, min_size=1, max_size=3).map(tuple),
)  # fmt: skip


def fields(content: bytes) -> list[tuple[int, Any]]:
    """A second reader of protocol buffers, so that the writer is not its own witness."""
    found: list[tuple[int, Any]] = []
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = content[at]
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    while at < len(content):
        key = varint()
        if key & 7:
            size = varint()
            found.append((key >> 3, content[at : at + size]))
            at += size
        else:
            found.append((key >> 3, varint()))
    return found


def numbers(packed: bytes) -> list[int]:
    made, value, shift = [], 0, 0
    for byte in packed:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            made.append(value)
            value = shift = 0
    return made


def layer(content: bytes) -> dict[str, Any]:
    (number, inside), *others = fields(content)
    assert (number, others) == (3, [])
    parts = fields(inside)
    return {
        "version": dict(parts)[15], "extent": dict(parts)[5], "name": dict(parts)[1].decode(),
        "keys": [v.decode() for n, v in parts if n == 3],
        "values": [fields(v)[0][1].decode() for n, v in parts if n == 4],
        "features": [dict(fields(v)) for n, v in parts if n == 2],
    }  # fmt: skip


def test_the_specifications_own_geometries() -> None:
    for shape, parts, wanted in GEOMETRIES:
        found = layer(encoded({"line": [Drawn("minor", "", shape, parts)]}))
        assert numbers(found["features"][0][4]) == wanted
        assert found["features"][0][3] == shape


def test_a_layer_says_its_version_extent_and_words_once() -> None:
    roads = [Drawn("minor", name, POINT, (((1, 1),),)) for name in ("三北大道", "三北大道", "")]
    found = layer(encoded({"area": [], "label": roads}))
    assert (found["version"], found["extent"], found["name"]) == (2, 4096, "label")
    assert (found["keys"], found["values"]) == (["kind", "name"], ["minor", "三北大道"])
    assert [numbers(f[2]) for f in found["features"]] == [[0, 0, 1, 1], [0, 0, 1, 1], [0, 0]]


@given(st.lists(DRAWN, min_size=1, max_size=5))
def test_every_drawing_comes_back_as_it_was(drawn: list[Drawn]) -> None:
    found = layer(encoded({"line": drawn}))
    for feature, one in zip(found["features"], drawn, strict=True):
        tags = numbers(feature[2])
        said = {
            found["keys"][k]: found["values"][v] for k, v in zip(tags[::2], tags[1::2], strict=True)
        }
        assert said == {"kind": one.kind} | ({"name": one.name} if one.name else {})
        assert walked(numbers(feature[4])) == [list(part) for part in one.parts]


def walked(commands: list[int]) -> list[list[tuple[int, int]]]:
    parts: list[list[tuple[int, int]]] = []
    at = x = y = 0
    while at < len(commands):
        command, count = commands[at] & 7, commands[at] >> 3
        at += 1
        if command == 1:
            parts.append([])
        for _ in range(count if command != 7 else 0):
            dx, dy = ((n >> 1) ^ -(n & 1) for n in commands[at : at + 2])
            x, y, at = x + dx, y + dy, at + 2
            parts[-1].append((x, y))
    return parts
