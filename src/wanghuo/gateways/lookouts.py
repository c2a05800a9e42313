"""What lookouts say on its way into the fire lane; shared by the doors of cameras and lookouts.

Rule 1. The fire goes first: finding out where it is has a limit, and nothing waits for the picture.
Rule 2. A camera that nobody registered is kept for a person, with its bytes whole.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
import structlog

from wanghuo.clock import Clock
from wanghuo.engines.postgres import DOWN, Database, SqlError, Transaction
from wanghuo.engines.telemetry import PEER_ERRORS
from wanghuo.facts.entry import entry_of_signal
from wanghuo.facts.signal import SensorKind, Signal, SignalKind
from wanghuo.identity import derived
from wanghuo.place import METRES_PER_DEGREE
from wanghuo.premises import store as premises
from wanghuo.premises.model import Camera
from wanghuo.principal import ALL_TOWNS
from wanghuo.protocols.lookout import Detection
from wanghuo.protocols.picture import PictureError
from wanghuo.sights import pictures, rays, sighting, store
from wanghuo.sights.pictures import Kept
from wanghuo.sights.policy import SightsPolicy
from wanghuo.sights.rays import Fix
from wanghuo.sights.sighting import Placing, Seen
from wanghuo.signals.model import Intake

PATIENCE_S: Final = 1.0
PLACELESS_NARROW: Final = 0.5  # a degree of longitude is at least half one of latitude
NAME_SIZE_MAX_CHARS: Final = 64

_log = structlog.get_logger("gateways.lookouts")


class Found(msgspec.Struct, frozen=True):
    """A detection with its camera, where it is, and the place that it means ("" for none)."""

    camera: Camera
    placing: Placing
    place_id: str = ""
    town_code: str = ""


class Lookouts:
    """Takes detections of every door."""

    def __init__(
        self, intake: Intake, database: Database, clock: Clock, folder: Path, policy: SightsPolicy
    ) -> None:
        self._intake = intake
        self._database = database
        self._clock = clock
        self._folder = folder
        self._policy = policy

    async def take(self, door: str, peer: str, raw: bytes, seen: Detection) -> bool:
        """Make a detection durable; False if its camera is nobody's and its bytes were kept.

        Raises Unavailable if it could not be kept: the sender sends again.
        """
        now = self._clock.now_utc()
        try:
            async with asyncio.timeout(PATIENCE_S):
                found = await self._found(seen, now)
        except (*DOWN, SqlError) as error:
            _log.warning("lookout_not_located", why=repr(error))
            found = _unlocated(seen)
        if found is None:
            PEER_ERRORS.labels(door, "unknown_camera").inc()
            await self._intake.quarantine(door, peer, "unknown_camera", raw, seen.camera)
            return False
        signals = _signals(found, seen, raw, now)
        await self._intake.fire(
            [entry_of_signal(one, delivery=_delivery(one, now)) for one in signals]
        )
        if seen.active:
            await self._keep_sighting(found, seen, signals[0], now)
        return True

    async def _found(self, seen: Detection, now: datetime) -> Found | None:
        async with self._database.transaction(ALL_TOWNS) as tx:
            camera = await premises.camera(tx, seen.camera)
            if camera is None:
                return None
            since = now - timedelta(seconds=self._policy.lookouts.pair_within_s)
            others = [
                Seen(row["camera_id"], row["lon"], row["lat"], row["bearing_deg"])
                for row in await store.rays_since(tx, since, camera.id)
            ]
            placing = sighting.placed(camera, seen, others, self._policy.lookouts)
            if placing.how == "registered":
                return Found(camera, placing, camera.place_id, camera.town_code)
            if placing.fix is None:
                return Found(camera, placing, town_code=camera.town_code)
            nearest = rays.nearest_place(
                placing.fix,
                await _places_around(tx, placing.fix),
                self._policy.lookouts.assign_max_m,
            )
            place_id, town_code = nearest or ("", camera.town_code)
            return Found(camera, placing, place_id, town_code)

    async def _keep_sighting(
        self, found: Found, seen: Detection, signal: Signal, now: datetime
    ) -> None:
        """Keep what was seen beside the fire, and its picture; a failure only leaves a log line."""
        made = derived("sighting", signal.sender, signal.point, signal.digest, now.isoformat())
        fix = found.placing.fix
        columns = (
            made, found.camera.id, found.town_code, now, seen.seen, seen.confidence,
            found.placing.bearing_deg, seen.tilt_deg, signal.sender, signal.point, found.place_id,
            fix.lon if fix else None, fix.lat if fix else None, fix.error_m if fix else None,
            found.placing.how, found.placing.with_camera, found.placing.area,
        )  # fmt: skip
        try:
            kept = await self._kept_picture(found, seen, made, now)
            async with (
                asyncio.timeout(PATIENCE_S),
                self._database.transaction(ALL_TOWNS) as tx,
            ):
                await store.put_sighting(tx, columns)
                if kept is not None:
                    await store.put_picture(tx, kept)
        except (*DOWN, SqlError, OSError, PictureError) as error:
            _log.warning("sighting_not_kept", camera=found.camera.id, why=repr(error))

    async def _kept_picture(
        self, found: Found, seen: Detection, made: str, now: datetime
    ) -> Kept | None:
        """The picture that came with a detection, its file kept; it joins its incident later."""
        if not seen.image:
            return None
        try:
            about = pictures.snapshot(seen.image)
        except PictureError as error:
            _log.warning("lookout_picture_unusable", camera=found.camera.id, why=str(error))
            return None
        digest = await asyncio.to_thread(
            store.keep_file, self._folder, seen.image, about.media_type
        )
        return Kept(
            id=made, incident_id="", town_code=found.town_code, origin="lookout",
            camera_id=found.camera.id, by_whom="", taken_at=seen.at or now, received_at=now,
            media_type=about.media_type, size_bytes=len(seen.image), width=about.width,
            height=about.height, sha256=digest,
        )  # fmt: skip


async def _places_around(tx: Transaction, fix: Fix) -> list[tuple[str, str, float, float]]:
    north = fix.error_m / METRES_PER_DEGREE
    east = north / PLACELESS_NARROW
    return await premises.places_in_box(
        tx, fix.lon - east, fix.lon + east, fix.lat - north, fix.lat + north
    )


def _unlocated(seen: Detection) -> Found:
    """A detection while the register does not answer: a fire of nobody's place."""
    name = seen.camera[:NAME_SIZE_MAX_CHARS]
    camera = Camera(name, name, "lookout", "", "", 0.0, 0.0)
    return Found(camera, Placing("unknown", bearing_deg=seen.bearing_deg))


