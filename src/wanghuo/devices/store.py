"""The tables of devices: operators, senders, devices, health."""

# ruff: noqa: S608 - only our own column names are put together, values are always $n

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from wanghuo.devices import queries
from wanghuo.devices.model import (
    TEST_OPERATOR_ID,
    Device,
    OnlineFigures,
    Operator,
    Point,
    Sender,
    Wanted,
    sender_of,
)
from wanghuo.engines.postgres import Row, Transaction
from wanghuo.errors import Missing

DEVICE_COLUMNS: Final = (
    "id", "origin", "sender", "place_id", "town_code", "kind", "operator_id", "location",
    "profile", "installed_on", "out_of_service",
)  # fmt: skip
SENDER_COLUMNS: Final = ("sender", "place_id", "town_code", "operator_id", "profile")
_DEVICE: Final = ", ".join(DEVICE_COLUMNS)
_SENDER: Final = ", ".join((*SENDER_COLUMNS, "peer"))
_LISTED: Final = ", ".join(f"d.{name}" for name in DEVICE_COLUMNS)
_PAGE: Final = queries.PAGE.format(columns=_LISTED)
_PAGE_IN_ORDER: Final = queries.PAGE_IN_ORDER.format(columns=_LISTED)
_figures: Final = msgspec.json.Decoder(OnlineFigures)

# A point is its device; else whatever its registered transmitter says; else what another point of
# the same sender says. One question for a whole batch; OFFSET 0 keeps the planner from reading
# whole tables for the few points that are not registered.
POINTS: Final = """
    SELECT asked.origin, coalesce(d.id, '') AS device_id,
        coalesce(d.place_id, s.place_id, other.place_id) AS place_id,
        coalesce(d.town_code, s.town_code, other.town_code) AS town_code,
        coalesce(d.kind, '') AS kind, coalesce(d.location, '') AS location,
        coalesce(d.operator_id, s.operator_id, other.operator_id) AS operator_id,
        coalesce(d.out_of_service, false) AS out_of_service
    FROM unnest($1::text[], $2::text[]) AS asked (origin, sender)
    LEFT JOIN devices.device d ON d.origin = asked.origin
    LEFT JOIN LATERAL (
        SELECT * FROM devices.sender WHERE d.id IS NULL AND sender = asked.sender OFFSET 0
    ) s ON true
    LEFT JOIN LATERAL (
        SELECT * FROM (
            SELECT id, place_id, town_code, operator_id FROM devices.device
            WHERE d.id IS NULL AND s.sender IS NULL AND sender = asked.sender OFFSET 0
        ) of_sender ORDER BY id LIMIT 1
    ) other ON true
    WHERE coalesce(d.place_id, s.place_id, other.place_id) IS NOT NULL
"""

# A transmitter to try with: of an awake place, two smoke points at least, the first by id.
EXAMPLE: Final = """
    SELECT d.sender, d.place_id, p.category, array_agg(d.origin ORDER BY d.id) AS origins
    FROM devices.device d JOIN devices.sender s ON s.sender = d.sender
    JOIN premises.place p ON p.id = d.place_id
    WHERE p.category = $1 AND NOT p.test AND d.kind = 'smoke' AND d.origin <> d.sender
        AND d.sender LIKE 'gb26875:%' AND NOT d.out_of_service AND p.building = ''
    GROUP BY d.sender, d.place_id, p.category HAVING count(*) >= 2 ORDER BY d.place_id LIMIT 1
"""


async def register_is_loaded(tx: Transaction) -> bool:
    """Whether there is any device but the synthetic fire's."""
    return bool(
        await tx.fetchval(
            "SELECT EXISTS (SELECT FROM devices.device WHERE operator_id <> $1)", TEST_OPERATOR_ID
        )
    )


async def load_register(
    tx: Transaction,
    operators: Iterable[Sequence[Any]],
    senders: Iterable[Sequence[Any]],
    devices: Iterable[Sequence[Any]],
) -> bool:
    """Fill the empty register; False if it is filled already.

    Rows are tuples: operators (id, name, town_code), senders as SENDER_COLUMNS, devices as
    DEVICE_COLUMNS. Iterators are read once and not held.
    """
    if await register_is_loaded(tx):
        return False
    await tx.execute("SET LOCAL statement_timeout = 0")
    await _load(tx, "operator", ("id", "name", "town_code"), operators)
    await _load(tx, "sender", SENDER_COLUMNS, senders)
    await _load(tx, "device", DEVICE_COLUMNS, devices)
    return True


async def _load(
    tx: Transaction, table: str, columns: tuple[str, ...], rows: Iterable[Sequence[Any]]
) -> None:
    """COPY into a temporary table, then insert: COPY itself stops at row-level security."""
    listed = ", ".join(columns)
    await tx.execute(
        f"CREATE TEMP TABLE load_{table} (LIKE devices.{table} INCLUDING DEFAULTS) ON COMMIT DROP"
    )
    await tx.copy_records_to_table(f"load_{table}", records=rows, columns=columns)
    await tx.execute(f"INSERT INTO devices.{table} ({listed}) SELECT {listed} FROM load_{table}")
    await tx.execute(f"DROP TABLE load_{table}")
    await tx.execute(f"ANALYZE devices.{table}")


