"""P1 to P4 and the story's own clock: signals in, fires confirmed, notices handed over."""

import asyncio
import time
from datetime import UTC, datetime

import asyncpg

from benchmarks import operators, register
from benchmarks.bare import Bare, bare
from benchmarks.bench import CITY_SIGNALS_PER_S, Bench, used
from benchmarks.drive import drive, post
from benchmarks.figures import Line, Spread, judged, ratio, spread_ms
from benchmarks.fires import Arsonist, Fire
from benchmarks.ledger import drain
from benchmarks.posts import PostJob
from benchmarks.product import Product
from benchmarks.told import Telling, telling
from wanghuo.engines.postgres import prepare
from wanghuo.facts.entry import Entry, entry_of_signal
from wanghuo.facts.signal import SensorKind, Signal, SignalKind
from wanghuo.identity import derived
from wanghuo.signals import store

FIRES_PER_S = 10.0
FIRES_IDLE = 400  # the p99 of fewer is its second slowest
FIRES_BESIDE = 400
BARE_S = 8.0
LOAD_STANDS_S = 2.5  # until its connections stand and it runs
BURST_INCIDENTS = 3_000
BURST_BATCH = 500
BURST_PATIENCE_S = 120.0
DRAIN_PATIENCE_S = 60.0
BATCH_RECORDS = 200
WARM_UP_FIRES = 5
_INCIDENTS = "SELECT count(*) FROM incidents.incident WHERE NOT test"
_WAITING = "SELECT count(*) FROM signals.inbox WHERE seq <= $1"
P2_P50_MS, P2_P99_MS, P2_BESIDE_FACTOR = 3.0, 30.0, 2.0
P3_P50_MS, P3_P99_MS = 10.0, 100.0
P1_PER_S, P1_RATIO = 10_000.0, 0.5
P4_PER_S = 500.0
STORY_MS = 1_000.0
STORY_FIRES = 1_000


async def routine(bench: Bench) -> Line:
    """P1: GB/T alone for the price of a frame, then with the access standard for the rate."""
    floors, seconds = await bench.floors(), bench.options.seconds
    gateway_s = bench.gateway_cpu_s()
    alone = await drive(bench.routine(seconds))
    per_cpu_s = ratio(alone.confirmed, bench.gateway_cpu_s() - gateway_s)
    operator = await operators.first_operator(bench.product)
    bodies = operators.readings(operator, BATCH_RECORDS)
    batches = PostJob(
        bench.product.http_port, "/api/v1/access/signals", bodies, BATCH_RECORDS, 2, seconds,
        operator.key,
    )  # fmt: skip
    before = bench.cpu_by_part()
    both, records = await asyncio.gather(drive(bench.routine(seconds)), post(batches))
    cores = used(before, bench.cpu_by_part(), seconds)
    rate = both.confirmed / both.seconds + records.records_ok / records.seconds
    bench.sustained_per_s = alone.confirmed / alone.seconds
    against = ratio(per_cpu_s, floors.tcp_frames_per_cpu_s)
    verdict, reason = judged(
        [
            (rate >= P1_PER_S, f"{rate:,.0f}/s; cores used: {cores}"),
            (against >= P1_RATIO, f"{against:.2f} of the floor per CPU-second of the gateway"),
        ]
    )
    return Line(
        "P1", "routine signals/s on real sockets, acknowledged when durable",
        "≥ 10,000/s; ≥ 0.5 of the floor per CPU-second",
        f"{rate:,.0f}/s (GB/T {both.confirmed / both.seconds:,.0f} + access "
        f"{records.records_ok / records.seconds:,.0f}); GB/T alone "
        f"{bench.sustained_per_s:,.0f}/s, {per_cpu_s:,.0f} per gateway CPU-second",
        f"TCP decode {floors.tcp_frames_per_cpu_s:,.0f} per CPU-second; "
        f"JetStream packed {floors.jetstream_signals_per_s:,.0f}/s",
        f"{against:.2f} per CPU-second", verdict, reason,
        {"alone": alone, "both": both, "records": records, "cores": cores},
    )  # fmt: skip


async def burn(bench: Bench, count: int, per_s: float = FIRES_PER_S) -> list[Fire]:
    """So many fires at places that did not burn yet, one after the other."""
    arsonist = Arsonist(bench.product.gb26875_port)
    await arsonist.light_steadily(bench.take_points(count), per_s)
    return arsonist.book


