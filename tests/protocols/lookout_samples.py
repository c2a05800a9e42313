"""What cameras and lookouts send, built from the documents named in the codecs. Synthetic."""

import json
from typing import Any

GB_ID = "33028211201320000001"
OWN_ID = "33028200002000000001"

NOTIFY = """<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:tt="http://www.onvif.org/ver10/schema"
 xmlns:wsa="http://www.w3.org/2005/08/addressing" xmlns:tns1="http://www.onvif.org/ver10/topics">
<s:Body><wsnt:Notify><wsnt:NotificationMessage>
<wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">{topic}</wsnt:Topic>
<wsnt:ProducerReference><wsa:Address>{producer}</wsa:Address></wsnt:ProducerReference>
<wsnt:Message><tt:Message UtcTime="2026-06-01T04:00:00Z" PropertyOperation="{operation}">
<tt:Source><tt:SimpleItem Name="VideoSource" Value="V1"/>
<tt:SimpleItem Name="Rule" Value="R1"/></tt:Source>
<tt:Data>{data}</tt:Data></tt:Message></wsnt:Message>
</wsnt:NotificationMessage></wsnt:Notify></s:Body></s:Envelope>"""


def item(name: str, value: str) -> str:
    return f'<tt:SimpleItem Name="{name}" Value="{value}"/>'


def a_notify(
    topic: str = "tns1:RuleEngine/ObjectDetection/Object",
    data: str = "",
    producer: str = "CAM-1",
    operation: str = "Changed",
) -> bytes:
    data = data or item("ClassTypes", "Human Smoke")
    return NOTIFY.format(topic=topic, data=data, producer=producer, operation=operation).encode()


def a_detection(**changed: Any) -> bytes:
    said = {
        "camera": "L1", "class": "smoke", "time": "2026-06-01T12:00:00+08:00", "confidence": 0.91,
        "bearing_deg": 67.5,
    } | changed  # fmt: skip
    return json.dumps(said).encode()


def an_alarm(
    device: str = GB_ID,
    description: str = "烟火检测：发现烟雾",
    encoding: str = "GB2312",
    extra: str = "",
    method: int = 5,
) -> bytes:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\r\n<Notify>\r\n<CmdType>Alarm</CmdType>\r\n'
        f"<SN>17</SN>\r\n<DeviceID>{device}</DeviceID>\r\n<AlarmPriority>1</AlarmPriority>\r\n"
        f"<AlarmMethod>{method}</AlarmMethod>\r\n<AlarmTime>2026-06-01T12:00:00</AlarmTime>\r\n"
        f"<AlarmDescription>{description}</AlarmDescription>\r\n{extra}</Notify>\r\n"
    )
    return text.encode("gb18030" if encoding.startswith("GB") else "utf-8")


def a_request(
    method: str, body: bytes = b"", device: str = GB_ID, call: str = "call-1", *more: str
) -> bytes:
    lines = [
        f"{method} sip:{OWN_ID}@3302820000 SIP/2.0",
        "Via: SIP/2.0/UDP 10.8.0.12:5060;rport;branch=z9hG4bK776",
        f"From: <sip:{device}@3302820000>;tag=49583",
        f"To: <sip:{OWN_ID}@3302820000>",
        f"Call-ID: {call}",
        f"CSeq: 20 {method}",
        "Max-Forwards: 70",
        *more,
        f"Content-Length: {len(body)}",
    ]
    if body:
        lines.insert(-1, "Content-Type: Application/MANSCDP+xml")
    return "\r\n".join([*lines, "", ""]).encode() + body


BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "aaaaaaaaaa"><!ENTITY y "&x;&x;&x;&x;">]>
<Notify><CmdType>&y;</CmdType></Notify>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><Notify/>"""
