"""
Citation counts, venues and other ids from Semantic Scholar, five hundred papers to a request.

Manual: https://api.semanticscholar.org/api-docs/graph. With a key one request a second over all
endpoints; without one a pool that the whole world shares, where 429 is usual and comes without
`Retry-After`, so that it is left alone after a few. Answers come in the order of the request, with
`null` for what is not known. Known quirks: a batch of which nothing is known is answered by 400
(`No valid paper ids given`), and so is one with a malformed id; some ids have crashed a whole batch
(allenai/s2-folks #38, #103), so a batch that is refused is halved.
"""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from pipeline.network.http_client import HttpClient
from pipeline.network.retry import Backoff, RetryPolicy, Trouble, retry_after, trouble_of_failure
from pipeline.network.service import Answer, Service
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.sources import CitationRecord
from pipeline.sources.answers import (
    Part,
    day,
    failed,
    in_batches,
    json_object,
    parted,
    read_json,
    squeezed,
)
from pipeline.sources.scholarly.rules import (
    DOI_KEY,
    NO_KEY,
    PATIENCE,
    is_key,
    plain_text,
    published_doi,
)
from pipeline.sources.service_source import ServiceSource

LANE: Final = "semanticscholar"
BATCH: Final = 500
"""Ids in one request ("Get details for multiple papers at once")."""
FIELDS: Final = "citationCount,corpusId,externalIds,publicationDate,title,venue,year"
CRASHES: Final = 11
"""Server errors in a row that one bad id in a batch can cause, halving: log2(500) and two more."""
HALVES: Final = 40
"""Requests for one batch, at most."""
UNKNOWN: Final = Missing(reason="Semantic Scholar does not know it")


def classify(answer: Answer, now: datetime) -> Trouble | None:
    """Return why an answer is of no use, or None; 400 and 5xx may be due to one id and are read."""
    if answer.failure is not None:
        return trouble_of_failure(answer.failure, answer.detail)
    status, wait = answer.status or 0, retry_after(answer.headers, now)
    if status == 429 or (status == 503 and wait is not None):
        return Trouble("throttled", "throttled", f"HTTP {status}", wait)
    if status in (401, 403):
        return Trouble("stop", "forbidden", f"Semantic Scholar refuses access (HTTP {status})")
    if status == 200 and not isinstance(read_json(answer.body), list):
        return Trouble("transient", "bad-answer", "not a Semantic Scholar answer (HTTP 200)")
    if status in (200, 400) or status >= 500:
        return None
    return Trouble("refused", "bad-answer", f"HTTP {status}")


def service(*, authenticated: bool) -> Service:
    """Return how Semantic Scholar is asked; it is off after five 429 in a row."""
    return Service(
        name="semanticscholar",
        lane=LANE,
        interval=1.1 if authenticated else 3.0,
        patience=PATIENCE,
        policy=RetryPolicy(attempts=3, throttled=Backoff(first=5.0, factor=2.0, cap=60.0)),
        classify=classify,
        read_timeout=60.0,
        breaker=5,
        sends_token=True,
    )


class SemanticScholarSource(ServiceSource[CitationRecord]):
    """What Semantic Scholar knows of arXiv ids, and of DOIs as `doi:10.…`."""

    name = "semanticscholar"
    api = "https://api.semanticscholar.org/graph/v1"

    def __init__(self, client: HttpClient, *, authenticated: bool, api_url: str = "") -> None:
        super().__init__(client, api_url=api_url)
        self._service = service(authenticated=authenticated)
        self._crashes = 0
        """Server errors in a row."""

    def _refusal(self, key: str) -> Missing | None:
        return None if is_key(key) else NO_KEY

    async def _answers(
        self, keys: Sequence[str]
    ) -> AsyncIterator[tuple[str, Outcome[CitationRecord]]]:
        """A batch that cannot be taken whole goes in halves."""
        dois, ids = parted(keys, lambda key: key.startswith(DOI_KEY))
        for batch in (*in_batches(ids, BATCH), *in_batches(dois, BATCH)):
            async for answered in self._ask(batch):
                yield answered

    async def _ask(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, Outcome[CitationRecord]]]:
        parts, requests = [keys], 0
        while parts:
            part = parts.pop()
            answer = await self._post(part)
            requests += 1
            if is_spoilt(part, answer) and len(part) > 1 and requests < HALVES:
                middle = len(part) // 2
                parts += [part[middle:], part[:middle]]
                continue
            for answered in outcomes(part, answer):
                yield answered

    async def _post(self, keys: Sequence[str]) -> Answer:
        """Ask once; where Semantic Scholar crashes again and again, close it for the run."""
        answer = await self._client.send(
            self._service,
            "POST",
            f"{self._url}/paper/batch?fields={FIELDS}",
            headers={"Accept": "application/json", "Content-Type": "application/json"},
            content=json.dumps({"ids": [id_of(key) for key in keys]}).encode(),
        )
        if answer.trouble is None and (answer.status or 0) >= 500:
            self._crashes += 1
            pause = self._service.policy.transient.seconds(min(self._crashes, 4), 0.0)
            self._client.pause_lane(LANE, pause, self._service)
            if self._crashes >= CRASHES:
                reason = f"HTTP {answer.status}, {self._crashes} times in a row"
                self._client.close_lane(LANE, reason, self._service)
        else:
            self._crashes = 0
        return answer


