"""Where the tiles are kept: one MBTiles 1.3 file in the data folder, which other tools read, too.

It is written whole beside the old one and takes its place in one step; readers open it anew for
each tile, so nobody reads half of two maps.
"""

import gzip
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec

from wanghuo.basemap.building import Key
from wanghuo.basemap.features import ZOOMS

FILE: Final = "ground.mbtiles"
OSM_ATTRIBUTION: Final = "© OpenStreetMap contributors, ODbL 1.0"
SCHEMA: Final = """
    CREATE TABLE metadata (name text, value text);
    CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob);
    CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row);
"""


class Made(msgspec.Struct, frozen=True):
    """What a file holds."""

    source: str
    tiles: int
    size_bytes: int
    largest_bytes: int


def path_of(data_dir: Path) -> Path:
    """Where the house keeps its base map."""
    return data_dir / FILE


def keep(path: Path, tiles: Iterable[tuple[Key, bytes]], *, source: str, attribution: str) -> Made:
    """Write the map whole or not at all."""
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    count = largest = 0
    with closing(sqlite3.connect(draft)) as file, file:
        file.executescript("PRAGMA journal_mode = OFF;" + SCHEMA)
        for (zoom, x, y), content in tiles:
            packed = gzip.compress(content, mtime=0)
            count, largest = count + 1, max(largest, len(packed))
            row = (zoom, x, (1 << zoom) - 1 - y, packed)  # rows of MBTiles count from the south
            file.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", row)
        said = {
            "name": "Wanghuo", "format": "pbf", "minzoom": str(ZOOMS[0]), "maxzoom": str(ZOOMS[-1]),
            "attribution": attribution, "source": source,
        }  # fmt: skip
        file.executemany("INSERT INTO metadata VALUES (?, ?)", sorted(said.items()))
    with draft.open("rb") as written:
        os.fsync(written.fileno())
    draft.replace(path)
    return Made(source, count, path.stat().st_size, largest)


def stamp(path: Path) -> str:
    """A word that is another one after the map was replaced; "" where there is none."""
    try:
        seen = path.stat()
    except OSError:
        return ""
    return f"{seen.st_mtime_ns:x}-{seen.st_size:x}"


def about(path: Path) -> dict[str, Any]:
    """The metadata of the map; empty where there is none or it cannot be read."""
    try:
        with closing(_opened(path)) as file:
            return dict(file.execute("SELECT name, value FROM metadata").fetchall())
    except sqlite3.Error:
        return {}


def tile(path: Path, key: Key) -> bytes | None:
    """One tile, gzipped; None where the map shows nothing."""
    zoom, x, y = key
    try:
        with closing(_opened(path)) as file:
            row = file.execute(
                "SELECT tile_data FROM tiles"
                " WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
                (zoom, x, (1 << zoom) - 1 - y),
            ).fetchone()
    except sqlite3.Error:
        return None
    return None if row is None else bytes(row[0])


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
