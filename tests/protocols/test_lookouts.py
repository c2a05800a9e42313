"""Cameras and lookouts in their own words: ONVIF, GB/T 28181, JSON; synthetic, by the documents."""

import base64
import hashlib

import pytest
from tests.protocols import lookout_samples as samples
from tests.protocols.lookout_samples import GB_ID, OWN_ID, item

from wanghuo.protocols import gb28181, lookout, onvif, plain_xml
from wanghuo.protocols.carriers_report import PushError
from wanghuo.protocols.gb28181 import SipError
from wanghuo.protocols.plain_xml import XmlError

PEER = ("10.8.0.12", 5060)
OBJECT = "tns1:RuleEngine/ObjectDetection/Object"
THERMAL = "tns1:RuleEngine/Radiometry/TemperatureAlarm"


@pytest.mark.parametrize("data", [samples.BOMB, samples.OUTSIDE, b"<!DOCTYPE a><a/>"])
def test_a_document_type_is_refused_before_it_can_do_anything(data: bytes) -> None:
    with pytest.raises(XmlError):
        plain_xml.parse(data)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"hello", b"<a>", b"<a/><b/>", b"\xff\xfe\x00", b"<a>" * 60 + b"</a>" * 60,
        b"<a>" + b"<b/>" * 6000 + b"</a>", b"<a>" + b"x" * (600 * 1024) + b"</a>",
        b'<?xml version="1.0" encoding="utf-7"?><a/>', b"<a>&undeclared;</a>",
    ],
)  # fmt: skip
def test_no_xml_too_deep_too_much_and_odd_encodings_are_refused(data: bytes) -> None:
    with pytest.raises(XmlError):
        plain_xml.parse(data)


def test_chinese_encodings_are_read() -> None:
    for encoding in ("GB2312", "gbk", "GB18030", "UTF-8"):
        told = f'<?xml version="1.0" encoding="{encoding}"?><a><b>烟火</b></a>'
        packed = told.encode("utf-8" if encoding == "UTF-8" else "gb18030")
        assert plain_xml.parse(packed).word("b") == "烟火"


@pytest.mark.parametrize(
    ("topic", "data", "operation", "seen", "state"),
    [
        (OBJECT, item("ClassTypes", "Human Smoke"), "Changed", "smoke", "on"),
        (OBJECT, item("ClassTypes", "Fire Smoke"), "Initialized", "fire", "on"),
        (OBJECT, item("ClassTypes", "Fire"), "Deleted", "fire", "over"),
        (THERMAL, item("AlarmActive", "true"), "Changed", "heat", "on"),
        (THERMAL, item("AlarmActive", "false"), "Changed", "heat", "over"),
    ],
)  # fmt: skip
def test_onvif_events_of_fire_are_detections(
    topic: str, data: str, operation: str, seen: str, state: str
) -> None:
    (made,) = onvif.decode(samples.a_notify(topic, data, operation=operation), "")
    assert (made.camera, made.seen, made.active) == ("CAM-1", seen, state == "on")
    assert made.at is not None
    assert made.at.isoformat() == "2026-06-01T04:00:00+00:00"
    (named,) = onvif.decode(samples.a_notify(topic, data), "tower")
    assert named.camera == "tower"


def test_a_thermal_alarm_may_say_where_it_is() -> None:
    where = item("AlarmActive", "true") + '<tt:GeoLocation lon="121.25" lat="30.3" elevation="4"/>'
    (made,) = onvif.decode(samples.a_notify(THERMAL, where), "")
    assert (made.lon, made.lat) == (121.25, 30.3)


@pytest.mark.parametrize(
    ("topic", "data"),
    [
        (OBJECT, item("ClassTypes", "Human Vehicle")),
        ("tns1:VideoSource/MotionAlarm", item("State", "true")),
    ],
)
def test_other_events_are_nobodys_fire(topic: str, data: str) -> None:
    assert onvif.decode(samples.a_notify(topic, data), "") == []


def test_what_is_no_notification_is_told_apart() -> None:
    for body, reason in ((b"{}", "not_xml"), (b"<a/>", "no_notification")):
        with pytest.raises(PushError) as refused:
            onvif.decode(body, "")
        assert refused.value.reason == reason


