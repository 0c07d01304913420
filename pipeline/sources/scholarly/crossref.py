"""
DOIs from Crossref, one request for each: titles, venues, dates, and what became of a preprint.

Manual: https://www.crossref.org/documentation/retrieve-metadata/rest-api/. Since December 2025 5
requests a second and one at a time; 10 and three for those who say `mailto:` in the User-Agent (the
polite pool). The limits stand in the headers of every answer and are read there. Other agencies'
DOIs get 404 as plain text, so 404 is no word about the DOI itself.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final
from urllib.parse import quote

from pydantic import Field, ValidationError

from pipeline.network.http_client import HttpClient
from pipeline.network.retry import Backoff, RetryPolicy
from pipeline.network.service import Answer, Service
from pipeline.records.outcomes import Found, Missing, Outcome, Skipped
from pipeline.records.sources import DoiRecord
from pipeline.sources.answers import (
    BREAKER,
    Part,
    classifier,
    failed,
    fetch,
    json_object,
    unreadable,
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
from pipeline.works.titles import title_key

DOI_PREFIX: Final = "https://doi.org/"
AT_ONCE: Final = 3
"""Requests under way at once, at most: the polite pool's limit."""


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


class CrossrefSource:
    """What Crossref knows of DOIs; a `Missing` one may be registered with another agency."""

    name = "crossref"

    def __init__(self, client: HttpClient, *, api_url: str = "https://api.crossref.org") -> None:
        self._client = client
        self._api_url = api_url.rstrip("/")
        self._at_once = 1
        """Until an answer has told the limit."""

    async def fetch_many(
        self, keys: Sequence[str]
    ) -> AsyncIterator[tuple[str, Outcome[DoiRecord]]]:
        """See `Source.fetch_many`: DOIs in lower case, one request each."""
        wanted: list[str] = []
        for key in dict.fromkeys(keys):
            if not is_lower_doi(key):
                yield key, Missing(reason="not a DOI")
            elif is_datacite(key):
                yield key, Skipped(reason="registered with DataCite, not with Crossref")
            else:
                wanted.append(key)
        waiting = iter(wanted)
        while batch := list(islice(waiting, self._at_once)):
            for answered in await asyncio.gather(*map(self._fetch, batch)):
                yield answered

    async def _fetch(self, doi: str) -> tuple[str, Outcome[DoiRecord]]:
        url = f"{self._api_url}/works/{quote(doi, safe='')}"
        answer = await fetch(self._client, SERVICE, url)
        self._learn(answer.headers)
        return doi, outcome_of(doi, answer)

    def _learn(self, headers: Mapping[str, str]) -> None:
        at_once = _number(headers.get("x-concurrency-limit"))
        if at_once is not None:
            self._at_once = max(1, min(AT_ONCE, at_once))
        if (interval := told_interval(headers)) > SERVICE.interval:
            self._client.pause_lane("crossref", interval, SERVICE)


def told_interval(headers: Mapping[str, str]) -> float:
    """Return the seconds between requests of `x-rate-limit-limit: 5`, `-interval: 1s`; else 0."""
    limit = _number(headers.get("x-rate-limit-limit"))
    seconds = _number(headers.get("x-rate-limit-interval", "").removesuffix("s"))
    return seconds / limit if limit and seconds else 0.0


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 6 else None


def outcome_of(doi: str, answer: Answer) -> Outcome[DoiRecord]:
    """Read the answer about one DOI."""
    if answer.trouble is not None:
        return failed(answer)
    if answer.status == 404:
        return Missing(reason="not registered with Crossref")
    try:
        return Found(value=_record(doi, _Work.model_validate(_message(answer.body))))
    except ValidationError as error:
        return unreadable("Crossref's record", error)


def _message(body: bytes) -> dict[str, Any] | None:
    """Return the work of an answer (`message`); None where it is no answer of Crossref."""
    message = (json_object(body) or {}).get("message")
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


def _record(doi: str, work: _Work) -> DoiRecord:
    dates = (work.published, work.issued, work.posted)
    registered = work.DOI.strip().lower()
    return DoiRecord(
        doi=registered if is_lower_doi(registered) else doi,
        title=full_title(first_text(work.title), first_text(work.subtitle)),
        authors=tuple(_names(work.author or ())),
        venue=first_text(work.venue),
        published=next((day for date in dates if date and (day := iso_date(date.parts))), None),
        type=work.type,
        is_preprint=work.type == "posted-content" and work.subtype in ("preprint", None),
        preprint_of=_related(work, "is-preprint-of", published_doi),
        has_preprint=_related(work, "has-preprint", arxiv_id_of),
        retracted=any(update.type == "retraction" for update in work.updates or ()),
        url=work.URL or f"{DOI_PREFIX}{doi}",
    )


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
