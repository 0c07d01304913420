"""What a list has already, and whether a list with a new entry is the old one and that. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import unquote

from rapidfuzz import fuzz

from pipeline.records.lists import Entry, Link, ParsedList
from pipeline.repair.adding.work import NewWork
from pipeline.works.candidates import CandidateWork, Query
from pipeline.works.identifiers import SCHOLARLY, Identifier, identify, same_as
from pipeline.works.matching import judge, score
from pipeline.works.titles import title_key


@dataclass(frozen=True, slots=True)
class Held:
    """Where a list has a work already."""

    line: int
    words: str


def keys_of(entry: Entry) -> set[str]:
    """Return the keys of the works that an entry's paper links and words name."""
    links = [link for link in entry.links if link.role == "paper"] or list(entry.links)
    found = [one for link in links if (one := identify(link.url)) and one.scheme in SCHOLARLY]
    return {one.key for one in _with_aliases(found)} | set(entry.named)


def _with_aliases(found: Iterable[Identifier]) -> Iterator[Identifier]:
    for one in found:
        yield one
        if (alias := same_as(one)) is not None:
            yield alias


def held_by(parsed: ParsedList, work: NewWork, *, same_title: bool = False) -> Held | None:
    """Return the entry that is the work already, under whatever identifier or spelling."""
    wanted = _keys(work)
    for entry in parsed.entries:
        if keys_of(entry) & wanted:
            return Held(entry.line, f"the list has it already: “{entry.title}”")
    published = f"{work.day.year}" if work.day else None
    known = CandidateWork(
        key=next(iter(work.keys)), title=work.title, authors=work.authors, published=published
    )
    words = title_key(work.title)
    for entry in () if same_title else parsed.entries:
        if fuzz.ratio(title_key(entry.title), words, score_cutoff=_FAR) == 0:
            continue  # most of a list, and all that is compared below takes its time
        query = Query(entry.title, entry.authors, entry.year, entry.name)
        found = score(query, known)
        if found.exact or judge(query, found).level == "auto":
            same = "the same title" if found.exact else "nearly the same title"
            return Held(entry.line, f"an entry has {same}: “{entry.title}”")
    return None


_FAR: Final = 60.0
"""Titles less alike than this (0 to 100) are never taken for one by `judge` alone."""


def _keys(work: NewWork) -> set[str]:
    named = [*work.ids.items(), *work.other_ids.items()]
    found = [Identifier(scheme, value) for scheme, value in named]  # type: ignore[arg-type]
    return {one.key for one in _with_aliases(found)}


# --- reading again ------------------------------------------------------------------------------

_MORE: Final = "read again, the list would differ in more than the new entry"


def fault_of(
    before: ParsedList,
    after: ParsedList,
    work: NewWork,
    section: tuple[str, ...],
    *,
    at: int,
    lines: int,
) -> str | None:
    """
    Say why a list, read again, is not the old one with the new entry; None where it is.

    The new entry begins at line `at`; what was there or below stands `lines` lines further down.
    """
    new = [entry for entry in after.entries if at <= entry.line < at + lines]
    if len(new) != 1:
        return "read again, the new lines are no entry" if not new else _MORE
    fault = _fault_of_entry(new[0], work, section)
    if fault is not None:
        return fault
    others = [entry for entry in after.entries if entry is not new[0]]
    same = (
        len(others) == len(before.entries)
        and all(
            _moved(old, at, lines) == _unplaced(now)
            for old, now in zip(_sorted(before.entries), _sorted(others), strict=True)
        )
        and _links(before.other_links) == _links(after.other_links)
        and _links(before.local) == _links(after.local)
        and _links(before.broken) == _links(after.broken)
        and len(before.problems) == len(after.problems)
    )
    return None if same else _MORE


def _fault_of_entry(entry: Entry, work: NewWork, section: tuple[str, ...]) -> str | None:
    if entry.section != section:
        return "read again, the new entry is in another section"
    if title_key(entry.title) != title_key(work.title):
        return f"read again, its title is “{entry.title}”"
    if not keys_of(entry) & work.keys:
        return "read again, it does not name the work"
    if not all(_is_of(link.url, work) for link in entry.links):
        return "read again, it has a link that is none of the work's"
    if entry.kind != "paper":
        return "read again, it is no paper"
    return None


def _is_of(url: str, work: NewWork) -> bool:
    """Say whether an address names the work, or its code."""
    named = [*work.ids.values(), *work.other_ids.values(), *([work.code] if work.code else [])]
    return any(name.lower() in unquote(url).lower() for name in named)


def _sorted(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda one: (one.line, one.end_line, one.title))


def _moved(entry: Entry, at: int, lines: int) -> Entry:
    """Return an entry as it reads after lines came in above it."""
    down = lines if entry.line >= at else 0
    moved = replace(entry, line=entry.line + down, end_line=entry.end_line + down)
    return _unplaced(moved)


def _unplaced(entry: Entry) -> Entry:
    """Return an entry whose links have no places: a number before them may have grown."""
    links = tuple(replace(link, line=0, column=0) for link in entry.links)
    return replace(entry, links=links)


def _links(links: Iterable[Link]) -> list[tuple[str, str]]:
    return sorted((link.url, link.role) for link in links)
