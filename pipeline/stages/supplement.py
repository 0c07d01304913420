"""
Papers → papers with what other services know: citations, published versions, other ids.

Asked are the services that are switched on, all at once; one that cannot be asked costs its fields
and nothing else. Then Crossref is asked about the DOIs that the others have named. The rest is
pure: `apply` puts answers into a paper. No service overwrites a better one: arXiv's word counts for
its own papers, the registry's for a DOI; `sources` says which field came from where.

A preprint counts as published only where a source has both its arXiv id and the DOI in one record,
and nothing speaks against it: never because two titles are alike.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Final, TypeVar

from pipeline.progress import Progress
from pipeline.records.base import Record
from pipeline.records.catalog import Finding, Paper, PublishedVersion, Severity, SourceState
from pipeline.records.lists import Entry, Link, ParsedList
from pipeline.records.outcomes import Failed, Found, Outcome
from pipeline.records.sources import CitationRecord, DoiRecord, HuggingFaceRecord, OpenAlexRecord
from pipeline.sources.interface import Source
from pipeline.works.candidates import is_same_title, similarity
from pipeline.works.dois import dois_in
from pipeline.works.identifiers import Identifier, identify
from pipeline.works.repositories import repository
from pipeline.works.titles import version_tokens

STAGE: Final = "supplement"

CROSSREF: Final = "crossref"
SEMANTIC_SCHOLAR: Final = "semanticscholar"
OPENALEX: Final = "openalex"
HUGGING_FACE: Final = "huggingface"
ARXIV: Final = "arxiv"

ACL_DOI: Final = "10.18653/v1/"

R = TypeVar("R", bound=Record)

Answers = Mapping[str, Mapping[str, Outcome[Any]]]
"""By the name of the source, then by key."""


@dataclass(frozen=True, slots=True)
class Supplemented:
    """What is known after asking."""

    papers: tuple[Paper, ...]
    dois: Mapping[str, Outcome[DoiRecord]]
    """Crossref's answers by DOI: evidence for links, so that no publisher's page is asked."""


async def supplement(
    papers: Sequence[Paper],
    sources: Mapping[str, Source[Any]],
    progress: Progress,
    *,
    lists: Iterable[ParsedList] = (),
) -> Supplemented:
    """
    Ask the sources that are switched on about papers, and fill in what they know.

    `sources` has them by name: `crossref`, `semanticscholar`, `openalex`, `huggingface`. The links
    of `lists` that stand in prose are looked up at Crossref too, as evidence that they are alive.
    """
    prose = [link for parsed in lists for link in parsed.other_links]
    wanted = {name: wanted_keys(name, papers, prose) for name in sources}
    progress.start(STAGE, sum(map(len, wanted.values())))
    async with asyncio.TaskGroup() as group:
        tasks = {
            name: group.create_task(_ask(source, wanted[name], lambda: progress.advance(STAGE)))
            for name, source in sources.items()
        }
    answers = {name: task.result() for name, task in tasks.items()}
    if CROSSREF in sources:
        named = [doi for paper in papers for doi in named_dois(paper, answers)]
        new = [doi for doi in dict.fromkeys(named) if doi not in answers[CROSSREF]]
        answers[CROSSREF] |= await _ask(sources[CROSSREF], new, lambda: None)
    filled = tuple(apply(paper, answers) for paper in papers)
    progress.finish(STAGE)
    return Supplemented(papers=filled, dois=answers.get(CROSSREF, {}))


async def _ask(
    source: Source[R], keys: Sequence[str], advance: Callable[[], None]
) -> dict[str, Outcome[R]]:
    """Return a source's outcome for every key, in the order of the keys."""
    answers: dict[str, Outcome[R]] = {}
    if keys:
        async for key, outcome in source.fetch_many(keys):
            answers[key] = outcome
            advance()
    unanswered = Failed(kind="bad-answer", reason=f"{source.name} gave no answer about it")
    return {key: answers.get(key, unanswered) for key in keys}


# --- what is asked ----------------------------------------------------------------------------


def wanted_keys(source: str, papers: Iterable[Paper], prose: Iterable[Link]) -> tuple[str, ...]:
    """Return the distinct keys to ask a source about, as first seen."""
    keys = chain.from_iterable(keys_of(source, paper) for paper in papers)
    if source == CROSSREF:
        keys = chain(keys, filter(None, map(_linked_doi, prose)))
    return tuple(dict.fromkeys(keys))


