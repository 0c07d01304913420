"""
Proof that a change of a list changes what it should and nothing else, and the rounds of changes.

Pure. After every round the text is read again as a run reads it: what changes more than it should
is dropped, and what comes to light is changed in the next round.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from html import unescape
from itertools import count
from typing import Final
from urllib.parse import unquote

from pipeline.markdown.entries import read_list
from pipeline.records.lists import Entry, Link, ParsedList
from pipeline.repair.rewriting import (
    Change,
    Edit,
    Left,
    Plan,
    Proposals,
    Source,
    applied,
    links_of,
    place_of,
    readable,
    readable_text,
    target_of_link,
    with_changes,
)
from pipeline.urls import request_key
from pipeline.works.titles import normalise


def proven(
    source: Source, parsed: ParsedList, groups: Sequence[tuple[Change, ...]], same: "Same"
) -> tuple[list[tuple[Change, ...]], list[tuple[Change, ...]]]:
    """Return the groups that change what they should and nothing else, and those that do not."""
    if not groups or same(source, parsed, groups):
        return list(groups), []
    if len(groups) == 1:
        return [], list(groups)
    middle = len(groups) // 2
    good, bad = proven(source, parsed, groups[:middle], same)
    more, worse = proven(source, parsed, groups[middle:], same)
    if good and more and not same(source, parsed, [*good, *more]):
        return good, [*bad, *worse, *more]
    return [*good, *more], [*bad, *worse]


Same = Callable[[Source, ParsedList, Sequence[tuple[Change, ...]]], bool]


def changes_only_links(
    source: Source, parsed: ParsedList, groups: Sequence[tuple[Change, ...]]
) -> bool:
    """Say whether, read again, the list has the new links and is otherwise what it was."""
    changes = [change for group in groups for change in group]
    if not all(map(_writes_what_is_meant, changes)):
        return False
    if any(takes_bracket(source.shown, change) for change in changes):
        return False
    after = read_list(readable_text(with_changes(source.text, changes)), parsed.name)
    return _Comparison(changes).same(parsed, after)


def _writes_what_is_meant(change: Change) -> bool:
    """Say whether the new target is the one that was decided on, escaped for its place."""
    if change.twin or change.code == "retitled":
        return True
    return unquote(request_key(_as_read(change))) == unquote(request_key(change.after))


def _as_read(change: Change) -> str:
    return unescape(change.new) if "&amp;" in change.new else change.new


_BRACKETS: Final = (("(", ")"), ("[", "]"), ("{", "}"))
_DELIMITED: Final = frozenset({"angle", "attribute", "autolink"})
"""Places that a target's brackets cannot end."""


def takes_bracket(text: str, change: Change) -> bool:
    """Say whether a change removes a bracket whose partner stands on the line before it."""
    old = text[change.start : change.end]
    if place_of(text, change.start, change.end) in _DELIMITED:
        return False
    line = max(text.rfind("\n", 0, change.start) + 1, change.start - _MOST_BEFORE, 0)
    before = text[line : change.start]
    return any(
        _unpaired(old, closer, opener) > _unpaired(change.new, closer, opener)
        and _unpaired(before[::-1], opener, closer) > 0
        for opener, closer in _BRACKETS
    )


def _unpaired(text: str, mark: str, partner: str) -> int:
    """Count the brackets that have no partner before them."""
    waiting = alone = 0
    for char in text:
        if char == partner:
            waiting += 1
        elif char == mark and waiting:
            waiting -= 1
        elif char == mark:
            alone += 1
    return alone


_MOST_BEFORE: Final = 1000
"""Characters of a line before a change in which an open bracket is looked for."""
_MOST_LINES: Final = 200
"""Of an entry; a hostile list has longer ones, and what is further down is not changed."""


def _is_in(entries: Iterable[Entry], place: tuple[int, str]) -> bool:
    """Say whether an entry that has this line has this address, if on another line."""
    line, url = place
    return any(
        one.line <= line <= one.end_line and any(link.url == url for link in one.links)
        for one in entries
    )


