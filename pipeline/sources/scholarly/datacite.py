"""
arXiv papers from DataCite, which holds a record of each: arXiv's DOIs (10.48550) are its.

Manual: https://support.datacite.org/docs/api-queries, arXiv's DOIs:
https://info.arxiv.org/help/doi.html (one for each paper, none for versions). A new paper appears
here days later, so a missing record says nothing about the paper. Limits count by address, in five
minutes; over them 429 with `Retry-After` (https://support.datacite.org/docs/rate-limit).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from pydantic import Field

from pipeline.network.service import Answer, Service
from pipeline.records.outcomes import Failed, Found, Missing, Outcome, Skipped
from pipeline.records.sources import ArxivRecord
from pipeline.sources.answers import (
    BREAKER,
    Part,
    classifier,
    day,
    failed,
    json_at,
    squeezed,
    within,
)
from pipeline.sources.arxiv.rules import (
    NOT_AN_ID,
    categories,
    is_arxiv_id,
    is_withdrawn,
    publisher_doi,
)
from pipeline.sources.service_source import Pairs, ServiceSource
from pipeline.works.candidates import TOO_SHORT, CandidateWork, TitleHits, similarity
from pipeline.works.titles import normalise

API_URL = "https://api.datacite.org"
ACCEPT = "application/vnd.api+json, application/json"
PREFIX = "10.48550/arxiv."
BATCH = 50
"""DOIs in one query."""
TITLES = 10
"""Titles in one query."""
PAGE = 100
"""Works in the answer to it."""
MAX_HITS = 5
MAX_AUTHORS = 100
LEAST_SIMILAR = 60.0
"""What is less like a title is an answer to another one of the same query."""
_SIGNS = re.compile(r"[^\w\s'’-]|_")


SERVICE = Service(
    name="datacite",
    lane="datacite",
    interval=0.3,
    concurrency=2,
    classify=classifier("DataCite", lambda body: _data(body) is not None),
    breaker=BREAKER,
)


class DataCiteSource(ServiceSource[ArxivRecord]):
    """What DataCite knows of canonical arXiv ids; `Missing` says nothing about the paper itself."""

    name = "datacite"
    api = API_URL
    size = BATCH

    def _refusal(self, key: str) -> Missing | None:
        return None if is_arxiv_id(key) else NOT_AN_ID

    async def _about(self, keys: Sequence[str]) -> "Pairs[ArxivRecord]":
        return outcomes(keys, await self._get(SERVICE, _path(keys), ACCEPT))


def _path(ids: Sequence[str]) -> str:
    if len(ids) == 1:
        return f"/dois/{quote(PREFIX + ids[0])}"
    query = " OR ".join(f'"{PREFIX}{id_}"' for id_ in ids)
    return f"/dois?{urlencode({'query': f'doi:({query})', 'page[size]': BATCH})}"


class DataCiteTitles(ServiceSource[TitleHits]):
    """
    The works of DataCite, every paper of arXiv among them, that are called so; keys are titles.

    Its query language is Elasticsearch's: a phrase is found in longer titles too
    (https://support.datacite.org/docs/api-queries), and case and punctuation do not count.
    """

    name = "datacite-search"
    api = API_URL
    size = TITLES

    def _refusal(self, key: str) -> Skipped | None:
        return None if _phrase(key) else Skipped(reason=TOO_SHORT)

    async def _about(self, keys: Sequence[str]) -> "Pairs[TitleHits]":
        query = " OR ".join(f'"{_phrase(title)}"' for title in keys)
        parameters = {"query": f"titles.title:({query})", "page[size]": PAGE}
        return hits_of(keys, await self._get(SERVICE, f"/dois?{urlencode(parameters)}", ACCEPT))


def _phrase(title: str) -> str:
    """Return a title's words without the signs of the query language."""
    return " ".join(_SIGNS.sub(" ", title[:400]).split())


def hits_of(titles: Sequence[str], answer: Answer) -> Iterator[tuple[str, Outcome[TitleHits]]]:
    """Join an answer to the titles that were searched for."""
    data = _data(answer.body)
    if answer.trouble is not None or data is None:
        yield from ((title, failed(answer)) for title in titles)
        return
    works = list(filter(None, map(_work, data)))
    total = json_at(answer.body, "meta", "total")
    is_cut = not isinstance(total, int) or total > len(works)
    for title in titles:
        near = sorted(works, key=lambda work: -similarity(title, work.title))[:MAX_HITS]
        near = [work for work in near if _is_near(title, work.title)]
        if near:
            yield title, Found(value=TitleHits(candidates=tuple(near)))
        elif is_cut:
            yield title, Failed(kind="bad-answer", reason="DataCite has more works than fit")
        else:
            yield title, Missing(reason="DataCite has no work of this title")


def _is_near(title: str, other: str) -> bool:
    return similarity(title, other) >= LEAST_SIMILAR or normalise(title) in normalise(other)


def _work(item: Any) -> CandidateWork | None:
    """Return a record as a work that a title may mean; None where it cannot be read."""
    attributes = _Attributes.read(within(item, "attributes"), "DataCite's record")
    if isinstance(attributes, Failed):
        return None
    doi, title = (attributes.doi or "").strip().lower(), squeezed(attributes.titles[0].title)
    if not doi or not title:
        return None
    of_arxiv = doi.startswith(PREFIX) and is_arxiv_id(doi.removeprefix(PREFIX))
    year = attributes.publicationYear
    return CandidateWork(
        key=f"arxiv:{doi.removeprefix(PREFIX)}" if of_arxiv else f"doi:{doi}",
        title=title,
        authors=tuple(_names((attributes.creators or ())[:MAX_AUTHORS])),
        published=_date(attributes, "Submitted", 1) or (str(year) if year else None),
        source=DataCiteTitles.name,
    )


def outcomes(ids: Sequence[str], answer: Answer) -> Iterator[tuple[str, Outcome[ArxivRecord]]]:
    """Join an answer to the ids that were asked, by DOI: the order is not the query's."""
    if answer.trouble is not None:
        yield from ((id_, failed(answer)) for id_ in ids)
        return
    found: dict[str, Outcome[ArxivRecord]] = {}
    for item in _data(answer.body) or ():
        attributes = within(item, "attributes")
        if isinstance(doi := within(attributes, "doi"), str):
            id_ = doi.lower().removeprefix(PREFIX)
            found[id_] = outcome_of(id_, attributes)
    for id_ in ids:
        yield id_, found.get(id_, Missing(reason="DataCite has no record of it"))


def _data(body: bytes) -> list[Any] | None:
    """Return the records of an answer, one or many; None where it is no answer of DataCite."""
    data = json_at(body, "data")
    if isinstance(data, dict):
        return [data]
    return data if isinstance(data, list) else None


# --- the record -------------------------------------------------------------------------------


class _Creator(Part):
    name: str | None = None
    nameType: str | None = None  # noqa: N815 DataCite's name
    givenName: str | None = None  # noqa: N815
    familyName: str | None = None  # noqa: N815


class _Title(Part):
    title: str | None = None


class _Description(Part):
    description: str | None = None
    descriptionType: str | None = None  # noqa: N815


class _Date(Part):
    date: str | None = None
    dateType: str | None = None  # noqa: N815
    dateInformation: str | None = None  # noqa: N815


class _Subject(Part):
    subject: str | None = None
    subjectScheme: str | None = None  # noqa: N815


class _Related(Part):
    relationType: str | None = None  # noqa: N815
    relatedIdentifier: str | None = None  # noqa: N815
    relatedIdentifierType: str | None = None  # noqa: N815


class _Attributes(Part):
    doi: str | None = None
    publicationYear: int | None = None  # noqa: N815
    titles: list[_Title] = Field(min_length=1)
    creators: list[_Creator] | None = None
    descriptions: list[_Description] | None = None
    dates: list[_Date] | None = None
    subjects: list[_Subject] | None = None
    relatedIdentifiers: list[_Related] | None = None  # noqa: N815
    version: str | int | None = None


def outcome_of(id_: str, attributes: Any) -> Outcome[ArxivRecord]:
    """Read the attributes of one record."""
    read = _Attributes.read(attributes, "DataCite's record")
    return read if isinstance(read, Failed) else Found(value=_record(id_, read))


def _record(id_: str, attributes: _Attributes) -> ArxivRecord:
    number = str(attributes.version or "").removeprefix("v")
    version = int(number[:4]) if number.isascii() and number.isdigit() else None
    published = _date(attributes, "Submitted", 1) or _date(attributes, "Available", 1)
    # The code in `Atomic Physics (physics.atom-ph)`.
    codes = (
        match[1]
        for one in attributes.subjects or ()
        if one.subjectScheme in ("arXiv", None)
        and (match := _IN_BRACKETS.search((one.subject or "").rstrip()))
    )
    subjects = categories(codes)
    described = (
        one.description
        for one in attributes.descriptions or ()
        if one.descriptionType == "Abstract"
    )
    abstract = squeezed(next(described, None))
    # The published article: arXiv's record `IsVersionOf` it.
    related = (
        one.relatedIdentifier
        for one in attributes.relatedIdentifiers or ()
        if (one.relationType, one.relatedIdentifierType) == ("IsVersionOf", "DOI")
    )
    return ArxivRecord(
        id=id_,
        version=version,
        title=squeezed(attributes.titles[0].title) or "",
        authors=tuple(_names(attributes.creators or ())),
        abstract=abstract,
        published=published,
        # `Updated` of version 1 is the day when the record was changed, not the paper.
        updated=published if version == 1 else _date(attributes, "Updated", version),
        primary_category=subjects[0] if subjects else None,
        categories=subjects,
        doi=publisher_doi(next(related, None)),
        withdrawn=is_withdrawn(None, abstract),
        metadata_source="datacite",
    )


def _date(attributes: _Attributes, kind: str, version: int | None) -> str | None:
    """Return the day of `kind` (`Submitted`, `Updated`, …) of one version."""
    for date in attributes.dates or ():
        if date.dateType == kind and date.dateInformation in (None, f"v{version}"):
            return day(date.date)
    return None


def _names(creators: Sequence[_Creator]) -> Iterator[str]:
    """Yield `Given Family` of persons, the name as it is of collaborations."""
    for creator in creators:
        name = creator.name or ""
        if creator.familyName and creator.givenName:
            name = f"{creator.givenName} {creator.familyName}"
        elif creator.nameType != "Organizational" and name.count(",") == 1:
            family, _, given = name.partition(",")
            name = f"{given} {family}"
        if squeezed(name):
            yield " ".join(name.split())


_IN_BRACKETS = re.compile(r"\(([A-Za-z.-]{2,30})\)$", re.ASCII)
