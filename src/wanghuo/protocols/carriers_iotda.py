"""Huawei IoTDA pushes and those of OceanConnect before it: services with their properties.

Source. protocols reference 4.3. After an outage the backlog is replayed first, so fires are picked
by content and never by order of arrival.

Invariant (fuzzed). Any bytes give a Push or PushError, and never another error.
"""

from typing import Any

from wanghuo.facts.signal import SignalKind
from wanghuo.protocols import vendor_json
from wanghuo.protocols.carriers_report import (
    Push,
    PushError,
    Report,
    Said,
    device_of,
    moment_of,
    object_of,
    part_of,
    text_of,
)

_ONLINE = {"ONLINE": SignalKind.ONLINE, "OFFLINE": SignalKind.OFFLINE}


def decode(body: bytes) -> Push:
    """What a push to /push/iotda says. Raises PushError."""
    said = object_of(body)
    if "notify_data" in said:
        return Push(body, [_notified(said)])
    if "notifyType" in said:
        return Push(body, [_ocean(said)])
    return Push(body, [vendor_json.read(said)])


def _notified(said: dict[str, Any]) -> Report:
    """IoTDA: resource device.property, device.message or device.status."""
    data = part_of(said, "notify_data")
    header, body = part_of(data, "header"), part_of(data, "body")
    device = device_of(header.get("node_id"), header.get("device_id"))
    at = moment_of(said.get("event_time_ms")) or moment_of(said.get("event_time"))
    told: list[Said] = []
    if status := _ONLINE.get(text_of(body.get("status"))):
        told.append(Said(status))
    services = body.get("services")
    for service in services if isinstance(services, list) else []:
        if isinstance(service, dict):
            told += vendor_json.properties(part_of(service, "properties"))
            at = moment_of(service.get("event_time")) or at
    content = body.get("content")
    if isinstance(content, str):
        told += _message({"APPdata": content})
    elif isinstance(content, dict):
        told += _message(content)
    return Report(device, at, told or [Said(SignalKind.UNKNOWN)])


def _message(content: dict[str, Any]) -> list[Said]:
    """A device message: whatever the vendor put there."""
    told = vendor_json.properties(content)
    if told:
        return told
    try:
        return vendor_json.read(content).said
    except PushError:
        return []


def _ocean(said: dict[str, Any]) -> Report:
    """OceanConnect: notifyType deviceDataChanged with one service."""
    service = part_of(said, "service")
    told = vendor_json.properties(part_of(service, "data"))
    device = device_of(said.get("deviceId"), said.get("gatewayId"))
    return Report(device, moment_of(service.get("eventTime")), told or [Said(SignalKind.UNKNOWN)])
