"""Entries → papers by what the lists themselves say: links, ids in words, equal titles. Pure."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import count, islice
from typing import Final, Literal, NamedTuple

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
from pipeline.stages.resolve.claims import MAX_EVIDENCE, Claim, Facts, claim_of, place_of
from pipeline.stages.resolve.groups import Groups, Rivals, join_by_identifier, join_by_title
from pipeline.storage.papers import SHARE, Spread, changed, here
from pipeline.storage.spool import Keep, Spool, as_record, held
from pipeline.storage.spool import as_json as to_json
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
    spread: Spread = here,
) -> Sequence[Paper]:
    """
    Group the entries of all lists into papers, in the order of the lists and their lines.

    With *today*, arXiv ids of months to come are refused. An entry for which a person has chosen a
    work means that work, whatever its links say; one that a person has called no paper, or from
    which a work was taken away, is not joined to others by its title. `spread` does what is pure.
    """
    given: Iterable[ParsedList | bytes] = lists
    if isinstance(lists, Spool):
        given = lists.as_json()
    read = partial(read_claims, today=today, decisions={**decisions}, as_json=keep is Spool)
    told = spread(read, given, weigh=_weigh_list)
    groups, rivals = grouped((one for _, claims in told for one in claims), keep)
    making = _Making(groups, rivals)
    papers = keep(Paper, making.papers(spread))
    return changed(papers, making.with_rivals(papers)) if making.open else papers


def read_claims(
    parsed: ParsedList | bytes, today: date | None, decisions: Decisions, *, as_json: bool
) -> list[tuple[Facts, Claim | bytes]]:
    """Return what each entry of a list says of its work, with what is compared of that."""
    claims = list(claims_of([as_record(ParsedList, parsed)], today, decisions))
    kept = to_json(Claim, claims) if as_json else claims
    return [(claim.facts, told) for claim, told in zip(claims, kept, strict=True)]


def claims_of(
    lists: Iterable[ParsedList], today: date | None, decisions: Decisions = NONE
) -> Iterator[Claim]:
    """Yield what each entry says of its work, in the order of the lists and their lines."""
    for parsed in lists:
        for entry in sorted(parsed.entries, key=lambda entry: (entry.line, entry.end_line)):
            yield _claim_of(entry, today, decisions)


def grouped(
    claims: Iterable[tuple[Facts, Claim | bytes]], keep: Keep = held
) -> tuple[Groups, Rivals]:
    """Return which claims are of one work, and the titles that stand under several ids."""
    groups = Groups(claims, keep)
    join_by_identifier(groups)
    return groups, join_by_title(groups)


def papers_of(groups: Iterable[Sequence[Claim]], titles: Container[str]) -> Iterator[Paper]:
    """Yield the works of groups of claims; `titles` are those that stand under several ids."""
    keys: set[str] = set()
    return (_paper(members, titles, keys) for members in groups)


class _Made(NamedTuple):
    """The works of some groups of claims, as they would be if there were no others."""

    papers: list[Paper | bytes]
    keys: list[str]
    open: list[int]
    """The places of those that have a title of several ids, and none themselves."""


_Members = Sequence[Claim | bytes]


def _make(share: Sequence[_Members], titles: Container[str]) -> _Made:
    """Make a work of each group; as JSON where its claims are."""
    papers = [_paper(_read(members), titles, set()) for members in share]
    unsure = [
        place
        for place, one in enumerate(papers)
        if titles and one.resolution.status == "skipped" and title_key(one.title) in titles
    ]
    on_disk = any(isinstance(one, bytes) for members in share for one in members)
    made = to_json(Paper, papers) if on_disk else papers
    return _Made([*made], [one.key for one in papers], unsure)


def _read(members: _Members) -> list[Claim]:
    return [as_record(Claim, one) for one in members]


def _weigh_list(parsed: ParsedList | bytes) -> int:
    """Return the microseconds that the claims of a list take: 40 for an entry of 400 bytes."""
    return len(parsed) // 10 if isinstance(parsed, bytes) else 0


def _weigh_share(share: Sequence[_Members]) -> int:
    """Return the microseconds that the works of a share take."""
    return 80 * len(share)


class _Making:
    """The making of works, share by share; what goes from one to the other is done here."""

    def __init__(self, groups: Groups, rivals: Rivals) -> None:
        self.open: list[int] = []
        """The numbers of the works that may be one of several."""
        self._groups = groups
        self._rivals = rivals
        ids = {groups.arxiv(index) for indices in rivals.values() for index in indices}
        self._named = dict.fromkeys((f"arxiv:{one}" for one in ids), -1)
        """Key of a work that another may be, to its number."""

    def papers(self, spread: Spread) -> Iterator[Paper | bytes]:
        """Yield all works, each under a key of its own."""
        taken: set[str] = set()
        number = 0
        work = partial(_make, titles=frozenset(self._rivals))
        for share, made in spread(work, _in_shares(self._groups.written()), weigh=_weigh_share):
            self.open += (number + place for place in made.open)
            for members, one, key in zip(share, made.papers, made.keys, strict=True):
                paper = one
                if key in self._named:
                    self._named[key] = number
                if not key.startswith(_LASTING):  # under an identifier all claims are together
                    if key in taken:
                        paper = _paper(_read(members), self._rivals, taken)
                    taken.add(key)
                yield paper
                number += 1

    def with_rivals(self, papers: Sequence[Paper]) -> Iterator[tuple[int, Paper]]:
        """Yield the works that may be one of several, by their numbers, with those beside them."""
        for number in self.open:
            paper = papers[number]
            ids = map(self._groups.arxiv, self._rivals[title_key(paper.title)])
            numbers = [self._named[f"arxiv:{one}"] for one in ids]
            yield number, _with_rivals(paper, [papers[other] for other in numbers])


_LASTING: Final = tuple(f"{scheme}:" for scheme in SCHOLARLY)


def _in_shares(groups: Iterator[_Members]) -> Iterator[list[_Members]]:
    while share := list(islice(groups, SHARE)):
        yield share


def _claim_of(entry: Entry, today: date | None, decisions: Decisions) -> Claim:
    try:
        return claim_of(entry, today, decisions)
    except Exception:  # noqa: BLE001  the last line of defence
        return Claim(entry, (), 0.0, unforeseen(f"{entry.list}:{entry.line}").reason, "")


# --- one paper --------------------------------------------------------------------------------


def _paper(members: Sequence[Claim], titles: Container[str], taken: set[str]) -> Paper:
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
        findings=(*duplicates(mentions), *other_titles(mentions), *_rivalry(members, titles)),
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


def _rivalry(members: Sequence[Claim], titles: Container[str]) -> Iterator[Finding]:
    """Name the entries whose title stands under another arXiv id as well."""
    for claim in members:
        if claim.arxiv is not None and claim.title in titles:
            message = "another entry has this title under another arXiv id"
            yield finding_at(claim.entry, "same-title-two-ids", "warning", message)


def _with_rivals(paper: Paper, others: Sequence[Paper]) -> Paper:
    """Put the works that an entry without an id could mean beside it."""
    candidates = tuple(Candidate(key=item.key, title=item.title, score=1.0) for item in others)
    evidence = ("entries of the same title have different arXiv ids",)
    resolution = Resolution(
        status="review", evidence=evidence, candidates=candidates, reason_code="TIE"
    )
    return replace(paper, resolution=resolution)