async def add_synthetic(tx: Transaction, sender: Sequence[Any], device: Sequence[Any]) -> None:
    """The synthetic fire's sender and device, as rows like load_register's; harmless if there."""
    await upsert_senders(tx, [Sender(*sender)])
    await upsert_devices(tx, [Device(*device)])


async def upsert_devices(tx: Transaction, devices: Iterable[Device]) -> None:
    """Put devices by id, changing those that are there."""
    await put_rows(tx, [msgspec.structs.astuple(device) for device in devices], [])


async def put_rows(
    tx: Transaction, devices: Iterable[Sequence[Any]], senders: Iterable[Sequence[Any]]
) -> None:
    """Put rows as load_register takes them, changing those that are there; no id twice."""
    changes = ", ".join(f"{name} = excluded.{name}" for name in DEVICE_COLUMNS[1:])
    await tx.execute(
        f"CREATE TEMP TABLE put_device ON COMMIT DROP AS SELECT {_DEVICE} FROM devices.device"
        " WHERE false"
    )
    await tx.copy_records_to_table("put_device", records=devices, columns=DEVICE_COLUMNS)
    await tx.execute(
        f"INSERT INTO devices.device ({_DEVICE}) SELECT {_DEVICE} FROM put_device"
        f" ON CONFLICT (id) DO UPDATE SET {changes}"
    )
    await tx.execute("DROP TABLE put_device")
    by_sender = {row[0]: Sender(*row) for row in senders}
    await upsert_senders(tx, by_sender.values())


