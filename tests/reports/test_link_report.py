"""What `report.json` says of a run: headline, dates, what was left out and could not be asked."""

from datetime import timedelta
from typing import Any

import pytest

from pipeline.publishing.issue import is_incomplete
from pipeline.records.catalog import Resolution
from pipeline.records.links import LinkHealth
from tests.formats.telling import AT, full, link, paper, told

LATER = AT + timedelta(days=7)


@pytest.mark.parametrize(
    ("links", "run", "expected"),
    [
        ([], {}, "Links: nothing to act on"),
        ([], {"network": "down"}, "Links: not checked, because there was no network"),
        ([link("blocked", "https://x.example")], {}, "Links: nothing to act on"),
        ([link("dead", f"https://{n}.example") for n in "ab"], {}, "Links: 2 to replace"),
    ],
)
def test_headline_counts_what_is_to_be_acted_on(
    links: list[LinkHealth], run: dict[str, Any], expected: str
) -> None:
    """And nothing else."""
    assert told((), links, **run).headline == expected


def test_headline_of_everything() -> None:
    """What is cheapest comes first."""
    assert full().headline == "Links: 2 to fix, 4 to replace, 1 wrong paper, 2 to decide"


def test_dates_of_complete_runs_are_kept() -> None:
    """A run that could not ask everything leaves the date of the last one that could."""
    first = told()
    second = told(previous=first, complete=False, now=LATER)
    third = told(previous=second, now=LATER)

    assert [report.last_complete_at for report in (first, second, third)] == [AT, AT, LATER]
    assert [report.previous_at for report in (first, second)] == [None, AT]


def test_what_was_put_off_is_said_once() -> None:
    """A source's answers that were left for a later run are no failure of the source."""
    report = full()

    assert report.left_out == {
        "deferred by GitHub (60 requests an hour without a token)": 7,
        "links skipped (private)": 1,
    }
    assert report.not_asked == {
        "entries of table kept from the last run (HTTP 500)": 4,
        "links not checked (no network)": 1,
        "papers with older values from arXiv (throttled)": 1,
        "papers without an answer from GitHub (HTTP 503)": 1,
    }


def test_title_search_that_failed_makes_a_report_incomplete() -> None:
    """What a closed search could not find is no news of the list."""
    failed = Resolution(
        status="failed",
        reason_code="SOURCE_FAILED",
        evidence=("SOURCE_FAILED: arxiv-search: slow down (HTTP 429)",),
    )
    report = told([paper(f"title:{n}", "A Title", ("a", n), resolution=failed) for n in (1, 2)])

    assert report.not_asked == {
        "titles that could not be searched (arXiv's search: slow down (HTTP 429))": 2
    }
    assert is_incomplete(report)
