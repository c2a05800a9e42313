"""The tables of incidents: incidents, ledgers, timelines, the running numbers."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

import msgspec

from wanghuo.alarms.model import Evidence
from wanghuo.engines.postgres import Row, Transaction
from wanghuo.engines.together import Part
from wanghuo.errors import Missing
from wanghuo.incidents import queries
from wanghuo.incidents.clocks import Times
from wanghuo.incidents.figures import LOCAL, DayCounts, LastFire, Today
from wanghuo.incidents.listing import FEW_PLACES, Wanted, names_number, pattern, statement
from wanghuo.incidents.model import Incident, Moment
from wanghuo.incidents.record import Month
from wanghuo.incidents.views import DeskFigures, Listed, Whole

_SAVE_INCIDENTS = """
INSERT INTO incidents.incident (id, number, place_id, place_name, category, town_code, building,
    lon, lat, level, level_peak, state, profile, policy_version, drill, test, sleeping, opened_at,
    last_at, log_odds_milli, sentence, desk_acknowledged_at, desk_acknowledged_by, closed_at,
    disposition, cause, alarm, operator_id)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
    $7::text[], $8::float8[], $9::float8[], $10::int2[], $11::int2[], $12::text[], $13::text[],
    $14::text[], $15::bool[], $16::bool[], $17::bool[], $18::timestamptz[], $19::timestamptz[],
    $20::int[], $21::jsonb[], $22::timestamptz[], $23::text[], $24::timestamptz[], $25::text[],
    $26::text[], $27::int2[], $28::text[])
ON CONFLICT (id) DO UPDATE SET
    level = excluded.level, level_peak = excluded.level_peak, state = excluded.state,
    profile = excluded.profile, drill = excluded.drill, last_at = excluded.last_at,
    log_odds_milli = excluded.log_odds_milli, sentence = excluded.sentence,
    desk_acknowledged_at = excluded.desk_acknowledged_at,
    desk_acknowledged_by = excluded.desk_acknowledged_by, closed_at = excluded.closed_at,
    disposition = excluded.disposition, cause = excluded.cause,
    alarm = excluded.alarm
"""
_SAVE_EVIDENCE = """
INSERT INTO incidents.evidence (incident_id, line, what, at, weight_milli, floor, sentence, origin,
    lowers_to, entry_id)
SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::timestamptz[], $5::int[], $6::int2[],
    $7::jsonb[], $8::text[], $9::int2[], $10::text[])
"""
_SAVE_TIMELINE = """
INSERT INTO incidents.timeline (incident_id, line, at, what, who, sentence, digest)
SELECT * FROM unnest($1::text[], $2::int[], $3::timestamptz[], $4::text[], $5::text[], $6::jsonb[],
    $7::text[])
"""
_SAVE_COUNTERS = """
INSERT INTO incidents.counter (day, town_short, used)
SELECT * FROM unnest($1::date[], $2::text[], $3::int[])
ON CONFLICT (day, town_short) DO UPDATE SET used = excluded.used
"""


def saving_incidents(incidents: Iterable[Incident]) -> Part:
    """New and changed incidents."""
    return Part(_SAVE_INCIDENTS, [msgspec.structs.astuple(incident) for incident in incidents])


def saving_evidence(lines: Iterable[tuple[str, int, Evidence]]) -> Part:
    """Lines to append to ledgers: (incident id, line number from 1, entry)."""
    rows = [(incident_id, line, *msgspec.structs.astuple(e)) for incident_id, line, e in lines]
    return Part(_SAVE_EVIDENCE, rows)


def saving_timeline(moments: Iterable[Moment]) -> Part:
    """Lines to append to timelines."""
    return Part(_SAVE_TIMELINE, [msgspec.structs.astuple(moment) for moment in moments])


def saving_counters(counters: Mapping[tuple[date, str], int]) -> Part:
    """How many incident numbers are used, by day and town."""
    return Part(_SAVE_COUNTERS, [(*key, used) for key, used in counters.items()])


async def count_open(tx: Transaction) -> dict[str, int]:
    """{incidents_open}, without the synthetic fire's."""
    return {"incidents_open": await tx.fetchval(queries.COUNT_OPEN)}


async def listed(tx: Transaction, wanted: Wanted) -> list[Listed]:
    """A page of incidents, newest first."""
    places: list[str] = []
    if wanted.q and not names_number(wanted.q):
        found = await tx.fetch(queries.PLACES_LIKE, pattern(wanted.q), FEW_PLACES)
        places = [row["id"] for row in found]
    asking = statement(wanted, places)
    if asking.walks:
        await tx.execute(queries.WALK)
    return _listed.decode(await tx.fetchval(asking.text, *asking.values))


