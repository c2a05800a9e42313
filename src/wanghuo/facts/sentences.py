"""Plain sentences in the user's language: a key and its parameters in, Chinese and English out.

Rule 1. State keeps keys and parameters, never finished text: a sentence can be rendered again in
        another language, years later.
Rule 2. A sentence never fails: a missing key or parameter is shown as such, for the chain goes on
        without a catalogue too.

A template is `{name}` or `{name:list}`. A list is a table `[words.list]` of the catalogue that
turns a code into words (`{sensor:sensor}`), a pattern of `[patterns]` that is used only when the
value is not empty (`{spot:at}`), or `sentence`: the value is itself a key, rendered with the same
parameters.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Final

import msgspec

LANGUAGES: Final = ("zh", "en")
DEPTH_MAX: Final = 4  # sentences inside sentences

Value = str | int
Params = Mapping[str, Value]


class Sentence(msgspec.Struct, frozen=True):
    """What is said, before it is put into words. params: text and whole numbers only."""

    key: str
    params: dict[str, Value] = {}


def said(key: str, **params: Value) -> Sentence:
    """The sentence `key` with these parameters."""
    return Sentence(key, params)


@cache
def catalogue(language: str) -> dict[str, dict[str, str]]:
    """The catalogue of a language: {"sentences": …, "patterns": …, "words.NAME": …}, flattened."""
    text = files("wanghuo.facts").joinpath(f"sentences_{language}.toml").read_text("utf-8")
    raw = tomllib.loads(text)
    flat = {"sentences": _flat(raw["sentences"]), "patterns": _flat(raw["patterns"])}
    for name, words in raw["words"].items():
        flat[f"words.{name}"] = {str(code): str(word) for code, word in words.items()}
    return flat


def _flat(table: Mapping[str, object], before: str = "") -> dict[str, str]:
    """Nested tables as dotted keys."""
    flat: dict[str, str] = {}
    for name, value in table.items():
        if isinstance(value, Mapping):
            flat.update(_flat(value, f"{before}{name}."))
        else:
            flat[before + name] = str(value)
    return flat


class _Wording(Formatter):
    """str.format, with lists of words in the place of format specifications."""

    def __init__(self, language: str, depth: int) -> None:
        super().__init__()
        self._language = language
        self._depth = depth
        self._params: Params = {}

    def get_value(self, key: int | str, args: object, kwargs: Params) -> Value:
        del args
        self._params = kwargs
        return kwargs.get(str(key), f"{{{key}}}")

    def format_field(self, value: Value, format_spec: str) -> str:
        if not format_spec:
            return str(value)
        words = catalogue(self._language)
        if format_spec == "sentence":
            return rendered(str(value), self._params, self._language, self._depth + 1)
        if format_spec in words["patterns"]:
            return words["patterns"][format_spec].replace("{}", str(value)) if value != "" else ""
        return words.get(f"words.{format_spec}", {}).get(str(value), str(value))


def rendered(key: str, params: Params, language: str, depth: int = 0) -> str:
    """The sentence in one language; the key itself if the catalogue does not have it."""
    template = catalogue(language)["sentences"].get(key)
    if template is None or depth > DEPTH_MAX:
        return key
    return _Wording(language, depth).vformat(template, (), params)


def render(key: str, params: Params) -> dict[str, str]:
    """The sentence in every language: {"zh": …, "en": …}."""
    return {language: rendered(key, params, language) for language in LANGUAGES}


def shown(sentence: Sentence) -> dict[str, object]:
    """The sentence as the API shows it: {key, params, zh, en}."""
    params = sentence.params
    return {"key": sentence.key, "params": params, **render(sentence.key, params)}


def word(list_name: str, code: str) -> dict[str, str]:
    """A code of a list in every language."""
    return {
        lang: catalogue(lang).get(f"words.{list_name}", {}).get(code, code) for lang in LANGUAGES
    }
