"""
arXiv papers from arXiv's API, in batches of ids.

Manual: https://info.arxiv.org/help/api/user-manual.html, code of the service:
github.com/arXiv/arxiv-search. The `arxiv` package builds the address and reads the papers
(`sources.arxiv.package`). Known misbehaviour, and what is done about it:

- an unknown id is left out without a word, so what is not answered is asked once more, then put to
  a judge, before it is called missing;
- one malformed id spoils its batch (400, in older days 200 with an error feed): it is taken out;
- `Rate exceeded.`, an empty body or a page of HTML come with status 200: never "no such paper";
- the order of the answers is not that of the ids, and `max_results` must be set (it is 10).
"""

from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from pipeline.network.http_client import HttpClient
from pipeline.network.service import Answer, Service
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.source import Source
from pipeline.records.sources import ArxivRecord
from pipeline.sources.answers import BREAKER, failed, fetch, in_batches, parted
from pipeline.sources.arxiv.feed import classify, page_of, refused_id
from pipeline.sources.arxiv.package import Question
from pipeline.sources.arxiv.rules import INTERVAL, LANE, NOT_AN_ID, POLICY, is_arxiv_id

BATCH: Final = 100
"""Ids in one request: some 2 kB of URL (414 was seen from 640 ids on, trouble from 160)."""

FALLBACK_LIMIT: Final = 20
"""So many papers may be put to a source of one request a paper when the API is closed: 1 minute."""

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


API_URL: Final = "https://export.arxiv.org/api/query"


# --- what an answer settles ------------------------------------------------------------------

T = TypeVar("T")
Keys = tuple[str, ...]


@dataclass(frozen=True)
class Reply(Generic[T]):
    """What one request has settled, and what is to be asked in its place."""

    found: dict[str, T] = field(default_factory=dict)
    absent: Keys = ()
    """Asked, and not in a usable answer."""
    doubtful: Keys = ()
    """Not in an answer either, but it was shorter than it said."""
    failed: dict[str, Failed] = field(default_factory=dict)
    again: tuple[Keys, ...] = ()
    """Batches to send instead of the one that was refused."""


Papers = Reply[ArxivRecord]


class Api:
    """The API as one source asks it; `service` is what its requests are counted as."""

    def __init__(self, client: HttpClient, url: str, service: Service = SERVICE) -> None:
        self._client = client
        self._url = url
        self._service = service
        self._closed: Failed | None = None
        """Why nothing more is asked in this run (`gives_up`)."""

    async def replies(
        self,
        batches: Iterable[Keys],
        question: Callable[[Keys], Question],
        settle: Callable[[Keys, Answer, list[ArxivRecord]], Reply[T]],
    ) -> AsyncIterator[Reply[T]]:
        """Ask about all batches, and about what is to be asked again; yield what is settled."""
        # First in, first out: of the two halves of a refused batch one is good, and its answer
        # shows that the service is well.
        waiting = deque(batches)
        while waiting:
            keys = waiting.popleft()
            if self._closed is not None:
                yield Reply(failed=dict.fromkeys(keys, self._closed))
                continue
            reply = settle(keys, *await self._ask(question(keys)))
            waiting.extend(reply.again)
            yield reply

    async def _ask(self, question: Question) -> tuple[Answer, list[ArxivRecord]]:
        """Send one request; return its answer, usable or not, and the readable papers in it."""
        # Without an Accept header the answer is 406 (wp-a/nature-academic-search #16).
        accept, url = "application/atom+xml, */*", question.address(self._url)
        answer = await fetch(self._client, self._service, url, accept)
        if gives_up(answer):
            self._closed = failed(answer)
        return answer, question.records(answer.body) if answer.status == 200 else []


def refused(keys: Sequence[str], answer: Answer) -> Reply[Any]:
    """Halve a batch that was refused whole; of one key, and of other troubles, say so."""
    halved = answer.status in (200, 400, 414) and len(keys) > 1
    if halved and answer.trouble is not None and answer.trouble.kind == "refused":
        return Reply(again=halves(keys))
    return Reply(failed=dict.fromkeys(keys, failed(answer)))


def halves(keys: Sequence[str]) -> tuple[Keys, ...]:
    """Return a batch in two parts; a batch of one is one part."""
    return in_batches(keys, (len(keys) + 1) // 2) if keys else ()


def by_ids(ids: Keys) -> Question:
    """Return the question for papers by their ids."""
    return Question(len(ids), ids)


def settle(ids: Sequence[str], answer: Answer, records: Iterable[ArxivRecord]) -> Papers:
    """Say what an answer means for each of the ids that were asked."""
    if answer.trouble is None:
        return _joined(ids, answer.body, records)
    named = refused_id(answer.body, ids)
    if named is not None:
        rest = tuple(id_ for id_ in ids if id_ != named)
        return Reply(failed={named: failed(answer)}, again=(rest,) if rest else ())
    return refused(ids, answer)


def _joined(ids: Sequence[str], body: bytes, records: Iterable[ArxivRecord]) -> Papers:
    """Join a usable feed to the ids by id (the order is not theirs); the latest version wins."""
    found = {record.id: record for record in sorted(records, key=lambda paper: paper.version or 0)}
    page = page_of(body)
    unreadable = Failed(kind="bad-answer", reason="an entry that cannot be read")
    absent = tuple(id_ for id_ in ids if id_ not in found and id_ not in page.ids)
    return Reply(
        found={id_: found[id_] for id_ in ids if id_ in found},
        absent=() if page.short else absent,
        doubtful=absent if page.short else (),
        failed={id_: unreadable for id_ in ids if id_ in page.ids and id_ not in found},
    )


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
        ids, others = parted(keys, is_arxiv_id)
        for key in others:
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
        async for reply in self._api.replies(in_batches(ids, BATCH), by_ids, settle):
            left.absent.extend(reply.absent)
            left.doubtful.extend(reply.doubtful)
            left.failed.update(reply.failed)
            for id_, record in reply.found.items():
                yield id_, Found(value=record)

    async def _put_to_judge(self, ids: Sequence[str]) -> Pairs:
        if self._judge is None or not ids:
            for id_ in ids:
                yield id_, Missing(reason="arXiv's API, asked twice, has no such paper")
            return
        async for id_, outcome in self._judge.fetch_many(ids):
            yield id_, verdict(outcome, self._judge.name)

    async def _fall_back(self, failures: dict[str, Failed]) -> Pairs:
        """Let others answer for what the API could not be asked."""
        left = dict(failures)
        judge = () if self._judge is None else (self._judge,)
        for source in (*self._fallbacks, *judge):
            if not left or (source is self._judge and len(left) > FALLBACK_LIMIT):
                continue
            async for id_, outcome in source.fetch_many(list(left)):
                if isinstance(outcome, Found) and left.pop(id_, None) is not None:
                    yield id_, outcome
        for id_, failure in left.items():
            yield id_, failure


def verdict(outcome: Outcome[ArxivRecord], judge: str) -> Outcome[ArxivRecord]:
    """Return what is known of an id that the API does not know, after the judge's word."""
    if isinstance(outcome, Found):
        return outcome
    if isinstance(outcome, Missing):
        reason = f"neither arXiv's API nor {judge} has such a paper"
        return Missing(reason=reason, confirmed=True)
    return Missing(
        reason=f"arXiv's API, asked twice, has no such paper ({judge}: {outcome.reason})"
    )