async def whole(tx: Transaction, number: str) -> Whole:
    """Everything about one incident. Raises Missing, also for one outside the asker's towns."""
    found = _whole.decode(await tx.fetchval(queries.ONE, number))
    if found.incident is None:
        raise Missing(f"there is no incident {number}")
    return found


async def stations_near(tx: Transaction, lon: float, lat: float, size: int) -> list[Row]:
    """id, level, name, lon, lat, crew, on_duty of the nearest stations, nearest first."""
    return await tx.fetch(queries.STATIONS_NEAR, lon, lat, size)


class _Crew(Times, frozen=True, kw_only=True):
    incident_id: str
    town_code: str
    raised: list[tuple[datetime, int]]


class Span(msgspec.Struct, frozen=True):
    """Which crews: told from (included) until (excluded). town: "" for every one.

    levels: whether a clock begins with a level.
    """

    since: datetime
    until: datetime
    town: str = ""
    drills: bool = False
    levels: bool = False


async def crew_times(tx: Transaction, span: Span) -> list[tuple[str, Times]]:
    """(town code, what its clocks go by) of every crew told in a span, synthetic fires apart."""
    return [(crew.town_code, _with_levels(crew)) for crew in await _crews_of(tx, span)]


async def crews_by_incident(tx: Transaction, span: Span) -> list[tuple[str, Times]]:
    """The same with the incident's id instead of the town's code."""
    return [(crew.incident_id, _with_levels(crew)) for crew in await _crews_of(tx, span)]


async def _crews_of(tx: Transaction, span: Span) -> list["_Crew"]:
    return _crews.decode(await tx.fetchval(queries.CREWS, *msgspec.structs.astuple(span)))


def _with_levels(crew: _Crew) -> Times:
    levels: dict[int, datetime] = {}
    for at, to_level in crew.raised:
        for level in range(1, to_level + 1):
            levels.setdefault(level, at)
    return msgspec.structs.replace(crew, levels=levels)


async def desk_figures(
    tx: Transaction, day_from: datetime, load_from: datetime, now: datetime
) -> DeskFigures:
    """What the desk's page counts."""
    return _desk.decode(await tx.fetchval(queries.DESK, day_from, load_from, now))


async def today(tx: Transaction, day_from: datetime) -> Today:
    """What became of the incidents that were opened since `day_from`."""
    return _today.decode(await tx.fetchval(queries.TODAY, day_from))


async def by_day(
    tx: Transaction, span: tuple[datetime, datetime], before: tuple[datetime, datetime]
) -> DayCounts:
    """Incidents by the city's days in two spans, each until its end."""
    return _by_day.decode(await tx.fetchval(queries.BY_DAY, *span, *before, LOCAL))


async def first_at(tx: Transaction) -> datetime | None:
    """When the first incident that counts was opened; costs a fifth of a second where none was."""
    found: datetime | None = await tx.fetchval(queries.FIRST)
    return found


async def last_fires(tx: Transaction, size: int) -> list[LastFire]:
    """What turned out to be a fire, newest first."""
    return _fires.decode(await tx.fetchval(queries.LAST_FIRES, size))


async def months_of_place(tx: Transaction, place_id: str, since: datetime) -> list[Month]:
    """The city's months since then in which incidents were opened at a place, tests left out."""
    return _months.decode(await tx.fetchval(queries.MONTHS_OF_PLACE, place_id, since, LOCAL))


async def alarms_of_point(tx: Transaction, origin: str, size: int) -> list[Row]:
    """The alarms of one point, newest first, each with what its incident came to.

    number, disposition, cause: "" for an alarm that a shelf or a test window held back.
    """
    return await tx.fetch(queries.ALARMS_OF_POINT, origin, size)


_listed: Final = msgspec.json.Decoder(list[Listed])
_whole: Final = msgspec.json.Decoder(Whole)
_crews: Final = msgspec.json.Decoder(list[_Crew])
_desk: Final = msgspec.json.Decoder(DeskFigures)
_today: Final = msgspec.json.Decoder(Today)
_by_day: Final = msgspec.json.Decoder(DayCounts)
_fires: Final = msgspec.json.Decoder(list[LastFire])
_months: Final = msgspec.json.Decoder(list[Month])
