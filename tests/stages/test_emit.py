"""Files: what they hold, and how they are written."""

import errno
import json
import os
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ConfigurationError, OutputError
from pipeline.formats import jsonl
from pipeline.formats.files import FILES
from pipeline.formats.jsonl import parse_catalog, parse_links
from pipeline.formats.report_json import LinkReport, parse_report_json
from pipeline.formats.run_json import RunReport, count
from pipeline.previous import read_previous
from pipeline.records.catalog import Paper, Resolution
from pipeline.records.links import LinkHealth
from pipeline.records.lists import Entry
from pipeline.stages.emit import emit, ensure_writable, has_changes, render_files

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


def rendered(history: str | None = "") -> dict[str, str]:
    """The files of a small run."""
    papers = (paper("b"), paper("a"))
    links = (link("https://y.example"), link("https://x.example"))
    run = RunReport(
        version="0.1.0",
        started_at=AT,
        finished_at=AT,
        duration_s=0.0,
        counts=count(papers, links),
        exit_code=0,
    )
    report = LinkReport(headline="Links: nothing to act on", counts=run.counts)
    return render_files(papers=papers, links=links, report=report, run=run, history=history)


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        ({}, False),
        ({"checked_at": AT}, False),
        ({"consecutive_failures": 1}, True),
        ({"checked_at": AT, "verdict": "dead"}, True),
        ({"reason": "other"}, True),
    ],
)
def test_what_counts_as_a_change_of_a_link(change: dict[str, Any], changed: bool) -> None:
    """That it was asked again is none; what came of it is."""
    before = (link("https://y.example"), link("https://x.example"))
    now = (link("https://x.example"), replace(before[0], **change))

    found = has_changes((), now, papers_before=(), links_before=before)
    assert found is changed


def test_what_counts_as_a_change_of_the_catalog() -> None:
    """Another paper, one less, one that says something else; not another order."""
    a, b = paper("a"), paper("b")

    def changed(*now: Paper) -> bool:
        return has_changes(now, (), papers_before=(a, b), links_before=())

    assert not changed(b, a)
    assert changed(a)
    assert changed(a, b, paper("c"))
    assert changed(a, replace(b, abstract="x"))


def test_what_a_file_cannot_hold_is_no_change() -> None:
    """Half a surrogate pair comes back as another character, in every run."""
    now = paper("a\ud800")
    before, _ = parse_catalog(jsonl.render([now]))

    assert before[0] != now
    assert not has_changes((now,), (), papers_before=before, links_before=())


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_files_of_a_run() -> None:
    """Each output has its place and form, run.json comes last, lines are sorted."""
    files = rendered("{}\n")
    assert tuple(files) == FILES
    assert [one.key for one in parse_catalog(files["catalog/catalog.jsonl"])[0]] == ["a", "b"]
    assert [one.url for one in parse_links(files["reports/links.jsonl"])[0]] == [
        "https://x.example",
        "https://y.example",
    ]
    assert files["reports/report.md"].startswith("# Links: nothing to act on\n")
    told = parse_report_json(files["reports/report.json"])
    assert told is not None
    assert told.headline == "Links: nothing to act on"
    assert files["history/links.jsonl"] == "{}\n"
    assert json.loads(files["run.json"])["counts"]["papers"] == 2


def test_a_run_without_history_leaves_the_old_one() -> None:
    """Where nothing was learnt of the links, the history file is not touched."""
    assert "history/links.jsonl" not in rendered(None)


def test_files_are_written_where_nothing_was(tmp_path: Path) -> None:
    """Folders are made; nothing but the files is left."""
    out = tmp_path / "deep" / "data"
    files = {"catalog/catalog.jsonl": "é\n", "run.json": "{}\n"}
    assert emit(out, files) == ("catalog/catalog.jsonl", "run.json")
    assert snapshot(out) == {"catalog/catalog.jsonl": "é\n".encode(), "run.json": b"{}\n"}


def test_what_has_not_changed_is_not_written_again(tmp_path: Path) -> None:
    """An unchanged file keeps its time; only the names of changed files are returned."""
    emit(tmp_path, {"a": "one", "b": "two"})
    os.utime(tmp_path / "a", (1, 1))
    assert emit(tmp_path, {"a": "one", "b": "new"}) == ("b",)
    assert (tmp_path / "a").stat().st_mtime == 1
    assert (tmp_path / "b").read_text() == "new"


def test_permissions_are_the_users(tmp_path: Path) -> None:
    """A new file follows the umask, an old one keeps what it had."""
    before = os.umask(0o027)
    try:
        emit(tmp_path, {"a": "1"})
        assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640
        (tmp_path / "a").chmod(0o604)
        emit(tmp_path, {"a": "2"})
        assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o604
    finally:
        os.umask(before)


def failing(monkeypatch: pytest.MonkeyPatch, name: str, call: int, code: int) -> None:
    """Make a function of `os` fail at its nth call."""
    real: Any = getattr(os, name)
    calls = 0

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            raise OSError(code, os.strerror(code))
        return real(*args, **kwargs)

    monkeypatch.setattr(os, name, wrapped)


