"""
Below HTTP: which addresses may be reached, through which proxy, and whether our network works.

List content comes from strangers, so a name is resolved here, every address is checked, and the
connection is made to the address that was checked (no second look-up that could answer otherwise).
"""

import errno
import ipaddress
import socket
import ssl
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

import anyio
import httpcore
import httpx

from pipeline.errors import ConfigurationError
from pipeline.network.lenient_stream import LenientStream
from pipeline.network.private_names import is_private_name, serves_secrets
from pipeline.records.outcomes import FailureKind
from pipeline.urls import IPAddress, literal_address

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are an IPv4 address."""

GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""RFC 4291 2.4 and IANA's registry: no other IPv6 address is anybody's on the Internet."""

NOT_PUBLIC: tuple[IPNetwork, ...] = (
    ipaddress.IPv4Network("192.0.0.0/24"),  # RFC 6890; Python 3.11 takes parts of it for global
    ipaddress.IPv6Network("3fff::/20"),  # RFC 9637, documentation
    ipaddress.IPv4Network("168.63.129.16/32"),  # Azure's wire server, from inside its machines
)


LAST_PORT = 65535


def asked_host(url: httpx.URL) -> str:
    """
    Return the host of a URL as it is asked: in ASCII.

    `httpx.URL.host` decodes names in `xn--` by IDNA 2008, and raises for those that it would not
    have made (`xn--sr8hvo.ws`, a domain of emoji that browsers open).
    """
    return url.raw_host.decode("ascii")


class ResolutionError(httpcore.ConnectError):
    """A host name has no address, or the resolver did not answer."""


class RefusedAddressError(httpcore.ConnectError):
    """A host name leads to an address that is not asked."""


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Which addresses may be asked: public ones, and those of the `allowed` networks."""

    allowed: tuple[IPNetwork, ...] = ()

    def refuse(self, address: IPAddress) -> str | None:
        """Return why `address` is not asked, or None where it is."""
        if any(address in network for network in self.allowed):
            return None
        inner = embedded_ipv4(address)
        if inner is not None:
            return self.refuse(inner)
        if _is_public(address):
            return None
        return f"{address} is a private or reserved address"

    def refuse_host(self, host: str) -> str | None:
        """
        Return why a host is not asked, as far as its name or address tells; None where it is.

        Who allows networks may mean hosts there by their private names: of these the addresses
        are checked when they are resolved.
        """
        address = literal_address(host)
        if address is not None:
            return self.refuse(address)
        if serves_secrets(host) or (is_private_name(host) and not self.allowed):
            return f"{host} is a private or reserved name"
        return None


def _is_public(address: IPAddress) -> bool:
    """Say whether an address is one of the public Internet, more strictly than `is_global`."""
    if isinstance(address, ipaddress.IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    if any(address in network for network in NOT_PUBLIC):
        return False
    return address.is_global and not address.is_multicast


def embedded_ipv4(address: IPAddress) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address inside a mapped, 6to4 or NAT64 one (RFC 4291, 3056, 6052)."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to checked addresses only."""

    def __init__(self, policy: AddressPolicy) -> None:
        self._policy = policy
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, check every address, connect to the first that answers."""
        if port > LAST_PORT:  # a redirect's: the system would raise `OverflowError`
            raise httpcore.UnsupportedProtocol(f"{port} is not a port")
        addresses = await self._resolve(host, port, timeout)
        failure: httpcore.NetworkError | httpcore.TimeoutException | None = None
        for address in addresses[:4]:
            try:
                stream = await self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
                return LenientStream(stream)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or ResolutionError(f"{host} has no address")

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: no upstream is a local socket."""
        raise RefusedAddressError(f"{path}: local sockets are not asked")

    async def sleep(self, seconds: float) -> None:
        """See `httpcore.AsyncNetworkBackend.sleep`."""
        await self._inner.sleep(seconds)

    async def _resolve(self, host: str, port: int, timeout: float | None) -> list[str]:
        """Return the addresses of a host; one that may not be asked refuses them all."""
        try:
            with anyio.fail_after(timeout):
                infos = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"{host}: the resolver did not answer") from error
        except (OSError, UnicodeError) as error:
            raise ResolutionError(f"{host}: {_resolver_words(error)}") from error
        addresses = list(dict.fromkeys(str(info[4][0]) for info in infos))
        for address in addresses:
            if refusal := self._policy.refuse(ipaddress.ip_address(address.partition("%")[0])):
                raise RefusedAddressError(f"{host}: {refusal}")
        return addresses


NO_SUCH_HOST = "no such host name"
"""How the detail of a `dns` failure ends where the resolver says so with authority."""

NO_SUCH_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})
"""
RFC 3493 6.1: the name does not exist, or has no address. Everything else (`EAI_AGAIN` above all,
which is what SERVFAIL and a silent resolver become) says nothing about the name.
"""


