"""What the last run has left under the output folder: the fallback where a cache is lost."""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final, TypeVar

from pipeline.errors import ConfigurationError
from pipeline.formats.files import (
    CATALOG_FILE,
    EVENTS,
    HISTORY,
    LINKS_FILE,
    OTHER_LISTS,
    REPORT,
    REPORT_JSON,
    RUN,
)
from pipeline.formats.jsonl import DamagedLine, each_line
from pipeline.formats.parts import LongFile
from pipeline.formats.report_json import LinkReport, parse_report_json
from pipeline.formats.run_json import ListRun, parse_run
from pipeline.records.catalog import Paper
from pipeline.records.links import LinkHealth
from pipeline.records.lists import Link, ParsedList
from pipeline.storage.spool import Keep, Spool, held
from pipeline.storage.writer import finish_writing

T = TypeVar("T")

MUCH: Final = 24_000_000
"""Bytes of a file from which on its records are not held in memory: some 15,000 papers."""


def names_of(out: Path, file: LongFile) -> list[str]:
    """Return the paths below `out` of all that is there of a long file, whole or in parts."""
    folder = out / file.folder
    with _reading(folder):
        whole = [file.whole] if (out / file.whole).is_file() else []
        parts = os.listdir(folder) if folder.is_dir() else ()
    return file.among([*whole, *map(file.inside, parts)])


def paths_of(out: Path, file: LongFile) -> list[Path]:
    """
    Return what a long file consists of, in order; nothing where it is not there.

    Where a run was killed while it renamed files, they are first brought to where they belong.
    """
    finish_writing(out)
    return [out / name for name in file.chosen(names_of(out, file))]


def lines_of(path: Path) -> Iterator[str]:
    """Yield the lines of a file; raises `ConfigurationError` where it cannot be read."""
    with _reading(path), path.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        yield from lines


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn what the system says into one sentence about a file."""
    try:
        yield
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror or error})") from error


@dataclass(frozen=True, slots=True)
class Previous:
    """The files of the last run, as far as they can be read."""

    papers: Sequence[Paper] = ()
    links: Sequence[LinkHealth] = ()
    history: str = ""
    """Text of `history/links.jsonl`."""
    events: str = ""
    """Text of `history/events.jsonl`."""
    decisions: str = ""
    """Text of `decisions.jsonl`: what people have decided about entries."""
    finished_at: datetime | None = None
    lists: tuple[ListRun, ...] = ()
    report: LinkReport | None = None
    """What people were told."""
    warnings: tuple[str, ...] = ()
    """One sentence about each file that is damaged."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The catalog and the links below `out`, read a line at a time and anew each time."""

    out: Path
    finished_at: datetime | None
    lists: tuple[ListRun, ...] = ()
    damaged: dict[Path, str] = field(default_factory=dict)
    """One sentence about each file that is damaged, as far as it was read."""

    def papers(self) -> Iterator[Paper]:
        """Yield the papers in the order of the file: that of their keys."""
        return self._records(Paper, CATALOG_FILE)

    def links(self) -> Iterator[LinkHealth]:
        """Yield the links in the order of the file."""
        return self._records(LinkHealth, LINKS_FILE)

    def events(self) -> str:
        """Return the text of `history/events.jsonl`, which is never long."""
        return _text(self.out / EVENTS)

    def report(self) -> LinkReport | None:
        """Return what people were told."""
        path = self.out / REPORT_JSON
        text = _text(path)
        report = parse_report_json(text)
        if report is None and text:
            self.damaged[path] = _REPORT_FAULT.format(path)
        return report

    def _records(self, kind: type[T], file: LongFile) -> Iterator[T]:
        bad: list[tuple[Path, DamagedLine]] = []
        yield from _good(kind, paths_of(self.out, file), bad)
        self.damaged.update(_said_of(bad))


_RUN_FAULT: Final = "{}: is damaged; the time of the last run is not known"
_REPORT_FAULT: Final = "{}: is damaged; what is new since the last run is not known"


def stored(out: Path) -> Stored:
    """Return what the last run has left, to be read without holding it."""
    text = _text(out / RUN)
    run = parse_run(text)
    if run is not None:
        return Stored(out, run.finished_at, run.lists)
    return Stored(out, None, damaged={out / RUN: _RUN_FAULT.format(out / RUN)} if text else {})


