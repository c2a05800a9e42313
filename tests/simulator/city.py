"""A tiny city for tests of the twin: a world file, and a centre turned by hand."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wanghuo.protocols.gb26875_frame import (
    Command,
    Frame,
    FrameError,
    decode,
    encode,
    reply,
    tag_of,
)

KEY = "key-of-op1"
SMOKES = [f"1.1.40.0100{n:02x}00" for n in range(1, 5)]


def speaker(
    sender: str, transport: str, points: list[tuple[str, str]], place: str = "P1", east: float = 0.0
) -> dict[str, Any]:
    return {
        "sender": sender,
        "transport": transport,
        "profile": "standard",
        "operator": "op1",
        "place_id": place,
        "category": "rental",
        "lon": 121.2 + east,
        "lat": 30.2,
        "points": [{"point": point, "kind": kind} for point, kind in points],
    }


def lines() -> list[dict[str, Any]]:
    panel = [("", "uitd"), *((one, "smoke") for one in SMOKES)]
    panel += [("1.1.23.01000900", "call_point"), ("1.1.31.01000a00", "heat")]
    return [
        speaker("access:op1/D1", "mqtt", [("", "electric")]),
        speaker("access:op1/D2", "http", [("", "smoke")], "P2", 0.0004),
        speaker("ctwing:860000000000018", "ctwing", [("", "smoke")], "P3"),
        speaker("gb26875:790300000000", "gb26875", panel),
        speaker("gb26875:7a0300000000", "gb26875", panel, "P9", 0.5),
        speaker("iotda:cx-000001", "iotda", [("", "gas")], "P4"),
        speaker("onenet:CX000001", "onenet", [("", "heat")], "P5"),
    ]


def write_world(folder: Path) -> Path:
    head = {"format": "wanghuo-world", "version": 1, "operators": [{"id": "op1", "key": KEY}]}
    path = folder / "world.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as out:
        for line in (head, *lines()):
            out.write(json.dumps(line) + "\n")
    return path


class Centre:
    """A monitoring centre turned by hand. answers: what to do with the next packets."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.writers: list[asyncio.StreamWriter] = []
        self.verdicts: list[int | None] = []  # command to answer with, None: silence
        self.came = asyncio.Condition()
        self.port = 0

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(10), self.came:
            await self.came.wait_for(holds)

    async def met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        buffer = b""
        while data := await reader.read(4096):
            buffer += data
            while found := _decoded(buffer):
                frame, size = found
                packet, buffer = buffer[:size], buffer[size:]
                async with self.came:
                    self.frames.append(frame)
                    self.came.notify_all()
                if frame.command == Command.SEND:
                    verdict = self.verdicts.pop(0) if self.verdicts else Command.CONFIRM
                    if verdict is not None:
                        writer.write(reply(packet, verdict, tag_of(datetime.now(UTC))))
        writer.close()

    def send(self, command: int, body: bytes, serial: int = 77) -> None:
        """Send an order down the newest line."""
        target = self.frames[-1].source
        frame = Frame(serial, bytes(6), target, command, body, tag_of(datetime.now(UTC)))
        self.writers[-1].write(encode(frame))


def _decoded(buffer: bytes) -> tuple[Frame, int] | None:
    try:
        return decode(buffer)
    except FrameError as error:
        raise AssertionError("the transmitter sent something broken") from error


@asynccontextmanager
async def centre() -> AsyncIterator[Centre]:
    made = Centre()
    server = await asyncio.start_server(made.met, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
    for writer in made.writers:
        writer.close()
    await server.wait_closed()
