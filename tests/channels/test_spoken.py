"""What the telephone says: where, what, how sure, and the keys; pure text."""

import msgspec
import pytest

from tests.channels.test_webhook import a_notice
from wanghuo.channels import spoken
from wanghuo.channels.spoken import Language
from wanghuo.facts.entry import AnswerKind
from wanghuo.notices.model import Handed, PartyRole, Purpose
from wanghuo.notices.receipts import SIDES, Side, receipt


def saying(notice: Handed, language: Language = "zh") -> str:
    return " ".join(spoken.phrases(notice, language))


def with_params(notice: Handed, **changed: object) -> Handed:
    params = {**notice.message.params, **changed}
    return msgspec.structs.replace(
        notice, message=msgspec.structs.replace(notice.message, params=params)
    )


def test_a_call_says_how_sure_where_and_what_and_then_the_keys() -> None:
    assert spoken.phrases(a_notice(), "zh") == (
        "火警，尚未确认。新浦镇宏达塑料，kitchen烟感报警，单点。",
        "确认起火请按 1，正在查看按 2，重听按 3，无法处理按 0。",
    )
    assert spoken.phrases(a_notice(), "en") == (
        "Fire alarm, not yet confirmed. 宏达塑料, 新浦镇. Smoke detector at kitchen reports fire; one point.",  # noqa: E501 - whole
        "Press 1 for fire, 2 if you are looking, 3 to repeat, 0 if you cannot.",
    )


def test_a_confirmed_fire_a_drill_a_test_and_a_repeat_say_so() -> None:
    notice = a_notice()
    sure = msgspec.structs.replace(notice.message, confirmed=True)
    assert "已确认起火" in saying(a_notice(message=sure))
    assert saying(a_notice(drill=True)).startswith("演练。")
    assert saying(a_notice(test=True)).startswith("测试。")
    assert saying(a_notice(repeat_of_unknown=True)).startswith("再次呼叫。")
    assert saying(a_notice(drill=True), "en").startswith("Drill. ")


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("role", list(PartyRole))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_role_and_purpose_has_its_words(
    purpose: Purpose, role: PartyRole, language: Language
) -> None:
    notice = a_notice(role=role.value, purpose=purpose.value)
    if purpose is Purpose.ALL_CLEAR:
        (words,) = spoken.phrases(notice, language)
        assert "{" not in words
        assert words.startswith("警情解除" if language == "zh" else "All clear")
        assert not spoken.asks(notice)
        return
    fire, keys = spoken.phrases(notice, language)
    for text in (fire, keys):
        assert "{" not in text
        assert not text.startswith("voice.")
    wanted = spoken.KEYS[SIDES[role]] if purpose is not Purpose.TEST else {"1": AnswerKind.ACCEPTED}
    for key in wanted:
        assert key in keys
        assert spoken.meaning(notice, key) is wanted[key]
    assert spoken.REPEAT in keys


@pytest.mark.parametrize("role", list(PartyRole))
def test_key_one_acknowledges_for_everyone_and_zero_never_does(role: PartyRole) -> None:
    notice = a_notice(role=role.value)
    one, zero = spoken.meaning(notice, "1"), spoken.meaning(notice, "0")
    assert one is not None
    assert zero is not None
    assert receipt(role, one).acknowledges
    assert receipt(role, zero).refuses
    assert spoken.meaning(notice, "3") is None
    assert spoken.meaning(notice, "9") is None


def test_an_occupant_confirms_with_one_and_a_crew_goes() -> None:
    assert spoken.meaning(a_notice(role="unit"), "1") is AnswerKind.FIRE
    assert spoken.meaning(a_notice(role="micro_station"), "1") is AnswerKind.ON_THE_WAY
    assert AnswerKind.FALSE_ALARM not in spoken.KEYS[Side.OCCUPANT].values()


def test_long_and_odd_names_are_cut_and_stay_on_one_line() -> None:
    long = with_params(a_notice(), place="厂" * 200, town="镇" * 50, spot="楼\n" * 100)
    fire, _ = spoken.phrases(long, "zh")
    assert "\n" not in fire
    assert fire.count("厂") == 17
    assert fire.count("镇") == 6
    assert len(fire) < 64


def test_a_notice_without_parameters_still_speaks() -> None:
    bare = msgspec.structs.replace(a_notice().message, params={})
    assert "火警" in saying(a_notice(message=bare))
