"""
What a run has found, as the lines of a terminal: what to do, grouped as in the report. Pure.

One thing takes two lines, as compilers print it: `FILE:LINE:COL: message`, which editors and
terminals open, and below it what it is about. Where there is no room for all, the groups show their
first, as many as there is room for, then they fill up in their order.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from rich.cells import cell_len, set_cell_size

from pipeline.formats.escape import plain, safe_url, spelt, terminal
from pipeline.formats.places import with_files
from pipeline.formats.report_json import Diagnostic, LinkReport, file_of, files_of, marks_new
from pipeline.formats.sections import Kind, commands_with, grouped

INDENT: Final = "    "
MESSAGE_LIMIT: Final = 300
ROOM_BESIDE: Final = 30
"""Columns: with fewer beside the place, the message takes a row of its own."""
URL_LIMIT: Final = 1_000
"""Characters of an address: one that was cut cannot be opened."""

Style = Literal["group", "place", "detail", "quiet"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its lead is what the eye looks for."""

    style: Style
    lead: str
    rest: str = ""

    @property
    def text(self) -> str:
        """The whole line, which no list content can colour or move."""
        return f"{self.lead}{self.rest}"


Block = tuple[Line, ...]


def overview(
    report: LinkReport,
    *,
    room: int | None = None,
    width: int | None = None,
    shown_path: Callable[[str], str] = str,
) -> Iterator[Line]:
    """
    Yield what is to be done in at most `room` rows (None: all of it) of `width` columns.

    Lines are cut to `width`, but for addresses. `shown_path` says how the path of a list is shown.
    """
    groups = [
        (kind, [_block(one, report, width, shown_path) for one in found])
        for kind, found in grouped(report)
        if kind.task
    ]
    last = _only_in_report(list(_known(report)), width)
    numbers, more = _fitting(groups, room and room - len(last), width)
    for (kind, blocks), number in zip(groups, numbers, strict=True):
        if number:  # a head over nothing would read as if nothing were there
            yield _head(kind, number, len(blocks), report, width)
        for block in blocks[:number]:
            yield from block
    yield from (*more, *last)


def _only_in_report(known: Sequence[str], width: int | None) -> list[Line]:
    """Return a row about what asks nothing: as many of its groups as one row has room for."""
    for number in range(len(known), 0, -1):
        more = f" and {len(known) - number} more" if number < len(known) else ""
        rows = _sentence(f"In the report only: {', '.join(known[:number])}{more}", width)
        if len(rows) == 1:
            return rows
    return _sentence(f"In the report only: {len(known)} groups", width) if known else []


def _sentence(text: str, width: int | None) -> list[Line]:
    """Return a sentence that is no finding, as rows."""
    shown = terminal(text, URL_LIMIT)
    return [Line("quiet", row) for row in (wrapped(shown, width) if width else [shown])]


def wrapped(line: str, width: int) -> list[str]:
    """Return a line as rows of so many columns, broken between words; a long word stays whole."""
    rows = [""]
    for word in line.split(" "):
        if rows[-1] and cell_len(f"{rows[-1]} {word}") > width:
            rows.append(word)
        else:
            rows[-1] = f"{rows[-1]} {word}".lstrip(" ")
    return rows


def _head(kind: Kind, shown: int, number: int, report: LinkReport, width: int | None) -> Line:
    part = f"{shown:,} of {number:,}" if shown < number else f"{number:,}"
    lead, hint = f"{kind.title} ({part})", commands_with(kind.hint, report.flags)
    fits = width is None or cell_len(lead) + 2 + cell_len(hint) <= width
    return Line("group", lead, f": {hint}" if hint and fits else "")


def _fitting(
    groups: Sequence[tuple[Kind, Sequence[Block]]], room: int | None, width: int | None
) -> tuple[list[int], list[Line]]:
    """Return how many blocks of each group are shown, and the rows that count the rest."""
    below = 1
    while True:
        numbers = _fitted([blocks for _, blocks in groups], room and room - below, width)
        more = _rest(groups, numbers, width)
        if len(more) <= below:
            return numbers, more
        below = len(more)


