"""The tables of the channels: sendings and receipts, subscriptions, recordings."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from wanghuo.channels.book import Sending
from wanghuo.channels.budget import DAY
from wanghuo.channels.model import Receipt, Recording, Subscription, Waiting
from wanghuo.engines.postgres import Row, Transaction
from wanghuo.protocols.aliyun import TAG_CHARS

RECEIPTS_CHANNEL: Final = "receipts"
COUNTED: Final = ("asked", "taken", "delivered", "failed")  # what a provider may have counted
_SENDING: Final = ", ".join(Sending.__struct_fields__)


async def hold_number(
    tx: Transaction, channel: str, number: str, since: datetime
) -> list[datetime]:
    """When this number was sent to since then; nobody else may ask until the commit."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{channel} {number}")
    rows = await tx.fetch(
        "SELECT at FROM channels.sending WHERE channel = $1 AND number = $2 AND at > $3"
        " AND state = ANY ($4::text[])",
        channel,
        number,
        since - DAY,
        list(COUNTED),
    )
    return [row["at"] for row in rows]


async def put_sending(tx: Transaction, sending: Sending) -> None:
    """Write a sending down. A try that is made again after a crash keeps its line."""
    await tx.execute(
        f"INSERT INTO channels.sending ({_SENDING})"  # noqa: S608 - our own names
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING",
        *msgspec.structs.astuple(sending),
    )


async def close_sending(
    tx: Transaction, sending_id: str, state: str, code: str, reference: str
) -> None:
    """What the provider answered. A receipt that was faster stays."""
    await tx.execute(
        "UPDATE channels.sending SET reference = $4,"
        " state = CASE WHEN state = 'asked' THEN $2 ELSE state END,"
        " code = CASE WHEN state = 'asked' THEN $3 ELSE code END WHERE id = $1",
        sending_id,
        state,
        code,
        reference,
    )


async def sendings(
    tx: Transaction, channels: Sequence[str], tags: Sequence[str], references: Sequence[str]
) -> list[Sending]:
    """The sendings with these OutIds or these ids of the provider."""
    rows = await tx.fetch(
        f"SELECT {_SENDING} FROM channels.sending WHERE channel = ANY ($1::text[])"  # noqa: S608 - our own names
        f" AND (left(id, {TAG_CHARS}) = ANY ($2::text[])"
        " OR (reference <> '' AND reference = ANY ($3::text[])))",
        list(channels),
        [tag for tag in tags if tag],
        [reference for reference in references if reference],
    )
    return msgspec.convert([dict(row.items()) for row in rows], list[Sending])


async def put_receipts(tx: Transaction, receipts: Sequence[Receipt]) -> None:
    """Keep receipts and wake who applies them; one that came before is left as it is."""
    if not receipts:
        return
    await tx.executemany(
        "INSERT INTO channels.receipt (id, sending_id, town_code, at, delivered, code, raw)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING",
        [msgspec.structs.astuple(one) for one in receipts],
    )
    await tx.execute("SELECT pg_notify($1, '')", RECEIPTS_CHANNEL)


async def waiting_receipts(tx: Transaction, limit: int) -> list[Waiting]:
    """The oldest receipts that wait; locked."""
    rows = await tx.fetch(
        "SELECT r.id, r.sending_id, s.notice_id, s.channel, r.delivered, r.code"
        " FROM channels.receipt r JOIN channels.sending s ON s.id = r.sending_id"
        " WHERE r.applied_at IS NULL ORDER BY r.at, r.id LIMIT $1"
        " FOR UPDATE OF r SKIP LOCKED",
        limit,
    )
    return msgspec.convert([dict(row.items()) for row in rows], list[Waiting])


async def applied(tx: Transaction, done: Sequence[Waiting], now: datetime) -> None:
    """These receipts are applied; their sendings have their end."""
    await tx.execute(
        "UPDATE channels.receipt SET applied_at = $2 WHERE id = ANY ($1::text[])",
        [one.id for one in done],
        now,
    )
    await tx.execute(
        "UPDATE channels.sending s SET state = r.state, code = r.code"
        " FROM unnest($1::text[], $2::text[], $3::text[]) AS r (id, state, code)"
        " WHERE s.id = r.id AND s.state <> 'delivered'",
        [one.sending_id for one in done],
        ["delivered" if one.delivered else "failed" for one in done],
        [one.code for one in done],
    )


