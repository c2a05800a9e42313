"""What a chat message or a letter says: title, lines, and the link to the page. Pure."""

from typing import NamedTuple

from wanghuo.channels.spoken import Language
from wanghuo.facts.sentences import rendered
from wanghuo.notices.model import Handed

LINES = ("where", "what", "sure", "number")


class Said(NamedTuple):
    """One message in one language. page_url: "" if no page is given."""

    title: str
    lines: tuple[str, ...]
    link: str
    page_url: str


def said(notice: Handed, page_url: str, language: Language) -> Said:
    """Place, what, how sure; a test, a drill and a repeat say so first."""
    params = {
        "town": "", "place": "", "address": "", "what": "", "number": notice.number,
        **notice.message.params,
        "certainty": "confirmed" if notice.message.confirmed else "not_confirmed",
        "drill": "drill" if notice.drill else "",
    }  # fmt: skip
    marks = {"test": notice.test, "again": notice.repeat_of_unknown}
    before = "".join(rendered(f"sms.{name}", {}, language) for name, on in marks.items() if on)
    return Said(
        " ".join((before + rendered("text.title", params, language)).split()),
        tuple(rendered(f"text.{name}", params, language) for name in LINES),
        rendered("text.link", {}, language),
        page_url,
    )


def markdown(message: Said) -> str:
    """As chat groups draw it."""
    lines = [f"**{message.title}**", *message.lines]
    if message.page_url:
        lines.append(f"[{message.link}]({message.page_url})")
    return "\n\n".join(lines)


def plain(message: Said) -> str:
    """As a letter has it."""
    lines = [message.title, "", *message.lines]
    if message.page_url:
        lines += ["", f"{message.link}: {message.page_url}"]
    return "\n".join(lines)
