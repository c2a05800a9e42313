"""P8 to P10: what survives, how fast it stands again, how much room it takes."""

from benchmarks import chaos, machine, powercut
from benchmarks.bench import Bench
from benchmarks.figures import Line, Verdict, judged, ratio
from benchmarks.mount import NoFuse
from benchmarks.product import Product

P9_S = 15.0
P10_BYTES = 2 * 2**30
MIB = 2**20
PEERS = "Node-RED 16-5,000; JetStream default 13,050 of 13,050 (published here)"


async def memory(bench: Bench) -> Line:
    """P10: proportional memory of all processes after this run's load, the whole city loaded."""
    parts = bench.product.pids()
    own = {part: sum(machine.resident_bytes(p) for p in pids) for part, pids in parts.items()}
    total = sum(own.values())
    listed = ", ".join(f"{part} {size / MIB:.0f}" for part, size in sorted(own.items()))
    verdict, reason = judged([(total <= P10_BYTES, f"MiB: {listed}")])
    return Line(
        "P10", "resident memory, all our processes, full city", "≤ 2 GiB",
        f"{total / MIB:,.0f} MiB ({listed})", "296,400 devices × 200 B ≈ 60 MB",
        f"{ratio(total, 296_400 * 200):.0f}× the devices", verdict, reason, {"bytes": own},
    )  # fmt: skip


async def restart(bench: Bench) -> Line:
    """P9: stop and start again on the same folder."""
    await bench.product.stop()
    took_s = await bench.product.start()
    verdict, reason = judged([(took_s <= P9_S, f"{took_s:.1f} s")])
    return Line(
        "P9", "start: second `up` to ready, full city", "≤ 15 s",
        f"{took_s:.1f} s (first, with the city to make, {bench.started_s:.1f} s)",
        "PostgreSQL restart 0.3 s, NATS < 1 s", f"{took_s / 0.3:.0f}× PostgreSQL",
        verdict, reason, {"second_s": took_s, "first_s": bench.started_s},
    )  # fmt: skip


async def survival(bench: Bench) -> Line:
    """P8: short runs of `make chaos` and `make powercut`."""
    options, told = bench.options, []
    folder = bench.folder / "survival"  # what other goals left unfinished is not counted here
    folder.mkdir()
    product = Product(folder, webhook_url=bench.sink.url)
    await product.start()
    try:
        killed = await chaos.run(product, bench.sink, options.kills, seed=1)
    finally:
        await product.stop()
    (folder / "cuts").mkdir()
    wrong = list(killed.verdicts.violations())
    lost = len(killed.verdicts.alarms_missing)
    told.append(f"{killed.kills.total()} kills: {lost} of {killed.verdicts.confirmed} lost")
    try:
        cut = await powercut.whole(folder / "cuts", options.cuts, 1, fsync=True)
    except NoFuse as error:
        told.append(f"no power cuts: {error}")
        wrong.append("no power cuts were possible")
    else:
        lost += cut.lost()
        wrong += cut.verdicts.violations()
        told.append(f"{cut.cuts} cuts: {cut.lost()} of {cut.verdicts.confirmed} lost")
    verdict, reason = judged([(not lost and not wrong, f"violated: {', '.join(wrong)}")])
    return Line(
        "P8", "acknowledged but lost, power cut and kill -9", "0", "; ".join(told), PEERS,
        "-" if verdict is Verdict.MISSED else "0 against more than 0", verdict, reason,
        {"chaos": killed.told()},
    )  # fmt: skip
