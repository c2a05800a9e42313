"""Short real runs of the two commands that kill: they start the whole product."""

from pathlib import Path

import pytest
from benchmarks import chaos, mount, powercut

pytestmark = [pytest.mark.story, pytest.mark.timeout(600)]


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
