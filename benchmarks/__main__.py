"""`make bench`: the goals table, each figure beside its floor or peer of the same run.

ARGS="--only P2,P3 --seconds 10". Starts the product in a folder of its own with the whole city on
free ports. Ends with 1 if a goal was missed.
"""

import argparse
import sys
import tempfile
import traceback
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import uvloop

from benchmarks import doors, lanes, machine, seen, standing
from benchmarks.bench import Bench, Options
from benchmarks.figures import Line, Verdict, as_json, not_run, table
from benchmarks.people import town
from benchmarks.product import Product

Measure = Callable[[Bench], Awaitable[Line | list[Line]]]

# In this order: light first, what fills the database later, what restarts the product last.
GOALS: tuple[tuple[tuple[str, ...], Measure], ...] = (
    (("D1", "F3"), seen.whole),
    (("P1",), lanes.routine),
    (("P2", "P3"), lanes.fires),
    (("F1",), lanes.story),
    (("P5",), doors.access),
    (("P6",), doors.mqtt),
    (("P10",), standing.memory),
    (("P9",), standing.restart),
    (("P4",), lanes.burst),
    (("P7",), doors.connections),
    (("P8",), standing.survival),
)
NEED_A_STOPPED_PRODUCT = {"P4", "P7", "P8"}
EVERY = [key for keys, _ in GOALS for key in keys]


async def run(folder: Path, only: list[str], options: Options) -> list[Line]:
    """Measure what was asked for; a goal whose measuring broke is a line that says so."""
    lines: list[Line] = []
    async with AsyncExitStack() as house:
        sink = await house.enter_async_context(town())
        bench = Bench(folder, options, Product(folder, webhook_url=sink.url), sink)
        house.push_async_callback(bench.product.stop)
        await bench.floors()
        bench.started_s = await bench.product.start()
        print(f"product ready in {bench.started_s:.1f} s", flush=True)
        assert await bench.product.ranked(), "the stations are not ranked"
        await bench.read_register()
        for keys, measure in GOALS:
            wanted = [key for key in keys if key in only]
            if wanted:
                if NEED_A_STOPPED_PRODUCT & set(wanted):
                    await bench.product.stop()
                lines += [n for n in await _measured(bench, keys, measure) if n.key in wanted]
                print(f"{'/'.join(wanted)} measured", flush=True)
    return sorted(lines, key=lambda n: (n.key[0] != "P", int(n.key[1:])))


async def _measured(bench: Bench, keys: tuple[str, ...], measure: Measure) -> list[Line]:
    try:
        made = await measure(bench)
    except Exception as error:  # noqa: BLE001 — the other goals are still worth measuring
        traceback.print_exc()
        reason = f"measuring broke: {type(error).__name__}: {error}"
        return [not_run(key, measure.__doc__ or key, "", reason[:300]) for key in keys]
    return made if isinstance(made, list) else [made]


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", default=",".join(EVERY), help="e.g. P2,P3")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each load")
    parser.add_argument("--fires", type=int, default=1_000, help="of the story beside the city")
    parser.add_argument("--kills", type=int, default=6, help="of P8's short chaos")
    parser.add_argument("--cuts", type=int, default=3, help="of P8's short power cuts")
    parser.add_argument("--connections", type=int, default=50_000, help="of P7")
    parser.add_argument("--alerta", type=Path, help="virtual environment with alerta-server")
    parser.add_argument("--nodered", type=Path, help="folder where node-red is installed")
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="where to write")
    return parser.parse_args()


def main() -> None:
    """Parse, measure, print, write, exit."""
    asked = _asked()
    options = Options(
        asked.seconds, asked.fires, asked.kills, asked.cuts, asked.connections, asked.alerta,
        asked.nodered,
    )  # fmt: skip
    said = machine.describe()
    print(said, flush=True)
    with tempfile.TemporaryDirectory(prefix="wanghuo-bench-") as folder:
        lines = uvloop.run(run(Path(folder), asked.only.upper().split(","), options))
    print("\n" + table(lines, f"{said}; at the end {machine.describe().split(', ')[1]}"))
    asked.json.write_bytes(msgspec.json.format(msgspec.json.encode(as_json(lines, said)), indent=1))
    sys.exit(1 if any(line.verdict is not Verdict.REACHED for line in lines) else 0)


if __name__ == "__main__":
    main()
