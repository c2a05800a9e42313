"""A bar on the terminal while a command takes its time; nothing where nobody looks."""

import sys
from typing import Final

WIDTH: Final = 30


def bar(what: str, done: int, of: int) -> None:
    """Draw `done` of `of`; of 0 is not known beforehand."""
    if not sys.stderr.isatty():
        return
    if of <= 0:
        sys.stderr.write(f"\r{done:,} {what}\x1b[K")
    else:
        full = WIDTH * done // of
        sys.stderr.write(f"\r[{'#' * full}{'.' * (WIDTH - full)}] {done:,}/{of:,} {what}\x1b[K")
    if of and done >= of:
        sys.stderr.write("\n")
    sys.stderr.flush()
