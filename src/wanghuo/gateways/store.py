"""The tables of the gateways wing: quarantine, commands to devices, who is connected.

Rule 1. Quarantined bytes are kept whole; the same bytes from the same peer raise a count.
Rule 2. A command changes state in one direction (commands.py has the table); a row is claimed by
        the one gateway that marks it sent.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from wanghuo.engines.postgres import Row, Transaction
from wanghuo.errors import Missing, Refused
from wanghuo.facts.entry import SignalEntry, decode
from wanghuo.facts.signal import SignalKind
from wanghuo.identity import derived

COMMANDS_CHANNEL: Final = "commands"
INSPECT: Final = 91
PROCESS_LIVES: Final = timedelta(seconds=60)
FIRES_OVERLAP: Final = 200  # entries
FIRES_REMEMBERED_MAX: Final = 5000  # entries
_QUARANTINE: Final = "id, at, door, peer, reason, raw, detail, times, settled_at, settled_by"
_COMMAND: Final = "id, at, sender, type, body, asked_by, state, answered_at, answer"


class Quarantined(msgspec.Struct, frozen=True):
    """Bytes that wait for a person. at: when they last came; times: how often."""

    id: str
    at: datetime
    door: str
    peer: str
    reason: str
    raw: bytes
    detail: str
    times: int
    settled_at: datetime | None
    settled_by: str


class CommandRow(msgspec.Struct, frozen=True):
    """A command to a device. state: queued, sent, confirmed, answered, denied, expired."""

    id: str
    at: datetime
    sender: str
    type: int
    body: bytes
    asked_by: str
    state: str
    answered_at: datetime | None
    answer: bytes | None


class SessionRow(msgspec.Struct, frozen=True):
    """A connected transmitter."""

    sender: str
    gateway: str
    door: str
    peer: str
    registered: bool
    since: datetime


async def put_quarantine(  # noqa: PLR0913, PLR0917 - a row
    tx: Transaction, door: str, peer: str, reason: str, raw: bytes, detail: str, at: datetime
) -> str:
    """Keep bytes nobody understood; the id of their row. Idempotent by what came and when.

    The same bytes of the same peer raise `times`, and open a settled row again.
    """
    made = derived("quarantine", door, peer, reason, raw)
    await tx.execute(
        "INSERT INTO gateways.quarantine AS q (id, at, door, peer, reason, raw, detail)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " ON CONFLICT (id) DO UPDATE SET times = q.times + 1, at = excluded.at,"
        " detail = excluded.detail, settled_at = NULL, settled_by = ''"
        " WHERE excluded.at > q.at",
        made,
        at,
        door,
        peer,
        reason,
        raw,
        detail,
    )
    return made


async def quarantine_page(
    tx: Transaction, *, settled: bool, reason: str, before: tuple[datetime, str] | None, size: int
) -> list[Quarantined]:
    """Rows, newest first, after the row with the key `before`. reason "" means any."""
    rows = await tx.fetch(
        f"SELECT {_QUARANTINE} FROM gateways.quarantine"  # noqa: S608 - a constant
        " WHERE (settled_at IS NOT NULL) = $1 AND ($2 = '' OR reason = $2)"
        " AND ($3::timestamptz IS NULL OR (at, id) < ($3, $4)) ORDER BY at DESC, id DESC LIMIT $5",
        settled,
        reason,
        before[0] if before else None,
        before[1] if before else "",
        size,
    )
    return [Quarantined(*row.values()) for row in rows]


async def settle_quarantine(tx: Transaction, row_id: str, by: str, at: datetime) -> Quarantined:
    """Mark a row as dealt with. Raises Missing, or Refused if it was settled before."""
    row = await tx.fetchrow(
        "UPDATE gateways.quarantine SET settled_at = $2, settled_by = $3"  # noqa: S608 - a constant
        f" WHERE id = $1 AND settled_at IS NULL RETURNING {_QUARANTINE}",
        row_id,
        at,
        by,
    )
    if row is not None:
        return Quarantined(*row.values())
    if await tx.fetchval("SELECT 1 FROM gateways.quarantine WHERE id = $1", row_id):
        raise Refused("this row was settled before")
    raise Missing(f"no quarantined bytes {row_id}")


async def put_command(tx: Transaction, row: CommandRow) -> None:
    """Queue a command and wake the gateways; harmless if it is there already."""
    await tx.execute(
        f"INSERT INTO gateways.command ({_COMMAND})"  # noqa: S608 - a constant
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING",
        *msgspec.structs.astuple(row),
    )
    await tx.execute("SELECT pg_notify($1, '')", COMMANDS_CHANNEL)


async def command(tx: Transaction, sender: str, command_id: str) -> CommandRow:
    """One command. Raises Missing."""
    row = await tx.fetchrow(
        f"SELECT {_COMMAND} FROM gateways.command WHERE id = $1 AND sender = $2",  # noqa: S608 - a constant
        command_id,
        sender,
    )
    if row is None:
        raise Missing(f"no command {command_id} to {sender}")
    return CommandRow(*row.values())


async def commands_of(tx: Transaction, sender: str, size: int) -> list[CommandRow]:
    """The latest commands to a device, newest first."""
    rows = await tx.fetch(
        f"SELECT {_COMMAND} FROM gateways.command WHERE sender = $1"  # noqa: S608 - a constant
        " ORDER BY at DESC, id LIMIT $2",
        sender,
        size,
    )
    return [CommandRow(*row.values()) for row in rows]


async def queued_senders(tx: Transaction) -> list[str]:
    """Devices that a command waits for."""
    rows = await tx.fetch("SELECT DISTINCT sender FROM gateways.command WHERE state = 'queued'")
    return [row["sender"] for row in rows]


async def claim_commands(tx: Transaction, senders: Sequence[str]) -> list[CommandRow]:
    """Mark the queued commands to these devices as sent; they are the caller's now."""
    rows = await tx.fetch(
        "UPDATE gateways.command SET state = 'sent' WHERE state = 'queued'"  # noqa: S608 - a constant
        f" AND sender = ANY ($1::text[]) RETURNING {_COMMAND}",
        list(senders),
    )
    return sorted((CommandRow(*row.values()) for row in rows), key=lambda row: (row.at, row.id))


