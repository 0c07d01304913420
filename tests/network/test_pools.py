"""Connections that are kept, for each origin."""

import asyncio
import ssl
from datetime import UTC, datetime

import httpcore
import pytest

from pipeline.clock import SimulatedClock
from pipeline.network.pools import KEPT, PoolsByOrigin
from pipeline.network.service import DEPARTURE, Departure, Lane, Service

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
    hosts = [f"h{number}.example" for number in range(KEPT + 1)]
    async with PoolsByOrigin(backend, ssl.create_default_context()) as pools:
        for host in (*hosts, hosts[-1], hosts[0]):
            await ask(pools, host)

        open_now = [not stream._closed for stream in backend.streams]
    assert backend.connected == [*hosts, hosts[0]]
    assert open_now == [False, False] + [True] * KEPT


@pytest.mark.anyio
async def test_a_connection_at_work_is_not_closed() -> None:
    """However many other hosts are asked meanwhile; no host waits for another."""
    backend = Backend()
    async with PoolsByOrigin(backend, ssl.create_default_context()) as pools:
        busy = await pools.handle_async_request(request("slow.example"))
        await asyncio.gather(*(ask(pools, f"h{number}.example") for number in range(KEPT * 2)))
        read = [part async for part in busy.stream]  # type: ignore[union-attr]
        await busy.aclose()
        await ask(pools, "slow.example")

    assert b"".join(read) == b"ok"
    assert backend.connected.count("slow.example") == 1


class ClosingBackend(Backend):
    """Hosts answer once over a connection, and close it when nobody looks."""

    async def connect_tcp(
        self, host: str, *args: object, **options: object
    ) -> httpcore.AsyncNetworkStream:
        """Connect."""
        self.connected.append(host)
        return httpcore.AsyncMockStream(list(ANSWER))


@pytest.mark.anyio
async def test_a_kept_connection_that_is_closed_costs_no_answer() -> None:
    """The question is put again over a new one."""
    backend = ClosingBackend()
    async with PoolsByOrigin(backend, ssl.create_default_context()) as pools:
        await ask(pools, "a.example")
        await ask(pools, "a.example")

    assert backend.connected == ["a.example", "a.example"]


@pytest.mark.anyio
async def test_what_may_change_something_is_not_sent_twice() -> None:
    """Over a closed connection it may have arrived all the same."""
    backend = ClosingBackend()
    async with PoolsByOrigin(backend, ssl.create_default_context()) as pools:
        await ask(pools, "a.example")
        post = httpcore.Request("POST", "http://a.example/", headers=[("Host", "a.example")])
        with pytest.raises(httpcore.RemoteProtocolError):
            await pools.handle_async_request(post)

    assert backend.connected == ["a.example"]


@pytest.mark.anyio
async def test_a_question_leaves_when_there_is_a_connection() -> None:
    """Those that had to connect first leave an interval apart, as hosts count what reaches them."""
    clock = SimulatedClock(datetime(2026, 1, 1, tzinfo=UTC))
    lane = Lane(Service("web", interval=2.0), "a.example")
    written: list[float] = []

    class Slow(Backend):
        """The first connection takes 1.9 seconds to be made, the second none."""

        async def connect_tcp(
            self, host: str, *args: object, **options: object
        ) -> httpcore.AsyncNetworkStream:
            await clock.sleep(0.0 if self.connected else 1.9)
            stream = await super().connect_tcp(host, *args, **options)
            stream.write = written_at  # type: ignore[method-assign, assignment]
            return stream

    async def written_at(data: bytes, *_: object, **__: object) -> None:
        written.extend([clock.monotonic()] if data else [])

    async with PoolsByOrigin(Slow(), ssl.create_default_context()) as pools:
        for _ in range(2):
            question = request("a.example")
            question.extensions[DEPARTURE] = Departure(lane, clock)
            await pools.handle_async_request(question)

    assert written == [1.9, 3.9]
    assert lane.next_start == 5.9


@pytest.mark.anyio
async def test_a_question_that_fails_at_the_door_keeps_nobody_out() -> None:
    """The one who asks lets go of the door, whatever has happened."""
    clock = SimulatedClock(datetime(2026, 1, 1, tzinfo=UTC))
    lane = Lane(Service("web"), "a.example")
    first, second = Departure(lane, clock), Departure(lane, clock)
    await first.wait()
    waiting = asyncio.create_task(second.wait())
    await asyncio.sleep(0)
    assert not waiting.done()

    first.over()
    first.over()
    await waiting
    second.left()

    assert not lane.door.locked()
    assert lane.left_at == clock.monotonic()


@pytest.mark.anyio
async def test_other_schemes_are_not_asked() -> None:
    """A redirect may name any."""
    backend = Backend()
    async with PoolsByOrigin(backend, ssl.create_default_context()) as pools:
        with pytest.raises(httpcore.UnsupportedProtocol):
            await pools.handle_async_request(httpcore.Request("GET", "ftp://a.example/"))

    assert backend.connected == []
