"""The road graph: columns of numbers that fit in one file and are whole or refused.

A segment is a stretch of road between two nodes, its shape in between. An edge is a segment in one
direction: number 2 × segment forwards, 2 × segment + 1 backwards. An arc leads from the end of one
edge onto the next, so that turns, signals and restrictions have their price exactly.
Times are hundredths of a second and lengths are tenths of a metre, whole numbers: sums are equal on
every machine, in whatever order they are made.
"""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from wanghuo.errors import Invalid

FORMAT: Final = "wanghuo-roads"
FORMAT_VERSION: Final = 1
VERSION_SIZE_CHARS: Final = 12
REMEDY: Final = "run `wanghuo roads import` again"
MAGIC: Final = b"wanghuo-roads\n"
BROKEN: Final = (zipfile.BadZipFile, zlib.error)
FORWARD: Final = 1
BACKWARD: Final = 2

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Graph:
    """Every column. about: where it comes from, and its counts.

    node_*: by node. seg_open: FORWARD | BACKWARD. shape_at: where a segment's points begin; the
    last entry is the end. arc_turn: a Turn of steps.py. edge_main: whether the edge lies in the
    network that one can reach and leave; an edge that does not is of an island. names: index 0 is
    "".
    """

    node_lon: Floats
    node_lat: Floats
    seg_from: Ints
    seg_to: Ints
    seg_length_dm: Ints
    seg_time_cs: Ints
    seg_open: Ints
    seg_name: Ints
    shape_at: Ints
    shape_lon: Floats
    shape_lat: Floats
    arc_from: Ints
    arc_to: Ints
    arc_wait_cs: Ints
    arc_turn: Ints
    edge_main: Ints
    names: tuple[str, ...]
    about: Mapping[str, Any]

    @property
    def segments(self) -> int:
        """How many there are."""
        return len(self.seg_from)

    @property
    def edges(self) -> int:
        """How many there are, those that nobody may drive included."""
        return 2 * len(self.seg_from)

    @property
    def version(self) -> str:
        """Tells one graph from another: the first digits of the digest."""
        return str(self.about["version"])

    def shape(self, segment: int) -> tuple[Floats, Floats]:
        """The longitudes and latitudes of a segment's points, in its forward direction."""
        begin, end = self.shape_at[segment], self.shape_at[segment + 1]
        return self.shape_lon[begin:end], self.shape_lat[begin:end]


COLUMNS: Final = tuple(f.name for f in fields(Graph) if f.name not in {"names", "about"})
FLOATS: Final = frozenset({"node_lon", "node_lat", "shape_lon", "shape_lat"})


def made(columns: Mapping[str, Any], names: Sequence[str], about: Mapping[str, Any]) -> Graph:
    """A graph of these columns; its version derives from all of it."""
    arrays: dict[str, Any] = {}
    for name in COLUMNS:
        arrays[name] = np.asarray(columns[name], dtype=_kind(name))
    digest = _digest(arrays, names, about)
    told = {**about, "digest": digest, "version": digest[:VERSION_SIZE_CHARS]}
    return Graph(**arrays, names=tuple(names), about=told)


def _kind(name: str) -> type[np.float64] | type[np.int32]:
    return np.float64 if name in FLOATS else np.int32


def _digest(arrays: Mapping[str, Any], names: Sequence[str], about: Mapping[str, Any]) -> str:
    whole = hashlib.sha256(f"{FORMAT}/{FORMAT_VERSION}".encode())
    for name in COLUMNS:
        array = arrays[name]
        whole.update(f"{name}:{len(array)};".encode())
        whole.update(np.ascontiguousarray(array).view(np.uint8).data)
    whole.update("\n".join(names).encode())
    whole.update(str(about["policy_version"]).encode())
    return whole.hexdigest()


def packed(graph: Graph) -> bytes:
    """The graph as the bytes of its file: MAGIC, the SHA-256 of the rest, an npz archive."""
    head = {"format": FORMAT, "format_version": FORMAT_VERSION, "about": dict(graph.about)}
    texts = {
        "head": json.dumps(head, ensure_ascii=False, sort_keys=True),
        "names": "\n".join(graph.names),
    }
    arrays: dict[str, Any] = {name: getattr(graph, name) for name in COLUMNS}
    for name, text in texts.items():
        arrays[name] = np.frombuffer(text.encode(), dtype=np.uint8)
    made_file = io.BytesIO()
    np.savez(made_file, **arrays)
    content = made_file.getvalue()
    return MAGIC + hashlib.sha256(content).digest() + content


def unpacked(content: bytes) -> Graph:
    """The graph of a file's bytes. Raises Invalid for what is not one, or is not whole."""
    head_size = len(MAGIC) + hashlib.sha256().digest_size
    archive = content[head_size:]
    if content[:head_size] != MAGIC + hashlib.sha256(archive).digest():
        raise Invalid("roads", "the road file is not whole, or is none", REMEDY)
    try:
        with np.load(io.BytesIO(archive), allow_pickle=False) as kept:
            head = json.loads(kept["head"].tobytes())
            if head["format"] != FORMAT or head["format_version"] != FORMAT_VERSION:
                raise Invalid("roads", f"{head['format']} {head['format_version']}", REMEDY)
            names = kept["names"].tobytes().decode().split("\n")
            arrays = {name: kept[name] for name in COLUMNS}
    except (*BROKEN, OSError, ValueError, KeyError, EOFError, RuntimeError) as error:
        raise Invalid("roads", f"the road file cannot be read: {error}", REMEDY) from error
    about = head["about"]
    if any(arrays[name].dtype != _kind(name) for name in COLUMNS) or (
        _digest(arrays, names, about) != about["digest"]
    ):
        raise Invalid("roads", "the road file was changed", REMEDY)
    return Graph(**arrays, names=tuple(names), about=about)
