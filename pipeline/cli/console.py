"""What a person reads of a run when it has ended, and its log; all on stderr."""

import logging
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console

from pipeline.cli.output import say, some, warn
from pipeline.errors import ACTIONABLE, INCOMPLETE
from pipeline.formats.changes import counted
from pipeline.formats.escape import terminal
from pipeline.progress import lasting
from pipeline.sandbox import is_of_sandbox

if TYPE_CHECKING:
    from pipeline.enrich import Result
    from pipeline.formats.report_json import LinkReport
    from pipeline.formats.run_json import ListRun, RunReport

log = logging.getLogger(__name__)

LINE_LIMIT: Final = 600
"""Characters of a log line: an arXiv query, and why it failed."""


class SafeFormatter(logging.Formatter):
    """Log records as plain lines that no list content can colour or move."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter.format`."""
        return terminal(f"{record.levelname.lower()}: {record.getMessage()}", LINE_LIMIT)


def log_handler() -> logging.Handler:
    """Return the handler of the package's logger."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(SafeFormatter())
    return handler


EXIT_CODES: Final = {
    ACTIONABLE: "a link leads nowhere, or a paper is wrong or missing (--strict)",
    INCOMPLETE: "no link is known to lead nowhere and no paper to be wrong, but the result is"
    " incomplete (--strict)",
}
DEFERRED: Final = "deferred to the next run: "
ROWS_IN_A_LOG: Final = 60
"""Rows of findings where stderr is no terminal: a job's log scrolls."""
MOST_WARNINGS: Final = 3
"""Warnings on a screen: with more of them there is no room for what is to be done."""
OTHER_ROWS: Final = 2
"""Rows of a screen that the prompt and the command take."""
_LISTS: Final = 3
_LINES: Final = 5
"""Of so many lists is told what was not read in them, and so many lines of each kind."""
STYLES: Final = {"group": "bold", "place": "cyan", "detail": "", "quiet": "dim"}


def summarise(result: "Result", *, findings: bool = True, everything: bool = False) -> None:
    """
    Print what a run found, and where its report is: what is to be done, and a line that sums up.

    `findings`: whether they are to be listed at all; `everything`: more than a screenful of them.
    """
    screen = Console(stderr=True, highlight=False)
    warnings = [f"warning: {one}" for one in _warnings(result)]
    if screen.is_terminal and not everything and len(warnings) > MOST_WARNINGS + 1:
        more = len(warnings) - MOST_WARNINGS
        warnings[MOST_WARNINGS:] = [f"and {more:,} more warnings: --all lists them"]
    rows = [row for line in (*warnings, *summary(result)) for row in _rows(line, screen)]
    if findings and result.link_report is not None:
        _print_findings(result.link_report, screen, len(rows), everything=everything)
    for row in rows:
        say(row)
    report = result.report
    asked = ", ".join(f"{number:,} {name}" for name, number in report.requests.items()) or "none"
    log.info("requests: %s; stored answers used: %d", asked, report.cache.hits)
    log.info("changed files: %s", ", ".join(result.changed) or "none")


def _rows(line: str, screen: Console) -> list[str]:
    """Return a line as rows of the screen that break between words; a log wraps nothing."""
    from pipeline.cli.overview import wrapped

    shown = terminal(line, LINE_LIMIT)
    return wrapped(shown, screen.width) if screen.is_terminal else [shown]


def _print_findings(report: "LinkReport", screen: Console, below: int, *, everything: bool) -> None:
    """
    Print the findings with colours where the terminal has some (`NO_COLOR`, `FORCE_COLOR`).

    `below`: how many rows come after them, which are to stay on the screen with them.
    """
    from rich.text import Text

    from pipeline.cli.overview import overview

    width, room = None, ROWS_IN_A_LOG
    if screen.is_terminal:
        width = screen.width
        room = max(0, screen.height - OTHER_ROWS - below)
    lines = overview(
        report, room=None if everything else room, width=width, shown_path=path_from_here
    )
    for line in lines:
        rest = STYLES["quiet"] if line.style == "quiet" else ""
        text = Text.assemble((line.lead, STYLES[line.style]), (line.rest, rest))
        screen.print(text, soft_wrap=True)


def _warnings(result: "Result") -> list[str]:
    """Return the warnings with places as people read them."""
    from pipeline.formats.places import with_files

    paths = files_from_here(result.report.lists)
    return [with_files(one, paths) for one in result.report.warnings]


def files_from_here(lists: "Iterable[ListRun]") -> dict[str, str]:
    """Return the file of each list that has one, as people are shown it."""
    return {one.name: path_from_here(one.path) for one in lists if one.path}


def path_from_here(path: str) -> str:
    """
    Return a file's path from the current folder where it is below it: what editors open.

    The built-in lists of the sandbox are nowhere that a person has to know, and have short names.
    """
    try:
        return Path(path).relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return Path(path).name if is_of_sandbox(Path(path)) else path


