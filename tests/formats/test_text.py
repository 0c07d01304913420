"""Text: one line for each thing to act on, as compilers print it."""

from typing import Any

import pytest

from pipeline.formats.report_json import Diagnostic, LinkReport, Location
from pipeline.formats.run_json import ListRun, count
from pipeline.formats.text import LINE_LIMIT, render_text

PLACE = Location(list="mine", line=7, column=3)


def diagnostic(**fields: Any) -> Diagnostic:
    """Something to act on."""
    given: dict[str, Any] = {
        "code": "link-dead",
        "severity": "error",
        "action": "replace",
        "fingerprint": "f",
        "message": "The host name does not exist.",
        "locations": (PLACE,),
        "url": "https://gone.example/",
    }
    return Diagnostic(**given | fields)


def text(*found: Diagnostic, **options: bool) -> str:
    """Return the text of a report on a list in a file and on a remote one."""
    lists = (ListRun(name="mine", entries=1, path="a/b.md"), ListRun(name="o/r", entries=1))
    report = LinkReport(headline="h", counts=count([], []), lists=lists, diagnostics=found)
    return render_text(report, **options)


def test_a_line_names_file_line_column_code_and_reason() -> None:
    """A list that is a local file has its path, a remote one its name."""
    remote = Location(list="o/r", line=2)

    assert text(diagnostic()) == (
        "a/b.md:7:3: link-dead The host name does not exist. Link: https://gone.example/\n"
    )
    assert text(diagnostic(locations=(remote,))).startswith("o/r:2:1: link-dead ")


def test_further_places_are_named() -> None:
    """Those of the same file by their lines, others with their file."""
    places = (PLACE, *(Location(list="mine", line=n) for n in (8, 9)), Location(list="o/r", line=1))

    assert text(diagnostic(locations=places)).endswith(" (Also in line 8, 9, o/r:1.)\n")


def test_many_places_are_counted() -> None:
    """A hundred numbers help nobody."""
    places = tuple(Location(list="mine", line=n) for n in range(1, 31))

    assert text(diagnostic(locations=places)).endswith("10, 11 and 19 more.)\n")


@pytest.mark.parametrize(
    ("options", "lines"),
    [({}, 3), ({"errors_only": True}, 2), ({"new_only": True}, 1), ({"new_only": False}, 3)],
)
def test_what_is_left_out(options: dict[str, bool], lines: int) -> None:
    """Information always; where asked for, warnings, and what the last report had."""
    found = [
        diagnostic(is_new=True),
        diagnostic(),
        diagnostic(severity="warning"),
        diagnostic(severity="info"),
    ]

    assert text(*found, **options).count("\n") == lines


def test_a_list_cannot_steer_the_terminal() -> None:
    """A title is a stranger's text: one line, no control characters, of bounded length."""
    (line,) = text(diagnostic(title="x\x1b[31m\n::error::y" + "z" * 2_000)).splitlines()

    assert line.isprintable()
    assert len(line) <= LINE_LIMIT
