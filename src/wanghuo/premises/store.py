"""The tables of premises: towns, units, places, contacts, stations, water.

The judge reads set-based: one question for all the ids of a batch, never one a row.
"""

# ruff: noqa: S608 - only our own column names are put together, values are always $n

import gzip
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from wanghuo.engines.postgres import Row, Transaction
from wanghuo.engines.together import Part
from wanghuo.errors import Missing
from wanghuo.place import METRES_PER_DEGREE, Coordinates, near_distance_m
from wanghuo.premises import queries, world
from wanghuo.premises.city_whole import City
from wanghuo.premises.duty import Shift
from wanghuo.premises.geojson import Ring
from wanghuo.premises.model import (
    ADDRESSES,
    CITY_OWNER_ID,
    TEST_UNIT_ID,
    Camera,
    Contact,
    Entrance,
    OwnerKind,
    Place,
    Station,
    Town,
    Unit,
    Village,
    Water,
)
from wanghuo.premises.search import search_text
from wanghuo.premises.synthetic import Synthetic

Record = TypeVar(
    "Record", Camera, Contact, Entrance, Place, Shift, Station, Town, Unit, Village, Water
)
Owner = tuple[str, str]  # owner_kind, owner_id
WORLD_ROWS_AT_ONCE = 5000
NARROWEST_DEGREE = 0.5  # a degree of longitude is at least half one of latitude south of 60° N


async def city_is_loaded(tx: Transaction) -> bool:
    """Whether there is a city at all."""
    return bool(await tx.fetchval("SELECT EXISTS (SELECT FROM premises.town)"))


async def load_city(tx: Transaction, city: City) -> bool:
    """Put the premises of a generated city into empty tables; False if a city is there already.

    All or nothing with the caller's transaction.
    """
    if await city_is_loaded(tx):
        return False
    await tx.execute("SET LOCAL statement_timeout = 0")
    units = {unit.id: unit for unit in city.units}
    await _load(tx, "town", map(msgspec.structs.astuple, city.towns))
    await _load(tx, "village", map(msgspec.structs.astuple, city.villages))
    await _load(tx, "unit", map(msgspec.structs.astuple, city.units))
    rows = (
        (*msgspec.structs.astuple(place), search_text(place, units[place.unit_id]))
        for place in city.places
    )
    await _load(tx, "place", rows, ("search",))
    await _load(tx, "contact", map(msgspec.structs.astuple, city.contacts))
    await _load(tx, "station", map(msgspec.structs.astuple, city.stations))
    await _load(tx, "water", map(msgspec.structs.astuple, city.water))
    await _load(tx, "entrance", map(msgspec.structs.astuple, city.entrances))
    return True


async def _load(
    tx: Transaction, table: str, rows: Iterable[Sequence[Any]], more: tuple[str, ...] = ()
) -> None:
    """COPY into a temporary table, then insert: COPY itself stops at row-level security."""
    names = queries.TABLES[table] + more
    listed = ", ".join(names)
    await tx.execute(f"CREATE TEMP TABLE load_{table} (LIKE premises.{table}) ON COMMIT DROP")
    await tx.copy_records_to_table(f"load_{table}", records=rows, columns=names)
    await tx.execute(f"INSERT INTO premises.{table} ({listed}) SELECT {listed} FROM load_{table}")
    await tx.execute(f"DROP TABLE load_{table}")
    await tx.execute(f"ANALYZE premises.{table}")


async def upsert(tx: Transaction, table: str, records: Iterable[Record]) -> int:
    """Put records by id or code, changing those that are there; how many were given.

    No key may be given twice. Places go through `put_places`.
    """
    names = queries.TABLES[table]
    rows = [msgspec.structs.astuple(record) for record in records]
    listed = ", ".join(names)
    changes = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
    await tx.execute(
        f"CREATE TEMP TABLE put_{table} ON COMMIT DROP AS"
        f" SELECT {listed} FROM premises.{table} WHERE false"
    )
    await tx.copy_records_to_table(f"put_{table}", records=rows, columns=names)
    await tx.execute(
        f"INSERT INTO premises.{table} ({listed}) SELECT {listed} FROM put_{table}"
        f" ON CONFLICT ({names[0]}) DO UPDATE SET {changes}"
    )
    await tx.execute(f"DROP TABLE put_{table}")
    return len(rows)


