"""What a text message says: the parameters of the provider's template, and how long it becomes.

Rule 1. Each parameter is cut to what the provider allows; a link does not fit into one, so the
        template's fixed address is followed by its two halves: `https://…/r/${link1}${link2}`.
Rule 2. A message of more than 70 characters travels, and is paid, as parts of 67.
"""

import math
import re
from collections.abc import Mapping
from typing import Final

from wanghuo.channels.spoken import Language
from wanghuo.facts.sentences import rendered, word
from wanghuo.notices.model import Handed

ONE_PART_CHARS: Final = 70
PART_CHARS: Final = 67
NAMED: Final = re.compile(r"\$\{(\w+)\}")


def params(notice: Handed, page_url: str, language: Language, longest: int) -> dict[str, str]:
    """Every parameter that a template may name. longest: characters of one."""
    told = notice.message.params
    token = page_url.rpartition("/")[2]
    half = math.ceil(len(token) / 2)
    kinds = {"test": notice.test, "drill": notice.drill, "again": notice.repeat_of_unknown}
    marks = "".join(rendered(f"sms.{name}", {}, language) for name, on in kinds.items() if on)
    certainty = "confirmed" if notice.message.confirmed else "not_confirmed"
    made = {
        "kind": marks + rendered(f"sms.{notice.purpose}", {}, language),
        "town": str(told.get("town", "")),
        "place": str(told.get("place", "")),
        "what": rendered(str(told.get("what", "")), told, language),
        "certainty": word("certainty", certainty)[language],
        "number": notice.number,
        "link1": token[:half],
        "link2": token[half:],
    }
    return {name: cut(text, longest) for name, text in made.items()}


def cut(text: str, longest: int) -> str:
    """At most so many characters, in one line; what is cut ends in an ellipsis."""
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"


def asked(template: str, made: Mapping[str, str]) -> dict[str, str]:
    """Of these parameters those that the template names."""
    return {name: made.get(name, "") for name in NAMED.findall(template)}


def text(template: str, made: Mapping[str, str]) -> str:
    """The message as a person reads it."""
    return NAMED.sub(lambda found: made.get(found[1], ""), template)


def parts(whole: str) -> int:
    """How many messages this text travels as."""
    return 1 if len(whole) <= ONE_PART_CHARS else math.ceil(len(whole) / PART_CHARS)
