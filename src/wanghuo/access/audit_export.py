"""The audit trail as a file: CSV for a spreadsheet, JSON lines for a program."""

import csv
import io
from collections.abc import Sequence
from typing import Final

import msgspec

from wanghuo.access.model import AuditLine

CSV_HEAD: Final = (
    "\ufeffseq,at,person_id,role,act,subject,detail,digest\r\n"  # BOM: Excel reads UTF-8
)
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def _cell(text: str) -> str:
    """A text that a spreadsheet shows and does not run."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_text(lines: Sequence[AuditLine]) -> str:
    """The lines under CSV_HEAD."""
    out = io.StringIO()
    writer = csv.writer(out)
    for line in lines:
        detail = msgspec.json.encode(line.detail, order="deterministic").decode()
        words = (line.person_id, line.role, line.act, line.subject, detail)
        writer.writerow([line.seq, line.at.isoformat(), *map(_cell, words), line.digest])
    return out.getvalue()


def jsonl_text(lines: Sequence[AuditLine]) -> str:
    """One JSON object a line."""
    return "".join(msgspec.json.encode(line).decode() + "\n" for line in lines)