async def rows_by_key(
    tx: Transaction, table: str, keys: Iterable[str]
) -> dict[str, tuple[Any, ...]]:
    """What the table holds under these keys, as tuples in the order of the record's fields."""
    key = queries.TABLES[table][0]
    found = await tx.fetch(
        f"SELECT {queries.columns(table)} FROM premises.{table} WHERE {key} = ANY ($1)", list(keys)
    )
    return {row[0]: tuple(row.values()) for row in found}


async def refresh_search(tx: Transaction, unit_ids: Iterable[str]) -> None:
    """Write anew what the places of these units are found by, after they or their units changed."""
    wanted = list(unit_ids)
    found = await tx.fetch(
        f"SELECT {queries.columns('place')} FROM premises.place WHERE unit_id = ANY ($1)", wanted
    )
    named = await units_of(tx, wanted)
    changed = [_place(row) for row in found]
    await tx.execute(
        queries.SET_SEARCH,
        [place.id for place in changed],
        [search_text(place, named.get(place.unit_id)) for place in changed],
    )


async def put_places(tx: Transaction, units: Iterable[Unit], changed: Iterable[Place]) -> None:
    """Put places with their units; their contacts follow them to another town."""
    kept = list(units)
    await upsert(tx, "unit", kept)
    await upsert(tx, "place", changed)
    unit_ids = [unit.id for unit in kept]
    await tx.execute(queries.CONTACTS_FOLLOW_UNITS, unit_ids)
    await tx.execute(queries.ENTRANCES_FOLLOW_PLACES, unit_ids)
    await refresh_search(tx, unit_ids)


async def add_synthetic(tx: Transaction, synthetic: Synthetic) -> None:
    """The synthetic fire's unit, place and contact; harmless if they are there."""
    await put_places(tx, [synthetic.unit], [synthetic.place])
    await upsert(tx, "contact", [synthetic.contact])


def _place(row: Row) -> Place:
    return Place(*row.values())


async def places(tx: Transaction, ids: Iterable[str]) -> dict[str, Place]:
    """The places with these ids; unknown ids are left out."""
    found = await tx.fetch(queries.PLACES, list(ids))
    return {row["id"]: _place(row) for row in found}


async def place(tx: Transaction, place_id: str) -> Place:
    """One place. Raises Missing, also for a place outside the transaction's towns."""
    found = await places(tx, [place_id])
    if place_id not in found:
        raise Missing(f"there is no place {place_id}")
    return found[place_id]


async def units_of(tx: Transaction, ids: Iterable[str]) -> dict[str, Unit]:
    """The units with these ids."""
    return {row["id"]: Unit(*row.values()) for row in await tx.fetch(queries.UNITS, list(ids))}


async def contacts_of(
    tx: Transaction, owners: Iterable[tuple[str, str]]
) -> dict[Owner, list[Contact]]:
    """Contacts by (owner_kind, owner_id), called first first; an owner without any is left out."""
    wanted = sorted(set(owners))
    kinds, ids = [kind for kind, _ in wanted], [owner_id for _, owner_id in wanted]
    found: dict[Owner, list[Contact]] = {}
    for row in await tx.fetch(queries.CONTACTS, kinds, ids):
        contact = Contact(*row.values())
        found.setdefault((contact.owner_kind, contact.owner_id), []).append(contact)
    return found


async def addresses_of(tx: Transaction, contact_ids: Iterable[str]) -> dict[tuple[str, str], str]:
    """Further addresses by (contact id, channel)."""
    found = await tx.fetch(queries.ADDRESSES, list(contact_ids))
    return {(row["contact_id"], row["channel"]): row["address"] for row in found}


