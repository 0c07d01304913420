"""
The server of the made-up web: every host of `link_world` in one process, and what it was asked.

    python -m benchmarks.link_world_server --world faults --links 300

Prints its port when it listens, and ends when its standard input does. Each answer comes after
50 ms. `GET /stats` on 127.0.0.1 tells what was asked, `POST /reset` forgets it.
"""

import argparse
import asyncio
import json
import socket
import struct
import sys
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from benchmarks.link_world import (
    BURST,
    HANGING,
    LIMIT,
    LISTENING,
    Page,
    Place,
    World,
    address,
    make,
)
from benchmarks.link_world import retry_after as seconds_asked_for

CONTROL: Final = "127.0.0.1"
LATENCY: Final = 0.05
LINGER_NOT: Final = struct.pack("ii", 1, 0)
"""Closing resets the connection (socket(7), SO_LINGER)."""
PIECE: Final = b"<!-- slow -->\n"
PIECES, PIECE_SECONDS = 20, 0.5
FLAKY: Final = {"flaky-503": "503", "flaky-reset": "reset", "throttled": "429"}


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back; no status: nothing (`hang`) or a reset."""

    status: int | None
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    slow: bool = False
    hang: bool = False


@dataclass
class Log:
    """What was asked since the last reset."""

    requests: Counter[tuple[Place, str, str]] = field(default_factory=Counter)
    """Place, method, status → how often."""
    asked: Counter[Place] = field(default_factory=Counter)
    seconds: defaultdict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    """Host → second of the clock → requests."""
    connections: int = 0
    tokens: float = BURST
    filled_at: float = 0.0

    def stats(self) -> dict[str, object]:
        """Return everything as JSON."""
        rows = sorted(self.requests.items())
        return {
            "requests": sum(self.requests.values()),
            "connections": self.connections,
            "busiest_second": max((max(c.values()) for c in self.seconds.values()), default=0),
            "rows": [[*place, method, status, n] for (place, method, status), n in rows],
        }


class Web:
    """Decides on the answers."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.log = Log()

    def reply(self, place: Place, method: str, headers: dict[str, str], now: float) -> Reply:
        """Answer one request, and remember it."""
        self.log.asked[place] += 1
        self.log.seconds[place.host][int(now)] += 1
        page = self._world.pages.get(place)
        if place.host in HANGING:
            reply = Reply(None, hang=True)
        elif page is None:
            reply = Reply(404, _html("Error"))
        else:
            reply = self._of_page(place, page, method, headers, now)
        word = "hang" if reply.hang else str(reply.status or "reset")
        self.log.requests[place, method, word] += 1
        return reply

    def _of_page(
        self, place: Place, page: Page, method: str, headers: dict[str, str], now: float
    ) -> Reply:
        first = FLAKY.get(page.kind) if self.log.asked[place] == 1 else None
        if page.kind == "limited" and not self._has_token(now):
            return Reply(429, _html("Slow down"), (("Retry-After", "1"),))
        if first is not None:
            return _complaint(first, page)
        if method == "HEAD" and page.kind.startswith("head-"):
            return Reply(int(page.kind.removeprefix("head-")))
        if page.target is not None:
            target = f"http://{address(page.target.host)}:{headers['port']}{page.target.path}"
            near = page.target.path if page.target.host == place.host else target
            return Reply(page.status, b"", (("Location", near),))
        return _content(place, page, headers.get("range"))

    def _has_token(self, now: float) -> bool:
        log = self.log
        log.tokens = min(BURST, log.tokens + (now - log.filled_at) * LIMIT)
        log.filled_at = now
        if log.tokens < 1:
            return False
        log.tokens -= 1
        return True


def _complaint(word: str, page: Page) -> Reply:
    """Return the first answer of a link that heals."""
    if word == "reset":
        return Reply(None)
    if word == "503":
        return Reply(503, _html("Out of order"))
    wait = str(seconds_asked_for(page.owner))
    return Reply(429, _html("Slow down"), (("Retry-After", wait),))


