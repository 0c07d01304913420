"""Connections to hosts, which are kept for the next request to the same origin."""

import ssl
from functools import partial
from typing import Final, Self

import httpcore

from pipeline.network.connection import Connection

KEPT: Final = 128
"""So many connections are kept, those to the origins that were asked last."""
MOST_STALE: Final = 4
"""Kept connections of one request that may turn out to be closed."""
STALE: Final = (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError)
"""What a kept connection that is closed may end with."""

Origin = tuple[bytes, bytes, int]


class PoolsByOrigin:
    """
    Connections by origin, each with one request at a time.

    httpcore's one pool looks at every connection, twice for each request, and closes idle ones as
    if those at work were idle too (`AsyncConnectionPool._assign_requests_to_connections`, 1.0.9).
    """

    def __init__(self, backend: httpcore.AsyncNetworkBackend, context: ssl.SSLContext) -> None:
        self._backend = backend
        self._context = context
        self._context.set_alpn_protocols(["http/1.1"])
        self._idle: dict[Origin, list[Connection]] = {}
        """Those that have nothing to do; the origin asked last is the last."""

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """
        Send over a connection that is kept, or a new one; see `httpcore.AsyncConnectionPool`.

        Again where a kept one is closed, as it may be at any time (RFC 9112 9.3.1).
        """
        if request.url.scheme not in (b"http", b"https"):
            raise httpcore.UnsupportedProtocol("neither http nor https")
        origin = request.url.origin
        key = (origin.scheme, origin.host, origin.port)
        for _ in range(MOST_STALE):
            connection = await self._kept(key)
            if connection is None:
                break
            try:
                return await self._send(request, key, connection)
            except STALE:
                if request.method not in (b"GET", b"HEAD"):
                    raise
        return await self._send(request, key, await self._connect(request))

    async def _connect(self, request: httpcore.Request) -> Connection:
        origin, seconds = request.url.origin, request.extensions.get("timeout", {}).get("connect")
        host = origin.host.decode("ascii")
        stream = await self._backend.connect_tcp(host, origin.port, seconds)
        if origin.scheme == b"https":
            try:
                stream = await stream.start_tls(self._context, host, seconds)
            except BaseException:
                await stream.aclose()
                raise
        return Connection(stream)

    async def _send(
        self, request: httpcore.Request, key: Origin, connection: Connection
    ) -> httpcore.Response:
        return await connection.ask(request, partial(self._keep, key, connection))

    async def _kept(self, key: Origin) -> Connection | None:
        """Take out a connection that can still be used."""
        idle = self._idle.get(key, [])
        while idle:
            connection = idle.pop()
            if not connection.has_expired():
                return connection
            await connection.aclose()
        return None

    async def _keep(self, key: Origin, connection: Connection) -> None:
        """Put a connection back after an answer, and close those that are too many."""
        if connection.is_idle:
            self._idle[key] = [*self._idle.pop(key, []), connection]
        while sum(map(len, self._idle.values())) > KEPT:
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