async def burn_beside(bench: Bench, count: int, routine_per_s: float) -> tuple[list[Fire], float]:
    """The same beside routine traffic; (fires, routine signals confirmed per second)."""
    seconds = count / FIRES_PER_S
    load = asyncio.create_task(drive(bench.routine(seconds + 4.0, routine_per_s)))
    await asyncio.sleep(LOAD_STANDS_S)
    fires = await burn(bench, count)
    report = await load
    return fires, report.confirmed / report.seconds


def _confirm(fires: list[Fire]) -> Spread:
    return spread_ms([fire.took_s for fire in fires if fire.confirmed_s is not None])


async def fires(bench: Bench) -> list[Line]:
    """P2 and P3: the same fires, idle and beside P1's load."""
    floors = await bench.floors()
    await burn(bench, WARM_UP_FIRES)
    bare_idle = await bare(bench.folder, BARE_S)
    idle = await burn(bench, FIRES_IDLE)
    await drain(bench.product.dsn(), DRAIN_PATIENCE_S)
    bare_beside = await _bare_beside(bench)
    before, began_s = bench.cpu_by_part(), time.monotonic()
    beside, load_per_s = await burn_beside(bench, FIRES_BESIDE, bench.beside_per_s())
    cores = used(before, bench.cpu_by_part(), time.monotonic() - began_s)
    await drain(bench.product.dsn(), DRAIN_PATIENCE_S)
    told_idle = await telling(bench.product.dsn(), idle, bench.sink)
    told_beside = await telling(bench.product.dsn(), beside, bench.sink)
    first = _confirm_line(
        _confirm(idle), _confirm(beside), load_per_s, floors.insert, cores, (bare_idle, bare_beside)
    )
    second = _telling_line(told_idle, told_beside, load_per_s, floors.outbox, cores)
    return [first, second]


async def _bare_beside(bench: Bench) -> Bare:
    """A bare process beside P1's load and no fire."""
    load = asyncio.create_task(drive(bench.routine(BARE_S + 6.0, bench.beside_per_s())))
    await asyncio.sleep(LOAD_STANDS_S)
    found = await bare(bench.folder, BARE_S)
    await load
    return found


def _confirm_line(  # noqa: PLR0913, PLR0917 - what stands in the line
    idle: Spread,
    beside: Spread,
    load_per_s: float,
    floor: Spread,
    cores: str,
    machine: tuple[Bare, Bare],
) -> Line:
    least, least_beside = machine
    verdict, reason = judged([
        (idle.p50 <= P2_P50_MS, f"idle p50 {idle.p50:.1f} ms"),
        (idle.p99 <= P2_P99_MS, f"idle p99 {idle.p99:.1f} ms"),
        (beside.p99 <= idle.p99 * P2_BESIDE_FACTOR,
         f"beside P1 p99 is {ratio(beside.p99, idle.p99):.1f} times idle; cores used: {cores}"),
    ])  # fmt: skip
    return Line(
        "P2", "fire frame → device confirmed",
        "p50 ≤ 3 ms, p99 ≤ 30 ms idle; p99 ≤ 2× beside P1",
        f"idle {idle}; beside {load_per_s:,.0f}/s {beside}",
        f"PostgreSQL durable insert {floor}; a bare process wakes and syncs once: "
        f"idle p99 {least.both.p99:.1f} ms, beside p99 {least_beside.both.p99:.1f} ms",
        f"p50 {ratio(idle.p50, floor.p50):.1f}× the insert; "
        f"p99 beside {ratio(beside.p99, idle.p99):.1f}× idle, "
        f"the bare process's {ratio(least_beside.both.p99, least.both.p99):.1f}×",
        verdict, reason,
        {"idle": idle, "beside": beside, "load_per_s": load_per_s, "bare_idle": least,
         "bare_beside": least_beside},
    )  # fmt: skip


def _telling_line(
    idle: Telling, beside: Telling, load_per_s: float, floor: Spread, cores: str
) -> Line:
    verdict, reason = judged(
        [
            (beside.all.p50 <= P3_P50_MS, f"p50 {beside.all.p50:.1f} ms; cores used: {cores}"),
            (beside.all.p99 <= P3_P99_MS, f"p99 {beside.all.p99:.1f} ms"),
            (not beside.not_handed_over, f"{beside.not_handed_over} notices were not handed over"),
        ]
    )
    return Line(
        "P3", "fire frame → all notices of its level handed to their channels",
        "p50 ≤ 10 ms, p99 ≤ 100 ms beside P1",
        f"beside {load_per_s:,.0f}/s {beside.all}; idle {idle.all}",
        f"outbox, incident + 4 tasks claimed {floor}",
        f"p50 {ratio(beside.all.p50, floor.p50):.1f}× the outbox",
        verdict, reason, {"idle": idle.all, "beside": beside.all, "notices": beside.notices},
    )  # fmt: skip