def test_a_json_detection_keeps_what_can_be_used() -> None:
    image = base64.b64encode(b"picture").decode()
    made = lookout.read_json(samples.a_detection(image=f"data:image/png;base64,{image}"))
    assert (made.camera, made.seen, made.bearing_deg) == ("L1", "smoke", 67.5)
    assert made.image == b"picture"
    assert made.at is not None
    garbled = samples.a_detection(confidence="high", bearing_deg=900, time="soon", image="***")
    still = lookout.read_json(garbled)
    assert (still.confidence, still.bearing_deg, still.at, still.image) == (None, None, None, b"")
    assert lookout.read_json(samples.a_detection(**{"class": "火焰"})).seen == "fire"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not_json"),
        (b"[]", "not_an_object"),
        (samples.a_detection(camera=""), "no_device"),
        (samples.a_detection(**{"class": "cat"}), "no_fire_class"),
    ],
)
def test_a_json_without_camera_or_class_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(PushError) as refused:
        lookout.read_json(body)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("description", "seen"),
    [
        ("烟火检测：发现火焰", "fire"),
        ("发现烟雾", "smoke"),
        ("Smoke detected", "smoke"),
        ("温度异常 高温", "heat"),
        ("移动侦测", ""),
        ("防火墙规则变更", ""),
    ],
)
def test_an_alarm_says_in_words_what_the_standard_has_no_code_for(
    description: str, seen: str
) -> None:
    request = gb28181.read(samples.a_request("MESSAGE", samples.an_alarm(description=description)))
    assert request is not None
    told = gb28181.alarm(request)
    assert (told.seen, told.device, told.sn, told.method) == (seen, GB_ID, "17", 5)
    assert told.at is not None
    assert told.at.hour == 4, "times of the standard are local"


def test_the_two_answers_of_the_standard() -> None:
    request = gb28181.read(samples.a_request("MESSAGE", samples.an_alarm()))
    assert request is not None
    ok = gb28181.answered(request, "200 OK", "t1", PEER).decode()
    assert ok.startswith("SIP/2.0 200 OK\r\n")
    assert "branch=z9hG4bK776" in ok
    assert "received=10.8.0.12" in ok
    assert "rport=5060" in ok
    assert "Call-ID: call-1" in ok
    told = gb28181.alarm(request)
    made = gb28181.read(gb28181.confirmation(told, request, OWN_ID, PEER, "u" * 24))
    assert made is not None
    assert made.uri == f"sip:{GB_ID}@10.8.0.12:5060"
    root = plain_xml.parse(made.body)
    assert [root.word(name) for name in ("CmdType", "SN", "DeviceID", "Result")] == [
        "Alarm", "17", GB_ID, "OK",
    ]  # fmt: skip


def test_a_serial_number_cannot_write_into_our_answer() -> None:
    body = samples.an_alarm().replace(b"<SN>17</SN>", b"<SN>1&lt;/SN&gt;&lt;x/&gt;7</SN>")
    request = gb28181.read(samples.a_request("MESSAGE", body))
    assert request is not None
    assert gb28181.alarm(request).sn == "17"


def test_compact_names_are_the_same_headers_and_responses_are_not_requests() -> None:
    plain = samples.a_request("MESSAGE", samples.an_alarm())
    short = plain.replace(b"Via:", b"v:").replace(b"From:", b"f:").replace(b"Call-ID:", b"i:")
    request = gb28181.read(short)
    assert request is not None
    assert request.device == GB_ID
    assert gb28181.read(b"SIP/2.0 200 OK\r\n\r\n") is None
    assert gb28181.read(b"\r\n\r\n") is None


@pytest.mark.parametrize(
    "data", [b"hello", b"GET / HTTP/1.1\r\n\r\n", b"MESSAGE sip:a@b SIP/2.0\r\n\r\n", b"x" * 20_000]
)
def test_what_is_no_request_is_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(SipError) as refused:
        gb28181.read(data)
    assert refused.value.reason in {"not_sip", "too_large"}


def test_a_digest_proves_the_password_and_only_with_our_nonce() -> None:
    def md5(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    one, two = md5(f"{GB_ID}:3302820000:pw"), md5("REGISTER:sip:x")
    proof = md5(f"{one}:n1:{two}")
    line = (
        f'Authorization: Digest username="{GB_ID}", realm="3302820000", nonce="n1", uri="sip:x",'
        f' response="{proof}", algorithm=MD5'
    )
    request = gb28181.read(samples.a_request("REGISTER", b"", GB_ID, "c", line))
    assert request is not None
    assert gb28181.proved(request, "pw", frozenset({"n1"}))
    assert not gb28181.proved(request, "other", frozenset({"n1"}))
    assert not gb28181.proved(request, "pw", frozenset({"n2"}))
