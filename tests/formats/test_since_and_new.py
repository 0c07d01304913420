"""“Failing since” and “new since the last report” in every rendering."""

import json
from collections.abc import Callable
from xml.etree.ElementTree import fromstring

import pytest

from pipeline.formats.annotations import render_annotations
from pipeline.formats.junit import render_junit
from pipeline.formats.report import render_report
from pipeline.formats.report_json import LinkReport, render_json
from pipeline.formats.run_json import ListRun
from pipeline.formats.sarif import render_sarif
from tests.formats.telling import FIRST_FAILED, link, told

OLD, NEW = "https://old.example/x", "https://new.example/x"
HERE = (ListRun(name="a", entries=1, path="a.md"),)


def dead(url: str, line: int) -> object:
    """A link that has failed since the first of November."""
    return link("dead", url, ("a", line), first_failed_at=FIRST_FAILED, consecutive_failures=3)


def second_report() -> LinkReport:
    """Of a run that found one link more than the last."""
    first = told((), [dead(OLD, 1)], lists=HERE)  # type: ignore[list-item]
    return told((), [dead(OLD, 1), dead(NEW, 2)], lists=HERE, previous=first)  # type: ignore[list-item]


def of_json(report: LinkReport) -> list[tuple[str, bool]]:
    """Of each thing, what is said, and whether it is new."""
    data = json.loads(render_json(report))["diagnostics"]
    return [(f"{one['url']} failing since {one['first_seen_at']}", one["is_new"]) for one in data]


def of_markdown(report: LinkReport) -> list[tuple[str, bool]]:
    """See `of_json`."""
    items = render_report(report).split("\n## ")[1].split("- [ ] ")[1:]
    return [(item, "**new**" in item) for item in items]


def of_junit(report: LinkReport) -> list[tuple[str, bool]]:
    """See `of_json`."""
    cases = fromstring(render_junit(report)).findall(".//failure")  # noqa: S314  # our own
    said = [case.get("message") or "" for case in cases]
    return [(words, "New since the last report" in words) for words in said]


def of_sarif(report: LinkReport) -> list[tuple[str, bool]]:
    """See `of_json`."""
    results = json.loads(render_sarif(report))["runs"][0]["results"]
    assert {one["baselineState"] for one in results} == {"new", "unchanged"}
    return [(one["message"]["text"], one["baselineState"] == "new") for one in results]


def of_annotations(report: LinkReport) -> list[tuple[str, bool]]:
    """See `of_json`."""
    lines = render_annotations(report).splitlines()[:-1]
    return [(line, "New since the last report" in line) for line in lines]


@pytest.mark.parametrize("read", [of_json, of_markdown, of_junit, of_sarif, of_annotations])
def test_every_report_says_since_when_and_what_is_new(
    read: Callable[[LinkReport], list[tuple[str, bool]]],
) -> None:
    """The same of the same link."""
    said = read(second_report())

    assert len(said) == 2
    for words, is_new in said:
        assert "failing since" in words.lower()
        assert "2026-11-01" in words
        assert is_new is (NEW in words)


def test_nothing_is_marked_in_the_first_report() -> None:
    """All of it would be."""
    report = told((), [dead(OLD, 1)], lists=HERE)  # type: ignore[list-item]

    for render in (render_junit, render_sarif, render_annotations):
        assert "New since" not in render(report)
    assert "baselineState" not in render_sarif(report)
