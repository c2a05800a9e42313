"""The sections of a report on one incident: each a title, columns and rows of finished text. Pure.

Rule 1. Nothing is left out for being empty: a section without rows says that there was none.
Rule 2. Numbers are masked unless the reader may see them and asked.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from wanghuo.alarms.level import probability
from wanghuo.facts.sentences import Sentence
from wanghuo.incidents.case_record import Case
from wanghuo.incidents.case_words import NOTHING, Teller, kilometres, span
from wanghuo.incidents.clocks import Clock, Clocks, ClockState, clocks_of
from wanghuo.incidents.outcomes import told
from wanghuo.incidents.views import (
    CREW_ROLES,
    NO_NUMBERS,
    NoticeRow,
    PartyRow,
    levels_reached,
)
from wanghuo.premises.search import masked
from wanghuo.sights.weather import Sample, wind_words

Row = dict[str, Any]
Columns = Sequence[tuple[str, str]]  # (code of its title, width: a share such as 2fr, or auto)


def _section(words: Teller, name: str, columns: Columns, rows: Sequence[Sequence[str]]) -> Row:
    return {
        "title": words.t(name),
        "note": words.t(f"{name}_note"),
        "none": words.t("none"),
        "columns": [{"title": words.t(code), "width": width} for code, width in columns],
        "rows": [list(row) for row in rows],
    }


def evidence(case: Case, words: Teller) -> Row:
    """The ledger: what spoke for and against, with its weight, and what it came to."""
    lines = case.whole.evidence
    totals = list(accumulate(line.weight_milli for line in lines))
    rows = [
        (
            words.time(line.at),
            words.say(line.sentence),
            _signed(line.weight_milli),
            _signed(total),
            _percent(probability(total)),
        )
        for line, total in zip(lines, totals, strict=True)
    ]
    columns = (
        ("time", "auto"), ("sentence", "1fr"), ("weight", "auto"), ("total", "auto"),
        ("probability", "auto"),
    )  # fmt: skip
    return _section(words, "evidence", columns, rows)


def alarms(case: Case, words: Teller) -> Row:
    """The points that spoke. Where each hangs is what the ledger said of it."""
    spots = {
        line.origin: str(line.sentence.params["spot"])
        for line in case.whole.evidence
        if line.sentence.params.get("spot")
    }
    rows = [
        (
            words.time(alarm.first_at),
            words.word("sensor", alarm.sensor),
            spots.get(alarm.origin, alarm.text) or NOTHING,
            str(alarm.repeats + 1),
            words.time(alarm.last_at),
            alarm.origin,
        )
        for alarm in case.whole.alarms
    ]
    columns = (
        ("first", "auto"), ("sensor", "auto"), ("spot", "1fr"), ("signals", "auto"),
        ("last", "auto"), ("origin", "1fr"),
    )  # fmt: skip
    return _section(words, "alarms", columns, rows)


def parties(case: Case, words: Teller) -> Row:
    """Who was to be told, why, and when each acknowledged."""
    rows = [
        (
            words.word("role", party.role),
            party.name or NOTHING,
            f"F{party.at_level}",
            words.time(party.told_at or party.planned_at),
            words.since(party.acknowledged_at),
            _became(party, words),
            words.say(party.shortfall) or words.say(party.reason),
        )
        for party in case.whole.parties
    ]
    columns = (
        ("role", "auto"), ("name", "1fr"), ("level", "auto"), ("told", "auto"),
        ("acknowledged", "auto"), ("became", "auto"), ("reason", "1.4fr"),
    )  # fmt: skip
    return _section(words, "parties", columns, rows)


def _became(party: PartyRow, words: Teller) -> str:
    state = words.word("party_state", party.state)
    return f"{state} · {words.word('answer', party.answer)}" if party.answer else state


def notices(case: Case, words: Teller, *, numbers: bool) -> Row:
    """Every message, with its own times since the first signal."""
    rows = [
        (
            words.word("role", notice.role),
            notice.recipient,
            notice.address if numbers or notice.role in NO_NUMBERS else masked(notice.address),
            words.since(notice.planned_at),
            words.since(notice.sent_at),
            words.since(notice.answered_at),
            words.since(notice.acknowledged_at),
            _said(notice, words),
        )
        for notice in case.whole.notices
    ]
    columns = (
        ("role", "auto"), ("recipient", "1fr"), ("phone", "auto"), ("planned", "auto"),
        ("sent", "auto"), ("answered", "auto"), ("acknowledged", "auto"), ("became", "1.4fr"),
    )  # fmt: skip
    return _section(words, "notices", columns, rows)


def _said(notice: NoticeRow, words: Teller) -> str:
    return words.say(told(notice.channel, notice.state, notice.outcome))


def crews(case: Case, words: Teller, policy: Clocks, now: datetime) -> Row:
    """Who was on the way, how far each came, and its 1-3-5 clocks."""
    levels = levels_reached(case.whole.timeline)
    coming = [party for party in case.whole.parties if party.role in CREW_ROLES and party.crew]
    rows = [
        (
            party.name,
            _way(party),
            words.time(party.told_at or party.planned_at),
            words.since(party.turned_out_at),
            words.since(party.arrived_at),
            words.since(party.handled_at),
            "\n".join(_clock(one, words) for one in clocks_of(party.times(levels), policy, now)),
        )
        for party in coming
    ]
    columns = (
        ("name", "1fr"), ("way", "auto"), ("told", "auto"), ("turned_out", "auto"),
        ("arrived", "auto"), ("handled", "auto"), ("clocks", "1fr"),
    )  # fmt: skip
    return _section(words, "crews", columns, rows)


def _way(party: PartyRow) -> str:
    """By road where one is known, else as the crow flies."""
    road_m = party.reason.params.get("road_m")
    if isinstance(road_m, int):
        return kilometres(road_m)
    return NOTHING if party.distance_m < 0 else f"≈ {kilometres(party.distance_m)}"


def _clock(clock: Clock, words: Teller) -> str:
    name, state = words.word("clock", clock.name), words.word("clock_state", clock.state.value)
    if clock.stopped_at is None or clock.state is ClockState.VOID:
        return f"{name} {state}"
    took_s = (clock.stopped_at - clock.started_at).total_seconds()
    return f"{name} {span(took_s)} / {span(clock.limit_s)} {state}"


def weather(case: Case, words: Teller) -> Row:
    """What was observed while it burned, oldest first."""
    rows = [_observed(sample, words) for sample in reversed(case.weather)]
    columns = (
        ("time", "auto"), ("wind", "1fr"), ("temperature", "auto"), ("humidity", "auto"),
        ("rain", "auto"), ("source", "1fr"),
    )  # fmt: skip
    return _section(words, "weather", columns, rows)


def _observed(sample: Sample, words: Teller) -> tuple[str, ...]:
    seen = sample.observed
    doubt = f"wind.{'silent' if sample.trouble else 'demo'}"
    doubtful = sample.trouble or sample.source == "demo"
    source = [seen.station if seen else "", sample.source]
    if doubtful:
        source = [words.say(Sentence(doubt, {"why": sample.trouble}))]
    return (
        words.time(seen.at if seen else sample.taken_at),
        words.say(wind_words(seen)),
        _figure(seen.temperature_c if seen else None, "°C"),
        _figure(seen.humidity_percent if seen else None, "%"),
        _figure(seen.rain_mm if seen else None, "mm"),
        " · ".join(part for part in source if part),
    )


def timeline(case: Case, words: Teller) -> Row:
    """Every line, in order."""
    rows = [
        (
            str(moment.line),
            words.time(moment.at),
            words.since(moment.at),
            words.say(moment.sentence),
            moment.who or NOTHING,
        )
        for moment in case.whole.timeline
    ]
    columns = (
        ("line", "auto"), ("time", "auto"), ("since", "auto"), ("sentence", "1fr"), ("who", "auto"),
    )  # fmt: skip
    return _section(words, "timeline", columns, rows)


def pictures(case: Case, words: Teller, cameras: Mapping[str, str]) -> list[Row]:
    """What stands under each picture, oldest first; `sha256` names it."""
    return [
        {
            "sha256": kept.sha256,
            "caption": " · ".join(
                part
                for part in (
                    words.time(kept.taken_at),
                    cameras.get(kept.camera_id, kept.camera_id) or kept.by_whom,
                    kept.note,
                    f"{kept.width} × {kept.height}",
                )
                if part
            ),
        }
        for kept in sorted(case.pictures, key=lambda one: (one.taken_at, one.id))
    ]


def levels(case: Case, words: Teller) -> str:
    """When the incident first stood at each level: F1 14:02:11 (+00:00)."""
    reached = levels_reached(case.whole.timeline)
    return " · ".join(
        f"F{level} {words.time(at)} ({words.since(at)})" for level, at in sorted(reached.items())
    )


def lasted(opened_at: datetime, closed_at: datetime | None) -> str:
    """From the first signal to the close."""
    took: timedelta | None = closed_at - opened_at if closed_at else None
    return span(took.total_seconds()) if took is not None else NOTHING


def _signed(milli: int) -> str:
    return f"{milli / 1000:+.1f}".replace("-", "−")


def _percent(share: float) -> str:
    return "> 99.9 %" if share > 0.9995 else f"{100 * share:.2g} %"  # noqa: PLR2004 - rounding


def _figure(value: float | None, unit: str) -> str:
    return NOTHING if value is None else f"{value:g} {unit}"
