"""
What other services say of a paper, as far as it may be believed to be about it. Pure.

A preprint counts as published only where a source has both its arXiv id and the DOI in one record,
and nothing speaks against it: never because two titles are alike.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pipeline.records.base import Record
from pipeline.records.catalog import ArxivPart, Paper, PublishedVersion
from pipeline.records.lists import Link
from pipeline.records.outcomes import Found, Outcome
from pipeline.records.sources import (
    CitationRecord,
    DoiRecord,
    HuggingFaceRecord,
    OpenAlexRecord,
    OpenReviewRecord,
)
from pipeline.works.acceptance import accepted_in, published_in
from pipeline.works.candidates import is_same_title, similarity
from pipeline.works.dois import dois_in
from pipeline.works.identifiers import identify
from pipeline.works.openreview_venues import accepted_at
from pipeline.works.titles import version_tokens

CROSSREF: Final = "crossref"
SEMANTIC_SCHOLAR: Final = "semanticscholar"
OPENALEX: Final = "openalex"
HUGGING_FACE: Final = "huggingface"
OPENREVIEW: Final = "openreview"
ARXIV: Final = "arxiv"
RECORDS: Final[Mapping[str, type[Any]]] = {
    CROSSREF: DoiRecord,
    SEMANTIC_SCHOLAR: CitationRecord,
    OPENALEX: OpenAlexRecord,
    HUGGING_FACE: HuggingFaceRecord,
    OPENREVIEW: OpenReviewRecord,
}
"""What each source gives."""

ACL_DOI: Final = "10.18653/v1/"

R = TypeVar("R", bound=Record)

Answers = Mapping[str, Mapping[str, Outcome[Any]]]
"""By the name of the source, then by key."""


def keys_of(source: str, paper: Paper) -> tuple[str, ...]:
    """
    Return the keys of a paper for one source, that of the paper itself first.

    Crossref is asked about every DOI of the paper, OpenReview about its forums, the others about
    its arXiv id, or else (not Hugging Face) about its DOI.
    """
    if source == CROSSREF:
        return tuple(dict.fromkeys(_dois(paper)))
    if source == OPENREVIEW:
        return tuple(dict.fromkeys(_forums(paper)))
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
    if own := own_doi(paper):
        yield own
    if paper.arxiv is not None:
        yield from dois_in(paper.arxiv.doi)
    links = (link for entry in paper.mentions for link in entry.links if link.role == "paper")
    yield from filter(None, map(linked_doi, links))


def _forums(paper: Paper) -> Iterator[str]:
    """Yield the ids under which OpenReview has a paper, that of its key first."""
    scheme, _, value = paper.key.partition(":")
    if scheme == OPENREVIEW:
        yield value
    links = (link for entry in paper.mentions for link in entry.links if link.role == "paper")
    for subject in (identify(link.url) for link in links):
        if subject is not None and subject.scheme == OPENREVIEW:
            yield subject.value


def linked_doi(link: Link) -> str | None:
    """Return the DOI of what a link leads to; those of the ACL Anthology have a DOI each."""
    subject = identify(link.url)
    if subject is not None and subject.scheme == "acl":
        return f"{ACL_DOI}{subject.value.lower()}"
    return subject.value if subject is not None and subject.scheme == "doi" else None


def named_dois(paper: Paper, answers: Answers) -> Iterator[str]:
    """Yield the DOIs under which sources say that a paper has been published."""
    yield from _asserted(paper, known_of(paper, answers))


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
class Known:
    """The records about one paper that may be believed to be about it."""

    dois: Mapping[str, Outcome[DoiRecord]]
    """Of all papers: an answer about a DOI is about that DOI."""
    citation: CitationRecord | None
    openalex: OpenAlexRecord | None
    page: HuggingFaceRecord | None
    forums: tuple[OpenReviewRecord, ...] = ()

    def registered(self, doi: str | None) -> DoiRecord | None:
        """Return the registry's record of a DOI."""
        outcome = self.dois.get(doi or "")
        return outcome.value if isinstance(outcome, Found) else None


def known_of(paper: Paper, answers: Answers) -> Known:
    """
    Return the answers about a paper that are about it.

    A record that repeats the id that was asked is; one that does not must have the paper's title.
    OpenAlex must have it always: some of its works have the right DOI and another paper's title.
    """
    own = next(iter(keys_of(OPENALEX, paper)), "")
    citation = _value(answers, SEMANTIC_SCHOLAR, own, CitationRecord)
    openalex = _value(answers, OPENALEX, own, OpenAlexRecord)
    return Known(
        dois=answers.get(CROSSREF, {}),
        citation=citation if citation and _is_about(citation, paper) else None,
        openalex=openalex if openalex and _has_title(openalex.title, paper) else None,
        page=_value(answers, HUGGING_FACE, own, HuggingFaceRecord),
        forums=tuple(
            forum
            for key in (keys_of(OPENREVIEW, paper) if OPENREVIEW in answers else ())
            if (forum := _value(answers, OPENREVIEW, key, OpenReviewRecord))
            and _has_title(forum.title, paper)
        ),
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


def _asserted(paper: Paper, known: Known) -> Iterator[str]:
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


def published_version(paper: Paper, known: Known) -> PublishedVersion | None:
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
        if version.doi not in refuted and not (version.doi or "").startswith(PREPRINTS):
            return version
    return None


def _confirms(record: DoiRecord, paper: Paper, known: Known) -> bool:
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
    """
    book book-series book-set component edited-book journal journal-issue journal-volume
    proceedings proceedings-series reference-book
    """.split()  # noqa: SIM905  one word a line would hide the table
)
"""Crossref's types of what holds papers, and of parts of papers (https://api.crossref.org/types)."""


def _unregistered(paper: Paper, known: Known) -> Iterator[PublishedVersion]:
    """Yield what sources say of a published version that the registry was not asked about."""
    citation, openalex = known.citation, known.openalex
    for forum in known.forums:
        accepted = accepted_at(forum.venue, forum.venueid)
        if accepted is not None:
            yield PublishedVersion(
                venue=accepted.venue,
                doi=None,
                year=accepted.year,
                source=OPENREVIEW,
                kind=accepted.kind,
            )
    if citation is not None and _has_arxiv_id(citation, paper) and _is_published(citation):
        # Semantic Scholar keeps the preprint's date for what has been published since.
        year = None if citation.publication_date in (None, paper.published) else citation.year
        yield PublishedVersion(
            venue=citation.venue, doi=citation.doi, year=year, source=SEMANTIC_SCHOLAR
        )
    if openalex is not None and openalex.doi and _has_arxiv_id(openalex, paper):
        yield PublishedVersion(venue=openalex.venue, doi=openalex.doi, source=OPENALEX)
    if paper.arxiv is not None:
        yield from _of_authors(paper.arxiv)


def _of_authors(arxiv: ArxivPart) -> Iterator[PublishedVersion]:
    """
    Yield what the authors say on arXiv: a journal with a DOI or without, else their comment.

    A journal goes with the DOI that stands beside it: where nobody has refuted that.
    """
    journal, accepted = published_in(arxiv.journal_ref), accepted_in(arxiv.comment)
    dois: list[str | None] = [*dois_in(arxiv.doi)]
    if journal is not None:
        for doi in dois or [None]:
            yield PublishedVersion(
                venue=journal.venue, doi=doi, year=journal.year, source=ARXIV, kind=journal.kind
            )
    if accepted is not None:
        yield PublishedVersion(
            venue=accepted.venue,
            doi=None,
            year=accepted.year,
            source=ARXIV,
            state="accepted",
            kind=accepted.kind,
        )


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
