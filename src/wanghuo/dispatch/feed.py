"""Ranks all stations for all places, when anything that the ranking depends on has changed."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any, Final

import msgspec
import numpy as np

from wanghuo.clock import Clock
from wanghuo.dispatch import store
from wanghuo.dispatch.policy import Policy
from wanghuo.dispatch.ranking import Doors, Level, Ranker
from wanghuo.dispatch.route import STRAIGHT_LINE
from wanghuo.dispatch.router import Router
from wanghuo.engines.postgres import Database
from wanghuo.premises import store as premises
from wanghuo.premises.model import Station

PLACES_AT_ONCE: Final = 2000
OFF_NETWORK_TOLD_MAX: Final = 20

Told = Callable[[str, int, int], None]  # what is counted, how many, of how many


class Report(msgspec.Struct, frozen=True):
    """What a ranking did. changed: False if it found nothing to do; then the rest is of the last.

    by_straight_line: pairs that no road joins. stations_off_network: the first of them, by id.
    """

    changed: bool
    places: int
    stations: int
    pairs: int
    ranks: int
    by_straight_line: int
    places_far_from_road: int
    places_on_islands: int
    stations_off_network: list[str]
    graph_version: str
    policy_version: str
    searched_s: float
    took_s: float


async def rank(  # noqa: PLR0913 - the engines, the roads, and how it is told
    database: Database,
    clock: Clock,
    router: Router | None,
    policy: Policy,
    *,
    told: Told = lambda _what, _done, _of: None,
    again: bool = False,
) -> Report:
    """Rank what changed. again: also if nothing did."""
    began_s = clock.monotonic_s()
    async with database.transaction("*") as tx:
        rows = [tuple(row.values()) for row in await store.doors(tx)]
        stations = await premises.stations(tx)
        last = await store.ranking(tx)
    version = router.graph.version if router else ""
    placed = [(s.id, s.level, s.lon, s.lat) for s in stations]
    rules = msgspec.json.encode(policy, order="sorted").decode()  # sets have no order of their own
    inputs = store.inputs_digest(rows, placed, version, rules)
    if last is not None and last["inputs"] == inputs and not again:
        return msgspec.convert({**last["report"], "changed": False}, Report)
    places = Doors(
        [row[0] for row in rows],
        np.array([row[1] for row in rows]),
        np.array([row[2] for row in rows]),
    )
    ranker, levels = await asyncio.to_thread(_ranked, router, policy, places, stations, told)
    searched_s = clock.monotonic_s() - began_s
    ranks = await _keep(database, places, levels, version, told)
    counts = asdict(ranker.counts)
    counts["stations_off_network"] = counts["stations_off_network"][:OFF_NETWORK_TOLD_MAX]
    report = Report(
        changed=True,
        ranks=ranks,
        graph_version=version,
        policy_version=policy.version,
        searched_s=round(searched_s, 2),
        took_s=round(clock.monotonic_s() - began_s, 2),
        **counts,
    )
    kept: Any = msgspec.to_builtins(report)
    async with database.transaction("*") as tx:
        await store.keep_ranking(tx, inputs, version, policy.version, kept, clock.now_utc())
    return report


def _ranked(
    router: Router | None, policy: Policy, places: Doors, stations: list[Station], told: Told
) -> tuple[Ranker, list[Level]]:
    ranker, levels, done = Ranker(router, policy, places), [], 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        told("stations", done, len(stations))

    by_level = sorted(stations, key=lambda s: (s.level, s.id))
    for name, of_level in groupby(by_level, key=lambda s: s.level):
        levels.append(ranker.level(name, list(of_level), count))
    return ranker, levels


async def _keep(
    database: Database, places: Doors, levels: list[Level], version: str, told: Told
) -> int:
    """Write place after place, so that whoever reads sees each place's ranking whole."""
    ranks = 0
    for begin in range(0, len(places.ids), PLACES_AT_ONCE):
        end = min(begin + PLACES_AT_ONCE, len(places.ids))
        rows = list(_rows(places, levels, version, range(begin, end)))
        async with database.transaction("*") as tx:
            await store.put_ranks(tx, places.ids[begin:end], rows)
        ranks += sum(len(row[2]) for row in rows)
        told("places", end, len(places.ids))
    return ranks


def _rows(
    places: Doors, levels: list[Level], version: str, which: range
) -> Iterator[tuple[Any, ...]]:
    for at in which:
        for level in levels:
            nearest = list(level.of(at))
            if nearest:
                yield (
                    places.ids[at], level.name, [t.station_id for t in nearest],
                    [t.travel_s for t in nearest], [t.road_m for t in nearest],
                    [t.kind == STRAIGHT_LINE for t in nearest], version,
                )  # fmt: skip