@pytest.mark.parametrize("name", ["open", "fsync"])
@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_full_disk_leaves_the_old_files_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, call: int
) -> None:
    """Whichever file cannot be written, all old ones stay and no temporary one does."""
    old = {"x/a": "old a", "x/b": "old b", "c": "old c"}
    emit(tmp_path, old)
    failing(monkeypatch, name, call, errno.ENOSPC)
    target = tmp_path / ["x/a", "x/b", "c"][call - 1]
    with pytest.raises(OutputError) as caught:
        emit(tmp_path, {"x/a": "new a", "x/b": "new b", "c": "new c"})
    assert str(caught.value) == f"{target}: cannot be written (No space left on device)"
    assert caught.value.exit_code == 1
    assert snapshot(tmp_path) == {path: text.encode() for path, text in old.items()}


def test_a_failing_rename_leaves_no_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has not been renamed is deleted, and each file is the old or the new one, whole."""
    emit(tmp_path, {"a": "old a", "b": "old b"})
    failing(monkeypatch, "replace", 2, errno.EIO)
    with pytest.raises(OutputError, match=r"b: cannot be written \(Input/output error\)"):
        emit(tmp_path, {"a": "new a", "b": "new b"})
    assert snapshot(tmp_path) == {"a": b"new a", "b": b"old b"}


def test_an_interrupted_write_leaves_no_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in the middle of writing leaves the folder as it was."""

    def interrupted(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        emit(tmp_path, {"a": "1"})
    assert snapshot(tmp_path) == {}


def test_temporary_files_of_a_killed_run_are_removed(tmp_path: Path) -> None:
    """An old one of the same target goes; a young one may be another run's and stays."""
    old, young = tmp_path / ".a.0123.tmp", tmp_path / ".a.4567.tmp"
    for path in (old, young):
        path.write_text("half")
    os.utime(old, (1, 1))
    emit(tmp_path, {"a": "1"})
    assert set(snapshot(tmp_path)) == {"a", ".a.4567.tmp"}


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    """The message names the place, and nothing else is written."""
    (tmp_path / "b").mkdir()
    with pytest.raises(OutputError, match=r"b: cannot be written \(Is a directory\)"):
        emit(tmp_path, {"a": "1", "b": "2"})
    assert snapshot(tmp_path) == {}


def test_a_symbolic_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    """A file that leads elsewhere becomes a file of its own; what it led to is not touched."""
    out, outside = tmp_path / "out", tmp_path / "outside"
    out.mkdir()
    outside.write_text("same")
    (out / "a").symlink_to(outside)
    assert emit(out, {"a": "same"}) == ("a",)
    assert not (out / "a").is_symlink()
    assert emit(out, {"a": "new"}) == ("a",)
    assert outside.read_text() == "same"


def test_a_folder_that_leads_out_is_refused(tmp_path: Path) -> None:
    """A folder of the output that is a link to somewhere else gets no file."""
    out, outside = tmp_path / "out", tmp_path / "outside"
    out.mkdir()
    outside.mkdir()
    (out / "reports").symlink_to(outside)
    with pytest.raises(OutputError, match="reports: leads out of"):
        emit(out, {"run.json": "{}", "reports/report.md": "x"})
    with pytest.raises(ConfigurationError, match="reports: leads out of"):
        ensure_writable(out)
    assert snapshot(tmp_path) == {}


def test_the_output_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    """Where the user's own folder is a link, files go where it leads."""
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")
    ensure_writable(tmp_path / "out")
    emit(tmp_path / "out", {"x/a": "1"})
    assert snapshot(tmp_path / "real") == {"x/a": b"1"}


@pytest.mark.parametrize("name", ["../a", "/a", "x/../../a"])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    """No name of a file climbs out of the folder."""
    with pytest.raises(OutputError, match="is outside of"):
        emit(tmp_path / "out", {name: "x"})
    assert snapshot(tmp_path) == {}


def test_ensure_writable_leaves_nothing_behind(tmp_path: Path) -> None:
    """A folder that can be written, or could be made, is as it was afterwards."""
    ensure_writable(tmp_path / "not" / "yet")
    assert list(tmp_path.iterdir()) == []
    emit(tmp_path, rendered())
    before = snapshot(tmp_path)
    ensure_writable(tmp_path)
    assert snapshot(tmp_path) == before


def test_ensure_writable_names_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    """Before a run, an output folder that is none is a fault of the configuration."""
    (tmp_path / "data").write_text("a file")
    with pytest.raises(ConfigurationError) as caught:
        ensure_writable(tmp_path / "data")
    place = tmp_path / "data" / "catalog" / "catalog.jsonl"
    assert str(caught.value) == f"--out {place}: cannot be written (Not a directory)"
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS])
def test_ensure_writable_names_a_folder_that_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """A folder without permission, or on a read-only disk, is found out before the run."""
    failing(monkeypatch, "open", 3, code)
    with pytest.raises(ConfigurationError, match=r"--out .*report\.md: cannot be written"):
        ensure_writable(tmp_path)


def test_the_last_run_is_read_back(tmp_path: Path) -> None:
    """What was written is what the next run starts from."""
    emit(tmp_path, rendered("line\n"))
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
    emit(tmp_path, rendered())
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
