"""
The linked web: any host, asked whether a page is there.

By GET for the first bytes (`Range`): HEAD costs two requests on hosts that answer it with 403, 404
or 405, and never shows a page that says "not found" with status 200. Many files (`.pdf`) of a host
are asked by HEAD, until it refuses that. A redirect queues at the host that it leads to; arXiv's
pages are never asked (https://info.arxiv.org/help/robots.html). What may pass is asked once more,
later. What holds for a whole host (no such name, a faulty certificate) is said of all its links;
where a host does not answer, the links that were not asked begin the next run.
"""

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from pipeline.links import hosts
from pipeline.links.verdicts import OK_STATUS
from pipeline.network.http_client import HttpClient, lane_name
from pipeline.network.outage import Outage
from pipeline.network.pace import Pace
from pipeline.network.redirects import Trail, has_wandered, location_of, redirect_target
from pipeline.network.retry import RetryPolicy, Trouble
from pipeline.network.service import Answer, Service, classify_by_status
from pipeline.records.links import Probe
from pipeline.records.outcomes import Failed, FailureKind, Found, Outcome, unforeseen
from pipeline.records.source import SecondLooks
from pipeline.sources.web.evidence import evidence, is_no_such_host
from pipeline.sources.web.host_memory import SHARE, UNSENT, HostMemory, is_throttled
from pipeline.sources.web.page import BODY_CAP, REFRESH_HEADER, refresh_of
from pipeline.sources.web.queues import HostQueues, Slots
from pipeline.urls import host_of
from pipeline.works.arxiv_links import is_arxiv_host

SAMPLE: Final = 16 * 1024
"""Bytes of a page that are asked for: its title stands there."""
ASK: Final[Mapping[str, str]] = {
    # What browsers send: some hosts answer 404 or 406 to less (crates.io, 2026).
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en",
    "Accept-Encoding": "identity",
}
AS_BROWSERS: Final[Mapping[str, str]] = {"Accept-Encoding": "gzip, deflate"}
"""What differs where a question is put plainly: some hosts answer 404, 406 or 415 to `identity`."""

FINAL_FAILURES: Final[frozenset[FailureKind]] = frozenset({"tls", "refused-address", "invalid-url"})
"""Asking again would not fare better."""
THROTTLED_TRIES: Final = 4
"""How often a link is asked whose host answers only 429; so many in a row close the host."""
AFTER_OTHERS: Final = 1.0
"""
Seconds after a host's pause in which its other links go before the one that was throttled: a limit
of single pages (GitHub has them for dear ones) is not taken for one of the host.
"""

