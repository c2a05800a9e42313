"""Children are started again when they die and none is left when their parent goes."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from tests.waiting import until
from wanghuo.clock import WallClock
from wanghuo.engines.processes import Child, Processes

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
DEAF = """
import signal, sys, time, pathlib
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).touch()
time.sleep(600)
"""
PARENT = """
import asyncio, sys
from wanghuo.clock import WallClock
from wanghuo.engines.processes import Child, Processes

async def main():
    children = Processes(WallClock(), stop_patience_s=1)

    async def start():
        for role in ("one", "two"):
            argv = [sys.executable, "-c", "import time; time.sleep(600)"]
            await children.start(Child(role, argv))
        print(*children.pids().values(), flush=True)

    await children.run(start)

asyncio.run(main())
"""


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def test_a_killed_child_is_started_again(tmp_path: Path) -> None:
    children = Processes(WallClock(), stop_patience_s=1)
    await children.start(Child("sleeper", SLEEPER, folder=tmp_path))
    first = children.pids()["sleeper"]
    os.kill(first, signal.SIGKILL)
    await until(lambda: children.pids().get("sleeper") not in {first, None})
    second = children.pids()["sleeper"]
    await children.stop_all()
    assert not alive(first)
    assert not alive(second)
    assert children.pids() == {}


async def test_a_deaf_child_is_killed_at_the_deadline(tmp_path: Path) -> None:
    deaf = tmp_path / "deaf"

    async def ready() -> bool:
        return deaf.exists()

    children = Processes(WallClock(), stop_patience_s=0.3)
    await children.start(Child("deaf", [sys.executable, "-c", DEAF, str(deaf)], ready=ready))
    pid = children.pids()["deaf"]
    await children.stop_all()
    assert not alive(pid)


async def test_ctrl_c_at_the_parent_ends_its_children_in_order() -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout
    pids = [int(word) for word in (await parent.stdout.readline()).split()]
    parent.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(parent.wait(), 10) == 0
    await until(lambda: not any(map(alive, pids)))


async def test_children_die_with_a_killed_parent() -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout
    pids = [int(word) for word in (await parent.stdout.readline()).split()]
    assert len(pids) == 2
    parent.kill()
    await parent.wait()
    await until(lambda: not any(map(alive, pids)))
