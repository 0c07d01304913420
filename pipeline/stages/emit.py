"""Results → the text of every file. Pure."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TypeVar

from pipeline.formats import jsonl
from pipeline.formats.files import (
    CATALOG_FILE,
    EVENTS,
    HISTORY,
    LINKS_FILE,
    REPORT,
    REPORT_JSON,
    RUN,
)
from pipeline.formats.parts import LongFile, ranges
from pipeline.formats.report import render_report
from pipeline.formats.report_json import LinkReport, render_json
from pipeline.formats.run_json import RunReport, render_run
from pipeline.records.catalog import Paper
from pipeline.records.links import LinkHealth
from pipeline.storage.spool import InOrder
from pipeline.storage.writer import Content, Lines

T = TypeVar("T")


def render_files(
    *,
    papers: Sequence[Paper],
    links: Sequence[LinkHealth],
    report: LinkReport,
    run: RunReport,
    history: Content | None,
    events: Content | None = None,
    parts_above: int,
) -> dict[str, Content]:
    """
    Return the text of every file, by its path below the output folder.

    Papers are sorted by key and links by URL, so that a moved line of a list moves no line here.
    More papers than `parts_above`, and more than twice as many links, are written in parts.
    Without a history (own network down) or events (none are new) their files stay as they are.
    """
    files: dict[str, Content] = {
        **dict(_lines(CATALOG_FILE, Paper, papers, "key", parts_above)),
        **dict(_lines(LINKS_FILE, LinkHealth, links, "url", 2 * parts_above)),
        REPORT: render_report(report),
        REPORT_JSON: render_json(report),
    }
    if history is not None:
        files[HISTORY] = history
    if events is not None:
        files[EVENTS] = events
    return files | {RUN: render_run(run)}


def _lines(
    file: LongFile, kind: type[T], records: Sequence[T], key: str, limit: int
) -> Iterator[tuple[str, Lines]]:
    """Yield the files that records are written to, in the order of their keys."""
    ordered = InOrder(kind, records, key, cut=partial(ranges, limit=limit))
    for name, numbers in zip(file.names(len(ordered.parts)), ordered.parts, strict=True):
        yield name, Lines(map(jsonl.to_line, ordered.as_json(numbers)))
