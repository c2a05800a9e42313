"""An operator's platform on MQTT 3.1.1: one connection, QoS 1, each publish until its PUBACK."""

import asyncio

from wanghuo.protocols.mqtt_properties import length, text

KEEP_ALIVE_S = 60
PUBACK_PATIENCE_S = 10.0
_CONNACK, _PUBACK = 0x20, 0x40
_ACCEPTED_AT = 1
_FLAGS = 0xC2  # user name, password, clean session


class RefusedError(ConnectionError):
    """The platform did not let us in."""


class MqttPlatform:
    """Publishes records of one operator."""

    def __init__(self, operator: str, key: str) -> None:
        self._operator = operator
        self._key = key
        self._packet_id = 0
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def connected(self) -> bool:
        """Whether the socket is open as far as we know."""
        return self._writer is not None and not self._writer.is_closing()

    async def connect(self, host: str, port: int) -> None:
        """Dial and sign in. Raises OSError."""
        reader, writer = await asyncio.open_connection(host, port)
        body = text("MQTT") + bytes((4, _FLAGS)) + KEEP_ALIVE_S.to_bytes(2, "big")
        body += text(f"twin-{self._operator}") + text(self._operator) + text(self._key)
        writer.write(b"\x10" + length(len(body)) + body)
        connack = await reader.readexactly(4)
        if connack[0] != _CONNACK or connack[2 + _ACCEPTED_AT]:
            writer.close()
            raise RefusedError(f"{self._operator}: CONNACK {connack.hex()}")
        self._writer = writer
        self._tasks = [asyncio.ensure_future(self._listen(reader, writer))]

    async def close(self) -> None:
        """Say goodbye and hang up."""
        writer, self._writer = self._writer, None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if writer is not None:
            if not writer.is_closing():
                writer.write(b"\xe0\x00")
            writer.close()

    async def publish(self, device: str, leaf: str, record: bytes, *, retain: bool = False) -> None:
        """Publish one record; returns at its PUBACK. Raises OSError or TimeoutError."""
        if self._writer is None or self._writer.is_closing():
            raise ConnectionError("not connected")
        self._packet_id = self._packet_id % 0xFFFF + 1
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[self._packet_id] = told
        topic = text(f"access/v1/{self._operator}/{device}/{leaf}")
        body = topic + self._packet_id.to_bytes(2, "big") + record
        self._writer.write(bytes([0x32 | retain]) + length(len(body)) + body)
        await asyncio.wait_for(told, PUBACK_PATIENCE_S)

    def ping(self) -> None:
        """Keep the connection alive."""
        if self.connected and self._writer is not None:
            self._writer.write(b"\xc0\x00")

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """PUBACKs and ping answers have at most two bytes behind their length."""
        try:
            while True:
                first, size = await reader.readexactly(2)
                body = await reader.readexactly(size)
                told = self._waiting.pop(int.from_bytes(body, "big"), None)
                if first == _PUBACK and told is not None and not told.done():
                    told.set_result(None)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            for told in self._waiting.values():
                if not told.done():
                    told.set_exception(ConnectionError("the platform hung up"))
            self._waiting.clear()
