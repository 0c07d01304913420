"""
The linked web: any host, asked whether a page is there.

HEAD first, then GET wherever HEAD was turned down, because HEAD lies: hosts answer it with 403, 404
or 405, or drop it, and give the page to GET. GET asks for the first bytes only (`Range`), reads no
more, and decodes nothing that could swell. Redirects are followed hop by hop, each paced by the
host it goes to; pages of arXiv are never asked (https://info.arxiv.org/help/robots.html).

Every host has a queue of its own, one request at a time; many hosts are asked at once, the one with
the longest queue first. What holds for a whole host (its name does not exist, its certificate is
faulty, nobody answers there) is found out once and said of all its links.
"""

import asyncio
import html
import re
import zlib
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal
from urllib.parse import urlsplit

from pipeline import hosts
from pipeline.http_client import (
    MAX_HOPS,
    REDIRECTS,
    Answer,
    HttpClient,
    Service,
    follow,
    lane_name,
    redirect_target,
)
from pipeline.identifiers import MAX_URL_LENGTH, is_arxiv_host
from pipeline.network import NO_SUCH_HOST
from pipeline.records import Failed, FailureKind, Found, Hop, Outcome, Probe
from pipeline.retry import Backoff, RetryPolicy, Trouble, trouble_of_failure, trouble_of_status
from pipeline.verdicts import OK_STATUS

BODY_CAP: Final = 64 * 1024
ASK: Final[Mapping[str, str]] = {
    # What browsers send: some hosts answer 404 or 406 to less (crates.io, 2026).
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en",
    "Accept-Encoding": "identity",
}
ASK_A_PIECE: Final[Mapping[str, str]] = {**ASK, "Range": "bytes=0-4095"}
TELLING_HEADERS: Final = ("cf-mitigated", "content-type", "retry-after", "server")

UNSENT: Final[frozenset[FailureKind]] = frozenset({"offline", "budget", "interrupted", "closed"})
"""Nothing was asked, so there is no evidence."""
FINAL_FAILURES: Final[frozenset[FailureKind]] = frozenset({"tls", "refused-address", "invalid-url"})
"""GET would not fare better than HEAD."""
SILENCE: Final[frozenset[FailureKind]] = frozenset({"timeout", "connect", "dns"})
"""Nobody spoke: GET is the second try, not another question."""
SILENT_LINKS: Final = 2
"""After so many links in a row without a word, the host is taken to be silent for all."""
THROTTLED_LINKS: Final = 2
"""After so many links in a row that end with 429, the host is left alone for this run."""
TIRED_LINKS: Final = 5
"""After so many links in a row that fail, a host's links get no second try any more."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How the linked web is asked. Seconds."""

    interval: float = 0.25
    guarded_interval: float = 1.0
    """For hosts that are known to throttle or refuse robots (`pipeline.hosts`)."""
    hosts_at_once: int = 32
    connect_timeout: float = 10.0
    read_timeout: float = 20.0
    total_timeout: float = 40.0
    sample_seconds: float = 5.0
    longest_wait: float = 120.0
    pause: float = 2.0
    """Before the second try of a host that said nothing or failed."""
    throttled_pause: float = 10.0
    """After a 429 that does not say how long to wait."""


def throttles(answer: Answer, now: datetime) -> Trouble | None:
    """Judge a first question: only being told to slow down is worth the same question again."""
    if answer.failure is not None or "cf-mitigated" in answer.headers:
        return None
    trouble = trouble_of_status(answer.status or 0, answer.headers, now)
    return trouble if trouble is not None and trouble.kind == "throttled" else None


def throttles_or_fails(answer: Answer, now: datetime) -> Trouble | None:
    """Judge the deciding question: what may pass by itself is worth another try, too."""
    if _is_no_such_host(answer):
        return None  # said with authority; the second look comes a minute later
    if answer.failure is not None:
        return trouble_of_failure(answer.failure, answer.detail)
    status = answer.status or 0
    if "cf-mitigated" in answer.headers or hosts.refuses_robots(hosts.host_of(answer.url), status):
        return None
    if status == 425:
        return None  # a host's "not yet" lasts longer than our second
    return trouble_of_status(status, answer.headers, now)


