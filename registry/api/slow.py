"""Connections that keep a server waiting: a request that does not come, an answer that is not read. Each is closed after a while.

Uvicorn bounds how long an idle connection is kept, nothing else. Looking at every connection now and then, instead of
starting a timer for every request, costs a check nothing.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from registry.api.problems import MEDIA_TYPE, problem_of
from registry.core.errors import TooSlow

MAX_PENDING_HEAD = 65_536
Plain: Any = AutoHTTPProtocol


class Bounded(Plain):  # type: ignore[misc]
    """One connection: `seconds` for a request to come whole, and for its answer to be taken; looked at every `look_seconds`."""

    seconds = 120.0
    look_seconds = 5.0

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to look."""
        super().connection_made(transport)
        self._state: object = None
        self._since = self.loop.time()
        self._head_bytes = 0
        self._look = self.loop.call_later(self.look_seconds, self._look_at_it)

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        self._look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; a head that has no end is cut off."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before or (before is not None and not before.response_complete):
            self._head_bytes = 0
            return
        self._head_bytes += len(data)
        if self._head_bytes > MAX_PENDING_HEAD:
            self.transport.abort()

    def _look_at_it(self) -> None:
        if self.transport.is_closing():
            return
        state, now = self._waiting_for(), self.loop.time()
        if state is None or state != self._state:
            self._state, self._since = state, now
        elif now - self._since >= self.seconds:
            self._end()
            return
        self._look = self.loop.call_later(self.look_seconds, self._look_at_it)

    def _waiting_for(self) -> object:
        """Return what the client owes us, in a way that changes with each request; None when it owes nothing."""
        cycle = self.cycle
        if self.flow.write_paused:
            return ("take", id(cycle))
        if cycle is None or cycle.response_complete:
            return ("head", id(cycle)) if self._head_bytes or cycle is None else None
        return ("body", id(cycle)) if cycle.more_body else None

    def _end(self) -> None:
        if self._state != ("body", id(self.cycle)) or self.cycle.response_started:
            self.transport.abort()
            return
        _, body, _ = problem_of(TooSlow(f"the body did not come within {self.seconds:.0f} seconds"))
        head = f"HTTP/1.1 408 Request Timeout\r\ncontent-type: {MEDIA_TYPE}\r\nconnection: close\r\n"
        self.transport.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        self.transport.close()


def bounded_protocol(seconds: float, *, look_seconds: float = Bounded.look_seconds) -> type[asyncio.Protocol]:
    """Return the protocol with these bounds, for `uvicorn.run(http=...)`."""
    return type("BoundedHttp", (Bounded,), {"seconds": seconds, "look_seconds": look_seconds})