def keys_of(source: str, paper: Paper) -> tuple[str, ...]:
    """
    Return the keys of a paper for one source, that of the paper itself first.

    Crossref is asked about every DOI of the paper, the others about its arXiv id, or else (not
    Hugging Face) about its DOI.
    """
    if source == CROSSREF:
        return tuple(dict.fromkeys(_dois(paper)))
    if paper.arxiv is not None:
        state = paper.sources.get(ARXIV)
        return () if state is not None and state.status == "missing" else (paper.arxiv.id,)
    own = next(_dois(paper), None)
    return (f"doi:{own}",) if own and source != HUGGING_FACE else ()


def own_doi(paper: Paper) -> str | None:
    """Return the DOI of a paper itself: papers of the ACL Anthology have `10.18653/v1/<id>`."""
    scheme, _, value = paper.key.partition(":")
    return paper.doi or (f"{ACL_DOI}{value.lower()}" if scheme == "acl" else None)


def _dois(paper: Paper) -> Iterator[str]:
    """Yield the DOIs that a paper, arXiv and the links of its entries name."""
    if own := own_doi(paper):
        yield own
    if paper.arxiv is not None:
        yield from dois_in(paper.arxiv.doi)
    links = (link for entry in paper.mentions for link in entry.links if link.role == "paper")
    yield from filter(None, map(_linked_doi, links))


def _linked_doi(link: Link) -> str | None:
    subject = identify(link.url)
    return _doi_of(subject) if subject is not None else None


def _doi_of(subject: Identifier) -> str | None:
    """Return the DOI of what a link leads to; those of the ACL Anthology have a DOI each."""
    if subject.scheme == "doi":
        return subject.value
    return f"{ACL_DOI}{subject.value.lower()}" if subject.scheme == "acl" else None


def named_dois(paper: Paper, answers: Answers) -> Iterator[str]:
    """Yield the DOIs under which sources say that a paper has been published."""
    yield from _asserted(paper, _known(paper, answers))


# --- what is believed -------------------------------------------------------------------------

ALIKE: Final = 90.0
"""Of `works.candidates.similarity`."""


def agrees(title: str, other: str) -> bool:
    """
    Say whether two titles are spellings of one, up to a slip or two.

    Numbers and other version tokens must be the same: a follow-up is no misspelling. This is never
    a reason to take two works for one, only a condition where something else says so.
    """
    if is_same_title(title, other):
        return True
    return version_tokens(title) == version_tokens(other) and similarity(title, other) >= ALIKE


@dataclass(frozen=True, slots=True)
class _Known:
    """The records about one paper that may be believed to be about it."""

    dois: Mapping[str, Outcome[DoiRecord]]
    """Of all papers: an answer about a DOI is about that DOI."""
    citation: CitationRecord | None
    openalex: OpenAlexRecord | None
    page: HuggingFaceRecord | None

    def registered(self, doi: str | None) -> DoiRecord | None:
        """Return the registry's record of a DOI."""
        outcome = self.dois.get(doi or "")
        return outcome.value if isinstance(outcome, Found) else None


def _known(paper: Paper, answers: Answers) -> _Known:
    """
    Return the answers about a paper that are about it.

    A record that repeats the id that was asked is; one that does not must have the paper's title.
    OpenAlex must have it always: some of its works have the right DOI and another paper's title.
    """
    own = next(iter(keys_of(OPENALEX, paper)), "")
    citation = _value(answers, SEMANTIC_SCHOLAR, own, CitationRecord)
    openalex = _value(answers, OPENALEX, own, OpenAlexRecord)
    return _Known(
        dois=answers.get(CROSSREF, {}),
        citation=citation if citation and _is_about(citation, paper) else None,
        openalex=openalex if openalex and _has_title(openalex.title, paper) else None,
        page=_value(answers, HUGGING_FACE, own, HuggingFaceRecord),
    )


def _value(answers: Answers, source: str, key: str, kind: type[R]) -> R | None:
    outcome = answers.get(source, {}).get(key)
    value = outcome.value if isinstance(outcome, Found) else None
    return value if isinstance(value, kind) else None


def _is_about(record: CitationRecord, paper: Paper) -> bool:
    same = _has_arxiv_id(record, paper) if paper.arxiv else record.doi == own_doi(paper)
    return same or _has_title(record.title, paper)


