"""The judge: one entry of the fire log in, everything that it changes out.

Rule 1. Pure. The same scene, entry and policy give the same changes, whatever the clock, the
        process or the batch; replaying the fire log gives the same incidents, levels and parties
        (alarm-handling rule 10).
Rule 2. No entry is refused: one that has no meaning (any more) changes nothing.
The scene is a working copy: after `judge` it stands as the entry left it.
"""

from wanghuo.alarms.policy import Policy
from wanghuo.facts.entry import (
    ActionEntry,
    AnswerEntry,
    Entry,
    PositionEntry,
    SignalEntry,
    TimerEntry,
)
from wanghuo.notices import acting, answering, position, sensing, telling, waiting
from wanghuo.notices.hearing import Hearing
from wanghuo.notices.scene import Changes, Scene


def judge(scene: Scene, entry: Entry, policy: Policy) -> Changes:
    """What this entry changes. The scene moves on with it."""
    scene.changes = Changes()
    scene.sighted = {}
    hearing = Hearing(scene, entry, policy)
    match entry.body:
        case SignalEntry(signal=signal):
            sensing.heard(hearing, signal)
        case AnswerEntry() as answer:
            answering.answered(hearing, answer)
        case ActionEntry() as action:
            acting.acted(hearing, action)
        case TimerEntry() as timer:
            waiting.fell_due(hearing, timer)
        case PositionEntry() as seen:
            position.reported(hearing, seen)
    telling.hint_move_ups(hearing)
    return scene.changes