async def story(bench: Bench) -> Line:
    """A thousand fires beside the traffic of the whole city: are the first two told in 1 s."""
    count = min(bench.options.fires, len(bench.points))
    burned, load_per_s = await burn_beside(bench, count, CITY_SIGNALS_PER_S)
    await drain(bench.product.dsn(), DRAIN_PATIENCE_S)
    told = await telling(bench.product.dsn(), burned, bench.sink)
    confirm = _confirm(burned)
    unconfirmed = sum(fire.confirmed_s is None for fire in burned)
    verdict, reason = judged([
        (count >= STORY_FIRES, f"only {count} fires were asked for"),
        (told.first.p99 <= STORY_MS, f"told p99 {told.first.p99:.0f} ms"),
        (confirm.p99 <= STORY_MS, f"confirm p99 {confirm.p99:.0f} ms"),
        (not unconfirmed, f"{unconfirmed} fires were not confirmed"),
        (not told.without_unit, f"{told.without_unit} fires without a notice to the unit"),
        (not told.without_micro_station,
         f"{told.without_micro_station} fires without a notice to a micro station"),
        (not told.not_handed_over, f"{told.not_handed_over} notices were not handed over"),
    ])  # fmt: skip
    return Line(
        "F1", f"{count} fires beside the city's traffic: unit and micro station told",
        "confirm ≤ 1 s, both told ≤ 1 s, p99",
        f"told {told.first}, max {told.first.max:.0f} ms; confirm {confirm}, max "
        f"{confirm.max:.0f} ms; beside {load_per_s:,.0f} signals/s",
        "the story's own clock", "-", verdict, reason,
        {"told": told.first, "confirm": confirm, "levels": sorted(told.levels)},
    )  # fmt: skip


async def burst(bench: Bench) -> Line:
    """P4: fires of thousands of distinct places in the log at once; how fast they get judged.

    In a city of its own: who rings again for the fires of other goals is not counted here.
    """
    folder = bench.folder / "burst"
    folder.mkdir()
    product = Product(folder, webhook_url=bench.sink.url)
    await product.start()
    assert await product.ranked(), "the stations are not ranked"
    try:
        return await _burst(Bench(folder, bench.options, product, bench.sink), bench)
    finally:
        await product.stop()


async def _burst(bench: Bench, measured: Bench) -> Line:
    floors = await measured.floors()
    origins = (await register.lone_detectors(bench.product.dsn()))[:BURST_INCIDENTS]
    connection = await asyncpg.connect(bench.product.dsn("wanghuo_engine"))
    await prepare(connection)
    try:
        before = await connection.fetchval(_INCIDENTS)
        cpu, began_s = bench.cpu_by_part(), time.monotonic()
        for at in range(0, len(origins), BURST_BATCH):
            await store.append(connection, [_entry(o) for o in origins[at : at + BURST_BATCH]])
        last = await connection.fetchval("SELECT max(seq) FROM signals.fire_log")
        while await connection.fetchval(_WAITING, last):
            await asyncio.sleep(0.02)
            if time.monotonic() - began_s > BURST_PATIENCE_S:
                break
        took_s = time.monotonic() - began_s
        opened = await connection.fetchval(_INCIDENTS) - before
    finally:
        await connection.close()
    cores = used(cpu, bench.cpu_by_part(), took_s)
    await drain(bench.product.dsn(), DRAIN_PATIENCE_S)
    rate = opened / took_s
    verdict, reason = judged(
        [
            (rate >= P4_PER_S, f"{rate:,.0f}/s; cores used: {cores}"),
            (opened == len(origins), f"{opened} incidents of {len(origins)} fires"),
        ]
    )
    return Line(
        "P4", "incidents opened and planned per second", "≥ 500/s sustained",
        f"{rate:,.0f}/s ({opened:,} in {took_s:.1f} s)",
        f"outbox floor {floors.outbox_incidents_per_s:,.0f}/s; DBOS 34-61/s (published here)",
        f"{ratio(rate, floors.outbox_incidents_per_s):.2f} of the outbox",
        verdict, reason, {"opened": opened, "seconds": took_s, "cores": cores},
    )  # fmt: skip


def _entry(origin: str) -> Entry:
    signal = Signal(
        kind=SignalKind.FIRE,
        sender=origin,
        received_at=datetime.now(UTC),
        digest=derived("bench", origin)[:16],
        sensor=SensorKind.SMOKE,
    )
    return entry_of_signal(signal, delivery="bench")
