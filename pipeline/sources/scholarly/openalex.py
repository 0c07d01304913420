"""
Citations, references, published versions and retractions from OpenAlex, a hundred to a request.

Manual: https://developers.openalex.org. Every day has a budget in credits (without a key it is
shared by all who use the address): a work asked by its DOI costs none, a filter over a hundred DOIs
one. A used-up budget is told by 429 with `Retry-After` of hours, or by `x-ratelimit-remaining: 0`;
nobody waits for that, OpenAlex is left alone for the run. Known quirks: 404 comes as HTML, lists
hold 25 works unless told otherwise, some works have the right DOI and another paper's title, so
whoever uses a record compares titles first.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from pipeline.network.http_client import HttpClient
from pipeline.network.retry import Backoff, RetryPolicy, Trouble
from pipeline.network.service import Answer, Service
from pipeline.records.outcomes import Failed, FailureKind, Found, Missing, Outcome
from pipeline.records.source import R
from pipeline.records.sources import CitedWork, OpenAlexRecord, ReferencesRecord
from pipeline.sources.answers import (
    Part,
    classifier,
    failed,
    in_batches,
    json_object,
    parted,
    within,
)
from pipeline.sources.scholarly.rules import (
    DOI_KEY,
    NO_KEY,
    PATIENCE,
    arxiv_id_of,
    is_key,
    plain_text,
    published_doi,
)
from pipeline.sources.service_source import Pairs, ServiceSource
from pipeline.works.identifiers import identify

LANE: Final = "openalex"
BATCH: Final = 100
"""Values in one filter, and works on one page, at most."""
LONGEST_FILTER: Final = 5000
"""Characters of DOIs in one filter; servers answer 414 from 8,000 or so."""
FIELDS: Final = "cited_by_count,doi,id,ids,is_retracted,locations,primary_location,title,type"
DOI_URL: Final = "https://doi.org/"
ARXIV_DOI: Final = "10.48550/arxiv."
MAX_AUTHORS: Final = 10
_SIGNS: Final = frozenset(',|!"&+')
_OWN_ID: Final = re.compile(r"W[0-9]{1,12}", re.ASCII)
UNKNOWN: Final = Missing(reason="OpenAlex does not know it")


SPENT: Final = "OpenAlex's budget of the day is used up"
_REFUSALS: Final[Mapping[int, tuple[FailureKind, str]]] = {
    401: ("unauthorized", "OpenAlex refuses the key (HTTP 401)"),
    403: ("forbidden", "OpenAlex refuses access (HTTP 403)"),
    429: ("throttled", SPENT),
}


def _is_spent(answer: Answer) -> bool:
    """Say whether an answer took the last credit of the day: the next one cannot succeed."""
    return answer.headers.get("x-ratelimit-remaining") == "0"


def _refusal(answer: Answer, _: datetime) -> Trouble | None:
    status = answer.status or 0
    if status not in _REFUSALS or (status == 429 and not _is_spent(answer)):
        return None
    return Trouble("stop", *_REFUSALS[status])


classify: Final = classifier("OpenAlex", lambda body: _works(body) is not None, _refusal)


def service(*, authenticated: bool) -> Service:
    """Return how OpenAlex is asked."""
    return Service(
        name="openalex",
        lane=LANE,
        interval=0.1 if authenticated else 0.5,
        patience=PATIENCE,
        policy=RetryPolicy(
            attempts=4, throttled=Backoff(first=5.0, factor=3.0, cap=60.0), longest_wait=60.0
        ),
        classify=classify,
        breaker=8,
        sends_token=True,
    )


class _OpenAlex(ServiceSource[R]):
    """How the sources of this file ask; in the address a key would be logged."""

    api = "https://api.openalex.org"

    def __init__(self, client: HttpClient, *, authenticated: bool, api_url: str = "") -> None:
        super().__init__(client, api_url=api_url)
        self._service = service(authenticated=authenticated)

    def _refusal(self, key: str) -> Missing | None:
        return None if is_key(key) else NO_KEY

    def _batches(self, keys: Sequence[str]) -> Iterable[Sequence[str]]:
        return batches(keys)

    async def _ask(self, path: str) -> Answer:
        """Return an answer; after the one that took the last credit nothing more is asked."""
        answer = await self._get(self._service, path)
        if answer.trouble is None and _is_spent(answer):
            self._client.close_lane(LANE, SPENT, self._service)
        return answer


class OpenAlexSource(_OpenAlex[OpenAlexRecord]):
    """What OpenAlex knows of works: one by its DOI, several by a filter over DOIs."""

    name = "openalex"

    async def _about(self, keys: Sequence[str]) -> "Pairs[OpenAlexRecord]":
        return outcomes(keys, await self._ask(address(keys, FIELDS)))


class OpenAlexReferences(_OpenAlex[ReferencesRecord]):
    """What works cite, as OpenAlex knows it: a hundred works for one credit."""

    name = "openalex-references"

    async def _about(self, keys: Sequence[str]) -> "Pairs[ReferencesRecord]":
        fields = "doi,id,ids,locations,primary_location,referenced_works,title"
        return joined(keys, await self._ask(address(keys, fields)), _references)


class OpenAlexWorks(_OpenAlex[CitedWork]):
    """What OpenAlex knows of works by its own ids (`W…`): a hundred for one credit."""

    name = "openalex-works"

    def _refusal(self, key: str) -> Missing | None:
        return None if _OWN_ID.fullmatch(key) else Missing(reason="not an id of OpenAlex")

    def _batches(self, keys: Sequence[str]) -> Iterable[Sequence[str]]:
        return in_batches(keys, BATCH)

    async def _about(self, keys: Sequence[str]) -> "Pairs[CitedWork]":
        fields = f"authorships,{FIELDS},publication_year"
        answer = await self._ask(_filter(f"openalex:{'|'.join(keys)}", fields))
        works = () if answer.trouble else map(_cited, _works(answer.body) or [])
        known = {work.openalex_id: work for work in works if work is not None}
        rest: Outcome[CitedWork] = failed(answer) if answer.trouble else UNKNOWN
        return [(key, Found(value=known[key]) if key in known else rest) for key in keys]


def address(keys: Sequence[str], fields: str) -> str:
    """Return what is asked about keys: one work by its DOI, several by a filter over DOIs."""
    if len(keys) == 1:
        return f"/works/doi:{quote(doi_of(keys[0]))}?select={fields}"
    dois = "|".join(f"{DOI_URL}{doi_of(key)}" for key in keys)
    return _filter(f"doi:{dois}", fields)


def _filter(wanted: str, fields: str) -> str:
    query = {"filter": wanted, "per-page": BATCH, "select": fields}
    return f"/works?{urlencode(query)}"


def doi_of(key: str) -> str:
    """Return the DOI by which OpenAlex knows a key."""
    return key.removeprefix(DOI_KEY) if key.startswith(DOI_KEY) else f"{ARXIV_DOI}{key}".lower()


def batches(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    """Return the keys of each request: a DOI with a sign that ends a filter goes alone."""
    plain, odd = parted(keys, _SIGNS.isdisjoint)
    return (
        *in_batches(plain, BATCH, lambda key: len(f"{DOI_URL}{doi_of(key)}|"), LONGEST_FILTER),
        *((key,) for key in odd),
    )


def outcomes(keys: Sequence[str], answer: Answer) -> Iterator[tuple[str, Outcome[OpenAlexRecord]]]:
    """Read what an answer says of the works that were asked about."""
    return joined(keys, answer, _record)


def joined(
    keys: Sequence[str], answer: Answer, read: "Callable[[_Work], R]"
) -> Iterator[tuple[str, Outcome[R]]]:
    """Join an answer to the keys that were asked, by every DOI and arXiv id that a work has."""
    if answer.trouble is not None:
        yield from ((key, failed(answer)) for key in keys)
        return
    works = [] if answer.status == 404 else _works(answer.body) or []
    named = [pair for item in works for pair in _named(item, read)]
    found = dict(reversed(named))  # of two works with one DOI the first counts
    rest: Outcome[R] = UNKNOWN
    if len(keys) == len(works) == 1 and named:
        rest = named[0][1]  # asked by its DOI, and merged into a work that has another
    if _is_cut(answer.body):
        rest = Failed(kind="bad-answer", reason="OpenAlex has more works of these DOIs than fit")
    for key in keys:
        yield key, found.get(key, rest)


def _works(body: bytes) -> list[Any] | None:
    """Return the works of an answer, one or many; None where it is no answer of OpenAlex."""
    document = json_object(body) or {}
    results, single = document.get("results"), isinstance(document.get("id"), str)
    if isinstance(results, list):
        return results
    return [document] if single else None


def _is_cut(body: bytes) -> bool:
    """Say whether a list has more works than stand on its page."""
    document = json_object(body)
    count, results = within(document, "meta", "count"), within(document, "results")
    return isinstance(results, list) and isinstance(count, int) and count > len(results)


# --- the record -------------------------------------------------------------------------------


class _Venue(Part):
    display_name: str | None = None
    type: str | None = None


class _Location(Part):
    landing_page_url: str | None = None
    source: _Venue | None = None


class _Ids(Part):
    doi: str | None = None


class _Person(Part):
    display_name: str | None = None


class _Authorship(Part):
    author: _Person | None = None


class _Work(Part):
    id: str
    doi: str | None = None
    title: str | None = None
    type: str | None = None
    ids: _Ids | None = None
    primary_location: _Location | None = None
    locations: list[_Location] | None = None
    cited_by_count: int | None = None
    is_retracted: bool | None = None
    referenced_works: list[str] | None = None
    publication_year: int | None = None
    authorships: list[_Authorship] | None = None


def _named(item: Any, read: "Callable[[_Work], R]") -> Iterator[tuple[str, Outcome[R]]]:
    """Yield one work under each of its keys; what cannot be read under the DOI it has."""
    work = _Work.read(item, "OpenAlex's work")
    if isinstance(work, Failed):
        doi = within(item, "doi")
        for name in _keys([doi] if isinstance(doi, str) else []):
            yield name, work
        return
    for name in _keys(_addresses(work)):
        yield name, Found(value=read(work))


def _addresses(work: _Work) -> list[str]:
    """Return every address of a work, its own DOI first."""
    own = [work.doi, work.ids.doi if work.ids else None]
    places = [place.landing_page_url for place in _places(work)]
    return [address for address in own + places if address]


def _places(work: _Work) -> list[_Location]:
    first = [work.primary_location] if work.primary_location else []
    return first + (work.locations or [])


def _keys(addresses: Sequence[str]) -> Iterator[str]:
    for address in addresses:
        found = identify(address)
        if found is not None and found.scheme in ("arxiv", "doi"):
            yield found.value if found.scheme == "arxiv" else found.key


def _record(work: _Work) -> OpenAlexRecord:
    addresses = _addresses(work)
    return OpenAlexRecord(
        openalex_id=work.id.rpartition("/")[2],
        title=plain_text(work.title) or "",
        doi=next(filter(None, map(published_doi, addresses)), None),
        arxiv_id=next(filter(None, map(arxiv_id_of, addresses)), None),
        type=work.type,
        venue=_venue(work),
        cited_by_count=work.cited_by_count,
        is_retracted=work.is_retracted is True,
    )


def _references(work: _Work) -> ReferencesRecord:
    cited = (url.rpartition("/")[2] for url in work.referenced_works or ())
    return ReferencesRecord(
        openalex_id=work.id.rpartition("/")[2],
        title=plain_text(work.title) or "",
        works=tuple(dict.fromkeys(one for one in cited if _OWN_ID.fullmatch(one))),
    )


def _cited(item: Any) -> CitedWork | None:
    """Return a cited work; None where its record cannot be read."""
    work = _Work.read(item, "OpenAlex's work")
    if isinstance(work, Failed):
        return None
    keys = (found.key for one in _addresses(work) if (found := identify(one)) is not None)
    known = dict.fromkeys(key for key in keys if key.startswith(("arxiv:", DOI_KEY)))
    names = (plain_text(one.author.display_name) for one in work.authorships or () if one.author)
    return CitedWork(
        openalex_id=work.id.rpartition("/")[2],
        title=plain_text(work.title) or "",
        keys=tuple(sorted(known, key=lambda key: not key.startswith("arxiv:"))),
        authors=tuple(name for name in names if name)[:MAX_AUTHORS],
        year=work.publication_year,
        cited_by_count=work.cited_by_count,
        is_retracted=work.is_retracted is True,
    )


def _venue(work: _Work) -> str | None:
    """Return the journal or conference among a work's places: repositories are no venue."""
    for place in _places(work):
        if place.source is not None and place.source.type in ("journal", "conference"):
            return plain_text(place.source.display_name)
    return None
