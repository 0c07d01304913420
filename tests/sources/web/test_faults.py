"""
More hosts that misbehave, on real sockets: bytes that are no HTTP, bodies, redirects, certificates.

`test_web_sockets.py` has the plain ones. Each is asked by the public method alone, for what matters
is what is made of it, not by how many requests.
"""

import asyncio
import datetime as dt
import ssl
import struct
import tracemalloc
from dataclasses import replace
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET

import pytest
import trustme

from pipeline.clock import SystemClock
from pipeline.links.verdicts import judge, judge_probe
from pipeline.network.http_client import HttpClient
from pipeline.network.transport import build_transport
from pipeline.records.links import Probe
from pipeline.records.outcomes import Found
from pipeline.sources.web.page import BODY_CAP
from pipeline.sources.web.prober import WebSource
from tests.network.test_transport import serving
from tests.sources.web.test_sockets import HASTY, LOOPBACK, Page, answer, ask, host_of, reason


async def probe_of(page: Page, path: str = "/page") -> Probe:
    """Ask a host about one of its pages."""
    async with host_of(page) as host:
        return await ask(host.url.replace("/page", path))


def saying(data: bytes) -> Page:
    """Return a page that says the same to every method, and hangs up."""

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return page


async def reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection off with RST, after what was written has been sent."""
    await writer.drain()
    await asyncio.sleep(0.02)
    sock = writer.get_extra_info("socket")
    sock.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


# --- what is no HTTP --------------------------------------------------------------------------


@pytest.mark.anyio
@pytest.mark.parametrize(
    "data",
    [
        b"<html><title>A page of HTTP/0.9</title></html>",
        b"\x00\xff\xfe garbage \r\n\r\n",
        b"\x16\x03\x01\x00\x05hello",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 99999 Much\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text",
        b"HTTP/1.1 2",
        b"\r\n\r\n\r\n",
        b"",
    ],
)
async def test_what_is_no_http_is_failing(data: bytes) -> None:
    """Whatever comes, it is an answer that may be another one tomorrow."""
    probe = await probe_of(saying(data))

    assert judge_probe(probe).verdict == "failing"
    assert reason(probe) in ("not-http", "connection-reset")


@pytest.mark.anyio
@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "503 Busy"])
async def test_head_that_is_too_large_is_named(status: str) -> None:
    """It is HTTP; browsers take more of it, so the page is never dead."""
    data = f"HTTP/1.1 {status}\r\n" + "Set-Cookie: a=b\r\n" * 10_000
    judgement = judge_probe(await probe_of(saying(data.encode())))

    assert (judgement.verdict, judgement.reason_code) == ("failing", "head-too-large")
    assert judgement.failure is not None
    assert not judgement.failure.mortal


@pytest.mark.anyio
@pytest.mark.parametrize(
    "line", ["no colon here", "X-Foo : bar", "Content-Length: -5", "Content-Length: 5, 6"]
)
@pytest.mark.parametrize(("status", "code"), [("200 OK", "ok"), ("404 Gone", "not-found")])
async def test_odd_header_is_http_all_the_same(line: str, status: str, code: str) -> None:
    """The status has been said."""
    data = f"HTTP/1.1 {status}\r\n{line}\r\nContent-Type: text/plain\r\n\r\nhello"

    assert reason(await probe_of(saying(data.encode()))) == code


@pytest.mark.anyio
async def test_reset_in_the_middle_of_the_headers_is_failing() -> None:
    """The status alone is no answer."""

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Mo")
        await reset(writer)

    probe = await probe_of(page)

    assert judge_probe(probe).verdict == "failing"
    assert reason(probe) in ("connection-reset", "not-http")


@pytest.mark.anyio
async def test_reset_in_the_middle_of_the_body_is_no_failure() -> None:
    """The page is there; its status and its head were said."""

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        writer.write(answer("200 OK", "Content-Type: text/html", "Content-Length: 9999"))
        writer.write(b"<title>A Project</title>" if method == "GET" else b"")
        await reset(writer)

    probe = await probe_of(page)

    assert (probe.status, reason(probe)) == (200, "ok")


@pytest.mark.anyio
@pytest.mark.parametrize("piece", [b"H", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"])
async def test_answer_that_never_comes_times_out(piece: bytes) -> None:
    """A status line that drips, or hints without end, are bounded by the whole time-out."""

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.05)

    probe = await probe_of(page)

    assert judge_probe(probe).verdict == "failing"
    assert reason(probe) in ("timeout", "not-http")


# --- bodies -----------------------------------------------------------------------------------


@pytest.mark.anyio
@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip, gzip", "compress", "nonsense"])
async def test_coding_that_we_do_not_take_is_not_decoded(coding: str) -> None:
    """The body is a sample of bytes, whatever it is said to be; nothing swells."""
    body = b"\x1f\x8b" + bytes(4 * 1024 * 1024)
    data = answer("200 OK", "Content-Type: text/html", f"Content-Encoding: {coding}", body=body)

    tracemalloc.start()
    probe = await probe_of(saying(data))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (probe.status, reason(probe)) == (200, "ok")
    assert (probe.length or 0) <= BODY_CAP
    assert peak < 32 * 1024 * 1024


@pytest.mark.anyio
@pytest.mark.parametrize(
    "chunks",
    [
        b"ffffffffffffffffff\r\n",
        b"nonsense\r\n",
        b"-1\r\n",
        b"5;" + b"x" * 300_000,
        b"1\r\na\r\n" * 200_000,
    ],
    ids=["huge", "nonsense", "negative", "long extension", "many"],
)
async def test_faulty_chunks_end_the_sample(chunks: bytes) -> None:
    """The page has answered by then."""
    head = answer("200 OK", "Content-Type: text/html", "Transfer-Encoding: chunked")
    probe = await probe_of(saying(head + b"11\r\n<title>A</title>\r\n"[:21] + chunks))

    assert probe.status == 200
    assert judge_probe(probe).verdict == "alive"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "verdict", "code"),
    [
        (b"<title>404 Not Found</title>", "failing", "soft-404"),
        (b"<title>Not Found: Papers about Gaps</title>", "alive", "ok"),
        (b"<title>lab.example is for sale</title>", "failing", "parked-domain"),
        (b"<html data-adblockkey='x'><title>lab.example</title>", "failing", "parked-domain"),
        (b"<title>Just a moment...</title>", "blocked", "challenge"),
        (b"<meta http-equiv='refresh' content='0; url=/b'>", "moved", "permanent-redirect"),
        (b"<meta http-equiv='refresh' content='3; url=/b'>", "alive", "ok"),
        (b"<title>" * 5000, "alive", "ok"),
        (b"<html" * 5000, "alive", "ok"),
        (b"<p>" + b"&" * 20_000, "alive", "ok"),
    ],
)
async def test_page_says_what_it_is(body: bytes, verdict: str, code: str) -> None:
    """With status 200, by its first bytes."""
    length = f"Content-Length: {len(body)}"
    data = answer("200 OK", "Content-Type: text/html", length, body=body)

    judgement = judge_probe(await probe_of(saying(data)))

    assert (judgement.verdict, judgement.reason_code) == (verdict, code)


# --- HEAD and GET -----------------------------------------------------------------------------


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/page", "/paper.pdf", "/data.zip"])
@pytest.mark.parametrize("head", ["400 No", "403 No", "404 No", "405 No", "500 No", "501 No", ""])
async def test_what_get_says_counts(path: str, head: str) -> None:
    """Hosts answer HEAD with anything, or hang up."""

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        if method == "GET":
            writer.write(answer("200 OK", "Content-Type: application/pdf", "Content-Length: 0"))
        elif head:
            writer.write(answer(head, "Content-Length: 0"))

    probe = await probe_of(page, path)

    assert (probe.status, reason(probe)) == (200, "ok")


@pytest.mark.anyio
async def test_page_is_not_believed_by_head() -> None:
    """Servers that answer every HEAD with 200 exist; a page is asked by GET."""

    async def page(method: str, writer: asyncio.StreamWriter) -> None:
        status = "200 OK" if method == "HEAD" else "404 Not Found"
        writer.write(answer(status, "Content-Type: text/html", "Content-Length: 0"))

    probe = await probe_of(page)

    assert (probe.status, reason(probe)) == (404, "not-found")


# --- redirects --------------------------------------------------------------------------------


@pytest.mark.anyio
@pytest.mark.parametrize(("hops", "code"), [(10, "ok"), (11, "redirect-loop")])
async def test_chain_has_at_most_ten_redirects(hops: int, code: str) -> None:
    """Ten are followed, the eleventh is one too many."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
        number = int(line.rpartition("/")[2])
        if number < hops:
            writer.write(answer("302 Found", f"Location: /{number + 1}", "Content-Length: 0"))
        else:
            writer.write(answer("200 OK", "Content-Length: 0"))

    async with serving(serve) as port:
        probe = await ask(f"http://127.0.0.1:{port}/0")

    assert reason(probe) == code
    if code == "ok":
        assert len(probe.hops) == hops + 1


