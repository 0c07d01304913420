"""A list with one entry more, proven by reading it again; or why there is none. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from pipeline.formats.escape import plain
from pipeline.markdown.bibtex import is_bibtex
from pipeline.markdown.entries import read_list
from pipeline.records.lists import Entry, ParsedList
from pipeline.repair.adding.choosing import Choice, chosen, chosen_row, models_of
from pipeline.repair.adding.drafts import Draft
from pipeline.repair.adding.marks import NUMBER
from pipeline.repair.adding.places import Order, Place, number_of, step_of
from pipeline.repair.adding.proof import fault_of, held_by
from pipeline.repair.adding.sections import (
    Section,
    SectionChoice,
    likely_section,
    named_section,
    sections_of,
)
from pipeline.repair.adding.siblings import Sibling, habits_of, siblings_of
from pipeline.repair.adding.work import NewWork
from pipeline.repair.rewriting import (
    Change,
    Source,
    line_starts,
    readable,
    readable_text,
    with_changes,
)

Reason = Literal["held", "bibtex", "encoding", "empty", "section", "form", "proof"]


@dataclass(frozen=True, slots=True)
class Added:
    """A list with the new entry."""

    data: bytes
    line: int
    text: str
    """The entry as it is written."""
    section: Section
    why_section: str
    order: str
    span: tuple[int, int]
    """See `Place.span`."""
    left_out: tuple[str, ...]
    """What the entries around it have and it has not."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why nothing is added."""

    reason: Reason
    words: str
    sections: tuple[Section, ...] = ()
    """Those that can be chosen from."""
    line: int | None = None
    """Where the list has the work already."""


def added(
    data: bytes,
    name: str,
    work: NewWork,
    section: str | Section | None = None,
    *,
    abstract: str = "",
    same_title: bool = False,
) -> Added | Refused:
    """
    Return a list with an entry for a work in the list's own form, or why not.

    `section` is a heading or a whole path; without one the likeliest is taken. With `same_title`, a
    work may come in beside another one of the same title. `ConfigurationError` for what is no text.
    """
    source = readable(data, name)
    if source is None:
        return Refused("encoding", "its encoding cannot be written back")
    if is_bibtex(source.shown):
        return Refused("bibtex", "it is BibTeX: entries are added to lists in Markdown alone")
    parsed = read_list(source.shown, name)
    if (held := held_by(parsed, work, same_title=same_title)) is not None:
        return Refused("held", held.words, line=held.line)
    sections = sections_of(parsed.entries)
    if not sections:
        return Refused("empty", "it has no entry whose form a new one could have")
    choice = _section(sections, section, work, abstract)
    if choice.section is None:
        return Refused("section", choice.why, choice.known)
    return _Addition(source, parsed, work, choice).made()


def _section(
    sections: dict[Section, list[Entry]],
    wanted: str | Section | None,
    work: NewWork,
    abstract: str,
) -> SectionChoice:
    if wanted is None:
        return likely_section(sections, work, abstract)
    if isinstance(wanted, str):
        return named_section(sections, wanted)
    if wanted in sections:
        return SectionChoice(wanted, "as named")
    return SectionChoice(None, "no such section has entries", tuple(sections))


_UNCLEAR: Final = "no two entries there have one form that could be told of this work"


