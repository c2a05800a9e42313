"""Putting a folder of the product on the power-fail file system, and cutting the power."""

import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks import machine
from benchmarks.drive import HOME
from benchmarks.waiting import until

MOUNT_PATIENCE_S = 20.0


class NoFuse(RuntimeError):
    """Mounting is impossible here; the message names the package or the permission."""


def check() -> None:
    """Raise NoFuse naming what is missing."""
    if machine.program("fusermount", "/usr/bin", "/bin") is None:
        raise NoFuse("fusermount is missing: install the Debian package `fuse`")
    if not Path("/dev/fuse").exists():
        raise NoFuse(
            "/dev/fuse is missing: `modprobe fuse`, or give the container --device /dev/fuse"
        )
    try:
        import mfusepy  # noqa: F401, PLC0415 — it is a development library with a native part
    except (ImportError, OSError) as error:
        raise NoFuse(f"libfuse2 is missing: install the Debian package `fuse` ({error})") from error


class PowerfailMount:
    """One folder whose unsynced bytes can be taken away."""

    def __init__(self, folder: Path, backing: Path, control: Path) -> None:
        self.folder, self.backing, self.control = folder, backing, control
        self._server: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Move the folder's content behind the file system and mount it in its place."""
        check()
        if not self.backing.exists():
            shutil.move(self.folder, self.backing)
        status = self.backing.stat()
        self.folder.mkdir(mode=0o700, exist_ok=True)
        shutil.chown(self.folder, status.st_uid, status.st_gid)
        self.control.mkdir(parents=True, exist_ok=True)
        self._launch()
        if not await until((self.control / "mounted").exists, MOUNT_PATIENCE_S):
            raise NoFuse(
                f"mounting failed: {(self.control / 'log').read_text()[-500:]} "
                "(as a user, `user_allow_other` must stand in /etc/fuse.conf)"
            )

    def _launch(self) -> None:
        words = [str(self.backing), str(self.folder), str(self.control)]
        with (self.control / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.powerfail_fs", *words],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=HOME,
                start_new_session=True,
            )  # fmt: skip

    async def cut(self) -> int:
        """Forget everything unsynced and stand still; bytes forgotten."""
        (self.control / "dropped").unlink(missing_ok=True)
        (self.control / "cut").touch()
        assert await until(lambda: not (self.control / "cut").exists(), MOUNT_PATIENCE_S)
        return int((self.control / "dropped").read_text())

    async def on(self) -> None:
        """Power again; call it when everything that used the folder was killed."""
        (self.control / "on").touch()
        assert await until(lambda: not (self.control / "on").exists(), MOUNT_PATIENCE_S)

    async def stop(self) -> None:
        """Take the mount away and put the folder's content back in its place."""
        if self._server is None:
            return
        program = machine.program("fusermount", "/usr/bin", "/bin") or "fusermount"
        subprocess.run(  # noqa: ASYNC221 — nothing else runs in this command any more
            [program, "-u", str(self.folder)], check=False, capture_output=True
        )
        await until(lambda: self._server is None or self._server.poll() is not None, 10.0)
        if self._server.poll() is None:
            self._server.kill()
        self._server.wait()
        self._server = None
        if not self.folder.is_mount() and self.backing.exists():
            self.folder.rmdir()
            shutil.move(self.backing, self.folder)
