"""Lists → the same with the day on which each entry came to its list, where git knows it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from pipeline.formats.run_json import ListRun
from pipeline.records.lists import Entry, ParsedList
from pipeline.run.state import Run
from pipeline.sources.git_history import Folders, line_dates
from pipeline.works.known import LastCatalog
from pipeline.works.titles import title_key


class Dating:
    """
    Puts `added` into the entries of lists that lie in a git repository.

    A line that is edited is blamed on the edit, so of what this run and the last one know the
    earlier day counts. The lists of the sandbox are in the repository of this program, if in any.
    """

    def __init__(self, run: Run) -> None:
        self.faults: list[str] = []
        """What git could not tell, by list."""
        self._folders: Folders = {}
        self._is_sandbox = run.wiring.settings.sandbox
        self._last = run.last

    def __call__(self, parsed: ParsedList, about: ListRun) -> ParsedList:
        """Return a list with the days."""
        if self._is_sandbox:
            return parsed
        days: Mapping[int, date] = {}
        if about.path and not about.stale:
            dates = line_dates(Path(about.path), self._folders)
            days = dates.days
            if dates.fault:
                self.faults.append(f"list {parsed.name}: {dates.fault}")
        if not (days or self._last.knows_days):
            return parsed
        entries = (_with_day(entry, days, self._last) for entry in parsed.entries)
        return parsed.model_copy(update={"entries": tuple(entries)})


def _title(entry: Entry) -> str:
    return title_key(entry.title or entry.name or "")


def _with_day(entry: Entry, days: Mapping[int, date], last: LastCatalog) -> Entry:
    lines = range(entry.line, entry.end_line + 1)
    found = [days[line] for line in lines if line in days]
    before = last.day_of(entry.list, _title(entry))
    if before is not None:
        found.append(before)
    return replace(entry, added=min(found, default=entry.added))