def _resolver_words(error: OSError | UnicodeError) -> str:
    if not isinstance(error, OSError):
        return "not a valid host name"
    known = isinstance(error, socket.gaierror) and error.errno in NO_SUCH_NAME
    return NO_SUCH_HOST if known else "the resolver has no answer for now"


MOST_STALE: typing.Final = 4
"""Kept connections of one request that may turn out to be closed."""


class DirectTransport(httpx.AsyncHTTPTransport):
    """
    httpx's transport over `GuardedBackend`.

    httpx 0.28 has no argument for the network backend, so the pool is built here and put in the
    place of its private attribute `_pool`; a test fails when that attribute goes.
    """

    def __init__(self, policy: AddressPolicy, context: ssl.SSLContext) -> None:
        super().__init__(verify=context)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=200,
            max_keepalive_connections=40,
            keepalive_expiry=15.0,
            network_backend=GuardedBackend(policy),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """
        Send; where a kept connection turns out to be closed, send again on another one.

        A server may close it at any time (RFC 9112 9.3.1): that says nothing of the page.
        """
        for _ in range(MOST_STALE):
            is_new = False

            async def trace(event: str, _: object) -> None:
                nonlocal is_new
                is_new = is_new or event.startswith("connection.connect")

            request.extensions["trace"] = trace
            try:
                return await super().handle_async_request(request)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                if is_new or request.method not in ("GET", "HEAD"):
                    raise
        return await super().handle_async_request(request)


class RoutedTransport(httpx.AsyncBaseTransport):
    """Sends each request through the proxy of its scheme, or directly (`NO_PROXY`)."""

    def __init__(
        self,
        direct: httpx.AsyncBaseTransport,
        proxied: Mapping[str, httpx.AsyncBaseTransport],
        proxies: Mapping[str, str],
    ) -> None:
        self._direct = direct
        self._proxied = dict(proxied)
        self._proxies = dict(proxies)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See `httpx.AsyncBaseTransport.handle_async_request`."""
        transport = self._proxied.get(request.url.scheme) or self._proxied.get("all")
        if transport is None or proxy_bypass_environment(asked_host(request.url), self._proxies):
            transport = self._direct
        return await transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Close every route."""
        for transport in (self._direct, *self._proxied.values()):
            await transport.aclose()


def build_transport(policy: AddressPolicy, proxies: Mapping[str, str]) -> httpx.AsyncBaseTransport:
    """
    Return the transport of a real run.

    `proxies` maps `http`, `https`, `all` to proxy URLs and `no` to the exceptions, as
    `urllib.request.getproxies` gives them. httpx takes proxies from the environment only where no
    transport is handed in, hence the routing here. `SSL_CERT_FILE` is honoured by httpx's context.
    """
    context = httpx.create_ssl_context()
    direct = DirectTransport(policy, context)
    chosen = {
        scheme: url if "://" in url else f"http://{url}"  # curl and others take both
        for scheme, url in proxies.items()
        if scheme in ("http", "https", "all")
    }
    if not chosen:
        return direct
    try:
        proxied = {
            scheme: httpx.AsyncHTTPTransport(proxy=httpx.Proxy(url), verify=context)
            for scheme, url in chosen.items()
        }
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        raise ConfigurationError(f"the proxy setting of the environment: {error}") from error
    return RoutedTransport(direct, proxied, proxies)


# --- what went wrong --------------------------------------------------------------------------

HTTPX_FAILURES: Mapping[type[Exception], FailureKind] = {
    httpx.ConnectTimeout: "timeout",
    httpx.ReadTimeout: "timeout",
    httpx.WriteTimeout: "timeout",
    httpx.PoolTimeout: "timeout",
    httpx.ConnectError: "connect",
    httpx.ReadError: "reset",
    httpx.WriteError: "reset",
    httpx.CloseError: "reset",
    httpx.ProxyError: "proxy",
    httpx.RemoteProtocolError: "protocol",
    httpx.LocalProtocolError: "invalid-url",
    httpx.DecodingError: "protocol",
    httpx.UnsupportedProtocol: "invalid-url",
    httpx.TooManyRedirects: "protocol",
    httpx.InvalidURL: "invalid-url",
    httpx.StreamError: "protocol",
}
"""Every concrete exception of httpx; a test fails when httpx adds one that stands not here."""


def failure_of(error: Exception) -> tuple[FailureKind, str]:
    """Return the kind of a failure below HTTP, and one short phrase for a report."""
    # Beneath a time-out during a handshake lies an `SSLWantReadError`, which is no fault.
    causes = [] if isinstance(error, httpx.TimeoutException) else list(_causes(error))
    for kind, cause_type in _BY_CAUSE:
        for cause in causes:
            if isinstance(cause, cause_type):
                return kind, str(cause) or kind
    for known in type(error).__mro__:
        if known in HTTPX_FAILURES:
            return HTTPX_FAILURES[known], str(error) or known.__name__
    return "protocol", type(error).__name__


