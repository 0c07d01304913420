"""Connections to hosts, which are kept for the next request to the same origin."""

import ssl
from typing import Final, Self

import httpcore

from pipeline.network.service import DEPARTURE, Departure

KEPT: Final = 128
"""So many connections are kept beside those at work, to the origins that were asked last."""
KEPT_SECONDS: Final = 15.0
"""How long a connection is kept for the next request."""
MOST_STALE: Final = 4
"""Kept connections of one request that may turn out to be closed."""
STALE: Final = (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError)
"""What a kept connection that is closed may end with."""

Origin = tuple[bytes, bytes, int]


class PoolsByOrigin:
    """
    httpcore's connections by origin, each with one request at a time.

    httpcore's one pool looks at every connection, twice for each request, and closes idle ones as
    if those at work were idle too (`AsyncConnectionPool._assign_requests_to_connections`, 1.0.9).
    """

    def __init__(self, backend: httpcore.AsyncNetworkBackend, context: ssl.SSLContext) -> None:
        self._backend = backend
        self._context = context
        self._context.set_alpn_protocols(["http/1.1"])
        self._made: dict[Origin, list[httpcore.AsyncHTTP11Connection]] = {}
        """Those at work, and those that are kept; the origin asked last is the last."""

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """
        Send over a connection that is kept, or a new one; see `httpcore.AsyncConnectionPool`.

        In the moment of its `Departure`; again where a kept one is closed, as it may be at any time
        (RFC 9112 9.3.1).
        """
        if request.url.scheme not in (b"http", b"https"):
            raise httpcore.UnsupportedProtocol("neither http nor https")
        departure: Departure | None = request.extensions.get(DEPARTURE)
        if departure is not None:
            request.extensions["trace"] = departure.step
        for _ in range(MOST_STALE):
            connection = await self._kept(_key(request))
            if connection is None:
                break
            try:
                return await connection.handle_async_request(request)
            except httpcore.ConnectionNotAvailable:
                continue  # another request was sooner
            except STALE:
                if request.method not in (b"GET", b"HEAD"):
                    raise
        await self._make_room()
        connection = await self._connect(request)
        self._made.setdefault(_key(request), []).append(connection)
        return await connection.handle_async_request(request)

    async def _connect(self, request: httpcore.Request) -> httpcore.AsyncHTTP11Connection:
        origin, seconds = request.url.origin, request.extensions.get("timeout", {}).get("connect")
        host = origin.host.decode("ascii")
        stream = await self._backend.connect_tcp(host, origin.port, seconds)
        if origin.scheme == b"https":
            try:
                stream = await stream.start_tls(self._context, host, seconds)
            except BaseException:
                await stream.aclose()
                raise
        return httpcore.AsyncHTTP11Connection(origin, stream, KEPT_SECONDS)

    async def _kept(self, key: Origin) -> httpcore.AsyncHTTP11Connection | None:
        """Return a connection that can still be used and has nothing to do."""
        made = self._made.pop(key, [])
        self._made[key] = good = [one for one in made if not _is_done(one)]
        for one in made:
            if one not in good:
                await one.aclose()
        return next((one for one in reversed(good) if one.is_idle()), None)

    async def _make_room(self) -> None:
        """Close what is kept for the origins asked longest ago, where it is too much."""
        resting = [
            (made, one)
            for made in self._made.values()
            for one in made
            if one.is_idle() or one.is_closed()
        ]
        closing = resting[: max(0, len(resting) - KEPT + 1)]
        for made, one in closing:
            made.remove(one)
        self._made = {key: made for key, made in self._made.items() if made}
        for _, one in closing:
            await one.aclose()

    async def aclose(self) -> None:
        """Close all of them."""
        while self._made:
            for connection in self._made.popitem()[1]:
                await connection.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _key(request: httpcore.Request) -> Origin:
    origin = request.url.origin
    return origin.scheme, origin.host, origin.port


def _is_done(connection: httpcore.AsyncHTTP11Connection) -> bool:
    """
    Say whether a connection is closed, or cannot be used any more.

    What came after the end of an answer, as the body of a `HEAD` would, would be taken for the next
    answer; httpcore does not look for it.
    """
    if connection.is_idle():
        more, _ = connection._h11_state.trailing_data
        return bool(more) or connection.has_expired()
    return connection.is_closed()
