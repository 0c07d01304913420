"""What the last run has left."""

from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from pipeline.formats.report_json import LinkReport, render_json
from pipeline.formats.run_json import count
from pipeline.previous import Previous, last_entries, read_previous
from pipeline.records.catalog import Paper, Resolution
from pipeline.records.links import LinkHealth, Occurrence
from pipeline.records.lists import Entry


def test_nothing_is_there_before_the_first_run(tmp_path: Path) -> None:
    """An empty folder is no fault."""
    previous = read_previous(tmp_path / "nowhere")

    assert (previous.papers, previous.links, previous.history) == ((), (), "")
    assert previous.warnings == ()


def test_damaged_lines_are_left_out_with_a_warning(tmp_path: Path) -> None:
    """A broken line costs that line, and says so."""
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "catalog.jsonl").write_text('{"key": \nnonsense\n')
    (tmp_path / "run.json").write_text("{")

    previous = read_previous(tmp_path)

    assert previous.papers == ()
    assert len(previous.warnings) == 2
    assert "2 damaged lines" in previous.warnings[0]


def test_last_report_is_read(tmp_path: Path) -> None:
    """What people were told; a damaged one costs only what is new, and says so."""
    (tmp_path / "reports").mkdir()
    path = tmp_path / "reports" / "report.json"
    report = LinkReport(headline="h", counts=count([], []))
    path.write_text(render_json(report))
    read = read_previous(tmp_path)
    path.write_text("{")
    damaged = read_previous(tmp_path)

    assert (read.report, read.warnings) == (report, ())
    assert damaged.report is None
    assert damaged.warnings == (f"{path}: is damaged; what is new since the last run is not known",)


def test_file_that_cannot_be_read_ends_the_run_before_it_is_overwritten(tmp_path: Path) -> None:
    """Going on would lose what it knows."""
    (tmp_path / "run.json").mkdir()

    with pytest.raises(ConfigurationError, match=r"run\.json: cannot be read"):
        read_previous(tmp_path)


def entry(line: int, name: str = "mine") -> Entry:
    """An entry at a line."""
    return Entry(list=name, line=line, end_line=line, title=f"Title {line}")


def paper(*mentions: Entry) -> Paper:
    """A paper of these mentions."""
    title = mentions[0].title
    found = Resolution(status="skipped")
    return Paper(key=f"title:{title}", title=title, mentions=mentions, resolution=found)


def health(url: str, place: Occurrence) -> LinkHealth:
    """A link that is alive."""
    return LinkHealth(
        url=url,
        verdict="alive",
        reason_code="ok",
        reason="x.",
        evidence="none",
        occurrences=(place,),
    )


def test_list_that_cannot_be_read_keeps_its_last_entries() -> None:
    """Its entries come back in order and marked stale, its other links too."""
    prose = Occurrence(list="mine", line=9, column=4, role="other", paper=None)
    own = Occurrence(list="mine", line=2, column=4, role="paper", paper="title:2")
    previous = Previous(
        papers=(paper(entry(7), entry(2)), paper(entry(1, "other"))),
        links=(
            health("https://p.example/", prose),
            health("https://q.example/", own),
        ),
    )
    parsed = last_entries("mine", previous)

    assert [(one.line, one.stale) for one in parsed.entries] == [(2, True), (7, True)]
    assert [(link.url, link.line) for link in parsed.other_links] == [("https://p.example/", 9)]