class _Comparison:
    """Two readings of a list, before and after changes."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self.urls: dict[int, dict[str, str]] = {}
        self.titles: dict[tuple[int, str], str] = {}
        for change in changes:
            if change.code == "retitled":
                self.titles[change.line, change.before] = change.after
            elif not change.twin:
                told = self.urls.setdefault(change.line, {})
                told[change.before] = _as_read(change)

    def same(self, before: ParsedList, after: ParsedList) -> bool:
        """Say whether one is the other with the changes made, all of them."""
        made = {(link.line, link.url) for link, _ in links_of(after)}
        wanted = {(line, url) for line, told in self.urls.items() for url in told.values()}
        return (
            all(_is_in(after.entries, place) for place in wanted - made)
            and len(before.entries) == len(after.entries)
            and all(map(self._same_entry, before.entries, after.entries))
            and self._linked(before.other_links) == self._linked(after.other_links)
            and self._linked(before.local) == self._linked(after.local)
            and len(before.problems) >= len(after.problems)
        )

    def _same_entry(self, old: Entry, new: Entry) -> bool:
        if old == new:
            return True
        return (
            (old.line, old.end_line, old.section, old.kind, old.year)
            == (new.line, new.end_line, new.section, new.kind, new.year)
            and self._same_title(old, new)
            and self._words(old.authors, old) == self._words(new.authors, old)
            and self._words(old.venue, old) == self._words(new.venue, old)
            and {k: self._words(v, old) for k, v in old.columns.items()}
            == {k: self._words(v, old) for k, v in new.columns.items()}
            and self._same_links(old, new)
        )

    def _same_links(self, old: Entry, new: Entry) -> bool:
        """
        Compare links of an entry, which has each address once.

        Where one has changed, another that repeated it further on may have come to light; where one
        is now the same as another, that one stands for both.
        """
        before, after = self._linked(old.links), self._linked(new.links)
        there = {url for _, url, _ in after}
        gone = {url for told in self._of(old) for url in told}
        come = {url for told in self._of(old) for url in told.values()}
        lost, found = before - after, after - before
        return all(url in come & there for _, url, _ in lost) and all(
            url in gone for _, url, _ in found
        )

    def _of(self, entry: Entry) -> Iterator[dict[str, str]]:
        for line in range(entry.line, min(entry.end_line, entry.line + _MOST_LINES) + 1):
            yield self.urls.get(line, {})

    def _same_title(self, old: Entry, new: Entry) -> bool:
        lines = range(old.line, old.end_line + 1)
        official = next((t for line in lines if (t := self.titles.get((line, old.title)))), None)
        if official is not None:
            return normalise(official) == normalise(new.title)
        same_name = self._words(old.name, old) == self._words(new.name, old)
        return self._words(old.title, old) == self._words(new.title, old) and same_name

    def _words(self, text: str | None, entry: Entry) -> str | None:
        """Return text with the new addresses for the old, where a cell or a title shows them."""
        if text is None or "://" not in text:
            return text
        for told in self._of(entry):
            for old, new in told.items():
                text = text.replace(old, new)
        return text

    def _linked(self, links: Iterable[Link]) -> set[tuple[int, str, str]]:
        """Return lines, addresses and roles; of a changed link the role may be another one."""
        found: set[tuple[int, str, str]] = set()
        for link in links:
            told = self.urls.get(link.line, {})
            url = told.get(target_of_link(link), link.url)
            role = "" if url in told.values() else link.role
            found.add((link.line, url, role))
        return found


# --- round after round ------------------------------------------------------------------------


MOST_READINGS: Final = 400


def plan_of(
    data: bytes,
    name: str,
    propose: Callable[[Source, ParsedList], Proposals],
    same: Same,
    readings: int = MOST_READINGS,
) -> Plan:
    """
    Return the plan of what is proposed, round after round until nothing more is.

    After so many `readings` nothing more is proven: a hostile list may need one an edit.
    """
    source = readable(data, name)
    if source is None:
        return Plan(left=(Left("encoding", None, name, _UNWRITABLE),))
    original, done = source, list[Change]()
    same = _limited(same, readings)
    dropped: dict[tuple[str, int | None, str], Left] = {}
    for _ in range(_MOST_ROUNDS):
        parsed = read_list(source.shown, name)
        proposals = propose(source, parsed)
        named = ((one[0].code, one[0].line, one[0].before) for one in proposals.groups)
        pairs = zip(named, proposals.groups, strict=True)
        groups = [group for name, group in pairs if name not in dropped]
        writable = [group for group in groups if _is_writable(source, group)]
        good, bad = proven(source, parsed, _apart(writable), same)
        left = list(proposals.left)
        lacking = (group[0] for group in groups if group not in writable)
        left += [Left(one.code, one.line, one.before, _LACKS) for one in lacking]
        left += [Left(g[0].code, g[0].line, g[0].before, _MORE) for g in bad]
        dropped |= {(one.code, one.line, one.what): one for one in left}
        before = _Before(done)
        placed = [before.of(group) for group in good]
        kept = [(old, new) for old, new in zip(placed, good, strict=True) if old is not None]
        if not kept:
            break
        text = with_changes(source.text, [change for _, group in kept for change in group])
        done = sorted([*done, *(change for group, _ in kept for change in group)], key=_start)
        source = Source(text, readable_text(text), source.bom, source.codec)
    left = sorted(dropped.values(), key=lambda one: (one.line or 0, one.code, one.what))
    edits = _edits(original, done)
    if applied(data, edits) != source.data:  # bytes that depend on those before them
        return Plan(left=(Left("encoding", None, name, _UNWRITABLE),))
    return Plan(edits, tuple(left))


def _is_writable(source: Source, group: Iterable[Change]) -> bool:
    """Say whether the list's encoding has all the characters that are to be written."""
    try:
        for change in group:
            source.encoded(change.new)
    except UnicodeEncodeError:
        return False
    return True