async def rows_by_id(tx: Transaction, ids: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    """Devices by id as tuples in the order of DEVICE_COLUMNS."""
    found = await tx.fetch(f"SELECT {_DEVICE} FROM devices.device WHERE id = ANY ($1)", list(ids))
    return {row[0]: tuple(row.values()) for row in found}


async def ids_by_origin(tx: Transaction, origins: Iterable[str]) -> dict[str, str]:
    """Which device has which of these origins."""
    found = await tx.fetch(
        "SELECT origin, id FROM devices.device WHERE origin = ANY ($1)", list(origins)
    )
    return {row["origin"]: row["id"] for row in found}


async def follow_places(tx: Transaction, towns: Mapping[str, str]) -> None:
    """Give devices and senders the town of their place. towns: place id to town code."""
    for table in ("device", "sender"):
        await tx.execute(
            f"UPDATE devices.{table} d SET town_code = p.town_code"
            " FROM unnest($1::text[], $2::text[]) AS p (id, town_code)"
            " WHERE d.place_id = p.id AND d.town_code <> p.town_code",
            list(towns),
            list(towns.values()),
        )


async def upsert_senders(tx: Transaction, senders: Iterable[Sender]) -> None:
    """Put senders, changing those that are there; a bound peer stays bound."""
    await tx.executemany(
        f"INSERT INTO devices.sender ({_SENDER}) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (sender) DO UPDATE SET place_id = excluded.place_id,"
        " town_code = excluded.town_code, operator_id = excluded.operator_id,"
        " profile = excluded.profile",
        [msgspec.structs.astuple(sender) for sender in senders],
    )


async def upsert_operators(tx: Transaction, operators: Iterable[Operator]) -> None:
    """Put operators; a key that is not given stays."""
    await tx.executemany(
        "INSERT INTO devices.operator AS o (id, name, town_code, key_digest)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
        " town_code = excluded.town_code,"
        " key_digest = coalesce(excluded.key_digest, o.key_digest)",
        [msgspec.structs.astuple(operator) for operator in operators],
    )


def digest_of_key(key: str) -> bytes:
    """What is kept of an operator's key: its SHA-256."""
    return hashlib.sha256(key.encode()).digest()


async def set_operator_keys(tx: Transaction, keys: Mapping[str, str]) -> None:
    """Give operators their keys; only the digests are kept."""
    await tx.executemany(
        "UPDATE devices.operator SET key_digest = $2 WHERE id = $1",
        [(operator_id, digest_of_key(key)) for operator_id, key in keys.items()],
    )


async def operators(tx: Transaction) -> list[Operator]:
    """Every operator by id."""
    found = await tx.fetch(
        "SELECT id, name, town_code, key_digest FROM devices.operator ORDER BY id"
    )
    return [Operator(*row.values()) for row in found]


async def operator_rows(tx: Transaction) -> dict[str, tuple[Any, ...]]:
    """Operators by id as rows (id, name, town_code)."""
    return {o.id: (o.id, o.name, o.town_code) for o in await operators(tx)}


async def put_operators(tx: Transaction, rows: Iterable[Sequence[Any]]) -> None:
    """Keep rows (id, name, town_code); keys stay."""
    await upsert_operators(tx, [Operator(*row) for row in rows])


async def operator_of_digest(tx: Transaction, digest: bytes) -> Operator | None:
    """Whose key has this SHA-256; None if nobody's."""
    row = await tx.fetchrow(
        "SELECT id, name, town_code, key_digest FROM devices.operator WHERE key_digest = $1",
        digest,
    )
    return Operator(*row.values()) if row else None


async def operator_of_key(tx: Transaction, key: str) -> Operator | None:
    """Whose key this is; None if nobody's."""
    return await operator_of_digest(tx, digest_of_key(key))


async def points(tx: Transaction, origins: Iterable[str]) -> dict[str, Point]:
    """What is registered of the points with these origins (`sender` or `sender/point`).

    An unregistered point of a registered sender gets the sender's place and device_id "". Points
    of unknown senders are left out.
    """
    asked = sorted(set(origins))
    found = await tx.fetch(POINTS, asked, [sender_of(origin) for origin in asked])
    return {row["origin"]: Point(*row.values()) for row in found}


async def sender_register(tx: Transaction) -> dict[str, Sender]:
    """Every registered transmitter by Signal.sender, for the gateways to hold in memory."""
    found = await tx.fetch(f"SELECT {_SENDER} FROM devices.sender")
    return {row["sender"]: Sender(*row.values()) for row in found}


async def devices_of(tx: Transaction, place_ids: Iterable[str]) -> list[Device]:
    """The devices of these places by id."""
    found = await tx.fetch(
        f"SELECT {_DEVICE} FROM devices.device WHERE place_id = ANY ($1) ORDER BY id",
        list(place_ids),
    )
    return [Device(*row.values()) for row in found]


async def devices_named(
    tx: Transaction, ids: Iterable[str], place_id: str, limit: int
) -> list[Device]:
    """The devices with these ids, and those of a place ("" for none), by id."""
    found = await tx.fetch(
        f"SELECT {_DEVICE} FROM devices.device WHERE id = ANY ($1)"
        " OR ($2 <> '' AND place_id = $2) ORDER BY id LIMIT $3",
        list(ids), place_id, limit,
    )  # fmt: skip
    return [Device(*row.values()) for row in found]


async def page(tx: Transaction, wanted: Wanted) -> list[Device]:
    """Devices by id; the synthetic fire's is left out."""
    few = wanted.place_id or wanted.sender
    if not few:
        await tx.execute(queries.IN_ORDER)
    found = await tx.fetch(
        _PAGE if few else _PAGE_IN_ORDER,
        wanted.place_id,
        wanted.sender,
        wanted.after,
        wanted.size,
        TEST_OPERATOR_ID,
        wanted.operator_id,
        wanted.town,
        wanted.online,
    )
    return [Device(*row.values()) for row in found]


async def town_is_known(tx: Transaction, code: str) -> bool:
    """Whether the city has a town of this code."""
    asked = "SELECT EXISTS (SELECT FROM premises.town WHERE code = $1)"
    return bool(await tx.fetchval(asked, code))


async def place_names(tx: Transaction, place_ids: Iterable[str]) -> dict[str, str]:
    """The names of these places by id."""
    found = await tx.fetch(
        "SELECT id, name FROM premises.place WHERE id = ANY ($1)", sorted(set(place_ids))
    )
    return {row["id"]: row["name"] for row in found}


async def places(
    tx: Transaction, *, town: str, covered: bool | None, after: str, size: int
) -> list[Row]:
    """Places by id with devices in service and how many are online. covered: at least one is."""
    await tx.execute(queries.IN_ORDER)
    return await tx.fetch(queries.PLACES, after, size, town, covered, TEST_OPERATOR_ID)


async def online_figures(tx: Transaction) -> OnlineFigures:
    """How many devices are online, by town and operator; the synthetic fire's is not counted.

    Costs most of a second in a city of 300,000 devices: whoever asks often keeps the answer, and
    asks last in its transaction, which is planned for whole tables from then on.
    """
    await tx.execute(queries.BY_PASSES)
    return _figures.decode(await tx.fetchval(queries.ONLINE_FIGURES, TEST_OPERATOR_ID))


async def device(tx: Transaction, device_id: str) -> Device:
    """One device. Raises Missing, also for one outside the transaction's towns."""
    row = await tx.fetchrow(
        f"SELECT {_DEVICE} FROM devices.device WHERE id = $1",
        device_id,
    )
    if row is None:
        raise Missing(f"there is no device {device_id}")
    return Device(*row.values())


async def origins_of(tx: Transaction, sender: str) -> list[str]:
    """The points that speak through this sender."""
    found = await tx.fetch("SELECT origin FROM devices.device WHERE sender = $1", sender)
    return [row["origin"] for row in found]


async def example_transmitter(tx: Transaction, category: str = "industrial") -> Row | None:
    """sender, place_id and origins of the smoke points of one transmitter to try with."""
    return await tx.fetchrow(EXAMPLE, category)


async def counts(tx: Transaction) -> dict[str, int]:
    """devices, senders and operators; the synthetic fire's device is not counted."""
    row = await tx.fetchrow(
        "SELECT (SELECT count(*) FROM devices.device WHERE operator_id <> $1) AS devices,"
        " (SELECT count(*) FROM devices.sender WHERE operator_id <> $1) AS senders,"
        " (SELECT count(*) FROM devices.operator) AS operators",
        TEST_OPERATOR_ID,
    )
    assert row is not None
    return dict(row.items())
