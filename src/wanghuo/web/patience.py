"""HTTP connections that end when no whole request head comes in time or in size.

uvicorn waits for ever for the first byte of a request and for the end of its head. A peer that
opens connections and says nothing, or says it letter by letter, would hold them all.
"""

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_WITHIN_S: Final = 20.0
HEAD_SIZE_MAX_BYTES: Final = 64 * 1024


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's protocol with a limit to each request's head."""

    _ends: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _in_head = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn
        """Start to wait for the first request."""
        super().connection_made(transport)
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what belongs to an unfinished head."""
        if not self._in_head and (self.cycle is None or not self.cycle.more_body):
            self._begin()
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_SIZE_MAX_BYTES:
                self.transport.abort()

    def on_headers_complete(self) -> None:
        """The head is whole: the body has its own limit."""
        self._stop()
        super().on_headers_complete()

    def _begin(self) -> None:
        self._in_head = True
        self._head_bytes = 0
        if self._ends is None:
            self._ends = self.loop.call_later(HEAD_WITHIN_S, self._end)

    def _stop(self) -> None:
        self._in_head = False
        if self._ends is not None:
            self._ends.cancel()
            self._ends = None

    def _end(self) -> None:
        self._ends = None
        self.transport.abort()