async def finish_command(
    tx: Transaction, command_id: str, state: str, answer: bytes | None, at: datetime
) -> None:
    """A command came to `state`; an expired or earlier answered one is left as it is."""
    await tx.execute(
        "UPDATE gateways.command SET state = $2, answer = coalesce($3, answer), answered_at = $4"
        " WHERE id = $1 AND state IN ('sent', 'confirmed')",
        command_id,
        state,
        answer,
        at,
    )


async def inspection_answered(tx: Transaction, sender: str, answer: bytes, at: datetime) -> None:
    """Somebody pressed the key: the open inspection calls of this device are answered."""
    await tx.execute(
        "UPDATE gateways.command SET state = 'answered', answer = $2, answered_at = $3"
        " WHERE sender = $1 AND type = $4 AND state IN ('sent', 'confirmed')",
        sender,
        answer,
        at,
        INSPECT,
    )


async def expire_commands(tx: Transaction, now: datetime, patience: timedelta) -> int:
    """Give up what nobody took, sent or answered in time; how many.

    A confirmed inspection call waits for as many minutes as its body says.
    """
    tag = await tx.execute(
        "UPDATE gateways.command SET state = 'expired', answered_at = $1 WHERE"
        " (state IN ('queued', 'sent') AND at < $1::timestamptz - $2::interval)"
        " OR (state = 'confirmed' AND type = $3"
        " AND at < $1::timestamptz - $2::interval - make_interval(mins => get_byte(body, 2)))",
        now,
        patience,
        INSPECT,
    )
    return int(tag.rpartition(" ")[2])


