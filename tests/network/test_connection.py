"""One connection: what is sent, what is read, and when it can be used again."""

import asyncio
from collections.abc import Iterable
from typing import Any

import httpcore
import pytest

from pipeline.network import connection as connection_
from pipeline.network.connection import Connection

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Stream(httpcore.AsyncMockStream):
    """Gives what it is given, and keeps what is written to it."""

    def __init__(self, parts: Iterable[bytes], *, deaf: bool = False) -> None:
        super().__init__(list(parts))
        self.written = b""
        self.readable = False
        self._deaf = deaf

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Keep what is written, or refuse it."""
        if self._deaf:
            raise httpcore.WriteError
        self.written += buffer

    def get_extra_info(self, info: str) -> Any:
        """Say whether something can be read."""
        return self.readable if info == "is_readable" else None

    @property
    def is_closed(self) -> bool:
        """Whether it was closed."""
        return bool(self._closed)


def question(method: str = "GET", content: bytes | None = None, **headers: str) -> httpcore.Request:
    """Return a question to a host."""
    sent: dict[str, str] = {"Host": "a.example", **headers}
    if content is not None:
        sent["Content-Length"] = str(len(content))
    return httpcore.Request(
        method, "http://a.example/p", headers=list(sent.items()), content=content
    )


async def asked(connection: Connection, request: httpcore.Request) -> tuple[int, bytes, list[bool]]:
    """Ask and read; return the status, the body, and whether the connection was free after it."""
    free: list[bool] = []

    async def now_free() -> None:
        free.append(connection.is_idle)

    response = await connection.ask(request, now_free)
    body = b"".join([part async for part in response.stream])  # type: ignore[union-attr]
    await response.aclose()
    await response.aclose()
    return response.status, body, free


@pytest.mark.anyio
async def test_question_goes_out_as_one_and_the_answer_is_read() -> None:
    """A connection is free for the next question as soon as the answer has ended."""
    stream = Stream([OK, OK])
    connection = Connection(stream)

    assert await asked(connection, question("POST", b"{}")) == (200, b"ok", [True])
    assert stream.written == b"POST /p HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\n\r\n{}"
    assert await asked(connection, question()) == (200, b"ok", [True])
    assert not connection.has_expired()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("parts", "answer", "is_free"),
    [
        ([b"HTTP/1.1 103 Early Hints\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", OK], b"ok", True),
        ([b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"], b"ok", False),
        ([b"HTTP/1.1 200 OK\r\n\r\n", b"to ", b"the end", b""], b"to the end", False),
        ([b"HTTP/1.1 204 No Content\r\n\r\n"], b"", True),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n"], b"ok", False),
        (
            [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"2\r\nok\r\n0\r\n\r\n"],
            b"ok",
            True,
        ),
    ],
)
async def test_end_of_an_answer_is_known(parts: list[bytes], answer: bytes, is_free: bool) -> None:
    """And whether the connection lasts (RFC 9112, sections 6.3 and 9.6)."""
    stream = Stream(parts)
    _, body, free = await asked(Connection(stream), question())

    assert (body, free, stream.is_closed) == (answer, [is_free], not is_free)


@pytest.mark.anyio
async def test_answer_that_comes_before_all_was_said_is_heard() -> None:
    """A host may refuse a long question; its connection is no use after that."""
    refused = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    stream = Stream([refused], deaf=True)

    assert await asked(Connection(stream), question("POST", b"{}")) == (413, b"", [False])


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("parts", "request_", "error"),
    [
        ([b""], question(), httpcore.RemoteProtocolError),
        ([b"SSH-2.0-OpenSSH_9.6\r\n\r\n"], question(), httpcore.RemoteProtocolError),
        (
            [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", b""],
            question(),
            httpcore.RemoteProtocolError,
        ),
        ([OK], question(Odd="a\nb"), httpcore.LocalProtocolError),
    ],
)
async def test_what_goes_wrong_closes_the_connection(
    parts: list[bytes], request_: httpcore.Request, error: type[Exception]
) -> None:
    """No other question is put after half an answer."""
    stream = Stream(parts)
    connection = Connection(stream)
    with pytest.raises(error):
        await asked(connection, request_)

    assert (stream.is_closed, connection.is_idle) == (True, False)


@pytest.mark.anyio
async def test_answer_that_is_not_read_to_its_end_closes_the_connection() -> None:
    """What is left of it would be taken for the next answer."""
    stream = Stream([b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nbegun"])
    connection, free = Connection(stream), list[bool]()

    async def now_free() -> None:
        free.append(connection.is_idle)

    response = await connection.ask(question(), now_free)
    await response.aclose()

    assert (free, stream.is_closed) == ([False], True)


@pytest.mark.anyio
async def test_question_that_is_given_up_closes_the_connection() -> None:
    """Its answer may still come."""

    class Silent(Stream):
        """Never answers."""

        async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            """Wait."""
            await asyncio.Event().wait()
            return b""

    stream = Silent([])
    asking = asyncio.create_task(asked(Connection(stream), question()))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])

    assert (asking.cancelled(), stream.is_closed) == (True, True)


@pytest.mark.anyio
async def test_kept_connection_is_no_use_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor where its host has closed it, or speaks unasked."""
    stream = Stream([OK, OK])
    connection = Connection(stream)
    await asked(connection, question())
    stream.readable = True
    assert connection.has_expired()

    stream.readable = False
    monkeypatch.setattr(connection_, "KEPT_SECONDS", -1.0)
    await asked(connection, question())
    assert connection.has_expired()
