"""Every kind of signal has its sentence."""

import pytest

from wanghuo.facts.sentences import LANGUAGES, catalogue, rendered
from wanghuo.facts.signal import SignalKind
from wanghuo.signals.wording import sentence_of


def test_every_kind_has_a_sentence_in_both_languages() -> None:
    for language in LANGUAGES:
        written = {key for key in catalogue(language)["sentences"] if key.startswith("signal.")}
        assert written == {f"signal.{kind}" for kind in SignalKind}


@pytest.mark.parametrize(
    ("kind", "quantity", "zh"),
    [
        ("reading", "temperature", "温度 68.5 ℃"),
        ("notable", "temperature", "温度超过关注值：68.5 ℃"),
        ("reading", "", "无法解读，原文已保留：x"),
        ("fault", "", "报故障：x"),
        ("never heard of", "", "无法解读，原文已保留：x"),
    ],
)
def test_words(kind: str, quantity: str, zh: str) -> None:
    text = "" if quantity else "x"
    said = sentence_of(kind, quantity=quantity, value=68.5, unit="℃", text=text)
    assert rendered(said.key, said.params, "zh") == zh