def explain_exit(result: "Result", *, new_only: bool, quiet: bool) -> None:
    """Print why a strict run fails; where nothing else was printed, with what it fails for."""
    from pipeline.formats.text import render_text

    report = result.report
    if report.exit_code not in EXIT_CODES:
        return
    if quiet and result.link_report is not None and report.exit_code == ACTIONABLE:
        lines = render_text(result.link_report, new_only=new_only, errors_only=True)
        for line in lines.splitlines():
            say(line)
    elif quiet:
        for warning in _warnings(result):
            warn(warning)
        for line in _deferred(report):
            say(line)
    say(f"exit code {report.exit_code}: {EXIT_CODES[report.exit_code]}")


def summary(result: "Result") -> list[str]:
    """Return the lines below the findings; the last one sums up."""
    report, told = result.report, result.link_report
    lines = [*_counts(report), *_deferred(report)]
    if told is not None and told.changes:
        lines.append(f"Since the last run: {counted(told.changes)}")
    if report.sandbox:
        lines.append("This was a sandbox run: its results say nothing about the real world.")
    if result.report_path is not None:
        lines.append(f"Report: {path_from_here(result.report_path)}")
    if told is not None:
        clock = ", simulated" if report.sandbox else ""
        lines.append(f"{told.headline} (in {lasting(report.duration_s)}{clock})")
    return lines


def _counts(report: "RunReport") -> Iterator[str]:
    counts = report.counts
    entries = sum(source.entries for source in report.lists)
    line = f"{some(len(report.lists), 'list')}, {some(entries, 'entry', 'entries')}"
    if counts.papers:
        review = f", {counts.review:,} to review" if counts.review else ""
        missing = f", {counts.unresolved:,} unidentified" if counts.unresolved else ""
        line += f", {some(counts.papers, 'work')}: {counts.resolved:,} identified{review}{missing}"
    yield line
    links = {verdict: number for verdict, number in counts.links.items() if number}
    if links:
        words = ", ".join(f"{number:,} {verdict}" for verdict, number in links.items())
        yield f"{some(sum(links.values()), 'link')}: {words}"
    found = _counted(one.found for one in report.lists)
    lacking = _counted(one.missing for one in report.lists)
    if found or lacking:
        gone = f"; missing: {_kinds(lacking)}" if lacking else ""
        yield f"In the lists' own repositories: {_kinds(found) or 'nothing'} found{gone}"
    if unchecked := _counted(one.unchecked for one in report.lists):
        yield f"Not checked: {_kinds(unchecked)}"
    yield from _unread([one for one in report.lists if one.unread])


def _unread(lists: Sequence["ListRun"]) -> Iterator[str]:
    """Say for the first lists what stands among their entries and led to nothing."""
    for one in lists[:_LISTS]:
        words = [
            f"{_kinds({kind: found.count})} ({_places(found.lines, found.count)})"
            for kind, found in one.unread.items()
        ]
        shown = path_from_here(one.path) if one.path else one.name
        yield f"Not read in {shown}: {', '.join(words)}"
    if len(lists) > _LISTS:
        yield f"Not read in {some(len(lists) - _LISTS, 'other list')} either: see run.json"


def _places(lines: Sequence[int], count: int) -> str:
    """Name the first of some lines."""
    shown = ", ".join(map(str, lines[:_LINES]))
    return f"line{'s' * (len(lines) > 1)} {shown}{', …' * (count > _LINES)}"


def _counted(numbers: Iterable[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for one in numbers:
        total.update(one)
    return total


def _kinds(numbers: Mapping[str, int]) -> str:
    """Return how many there are of each kind, in words."""
    return ", ".join(some(numbers[kind], kind, _plural(kind)) for kind in sorted(numbers))


def _plural(kind: str) -> str:
    """Return the plural of `mail address`, or of `line without a link`."""
    noun, preposition, rest = next(
        (found for word in (" without ", " beyond ") if (found := kind.partition(word))[1]),
        (kind, "", ""),
    )
    return f"{noun}{'es' if noun.endswith('s') else 's'}{preposition}{rest}"


_NOUNS: Final = {
    "arxiv": ("record of arXiv", "records of arXiv"),
    "github": ("repository of GitHub", "repositories of GitHub"),
    "web": ("link", "links"),
    "crossref": ("record of Crossref", "records of Crossref"),
    "doi": ("DOI", "DOIs"),
    "wayback": ("archived copy", "archived copies"),
    "archive": ("page to save", "pages to save"),
    "fragments": ("section of a page", "sections of pages"),
}


def _deferred(report: "RunReport") -> list[str]:
    """Say what the next run has to do, and why."""
    left: dict[str, list[str]] = {}
    for late in report.deferred:
        why = _phrase(late.reason.removeprefix(DEFERRED))
        one, many = _NOUNS.get(late.what, (late.what, late.what))
        left.setdefault(why, []).append(some(late.count, one, many))
    words = ", ".join(f"{', '.join(what)} ({why})" for why, what in left.items())
    return [f"Left for the next run: {words}"] if left else []


def _phrase(reason: str) -> str:
    """Return a reason as part of a sentence; a name keeps its capitals."""
    first, *_ = reason.split(" ", 1)
    plain = first.isalpha() and first[1:].islower()
    return f"{reason[:1].lower() if plain else reason[:1]}{reason[1:]}".rstrip(".")
