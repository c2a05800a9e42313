"""ONVIF events of fire and smoke, as WS-BaseNotification brings them.

Source. ONVIF Core 9; Analytics Service, ObjectDetection/Object with tt:ObjectType Fire and Smoke
(November 2025); Thermal Service, RuleEngine/Radiometry/TemperatureAlarm.
Invariant (fuzzed). Any bytes give detections or PushError, and never another error.
"""

from typing import Final

from wanghuo.protocols.carriers_report import PushError
from wanghuo.protocols.clean_text import cleaned
from wanghuo.protocols.lookout import Detection, figure, utc
from wanghuo.protocols.plain_xml import Node, XmlError, parse

OBJECT: Final = "RuleEngine/ObjectDetection/Object"
THERMAL: Final = (
    "RuleEngine/Radiometry/TemperatureAlarm",
    "RuleEngine/Radiometry/TemperatureMeasurementAlarm",
)
CLASSES: Final = {"fire": "fire", "smoke": "smoke"}
OVER: Final = frozenset({"false", "0"})
TEXT_SIZE_MAX_CHARS: Final = 200


def decode(body: bytes, camera: str) -> list[Detection]:
    """The detections of one Notify. camera: as the address that was subscribed with names it.

    Events of other kinds give none. Raises PushError.
    """
    try:
        root = parse(body)
    except XmlError as error:
        raise PushError("not_xml", str(error)) from error
    messages = list(root.all("NotificationMessage"))
    if not messages:
        raise PushError("no_notification", f"the root is {cleaned(root.name)[:60]}")
    found = []
    for message in messages:
        made = _detection(message, camera or _producer(message))
        if made is not None:
            found.append(made)
    return found


def _producer(message: Node) -> str:
    reference = message.first("ProducerReference")
    return cleaned(reference.word("Address"))[:64] if reference is not None else ""


def _detection(message: Node, camera: str) -> Detection | None:
    topic = message.word("Topic").rpartition("tns1:")[2]
    inner = next((one for one in message.all("Message") if "UtcTime" in one.attributes), None)
    if inner is None:
        return None
    items = {
        one.attributes.get("Name", ""): one.attributes.get("Value", "")
        for one in inner.all("SimpleItem")
    }
    seen, active = _seen(topic, items)
    if not seen:
        return None
    place = inner.first("GeoLocation")
    gone = inner.attributes.get("PropertyOperation", "") == "Deleted"
    return Detection(
        camera=camera,
        seen=seen,
        at=utc(inner.attributes["UtcTime"]),
        active=active and not gone,
        confidence=figure(items.get("Likelihood"), 0.0, 1.0),
        lon=figure(place.attributes.get("lon"), -180.0, 180.0) if place is not None else None,
        lat=figure(place.attributes.get("lat"), -90.0, 90.0) if place is not None else None,
        text=cleaned(items.get("Rule", ""))[:TEXT_SIZE_MAX_CHARS],
    )


def _seen(topic: str, items: dict[str, str]) -> tuple[str, bool]:
    """What was seen, and whether it still is; "" for events of other kinds."""
    if topic.startswith(THERMAL):
        return "heat", items.get("AlarmActive", "true").strip().lower() not in OVER
    if not topic.startswith(OBJECT):
        return "", False
    classes = items.get("ClassTypes", "").replace(",", " ").lower().split()
    known = [CLASSES[name] for name in classes if name in CLASSES]
    return (min(known), True) if known else ("", False)
