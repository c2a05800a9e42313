"""The timeline of an incident: append-only, each line's digest covers the line before it.

A line that was changed, dropped or slipped in breaks every digest after it. The digest is taken
over JSON with sorted keys, so that it does not depend on how a database orders them.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

import msgspec

from wanghuo.facts.sentences import Sentence
from wanghuo.incidents.model import Moment, Tail

_encoder: Final = msgspec.json.Encoder(order="sorted")


class Said(msgspec.Struct, frozen=True):
    """What a new line says. at: UTC."""

    at: datetime
    what: str
    sentence: Sentence
    who: str = ""


def appended(tail: Tail, incident_id: str, said: Said) -> Moment:
    """The next line of the timeline that ends with `tail`."""
    assert said.at.tzinfo is UTC
    number, words = tail.line + 1, said.sentence
    content = [
        incident_id,
        number,
        said.at.isoformat(),
        said.what,
        said.who,
        words.key,
        words.params,
    ]
    digest = sha256(tail.digest.encode() + _encoder.encode(content)).hexdigest()
    return Moment(incident_id, number, said.at, said.what, said.who, words, digest)


def broken_line(moments: Iterable[Moment]) -> int | None:
    """The first line whose digest or number is not what the lines before it make; None if whole."""
    tail = Tail()
    for moment in moments:
        said = Said(moment.at, moment.what, moment.sentence, moment.who)
        made = appended(tail, moment.incident_id, said)
        if made != moment:
            return moment.line
        tail = Tail(made.line, made.digest)
    return None
