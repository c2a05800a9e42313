"""CAP 1.2: an alert as XML, for whoever warns people. An export; 119's own link is cad_119.py.

Source. OASIS Common Alerting Protocol 1.2, section 3.2: elements, their order, their code words.
Rule 1. Times carry a numeric offset and whole seconds; `Z` is not CAP.
Rule 2. Positions are `lat,lon` in WGS-84 degrees, as everywhere inside this product.
Rule 3. One info block per language, each whole.
The rules that a reader may check stand in cap_rules.py.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import Final
from xml.etree import ElementTree as ET

import msgspec

from wanghuo.errors import Invalid
from wanghuo.place import Coordinates

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA_TYPE: Final = "application/cap+xml"
UNFIT: Final = frozenset(" ,<&\t\n\r")  # 3.2.1: not in an identifier, not in a sender
CITY_TIME: Final = timezone(timedelta(hours=8))


class Status(StrEnum):
    """How an alert is to be handled."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    SYSTEM = "System"
    TEST = "Test"
    DRAFT = "Draft"


class MessageType(StrEnum):
    """What an alert is to those before it."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"
    ACK = "Ack"
    ERROR = "Error"


class Urgency(StrEnum):
    """How soon somebody must act."""

    IMMEDIATE = "Immediate"
    EXPECTED = "Expected"
    FUTURE = "Future"
    PAST = "Past"
    UNKNOWN = "Unknown"


class Severity(StrEnum):
    """How much is threatened."""

    EXTREME = "Extreme"
    SEVERE = "Severe"
    MODERATE = "Moderate"
    MINOR = "Minor"
    UNKNOWN = "Unknown"


class Certainty(StrEnum):
    """How sure it is."""

    OBSERVED = "Observed"
    LIKELY = "Likely"
    POSSIBLE = "Possible"
    UNLIKELY = "Unlikely"
    UNKNOWN = "Unknown"


class Grade(msgspec.Struct, frozen=True):
    """The three words by which CAP sorts alerts."""

    urgency: Urgency
    severity: Severity
    certainty: Certainty


# A single sensor is a fire once in thousands, so F1 says Possible; F3 has been seen by somebody.
GRADES: Final = (
    Grade(Urgency.UNKNOWN, Severity.UNKNOWN, Certainty.UNLIKELY),
    Grade(Urgency.IMMEDIATE, Severity.MODERATE, Certainty.POSSIBLE),
    Grade(Urgency.IMMEDIATE, Severity.SEVERE, Certainty.LIKELY),
    Grade(Urgency.IMMEDIATE, Severity.SEVERE, Certainty.OBSERVED),
    Grade(Urgency.IMMEDIATE, Severity.EXTREME, Certainty.OBSERVED),
)


class Reference(msgspec.Struct, frozen=True):
    """One version of an alert: what later ones refer to."""

    identifier: str
    sent: datetime


class Area(msgspec.Struct, frozen=True):
    """Where. centre: None while the position is not known. geocode: a division code or ""."""

    description: str
    centre: Coordinates | None = None
    radius_km: float = 0.1
    geocode: str = ""


class Info(msgspec.Struct, frozen=True):
    """What one language says. parameters: (name, value)."""

    language: str
    event: str
    headline: str
    description: str
    sender_name: str
    area: Area
    parameters: tuple[tuple[str, str], ...] = ()


class Alert(msgspec.Struct, frozen=True):
    """One version of an alert. restriction: who may see it; before: the versions before it."""

    version: Reference
    sender: str
    status: Status
    message_type: MessageType
    restriction: str
    incident: str
    grade: Grade
    infos: tuple[Info, ...]
    before: tuple[Reference, ...] = ()
    note: str = ""


def written(alert: Alert) -> bytes:
    """The alert as UTF-8 XML. Raises Invalid for an identifier or sender that CAP cannot hold."""
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(f"{{{NAMESPACE}}}alert")
    _add(root, "identifier", _fit("identifier", alert.version.identifier))
    _add(root, "sender", _fit("sender", alert.sender))
    _add(root, "sent", stamp(alert.version.sent))
    _add(root, "status", alert.status)
    _add(root, "msgType", alert.message_type)
    _add(root, "scope", "Restricted")
    _add(root, "restriction", alert.restriction)
    if alert.note:
        _add(root, "note", alert.note)
    if alert.before:
        _add(root, "references", _references(alert.sender, alert.before))
    _add(root, "incidents", alert.incident)
    for info in alert.infos:
        _info(root, info, alert)
    xml: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return xml


def stamp(at: datetime) -> str:
    """A time as CAP writes it: city time, whole seconds, numeric offset."""
    return at.astimezone(CITY_TIME).isoformat(timespec="seconds")


def _info(root: ET.Element, info: Info, alert: Alert) -> None:
    block = _add(root, "info")
    _add(block, "language", info.language)
    _add(block, "category", "Fire")
    _add(block, "event", info.event)
    _add(block, "urgency", alert.grade.urgency)
    _add(block, "severity", alert.grade.severity)
    _add(block, "certainty", alert.grade.certainty)
    _add(block, "senderName", info.sender_name)
    _add(block, "headline", info.headline)
    _add(block, "description", info.description)
    for name, value in info.parameters:
        _named(block, "parameter", name, value)
    area = _add(block, "area")
    _add(area, "areaDesc", info.area.description)
    if info.area.centre is not None:
        centre = info.area.centre
        _add(area, "circle", f"{centre.lat:.6f},{centre.lon:.6f} {info.area.radius_km:g}")
    if info.area.geocode:
        _named(area, "geocode", "GB/T 2260", info.area.geocode)


def _named(parent: ET.Element, tag: str, name: str, value: str) -> None:
    pair = _add(parent, tag)
    _add(pair, "valueName", name)
    _add(pair, "value", value)


def _add(parent: ET.Element, tag: str, text: str = "") -> ET.Element:
    made = ET.SubElement(parent, f"{{{NAMESPACE}}}{tag}")
    if text:
        made.text = "".join(one if one.isprintable() else " " for one in text)
    return made


def _references(sender: str, before: Sequence[Reference]) -> str:
    return " ".join(f"{sender},{one.identifier},{stamp(one.sent)}" for one in before)


def _fit(field: str, text: str) -> str:
    if not text or UNFIT & set(text):
        raise Invalid(field, f"{text!r} is nothing that CAP can hold", "no blanks , < or &")
    return text
