"""What both embedded servers share: one owner a folder, leftovers of a crash, room for sockets.

A folder has one living owner, known by a file lock that dies with its holder. Whoever holds the
lock may stop any server that still runs in the folder: it can only be a leftover of a crash.
"""

import fcntl
import os
import signal
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from wanghuo.clock import Clock
from wanghuo.errors import Refused
from wanghuo.identity import derived

POLL_S = 0.02
SOCKET_PATH_MAX_BYTES = 107
MODE_OWN = 0o700


def claim(folder: Path) -> IO[bytes]:
    """Become the folder's one owner until the returned file is closed or this process ends.

    Raises Refused while another process owns it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=MODE_OWN)
    lock = (folder / "owner.lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise Refused(
            f"{folder}: another running wanghuo owns this data folder; stop it or give --data DIR"
        ) from None
    return lock


def living_in(folder: Path) -> list[int]:
    """The processes whose working directory is this folder: the leftovers of a server."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            home = (entry / "cwd").readlink()
            zombie = (entry / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except OSError:
            continue  # it ended while we looked, or it belongs to somebody else
        if home == folder and not zombie:
            found.append(int(entry.name))
    return found


async def clear_leftovers(
    clock: Clock, find: Callable[[], Sequence[int]], steps: Sequence[tuple[signal.Signals, float]]
) -> int:
    """Ask what `find` finds to end, more firmly step by step; how many there were.

    steps: (signal, seconds to wait after it).
    """
    first = len(find())
    for asked, patience_s in steps:
        for pid in find():
            tell(pid, asked)
        until_s = clock.monotonic_s() + patience_s
        while find() and clock.monotonic_s() < until_s:
            await clock.sleep(POLL_S)
        if not find():
            return first
    raise Refused(f"processes {list(find())} of an earlier run do not end; end them by hand")


def tell(pid: int, asked: signal.Signals) -> None:
    """Send a signal to a process that may be gone already."""
    try:
        os.kill(pid, asked)
    except ProcessLookupError:
        return


def socket_folder(wanted: Path, socket_name: str, user: tuple[int, int] | None) -> Path:
    """A folder of mode 0700 for sockets: `wanted`, or a short one where paths would be too long.

    user: (uid, gid) that shall own it, None for this process's own.
    Raises Refused if somebody else made the short one before us.
    """
    uid, gid = user or (os.getuid(), os.getgid())
    made = wanted
    if len(os.fsencode(wanted / socket_name)) > SOCKET_PATH_MAX_BYTES:
        made = _runtime_folder() / f"wanghuo-{derived('socket', str(wanted))[:12]}"
    made.mkdir(mode=MODE_OWN, exist_ok=True)
    seen = made.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid not in {uid, os.getuid()}:
        raise Refused(f"{made}: belongs to somebody else; remove it and start again")
    if user:
        os.chown(made, uid, gid)
    made.chmod(MODE_OWN)
    return made


def _runtime_folder() -> Path:
    own = Path(f"/run/user/{os.getuid()}")
    return own if own.is_dir() and os.access(own, os.W_OK) else Path("/tmp")  # noqa: S108 — checked
