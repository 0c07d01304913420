"""Ask the further services about papers, and put their answers into them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from types import MappingProxyType
from typing import Any, Final

from pipeline.progress import Progress
from pipeline.records.catalog import Paper, SourceState
from pipeline.records.lists import ParsedList
from pipeline.records.outcomes import Found, Outcome
from pipeline.records.source import Source, take_answers
from pipeline.records.sources import ArxivRecord, CitationRecord, DoiRecord
from pipeline.stages.bulkhead import Guarded, together
from pipeline.stages.supplement.believed import (
    ARXIV,
    CONTAINERS,
    CROSSREF,
    HUGGING_FACE,
    OPENALEX,
    RECORDS,
    SEMANTIC_SCHOLAR,
    Answers,
    Known,
    keys_of,
    known_of,
    linked_doi,
    named_dois,
    own_doi,
    published_version,
)
from pipeline.stages.supplement.findings import OWN_CODES, findings_about
from pipeline.storage.answers import Room, found_with, in_memory, statuses
from pipeline.storage.papers import Each, at_once, look, part_of
from pipeline.works.dois import dois_in
from pipeline.works.repositories import repository

STAGE: Final = "supplement"


@dataclass(frozen=True, slots=True)
class Supplemented:
    """What is known after asking."""

    papers: Sequence[Paper]
    dois: Mapping[str, Outcome[DoiRecord]]
    """Crossref's answers by DOI: evidence for links, so that no publisher's page is asked."""


async def supplement(
    papers: Sequence[Paper],
    sources: Mapping[str, Source[Any]],
    progress: Progress,
    *,
    with_venues: Collection[str],
    lists: Iterable[ParsedList] = (),
    keys: "Keys | None" = None,
    arxiv: Mapping[str, Outcome[ArxivRecord]] = MappingProxyType({}),
    each: Each = at_once,
    room: Room = in_memory,
) -> Supplemented:
    """
    Fill in what `sources` know of papers; Crossref also tells whether DOIs in prose live.

    `with_venues` are the lists that write venues (`writes_venues`); `keys` has taken note of the
    papers, where somebody has read them before, and arXiv's answers were then put into them.
    """
    if keys is None:
        keys = Keys(sources)
        look(papers if sources else (), keys)
    if sources:
        keys.hear(arxiv)
    wanted = keys.wanted(lists)
    progress.start(STAGE, sum(map(len, wanted.values())))
    advance = partial(progress.advance, STAGE)
    answers = {name: room(RECORDS[name]) for name in sources}
    await together(
        take_answers(source, wanted[name], answers[name], advance)
        for name, source in sources.items()
    )
    named = _NamedDois(answers)
    if CROSSREF in sources:
        # Where nothing was found, every DOI that is named was asked about.
        if any("found" in statuses(told) for told in answers.values()):
            look(papers, named)
        new = [doi for doi in named.dois if doi not in answers[CROSSREF]]
        await take_answers(sources[CROSSREF], new, answers[CROSSREF])

    def fill(share: int) -> Guarded:
        part = {name: part_of(answers[name], keys.shares[share][name]) for name in answers}
        if named.shares:
            part[CROSSREF] |= part_of(answers[CROSSREF], named.shares[share])
        return Guarded(partial(apply, answers=part, with_venues=with_venues), STAGE)

    papers = each(papers, fill)
    progress.finish(STAGE)
    return Supplemented(papers=papers, dois=answers.get(CROSSREF, {}))


class Keys:
    """What each source is to be asked about: distinct keys, as first seen."""

    def __init__(self, sources: Iterable[str]) -> None:
        self.shares: list[Mapping[str, Sequence[str]]] = []
        """The keys for each source, of each share of the papers."""
        self._ids: list[Sequence[str]] = []
        """The arXiv ids of each share."""
        self._of: dict[str, dict[str, None]] = {name: {} for name in (ARXIV, *sources)}
        """Of one share."""

    def new(self) -> "Keys":
        """See `Notes`."""
        return Keys(name for name in self._of if name != ARXIV)

    def note(self, number: int, paper: Paper) -> None:  # noqa: ARG002
        """See `Notes`."""
        for name, keys in self._of.items():
            keys.update(dict.fromkeys(keys_of(name, paper)))

    def add(self, share: "Keys") -> None:
        """See `Notes`."""
        of = {name: tuple(keys) for name, keys in share._of.items()}
        ids = of.pop(ARXIV)
        self._ids.append(ids)
        # Most sources are asked about the ids alone: one tuple for all of them.
        self.shares.append({name: ids if keys == ids else keys for name, keys in of.items()})

    def hear(self, arxiv: Mapping[str, Outcome[ArxivRecord]]) -> None:
        """Take in what arXiv says of papers noted before: their DOIs, and which ids are none."""
        told = {id_: [*dois_in(record.doi)] for id_, record in found_with(arxiv, '"doi":"')}
        missing = {id_ for id_, how in zip(arxiv, statuses(arxiv), strict=True) if how == "missing"}
        for number, ids in enumerate(self._ids):
            none = missing.intersection(ids)
            dois = [doi for id_ in ids for doi in told.get(id_, ())]
            if none or dois:
                self.shares[number] = {
                    name: tuple(dict.fromkeys((*keys, *dois)))
                    if name == CROSSREF
                    else tuple(key for key in keys if key not in none)
                    for name, keys in self.shares[number].items()
                }

    def wanted(self, lists: Iterable[ParsedList] = ()) -> dict[str, tuple[str, ...]]:
        """Return the keys by source, those of the prose of lists with them."""
        found = {
            name: dict.fromkeys(key for share in self.shares for key in share[name])
            for name in self._of
            if name != ARXIV
        }
        if CROSSREF in found:
            prose = (link for parsed in lists for link in parsed.other_links)
            found[CROSSREF].update(dict.fromkeys(filter(None, map(linked_doi, prose))))
        return {name: tuple(keys) for name, keys in found.items()}


class _NamedDois:
    """The DOIs under which answers say that papers have been published."""

    def __init__(self, answers: Answers) -> None:
        self.dois: dict[str, None] = {}
        self.shares: list[Iterable[str]] = []
        """Of each share of the papers."""
        self._answers = answers

    def new(self) -> "_NamedDois":
        """See `Notes`."""
        return _NamedDois(self._answers)

    def note(self, number: int, paper: Paper) -> None:  # noqa: ARG002
        """See `Notes`."""
        self.dois |= dict.fromkeys(named_dois(paper, self._answers))

    def add(self, share: "_NamedDois") -> None:
        """See `Notes`."""
        self.shares.append(share.dois)
        self.dois |= share.dois


# --- answers into papers ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Fill:
    """A value for a field of a paper, and who says so."""

    source: str
    field: str
    value: Any


def apply(paper: Paper, answers: Answers, *, with_venues: Collection[str] | None = None) -> Paper:
    """
    Put the answers about a paper into it: fields, how the sources answered, findings.

    `with_venues` are the lists that write venues; None: all.
    """
    known = known_of(paper, answers)
    fills: dict[str, _Fill] = {}
    for fill in _fills(paper, known):
        if fill.value not in (None, "", ()):
            fills.setdefault(fill.field, fill)
    filled = _filled(paper, fills, _states(paper, answers, fills.values()))
    found = chain(
        (one for one in paper.findings if one.code not in OWN_CODES),
        findings_about(filled, known, with_venues),
    )
    findings = sorted(set(found), key=lambda one: (one.list, one.line, one.code, one.message))
    same = tuple(findings) == filled.findings
    return filled if same else replace(filled, findings=tuple(findings))


def _filled(paper: Paper, fills: Mapping[str, _Fill], states: Mapping[str, SourceState]) -> Paper:
    if not fills and not states:
        return paper
    update = {name: fill.value for name, fill in fills.items() if "." not in name}
    names = {name.partition(".")[2]: fill.value for name, fill in fills.items() if "." in name}
    return replace(
        paper,
        **{
            **update,
            "identifiers": dict(sorted((paper.identifiers | names).items())),
            "sources": {**paper.sources, **states},
        },
    )


def _fills(paper: Paper, known: Known) -> Iterator[_Fill]:
    """Yield what may be filled in, of each field the best first."""
    yield from _registry_fills(paper, known)
    version = published_version(paper, known)
    if version is not None:
        yield _Fill(version.source, "published_as", version)
        yield _Fill(version.source, "doi", None if paper.doi else version.doi)
    if known.citation is not None:
        yield from _citation_fills(paper, known.citation)
    if known.openalex is not None:
        yield _Fill(OPENALEX, "citations", known.openalex.cited_by_count)
        yield _Fill(OPENALEX, "identifiers.openalex", known.openalex.openalex_id)
        other = known.openalex.arxiv_id if paper.arxiv is None else None
        yield _Fill(OPENALEX, "identifiers.arxiv", other)
    if known.page is not None and not _has_repository(paper, known.page.github_repo):
        yield _Fill(HUGGING_FACE, "identifiers.github", known.page.github_repo)


def _registry_fills(paper: Paper, known: Known) -> Iterator[_Fill]:
    """Yield what the registry says of a paper that has a DOI and is not arXiv's."""
    record = known.registered(own_doi(paper)) if paper.arxiv is None else None
    if record is None or record.type in CONTAINERS:
        return
    yield _Fill(CROSSREF, "title", record.title)
    yield _Fill(CROSSREF, "authors", record.authors)
    yield _Fill(CROSSREF, "published", record.published)
    yield _Fill(CROSSREF, "venue", None if record.is_preprint else record.venue)
    yield _Fill(CROSSREF, "doi", None if paper.doi else own_doi(paper))
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
    """Return how a source answered, of several DOIs one that is found; None if not asked."""
    outcomes = [asked[key] for key in keys if key in asked]
    if not outcomes:
        return None
    return SourceState.of(next((one for one in outcomes if isinstance(one, Found)), outcomes[0]))
