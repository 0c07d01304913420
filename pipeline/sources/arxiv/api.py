"""
arXiv papers from arXiv's API, in batches of ids.

Manual: https://info.arxiv.org/help/api/user-manual.html, code of the service:
github.com/arXiv/arxiv-search. The `arxiv` package builds the query and reads the Atom feed; its
requests go through our one door, because its own session has no time-out, no back-off and a pace
for each client object. Known misbehaviour, and what is done about it:

- an unknown id is left out without a word, so what is not answered is asked once more, then put to
  a judge, before it is called missing;
- one malformed id spoils its batch (400, in older days 200 with an error feed): it is taken out;
- `Rate exceeded.`, an empty body or a page of HTML come with status 200: never "no such paper";
- the order of the answers is not that of the ids, and `max_results` must be set (it is 10).
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from logging import getLogger
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element

from pipeline.network.http_client import Answer, HttpClient, Service
from pipeline.network.redirects import follow
from pipeline.network.retry import Trouble
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.sources import ArxivRecord
from pipeline.sources.answers import BREAKER, failed, squeezed
from pipeline.sources.arxiv.rules import (
    INTERVAL,
    LANE,
    NOT_AN_ID,
    POLICY,
    categories,
    is_arxiv_id,
    is_withdrawn,
    publisher_doi,
    read_xml,
    trouble_at_the_front,
)
from pipeline.sources.interface import Source

if TYPE_CHECKING:
    import arxiv  # type: ignore[import-untyped] # has annotations, but no py.typed

log = getLogger(__name__)

BATCH: Final = 100
"""Ids in one request: some 2 kB of URL (414 was seen from 640 ids on, trouble from 160)."""

FALLBACK_LIMIT: Final = 20
"""So many papers may be put to a source of one request a paper when the API is closed: 1 minute."""

ATOM: Final = "{http://www.w3.org/2005/Atom}"
OPENSEARCH: Final = "{http://a9.com/-/spec/opensearch/1.1/}"


# --- what an answer is worth ------------------------------------------------------------------


def classify(answer: Answer, now: datetime) -> Trouble | None:
    """
    Return why an answer of the API cannot be used, or None where it can.

    Usable is status 200 with a complete Atom feed that says how many results there are, is not
    empty when there are some (lukasschwab/arxiv.py #129), and holds no error entry.
    """
    if trouble := trouble_at_the_front(answer, now):
        return trouble
    feed = _feed(answer.body)
    error = _error(feed) if feed is not None else None
    if error is not None:
        return Trouble("refused", "bad-answer", f"arXiv's API: {squeezed(error) or 'error'}"[:200])
    if answer.status != 200:
        return Trouble("refused", "bad-answer", f"HTTP {answer.status}")
    fault = "not an Atom feed (HTTP 200)" if feed is None else _fault(feed)
    return Trouble("transient", "bad-answer", fault) if fault else None


def _fault(feed: Element) -> str | None:
    """Return why a feed cannot be believed, or None where it can."""
    expected = _expected(feed)
    if expected is None:
        return "a feed that does not say how many results there are"
    if expected > 0 and feed.find(f"{ATOM}entry") is None:
        return f"a feed without the {expected} results that it announces"
    return None


def _expected(feed: Element) -> int | None:
    """Return how many entries this page should hold; None where the feed does not say."""
    total, start, size = (_number(feed, name) for name in _COUNTS)
    if total is None:
        return None
    rest = total - (start or 0)
    return rest if size is None else min(rest, size)


_COUNTS: Final = ("totalResults", "startIndex", "itemsPerPage")


def _number(feed: Element, name: str) -> int | None:
    text = (feed.findtext(f"{OPENSEARCH}{name}") or "").strip()
    return int(text[:9]) if text.isascii() and text.isdigit() else None


def _feed(body: bytes) -> Element | None:
    root = read_xml(body)
    return root if root is not None and root.tag == f"{ATOM}feed" else None


def _error(feed: Element) -> str | None:
    """Return the message of an error feed; None where it is a feed of papers."""
    for entry in feed.iterfind(f"{ATOM}entry"):
        if "/api/errors" in (entry.findtext(f"{ATOM}id") or ""):
            return entry.findtext(f"{ATOM}summary") or ""
    return None


def refused_id(body: bytes, ids: Sequence[str]) -> str | None:
    """Return the id that an error feed names (`incorrect id format for abc`), if it is in `ids`."""
    feed = _feed(body)
    message = (_error(feed) or "") if feed is not None else ""
    name = message.rpartition("incorrect id format for ")[2].strip()
    return name if name in ids else None


SERVICE = Service(
    name="arxiv",
    lane=LANE,
    interval=INTERVAL,
    concurrency=1,
    policy=POLICY,
    classify=classify,
    read_timeout=90.0,
    breaker=BREAKER,
)


# --- the one door -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """What `arxiv.Client` reads of a response."""

    status_code: int
    content: bytes


class Door:
    """
    Stands where `arxiv.Client` keeps its `requests.Session`, and asks through `HttpClient`.

    The client works in a thread, the door on the event loop. It opens once: a second request (the
    client turns pages by itself) is refused. Whether the answer can be used is for `settle` to say.
    """

    def __init__(
        self, client: HttpClient, loop: asyncio.AbstractEventLoop, service: Service = SERVICE
    ) -> None:
        self.answer: Answer | None = None
        self._client = client
        self._service = service
        self._loop = loop

    def get(self, url: str, headers: object = None) -> Page:
        """Ask for one page, with our own headers in the place of the package's."""
        del headers
        if self.answer is not None:
            return Page(0, b"")
        self.answer = asyncio.run_coroutine_threadsafe(self._ask(url), self._loop).result()
        return Page(self.answer.status or 0, self.answer.body)

    async def _ask(self, url: str) -> Answer:
        # Without an Accept header the answer is 406 (wp-a/nature-academic-search #16).
        accept = {"Accept": "application/atom+xml, */*"}
        return (await follow(self._client, self._service, "GET", url, headers=accept))[-1]


def read_page(
    door: Door, api_url: str, *, size: int, ids: Sequence[str] = (), query: str = ""
) -> "list[arxiv.Result]":
    """Ask for `ids` or for a query in one request through `door`, in the calling thread."""
    import arxiv  # noqa: PLC0415 it takes 0.2 s (requests, lxml), and not every command asks arXiv

    client = arxiv.Client(page_size=size, delay_seconds=0, num_retries=0)
    client.query_url_format = f"{api_url}?{{}}"
    client._session = door  # the one private name; a test fails when it goes
    search = arxiv.Search(query=query, id_list=list(ids), max_results=size)
    results: list[arxiv.Result] = []
    try:
        # One by one, so that what was read is kept when the client asks for another page.
        for result in client.results(search):
            results.append(result)  # noqa: PERF402
    except (arxiv.ArxivError, ValueError) as error:  # ValueError: a date that is none
        log.debug("%s: %s", api_url, error)
    return results


API_URL: Final = "https://export.arxiv.org/api/query"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer of the API, whether it can be used or not, and its readable papers."""

    answer: Answer
    records: list[ArxivRecord]


class Api:
    """The API as one source asks it; `service` is what its requests are counted as."""

    def __init__(self, client: HttpClient, url: str, service: Service = SERVICE) -> None:
        self._client = client
        self._url = url
        self._service = service
        self._closed: Failed | None = None

    async def ask(
        self, *, size: int, ids: Sequence[str] = (), query: str = ""
    ) -> Answered | Failed:
        """
        Send one request, for `ids` or for a query.

        `Failed` where nothing was sent, because an earlier answer has closed the API for this run
        (`gives_up`), and where the package has read an answer that we did not fetch.
        """
        if self._closed is not None:
            return self._closed
        door = Door(self._client, asyncio.get_running_loop(), self._service)
        results = await asyncio.to_thread(
            read_page, door, self._url, size=size, ids=ids, query=query
        )
        if door.answer is None:
            return Failed(kind="bad-answer", reason="not asked")
        if gives_up(door.answer):
            self._closed = failed(door.answer)
        return Answered(door.answer, [record_of(result) for result in results])


# --- from results to records ------------------------------------------------------------------


def record_of(result: "arxiv.Result") -> ArxivRecord:
    """Turn a result of the `arxiv` package into the record of a paper."""
    id_, version = split_version(result.get_short_id())
    comment, abstract = squeezed(result.comment), squeezed(result.summary)
    return ArxivRecord(
        id=id_,
        version=version,
        title=squeezed(result.title) or "",
        authors=tuple(name for author in result.authors if (name := squeezed(author.name))),
        abstract=abstract,
        published=result.published.date().isoformat(),
        updated=result.updated.date().isoformat(),
        primary_category=result.primary_category or None,
        categories=categories(iter(result.categories)),
        comment=comment,
        journal_ref=squeezed(result.journal_ref),
        doi=publisher_doi(result.doi),
        withdrawn=is_withdrawn(comment, abstract),
    )


def split_version(short_id: str) -> tuple[str, int | None]:
    """Split `quant-ph/0201082v1` into id and version."""
    id_, _, version = short_id.rpartition("v")
    if id_ and version.isascii() and version.isdigit():
        return id_, int(version)
    return short_id, None


@dataclass(frozen=True)
class Reply:
    """What one request has settled, and what is to be asked in its place."""

    found: dict[str, ArxivRecord] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    """Asked, and not in a usable answer."""
    doubtful: tuple[str, ...] = ()
    """Not in an answer either, but it was shorter than it said."""
    failed: dict[str, Failed] = field(default_factory=dict)
    again: tuple[tuple[str, ...], ...] = ()
    """Batches to send instead of the one that was refused."""


def settle(ids: Sequence[str], answer: Answer, records: Iterable[ArxivRecord]) -> Reply:
    """Say what an answer means for each of the ids that were asked."""
    if answer.trouble is None:
        return _joined(ids, answer.body, records)
    named = refused_id(answer.body, ids)
    if named is not None:
        rest = tuple(id_ for id_ in ids if id_ != named)
        return Reply(failed={named: failed(answer)}, again=(rest,) if rest else ())
    if answer.status in (200, 400, 414) and answer.trouble.kind == "refused" and len(ids) > 1:
        middle = len(ids) // 2
        return Reply(again=(tuple(ids[:middle]), tuple(ids[middle:])))
    return Reply(failed=dict.fromkeys(ids, failed(answer)))


def _joined(ids: Sequence[str], body: bytes, records: Iterable[ArxivRecord]) -> Reply:
    """Join a usable feed to the ids by id (the order is not theirs); the latest version wins."""
    found = {record.id: record for record in sorted(records, key=lambda paper: paper.version or 0)}
    listed, short = _listed(body)
    unreadable = Failed(kind="bad-answer", reason="an entry that cannot be read")
    absent = tuple(id_ for id_ in ids if id_ not in found and id_ not in listed)
    return Reply(
        found={id_: found[id_] for id_ in ids if id_ in found},
        absent=() if short else absent,
        doubtful=absent if short else (),
        failed={id_: unreadable for id_ in ids if id_ in listed and id_ not in found},
    )


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a result one page holds."""

    entries: int
    expected: int
    total: int

    @property
    def short(self) -> bool:
        """The page holds less than it says."""
        return self.entries < self.expected

    @property
    def flooded(self) -> bool:
        """There are more results than the page has room for."""
        return self.total > self.expected


def extent(body: bytes) -> Extent:
    """Return how much of the result a usable feed holds; nothing of anything for another body."""
    feed = _feed(body)
    if feed is None:
        return Extent(0, 0, 0)
    entries = len(feed.findall(f"{ATOM}entry"))
    return Extent(entries, _expected(feed) or 0, _number(feed, "totalResults") or 0)


def _listed(body: bytes) -> tuple[frozenset[str], bool]:
    """Return the ids of a feed's entries, and whether it has fewer entries than it says."""
    feed = _feed(body)
    if feed is None:
        return frozenset(), True
    urls = [entry.findtext(f"{ATOM}id") or "" for entry in feed.iterfind(f"{ATOM}entry")]
    ids = frozenset(split_version(url.rpartition("/abs/")[2].strip())[0] for url in urls)
    return ids, len(urls) < (_expected(feed) or 0)


def gives_up(answer: Answer) -> bool:
    """
    Say whether an answer after all tries means that the API is closed for this run.

    A server error or a broken body may be due to this batch alone (JosePizarro3/pyrxiv #20); being
    told to slow down four times in four minutes, or getting no answer at all, is not. OAI-PMH was
    seen to answer at such times (zotero/translators #3618), so the lane stays open.
    """
    return answer.trouble is not None and (
        answer.trouble.kind == "throttled" or answer.failure is not None
    )


# --- the source -------------------------------------------------------------------------------


@dataclass
class _Round:
    """What is left of one round of batches."""

    absent: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    failed: dict[str, Failed] = field(default_factory=dict)


CUT_SHORT: Final = Failed(kind="bad-answer", reason="arXiv's API: answers cut short")

Pairs = AsyncIterator[tuple[str, Outcome[ArxivRecord]]]


class ArxivSource:
    """
    What arXiv knows of canonical arXiv ids (without version).

    `judge` is asked about every id that the API has not answered in two rounds; only when it says
    that there is no such paper, the `Missing` is confirmed. `fallbacks` answer in their order for
    what the API could not be asked, and the judge for a few; a paper that they do not know stays
    `Failed`, because they learn of new papers later than the API does.
    """

    name = "arxiv"

    def __init__(
        self,
        client: HttpClient,
        *,
        api_url: str = API_URL,
        judge: Source[ArxivRecord] | None = None,
        fallbacks: Sequence[Source[ArxivRecord]] = (),
    ) -> None:
        self._api = Api(client, api_url)
        self._judge = judge
        self._fallbacks = tuple(fallbacks)

    async def fetch_many(self, keys: Sequence[str]) -> Pairs:
        """See `Source.fetch_many`. Answers come after every request."""
        ids: list[str] = []
        for key in dict.fromkeys(keys):
            if is_arxiv_id(key):
                ids.append(key)
            else:
                yield key, NOT_AN_ID
        first, second = _Round(), _Round()
        async for pair in self._ask(ids, first):
            yield pair
        async for pair in self._ask([*first.absent, *first.doubtful], second):
            yield pair
        async for pair in self._put_to_judge(second.absent):
            yield pair
        doubtful = dict.fromkeys(second.doubtful, CUT_SHORT)
        async for pair in self._fall_back({**first.failed, **second.failed, **doubtful}):
            yield pair

    async def _ask(self, ids: Sequence[str], left: _Round) -> Pairs:
        """Ask the API for all `ids`; yield what it knows, note in `left` what it does not."""
        # First in, first out: of the two halves of a refused batch one is good, and its answer
        # shows that the service is well.
        batches = deque(tuple(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH))
        while batches:
            reply = await self._request(batches.popleft())
            batches.extend(reply.again)
            left.absent.extend(reply.absent)
            left.doubtful.extend(reply.doubtful)
            left.failed.update(reply.failed)
            for id_, record in reply.found.items():
                yield id_, Found(value=record)

    async def _request(self, ids: tuple[str, ...]) -> Reply:
        """Ask for one batch."""
        page = await self._api.ask(size=len(ids), ids=ids)
        if isinstance(page, Failed):
            return Reply(failed=dict.fromkeys(ids, page))
        return settle(ids, page.answer, page.records)

    async def _put_to_judge(self, ids: Sequence[str]) -> Pairs:
        """Ask the judge about ids that the API, asked twice, does not know."""
        if self._judge is None or not ids:
            for id_ in ids:
                yield id_, Missing(reason="arXiv's API, asked twice, has no such paper")
            return
        async for id_, outcome in self._judge.fetch_many(ids):
            yield id_, verdict(outcome, self._judge.name)

    async def _fall_back(self, failures: dict[str, Failed]) -> Pairs:
        """Let others answer for what the API could not be asked."""
        left = dict(failures)
        for source in self._others():
            if not left or (source is self._judge and len(left) > FALLBACK_LIMIT):
                continue
            async for id_, outcome in source.fetch_many(list(left)):
                if isinstance(outcome, Found) and left.pop(id_, None) is not None:
                    yield id_, outcome
        for id_, failure in left.items():
            yield id_, failure

    def _others(self) -> tuple[Source[ArxivRecord], ...]:
        return self._fallbacks if self._judge is None else (*self._fallbacks, self._judge)


def verdict(outcome: Outcome[ArxivRecord], judge: str) -> Outcome[ArxivRecord]:
    """Return what is known of an id that the API does not know, after the judge's word."""
    if isinstance(outcome, Found):
        return outcome
    if isinstance(outcome, Missing):
        reason = f"neither arXiv's API nor {judge} has such a paper"
        return Missing(reason=reason, confirmed=True)
    reason = f"arXiv's API, asked twice, has no such paper ({judge}: {outcome.reason})"
    return Missing(reason=reason)