def read_previous(out: Path) -> Previous:
    """
    Read what is below `out`, if anything; damaged lines are left out with a warning.

    Raises `ConfigurationError` for an unreadable file: going on would overwrite what it knows.
    """
    bad: list[tuple[Path, DamagedLine]] = []
    papers = _records(Paper, paths_of(out, CATALOG_FILE), bad)
    checked = _records(LinkHealth, paths_of(out, LINKS_FILE), bad)
    run_text = _text(out / RUN)
    run = parse_run(run_text)
    warnings = [sentence for _, sentence in _said_of(bad)]
    if run is None and run_text:
        warnings.append(_RUN_FAULT.format(out / RUN))
    report_path = out / REPORT_JSON
    report_text = _text(report_path)
    report = parse_report_json(report_text)
    if report is None and report_text:
        warnings.append(_REPORT_FAULT.format(report_path))
    return Previous(
        papers=papers,
        links=checked,
        history=_text(out / HISTORY),
        events=_text(out / EVENTS),
        decisions=_text(out / "decisions.jsonl"),
        finished_at=run.finished_at if run else None,
        lists=run.lists if run else (),
        report=report,
        warnings=tuple(warnings),
    )


def _records(
    kind: type[T], paths: Sequence[Path], bad: list[tuple[Path, DamagedLine]]
) -> Sequence[T]:
    """Read files of records, which stay on disk where they are many; note the damaged lines."""
    keep: Keep = held
    with _reading(paths[0] if paths else Path()):
        if sum(path.stat().st_size for path in paths) > MUCH:
            keep = Spool
    return keep(kind, _good(kind, paths, bad)) if paths else ()


def _good(kind: type[T], paths: Iterable[Path], bad: list[tuple[Path, DamagedLine]]) -> Iterator[T]:
    for path in paths:
        for one in each_line(kind, lines_of(path)):
            if isinstance(one, DamagedLine):
                bad.append((path, replace(one, text="")))
            else:
                yield one


def _said_of(bad: Iterable[tuple[Path, DamagedLine]]) -> Iterator[tuple[Path, str]]:
    """Yield each file with damaged lines, and a sentence about them."""
    for path, found in groupby(bad, key=itemgetter(0)):
        lines = [line for _, line in found]
        first = f"(the first is line {lines[0].line}: {lines[0].reason})"
        yield path, f"{path}: {len(lines)} damaged lines are left out {first}"


RESULTS: Final = (REPORT, REPORT_JSON, RUN)
"""What beside catalog and links is kept of other lists; history and decisions are of all lists."""
NAMES_LIMIT: Final = 60

Files = Mapping[str, Path | None]
"""Name to file of the lists of a run; None for a remote list."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Results of lists that a run does not read, which would be overwritten by its own."""

    names: tuple[str, ...]
    """The lists that are not read, each by its file where it has one."""
    folder: str
    """Where their results are kept, below the output folder."""


def read_previous_of(out: Path, read: Files) -> Previous:
    """
    Return what the last run over these lists has left.

    That is what lies below `out`; where that is of other lists, what was kept of these; where it
    is of some of these only, also what was kept of the rest.
    """
    previous = _with_kept(read_previous(out), out, read)
    others = set(_not_read(previous.lists, read))
    common = {one.name for one in previous.lists if one.name in read} - others
    if not others or common == read.keys():
        return previous  # newer than what was kept
    before = read_previous(out / OTHER_LISTS / _folder(read))
    if before.lists and not any(_not_read(before.lists, read)):
        return replace(
            before,
            history=previous.history,
            events=previous.events,
            decisions=previous.decisions,
        )
    # What it told of other lists is nothing to compare with.
    return previous if common else replace(previous, report=None)


def _with_kept(previous: Previous, out: Path, read: Files) -> Previous:
    """Add to the last results what was kept of lists that are read now and that they lack."""
    missing = read.keys() - {one.name for one in previous.lists}
    for folder in _newest_first(out / OTHER_LISTS) if missing and previous.lists else ():
        before = read_previous(folder)
        moved = set(_not_read(before.lists, read))
        names = missing & ({one.name for one in before.lists} - moved)
        if not names:
            continue
        missing -= names
        keys = {paper.key for paper in previous.papers}
        urls = {link.url for link in previous.links}
        previous = replace(
            previous,
            papers=(
                *previous.papers,
                *(one for one in before.papers if one.key not in keys and _is_of(one, names)),
            ),
            links=(
                *previous.links,
                *(
                    one
                    for one in before.links
                    if one.url not in urls and any(at.list in names for at in one.occurrences)
                ),
            ),
            report=_with_diagnostics(previous.report, before.report, names),
        )
    return previous


