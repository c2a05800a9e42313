"""Ports that nothing else takes before the test opens them.

The kernel gives out ports from 32768 on for port 0 and for every outgoing connection, so one that
was free a moment ago may be gone. Ours lie below, in a block of each worker's own.
"""

import contextlib
import itertools
import os
import socket
from typing import Final

LOWEST: Final = 20_000
BLOCK: Final = 1_000
BLOCKS: Final = 12  # up to 31,999
STEP: Final = 2  # a SIP stack takes the next port, too


def _counted() -> "itertools.cycle[int]":
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    lowest = LOWEST + BLOCK * (int(worker) % BLOCKS)
    begin = os.getpid() * STEP % BLOCK  # two runs at once begin apart
    return itertools.cycle(lowest + (begin + offset) % BLOCK for offset in range(0, BLOCK, STEP))


_PORTS: Final = _counted()


def free_port() -> int:
    """A port of the loopback that TCP and UDP have free, and the next one too. Raises OSError."""
    for port in itertools.islice(_PORTS, BLOCK // STEP):
        with contextlib.ExitStack() as opened, contextlib.suppress(OSError):
            for number in (port, port + 1):
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    opened.enter_context(socket.socket(socket.AF_INET, kind)).bind(
                        ("127.0.0.1", number)
                    )
            return port
    raise OSError("no port of this worker's block is free")