def _has_arxiv_id(record: CitationRecord | OpenAlexRecord, paper: Paper) -> bool:
    return paper.arxiv is not None and record.arxiv_id == paper.arxiv.id


def _has_title(title: str, paper: Paper) -> bool:
    """Say whether a title is a paper's own, or the one under which a list knows it."""
    names = dict.fromkeys((paper.title, *(entry.title for entry in paper.mentions)))
    return any(agrees(title, name) for name in names if name)


# --- published since? -------------------------------------------------------------------------


def _asserted(paper: Paper, known: _Known) -> Iterator[str]:
    """Yield the DOIs that a source has in one record with the paper's own id, the best first."""
    own = known.registered(own_doi(paper)) if paper.arxiv is None else None
    if own is not None and own.preprint_of:
        yield own.preprint_of
    if paper.arxiv is None:
        return
    for doi in _dois(paper):
        record = known.registered(doi)
        if record is not None and record.has_preprint == paper.arxiv.id:
            yield doi
    yield from dois_in(paper.arxiv.doi)
    for other in (known.citation, known.openalex):
        if other is not None and other.doi and _has_arxiv_id(other, paper):
            yield other.doi


def published_version(paper: Paper, known: _Known) -> PublishedVersion | None:
    """
    Return where a preprint has been published, in the words of the best source that says so.

    The registry's own words first. What it says can also speak against a DOI: the DOI is a
    preprint's, or its title is another (arXiv's field is what authors wrote, at times of a related
    work); then nobody's word counts for it.
    """
    refuted: set[str] = set()
    for doi in dict.fromkeys(_asserted(paper, known)):
        record = known.registered(doi)
        if record is None:
            continue
        if _confirms(record, paper, known):
            year = int(record.published[:4]) if record.published else None
            return PublishedVersion(venue=record.venue, doi=doi, year=year, source=CROSSREF)
        refuted.add(doi)
    for version in _unregistered(paper, known):
        if version.doi not in refuted and not _is_preprints(version.doi or ""):
            return version
    return None


def _confirms(record: DoiRecord, paper: Paper, known: _Known) -> bool:
    """Say whether the registry's record is that of a paper's published version."""
    if record.is_preprint or record.type in CONTAINERS:
        return False
    own = known.registered(own_doi(paper)) if paper.arxiv is None else None
    if own is not None:  # the registry itself says that one became the other
        return own.preprint_of == record.doi
    if paper.arxiv is not None and record.has_preprint == paper.arxiv.id:
        return True
    citation = known.citation
    retitled = (
        citation is not None
        and citation.doi == record.doi
        and _has_arxiv_id(citation, paper)
        and agrees(citation.title, record.title)
    )
    return retitled or _has_title(record.title, paper)


CONTAINERS: Final = frozenset(
    {
        "book",
        "book-series",
        "book-set",
        "component",
        "edited-book",
        "journal",
        "journal-issue",
        "journal-volume",
        "proceedings",
        "proceedings-series",
        "reference-book",
    }
)
"""Crossref's types of what holds papers, and of parts of papers (https://api.crossref.org/types)."""


def _unregistered(paper: Paper, known: _Known) -> Iterator[PublishedVersion]:
    """Yield what sources say of a published version that the registry was not asked about."""
    citation, openalex = known.citation, known.openalex
    if citation is not None and _has_arxiv_id(citation, paper) and _is_published(citation):
        # Semantic Scholar keeps the preprint's date for what has been published since.
        year = None if citation.publication_date in (None, paper.published) else citation.year
        yield PublishedVersion(
            venue=citation.venue, doi=citation.doi, year=year, source=SEMANTIC_SCHOLAR
        )
    if openalex is not None and openalex.doi and _has_arxiv_id(openalex, paper):
        yield PublishedVersion(venue=openalex.venue, doi=openalex.doi, source=OPENALEX)
    if paper.arxiv is not None and paper.arxiv.journal_ref:
        for doi in dois_in(paper.arxiv.doi):
            yield PublishedVersion(venue=paper.arxiv.journal_ref, doi=doi, source=ARXIV)


