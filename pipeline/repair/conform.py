"""
Entries that are written otherwise than those around them, and how to write them alike. Pure.

A habit is what nearly all entries of a section have in common (`SHARE`); where a section has too
few, those of the whole list. Looked at are the mark of the item, what sets the title apart, how the
link to the paper is written, and whether a venue and a year are there.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pipeline.markdown.entries import read_list
from pipeline.records.lists import Entry, ParsedList
from pipeline.repair.rewriting import (
    Change,
    Proposals,
    Source,
    line_starts,
    readable_text,
    with_changes,
)

Code = Literal["other-style", "venue-missing", "year-missing"]

SHARE: Final = 0.9
"""Of the entries around, so many have a habit: a reviewer must not teach what is no rule."""
LEAST: Final = 4
"""Fewer entries show no habit."""
_LONGEST: Final = 4_000


@dataclass(frozen=True, slots=True)
class Broken:
    """One habit that an entry has not."""

    code: Code
    message: str
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """An entry and its first line."""

    entry: Entry
    start: int
    """Of the line, in characters of the text."""
    line: str

    @property
    def is_row(self) -> bool:
        """Say whether it is a row of a table."""
        return self.line.lstrip().startswith("|")


def broken_habits(
    text: str, entries: Sequence[Entry], new: Collection[int]
) -> dict[int, list[Broken]]:
    """Return the habits that entries have not, by their index; `new`: the indices to look at."""
    starts = line_starts(text)
    spots = [_spot(text, starts, entry) for entry in entries]
    lines = Counter(entry.line for entry in entries)
    old = [
        spot
        for number, spot in enumerate(spots)
        if number not in new and lines[spot.entry.line] == 1
    ]
    found: dict[int, list[Broken]] = {}
    for number in new:
        spot = spots[number]
        if lines[spot.entry.line] > 1 or len(spot.line) > _LONGEST:
            continue
        alike = [
            one for one in old if one.is_row == spot.is_row and one.entry.kind == spot.entry.kind
        ]
        near = [one for one in alike if one.entry.section == spot.entry.section]
        around = near if len(near) >= LEAST else alike
        broken = [*_of_form(spot, around), *_of_facts(spot, around)]
        if broken:
            found[number] = broken
    return found


def _spot(text: str, starts: Sequence[int], entry: Entry) -> Spot:
    start = starts[entry.line - 1]
    end = starts[entry.line] if entry.line < len(starts) else len(text)
    return Spot(entry, start, text[start:end].rstrip("\r\n"))


# --- venue and year ---------------------------------------------------------------------------


def _of_facts(spot: Spot, around: Sequence[Spot]) -> Iterator[Broken]:
    """Name what nearly all entries around say, and this one does not."""
    if len(around) < LEAST:
        return
    lacks_venue = spot.entry.venue is None and _most(one.entry.venue is not None for one in around)
    lacks_year = spot.entry.year is None and _most(one.entry.year is not None for one in around)
    if lacks_venue:
        what = "a venue and a year" if lacks_year else "a venue"
        yield Broken("venue-missing", f"The entries around it name {what}.")
    elif lacks_year:
        yield Broken("year-missing", "The entries around it name a year.")


def _most(values: Iterable[bool]) -> bool:
    counted = Counter(values)
    return counted[True] >= max(LEAST, SHARE * counted.total())


# --- form -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """How something is written: what stands in it is `…` in its form."""

    form: str
    start: int
    """In the line."""
    end: int
    held: tuple[str, ...] = ()


def _of_form(spot: Spot, around: Sequence[Spot]) -> Iterator[Broken]:
    for part_of, words in _PARTS:
        own = part_of(spot)
        forms = Counter(part.form for one in around if (part := part_of(one)) is not None)
        if own is None or forms.total() < max(LEAST, SHARE * len(around)):
            continue
        (habit, count), *_ = forms.most_common(1)
        if own.form == habit or count < max(LEAST, SHARE * forms.total()):
            continue
        message = words.format(habit=habit, own=own.form)
        yield Broken("other-style", message, _change(spot, own, habit))


def _change(spot: Spot, own: Part, habit: str) -> Change | None:
    pieces = habit.split("…")
    if len(pieces) != len(own.held) + 1:
        return None
    new = pieces[0] + "".join(f"{h}{piece}" for h, piece in zip(own.held, pieces[1:], strict=True))
    start, end = spot.start + own.start, spot.start + own.end
    return Change(start, end, new, "other-style", spot.entry.line, own.form, habit)


_MARKER: Final = re.compile(r"[ \t]{0,8}(?P<mark>[-*+])[ \t]")


def _marker(spot: Spot) -> Part | None:
    match = _MARKER.match(spot.line)
    return Part(match["mark"], *match.span("mark")) if match is not None else None


_PAIRS: Final = {**{mark: mark for mark in "*_\"'`"}, "“": "”", "‘": "’", "「": "」", "《": "》"}


def _title(spot: Spot) -> Part | None:
    """Return the marks around a title that is written there once, word for word, and not linked."""
    title, line = spot.entry.title, spot.line
    start = line.find(title) if title else -1
    if start < 0 or line.find(title, start + 1) >= 0:
        return None
    first, last = start, start + len(title)
    while first > 0 and last < len(line) and _PAIRS.get(line[first - 1]) == line[last]:
        first, last = first - 1, last + 1
    before, after = line[first - 1 : first], line[last : last + 1]
    if before in ("[", *_PAIRS) or after in ("]", *_PAIRS.values()):
        return None  # linked, or set apart together with more than the title
    return Part(f"{line[first:start]}…{line[start + len(title) : last]}", first, last, (title,))


_LINK: Final = re.compile(r"(\(?\[{1,2})([^\[\]\n]{1,40})(\]{1,2}\()\Z")


def _paper_link(spot: Spot) -> Part | None:
    """Return the brackets of the first link to a paper that is not the title's."""
    line = spot.line
    url = next((link.url for link in spot.entry.links if link.role == "paper"), "")
    place = line.find(f"({url})") + 1 if url else 0
    match = _LINK.search(line, max(0, place - 50), place)
    if match is None or (spot.entry.title and match[2] in spot.entry.title):
        return None
    end = place + len(url) + 1
    outer = match[1].startswith("(") or match[1].count("[") > match[3].count("]")
    end += outer and line[end : end + 1] in ("]", ")")
    form = f"{match[1]}…{match[3]}…{line[place + len(url) : end]}"
    return Part(form, match.start(), end, (match[2], url))


