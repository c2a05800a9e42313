"""Random stories: bytes become signals, answers, acts, shelves and passing time, over a small city.

A byte string is the whole story, so that a failing one shrinks well and is quick to draw. Steps
that make no sense at their moment (an answer before anybody was told) are part of the story too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
from hypothesis import strategies as st

from tests.notices.makers import (
    NOON,
    Story,
    a_point,
    a_scene,
    a_site,
    an_entry,
    answer,
    sensed,
    the_policy,
)
from wanghuo.alarms.model import Point
from wanghuo.alarms.policy import Policy
from wanghuo.facts.entry import ActionEntry, ActionKind, AnswerKind, Entry, SignalEntry, TimerEntry
from wanghuo.facts.signal import SensorKind, SignalKind
from wanghuo.incidents.disposition import Cause, Disposition
from wanghuo.notices.asked import Help
from wanghuo.notices.judge import judge
from wanghuo.notices.scene import Changes, Scene, Wait

STEP_BYTES: Final = 4
tales = st.binary(min_size=STEP_BYTES, max_size=STEP_BYTES * 16)

KINDS: Final = (
    SensorKind.SMOKE, SensorKind.HEAT, SensorKind.CALL_POINT, SensorKind.SMOKE,
    SensorKind.LOOKOUT, SensorKind.SPRINKLER,
)  # fmt: skip
SITES: Final = (
    a_site("P1"),
    a_site("P2", category="rental", sleeping=True, lon=121.2501, building=""),  # 10 m beside P1
    a_site("P3", category="industrial", lon=121.30, building="B"),
    a_site("P4", category="highrise", lon=121.31, building="B"),
    a_site("P9", category="shop", lon=121.35, test=True),
)
POINTS: Final = tuple(a_point(n, s.id, KINDS[n]) for s in SITES for n in range(len(KINDS)))
NOBODY: Final = Point("gb26875:ffffffffffff/1.1.40.00000001", "gb26875:ffffffffffff", KINDS[0])
PAUSES_S: Final = (0, 1, 7, 21, 45, 59, 61, 119, 179, 181, 240, 600, 901, 1800, 4000, 8000)
ACTIONS: Final = tuple(ActionKind)
ANSWERS: Final = tuple(AnswerKind)
CAUSES: Final = ("", *Cause)
DISPOSITIONS: Final = ("", *Disposition)


@dataclass(frozen=True)
class Judged:
    """One entry with what it changed, and the levels before and after."""

    entry: Entry
    changes: Changes
    before: dict[str, int]
    after: dict[str, int]


@dataclass
class Tale:
    """A story as it was told: every judgement in order."""

    story: Story
    judged: list[Judged] = field(default_factory=list)
    now_s: float = 0.0

    def judge(self, entry: Entry) -> Judged:
        before = {i: x.level for i, x in self.story.scene.incidents.items()}
        self.story.log.append(entry)
        changes = judge(self.story.scene, entry, self.story.policy)
        self.story.waits.update(changes.waits)
        for gone in changes.cancelled:
            self.story.waits.pop(gone, None)
        after = {i: x.level for i, x in self.story.scene.incidents.items()}
        made = Judged(entry, changes, before, after)
        self.judged.append(made)
        return made

    def passing(self, seconds: float) -> None:
        """Let time pass; what falls due is judged at its time."""
        self.now_s += seconds
        waits = self.story.waits
        while True:
            due = min(waits.values(), key=_due, default=None)
            if due is None or (due.due_at - NOON).total_seconds() > self.now_s:
                return
            del waits[due.id]
            body = TimerEntry(due.id, due.kind, due.subject, due.due_at, due.note)
            self.judge(an_entry(body, (due.due_at - NOON).total_seconds(), due.id))

    def fire(self, point: Point, **changed: object) -> Judged:
        return self.judge(sensed(point, self.now_s, **changed))


def _due(wait: Wait) -> tuple[object, str]:
    return wait.due_at, wait.id


def a_city(help_: Help | None = None) -> Scene:
    return a_scene(SITES, POINTS, help_)


def told(
    tale: bytes,
    *,
    policy: Policy | None = None,
    scene: Scene | None = None,
    kinds: Sequence[int] = range(256),
) -> Tale:
    """The story that these bytes tell. kinds: which step codes may happen, others are left out."""
    made = Tale(Story(scene or a_city(), policy or the_policy()))
    for at in range(0, len(tale) - STEP_BYTES + 1, STEP_BYTES):
        pause, kind, which, how = tale[at : at + STEP_BYTES]
        made.passing(PAUSES_S[pause % len(PAUSES_S)])
        if kind % 16 in kinds:
            _step(made, kind % 16, which, how)
    return made


SIGNALS_ONLY: Final = range(7)


def _step(tale: Tale, kind: int, which: int, how: int) -> None:
    point = POINTS[which % len(POINTS)]
    match kind:
        case 0 | 1 | 2:
            tale.fire(
                point, digest=f"{how % 3:016x}" if how % 2 else f"{how:08x}{tale.now_s:08.0f}"
            )
        case 3:
            value = float(40 + how)
            tale.fire(point, kind=SignalKind.NOTABLE, quantity="temperature", value=value, unit="℃")
        case 4:
            tale.fire(point, kind=SignalKind.CLEARED)
        case 5:
            tale.fire(point, kind=SignalKind.RESET)
        case 6:
            tale.fire(NOBODY)
        case 7 | 8 | 9 | 10:
            _answer(tale, which, how)
        case 11 | 12:
            _shelve(tale, point, how)
        case _:
            _act(tale, which, how)


def _answer(tale: Tale, which: int, how: int) -> None:
    notices = sorted(tale.story.scene.notices)
    if notices:
        chosen = notices[which % len(notices)]
        kind = ANSWERS[how % len(ANSWERS)]
        tale.judge(answer(chosen, kind, tale.now_s, by=f"person {how % 3}"))


def _shelve(tale: Tale, point: Point, how: int) -> None:
    kind = (ActionKind.SHELVE, ActionKind.TEST_WINDOW, ActionKind.UNSHELVE)[how % 3]
    window = kind is ActionKind.TEST_WINDOW or how % 2 == 0
    body = ActionEntry(
        kind,
        "person-1",
        "陈立群" if how % 11 else "",
        reason="works" if how % 7 else "",
        origin="" if window and kind is not ActionKind.SHELVE else point.origin,
        place_id=point.place_id if window and kind is not ActionKind.SHELVE else "",
        until=None,
        drill=how % 5 == 0,
    )
    tale.judge(an_entry(body, tale.now_s, how))


def _act(tale: Tale, which: int, how: int) -> None:
    numbers = sorted(i.number for i in tale.story.scene.incidents.values())
    if not numbers:
        return
    body = ActionEntry(
        ACTIONS[how % len(ACTIONS)],
        "person-1",
        "陈立群" if how % 13 else " ",
        number=numbers[which % len(numbers)],
        reason="seen" if how % 5 else "",
        level=which % 6 - 1,
        disposition=DISPOSITIONS[which % len(DISPOSITIONS)],
        cause=CAUSES[how % len(CAUSES)],
        drill=which % 4 == 0,
    )
    if body.action not in {ActionKind.SHELVE, ActionKind.TEST_WINDOW, ActionKind.UNSHELVE}:
        tale.judge(an_entry(body, tale.now_s, how, which))


def person_acted(entry: Entry) -> ActionEntry | None:
    return entry.body if isinstance(entry.body, ActionEntry) else None


def is_fire(entry: Entry) -> bool:
    return isinstance(entry.body, SignalEntry) and entry.body.signal.kind is SignalKind.FIRE


def plain(thing: object) -> bytes:
    """A thing as comparable bytes."""
    return msgspec.json.encode(thing, order="sorted")