@dataclass
class HostMemory:
    """What was found out about one host while its queue was worked off."""

    shared: dict[str, Probe] = field(default_factory=dict)
    """Origin to the failure that all its links share."""
    silent: int = 0
    throttled: int = 0
    failed: int = 0

    @property
    def tired(self) -> bool:
        """Whether second tries have proven useless."""
        return self.failed >= TIRED_LINKS

    def learn(self, key: str, outcome: "Outcome[Probe]") -> None:
        """Take in how one link came out."""
        if not isinstance(outcome, Found):
            return
        probe = outcome.value
        at_once = len(probe.hops) == 1
        silent = at_once and probe.failure in ("connect", "timeout")
        self.silent = self.silent + 1 if silent else 0
        self.throttled = self.throttled + 1 if probe.status == 429 else 0
        failed = probe.failure is not None or (probe.status or 0) >= 500
        self.failed = self.failed + 1 if failed else 0
        whole_host = at_once and probe.failure in ("dns", "tls")
        if whole_host or self.silent >= SILENT_LINKS:
            self.shared[_origin(key)] = probe

    def known(self, key: str) -> Probe | None:
        """Return the failure that `key` shares with its host, as a probe of its own."""
        shared = self.shared.get(_origin(key))
        return shared and shared.model_copy(update={"hops": (Hop(url=key, status=None),)})


