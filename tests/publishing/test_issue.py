"""Tests of `pipeline.publishing.plan`: the decisions that need no GitHub."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.formats.report_json import Diagnostic, LinkReport, Location
from pipeline.formats.run_json import ListRun, count
from pipeline.publishing.issue import IssuePlan, chosen, is_incomplete, plan_issue
from pipeline.publishing.marks import BODY_LIMIT, MARKER, cut, state_of
from pipeline.records.github import Issue


def diagnostic(**fields: Any) -> Diagnostic:
    """Build one thing to tell."""
    given: dict[str, Any] = {
        "code": "link-dead",
        "severity": "error",
        "action": "replace",
        "fingerprint": "f",
        "message": "It is gone.",
        "locations": (Location(list="mine", line=3),),
    }
    return Diagnostic(**given | fields)


def report(*diagnostics: Diagnostic, **fields: Any) -> LinkReport:
    """Build a report."""
    given: dict[str, Any] = {
        "headline": "Links: something",
        "counts": count((), ()),
        "lists": (ListRun(name="mine", entries=3, path="mine.md"),),
        "diagnostics": diagnostics,
    }
    return LinkReport(**given | fields)


def render(shown: LinkReport, limit: int, place_url: object = None) -> str:
    """Write a report down, shortly."""
    return f"# {shown.headline}\n\n---\n{shown.generated_at}"


def issue(number: int, *, is_open: bool = True, body: str = MARKER) -> Issue:
    """Build an issue."""
    return Issue(number=number, title="t", body=body, is_open=is_open, labels=("link-report",))


@pytest.mark.parametrize(
    ("known", "number"),
    [
        ([], None),
        ([issue(3)], 3),
        ([issue(5), issue(3)], 3),
        ([issue(1, is_open=False), issue(4), issue(9)], 4),
        ([issue(1, is_open=False), issue(2, is_open=False)], 2),
    ],
)
def test_one_issue_is_chosen(known: list[Issue], number: int | None) -> None:
    """The oldest open one, else the newest closed one."""
    found = chosen(known)
    assert (found.number if found else None) == number


def following(plan: IssuePlan, **fields: Any) -> Issue:
    """Return the issue that a plan leaves."""
    return issue(1, body=plan.fields["body"], **fields)


def test_state_survives_in_the_text() -> None:
    """What was said last is read from the hidden line."""
    body = plan_issue(report(diagnostic()), (), render).fields["body"]

    state = state_of(body.replace("\n", "\r\n"))

    assert state is not None
    assert state.seen == frozenset({hashlib.sha256(b"f").hexdigest()[:8]})
    assert not state.done


@pytest.mark.parametrize(
    "body",
    [
        "",
        MARKER,
        "<!-- pipeline:state {broken -->",
        "<!-- pipeline:state [1] -->",
        "text <!-- pipeline:state {} -->",
        "<!-- pipeline:state " + "{" * 15_000 + "} -->",
    ],
)
def test_state_that_cannot_be_read_is_none(body: str) -> None:
    """People may have changed the text."""
    assert state_of(body) is None


def test_open_issue_without_a_state_is_written_anew() -> None:
    """Its text was replaced by a person, marker and all kept."""
    plan = plan_issue(report(diagnostic()), [issue(1)], render)

    assert plan.number == 1
    assert plan.fields["body"].startswith(MARKER)


def test_hidden_line_is_linear(growth: Callable[..., float]) -> None:
    """A text of a stranger takes no quadratic time."""
    ratio = growth(lambda n: "<!-- pipeline:state {" * n, state_of, small=200)
    assert ratio < 24


def test_issue_that_we_closed_may_be_clean_again() -> None:
    """Nothing is written while it is clean and closed."""
    first = plan_issue(report(diagnostic()), (), render)
    closing = plan_issue(report(), [following(first)], render)

    assert closing.fields["state"] == "closed"
    closed = following(closing, is_open=False)
    assert plan_issue(report(), [closed], render).fields == {}
    assert plan_issue(report(diagnostic()), [closed], render).fields["state"] == "open"


@pytest.mark.parametrize(
    ("fields", "incomplete"),
    [
        ({}, False),
        ({"not_asked": {"arXiv": 2}}, True),
        ({"left_out": {"excluded": 2}}, False),
        ({"lists": (ListRun(name="a", entries=1, stale=True),)}, True),
    ],
)
def test_incomplete_reports(fields: dict[str, Any], incomplete: bool) -> None:
    """What was chosen not to be asked does not count."""
    assert is_incomplete(report(**fields)) is incomplete


def test_severity_or_lines_are_no_new_finding() -> None:
    """A finding is known by its fingerprint."""
    first = plan_issue(report(diagnostic()), (), render)
    moved = diagnostic(locations=(Location(list="mine", line=99),), severity="warning")

    assert plan_issue(report(moved), [following(first)], render).comment is None


@pytest.mark.parametrize(
    ("run_url", "certain", "words", "missing"),
    [
        ("https://gh.example/o/r/actions/runs/5", True, "/o/r/pulls?q=", "javascript"),
        ("https://gh.example/o/r/actions/runs/5", False, "runs/5>", "/pulls"),
        ("https://gh.example/run", True, "gh.example/run>", "/pulls"),
        ("javascript:alert(1)", True, "# Links", "javascript"),
        (None, True, "# Links", "this run"),
    ],
)
def test_foot_leads_to_the_run_and_the_repairs(
    run_url: str | None, certain: bool, words: str, missing: str
) -> None:
    """Where there is a run, and where there are any."""
    told = report(diagnostic(certain=certain))

    body = plan_issue(told, (), render, run_url=run_url).fields["body"]

    assert words in body
    assert missing not in body


@pytest.mark.parametrize("text", ["short", "x\n" * 100_000, "x" * 100_000, "<details>\n" * 9_000])
def test_cut_text_is_within_the_limit(text: str) -> None:
    """At a line's end where there is one, with a word about the rest."""
    shown = cut(text, BODY_LIMIT)

    assert len(shown) <= BODY_LIMIT
    assert shown == text or shown.endswith("… and more in report.json.\n")
