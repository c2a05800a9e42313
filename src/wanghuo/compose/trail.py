"""`wanghuo check-audit`: whether nobody touched the audit trail, and where if somebody did."""

import msgspec

from wanghuo.access import store as access
from wanghuo.access.model import AuditCheck
from wanghuo.compose.commands import say as told
from wanghuo.compose.house import dsn
from wanghuo.compose.reach import READER, reached
from wanghuo.engines.postgres import Database
from wanghuo.settings import Settings


async def check_audit(settings: Settings, *, head: str, as_json: bool) -> int:
    """Recompute every digest of the trail; 1 if a line does not fit, or `head` is not the last."""
    async with reached(settings) as found:
        database = await Database.open(dsn(found, READER), size_max=1, name="check-audit")
        try:
            async with database.transaction("*") as tx:
                said = await access.check_audit(tx)
                known = not head or await access.has_digest(tx, head)
        finally:
            await database.close()
    told(_json(said, known=known) if as_json else _line(said, head if not known else ""))
    return 0 if said.whole and known else 1


def _json(said: AuditCheck, *, known: bool) -> str:
    return msgspec.json.encode({**msgspec.to_builtins(said), "head_known": known}).decode()


def _line(said: AuditCheck, lost: str) -> str:
    if not said.whole:
        return (
            f"The audit trail was touched: line {said.broken_at} does not fit the one before it;"
            f" the {said.lines} lines before that fit.\n"
            "Keep a copy of the database as it is, and compare with an export made before."
        )
    if lost:
        return (
            f"The {said.lines} lines fit, but none ends with {lost}: the trail's end was cut off."
        )
    keep = f"\nKeep its head elsewhere: {said.head}" if said.lines else ""
    return f"The audit trail is whole: {said.lines} lines.{keep}"