def _is_of(paper: Paper, names: Collection[str]) -> bool:
    return any(entry.list in names for entry in paper.mentions)


def _with_diagnostics(
    report: LinkReport | None, before: LinkReport | None, names: Collection[str]
) -> LinkReport | None:
    """Return a report with what an earlier one told of these lists, so that it is not new."""
    if report is None or before is None:
        return report
    known = {one.fingerprint for one in report.diagnostics}
    more = tuple(
        one
        for one in before.diagnostics
        if one.fingerprint not in known and any(at.list in names for at in one.locations)
    )
    return report.model_copy(update={"diagnostics": (*report.diagnostics, *more)})


def _newest_first(folder: Path) -> list[Path]:
    runs = {path.parent: parse_run(_text(path)) for path in folder.glob("*/" + RUN)}
    known = [(run.finished_at, path) for path, run in runs.items() if run and run.finished_at]
    return [path for _, path in sorted(known, reverse=True)]


def kept_in(out: Path, lists: Iterable[ListRun]) -> Kept | None:
    """Return what below `out` is of other lists than those of a run; None where nothing is."""
    run = parse_run(_text(out / RUN))
    read = {one.name: Path(one.path) if one.path else None for one in lists}
    others = tuple(_not_read(run.lists, read)) if run else ()
    if not run or not others:
        return None
    files = {one.name: one.path or one.name for one in run.lists}
    names = tuple(files[name] for name in others)
    return Kept(names, f"{OTHER_LISTS}/{_folder({one.name: one.path for one in run.lists})}")


def to_keep(out: Path, kept: Kept | None) -> tuple[Iterator[tuple[str, bytes]], list[str]]:
    """Return paths and bytes of what is to be kept, each when it is read, and what is to go."""
    if kept is None:
        return iter(()), []
    long = [path for file in (CATALOG_FILE, LINKS_FILE) for path in paths_of(out, file)]
    paths = {
        path.relative_to(out).as_posix(): path
        for path in (*long, *(out / name for name in RESULTS))
        if path.is_file()
    }
    going = [f"{kept.folder}/{name}" for name in gone(out / kept.folder, paths)]
    return ((f"{kept.folder}/{name}", _bytes(path)) for name, path in paths.items()), going


def gone(
    out: Path, written: Collection[str], files: Iterable[LongFile] = (CATALOG_FILE, LINKS_FILE)
) -> Iterator[str]:
    """Yield what is there of long files, whole or in parts, and is not among what was written."""
    for file in files:
        yield from (name for name in names_of(out, file) if name not in written)


def _bytes(path: Path) -> bytes:
    with _reading(path):
        return path.read_bytes()


def _folder(lists: Mapping[str, str | Path | None]) -> str:
    """Return what the folder of lists is called: as they are, with a digest if need be."""
    joined = "+".join(sorted(str(path or name) for name, path in lists.items()))
    plain = re.sub(r"[^\w.+-]+", "-", joined, flags=re.ASCII).strip(".-")[:NAMES_LIMIT]
    digest = sha256(joined.encode("utf-8", "replace")).hexdigest()[:8]
    return plain if plain and plain == joined else f"{plain}-{digest}".lstrip("-")


def _not_read(lists: Iterable[ListRun], read: Files) -> Iterator[str]:
    """Yield the lists that are still there, and that a run does not read."""
    for one in lists:
        path, now = Path(one.path) if one.path else None, read.get(one.name)
        if path is not None and not path.is_file():
            continue  # deleted or renamed: nothing is left to have results of
        if one.name not in read or (path and now and path.resolve() != now.resolve()):
            yield one.name


def last_files(out: Path) -> dict[str, str]:
    """Return the local files that the last run read its lists from, by the list's name."""
    run = parse_run(_text(out / RUN))
    return {one.name: one.path for one in run.lists if one.path} if run else {}


def last_entries(name: str, previous: Previous) -> ParsedList:
    """Return what the previous catalog says of a list that cannot be read now, marked stale."""
    entries = [entry for paper in previous.papers for entry in paper.mentions if entry.list == name]
    links = [
        Link(url=health.url, role=place.role, line=place.line, column=place.column)
        for health in previous.links
        for place in health.occurrences
        if place.list == name and place.paper is None
    ]
    return ParsedList(
        name=name,
        entries=tuple(
            replace(entry, stale=True) for entry in sorted(entries, key=lambda entry: entry.line)
        ),
        other_links=tuple(sorted(links, key=lambda link: (link.line, link.column))),
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror or error})") from error
