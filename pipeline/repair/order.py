"""
New entries that stand out of their section's order, and the lines with them at their place. Pure.

The order is found as `pipeline add` finds it (`adding.places`): alphabetical, by name, by date. To
tell somebody that a place is wrong takes more than to choose one (`LEAST`, `SURE`).
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from pipeline.markdown.entries import read_list
from pipeline.records.lists import Entry, ParsedList
from pipeline.records.reviews import Mend
from pipeline.repair.adding.places import UNORDERED, Order, Place, number_of
from pipeline.repair.adding.siblings import Sibling, siblings_of
from pipeline.repair.adding.work import NewWork, day_of
from pipeline.repair.rewriting import line_starts
from pipeline.works.identifiers import SCHOLARLY, identify

LEAST: Final = 8
"""Four entries stand in one of five orders by chance too often."""
SURE: Final = 0.98
"""Of the neighbours that differ, so many are in order: where one in ten is not, a curator may have
had reasons."""
MOST_MOVED: Final = 12
"""Lines that are shown anew where an entry moves."""


@dataclass(frozen=True, slots=True)
class Misplaced:
    """An entry that stands out of order."""

    message: str
    before: int | None
    """The line of the entry that it should stand before; None for the end of the section."""
    after: int | None
    """The last line of the entry that it should stand after; None for the start."""


def misplaced(text: str, parsed: ParsedList, new: Collection[int]) -> dict[int, Misplaced]:
    """Return which of the entries with the indices `new` stand out of order, by index."""
    places = {(one.line, one.title): number for number, one in enumerate(parsed.entries)}
    added: list[tuple[int, Sibling]] = []
    others: dict[Any, list[Sibling]] = defaultdict(list)
    for sibling in siblings_of(text, line_starts(text), parsed):
        number = places[sibling.entry.line, sibling.entry.title]
        if sibling.entry.kind != "paper":
            continue
        if number in new:
            added.append((number, sibling))
        else:
            others[sibling.family].append(sibling)
    shelves = {family: _Shelf(all_) for family, all_ in others.items() if len(all_) >= LEAST}
    found = ((number, one, shelves.get(one.family)) for number, one in added)
    judged = ((number, shelf.judge(one)) for number, one, shelf in found if shelf is not None)
    return {number: one for number, one in judged if one is not None}


class _Shelf:
    """The entries of one section and their order."""

    def __init__(self, siblings: Sequence[Sibling]) -> None:
        self._siblings = siblings
        self._starts = [one.start for one in siblings]
        self._order = Order(siblings, share=SURE)

    def judge(self, new: Sibling) -> Misplaced | None:
        """Say where a new entry should stand; None where it may stand where it does."""
        place = self._place(new.entry)
        index = bisect_left(self._starts, new.start)
        first, last = place.span
        if place.order == UNORDERED or _NO_ORDER.search(place.order) or first <= index <= last:
            return None
        goal = first if index < first else last
        before = self._siblings[goal] if goal < len(self._siblings) else None
        after = self._siblings[goal - 1] if goal else None
        where = f"after line {after.last_line}" if after else "before all others"
        message = f"The section is in order ({place.order}): the entry belongs {where}."
        return Misplaced(
            message, before.entry.line if before else None, after.last_line if after else None
        )

    def _place(self, entry: Entry) -> Place:
        place = self._order.place(_work(entry, entry.title))
        if "by name" in place.order and entry.name:
            return self._order.place(_work(entry, entry.name))
        return place


_NO_ORDER: Final = re.compile("numbered|the last first")
"""Numbers follow one another whatever comes; nobody writes from Z to A."""


def _work(entry: Entry, title: str) -> NewWork:
    """Return an entry as a work with what the list says of it."""
    named = (identify(link.url) for link in entry.links if link.role == "paper")
    found = (one for one in named if one is not None and one.scheme in SCHOLARLY)
    ids: dict[str, str] = {one.scheme: one.value for one in found}
    day = day_of(None, ids.get("arxiv")) or (day_of(str(entry.year), None) if entry.year else None)
    return NewWork(title=title, ids=ids, day=day, year=entry.year)


# --- at its place -----------------------------------------------------------------------------


def moved(text: str, name: str, entry: Entry, mend: Mend | None, to: Misplaced) -> Mend | None:
    """
    Return the lines with an entry, mended, at its place; None where there is no certain way.

    The list must have as many entries in the same sections then.
    """
    lines = _lines(text)
    first, last = entry.line, entry.end_line
    if mend is not None and len(mend.lines) != mend.end_line - mend.line + 1:
        return None
    if mend is not None:
        lines[mend.line - 1 : mend.end_line] = mend.lines
    own = lines[first - 1 : last]
    if to.before is not None and to.before <= first:
        start, end = to.before, last
        new = own + lines[start - 1 : first - 1]
    elif to.after is not None and to.after >= last:
        start, end = first, to.after
        new = lines[last:end] + own
    else:
        return None
    if len(new) > MOST_MOVED or not all(line.strip() for line in new):
        return None
    if number_of(Sibling(entry, 0, 0, own[0])) is not None:
        return None  # others would need new numbers
    after = [*lines[: start - 1], *new, *lines[end:]]
    same = _sections("\n".join(lines), name) == _sections("\n".join(after), name)
    return Mend(start, end, tuple(new)) if same else None


def _lines(text: str) -> list[str]:
    starts = [*line_starts(text), len(text)]
    return [text[a:b].rstrip("\r\n") for a, b in pairwise(starts)]


def _sections(text: str, name: str) -> Counter[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    entries = read_list(text, name).entries
    return Counter(
        (one.title, one.section, tuple(link.url for link in one.links)) for one in entries
    )
