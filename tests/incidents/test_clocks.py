"""1-3-5: the clocks of a thousand crews equal those of somebody who counts seconds by hand."""

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.notices.makers import NOON, Story, a_point, a_scene, a_site, action, answer, sensed
from wanghuo.errors import Invalid
from wanghuo.facts.entry import ActionKind, AnswerKind
from wanghuo.incidents.clocks import Clocks, ClockState, Times, clocks_of, load, parse
from wanghuo.notices.model import Party

POLICY_DIR = Path(__file__).parents[2] / "policy"
LIMITS_S = {"turn_out": 60, "arrival": 180, "handled": 300}
INCIDENTS = 1000


def the_clocks() -> Clocks:
    return load(POLICY_DIR)


def at(after_s: float) -> datetime:
    return NOON + timedelta(seconds=after_s)


def times_of(party: Party) -> Times:
    assert party.told_at is not None
    return Times(
        party.role, party.at_level, party.told_at, party.acknowledged_at, party.turned_out_at,
        party.arrived_at, party.handled_at, party.returned_at, party.released_at,
    )  # fmt: skip


def told_story(rng: random.Random) -> tuple[list[tuple[int, AnswerKind]], int | None]:
    """What one crew presses and when, doubled, left out and out of order; when it is closed."""
    kinds = (AnswerKind.ON_THE_WAY, AnswerKind.TURNED_OUT, AnswerKind.ARRIVED, AnswerKind.HANDLED)
    spans = ((2, 40), (20, 90), (60, 240), (120, 420))
    presses = [
        (rng.randint(*span), kind)
        for kind, span in zip(kinds, spans, strict=True)
        if rng.random() < 0.8
    ]
    presses += [(at_s + rng.randint(0, 60), kind) for at_s, kind in presses if rng.random() < 0.2]
    closed = rng.randint(30, 500) if rng.random() < 0.4 else None
    return sorted(presses), closed


def oracle(
    presses: list[tuple[int, AnswerKind]], closed_s: int | None, now_s: int
) -> dict[str, tuple[str, int | None, int]]:
    """By hand: name → state, second of the stop, whole seconds overdue. Knows no life cycle."""
    needs = {
        "turn_out": {AnswerKind.TURNED_OUT, AnswerKind.ARRIVED, AnswerKind.HANDLED},
        "arrival": {AnswerKind.ARRIVED, AnswerKind.HANDLED},
        "handled": {AnswerKind.HANDLED},
    }
    found = {}
    for name, limit_s in LIMITS_S.items():
        stops = [
            s for s, kind in presses if kind in needs[name] and (closed_s is None or s < closed_s)
        ]
        stop = min(stops, default=None)
        last = stop if stop is not None else closed_s if closed_s is not None else now_s
        if last > limit_s:
            state = "missed"
        elif stop is not None:
            state = "met"
        else:
            state = "void" if closed_s is not None else "running"
        found[name] = (state, stop, max(0, last - limit_s))
    return found


def test_a_thousand_incidents_have_the_clocks_of_an_independent_count() -> None:
    rng = random.Random(135)
    seen: set[str] = set()
    for _ in range(INCIDENTS):
        presses, closed_s = told_story(rng)
        story = Story(a_scene([a_site()], [a_point(1)]))
        story.tell(sensed(a_point(1)))
        notice = story.notice("micro_station").id
        number = story.incident.number
        entries = [(s, answer(notice, kind, s, by="crew")) for s, kind in presses]
        if closed_s is not None:
            close = action(ActionKind.CLOSE, closed_s, number, disposition="unknown")
            entries = [(s, e) for s, e in entries if s != closed_s]
            presses = [(s, k) for s, k in presses if s != closed_s]
            entries.append((closed_s, close))
        story.tell(*(entry for _, entry in sorted(entries, key=lambda one: one[0])))
        now_s = max(rng.randint(0, 700), *(s for s, _ in entries), 0)
        party = next(p for p in story.scene.parties.values() if p.owner_id == "M1")
        made = {
            clock.name: (
                clock.state.value,
                None if clock.stopped_at is None else (clock.stopped_at - NOON).total_seconds(),
                clock.overdue_s,
            )
            for clock in clocks_of(times_of(party), the_clocks(), at(now_s))
        }
        assert made == oracle(presses, closed_s, now_s), (presses, closed_s, now_s)
        seen |= {state for state, _, _ in made.values()}
    assert seen == {"met", "missed", "void", "running"}


CREW = Times("brigade", 2, NOON, acknowledged_at=at(10), turned_out_at=at(61), arrived_at=at(170))


def test_a_clock_says_since_when_until_when_and_how_it_ended() -> None:
    turn_out, arrival, handled = clocks_of(CREW, the_clocks(), at(200))
    assert (turn_out.state, turn_out.overdue_s, turn_out.took_s) == (ClockState.MISSED, 1, 61)
    assert (arrival.state, arrival.overdue_s, arrival.due_at) == (ClockState.MET, 0, at(180))
    assert (handled.state, handled.stopped_at, handled.took_s) == (ClockState.RUNNING, None, None)
    (_, _, handled) = clocks_of(CREW, the_clocks(), at(312))
    assert (handled.state, handled.stopped_at, handled.overdue_s) == (ClockState.MISSED, None, 12)


def test_a_city_says_what_starts_a_clock_and_for_whom_it_is_longer() -> None:
    policy = parse("""
        version = "t"
        [[clock]]
        name = "drive"
        starts = "acknowledged"
        stops = "arrived"
        limit_s = 100
        [[clock.limit]]
        role = "brigade"
        from_level = 3
        limit_s = 400
        [[clock]]
        name = "confirmed"
        starts = "f3"
        stops = "arrived"
        limit_s = 100
    """)
    (drive,) = clocks_of(CREW, policy, at(200))
    assert (drive.started_at, drive.limit_s, drive.state) == (at(10), 100, ClockState.MISSED)
    levelled = Times(
        "brigade", 3, NOON, acknowledged_at=at(10), arrived_at=at(170), levels={3: at(120)}
    )
    drive, confirmed = clocks_of(levelled, policy, at(200))
    assert (drive.limit_s, drive.state) == (400, ClockState.MET)
    assert (confirmed.started_at, confirmed.took_s) == (at(120), 50)


@pytest.mark.parametrize(
    "wrong",
    [
        'version = "t"\n[[clock]]\nname = "a"\nstarts = "noon"\nstops = "arrived"\nlimit_s = 1',
        'version = "t"\n[[clock]]\nname = "a"\nstarts = "told"\nstops = "arrived"\nlimit_s = 0',
        'version = "t"\nclocks = []',
        "version = ",
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_remedy(wrong: str) -> None:
    with pytest.raises(Invalid) as error:
        parse(wrong)
    assert error.value.field == "policy/clocks.toml"
