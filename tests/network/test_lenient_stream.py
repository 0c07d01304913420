"""Heads of answers that are odd, and HTTP all the same."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import h11
import httpcore
import pytest

from pipeline.clock import SystemClock
from pipeline.network.failures import WORDS
from pipeline.network.http_client import HttpClient
from pipeline.network.lenient_stream import HEAD_TOO_LARGE, MOST, LenientStream, put_right
from pipeline.network.retry import RetryPolicy
from pipeline.network.service import Answer, Service
from pipeline.network.transport import GuardedBackend, build_transport
from tests.sources.web.test_sockets import LOOPBACK

ODD = [
    b"X-Foo : bar",
    b"X Foo: bar",
    b": bar",
    b"no colon at all",
    b"X-Foo: a\x00b",
    b"X-Foo: a\x0bb\x7f",
    b"X\xc3\xa4: bar",
    b"X(Foo): bar",
    b"Content-Length: many",
    b"Content-Length: 1\r\nContent-Length: 2",
    b"Content-Length: 3, 3",
    b"Content-Length: -1",
    b"Content-Length: " + b"9" * 40,
    b"Transfer-Encoding: identity",
    b"Transfer-Encoding: gzip",
    b"X-Foo: bar\r\n folded",
    b" folded at once",
]
STATUS_LINES = [
    b"HTTP/1.1 404 Not Found",
    b"HTTP/1.1 404",
    b"HTTP/1.1  404  Not Found",
    b"HTTP/1.0 404 Not Found",
    b"HTTP/2 404 Not Found",
    b"HTTP 404 Not Found",
    b"http/1.1 404 not found",
    b"HTTP/1.1 404 Not \x01 Found \xe4",
    b"ICY 404 Not Found",
    b"\r\nHTTP/1.1 404 Not Found",
]


def parsed(head: bytes) -> h11.Response:
    """Return what h11 makes of a head."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "a")]))
    connection.receive_data(head)
    event = connection.next_event()
    assert isinstance(event, h11.Response)
    return event


@pytest.mark.parametrize("line", ODD)
@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_odd_line_costs_only_itself(line: bytes, end: bytes) -> None:
    """The others are there, and so is the status."""
    head = b"HTTP/1.1 404 Not Found\r\n" + line + b"\r\nLocation: /b"
    status, written = put_right(head.replace(b"\r\n", end))

    event = parsed(written)

    assert status == event.status_code == 404
    assert (b"location", b"/b") in event.headers


@pytest.mark.parametrize("line", STATUS_LINES)
def test_odd_status_line(line: bytes) -> None:
    """Its number counts."""
    status, written = put_right(line + b"\r\nServer: a")

    assert status == parsed(written).status_code == 404


@pytest.mark.parametrize("line", [b"hello", b"<html>", b"", b"HTTP/1.1 4", b"HTTP/1.1 4040 x"])
def test_what_is_not_http_stays_so(line: bytes) -> None:
    """h11 says what it is."""
    assert put_right(line) == (0, line + b"\r\n\r\n")


@pytest.mark.parametrize(
    ("line", "framing"),
    [
        (b"Content-Length: 3, 3", (b"content-length", b"3")),
        (b"Transfer-Encoding: gzip, chunked", (b"transfer-encoding", b"chunked")),
        (b"Transfer-Encoding: Chunked\r\nContent-Length: 5", (b"transfer-encoding", b"chunked")),
        (b"Transfer-Encoding: identity\r\nContent-Length: 5", (b"content-length", b"5")),
        (b"Content-Length: 1\r\nContent-Length: 2", None),
    ],
)
def test_end_of_a_body_is_clear(line: bytes, framing: tuple[bytes, bytes] | None) -> None:
    """One word on it at most (RFC 9112 6.3)."""
    _, written = put_right(b"HTTP/1.1 200 OK\r\n" + line)

    said = [
        one
        for one in parsed(written).headers
        if one[0] in (b"content-length", b"transfer-encoding")
    ]
    assert said == ([framing] if framing else [])