def _rest(
    groups: Sequence[tuple[Kind, Sequence[Block]]], numbers: Sequence[int], width: int | None
) -> list[Line]:
    """Count what is not shown; of groups of which nothing is, by their names."""
    pairs = list(zip(groups, numbers, strict=True))
    more = sum(len(blocks) - number for (_, blocks), number in pairs)
    unseen = [_counted(kind, len(blocks)) for (kind, blocks), number in pairs if not number]
    among = f"; among them {', '.join(unseen)}" if unseen else ""
    return _sentence(f"and {more:,} more: --all lists them{among}", width) if more else []


def _known(report: LinkReport) -> Iterator[str]:
    """Yield how much there is of what asks nothing."""
    for kind, found in grouped(report):
        if not kind.task:
            yield _counted(kind, len(found))


def _counted(kind: Kind, number: int) -> str:
    return f"{kind.title[:1].lower()}{kind.title[1:]} ({number:,})"


def _fitted(groups: Sequence[Sequence[Block]], room: int | None, width: int | None) -> list[int]:
    """Return how many blocks of each group are shown; one at least, however little room is."""
    if room is None:
        return [len(blocks) for blocks in groups]
    numbers = [0] * len(groups)
    left = room
    firsts = [(index, blocks[:1]) for index, blocks in enumerate(groups)]
    others = [(index, blocks[1:]) for index, blocks in enumerate(groups)]
    for index, blocks in (*firsts, *others):
        for block in blocks:
            left -= _height(block, width) + (not numbers[index])  # the first brings its head
            if left < 0 and any(numbers):
                return numbers
            numbers[index] += 1
    return numbers


def _height(block: Iterable[Line], width: int | None) -> int:
    return sum(rows_of(line.text, width) for line in block)


def rows_of(text: str, width: int | None) -> int:
    """Return how many rows of a terminal a line takes."""
    return 1 + max(0, cell_len(text) - 1) // width if width else 1


def _block(
    one: Diagnostic, report: LinkReport, width: int | None, shown_path: Callable[[str], str]
) -> Block:
    files = files_of(report)
    place = _place(one, files, shown_path)
    new = " (new)" if marks_new(report) and one.is_new else ""
    shown = {name: shown_path(path) for name, path in files.items()}
    message, room = with_files(one.message.rstrip(". "), shown), MESSAGE_LIMIT
    if width:
        room = width - cell_len(place) - len(new) - 1
    if room >= ROOM_BESIDE:
        lines = [Line("place", place, f" {_cut(message, room, MESSAGE_LIMIT)}{new}")]
    else:
        below = _cut(message, (width or 0) - len(INDENT), MESSAGE_LIMIT)
        lines = [Line("place", place, new), Line("detail", f"{INDENT}{below}")]
    if about := terminal(_about(one), 2 * URL_LIMIT):
        is_address = one.url or one.replacement  # which is never broken
        rows = wrapped(about, width - len(INDENT)) if width and not is_address else [about]
        lines += [Line("detail", f"{INDENT}{row}") for row in rows]
    return tuple(lines)


def _place(one: Diagnostic, files: Mapping[str, str], shown_path: Callable[[str], str]) -> str:
    """Return `file:line:column:` of the first place, and how many more there are."""
    if not one.locations:
        return f"{one.code}:"
    at, more = one.locations[0], len(one.locations) - 1
    file = file_of(one, at, files)
    name = shown_path(file) if file else at.list
    place = terminal(f"{name}:{at.line}:{at.column or 1}:", MESSAGE_LIMIT)
    return f"{place} (and {more:,} more)" if more else place


def _about(one: Diagnostic) -> str:
    """Return what it is about: the link and what to write instead, else the title."""
    url = _shown(one.url) if one.url else plain(one.title or "")
    if not one.replacement:
        return url
    target = _shown(one.replacement)
    alike = one.url is not None and target == url  # only what is not seen in it tells them apart
    return f"{spelt(one.url or '') if alike else url} -> {target}"


def _shown(url: str) -> str:
    return plain(safe_url(url) or url, URL_LIMIT)


def _cut(text: str, width: int | None, limit: int = URL_LIMIT) -> str:
    """Return text that takes at most so many columns."""
    shown = terminal(text, limit)
    if width is None or cell_len(shown) <= width:
        return shown
    return f"{set_cell_size(shown, max(1, width) - 1).rstrip()}…"
