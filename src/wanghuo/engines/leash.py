"""A child on a leash: it dies with the process that started it, and a server never runs as root.

This file is run as a program of its own (`python -I -S leash.py …`), a fresh process with one
thread, so nothing of the parent's state can hang it. It does three things in order and then turns
into the program it was asked for:

1. As root with `--user`: give up root for that user, keeping at most one capability,
   CAP_DAC_READ_SEARCH (or CAP_DAC_OVERRIDE where the first was taken away): to walk through folders
   that belong to root, whose modes are nobody's to change. access(2), by which initdb looks at its
   own programs, heeds it only with SECBIT_NO_SETUID_FIXUP.
2. Ask the kernel for a signal at the parent's death. This comes after 1, which would clear it.
3. Look whether the parent died meanwhile.

Only the standard library may be imported here, and nothing of this package.
"""

import ctypes
import os
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 4
CAP_SETPCAP = 8
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
CAPABILITY_VERSION_3 = 0x20080522
EXIT_ORPHAN = 97
EXIT_TOO_MUCH = 98


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def leashed(argv: list[str], *, on_death: int, user: tuple[int, int] | None = None) -> list[str]:
    """The command line that runs `argv` on a leash of the calling process.

    on_death: the signal that the child gets when this process ends, however it ends. The kernel
    watches the *thread* that started the child, so start it from the main thread.
    user: (uid, gid) to become, only possible as root.
    """
    who = f"{user[0]}:{user[1]}" if user else "-"
    own = [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(int(on_death)), who]
    return [*own, *argv]


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _prctl(libc: ctypes.CDLL, option: int, *values: int) -> bool:
    padded = [*values, 0, 0, 0, 0][:4]
    return bool(libc.prctl(option, *(ctypes.c_ulong(v) for v in padded)) == 0)


def _permitted() -> int:
    """The capabilities that this process has, as a bit mask."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("CapPrm:"):
            return int(line.split()[1], 16)
    return 0


def _become(libc: ctypes.CDLL, uid: int, gid: int) -> None:
    """Give up root for good; keep the one capability that walks through folders."""
    held = _permitted()
    kept = next((c for c in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE) if held >> c & 1), None)
    if kept is not None:
        _prctl(libc, PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if kept is None:
        return
    mask, setting = 1 << kept, held & 1 << CAP_SETPCAP
    if setting and _hold(libc, mask | setting):
        _prctl(libc, PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
    if _hold(libc, mask):
        _prctl(libc, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, kept)
    elif setting:
        sys.exit(EXIT_TOO_MUCH)


def _hold(libc: ctypes.CDLL, mask: int) -> bool:
    """Have these capabilities and no other; whether it worked."""
    header = _Header(CAPABILITY_VERSION_3, 0)
    sets = (_Sets * 2)(_Sets(mask, mask, mask), _Sets(0, 0, 0))
    return bool(libc.capset(ctypes.byref(header), ctypes.byref(sets)) == 0)


def main(words: list[str]) -> None:
    """Run as `leash.py PARENT SIGNAL UID:GID|- PROGRAM ARGUMENT…`; never returns."""
    parent, on_death, who, *argv = words
    libc = _libc()
    if who != "-":
        uid, gid = who.split(":")
        _become(libc, int(uid), int(gid))
    _prctl(libc, PR_SET_PDEATHSIG, int(on_death))
    if os.getppid() != int(parent):
        sys.exit(EXIT_ORPHAN)
    os.execv(argv[0], argv)  # noqa: S606 — becoming that program is this file's whole purpose


if __name__ == "__main__":
    main(sys.argv[1:])
