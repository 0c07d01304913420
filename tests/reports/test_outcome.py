"""What is said of a run afterwards."""

from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.records.catalog import Paper, RepositoryPart, Resolution, SourceState
from pipeline.records.links import LinkHealth, Occurrence, Verdict
from pipeline.records.lists import Entry, Link
from pipeline.records.outcomes import Deferred
from pipeline.reports.outcome import deferred_of, exit_code, is_incomplete

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def entry(line: int, name: str = "mine") -> Entry:
    """Return an entry at a line."""
    link = Link(url="https://a.example/", role="paper", line=line, column=3)
    return Entry(list=name, line=line, end_line=line, title=f"Title {line}", links=(link,))


def paper(*mentions: Entry, **fields: Any) -> Paper:
    """Return a paper of these mentions."""
    return Paper(
        key=f"title:{mentions[0].line}",
        title=mentions[0].title,
        mentions=mentions,
        resolution=Resolution(status="skipped"),
        **fields,
    )


def health(verdict: Verdict, url: str = "https://a.example/", *places: Occurrence) -> LinkHealth:
    """Return a link's health."""
    return LinkHealth(
        url=url, verdict=verdict, reason_code="ok", reason="x.", evidence="none", occurrences=places
    )


@pytest.mark.parametrize(
    ("strict", "interrupted", "actionable", "incomplete", "code"),
    [
        (False, False, False, False, 0),
        (False, False, True, True, 0),
        (True, False, False, False, 0),
        (True, False, True, False, 3),
        (True, False, True, True, 3),
        (True, False, False, True, 4),
        (False, True, True, True, 130),
        (True, True, True, True, 130),
    ],
)
def test_exit_code(
    strict: bool, interrupted: bool, actionable: bool, incomplete: bool, code: int
) -> None:
    """Findings count only where asked for; an interrupt beats everything."""
    assert (
        exit_code(
            strict=strict, interrupted=interrupted, actionable=actionable, incomplete=incomplete
        )
        == code
    )


def test_stale_or_failed_source_makes_a_run_incomplete() -> None:
    """What could not be asked is not known."""
    good = paper(entry(1), sources={"arxiv": SourceState(status="found")})
    stale = paper(entry(1), sources={"arxiv": SourceState(status="found", stale=True)})
    failed = paper(entry(1), sources={"github": SourceState(status="failed")})

    assert [is_incomplete([one]) for one in (good, stale, failed)] == [False, True, True]


def test_deferred_repositories_are_counted_by_reason() -> None:
    """One line for each reason, however many repositories it holds back."""
    parts = tuple(
        RepositoryPart(
            full_name=f"o/{n}", url="https://github.com/o", status="skipped", reason="limit"
        )
        for n in range(3)
    )

    assert deferred_of([paper(entry(n), repositories=parts) for n in (1, 2)]) == (
        Deferred(what="github", count=3, reason="limit"),
    )
