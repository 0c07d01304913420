"""
Odd hosts × odd answers × odd redirects through the whole door, over raw sockets.

    python -m benchmarks.fuzz_links --cases 10000 --seed 1

Every combination is a link that is asked as in a run, twice where it seems to be gone. All names
lead to one server on a loopback address, which writes what the case says, byte by byte; TLS is left
out, everything else is the program's own. What must hold, whatever comes:

- nothing is raised, and every link gets a verdict with its reason;
- nobody connects to what is private, by name or by address;
- what a browser would open is alive or moved, and never dead;
- what says that it is gone is never alive.

Prints what does not hold, and ends with 1 then.
"""

import argparse
import asyncio
import random
import ssl
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from time import perf_counter
from typing import Any, Final, Literal

import httpcore

from pipeline.clock import SystemClock
from pipeline.codes import REASONS
from pipeline.links.verdicts import Judgement, Patience, judge, malformed, unasked
from pipeline.network.http_client import HttpClient
from pipeline.network.lenient_stream import LenientStream
from pipeline.network.transport import AddressPolicy, HttpTransport
from pipeline.records.outcomes import Found
from pipeline.sources.web.prober import Manners, WebSource
from pipeline.urls import request_key, url_fault

Truth = Literal["living", "gone", "other"]
"""What a browser would find: the page, word that there is none, or anything else."""

MANNERS: Final = Manners(
    interval=0.0,
    shortest_interval=0.0,
    longest_interval=0.0,
    guarded_interval=0.0,
    requests_at_once=64,
    connect_timeout=5.0,
    read_timeout=3.0,
    total_timeout=6.0,
    sample_seconds=0.3,
    pause=0.0,
    throttled_pause=0.0,
)
PATIENCE: Final = Patience(second_look_after=timedelta(0))


@dataclass(frozen=True, slots=True)
class Request:
    """What the server was asked."""

    method: str
    path: str
    head: bytes

    def has(self, word: bytes) -> bool:
        """Say whether the head holds a word."""
        return word in self.head.lower()


@dataclass(frozen=True, slots=True)
class Case:
    """One combination."""

    number: int
    host: str
    answer: str
    redirect: str

    @property
    def url(self) -> str:
        """The link."""
        pattern = HOSTS[self.host][0]
        return f"http://{pattern.format(n=self.number)}/{self.number}"

    @property
    def truth(self) -> Truth:
        """What a browser would find."""
        for truth in (HOSTS[self.host][1], REDIRECTS[self.redirect][1]):
            if truth != "living":
                return truth
        return ANSWERS[self.answer][1]


def said(status: str, *lines: str, body: bytes = b"<title>A page</title>") -> bytes:
    """Return an answer as a well-behaved server writes it."""
    head = [f"HTTP/1.1 {status}", "Content-Type: text/html", f"Content-Length: {len(body)}", *lines]
    return "\r\n".join([*head, "Connection: close", "", ""]).encode("latin-1") + body


OK: Final = said("200 OK")
Answer = Callable[[Request, int], bytes]
"""Takes the request and how often the page was asked before."""


def always(data: bytes) -> Answer:
    """Return the same for whoever asks."""
    return lambda _request, _before: data


def refusing(word: bytes, status: str) -> Answer:
    """Refuse what has a word in its head, and show the page to others."""
    return lambda request, _: said(status) if request.has(word) else OK


def _bare(*lines: bytes, body: bytes = b"<title>A page</title>", end: bytes = b"\r\n") -> bytes:
    return end.join([*lines, b"Content-Type: text/html", b"", b""]) + body


