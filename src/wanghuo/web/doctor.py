"""`wanghuo doctor`: every part looked at from outside, what is wrong and what to do.

It reads and never writes, and looks at the tables of every wing because an illness knows no wings.
A part that cannot be looked at is ill, and the other parts are looked at all the same.
"""

import asyncio
import shutil
import stat
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from wanghuo.clock import Clock
from wanghuo.engines.migrate import migrations_in
from wanghuo.engines.postgres import DOWN, Database, SqlError, Transaction
from wanghuo.engines.stream import FACTS, FIRE_FALLBACK, QUARANTINE_FALLBACK, Stream
from wanghuo.errors import WanghuoError
from wanghuo.settings import Settings

State = Literal["ok", "warning", "ill"]

DISK_FREE_ILL_BYTES: Final = 1 << 30
DISK_FREE_WARNING_BYTES: Final = 5 << 30
WAITING_WARNING_S: Final = 2.0
WAITING_ILL_S: Final = 10.0
CLOCK_WARNING_S: Final = 1.0
CLOCK_ILL_S: Final = 5.0
CANARIES_MISSED_MAX: Final = 3
CONNECT_TIMEOUT_S: Final = 3.0
FIRST_YEAR: Final = 2026
PRIVATE_FILES: Final = ("credentials.toml", "secrets.toml", "run.toml")


@dataclass(frozen=True)
class Finding:
    """One part. zh, en: what was found; remedy: what to do, "" when all is well."""

    part: str
    state: State
    zh: str
    en: str
    remedy_zh: str = ""
    remedy_en: str = ""


def graded(value: float, warning: float, ill: float) -> State:
    """The state of a figure that should be small."""
    return "ill" if value >= ill else "warning" if value >= warning else "ok"


async def examine(settings: Settings, clock: Clock) -> list[Finding]:
    """Look at every part of a running house. settings: those of the house, engines included."""
    found = [disk(settings), *private_files(settings), cockpit(settings)]
    found += [await port(settings, name, number) for name, number in _ports(settings)]
    found += await _of_database(settings, clock)
    found += await _of_stream(settings)
    return found


def disk(settings: Settings) -> Finding:
    """Room for the fire log."""
    place = settings.data_dir if settings.data_dir.exists() else Path.cwd()
    free = shutil.disk_usage(place).free
    state = graded(-free, -DISK_FREE_WARNING_BYTES, -DISK_FREE_ILL_BYTES)
    free_gib = f"{free / (1 << 30):.1f} GiB"
    remedy = ("", "") if state == "ok" else ("请清理或扩充磁盘", "free or add disk space")
    return Finding("disk", state, f"剩余 {free_gib}", f"{free_gib} free", *remedy)


def private_files(settings: Settings) -> list[Finding]:
    """Folder and secrets readable by their owner alone."""
    found = []
    for path in (settings.data_dir, *(settings.data_dir / name for name in PRIVATE_FILES)):
        if not path.exists():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            zh, en = f"{path} 对他人可见（{mode:o}）", f"{path} is open to others ({mode:o})"
            remedy = f"chmod go= {path}"
            found.append(Finding("files", "ill", zh, en, f"请运行 {remedy}", f"run {remedy}"))
    return found or [Finding("files", "ok", "凭据仅所有者可读", "secrets are their owner's alone")]


def cockpit(settings: Settings) -> Finding:
    """The pages are built."""
    if (settings.cockpit_dir / "index.html").is_file():
        return Finding("cockpit", "ok", "页面已构建", "the pages are built")
    remedy = ("请运行 make cockpit", "run make cockpit")
    return Finding("cockpit", "warning", "页面尚未构建", "the pages are not built", *remedy)


def _ports(settings: Settings) -> list[tuple[str, int]]:
    return [
        ("http", settings.http_port),
        ("gb26875", settings.gb26875_port),
        ("mqtt", settings.mqtt_port),
    ]


async def port(settings: Settings, name: str, number: int) -> Finding:
    """Somebody listens there."""
    part = f"port {name}"
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            _, writer = await asyncio.open_connection(settings.host, number)
    except OSError as error:
        return Finding(
            part, "ill", f"端口 {number} 无人监听", f"nobody listens on {number}: {error}",
            "请运行 wanghuo up 并查看其日志", "run wanghuo up and read its log",
        )  # fmt: skip
    writer.close()
    return Finding(part, "ok", f"端口 {number} 正常", f"{number} listens")