_PARTS: Final[Sequence[tuple[Callable[[Spot], Part | None], str]]] = (
    (_marker, "The entries around it begin with “{habit}”, this one with “{own}”."),
    (_title, "The entries around it write titles as “{habit}”, this one as “{own}”."),
    (_paper_link, "The entries around it write links as “{habit}”, this one as “{own}”."),
)


# --- written alike ----------------------------------------------------------------------------


def form_proposals(source: Source, parsed: ParsedList, lines: Collection[int]) -> Proposals:
    """Return the changes that write the entries on these lines as those around them are."""
    new = [number for number, one in enumerate(parsed.entries) if one.line in lines]
    broken = broken_habits(source.shown, parsed.entries, new)
    changes = (one.change for each in broken.values() for one in each if one.change is not None)
    return Proposals(tuple((change,) for change in changes))


def keeps_entries(source: Source, parsed: ParsedList, groups: Sequence[tuple[Change, ...]]) -> bool:
    """Say whether, read again, every entry says of its work what it said before."""
    changed = with_changes(source.text, [change for group in groups for change in group])
    after = read_list(readable_text(changed), parsed.name)
    return (
        len(after.entries) == len(parsed.entries)
        and all(map(_says_the_same, parsed.entries, after.entries))
        and [link.url for link in after.other_links] == [link.url for link in parsed.other_links]
        and len(after.problems) <= len(parsed.problems)
    )


def _says_the_same(old: Entry, new: Entry) -> bool:
    return (
        (old.line, old.end_line, old.section, old.kind, old.title, old.name)
        == (new.line, new.end_line, new.section, new.kind, new.title, new.name)
        and (old.authors, old.venue, old.year) == (new.authors, new.venue, new.year)
        and [(link.url, link.role) for link in old.links]
        == [(link.url, link.role) for link in new.links]
    )
