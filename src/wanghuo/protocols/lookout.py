"""What a lookout or camera says it saw, whatever it speaks; and the plain JSON that we offer.

JSON: {"camera", "class": "fire"|"smoke"|"heat", "time"?, "confidence"?, "bearing_deg"?,
"tilt_deg"?, "active"?, "text"?, "image"?: base64}. A flaw in anything but camera and class refuses
nothing: it is left out, because a garbled fire is still a fire.
"""

import base64
import binascii
import math
from datetime import UTC, datetime
from typing import Final

import msgspec

from wanghuo.protocols.carriers_report import PushError, device_of, moment_of, object_of, text_of

SEEN: Final = frozenset({"fire", "smoke", "heat"})
WORDS: Final = {"flame": "fire", "火": "fire", "火焰": "fire", "烟": "smoke", "烟雾": "smoke"}
IMAGE_SIZE_MAX_BYTES: Final = 2 << 20


class Detection(msgspec.Struct, frozen=True):
    """One thing seen. camera: as the sender names it. active: False when it is over.

    at: UTC, or None. confidence: 0 to 1. bearing_deg: from north; tilt_deg: below the horizon.
    lon, lat: where it is, if the camera says so itself.
    """

    camera: str
    seen: str
    at: datetime | None = None
    active: bool = True
    confidence: float | None = None
    bearing_deg: float | None = None
    tilt_deg: float | None = None
    lon: float | None = None
    lat: float | None = None
    image: bytes = b""
    text: str = ""


def read_json(body: bytes) -> Detection:
    """The detection in a body. Raises PushError."""
    said = object_of(body)
    camera = device_of(said.get("camera"), said.get("camera_id"))
    seen = text_of(said.get("class") or said.get("seen")).lower()
    seen = WORDS.get(seen, seen)
    if seen not in SEEN:
        raise PushError("no_fire_class", f"class {seen!r}; one of {', '.join(sorted(SEEN))}")
    return Detection(
        camera=camera,
        seen=seen,
        at=utc(text_of(said.get("time"))) or moment_of(said.get("time")),
        active=said.get("active") is not False,
        confidence=figure(said.get("confidence"), 0.0, 1.0),
        bearing_deg=figure(said.get("bearing_deg"), 0.0, 360.0),
        tilt_deg=figure(said.get("tilt_deg"), -90.0, 90.0),
        image=_image(said.get("image")),
        text=text_of(said.get("text"))[:200],
    )


def figure(said: object, low: float, high: float) -> float | None:
    """A number in range, or None."""
    if isinstance(said, bool) or not isinstance(said, str | int | float):
        return None
    try:
        number = float(said)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and low <= number <= high else None


def _image(said: object) -> bytes:
    if not isinstance(said, str) or len(said) > IMAGE_SIZE_MAX_BYTES * 2:
        return b""
    try:
        found = base64.b64decode(said.rpartition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        return b""
    return found if len(found) <= IMAGE_SIZE_MAX_BYTES else b""


def utc(text: str) -> datetime | None:
    """A time with its offset, or None."""
    try:
        at = datetime.fromisoformat(text.strip())
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
