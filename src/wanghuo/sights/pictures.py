"""Pictures beside an incident: what is kept of one that was sent, and how it is shown.

Rule 1. A photo that a person sent is kept without place, time and maker of the telephone.
Rule 2. Where a photo was taken is kept only if that is near the incident: telephones jump.
Rule 3. A camera's picture is kept as it came: it is evidence.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from wanghuo.errors import Invalid
from wanghuo.facts.sentences import word
from wanghuo.place import Coordinates, near_distance_m
from wanghuo.protocols import picture as codec
from wanghuo.protocols.picture import Picture, PictureError

SNAPSHOT_SIZE_MAX_BYTES: Final = 4 << 20
PICTURE_POLICY: Final = "default-src 'none'; sandbox"
SNAPSHOT_TYPES: Final = frozenset({codec.JPEG, codec.PNG})
Row = dict[str, Any]


class Kept(msgspec.Struct, frozen=True):
    """A picture as kept: the columns of sights.picture. sha256 also names its file."""

    id: str
    incident_id: str
    town_code: str
    origin: str
    camera_id: str
    by_whom: str
    taken_at: datetime
    received_at: datetime
    media_type: str
    size_bytes: int
    width: int
    height: int
    sha256: str
    lon: float | None = None
    lat: float | None = None
    note: str = ""


class Look(msgspec.Struct, frozen=True):
    """How asking a camera about an incident ended. trouble: a code of words.picture_trouble."""

    incident_id: str
    camera_id: str
    level: int
    town_code: str
    at: datetime
    tries: int = 1
    picture_id: str = ""
    trouble: str = ""


def photo(data: bytes) -> tuple[Picture, bytes]:
    """What a person's photo is, and its bytes as they may be shown to others. Raises Invalid."""
    if not data:
        raise Invalid("body", "没有图片 / no picture", "send the picture as the body")
    try:
        return codec.read(data), codec.bare(data)
    except PictureError as error:
        raise Invalid(
            "body", f"这不是能显示的图片 / not a picture ({error.reason})",
            "send a JPEG, PNG or WebP",
        ) from error  # fmt: skip


def snapshot(data: bytes) -> Picture:
    """What a camera's answer is. Raises PictureError with a code of words.picture_trouble."""
    if len(data) > SNAPSHOT_SIZE_MAX_BYTES:
        raise PictureError("too_large")
    try:
        made = codec.read(data)
    except PictureError as error:
        raise PictureError("not_a_picture", str(error)) from error
    if made.media_type not in SNAPSHOT_TYPES:
        raise PictureError("not_a_picture", made.media_type)
    return made


def near_position(
    taken_from: Coordinates | None, lon: float | None, lat: float | None, near_m: float
) -> Coordinates | None:
    """Where a photo was taken, if that is near the incident; else None."""
    if taken_from is None or lon is None or lat is None:
        return None
    away_m = near_distance_m(taken_from.lon, taken_from.lat, lon, lat)
    return taken_from if away_m <= near_m else None


def file_name(kept: Kept) -> str:
    """Where its file lies below the folder of pictures."""
    return f"{kept.sha256[:2]}/{kept.sha256}.{codec.EXTENSIONS[kept.media_type]}"


def headers(kept: Kept) -> dict[str, str]:
    """What a picture leaves with: nothing in it can run, and nobody guesses another type."""
    return {
        "Content-Security-Policy": PICTURE_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=3600, immutable",
        "ETag": f'"{kept.sha256}"',
    }


def document(kept: Kept, cameras: Mapping[str, str]) -> Row:
    """A picture as the API lists it. cameras: names by id."""
    return {
        "id": kept.id,
        "origin": kept.origin,
        "camera": cameras.get(kept.camera_id, kept.camera_id),
        "by": kept.by_whom,
        "taken_at": _stamp(kept.taken_at),
        "received_at": _stamp(kept.received_at),
        "media_type": kept.media_type,
        "size_bytes": kept.size_bytes,
        "width": kept.width,
        "height": kept.height,
        "sha256": kept.sha256,
        "lon": kept.lon,
        "lat": kept.lat,
        "note": kept.note,
    }


def silent_cameras(looks: Iterable[Look], cameras: Mapping[str, str]) -> list[Row]:
    """Cameras that gave no picture at their last look, with the reason in words."""
    last: dict[str, Look] = {}
    for look in looks:
        before = last.get(look.camera_id)
        if before is None or look.at >= before.at:
            last[look.camera_id] = look
    return [
        {
            "camera": cameras.get(look.camera_id, look.camera_id),
            "at": _stamp(look.at),
            "trouble": look.trouble,
            "words": word("picture_trouble", look.trouble),
        }
        for look in last.values()
        if look.trouble
    ]


def _stamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
