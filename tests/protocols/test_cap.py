"""A CAP alert keeps the rules of the standard, and the rules catch what breaks them."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import msgspec
import pytest

from wanghuo.errors import Invalid
from wanghuo.place import Coordinates
from wanghuo.protocols import cap
from wanghuo.protocols.cap import Alert, Area, Info, MessageType, Reference, Status
from wanghuo.protocols.cap_rules import NAMESPACE, faults

AT = datetime(2026, 6, 1, 4, 0, 5, 250_000, tzinfo=UTC)
AREA = Area("新浦镇 宏达塑料", Coordinates(121.25, 30.3), geocode="330282105")
INFO = Info("zh-CN", "火灾报警", "宏达塑料：烟感报警", "烟感报警；第二点报警", "望火", AREA)


def an_alert(**changed: object) -> Alert:
    made = Alert(
        version=Reference("20260601-XP-0001.2", AT),
        sender="wanghuo",
        status=Status.ACTUAL,
        message_type=MessageType.UPDATE,
        restriction="responders only",
        incident="20260601-XP-0001",
        grade=cap.GRADES[3],
        infos=(INFO, msgspec.structs.replace(INFO, language="en", event="Fire alarm")),
        before=(Reference("20260601-XP-0001.1", AT - timedelta(minutes=1)),),
    )
    return msgspec.structs.replace(made, **changed)


def said(xml: bytes, path: str) -> list[str]:
    steps = "/".join(f"{NAMESPACE}{step}" for step in path.split("/"))
    return [one.text or "" for one in ET.fromstring(xml).findall(steps)]  # noqa: S314 - our own


@pytest.mark.parametrize("kind", list(MessageType))
@pytest.mark.parametrize("level", range(5))
def test_every_alert_keeps_the_rules(kind: MessageType, level: int) -> None:
    xml = cap.written(an_alert(message_type=kind, grade=cap.GRADES[level]))
    assert faults(xml) == []


def test_what_the_alert_says() -> None:
    xml = cap.written(an_alert())
    assert said(xml, "sent") == ["2026-06-01T12:00:05+08:00"]
    assert said(xml, "references") == ["wanghuo,20260601-XP-0001.1,2026-06-01T11:59:05+08:00"]
    assert said(xml, "info/language") == ["zh-CN", "en"]
    assert said(xml, "info/category") == ["Fire", "Fire"]
    assert said(xml, "info/certainty") == ["Observed", "Observed"]
    assert said(xml, "info/area/circle") == ["30.300000,121.250000 0.1"] * 2
    assert said(xml, "info/area/geocode/value") == ["330282105"] * 2


def test_a_place_without_a_position_has_words_only() -> None:
    info = msgspec.structs.replace(INFO, area=Area("gb26875:f00"))
    xml = cap.written(an_alert(infos=(info,)))
    assert faults(xml) == []
    assert said(xml, "info/area/circle") == []


def test_characters_that_xml_cannot_hold_become_blanks() -> None:
    info = msgspec.structs.replace(INFO, headline="a\x00b\x1f<&>\ud800c")
    xml = cap.written(an_alert(infos=(info,)))
    assert faults(xml) == []
    assert said(xml, "info/headline") == ["a b <&> c"]


@pytest.mark.parametrize("sender", ["", "two words", "a,b", "a<b", "a&b"])
def test_a_sender_that_cap_cannot_hold_is_refused(sender: str) -> None:
    with pytest.raises(Invalid, match="sender"):
        cap.written(an_alert(sender=sender))


BROKEN: list[tuple[str, str, str]] = [
    ("2026-06-01T12:00:05+08:00", "2026-06-01T04:00:05Z", "sent"),
    ("2026-06-01T12:00:05+08:00", "2026-06-01T12:00:05.250+08:00", "sent"),
    ("<status>Actual</status>", "<status>Real</status>", "status"),
    ("<status>Actual</status>", "", "status is missing"),
    ("<msgType>Update</msgType>", "<msgType>Change</msgType>", "msgType"),
    ("<restriction>responders only</restriction>", "", "needs restriction"),
    ("<scope>Restricted</scope>", "<scope>Private</scope>", "needs addresses"),
    ("wanghuo,20260601-XP-0001.1,", "wanghuo,20260601-XP-0001.1", "references"),
    ("wanghuo,20260601-XP-0001.1,", "wanghuo,20260601-XP-0001.2,", "itself"),
    ("<identifier>", "<identifier>a b,", "identifier"),
    ("<category>Fire</category>", "<category>Blaze</category>", "category"),
    ("<urgency>Immediate</urgency>", "", "urgency is missing"),
    ("<severity>Severe</severity>", "<severity>Bad</severity>", "severity"),
    ("<certainty>Observed</certainty>", "<certainty>Sure</certainty>", "certainty"),
    ("<language>en</language>", "<language>zh-CN</language>", "more than one info"),
    ("<language>en</language>", "<language>English!</language>", "language"),
    ("30.300000,121.250000 0.1", "121.250000,30.300000 0.1", "circle"),
    ("30.300000,121.250000 0.1", "30.300000,121.250000", "circle"),
    ("<areaDesc>新浦镇 宏达塑料</areaDesc>", "", "areaDesc is missing"),
    ("<event>火灾报警</event>", "<event></event>", "event is empty"),
    ("<event>火灾报警</event>", "<event>a</event><event>b</event>", "2 times"),
    ("<incidents>", "<weather>fair</weather><incidents>", "nobody knows weather"),
    ("<scope>Restricted</scope>", "<note>x</note><scope>Restricted</scope>", "out of order"),
    ("<circle>", "<polygon>30,121 30,122 31,122</polygon><circle>", "polygon"),
    ("</info>", "<resource><size>3</size></resource></info>", "mimeType is missing"),
    ("cap:1.2", "cap:1.1", "not alert of CAP 1.2"),
    ("</alert>", "", "not XML"),
]


@pytest.mark.parametrize(("good", "bad", "why"), BROKEN, ids=range(len(BROKEN)))
def test_each_broken_rule_is_found(good: str, bad: str, why: str) -> None:
    text = cap.written(an_alert()).decode()
    assert good in text
    found = faults(text.replace(good, bad).encode())
    assert any(why in one for one in found), found


def test_an_update_without_references_is_found() -> None:
    found = faults(cap.written(an_alert(before=())))
    assert found == ["Update needs references"]
