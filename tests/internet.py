"""
A small Internet on loopback: names, public addresses, TLS, and the log of who asked for what.

The pipeline's own door stands before it, from the URL to the socket: names are resolved by a table
(so that one may resolve to an address of ours, or to another one each time), and only the very last
step, the connection to an address, ends at a server of this process. Everything it connects to is
in `connected`, in the order in which it happened.
"""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import anyio
import httpcore
import httpx
import pytest
import trustme

import pipeline.clock
from pipeline import wiring
from pipeline.clock import SimulatedClock

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
PUBLIC = "93.184.215.14"
"""Where a name leads that the table does not have."""

Handler = Callable[[httpx.Request], httpx.Response]


@dataclass
class Internet:
    """Hosts by name, the addresses of names, and what has happened."""

    hosts: dict[str, Handler] = field(default_factory=dict)
    """Of `host`; what no host answers is a page of `default`."""
    names: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    """The answers of the resolver for a name, one after the other; the last one stays."""
    asked: list[tuple[str, httpx.Headers]] = field(default_factory=list)
    """Method and URL of each request with its headers."""
    raw: list[bytes] = field(default_factory=list)
    """Request lines as they came."""
    looked_up: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    connected: list[tuple[str, int]] = field(default_factory=list)

    def default(self, request: httpx.Request) -> httpx.Response:
        """Answer for a host that the table does not have."""
        return httpx.Response(200, html="<title>A page</title><p>" + "words " * 200)

    @property
    def urls(self) -> list[str]:
        """What was asked."""
        return [url for url, _ in self.asked]

    def tokens(self, secret: str) -> set[str]:
        """Return `scheme://host` of every request that held the secret anywhere."""
        return {
            "/".join(url.split(" ")[1].split("/")[:3])
            for url, headers in self.asked
            if secret in url or any(secret in value for value in headers.values())
        }

    # --- below HTTP ---

    def resolve(self, host: str) -> tuple[str, ...]:
        """Return the addresses of a host, as the system's resolver would."""
        try:
            infos = socket.getaddrinfo(host, 80, flags=socket.AI_NUMERICHOST)
            return tuple(dict.fromkeys(str(info[4][0]) for info in infos))
        except (OSError, UnicodeError):
            pass
        name = host.lower().rstrip(".")
        if name == "localhost" or name.endswith(".localhost"):  # RFC 6761 6.3
            return ("127.0.0.1", "::1")
        answers = self.names.get(name, [(PUBLIC,)])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def answer(self, request_line: bytes, request: httpx.Request) -> httpx.Response:
        """Answer one request and remember it."""
        self.raw.append(request_line)
        self.asked.append((f"{request.method} {request.url}", request.headers))
        return self.hosts.get(request.url.raw_host.decode(), self.default)(request)


def _is_raw(response: httpx.Response) -> bool:
    """Say whether a body is to be sent as it stands: it is compressed already."""
    return "content-encoding" in response.headers


def _handler(internet: Internet, scheme: str) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        raw_requestline: bytes
        wbufsize = -1  # an answer in two pieces costs 40 ms (Nagle, delayed ACK)
        disable_nagle_algorithm = True

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except (ConnectionError, ssl.SSLError, TimeoutError):
                self.close_connection = True  # the client has gone

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            url = f"{scheme}://{self.headers['host']}{self.path}"
            asked = httpx.Request(self.command, url, headers=self.headers.items(), content=body)
            response = internet.answer(self.raw_requestline, asked)
            self.send_response_only(response.status_code)
            content = b"".join(response.iter_raw()) if _is_raw(response) else response.read()
            for name, value in response.headers.raw:
                if name.lower() not in (b"content-length", b"transfer-encoding"):
                    self.wfile_header(name, value)
            self.wfile_header(b"content-length", str(len(content)).encode())
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_HEAD = do_POST = do_PATCH = do_GET  # noqa: N815  the names are http.server's

        def wfile_header(self, name: bytes, value: bytes) -> None:
            self.send_header(name.decode("latin-1"), value.decode("latin-1"))

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its name as well
            """Say nothing."""

    return Answering


@contextmanager
def online(
    internet: Internet, folder: Path, patch: pytest.MonkeyPatch, names: Mapping[str, str] = {}
) -> Iterator[Internet]:
    """Be the Internet of this process: resolver, addresses, certificates, and a fast clock."""
    authority = trustme.CA()
    certificate = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(certificate))
    patch.setenv("SSL_CERT_FILE", str(certificate))
    for module in (wiring, pipeline.clock):  # the latter is for what imports it late
        patch.setattr(module, "SystemClock", lambda: SimulatedClock(NOW))
    contexts: dict[str, ssl.SSLContext] = {}

    def context_of(name: str) -> ssl.SSLContext:
        if name not in contexts:
            contexts[name] = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            authority.issue_cert(name).configure_cert(contexts[name])
        return contexts[name]

    def chosen(wire: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        wire.context = context_of(name or "nameless.example")

    outer = context_of("nameless.example")
    outer.sni_callback = chosen
    plain = ThreadingHTTPServer(("127.0.0.1", 0), _handler(internet, "http"))
    secure = ThreadingHTTPServer(("127.0.0.1", 0), _handler(internet, "https"))
    secure.socket = outer.wrap_socket(
        secure.socket, server_side=True, do_handshake_on_connect=False
    )
    _connect_to(internet, patch, plain.server_port, secure.server_port)
    servers = (plain, secure)
    for server in servers:
        server.daemon_threads = True
        server.block_on_close = False
    threads = [
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        for server in servers
    ]
    for thread in threads:
        thread.start()
    try:
        yield internet
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


def _connect_to(internet: Internet, patch: pytest.MonkeyPatch, plain: int, secure: int) -> None:
    """Replace the resolver, and lead connections to public addresses to the two servers."""
    connect = httpcore.AnyIOBackend.connect_tcp

    async def getaddrinfo(host: Any, port: Any, **_: Any) -> list[Any]:
        name = host.decode() if isinstance(host, bytes) else str(host)
        found = internet.resolve(name)
        internet.looked_up.append((name, found))
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port)) for text in found]

    async def connect_tcp(self: Any, host: str, port: int, *rest: Any, **more: Any) -> Any:
        internet.connected.append((host, port))
        ipaddress.ip_address(host)  # never a name: it would be looked up again
        if not ipaddress.ip_address(host).is_global:
            raise httpcore.ConnectError(f"{host} would have been reached")
        return await connect(self, "127.0.0.1", secure if port == 443 else plain, *rest, **more)

    patch.setattr(anyio, "getaddrinfo", getaddrinfo)
    patch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect_tcp)
