"""A file system that forgets what was not fsynced: the model of a power cut.

`python -m benchmarks.powerfail_fs BACKING MOUNT CONTROL` shows BACKING at MOUNT (FUSE). Written
bytes stay in memory until fsync, fdatasync, or O_SYNC/O_DSYNC on the file; names, sizes by
truncate, modes and folders are durable at once (as on a journaled file system, a little kinder).

- The file CONTROL/cut appears: everything unsynced is dropped and every call waits, as on a machine
  without power. CONTROL/cut goes away and CONTROL/dropped says how many bytes were forgotten.
- Kill everything that used the mount, then make CONTROL/on: calls that waited end with EIO, new
  ones work. Nothing that was written after the cut can ever be acknowledged.
- CONTROL/mounted appears when the mount stands.
"""
# ruff: noqa: D102 — each method is the POSIX call of its name

import contextlib
import errno
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from mfusepy import FUSE, FuseOSError, Operations, fuse_get_context

PAGE_BYTES = 4096
CONTROL_POLL_S = 0.01
SYNCED_AT_ONCE = os.O_SYNC | os.O_DSYNC
STAT_FIELDS = (
    "st_atime", "st_ctime", "st_gid", "st_mode", "st_mtime", "st_nlink", "st_size", "st_uid",
)  # fmt: skip
STATFS_FIELDS = (
    "f_bavail", "f_bfree", "f_blocks", "f_bsize", "f_favail", "f_ffree", "f_files", "f_flag",
    "f_frsize", "f_namemax",
)  # fmt: skip


