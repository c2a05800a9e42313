"""HTTP load in a process of its own: POST ready-made bodies over kept connections.

`python -m benchmarks.posts JOB.json` reads a PostJob and prints a PostReport as JSON.
"""

import asyncio
import sys
import time
from pathlib import Path

import msgspec
import uvloop

from benchmarks.figures import spread_ms

LINE_END = b"\r\n"
STATUS_OK = range(200, 300)


class PostJob(msgspec.Struct, frozen=True):
    """bodies: sent in turn. records: how many are in each body."""

    port: int
    path: str
    bodies: list[str]
    records: int
    connections: int
    seconds: float
    token: str = ""


class PostReport(msgspec.Struct, frozen=True):
    """records_ok counts records of requests that were answered 2xx."""

    requests: int
    refused: int
    records_ok: int
    seconds: float
    cpu_s: float
    p50_ms: float | None
    p99_ms: float | None
    first_refusal: str


class Poster:
    """The whole load."""

    def __init__(self, job: PostJob) -> None:
        self.job = job
        token = f"Authorization: Bearer {job.token}\r\n" if job.token else ""
        head = (
            f"POST {job.path} HTTP/1.1\r\nHost: 127.0.0.1:{job.port}\r\n{token}"
            "Content-Type: application/json\r\n"
        )
        self.ready = [
            f"{head}Content-Length: {len(body.encode())}\r\n\r\n{body}".encode()
            for body in job.bodies
        ]
        self.took: list[float] = []
        self.refused = 0
        self.first_refusal = ""

    async def run(self) -> PostReport:
        """Post from all connections until the time is over."""
        cpu_s, began_s = time.process_time(), time.perf_counter()
        until_s = began_s + self.job.seconds
        await asyncio.gather(*(self._post(n, until_s) for n in range(self.job.connections)))
        seconds = time.perf_counter() - began_s
        spread = spread_ms(self.took)
        return PostReport(
            len(self.took) + self.refused, self.refused, len(self.took) * self.job.records,
            seconds, time.process_time() - cpu_s, spread.p50, spread.p99, self.first_refusal,
        )  # fmt: skip

    async def _post(self, number: int, until_s: float) -> None:
        """One after the other; a server that hangs up after an answer is dialled again."""
        turn, writer = number, None
        while (began_s := time.perf_counter()) < until_s:
            if writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.job.port)
            writer.write(self.ready[turn % len(self.ready)])
            try:
                status, body, stays = await answer(reader)
            except (asyncio.IncompleteReadError, ConnectionError):
                stays, status = False, 0
            if status in STATUS_OK:
                self.took.append(time.perf_counter() - began_s)
            elif status:
                self.refused += 1
                self.first_refusal = self.first_refusal or f"{status} {body[:300]!r}"
                await asyncio.sleep(0.01)
            turn += self.job.connections if status else 0
            if not stays:
                writer.close()
                writer = None
        if writer is not None:
            writer.close()


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes, bool]:
    """One HTTP/1.1 answer, by length or in chunks: (status, body, whether the peer stays)."""
    head = await reader.readuntil(LINE_END * 2)
    lines = head.split(LINE_END)
    status = int(lines[0].split()[1])
    split = (line.partition(b":") for line in lines[1:])
    headers = {name.strip().lower(): value.strip() for name, _, value in split}
    stays = headers.get(b"connection", b"").lower() != b"close"
    if headers.get(b"transfer-encoding") == b"chunked":
        return status, await _chunks(reader), stays
    length = int(headers.get(b"content-length", b"0"))
    return status, await reader.readexactly(length), stays


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    while size := int(await reader.readuntil(LINE_END), 16):
        body += await reader.readexactly(size)
        await reader.readexactly(len(LINE_END))
    await reader.readexactly(len(LINE_END))
    return bytes(body)


def main() -> None:
    """Drive the job in the named file."""
    job = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=PostJob)
    sys.stdout.write(msgspec.json.encode(uvloop.run(Poster(job).run())).decode() + "\n")


if __name__ == "__main__":
    main()
