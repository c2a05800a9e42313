"""What happened at one place, or because of one device: its doors on HTTP.

Rule 1. The place or device is looked up first, so what lies outside the asker's towns is missing.
"""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends

from wanghuo.alarms import store as alarms
from wanghuo.alarms.model import Shelf
from wanghuo.devices import store as devices
from wanghuo.engines.postgres import Row
from wanghuo.errors import Forbidden, Missing, Unauthenticated
from wanghuo.incidents import record, store
from wanghuo.incidents.rows import stamp
from wanghuo.premises import store as premises
from wanghuo.principal import Permission, Principal
from wanghuo.web.clock import Now
from wanghuo.web.problems import problems
from wanghuo.web.scope import Tx
from wanghuo.web.sign_in import may

See = Annotated[Principal, Depends(may(Permission.SEE))]
SHELVES_SHOWN: Final = 20
ALARMS_SHOWN: Final = 50
REFUSALS = problems(Unauthenticated, Forbidden, Missing)

router = APIRouter(prefix="/api/v1", tags=["incidents"])


@router.get("/places/{place_id}/record", responses=REFUSALS)
async def record_of_place(place_id: str, _who: See, tx: Tx, clock: Now) -> dict[str, Any]:
    """A place: points in alarm now, shelves and test windows, incidents of 12 months by month."""
    await premises.place(tx, place_id)
    now = clock.now_utc()
    hanging = await devices.devices_of(tx, [place_id])
    shelves = await alarms.shelves_of(
        tx, place_id, [device.origin for device in hanging], SHELVES_SHOWN
    )
    months = await store.months_of_place(tx, place_id, record.first_month(now))
    return {
        "alarms": [_alarm_view(row) for row in await alarms.live_at(tx, place_id)],
        "shelves": [_shelf_view(shelf) for shelf in shelves],
        "months": [
            {"month": one.month, "incidents": one.incidents, "fires": one.fires}
            for one in record.by_month(months, now)
        ],
    }


@router.get("/devices/{device_id}/record", responses=REFUSALS)
async def record_of_device(device_id: str, _who: See, tx: Tx) -> dict[str, Any]:
    """A device: its alarms, newest first, each with its incident; and its shelves."""
    device = await devices.device(tx, device_id)
    shelves = await alarms.shelves_of(tx, "", [device.origin], SHELVES_SHOWN)
    found = await store.alarms_of_point(tx, device.origin, ALARMS_SHOWN)
    return {
        "alarms": [
            {**_alarm_view(row), "number": row["number"], "level_peak": row["level_peak"],
             "disposition": row["disposition"], "cause": row["cause"]}
            for row in found
        ],
        "shelves": [_shelf_view(shelf) for shelf in shelves],
    }  # fmt: skip


def _alarm_view(row: Row) -> dict[str, Any]:
    return {
        "origin": row["origin"], "device_id": row["device_id"], "sensor": row["sensor"],
        "type": row["alarm_type"], "state": row["state"], "shelved": row["shelved"],
        "first_at": stamp(row["first_at"]), "last_at": stamp(row["last_at"]),
        "repeats": row["repeats"], "text": row["text"],
    }  # fmt: skip


def _shelf_view(shelf: Shelf) -> dict[str, Any]:
    return {
        "id": shelf.id, "kind": "drill" if shelf.drill else shelf.kind.value,
        "origin": shelf.origin, "place_id": shelf.place_id, "author_name": shelf.author_name,
        "reason": shelf.reason, "from_at": stamp(shelf.from_at),
        "until_at": stamp(shelf.until_at), "ended_at": stamp(shelf.ended_at),
    }  # fmt: skip
