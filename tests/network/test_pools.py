"""Connections that are kept, for each origin."""

import asyncio
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import httpcore
import pytest

from pipeline.clock import SimulatedClock
from pipeline.network import pools as pools_module
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
        await asyncio.sleep(0)
        stream = SlowlyClosing(list(ANSWER * 50))
        self.streams.append(stream)
        return stream


class SlowlyClosing(httpcore.AsyncMockStream):
    """A stream that lets others go first when it is closed, as real ones do."""

    async def aclose(self) -> None:
        """Close."""
        await asyncio.sleep(0)
        await super().aclose()


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
async def test_hosts_asked_at_once_make_room_together() -> None:
    """One closes what another was about to close, or to use."""
    backend = Backend()
    hosts = [f"h{number}.example" for number in range(KEPT * 2)]
    async with PoolsByOrigin(backend, ssl.create_default_context()) as pools:
        for turn in range(0, len(hosts) * 2, 32):
            batch = [hosts[number % len(hosts)] for number in range(turn, turn + 32)]
            await asyncio.gather(*(ask(pools, host) for host in batch))
        kept = sum(not stream._closed for stream in backend.streams)

    assert KEPT <= kept < KEPT + 32
    assert all(stream._closed for stream in backend.streams)


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


class Stream(httpcore.AsyncMockStream):
    """A stream on which something may be read unasked, or nothing when something should be."""

    readable = False
    silent = False

    def get_extra_info(self, info: str) -> Any:
        """Say whether something can be read."""
        return self.readable if info == "is_readable" else None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Give the next part, or none ever."""
        if self.silent:
            await asyncio.Event().wait()
        return await super().read(max_bytes, timeout)


class Saying(Backend):
    """A host that says the same over every connection."""

    def __init__(self, parts: Sequence[bytes]) -> None:
        super().__init__()
        self.parts = parts

    async def connect_tcp(
        self, host: str, *args: object, **options: object
    ) -> httpcore.AsyncNetworkStream:
        """Connect."""
        self.connected.append(host)
        self.streams.append(stream := Stream(list(self.parts)))
        return stream


NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
IN_CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
CLOSING = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("parts", "serves_again"),
    [
        ([b"HTTP/1.1 100 Continue\r\n\r\n", *ANSWER], True),
        ([NO_CONTENT], True),
        ([IN_CHUNKS, b"2\r\nok\r\n0\r\n\r\n"], True),
        ([CLOSING], False),
        ([b"HTTP/1.1 200 OK\r\n\r\n", b"to the end", b""], False),
        ([NO_CONTENT + b"HTTP/1.1 404 Not Found\r\n\r\n"], False),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokay"], False),
    ],
)
async def test_connection_serves_again_where_its_answer_has_ended(
    parts: list[bytes], serves_again: bool
) -> None:
    """What is left of one answer would be taken for the next (RFC 9112, sections 6.3 and 9.6)."""
    backend = Saying([*parts, *ANSWER])
    async with PoolsByOrigin(backend, ssl.create_default_context()) as pools:
        await ask(pools, "a.example")
        await ask(pools, "a.example")
        is_closed = backend.streams[0]._closed

    assert (len(backend.connected), is_closed) == ((1, False) if serves_again else (2, True))


@pytest.mark.anyio
async def test_answer_that_is_not_read_to_its_end_closes_its_connection() -> None:
    """Nobody waits for the rest of a long one."""
    backend = Saying([b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nbegun"])
    async with PoolsByOrigin(backend, ssl.create_default_context()) as pools:
        await (await pools.handle_async_request(request("a.example"))).aclose()

        assert [stream._closed for stream in backend.streams] == [True]


@pytest.mark.anyio
async def test_question_that_is_given_up_closes_its_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its answer may still come."""
    monkeypatch.setattr(Stream, "silent", True)
    backend = Saying(ANSWER)
    async with PoolsByOrigin(backend, ssl.create_default_context()) as pools:
        asking = asyncio.create_task(ask(pools, "a.example"))
        for _ in range(10):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])

        assert [stream._closed for stream in backend.streams] == [True]


@pytest.mark.anyio
async def test_connection_on_which_a_host_speaks_unasked_is_no_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It says that it closes it, or what would be taken for an answer."""
    backend = Saying([*ANSWER, *ANSWER])
    async with PoolsByOrigin(backend, ssl.create_default_context()) as pools:
        await ask(pools, "a.example")
        monkeypatch.setattr(Stream, "readable", True)
        await ask(pools, "a.example")

    assert len(backend.connected) == 2


@pytest.mark.anyio
async def test_connection_is_kept_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts close what is idle for long."""
    monkeypatch.setattr(pools_module, "KEPT_SECONDS", -1.0)
    backend = Saying([*ANSWER, *ANSWER])
    async with PoolsByOrigin(backend, ssl.create_default_context()) as pools:
        await ask(pools, "a.example")
        await ask(pools, "a.example")

    assert len(backend.connected) == 2


@pytest.mark.anyio
async def test_two_questions_at_once_take_two_connections() -> None:
    """And both are kept for the next two."""
    backend = Backend()
    async with PoolsByOrigin(backend, ssl.create_default_context()) as pools:
        for _ in range(3):
            await asyncio.gather(ask(pools, "a.example"), ask(pools, "a.example"))

    assert backend.connected == ["a.example", "a.example"]


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