async def put_addresses(tx: Transaction, rows: Iterable[tuple[Contact, Sequence[str]]]) -> None:
    """Further addresses of contacts, in the order of ADDRESSES; "" takes one away."""
    put = [
        (contact.id, channel, address, contact.verified)
        for contact, addresses in rows
        for channel, address in zip(ADDRESSES, addresses, strict=True)
    ]
    if put:
        await tx.execute(queries.PUT_ADDRESSES, *map(list, zip(*put, strict=True)))


async def stations(tx: Transaction) -> list[Station]:
    """Every station, for a nearest search in memory."""
    return [Station(*row.values()) for row in await tx.fetch(queries.STATIONS)]


async def towns(tx: Transaction) -> list[Town]:
    """Every town in the order of the codes."""
    return [Town(*row.values()) for row in await tx.fetch(queries.TOWNS)]


async def villages(tx: Transaction) -> list[Village]:
    """Every village in the order of the codes."""
    return [Village(*row.values()) for row in await tx.fetch(queries.VILLAGES)]


async def water_near(
    tx: Transaction, point: Coordinates, *, limit: int = 4, within_m: float = 1500.0
) -> list[tuple[Water, float]]:
    """The nearest water sources with their distance in metres, nearest first."""
    north = within_m / METRES_PER_DEGREE
    east = north / NARROWEST_DEGREE
    box = (point.lon - east, point.lon + east, point.lat - north, point.lat + north)
    found = [Water(*row.values()) for row in await tx.fetch(queries.WATER_IN_BOX, *box)]
    measured = [(w, near_distance_m(point.lon, point.lat, w.lon, w.lat)) for w in found]
    near = [pair for pair in measured if pair[1] <= within_m]
    return sorted(near, key=lambda pair: (pair[1], pair[0].id))[:limit]


async def entrances_of(tx: Transaction, place_id: str) -> list[Entrance]:
    """The gates and doors of a place."""
    return [Entrance(*row.values()) for row in await tx.fetch(queries.ENTRANCES_OF, place_id)]


async def camera(tx: Transaction, name: str) -> Camera | None:
    """The camera with this id, or with this number of GB/T 28181."""
    row = await tx.fetchrow(queries.CAMERA, name)
    return None if row is None else Camera(*row.values())


async def places_in_box(
    tx: Transaction, west: float, east: float, south: float, north: float
) -> list[tuple[str, str, float, float]]:
    """Id, town code, lon, lat of the places inside a box of degrees."""
    rows = await tx.fetch(queries.PLACES_IN_BOX, west, east, south, north)
    return [(row["id"], row["town_code"], row["lon"], row["lat"]) for row in rows]


async def water_out_of_order(tx: Transaction, ids: Iterable[str]) -> dict[str, str]:
    """Of these water sources those that cannot be used now, with the reason."""
    found = await tx.fetch(queries.WATER_OUT_OF_ORDER, list(ids))
    return {row["id"]: row["out_of_order"] for row in found}


async def stations_by_id(tx: Transaction, ids: Iterable[str]) -> dict[str, Station]:
    """The stations with these ids; unknown ids are left out."""
    return {key: Station(*row) for key, row in (await rows_by_key(tx, "station", ids)).items()}


async def outline(tx: Transaction) -> list[Ring]:
    """The border as closed rings; none if nobody drew it."""
    return await tx.fetchval("SELECT rings FROM premises.outline") or []


async def put_outline(tx: Transaction, rings: Sequence[Ring]) -> None:
    """Keep the border instead of the one before."""
    await tx.execute(queries.PUT_OUTLINE, rings)


async def places_version(tx: Transaction) -> str:
    """A word that is another one after any place changed."""
    return str(await tx.fetchval(queries.PLACES_VERSION))


async def devices_at(tx: Transaction, place_id: str) -> list[Row]:
    """What hangs in a place, with operator's name and last state."""
    return await tx.fetch(queries.DEVICES_AT, place_id)


async def open_incidents_at(tx: Transaction, place_id: str) -> list[Row]:
    """number, level, state, opened_at of what is open at a place."""
    return await tx.fetch(queries.OPEN_INCIDENTS_AT, place_id)


