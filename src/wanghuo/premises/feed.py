"""Files in: read, compared with what is there, shown, and on request kept, in one transaction.

Good rows are kept and wrong rows are told, so that one bad cell does not stop 52,000 places; the
corrected file can be sent again whole, because rows that have not changed do nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from wanghuo.engines.postgres import Transaction
from wanghuo.errors import Invalid
from wanghuo.premises import importing, sheets, store, synthetic
from wanghuo.premises.categories import Category
from wanghuo.premises.import_report import (
    Report,
    Upload,
    fields_of,
    report_of,
    row_of,
    states_of,
    without_datum,
)
from wanghuo.premises.import_tables import TABLES
from wanghuo.premises.importing import Known, Parsed, Table
from wanghuo.premises.model import ADDRESSES, TEST_PLACE_ID, Town
from wanghuo.premises.sheets import Sheet

STORED: Final = {
    "towns": "town", "villages": "village", "places": "place", "contacts": "contact",
    "stations": "station", "water": "water", "rosters": "roster", "entrances": "entrance",
    "cameras": "camera",
}  # fmt: skip


class Register(Protocol):
    """The face of devices/store that imports need; compose hands the module in."""

    def rows_by_id(
        self, tx: Transaction, ids: Iterable[str]
    ) -> Awaitable[dict[str, tuple[Any, ...]]]:
        """Devices by id, as rows."""
        ...

    def ids_by_origin(self, tx: Transaction, origins: Iterable[str]) -> Awaitable[dict[str, str]]:
        """Device ids by origin."""
        ...

    def put_rows(
        self, tx: Transaction, devices: Iterable[Sequence[Any]], senders: Iterable[Sequence[Any]]
    ) -> Awaitable[None]:
        """Keep rows of devices and senders."""
        ...

    def add_synthetic(
        self, tx: Transaction, sender: Sequence[Any], device: Sequence[Any]
    ) -> Awaitable[None]:
        """The synthetic fire's sender and device; harmless if they are there."""
        ...

    def follow_places(self, tx: Transaction, towns: Mapping[str, str]) -> Awaitable[None]:
        """Give devices the town of their place."""
        ...

    def operator_rows(self, tx: Transaction) -> Awaitable[dict[str, tuple[Any, ...]]]:
        """Operators by id, as rows (id, name, town_code)."""
        ...

    def put_operators(self, tx: Transaction, rows: Iterable[Sequence[Any]]) -> Awaitable[None]:
        """Keep rows (id, name, town_code); keys stay."""
        ...


Tell = Callable[[str, int, int], None]  # what was just done, steps done, of how many


def _nobody(_what: str, _done: int, _of: int) -> None:
    """Nobody waits for it."""


async def run_import(
    register: Register,
    tx: Transaction,
    categories: Mapping[str, Category],
    upload: Upload,
    tell: Tell = _nobody,
) -> Report:
    """Preview an upload, and keep its good rows if upload.commit. tell: hears of each step.

    Raises Invalid for a file that is no table, lacks a column or is of no known kind.
    """
    table = TABLES.get(upload.kind)
    if table is None:
        raise Invalid("kind", f"{upload.kind!r} cannot be imported", "use " + ", ".join(TABLES))
    sheet = await asyncio.to_thread(sheets.read, upload.file, upload.content)
    steps = 4 if upload.commit else 3
    tell(f"{len(sheet.rows):,} rows read", 1, steps)
    known = await _known(tx, register, table, sheet)
    known.categories = _by_words(categories)
    known.default_datum = upload.datum
    parsed = await asyncio.to_thread(importing.parse, table, sheet, known)
    tell("rows checked", 2, steps)
    before = await _rows_before(tx, register, table, parsed)
    states = await asyncio.to_thread(states_of, table, parsed.records, before)
    tell("rows compared with what is there", 3, steps)
    if upload.commit:
        await tx.execute("SET LOCAL statement_timeout = 0")
        wanted = [
            record
            for (_, record), state in zip(parsed.records, states, strict=True)
            if state != "unchanged"
        ]
        await _keep(tx, register, table, wanted)
        tell("rows kept", 4, steps)
    return report_of(upload, sheet, parsed, states)


