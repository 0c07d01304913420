"""What the files of a run hold."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ConfigurationError
from pipeline.formats.files import FILES
from pipeline.formats.jsonl import parse_lines
from pipeline.formats.report_json import LinkReport, parse_report_json
from pipeline.formats.run_json import RunReport, count
from pipeline.previous import read_previous
from pipeline.records.catalog import Paper, Resolution
from pipeline.records.links import LinkHealth
from pipeline.records.lists import Entry
from pipeline.stages.emit import render_files
from pipeline.storage.spool import Keep, Spool, held
from pipeline.storage.writer import Lines, write_files

AT = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)


def paper(key: str) -> Paper:
    """A paper of which only the key matters."""
    return Paper(
        key=key,
        title="T",
        mentions=(Entry(list="a", line=1, end_line=1, title="T"),),
        resolution=Resolution(status="found"),
    )


def link(url: str) -> LinkHealth:
    """A link of which only the URL matters."""
    return LinkHealth(url=url, verdict="alive", reason_code="ok", reason="ok", evidence="http")


def rendered(history: str | None = "", keep: Keep = held, *more: Paper) -> dict[str, Any]:
    """The files of a small run."""
    papers = keep(Paper, (paper("b"), paper("a"), *more))
    links = keep(LinkHealth, (link("https://y.example"), link("https://x.example")))
    run = RunReport(
        version="0.1.0",
        started_at=AT,
        finished_at=AT,
        duration_s=0.0,
        counts=count(papers, links),
        exit_code=0,
    )
    report = LinkReport(headline="Links: nothing to act on", counts=run.counts)
    return render_files(
        papers=papers,
        links=links,
        report=report,
        run=run,
        history=history,
        events=history,
        parts_above=10,
    )


def test_the_files_of_a_run() -> None:
    """Each output has its place and form, run.json comes last, lines are sorted."""
    files = rendered("{}\n")
    assert tuple(files) == FILES
    catalog, links = files["catalog/catalog.jsonl"], files["reports/links.jsonl"]
    assert isinstance(catalog, Lines)
    assert isinstance(links, Lines)
    assert [one.key for one in parse_lines(Paper, "\n".join(catalog.lines))[0]] == ["a", "b"]
    assert [one.url for one in parse_lines(LinkHealth, "\n".join(links.lines))[0]] == [
        "https://x.example",
        "https://y.example",
    ]
    assert files["reports/report.md"].startswith("# Links: nothing to act on\n")
    told = parse_report_json(files["reports/report.json"])
    assert told is not None
    assert told.headline == "Links: nothing to act on"
    assert files["history/links.jsonl"] == "{}\n"
    assert json.loads(files["run.json"])["counts"]["papers"] == 2


def test_lines_are_the_same_wherever_records_are_kept() -> None:
    """With all fields, what a terminal obeys escaped, and half a surrogate pair made whole."""
    risky = replace(paper("c"), title="\u202eT\x9b")
    half = replace(paper("d"), title="\ud83d")
    on_disk, in_memory = (rendered("", keep, half, risky) for keep in (Spool, held))
    lines = list(on_disk["catalog/catalog.jsonl"].lines)

    assert lines == list(in_memory["catalog/catalog.jsonl"].lines)
    assert '"title":"T","authors":[],"abstract":null' in lines[0]
    assert '"title":"\\u202eT\\u009b"' in lines[2]
    assert '"title":"\ufffd"' in lines[3]
    assert list(on_disk["reports/links.jsonl"].lines) == list(
        in_memory["reports/links.jsonl"].lines
    )


def test_a_run_without_history_leaves_the_old_one() -> None:
    """Where nothing was learnt of the links, the history file is not touched."""
    assert "history/links.jsonl" not in rendered(None)


def test_the_last_run_is_read_back(tmp_path: Path) -> None:
    """What was written is what the next run starts from."""
    write_files(tmp_path, rendered("line\n"))
    previous = read_previous(tmp_path)
    assert [one.key for one in previous.papers] == ["a", "b"]
    assert [one.url for one in previous.links] == ["https://x.example", "https://y.example"]
    assert previous.history == "line\n"
    assert previous.finished_at == AT
    assert previous.warnings == ()


def test_there_may_be_no_last_run(tmp_path: Path) -> None:
    """The first run starts from nothing, without a warning."""
    previous = read_previous(tmp_path / "nothing")
    assert (previous.papers, previous.links, previous.history) == ((), (), "")
    assert previous.finished_at is None
    assert previous.warnings == ()


def test_damaged_files_of_the_last_run_are_warned_of(tmp_path: Path) -> None:
    """What can be read of them is kept, and one sentence for each says what could not."""
    write_files(tmp_path, rendered())
    with (tmp_path / "catalog/catalog.jsonl").open("ab") as file:
        file.write(b"<<<<<<< HEAD\n\xff\xfe\n")
    (tmp_path / "run.json").write_text("{")
    previous = read_previous(tmp_path)
    assert len(previous.papers) == 2
    assert previous.finished_at is None
    assert len(previous.warnings) == 2
    assert (
        "catalog.jsonl: 2 damaged lines are left out (the first is line 3" in previous.warnings[0]
    )
    assert "run.json: is damaged" in previous.warnings[1]


def test_a_file_that_cannot_be_read_ends_the_run(tmp_path: Path) -> None:
    """To go on would overwrite what it knows."""
    (tmp_path / "history" / "links.jsonl").mkdir(parents=True)
    with pytest.raises(ConfigurationError, match=r"history/links\.jsonl: cannot be read \(Is a"):
        read_previous(tmp_path)
