"""
Entries → papers: which entries mean the same work, and which work that is.

`resolve` is pure; `resolve_by_title` asks a title search about what is left without an identifier
and judges its answers by `pipeline.matching`. Evidence in order of strength: what a person has
decided about the entry; an identifier in the entry's own paper link (arXiv, DOI, OpenReview, ACL
Anthology), an id that the entry names in words (`arXiv:2305.00447`), then the equal normalised
title of another entry, then what a search finds. What never makes two entries one: a shared
repository, an equal title under different arXiv ids, and an equal title of fewer than
`MIN_TITLE_WORDS` words without a link in common (there are a dozen data sets called "Amazon").

How sure a method is (`Resolution.confidence`): an id in a paper link 1.0; an id in words 0.98; an
id in a link of another role 0.95, for a label may lie; an equal title of another entry 0.99 (near
proof from four words on: three collisions in 164,387 titles). A paper is as sure as the least
sure of its mentions.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Final, Literal, get_args

from pipeline.decisions import NONE, Decisions, HumanDecision, decision_on
from pipeline.identifiers import (
    Identifier,
    Scheme,
    arxiv_ids_in_text,
    arxiv_link,
    canonical_url,
    identify,
    repository,
    request_key,
    same_as,
)
from pipeline.matching import Decision, Query, TitleHits, decide, search_key
from pipeline.progress import Progress, Silent
from pipeline.records import (
    ArxivPart,
    Candidate,
    Entry,
    Failed,
    Finding,
    Found,
    Kind,
    Link,
    Outcome,
    Paper,
    ParsedList,
    RepositoryPart,
    Resolution,
    SourceState,
)
from pipeline.sources.interface import Source
from pipeline.titles import normalise, title_digest, title_key, word_count

STAGE: Final = "resolve"

MIN_TITLE_WORDS: Final = 4
"""From this many words on an equal title is near proof that two entries mean one work."""
MAX_EVIDENCE: Final = 20
"""Pieces of evidence kept for one paper: a work may stand in a list a thousand times."""

_SCHOLARLY: Final = ("arxiv", "doi", "openreview", "acl")
_NOT_ASKED: Final = "not asked yet"
_NO_IDENTIFIER: Final = "no identifier in its links; title search is off"

_Method = Literal["link", "list", "title"]


@dataclass(frozen=True, slots=True)
class _Claim:
    """What one entry says about the work that it means."""

    entry: Entry
    identifiers: tuple[Identifier, ...]
    confidence: float
    evidence: str
    title: str
    """Exact key of the title, empty where there is none."""
    decided: HumanDecision | None = None

    @property
    def arxiv(self) -> str | None:
        return next((item.value for item in self.identifiers if item.scheme == "arxiv"), None)

    @property
    def place(self) -> str:
        return _place(self.entry)


def resolve(
    lists: Sequence[ParsedList], *, today: date | None = None, decisions: Decisions = NONE
) -> list[Paper]:
    """
    Group the entries of all lists into papers, in the order of the lists and their lines.

    With *today*, arXiv ids of months to come are refused. An entry for which a person has chosen a
    work means that work, whatever its links say; one that a person has called no paper, or from
    which a work was taken away, is not joined to others by its title.
    """
    claims = [_claim(entry, today, decisions) for entry in _entries(lists)]
    groups = _Groups(claims)
    _join_by_identifier(groups)
    rivals = _join_by_title(groups)
    keys: set[str] = set()
    papers = [_paper(members, rivals, keys) for members in groups.members()]
    return _with_candidates(papers, groups, rivals)


def _entries(lists: Sequence[ParsedList]) -> Iterator[Entry]:
    for parsed in lists:
        yield from sorted(parsed.entries, key=lambda entry: (entry.line, entry.end_line))


def _place(entry: Entry) -> str:
    return f"{entry.list}:{entry.line}"


# --- what one entry says ----------------------------------------------------------------------


def _claim(entry: Entry, today: date | None, decisions: Decisions = NONE) -> _Claim:
    key = title_key(entry.title or entry.name or "")
    decided = decision_on(decisions, entry)
    if decided is not None:
        return _decided_claim(entry, today, decided, key)
    found, confidence, where = _own_identifiers(entry, today)
    evidence = f"{_shown(found[0])} in {where}{_place(entry)}" if found else ""
    return _Claim(entry, (*found, *_aliases(found)), confidence, evidence, key)


def _decided_claim(entry: Entry, today: date | None, decided: HumanDecision, title: str) -> _Claim:
    """Return the claim of an entry about which a person has said something."""
    chosen = _identifier(decided.accepted or "")
    if chosen is not None:
        evidence = f"{_shown(chosen)} chosen by a person for {_place(entry)}"
        return _Claim(entry, (chosen, *_aliases([chosen])), 1.0, evidence, title, decided)
    found, confidence, where = _own_identifiers(entry, today)
    left = tuple(one for one in found if one.key not in decided.rejected and not decided.no_paper)
    evidence = f"{_shown(left[0])} in {where}{_place(entry)}" if left else ""
    return _Claim(entry, (*left, *_aliases(left)), confidence, evidence, title, decided)


def _identifier(key: str) -> Identifier | None:
    """Return the identifier that a key of the catalog stands for, None for `title:` and others."""
    for scheme in get_args(Scheme):
        if key.startswith(f"{scheme}:"):
            return Identifier(scheme, key.removeprefix(f"{scheme}:"))
    return None


def _aliases(found: Iterable[Identifier]) -> tuple[Identifier, ...]:
    return tuple(alias for item in found if (alias := same_as(item)))


def _own_identifiers(entry: Entry, today: date | None) -> tuple[tuple[Identifier, ...], float, str]:
    """
    Return the identifiers of the work that an entry presents, how sure, and where they stand.

    The entry's paper links name it. An id of another role counts only where the entry has no paper
    link at all and names no second id: else it is a related work.
    """
    own = _scholarly((link for link in entry.links if link.role == "paper"), today)
    if own:
        return own, 1.0, ""
    words = arxiv_ids_in_text(f"{entry.venue or ''} | {entry.title}"[:2000], today=today)
    if len(words) == 1:
        return tuple(words), 0.98, "the words of "
    if not any(link.role == "paper" for link in entry.links):
        others = _scholarly(entry.links, today, only=True)
        return others, 0.95, "a link of "
    return (), 0.0, ""


def _scholarly(
    links: Iterable[Link], today: date | None, *, only: bool = False
) -> tuple[Identifier, ...]:
    """Return the first identifier of each scheme; with *only*, none where a scheme has two."""
    first: dict[str, Identifier] = {}
    for link in links:
        found = identify(link.url, today=today)
        if found is None or found.scheme not in _SCHOLARLY:
            continue
        if first.setdefault(found.scheme, found).key != found.key and only:
            return ()
    return tuple(first[scheme] for scheme in _SCHOLARLY if scheme in first)


def _shown(identifier: Identifier) -> str:
    return canonical_url(identifier).removeprefix("https://")


# --- which entries are one --------------------------------------------------------------------


class _Groups:
    """A union-find over claims in which no group ever holds two arXiv ids."""

    def __init__(self, claims: Sequence[_Claim]) -> None:
        self.claims = claims
        self._parent = list(range(len(claims)))
        self._arxiv = [claim.arxiv for claim in claims]

    def root(self, index: int) -> int:
        """Return the first claim of a claim's group."""
        while self._parent[index] != index:
            self._parent[index] = self._parent[self._parent[index]]
            index = self._parent[index]
        return index

    def arxiv(self, index: int) -> str | None:
        """Return the arXiv id of a claim's group."""
        return self._arxiv[self.root(index)]

    def join(self, one: int, other: int) -> bool:
        """Make two groups one, unless their arXiv ids differ."""
        first, second = sorted((self.root(one), self.root(other)))
        ids = {self._arxiv[first], self._arxiv[second]} - {None}
        if len(ids) > 1:
            return False
        self._arxiv[first] = next(iter(ids), None)
        self._parent[second] = first
        return True

    def members(self) -> list[list[_Claim]]:
        """Return the groups, each in order, in the order of their first claims."""
        groups: dict[int, list[_Claim]] = {}
        for index, claim in enumerate(self.claims):
            groups.setdefault(self.root(index), []).append(claim)
        return list(groups.values())