async def _known(tx: Transaction, register: Register, table: Table, sheet: Sheet) -> Known:
    """What the rows of this sheet may refer to."""
    towns = await store.towns(tx)
    known = Known(towns=_town_words(towns))
    if table.kind in {"places", "stations"}:
        known.villages = {
            (village.town_code, word): village.code
            for village in await store.villages(tx)
            for word in (village.code, village.name)
        }
    if table.kind == "devices":
        asked = importing.column_values(table, sheet, "place_id", "sender", "point")
        found = await store.places(tx, {place_id for place_id, _, _ in asked})
        known.places = {place_id: place.town_code for place_id, place in found.items()}
        origins = {f"{sender}/{point}" if point else sender for _, sender, point in asked}
        known.origins = await register.ids_by_origin(tx, origins)
        known.operators = frozenset(await register.operator_rows(tx))
    if table.kind in {"entrances", "cameras"}:
        asked = importing.column_values(table, sheet, "place_id")
        found = await store.places(tx, {place_id for (place_id,) in asked})
        known.places = {place_id: place.town_code for place_id, place in found.items()}
    if table.kind == "contacts":
        asked = importing.column_values(table, sheet, "owner_id")
        ids = {owner_id for (owner_id,) in asked}
        known.owners = await store.owners(tx, ids, ids)
    if table.kind == "rosters":
        asked = importing.column_values(table, sheet, "station_id", "contact_id")
        known.owners = await store.owners(tx, [], {station_id for station_id, _ in asked})
        known.contacts = await store.stations_of_contacts(tx, {contact for _, contact in asked})
    return known


def _town_words(towns: Iterable[Town]) -> dict[str, Town]:
    return {word: town for town in towns for word in (town.code, town.name, town.short)}


def _by_words(categories: Mapping[str, Category]) -> dict[str, Category]:
    return {word: c for c in categories.values() for word in (c.code, c.zh, c.en)}


async def _rows_before(
    tx: Transaction, register: Register, table: Table, parsed: Parsed
) -> dict[str, tuple[Any, ...]]:
    """What is there already under the keys of the good rows, as comparable rows."""
    keys = [row_of(table, record)[0] for _, record in parsed.records]
    if table.kind == "devices":
        return await register.rows_by_id(tx, keys)
    if table.kind == "operators":
        return await register.operator_rows(tx)
    before = await store.rows_by_key(tx, STORED[table.kind], keys)
    if table.kind == "contacts":
        known = await store.addresses_of(tx, keys)
        return {
            key: (*row, *(known.get((key, channel), "") for channel in ADDRESSES))
            for key, row in before.items()
        }
    if table.kind == "places":
        units = await store.units_of(tx, {row[1] for row in before.values()})
        return {
            key: (*without_datum(row), *fields_of(units.get(row[1]))) for key, row in before.items()
        }
    return before


async def _keep(tx: Transaction, register: Register, table: Table, records: list[Any]) -> None:
    if table.kind == "places":
        units = {record.unit.id: record.unit for record in records}
        await store.put_places(tx, units.values(), [record.place for record in records])
        towns = {record.place.id: record.place.town_code for record in records}
        await register.follow_places(tx, towns)
    elif table.kind == "devices":
        senders = [record.sender for record in records if record.sender is not None]
        await register.put_rows(tx, [record.device for record in records], senders)
    elif table.kind == "contacts":
        await store.upsert(tx, "contact", [record.contact for record in records])
        await store.put_addresses(tx, [(r.contact, r.addresses) for r in records])
    elif table.kind == "operators":
        await register.put_operators(tx, records)
    else:
        await store.upsert(tx, STORED[table.kind], records)
    if table.kind == "towns":
        await _place_synthetic(tx, register)


async def _place_synthetic(tx: Transaction, register: Register) -> None:
    """Give the synthetic fire a home in the first town as soon as there is one."""
    if not await store.places(tx, [TEST_PLACE_ID]):
        test = synthetic.records((await store.towns(tx))[0])
        await store.add_synthetic(tx, test)
        await register.add_synthetic(tx, test.sender, test.device)


async def load_folder(
    register: Register, tx: Transaction, categories: Mapping[str, Category], folder: Path
) -> list[Report]:
    """Load a whole city from KIND.csv or KIND.xlsx files of a folder; the reports by kind.

    towns and places must be there. Raises Invalid with the first wrong cells of the first bad
    file: a city is loaded whole or not at all.
    """
    reports = []
    for kind in TABLES:
        found = [p for p in (folder / f"{kind}.csv", folder / f"{kind}.xlsx") if p.is_file()]
        if not found:
            if kind in {"towns", "places"}:
                raise Invalid("city", f"{folder} has no {kind}.csv", f"put {kind}.csv there")
            continue
        content = await asyncio.to_thread(found[0].read_bytes)
        upload = Upload(kind, found[0].name, content, commit=True)
        report = await run_import(register, tx, categories, upload)
        if report.errors:
            told = "; ".join(f"{e.cell} {e.message_en}: {e.remedy_en}" for e in report.errors[:5])
            raise Invalid(found[0].name, f"{report.errors_total} wrong cells: {told}")
        reports.append(report)
    return reports
