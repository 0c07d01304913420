"""
Below HTTP: which addresses may be reached, through which proxy, and what went wrong.

List content comes from strangers, so a name is resolved here, every address is checked, and the
connection is made to the address that was checked (no second look-up that could answer otherwise).
"""

import errno
import ipaddress
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

import anyio
import httpcore
import httpx

from pipeline.errors import ConfigurationError
from pipeline.network.failures import (
    NO_SUCH_HOST,
    NoRouteError,
    RefusedAddressError,
    ResolutionError,
    causes_of,
)
from pipeline.network.lenient_stream import LenientStream
from pipeline.network.pools import KEPT_SECONDS, MOST_STALE, PoolsByOrigin
from pipeline.network.private_names import is_private_name, serves_secrets
from pipeline.network.service import DEPARTURE, Departure
from pipeline.urls import IPAddress, IPNetwork, literal_address

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are an IPv4 address."""

GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""RFC 4291 2.4 and IANA's registry: no other IPv6 address is anybody's on the Internet."""

NOT_PUBLIC: tuple[IPNetwork, ...] = (
    ipaddress.IPv4Network("192.0.0.0/24"),  # RFC 6890; Python 3.11 takes parts of it for global
    ipaddress.IPv6Network("3fff::/20"),  # RFC 9637, documentation
)


SERVE_SECRETS: Final = frozenset(
    map(
        ipaddress.ip_address,
        (
            "169.254.169.254",
            "169.254.170.2",
            "169.254.170.23",
            "100.100.100.200",
            "168.63.129.16",
            "fd00:ec2::254",
            "fd00:ec2::23",
        ),
    )
)
"""Where clouds (AWS, Azure, Google, Oracle; Alibaba) give credentials to their own machines."""

LAST_PORT = 65535


def asked_host(url: httpx.URL) -> str:
    """
    Return the host of a URL as it is asked: in ASCII.

    `httpx.URL.host` decodes names in `xn--` by IDNA 2008, and raises for those that it would not
    have made (`xn--sr8hvo.ws`, a domain of emoji that browsers open).
    """
    return url.raw_host.decode("ascii")


