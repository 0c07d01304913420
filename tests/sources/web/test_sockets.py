"""Hosts that misbehave, on real sockets: each costs little, and none is believed too easily."""

import asyncio
import ipaddress
import struct
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from socket import SO_LINGER, SOL_SOCKET

import pytest

from pipeline.clock import SystemClock
from pipeline.links.verdicts import judge_probe
from pipeline.network.http_client import HttpClient
from pipeline.network.transport import AddressPolicy, build_transport
from pipeline.records.links import Probe
from pipeline.records.outcomes import Found
from pipeline.sources.web.prober import SAMPLE, Manners, WebSource

LOOPBACK = AddressPolicy((ipaddress.ip_network("127.0.0.0/8"),))
HASTY = Manners(
    head_from=1,
    interval=0.0,
    shortest_interval=0.0,
    guarded_interval=0.0,
    connect_timeout=2.0,
    read_timeout=0.2,
    total_timeout=0.5,
    sample_seconds=0.2,
    pause=0.0,
    throttled_pause=0.0,
)

Page = Callable[[str, asyncio.StreamWriter], Awaitable[None]]
"""Takes the method and writes an answer, or does something worse."""


class Host:
    """A host on a loopback address, and the log of what was asked of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []
        self.sent = 0
        self.port = 0

    @property
    def url(self) -> str:
        """Address of its page."""
        return f"http://127.0.0.1:{self.port}/page"

    @property
    def file(self) -> str:
        """Address of its file, which is asked by HEAD."""
        return f"http://127.0.0.1:{self.port}/a.pdf"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and hang up."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            line = head.decode("latin-1").splitlines()[0]
            self.asked.append(line.rpartition(" ")[0])
            await self.page(line.partition(" ")[0], writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has heard enough
        finally:
            writer.close()


@asynccontextmanager
async def host_of(page: Page) -> AsyncIterator[Host]:
    """Run a host with one page."""
    host = Host(page)
    server = await asyncio.start_server(host.serve, "127.0.0.1", 0)
    host.port = server.sockets[0].getsockname()[1]
    try:
        yield host
    finally:
        server.close()
        await asyncio.sleep(0)


async def ask(url: str, policy: AddressPolicy = LOOPBACK) -> Probe:
    """Ask about one URL over real sockets."""
    client = HttpClient(
        transport=build_transport(policy, {}),
        clock=SystemClock(),
        user_agent="test/1",
        addresses=policy,
    )
    async with client:
        [(_, outcome)] = [found async for found in WebSource(client, HASTY).fetch_many([url])]
    assert isinstance(outcome, Found)
    return outcome.value


def answer(status: str, *headers: str, body: bytes = b"") -> bytes:
    """Return an HTTP answer."""
    lines = [f"HTTP/1.1 {status}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def reason(probe: Probe) -> str:
    """Return what is made of a probe."""
    return judge_probe(probe).reason_code


@pytest.mark.anyio
async def test_head_and_get_differ() -> None:
    """The page is what GET says it is."""

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        status = "404 Not Found" if method == "HEAD" else "200 OK"
        writer.write(answer(status, "Content-Length: 0"))
        await writer.drain()

    async with host_of(page) as host:
        probe = await ask(host.file)

    assert (probe.status, reason(probe)) == (200, "ok")
    assert host.asked == ["HEAD /a.pdf", "GET /a.pdf"]


@pytest.mark.anyio
@pytest.mark.parametrize("status", ["200 OK", "206 Partial Content"])
async def test_page_costs_one_request(status: str) -> None:
    """With and without the range that is asked for."""

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        head = ("Content-Type: text/html", "Content-Length: 18", "Content-Range: bytes 0-17/18")
        writer.write(answer(status, *head, body=b"<title>New</title>"))
        await writer.drain()

    async with host_of(page) as host:
        probe = await ask(host.url)

    assert (probe.title, probe.length, probe.complete, reason(probe)) == ("New", 18, True, "ok")
    assert host.asked == ["GET /page"]


@pytest.mark.anyio
async def test_file_without_a_body_is_there() -> None:
    """Nothing of it is loaded that does not come at once."""

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        writer.write(answer("200 OK", "Content-Type: application/pdf", "Content-Length: 9999999"))
        await writer.drain()

    async with host_of(page) as host:
        probe = await ask(host.file)

    assert (probe.method, probe.length, reason(probe)) == ("GET", 0, "ok")
    assert host.asked == ["HEAD /a.pdf", "GET /a.pdf"]


@pytest.mark.anyio
@pytest.mark.parametrize(("path", "methods"), [("page", ["GET"]), ("a.pdf", ["HEAD", "GET"])])
async def test_redirect_loop_ends(path: str, methods: list[str]) -> None:
    """What redirects to itself is asked once by each method that is tried."""

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        writer.write(answer("302 Found", f"Location: /{path}", "Content-Length: 0"))

    async with host_of(page) as host:
        probe = await ask(host.url.replace("page", path))

    assert reason(probe) == "redirect-loop"
    assert host.asked == [f"{method} /{path}" for method in methods]


@pytest.mark.anyio
async def test_chain_without_end_is_cut() -> None:
    """More than ten redirects are no way to a page."""
    count = 0

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        writer.write(answer("302 Found", f"Location: /page?{count}", "Content-Length: 0"))

    async with host_of(page) as host:
        probe = await ask(host.url)

    assert reason(probe) == "redirect-loop"
    assert len(host.asked) == 11


@pytest.mark.anyio
async def test_endless_body_is_left_after_the_sample() -> None:
    """A page that never ends is there; no more than the sample is read."""

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        writer.write(answer("200 OK", "Content-Type: text/html"))
        while True:
            writer.write(b"<p>and so on" * 1000)
            await writer.drain()

    async with host_of(page) as host:
        probe = await ask(host.url)

    assert reason(probe) == "ok"
    assert probe.length == SAMPLE
    assert not probe.complete


@pytest.mark.anyio
async def test_slow_body_is_not_waited_for() -> None:
    """A page whose text drips is there: its status has been said."""

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        writer.write(answer("200 OK", "Content-Type: text/html"))
        while True:
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with host_of(page) as host:
        probe = await ask(host.url)

    assert (probe.status, reason(probe)) == (200, "ok")


@pytest.mark.anyio
async def test_body_that_breaks_off_is_no_failure() -> None:
    """A host that promises more than it sends has said its status."""

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        writer.write(answer("404 Not Found", "Content-Length: 9999", body=b"<title>x"))

    async with host_of(page) as host:
        probe = await ask(host.url)

    assert (probe.status, reason(probe)) == (404, "not-found")


@pytest.mark.anyio
async def test_dripping_headers_time_out() -> None:
    """A host that sends one header after another for ever has said nothing."""

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X: y\r\n")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with host_of(page) as host:
        probe = await ask(host.url)

    assert reason(probe) == "timeout"
    assert len(host.asked) == 2


@pytest.mark.anyio
async def test_host_that_says_nothing_times_out() -> None:
    """Silence is a failure that may pass, and costs two requests."""

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    async with host_of(page) as host:
        probe = await ask(host.url)

    assert reason(probe) == "timeout"
    assert len(host.asked) == 2


@pytest.mark.anyio
async def test_decompression_bomb_does_not_go_off() -> None:
    """A body that would swell to 64 MB stays the size of a sample."""
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1024 * 1024)) for _ in range(64)) + packer.flush()

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        head = ("Content-Type: text/html", "Content-Encoding: gzip")
        writer.write(answer("200 OK", *head, f"Content-Length: {len(bomb)}"))
        writer.write(bomb)
        await writer.drain()

    async with host_of(page) as host:
        tracemalloc.start()
        probe = await ask(host.url)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert probe.status == 200
    assert peak < 16 * 1024 * 1024


@pytest.mark.anyio
@pytest.mark.parametrize("bomb", [b"X: " + b"y" * 2_000_000, b"X: y\r\n" * 200_000])
async def test_header_bomb_is_not_swallowed(bomb: bytes) -> None:
    """Headers without measure are named as what they are."""

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n" + bomb + b"\r\n\r\n")
        await writer.drain()

    async with host_of(page) as host:
        probe = await ask(host.url)

    assert judge_probe(probe).verdict == "failing"
    assert reason(probe) == "head-too-large"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "target",
    [
        "http://[::1",
        "ftp://127.0.0.1/a",
        "http:///?no-host",
        "javascript:alert(1)",
        "http://%00/",
        "//",
    ],
)
async def test_invalid_redirect_target_is_a_fault_of_the_page(target: str) -> None:
    """Nothing is asked, nothing falls over."""

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        writer.write(answer("301 Moved Permanently", f"Location: {target}", "Content-Length: 0"))

    async with host_of(page) as host:
        probe = await ask(host.url)

    assert judge_probe(probe).verdict == "failing"
    assert reason(probe) in ("bad-redirect", "redirect-loop")


@pytest.mark.anyio
async def test_host_that_resets_is_failing() -> None:
    """A reset is tried once more."""

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        sock = writer.get_extra_info("socket")
        sock.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async with host_of(page) as host:
        probe = await ask(host.url)

    assert judge_probe(probe).verdict == "failing"
    assert reason(probe) in ("connection-reset", "not-http")
    assert host.asked == ["GET /page"] * 2


@pytest.mark.anyio
async def test_reset_that_heals_is_alive() -> None:
    """One broken connection is forgotten."""
    count = 0

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        if count == 1:
            sock = writer.get_extra_info("socket")
            sock.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        else:
            writer.write(answer("200 OK", "Content-Length: 0"))

    async with host_of(page) as host:
        probe = await ask(host.url)

    assert reason(probe) == "ok"


@pytest.mark.anyio
async def test_host_that_speaks_no_http_is_failing() -> None:
    """Whatever listens there, it is no web server."""

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.9\r\n")

    async with host_of(page) as host:
        probe = await ask(host.url)

    assert reason(probe) == "not-http"


@pytest.mark.anyio
async def test_closed_port_is_failing_and_somebody_is_there() -> None:
    """A refused connection is an answer of the machine."""

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        raise AssertionError("nobody listens")

    async with host_of(page) as host:
        url = host.url

    assert reason(await ask(url)) == "no-connection"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "target", ["http://10.0.0.1/", "http://192.168.0.1/a", "http://[::1]/", "http://0xa9fea9fe/"]
)
async def test_redirect_to_a_private_address_is_refused(target: str) -> None:
    """The page may be asked, what it points at behind our walls may not."""

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        writer.write(answer("302 Found", f"Location: {target}", "Content-Length: 0"))

    async with host_of(page) as host:
        probe = await ask(host.url)

    assert judge_probe(probe).verdict == "skipped"
    assert reason(probe) == "private-address"
    assert len(host.asked) == 1


@pytest.mark.anyio
async def test_loopback_is_refused_unless_allowed() -> None:
    """Without the setting, nothing of this machine is asked."""

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        writer.write(answer("200 OK"))

    async with host_of(page) as host:
        probe = await ask(host.url, AddressPolicy())
        named = await ask(host.url.replace("127.0.0.1", "localhost"), AddressPolicy())

    assert reason(probe) == reason(named) == "private-address"
    assert host.asked == []


@pytest.mark.anyio
async def test_cookies_are_not_kept() -> None:
    """No host recognises us."""
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer("405 No", "Set-Cookie: a=b; Path=/", "Content-Length: 0"))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        await ask(f"http://127.0.0.1:{port}/a.pdf")

    assert len(heads) == 3
    assert all(b"cookie" not in head.lower() for head in heads)