@pytest.mark.anyio
@pytest.mark.parametrize(
    "target",
    [
        "https://",
        "http://exa mple/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:port/",
        "mailto:a@lab.example",
        "data:text/html,hello",
        "file:///etc/passwd",
        "http://[fe80::1%25eth0]/",
        "http://a..example/",
        "http://" + "a" * 300 + ".example/",
        "/" + "a" * 60_000,
        "\\\\lab.example\\a",
    ],
)
async def test_redirect_to_an_odd_target_is_no_crash(target: str) -> None:
    """It is a fault of the page, and never a proof that it is gone."""
    head = answer("301 Moved Permanently", f"Location: {target}", "Content-Length: 0")

    judgement = judge(await probe_of(saying(head)))

    assert judgement.verdict in ("failing", "skipped")
    assert judgement.verdict == "skipped" or not judgement.absent or "example" in target


@pytest.mark.anyio
@pytest.mark.parametrize("headers", [[], ["Location:"], ["Location: /page"] * 2])
async def test_redirect_without_a_target_is_failing(headers: list[str]) -> None:
    """Nowhere, here, or both."""
    head = answer("302 Found", *headers, "Content-Length: 0")

    judgement = judge_probe(await probe_of(saying(head)))

    assert (judgement.verdict, judgement.absent) == ("failing", False)


