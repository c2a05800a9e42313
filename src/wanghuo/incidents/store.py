"""The tables of incidents: incidents, ledgers, timelines, the running numbers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from wanghuo.alarms.model import Evidence
from wanghuo.engines.postgres import Transaction
from wanghuo.incidents.model import Incident, Moment

# As incidents.model.Incident, for json; `i` is incidents.incident.
INCIDENT_COLUMNS: Final = ", ".join(f"i.{name}" for name in Incident.__struct_fields__)
# As alarms.model.Evidence, for json; `e` is incidents.evidence.
EVIDENCE_COLUMNS: Final = ", ".join(f"e.{name}" for name in Evidence.__struct_fields__)

_SAVE_INCIDENTS = """
INSERT INTO incidents.incident (id, number, place_id, place_name, category, town_code, building,
    lon, lat, level, level_peak, state, profile, policy_version, drill, test, sleeping, opened_at,
    last_at, log_odds_milli, sentence, desk_acknowledged_at, desk_acknowledged_by, closed_at,
    disposition, cause)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
    $7::text[], $8::float8[], $9::float8[], $10::int2[], $11::int2[], $12::text[], $13::text[],
    $14::text[], $15::bool[], $16::bool[], $17::bool[], $18::timestamptz[], $19::timestamptz[],
    $20::int[], $21::jsonb[], $22::timestamptz[], $23::text[], $24::timestamptz[], $25::text[],
    $26::text[])
ON CONFLICT (id) DO UPDATE SET
    level = excluded.level, level_peak = excluded.level_peak, state = excluded.state,
    profile = excluded.profile, drill = excluded.drill, last_at = excluded.last_at,
    log_odds_milli = excluded.log_odds_milli, sentence = excluded.sentence,
    desk_acknowledged_at = excluded.desk_acknowledged_at,
    desk_acknowledged_by = excluded.desk_acknowledged_by, closed_at = excluded.closed_at,
    disposition = excluded.disposition, cause = excluded.cause
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


async def save_incidents(tx: Transaction, incidents: Iterable[Incident]) -> None:
    """Write new and changed incidents."""
    rows = [msgspec.structs.astuple(incident) for incident in incidents]
    if rows:
        await tx.execute(_SAVE_INCIDENTS, *zip(*rows, strict=True))


async def save_evidence(tx: Transaction, lines: Sequence[tuple[str, int, Evidence]]) -> None:
    """Append lines to ledgers: (incident id, line number from 1, entry)."""
    rows = [(incident_id, line, *msgspec.structs.astuple(e)) for incident_id, line, e in lines]
    if rows:
        await tx.execute(_SAVE_EVIDENCE, *zip(*rows, strict=True))


async def save_timeline(tx: Transaction, moments: Sequence[Moment]) -> None:
    """Append lines to timelines."""
    rows = [msgspec.structs.astuple(moment) for moment in moments]
    if rows:
        await tx.execute(_SAVE_TIMELINE, *zip(*rows, strict=True))


async def save_counters(tx: Transaction, counters: Mapping[tuple[date, str], int]) -> None:
    """Write how many incident numbers are used, by day and town."""
    if counters:
        days, towns = zip(*counters, strict=True)
        await tx.execute(_SAVE_COUNTERS, days, towns, list(counters.values()))
