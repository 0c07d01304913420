"""Entries → papers by what the lists themselves say: links, ids in words, equal titles. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import count, islice
from typing import Final, Literal

from pipeline.records.catalog import (
    ArxivPart,
    Candidate,
    Finding,
    Paper,
    RepositoryPart,
    Resolution,
)
from pipeline.records.lists import Entry, Kind, ParsedList
from pipeline.records.outcomes import unforeseen
from pipeline.reports.mentions import duplicates, finding_at, other_titles
from pipeline.stages.resolve.claims import MAX_EVIDENCE, Claim, claim_of, place_of
from pipeline.stages.resolve.groups import Groups, Rivals, join_by_identifier, join_by_title
from pipeline.storage.papers import changed
from pipeline.storage.spool import Keep, held
from pipeline.urls import request_key
from pipeline.works.arxiv_links import arxiv_link
from pipeline.works.decisions import NONE, Decisions
from pipeline.works.identifiers import SCHOLARLY, Identifier
from pipeline.works.repositories import repository
from pipeline.works.titles import title_digest, title_key

NO_IDENTIFIER: Final = "no identifier in its links; titles were not searched"
_NOT_ASKED: Final = "not asked yet"

_Method = Literal["link", "list", "title"]


def resolve(
    lists: Sequence[ParsedList],
    *,
    today: date | None = None,
    decisions: Decisions = NONE,
    keep: Keep = held,
) -> Sequence[Paper]:
    """
    Group the entries of all lists into papers, in the order of the lists and their lines.

    With *today*, arXiv ids of months to come are refused. An entry for which a person has chosen a
    work means that work, whatever its links say; one that a person has called no paper, or from
    which a work was taken away, is not joined to others by its title.
    """
    groups, rivals = grouped(claims_of(lists, today, decisions), keep)
    papers = keep(Paper, papers_of(groups.members(), rivals))
    if not rivals:
        return papers
    ids = {groups.arxiv(index) for indices in rivals.values() for index in indices}
    named = {paper.arxiv.id: paper for paper in papers if paper.arxiv and paper.arxiv.id in ids}
    judged = enumerate(_with_rivals(paper, groups, rivals, named) for paper in papers)
    return changed(papers, ((n, paper) for n, paper in judged if paper is not None))


def claims_of(
    lists: Iterable[ParsedList], today: date | None, decisions: Decisions = NONE
) -> Iterator[Claim]:
    """Yield what each entry says of its work, in the order of the lists and their lines."""
    for parsed in lists:
        for entry in sorted(parsed.entries, key=lambda entry: (entry.line, entry.end_line)):
            yield _claim_of(entry, today, decisions)


def grouped(claims: Iterable[Claim], keep: Keep = held) -> tuple[Groups, Rivals]:
    """Return which claims are of one work, and the titles that stand under several ids."""
    groups = Groups(claims, keep)
    join_by_identifier(groups)
    return groups, join_by_title(groups)


def papers_of(groups: Iterable[Sequence[Claim]], rivals: Rivals) -> Iterator[Paper]:
    """Yield the works of groups of claims."""
    keys: set[str] = set()
    return (_paper(members, rivals, keys) for members in groups)


def _claim_of(entry: Entry, today: date | None, decisions: Decisions) -> Claim:
    try:
        return claim_of(entry, today, decisions)
    except Exception:  # noqa: BLE001  the last line of defence
        return Claim(entry, (), 0.0, unforeseen(f"{entry.list}:{entry.line}").reason, "")


# --- one paper --------------------------------------------------------------------------------


def _paper(members: Sequence[Claim], rivals: Rivals, taken: set[str]) -> Paper:
    identifiers: dict[str, Identifier] = {}
    for identifier in (one for claim in members for one in claim.identifiers):
        identifiers.setdefault(identifier.scheme, identifier)
    mentions = tuple(claim.entry for claim in members)
    is_paper = any(entry.kind == "paper" for entry in mentions)
    kind: Kind = "paper" if is_paper else mentions[0].kind
    main = next(entry for entry in mentions if entry.kind == kind)
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
        mentions=mentions,
        resolution=_resolution(members, identifiers, kind),
        findings=(*duplicates(mentions), *other_titles(mentions), *_rivalry(members, rivals)),
    )


def _repositories(members: Sequence[Claim]) -> tuple[RepositoryPart, ...]:
    """Return the repositories that the entries link to, each once, as first written."""
    linked = (repository(link.url) for claim in members for link in claim.entry.links)
    found: dict[str, RepositoryPart] = {}
    for one in linked:
        if one is not None and one.key not in found:
            found[one.key] = RepositoryPart(
                full_name=one.full_name, url=one.url, status="skipped", reason=_NOT_ASKED
            )
    return tuple(found.values())


def _keys(
    members: Sequence[Claim],
    identifiers: dict[str, Identifier],
    kind: Kind,
    repositories: Sequence[RepositoryPart],
) -> Iterator[str]:
    """Yield keys of a work, the best first, without end: another work may have taken the first."""
    yield from (identifiers[scheme].key for scheme in SCHOLARLY if scheme in identifiers)
    if kind != "paper" and repositories:
        yield f"github:{repositories[0].full_name.lower()}"
    entry = members[0].entry
    title = entry.title or entry.name or ""
    if members[0].title:
        yield f"title:{title_digest(title)}"
    if entry.links:
        yield f"title:{title_digest(f'{title} {request_key(entry.links[0].url)}')}"
    for number in count():
        yield f"title:{title_digest(f'{title} {place_of(entry)} {number}')}"


def _resolution(
    members: Sequence[Claim], identifiers: dict[str, Identifier], kind: Kind
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
        targets = ((request_key(one.entry.links[0].url), one.place) for one in linked)
        evidence = tuple(
            f"{url.partition('://')[2][:200]} in {place}"
            for url, place in islice(targets, MAX_EVIDENCE)
        )
        return Resolution(status="found", method="link", confidence=1.0, evidence=evidence)
    # An arXiv link without a valid id is why there is no identifier.
    faulty = [
        f"the arXiv link in {claim.place} has no valid id"
        for claim in members
        for link in claim.entry.links
        if (found := arxiv_link(link.url)) is not None and found.fault is not None
    ]
    return Resolution(status="skipped", evidence=(NO_IDENTIFIER, *faulty[:MAX_EVIDENCE]))


def _identified(members: Sequence[Claim]) -> Resolution:
    """Resolution by link, by list without an own one, or by title where a person has chosen it."""
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


# --- one title, several ids ------------------------------------------------------------------


def _rivalry(members: Sequence[Claim], rivals: Rivals) -> Iterator[Finding]:
    """Name the entries whose title stands under another arXiv id as well."""
    for claim in members:
        if claim.arxiv is not None and claim.title in rivals:
            message = "another entry has this title under another arXiv id"
            yield finding_at(claim.entry, "same-title-two-ids", "warning", message)


def _with_rivals(
    paper: Paper, groups: Groups, rivals: Rivals, by_arxiv: dict[str, Paper]
) -> Paper | None:
    """Put the works that an entry without an id could mean beside it; None where there are none."""
    is_open = paper.resolution.status == "skipped"
    indices = rivals.get(title_key(paper.title), []) if is_open else []
    if not indices:
        return None
    others = [by_arxiv[arxiv] for index in indices if (arxiv := groups.arxiv(index)) in by_arxiv]
    candidates = tuple(Candidate(key=item.key, title=item.title, score=1.0) for item in others)
    evidence = ("entries of the same title have different arXiv ids",)
    resolution = Resolution(
        status="review", evidence=evidence, candidates=candidates, reason_code="TIE"
    )
    return replace(paper, resolution=resolution)
