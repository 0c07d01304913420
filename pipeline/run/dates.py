"""Lists → the same with the day on which each entry came to its list, where git knows it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from pipeline.records.lists import Entry, ParsedList
from pipeline.run.state import Run
from pipeline.sources.git_history import line_dates
from pipeline.works.titles import title_key

Known = Mapping[tuple[str, str], date]
"""List and title of an entry to the day that an earlier run has found out."""


def dated(run: Run, lists: Sequence[ParsedList]) -> list[ParsedList]:
    """
    Return the lists with `added` in the entries of files that lie in a git repository.

    A line that is edited is blamed on the edit, so of what this run and the last one know the
    earlier day counts. The lists of the sandbox are in the repository of this program, if in any.
    """
    if run.wiring.settings.sandbox:
        return list(lists)
    known = _known(run)
    files = {one.name: one.path for one in run.lists if one.path and not one.stale}
    return [_dated(run, parsed, files.get(parsed.name), known) for parsed in lists]


def _known(run: Run) -> Known:
    return {
        (entry.list, _title(entry)): entry.added
        for paper in run.previous.papers
        for entry in paper.mentions
        if entry.added is not None
    }


def _title(entry: Entry) -> str:
    return title_key(entry.title or entry.name or "")


def _dated(run: Run, parsed: ParsedList, file: str | None, known: Known) -> ParsedList:
    days: Mapping[int, date] = {}
    if file is not None:
        dates = line_dates(Path(file))
        days = dates.days
        if dates.fault:
            run.warnings.append(f"list {parsed.name}: {dates.fault}")
    if not (days or known):
        return parsed
    entries = (_with_day(entry, days, known) for entry in parsed.entries)
    return parsed.model_copy(update={"entries": tuple(entries)})


def _with_day(entry: Entry, days: Mapping[int, date], known: Known) -> Entry:
    lines = range(entry.line, entry.end_line + 1)
    found = [days[line] for line in lines if line in days]
    before = known.get((entry.list, _title(entry)))
    if before is not None:
        found.append(before)
    return replace(entry, added=min(found, default=entry.added))
