"""The commands that come and go: migrate, import, replay."""

import asyncio
import sys
from functools import partial
from pathlib import Path
from typing import cast

import msgspec

from wanghuo.compose.house import dsn, owner_dsn
from wanghuo.compose.progress import bar
from wanghuo.compose.reach import READER, reached
from wanghuo.devices import store as devices
from wanghuo.engines import migrate as migrations
from wanghuo.engines.postgres import Database
from wanghuo.errors import Invalid
from wanghuo.place import datum as datum_named
from wanghuo.premises import categories
from wanghuo.premises import feed as premises_feed
from wanghuo.premises.import_report import Report, Upload, report_json
from wanghuo.settings import Settings

ERRORS_SHOWN_MAX = 50


async def migrate(settings: Settings) -> int:
    """Bring the schema up to date and say what was done."""
    async with reached(settings) as found:
        done = await migrations.migrate(owner_dsn(found), found.migrations_dir)
    say(f"{len(done)} migrations applied: {', '.join(done)}" if done else "the schema is current")
    return 0


async def import_file(  # noqa: PLR0913 - each is an option that a person typed
    settings: Settings, kind: str, path: Path, *, datum: str | None, commit: bool, as_json: bool
) -> int:
    """Preview or keep a file; 1 if a row was refused."""
    try:
        content = await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise Invalid("file", str(error), "give a readable CSV or xlsx file") from error
    upload = Upload(kind, path.name, content, datum_named(datum or "WGS-84"), commit)
    known = categories.load(settings.policy_dir)
    register = cast("premises_feed.Register", devices)
    run = partial(premises_feed.run_import, register)
    async with reached(settings) as found:
        database = await Database.open(dsn(found, READER), size_max=1, name="import")
        try:
            async with database.transaction("*") as tx:
                report = await run(tx, known, upload, bar)
        finally:
            await database.close()
    say(report_json(report).decode() if as_json else told(report))
    return 1 if report.errors_total else 0


def told(report: Report) -> str:
    """The report in plain lines: the counts, then each wrong cell with its remedy."""
    counts = f"{report.new} new, {report.changed} changed, {report.unchanged} unchanged"
    lines = [f"{report.file}: {report.rows} rows; {counts}, {report.errors_total} wrong"]
    for error in report.errors[:ERRORS_SHOWN_MAX]:
        cell = msgspec.to_builtins(error)
        lines.append("  " + "; ".join(f"{key}: {value}" for key, value in cell.items() if value))
    if report.errors_total > ERRORS_SHOWN_MAX:
        lines.append(f"  … and {report.errors_total - ERRORS_SHOWN_MAX} more; --json lists them")
    kept = "kept" if report.committed else "a preview: nothing was kept; add --commit to keep it"
    return "\n".join([*lines, kept])


def say(line: str) -> None:
    """Answer on standard output."""
    sys.stdout.write(line + "\n")
