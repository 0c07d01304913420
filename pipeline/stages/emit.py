"""Results → the text of every file, and whether it says something new. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest

from pipeline.errors import ConfigurationError
from pipeline.formats import jsonl
from pipeline.formats.exports.feeds import NOWHERE, Channel
from pipeline.formats.exports.forms import FORMS, Exported, Form
from pipeline.formats.exports.page.repairs import Repaired
from pipeline.formats.files import (
    CATALOG,
    EVENTS,
    HISTORY,
    LINKS,
    REPORT,
    REPORT_JSON,
    RUN,
)
from pipeline.formats.report import render_report
from pipeline.formats.report_json import LinkReport, render_json
from pipeline.formats.run_json import RunReport, render_run
from pipeline.records.catalog import Paper
from pipeline.records.events import Event
from pipeline.records.links import LinkHealth
from pipeline.storage.writer import Content


def render_files(
    *,
    papers: Iterable[Paper],
    links: Iterable[LinkHealth],
    report: LinkReport,
    run: RunReport,
    history: Content | None,
    events: Content | None = None,
) -> dict[str, Content]:
    """
    Return the text of every file, by its path below the output folder.

    Papers are sorted by key and links by URL, so that a moved line of a list moves no line here.
    Without a history (own network down) or events (none are new) their files stay as they are.
    """
    files: dict[str, Content] = {
        CATALOG: jsonl.render(sorted(papers, key=lambda paper: paper.key)),
        LINKS: jsonl.render(sorted(links, key=lambda link: link.url)),
        REPORT: render_report(report),
        REPORT_JSON: render_json(report),
    }
    if history is not None:
        files[HISTORY] = history
    if events is not None:
        files[EVENTS] = events
    return files | {RUN: render_run(run)}


def export_files(
    names: Iterable[str],
    papers: Sequence[Paper],
    links: Sequence[LinkHealth],
    checked_at: datetime | None,
    *,
    events: Sequence[Event] = (),
    channel: Channel = NOWHERE,
    repaired: Sequence[Repaired] = (),
) -> Iterator[tuple[str, Content]]:
    """Yield path and content of the named forms' files; `ConfigurationError` for a wrong name."""
    forms = export_forms(names)
    ordered = sorted(papers, key=lambda paper: paper.key)
    what = Exported(
        papers=lambda: ordered,
        links=lambda: links,
        checked_at=checked_at,
        events=lambda: events,
        channel=channel,
        repaired=repaired,
    )
    return (
        (f"{form.folder}/{path}", content) for form in forms for path, content in form.files(what)
    )


def export_forms(names: Iterable[str]) -> tuple[Form, ...]:
    """Return the forms of these names; `ConfigurationError` where one does not exist."""
    for name in names:
        if name not in FORMS:
            raise ConfigurationError(f"exports: {name} is no form; there are {', '.join(FORMS)}")
    return tuple(FORMS[name] for name in dict.fromkeys(names))


def has_changes(
    papers: Iterable[Paper],
    links: Iterable[LinkHealth],
    *,
    papers_before: Iterable[Paper],
    links_before: Iterable[LinkHealth],
) -> bool:
    """
    Say whether catalog or links say something else than before.

    That a link was checked again, with what came of it the same, is no change. Compared as the
    lines that are written, for a file holds less than a record may (half a surrogate pair).
    """
    pairs = zip_longest(_lines(papers, links), _lines(papers_before, links_before))
    return any(now != before for now, before in pairs)


def _lines(papers: Iterable[Paper], links: Iterable[LinkHealth]) -> Iterator[str]:
    yield from map(jsonl.to_line, sorted(papers, key=lambda paper: paper.key))
    for link in sorted(links, key=lambda link: link.url):
        yield jsonl.to_line(replace(link, checked_at=None))