class Unsynced:
    """The pages of one file that are not on the disk yet, over what is."""

    def __init__(self, disk_size: int) -> None:
        self.pages: dict[int, bytearray] = {}
        self.size = disk_size
        self.written = 0

    def write(self, disk: int, data: bytes, offset: int) -> None:
        """Keep `data` at `offset`; disk: a descriptor that reads what is durable."""
        self.written += len(data)
        at = 0
        while at < len(data):
            number, inside = divmod(offset + at, PAGE_BYTES)
            part = data[at : at + PAGE_BYTES - inside]
            if number not in self.pages:
                held = b"" if len(part) == PAGE_BYTES else _page(disk, number)
                self.pages[number] = bytearray(held.ljust(PAGE_BYTES, b"\0"))
            self.pages[number][inside : inside + len(part)] = part
            at += len(part)
        self.size = max(self.size, offset + len(data))

    def read(self, disk: int, size: int, offset: int) -> bytes:
        """What a reader sees: durable bytes with the unsynced ones over them."""
        size = max(0, min(size, self.size - offset))
        seen = bytearray(os.pread(disk, size, offset).ljust(size, b"\0"))
        for number in range(offset // PAGE_BYTES, -(-(offset + size) // PAGE_BYTES)):
            page = self.pages.get(number)
            if page is not None:
                begin = number * PAGE_BYTES
                low, high = max(begin, offset), min(begin + PAGE_BYTES, offset + size)
                seen[low - offset : high - offset] = page[low - begin : high - begin]
        return bytes(seen)

    def sync(self, disk: int) -> None:
        """Bring everything to the disk."""
        for number, page in sorted(self.pages.items()):
            begin = number * PAGE_BYTES
            os.pwrite(disk, page[: max(0, self.size - begin)], begin)
        self.pages.clear()
        self.written = 0


def _page(disk: int, number: int) -> bytes:
    return os.pread(disk, PAGE_BYTES, number * PAGE_BYTES)


class PowerfailFs(Operations):  # type: ignore[misc]  # fusepy has no types
    """The calls of the file system; paths are absolute inside the mount."""

    def __init__(self, backing: str) -> None:
        self._backing = backing
        self._mutex = threading.RLock()
        self._unsynced: dict[str, Unsynced] = {}
        self._power = threading.Event()
        self._power.set()

    # power -----------------------------------------------------------------------------------

    def cut(self) -> int:
        """Forget what is unsynced and stand still; how many bytes were forgotten."""
        with self._mutex:
            self._power.clear()
            forgotten = sum(file.written for file in self._unsynced.values())
            self._unsynced.clear()
        return forgotten

    def on(self) -> None:
        """Power again."""
        self._power.set()

    def __call__(self, op: str, *args: Any) -> Any:  # noqa: ANN401 — the library hands all calls here
        if not self._power.is_set():
            self._power.wait()
            raise FuseOSError(errno.EIO)
        return super().__call__(op, *args)

    # names -----------------------------------------------------------------------------------

    def _real(self, path: str) -> str:
        return os.path.join(self._backing, path.lstrip("/"))  # noqa: PTH118 — called very often

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:  # noqa: ARG002
        try:
            status = os.lstat(self._real(path))
        except OSError as error:
            raise FuseOSError(error.errno) from error
        told = {name: getattr(status, name) for name in STAT_FIELDS}
        with self._mutex:
            if path in self._unsynced:
                told["st_size"] = self._unsynced[path].size
        return told

    def readdir(self, path: str, fh: int) -> list[str]:  # noqa: ARG002
        return [".", "..", *os.listdir(self._real(path))]  # noqa: PTH208 — names, not paths

    def mkdir(self, path: str, mode: int) -> None:
        os.mkdir(self._real(path), mode)  # noqa: PTH102
        self._give_to_caller(self._real(path))

    def rmdir(self, path: str) -> None:
        os.rmdir(self._real(path))  # noqa: PTH106

    def unlink(self, path: str) -> None:
        with self._mutex:
            self._unsynced.pop(path, None)
            os.unlink(self._real(path))  # noqa: PTH108

    def rename(self, old: str, new: str) -> None:
        with self._mutex:
            os.rename(self._real(old), self._real(new))  # noqa: PTH104
            self._unsynced.pop(new, None)
            inside = old.rstrip("/") + "/"
            for path in [p for p in self._unsynced if p == old or p.startswith(inside)]:
                self._unsynced[new + path[len(old) :]] = self._unsynced.pop(path)

    def symlink(self, target: str, source: str) -> None:
        os.symlink(source, self._real(target))  # noqa: PTH211

    def readlink(self, path: str) -> str:
        return os.readlink(self._real(path))  # noqa: PTH115

    def chmod(self, path: str, mode: int) -> None:
        os.chmod(self._real(path), mode)  # noqa: PTH101

    def chown(self, path: str, uid: int, gid: int) -> None:
        os.chown(self._real(path), uid, gid)

    def utimens(self, path: str, times: tuple[float, float] | None = None) -> None:
        os.utime(self._real(path), times)

    def statfs(self, path: str) -> dict[str, Any]:
        status = os.statvfs(self._real(path))
        return {name: getattr(status, name) for name in STATFS_FIELDS}

    def _give_to_caller(self, real: str) -> None:
        uid, gid, _ = fuse_get_context()
        os.chown(real, uid, gid)

    # bytes -----------------------------------------------------------------------------------
    # Handles are taken with raw_fi, so that the flags of creation are seen. fi.fh is a descriptor
    # of the backing file, opened for reading and writing, without the flags that would sync.

    def create(self, path: str, mode: int, fi: Any) -> int:  # noqa: ANN401
        flags = os.O_RDWR | os.O_CREAT | (fi.flags & (os.O_EXCL | os.O_TRUNC))
        fi.fh = os.open(self._real(path), flags, mode)
        self._give_to_caller(self._real(path))
        return 0

    def open(self, path: str, fi: Any) -> int:  # noqa: ANN401
        if fi.flags & os.O_TRUNC:
            self.truncate(path, 0)
        fi.fh = os.open(self._real(path), os.O_RDWR)
        fi.direct_io = 1
        return 0

    def read(self, path: str, size: int, offset: int, fi: Any) -> bytes:  # noqa: ANN401
        with self._mutex:
            file = self._unsynced.get(path)
            if file is not None:
                return file.read(fi.fh, size, offset)
        return os.pread(fi.fh, size, offset)

    def write(self, path: str, data: bytes, offset: int, fi: Any) -> int:  # noqa: ANN401
        with self._mutex:
            file = self._unsynced.get(path)
            if fi.flags & SYNCED_AT_ONCE:
                if file is not None:
                    file.write(fi.fh, data, offset)
                    self._sync(path, fi.fh)
                else:
                    os.pwrite(fi.fh, data, offset)
                return len(data)
            if file is None:
                file = self._unsynced[path] = Unsynced(os.fstat(fi.fh).st_size)
            file.write(fi.fh, data, offset)
        return len(data)

    def truncate(self, path: str, length: int, fi: Any = None) -> None:  # noqa: ANN401, ARG002
        with self._mutex:
            if path in self._unsynced:
                disk = os.open(self._real(path), os.O_RDWR)
                self._sync(path, disk)
                os.close(disk)
            os.truncate(self._real(path), length)

    def fsync(self, path: str, datasync: int, fi: Any) -> None:  # noqa: ANN401, ARG002
        with self._mutex:
            self._sync(path, fi.fh)

    def _sync(self, path: str, disk: int) -> None:
        file = self._unsynced.pop(path, None)
        if file is not None:
            file.sync(disk)

    def flush(self, path: str, fi: Any) -> int:  # noqa: ANN401, ARG002
        return 0

    def release(self, path: str, fi: Any) -> None:  # noqa: ANN401, ARG002
        os.close(fi.fh)


def watch(files: PowerfailFs, control: Path) -> None:
    """Obey the control folder for ever."""
    while True:
        time.sleep(CONTROL_POLL_S)
        if (control / "cut").exists():
            (control / "dropped").write_text(str(files.cut()))
            (control / "cut").unlink()
        if (control / "on").exists():
            files.on()
            (control / "on").unlink()


def main() -> None:
    """Mount and serve until the mount is taken away."""
    backing, mount, control = sys.argv[1:4]
    files = PowerfailFs(backing)
    threading.Thread(target=watch, args=(files, Path(control)), daemon=True).start()

    def tell() -> None:
        while not os.path.ismount(mount):
            time.sleep(CONTROL_POLL_S)
        (Path(control) / "mounted").touch()

    threading.Thread(target=tell, daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        FUSE(files, mount, foreground=True, nothreads=False, allow_other=True, raw_fi=True,
             fsname="powerfail", attr_timeout=0, entry_timeout=0)  # fmt: skip


if __name__ == "__main__":
    main()
