"""What the machine says about itself and about processes: /proc, ports and programs."""

import os
import platform
import shutil
from collections.abc import Iterable
from pathlib import Path

from tests import ports

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def describe() -> str:
    """One line: cores, load, memory, kernel, Python."""
    load = " ".join(f"{part:.2f}" for part in os.getloadavg())
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"machine: {os.cpu_count()} cores, load {load}, {memory_gib:.0f} GiB, "
        f"Linux {platform.release()}, Python {platform.python_version()}"
    )


def cpu_s(pid: int) -> float:
    """CPU seconds that the process used, all its threads; 0 for one that is gone."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(told[11]) + int(told[12])) / TICKS_PER_S


def cpu_of(pids: Iterable[int]) -> float:
    """CPU seconds of several processes."""
    return sum(cpu_s(pid) for pid in pids)


def resident_bytes(pid: int) -> int:
    """Proportional set size: shared pages counted once over all who share them."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        return 0
    return 0


def rss_bytes(pid: int) -> int:
    """Resident set size."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def command_line(pid: int) -> list[str]:
    """The words that the process was started with; nothing for one that is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


def parent_of(pid: int) -> int:
    """The parent's process id, 0 if the process is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def is_alive(pid: int) -> bool:
    """Whether the process runs: a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def descendants(root: int) -> list[int]:
    """The process and everything below it, parents first."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            pid = int(entry.name)
            children.setdefault(parent_of(pid), []).append(pid)
    found = [root]
    for pid in found:
        found.extend(children.get(pid, []))
    return [pid for pid in found if is_alive(pid)]


def free_port() -> int:
    """A port of the loopback that nobody has just now, by TCP or by UDP."""
    return ports.free_port()


def program(name: str, *folders: str) -> str | None:
    """The path of a program on PATH or in one of the folders, None if there is none."""
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *folders]))


def listens(port: int, ears: int = 1) -> bool:
    """Whether so many processes listen on this port of the loopback."""
    wanted = f"0100007F:{port:04X}"
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(words[1] == wanted and words[3] == "0A" for words in lines) >= ears
