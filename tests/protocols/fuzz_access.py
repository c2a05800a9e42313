"""Fuzz targets: what operators, MQTT clients and carriers send."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from tests.fuzz_codecs import Target

from wanghuo.facts.signal import Signal
from wanghuo.protocols import (
    access_standard,
    carriers_ctwing,
    carriers_iotda,
    carriers_onenet,
    carriers_passthrough,
    mqtt_packet,
    vendor_json,
)
from wanghuo.protocols.access_standard import RecordError
from wanghuo.protocols.carriers_report import Push, PushError, object_of, signals_of
from wanghuo.protocols.mqtt_properties import MqttError

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
LINES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "golden" / "cn_fire_iot_payloads.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
BODIES = [json.dumps(line["payload"], ensure_ascii=False).encode() for line in LINES]
ONENET = [
    b'{"msg":{"type":1,"dev_id":7,"ds_id":"3200_0_5750","at":1466133706841,"value":{"smoke":1}}}',
    b'{"msg":"[{\\"type\\":2,\\"dev_id\\":7,\\"status\\":0}]","nonce":"n","signature":"x"}',
]
PASSED = [
    *(bytes.fromhex(line["appdata_hex"]) for line in LINES if "appdata_hex" in line),
    *(line["appdata_text"].encode() for line in LINES if "appdata_text" in line),
    b"N311V31I860000009524619H89860000000000000000X01T28U99S18",
    b"NB900390386772603140168204001000300630NC",
]
RECORDS = [
    b'{"device":"D-1","kind":"fire","at":"2026-11-22T08:30:00.250+08:00","point":"p","text":"\\u0000"}',
    b'{"device":"D-1","kind":"reading","at":"2026-11-22T00:30:00Z","quantity":"t","value":1.5}',
]
PACKETS = [
    bytes.fromhex("101f00044d51545404c2003c00026331000b6f70312f6465766963653100026b31"),
    bytes.fromhex("102200044d51545405ce003c0321001400026331000001610001620001750001700000"),
    bytes.fromhex("321400016100017b226b696e64223a2266697265227d"),
    bytes.fromhex("340900016100010501017b7d"),
    bytes.fromhex("820800010003612f2300"),
    bytes.fromhex("a20700010003612f23"),
    bytes.fromhex("62020001c000e000"),
]


def mqtt(data: bytes) -> object:
    """Every packet of a stream, read as a server of either version would."""
    read: list[object] = []
    for level in (mqtt_packet.LEVEL_3, mqtt_packet.LEVEL_5):
        at = 0
        while (frame := mqtt_packet.frame_at(data, at, 4096)) is not None:
            first, begin, at = frame
            reader = _READERS.get(first >> 4)
            if reader is not None:
                read.append(reader(first, data, begin, at, level))
    return read


def _connect(first: int, data: bytes, at: int, end: int, _level: int) -> object:
    return mqtt_packet.connect(first, data, at, end)


_READERS: dict[int, Callable[[int, bytes, int, int, int], object]] = {
    1: _connect,
    3: mqtt_packet.publish,
    6: mqtt_packet.ack,
    8: mqtt_packet.subscribe,
    10: mqtt_packet.unsubscribe,
    14: mqtt_packet.disconnect,
}


def pushed(decode: Callable[[bytes], Push]) -> Callable[[bytes], object]:
    """The whole way of a push."""
    return lambda body: kept(signals_of(decode(body), "ctwing", NOW))


def vendor(body: bytes) -> object:
    return kept(signals_of(Push(body, [vendor_json.read(object_of(body))]), "vendor", NOW))


def kept(signals: list[Signal]) -> bytes:
    """The signals as the lanes keep them; their words fit into a database."""
    for signal in signals:
        if not all(map(str.isprintable, (signal.sender, signal.point, signal.text, signal.unit))):
            raise AssertionError(signal)
    return msgspec.msgpack.encode(signals)


TARGETS = [
    Target(
        "access_standard",
        RECORDS,
        lambda raw: kept([access_standard.read(raw, "op", NOW).signal]),
        (RecordError,),
    ),
    Target(
        "access_message",
        RECORDS,
        lambda raw: access_standard.delivery_of(
            access_standard.read_message(raw, "op", "D-1", NOW).signal
        ),
        (RecordError,),
    ),
    Target(
        "access_batch",
        [b'{"records":[' + b",".join(RECORDS) + b"]}"],
        access_standard.records_of,
        (RecordError,),
    ),
    Target("mqtt", PACKETS, mqtt, (MqttError,)),
    Target("carriers_ctwing", BODIES, pushed(carriers_ctwing.decode), (PushError,)),
    Target("carriers_iotda", BODIES, pushed(carriers_iotda.decode), (PushError,)),
    Target("carriers_onenet", ONENET, pushed(carriers_onenet.decode), (PushError,)),
    Target("vendor_json", BODIES, vendor, (PushError,)),
    Target("carriers_passthrough", PASSED, carriers_passthrough.read, ()),
]