_LACKS: Final = "the list's encoding lacks a character of what would be written"
_UNWRITABLE: Final = "its encoding cannot be written back"


def _limited(same: Same, readings: int) -> Same:
    """Return a proof that fails after so many readings."""
    number = count()

    def limited(source: Source, parsed: ParsedList, groups: Sequence[tuple[Change, ...]]) -> bool:
        return next(number) < readings and same(source, parsed, groups)

    return limited


_MOST_ROUNDS: Final = 12
"""An entry that has one URL several times shows the next one when the first is changed."""
_MORE: Final = "the list would read differently in more than this link"


def _start(change: Change) -> tuple[int, int]:
    return change.start, change.end


def _apart(groups: Iterable[tuple[Change, ...]]) -> list[tuple[Change, ...]]:
    """Return the groups that overlap none before them, in the order of the text."""
    kept: list[tuple[Change, ...]] = []
    taken = -1
    for group in sorted(groups, key=lambda group: group[0].start):
        if group[0].start >= taken and group[0].start >= 0:
            kept.append(group)
            taken = group[-1].end
    return kept


class _Before:
    """The way from a text after changes to the places that it had before them."""

    def __init__(self, done: Sequence[Change]) -> None:
        self._begins: list[int] = []
        self._ends: list[int] = []
        self._shifts = [0]
        for change in sorted(done, key=_start):
            begin = change.start + self._shifts[-1]
            self._begins.append(begin)
            self._ends.append(begin + len(change.new))
            self._shifts.append(self._shifts[-1] + len(change.new) - (change.end - change.start))

    def of(self, group: Iterable[Change]) -> tuple[Change, ...] | None:
        """Return changes at their places before; None where they touch what was changed."""
        placed: list[Change] = []
        for change in group:
            number = bisect_right(self._begins, change.start)
            touches_last = number > 0 and change.start < self._ends[number - 1]
            touches_next = any(begin < change.end for begin in self._begins[number : number + 1])
            if touches_last or touches_next:
                return None
            shift = self._shifts[number]
            placed.append(replace(change, start=change.start - shift, end=change.end - shift))
        return tuple(placed)


def _edits(source: Source, changes: Sequence[Change]) -> tuple[Edit, ...]:
    places = source.offsets([place for one in changes for place in (one.start, one.end)])
    found: list[Edit] = []
    for one in sorted(changes, key=_start):
        start, end, new = places[one.start], places[one.end], source.encoded(one.new)
        found.append(Edit(start, end, new, one.code, one.line, one.before, one.after))
    return tuple(found)
