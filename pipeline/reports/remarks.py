"""
What is said about the entries that a pull request adds or changes: one remark for each thing. Pure.

Findings and links are judged as in every run (`diagnostics`); what is told here besides is what
only the entries around show (`repair.conform`, `repair.order`), and that the list has the work
already (`same_work`).
A link that has failed once could not be reached: it is called dead only where the verdict is.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.formats.report_json import Diagnostic
from pipeline.records.catalog import Paper
from pipeline.records.lists import Entry, ParsedList
from pipeline.records.reviews import ChangedList, Remark
from pipeline.repair.conform import broken_habits
from pipeline.repair.order import misplaced
from pipeline.reports.consistency import UNLIKE
from pipeline.reports.context import phrase
from pipeline.reports.same_work import Place, Works, place_of
from pipeline.works.candidates import CandidateWork, Query
from pipeline.works.matching import score

_ACTIONS: Final = frozenset({"apply", "correct", "replace", "decide"})
_ALSO: Final = frozenset({"retitled", "shortened", "arxiv-withdrawn", "retracted", "link-failing"})
"""Codes that ask for nothing in a list, and are worth a word before an entry comes into it."""
_ELSEWHERE: Final = frozenset({"duplicate-entry", "no-entries", "badly-read"})
"""Codes of what is said here otherwise, or of a list as a whole."""
_TITLES: Final = frozenset({"retitled", "shortened"})
_OF_FORM: Final = frozenset(
    {*_TITLES, "venue-missing", "year-missing", "other-style", "out-of-order"}
)
"""What nobody needs to mend in an entry that is to go."""
_UNREAD: Final = frozenset({"unread-entry", "no-item"})
_DOUBTS: Final = frozenset({"wrong-paper", "same-id-two-titles"})


@dataclass(frozen=True, slots=True)
class Touched:
    """One entry of a changed list, or a line that should be one and could not be read."""

    line: int
    end_line: int
    title: str
    entry: Entry | None = None


def touched_entries(parsed: ParsedList, changed: ChangedList) -> list[Touched]:
    """Return what a pull request adds or changes of a list's entries, in order."""
    lines = changed.added

    def is_new(first: int, last: int) -> bool:
        return lines is None or any(number in lines for number in range(first, last + 1))

    found = [
        Touched(one.line, one.end_line, one.title or one.name or "", one)
        for one in parsed.entries
        if is_new(one.line, one.end_line)
    ]
    held = {number for one in found for number in range(one.line, one.end_line + 1)}
    unread = {
        one.line
        for one in parsed.problems
        if one.code in _UNREAD and is_new(one.line, one.line) and one.line not in held
    }
    found += [Touched(line, line, "") for line in unread]
    return sorted(found, key=lambda one: (one.line, one.end_line))


def remarks_on(
    parsed: ParsedList,
    touched: Sequence[Touched],
    diagnostics: Iterable[Diagnostic],
    *,
    works: Works,
    come: Works,
    text: str,
) -> list[list[Remark]]:
    """
    Return the remarks on each touched entry of one list with this text, in their order.

    `come`: the works that came to the base branch meanwhile.
    """
    told = _by_entry(parsed, touched, diagnostics)
    broken = _broken(parsed, touched, text)
    new = {place_of(one.entry) for one in touched if one.entry is not None}
    found: list[list[Remark]] = []
    for number, one in enumerate(touched):
        remarks = [_of_diagnostic(each, one) for each in told[number]]
        remarks += _unread(parsed, one)
        if one.entry is not None:
            doubted = not _DOUBTS.isdisjoint(each.code for each in told[number])
            paper = works.paper_of(one.entry)
            if paper is not None:
                same = [*_same_work(one.entry, paper, works, new, doubted=doubted)]
                remarks[:0] = same or _came(one.entry, paper, come, doubted=doubted)
        remarks += broken.get(number, ())
        if any(each.code == "duplicate-entry" for each in remarks):
            remarks = [each for each in remarks if each.code not in _OF_FORM]
        found.append(list(dict.fromkeys(remarks)))
    return found


def _broken(parsed: ParsedList, touched: Sequence[Touched], text: str) -> dict[int, list[Remark]]:
    """Return what touched entries have otherwise than those around them, by their number."""
    numbers = {place_of(entry): number for number, entry in enumerate(parsed.entries)}
    at = {
        numbers[place_of(one.entry)]: number
        for number, one in enumerate(touched)
        if one.entry is not None
    }
    found: dict[int, list[Remark]] = defaultdict(list)
    for number, broken in broken_habits(text, parsed.entries, at).items():
        found[at[number]] += [Remark(one.code, one.message) for one in broken]
    for number, one in misplaced(text, parsed, at).items():
        found[at[number]].append(Remark("out-of-order", one.message))
    return found


