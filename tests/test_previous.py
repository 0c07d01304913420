"""What the last run has left."""

from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from pipeline.formats.report_json import LinkReport, render_json
from pipeline.formats.run_json import count
from pipeline.previous import read_previous


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
