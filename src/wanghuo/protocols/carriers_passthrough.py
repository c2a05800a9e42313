"""Vendor bytes and strings that a carrier passes through unread.

Four dialects: Huaqiang packets (binary), Wanlin NB301 lines and water strings (ASCII), and the
JSON of user information transmitters (用户信息传输装置). Layouts are worked out from the samples
and code tables named in tests/golden/SOURCES_payloads.md.

Invariant (fuzzed). Any bytes give a list of Said, empty when the dialect is not known.
"""

import base64
import binascii
import re
from typing import Final

from wanghuo.facts.signal import SensorKind, SignalKind
from wanghuo.protocols.carriers_report import (
    PushError,
    Said,
    object_of,
    reading,
    text_of,
)

HUAQIANG_START: Final = b"PU"  # 50 55
_HUAQIANG_SENSORS: Final = {0x08: SensorKind.SMOKE, 0x06: SensorKind.WATER}
_HEAD_BYTES: Final = 39  # start mark, length, header, common data up to the signal strength
_SAMPLES_AT: Final = 56
_SAMPLE_BYTES: Final = 8
_EVENT_PACKET: Final = 0x01
_ALERT_BIT, _LOW_BATTERY_BIT, _FAULT_BIT = 0x01, 0x04, 0x80

_NB301 = re.compile(
    r"N(?P<model>\d{3})V\d{2}I(?P<imei>\d{15})(?:H\d{0,20})?X(?P<status>\d{2})"
    r"T(?P<temperature>-?\d{1,3})U(?P<battery>\d{1,3})S\d{1,3}",
    re.ASCII,
)
_WATER = re.compile(
    r"NB900(?P<model>\d)\d{3}(?P<imei>\d{15})(?P<status>\d{2})"
    r"(?P<low>\d{4})(?P<high>\d{4})(?P<now>\d{4})NC",
    re.ASCII,
)
_NB301_STATUS: Final = {
    "01": (SignalKind.FIRE, "报警"),
    "02": (SignalKind.FAULT, "低电"),
    "10": (SignalKind.HEARTBEAT, "自检"),
    "11": (SignalKind.CLEARED, "恢复"),
}
# Water too low or too high is trouble for the operator, never a suspected fire.
_WATER_STATUS: Final = {
    "10": (SignalKind.HEARTBEAT, "自检"),
    "02": (SignalKind.FAULT, "电量不足"),
    "03": (SignalKind.FAULT, "过低"),
    "13": (SignalKind.FAULT_CLEARED, "过低恢复"),
    "04": (SignalKind.FAULT, "过高"),
    "14": (SignalKind.FAULT_CLEARED, "过高恢复"),
}
_TRANSMITTER: Final = {
    "21": (SignalKind.FIRE, "报警事件"),
    "22": (SignalKind.NOTABLE, "预警事件"),
    "23": (SignalKind.FAULT, "故障事件"),
    "24": (SignalKind.STATE, "装置状态"),
    "25": (SignalKind.STATE, "消防主机状态"),
    "26": (SignalKind.OPERATION, "部件动作事件"),
    "27": (SignalKind.STATE, "部件状态"),
}
_COMPONENTS_MAX: Final = 32


def read_text(passed: str) -> list[Said]:
    """What a string says that a carrier wrote as it was, as hex or as base64."""
    text = passed.strip()
    return read(text.encode("utf-8", "replace")) or read(_bytes_of(text))


def _bytes_of(text: str) -> bytes:
    if len(text) % 2 == 0 and re.fullmatch(r"[0-9A-Fa-f]{8,}", text, re.ASCII):
        return bytes.fromhex(text)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def read(passed: bytes) -> list[Said]:
    """What these bytes say; empty when no dialect fits."""
    if passed.startswith(HUAQIANG_START):
        return _huaqiang(passed)
    line = passed.decode("ascii", "replace")
    if found := _NB301.fullmatch(line):
        return _nb301(found)
    if found := _WATER.fullmatch(line):
        return _water(found)
    if passed[:1].isspace() or passed.startswith(b"{"):
        return _transmitter(passed)
    return []


