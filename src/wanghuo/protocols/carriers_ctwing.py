"""China Telecom CTWing / AEP pushes: the envelope around what a device said.

Source. protocols reference 4.1: dataReport, dataReportTupUnion, eventReport, commandResponse,
deviceOnlineOfflineReport. There is no signature and no message id.

Invariant (fuzzed). Any bytes give a Push or PushError, and never another error.
"""

from typing import Any

from wanghuo.facts.signal import SignalKind
from wanghuo.protocols import carriers_passthrough, vendor_json
from wanghuo.protocols.carriers_report import (
    Push,
    Report,
    Said,
    device_of,
    moment_of,
    object_of,
    part_of,
    text_of,
)


def decode(body: bytes) -> Push:
    """What a push to /push/ctwing says. Raises PushError."""
    said = object_of(body)
    if "messageType" not in said:
        return Push(body, [vendor_json.read(said)])
    kind = text_of(said["messageType"])
    if kind == "deviceOnlineOfflineReport":
        online = text_of(said.get("eventType")) == "1"
        told = [Said(SignalKind.ONLINE if online else SignalKind.OFFLINE)]
    elif kind == "commandResponse":
        code = text_of(part_of(said, "result").get("resultCode"))
        told = [Said(SignalKind.OPERATION, text=f"{text_of(said.get('taskId'))} {code}".strip())]
    elif kind == "eventReport":
        told = vendor_json.properties(part_of(said, "eventContent"))
    else:
        told = _data(part_of(said, "payload"))
    device = device_of(said.get("IMEI"), said.get("deviceId"), said.get("deviceSn"))
    at = moment_of(said.get("timestamp"))
    return Push(body, [Report(device, at, told or [Said(SignalKind.UNKNOWN)])])


def _data(payload: dict[str, Any]) -> list[Said]:
    """Passed-through bytes, a thing model, or the properties themselves."""
    passed = payload.get("APPdata")
    if isinstance(passed, str):
        return carriers_passthrough.read_text(passed)
    model = part_of(payload, "serviceData")
    return vendor_json.properties(model or payload)
