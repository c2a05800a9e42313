"""China Mobile OneNET pushes, the old NB-IoT platform's and the new one's.

Source. protocols reference 4.2. The old one signs the raw text of the object under `msg`, the new
one the text of the string under `msg`; both as base64(md5(token + nonce + msg)).

Invariant (fuzzed). Any bytes give a Push or PushError, and never another error.
"""

from typing import Any

import msgspec

from wanghuo.facts.signal import SensorKind, SignalKind
from wanghuo.protocols import carriers_passthrough, carriers_signature, vendor_json
from wanghuo.protocols.carriers_report import (
    Push,
    PushError,
    Report,
    Said,
    device_of,
    moment_of,
    number_of,
    part_of,
    reading,
    text_of,
)

_DATA, _ONLINE_OFFLINE, _COMMAND_RESULT = "1", "2", "7"
_ALARM_RESOURCES = {"3407": SensorKind.SMOKE, "503": SensorKind.OTHER}  # LwM2M objects
_READINGS = {"3303": ("temperature", "℃"), "3411": ("battery", "%")}
_MESSAGES_MAX = 100


class _Envelope(msgspec.Struct, frozen=True):
    msg: msgspec.Raw
    nonce: str = ""
    msg_signature: str = ""
    signature: str = ""


_envelope = msgspec.json.Decoder(_Envelope)


def decode(body: bytes, token: str = "") -> Push:
    """What a push to /push/onenet says. token: "" where the secret path is the only proof.

    Raises PushError; reason bad_signature when the token says that somebody else wrote this.
    """
    try:
        envelope = _envelope.decode(body)
        raw = bytes(envelope.msg)
        message = msgspec.json.decode(raw, type=str) if raw[:1] == b'"' else raw.decode()
        told = msgspec.json.decode(message)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise PushError("not_json", str(error)) from error
    if token:
        right = carriers_signature.onenet(token, envelope.nonce, message)
        if not carriers_signature.same(envelope.msg_signature or envelope.signature, right):
            raise PushError("bad_signature")
    messages = told if isinstance(told, list) else [told]
    if not messages or not all(isinstance(one, dict) for one in messages):
        raise PushError("not_an_object", type(told).__name__)
    if len(messages) > _MESSAGES_MAX:
        raise PushError("too_many", f"at most {_MESSAGES_MAX} messages a push")
    return Push(message.encode("utf-8", "surrogatepass"), [_report(one) for one in messages])


def checked(token: str, nonce: str, message: str, signature: str) -> bool:
    """Whether a GET that tests the address comes from OneNET; answer it with the bare `msg`."""
    return not token or carriers_signature.same(
        signature, carriers_signature.onenet(token, nonce, message)
    )


def _report(said: dict[str, Any]) -> Report:
    device = device_of(
        said.get("imei"), said.get("dev_id"), said.get("deviceName"), said.get("dev_name")
    )
    at = moment_of(said.get("at")) or moment_of(said.get("time"))
    kind = text_of(said.get("type"))
    if kind == _ONLINE_OFFLINE:
        online = text_of(said.get("status")) == "1"
        told = [Said(SignalKind.ONLINE if online else SignalKind.OFFLINE)]
    elif kind == _COMMAND_RESULT:
        told = [Said(SignalKind.OPERATION, text=text_of(said.get("cmd_id")))]
    elif kind == _DATA or "ds_id" in said:
        told = _point(text_of(said.get("ds_id")), said.get("value"))
    else:
        told = _model(said)
    return Report(device, at, told or [Said(SignalKind.UNKNOWN)])


def _point(stream: str, value: object) -> list[Said]:
    """One data point. stream: LwM2M object_instance_resource, e.g. 3200_0_5750."""
    lwm2m_object = stream.partition("_")[0]
    if lwm2m_object in _ALARM_RESOURCES:
        on = value is True or (number_of(value) or 0) > 0 or text_of(value).lower() == "true"
        kind = SignalKind.FIRE if on else SignalKind.CLEARED
        return [Said(kind, _ALARM_RESOURCES[lwm2m_object], text=stream)]
    if lwm2m_object in _READINGS:
        quantity, unit = _READINGS[lwm2m_object]
        return reading(quantity, value, unit, SensorKind.OTHER, point=quantity)
    if isinstance(value, dict):
        return vendor_json.properties(value)
    if isinstance(value, str):
        return carriers_passthrough.read_text(value)
    return []


def _model(said: dict[str, Any]) -> list[Said]:
    """The new platform's thing model: {"data": {"params": {name: {"value", "time"}}}}."""
    data = part_of(said, "data")
    params = part_of(data, "params") or part_of(said, "params") or data
    flat = {
        name: one.get("value") if isinstance(one, dict) and "value" in one else one
        for name, one in params.items()
    }
    return vendor_json.properties(flat)
