"""Workflow commands."""

import re

from pipeline.formats.annotations import render_annotations
from pipeline.formats.run_json import ListRun
from pipeline.records.links import LinkHealth
from tests.formats.telling import HOSTILE, finding, full, hostile, link, paper, told

HERE = (ListRun(name="a", entries=1, path="./docs/my, list: 100%.md"),)


def test_a_dead_link_is_an_error_at_its_place() -> None:
    """File, line and column of the first place; the others are named."""
    dead = link("dead", "https://x.example/100%", ("a", 3), ("a", 9), reason="Not there.")
    first, last = render_annotations(told((), [dead], lists=HERE)).splitlines()

    assert first == (
        "::error file=docs/my%2C list%3A 100%25.md,line=3,col=7,title=link-dead"
        "::Not there. Link: https://x.example/100%25 (also at a:9)"
    )
    assert last == (
        "::notice title=Links%3A 1 to replace::1 error, 0 warnings, 0 to know;"
        " 1 shown here, all of them in report.md and report.json"
    )


def test_a_list_from_afar_has_no_file() -> None:
    """The place is in the words; a second list that is here is marked."""
    dead = link("dead", "https://x.example", ("far", 3), ("a", 4))
    lists = (ListRun(name="far", entries=1), *HERE)
    both = render_annotations(told((), [dead], lists=lists)).splitlines()[0]
    far = render_annotations(told((), [dead], lists=lists[:1])).splitlines()[0]

    assert both.startswith("::error file=docs/my%2C list%3A 100%25.md,line=4,col=7,title=link-dead")
    assert both.endswith("(also at far:3)")
    assert far.startswith("::error title=link-dead::")
    assert far.endswith("(at far:3, a:4)")


def test_the_ignore_file_is_a_file() -> None:
    """A rule is marked in its own line."""
    note = finding("ignore-unused", "warning", "matches no link", "pipeline-ignore.toml", 3)

    assert render_annotations(told(notes=[note])).startswith(
        "::warning file=pipeline-ignore.toml,line=3,title=ignore-unused::matches no link."
    )


def dead(number: int) -> list[LinkHealth]:
    """So many dead links."""
    return [link("dead", f"https://{n}.example", ("a", n)) for n in range(1, number + 1)]


def test_ten_of_a_kind_are_shown() -> None:
    """GitHub drops the rest without a word, so a line says how many there are."""
    malformed = [
        link("malformed", f"http:/x{n}.org", ("a", n), suggestion=f"http://x{n}.org")
        for n in range(20)
    ]
    text = render_annotations(told((), [*dead(30), *malformed, link("blocked", "https://b.org")]))

    assert (text.count("::error "), text.count("::warning "), text.count("::notice ")) == (
        10,
        10,
        1,
    )
    assert "30 errors, 20 warnings, 1 to know; 20 shown here" in text


def test_what_is_new_is_shown_first() -> None:
    """Where there is no room for all."""
    first = told((), dead(30))
    new = link("dead", "https://new.example", ("z", 1))
    text = render_annotations(told((), [*dead(30), new], previous=first))

    assert "https://new.example" in text.splitlines()[0]
    assert "1 new" in text.splitlines()[-1]


def test_no_title_is_a_command() -> None:
    """Each line is one command of ours, whatever strangers write."""
    report = hostile()
    lines = render_annotations(report).split("\n")
    assert lines.pop() == ""

    assert all(
        re.fullmatch(r"::(error|warning|notice) [a-z]+=[^:,]*(,[a-z]+=[^:,]*)*::.*", line)
        for line in lines
    )
    assert not re.search(r"%(?!25|0A|0D|3A|2C)", "".join(lines))
    assert not any(char in line for line in lines for char in "\r\x00\x1b\u2028\u202e")
    assert len(lines) == 1 + sum(
        min(10, sum(one.severity == severity for one in report.diagnostics))
        for severity in ("error", "warning")
    )


def test_a_hostile_title_keeps_its_words() -> None:
    """Only what would be obeyed is gone."""
    found = (finding("wrong-paper", "error", "m", "a", 1),)
    line = render_annotations(told([paper("k", HOSTILE, ("a", 1), findings=found)])).splitlines()[0]

    assert "“</details> # Owned ::error::owned" in line
    assert "100%25" in line


def test_everything_has_its_severity() -> None:
    """Errors and warnings of a full report, and one line that sums up."""
    names = [line.split(" ")[0] for line in render_annotations(full()).splitlines()]

    assert names == ["::error"] * 5 + ["::warning"] * 5 + ["::notice"]


def test_a_report_without_files_names_none() -> None:
    """`run check` prints and writes nothing."""
    report = told((), [link("dead", "https://x.example", ("a", 1))])
    last = render_annotations(report, kept=False).splitlines()[-1]

    assert last.endswith("1 error, 0 warnings, 0 to know; 1 shown here")