async def _of_database(settings: Settings, clock: Clock) -> list[Finding]:
    """Everything that PostgreSQL can tell."""
    if not settings.postgres_dsn:
        return [_not_started("database")]
    try:
        database = await Database.open(
            settings.postgres_dsn.replace("{role}", "wanghuo_engine"), size_max=1, name="doctor"
        )
    except DOWN as error:
        return [
            Finding(
                "database", "ill", "数据库没有响应", f"the database does not answer: {error}",
                "请运行 wanghuo up；若已运行，请查看其日志", "run wanghuo up, or read its log",
            )
        ]  # fmt: skip
    checks: list[tuple[str, Check]] = [
        ("database", _answers), ("migrations", _migrations(settings)), ("clock", _clock(clock)),
        ("inbox", _inbox), ("outbox", _outbox), ("timers", _timers), ("leases", _leases),
        ("quarantine", _quarantine), ("synthetic fire", _canary(settings, clock)),
    ]  # fmt: skip
    found = []
    try:
        for part, check in checks:
            try:
                async with database.transaction("*") as tx:
                    found.append(await check(tx))
            except (*DOWN, SqlError, WanghuoError) as error:
                found.append(Finding(part, "ill", f"无法检查：{error}", f"cannot look: {error}"))
    finally:
        database.abort()
    return found


Check = Callable[[Transaction], Awaitable[Finding]]


async def _answers(tx: Transaction) -> Finding:
    version = await tx.fetchval("SHOW server_version")
    return Finding("database", "ok", f"PostgreSQL {version} 正常", f"PostgreSQL {version} answers")


def _migrations(settings: Settings) -> Check:
    async def check(tx: Transaction) -> Finding:
        rows = await tx.fetch("SELECT version, checksum FROM engines.migration")
        done = {row["version"]: row["checksum"] for row in rows}
        wanted = {m.version: m.checksum for m in migrations_in(settings.migrations_dir)}
        if done == wanted:
            newest = max(done, default=0)
            return Finding("migrations", "ok", f"结构版本 {newest}", f"schema version {newest}")
        strange = sorted(v for v in done if wanted.get(v) != done[v])
        missing = sorted(wanted.keys() - done.keys())
        return Finding(
            "migrations", "ill", f"缺少 {missing}，不符 {strange}",
            f"missing {missing}, different {strange}",
            "请运行 wanghuo migrate", "run wanghuo migrate",
        )  # fmt: skip

    return check


def _clock(clock: Clock) -> Check:
    async def check(tx: Transaction) -> Finding:
        theirs: datetime = await tx.fetchval("SELECT clock_timestamp()")
        ours = clock.now_utc()
        apart_s = abs((theirs - ours).total_seconds())
        state = "ill" if ours.year < FIRST_YEAR else graded(apart_s, CLOCK_WARNING_S, CLOCK_ILL_S)
        remedy = ("", "") if state == "ok" else ("请校准系统时钟（NTP）", "set the clock by NTP")
        told = f"{ours:%Y-%m-%d %H:%M:%S} UTC, {apart_s:.1f} s"
        return Finding("clock", state, f"{told} 之差", f"{told} apart from the database", *remedy)

    return check


async def _waiting(tx: Transaction, part: str, query: str, zh: str, remedy_en: str) -> Finding:
    """A queue. query: how many wait, and since how many seconds the oldest."""
    row = await tx.fetchrow(query)
    assert row is not None
    count, oldest_s = row["waiting"], float(row["oldest_s"] or 0)
    state = graded(oldest_s, WAITING_WARNING_S, WAITING_ILL_S)
    return Finding(
        part, state, f"{count} 条等待，最久 {oldest_s:.1f} 秒",
        f"{count} waiting, the oldest {oldest_s:.1f} s",
        *(("", "") if state == "ok" else (zh, remedy_en)),
    )  # fmt: skip


async def _inbox(tx: Transaction) -> Finding:
    query = (
        "SELECT count(*) AS waiting, extract(epoch FROM now() - min(l.at)) AS oldest_s"
        " FROM signals.inbox i JOIN signals.fire_log l USING (seq)"
    )
    remedy = "fires wait for judgement: is `engine` running? read its log"
    return await _waiting(tx, "inbox", query, "火警等待研判：请检查 engine 进程与日志", remedy)


async def _outbox(tx: Transaction) -> Finding:
    query = (
        "SELECT count(*) AS waiting, extract(epoch FROM now() - min(at)) AS oldest_s"
        " FROM engines.outbox WHERE published_at IS NULL"
    )
    remedy = "facts wait for the stream: is NATS up, is `engine` running?"
    return await _waiting(tx, "outbox", query, "消息等待发布：请检查 NATS 与 engine 进程", remedy)


