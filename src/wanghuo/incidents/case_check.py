"""Whether a report still says what the records say: a digest against a case as kept now. Pure."""

from typing import Any

from wanghuo.facts.sentences import render, word
from wanghuo.incidents.case_record import Made, Seal

Row = dict[str, Any]


def verdict(digest: str, made: Made | None, now: Seal) -> Row:
    """What there is to say of a digest that somebody read from a report or took of its file.

    known: file, content, or "" if no report with it was made here; same: whether the records are
    what they were; changed: the parts that are not.
    """
    known = "" if made is None else "file" if digest == made.file_sha256 else "content"
    same = (made.sha256 if made else digest) == now.sha256
    changed = now.changed_since(made.parts) if made else []
    code = "same" if same and made else "changed" if made else "same_unmade" if same else "unknown"
    return {
        "sha256": digest,
        "known": known,
        "same": same,
        "changed": [{"part": name, **word("case_part", name)} for name in changed],
        "made_at": made.at if made else None,
        "made_by_role": made.role if made else "",
        "lang": made.lang if made else "",
        "sha256_now": now.sha256,
        "words": render(f"case_check.{code}", {"at": made.at[:19] if made else ""}),
    }
