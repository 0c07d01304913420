"""Connections that are kept for the next request to the same origin."""

import ssl
from functools import partial
from typing import Final, Self

import httpcore

KEPT_SECONDS: Final = 15.0
"""How long a connection is kept for the next request."""
KEPT_ORIGINS: Final = 40
"""Of so many origins connections are kept, of those that were asked last."""


class PoolsByOrigin:
    """
    A pool of connections for each origin.

    httpcore's one pool looks at every connection, twice for each request, and closes idle ones as
    if those at work were idle too (`AsyncConnectionPool._assign_requests_to_connections`, 1.0.9).
    """

    def __init__(self, backend: httpcore.AsyncNetworkBackend, context: ssl.SSLContext) -> None:
        self._new = partial(
            httpcore.AsyncConnectionPool,
            ssl_context=context,
            max_connections=None,
            keepalive_expiry=KEPT_SECONDS,
            network_backend=backend,
        )
        self._pools: dict[str, httpcore.AsyncConnectionPool] = {}
        """The one asked last is the last."""

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send through the pool of its origin; see `httpcore.AsyncConnectionPool`."""
        origin = str(request.url.origin)
        for pool in self._surplus(origin):
            await pool.aclose()
        # From here to its connection nobody else has a turn, so that this pool is not idle.
        pool = self._pools.pop(origin) if origin in self._pools else self._new()
        self._pools[origin] = pool
        return await pool.handle_async_request(request)

    def _surplus(self, asked: str) -> list[httpcore.AsyncConnectionPool]:
        """Take out pools that are idle, and more than are kept."""
        others = [origin for origin in self._pools if origin != asked]
        idle = [
            origin
            for origin in others[: max(0, len(others) + 1 - KEPT_ORIGINS)]
            if all(one.is_idle() or one.is_closed() for one in self._pools[origin].connections)
        ]
        return [self._pools.pop(origin) for origin in idle]

    async def aclose(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            await pool.aclose()
        self._pools.clear()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
