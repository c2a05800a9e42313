"""The doors of signals on HTTP: what one device said, its readings as a chart, when it was there.

Rule 1. A device outside the asker's towns has no history: it is looked up before anything is read.
Rule 2. History is files: it is read in a thread, by one reader at a time, without holding a
        connection to the database. Fires of the same machine come first.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, Field

from wanghuo.devices import store as devices
from wanghuo.devices.model import Device
from wanghuo.engines.postgres import Database, Transaction
from wanghuo.errors import Forbidden, Invalid, Missing, Unauthenticated, Unavailable
from wanghuo.facts.sentences import render
from wanghuo.facts.signal import Signal
from wanghuo.principal import Permission, Principal
from wanghuo.signals import history, store
from wanghuo.signals.archive import ArchiveError
from wanghuo.signals.history import Asked, Said
from wanghuo.signals.wording import sentence_of
from wanghuo.web.clock import Now
from wanghuo.web.house import House, house_of
from wanghuo.web.problems import problems
from wanghuo.web.sign_in import may

See = Annotated[Principal, Depends(may(Permission.SEE))]
T = TypeVar("T")
FOLDER: Final = "history"  # of the data folder; compose.clerk writes it
SPAN: Final = timedelta(days=1)
SPAN_MAX: Final = timedelta(days=92)
PRESENCE_SPAN: Final = timedelta(days=7)
FIRES_SHOWN: Final = 20
REFUSALS = problems(Unauthenticated, Forbidden, Missing, Invalid, Unavailable)

router = APIRouter(prefix="/api/v1", tags=["signals"])

# One reader of history for each database that this process serves.
_readers: WeakKeyDictionary[Database, asyncio.Semaphore] = WeakKeyDictionary()


class SpanQuery(BaseModel):
    """Which time; by default the last day. At most 92 days."""

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class SaidQuery(SpanQuery):
    """Which time, and how many lines of it, newest first."""

    limit: int = Field(100, ge=1, le=1000)
    heartbeats: bool = Field(default=True, description="Those that only say: I am alive, too.")


class ChartQuery(SpanQuery):
    """Which quantity in which time, in how many points at most."""

    quantity: str = Field(min_length=1, max_length=32, examples=["temperature"])
    points: int = Field(240, ge=2, le=history.POINTS_MAX)


@router.get("/devices/{device_id}/said", responses=REFUSALS)
async def said(
    device_id: str, who: See, request: Request, clock: Now, span: Annotated[SaidQuery, Query()]
) -> dict[str, Any]:
    """What a device said, newest first, in words and as the bytes that came.

    {items, since, until}. raw: hex digits; lane: fire or routine. Of the routine lane the first
    1,024 bytes are kept.
    """
    house = house_of(request)
    since, until = _span(span, clock.now_utc(), SPAN)
    async with house.database.transaction(who.scope()) as tx:
        device = await devices.device(tx, device_id)
        apart = await _apart(tx, device)
        fires = await store.fires_of(tx, device.origin, since, until, FIRES_SHOWN)
    asked = Asked(device.origin, since, until, apart)
    read = partial(history.history, asked=asked, limit=span.limit, heartbeats=span.heartbeats)
    told = await _read(house, read)
    items = [_said_view(one, "routine") for one in told]
    items += [_said_view(_as_said(signal), "fire") for signal in fires]
    items.sort(key=lambda item: item["at"], reverse=True)
    return {"items": items[: span.limit], "since": since, "until": until}


@router.get("/devices/{device_id}/readings", responses=REFUSALS)
async def readings(device_id: str, who: See, request: Request, clock: Now) -> dict[str, Any]:
    """What a device measures, with the newest value of each, and when it was there, in 7 days.

    last: the last thing that it said on the routine lane, or null.
    """
    house = house_of(request)
    until = clock.now_utc()
    async with house.database.transaction(who.scope()) as tx:
        device = await devices.device(tx, device_id)
        apart = await _apart(tx, device)
        last = (await store.last_of(tx, [device.origin])).get(device.origin)
    asked = Asked(device.origin, until - PRESENCE_SPAN, until, apart)
    known, there = await _read(
        house, lambda folder: (history.measured(folder, asked), history.presence(folder, asked))
    )
    words = last and sentence_of(
        last.kind, quantity=last.quantity, value=last.value, unit=last.unit, text=last.text
    )
    return {
        "last": last and words and {"at": last.at, **render(words.key, words.params)},
        "quantities": [
            {"quantity": one.quantity, "unit": one.unit, "at": one.at, "value": one.value,
             "readings": one.readings}
            for one in known
        ],
        "presence": [{"at": one.at, "online": one.online, "text": one.text} for one in there],
        "since": asked.since,
    }  # fmt: skip


@router.get("/devices/{device_id}/chart", responses=REFUSALS)
async def chart(
    device_id: str, who: See, request: Request, clock: Now, asked: Annotated[ChartQuery, Query()]
) -> dict[str, Any]:
    """One quantity of a device in buckets of equal length: {items, since, until}."""
    house = house_of(request)
    since, until = _span(asked, clock.now_utc(), SPAN)
    async with house.database.transaction(who.scope()) as tx:
        device = await devices.device(tx, device_id)
        apart = await _apart(tx, device)
    of = Asked(device.origin, since, until, apart)
    drawn = await _read(
        house,
        partial(history.chart, asked=of, quantity=asked.quantity, points=asked.points),
    )
    return {
        "items": [
            {"at": one.at, "lowest": one.lowest, "mean": one.mean, "highest": one.highest,
             "readings": one.readings}
            for one in drawn
        ],
        "since": since,
        "until": until,
    }  # fmt: skip


def _span(asked: SpanQuery, now: datetime, default: timedelta) -> tuple[datetime, datetime]:
    """The time that is asked for, UTC. Raises Invalid."""
    try:
        until = (asked.until or now).astimezone(UTC)
        since = (asked.since or until - default).astimezone(UTC)
    except OverflowError as error:
        raise Invalid("since", "no time of this calendar", "give a time of our days") from error
    if since >= until:
        raise Invalid("since", "the span ends before it begins", "give `since` before `until`")
    if until - since > SPAN_MAX:
        raise Invalid("since", "longer than 92 days", "ask for one quarter at a time")
    return since, until


async def _apart(tx: Transaction, device: Device) -> tuple[str, ...]:
    """The other devices that speak through this one: their history is their own."""
    if device.origin != device.sender:
        return ()
    return tuple(o for o in await devices.origins_of(tx, device.sender) if o != device.origin)


async def _read(house: House, ask: Callable[[Path], T]) -> T:
    """What `ask` finds in the folder of history. Raises Unavailable if it cannot be read."""
    reader = _readers.setdefault(house.database, asyncio.Semaphore(1))
    async with reader:
        try:
            return await asyncio.to_thread(ask, house.settings.data_dir / FOLDER)
        except (ArchiveError, OSError) as error:
            raise Unavailable(f"history cannot be read now: {type(error).__name__}") from error


def _as_said(one: Signal) -> Said:
    return Said(
        one.received_at, one.kind, one.quantity, one.value, one.unit, one.status, one.text,
        raw=one.raw.hex(),
    )  # fmt: skip


def _said_view(one: Said, lane: Literal["fire", "routine"]) -> dict[str, Any]:
    words = sentence_of(
        one.kind, quantity=one.quantity, value=one.value, unit=one.unit, text=one.text
    )
    return {
        "at": one.at, "kind": one.kind, "point": one.point, "quantity": one.quantity,
        "value": one.value, "unit": one.unit, "status": one.status, "text": one.text,
        "raw": one.raw, "lane": lane, **render(words.key, words.params),
    }  # fmt: skip