async def owners(
    tx: Transaction, units: Iterable[str], station_ids: Iterable[str]
) -> dict[Owner, str]:
    """The town codes of units, of stations, of every town and of the city, by Owner."""
    found = await tx.fetch(queries.OWNERS, list(units), list(station_ids))
    towns_of = {(row["kind"], row["id"]): row["town_code"] for row in found}
    return {**towns_of, (OwnerKind.CITY.value, CITY_OWNER_ID): ""}


async def stations_of_contacts(tx: Transaction, ids: Iterable[str]) -> dict[str, str]:
    """Contact id to the station that it answers for; contacts of others are left out."""
    found = await tx.fetch(queries.CONTACTS_OF_STATIONS, list(ids))
    return {row["id"]: row["owner_id"] for row in found}


async def rosters(
    tx: Transaction, station: str = "", town: str = "", after: str = "", size: int = 100
) -> list[Shift]:
    """A page of shifts by id. station, town: "" for all."""
    found = await tx.fetch(queries.ROSTERS, station, town, after, size)
    return [Shift(*row.values()) for row in found]


async def delete_shift(tx: Transaction, shift_id: str) -> bool:
    """Whether there was such a shift; there is none afterwards."""
    gone = await tx.fetchval("DELETE FROM premises.roster WHERE id = $1 RETURNING id", shift_id)
    return gone is not None


def verifying(contact_ids: Iterable[str]) -> Part:
    """Somebody answered these contacts' numbers."""
    return Part(queries.VERIFY, [(contact_id,) for contact_id in contact_ids])


async def unverify(tx: Transaction, contact_ids: Iterable[str]) -> list[str]:
    """Count these numbers as unverified; those that were verified until now."""
    rows = await tx.fetch(queries.UNVERIFY, list(contact_ids))
    return sorted(row["id"] for row in rows)


async def contact(tx: Transaction, contact_id: str) -> Contact:
    """One contact. Raises Missing, also for one outside the transaction's towns."""
    found = await rows_by_key(tx, "contact", [contact_id])
    if contact_id not in found:
        raise Missing(f"there is no contact {contact_id}")
    return Contact(*found[contact_id])


async def exported(tx: Transaction, kind: str) -> list[Row]:
    """The rows of an import table as they stand, in the columns of import_tables."""
    if kind == "contacts":
        return await tx.fetch(queries.EXPORTS[kind], TEST_UNIT_ID)
    return await tx.fetch(queries.EXPORTS[kind])


async def write_world(
    tx: Transaction, path: Path, keys: Mapping[str, str], *, without_place: str = ""
) -> int:
    """Write the file that the simulator reads (format: world.py); how many senders it has.

    keys: operator id to key. without_place: a place left to people who try things by hand. The
    file appears whole or not at all, readable by its owner alone.
    """
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    grouping, senders = world.Grouping(), 0
    with (
        os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw,
        gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=1, mtime=0) as packed,
    ):
        packed.write(world.head_line(keys))
        cursor = await tx.cursor(queries.WORLD, without_place)
        while rows := await cursor.fetch(WORLD_ROWS_AT_ONCE):
            for line in grouping.feed(map(tuple, rows)):
                packed.write(line)
                senders += 1
        for line in grouping.finish():
            packed.write(line)
            senders += 1
    draft.replace(path)
    return senders


async def place_columns(tx: Transaction) -> list[Row]:
    """id, lon, lat, category, town_code, sleeping of every real place, by id."""
    return await tx.fetch(queries.PLACE_COLUMNS)


async def search(tx: Transaction, **wanted: str | int) -> list[Place]:
    """A page of places by id.

    wanted: pattern (LIKE), town, category, after (id), size, device, phone; "" leaves one out.
    """
    order = ("pattern", "town", "category", "after", "size", "device", "phone")
    return [_place(row) for row in await tx.fetch(queries.SEARCH, *(wanted[k] for k in order))]


async def counts(tx: Transaction) -> dict[str, int]:
    """places, stations, towns, villages, units, water, without the synthetic fire's."""
    row = await tx.fetchrow(queries.COUNTS, TEST_UNIT_ID)
    assert row is not None
    return dict(row.items())