def _join_by_identifier(groups: _Groups) -> None:
    """Join claims that share an identifier, arXiv ids first."""
    for scheme in _SCHOLARLY:
        first: dict[str, int] = {}
        for index, claim in enumerate(groups.claims):
            for identifier in claim.identifiers:
                if identifier.scheme == scheme:
                    groups.join(first.setdefault(identifier.value, index), index)


def _join_by_title(groups: _Groups) -> dict[str, list[int]]:
    """
    Join claims of equal title.

    Returned are the titles that stand for several arXiv ids, each with a claim of every id: those
    stay apart, and an entry of that title without an id could mean either.
    """
    by_title: dict[str, list[int]] = defaultdict(list)
    for index, claim in enumerate(groups.claims):
        if claim.title and not _stands_alone(claim):
            by_title[claim.title].append(index)
    rivals: dict[str, list[int]] = {}
    for key, indices in by_title.items():
        if len(indices) < 2:
            continue
        entry = groups.claims[indices[0]].entry
        if word_count(entry.title or entry.name or "") < MIN_TITLE_WORDS:
            _join_by_shared_link(groups, indices)
            continue
        found = _join_same_title(groups, indices)
        if found:
            rivals[key] = found
    return rivals


def _stands_alone(claim: _Claim) -> bool:
    """Say whether a person's word forbids to join an entry to others of its title."""
    decided = claim.decided
    return decided is not None and (decided.no_paper or bool(decided.rejected))


