"""The short fuzz run: every codec of the house, a few thousand inputs each."""

import pytest
from tests.fuzz_codecs import Target, run, targets

INPUTS = 4000


@pytest.mark.parametrize("target", targets(), ids=lambda target: target.name)
def test_a_codec_raises_nothing_but_its_named_error(target: Target) -> None:
    assert 0 <= run(target, INPUTS, seed=2026) <= INPUTS


def test_the_codecs_of_the_transmitters_are_among_the_targets() -> None:
    assert sum(target.name.startswith("gb26875") for target in targets()) >= 3
