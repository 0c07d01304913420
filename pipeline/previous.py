"""What the last run has left under the output folder: the fallback where a cache is lost."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipeline.errors import ConfigurationError
from pipeline.formats.files import CATALOG, HISTORY, LINKS, REPORT_JSON, RUN
from pipeline.formats.jsonl import parse_catalog, parse_links
from pipeline.formats.report_json import LinkReport, parse_report_json
from pipeline.formats.run_json import parse_run
from pipeline.records.catalog import Paper
from pipeline.records.links import LinkHealth
from pipeline.records.lists import Link, ParsedList


@dataclass(frozen=True, slots=True)
class Previous:
    """The files of the last run, as far as they can be read."""

    papers: tuple[Paper, ...] = ()
    links: tuple[LinkHealth, ...] = ()
    history: str = ""
    """Text of `history/links.jsonl`."""
    decisions: str = ""
    """Text of `decisions.jsonl`: what people have decided about entries."""
    finished_at: datetime | None = None
    report: LinkReport | None = None
    """What people were told."""
    warnings: tuple[str, ...] = ()
    """One sentence about each file that is damaged."""


def read_previous(out: Path) -> Previous:
    """
    Read what is below `out`, if anything; damaged lines are left out with a warning.

    Raises `ConfigurationError` for an unreadable file: going on would overwrite what it knows.
    """
    catalog, links = out / CATALOG, out / LINKS
    papers, bad_papers = parse_catalog(_text(catalog))
    checked, bad_links = parse_links(_text(links))
    run_text = _text(out / RUN)
    run = parse_run(run_text)
    warnings = [
        f"{path}: {len(bad)} damaged lines are left out"
        f" (the first is line {bad[0].line}: {bad[0].reason})"
        for path, bad in ((catalog, bad_papers), (links, bad_links))
        if bad
    ]
    if run is None and run_text:
        warnings.append(f"{out / RUN}: is damaged; the time of the last run is not known")
    report_path = out / REPORT_JSON
    report_text = _text(report_path)
    report = parse_report_json(report_text)
    if report is None and report_text:
        warnings.append(f"{report_path}: is damaged; what is new since the last run is not known")
    return Previous(
        papers=tuple(papers),
        links=tuple(checked),
        history=_text(out / HISTORY),
        decisions=_text(out / "decisions.jsonl"),
        finished_at=run.finished_at if run else None,
        report=report,
        warnings=tuple(warnings),
    )


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