class Pieces(httpcore.AsyncNetworkStream):
    """A stream of given pieces."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return the next piece."""
        return self.pieces.pop(0) if self.pieces else b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Take anything."""

    def get_extra_info(self, info: str) -> Any:
        """Know nothing."""
        return info


async def everything(stream: LenientStream, most: int = 1000) -> bytes:
    """Read a stream to its end."""
    read = b""
    while data := await stream.read(most):
        read += data
    return read


@pytest.mark.anyio
@pytest.mark.parametrize("most", [1, 7, 1000])
async def test_head_in_single_bytes(most: int) -> None:
    """However it comes, the body behind it is untouched."""
    answer = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA : b\r\n\r\n\nX : y\r\n\r\n\x00"
    stream = LenientStream(Pieces(*(answer[n : n + 1] for n in range(len(answer)))))

    expected = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n\nX : y\r\n\r\n\x00"
    assert await everything(stream, most) == expected


@pytest.mark.anyio
async def test_next_question_has_a_head_again() -> None:
    """On a kept connection."""
    stream = LenientStream(
        Pieces(b"HTTP/1.1 200 OK\r\nA : b\r\n\r\n", b"", b"HTTP/1.1 204 No\r\nA : b\n\n")
    )
    assert b"A: b" in await everything(stream)
    await stream.write(b"GET /")

    assert b"A: b" in await everything(stream)


@pytest.mark.anyio
@pytest.mark.parametrize("sent", [b"HTTP/1.1 404 Not Found\r\nServer: a\r\n", b"HTTP/1.1 40"])
async def test_head_that_breaks_off_is_no_answer(sent: bytes) -> None:
    """Another try may bring all of it."""
    assert (await asked(lambda writer: write(writer, sent))).failure == "protocol"


@pytest.mark.anyio
async def test_endless_head_is_not_kept() -> None:
    """It takes no more memory than any, and what is said of it is true."""
    answer = await asked(
        lambda writer: write(writer, b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 100_000)
    )

    assert (answer.failure, answer.detail) == ("protocol", HEAD_TOO_LARGE)


@pytest.mark.anyio
@pytest.mark.parametrize("size", [MOST, 64 * MOST])
@pytest.mark.parametrize(
    ("first", "detail"),
    [
        (b"HTTP/1.1 200 OK", HEAD_TOO_LARGE),
        (b"HTTP/1.1 301 Moved\r\nLocation: /b", HEAD_TOO_LARGE),
        (b"\r\nICY 404 No", HEAD_TOO_LARGE),
        (b"<html>", WORDS["protocol"]),
        (b"HTTP/1.1 20", WORDS["protocol"]),
    ],
)
@pytest.mark.parametrize("end", [b"\r\n\r\n", b""])
async def test_large_head(first: bytes, detail: str, size: int, end: bytes) -> None:
    """However it ends; what has no status line is no HTTP whatever its size."""
    head = first + b"\r\nX: " + b"y" * size + end
    answer = await asked(lambda writer: write(writer, head + b"Hello"))

    assert (answer.failure, answer.detail) == ("protocol", detail)


@pytest.mark.anyio
async def test_head_as_large_as_it_may_be() -> None:
    """A large page of cookies is an answer."""
    head = b"HTTP/1.1 404 No\r\nX: " + b"y" * (MOST - 1000) + b"\r\n\r\n"

    assert (await asked(lambda writer: write(writer, head))).status == 404


async def write(writer: asyncio.StreamWriter, data: bytes) -> None:
    """Write all of it."""
    writer.write(data)
    await writer.drain()


async def asked(page: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> Answer:
    """Ask a server on a real socket."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await page(writer)
        except ConnectionError:
            pass  # the client has heard enough
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, client() as door:
        return await door.send(ONCE, "GET", f"http://127.0.0.1:{port(server)}/")


ONCE = Service(name="web", interval=0.0, policy=RetryPolicy(attempts=1), read_timeout=2.0)


def client(proxies: Mapping[str, str] = {}) -> HttpClient:
    """Return a client of loopback addresses."""
    return HttpClient(
        transport=build_transport(LOOPBACK, proxies),
        clock=SystemClock(),
        user_agent="test/1",
        addresses=LOOPBACK,
    )


def port(server: asyncio.Server) -> int:
    """Return the port of a server."""
    number: int = server.sockets[0].getsockname()[1]
    return number