ATTEMPT: Final = 2.0
"""
Seconds for each address but the last: where one family leads nowhere, the other is tried soon (RFC
8305 lets browsers try both at once).
"""
WITHOUT_FAMILY: Final = frozenset({errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
"""What a system says that has no route, no address of its own, or no support for a family."""
MOST_OF_A_FAMILY: Final = 2
"""Addresses of one family that are tried, so that the other one is tried too."""


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Which addresses may be asked: public ones and `allowed` ones, none that serves secrets."""

    allowed: tuple[IPNetwork, ...] = ()

    def refuse(self, address: IPAddress) -> str | None:
        """Return why `address` is not asked, or None where it is."""
        if not SERVE_SECRETS.isdisjoint({address, embedded_ipv4(address)}):
            return f"{address} is a private or reserved address"
        if any(address in network for network in self.allowed):
            return None
        if (inner := embedded_ipv4(address)) is not None:
            return self.refuse(inner)
        return None if _is_public(address) else f"{address} is a private or reserved address"

    def refuse_host(self, host: str) -> str | None:
        """
        Return why a host is not asked, as far as its name or address tells; None where it is.

        Who allows networks may mean hosts there by their private names: of these the addresses
        are checked when they are resolved.
        """
        if (address := literal_address(host)) is not None:
            return self.refuse(address)
        if serves_secrets(host) or (is_private_name(host) and not self.allowed):
            return f"{host} is a private or reserved name"
        return None


def _is_public(address: IPAddress) -> bool:
    """Say whether an address is one of the public Internet, more strictly than `is_global`."""
    if isinstance(address, ipaddress.IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    reserved = any(address in network for network in NOT_PUBLIC)
    return address.is_global and not address.is_multicast and not reserved


def embedded_ipv4(address: IPAddress) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address inside a mapped, 6to4 or NAT64 one (RFC 4291, 3056, 6052)."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def family_fault(
    host: str, port: int, version: Literal[4, 6], policy: AddressPolicy | None, seconds: float
) -> str | None:
    """
    Connect to a host over IPv4 or IPv6 alone, and hang up; return why not, None where it works.

    Blocks for `seconds` at most once the resolver has answered. No byte is sent. `policy`: None for
    the user's own proxy, which may be anywhere.
    """
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    try:
        infos = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return f"no IPv{version} address was found"
    address = str(infos[0][4][0])
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if policy is not None and (refusal := policy.refuse(parsed)):
        return refusal
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(seconds)
        try:
            probe.connect((address, port))
        except OSError:
            return "no connection could be made"
    return None


class GuardedBackend(httpcore.AnyIOBackend):
    """Connects to checked addresses only."""

    def __init__(self, policy: AddressPolicy) -> None:
        self._policy = policy
        self._working: set[int] = set()
        """Families of addresses (4, 6) that somebody was reached by."""

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *args: Any, **options: Any
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, check every address, connect to the first that answers."""
        if port > LAST_PORT:  # a redirect's: the system would raise `OverflowError`
            raise httpcore.UnsupportedProtocol(f"{port} is not a port")
        addresses = await self._resolve(host, port, timeout)
        errors: list[httpcore.NetworkError | httpcore.TimeoutException] = []
        for number, (family, address) in enumerate(addresses, start=1):
            wait = timeout
            if timeout is not None and number < len(addresses):
                wait = min(ATTEMPT, timeout)
            try:
                stream = await super().connect_tcp(address, port, wait, *args, **options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                errors.append(error)
            else:
                self._working.add(family)
                return LenientStream(stream)
        if errors and self._lacks({family for family, _ in addresses}, errors):
            raise NoRouteError("this machine has no way to the host's kind of address")
        raise errors[-1] if errors else ResolutionError(f"{host} has no address")

    def _lacks(self, families: set[int], errors: Iterable[BaseException]) -> bool:
        """
        Say whether this machine, not a host, has no way to addresses of these families.

        Not where somebody was reached by one of them. Where there is an IPv4 address to try, "host
        unreachable" is a router's word about the host; where there is none, silence may be ours as
        well, if IPv4 works.
        """
        if not families.isdisjoint(self._working):
            return False
        only_ipv6 = 4 not in families
        codes = {*WITHOUT_FAMILY, errno.EHOSTUNREACH} if only_ipv6 else WITHOUT_FAMILY
        may_be_silent = only_ipv6 and 4 in self._working
        return all(
            any(
                (isinstance(cause, OSError) and cause.errno in codes)
                or (may_be_silent and isinstance(cause, httpcore.ConnectTimeout | TimeoutError))
                for cause in causes_of(error)
            )
            for error in errors
        )

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        """Refuse: no upstream is a local socket."""
        raise RefusedAddressError("local sockets are not asked")

    async def _resolve(self, host: str, port: int, timeout: float | None) -> list[tuple[int, str]]:
        """Return at most four addresses, those that work first; a forbidden one refuses all."""
        if (literal := literal_address(host)) is not None:  # there is nothing to look up
            if refusal := self._policy.refuse(literal):
                raise RefusedAddressError(f"{host}: {refusal}")
            return [(literal.version, str(literal))]
        try:
            with anyio.fail_after(timeout):
                infos = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"{host}: the resolver did not answer") from error
        except UnicodeError as error:
            raise ResolutionError(f"{host}: not a valid host name") from error
        except OSError as error:
            known = isinstance(error, socket.gaierror) and error.errno in NO_SUCH_NAME
            words = NO_SUCH_HOST if known else "the resolver has no answer for now"
            raise ResolutionError(f"{host}: {words}") from error
        found: list[tuple[int, str]] = []
        for address in dict.fromkeys(str(info[4][0]) for info in infos):
            parsed = ipaddress.ip_address(address.partition("%")[0])
            if refusal := self._policy.refuse(parsed):
                raise RefusedAddressError(f"{host}: {refusal}")
            if sum(family == parsed.version for family, _ in found) < MOST_OF_A_FAMILY:
                found.append((parsed.version, address))
        return sorted(found, key=lambda one: one[0] not in self._working)


NO_SUCH_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})
"""
RFC 3493 6.1: the name does not exist, or has no address. Everything else (`EAI_AGAIN` above all,
which is what SERVFAIL and a silent resolver become) says nothing about the name.
"""