def _is_published(record: CitationRecord) -> bool:
    """Say whether Semantic Scholar has an id of it elsewhere: DBLP's `corr` is arXiv again."""
    if record.doi is not None:
        return True
    dblp = record.dblp or ""
    return record.venue is not None and bool(dblp) and not dblp.startswith("journals/corr/")


PREPRINTS: Final = (
    "10.1101/20",  # bioRxiv, medRxiv: dates; the publisher's journals have letters there
    "10.2139/ssrn",
    "10.20944/preprints",
    "10.21203/rs",  # Research Square
    "10.22541/au",  # Authorea
    "10.26434/chemrxiv",
    "10.31219/osf",
    "10.31234/osf",
    "10.36227/techrxiv",
)
"""DOIs of other preprint servers: a preprint in two places has not been published."""


def _is_preprints(doi: str) -> bool:
    return doi.startswith(PREPRINTS)


# --- answers into papers ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Fill:
    """A value for a field of a paper, and who says so."""

    source: str
    field: str
    value: Any


def apply(paper: Paper, answers: Answers) -> Paper:
    """Put the answers about a paper into it: fields, how the sources answered, findings."""
    known = _known(paper, answers)
    fills: dict[str, _Fill] = {}
    for fill in _fills(paper, known):
        if fill.value not in (None, "", ()):
            fills.setdefault(fill.field, fill)
    update = {name: fill.value for name, fill in fills.items() if "." not in name}
    names = {name.partition(".")[2]: fill.value for name, fill in fills.items() if "." in name}
    filled = replace(
        paper,
        **{
            **update,
            "identifiers": dict(sorted((paper.identifiers | names).items())),
            "sources": {**paper.sources, **_states(paper, answers, fills.values())},
        },
    )
    found = chain(
        (one for one in paper.findings if one.code not in _OWN_CODES), _findings(filled, known)
    )
    findings = sorted(set(found), key=lambda one: (one.list, one.line, one.code, one.message))
    return replace(filled, findings=tuple(findings))


def _fills(paper: Paper, known: _Known) -> Iterator[_Fill]:
    """Yield what may be filled in, of each field the best first."""
    yield from _registry_fills(paper, known)
    version = published_version(paper, known)
    if version is not None:
        yield _Fill(version.source, "published_as", version)
        if not paper.doi:
            yield _Fill(version.source, "doi", version.doi)
    if known.citation is not None:
        yield from _citation_fills(paper, known.citation)
    if known.openalex is not None:
        yield _Fill(OPENALEX, "citations", known.openalex.cited_by_count)
        yield _Fill(OPENALEX, "identifiers.openalex", known.openalex.openalex_id)
        if paper.arxiv is None:
            yield _Fill(OPENALEX, "identifiers.arxiv", known.openalex.arxiv_id)
    if known.page is not None and not _has_repository(paper, known.page.github_repo):
        yield _Fill(HUGGING_FACE, "identifiers.github", known.page.github_repo)


def _registry_fills(paper: Paper, known: _Known) -> Iterator[_Fill]:
    """Yield what the registry says of a paper that has a DOI and is not arXiv's."""
    record = known.registered(own_doi(paper)) if paper.arxiv is None else None
    if record is None or record.type in CONTAINERS:
        return
    yield _Fill(CROSSREF, "title", record.title)
    yield _Fill(CROSSREF, "authors", record.authors)
    yield _Fill(CROSSREF, "published", record.published)
    if not paper.doi:
        yield _Fill(CROSSREF, "doi", own_doi(paper))
    yield _Fill(CROSSREF, "identifiers.arxiv", record.has_preprint)


def _citation_fills(paper: Paper, record: CitationRecord) -> Iterator[_Fill]:
    corpus = str(record.corpus_id) if record.corpus_id is not None else None
    for field, value in (
        ("citations", record.citation_count),
        ("identifiers.semanticscholar", record.s2_id),
        ("identifiers.corpus", corpus),
        ("identifiers.dblp", record.dblp),
        ("identifiers.acl", record.acl),
        ("identifiers.arxiv", record.arxiv_id if paper.arxiv is None else None),
    ):
        yield _Fill(SEMANTIC_SCHOLAR, field, value)


def _has_repository(paper: Paper, full_name: str | None) -> bool:
    names = {name for part in paper.repositories for name in (part.full_name, part.renamed_from)}
    linked = (repository(link.url) for entry in paper.mentions for link in entry.links)
    names |= {found.full_name for found in linked if found is not None}
    return (full_name or "").lower() in {name.lower() for name in names if name}


