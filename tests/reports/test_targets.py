"""Tests of `pipeline.reports.targets`."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pipeline.formats.report_json import Diagnostic
from pipeline.links.ignores import Ignores, ignores_of
from pipeline.links.rules import IgnoreRule
from pipeline.lint.rules import lint
from pipeline.records.links import Occurrence
from pipeline.records.lists import Lacking, ParsedList
from pipeline.reports.targets import of_targets
from pipeline.stages.parse import parse
from tests.formats.telling import diagnosed, link

TODAY = date(2026, 11, 30)


def lacking(line: int, url: str = "docs/gone.md", code: str = "file-missing") -> Lacking:
    """Return something that is not there."""
    return Lacking.model_validate(
        {"code": code, "message": "It is gone.", "line": line, "column": 5, "url": url}
    )


def told(parsed: ParsedList, ignores: Ignores | None = None) -> list[tuple[str, str, int]]:
    """Return what is told of a list: code, action, number of places."""
    found = of_targets([parsed], ignores or Ignores())
    return [(one.code, one.action, len(one.locations)) for one in found]


def test_missing_file_is_told_once_with_all_its_places() -> None:
    """An error, but for a heading that `fix` mends; a certain replacement is ready to apply."""
    parsed = ParsedList(
        name="l",
        entries=(),
        lacking=(
            lacking(1),
            lacking(3),
            lacking(4, "#x", "heading-missing").model_copy(
                update={"replacement": "#y", "certain": True}
            ),
        ),
    )
    assert told(parsed) == [("file-missing", "replace", 2), ("heading-missing", "apply", 1)]
    assert [one.severity for one in of_targets([parsed], Ignores())] == ["error", "warning"]


def test_what_is_ignored_is_not_told() -> None:
    """By a comment, by its code, by a rule for the target."""
    text = (
        "# L\n\n[a](a.md) <!-- pipeline:ignore -->\n\n"
        "[b](b.md) <!-- pipeline:ignore file-missing: later -->\n"
    )
    parsed = parse(text, name="l").model_copy(
        update={"lacking": (lacking(3, "a.md"), lacking(5, "b.md"), lacking(5, "c.md"))}
    )
    assert told(parsed, ignores_of((), [parsed], TODAY)) == []
    rule = IgnoreRule(
        file="f", line=1, url="docs/gone.md", pattern=None, reason="r", expires=TODAY, by=None
    )
    left = ParsedList(name="l", entries=(), lacking=(lacking(1),))
    assert told(left, Ignores((rule,))) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- [A study of foxes(https://arxiv.org/abs/2401.00001)", "“]” is missing"),
        ("- A study of foxes](https://arxiv.org/abs/2401.00001)", "“[” is missing"),
        ("- [A study of foxes]https://arxiv.org/abs/2401.00001)", "“(” is missing"),
        ("- [A study of foxes](https://foo.example/a b.pdf)", "has a blank"),
        ("See [the page](https://foo.example/a and go on.", "“)” is missing"),
    ],
)
def test_run_names_the_bracket_that_lint_names(text: str, words: str) -> None:
    """With the same place, once, whatever is known of the link."""
    parsed = parse(f"# L\n\n{text}\n", name="l")
    (of_lint,) = [one for one in lint([parsed]) if words in one.message]
    links = [
        link("skipped", one.url, ("l", one.line), code="not-asked") for one in parsed.all_links()
    ]
    (of_run,) = [one for one in diagnosed([], links, parsed=[parsed]) if words in one.message]

    assert (of_run.code, of_run.locations) == ("link-malformed", of_lint.locations)
    assert of_run.action == "replace"


def test_no_bracket_is_missing_where_the_address_itself_is_at_fault() -> None:
    """One fault of a place is enough."""
    parsed = parse("# L\n\n- [A study of foxes(https://arxiv.org/abs/2401.0000six)\n", name="l")
    (one,) = parsed.torn
    place = Occurrence(list="l", line=3, column=one.column, role="paper", paper=None)
    health = replace(link("malformed", one.url, code="arxiv-invalid-id"), occurrences=(place,))

    assert [said.reason_code for said in diagnosed([], [health], parsed=[parsed])] == [
        "arxiv-invalid-id"
    ]


def test_report_tells_what_lint_tells() -> None:
    """Placeholders and torn links of entries, and what is not there."""
    text = "# L\n\n- [A study of foxes](https://arxiv.org/abs/2401.00001) [code](TODO)\n"
    parsed = parse(text, name="l").model_copy(update={"lacking": (lacking(3),)})
    found = diagnosed([], [], parsed=[parsed])
    assert [one.code for one in found] == ["file-missing", "placeholder-link"]
    assert [one.url for one in found] == ["docs/gone.md", "TODO"]


def test_time_grows_with_the_number_of_lists(growth: Any) -> None:
    """What is known of all of them is not gone through for each."""

    def make(number: int) -> tuple[list[ParsedList], tuple[Diagnostic, ...]]:
        told = diagnosed([], [link("blocked", f"https://{n}.example") for n in range(9 * number)])
        return [ParsedList(name=f"l{n}", entries=()) for n in range(number)], told

    assert (
        growth(make, lambda given: list(of_targets(given[0], Ignores(), given[1])), small=50) < 24
    )