def _join_by_shared_link(groups: _Groups, indices: Sequence[int]) -> None:
    """Join entries of one short title that link to the same place and are of one kind."""
    first: dict[tuple[Kind, str], int] = {}
    for index in indices:
        entry = groups.claims[index].entry
        for link in entry.links:
            groups.join(first.setdefault((entry.kind, request_key(link.url)), index), index)


def _join_same_title(groups: _Groups, indices: Sequence[int]) -> list[int]:
    """Join entries of one long title; return one entry of each id where ids contradict."""
    contradicting: list[int] = []
    for circle in _by_authors(groups, indices):
        ids: dict[str, int] = {}
        for index in circle:
            if (arxiv := groups.arxiv(index)) is not None:
                ids.setdefault(arxiv, index)
        if len(ids) > 1:
            contradicting += ids.values()
        one = circle if len(ids) <= 1 else [n for n in circle if groups.arxiv(n) is None]
        for index in one[1:]:
            groups.join(one[0], index)
    return contradicting


def _by_authors(groups: _Groups, indices: Sequence[int]) -> list[list[int]]:
    """
    Part entries of one title by their authors, where a list gives them.

    Entries with a name in common go together. Entries without authors go with the others where
    there is one circle of authors only, else they stay among themselves.
    """
    circles: dict[int, list[int]] = {}
    circle_of: dict[str, int] = {}
    unknown: list[int] = []
    for index in indices:
        names = _author_names(groups.claims[index].entry.authors)
        if not names:
            unknown.append(index)
            continue
        number = next((circle_of[name] for name in names if name in circle_of), index)
        circles.setdefault(number, []).append(index)
        for name in names:
            circle_of.setdefault(name, number)
    if len(circles) <= 1:
        return [list(indices)]
    return [*circles.values(), unknown] if unknown else list(circles.values())


def _author_names(authors: str | None) -> list[str]:
    words = normalise((authors or "")[:500]).split()
    return [word for word in words if len(word) > 2 or not word.isascii()]


# --- one paper --------------------------------------------------------------------------------


def _paper(members: Sequence[_Claim], rivals: dict[str, list[int]], taken: set[str]) -> Paper:
    identifiers = _first_of_each(members)
    kind: Kind = members[0].entry.kind
    if any(claim.entry.kind == "paper" for claim in members):
        kind = "paper"
    main = next(claim.entry for claim in members if claim.entry.kind == kind)
    repositories = _repositories(members)
    keys = _keys(members, identifiers, kind, repositories)
    key = next(key for key in keys if key not in taken)
    taken.add(key)
    arxiv = identifiers.get("arxiv")
    doi = identifiers.get("doi")
    return Paper(
        key=key,
        kind=kind,
        title=main.title or main.name or "",
        arxiv=ArxivPart(id=arxiv.value) if arxiv else None,
        doi=doi.value if doi else None,
        repositories=repositories,
        mentions=tuple(claim.entry for claim in members),
        resolution=_resolution(members, identifiers, kind),
        findings=(*_duplicates(members), *_other_titles(members), *_rivalry(members, rivals)),
    )