async def _timers(tx: Transaction) -> Finding:
    query = (
        "SELECT count(*) AS waiting, extract(epoch FROM now() - min(due_at)) AS oldest_s"
        " FROM engines.timer WHERE fired_at IS NULL AND due_at <= now()"
    )
    remedy = "escalations are late: is `engine` running? read its log"
    return await _waiting(tx, "timers", query, "升级计时迟到：请检查 engine 进程与日志", remedy)


async def _leases(tx: Transaction) -> Finding:
    rows = await tx.fetch("SELECT name FROM engines.lease WHERE expires_at < now() ORDER BY name")
    if not rows:
        return Finding("leases", "ok", "周期工作均有人负责", "all periodic work has an owner")
    names = ", ".join(row["name"] for row in rows)
    return Finding(
        "leases", "ill", f"无人负责：{names}", f"nobody does: {names}",
        "请检查 engine 进程与日志", "is `engine` running? read its log",
    )  # fmt: skip


async def _quarantine(tx: Transaction) -> Finding:
    count = await tx.fetchval("SELECT count(*) FROM gateways.quarantine WHERE settled_at IS NULL")
    state: State = "warning" if count else "ok"
    remedy = ("请在页面上查看隔离报文", "look at the quarantine in the cockpit") if count else ()
    zh, en = f"{count} 条隔离报文待处理", f"{count} unknown messages wait for a person"
    return Finding("quarantine", state, zh, en, *remedy)


def _canary(settings: Settings, clock: Clock) -> Check:
    """The newest synthetic fire that became an incident."""

    async def check(tx: Transaction) -> Finding:
        period_s = settings.synthetic_fire_period_s
        if period_s <= 0:
            return Finding("synthetic fire", "warning", "合成火情已关闭", "it is switched off")
        newest: datetime | None = await tx.fetchval(
            "SELECT max(last_at) FROM incidents.incident WHERE test"
        )
        if not newest and not await tx.fetchval("SELECT EXISTS (SELECT FROM premises.town)"):
            zh, en = "合成火情等第一个镇街导入后开始", "it begins when the first town is imported"
            return Finding("synthetic fire", "warning", zh, en)
        age = clock.now_utc() - newest if newest else timedelta.max
        state: State = "ill" if age.total_seconds() > CANARIES_MISSED_MAX * period_s else "ok"
        told = f"{age.total_seconds():.0f} s" if newest else "—"
        remedy = ("请按 docs/map.md 逐段检查链路", "walk the chain of docs/map.md part by part")
        zh, en = f"上次合成火情距今 {told}", f"the last one came through {told} ago"
        return Finding("synthetic fire", state, zh, en, *(remedy if state == "ill" else ()))

    return check


async def _of_stream(settings: Settings) -> list[Finding]:
    """Everything that NATS can tell."""
    if not settings.nats_url:
        return [_not_started("stream")]
    try:
        stream = await Stream.connect(settings.nats_url, name="doctor")
    except WanghuoError as error:
        return [
            Finding(
                "stream", "ill", "消息流没有响应", str(error),
                "请运行 wanghuo up；若已运行，请查看其日志", "run wanghuo up, or read its log",
            )
        ]  # fmt: skip
    try:
        await stream.extent(FACTS)
        found = [Finding("stream", "ok", "NATS 正常", "NATS answers")]
        for name in (FIRE_FALLBACK, QUARANTINE_FALLBACK):
            first, last = await stream.extent(name)
            found.append(_fallback(name, max(last - first + 1, 0) if last else 0))
    except WanghuoError as error:
        return [Finding("stream", "ill", f"消息流不完整：{error}", f"streams are missing: {error}")]
    finally:
        await stream.close()
    return found


def _not_started(part: str) -> Finding:
    return Finding(
        part, "ill", "本数据目录没有运行中的系统", "no house runs in this data folder",
        "请运行 wanghuo up，或以 --data 指定目录", "run wanghuo up, or name its folder with --data",
    )  # fmt: skip


def _fallback(name: str, waiting: int) -> Finding:
    if not waiting:
        return Finding(name, "ok", "备用流为空", "empty, as it should be")
    return Finding(
        name, "ill", f"备用流中有 {waiting} 条", f"{waiting} wait for the database",
        "请检查数据库与 engine 进程", "is the database up, is `engine` running?",
    )  # fmt: skip