# --- certificates -----------------------------------------------------------------------------


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> trustme.CA:
    """An authority that this machine trusts."""
    authority = trustme.CA()
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return authority


async def secure_probe(certificate: trustme.LeafCert, *, chain: bool = True) -> Probe:
    """Ask a host with a certificate; without `chain`, it sends the last link only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if chain:
        certificate.configure_cert(context)
    else:
        with (
            certificate.private_key_pem.tempfile() as key,
            certificate.cert_chain_pems[0].tempfile() as leaf,
        ):
            context.load_cert_chain(leaf, key)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer("200 OK", "Content-Length: 0"))

    async with serving(serve, context) as port:
        return await ask(f"https://127.0.0.1:{port}/")


def assert_tls_fault(probe: Probe, code: str) -> None:
    """A fault with a word of its own, that never makes a link dead."""
    judgement = judge_probe(probe)
    assert (judgement.verdict, judgement.reason_code) == ("failing", code)
    assert judgement.failure is not None
    assert not judgement.failure.mortal


@pytest.mark.anyio
async def test_good_certificate_is_alive(authority: trustme.CA) -> None:
    """The faults below are the certificates', not the test's."""
    assert reason(await secure_probe(authority.issue_cert("127.0.0.1"))) == "ok"


@pytest.mark.anyio
async def test_expired_certificate(authority: trustme.CA) -> None:
    """It was good once."""
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)

    assert_tls_fault(
        await secure_probe(authority.issue_cert("127.0.0.1", not_after=past)), "tls-expired"
    )


@pytest.mark.anyio
async def test_certificate_for_another_name(authority: trustme.CA) -> None:
    """Shared hosts serve their own where a site has none."""
    assert_tls_fault(await secure_probe(authority.issue_cert("other.example")), "tls-wrong-name")


@pytest.mark.anyio
async def test_certificate_of_an_unknown_authority(authority: trustme.CA) -> None:
    """Nobody vouches for it."""
    assert_tls_fault(await secure_probe(trustme.CA().issue_cert("127.0.0.1")), "tls-untrusted")


@pytest.mark.anyio
async def test_incomplete_chain(authority: trustme.CA) -> None:
    """The link between is not sent; browsers fetch it, we do not."""
    between = authority.create_child_ca()
    whole = await secure_probe(between.issue_cert("127.0.0.1"))
    short = await secure_probe(between.issue_cert("127.0.0.1"), chain=False)

    assert reason(whole) == "ok"
    assert_tls_fault(short, "tls-untrusted")


@pytest.mark.anyio
async def test_self_signed_certificate(authority: trustme.CA, tmp_path: Path) -> None:
    """Its own authority: an authority's certificate used for a host."""
    stranger = trustme.CA()
    stranger.cert_pem.write_to_path(str(tmp_path / "own.pem"))
    stranger.private_key_pem.write_to_path(str(tmp_path / "own.key"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "own.pem", tmp_path / "own.key")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(serve, context) as port:
        probe = await ask(f"https://127.0.0.1:{port}/")

    assert_tls_fault(probe, "tls-self-signed")


@pytest.mark.anyio
async def test_host_that_speaks_plain_http_where_tls_is_due(authority: trustme.CA) -> None:
    """A fault of its TLS, without a word about a certificate."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(answer("400 Bad Request", "Content-Length: 0"))

    async with serving(serve) as port:
        probe = await ask(f"https://127.0.0.1:{port}/")

    assert_tls_fault(probe, "tls-fault")


@pytest.mark.anyio
async def test_handshake_that_is_never_answered_times_out(authority: trustme.CA) -> None:
    """The host may be slow, not faulty."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    patient = replace(HASTY, connect_timeout=0.2, total_timeout=2.0)
    client = HttpClient(
        transport=build_transport(LOOPBACK, {}),
        clock=SystemClock(),
        user_agent="test/1",
        addresses=LOOPBACK,
    )
    async with serving(serve) as port, client:
        url = f"https://127.0.0.1:{port}/"
        [(_, outcome)] = [found async for found in WebSource(client, patient).fetch_many([url])]

    assert isinstance(outcome, Found)
    assert judge_probe(outcome.value).verdict == "failing"
    assert reason(outcome.value) == "timeout"