@pytest.mark.anyio
@pytest.mark.parametrize("how", ["silently", "while it is asked"])
async def test_kept_connection_that_was_closed_is_replaced(how: str) -> None:
    """RFC 9112 9.3.1: it says nothing of the page, and costs the page nothing."""
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")
        await write(writer, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        if how == "while it is asked":
            await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, client() as door:
        url = f"http://127.0.0.1:{port(server)}/"
        statuses = [(await door.send(ONCE, "GET", url)).status for _ in range(3)]

    assert statuses == [200, 200, 200]
    assert connections == 3


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("length", "told", "connections", "truncated"),
    [
        (10, True, 1, False),  # all of the sample, and not a byte more
        (20, True, 1, True),  # little is left, and a new connection would cost more
        (21, True, 3, True),
        (11, False, 3, True),  # nobody knows how much would come
    ],
)
async def test_connection_serves_again_where_little_is_left(
    length: int, told: bool, connections: int, truncated: bool
) -> None:
    """An answer that is broken off costs its connection."""
    made = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal made
        made += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await reader.readuntil(b"\r\n\r\n"):
                size = f"Content-Length: {length}" if told else "Transfer-Encoding: chunked"
                body = b"x" * length
                if not told:
                    body = b"%x\r\n%b\r\n0\r\n\r\n" % (length, body)
                await write(writer, f"HTTP/1.1 200 OK\r\n{size}\r\n\r\n".encode() + body)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    sampled = replace(ONCE, body_cap=10, sample_seconds=1.0)
    async with server, client() as door:
        url = f"http://127.0.0.1:{port(server)}/"
        answers = [await door.send(sampled, "GET", url) for _ in range(3)]

    assert {(one.body, one.truncated) for one in answers} == {(b"x" * 10, truncated)}
    assert made == connections


@pytest.mark.anyio
async def test_interval_is_kept_where_a_connection_takes_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Hosts see when a request comes, not when it was allowed to go."""
    asked: list[float] = []
    loop = asyncio.get_running_loop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await reader.readuntil(b"\r\n\r\n"):
                asked.append(loop.time())
                await write(writer, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    connect = GuardedBackend.connect_tcp

    async def slowly(self: GuardedBackend, *args: Any, **options: Any) -> Any:
        await asyncio.sleep(0.15)
        return await connect(self, *args, **options)

    monkeypatch.setattr(GuardedBackend, "connect_tcp", slowly)
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, client() as door:
        url = f"http://127.0.0.1:{port(server)}/"
        paced = replace(ONCE, interval=0.2)
        for _ in range(2):
            assert (await door.send(paced, "GET", url)).status == 200

    assert asked[1] - asked[0] >= 0.19


@pytest.mark.anyio
async def test_new_connection_that_is_closed_is_an_answer() -> None:
    """It is not asked for ever."""
    count = 0

    async def page(writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1

    assert (await asked(page)).failure == "reset"
    assert count == 1


@pytest.mark.anyio
@pytest.mark.parametrize(
    "odd", [b"X-Foo : bar", b": x", b"nothing", b"X\x01Y: z", b"X-Foo: a\x00b"]
)
async def test_odd_answers_are_read_through_a_proxy_too(odd: bytes) -> None:
    """A proxy passes on what a host says; what is broken off between two questions is repeated."""
    asked_for: list[bytes] = []

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked_for.append((await reader.readuntil(b"\r\n\r\n")).splitlines()[0])
        await write(writer, b"HTTP/1.1 200 OK\r\n" + odd + b"\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(forward, "127.0.0.1", 0)
    async with server, client({"http": f"127.0.0.1:{port(server)}"}) as door:
        statuses = [(await door.send(ONCE, "GET", "http://a.example/")).status for _ in range(2)]

    assert statuses == [200, 200]
    assert asked_for == [b"GET http://a.example/ HTTP/1.1"] * 2


@pytest.mark.anyio
async def test_two_heads_in_one_piece_are_both_there() -> None:
    """A hint and the answer come together mostly."""
    sent = b"HTTP/1.1 103 Early Hints\r\nLink : a\r\n\r\nHTTP/1.1 204 No\r\nA : b\r\n\r\n"

    read = await everything(LenientStream(Pieces(sent)))

    assert read == sent.replace(b" :", b":")


@pytest.mark.parametrize("control", [b"\x00", b"\x0b", b"\x7f", b"\r\n "])
def test_control_in_a_value_becomes_one_blank(control: bytes) -> None:
    """As a folded line does."""
    _, written = put_right(b"HTTP/1.1 200 OK\r\nX: a" + control + b"b")

    assert (b"x", b"a b") in parsed(written).headers