def _signals(found: Found, seen: Detection, raw: bytes, now: datetime) -> Sequence[Signal]:
    """The signal of a detection; of a triangle also the other lookout's, which now has a place."""
    mine = _signal(found, found.camera.id, seen, raw, now)
    if not found.placing.with_camera or not seen.active:
        return [mine]
    return [mine, _signal(found, found.placing.with_camera, seen, raw, now)]


def _signal(found: Found, camera_id: str, seen: Detection, raw: bytes, now: datetime) -> Signal:
    fix, own = found.placing.fix, camera_id == found.camera.id
    name = found.camera.name if own else camera_id
    spot = sighting.spot_words(name, found.placing) if own else name
    return Signal(
        kind=SignalKind.FIRE if seen.active else SignalKind.CLEARED,
        sender=f"lookout:{camera_id}",
        received_at=now,
        digest=hashlib.sha256(raw + camera_id.encode()).hexdigest()[:16],
        point=sighting.point_name(found.placing, found.place_id),
        sensor=SensorKind.LOOKOUT,
        happened_at=seen.at,
        text=spot,
        raw=raw if not seen.image and own else b"",
        place_id=found.place_id,
        town_code=found.town_code,
        lon=round(fix.lon, 6) if fix else None,
        lat=round(fix.lat, 6) if fix else None,
    )


def _delivery(signal: Signal, now: datetime) -> str:
    """What names this reception: the same bytes of the same moment are the same entry."""
    if signal.happened_at is not None:
        return signal.happened_at.isoformat()
    return f"minute {int(now.timestamp()) // 60}"