class ProxyBackend(httpcore.AnyIOBackend):
    """Connects to a proxy, wherever that is: it resolves the names of the hosts."""

    async def connect_tcp(self, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        """Connect; what hosts answer through a proxy is as odd as what they answer directly."""
        return LenientStream(await super().connect_tcp(*args, **options))


class HttpTransport(httpx.AsyncHTTPTransport):
    """
    httpx's transport over a backend and a pool of ours.

    httpx 0.28 has no argument for either, so they are put in its private attributes; a test fails
    when they go.
    """

    def __init__(self, backend: httpcore.AsyncNetworkBackend, context: ssl.SSLContext) -> None:
        super().__init__(verify=context)
        self._pool = PoolsByOrigin(backend, context)  # type: ignore[assignment]


class ProxyTransport(httpx.AsyncHTTPTransport):
    """The same through a proxy, with httpcore's pool, which has them all."""

    def __init__(
        self, backend: httpcore.AsyncNetworkBackend, context: ssl.SSLContext, proxy: httpx.Proxy
    ) -> None:
        # Without a limit of connections: who asks limits itself.
        limits = httpx.Limits(max_keepalive_connections=40, keepalive_expiry=KEPT_SECONDS)
        super().__init__(verify=context, limits=limits, proxy=proxy)
        self._pool._network_backend = backend

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send, again where a kept connection is closed; see `PoolsByOrigin`."""
        departure: Departure | None = request.extensions.get(DEPARTURE)
        for _ in range(MOST_STALE):
            is_new = False

            async def trace(event: str, info: Mapping[str, Any]) -> None:
                nonlocal is_new
                is_new = is_new or event.startswith("connection.connect")
                if departure is not None:
                    await departure.step(event, info)

            request.extensions["trace"] = trace
            try:
                return await super().handle_async_request(request)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                if is_new or request.method not in ("GET", "HEAD"):
                    raise
        return await super().handle_async_request(request)


PROXIED: Final = "proxied"
"""The extension of a request that goes through a proxy."""


@dataclass
class RoutedTransport(httpx.AsyncBaseTransport):
    """Sends each request through the proxy of its scheme, or directly (`NO_PROXY`)."""

    direct: httpx.AsyncBaseTransport
    proxied: Mapping[str, httpx.AsyncBaseTransport]
    proxies: Mapping[str, str] = field(repr=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See `httpx.AsyncBaseTransport.handle_async_request`."""
        transport = self.proxied.get(request.url.scheme) or self.proxied.get("all")
        if transport is None or proxy_bypass_environment(asked_host(request.url), self.proxies):
            return await self.direct.handle_async_request(request)
        request.extensions[PROXIED] = True
        return await transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Close every route."""
        for transport in (self.direct, *self.proxied.values()):
            await transport.aclose()


def build_transport(
    policy: AddressPolicy, proxies: Mapping[str, str], *, guarded: bool = False
) -> httpx.AsyncBaseTransport:
    """
    Return the transport of a real run; a `guarded` proxy has to be where links may lead.

    `proxies` maps `http`, `https`, `all` to proxy URLs and `no` to the exceptions, as
    `urllib.request.getproxies` gives them. httpx takes proxies from the environment only where no
    transport is handed in, hence the routing here. `SSL_CERT_FILE` is honoured by httpx's context.
    """
    try:
        context = httpx.create_ssl_context()
    except OSError as error:
        raise ConfigurationError(
            "SSL_CERT_FILE or SSL_CERT_DIR: no certificates can be read there"
        ) from error
    direct = HttpTransport(GuardedBackend(policy), context)
    chosen = {scheme: url for scheme, url in proxies.items() if scheme in ("http", "https", "all")}
    try:
        proxied = {
            scheme: ProxyTransport(
                GuardedBackend(policy) if guarded else ProxyBackend(), context, _proxy(url)
            )
            for scheme, url in chosen.items()
        }
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        names = ", ".join(f"{scheme}_proxy" for scheme in chosen)
        raise ConfigurationError(f"{names}: not a valid URL of a proxy") from error
    return RoutedTransport(direct, proxied, proxies) if proxied else direct


def _proxy(url: str) -> httpx.Proxy:
    """Return a proxy; raises `ValueError` where there is no host, or no port, to connect to."""
    url = url if "://" in url else f"http://{url}"  # curl and others take both
    parts = urlsplit(url)
    if not parts.hostname or parts.port == 0:
        raise ValueError("no host, or no port")
    return httpx.Proxy(url)
