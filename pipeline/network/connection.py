"""
One connection that speaks HTTP/1.1 (RFC 9112): a question, its answer, and the next.

h11 knows the protocol. httpcore's own `AsyncHTTP11Connection` (1.0.9) takes twice the time of it: a
lock, a state and six calls of a trace for each request, which one at a time does not need.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Final

import h11
import httpcore

from pipeline.network.service import DEPARTURE, Departure

KEPT_SECONDS: Final = 15.0
"""How long a connection is kept for the next request."""
READ: Final = 64 * 1024
"""Bytes that are read at once."""
LONGEST_HEAD: Final = 100 * 1024

Event = h11.Event | type[h11.PAUSED] | type[h11.NEED_DATA]


class Connection:
    """
    A connection to one origin, for one request at a time.

    It raises what httpcore raises. Whatever goes wrong closes it, as does an answer that is not
    read to its end.
    """

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
        self._kept_until: float | None = None
        """None while it is at work, or closed."""

    async def ask(
        self, request: httpcore.Request, free: Callable[[], Awaitable[None]]
    ) -> httpcore.Response:
        """Send a request in the moment of its `Departure`; `free` is told when it is over."""
        self._kept_until = None
        times = request.extensions.get("timeout", {})
        try:
            with suppress(httpcore.WriteError):  # a host may answer before it has heard all
                await self._send(request, times.get("write"))
            head = await self._head(times.get("read"))
        except BaseException:
            await self.aclose()
            raise
        body = _Body(self, times.get("read"), free)
        return httpcore.Response(head.status_code, headers=head.headers.raw_items(), content=body)

    async def _send(self, request: httpcore.Request, seconds: float | None) -> None:
        departure: Departure | None = request.extensions.get(DEPARTURE)
        content = [part async for part in request.stream]  # type: ignore[union-attr]
        try:
            written = [
                self._protocol.send(one)
                for one in (
                    h11.Request(
                        method=request.method, target=request.url.target, headers=request.headers
                    ),
                    *(h11.Data(data=part) for part in content),
                    h11.EndOfMessage(),
                )
            ]
        except h11.LocalProtocolError as error:
            raise httpcore.LocalProtocolError(str(error)) from error
        if departure is not None:
            await departure.wait()
        await self._stream.write(b"".join(filter(None, written)), seconds)
        if departure is not None:
            departure.left()

    async def _head(self, seconds: float | None) -> h11.Response | h11.InformationalResponse:
        """Return the head of the answer, after those that only say that it will come."""
        while True:
            event = await self.event(seconds)
            if isinstance(event, h11.Response) or (
                isinstance(event, h11.InformationalResponse) and event.status_code == 101
            ):
                return event

    async def event(self, seconds: float | None) -> Event:
        """Return what comes next of an answer."""
        while True:
            try:
                event: Event = self._protocol.next_event()
                if event is not h11.NEED_DATA:
                    return event
                data = await self._stream.read(READ, seconds)
                if not data and self._protocol.their_state is h11.SEND_RESPONSE:
                    raise httpcore.RemoteProtocolError("closed without an answer")
                self._protocol.receive_data(data)
            except h11.RemoteProtocolError as error:
                raise httpcore.RemoteProtocolError(str(error)) from error

    async def finish(self) -> None:
        """
        Make ready for the next request, or close where the last answer has not ended.

        What came after its end would be taken for the next answer.
        """
        over = self._protocol.our_state is self._protocol.their_state is h11.DONE
        more, closed = self._protocol.trailing_data
        if over and not (more or closed):
            self._protocol.start_next_cycle()
            self._kept_until = asyncio.get_running_loop().time() + KEPT_SECONDS
        else:
            await self.aclose()

    @property
    def is_idle(self) -> bool:
        """Whether it waits for the next request."""
        return self._kept_until is not None

    def has_expired(self) -> bool:
        """Say whether it cannot be used any more; what can be read now is its end."""
        now = asyncio.get_running_loop().time()
        late = self._kept_until is None or now > self._kept_until
        return late or bool(self._stream.get_extra_info("is_readable"))

    async def aclose(self) -> None:
        """Close it."""
        self._kept_until = None
        await self._stream.aclose()


class _Body:
    """The body of an answer, after which its connection is free."""

    def __init__(
        self, connection: Connection, seconds: float | None, free: Callable[[], Awaitable[None]]
    ) -> None:
        self._connection = connection
        self._seconds = seconds
        self._free: Callable[[], Awaitable[None]] | None = free

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while isinstance(event := await self._connection.event(self._seconds), h11.Data):
                yield bytes(event.data)
        except BaseException:
            await self._connection.aclose()
            raise

    async def aclose(self) -> None:
        """Let go of the connection, or close it where the body was not read to its end."""
        free, self._free = self._free, None
        if free is not None:
            await self._connection.finish()
            await free()
