"""The standard of a category held against what hangs in a place."""

import pytest

from wanghuo.errors import Invalid
from wanghuo.premises import categories, kit
from wanghuo.settings import Settings

STANDARD = kit.parse(
    'version = 1\nstands_for = { visual_smoke = "smoke" }\n'
    "[kit]\nrental = { smoke = 3, electric = 1 }\n"
)


@pytest.mark.parametrize(
    ("fitted", "missing"),
    [
        ("", {"smoke": 3, "electric": 1}),
        ("smoke smoke smoke electric", {}),
        ("smoke visual_smoke electric", {"smoke": 1}),
        ("smoke visual_smoke visual_smoke visual_smoke", {"electric": 1}),
        ("gas smoke smoke smoke electric", {}),
    ],
)
def test_what_is_missing(fitted: str, missing: dict[str, int]) -> None:
    lines = kit.compared("rental", fitted.split(), STANDARD)
    assert {line.kind: line.missing for line in lines if line.missing} == missing
    assert {line.kind: line.fitted for line in lines if line.fitted} == {
        kind: fitted.split().count(kind) for kind in fitted.split()
    }


def test_a_category_without_a_standard_asks_for_nothing() -> None:
    assert [(line.kind, line.required) for line in kit.compared("?", ["gas"], STANDARD)] == [
        ("gas", 0)
    ]


def test_the_shipped_standard_knows_every_category() -> None:
    folder = Settings().policy_dir
    assert kit.load(folder).kit.keys() == categories.load(folder).keys()


def test_a_wrong_file_is_named() -> None:
    with pytest.raises(Invalid, match=r"kit\.toml"):
        kit.parse("version = 1\n[kit]\nrental = 3\n")