_FILE: Final = re.compile(
    r"\.(?:pdf|ps|gz|bz2|xz|zst|zip|tar|tgz|7z|rar|mp4|mov|avi|webm|mp3|wav|png|jpe?g|gif|webp|"
    r"pptx?|docx?|xlsx?|csv|tsv|parquet|h5|hdf5|npy|npz|pt|pth|ckpt|bin|safetensors|iso|exe|dmg)$",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Manners:
    """How the linked web is asked. Seconds."""

    interval: float = 0.25
    """Between two requests to a host at first; `network.pace` has what it makes of answers."""
    shortest_interval: float = 0.05
    longest_interval: float = 30.0
    guarded_interval: float = 1.0
    """The shortest for hosts that are known to throttle or refuse robots (`links.hosts`)."""
    intervals: Mapping[str, float] = field(default_factory=dict)
    """The shortest for single hosts; holds for their subdomains too."""
    accepted: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """By host: statuses that are right, and no reason to ask again or more slowly."""
    head_from: int = SHARE
    """Files of one host from which on they are asked by HEAD: of fewer, GET shows the truth."""
    in_flight: int = 2
    """Requests to one host under way at once, as soon as it has answered."""
    requests_at_once: int = 32
    connect_timeout: float = 10.0
    read_timeout: float = 20.0
    total_timeout: float = 40.0
    sample_seconds: float = 5.0
    longest_wait: float = 120.0
    pause: float = 2.0
    """Before the second try of a link that got no answer or a fault."""
    throttled_pause: float = 10.0
    """After a 429 that does not say how long to wait."""

    def pace_of(self, host: str) -> Pace:
        """Return the pace at which a host is asked at first, and between which bounds it moves."""
        usual = self.guarded_interval if hosts.is_guarded(host) else self.shortest_interval
        own = hosts.row_of(self.intervals, host)
        shortest = usual if own is None else own
        first = max(self.interval, shortest)
        return Pace(first, shortest, max(self.longest_interval, first))


def trouble(
    answer: Answer, now: datetime, accepted: Mapping[str, frozenset[int]] = MappingProxyType({})
) -> Trouble | None:
    """Judge an answer: what may pass by itself is worth another try, not what is right."""
    if is_no_such_host(answer):
        return None  # said with authority; the second look comes a minute later
    status, host = answer.status or 0, host_of(answer.url)
    is_right = status != 429 and status in accepted.get(host, ())
    if is_right or "cf-mitigated" in answer.headers or hosts.refuses_robots(host, status):
        return Trouble("refused", "forbidden", f"HTTP {status}")  # no word about the pace
    if status == 425:
        return None  # a host's "not yet" lasts longer than our second
    return classify_by_status(answer, now)


@dataclass(frozen=True, slots=True)
class Job:
    """One link on its way to an outcome: what is to be asked next."""

    key: str
    trail: Trail
    method: Literal["HEAD", "GET"]
    asked_at: datetime | None = None
    tries: int = 0
    """Requests for `url` that have failed, or were throttled."""
    due: float = 0.0
    last: Answer | None = None
    """Of the last of these."""
    plain: bool = False
    """It is asked as browsers ask: without `Range`, compressed if the host likes."""
    doubted: int | None = None
    """The status that the same request has got with `Range`."""
    checking: bool = False
    """HEAD has found it already."""
    optional: bool = False
    """A second look: there is an outcome already."""

    @property
    def url(self) -> str:
        """What is to be asked."""
        return self.trail.url

    @property
    def host(self) -> str:
        """See `queues.Due`."""
        return host_of(self.url)


class WebSource:
    """Asks the linked web. Keys are request URLs (`urls.request_key`)."""

    name = "web"

    def __init__(
        self,
        client: HttpClient,
        manners: Manners | None = None,
        asking: "Callable[..., Asking] | None" = None,
    ) -> None:
        self._client = client
        self._asking = asking or Asking
        """Who asks: this process alone, or others too."""
        self._manners = manners or Manners()

    @property
    def network(self) -> Outage:
        """What speaks for and against our own network."""
        return self._client.network

    async def fetch_many(
        self,
        keys: Sequence[str],
        *,
        suspects: Collection[str] = frozenset(),
        again: SecondLooks | None = None,
    ) -> AsyncIterator[tuple[str, "Outcome[Probe]"]]:
        """
        See `Source.fetch_many`; `suspects`, failed before, get GET and prove no outage.

        What `again` wants to see a second time comes twice, where there is time for it.
        """
        self.network.known_bad.update(map(host_of, suspects))
        asking = self._asking(self._client, self._manners, frozenset(suspects), again)
        wanted, room = list(dict.fromkeys(keys)), self._client.requests_left
        for key in wanted[room:] if room is not None else ():
            yield key, Failed(kind="budget", reason="no requests left for this run")
        task = asyncio.create_task(asking.ask(wanted[:room]))
        try:
            while (result := await asking.results.get()) is not None:
                yield result
            await task
        finally:
            task.cancel()
            await asyncio.wait([task])


@dataclass
class Asking:
    """One call of `WebSource.fetch_many`."""

    client: HttpClient
    manners: Manners
    suspects: frozenset[str]
    again: SecondLooks | None = None
    results: asyncio.Queue[tuple[str, "Outcome[Probe]"] | None] = field(
        default_factory=asyncio.Queue
    )
    memories: defaultdict[tuple[str, bool], HostMemory] = field(
        default_factory=lambda: defaultdict(HostMemory)
    )
    """By host, one for first looks and one for second ones, which are to see for themselves."""

    def __post_init__(self) -> None:
        manners = self.manners
        self.page = Service(
            name=WebSource.name,
            pace_of=manners.pace_of,
            concurrency=manners.in_flight,
            policy=RetryPolicy(attempts=1, longest_wait=manners.longest_wait),
            classify=partial(trouble, accepted=manners.accepted),
            connect_timeout=manners.connect_timeout,
            read_timeout=manners.read_timeout,
            total_timeout=manners.total_timeout,
            body_cap=SAMPLE,
            sample_seconds=manners.sample_seconds,
            sends_host_headers=True,
        )
        self.whole_page = replace(self.page, body_cap=BODY_CAP)
        self.queues: HostQueues[Any, Job] = HostQueues(
            self.step,
            self.job_of,
            in_flight=self.in_flight,
            most=self.most,
            slots=Slots(self.manners.requests_at_once),
            ready_in=self.client.ready_in,
            now=self.client.clock.monotonic,
            rest=self.client.rest,
            **({} if self.again is None else {"waits": self.again.waits}),
        )
        self.client.backlog = self.queues.lengths

    async def ask(self, keys: Sequence[str]) -> None:
        """Put an outcome for every key, each of which comes once, into `results`; then None."""
        self._files = Counter(host_of(key) for key in keys if _is_file(key))
        try:
            await self.queues.work_off((host_of(hosts.asked_url(key)), key) for key in keys)
            await self.client.settle_doubts()
        finally:
            self.results.put_nowait(None)

    def job_of(self, key: str, *, failed: bool = False) -> Job:
        """Return the first question about a link; `failed`: it did so a moment ago."""
        url, suspect = hosts.asked_url(key), failed or key in self.suspects
        by_head = (
            not suspect and _is_file(url) and self._files[host_of(url)] >= self.manners.head_from
        )
        return Job(key, Trail(url), "HEAD" if by_head else "GET", plain=suspect)

    def most(self, host: str) -> int:  # noqa: ARG002  others take more of a host
        """Return how many links of a host are one step."""
        return 1

    def in_flight(self, host: str) -> int:
        """One request at a time for a host that is touchy, or has not answered yet."""
        answered = any(self.memories[host, second].answered for second in (False, True))
        if hosts.is_guarded(host) or not answered:
            return 1
        return self.manners.in_flight

    async def step(self, jobs: Sequence[Job]) -> list[Job]:
        """Ask once about each, and return what is to be asked next."""
        return [next_one for job in jobs if (next_one := await self.next_of(job)) is not None]

    async def next_of(self, job: Job) -> Job | None:
        """Ask once; a link that this fails on is its own failure, and ends no other's asking."""
        try:
            return await self.go_on(job)
        except Exception:  # noqa: BLE001  the last line of defence
            self.results.put_nowait((job.key, unforeseen(job.key)))
            return None

    async def go_on(self, job: Job) -> Job | None:
        """Ask once, and return what is to be asked next; None where the outcome is known."""
        memory = self.memories[job.host, job.optional]
        if job.optional and job.asked_at is None and not self.may_look_again(job):
            return None
        if job.method == "HEAD" and (memory.refuses_head or hosts.body_tells(job.host)):
            job = replace(job, method="GET")
        if memory.refuses_range:
            job = replace(job, plain=True)
        job = replace(job, asked_at=job.asked_at or self.client.clock.now())
        answer = self._without_asking(job, memory) or await self.answer_to(job, memory)
        following = self._following(job, answer, memory)
        if isinstance(following, Job):
            return following
        outcome = self._outcome(job, following)
        self.results.put_nowait((job.key, outcome))
        return None if job.optional else self.second_look(job.key, outcome)

    def may_look_again(self, job: Job) -> bool:
        """Say whether a second look would tell of the link, and not of our own network."""
        if self.client.network.word(job.host) != "up":
            return False
        self.client.network.known_bad.add(job.host)
        return True

    def second_look(self, key: str, outcome: "Outcome[Probe]") -> Job | None:
        """Return the question for later, where a link is to be looked at a second time."""
        at = None if self.again is None else self.again.due(key, outcome)
        if at is None:
            return None
        clock = self.client.clock
        due = clock.monotonic() + (at - clock.now()).total_seconds()
        return replace(self.job_of(key, failed=True), due=due, optional=True)

    def _without_asking(self, job: Job, memory: HostMemory) -> Answer | None:
        """Return an answer that is known already: a whole host's failure, or a vain try's."""
        if (known := memory.known(job.url)) is not None:
            return replace(known, method=job.method)
        if not (memory.tired and job.last and _has_failed(job)):
            return None
        dropped = job.last.method == "HEAD" and job.last.failure is not None
        return None if dropped else job.last  # after a dropped HEAD, GET has still to say

    async def answer_to(self, job: Job, memory: HostMemory) -> Answer:
        """Ask what a job is about to ask, and take in what that says of the host."""
        service = self.page
        if job.method == "GET" and hosts.body_tells(job.host):
            service = self.whole_page
        sent = {**ASK, **(AS_BROWSERS if job.plain else {}), **job.trail.headers}
        if job.method == "GET" and not job.plain:
            sent["Range"] = f"bytes=0-{service.body_cap - 1}"
        if job.optional or job.key in self.suspects:
            service = replace(service, failed_before=True)
        if not job.trail.stays:
            service = replace(service, sends_host_headers=False)
        answer = await self.client.send(service, job.method, job.url, headers=sent)
        memory.learn(job.url, answer, again=job.tries > 0)
        if memory.throttled >= THROTTLED_TRIES and answer.failure not in UNSENT:
            lane = lane_name(self.page, job.url)
            self.client.close_lane(lane, f"{answer.reason} again and again", self.page)
        return answer

    def _following(
        self, job: Job, answer: Answer, memory: HostMemory
    ) -> "Job | tuple[Answer, ...]":
        """Return what is to be asked next, or the whole chain of answers where nothing is."""
        chain = (*job.trail.answers, answer)
        if answer.failure in UNSENT:
            spoken = job.last if answer.failure == "closed" else None
            return (*job.trail.answers, spoken or answer)
        if (location := location_of(answer)) is not None:
            return _hop(job, answer, location)
        if hosts.page_decides(job.url, answer.status or 0) and job.url != job.key:
            return _asking(job, Trail(job.key))
        if job.method == "HEAD" and not _settles(answer):
            memory.refuses_head = True  # or drops it: only GET can tell that from silence
            if answer.failure is None:
                return replace(job, method="GET")
        elif job.method == "HEAD" and answer.status in OK_STATUS and memory.doubts_head(job.url):
            return replace(job, method="GET", checking=True)
        varied = self._varied(job, answer, memory) or self._again(job, answer)
        return varied or _refreshed(job, answer) or chain

    @staticmethod
    def _varied(job: Job, answer: Answer, memory: HostMemory) -> Job | None:
        """Return the same question as a browser's, where ours may be what the host refuses."""
        status = answer.status or 0
        if job.method == "HEAD" or not status:
            return None
        if job.checking and status >= 400:
            memory.refuses_head = True
        if not job.plain or job.doubted is not None:
            memory.learn_of_range(answer, job.doubted)
        refused = answer.trouble is not None and answer.trouble.kind == "refused"
        blamed = memory.blames_range(status, guarded=hosts.is_guarded(job.host))
        if job.plain or refused or not blamed:
            return None
        return replace(job, plain=True, doubted=status)

    def _again(self, job: Job, answer: Answer) -> Job | None:
        """Return the same question for later, where another try is due."""
        trouble, memory = answer.trouble, self.memories[job.host, job.optional]
        if trouble is None or memory.known(job.url) is not None:
            return None
        if trouble.kind == "throttled":
            wait = self.manners.throttled_pause if trouble.wait is None else trouble.wait
            wait = max(self.manners.pause * 2**job.tries, wait)
            if wait > self.manners.longest_wait or memory.throttled >= THROTTLED_TRIES:
                return None  # nothing is asked of this host any more
            self.client.pause_lane(lane_name(self.page, job.url), wait, self.page)
            if job.tries + 1 >= THROTTLED_TRIES:
                return None
            wait += AFTER_OTHERS
        elif trouble.kind == "transient" and not _has_failed(job):
            wait = self.manners.pause
        else:
            return None
        due = self.client.clock.monotonic() + wait
        doubted = None if job.plain or (answer.status or 0) < 500 else answer.status
        return replace(
            job,
            method="GET",
            plain=True,
            tries=job.tries + 1,
            due=due,
            last=answer,
            doubted=doubted,
        )

    def _outcome(self, job: Job, chain: Sequence[Answer]) -> "Outcome[Probe]":
        """Turn the answers on the way into evidence, or into the reason why there is none."""
        last, now = chain[-1], self.client.clock.now()
        if last.failure in UNSENT:
            return Failed(kind=last.failure, reason=last.detail)
        return Found(value=evidence(chain, job.asked_at or now, now))


def _has_failed(job: Job) -> bool:
    """Say whether a try has failed already; being throttled is no failure of the page."""
    return job.last is not None and not is_throttled(job.last)


def _is_file(url: str) -> bool:
    """Say whether an address is that of a file by its name."""
    return _FILE.search(urlsplit(url).path[-12:]) is not None


def _settles(answer: Answer) -> bool:
    """Say whether HEAD has told everything: the file is there, or GET would tell no more."""
    if answer.failure is not None:
        return answer.failure in FINAL_FAILURES or is_no_such_host(answer)
    if is_throttled(answer):
        return True
    is_page = "html" in answer.headers.get("content-type", "")
    return answer.status in OK_STATUS and not is_page


def _hop(job: Job, answer: Answer, location: str) -> "Job | tuple[Answer, ...]":
    """Return the question to the target of a redirect, or the chain where it ends here."""
    chain = (*job.trail.answers, answer)
    target = redirect_target(job.url, location)
    if target is not None and is_arxiv_host(target):
        return chain
    following = job.trail.led_on(answer, location)
    if isinstance(following, Trail):
        return _asking(job, following)
    if has_wandered(following) and job.method == "HEAD":  # GET may not be led round
        return replace(_asking(job, Trail(chain[0].url)), method="GET")
    return (*chain, following)


def _refreshed(job: Job, answer: Answer) -> "Job | tuple[Answer, ...] | None":
    """
    Return the question to the page that a page leads to; None where it stays.

    A circle without a rest ends the chain as one of redirects does: nobody ever sees a page.
    """
    refresh = refresh_of(answer)
    target = redirect_target(job.url, refresh.location) if refresh else None
    if refresh is None or target is None or is_arxiv_host(target):
        return None
    if target.startswith(f"{job.url.partition('#')[0]}#"):
        return None  # a place in the page itself, which is not loaded again
    # Its body is not kept on the way, so the header says what the page has said.
    said = {**answer.headers, REFRESH_HEADER: f"{refresh.delay:g}; url={refresh.location}"}
    left = replace(answer, headers=said)
    following = job.trail.led_on(left, refresh.location)
    if isinstance(following, Trail):
        return _asking(job, following)
    rests = any(one.delay for one in map(refresh_of, (*job.trail.answers, left)) if one)
    stays = rests or target == job.url or not has_wandered(following)
    return None if stays else (*job.trail.answers, left, following)


def _asking(job: Job, trail: Trail) -> Job:
    """Return the job with another address to ask, which has not been tried yet."""
    return replace(job, trail=trail, tries=0, due=0.0, last=None, doubted=None)
