"""
DOIs from Crossref, 50 in a request: titles, authors, venues, dates, what became of a preprint.

Manual: https://www.crossref.org/documentation/retrieve-metadata/rest-api/. `filter=doi:A,doi:B` is
a list of works (CrossRef/rest-api-doc#301), in a line of at most 4,092 bytes (#251); `select` takes
the fields of #306, without which the references of 50 works are megabytes. Crossref answers lists
more slowly than single works, one a second at least. Single works, of which some DOIs need one
each, since December 2025: 5 a second and one at a time; 10 and three for those who say `mailto:` in
the User-Agent (the polite pool). The limits stand in the headers of every answer and are read
there. Other agencies' DOIs get 404 as plain text, or are left out of a list, which is no word about
the DOI itself.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Final
from urllib.parse import quote, urlencode

from pydantic import Field

from pipeline.network.retry import Backoff, RetryPolicy
from pipeline.network.service import Answer, Service
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.sources import DoiRecord
from pipeline.sources.answers import (
    BREAKER,
    Part,
    classifier,
    failed,
    in_batches,
    json_at,
    parted,
)
from pipeline.sources.scholarly.rules import (
    PATIENCE,
    arxiv_id_of,
    first_text,
    is_datacite,
    is_lower_doi,
    plain_text,
    published_doi,
)
from pipeline.sources.service_source import ServiceSource
from pipeline.works.candidates import CandidateWork, TitleHits
from pipeline.works.titles import title_key
from pipeline.works.withdrawals import is_marked, without_notice

API_URL: Final = "https://api.crossref.org"
DOI_PREFIX: Final = "https://doi.org/"
AT_ONCE: Final = 3
"""Requests under way at once, at most: the polite pool's limit."""


BATCH: Final = 50
"""DOIs in a request for a list."""
LINE_LIMIT: Final = 4_000
"""Bytes of path and query of a request."""
HITS: Final = 5
"""Works in the answer to a search for a title."""
MAX_AUTHORS: Final = 100
NOTHING_NEAR: Final = Missing(reason="Crossref has no work near this title")
_FIELDS: Final = (
    "DOI,URL,title,subtitle,author,container-title,published,issued,posted,type,relation,updated-by,"
    "update-to"
)
_PLAIN: Final = re.compile(r"[a-z0-9./_()-]+", re.ASCII)
"""DOIs without a sign that means something in a filter, as the comma does."""

SERVICE: Final = Service(
    name="crossref",
    lane="crossref",
    interval=0.2,
    concurrency=AT_ONCE,
    patience=PATIENCE,
    policy=RetryPolicy(attempts=4, throttled=Backoff(first=5.0, factor=3.0, cap=60.0)),
    classify=classifier("Crossref", lambda body: _message(body) is not None),
    body_cap=8 * 1024 * 1024,
    breaker=BREAKER,
)
LISTS: Final = replace(
    SERVICE,
    lane="crossref-lists",
    interval=1.0,
    concurrency=1,
    classify=classifier("Crossref", lambda body: _items(body) is not None),
    body_cap=32 * 1024 * 1024,
)
"""For lists of works; a pace of their own, and the same name in the count of requests."""


class CrossrefTitles(ServiceSource[TitleHits]):
    """
    The works of Crossref nearest to a title; keys are titles, a request each.

    `query.bibliographic` always answers something, and no score tells whether it is the work
    (CrossRef/rest-api-doc; "Attention is All you Need" gave another paper), so whoever asks
    compares titles. Works of other agencies, arXiv's among them, are not there.
    """

    name = "crossref-search"
    api = API_URL

    async def _one(self, key: str) -> Outcome[TitleHits]:
        query = {"query.bibliographic": key[:500], "rows": HITS, "select": _FIELDS}
        return hits_of(await self._get(LISTS, f"/works?{urlencode(query)}"))


