"""Every sentence that can be said stands in both catalogues, with the same parameters."""

import re
from pathlib import Path
from string import Formatter

import pytest

from tests.alarms.stories import told
from tests.notices.makers import the_policy
from wanghuo.alarms.policy import EVIDENCE_KINDS
from wanghuo.facts.entry import ActionKind, AnswerKind
from wanghuo.facts.sentences import LANGUAGES, Sentence, catalogue, render, rendered, shown, word
from wanghuo.facts.signal import SensorKind
from wanghuo.incidents.disposition import Cause, Disposition
from wanghuo.notices.model import PartyRole, Purpose
from wanghuo.notices.receipts import Side

SOURCE = Path(__file__).parents[2] / "src" / "wanghuo"
KEY = re.compile(r"\"((?:evidence|incident|timeline|reason|shortfall|message|next)\.[a-z_.]+)\"")
LISTS = {
    "sensor": SensorKind,
    "cause": Cause,
    "causes": Cause,
    "disposition": Disposition,
    "answer": AnswerKind,
    "role": PartyRole,
}


def fields_of(template: str) -> set[tuple[str, str]]:
    return {(name, spec or "") for _, name, spec, _ in Formatter().parse(template) if name}


def test_both_catalogues_say_the_same_things() -> None:
    zh, en = (catalogue(language) for language in LANGUAGES)
    assert zh.keys() == en.keys()
    for table in zh:
        assert zh[table].keys() == en[table].keys(), table


def test_both_languages_use_only_parameters_that_both_know() -> None:
    """A name that one language knows and the other never uses is a typing mistake."""
    zh, en = (catalogue(language)["sentences"] for language in LANGUAGES)
    for key, template in zh.items():
        ours = {name for name, _ in fields_of(template)}
        theirs = {name for name, _ in fields_of(en[key])}
        assert ours == theirs or key.endswith("told"), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_list_and_pattern_that_a_sentence_names_exists(language: str) -> None:
    words = catalogue(language)
    for key, template in words["sentences"].items():
        for _, spec in fields_of(template):
            known = not spec or spec == "sentence" or spec in words["patterns"]
            assert known or f"words.{spec}" in words, (key, spec)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_that_the_code_names_is_written(language: str) -> None:
    sentences = catalogue(language)["sentences"]
    wings = [p for wing in ("alarms", "incidents", "notices") for p in (SOURCE / wing).glob("*.py")]
    named = {key for path in wings for key in KEY.findall(path.read_text("utf-8"))}
    named |= {f"evidence.{kind}" for kind in EVIDENCE_KINDS}
    named |= {f"message.{purpose}.{side}" for purpose in Purpose for side in Side}
    acts = set(ActionKind) - {ActionKind.SHELVE, ActionKind.UNSHELVE, ActionKind.TEST_WINDOW}
    acts -= {ActionKind.CLOSE, ActionKind.REOPEN, ActionKind.CALL_TEST}
    named |= {f"timeline.{act}" for act in acts}
    assert named
    assert named - sentences.keys() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_a_list_has_its_word(language: str) -> None:
    for name, codes in LISTS.items():
        assert set(codes) <= catalogue(language)[f"words.{name}"].keys(), name
    assert set(the_policy().prior.category) <= catalogue(language)["words.category"].keys()


def test_a_story_leaves_no_sentence_without_words() -> None:
    """Every line that a long story writes renders whole in both languages."""
    made = told(bytes((n * 37 + n // 7) % 256 for n in range(1200)))
    made.passing(4000)
    moments = [m for one in made.judged for m in one.changes.moments]
    evidence = [e for one in made.judged for _, _, e in one.changes.evidence]
    parties = made.story.scene.parties.values()
    said = [m.sentence for m in moments] + [e.sentence for e in evidence]
    said += [p.reason for p in parties] + [p.shortfall for p in parties if p.shortfall]
    said += [i.sentence for i in made.story.scene.incidents.values()]
    messages = [n.message for n in made.story.scene.notices.values()]
    said += [Sentence(m.key, m.params) for m in messages]
    assert len(said) > 100
    for sentence in said:
        for language in LANGUAGES:
            text = rendered(sentence.key, sentence.params, language)
            assert text != sentence.key, sentence
            assert "{" not in text, (sentence, text)


def test_a_pattern_is_left_out_when_there_is_nothing_to_say() -> None:
    assert rendered("evidence.sensor_fire", {"sensor": "smoke", "spot": ""}, "en") == (
        "Smoke detector reports fire"
    )
    assert rendered("evidence.sensor_fire", {"sensor": "smoke", "spot": "hall"}, "en") == (
        "Smoke detector at hall reports fire"
    )


def test_a_missing_key_or_parameter_is_shown_and_never_fails() -> None:
    assert render("no.such.key", {}) == {"zh": "no.such.key", "en": "no.such.key"}
    assert "{spot}" in rendered("evidence.sensor_fire", {"sensor": "smoke"}, "en")
    assert shown(Sentence("next.none"))["en"] == "Closed"
    assert word("category", "rental")["zh"] == "10 人以上出租房"


def test_a_sentence_that_names_itself_ends() -> None:
    text = rendered("incident.people_in_danger", {"known": "incident.people_in_danger"}, "en")
    assert "incident.people_in_danger" in text
