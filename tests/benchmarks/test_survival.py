"""Short real runs of the two commands that kill: they start the whole product."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks import chaos, mount, powercut

# Connections to a killed gateway are let go by the loop, some only when it ends.
pytestmark = [
    pytest.mark.story,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def swept() -> Iterator[None]:
    """Sweep up what belongs to killed peers here, not in the next test."""
    yield
    gc.collect()


async def test_three_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    outcome = await chaos.whole(tmp_path, kills=3, seed=11)
    assert outcome.verdicts.violations() == {}
    assert outcome.verdicts.confirmed > 0
    assert outcome.kills.total() == 3


async def test_a_power_cut_loses_no_acknowledged_fire(tmp_path: Path) -> None:
    mount.check()  # says which Debian package is missing; a run without cuts proves nothing
    outcome = await powercut.whole(tmp_path, cuts=1, seed=11, fsync=True)
    assert outcome.lost() == 0
    assert outcome.verdicts.violations() == {}
    assert outcome.verdicts.confirmed > 0
