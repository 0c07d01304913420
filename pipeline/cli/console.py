"""What a person sees of a run, on stderr: bars on a terminal, else (CI, a pipe) plain lines."""

import logging
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from pipeline.cli.output import say, some, warn
from pipeline.errors import ACTIONABLE, INCOMPLETE
from pipeline.formats.escape import terminal
from pipeline.progress import Progress, Silent

if TYPE_CHECKING:
    from pipeline.enrich import Result
    from pipeline.formats.run_json import RunReport

TITLES = {
    "parse": "reading the lists",
    "resolve": "searching for papers by title",
    "fetch": "fetching from arXiv and GitHub",
    "supplement": "fetching from further sources",
    "check": "checking the addresses of links",
    "archive": "searching for archived copies",
    "fragments": "searching for sections of pages",
    "emit": "writing",
    "index": "reading the snapshot (MB)",
}


class PlainProgress:
    """One line when a stage begins, and one when it ends."""

    def __init__(self) -> None:
        self._total: dict[str, int] = {}
        self._done: dict[str, int] = {}

    def start(self, stage: str, total: int) -> None:
        """See `Progress.start`."""
        self._total[stage], self._done[stage] = total, 0
        say(f"{stage}: {TITLES.get(stage, stage)} ({total:,})")

    def advance(self, stage: str, count: int = 1) -> None:
        """See `Progress.advance`; in a long stage, a line for each tenth."""
        before = self._done[stage]
        self._done[stage] = done = before + count
        total = self._total[stage]
        if total >= 1000 and done * 10 // total > before * 10 // total and done < total:
            say(f"{stage}: {done:,} of {total:,}")

    def finish(self, stage: str) -> None:
        """See `Progress.finish`."""
        say(f"{stage}: done")

    def note(self, text: str) -> None:
        """See `Progress.note`."""
        say(text)


class BarProgress:
    """A bar for each stage."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def start(self, stage: str, total: int) -> None:
        """See `Progress.start`."""
        self._tasks[stage] = self._bars.add_task(TITLES.get(stage, stage), total=total)

    def advance(self, stage: str, count: int = 1) -> None:
        """See `Progress.advance`."""
        self._bars.advance(self._tasks[stage], count)

    def finish(self, stage: str) -> None:
        """See `Progress.finish`."""
        task = self._tasks[stage]
        total = self._bars.tasks[self._bars.task_ids.index(task)].total
        self._bars.update(task, completed=total)

    def note(self, text: str) -> None:
        """See `Progress.note`."""
        self._bars.console.print(terminal(text), markup=False, highlight=False)


@contextmanager
def progress(*, quiet: bool, plain: bool) -> Iterator[Progress]:
    """Show how a run goes on: bars on a terminal, lines elsewhere, nothing where `quiet`."""
    console = Console(stderr=True)
    if quiet:
        yield Silent()
    elif plain or not console.is_terminal:
        yield PlainProgress()
    else:
        columns = (
            TextColumn("{task.description:<24}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(elapsed_when_finished=True),
        )
        with Bars(*columns, console=console) as bars:
            yield BarProgress(bars)


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


DEFERRED: Final = "deferred to the next run: "
EXIT_CODES: Final = {
    ACTIONABLE: "there is something to act on (--strict)",
    INCOMPLETE: "there is nothing to act on, but the result is incomplete (--strict)",
}


def summarise(result: "Result") -> None:
    """Print what a run found and where its report is."""
    for warning in result.report.warnings:
        warn(warning)
    for line in summary(result):
        say(line)


def explain_exit(result: "Result", *, new_only: bool, quiet: bool) -> None:
    """Print why a strict run fails: each thing to act on with its place, or what is incomplete."""
    from pipeline.formats.text import render_text

    report = result.report
    if report.exit_code not in EXIT_CODES:
        return
    if result.link_report is not None and report.exit_code == ACTIONABLE:
        lines = render_text(result.link_report, new_only=new_only, errors_only=True)
        for line in lines.splitlines():
            say(line)
    elif quiet:
        for warning in report.warnings:
            warn(warning)
        for line in _deferred(report):
            say(line)
    say(f"exit code {report.exit_code}: {EXIT_CODES[report.exit_code]}")


def summary(result: "Result") -> list[str]:
    """Return the lines of the summary."""
    report, counts = result.report, result.report.counts
    entries = sum(source.entries for source in report.lists)
    lines = [f"{some(len(report.lists), 'list')}, {some(entries, 'entry', 'entries')}"]
    if counts.papers:
        review = f", {counts.review:,} to review" if counts.review else ""
        lines[0] += f", {some(counts.papers, 'work')}: {counts.resolved:,} identified{review}"
        lines[0] += f", {counts.unresolved:,} unidentified"
    links = {verdict: number for verdict, number in counts.links.items() if number}
    if links:
        total = sum(links.values())
        words = ", ".join(f"{number:,} {verdict}" for verdict, number in links.items())
        lines.append(f"{some(total, 'link')}: {words}")
    unchecked: Counter[str] = sum((Counter(one.unchecked) for one in report.lists), Counter())
    if unchecked:
        plurals = {kind: f"{kind}es" if kind.endswith("s") else f"{kind}s" for kind in unchecked}
        words = ", ".join(some(unchecked[kind], kind, plurals[kind]) for kind in sorted(unchecked))
        lines.append(f"not checked: {words}")
    if any(counts.repositories.values()):
        words = ", ".join(f"{n:,} {status}" for status, n in counts.repositories.items() if n)
        total = sum(counts.repositories.values())
        lines.append(f"{some(total, 'repository', 'repositories')}: {words}")
    requests = ", ".join(f"{number:,} {service}" for service, number in report.requests.items())
    lines.append(
        f"requests: {requests or 'none'}; cache: {report.cache.hits:,} stored answers used"
    )
    lines += _deferred(report)
    if report.sandbox:
        lines.append("This was a sandbox run: its results say nothing about the real world.")
    if result.report_path is not None:
        lines.append(f"changed files: {', '.join(result.changed) or 'none'}")
        lines.append(f"report: {result.report_path}")
    return lines


def _deferred(report: "RunReport") -> list[str]:
    return [
        f"deferred: {late.count:,} of {late.what}, {_phrase(late.reason.removeprefix(DEFERRED))}"
        for late in report.deferred
    ]


def _phrase(reason: str) -> str:
    """Return a reason as part of a sentence; a name keeps its capitals."""
    first, *_ = reason.split(" ", 1)
    plain = first.isalpha() and first[1:].islower()
    return f"{reason[:1].lower() if plain else reason[:1]}{reason[1:]}".rstrip(".")
