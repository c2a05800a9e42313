"""What the wing keeps: the road graph in its file, the ranking in its tables.

A process reads the graph when it is first asked for, in a thread, and again when the file changed.
"""

import asyncio
import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import structlog

from wanghuo.dispatch import graph as graphs
from wanghuo.dispatch import policy as policies
from wanghuo.dispatch import route
from wanghuo.dispatch.graph import Graph
from wanghuo.dispatch.ranking import Nearest
from wanghuo.dispatch.route import Route
from wanghuo.dispatch.router import Router
from wanghuo.engines.postgres import Row, Transaction
from wanghuo.errors import Invalid
from wanghuo.place import Coordinates
from wanghuo.premises.model import Station, Travel

GRAPH_FILE: Final = "roads.graph"
ROUTES_KEPT_MAX: Final = 1000
NEAREST_KEPT_MAX: Final = 16
COLUMNS: Final = (
    "place_id", "level", "station_ids", "travel_s", "road_m", "by_line", "graph_version",
)  # fmt: skip

DOORS = "SELECT id, lon, lat FROM premises.place WHERE NOT test ORDER BY id"
STAGE = """
    CREATE TEMP TABLE put_travel ON COMMIT DROP AS SELECT * FROM dispatch.travel WHERE false
"""
FORGET_RANKS = """
    DELETE FROM dispatch.travel t WHERE t.place_id = ANY ($1) AND NOT EXISTS
        (SELECT FROM put_travel p
         WHERE (p.place_id, p.level) = (t.place_id, t.level))
"""
PUT_RANKS = """
    INSERT INTO dispatch.travel AS t
    SELECT place_id, level, station_ids, travel_s, road_m, by_line, graph_version FROM put_travel
    ON CONFLICT (place_id, level) DO UPDATE SET station_ids = excluded.station_ids,
        travel_s = excluded.travel_s, road_m = excluded.road_m, by_line = excluded.by_line,
        graph_version = excluded.graph_version
    WHERE (t.station_ids, t.travel_s, t.road_m, t.by_line, t.graph_version) IS DISTINCT FROM
        (excluded.station_ids, excluded.travel_s, excluded.road_m, excluded.by_line,
         excluded.graph_version)
"""
FORGET_PLACES = """
    DELETE FROM dispatch.travel t
    WHERE NOT EXISTS (SELECT FROM premises.place p WHERE p.id = t.place_id)
"""
KEEP_RANKING = """
    INSERT INTO dispatch.ranking (inputs, graph_version, policy_version, report, ranked_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (only_one) DO UPDATE SET inputs = excluded.inputs,
        graph_version = excluded.graph_version, policy_version = excluded.policy_version,
        report = excluded.report, ranked_at = excluded.ranked_at
"""

_log = structlog.get_logger("dispatch")


def graph_path(data_dir: Path) -> Path:
    """Where the house keeps its roads."""
    return data_dir / GRAPH_FILE


def keep_graph(path: Path, graph: Graph) -> None:
    """Write the graph whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        file.write(graphs.packed(graph))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read_graph(path: Path) -> Graph | None:
    """The graph that is kept there; None if there is none. Raises Invalid for a broken one."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Invalid("roads", str(error), "make the file readable") from error
    return graphs.unpacked(content)


class Roads:
    """The router of this process over the kept graph."""

    def __init__(self, data_dir: Path, policy_dir: Path) -> None:
        self._path = graph_path(data_dir)
        self.policy: policies.Policy = policies.load(policy_dir)
        self._seen: tuple[int, int] | None = None
        self._router: Router | None = None
        self._lock = asyncio.Lock()
        self._routes: dict[tuple[Coordinates, Coordinates], Route] = {}
        self._nearest: dict[int, Nearest] = {}

    async def router(self) -> Router | None:
        """The router; None while no roads were imported, or while their file is broken."""
        async with self._lock:
            now = self._stamp()
            if now != self._seen:
                self._router = await asyncio.to_thread(self._read)
                self._routes.clear()
                self._nearest.clear()
                self._seen = now
            return self._router

    async def between(self, start: Coordinates, end: Coordinates) -> Route:
        """The way from one position to another; phones ask for the same one again and again."""
        router = await self.router()
        found = self._routes.get((start, end))
        if found is None:
            found = await asyncio.to_thread(route.between, router, self.policy, start, end)
            if len(self._routes) >= ROUTES_KEPT_MAX:
                self._routes.clear()
            self._routes[start, end] = found
        return found

    async def nearest(
        self, stations: Sequence[Station], here: Coordinates, count: int, level: str = ""
    ) -> list[Travel]:
        """The quickest of these stations to a position."""
        router = await self.router()
        key = hash(tuple(stations))
        known = self._nearest.get(key)
        if known is None:
            known = await asyncio.to_thread(Nearest, router, self.policy, stations)
            if len(self._nearest) >= NEAREST_KEPT_MAX:
                self._nearest.clear()
            self._nearest[key] = known
        return await asyncio.to_thread(known.to, here, count, level)

    def _stamp(self) -> tuple[int, int] | None:
        try:
            seen = self._path.stat()
        except OSError:
            return None
        return seen.st_mtime_ns, seen.st_size

    def _read(self) -> Router | None:
        try:
            graph = read_graph(self._path)
        except Invalid as error:
            _log.error("roads_not_readable", path=str(self._path), error=str(error))
            return None
        return None if graph is None else Router(graph, self.policy)


_roads: dict[tuple[Path, Path], Roads] = {}


def roads_of(data_dir: Path, policy_dir: Path) -> Roads:
    """The one `Roads` of this process for a data folder."""
    return _roads.setdefault((data_dir, policy_dir), Roads(data_dir, policy_dir))


async def doors(tx: Transaction) -> list[Row]:
    """id, lon, lat of every real place, by id."""
    return await tx.fetch(DOORS)


def inputs_digest(
    places: Iterable[Sequence[Any]], stations: Iterable[Sequence[Any]], *more: str
) -> str:
    """Tells whether anything that the ranking depends on has changed."""
    whole = hashlib.sha256()
    for rows in (places, stations):
        for row in rows:
            whole.update("\t".join(map(repr, row)).encode() + b"\n")
        whole.update(b"\f")
    whole.update("\t".join(more).encode())
    return whole.hexdigest()


async def ranking(tx: Transaction) -> Row | None:
    """inputs, graph_version, policy_version, report and ranked_at of the last ranking."""
    return await tx.fetchrow("SELECT * FROM dispatch.ranking")


async def put_ranks(
    tx: Transaction, place_ids: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Make `rows` (COLUMNS) all that is ranked for these places; what is equal stays untouched."""
    await tx.execute("SET LOCAL statement_timeout = 0")
    await tx.execute(STAGE)
    await tx.copy_records_to_table("put_travel", records=rows, columns=COLUMNS)
    await tx.execute(FORGET_RANKS, list(place_ids))
    await tx.execute(PUT_RANKS)
    await tx.execute("DROP TABLE put_travel")


async def keep_ranking(  # noqa: PLR0913, PLR0917 - the columns of the row
    tx: Transaction,
    inputs: str,
    graph_version: str,
    policy_version: str,
    report: Mapping[str, Any],
    at: datetime,
) -> None:
    """Say what the ranking was made of, and forget places that are gone."""
    await tx.execute("SET LOCAL statement_timeout = 0")
    await tx.execute(FORGET_PLACES)
    await tx.execute(KEEP_RANKING, inputs, graph_version, policy_version, report, at)
    await tx.execute("ANALYZE dispatch.travel")
