"""The tables of the desk: who has which incident in hand, and the shift book."""

from datetime import datetime
from typing import Final

from wanghuo.desk.model import Claim, HandOver
from wanghuo.engines import outbox
from wanghuo.engines.postgres import Row, Transaction
from wanghuo.errors import Missing
from wanghuo.facts.fact import Fact, Topic
from wanghuo.identity import derived
from wanghuo.principal import ALL_TOWNS

_CLAIM: Final = (
    "SELECT i.number, c.person_id, c.person_name, c.given_by, c.since"
    " FROM desk.claim c JOIN incidents.incident i ON i.id = c.incident_id"
)
_HAND_OVER: Final = (
    "SELECT id, towns, from_id, from_name, to_id, to_name, at, note, numbers, received_at,"
    " withdrawn_at FROM desk.hand_over"
)


async def claims(tx: Transaction, person_id: str = "") -> list[Claim]:
    """Who has the open incidents in hand, the newest first; of one person, if given."""
    rows = await tx.fetch(
        f"{_CLAIM} WHERE i.state <> 'closed' AND ($1 = '' OR c.person_id = $1)"
        " ORDER BY c.since DESC, i.number",
        person_id,
    )
    return [Claim(**dict(row.items())) for row in rows]


async def claim_locked(tx: Transaction, incident_id: str) -> Claim | None:
    """Who has it in hand, while nobody else takes it until the transaction ends."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"desk {incident_id}")
    row = await tx.fetchrow(f"{_CLAIM} WHERE c.incident_id = $1", incident_id)
    return Claim(**dict(row.items())) if row else None


async def put_claim(tx: Transaction, incident_id: str, town_code: str, claim: Claim) -> None:
    """Keep who has it in hand now, and tell the other desks."""
    await tx.execute(
        "INSERT INTO desk.claim (incident_id, town_code, person_id, person_name, given_by, since)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (incident_id) DO UPDATE SET"
        " person_id = excluded.person_id, person_name = excluded.person_name,"
        " given_by = excluded.given_by, since = excluded.since",
        incident_id,
        town_code,
        claim.person_id,
        claim.person_name,
        claim.given_by,
        claim.since,
    )
    await _tell(tx, claim.number, town_code, claim.since)


async def drop_claim(
    tx: Transaction, incident_id: str, number: str, town_code: str, now: datetime
) -> None:
    """Nobody has it in hand any more."""
    await tx.execute("DELETE FROM desk.claim WHERE incident_id = $1", incident_id)
    await _tell(tx, number, town_code, now)


async def move_claims(
    tx: Transaction, from_id: str, to: tuple[str, str], given_by: str, now: datetime
) -> list[str]:
    """Give every open incident of one person to another; their numbers. to: id, name."""
    rows = await tx.fetch(
        "UPDATE desk.claim c SET person_id = $2, person_name = $3, given_by = $4, since = $5"
        " FROM incidents.incident i"
        " WHERE i.id = c.incident_id AND i.state <> 'closed' AND c.person_id = $1"
        " RETURNING i.number, c.town_code",
        from_id,
        *to,
        given_by,
        now,
    )
    for row in rows:
        await _tell(tx, row["number"], row["town_code"], now)
    return sorted(row["number"] for row in rows)


async def _tell(tx: Transaction, number: str, town_code: str, now: datetime) -> None:
    """The other desks ask again who has what."""
    fact_id = derived("fact", "claim", number, now.isoformat())
    await outbox.put(tx, [Fact(fact_id, Topic.CLAIM, now, town_code, {"number": number})])


async def hand_overs(
    tx: Transaction, *, after: tuple[datetime, str] | None, size: int
) -> list[HandOver]:
    """A page of the shift book, newest first. after: (at, id) of the last one before."""
    rows = await tx.fetch(
        f"{_HAND_OVER} WHERE ($1::timestamptz IS NULL OR (at, id) < ($1, $2))"
        " ORDER BY at DESC, id DESC LIMIT $3",
        *(after or (None, None)),
        size,
    )
    return [_hand_over(row) for row in rows]


async def waiting(tx: Transaction, person_id: str) -> list[HandOver]:
    """What one person has offered or is offered, and nobody has received yet."""
    rows = await tx.fetch(
        f"{_HAND_OVER} WHERE received_at IS NULL AND withdrawn_at IS NULL"
        " AND $1 IN (from_id, to_id) ORDER BY at DESC, id DESC",
        person_id,
    )
    return [_hand_over(row) for row in rows]


async def hand_over_locked(tx: Transaction, hand_over_id: str) -> HandOver:
    """One line of the shift book, held until the transaction ends. Raises Missing."""
    row = await tx.fetchrow(f"{_HAND_OVER} WHERE id = $1 FOR UPDATE", hand_over_id)
    if row is None:
        raise Missing(f"there is no hand-over {hand_over_id}")
    return _hand_over(row)


async def put_hand_over(tx: Transaction, new: HandOver) -> bool:
    """Write a line into the shift book; False if the giver has offered the shift already."""
    added = await tx.fetchval(
        "INSERT INTO desk.hand_over (id, towns, from_id, from_name, to_id, to_name, at, note,"
        " numbers) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING id",
        new.id,
        list(new.towns),
        new.from_id,
        new.from_name,
        new.to_id,
        new.to_name,
        new.at,
        new.note,
        list(new.numbers),
    )
    if added:
        await _tell_shift(tx, new, new.at)
    return added is not None


async def end_hand_over(tx: Transaction, done: HandOver, now: datetime, *, received: bool) -> None:
    """It was received, or withdrawn, now."""
    column = "received_at" if received else "withdrawn_at"
    await tx.execute(f"UPDATE desk.hand_over SET {column} = $2 WHERE id = $1", done.id, now)  # noqa: S608 - one of two
    await _tell_shift(tx, done, now)


async def _tell_shift(tx: Transaction, told: HandOver, now: datetime) -> None:
    fact_id = derived("fact", "hand_over", told.id, now.isoformat())
    town_code = "" if told.towns == (ALL_TOWNS,) else told.towns[0]
    await outbox.put(tx, [Fact(fact_id, Topic.HAND_OVER, now, town_code, {"id": told.id})])


def _hand_over(row: Row) -> HandOver:
    fields = dict(row.items())
    return HandOver(**fields | {"towns": tuple(row["towns"]), "numbers": tuple(row["numbers"])})
