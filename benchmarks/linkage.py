"""`make linkage`: that phones ring at the same second, on the whole running product.

ARGS="--one", "--storm", "--kills 200", "--cad", "--drill"; without any of them all but --kills.
Starts `wanghuo up` with the whole city and its traffic in a folder of its own; telephones are SIP
peers of the bench's own at ports of their own, 119's machine is the reference peer. Ends with 1 if
a goal was missed.
"""

import argparse
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from benchmarks import (
    linkage_cad,
    linkage_drill,
    linkage_kills,
    linkage_one,
    linkage_storm,
    machine,
)
from benchmarks.figures import Line, Verdict, table
from benchmarks.linked import Linked, linked

Part = Callable[[Linked], Awaitable[list[Line]]]
SEED = 1
FIRES = 110


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make linkage", description=__doc__)
    parser.add_argument("--one", action="store_true", help="one F3 after the other")
    parser.add_argument("--fires", type=int, default=FIRES, help="of --one")
    parser.add_argument("--sounds", type=Path, help="of --one: keep what was heard in this folder")
    parser.add_argument("--storm", action="store_true", help="many F3s in the same second")
    parser.add_argument("--incidents", type=int, default=linkage_storm.INCIDENTS, help="of --storm")
    parser.add_argument("--kills", type=int, default=0, metavar="N", help="so many `kill -9`")
    parser.add_argument("--cad", action="store_true", help="119's machine link")
    parser.add_argument("--down-s", type=float, default=linkage_cad.DOWN_S, help="of --cad")
    parser.add_argument("--drill", action="store_true", help="a drill, and a real fire in it")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--keep", type=Path, help="run in this folder and leave it, logs and all")
    return parser.parse_args()


async def whole(folder: Path, asked: argparse.Namespace) -> list[Line]:
    """Each part that was asked for, in a house of its own."""
    parts: list[tuple[str, Part]] = []
    if not (asked.one or asked.storm or asked.cad or asked.drill or asked.kills):
        asked.one = asked.storm = asked.cad = asked.drill = True
    if asked.one:
        parts.append(
            ("one", lambda house: linkage_one.run(house, asked.fires, asked.seed, asked.sounds))
        )
    if asked.storm:
        parts.append(("storm", lambda house: linkage_storm.run(house, asked.incidents, asked.seed)))
    if asked.cad:
        parts.append(("cad", lambda house: linkage_cad.run(house, asked.seed, asked.down_s)))
    if asked.drill:
        parts.append(("drill", lambda house: linkage_drill.run(house, asked.seed)))
    if asked.kills:
        parts.append(("kills", lambda house: linkage_kills.run(house, asked.kills, asked.seed)))
    lines: list[Line] = []
    for name, part in parts:
        own = folder / name
        own.mkdir(exist_ok=True)
        async with linked(own) as house:
            lines += await part(house)
    return lines


def main() -> None:
    """Parse, run, print, exit."""
    asked = _asked()
    said = machine.describe()
    print(said, flush=True)
    with tempfile.TemporaryDirectory(prefix="wanghuo-linkage-") as temporary:
        folder = asked.keep or Path(temporary)
        folder.mkdir(exist_ok=True, parents=True)
        lines = uvloop.run(whole(folder, asked))
    print("\n" + table(lines, f"{said}; at the end {machine.describe().split(', ')[1]}"))
    sys.exit(1 if any(line.verdict is not Verdict.REACHED for line in lines) else 0)


if __name__ == "__main__":
    main()