_BY_CAUSE: tuple[tuple[FailureKind, type[BaseException]], ...] = (
    ("refused-address", RefusedAddressError),
    ("dns", ResolutionError),
    ("tls", ssl.SSLError),
    ("reset", ConnectionResetError),
    ("connect", ConnectionRefusedError),
)
"""What httpx folds into `ConnectError` and `ReadError`, told apart by what caused it."""


def _causes(error: BaseException | None) -> typing.Iterator[BaseException]:
    seen = 0
    while error is not None and seen < 16:
        yield error
        if isinstance(error, BaseExceptionGroup):
            yield from error.exceptions
        error = error.__cause__ or error.__context__
        seen += 1


def was_reached(error: BaseException) -> bool:
    """
    Say whether a failure proves that our own network works: somebody was there to connect to.

    A refused connection does, and so does everything that goes wrong on one that was made.
    """
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError):
        return False
    if not isinstance(error, httpx.ConnectError):
        return True
    return any(
        isinstance(cause, ConnectionRefusedError | ConnectionResetError | ssl.SSLError)
        or (isinstance(cause, OSError) and cause.errno == errno.ECONNREFUSED)
        for cause in _causes(error)
    )


# --- is it us? --------------------------------------------------------------------------------

UNREACHABLE: frozenset[FailureKind] = frozenset({"dns", "connect", "timeout", "proxy"})
"""Failures that our own missing network causes as well."""


HOSTS_IN_DOUBT = 2
"""Hosts out of reach, and nobody has answered yet."""
HOSTS_IN_A_ROW = 8
"""Hosts out of reach one after the other, though somebody has answered before."""
SILENCE = 5.0
"""Seconds in which somebody would have answered, were there a network."""


@dataclass(slots=True)
class NetworkMonitor:
    """
    Tells a dead host from a dead network of our own.

    Evidence only: whoever can be connected to, whatever comes of it, proves that our network
    works. Suspicion rises when hosts cannot be reached; hosts that failed before this run
    (`known_bad`) do not raise it. Then a witness is asked again, and where there is none yet, the
    answers that are still under way are waited for. Whatever failed last, a doubt is left: at the
    end a witness settles it, for a network of ours that went away looks just like known bad hosts.
    """

    known_bad: set[str] = field(default_factory=set)
    witness: str | None = None
    """URL of somebody who has answered, to be asked again when in doubt."""
    answered: bool = False
    down: bool = False
    under_way: int = 0
    """Requests that may still bring an answer."""
    _unreachable: set[str] = field(default_factory=set)
    _failing: bool = False
    """Whether somebody, known as bad or not, could not be reached since the last answer."""
    _was_down: bool = False
    """Whether it was down when it was reconsidered, and nobody has been reached since."""
    _since: float | None = None

    def saw_answer(self, url: str) -> None:
        """Note that somebody answered."""
        self.witness = url
        self.cleared()

    def saw_failure(self, host: str, kind: FailureKind, *, reached: bool, now: float = 0.0) -> None:
        """Note a failure below HTTP at a monotonic time."""
        if reached:
            self.cleared()
        elif kind in UNREACHABLE:
            self._failing = True
            if host not in self.known_bad:
                self._unreachable.add(host)
                self._since = now if self._since is None else self._since

    @property
    def suspicious(self) -> bool:
        """Whether it is time to ask if the fault is ours."""
        needed = HOSTS_IN_A_ROW if self.answered else HOSTS_IN_DOUBT
        return not self.down and len(self._unreachable) >= needed

    @property
    def in_doubt(self) -> bool:
        """Whether somebody could not be reached since the last answer."""
        return not self.down and self._failing

    @property
    def seems_down(self) -> bool:
        """Whether it is down, or was when last asked about: nobody has been reached since."""
        return self.down or self._was_down

    def is_hopeless(self, now: float) -> bool:
        """Whether, without a witness, no answer that is under way is worth waiting for."""
        if self.under_way == 0:
            return True
        waited = now - (now if self._since is None else self._since)
        return len(self._unreachable) >= HOSTS_IN_A_ROW and waited >= SILENCE

    @property
    def silent(self) -> bool:
        """Whether nobody has answered in this run, though somebody was asked."""
        return not self.answered and bool(self._unreachable)

    def cleared(self) -> None:
        """Note that somebody could be reached: the fault is not ours."""
        self.answered = True
        self._unreachable.clear()
        self._failing = self._was_down = False

    def reconsider(self) -> None:
        """Forget the verdict, because other hosts are asked from now on."""
        if self.down:
            self.answered, self._was_down = False, True
        self.down = self._failing = False
        self._unreachable.clear()
        self._since = None
