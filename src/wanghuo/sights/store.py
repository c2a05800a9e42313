"""The tables of sights and the folder of pictures: weather, pictures, looks, sightings."""

import asyncio
import hashlib
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from wanghuo.engines import outbox
from wanghuo.engines.postgres import Row, Transaction
from wanghuo.errors import Missing, Refused
from wanghuo.facts.fact import Fact, Topic
from wanghuo.identity import derived
from wanghuo.protocols.picture import EXTENSIONS
from wanghuo.sights import pictures, queries
from wanghuo.sights.pictures import Kept, Look, file_name
from wanghuo.sights.policy import Pictures
from wanghuo.sights.weather import Observation, Sample

SAMPLES_SHOWN = 48
PICTURES_SHOWN = 200
FOLDER = "pictures"  # in the data folder


class Beside(msgspec.Struct, frozen=True):
    """An incident that something is put beside."""

    id: str
    town_code: str
    level: int
    lon: float
    lat: float


class Named(msgspec.Struct, frozen=True):
    """An incident by its number."""

    id: str
    number: str
    town_code: str
    place_id: str
    level: int
    state: str
    lon: float | None
    lat: float | None


async def incident(tx: Transaction, number: str) -> Named:
    """One incident. Raises Missing, also for one outside the transaction's towns."""
    row = await tx.fetchrow(queries.INCIDENT, number)
    if row is None:
        raise Missing(f"there is no incident {number}")
    return Named(*row.values())


async def weather_due(
    tx: Transaction, now: datetime, *, period_s: float, retry_s: float, size: int
) -> list[Beside]:
    """Open incidents that want a sample now."""
    found = await tx.fetch(queries.WEATHER_DUE, now, period_s, retry_s, size)
    return [Beside(*row.values()) for row in found]


async def put_weather(tx: Transaction, samples: Iterable[Sample]) -> None:
    """Put samples beside their incidents; one of the same moment again changes nothing."""
    rows = [_columns(sample) for sample in samples]
    if rows:
        await tx.execute(queries.PUT_WEATHER, *map(list, zip(*rows, strict=True)))


def _columns(sample: Sample) -> tuple[object, ...]:
    seen = sample.observed
    observed = msgspec.structs.astuple(seen) if seen else (None, "", *[None] * 7)
    made = derived("weather", sample.incident_id, sample.level, sample.taken_at.isoformat())
    return (made, *msgspec.structs.astuple(sample)[:-1], *observed)


async def weather_of(tx: Transaction, incident_id: str, size: int = SAMPLES_SHOWN) -> list[Sample]:
    """The samples beside an incident, newest first."""
    return [_sample(row) for row in await tx.fetch(queries.WEATHER_OF, incident_id, size)]


def _sample(row: Row) -> Sample:
    about, observed = list(row.values())[:7], list(row.values())[7:]
    seen = None if observed[0] is None else Observation(*observed)
    return msgspec.structs.replace(Sample(*about), observed=seen)


def keep_file(folder: Path, data: bytes, media_type: str) -> str:
    """Keep a picture's bytes below `folder`, whole or not at all; their SHA-256 in hex."""
    digest = hashlib.sha256(data).hexdigest()
    path = folder / digest[:2] / f"{digest}.{EXTENSIONS[media_type]}"
    if path.exists():
        return digest
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(f".{os.getpid()}.draft")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return digest


def read_file(folder: Path, kept: Kept) -> bytes:
    """The bytes of a picture. Raises Missing if its file is gone."""
    try:
        return (folder / file_name(kept)).read_bytes()
    except OSError as error:
        raise Missing("the file of this picture is gone") from error


async def put_picture(tx: Transaction, kept: Kept) -> bool:
    """Put a picture whose file is kept; False if it was there already."""
    return await tx.fetchval(queries.PUT_PICTURE, *msgspec.structs.astuple(kept)) is not None


async def room_for_picture(tx: Transaction, incident_id: str, most: int) -> None:
    """Raise Refused when an incident has as many pictures as the policy lets it."""
    if await tx.fetchval(queries.PICTURES_BESIDE, incident_id) >= most:
        raise Refused(f"this incident has {most} pictures already, the most that the policy keeps")


async def keep_photo(  # noqa: PLR0913, PLR0917 - where, beside what, what, by which rules
    tx: Transaction, folder: Path, found: Named, fresh: Kept, data: bytes, rules: Pictures
) -> Kept:
    """Keep a person's photo: file, then row; `fresh` completed by what its bytes say.

    The same id again changes nothing. Raises Invalid for what is no picture, Refused without room.
    """
    about, bare = await asyncio.to_thread(pictures.photo, data)
    await room_for_picture(tx, found.id, rules.incident_max)
    near = pictures.near_position(about.taken_from, found.lon, found.lat, rules.near_m)
    digest = await asyncio.to_thread(keep_file, folder, bare, about.media_type)
    made = msgspec.structs.replace(
        fresh,
        media_type=about.media_type,
        size_bytes=len(bare),
        width=about.width,
        height=about.height,
        sha256=digest,
        lon=near.lon if near else None,
        lat=near.lat if near else None,
    )
    await put_picture(tx, made)
    return made