def _unread(parsed: ParsedList, one: Touched) -> Iterator[Remark]:
    for problem in parsed.problems:
        if problem.code in _UNREAD and one.line <= problem.line <= one.end_line:
            yield Remark(problem.code, f"{phrase(problem.message)}.")


# --- the same work ----------------------------------------------------------------------------


def _same_work(
    entry: Entry, paper: Paper, works: Works, new: Collection[Place], *, doubted: bool
) -> Iterator[Remark]:
    """Name the first other entry of the same work; of two that are both new, the later has it."""
    here = (entry.line, entry.end_line)
    others = [
        one
        for one in works.same(entry, paper, doubted=doubted)
        if place_of(one.entry) not in new or (one.entry.line, one.entry.end_line) < here
    ]
    if not others:
        return
    first = min(others, key=lambda one: (place_of(one.entry) in new, one.entry.line))
    words = f"Same work as in line {first.entry.line}"
    if first.entry.section != entry.section and first.entry.section:
        words += f", section “{first.entry.section[-1]}”"
    shared = {link.url for link in first.entry.links} & {link.url for link in entry.links}
    if first.by_title:
        words += ": it has the same title"
    elif not shared:
        words += ", under another address"
    yield Remark("duplicate-entry", f"{words}.")


def _came(entry: Entry, paper: Paper, come: Works, *, doubted: bool) -> Iterator[Remark]:
    """Name the entry of the same work that came to the base branch meanwhile."""
    elsewhere = replace(entry, line=0)  # one on the same line of that text is another one
    for one in come.same(elsewhere, paper, doubted=doubted):
        words = f"Same work as in line {one.entry.line} of the base branch, which came meanwhile."
        yield Remark("duplicate-entry", words)
        return


# --- diagnostics ------------------------------------------------------------------------------


def _by_entry(
    parsed: ParsedList, touched: Sequence[Touched], diagnostics: Iterable[Diagnostic]
) -> dict[int, list[Diagnostic]]:
    """Return what is told of each touched entry: by its lines, and by its title too."""
    at: dict[int, list[int]] = defaultdict(list)
    for number, one in enumerate(touched):
        for line in range(one.line, one.end_line + 1):
            at[line].append(number)
    found: dict[int, list[Diagnostic]] = defaultdict(list)
    for told in filter(_is_worth_saying, diagnostics):
        for place in told.locations:
            numbers = at.get(place.line, []) if place.list == parsed.name else []
            named = [number for number in numbers if touched[number].title == told.title]
            for number in named or numbers[:1]:
                if told not in found[number]:
                    found[number].append(told)
    return found


def is_alike(title: str, official: str) -> bool:
    """
    Say whether one title reminds of another: else a link to another paper is as likely.

    Who has just written an entry knows which; in an old one a paper was rather retitled.
    """
    found = score(Query(title), CandidateWork(key="", title=official))
    return found.ratio >= UNLIKE or found.part or found.same_name


def _is_worth_saying(one: Diagnostic) -> bool:
    if one.code in _ELSEWHERE:
        return False
    return (
        one.action in _ACTIONS
        or one.code in _ALSO
        or (one.code in ("link-moved", "repository-renamed") and one.replacement is not None)
    )


def _of_diagnostic(one: Diagnostic, touched: Touched) -> Remark:
    if one.code in _TITLES and one.replacement and not is_alike(touched.title, one.replacement):
        message = f"The link leads to “{one.replacement}”: either the link or the title is wrong."
        return Remark(one.code, message, None, one.url)
    message = f"Not reached today. {one.message}" if one.code == "link-failing" else one.message
    shows_link = one.code.startswith("link-") or one.code in _OF_LINKS
    return Remark(one.code, _opened(message), one.replacement, one.url if shows_link else None)


_OF_LINKS: Final = frozenset({"repository-renamed", "wrong-paper", "arxiv-id-missing"})


def _opened(message: str) -> str:
    """Return a message as a sentence that opens with a capital, unless its first word has one."""
    word = message.split(" ", 1)[0]
    return f"{message[:1].upper()}{message[1:]}" if word.isalpha() and word.islower() else message