class _Addition:
    """One entry on its way into one list."""

    def __init__(
        self, source: Source, parsed: ParsedList, work: NewWork, choice: SectionChoice
    ) -> None:
        self.source, self.parsed, self.work = source, parsed, work
        self.section: Section = choice.section or ()
        self.why = choice.why
        self.starts = line_starts(source.text)
        self.all = siblings_of(source.shown, self.starts, parsed)
        self.group = _group(self.all, self.section)

    def made(self) -> Added | Refused:
        """Return the list with the entry: of the forms that can be read back, the first."""
        if not self.group:
            return Refused("form", "the entries of this section share their lines with others")
        fault = _UNCLEAR
        for escapes in (False, True):
            place = Order(self.group).place(self.work)
            choice = self._choice(place, escaped=escapes)
            if choice is None:
                return Refused("form", _UNCLEAR)
            result = self._with(choice, place)
            if isinstance(result, Added):
                return result
            fault = result
        return Refused("proof", fault)

    def _choice(self, place: Place, *, escaped: bool) -> Choice | None:
        header = self.group[0].header
        work = safe(self.work, row=bool(header), escaped=escaped)
        kin = [one for one in self.all if one.header == header and one.entry.kind == "paper"]
        near = [one for one in kin if one.entry.section == self.section]
        others = [one for one in kin if one.entry.section != self.section]
        models = models_of(near, others, work, habits_of(near, kin))
        if header:
            base = self.group[max(0, min(place.index, len(self.group) - 1))]
            return chosen_row(models, base, work)
        return chosen(models, work)

    def _with(self, choice: Choice, place: Place) -> Added | str:
        changes, at, new = self._changes(choice.draft, place)
        text = with_changes(self.source.text, changes)
        try:
            after = replace(self.source, text=text, shown=readable_text(text))
            data = after.data
        except UnicodeEncodeError:
            return "the list's encoding lacks a character of the new entry"
        line = 1 + sum(start <= at + _before(changes, at) for start in line_starts(text)[1:])
        lines = len(line_starts(text)) - len(self.starts)
        read = read_list(after.shown, self.parsed.name)
        fault = fault_of(self.parsed, read, self.work, self.section, at=line, lines=lines)
        if fault is None and not _keeps_bytes(self.source, data, changes):
            fault = "the bytes around it would change"
        if fault is not None:
            return fault
        return Added(
            data,
            line,
            new,
            self.section,
            self.why,
            place.order,
            place.span,
            tuple(sorted(choice.draft.left_out - choice.draft.facts)),
        )

    def _changes(self, draft: Draft, place: Place) -> tuple[list[Change], int, str]:
        """Return what is written, where, and the entry itself."""
        number, renumbered = self._numbers(place.index)
        text = draft.text.replace(NUMBER, str(number))
        gap = self._gap()
        if place.index < len(self.group):
            at = self.group[place.index].start
            put, begin = f"{text}{gap}", at
        else:
            at = self._end_of(self.group[-1])
            put, begin = f"{gap}{text}", at + len(gap)
        changes = [Change(at, at, put, "add", 0, "", text), *renumbered]
        return changes, begin, text

    # --- what is between -------------------------------------------------------------------------

    def _gap(self) -> str:
        """Return what stands between two entries of the section: line ends, blank lines, a rule."""
        text = self.source.text
        pairs = zip(self.group, self.group[1:], strict=False)
        between = [text[one.end : other.start] for one, other in pairs]
        gaps = Counter(gap for gap in between if _is_gap(gap))
        if gaps:
            return gaps.most_common(1)[0][0]
        end = re.search(r"\r\n|\r|\n", text)
        line = end[0] if end else "\n"
        one_line = all(one.entry.line == one.last_line for one in self.group)
        return (
            line if one_line and re.match(r"\s*([-*+|]|\d+[.)])", self.group[0].text) else line * 2
        )

    def _end_of(self, last: Sibling) -> int:
        """Return where the last sibling ends, with the lines below that belong to it."""
        text, end = self.source.text, last.end
        stops = {one.start for one in self.all}
        for number in range(last.last_line, len(self.starts)):
            start = self.starts[number]
            stop = self.starts[number + 1] if number + 1 < len(self.starts) else len(text)
            line = text[start:stop]
            if start in stops or not line.strip() or _NEW_BLOCK.match(line) or last.header:
                break
            end = start + len(line.rstrip("\r\n \t"))
        return end

    # --- numbers ---------------------------------------------------------------------------------

    def _numbers(self, index: int) -> tuple[int, list[Change]]:
        """Return the number of a new entry, and the new numbers of others that it moves."""
        step = step_of(self.group)
        numbers = [found[0] for one in self.group if (found := number_of(one)) is not None]
        if not numbers:
            return 1, []
        at_end = index >= len(self.group)
        if step == 1:
            number = numbers[-1] + 1 if at_end else numbers[index]
            return number, self._moved(self.group[index:], number, forwards=True)
        if step == -1:
            number = numbers[index] + 1 if not at_end else numbers[-1]
            return number, self._moved(self.group[:index], number, forwards=False)
        return (numbers[-1] if step == 0 else numbers[-1] + 1), []

    def _moved(self, moved: Sequence[Sibling], number: int, *, forwards: bool) -> list[Change]:
        """Return the numbers after, or before, a new one, as far as they follow one another."""
        every = self.all if forwards else self.all[::-1]
        first = moved[0] if forwards and moved else moved[-1] if moved else None
        edge = self.group[-1] if forwards else self.group[0]
        begin = every.index(first) if first is not None else every.index(edge) + 1
        changes: list[Change] = []
        for expected, one in enumerate(every[begin:], start=number):
            found = number_of(one)
            if found is None or found[0] != expected:
                break
            start, end = one.start + found[1], one.start + found[2]
            changes.append(Change(start, end, str(expected + 1), "add", 0, "", ""))
        return changes


