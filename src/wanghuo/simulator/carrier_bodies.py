"""What the carriers' clouds push for one NB-IoT device that speaks: bodies as collected. Pure."""

import json
from datetime import datetime
from typing import Any

from wanghuo.facts.signal import SignalKind
from wanghuo.protocols import carriers_signature

_ALARM_STATUS = {
    SignalKind.FIRE: 1,
    SignalKind.CLEARED: 7,
    SignalKind.FAULT: 5,
    SignalKind.FAULT_CLEARED: 11,
}
_ONLINE = 12


def properties(sensor: str, kind: SignalKind, celsius: float) -> dict[str, Any]:
    """What the device itself reports, under the names of its vendor."""
    if sensor == "gas":
        fault = int(kind is SignalKind.FAULT)
        alarm = int(kind is SignalKind.FIRE)
        return {"gas_sensor_state": alarm, "error_code": fault, "battery_voltage": 3.1}
    if sensor in {"smoke", "visual_smoke"}:
        status = _ALARM_STATUS.get(kind, _ONLINE)
        return {"Alarm_Status": status, "TData": round(celsius), "Battery_Level": 97}
    alarms = {"heat": "heat_alarm"}
    return {alarms.get(sensor, "fire_alarm"): int(kind is SignalKind.FIRE), "temperature": celsius}


def ctwing(imei: str, said: dict[str, Any], at: datetime) -> bytes:
    """A dataReport of CTWing."""
    body = {
        "upPacketSN": -1,
        "topic": "v1/up/ad19prof",
        "timestamp": int(at.timestamp() * 1000),
        "protocol": "lwm2m",
        "payload": {"serviceId": "notification", "serviceData": said},
        "messageType": "dataReport",
        "deviceId": imei,
        "IMEI": imei,
    }
    return json.dumps(body).encode()


def onenet(device: str, said: dict[str, Any], at: datetime, token: str) -> bytes:
    """A data point of OneNET, signed if there is a token."""
    message = json.dumps(
        {
            "type": 1,
            "dev_id": device,
            "ds_id": "3200_0_5750",
            "at": int(at.timestamp() * 1000),
            "value": said,
        }
    )
    nonce = f"{at.microsecond:08d}"
    signature = carriers_signature.onenet(token, nonce, message)
    return (
        f'{{"msg":{message},"nonce":{json.dumps(nonce)},"msg_signature":{json.dumps(signature)}}}'
    ).encode()


def iotda(node: str, said: dict[str, Any], at: datetime) -> bytes:
    """A property report of IoTDA."""
    body = {
        "resource": "device.property",
        "event": "report",
        "event_time": f"{at:%Y%m%dT%H%M%SZ}",
        "event_time_ms": int(at.timestamp() * 1000),
        "notify_data": {
            "header": {"device_id": f"p_{node}", "node_id": node},
            "body": {"services": [{"service_id": "sensor", "properties": said}]},
        },
    }
    return json.dumps(body).encode()
