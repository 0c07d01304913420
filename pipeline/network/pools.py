"""Connections that are kept for the next request to the same origin."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any, Final, Self, cast

import httpcore

KEPT_SECONDS: Final = 15.0
"""How long a connection is kept for the next request."""
KEPT_ORIGINS: Final = 40
"""Of so many origins connections are kept, of those that were asked last."""

Origin = tuple[bytes, bytes, int]


class PoolsByOrigin:
    """
    Connections by origin, each with one request at a time.

    httpcore's one pool looks at every connection, twice for each request, and closes idle ones as
    if those at work were idle too (`AsyncConnectionPool._assign_requests_to_connections`, 1.0.9).
    """

    def __init__(self, backend: httpcore.AsyncNetworkBackend, context: ssl.SSLContext) -> None:
        self._new = partial(
            httpcore.AsyncHTTPConnection,
            ssl_context=context,
            keepalive_expiry=KEPT_SECONDS,
            network_backend=backend,
        )
        self._idle: dict[Origin, list[httpcore.AsyncHTTPConnection]] = {}
        """Those that have nothing to do; the origin asked last is the last."""

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send over a connection that is kept, or a new one; see `httpcore.AsyncConnectionPool`."""
        origin = request.url.origin
        if origin.scheme not in (b"http", b"https"):
            raise httpcore.UnsupportedProtocol("neither http nor https")
        key = (origin.scheme, origin.host, origin.port)
        connection = await self._kept(key)
        if connection is None:
            connection = self._new(origin)
        elif (trace := request.extensions.pop("trace", None)) is not None:
            # All that anybody wants to know of a connection that is there already.
            await trace("http11.send_request_headers.started", {})
        response = await connection.handle_async_request(request)
        body = _Body(response, partial(self._keep, key, connection))
        return httpcore.Response(
            response.status, headers=response.headers, content=body, extensions=response.extensions
        )

    async def _kept(self, key: Origin) -> httpcore.AsyncHTTPConnection | None:
        """Take out a connection that can still be used."""
        idle = self._idle.get(key, [])
        while idle:
            connection = idle.pop()
            if not connection.has_expired():
                return connection
            await connection.aclose()
        return None

    async def _keep(self, key: Origin, connection: httpcore.AsyncHTTPConnection) -> None:
        """Put a connection back after an answer, and close those that are too many."""
        if connection.is_idle():
            self._idle[key] = [*self._idle.pop(key, []), connection]
        while len(self._idle) > KEPT_ORIGINS:
            for surplus in self._idle.pop(next(iter(self._idle))):
                await surplus.aclose()

    async def aclose(self) -> None:
        """Close what is kept."""
        while self._idle:
            for connection in self._idle.popitem()[1]:
                await connection.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class _Body:
    """The body of an answer, after which its connection is free."""

    def __init__(self, response: httpcore.Response, free: Callable[[], Awaitable[None]]) -> None:
        self._stream: Any = response.stream
        self._free: Callable[[], Awaitable[None]] | None = free

    def __aiter__(self) -> AsyncIterator[bytes]:
        return cast("AsyncIterator[bytes]", aiter(self._stream))

    async def aclose(self) -> None:
        """Let go of the connection, or close it where the body was not read to its end."""
        await self._stream.aclose()
        free, self._free = self._free, None
        if free is not None:
            await free()
