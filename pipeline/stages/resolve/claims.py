"""What one entry says about the work that it means. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Final, NamedTuple

from pipeline.records.lists import Entry, Link
from pipeline.works.arxiv_links import arxiv_ids_in_text, arxiv_link, id_at_start
from pipeline.works.decisions import NONE, Decisions, HumanDecision, decision_on
from pipeline.works.identifiers import (
    SCHOLARLY,
    Identifier,
    Scheme,
    canonical_url,
    identify,
    of_key,
    same_as,
)
from pipeline.works.titles import title_key

MAX_EVIDENCE: Final = 20
"""Pieces of evidence kept for one paper: a work may stand in a list a thousand times."""


@dataclass(frozen=True, slots=True)
class Claim:
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
        """The arXiv id, where there is one."""
        return next((item.value for item in self.identifiers if item.scheme == "arxiv"), None)

    @property
    def is_alone(self) -> bool:
        """Whether a person's word keeps it apart from others of its title."""
        return self.decided is not None and bool(self.decided.no_paper or self.decided.rejected)

    @property
    def facts(self) -> "Facts":
        """What says which other claims are of the same work."""
        title = b""
        if self.title and not self.is_alone:
            title = blake2b(self.title.encode("utf-8", "replace"), digest_size=16).digest()
        return Facts(tuple((one.scheme, one.value) for one in self.identifiers), title)

    @property
    def place(self) -> str:
        """Where the entry stands."""
        return place_of(self.entry)


class Facts(NamedTuple):
    """What is compared of claims: little, and quick to send from one process to another."""

    identifiers: tuple[tuple[Scheme, str], ...]
    title: bytes
    """Digest of the title; empty where it joins no others."""

    @property
    def arxiv(self) -> str | None:
        """The arXiv id, where there is one."""
        return next((value for scheme, value in self.identifiers if scheme == "arxiv"), None)


def place_of(entry: Entry) -> str:
    """Return where an entry stands, as reports write it: `list:12`."""
    return f"{entry.list}:{entry.line}"


def claim_of(entry: Entry, today: date | None, decisions: Decisions = NONE) -> Claim:
    """Return what an entry says; what a person has said about it comes first."""
    title = title_key(entry.title or entry.name or "")
    decided = decision_on(decisions, entry)
    chosen = of_key(decided.accepted or "") if decided else None
    if chosen is not None:
        evidence = f"{_shown(chosen)} chosen by a person for {place_of(entry)}"
        return Claim(entry, (chosen, *_aliases([chosen])), 1.0, evidence, title, decided)
    found, confidence, where = own_identifiers(entry, today)
    refused = () if decided is None else decided.rejected
    denied = decided is not None and decided.no_paper
    left = [] if denied else [one for one in found if one.key not in refused]
    evidence = f"{_shown(left[0])} in {where}{place_of(entry)}" if left else ""
    return Claim(entry, (*left, *_aliases(left)), confidence, evidence, title, decided)


def _aliases(found: Iterable[Identifier]) -> tuple[Identifier, ...]:
    return tuple(alias for item in found if (alias := same_as(item)))


def own_identifiers(entry: Entry, today: date | None) -> tuple[tuple[Identifier, ...], float, str]:
    """
    Return the identifiers of the work that an entry presents, how sure, and where they stand.

    The entry's paper links name it; where the first of them has an arXiv id that is none, the next
    may be that of a related work, and is not quite sure. An id of another role counts only where
    the entry has no paper link at all and names no second id: else it is a related work.
    """
    links = [link for link in entry.links if link.role == "paper"]
    own = _scholarly(links, today)
    if own:
        return (own, 0.95, "another link of ") if _is_faulty(links[0], today) else (own, 1.0, "")
    named = _named(entry, today)
    if named:
        return named, 0.98, "the words of "
    if not links:
        others = _scholarly(entry.links, today, only=True)
        return others, 0.95, "a link of "
    return (), 0.0, ""


def _is_faulty(link: Link, today: date | None) -> bool:
    """Say whether a link leads to a page of arXiv that cannot be, for its id is none."""
    if identify(link.url, today=today) is not None:
        return False
    found = arxiv_link(link.url, today=today)
    return found is not None and found.fault is not None


def _named(entry: Entry, today: date | None) -> tuple[Identifier, ...]:
    """Return the identifiers that an entry's words name; none of a scheme of which it names two."""
    arxiv = arxiv_ids_in_text(f"{entry.venue or ''} | {entry.title}"[:2000], today=today)
    found = [Identifier("arxiv", one.id, one.version) for one in arxiv]
    found += [one for key in entry.named if (one := of_key(key)) and not _is_to_come(one, today)]
    first: dict[str, Identifier] = {}
    twice = {one.scheme for one in found if first.setdefault(one.scheme, one).key != one.key}
    return tuple(first[one] for one in SCHOLARLY if one in first and one not in twice)


def _is_to_come(identifier: Identifier, today: date | None) -> bool:
    return identifier.scheme == "arxiv" and id_at_start(identifier.value, today) is None


def _scholarly(
    links: Iterable[Link], today: date | None, *, only: bool = False
) -> tuple[Identifier, ...]:
    """Return the first identifier of each scheme; with *only*, none where a scheme has two."""
    first: dict[str, Identifier] = {}
    for link in links:
        found = identify(link.url, today=today)
        if found is None or found.scheme not in SCHOLARLY:
            continue
        if first.setdefault(found.scheme, found).key != found.key and only:
            return ()
    return tuple(first[scheme] for scheme in SCHOLARLY if scheme in first)


def _shown(identifier: Identifier) -> str:
    return canonical_url(identifier).removeprefix("https://")