def _first_of_each(members: Sequence[_Claim]) -> dict[str, Identifier]:
    found: dict[str, Identifier] = {}
    for claim in members:
        for identifier in claim.identifiers:
            found.setdefault(identifier.scheme, identifier)
    return found


def _repositories(members: Sequence[_Claim]) -> tuple[RepositoryPart, ...]:
    """Return the repositories that the entries link to, each once, as first written."""
    found: dict[str, RepositoryPart] = {}
    for claim in members:
        for link in claim.entry.links:
            linked = repository(link.url)
            if linked is not None and linked.key not in found:
                found[linked.key] = RepositoryPart(
                    full_name=linked.full_name, url=linked.url, status="skipped", reason=_NOT_ASKED
                )
    return tuple(found.values())


def _keys(
    members: Sequence[_Claim],
    identifiers: dict[str, Identifier],
    kind: Kind,
    repositories: Sequence[RepositoryPart],
) -> Iterator[str]:
    """Yield keys of a work, the best first, without end: another work may have taken the first."""
    yield from (identifiers[scheme].key for scheme in _SCHOLARLY if scheme in identifiers)
    if kind != "paper" and repositories:
        yield f"github:{repositories[0].full_name.lower()}"
    entry = members[0].entry
    title = entry.title or entry.name or ""
    if members[0].title:
        yield f"title:{title_digest(title)}"
    if entry.links:
        yield f"title:{title_digest(f'{title} {request_key(entry.links[0].url)}')}"
    for number in count():
        yield f"title:{title_digest(f'{title} {_place(entry)} {number}')}"


def _resolution(
    members: Sequence[_Claim], identifiers: dict[str, Identifier], kind: Kind
) -> Resolution:
    if identifiers:
        return _identified(members)
    decided = [claim.place for claim in members if claim.decided and claim.decided.no_paper]
    if decided:
        evidence = tuple(f"HUMAN: no paper is meant in {place}" for place in decided)
        return Resolution(
            status="missing", confidence=1.0, evidence=evidence[:MAX_EVIDENCE], reason_code="HUMAN"
        )
    linked = [claim for claim in members if claim.entry.links]
    if kind != "paper" and linked:
        evidence = tuple(_linked(claim) for claim in linked[:MAX_EVIDENCE])
        return Resolution(status="found", method="link", confidence=1.0, evidence=evidence)
    return Resolution(status="skipped", evidence=(_NO_IDENTIFIER, *_faulty_links(members)))


def _identified(members: Sequence[_Claim]) -> Resolution:
    """
    Resolution of a work with an identifier: by link, or by list where a mention has no own.

    A work that a person has chosen is said to be found by title, which is what the person read.
    """
    evidence: list[str] = []
    method: _Method = "link"
    confidence = 1.0
    for claim in members:
        if claim.identifiers:
            evidence.append(claim.evidence)
            confidence = min(confidence, claim.confidence)
        else:
            evidence.append(f"same title in {claim.place}")
            method, confidence = "list", min(confidence, 0.99)
    code = "EXACT_TITLE" if method == "list" else "LINK_ID"
    if any(claim.decided is not None and claim.decided.accepted for claim in members):
        method, code = "title", "HUMAN"
    return Resolution(
        status="found",
        method=method,
        confidence=confidence,
        evidence=tuple(evidence[:MAX_EVIDENCE]),
        reason_code=code,
    )


def _linked(claim: _Claim) -> str:
    target = request_key(claim.entry.links[0].url).partition("://")[2]
    return f"{target[:200]} in {claim.place}"


def _faulty_links(members: Sequence[_Claim]) -> list[str]:
    """Say where an arXiv link holds no id, for that is why there is no identifier."""
    return [
        f"the arXiv link in {claim.place} holds no valid id"
        for claim in members
        for link in claim.entry.links
        if (found := arxiv_link(link.url)) is not None and found.fault is not None
    ][:MAX_EVIDENCE]