def _content(place: Place, page: Page, span: str | None) -> Reply:
    """Return a page, or its first bytes where they were asked for and the host can do that."""
    body = _html(page.title, 3 + page.owner % 30)
    extra = (("cf-mitigated", "challenge"),) if page.kind == "challenge" else ()
    if page.status != 200 or span is None or place.host % 2 or page.kind == "slow":
        return Reply(page.status, body, extra, slow=page.kind == "slow")
    start, _, end = span.removeprefix("bytes=").partition("-")
    piece = body[int(start or 0) : int(end or len(body)) + 1]
    told = f"bytes {start}-{int(start or 0) + len(piece) - 1}/{len(body)}"
    return Reply(206, piece, (("Content-Range", told),))


def _html(title: str, kibibytes: int = 1) -> bytes:
    head = f"<!doctype html><html><head><title>{title}</title></head><body>\n".encode()
    line = b"<p>Text of a page that has something to say, again and again and again.</p>\n"
    return head + line * (kibibytes * 1024 // len(line)) + b"</body></html>\n"


class Connection(asyncio.Protocol):
    """One connection, HTTP/1.1 with keep-alive, one answer after the other."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._buffer = b""
        self._busy = False
        self._transport: asyncio.Transport
        self._address, self._port = "", 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._address, self._port = transport.get_extra_info("sockname")[:2]
        self._web.log.connections += self._address != CONTROL

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._buffer += data
        self._take()

    def _take(self) -> None:
        """Answer the next request that is complete."""
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if self._busy or not end:
            return
        self._buffer, self._busy = rest, True
        method, path, headers = _parsed(head)
        if self._address == CONTROL:
            self._control(path)
            return
        loop = asyncio.get_running_loop()
        place = Place(int(self._address.rpartition(".")[2]), path)
        headers["port"] = str(self._port)
        reply = self._web.reply(place, method, headers, loop.time())
        if not reply.hang:
            loop.call_later(LATENCY, self._send, method, reply)

    def _control(self, path: str) -> None:
        if path == "/reset":
            self._web.log = Log()
        body = json.dumps(self._web.log.stats()).encode()
        self._send("GET", Reply(200, body))

    def _send(self, method: str, reply: Reply) -> None:
        if self._transport.is_closing():
            return
        if reply.status is None:
            raw: socket.socket = self._transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
            self._transport.abort()
            return
        length = len(reply.body) + PIECES * len(PIECE) * reply.slow
        lines = [
            f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}",
            "Content-Type: text/html; charset=utf-8",
            f"Content-Length: {length}",
            *(f"{name}: {value}" for name, value in reply.headers),
        ]
        head = "\r\n".join(lines).encode() + b"\r\n\r\n"
        self._transport.write(head if method == "HEAD" else head + reply.body)
        if reply.slow and method != "HEAD":
            self._drip(PIECES)
        else:
            self._done()

    def _drip(self, left: int) -> None:
        """Send the rest of a body, a bit at a time."""
        if self._transport.is_closing():
            return
        if left == 0:
            self._done()
            return
        self._transport.write(PIECE)
        asyncio.get_running_loop().call_later(PIECE_SECONDS, self._drip, left - 1)

    def _done(self) -> None:
        self._busy = False
        self._take()


def _parsed(head: bytes) -> tuple[str, str, dict[str, str]]:
    """Return method, path and headers of a request."""
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    fields = (line.partition(":") for line in lines)
    return method, path, {name.strip().lower(): value.strip() for name, _, value in fields}


async def serve(world: World) -> None:
    """Listen on all addresses and say on which port; end with standard input."""
    loop, web = asyncio.get_running_loop(), Web(world)

    async def listen(host: str, port: int) -> asyncio.Server:
        return await loop.create_server(lambda: Connection(web), host, port, backlog=512)

    control = await listen(CONTROL, 0)
    port = control.sockets[0].getsockname()[1]
    servers = [control]
    for host in range(1, LISTENING + 1):
        servers.append(await listen(address(host), port))  # noqa: PERF401  one after the other
    print(port, flush=True)
    ended = asyncio.Event()
    loop.add_reader(sys.stdin, lambda: None if sys.stdin.read(1) else ended.set())
    await ended.wait()
    for server in servers:
        server.close()


def main() -> None:
    """Serve one world."""
    options = argparse.ArgumentParser(description="Serve a made-up web on loopback addresses.")
    options.add_argument("--world", choices=("clean", "faults"), default="clean")
    options.add_argument("--links", type=int, default=300)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(make(chosen.world, chosen.links, chosen.seed)))


if __name__ == "__main__":
    main()