def _origin(url: str) -> str:
    """Return scheme, host and port (RFC 6454)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class WebSource:
    """Asks the linked web. Keys are request URLs (`identifiers.request_key`)."""

    name = "web"

    def __init__(self, client: HttpClient, manners: Manners | None = None) -> None:
        self._client = client
        self._manners = manners or Manners()
        self._first = self._service()
        self._decisive = replace(self._first, classify=throttles_or_fails)

    def _service(self) -> Service:
        manners = self._manners
        return Service(
            name=self.name,
            interval=manners.interval,
            interval_of=self._interval,
            policy=RetryPolicy(
                attempts=2,
                transient=Backoff(manners.pause),
                throttled=Backoff(manners.throttled_pause),
                longest_wait=manners.longest_wait,
            ),
            classify=throttles,
            connect_timeout=manners.connect_timeout,
            read_timeout=manners.read_timeout,
            total_timeout=manners.total_timeout,
            body_cap=BODY_CAP,
            anonymous=True,
            sample_seconds=manners.sample_seconds,
        )

    def _interval(self, host: str) -> float:
        slow = hosts.is_guarded(host)
        return self._manners.guarded_interval if slow else self._manners.interval

    @property
    def network(self) -> Literal["up", "down", "unproven"]:
        """Whether our own network works; unproven while nobody has answered."""
        monitor = self._client.monitor
        if monitor.down:
            return "down"
        return "up" if monitor.answered else "unproven"

    def trust(self, url: str) -> None:
        """Name somebody to ask when it is doubtful whether our own network works."""
        monitor = self._client.monitor
        monitor.witness = monitor.witness or url

    async def rest(self, seconds: float) -> bool:
        """Wait, where the run has time for it."""
        return await self._client.rest(seconds)

    async def fetch_many(
        self, keys: Sequence[str], *, suspects: Collection[str] = frozenset()
    ) -> AsyncIterator[tuple[str, "Outcome[Probe]"]]:
        """
        See `Source.fetch_many`.

        `suspects` failed in an earlier run: they are asked with GET at once, and their silence says
        nothing about our own network.
        """
        queues: dict[str, list[str]] = defaultdict(list)
        for key in dict.fromkeys(keys):
            queues[hosts.host_of(key)].append(key)
        self._client.monitor.known_bad.update(hosts.host_of(key) for key in suspects)
        results: asyncio.Queue[tuple[str, Outcome[Probe]] | None] = asyncio.Queue()
        asking = asyncio.create_task(self._ask_all(queues, frozenset(suspects), results))
        try:
            while (result := await results.get()) is not None:
                yield result
            await asking
        finally:
            asking.cancel()
            await asyncio.wait([asking])

    async def _ask_all(
        self,
        queues: Mapping[str, Sequence[str]],
        suspects: frozenset[str],
        results: "asyncio.Queue[tuple[str, Outcome[Probe]] | None]",
    ) -> None:
        """Work off all queues, so many hosts at once, the longest queue first."""
        slots = asyncio.Semaphore(self._manners.hosts_at_once)

        async def ask_host(queue: Sequence[str]) -> None:
            async with slots:
                memory = HostMemory()
                for key in queue:
                    outcome = await self._ask_in_turn(key, key in suspects, memory)
                    results.put_nowait((key, outcome))

        try:
            async with asyncio.TaskGroup() as group:
                for queue in sorted(queues.values(), key=len, reverse=True):
                    group.create_task(ask_host(queue))
            await self._client.settle_doubts()
        finally:
            results.put_nowait(None)

    async def _ask_in_turn(self, key: str, suspect: bool, memory: HostMemory) -> "Outcome[Probe]":
        """Ask about one link, unless its host has shown already how that comes out."""
        known = memory.known(key)
        if known is not None:
            return Found(value=known)
        outcome = await self.probe(key, get_first=suspect or memory.tired, once=memory.tired)
        memory.learn(key, outcome)
        if memory.throttled >= THROTTLED_LINKS:
            lane = lane_name(self._first, key)
            self._client.close_lane(lane, "HTTP 429 again and again", self._first)
        return outcome

    async def probe(
        self, key: str, *, get_first: bool = False, once: bool = False
    ) -> "Outcome[Probe]":
        """Ask about one link: HEAD, then GET where HEAD settles nothing. `once`: no second try."""
        asked_at = self._client.clock.now()
        url = hosts.asked_url(key)
        way: list[Answer] = []
        if not get_first and not hosts.wants_get(hosts.host_of(url)):
            chain = await self._follow(self._first, "HEAD", url, ASK)
            if _is_settled(chain):
                return self._outcome(chain, asked_at)
            last = chain[-1]
            if last.failure in SILENCE:
                once = True
                self._pause(last)
            if not _wandered(chain):
                way, url = chain[:-1], last.url
        service = self._first if once else self._decisive
        chain = await self._follow(service, "GET", url, ASK_A_PIECE, MAX_HOPS - len(way))
        return self._outcome([*way, *chain], asked_at)

    async def _follow(
        self,
        service: Service,
        method: str,
        url: str,
        headers: Mapping[str, str],
        max_hops: int = MAX_HOPS,
    ) -> list[Answer]:
        return await follow(
            self._client,
            service,
            method,
            url,
            headers=headers,
            max_hops=max(0, max_hops),
            stop=is_arxiv_host,
        )

    def _pause(self, answer: Answer) -> None:
        """Let a silent host come to itself; shortly, while it may be us who is silent."""
        seconds = self._manners.pause
        if self._client.monitor.silent:
            seconds = min(seconds, 1.0)
        lane = lane_name(self._first, answer.url)
        self._client.pause_lane(lane, seconds, self._first)

    def _outcome(self, chain: Sequence[Answer], asked_at: datetime) -> "Outcome[Probe]":
        """Turn the answers on the way into evidence, or into the reason why there is none."""
        last = chain[-1]
        if last.failure in UNSENT:
            return Failed(kind=last.failure, reason=last.detail)
        return Found(value=evidence(chain, asked_at, self._client.clock.now()))


def _is_settled(chain: Sequence[Answer]) -> bool:
    """Say whether HEAD has told everything, or GET would tell no more."""
    last = chain[-1]
    if last.failure is not None:
        return last.failure in UNSENT | FINAL_FAILURES or _is_no_such_host(last)
    throttled = last.trouble is not None
    return last.status in OK_STATUS or throttled or _left_alone(last) is not None


def _is_no_such_host(answer: Answer) -> bool:
    return answer.failure == "dns" and answer.detail.endswith(NO_SUCH_HOST)


def _left_alone(answer: Answer) -> str | None:
    """Return the target of a redirect that was not followed on purpose."""
    if answer.status not in REDIRECTS or "location" not in answer.headers:
        return None
    return redirect_target(answer.url, answer.headers["location"])


def _wandered(chain: Sequence[Answer]) -> bool:
    """Say whether the redirects went in a circle or had no end (`http_client.follow`)."""
    last = chain[-1]
    if last.failure != "protocol" or len(chain) < 2:
        return False
    return len(chain) > MAX_HOPS + 1 or any(last.url == hop.url for hop in chain[:-1])


def evidence(chain: Sequence[Answer], asked_at: datetime, answered_at: datetime) -> Probe:
    """Return what the answers on the way to a page tell. `chain` is not empty."""
    last = chain[-1]
    unasked = _left_alone(last)
    if last.failure == "refused-address" and len(chain) > 1:
        unasked = last.url
    text = _text(last) if last.method == "GET" else ""
    return Probe(
        method="GET" if last.method == "GET" else "HEAD",
        status=last.status,
        hops=tuple(Hop(url=answer.url[:MAX_URL_LENGTH], status=answer.status) for answer in chain),
        unasked=unasked,
        failure=last.failure,
        detail=last.detail[:200],
        no_such_host=_is_no_such_host(last),
        wandered=_wandered(chain),
        headers={
            name: last.headers[name][:200] for name in TELLING_HEADERS if name in last.headers
        },
        title=page_title(text) if "html" in last.headers.get("content-type", "html") else None,
        markers=hosts.body_markers(hosts.host_of(last.url), text),
        length=len(last.body) if last.method == "GET" and last.failure is None else None,
        complete=last.status == 200 and not last.truncated,
        asked_at=asked_at,
        answered_at=answered_at,
    )


# --- the first bytes of a page ----------------------------------------------------------------

_CHARSET: Final = re.compile(r"charset=[\"']?([A-Za-z0-9_-]{2,20})", re.ASCII)
CHARSETS: Final = frozenset(
    """
    big5 cp1252 euc-jp euc-kr gb18030 gb2312 gbk iso-8859-1 iso-8859-15 koi8-r latin-1 shift_jis
    us-ascii utf-8 windows-1251 windows-1252
    """.split()  # noqa: SIM905  one word a line would hide the table
)
"""Python knows codecs that are no charset, and some that take a time quadratic in the length."""


def _text(answer: Answer) -> str:
    """Decode the sample of a body as well as it goes."""
    content_type = answer.headers.get("content-type", "")
    match = _CHARSET.search(content_type[:200])
    charset = match[1].lower() if match else "utf-8"
    body = _inflated(answer.body, answer.headers.get("content-encoding", "").lower())
    return body.decode(charset if charset in CHARSETS else "utf-8", "replace")


def _inflated(body: bytes, encoding: str) -> bytes:
    """Undo a compression that we said we do not take, never beyond the size of a sample."""
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return b""
    try:
        return zlib.decompressobj(wbits=47).decompress(body, BODY_CAP)
    except zlib.error:
        return b""


_TITLE: Final = re.compile(r"<title(?:\s[^<>]{0,200})?>([^<]{0,500})", re.IGNORECASE)


def page_title(text: str) -> str | None:
    """Return the title of an HTML page, on one line, at most 200 characters; None without one."""
    match = _TITLE.search(text)
    if match is None:
        return None
    words = " ".join(html.unescape(match[1]).split())
    return "".join(char for char in words if char.isprintable())[:200] or None
