"""What 119's messages mean to the judge, whatever the order in which they come."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.notices.makers import (
    Story,
    a_point,
    action,
    an_entry,
    answer,
    sensed,
    the_policy,
)
from tests.protocols.cad_messages import NUMBER, a_notification, a_reply
from wanghuo.errors import Invalid
from wanghuo.facts.entry import ActionEntry, ActionKind, AnswerEntry, AnswerKind, decode, encode
from wanghuo.facts.sentences import render
from wanghuo.notices import cad_119
from wanghuo.notices.model import PartyState
from wanghuo.protocols.cad_119 import read

ACCEPTED = ("accepted", {"case": "119-7"})
REJECTED = ("rejected", {"reason": "not_ours", "note": "归邻区"})
DISPATCHED = ("dispatched", {"units": ["一队", "二队"], "note": "2 车"})
ON_SCENE = ("on_scene", {})
CLOSED = ("closed", {"result": "已扑灭"})
SAID = [ACCEPTED, REJECTED, DISPATCHED, ON_SCENE, CLOSED]


def told_119() -> Story:
    """F3, and 119 is told."""
    story = Story()
    story.tell(sensed(a_point(1)))
    story.tell(action(ActionKind.CONFIRM, 10, story.incident.number, reason="flames"))
    return story


def hear(story: Story, kind: str, sequence: int, after_s: float, **more: object) -> None:
    message = read(a_reply(kind, sequence, **more))
    body = cad_119.entry_body(message, story.notice("cad_119").id)
    story.tell(an_entry(body, after_s, sequence))


def test_the_record_follows_although_119_answered_its_telephone() -> None:
    """Its machine was away: nobody at 119 should have to type what they were told."""
    channels = msgspec.structs.replace(
        the_policy().channels, role={"cad_119": ["cad_119", "voice"]}
    )
    story = Story(policy=msgspec.structs.replace(the_policy(), channels=channels))
    story.tell(sensed(a_point(1)))
    story.tell(action(ActionKind.CONFIRM, 10, story.incident.number, reason="flames"))
    by_channel = {n.channel: n for n in story.scene.notices.values() if n.role == "cad_119"}
    story.tell(answer(by_channel["voice"].id, AnswerKind.ACCEPTED, 20))
    assert story.party("cad_119").state is PartyState.ACKNOWLEDGED
    assert not story.scene.notices[by_channel["cad_119"].id].stopped


@pytest.mark.parametrize(
    ("said", "answer", "note"),
    [
        (ACCEPTED, AnswerKind.ACCEPTED, "119-7"),
        (REJECTED, AnswerKind.REJECTED, "归邻区"),
        (DISPATCHED, AnswerKind.TURNED_OUT, "一队 二队 2 车"),
        (ON_SCENE, AnswerKind.ARRIVED, ""),
        (CLOSED, AnswerKind.HANDLED, "已扑灭"),
    ],
)
def test_each_kind_is_an_answer_of_119(
    said: tuple[str, dict[str, object]], answer: AnswerKind, note: str
) -> None:
    body = cad_119.entry_body(read(a_reply(said[0], 4, **said[1])), "n1")
    assert isinstance(body, AnswerEntry)
    assert (body.notice_id, body.answer, body.by) == ("n1", answer, "119")
    assert (body.note, body.sequence) == (note, 4)
    entry = an_entry(body, 1.0)
    assert decode(encode(entry)) == entry


def test_an_update_is_a_note_and_an_empty_one_is_refused() -> None:
    body = cad_119.entry_body(read(a_reply("update", by="3 号席", note="从南门\n进")), "n1")
    assert isinstance(body, ActionEntry)
    assert (body.action, body.number, body.reason) == (ActionKind.NOTE, NUMBER, "从南门 进")
    assert body.person_name == "119 3 号席"
    with pytest.raises(Invalid, match="note"):
        cad_119.entry_body(read(a_reply("update", note=" \n")), "n1")


def test_119_cannot_notify_us() -> None:
    with pytest.raises(Invalid, match="kind"):
        cad_119.entry_body(a_notification(), "n1")


def test_the_same_message_is_the_same_entry_and_another_is_not() -> None:
    one = cad_119.entry_id(read(a_reply("accepted", 1)))
    assert cad_119.entry_id(read(a_reply("accepted", 1))) == one
    others = [
        a_reply("accepted", 2, id="m1"),
        a_reply("on_scene", 1),
        a_reply("accepted", 1, incident="20260601-XP-0002"),
        a_reply("accepted", 1, id="m9"),
    ]
    assert len({one, *(cad_119.entry_id(read(body)) for body in others)}) == 5


@given(
    kinds=st.lists(st.sampled_from(SAID), min_size=1, max_size=6),
    order=st.lists(st.integers(0, 5), max_size=12),
)
def test_the_highest_number_decides_however_the_messages_come(
    kinds: list[tuple[str, dict[str, object]]], order: list[int]
) -> None:
    """In order, or shuffled with doubles: the same party at the end."""
    ends = []
    shuffled = [n for n in order if n < len(kinds)]
    shuffled += [n for n in range(len(kinds)) if n not in shuffled]
    for arrival in (range(len(kinds)), shuffled):
        story = told_119()
        for after_s, n in enumerate(arrival, start=20):
            hear(story, kinds[n][0], n + 1, after_s / 10, **kinds[n][1])
        party = story.party("cad_119")
        ends.append((party.state, party.answer, party.shortfall, party.sequence))
    assert ends[0] == ends[1]
    last = PartyState.FAILED if kinds[-1] is REJECTED else PartyState.ACKNOWLEDGED
    assert ends[0][0] is last


def test_a_late_message_leaves_no_line_and_a_double_none_either() -> None:
    story = told_119()
    hear(story, "on_scene", 3, 20)
    before = (len(story.moments), story.party("cad_119"), story.incident)
    hear(story, "rejected", 2, 21, reason="too_old")
    hear(story, "on_scene", 3, 22)
    assert (len(story.moments), story.party("cad_119"), story.incident) == before


def test_a_rejection_is_said_with_its_reason_in_both_languages() -> None:
    story = told_119()
    hear(story, *("rejected", 1, 20), **REJECTED[1])
    line = next(m.sentence for m in story.moments if m.what == "answered")
    assert render(line.key, line.params) == {
        "zh": "119（119）不受理：不属本辖区（归邻区）",
        "en": "119 (119) rejected it: outside its area (归邻区)",
    }
    assert "city_duty" in story.roles()
