"""How a report puts things: one language, the city's clock, times since the first signal. Pure."""

from datetime import datetime

import msgspec

from wanghuo.facts.sentences import Sentence, rendered, word
from wanghuo.incidents.figures import LOCAL

NOTHING = "—"
MINUTE_S = 60
HOUR_S = 3600


class Teller(msgspec.Struct, frozen=True):
    """lang: zh or en; opened_at: the first signal, from which times are counted."""

    lang: str
    opened_at: datetime

    def t(self, code: str, **blanks: object) -> str:
        """A label of the report, its blanks filled."""
        return word("case", code)[self.lang].format(**blanks)

    def word(self, list_name: str, code: str) -> str:
        """A code of a list; a dash for none."""
        return word(list_name, code)[self.lang] if code else NOTHING

    def say(self, sentence: Sentence | None) -> str:
        """A sentence as kept, in words."""
        return rendered(sentence.key, sentence.params, self.lang) if sentence else ""

    def day(self, at: datetime | None) -> str:
        """Day and time on the city's clock."""
        return f"{at + LOCAL:%Y-%m-%d %H:%M:%S}" if at else NOTHING

    def time(self, at: datetime | None) -> str:
        """The time alone on the day of the first signal, else with its day."""
        if at is None:
            return NOTHING
        same = (at + LOCAL).date() == (self.opened_at + LOCAL).date()
        return f"{at + LOCAL:%H:%M:%S}" if same else f"{at + LOCAL:%m-%d %H:%M:%S}"

    def since(self, at: datetime | None) -> str:
        """How long after the first signal: +01:34, +1:01:34."""
        if at is None:
            return NOTHING
        seconds = round((at - self.opened_at).total_seconds())
        return ("−" if seconds < 0 else "+") + span(abs(seconds))


def span(seconds: float) -> str:
    """A length of time: 01:34, from an hour on 1:01:34."""
    whole = round(seconds)
    tail = f"{whole // MINUTE_S % MINUTE_S:02}:{whole % MINUTE_S:02}"
    return f"{whole // HOUR_S}:{tail}" if whole >= HOUR_S else tail


def kilometres(metres: float) -> str:
    """A distance: 640 m, 3.2 km."""
    return f"{metres:.0f} m" if metres < 1000 else f"{metres / 1000:.1f} km"  # noqa: PLR2004 - the unit