ANSWERS: Final[dict[str, tuple[Answer, Truth]]] = {
    "page": (always(OK), "living"),
    "thin page": (always(said("200 OK", body=b"<h1>Ann</h1><a href=p.pdf>p</a>")), "living"),
    "no length": (always(_bare(b"HTTP/1.1 200 OK")), "living"),
    "line feeds": (always(_bare(b"HTTP/1.0 200 OK", end=b"\n")), "living"),
    "odd status line": (always(_bare(b"http/1.1  200")), "living"),
    "odd field": (always(_bare(b"HTTP/1.1 200 OK", b"X-Foo : bar", b"no colon")), "living"),
    "control character": (always(_bare(b"HTTP/1.1 200 OK", b"X-Foo: a\x00\x0b")), "living"),
    "two lengths": (
        always(_bare(b"HTTP/1.1 200 OK", b"Content-Length: 5", b"Content-Length: 9")),
        "living",
    ),
    "broken chunks": (
        always(_bare(b"HTTP/1.1 200 OK", b"Transfer-Encoding: chunked", body=b"zz\r\n")),
        "living",
    ),
    "short body": (always(_bare(b"HTTP/1.1 200 OK", b"Content-Length: 9999")), "living"),
    "brotli": (
        always(said("200 OK", "Content-Encoding: br", body=b"\x8b\x03\x80<html>\x03")),
        "living",
    ),
    "nonsense coding": (always(said("200 OK", "Content-Encoding: utf-8")), "living"),
    "early hints": (always(b"HTTP/1.1 103 Early\r\nLink : x\r\n\r\n" + OK), "living"),
    "refuses range 404": (refusing(b"\r\nrange:", "404 Not Found"), "living"),
    "refuses range 400": (refusing(b"\r\nrange:", "400 Bad"), "living"),
    "refuses range 501": (refusing(b"\r\nrange:", "501 No"), "living"),
    "refuses range 502": (refusing(b"\r\nrange:", "502 Bad"), "living"),
    "refuses range 416": (refusing(b"\r\nrange:", "416 No"), "living"),
    "closes once": (lambda _, before: OK if before else b"", "living"),
    "fails once": (lambda _, before: OK if before else said("503 Busy"), "living"),
    "not found": (always(said("404 Not Found")), "gone"),
    "gone": (always(said("410 Gone")), "gone"),
    "not found, oddly": (always(_bare(b"HTTP/1.1 404 No", b"X Y: z", b" folded")), "gone"),
    "says not found": (always(said("200 OK", body=b"<title>404 Not Found</title>")), "gone"),
    "leads to nothing": (
        lambda request, _: (
            said("404 Not Found")
            if request.path.endswith("/nothing")
            else said("200 OK", body=b'<meta http-equiv=refresh content="0;/%d/nothing">' % 0)
        ),
        "gone",
    ),
    "server error": (always(said("500 Oops")), "other"),
    "challenge": (always(said("403 No", "cf-mitigated: challenge")), "other"),
    "throttled": (always(said("429 Slow", "Retry-After: 0")), "other"),
    "no content": (always(b"HTTP/1.1 204 No\r\n\r\n"), "other"),
    "redirect to nowhere": (always(said("302 Found")), "other"),
    "garbage": (always(b"\x00\xff\x16\x03 hello \r\n\r\n"), "other"),
    "nothing": (always(b""), "other"),
    "much head": (always(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 40_000 + b"\r\n"), "other"),
    "bomb": (
        always(said("200 OK", "Content-Encoding: gzip", body=zlib.compress(bytes(10**6), 9))),
        "other",
    ),
}

# A host's pattern, and what a browser makes of it.
HOSTS: Final[dict[str, tuple[str, Truth]]] = {
    "plain": ("h{n}.example.com", "living"),
    "capitals, dot": ("H{n}.Example.COM.", "living"),
    "port": ("h{n}.example.com:8080", "living"),
    "user": ("me:word@h{n}.example.com", "living"),
    "underscore": ("a_b.h{n}.example.com", "living"),
    "umlaut": ("mü{n}.example.com", "living"),
    "sharp s": ("faß{n}.example.com", "living"),
    "emoji": ("🕸{n}.example.com", "living"),
    "emoji in ascii": ("xn--sr8hvo.h{n}.example.com", "living"),
    "full width": ("ｈ{n}．example。com", "living"),
    "address": ("8.8.8.8", "living"),
    "odd address": ("0x08080808", "living"),
    "IPv6": ("[2606:4700::1111]", "living"),
    "no label": ("h{n}..example.com", "other"),
    "empty code": ("xn--0.h{n}.com", "other"),
    "number at the end": ("h{n}.1", "other"),
    "loopback": ("127.0.0.1", "other"),
    "loopback, oddly": ("0x7f.1", "other"),
    "loopback, IPv6": ("[::ffff:7f00:1]", "other"),
    "localhost": ("localhost", "other"),
    "local": ("h{n}.local.", "other"),
    "metadata": ("metadata.google.internal", "other"),
    "wire server": ("168.63.129.16", "other"),
    "no dot": ("h{n}", "other"),
}
SHARED: Final = frozenset({"address", "odd address", "IPv6"})
"""Hosts of many cases, so that one case's answer may be said of another."""


def led(*lines: bytes) -> bytes:
    """Return a redirect by these header lines."""
    head = [b"HTTP/1.1 302 Found", *lines, b"Content-Length: 0", b"Connection: close", b"", b""]
    return b"\r\n".join(head)