_LONGEST_GAP: Final = 60
_BETWEEN: Final = frozenset({"", "<br>", "<br/>", "<br />", "---", "***"})


def _is_gap(text: str) -> bool:
    """Say whether nothing but line ends, blank lines and rules stands between two entries."""
    if len(text) > _LONGEST_GAP or not text.endswith(("\n", "\r")):
        return False
    return all(line.strip() in _BETWEEN for line in text.splitlines())


_NEW_BLOCK: Final = re.compile(r"[ ]{0,3}(?:#|[-*+] |\d+[.)] |<!--|</|<details|<h\d|\|)")


def _group(siblings: Sequence[Sibling], section: Section) -> list[Sibling]:
    """Return the entries of a section that are of one kind: rows of one table, or all others."""
    here = [one for one in siblings if one.entry.section == section]
    papers = [one for one in here if one.entry.kind == "paper"] or here
    headers = Counter(one.header for one in papers)
    best = max(headers, key=lambda one: headers[one], default=())
    return [one for one in here if one.header == best]


def _before(changes: Sequence[Change], at: int) -> int:
    """Return by how much changes before a place move it."""
    return sum(
        len(one.new) - (one.end - one.start)
        for one in changes
        if one.end <= at and one.end > one.start
    )


def _keeps_bytes(source: Source, data: bytes, changes: Sequence[Change]) -> bool:
    """Say whether all is as it was before the first change and behind the last."""
    first = min(change.start for change in changes)
    last = max(change.end for change in changes)
    head = source.bom + source.encoded(source.text[:first])
    tail = source.encoded(source.text[last:])
    return data.startswith(head) and data.endswith(tail)


# --- what is written is text --------------------------------------------------------------------

_LONGEST: Final = 600
_ESCAPES: Final = {
    **{ord(char): f"\\{char}" for char in "\\`*_{}[]|~$"},
    ord("<"): "&lt;",  # in HTML, as many lists are, a backslash escapes nothing
    ord(">"): "&gt;",
}
_RISKY: Final = re.compile(r"[`<]|\]\(|\]\[|\]:|!\[|\*\*|__|~~|\\")


def safe(work: NewWork, *, row: bool, escaped: bool) -> NewWork:
    """Return a work whose words, which are strangers', are text in Markdown and HTML alone."""

    def text(words: str) -> str:
        shown = plain(words, _LONGEST)
        if escaped or _RISKY.search(shown) or shown.count("[") != shown.count("]"):
            return shown.translate(_ESCAPES)
        return shown.replace("|", r"\|") if row else shown

    return replace(
        work,
        title=text(work.title),
        authors=tuple(map(text, work.authors)),
        venue=text(work.venue) if work.venue else None,
    )