def _huaqiang(packet: bytes) -> list[Said]:
    """Start mark 2, length 2, then a packet of that length (big-endian).

    Of the packet: type at 0, device class at 3, length of its data in the low 10 bits at 7, alert
    bits at 23, fault at 24, battery percent at 28, temperature + 100 at 29; water samples from 51.
    """
    size = int.from_bytes(packet[2:4], "big")
    if len(packet) < _HEAD_BYTES or len(packet) != size + 4:
        return []
    sensor = _HUAQIANG_SENSORS.get(packet[7])
    if sensor is None:
        return []
    said = _huaqiang_alert(packet[4], packet[27], packet[28], sensor)
    said += reading("battery", packet[32], "%", sensor, point="battery")
    said += reading("temperature", packet[33] - 100, "℃", sensor, point="temperature")
    return said + (_pressures(packet) if sensor is SensorKind.WATER else [])


def _huaqiang_alert(packet_type: int, alert: int, fault: int, sensor: SensorKind) -> list[Said]:
    def say(kind: SignalKind, text: str) -> Said:
        return Said(kind, sensor, status=alert, text=text)

    said = []
    if alert & _ALERT_BIT:
        smoke = sensor is SensorKind.SMOKE
        said.append(
            say(SignalKind.FIRE, "烟雾报警") if smoke else say(SignalKind.FAULT, "水压异常")
        )
    if alert & _LOW_BATTERY_BIT:
        said.append(say(SignalKind.FAULT, "电池低电压"))
    if alert & _FAULT_BIT or fault:
        said.append(say(SignalKind.FAULT, f"设备故障 {fault}"))
    if not said:
        over = packet_type == _EVENT_PACKET
        said.append(say(SignalKind.CLEARED, "解除") if over else say(SignalKind.HEARTBEAT, ""))
    return said


def _pressures(packet: bytes) -> list[Said]:
    """The newest pressure sample; the older ones were readings of their own moments."""
    if len(packet) < _SAMPLES_AT + _SAMPLE_BYTES or not packet[_SAMPLES_AT - 1]:
        return []
    value = int.from_bytes(packet[_SAMPLES_AT + 4 : _SAMPLES_AT + 8], "big")
    return reading("pressure", value, "kPa", SensorKind.WATER, point="pressure")


def _nb301(found: re.Match[str]) -> list[Said]:
    kind, text = _NB301_STATUS.get(found["status"], (SignalKind.UNKNOWN, ""))
    smoke = SensorKind.SMOKE
    return [
        Said(kind, smoke, status=int(found["status"]), text=text),
        *reading("temperature", found["temperature"], "℃", smoke, point="temperature"),
        *reading("battery", found["battery"], "%", smoke, point="battery"),
    ]


def _water(found: re.Match[str]) -> list[Said]:
    level = found["model"] == "3"
    name = "水位" if level else "水压"
    kind, text = _WATER_STATUS.get(found["status"], (SignalKind.UNKNOWN, ""))
    quantity, point = ("level", "level") if level else ("pressure", "pressure")
    return [
        Said(kind, SensorKind.WATER, status=int(found["status"]), text=name + text),
        *reading(quantity, found["now"], "", SensorKind.WATER, point=point),
    ]


def _transmitter(passed: bytes) -> list[Said]:
    """{"c": what, "b": [{"id": component, "v": value}], "tm": when}."""
    try:
        said = object_of(passed)
    except PushError:
        return []
    code = text_of(said.get("c"))
    if code not in _TRANSMITTER:
        return []
    kind, text = _TRANSMITTER[code]
    parts = said.get("b")
    made = []
    for part in (parts if isinstance(parts, list) else [])[:_COMPONENTS_MAX]:
        if isinstance(part, dict):
            point, value = text_of(part.get("id"))[:64], text_of(part.get("v"))
            made.append(Said(kind, SensorKind.UITD, point=point, text=f"{text} {value}".strip()))
    return made or [Said(kind, SensorKind.UITD, text=text)]