class CrossrefSource(ServiceSource[DoiRecord]):
    """What Crossref knows of DOIs; a `Missing` one may be registered with another agency."""

    name = "crossref"
    api = API_URL
    _at_once = 1
    """Until an answer has told the limit."""

    def _refusal(self, key: str) -> Missing | None:
        if not is_lower_doi(key):
            return Missing(reason="not a DOI")
        if is_datacite(key):
            return Missing(reason="registered with DataCite, not with Crossref")
        return None

    async def _answers(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, Outcome[DoiRecord]]]:
        """Ask about 50 in a request; a few need one each."""
        singles: list[str] = []
        for dois in _batches(keys):
            found = await self._fetch_list(dois) if len(dois) > 1 else None
            if found is None:
                singles += dois
                continue
            for answered in found.items():
                yield answered
        waiting = iter(singles)
        while batch := list(islice(waiting, self._at_once)):
            for answered in await asyncio.gather(*map(self._fetch, batch)):
                yield answered

    async def _fetch_list(self, dois: Sequence[str]) -> Mapping[str, Outcome[DoiRecord]] | None:
        """Return what Crossref says of DOIs; None where it does not take them together."""
        answer = await self._get(LISTS, _list_path(dois))
        self._learn(answer.headers, LISTS)
        if answer.trouble is not None and answer.trouble.kind == "refused":
            return None  # HTTP 400: one of them, and nobody says which
        return outcomes_of(dois, answer)

    async def _fetch(self, doi: str) -> tuple[str, Outcome[DoiRecord]]:
        answer = await self._get(SERVICE, f"/works/{quote(doi, safe='')}")
        self._learn(answer.headers, SERVICE)
        return doi, outcome_of(doi, answer)

    def _learn(self, headers: Mapping[str, str], service: Service) -> None:
        at_once = _number(headers.get("x-concurrency-limit"))
        if at_once is not None:
            self._at_once = max(1, min(AT_ONCE, at_once))
        if (interval := told_interval(headers)) > service.interval:
            self._client.pause_lane(service.lane or "", interval, service)


def _batches(dois: Sequence[str]) -> Iterable[Sequence[str]]:
    """Return DOIs that fit into one request; alone those that cannot be asked with others."""
    plain, odd = parted(dois, lambda doi: _PLAIN.fullmatch(doi) is not None)
    room = LINE_LIMIT - len(_list_path(())) - 1
    return *in_batches(plain, BATCH, lambda doi: len(f"doi:{doi},"), room), *((doi,) for doi in odd)


def _list_path(dois: Sequence[str]) -> str:
    wanted = ",".join(f"doi:{doi}" for doi in dois)
    return f"/works?filter={wanted}&rows={len(dois)}&select={_FIELDS}"


def told_interval(headers: Mapping[str, str]) -> float:
    """Return the seconds between requests of `x-rate-limit-limit: 5`, `-interval: 1s`; else 0."""
    limit = _number(headers.get("x-rate-limit-limit"))
    seconds = _number(headers.get("x-rate-limit-interval", "").removesuffix("s"))
    return seconds / limit if limit and seconds else 0.0


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 6 else None


def outcomes_of(dois: Sequence[str], answer: Answer) -> dict[str, Outcome[DoiRecord]]:
    """Read the answer about several DOIs; what is not in the list is not registered there."""
    items = _items(answer.body)
    if answer.trouble is not None or items is None:
        return dict.fromkeys(dois, failed(answer))
    works = {str(item.get("DOI", "")).strip().lower(): item for item in items}
    return {doi: _outcome(doi, works.get(doi)) for doi in dois}


def _outcome(doi: str, work: Any) -> Outcome[DoiRecord]:
    if work is None:
        return Missing(reason="not registered with Crossref")
    read = _Work.read(work, "Crossref's record")
    return read if isinstance(read, Failed) else Found(value=_record(doi, read))


def _items(body: bytes) -> list[dict[str, Any]] | None:
    """Return the works of a list (`message.items`); None where it is no answer of Crossref."""
    items = json_at(body, "message", "items")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return None
    return items


def hits_of(answer: Answer) -> Outcome[TitleHits]:
    """Read the answer to a search for a title."""
    items = _items(answer.body)
    if answer.trouble is not None or items is None:
        return failed(answer)
    records: list[DoiRecord] = []
    for item in items:
        outcome = _outcome(str(item.get("DOI", "")).strip().lower(), item)
        records += [outcome.value] if isinstance(outcome, Found) and outcome.value.title else []
    if items and not records:
        return Failed(kind="bad-answer", reason="Crossref's records are not readable")
    works = tuple(map(_candidate, records))
    return Found(value=TitleHits(candidates=works)) if works else NOTHING_NEAR


def _candidate(record: DoiRecord) -> CandidateWork:
    return CandidateWork(
        key=f"doi:{record.doi}",
        title=record.title,
        authors=record.authors[:MAX_AUTHORS],
        published=record.published,
        source=CrossrefTitles.name,
    )