def to(location: bytes) -> Callable[[Request, Case], bytes]:
    """Lead to a place; `%n` stands for the number of the case."""
    return lambda _, case: led(b"Location: " + location.replace(b"%n", b"%d" % case.number))


def cookie(request: Request, case: Case) -> bytes:
    """Lead back to the page until the cookie comes, then on."""
    if request.has(b"\r\ncookie: seen=1"):
        return led(b"Location: /%d/end" % case.number)
    return led(b"Location: /%d" % case.number, b"Set-Cookie: seen=1; Path=/")


def steps(number: int) -> Callable[[Request, Case], bytes]:
    """Lead over so many steps to the end."""

    def answer(request: Request, case: Case) -> bytes:
        step = int(request.path.rpartition("step")[2]) if "step" in request.path else 0
        tail = b"end" if step + 1 >= number else b"step%d" % (step + 1)
        return led(b"Location: /%d/%s" % (case.number, tail))

    return answer


def refresh(text: bytes) -> Callable[[Request, Case], bytes]:
    """Show a page that leads on."""
    return lambda _, case: said("200 OK", body=text.replace(b"%n", b"%d" % case.number))


# What a redirect says, and what a browser makes of it.
REDIRECTS: Final[dict[str, tuple[Callable[[Request, Case], bytes] | None, Truth]]] = {
    "none": (None, "living"),
    "path": (to(b"/%n/end"), "living"),
    "relative": (to(b"%n/end"), "living"),
    "three slashes": (to(b"///t%n.example.com/%n/end"), "living"),
    "scheme, three slashes": (to(b"http:///t%n.example.com/%n/end"), "living"),
    "backslashes": (to(b"\\\\t%n.example.com\\%n\\end"), "living"),
    "tabs": (to(b" \t/%n\t/e\tnd "), "living"),
    "two of them": (
        lambda _, case: led(b"Location: /%d/end" % case.number, b"location: http://127.0.0.1/"),
        "living",
    ),
    "bytes": (to(b"/%n/end?\xe4\xff"), "living"),
    "sharp s": (to("http://faß%n.example.com/%n/end".encode()), "living"),
    "emoji": (to(b"http://xn--sr8hvo.t%n.example.com/%n/end"), "living"),
    "cookie": (cookie, "living"),
    "nine steps": (steps(9), "living"),
    "meta refresh": (refresh(b"<meta http-equiv='refresh' content='1; url=/%n/end'>"), "living"),
    "refresh field": (
        lambda _, case: said("200 OK", f"Refresh: 0; url=/{case.number}/end"),
        "living",
    ),
    "twelve steps": (steps(12), "other"),
    "circle": (to(b"/%n"), "other"),
    "empty code": (to(b"http://xn--0.com/"), "other"),
    "script": (to(b"javascript:alert(1)"), "other"),
    "no host": (to(b"http://"), "other"),
    "much": (to(b"/" + b"x" * 20_000), "other"),
    "loopback": (to(b"http://127.0.0.1/%n/end"), "other"),
    "loopback, oddly": (to(b"//0x7f000001/%n/end"), "other"),
    "loopback, IPv6": (to(b"http://[::1]/%n/end"), "other"),
    "localhost": (to(b"\\\\localhost./%n/end"), "other"),
    "metadata": (to(b"http://metadata.google.internal./%n/end"), "other"),
    "meta refresh to loopback": (
        refresh(b"<meta http-equiv=refresh content='0;http://127.1/%n/end'>"),
        "other",
    ),
}


# --- the server and the way to it ------------------------------------------------------------


@dataclass
class Server:
    """Writes what the cases say, on one loopback port."""

    cases: dict[int, Case]
    port: int = 0
    visits: Counter[str] = field(default_factory=Counter)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and hang up."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            method, path, _ = head.partition(b"\r\n")[0].decode("latin-1").split(" ", 2)
            writer.write(self._answer(Request(method, path, head)))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client has heard enough
        finally:
            writer.close()

    def _answer(self, request: Request) -> bytes:
        number, _, rest = request.path.strip("/").partition("/")
        if number == "0":
            return said("404 Not Found")
        case = self.cases[int(number)]
        before, self.visits[request.path] = self.visits[request.path], self.visits[request.path] + 1
        redirect = REDIRECTS[case.redirect][0]
        if redirect is not None and not rest.startswith("end"):
            return redirect(request, case)
        return ANSWERS[case.answer][0](request, before)