# --- what a maintainer should know ------------------------------------------------------------


def _duplicates(members: Sequence[_Claim]) -> Iterator[Finding]:
    """Name every further place of a work in one list, data sets and papers each by themselves."""
    first: dict[tuple[str, Kind], Entry] = {}
    for claim in members:
        entry = claim.entry
        before = first.setdefault((entry.list, entry.kind), entry)
        if before is not entry:
            yield _finding(entry, "duplicate-entry", "info", f"same work as in line {before.line}")


def _other_titles(members: Sequence[_Claim]) -> Iterator[Finding]:
    """
    Name the entries that give one id another title.

    Retitled and shortened titles are everyday, a wrong id is rare (two to six links in a thousand,
    measured on 30 public lists), so it takes titles with less than half of the shorter one's words
    in common for a warning. A data set has a name instead of a title, which says nothing.
    """
    titled = [claim for claim in members if claim.entry.kind == "paper" and claim.title]
    seen = {claim.title for claim in titled[:1]}
    for claim in titled[1:]:
        if claim.title in seen:
            continue
        seen.add(claim.title)
        first = titled[0].entry
        near = _share_of_words(first.title, claim.entry.title) >= 0.5
        message = f"same work as {_place(first)}, which calls it “{first.title}”"
        yield _finding(claim.entry, "same-id-two-titles", "info" if near else "warning", message)


def _share_of_words(one: str, other: str) -> float:
    """Share of the shorter title's words that the longer one has."""
    first, second = set(normalise(one).split()), set(normalise(other).split())
    return len(first & second) / max(1, min(len(first), len(second)))


def _rivalry(members: Sequence[_Claim], rivals: dict[str, list[int]]) -> Iterator[Finding]:
    """Name the entries whose title stands under another arXiv id as well."""
    for claim in members:
        if claim.arxiv is not None and claim.title in rivals:
            message = "another entry has this title under another arXiv id"
            yield _finding(claim.entry, "same-title-two-ids", "warning", message)


def _finding(
    entry: Entry, code: str, severity: Literal["error", "warning", "info"], message: str
) -> Finding:
    return Finding(code=code, severity=severity, message=message, list=entry.list, line=entry.line)


def _with_candidates(
    papers: list[Paper], groups: _Groups, rivals: dict[str, list[int]]
) -> list[Paper]:
    """Put the works that an entry without an id could mean beside it, for a person to choose."""
    if not rivals:
        return papers
    by_arxiv = {paper.arxiv.id: paper for paper in papers if paper.arxiv}
    return [_with_rivals(paper, groups, rivals, by_arxiv) for paper in papers]


def _with_rivals(
    paper: Paper, groups: _Groups, rivals: dict[str, list[int]], by_arxiv: dict[str, Paper]
) -> Paper:
    indices = rivals.get(title_key(paper.title), [])
    if paper.resolution.status != "skipped" or not indices:
        return paper
    others = [by_arxiv[arxiv] for index in indices if (arxiv := groups.arxiv(index)) in by_arxiv]
    candidates = tuple(Candidate(key=item.key, title=item.title, score=1.0) for item in others)
    evidence = ("entries of the same title have different arXiv ids",)
    resolution = Resolution(
        status="review", evidence=evidence, candidates=candidates, reason_code="TIE"
    )
    return paper.model_copy(update={"resolution": resolution})


# --- by title ---------------------------------------------------------------------------------


async def resolve_by_title(
    papers: Sequence[Paper],
    *,
    search: Source[TitleHits] | None,
    decisions: Decisions = NONE,
    local_index: Source[TitleHits] | None = None,
    progress: Progress | None = None,
) -> list[Paper]:
    """
    Ask about the papers without any identifier by their titles, and say what they are.

    `local_index` is asked first, `search` about what is still open then. An entry that turns out to
    be a paper of the catalog becomes one more mention of it. Without both, nothing changes.
    """
    queries = {number: _query(paper) for number, paper in enumerate(papers) if _is_open(paper)}
    told = progress or Silent()
    told.start(STAGE, len(queries))
    decided: dict[int, Decision] = {}
    known: _Known = {number: [] for number in queries}
    for source in filter(None, (local_index, search)):
        left = {n: query for n, query in queries.items() if not _is_settled(decided.get(n))}
        answers = await _ask(source, left, told if source is search else Silent())
        for number, query in left.items():
            known[number].append((source.name, answers[search_key(query.title)]))
            decided[number] = _decided(papers[number], query, known[number], decisions)
    told.finish(STAGE)
    return _joined_by_title([_by_title(paper, decided.get(n)) for n, paper in enumerate(papers)])