async def pictures_of(tx: Transaction, incident_id: str, size: int = PICTURES_SHOWN) -> list[Kept]:
    """The pictures beside an incident, newest first."""
    rows = await tx.fetch(queries.PICTURES_OF, incident_id, size)
    return [Kept(*row.values()) for row in rows]


async def picture(tx: Transaction, picture_id: str) -> Kept:
    """One picture. Raises Missing, also for one outside the transaction's towns."""
    row = await tx.fetchrow(queries.PICTURE, picture_id)
    if row is None:
        raise Missing(f"there is no picture {picture_id}")
    return Kept(*row.values())


async def looks_of(tx: Transaction, incident_id: str) -> list[Look]:
    """How asking cameras about an incident ended."""
    return [Look(*row.values()) for row in await tx.fetch(queries.LOOKS_OF, incident_id)]


async def camera_names(tx: Transaction, ids: Iterable[str]) -> dict[str, str]:
    """The names of cameras by id."""
    rows = await tx.fetch(queries.CAMERA_NAMES, sorted(set(ids)))
    return {row["id"]: row["name"] for row in rows}


class LookDue(msgspec.Struct, frozen=True):
    """A camera that should be asked about an incident now."""

    incident_id: str
    number: str
    town_code: str
    level: int
    camera_id: str
    snapshot_url: str
    login: str
    tries: int


async def looks_due(  # noqa: PLR0913 - the numbers of the policy, all by name
    tx: Transaction,
    *,
    from_level: int,
    near_deg: tuple[float, float],
    incident_max: int,
    tries_max: int,
    before: datetime,
    size: int,
) -> list[LookDue]:
    """Which cameras should be asked now, the highest incidents first."""
    rows = await tx.fetch(
        queries.LOOK_DUE, from_level, *near_deg, incident_max, tries_max, before, size
    )
    return [LookDue(*row.values()) for row in rows]


async def put_look(tx: Transaction, look: Look) -> None:
    """Put how a look ended."""
    await tx.execute(queries.PUT_LOOK, *msgspec.structs.astuple(look))


async def tell(tx: Transaction, number: str, town_code: str, cause: str, at: datetime) -> None:
    """Tell open pages that something new stands beside an incident."""
    fact = Fact(derived("fact", Topic.SIGHT, cause), Topic.SIGHT, at, town_code, {"number": number})
    await outbox.put(tx, [fact])


async def adopt_pictures(tx: Transaction, since: datetime, now: datetime) -> int:
    """Give lookouts' pictures the incident that their sighting became; how many."""
    rows = await tx.fetch(queries.ADOPT_PICTURES, since)
    for row in rows:
        await tell(tx, row["number"], row["town_code"], row["id"], now)
    return len(rows)


async def expire_pictures(tx: Transaction, before: datetime, size: int) -> list[tuple[str, str]]:
    """Forget pictures received before; (sha256, media type) of the files that nobody needs now."""
    gone = {(r["sha256"], r["media_type"]) for r in await tx.fetch(
        queries.EXPIRE_PICTURES, before, size)}  # fmt: skip
    needed = {r["sha256"] for r in await tx.fetch(
        queries.FILES_NEEDED, [digest for digest, _ in gone])}  # fmt: skip
    return sorted(pair for pair in gone if pair[0] not in needed)


def forget_files(folder: Path, gone: Sequence[tuple[str, str]]) -> None:
    """Remove the files of forgotten pictures."""
    for digest, media_type in gone:
        path = folder / digest[:2] / f"{digest}.{EXTENSIONS[media_type]}"
        path.unlink(missing_ok=True)


async def put_sighting(tx: Transaction, columns: Sequence[object]) -> None:
    """Put what a lookout saw: the columns of sights.sighting."""
    await tx.execute(queries.PUT_SIGHTING, *columns)


async def rays_since(tx: Transaction, since: datetime, without_camera: str) -> list[Row]:
    """camera_id, bearing_deg, lon, lat, seen: the newest ray of each other lookout."""
    return await tx.fetch(queries.RAYS_SINCE, since, without_camera)


async def sightings_of(tx: Transaction, incident_id: str) -> list[Row]:
    """What lookouts saw of an incident, newest first."""
    return await tx.fetch(queries.SIGHTINGS_OF, incident_id)
