"""`wanghuo check-report`: whether a report was made here and its records are what they were."""

import asyncio
import hashlib
import re
from pathlib import Path
from typing import Any

import msgspec

from wanghuo.compose.commands import say as told
from wanghuo.compose.house import dsn
from wanghuo.compose.reach import READER, reached
from wanghuo.engines.postgres import Database
from wanghuo.errors import Invalid, Missing
from wanghuo.incidents import case_check, case_store
from wanghuo.settings import Settings

DIGEST = re.compile(r"[0-9a-f]{64}")


async def check_report(
    settings: Settings, file: Path | None, *, number: str, digest: str, as_json: bool
) -> int:
    """Say what the records say of a report; 1 unless it was made here and nothing changed."""
    digest = await asyncio.to_thread(_digest_of, file) if file else digest.lower()
    if not DIGEST.fullmatch(digest):
        raise Invalid("sha256", f"{digest!r} is none", "give the file, or 64 figures as printed")
    async with reached(settings) as found:
        database = await Database.open(dsn(found, READER), size_max=1, name="check-report")
        try:
            said = await _verdict(database, digest, number)
        finally:
            await database.close()
    told(msgspec.json.encode(said).decode() if as_json else _lines(said))
    return 0 if said["same"] and said["known"] else 1


def _digest_of(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise Invalid("file", str(error), "give a readable PDF") from error


async def _verdict(database: Database, digest: str, number: str) -> dict[str, Any]:
    async with database.transaction("*") as tx:
        made = await case_store.made_report(tx, digest, number)
        if made is None and not number:
            raise Missing(
                "no report with these bytes was made here: it was altered or is of another house;"
                " --number and --sha256 as printed on its pages check its content"
            )
        about = made.number if made else number
        now = await case_store.seal_now(tx, about)
    return {"number": about, **case_check.verdict(digest, made, now)}


def _lines(said: dict[str, Any]) -> str:
    changed = ", ".join(part["en"] for part in said["changed"])
    lines = [f"{said['number']}: {said['words']['en']}", said["words"]["zh"]]
    return "\n".join([*lines, *([f"changed: {changed}"] if changed else [])])