_Known = dict[int, list[tuple[str, Outcome[TitleHits]]]]


def _is_open(paper: Paper) -> bool:
    return (
        paper.kind == "paper"
        and paper.resolution.status == "skipped"
        and bool(search_key(paper.title))
    )


def _is_settled(decision: Decision | None) -> bool:
    return decision is not None and decision.status == "found"


def _query(paper: Paper) -> Query:
    """Return what the lists say of a paper: the first that says anything of authors, year, name."""
    mentions = [entry for entry in paper.mentions if entry.kind == paper.kind]
    return Query(
        title=paper.title,
        authors=next((entry.authors for entry in mentions if entry.authors), None),
        year=next((entry.year for entry in mentions if entry.year), None),
        name=next((entry.name for entry in mentions if entry.name), None),
    )


async def _ask(
    source: Source[TitleHits], queries: Mapping[int, Query], progress: Progress
) -> dict[str, Outcome[TitleHits]]:
    """Return a source's outcome for the title of every query."""
    keys = list(dict.fromkeys(search_key(query.title) for query in queries.values()))
    silent = Failed(kind="bad-answer", reason=f"{source.name} gave no answer about it")
    answers: dict[str, Outcome[TitleHits]] = dict.fromkeys(keys, silent)
    if keys:
        async for key, outcome in source.fetch_many(keys):
            answers[key] = outcome
            progress.advance(STAGE)
    return answers


def _decided(
    paper: Paper,
    query: Query,
    answers: Sequence[tuple[str, Outcome[TitleHits]]],
    decisions: Decisions,
) -> Decision:
    """Decide by all answers, the works left out that a person has rejected."""
    rejected = {
        key
        for entry in paper.mentions
        if (said := decision_on(decisions, entry)) is not None
        for key in said.rejected
    }
    works = [
        work
        for _, outcome in answers
        if isinstance(outcome, Found)
        for work in outcome.value.candidates
    ]
    states = {name: _state(outcome) for name, outcome in answers}
    return decide(query, [work for work in works if work.key not in rejected], states)


def _state(outcome: Outcome[TitleHits]) -> SourceState:
    stale = isinstance(outcome, Found) and outcome.stale
    return SourceState(status=outcome.status, stale=stale, reason=outcome.reason)


def _by_title(paper: Paper, decision: Decision | None) -> Paper:
    """Put a verdict into a paper; a key that is taken by another is left to `_joined_by_title`."""
    if decision is None:
        return paper
    found = _identifier(decision.key or "")
    faults = [line for line in paper.resolution.evidence if line != _NO_IDENTIFIER]
    resolution = Resolution(
        status=decision.status,
        method="title" if decision.status in ("found", "review") else None,
        confidence=decision.confidence,
        evidence=(*decision.evidence, *faults)[:MAX_EVIDENCE],
        candidates=decision.candidates,
        reason_code=decision.reason_code,
    )
    update: dict[str, object] = {"resolution": resolution}
    if found is not None:
        update["key"] = found.key
        update["arxiv"] = ArxivPart(id=found.value) if found.scheme == "arxiv" else None
        update["doi"] = found.value if found.scheme == "doi" else None
    return paper.model_copy(update=update)


def _joined_by_title(papers: Sequence[Paper]) -> list[Paper]:
    """Put papers of one key together, at the place of the first of them."""
    by_key: dict[str, list[Paper]] = defaultdict(list)
    for paper in papers:
        by_key[paper.key].append(paper)
    lists = list(dict.fromkeys(entry.list for paper in papers for entry in paper.mentions))
    return [
        one[0] if len(one) == 1 else _united(one, {name: rank for rank, name in enumerate(lists)})
        for one in by_key.values()
    ]


