"""Telephones ring on the whole running product: short runs of `make linkage`, and a drill."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator

import pytest
from benchmarks import linkage_drill, linkage_kills, linkage_one, linkage_storm
from benchmarks.figures import Line, Verdict
from benchmarks.linked import Linked, linked, spread_over_towns

# Connections to killed processes are let go by the loop, some only when it ends.
pytestmark = [
    pytest.mark.story,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
SEED = 5
TURNS = 50


@pytest.fixture(scope="module")
def swept_last() -> Iterator[None]:
    """Sweep up what belongs to killed peers here, when the house is gone, not in the next test."""
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def swept() -> Iterator[None]:
    """The same after each test."""
    yield
    gc.collect()


@pytest.fixture(scope="module")
async def running(
    swept_last: None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Linked]:
    assert swept_last is None
    async with linked(tmp_path_factory.mktemp("linked"), traffic=False) as made:
        yield made
    for _ in range(TURNS):  # what the receivers closed has still to be let go by the loop
        await asyncio.sleep(0)


@pytest.fixture
def house(running: Linked) -> Linked:
    """The house with everybody's usual habits."""
    running.exchange.line_of = running.line_of
    running.desk_habits = {}
    running.peer.silent = False
    return running


def is_reached(line: Line) -> bool:
    """Whether the line's goal was reached, whatever this machine's times are."""
    assert line.verdict is Verdict.REACHED, line.reason
    return True


async def test_a_key_at_one_telephone_acknowledges_its_own_party_alone(house: Linked) -> None:
    house.peer.silent = True
    point = spread_over_towns(await house.points(SEED), SEED)[0]
    assert is_reached(await linkage_one.each_for_itself(house, point, 5.0, 2.0))


async def test_a_drill_is_told_as_a_drill_and_a_fire_in_it_as_a_fire(house: Linked) -> None:
    drill, fire = await linkage_drill.run(house, SEED, listen=False)
    assert is_reached(drill)
    assert is_reached(fire)


async def test_two_kills_forget_nobody_and_call_nobody_again(house: Linked) -> None:
    outcome = await linkage_kills.kill(house, 2, seed=26)
    assert (outcome.called_again, outcome.forgotten, outcome.taken_but_lost) == ([], [], [])
    assert outcome.verdicts.violations() == {}
    assert outcome.acknowledged > 0


async def test_every_living_line_of_many_fires_is_called_beside_dead_ones(house: Linked) -> None:
    line, burning = await linkage_storm.burst(house, 6, SEED)
    assert line.raw["live"].count + line.raw["dead"].count >= 4 * len(burning)
    assert line.raw["live"].count > 0
