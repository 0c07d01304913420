"""The findings of a run on a terminal."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from pipeline.cli.console import path_from_here, summarise
from pipeline.cli.overview import Line, overview, rows_of, wrapped
from pipeline.enrich import Result
from pipeline.formats.report_json import LinkReport
from pipeline.formats.run_json import ListRun, RunReport, count
from pipeline.sandbox import sandbox_lists
from tests.formats.telling import AT, finding, full, hostile, link, paper, told

LISTS = (ListRun(name="mine", entries=1, path="docs/mine.md"), ListRun(name="o/r", entries=1))


def texts(lines: Sequence[Line]) -> list[str]:
    """Return lines without their styles."""
    return [line.text for line in lines]


def dead(number: int) -> LinkReport:
    """A report about so many dead links."""
    links = [link("dead", f"https://gone.example/{n}", ("mine", n + 1)) for n in range(number)]
    return told((), links, lists=LISTS)


def test_what_is_to_be_done_comes_as_compilers_print_it() -> None:
    """A group, `file:line:column: message`, and what it is about."""
    links = [
        link("dead", "https://gone.example/", ("mine", 3), suggestion="https://doi.org/10.1/x"),
        link("dead", "https://far.example/", ("o/r", 4), ("o/r", 9)),
        link("alive", "https://fine.example/", ("mine", 5)),
    ]
    assert texts(list(overview(told((), links, lists=LISTS)))) == [
        "Dead (2)",
        "docs/mine.md:3:7: It is not there",
        "    https://gone.example/ -> https://doi.org/10.1/x",
        "o/r:4:7: (and 1 more) It is not there",
        "    https://far.example/",
    ]


def test_groups_are_those_of_the_report_with_their_commands() -> None:
    """In its order; what asks nothing is one line of numbers."""
    lines = texts(list(overview(full())))
    heads = [line.partition(" (")[0] for line in lines if not line.startswith((" ", "lists/"))]

    assert lines[0] == "Ready to apply (2): `pipeline fix` shows these repairs"
    assert [head for head in heads if not head.startswith("table:")] == [
        "Ready to apply",
        "Wrong papers",
        "Dead",
        "Malformed",
        "Needs a person",
        "To check by hand",
        "In the report only: repositories archived or renamed",
    ]
    assert "Needs a person (1): `pipeline review` asks about each" in lines
    assert "lists/my survey.md:12:7: (and 1 more) The host name does not exist" in lines
    assert "blocked or rate-limited (1), temporary (1)" in lines[-1]


def test_commands_have_the_flags_that_find_the_results() -> None:
    """After `run enrich --out other`, `pipeline fix` alone would look elsewhere."""
    report = full().model_copy(update={"flags": " --out other"})

    assert next(overview(report)).rest == ": `pipeline fix --out other` shows these repairs"


@pytest.mark.parametrize("room", [3, 5, 8, 17, 24, 200])
@pytest.mark.parametrize("width", [40, 80, 200])
def test_it_takes_no_more_than_the_room(room: int, width: int) -> None:
    """Rows as a terminal counts them: a wide line takes two. The first is always shown."""
    shown = texts(list(overview(dead(50), room=room, width=width)))

    least = 5 if width == 40 else 4
    assert sum(rows_of(line, width) for line in shown) <= max(room, least)
    number = sum(line.startswith("docs/mine.md:") for line in shown)
    if number < 50:
        assert number
        assert shown[0] == f"Dead ({number} of 50)"
        assert shown[-1] == f"and {50 - number} more: --all lists them"
    assert number == 50 or room < 200


@pytest.mark.parametrize("room", range(14))
def test_no_group_has_a_head_over_nothing(room: int) -> None:
    """Groups without room are counted by their names; something is always shown."""
    lines = texts(list(overview(full(), room=room, width=80)))
    number, *others = [line for line in lines if line.startswith("and ")]

    assert lines[0].startswith("Ready to apply (")
    assert not any("(0 of" in line for line in lines)
    assert not others
    assert re.match(r"\S.*:\d+:\d+:", lines[1])
    for name in ("wrong papers", "dead"):
        assert (f"{name} (" in number) is not any(
            line.startswith(name.capitalize()) for line in lines
        )


def test_every_group_shows_something_before_one_shows_all() -> None:
    """Twenty repairs hide no wrong paper."""
    wrong = paper(
        "k", "T", ("mine", 90), findings=(finding("wrong-paper", "error", "No.", "mine", 90),)
    )
    many = [
        link(
            "malformed",
            f"((https://x.example/{n}",
            ("mine", n),
            code="no-url",
            suggestion=f"https://x.example/{n}",
        )
        for n in range(1, 21)
    ]
    lines = texts(list(overview(told((wrong,), many, lists=LISTS), room=9, width=80)))

    assert lines[0].startswith("Ready to apply (2 of 20)")
    assert "Wrong papers (1)" in lines


def test_a_title_breaks_between_words() -> None:
    """It is nothing that a click opens."""
    title = "Is a Long Title of a Paper Shown on Two Rows"
    held = finding("wrong-paper", "error", "No.", "mine", 3)
    report = told((paper("k", title, ("mine", 3), findings=(held,)),), (), lists=LISTS)
    lines = texts(list(overview(report, room=20, width=40)))

    assert lines[-2:] == ["    Is a Long Title of a Paper Shown on", "    Two Rows"]


@pytest.mark.parametrize("width", [30, 50, 80])
@pytest.mark.parametrize("room", range(6, 30, 3))
def test_what_is_not_shown_is_counted_in_whole_words(room: int, width: int) -> None:
    """No count is cut off; what asks nothing takes one row."""
    lines = texts(list(overview(full(), room=room, width=width)))
    start = next((n for n, line in enumerate(lines) if line.startswith("and ")), None)

    assert sum(line.startswith("In the report only: ") for line in lines) == 1
    assert cell_len(lines[-1]) <= width
    if start is not None:
        words = " ".join(lines[start:-1])
        assert "…" not in words
        assert words.endswith((")", "--all lists them"))
        assert all(cell_len(line) <= width for line in lines[start:])


@pytest.mark.parametrize(
    ("line", "rows"),
    [
        ("", [""]),
        ("one two", ["one two"]),
        ("one two three", ["one two", "three"]),
        ("onetwothree four", ["onetwothree", "four"]),
        ("论文论文 论文", ["论文论文", "论文"]),
    ],
)
def test_rows_break_between_words(line: str, rows: list[str]) -> None:
    """Eight columns; CJK letters take two; what is longer stays whole."""
    assert wrapped(line, 8) == rows


def test_lines_fit_but_addresses_are_whole() -> None:
    """A cut address opens nothing; CJK letters take two columns."""
    url = "https://gone.example/" + "x" * 120
    reason = "论文论文 " * 9
    report = told((), [link("dead", url, ("mine", 3), reason=reason)], lists=LISTS)
    head, message, address = texts(list(overview(report, room=20, width=60)))

    assert head == "Dead (1)"
    assert message.endswith("…")
    assert 50 < cell_len(message) <= 60
    assert address.strip() == url


def test_a_long_path_leaves_the_message_its_own_row() -> None:
    """The place stays whole, for it is what is opened."""
    path = "a/very/long/path/" * 4 + "list.md"
    lists = (ListRun(name="mine", entries=1, path=path),)
    report = told((), [link("dead", "https://gone.example/", ("mine", 3))], lists=lists)

    assert texts(list(overview(report, room=20, width=80)))[1:] == [
        f"{path}:3:7:",
        "    It is not there",
        "    https://gone.example/",
    ]


def test_what_is_new_is_marked_after_the_first_report() -> None:
    """In the first all of it would be."""
    old, new = (link("dead", f"https://{n}.example", ("mine", 1)) for n in ("old", "new"))
    first = told((), [old], lists=LISTS)
    second = told((), [old, new], lists=LISTS, previous=first)

    assert not any("(new)" in line for line in texts(list(overview(first))))
    assert [line for line in texts(list(overview(second))) if "(new)" in line] == [
        "docs/mine.md:1:7: It is not there (new)"
    ]


def test_strangers_move_nothing() -> None:
    """No control character, no command of a runner, one line for a line."""
    for line in texts(list(overview(hostile(), width=80, room=1000))):
        assert not {unicodedata.category(char) for char in line} & {"Cc", "Cf", "Cs"}
        assert not line.startswith("::")
        assert "##[" not in line


def test_two_addresses_that_look_alike_are_told_apart() -> None:
    """An invisible character is spelt."""
    url = "https://x.example/a\u200b"
    report = told(
        (), [link("malformed", url, ("mine", 1), suggestion="https://x.example/a")], lists=LISTS
    )

    assert "    https://x.example/a\\u200b -> https://x.example/a" in texts(list(overview(report)))


def test_rows_are_counted_as_terminals_do() -> None:
    """Full lines take one row, one letter more takes two."""
    assert [rows_of("x" * n, 80) for n in (0, 1, 80, 81, 160, 161)] == [1, 1, 1, 2, 2, 3]
    assert rows_of("论" * 41, 80) == 2 == rows_of("x" * cell_len("论" * 41), 80)
    assert rows_of("x" * 1000, None) == 1


def test_paths_are_those_that_open_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below the current folder without it, elsewhere whole."""
    monkeypatch.chdir(tmp_path)

    assert path_from_here(str(tmp_path / "a" / "b.md")) == "a/b.md"
    assert path_from_here("a/b.md") == "a/b.md"
    assert path_from_here("/elsewhere/b.md") == "/elsewhere/b.md"
    assert path_from_here(str(sandbox_lists()[0])) == "llm4rec-paper.md"