async def unheard(
    tx: Transaction, channel: str, now: datetime, after: timedelta, pause: timedelta
) -> list[Sending]:
    """Sendings of the last day without a receipt for `after`, not asked for within `pause`."""
    rows = await tx.fetch(
        "UPDATE channels.sending SET polled_at = $2 WHERE id IN ("  # noqa: S608 - our own names
        " SELECT id FROM channels.sending WHERE channel = $1 AND state = 'taken'"
        " AND at BETWEEN $3 AND $4 AND (polled_at IS NULL OR polled_at < $5)"
        " ORDER BY at LIMIT 100 FOR UPDATE SKIP LOCKED)"
        f" RETURNING {_SENDING}",
        channel,
        now,
        now - DAY,
        now - after,
        now - pause,
    )
    return msgspec.convert([dict(row.items()) for row in rows], list[Sending])


async def forget_sendings(tx: Transaction, before: datetime) -> int:
    """Sendings older than that are forgotten with their receipts; how many."""
    tag = await tx.execute("DELETE FROM channels.sending WHERE at < $1", before)
    return int(tag.rpartition(" ")[2])


async def subscribe(tx: Transaction, made: Subscription) -> None:
    """A browser takes pushes; the same one again renews its keys."""
    await tx.execute(
        "INSERT INTO channels.subscription (id, contact_id, party_id, town_code, endpoint, p256dh,"
        " auth, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET"
        " contact_id = excluded.contact_id, party_id = excluded.party_id,"
        " town_code = excluded.town_code, p256dh = excluded.p256dh, auth = excluded.auth,"
        " at = excluded.at, gone_at = NULL, gone_why = ''",
        *msgspec.structs.astuple(made),
    )


async def subscriptions(tx: Transaction, contact_id: str, party_id: str) -> list[Subscription]:
    """The living subscriptions of a contact, or of a party."""
    rows = await tx.fetch(
        "SELECT id, contact_id, party_id, town_code, endpoint, p256dh, auth, at"
        " FROM channels.subscription WHERE gone_at IS NULL"
        " AND (party_id = $2 OR ($1 <> '' AND contact_id = $1)) ORDER BY at, id",
        contact_id,
        party_id,
    )
    return [Subscription(*row.values()) for row in rows]


async def end_subscription(tx: Transaction, subscription_id: str, now: datetime, why: str) -> None:
    """The push service does not know this browser any more, or the person said so."""
    await tx.execute(
        "UPDATE channels.subscription SET gone_at = $2, gone_why = $3"
        " WHERE id = $1 AND gone_at IS NULL",
        subscription_id,
        now,
        why,
    )


async def put_recording(tx: Transaction, made: Recording) -> None:
    """A call was recorded; the same call again replaces its line."""
    await tx.execute(
        "INSERT INTO channels.recording (id, notice_id, town_code, at, path, sha256, seconds,"
        " keep_until, deleted_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " ON CONFLICT (id) DO UPDATE SET path = excluded.path, sha256 = excluded.sha256,"
        " seconds = excluded.seconds, keep_until = excluded.keep_until",
        *msgspec.structs.astuple(made),
    )


async def recordings_of(tx: Transaction, notice_id: str) -> list[Recording]:
    """The recordings of a notice in the asker's towns, newest first."""
    return [
        Recording(*row.values())
        for row in await tx.fetch(
            "SELECT id, notice_id, town_code, at, path, sha256, seconds, keep_until, deleted_at"
            " FROM channels.recording WHERE notice_id = $1 ORDER BY at DESC, id",
            notice_id,
        )
    ]


async def due_recordings(tx: Transaction, now: datetime) -> list[Row]:
    """id, path of recordings that have been kept long enough."""
    return await tx.fetch(
        "SELECT id, path FROM channels.recording WHERE deleted_at IS NULL AND keep_until <= $1"
        " ORDER BY keep_until LIMIT 500",
        now,
    )


async def deleted_recordings(tx: Transaction, ids: Sequence[str], now: datetime) -> None:
    """The files of these recordings are gone."""
    await tx.execute(
        "UPDATE channels.recording SET deleted_at = $2 WHERE id = ANY ($1::text[])", list(ids), now
    )