def _united(papers: Sequence[Paper], ranks: Mapping[str, int]) -> Paper:
    """Return one paper for several that turned out to be the same work."""
    entries = (entry for paper in papers for entry in paper.mentions)
    mentions = sorted(entries, key=lambda entry: (ranks[entry.list], entry.line, entry.end_line))
    claims = [_Claim(entry, (), 0.0, "", title_key(entry.title)) for entry in mentions]
    repositories = {
        part.full_name.lower(): part for paper in reversed(papers) for part in paper.repositories
    }
    recomputed = {"duplicate-entry", "same-id-two-titles"}
    kept = [one for paper in papers for one in paper.findings if one.code not in recomputed]
    return papers[0].model_copy(
        update={
            "doi": next((paper.doi for paper in papers if paper.doi), None),
            "arxiv": next((paper.arxiv for paper in papers if paper.arxiv), None),
            "repositories": tuple(_in_order(repositories, papers)),
            "mentions": tuple(mentions),
            "resolution": _united_resolution([paper.resolution for paper in papers]),
            "findings": (*_duplicates(claims), *_other_titles(claims), *kept),
        }
    )


def _in_order(
    parts: Mapping[str, RepositoryPart], papers: Sequence[Paper]
) -> Iterator[RepositoryPart]:
    names = (part.full_name.lower() for paper in papers for part in paper.repositories)
    return (parts[name] for name in dict.fromkeys(names))


def _united_resolution(found: Sequence[Resolution]) -> Resolution:
    """Return the resolution of a work whose mentions were resolved apart: the least sure counts."""
    least = min(found, key=lambda one: one.confidence)
    evidence = [line for one in found for line in one.evidence]
    candidates = {item.key: item for one in found for item in one.candidates}
    return least.model_copy(
        update={
            "evidence": tuple(evidence[:MAX_EVIDENCE]),
            "candidates": tuple(candidates.values()),
        }
    )


# --- keys of the run before -------------------------------------------------------------------


def former_keys(papers: Sequence[Paper], previous: Sequence[Paper]) -> list[Paper]:
    """
    Fill in the keys that each work had in the previous catalog and has no more.

    A work is the same where an identifier is, else where a list mentions it under the same title.
    What the previous catalog knew of former keys is kept, so a run without news changes nothing.
    """
    current = {paper.key: number for number, paper in enumerate(papers)}
    find = _Finder(papers)
    former: dict[int, list[str]] = defaultdict(list)
    for old in previous:
        number = current.get(old.key)
        if number is None:
            number = find(old)
        if number is not None:
            former[number] += [*old.former_keys, old.key]
    return [
        _with_former_keys(paper, [key for key in former[number] if key not in current])
        if number in former
        else paper
        for number, paper in enumerate(papers)
    ]


def _with_former_keys(paper: Paper, keys: Iterable[str]) -> Paper:
    return paper.model_copy(update={"former_keys": tuple(dict.fromkeys(keys))})


class _Finder:
    """Finds the paper that a record of the previous catalog is about."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self._by_identifier: dict[str, int] = {}
        self._by_mention: dict[tuple[str, str], int] = {}
        for number, paper in enumerate(papers):
            for key in _all_identifiers(paper):
                self._by_identifier.setdefault(key, number)
            for mention in _mentions(paper):
                self._by_mention.setdefault(mention, number)

    def __call__(self, paper: Paper) -> int | None:
        """Return the number of the paper, None where it is gone."""
        for key in _all_identifiers(paper):
            if key in self._by_identifier:
                return self._by_identifier[key]
        found = (self._by_mention.get(mention) for mention in _mentions(paper))
        return next((number for number in found if number is not None), None)


def _all_identifiers(paper: Paper) -> Iterator[str]:
    """Keys of all identifiers of a paper, the key itself first; titles are none."""
    if not paper.key.startswith("title:"):
        yield paper.key
    if paper.arxiv:
        yield f"arxiv:{paper.arxiv.id}"
    if paper.doi:
        yield f"doi:{paper.doi}"
    for entry in paper.mentions:
        for identifier in _own_identifiers(entry, None)[0]:
            yield identifier.key


def _mentions(paper: Paper) -> Iterator[tuple[str, str]]:
    for entry in paper.mentions:
        if key := title_key(entry.title or entry.name or ""):
            yield entry.list, key