# --- with what is around it -------------------------------------------------------------------


def result(report: LinkReport, **run: Any) -> Result:
    """Return the result of a run with this report."""
    about = RunReport(
        version="0",
        started_at=AT,
        finished_at=AT,
        duration_s=42.4,
        counts=count((), ()),
        exit_code=0,
        **run,
    )
    return Result(about, link_report=report, report_path="data/reports/report.md")


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No variable that speaks of colours; a screen of 24 rows."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    return monkeypatch


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": ""}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, False),
    ],
)
def test_colours_are_where_they_are_wanted(
    environment: dict[str, str],
    coloured: bool,
    screen: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No terminal, `NO_COLOR` (no-color.org) or a dumb terminal: none; `FORCE_COLOR`: some."""
    for name, value in environment.items():
        screen.setenv(name, value)
    summarise(result(dead(2)))

    assert ("\x1b[36m" in capsys.readouterr().err) is coloured


def test_a_screenful_and_all_of_it(
    screen: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a terminal the last line and the first finding are seen at once; `--all` lists all."""
    screen.setenv("FORCE_COLOR", "1")
    screen.setenv("NO_COLOR", "1")
    summarise(result(dead(50)))
    screenful = capsys.readouterr().err.splitlines()
    summarise(result(dead(50)), everything=True)
    everything = capsys.readouterr().err.splitlines()

    assert len(screenful) <= 24 - 2
    assert screenful[-1] == "Links: 50 to replace (in 0:42)"
    assert sum("It is not there" in line for line in everything) == 50


@pytest.mark.parametrize("number", [1, 4, 5, 9])
def test_warnings_leave_the_findings_their_room(
    number: int, screen: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """They come after what is to be done, a few of them; `--all` shows all. No row is too wide."""
    screen.setenv("FORCE_COLOR", "1")
    screen.setenv("NO_COLOR", "1")
    said = tuple(f"number {n} of what went wrong, {'in many words ' * 6}" for n in range(number))
    summarise(result(full(), warnings=said))
    screenful = re.sub(r"\x1b\[\d*m", "", capsys.readouterr().err).splitlines()
    summarise(result(full(), warnings=said), everything=True)
    everything = capsys.readouterr().err.splitlines()

    shown = number if number <= 4 else 3
    assert screenful[0].startswith("Ready to apply (")
    assert sum(row.startswith("warning: ") for row in screenful) == shown
    assert (f"and {number - 3} more warnings: --all lists them" in screenful) is (shown < number)
    assert sum(row.startswith("warning: ") for row in everything) == number
    assert len(screenful) <= 22
    places = ("    https://", "lists/")
    assert all(cell_len(row) <= 80 for row in screenful if not row.startswith(places))


def test_a_log_has_every_warning_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing is a screen, programs read it too."""
    said = tuple(f"number {n}, {'in many words ' * 20}".strip() for n in range(9))
    summarise(result(dead(1), warnings=said))

    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if line.startswith("warning: ")] == [
        f"warning: {one}" for one in said
    ]


def test_a_run_of_the_sandbox_says_whose_clock_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It ends after seconds, and tells of minutes."""
    summarise(result(dead(1), sandbox=True))

    assert capsys.readouterr().err.endswith("(in 0:42, simulated)\n")


def test_findings_are_left_out_where_stdout_has_them(capsys: pytest.CaptureFixture[str]) -> None:
    """`--format text` prints them once."""
    summarise(result(dead(2)), findings=False)
    err = capsys.readouterr().err

    assert "gone.example" not in err
    assert err.endswith("Report: data/reports/report.md\nLinks: 2 to replace (in 0:42)\n")


def test_what_is_left_is_a_sentence_for_each_reason(capsys: pytest.CaptureFixture[str]) -> None:
    """What was not done, and why, in whole words."""
    left = [
        {"what": "web", "count": 35, "reason": "Offline run."},
        {"what": "doi", "count": 1, "reason": "Offline run."},
        {"what": "github", "count": 2, "reason": "deferred to the next run: HTTP 500"},
        {"what": "crossref", "count": 2, "reason": "HTTP 503"},
    ]
    summarise(result(dead(0), deferred=left))

    assert (
        "Left for the next run: 35 links, 1 DOI (offline run), 2 repositories of GitHub (HTTP 500),"
        " 2 records of Crossref (HTTP 503)\n"
    ) in capsys.readouterr().err
