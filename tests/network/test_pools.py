"""Connections that are kept, for each origin."""

import asyncio
import ssl

import httpcore
import pytest

from pipeline.network.pools import KEPT_ORIGINS, PoolsByOrigin

ANSWER = [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"ok"]


class Backend(httpcore.AsyncMockBackend):
    """Connects to made-up hosts, and counts."""

    def __init__(self) -> None:
        super().__init__(ANSWER * 50)
        self.connected: list[str] = []
        self.streams: list[httpcore.AsyncMockStream] = []

    async def connect_tcp(
        self, host: str, *args: object, **options: object
    ) -> httpcore.AsyncNetworkStream:
        """Connect to a host that answers fifty times."""
        self.connected.append(host)
        stream = httpcore.AsyncMockStream(list(ANSWER * 50))
        self.streams.append(stream)
        return stream


def request(host: str) -> httpcore.Request:
    """Return a question to a host."""
    return httpcore.Request("GET", f"http://{host}/", headers=[("Host", host)])


async def ask(pools: PoolsByOrigin, host: str) -> None:
    """Ask, and read all that is answered."""
    response = await pools.handle_async_request(request(host))
    async for _ in response.stream:  # type: ignore[union-attr]
        pass
    await response.aclose()


@pytest.mark.anyio
async def test_a_host_is_asked_again_over_its_connection() -> None:
    """Whatever other hosts were asked in between."""
    backend = Backend()
    async with PoolsByOrigin(backend, ssl.create_default_context()) as pools:
        for host in ("a.example", "b.example", "a.example", "b.example"):
            await ask(pools, host)

    assert backend.connected == ["a.example", "b.example"]


@pytest.mark.anyio
async def test_connections_of_the_hosts_asked_last_are_kept() -> None:
    """The others are closed, and made anew where they are needed again."""
    backend = Backend()
    hosts = [f"h{number}.example" for number in range(KEPT_ORIGINS + 1)]
    async with PoolsByOrigin(backend, ssl.create_default_context()) as pools:
        for host in (*hosts, hosts[-1], hosts[0]):
            await ask(pools, host)

        open_now = [not stream._closed for stream in backend.streams]
    assert backend.connected == [*hosts, hosts[0]]
    assert open_now == [False, False] + [True] * KEPT_ORIGINS


@pytest.mark.anyio
async def test_a_connection_at_work_is_not_closed() -> None:
    """However many other hosts are asked meanwhile; no host waits for another."""
    backend = Backend()
    async with PoolsByOrigin(backend, ssl.create_default_context()) as pools:
        busy = await pools.handle_async_request(request("slow.example"))
        await asyncio.gather(
            *(ask(pools, f"h{number}.example") for number in range(KEPT_ORIGINS * 2))
        )
        read = [part async for part in busy.stream]  # type: ignore[union-attr]
        await busy.aclose()
        await ask(pools, "slow.example")

    assert b"".join(read) == b"ok"
    assert backend.connected.count("slow.example") == 1