def id_of(key: str) -> str:
    """Return Semantic Scholar's spelling of a key (arXiv ids without version)."""
    return f"DOI:{key.removeprefix(DOI_KEY)}" if key.startswith(DOI_KEY) else f"ARXIV:{key}"


def is_spoilt(keys: Sequence[str], answer: Answer) -> bool:
    """
    Say whether an answer may be the fault of one of several ids.

    The grammar of arXiv ids is checked here, so none of them is malformed: that no id is valid
    means of them that none is known.
    """
    if answer.trouble is not None or answer.status == 200:
        return False
    error = error_of(answer)
    if answer.status == 400 and "no valid paper ids" in error:
        return any(key.startswith(DOI_KEY) for key in keys)
    return "fields" not in error


def error_of(answer: Answer) -> str:
    """Return Semantic Scholar's message about a refused request, in lower case."""
    body = json_object(answer.body) or {}
    return str(body.get("error") or body.get("message") or "").lower()[:200]


def outcomes(keys: Sequence[str], answer: Answer) -> Iterator[tuple[str, Outcome[CitationRecord]]]:
    """Join an answer to the keys that were asked, by position."""
    if answer.trouble is not None:
        yield from ((key, failed(answer)) for key in keys)
    elif answer.status != 200:
        yield from ((key, _refused(answer)) for key in keys)
    elif len(items := read_json(answer.body)) != len(keys):
        reason = f"Semantic Scholar gave {len(items)} answers to {len(keys)} questions"
        yield from ((key, Failed(kind="bad-answer", reason=reason)) for key in keys)
    else:
        for key, item in zip(keys, items, strict=True):
            yield key, UNKNOWN if item is None else outcome_of(key, item)


def _refused(answer: Answer) -> Missing | Failed:
    """Return what is said of a key that cannot be asked with fewer others."""
    if answer.status == 400 and "no valid paper ids" in error_of(answer):
        return UNKNOWN
    kind = "server-error" if (answer.status or 0) >= 500 else "bad-answer"
    return Failed(kind=kind, reason=f"HTTP {answer.status}")


# --- the record -------------------------------------------------------------------------------


class _Ids(Part):
    ArXiv: str | None = None
    DOI: str | None = None
    ACL: str | None = None
    DBLP: str | None = None


class _Paper(Part):
    paperId: str  # noqa: N815 Semantic Scholar's name
    corpusId: int | None = None  # noqa: N815
    externalIds: _Ids | None = None  # noqa: N815
    title: str | None = None
    venue: str | None = None
    year: int | None = None
    publicationDate: str | None = None  # noqa: N815
    citationCount: int | None = None  # noqa: N815


def outcome_of(key: str, item: Any) -> Outcome[CitationRecord]:
    """Read one paper; one that has another id of the kind that was asked is not the paper."""
    paper = _Paper.read(item, "Semantic Scholar's paper")
    if isinstance(paper, Failed):
        return paper
    ids = paper.externalIds or _Ids()
    asked = key.removeprefix(DOI_KEY)
    given = ids.DOI if key.startswith(DOI_KEY) else ids.ArXiv
    if given and given.strip().lower() != asked.lower():
        return Missing(reason=f"Semantic Scholar answers with another paper ({given[:60]})")
    return Found(value=_record(paper, ids))


NO_VENUES: Final = frozenset({"", "arxiv", "arxiv.org", "corr", "arxiv preprint"})


def _record(paper: _Paper, ids: _Ids) -> CitationRecord:
    venue = plain_text(paper.venue) or ""
    return CitationRecord(
        s2_id=paper.paperId,
        title=plain_text(paper.title) or "",
        arxiv_id=squeezed(ids.ArXiv),
        doi=published_doi(ids.DOI),
        acl=squeezed(ids.ACL),
        dblp=squeezed(ids.DBLP),
        corpus_id=paper.corpusId,
        citation_count=paper.citationCount,
        venue=None if venue.lower() in NO_VENUES else venue,
        year=paper.year,
        publication_date=day(paper.publicationDate),
    )