def outcome_of(doi: str, answer: Answer) -> Outcome[DoiRecord]:
    """Read the answer about one DOI."""
    if answer.trouble is not None:
        return failed(answer)
    return _outcome(doi, None if answer.status == 404 else _message(answer.body) or {})


def _message(body: bytes) -> dict[str, Any] | None:
    """Return the work of an answer (`message`); None where it is no answer of Crossref."""
    message = json_at(body, "message")
    return message if isinstance(message, dict) and isinstance(message.get("DOI"), str) else None


# --- the record -------------------------------------------------------------------------------


class _Author(Part):
    given: str | None = None
    family: str | None = None
    name: str | None = None


class _Date(Part):
    parts: list[list[int | None]] = Field(default=[], alias="date-parts")


class _Related(Part):
    id: str | None = None
    type: str | None = Field(default=None, alias="id-type")


class _Update(Part):
    type: str | None = None


class _Work(Part):
    DOI: str
    URL: str | None = None
    title: list[str | None] | None = None
    subtitle: list[str | None] | None = None
    author: list[_Author] | None = None
    venue: list[str | None] | None = Field(default=None, alias="container-title")
    published: _Date | None = None
    issued: _Date | None = None
    posted: _Date | None = None
    type: str | None = None
    subtype: str | None = None
    relation: dict[str, list[_Related]] | None = None
    updates: list[_Update] | None = Field(default=None, alias="updated-by")
    updated: list[_Update] | None = Field(default=None, alias="update-to")


def _record(doi: str, work: _Work) -> DoiRecord:
    dates = (work.published, work.issued, work.posted)
    registered = work.DOI.strip().lower()
    return DoiRecord(
        doi=registered if is_lower_doi(registered) else doi,
        title=without_notice(full_title(first_text(work.title), first_text(work.subtitle))),
        authors=tuple(_names(work.author or ())),
        venue=first_text(work.venue),
        published=next((day for date in dates if date and (day := iso_date(date.parts))), None),
        type=work.type,
        is_preprint=work.type == "posted-content" and work.subtype in ("preprint", None),
        preprint_of=_related(work, "is-preprint-of", published_doi),
        has_preprint=_related(work, "has-preprint", arxiv_id_of),
        retracted=_is_retracted(work),
        url=work.URL or f"{DOI_PREFIX}{doi}",
    )


RETRACTING: Final = frozenset({"retraction", "withdrawal", "removal"})
"""
Types of updates that take a work back, as Wikipedia's bot for retractions reads them
(Samwalton9/RetractionBot); an erratum, a correction or an expression of concern does not.
"""


def _is_retracted(work: _Work) -> bool:
    """
    Say whether a work itself was retracted.

    `updated-by` stands in the work and names the notice, `update-to` in the notice and names the
    work. Some publishers only put the word before the title; a notice may have it there too.
    """
    kinds = {(update.type or "").strip().lower() for update in work.updates or ()}
    title = first_text(work.title) or ""
    return bool(kinds & RETRACTING) or (not work.updated and is_marked(title))


def full_title(title: str | None, subtitle: str | None) -> str:
    """Return title and subtitle; publishers part them at the colon, some deposit both in both."""
    if not title or not subtitle or title_key(subtitle) in title_key(title):
        return title or subtitle or ""
    return f"{title.removesuffix(':')}: {subtitle}"


def iso_date(parts: Sequence[Sequence[int | None]]) -> str | None:
    """Return `[[2024, 5, 8]]` as `2024-05-08`, up to a part no calendar has, or None."""
    year, *rest = [*(parts[0] if parts else ()), None]
    if year is None or not 1000 <= year <= 9999:
        return None
    text = f"{year:04}"
    for part, most in zip(rest, (12, 31), strict=False):
        if part is None or not 1 <= part <= most:
            break
        text += f"-{part:02}"
    return text


def _related(work: _Work, kind: str, read: Callable[[str | None], str | None]) -> str | None:
    related = (work.relation or {}).get(kind, ())
    return next(filter(None, (read(one.id) for one in related)), None)


def _names(authors: Sequence[_Author]) -> Iterator[str]:
    """Yield `Given Family` of persons, the name of groups."""
    for author in authors:
        name = plain_text(f"{author.given or ''} {author.family or ''}") or plain_text(author.name)
        if name:
            yield name
