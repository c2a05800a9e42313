"""The floor of a gateway: cut one frame, check its sum, answer with 30 bytes, keep nothing.

Run as `python -m benchmarks.floor_tcp`: prints its port, serves until it is killed.
"""

import asyncio
import sys
from typing import cast

import uvloop

from benchmarks.frames import END, FRAME_MIN_BYTES, START


class Centre(asyncio.Protocol):
    """Answers every whole frame with a right sum."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The transport is ready."""
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own is no subclass
        self.buffer = bytearray()

    def data_received(self, data: bytes) -> None:
        """Bytes of the peer; each whole frame settles something."""
        self.buffer += data
        while len(self.buffer) >= FRAME_MIN_BYTES:
            whole = FRAME_MIN_BYTES + int.from_bytes(self.buffer[24:26], "little")
            if len(self.buffer) < whole:
                return
            frame = bytes(self.buffer[:whole])
            del self.buffer[:whole]
            assert frame[:2] == START
            assert frame[-2:] == END
            assert sum(frame[2:-3]) & 0xFF == frame[-3]
            body = frame[2:12] + frame[18:24] + frame[12:18] + b"\0\0\x03"
            self.transport.write(START + body + bytes((sum(body) & 0xFF,)) + END)


async def serve() -> None:
    """Listen on a free port of the loopback, say which, go on for ever."""
    server = await asyncio.get_running_loop().create_server(Centre, "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve())
