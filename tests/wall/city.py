"""Two towns in real tables, and what happened in them, with every field defaulted."""

from datetime import datetime, timedelta

from tests.web.makers import HERE, THERE
from wanghuo.engines.postgres import Transaction


async def settle(tx: Transaction) -> None:
    """Two towns with places: P1, P2 here, P3 there; the synthetic fire's own place is here."""
    for code, short in ((HERE, "XP"), (THERE, "GT")):
        await tx.execute(
            "INSERT INTO premises.town VALUES ($1, $2, $3, 121, 30)", code, f"Town {short}", short
        )
    for place_id, town, test in (
        ("P1", HERE, False),
        ("P2", HERE, False),
        ("P3", THERE, False),
        ("PT", HERE, True),
    ):
        await tx.execute(
            "INSERT INTO premises.place (id, unit_id, name, category, town_code, lon, lat, test)"
            " VALUES ($1, 'u1', $1, 'rental', $2, 121, 30, $3)",
            place_id,
            town,
            test,
        )


async def an_incident(
    tx: Transaction,
    incident_id: str,
    at: datetime,
    *,
    town: str = HERE,
    peak: int = 1,
    disposition: str = "",
    test: bool = False,
    drill: bool = False,
    closed_at: datetime | None = None,
) -> str:
    await tx.execute(
        "INSERT INTO incidents.incident (id, number, place_id, place_name, category, town_code,"
        " level, level_peak, state, profile, policy_version, opened_at, last_at, log_odds_milli,"
        " sentence, lon, lat, disposition, test, drill, closed_at) VALUES ($1, 'N-' || $1, 'P1',"
        " 'Hongda', 'rental', $2, $3, $3, $4, 'validated', '1', $5, $5, 0,"
        ' \'{"key": "k", "params": {}}\'::text::jsonb, 121, 30, $6, $7, $8, $9)',
        incident_id,
        town,
        peak,
        "closed" if disposition else "open",
        at,
        disposition,
        test,
        drill,
        closed_at,
    )
    return incident_id


async def an_alarm(
    tx: Transaction, incident_id: str, point: int, at: datetime, *, repeats: int = 0
) -> None:
    await tx.execute(
        "INSERT INTO alarms.alarm (id, origin, alarm_type, sensor, place_id, town_code,"
        " incident_id, state, first_at, last_at, repeats, last_digest)"
        " VALUES ($1, $1, 'fire', 'smoke', 'P1', $2, $3, 'unacknowledged', $4, $4, $5, '')",
        f"{incident_id}/{point}",
        HERE,
        incident_id,
        at,
        repeats,
    )


async def a_crew(
    tx: Transaction,
    incident_id: str,
    told_at: datetime,
    *,
    town: str = HERE,
    after_s: tuple[int | None, int | None, int | None] = (None, None, None),
) -> None:
    """A told crew. after_s: seconds until it turned out, was there, had dealt with it."""
    steps = [None if s is None else told_at + timedelta(seconds=s) for s in after_s]
    await tx.execute(
        "INSERT INTO notices.party (id, incident_id, number, town_code, role, name, at_level,"
        " reason, state, planned_at, crew, told_at, turned_out_at, arrived_at, handled_at)"
        " VALUES ('crew' || $1, $1, 'N-' || $1, $2, 'micro_station', 'Crew', 1,"
        " '{\"key\": \"k\", \"params\": {}}'::text::jsonb, 'told', $3, 'told', $3, $4, $5, $6)",
        incident_id,
        town,
        told_at,
        *steps,
    )


async def a_device(
    tx: Transaction,
    origin: str,
    place_id: str,
    *,
    state: str = "",
    town: str = HERE,
    operator: str = "op1",
    sender: str = "",
    out_of_service: bool = False,
) -> None:
    """A device. state: what is known of its health, "" nothing."""
    await tx.execute(
        "INSERT INTO devices.device (id, origin, sender, place_id, town_code, kind, operator_id,"
        " out_of_service) VALUES ($1, $1, $2, $3, $4, 'smoke', $5, $6)",
        origin,
        sender or origin,
        place_id,
        town,
        operator,
        out_of_service,
    )
    if state:
        await heard(tx, origin, state)


async def heard(tx: Transaction, origin: str, state: str) -> None:
    await tx.execute(
        "INSERT INTO devices.health (origin, last_seen_at, state) VALUES ($1, now(), $2)",
        origin,
        state,
    )


async def a_sender(tx: Transaction, sender: str, state: str, *, town: str = HERE) -> None:
    """A registered transmitter that was heard."""
    await tx.execute(
        "INSERT INTO devices.sender (sender, place_id, town_code, operator_id)"
        " VALUES ($1, 'P2', $2, 'op1')",
        sender,
        town,
    )
    await heard(tx, sender, state)