class Plain(LenientStream):
    """A stream on which TLS is left out."""

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Stay as it is."""
        return self


class Everywhere(httpcore.AsyncNetworkBackend):
    """Every host is the one server; who was connected to is kept."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.hosts: set[str] = set()
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the server."""
        self.hosts.add(host)
        return Plain(await self._inner.connect_tcp("127.0.0.1", self.server.port, timeout))

    async def sleep(self, seconds: float) -> None:
        """See `httpcore.AsyncNetworkBackend.sleep`."""
        await self._inner.sleep(seconds)


# --- the run ----------------------------------------------------------------------------------


def cases_of(number: int, seed: int) -> list[Case]:
    """Return so many combinations, each host, answer and redirect among them."""
    chance = random.Random(seed)  # noqa: S311
    combinations = list(product(HOSTS, ANSWERS, REDIRECTS))
    chance.shuffle(combinations)
    first = [("plain", answer, "none") for answer in ANSWERS]
    first += [("plain", "page", redirect) for redirect in REDIRECTS]
    first += [(host, "page", "none") for host in HOSTS]
    chosen = list(dict.fromkeys([*first, *combinations]))[:number]
    return [Case(n, *one) for n, one in enumerate(chosen, start=1)]


async def judged(cases: Sequence[Case]) -> tuple[dict[int, Judgement], set[str]]:
    """Ask about all cases as a run does; return what is said of them, and who was asked."""
    server = Server({case.number: case for case in cases})
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, limit=2**20, backlog=200)
    server.port = listening.sockets[0].getsockname()[1]
    backend = Everywhere(server)
    keys: defaultdict[str, list[Case]] = defaultdict(list)
    found: dict[int, Judgement] = {}
    for case in cases:
        fault = url_fault(case.url)
        if fault is None:
            keys[request_key(case.url)].append(case)
        else:
            found[case.number] = malformed(fault)
    client = HttpClient(
        transport=HttpTransport(backend, ssl.create_default_context()),
        clock=SystemClock(),
        user_agent="fuzz/1",
    )
    async with listening, client:
        source = WebSource(client, MANNERS)
        first = {key: one async for key, one in source.fetch_many(list(keys))}
        said_first = {
            key: judge(one.value, patience=PATIENCE) if isinstance(one, Found) else unasked(one)
            for key, one in first.items()
        }
        again = [key for key, one in said_first.items() if one.absent]
        async for key, second in source.fetch_many(again, suspects=again):
            one = first[key]
            if isinstance(second, Found) and isinstance(one, Found):
                said_first[key] = judge(second.value, first_look=one.value, patience=PATIENCE)
    found |= {case.number: said_first[key] for key, same in keys.items() for case in same}
    return found, backend.hosts


def faults_of(cases: Sequence[Case], found: dict[int, Judgement], asked: set[str]) -> list[str]:
    """Return what does not hold, in words."""
    faults = []
    policy = AddressPolicy()
    faults += [f"private: {host} was asked" for host in sorted(asked) if policy.refuse_host(host)]
    faults += [f"not ASCII: {host!r} was asked" for host in sorted(asked) if not host.isascii()]
    for case in cases:
        judgement = found.get(case.number)
        if judgement is None:
            faults.append(f"no verdict: {case}")
        elif judgement.reason_code not in REASONS:
            faults.append(f"no reason: {case}: {judgement.reason_code}")
        elif _is_wrong(case, judgement):
            faults.append(f"{case.truth}, {judgement.verdict} ({judgement.reason_code}): {case}")
    return faults


def _is_wrong(case: Case, judgement: Judgement) -> bool:
    there = judgement.verdict in ("alive", "moved")
    if case.truth == "gone":
        return there
    if case.truth == "other" or case.host in SHARED:
        return case.truth == "living" and judgement.verdict == "dead" and case.host not in SHARED
    return not there


def main() -> int:
    """Run all cases; print what does not hold."""
    parser = argparse.ArgumentParser(description="odd hosts × odd answers × odd redirects")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    cases = cases_of(chosen.cases, chosen.seed)
    started = perf_counter()
    found, asked = asyncio.run(judged(cases))
    faults = faults_of(cases, found, asked)
    seconds = perf_counter() - started
    print(f"{len(cases)} cases, {len(asked)} hosts, {seconds:.0f} s, {len(faults)} faults")
    table: dict[str, Any] = dict(Counter(f"{c.truth}: {found[c.number].verdict}" for c in cases))
    print("\n".join(f"  {words}: {count}" for words, count in sorted(table.items())))
    print("\n".join(faults[:50]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