def _states(paper: Paper, answers: Answers, fills: Iterable[_Fill]) -> dict[str, SourceState]:
    """Return how each source answered for a paper, and which fields it gave."""
    fields: dict[str, list[str]] = {}
    named: tuple[str, ...] = ()
    for fill in fills:
        fields.setdefault(fill.source, []).append(fill.field)
        if fill.field == "published_as":
            named = (fill.value.doi,)
    states: dict[str, SourceState] = {}
    for name in sorted({*answers, *fields}):
        last = paper.sources.get(name)
        keys = (*keys_of(name, paper), *(named if name == CROSSREF else ()))
        state = _state(answers.get(name, {}), keys) or last
        if state is not None:
            given = tuple(sorted({*(last.fields if last else ()), *fields.get(name, ())}))
            states[name] = state.model_copy(update={"fields": given})
    return states


def _state(asked: Mapping[str, Outcome[Any]], keys: Iterable[str]) -> SourceState | None:
    """
    Return how a source answered for a paper; None where it was not asked.

    Of the answers to several DOIs of a paper the one that is known counts, else the first.
    """
    outcomes = [asked[key] for key in keys if key in asked]
    if not outcomes:
        return None
    best = next((one for one in outcomes if isinstance(one, Found)), outcomes[0])
    stale = isinstance(best, Found) and best.stale
    as_of = best.as_of if isinstance(best, Found) and best.stale else None
    return SourceState(status=best.status, stale=stale, as_of=as_of, reason=best.reason)


# --- findings ---------------------------------------------------------------------------------

_OWN_CODES: Final = frozenset({"published", "retracted", "code-suggested"})
_NO_VENUE: Final = re.compile(
    r"\b(?:arxiv|preprints?|corr|under review|submitted)\b", re.IGNORECASE
)
_NAMES: Final = {
    CROSSREF: "Crossref",
    SEMANTIC_SCHOLAR: "Semantic Scholar",
    OPENALEX: "OpenAlex",
    ARXIV: "arXiv",
}


def _findings(paper: Paper, known: _Known) -> Iterator[Finding]:
    """Name every mention that what is known now would make better."""
    for code, severity, message in _news(paper, known):
        for entry in paper.mentions:
            if code != "published" or not _says_so(entry, paper.published_as):
                yield Finding(
                    code=code, severity=severity, message=message, list=entry.list, line=entry.line
                )


def _news(paper: Paper, known: _Known) -> Iterator[tuple[str, Severity, str]]:
    version = paper.published_as
    if version is not None and version.doi:
        message = f"published since: {_place(version)} (source: {_NAMES[version.source]})"
        yield "published", "info", message
    retracting = _retracting(paper, known)
    if retracting is not None:
        yield "retracted", "warning", f"retracted, according to {_NAMES[retracting]}"
    if known.page is not None and known.page.github_repo and not _has_code(paper):
        message = f"Hugging Face names https://github.com/{known.page.github_repo} as its code"
        yield "code-suggested", "info", message


def _place(version: PublishedVersion) -> str:
    """Return venue, year and DOI; a venue may have the year in its name."""
    year = str(version.year or "")
    venue = version.venue or ""
    words = (venue, "" if year in venue else year)
    return ", ".join(
        filter(None, (" ".join(filter(None, words)), f"https://doi.org/{version.doi}"))
    )


def _says_so(entry: Entry, version: PublishedVersion | None) -> bool:
    """Say whether an entry has the venue or the DOI of the published version already."""
    if entry.venue and not _NO_VENUE.search(entry.venue):
        return True
    return version is not None and version.doi in map(_linked_doi, entry.links)


def _retracting(paper: Paper, known: _Known) -> str | None:
    """Return the source that says that a paper, or its published version, was retracted."""
    version = paper.published_as
    own = own_doi(paper) if paper.arxiv is None else None
    dois = (own, version.doi if version else None)
    records = [known.registered(doi) for doi in dois]
    if any(record is not None and record.retracted for record in records):
        return CROSSREF
    return OPENALEX if known.openalex is not None and known.openalex.is_retracted else None


def _has_code(paper: Paper) -> bool:
    if paper.repositories:
        return True
    return any(link.role == "code" for entry in paper.mentions for link in entry.links)
