"""The rules of CAP 1.2 that an alert must keep, as a list of what is wrong with one.

Source. OASIS Common Alerting Protocol 1.2, section 3.2 (elements, order, conditions) and 3.3.2
(date format). Written against the text of the standard and not against cap.py, so that each can
catch the other's mistake.
"""

import re
from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree as ET

NAMESPACE: Final = "{urn:oasis:names:tc:emergency:cap:1.2}"
# (element, required) in the order of the schema; `*`: as often as wanted.
ALERT: Final = (
    "identifier! sender! sent! status! msgType! source scope! restriction addresses code* note"
    " references incidents info*"
)
INFO: Final = (
    "language category!* event! responseType* urgency! severity! certainty! audience eventCode*"
    " effective onset expires senderName headline description instruction web contact parameter*"
    " resource* area*"
)
AREA: Final = "areaDesc! polygon* circle* geocode* altitude ceiling"
RESOURCE: Final = "resourceDesc! mimeType! size uri derefUri digest"
PAIR: Final = "valueName! value!"
INSIDE: Final[Mapping[str, str]] = {
    "alert": ALERT,
    "info": INFO,
    "area": AREA,
    "resource": RESOURCE,
    "parameter": PAIR,
    "eventCode": PAIR,
    "geocode": PAIR,
}
WORDS: Final[Mapping[str, str]] = {
    "status": "Actual Exercise System Test Draft",
    "msgType": "Alert Update Cancel Ack Error",
    "scope": "Public Restricted Private",
    "category": "Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other",
    "responseType": "Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None",
    "urgency": "Immediate Expected Future Past Unknown",
    "severity": "Extreme Severe Moderate Minor Unknown",
    "certainty": "Observed Likely Possible Unlikely Unknown",
}
TIMES: Final = frozenset({"sent", "effective", "onset", "expires"})
REFERRING: Final = frozenset({"Update", "Cancel", "Ack", "Error"})
TIME: Final = re.compile(r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d\Z", re.ASCII)
UNFIT: Final = re.compile(r"[\s,<&]")
LANGUAGE: Final = re.compile(r"\A[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*\Z")
CORNERS_MIN: Final = 4


def faults(xml: bytes) -> list[str]:
    """Everything that is wrong with an alert; empty if nothing is."""
    try:
        root = ET.fromstring(xml)  # noqa: S314 - expat ≥ 2.4.1 limits entity expansion by itself
    except ET.ParseError as error:
        return [f"not XML: {error}"]
    if root.tag != f"{NAMESPACE}alert":
        return [f"the root is {root.tag}, not alert of CAP 1.2"]
    found: list[str] = []
    for element in root.iter():
        _shape(element, found)
        _content(element, found)
    _conditions(root, found)
    return found


def _shape(element: ET.Element, found: list[str]) -> None:
    """Names, number and order of what stands inside one element."""
    name = _name(element)
    order = INSIDE.get(name, "").split()
    known = [part.rstrip("!*") for part in order]
    have = [_name(child) for child in element]
    for part, plain in zip(order, known, strict=True):
        if "!" in part and plain not in have:
            found.append(f"{name}: {plain} is missing")
        if "*" not in part and have.count(plain) > 1:
            found.append(f"{name}: {plain} stands there {have.count(plain)} times")
    found += [f"{name}: nobody knows {one}" for one in have if one not in known]
    places = [known.index(one) for one in have if one in known]
    if places != sorted(places):
        found.append(f"{name}: out of order: {' '.join(have)}")


def _content(element: ET.Element, found: list[str]) -> None:
    """What one element says."""
    name, text = _name(element), element.text or ""
    if name not in INSIDE and not text.strip():
        found.append(f"{name} is empty")
    if name in WORDS and text not in WORDS[name].split():
        found.append(f"{name}: {text!r} is none of {WORDS[name]}")
    if name in TIMES and not TIME.match(text):
        found.append(f"{name}: {text!r} is not YYYY-MM-DDThh:mm:ss±hh:mm")
    if name in {"identifier", "sender"} and UNFIT.search(text):
        found.append(f"{name}: {text!r} holds a blank, a comma, < or &")
    if name == "language" and not LANGUAGE.match(text):
        found.append(f"language: {text!r} is no RFC 3066 code")
    if name == "circle":
        centre, _, radius = text.partition(" ")
        if not _point(centre) or not _number(radius, 0.0, 40_000.0):
            found.append(f"circle: {text!r} is not `lat,lon radius`")
    if name == "polygon":
        corners = text.split()
        closed = len(corners) >= CORNERS_MIN and corners[0] == corners[-1]
        if not closed or not all(map(_point, corners)):
            found.append(f"polygon: {text!r} is not closed pairs of lat,lon")


def _conditions(root: ET.Element, found: list[str]) -> None:
    """What one element asks of another."""
    scope, kind = _text(root, "scope"), _text(root, "msgType")
    if scope == "Restricted" and not _text(root, "restriction"):
        found.append("a Restricted alert needs restriction")
    if scope == "Private" and not _text(root, "addresses"):
        found.append("a Private alert needs addresses")
    references = _text(root, "references").split()
    if kind in REFERRING and not references:
        found.append(f"{kind} needs references")
    for reference in references:
        parts = reference.split(",")
        if len(parts) != 3 or not all(parts) or not TIME.match(parts[2]):  # noqa: PLR2004 - a triple
            found.append(f"references: {reference!r} is not sender,identifier,sent")
        elif parts[1] == _text(root, "identifier"):
            found.append("references: an alert cannot refer to itself")
    languages = [_text(info, "language") or "en-US" for info in root.iter(f"{NAMESPACE}info")]
    if len(languages) != len(set(languages)):
        found.append(f"more than one info for a language: {' '.join(languages)}")


def _name(element: ET.Element) -> str:
    return element.tag.removeprefix(NAMESPACE)


def _text(element: ET.Element, name: str) -> str:
    return (element.findtext(f"{NAMESPACE}{name}") or "").strip()


def _point(text: str) -> bool:
    lat, _, lon = text.partition(",")
    return _number(lat, -90.0, 90.0) and _number(lon, -180.0, 180.0)


def _number(text: str, lowest: float, highest: float) -> bool:
    try:
        return lowest <= float(text) <= highest
    except ValueError:
        return False
