"""Below HTTP: addresses, proxies, connections."""

import asyncio
import errno
import inspect
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import anyio
import httpcore
import httpx
import pytest
import trustme

from pipeline.clock import SystemClock
from pipeline.errors import ConfigurationError
from pipeline.network.failures import (
    NO_SUCH_HOST,
    NoRouteError,
    RefusedAddressError,
    ResolutionError,
    failure_of,
    was_reached,
)
from pipeline.network.http_client import HttpClient
from pipeline.network.retry import RetryPolicy
from pipeline.network.service import Answer, Service
from pipeline.network.transport import (
    ATTEMPT,
    AddressPolicy,
    GuardedBackend,
    HttpTransport,
    RoutedTransport,
    build_transport,
)
from pipeline.urls import literal_address

LOOPBACK = AddressPolicy((ipaddress.ip_network("127.0.0.0/8"),))
ONCE = Service(name="web", interval=0.0, policy=RetryPolicy(attempts=1), read_timeout=5.0)

# --- addresses --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "0x7f.1",
        "0x7f000001",
        "2130706433",
        "017700000001",
        "0177.0.0.1",
        "0",
        "0.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "0xa9fea9fe",
        "100.64.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "[::1]",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:a9fe:a9fe",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2001:0:7f00:1::",
        "2001:db8::1",
        "3fff::1",
        "5f00::1",
        "100::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "[fe80::1%25eth0]",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "168.63.129.16",
        "0xa83f8110",
        "::ffff:168.63.129.16",
    ],
)
def test_private_or_reserved_address_is_refused(host: str) -> None:
    """However it is spelt, and whatever it is wrapped in."""
    assert AddressPolicy().refuse_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "0xa9fea9fe",
        "::ffff:a9fe:a9fe",
        "64:ff9b::a9fe:a9fe",
        "100.100.100.200",
        "168.63.129.16",
        "fd00:ec2::254",
    ],
)
def test_credentials_of_clouds_are_never_asked_for(host: str) -> None:
    """Whoever allows everything means hosts of a network."""
    everything = AddressPolicy((ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")))

    assert everything.refuse_host(host)
    assert everything.refuse_host("169.254.1.1") is None


@pytest.mark.parametrize(
    "host",
    ["8.8.8.8", "1.1", "134744072", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::1"],
)
def test_public_address_is_asked(host: str) -> None:
    """The rest of the Internet may be asked."""
    assert literal_address(host) is not None
    assert AddressPolicy().refuse_host(host) is None


@pytest.mark.parametrize(
    "host",
    [
        "lab.example",
        "localhost.example",
        "arpa.example",
        "127.0.0.1.example",
        "0x7f.example",
        "1.2.3.4.5",
    ],
)
def test_name_is_no_literal_address(host: str) -> None:
    """Names are resolved, and their addresses checked then."""
    assert literal_address(host) is None
    assert AddressPolicy().refuse_host(host) is None


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST.",
        "a.localhost",
        "printer.local",
        "printer.local..",
        "db.internal",
        "metadata.google.internal",
        "metadata.google.internal.",
        "nas.home.arpa",
        "router.lan",
        "wiki.corp",
        "hidden.onion",
        "intranet",
        "1e3",
        "",
    ],
)
def test_private_name_is_refused(host: str) -> None:
    """Behind a proxy nobody sees to which address it leads (RFC 6761, 6762, 8375)."""
    assert literal_address(host) is None
    assert AddressPolicy().refuse_host(host)


def test_private_name_is_asked_where_networks_are_allowed() -> None:
    """Its addresses are checked then; what hands out credentials never is."""
    policy = AddressPolicy((ipaddress.ip_network("10.0.0.0/8"),))

    assert policy.refuse_host("wiki.corp") is None
    assert policy.refuse_host("metadata.google.internal.")


@pytest.mark.parametrize(
    ("network", "host", "refused"),
    [
        ("127.0.0.0/8", "127.0.0.1", False),
        ("127.0.0.0/8", "::ffff:127.0.0.1", False),
        ("127.0.0.0/8", "10.0.0.1", True),
        ("10.0.0.0/8", "127.0.0.1", True),
        ("fd00::/8", "fd00::1", False),
        ("fd00::/8", "127.0.0.1", True),
        ("0.0.0.0/0", "192.168.0.1", False),
    ],
)
def test_allowed_network_is_asked_and_no_other(network: str, host: str, refused: bool) -> None:
    """A setting opens what it names."""
    policy = AddressPolicy((ipaddress.ip_network(network),))

    assert bool(policy.refuse_host(host)) is refused


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Make every name resolve to these addresses; return the log of look-ups."""
    looked_up: list[str] = []

    async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        looked_up.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port)) for text in addresses]

    monkeypatch.setattr(anyio, "getaddrinfo", getaddrinfo)
    return looked_up


@pytest.mark.anyio
@pytest.mark.parametrize(
    "addresses", [("127.0.0.1",), ("8.8.8.8", "10.0.0.1"), ("::ffff:169.254.169.254",)]
)
async def test_name_of_a_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]
) -> None:
    """One bad address among good ones is enough: which of them is used is chance."""
    resolve_to(monkeypatch, *addresses)

    with pytest.raises(RefusedAddressError):
        await GuardedBackend(AddressPolicy()).connect_tcp("inside.example", 80)


@pytest.mark.anyio
async def test_connection_goes_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There is no second look-up that could answer otherwise."""
    looked_up = resolve_to(monkeypatch, "127.0.0.1")
    connected: list[str] = []
    backend = GuardedBackend(LOOPBACK)

    async def connect(_: object, host: str, *__: Any) -> httpcore.AsyncNetworkStream:
        connected.append(host)
        return httpcore.AsyncMockStream([])

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    await backend.connect_tcp("lab.example", 80)

    assert looked_up == ["lab.example"]
    assert connected == ["127.0.0.1"]


@pytest.mark.anyio
async def test_next_address_is_tried_where_the_first_refuses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A host with two addresses is there if one of them answers."""
    resolve_to(monkeypatch, "127.0.0.2", "127.0.0.1")
    backend = GuardedBackend(LOOPBACK)
    tried: list[str] = []

    async def connect(_: object, host: str, *__: Any) -> httpcore.AsyncNetworkStream:
        tried.append(host)
        if host == "127.0.0.2":
            raise httpcore.ConnectError("refused")
        return httpcore.AsyncMockStream([])

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)

    await backend.connect_tcp("lab.example", 80)

    assert tried == ["127.0.0.2", "127.0.0.1"]


V4, V6 = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
UNREACHABLE, NO_WAY = OSError(errno.ENETUNREACH, "x"), OSError(errno.EHOSTUNREACH, "x")


def connecting(
    monkeypatch: pytest.MonkeyPatch, faults: Mapping[str, Exception]
) -> tuple[GuardedBackend, list[tuple[str, float | None]]]:
    """Return a backend that connects but to these addresses, and the log of what it tries."""
    backend, tried = GuardedBackend(AddressPolicy()), []

    async def connect(_: object, host: str, __: int, timeout: float | None, *___: Any) -> None:
        tried.append((host, timeout))
        if host in faults:
            raise httpcore.ConnectError("x") from faults[host]

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    return backend, tried


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("addresses", "faults", "ipv4_works", "ours"),
    [
        ([V6], {V6: UNREACHABLE}, False, True),
        ([V6], {V6: UNREACHABLE}, True, True),
        ([V6], {V6: NO_WAY}, True, True),
        ([V6], {V6: ConnectionRefusedError(111, "x")}, True, False),
        ([V6, V4], {V6: UNREACHABLE, V4: ConnectionRefusedError(111, "x")}, True, False),
        ([V4], {V4: UNREACHABLE}, False, True),
        ([V4], {V4: UNREACHABLE}, True, False),
        ([V4], {V4: NO_WAY}, False, False),
        ([V6, V4], {V6: UNREACHABLE, V4: UNREACHABLE}, False, True),
        ([V6], {V6: OSError(errno.EADDRNOTAVAIL, "x")}, True, True),
        ([V6], {V6: OSError(errno.EAFNOSUPPORT, "x")}, True, True),
        ([V6], {V6: TimeoutError()}, True, True),
        ([V6], {V6: TimeoutError()}, False, False),
        ([V4], {V4: TimeoutError()}, True, False),
        ([V6, V4], {V6: TimeoutError(), V4: TimeoutError()}, True, False),
    ],
)
async def test_machine_that_lacks_a_family_of_addresses_blames_no_host(
    monkeypatch: pytest.MonkeyPatch,
    addresses: list[str],
    faults: dict[str, Exception],
    ipv4_works: bool,
    ours: bool,
) -> None:
    """No way to IPv6 is ours, and to IPv4 where nobody was reached by it."""
    backend, _ = connecting(monkeypatch, faults)
    if ipv4_works:
        resolve_to(monkeypatch, "93.184.215.15")
        await backend.connect_tcp("other.example", 443)
    resolve_to(monkeypatch, *addresses)

    with pytest.raises(httpcore.ConnectError) as caught:
        await backend.connect_tcp("lab.example", 443)

    assert isinstance(caught.value, NoRouteError) is ours
    outer = httpx.ConnectError("x")
    outer.__cause__ = caught.value
    assert (failure_of(outer)[0] == "no-route", was_reached(outer) is None) == (ours, ours)


@pytest.mark.anyio
@pytest.mark.parametrize("fault", [UNREACHABLE, NO_WAY, TimeoutError()])
async def test_host_is_to_blame_where_its_family_works(
    monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    """Another one was reached by IPv6 in this run."""
    backend, _ = connecting(monkeypatch, {V6: fault})
    for other in ("93.184.215.15", "2606:4700::1111"):
        resolve_to(monkeypatch, other)
        await backend.connect_tcp("other.example", 443)
    resolve_to(monkeypatch, V6)

    with pytest.raises(httpcore.ConnectError) as caught:
        await backend.connect_tcp("lab.example", 443)

    assert not isinstance(caught.value, NoRouteError)


@pytest.mark.anyio
async def test_family_that_leads_nowhere_costs_its_time_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each address but the last gets a part of the time; what works is tried first from then on."""
    backend, tried = connecting(monkeypatch, {V6: TimeoutError()})
    resolve_to(monkeypatch, V6, V4)

    await backend.connect_tcp("a.example", 443, timeout=10.0)
    await backend.connect_tcp("b.example", 443, timeout=10.0)

    assert tried == [(V6, ATTEMPT), (V4, 10.0), (V4, ATTEMPT)]


@pytest.mark.anyio
async def test_host_with_many_addresses_of_one_family_is_tried_by_the_other_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two of each."""
    many = [f"2606:2800:21f::{number}" for number in range(9)]
    backend, tried = connecting(monkeypatch, dict.fromkeys(many, UNREACHABLE))
    resolve_to(monkeypatch, *many, V4)

    await backend.connect_tcp("lab.example", 443)

    assert [address for address, _ in tried] == [*many[:2], V4]


@pytest.mark.anyio
async def test_local_sockets_are_refused() -> None:
    """No upstream is one."""
    with pytest.raises(RefusedAddressError):
        await GuardedBackend(LOOPBACK).connect_unix_socket("/var/run/docker.sock")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, ""), NO_SUCH_HOST),
        (socket.gaierror(socket.EAI_NODATA, ""), NO_SUCH_HOST),
        (socket.gaierror(socket.EAI_AGAIN, ""), "the resolver has no answer for now"),
        (socket.gaierror(socket.EAI_FAIL, ""), "the resolver has no answer for now"),
        (OSError("resolver"), "the resolver has no answer for now"),
        (UnicodeError("label too long"), "not a valid host name"),
    ],
)
async def test_only_the_resolvers_word_means_no_such_host(
    monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    """A resolver that is out of order says nothing about a name."""

    async def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        raise error

    monkeypatch.setattr(anyio, "getaddrinfo", getaddrinfo)

    with pytest.raises(ResolutionError, match=words):
        await GuardedBackend(AddressPolicy()).connect_tcp("lab.example", 80)


@pytest.mark.anyio
async def test_resolver_that_does_not_answer_is_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is waited for no longer than a connection."""

    async def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        await anyio.sleep(60)
        return []

    monkeypatch.setattr(anyio, "getaddrinfo", getaddrinfo)

    with pytest.raises(httpcore.ConnectTimeout):
        await GuardedBackend(AddressPolicy()).connect_tcp("lab.example", 80, timeout=0.05)


def test_httpx_still_has_the_pool_that_takes_our_backend() -> None:
    """`HttpTransport` sets private attributes; they have to be there, and to be read."""
    assert "self._pool" in inspect.getsource(httpx.AsyncHTTPTransport.__init__)
    assert "self._pool" in inspect.getsource(httpx.AsyncHTTPTransport.handle_async_request)
    for pool in (httpcore.AsyncConnectionPool, httpcore.AsyncHTTPProxy):
        assert "network_backend=self._network_backend" in inspect.getsource(pool.create_connection)


# --- proxies ----------------------------------------------------------------------------------


class ForwardProxy:
    """A forward proxy that leads every name to this machine, and its log."""

    def __init__(self, *, refuse: str | None = None) -> None:
        self.asked: list[str] = []
        self.authorizations: list[str] = []
        self.target_port = 0
        self.port = 0
        self.refuse = refuse

    @property
    def url(self) -> str:
        """Address for `HTTPS_PROXY`."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Tunnel a CONNECT; answer a plain request itself."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        lines = head.splitlines()
        self.asked.append(lines[0].rpartition(" ")[0])
        self.authorizations += [x for x in lines if x.lower().startswith("proxy-authorization")]
        if self.refuse:
            writer.write(f"HTTP/1.1 {self.refuse}\r\nContent-Length: 0\r\n\r\n".encode())
        elif lines[0].startswith("CONNECT"):
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            inner, outer = await asyncio.open_connection("127.0.0.1", self.target_port)
            await asyncio.gather(_pump(reader, outer), _pump(inner, writer))
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nVia: 1.1 me\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        sink.write(data)
        await sink.drain()
    sink.close()


async def _origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello")
    await writer.drain()


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(serve: Serve, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Run a server on a free port; at the end every connection has been worked off."""
    busy: set[asyncio.Task[None] | None] = set()

    async def tidy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        busy.add(asyncio.current_task())
        try:
            await serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the other side has hung up
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    server = await asyncio.start_server(tidy, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        if busy:
            await asyncio.wait([task for task in busy if task], timeout=5)


@asynccontextmanager
async def running(proxy: ForwardProxy, certificate: trustme.LeafCert) -> AsyncIterator[None]:
    """Run the proxy and an https origin behind it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    async with serving(_origin, context) as origin, serving(proxy.serve) as forward:
        proxy.target_port, proxy.port = origin, forward
        yield


async def ask(proxies: Mapping[str, str], url: str, policy: AddressPolicy = LOOPBACK) -> Answer:
    """Ask one URL through the transport of a real run."""
    client = HttpClient(
        transport=build_transport(policy, proxies),
        clock=SystemClock(),
        user_agent="test/1",
        addresses=policy,
    )
    async with client:
        return await client.send(ONCE, "GET", url)


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """A certificate authority that `SSL_CERT_FILE` names."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return authority


@pytest.mark.anyio
async def test_https_goes_through_the_proxy_which_resolves_the_name(authority: trustme.CA) -> None:
    """The name exists nowhere but behind the proxy; the certificate is the origin's."""
    proxy = ForwardProxy()
    async with running(proxy, authority.issue_cert("lab.test")):
        answer = await ask({"https": proxy.url}, "https://lab.test/a")

    assert (answer.status, answer.body) == (200, b"hello")
    assert proxy.asked == ["CONNECT lab.test:443"]


@pytest.mark.anyio
async def test_guarded_proxy_is_asked_only_where_links_may_lead(authority: trustme.CA) -> None:
    """A config file must not make this machine knock at private doors."""
    proxy = ForwardProxy()
    async with running(proxy, authority.issue_cert("lab.test")):
        transport = build_transport(AddressPolicy(), {"all": proxy.url}, guarded=True)
        client = HttpClient(
            transport=transport, clock=SystemClock(), user_agent="test/1", addresses=LOOPBACK
        )
        async with client:
            refused = await client.send(ONCE, "GET", "https://lab.test/a")
        transport = build_transport(LOOPBACK, {"all": proxy.url}, guarded=True)
        client = HttpClient(
            transport=transport, clock=SystemClock(), user_agent="test/1", addresses=LOOPBACK
        )
        async with client:
            answer = await client.send(ONCE, "GET", "https://lab.test/a")

    assert refused.failure == "refused-address"
    assert answer.status == 200
    assert proxy.asked == ["CONNECT lab.test:443"]


@pytest.mark.anyio
async def test_plain_http_is_asked_of_the_proxy_itself(authority: trustme.CA) -> None:
    """In the absolute form (RFC 9112 3.2.2)."""
    proxy = ForwardProxy()
    async with running(proxy, authority.issue_cert("lab.test")):
        answer = await ask({"http": proxy.url}, "http://lab.test/a")

    assert answer.headers["via"] == "1.1 me"
    assert proxy.asked == ["GET http://lab.test/a"]


@pytest.mark.anyio
async def test_proxy_without_scheme_is_understood(authority: trustme.CA) -> None:
    """`HTTPS_PROXY=host:port` is as common."""
    proxy = ForwardProxy()
    async with running(proxy, authority.issue_cert("lab.test")):
        answer = await ask({"https": f"127.0.0.1:{proxy.port}"}, "https://lab.test/a")

    assert answer.status == 200


@pytest.mark.anyio
async def test_certificate_of_a_stranger_is_a_tls_fault(authority: trustme.CA) -> None:
    """The proxy does not weaken the check."""
    proxy = ForwardProxy()
    async with running(proxy, trustme.CA().issue_cert("lab.test")):
        answer = await ask({"https": proxy.url}, "https://lab.test/a")

    assert answer.failure == "tls"


@pytest.mark.anyio
async def test_no_proxy_goes_directly(authority: trustme.CA) -> None:
    """What `NO_PROXY` names is asked without the proxy."""
    proxy = ForwardProxy()
    async with running(proxy, authority.issue_cert("127.0.0.1")):
        url = f"https://127.0.0.1:{proxy.target_port}/"
        answer = await ask({"https": proxy.url, "no": "127.0.0.1"}, url)

    assert answer.status == 200
    assert proxy.asked == []


@pytest.mark.anyio
async def test_private_literal_address_is_refused_behind_a_proxy_too(authority: trustme.CA) -> None:
    """The proxy is not asked to reach what we would not."""
    proxy = ForwardProxy()
    async with running(proxy, authority.issue_cert("lab.test")):
        answers = [
            await ask({"http": proxy.url}, f"http://{host}/", AddressPolicy())
            for host in ("169.254.169.254", "0x7f.1", "127.0.0.1.", "[::ffff:10.0.0.1]")
        ]

    assert [answer.failure for answer in answers] == ["refused-address"] * 4
    assert proxy.asked == []


@pytest.mark.anyio
@pytest.mark.parametrize("status", ["403 Forbidden", "502 Bad Gateway", "407 Authenticate"])
async def test_proxy_that_refuses_is_named_as_such(authority: trustme.CA, status: str) -> None:
    """Not the host's fault; what the proxy said is in the detail."""
    proxy = ForwardProxy(refuse=status)
    async with running(proxy, authority.issue_cert("lab.test")):
        answer = await ask({"https": proxy.url}, "https://lab.test/a")

    assert answer.failure == "proxy"
    assert answer.detail.startswith(status[:3])


@pytest.mark.anyio
async def test_password_of_the_proxy_goes_to_the_proxy(authority: trustme.CA) -> None:
    """From the user part of its address."""
    proxy = ForwardProxy()
    async with running(proxy, authority.issue_cert("lab.test")):
        url = proxy.url.replace("http://", "http://me:secret@")
        answer = await ask({"https": url}, "https://lab.test/a")

    assert answer.status == 200
    assert len(proxy.authorizations) == 1


@pytest.mark.parametrize(
    "url",
    [
        "gopher://proxy.example:70",
        "http://[::1",
        "http://127.0.0.1:99999",
        "proxy.example:0",
        "http://user:word@",
        "http://:8080",
    ],
)
def test_unusable_proxy_is_a_configuration_error(url: str) -> None:
    """One sentence, before anything is asked."""
    with pytest.raises(ConfigurationError, match="not a valid URL of a proxy"):
        build_transport(AddressPolicy(), {"https": url})


def test_without_proxy_the_transport_is_direct() -> None:
    """The exceptions alone are no proxy."""
    assert isinstance(build_transport(AddressPolicy(), {"no": "lab.example"}), HttpTransport)


@pytest.mark.anyio
async def test_every_route_is_closed() -> None:
    """No connection is left behind."""
    closed: list[str] = []

    class Route(httpx.AsyncBaseTransport):
        def __init__(self, name: str) -> None:
            self.name = name

        async def aclose(self) -> None:
            closed.append(self.name)

    await RoutedTransport(Route("direct"), {"http": Route("a"), "https": Route("b")}, {}).aclose()

    assert sorted(closed) == ["a", "b", "direct"]


@pytest.mark.parametrize(
    "host", ["a.test", "b.invalid", "c.alt", "1.2.0.192.in-addr.arpa", "8.b.d.ip6.arpa", "A.TEST."]
)
def test_name_that_nobody_can_have_is_not_asked(host: str) -> None:
    """By definition (RFC 6761, RFC 9476), so that no resolver is asked either."""
    assert AddressPolicy().refuse_host(host) == f"{host} is a private or reserved name"
    assert AddressPolicy().refuse_host("test.example.org") is None