async def senders_known(tx: Transaction, asked: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Profile and bound peer of those of these senders that are in the register."""
    rows = await tx.fetch(
        "SELECT sender, profile, peer FROM devices.sender WHERE sender = ANY ($1::text[])",
        list(asked),
    )
    return {row["sender"]: (row["profile"], row["peer"]) for row in rows}


async def register_after(tx: Transaction, after: str, limit: int) -> list[tuple[str, str, str]]:
    """The next rows of the register: sender, profile, bound peer; in the order of senders."""
    rows = await tx.fetch(
        "SELECT sender, profile, peer FROM devices.sender WHERE sender > $1"
        " ORDER BY sender LIMIT $2",
        after,
        limit,
    )
    return [(row["sender"], row["profile"], row["peer"]) for row in rows]


async def arrive(tx: Transaction, rows: Sequence[SessionRow]) -> None:
    """These transmitters are connected now."""
    columns: list[list[Any]] = [
        [getattr(row, name) for row in rows] for name in SessionRow.__struct_fields__
    ]
    await tx.execute(
        "INSERT INTO gateways.session (sender, gateway, door, peer, registered, since)"
        " SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bool[],"
        " $6::timestamptz[]) ON CONFLICT (sender, gateway, peer) DO UPDATE"
        " SET since = excluded.since, registered = excluded.registered",
        *columns,
    )


async def leave(tx: Transaction, gateway: str, gone: Sequence[tuple[str, str]]) -> None:
    """These (sender, peer) are not connected to this gateway any more."""
    await tx.execute(
        "DELETE FROM gateways.session s USING unnest($2::text[], $3::text[]) AS g (sender, peer)"
        " WHERE s.gateway = $1 AND s.sender = g.sender AND s.peer = g.peer",
        gateway,
        [sender for sender, _ in gone],
        [peer for _, peer in gone],
    )


async def leave_all(tx: Transaction, gateway: str) -> None:
    """Nobody is connected to this gateway: it begins or ends."""
    await tx.execute("DELETE FROM gateways.session WHERE gateway = $1", gateway)
    await tx.execute("DELETE FROM gateways.process WHERE name = $1", gateway)


async def live(tx: Transaction, gateway: str, now: datetime) -> None:
    """The gateway process lives; forget those that were not seen for a while, and theirs."""
    await tx.execute(
        "INSERT INTO gateways.process (name, seen_at) VALUES ($1, $2)"
        " ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at",
        gateway,
        now,
    )
    await tx.execute("DELETE FROM gateways.process WHERE seen_at < $1", now - PROCESS_LIVES)
    await tx.execute(
        "DELETE FROM gateways.session s"
        " WHERE NOT EXISTS (SELECT FROM gateways.process p WHERE p.name = s.gateway)"
    )


async def transmitters(
    tx: Transaction, *, q: str, connected: bool | None, after: str, size: int
) -> list[Row]:
    """Registered transmitters in the asker's towns with their sessions, by sender.

    q: part of the sender; connected: None for all.
    """
    return await tx.fetch(
        "SELECT d.sender, d.place_id, d.town_code, d.operator_id, d.profile, h.last_seen_at,"
        " h.state, h.detail, coalesce(s.sessions, '[]'::jsonb) AS sessions"
        " FROM devices.sender d LEFT JOIN devices.health h ON h.origin = d.sender"
        " LEFT JOIN LATERAL (SELECT jsonb_agg(jsonb_build_object('gateway', gateway, 'door', door,"
        " 'peer', peer, 'since', since) ORDER BY since) AS sessions"
        " FROM gateways.session s WHERE s.sender = d.sender) s ON true"
        " WHERE d.sender LIKE 'gb26875:%' AND d.sender > $1"
        " AND ($2 = '' OR strpos(d.sender, $2) > 0)"
        " AND ($3::bool IS NULL OR (s.sessions IS NOT NULL) = $3) ORDER BY d.sender LIMIT $4",
        after,
        q,
        connected,
        size,
    )


async def strangers(tx: Transaction, size: int) -> list[SessionRow]:
    """Connected transmitters that are in no register, newest first."""
    rows = await tx.fetch(
        "SELECT sender, gateway, door, peer, registered, since FROM gateways.session"
        " WHERE NOT registered ORDER BY since DESC LIMIT $1",
        size,
    )
    return [SessionRow(*row.values()) for row in rows]


async def visible(tx: Transaction, sender: str) -> bool:
    """Whether the transmitter stands in the register of the asker's towns."""
    found = await tx.fetchval("SELECT 1 FROM devices.sender WHERE sender = $1", sender)
    return found is not None


async def senders_of_fires(tx: Transaction, after: int) -> tuple[int, set[str]]:
    """Senders of the fires logged after the seq `after`, and the newest seq.

    A little before `after` is read again, because transactions commit out of order. From the
    beginning (0) only the newest are read.
    """
    rows = await tx.fetch(
        "SELECT seq, entry FROM signals.fire_log WHERE seq > $1 ORDER BY seq DESC LIMIT $2",
        max(after - FIRES_OVERLAP, 0),
        FIRES_REMEMBERED_MAX,
    )
    senders = set()
    for row in rows:
        body = decode(row["entry"]).body
        if isinstance(body, SignalEntry) and body.signal.kind is not SignalKind.CLEARED:
            senders.add(body.signal.sender)
    return (rows[0]["seq"] if rows else after), senders
