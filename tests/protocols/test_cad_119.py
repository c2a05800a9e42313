"""119's messages: they travel whole, and what is no message is told with field and remedy."""

import msgspec
import pytest
from tests.protocols.cad_messages import AT, NUMBER, a_notification, a_reply

from wanghuo.place import Coordinates, Datum, distance_m, to_wgs84
from wanghuo.protocols import cad_119
from wanghuo.protocols.cad_119 import KINDS, REMEDIES, Message, MessageError, Reason


def test_a_notification_comes_back_as_it_was() -> None:
    said = a_notification()
    body = cad_119.written(said)
    assert cad_119.read(body) == said
    plain = msgspec.json.decode(body)
    assert (plain["kind"], plain["schema"]) == ("notification", "wanghuo.cad-119/1")
    assert plain["report"]["place"]["wgs84"] == {"lon": 121.25, "lat": 30.3}
    assert plain["report"]["people"] == 62


def test_the_chinese_map_position_is_the_same_point() -> None:
    place = a_notification().report.place
    assert place.gcj02 is not None
    assert place.gcj02 != place.wgs84
    back = to_wgs84(place.gcj02.lon, place.gcj02.lat, Datum.GCJ02)
    assert distance_m(back, Coordinates(121.25, 30.3)) < 0.2


def test_a_place_without_a_position_says_so() -> None:
    place = cad_119.site(None, id="", name="gb26875:f00", address="", town="", town_code="")
    assert (place.wgs84, place.gcj02) == (None, None)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("accepted", {"case": "119-7"}),
        ("rejected", {"reason": "too_old"}),
        ("dispatched", {"units": ["一队"]}),
        ("on_scene", {}),
        ("closed", {"result": "扑灭"}),
        ("update", {"note": "从南门进"}),
    ],
)
def test_each_reply_is_read(kind: str, more: dict[str, object]) -> None:
    message = cad_119.read(a_reply(kind, 7, **more))
    assert message.__struct_config__.tag == kind
    assert (message.id, message.sequence, message.incident) == ("m7", 7, NUMBER)
    assert cad_119.read(cad_119.written(message)) == message
    assert message.sent_at > AT


BAD: list[tuple[bytes, str]] = [
    (b"", "body"),
    (b"[]", "body"),
    (b"\xff\xfe", "body"),
    (b"[" * 50_000, "body"),
    (b" " * (cad_119.SIZE_MAX_BYTES + 1), "body"),
    (a_reply(None), "kind"),  # type: ignore[arg-type]  # left out
    (a_reply("maybe"), "kind"),
    (a_reply(schema="other/9"), "schema"),
    (a_reply(schema=None), "schema"),
    (a_reply(id=""), "id"),
    (a_reply(id="a b"), "id"),
    (a_reply(id="x\x00"), "id"),
    (a_reply(id=None), "id"),
    (a_reply(sequence=0), "sequence"),
    (a_reply(sequence=2**60), "sequence"),
    (a_reply(sequence=1.5), "sequence"),  # type: ignore[arg-type]  # wrong on purpose
    (a_reply(incident=None), "incident"),
    (a_reply(incident="../.."), "incident"),
    (a_reply(notice_id="'"), "notice_id"),
    (a_reply(sent_at="2026-06-01T12:00:09"), "sent_at"),
    (a_reply(sent_at="yesterday"), "sent_at"),
    (a_reply("rejected"), "reason"),
    (a_reply("rejected", reason="bored"), "reason"),
    (a_reply(note="x" * 501), "note"),
    (a_reply("dispatched", units=["x"] * 21), "units"),
    (a_reply("dispatched", units="x"), "units"),
    (a_reply("notification"), "report"),
    (a_reply("update", report={"level": 9}), "report.level"),
]


@pytest.mark.parametrize(("body", "field"), BAD, ids=range(len(BAD)))
def test_what_is_no_message_is_told_with_its_field_and_a_remedy(body: bytes, field: str) -> None:
    with pytest.raises(MessageError) as found:
        cad_119.read(body)
    assert found.value.field == field
    assert found.value.remedy
    assert found.value.en
    assert found.value.zh.startswith(f"{field}：")


def test_every_kind_and_reason_is_named_in_the_remedies() -> None:
    tags = {kind.__struct_config__.tag for kind in Message.__args__}
    assert tags == set(KINDS)
    for language in (0, 1):
        assert all(kind in REMEDIES["kind"][language] for kind in KINDS)
        assert all(reason in REMEDIES["reason"][language] for reason in Reason)
