"""The one writer of files."""

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ConfigurationError, OutputError
from pipeline.formats.files import FILES
from pipeline.storage.writer import (
    JOURNAL,
    ensure_writable,
    finish_writing,
    replace_file,
    write_files,
)


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_files_are_written_where_nothing_was(tmp_path: Path) -> None:
    """Folders are made; nothing but the files is left."""
    out = tmp_path / "deep" / "data"
    files = {"catalog/catalog.jsonl": "é\n", "run.json": "{}\n"}
    assert write_files(out, files) == ("catalog/catalog.jsonl", "run.json")
    assert snapshot(out) == {"catalog/catalog.jsonl": "é\n".encode(), "run.json": b"{}\n"}


def test_what_has_not_changed_is_not_written_again(tmp_path: Path) -> None:
    """An unchanged file keeps its time; only the names of changed files are returned."""
    write_files(tmp_path, {"a": "one", "b": "two"})
    os.utime(tmp_path / "a", (1, 1))
    assert write_files(tmp_path, {"a": "one", "b": "new"}) == ("b",)
    assert (tmp_path / "a").stat().st_mtime == 1
    assert (tmp_path / "b").read_text() == "new"


def test_permissions_are_the_users(tmp_path: Path) -> None:
    """A new file follows the umask, an old one keeps what it had."""
    before = os.umask(0o027)
    try:
        write_files(tmp_path, {"a": "1"})
        assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640
        (tmp_path / "a").chmod(0o604)
        write_files(tmp_path, {"a": "2"})
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
    write_files(tmp_path, old)
    first = 1 if name == "open" else 0  # the folder itself is opened before its files
    failing(monkeypatch, name, first + call, errno.ENOSPC)
    target = tmp_path / ["x/a", "x/b", "c"][call - 1]
    with pytest.raises(OutputError) as caught:
        write_files(tmp_path, {"x/a": "new a", "x/b": "new b", "c": "new c"})
    assert str(caught.value) == f"{target}: cannot be written (No space left on device)"
    assert caught.value.exit_code == 1
    assert snapshot(tmp_path) == {path: text.encode() for path, text in old.items()}


def test_a_failing_rename_leaves_no_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has not been renamed is deleted, and each file is the old or the new one, whole."""
    write_files(tmp_path, {"a": "old a", "b": "old b"})
    failing(monkeypatch, "replace", 2, errno.EIO)
    with pytest.raises(OutputError, match=r"b: cannot be written \(Input/output error\)"):
        write_files(tmp_path, {"a": "new a", "b": "new b"})
    assert snapshot(tmp_path) == {"a": b"new a", "b": b"old b"}


KILLED = """
import os, sys
from pathlib import Path
from pipeline.storage.writer import write_files

left = 0

def counted(real):
    def call(*args, **kwargs):
        global left
        left -= 1
        if left < 0:
            os._exit(9)  # as kill -9 does
        return real(*args, **kwargs)
    return call

for name in ("open", "fsync", "replace", "unlink"):
    setattr(os, name, counted(getattr(os, name)))
Path.unlink = lambda path, missing_ok=False: os.unlink(path)
new = {"x/a": "new a", "x/b": "new b", "c": "new c"}
for left, out in enumerate(sys.argv[1:]):
    if os.fork() == 0:
        write_files(Path(out), new, gone=["x/old", "gone"])
        os._exit(0)
    os.wait()
"""
RUNS = 28


def test_a_killed_run_leaves_the_old_or_the_new_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it is killed: what is half done, the next reader or writer does to its end."""
    old = {"x/a": "old a", "x/b": "old b", "c": "old c", "x/old": "o", "gone": "g"}
    new = {"x/a": "new a", "x/b": "new b", "c": "new c"}
    seen: list[bool] = []
    outs = [tmp_path / str(number) for number in range(RUNS)]
    for out in outs:
        write_files(out, old)
    subprocess.run([sys.executable, "-c", KILLED, *outs], timeout=60, check=True)

    for out in outs:
        finish_writing(out)

        there = {name: text for name, text in snapshot(out).items() if not name.endswith(".tmp")}
        seen.append(there != {name: text.encode() for name, text in old.items()})
        if seen[-1]:
            assert snapshot(out) == {name: text.encode() for name, text in new.items()}
    assert seen == sorted(seen)
    assert (seen.count(False), seen.count(True)) > (5, 5)


def test_an_interrupt_between_renames_is_heard_behind_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C there leaves the new files."""
    write_files(tmp_path, {"a": "old", "b": "old", "c": "old"})
    real, calls = os.replace, []

    def replace(aside: Any, place: Any) -> None:
        calls.append(place)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(aside, place)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        write_files(tmp_path, {"a": "new", "b": "new"}, gone=["c"])
    assert snapshot(tmp_path) == {"a": b"new", "b": b"new"}


@pytest.mark.parametrize(
    ("journal", "words"),
    [
        ('[[".a.1.tmp", "../a"]]', "is outside of"),
        ('[["../a.tmp", "a"]]', "journal beside it is damaged"),
        ('[["secret", "a"]]', "journal beside it is damaged"),
        ('[[".a.1.tmp", "way/a"]]', "leads out of"),
    ],
)
def test_a_journal_of_a_stranger_moves_nothing(tmp_path: Path, journal: str, words: str) -> None:
    """It may come with a repository: names that are not ours are refused."""
    (tmp_path / "secret").write_text("s")
    out = tmp_path / "out"
    out.mkdir()
    (out / "way").symlink_to(tmp_path)
    (out / "secret").write_text("s")
    (tmp_path / ".a.1.tmp").write_text("x")
    before = snapshot(tmp_path)
    (out / JOURNAL).write_text(journal)

    with pytest.raises(OutputError, match=words):
        finish_writing(out)
    assert snapshot(tmp_path) == before | {f"out/{JOURNAL}": journal.encode()}


@pytest.mark.parametrize("journal", ["", '[[".a.1.tmp", "a"', '[["x"]]', "1", '[[1, "a"]]'])
def test_half_a_journal_had_no_effect(tmp_path: Path, journal: str) -> None:
    """The run was killed before it renamed anything."""
    (tmp_path / ".a.1.tmp").write_text("new")
    (tmp_path / "a").write_text("old")
    (tmp_path / JOURNAL).write_text(journal)

    finish_writing(tmp_path)

    assert snapshot(tmp_path) == {"a": b"old", ".a.1.tmp": b"new"}


def test_an_interrupted_write_leaves_no_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in the middle of writing leaves the folder as it was."""

    def interrupted(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_files(tmp_path, {"a": "1"})
    assert snapshot(tmp_path) == {}


def test_temporary_files_of_a_killed_run_are_removed(tmp_path: Path) -> None:
    """An old one of the same target goes; a young one may be another run's and stays."""
    old, young = tmp_path / ".a.0123.tmp", tmp_path / ".a.4567.tmp"
    for path in (old, young):
        path.write_text("half")
    os.utime(old, (1, 1))
    write_files(tmp_path, {"a": "1"})
    assert set(snapshot(tmp_path)) == {"a", ".a.4567.tmp"}


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    """The message names the place, and nothing else is written."""
    (tmp_path / "b").mkdir()
    with pytest.raises(OutputError, match=r"b: cannot be written \(Is a directory\)"):
        write_files(tmp_path, {"a": "1", "b": "2"})
    assert snapshot(tmp_path) == {}


def test_a_symbolic_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    """A file that leads elsewhere becomes a file of its own; what it led to is not touched."""
    out, outside = tmp_path / "out", tmp_path / "outside"
    out.mkdir()
    outside.write_text("same")
    (out / "a").symlink_to(outside)
    assert write_files(out, {"a": "same"}) == ("a",)
    assert not (out / "a").is_symlink()
    assert write_files(out, {"a": "new"}) == ("a",)
    assert outside.read_text() == "same"


def test_a_folder_that_leads_out_is_refused(tmp_path: Path) -> None:
    """A folder of the output that is a link to somewhere else gets no file."""
    out, outside = tmp_path / "out", tmp_path / "outside"
    out.mkdir()
    outside.mkdir()
    (out / "reports").symlink_to(outside)
    with pytest.raises(OutputError, match="reports: leads out of"):
        write_files(out, {"run.json": "{}", "reports/report.md": "x"})
    with pytest.raises(ConfigurationError, match="reports: leads out of"):
        ensure_writable(out, FILES)
    assert snapshot(tmp_path) == {}


def test_the_output_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    """Where the user's own folder is a link, files go where it leads."""
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")
    ensure_writable(tmp_path / "out", FILES)
    write_files(tmp_path / "out", {"x/a": "1"})
    assert snapshot(tmp_path / "real") == {"x/a": b"1"}


@pytest.mark.parametrize("name", ["../a", "/a", "x/../../a"])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    """No name of a file climbs out of the folder."""
    with pytest.raises(OutputError, match="is outside of"):
        write_files(tmp_path / "out", {name: "x"})
    assert snapshot(tmp_path) == {}


def test_ensure_writable_leaves_nothing_behind(tmp_path: Path) -> None:
    """A folder that can be written, or could be made, is as it was afterwards."""
    ensure_writable(tmp_path / "not" / "yet", FILES)
    assert list(tmp_path.iterdir()) == []
    write_files(tmp_path, dict.fromkeys(FILES, "x"))
    before = snapshot(tmp_path)
    ensure_writable(tmp_path, FILES)
    assert snapshot(tmp_path) == before


def test_ensure_writable_names_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    """Before a run, an output folder that is none is a fault of the configuration."""
    (tmp_path / "data").write_text("a file")
    with pytest.raises(ConfigurationError) as caught:
        ensure_writable(tmp_path / "data", FILES)
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
        ensure_writable(tmp_path, FILES)


def test_file_that_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    """Somebody else's edit counts more."""
    file = tmp_path / "a.md"
    file.write_text("new")
    with pytest.raises(OutputError, match="meanwhile"):
        replace_file(file, b"fixed", expected=b"old")
    assert file.read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["a.md"]


def test_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """And nothing is left behind."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="folder"):
        replace_file(tmp_path / "folder", b"fixed")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_lists_permissions_stay(tmp_path: Path) -> None:
    """A repaired list is as open as it was."""
    file = tmp_path / "a.md"
    file.write_text("old")
    file.chmod(0o604)
    replace_file(file, b"new", expected=b"old")
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("new", 0o604)


def test_a_system_without_owners_is_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows has neither `fchown` nor, before Python 3.13, `fchmod`."""
    for name in ("fchown", "fchmod"):
        monkeypatch.delattr(os, name)
    write_files(tmp_path, {"a": "old"})
    write_files(tmp_path, {"a": "new"})
    replace_file(tmp_path / "a", b"newer")
    assert (tmp_path / "a").read_text() == "newer"


def test_content_may_be_made_of_what_is_there_by_then(tmp_path: Path) -> None:
    """A function gets the text of the file, empty where there is none, byte for byte."""
    (tmp_path / "old").write_bytes(b"one\xff\n")
    seen: list[str] = []

    def more(text: str) -> str:
        seen.append(text)
        return text + "two é\n"

    assert write_files(tmp_path, {"old": more, "new": more}) == ("old", "new")
    assert seen == ["one\udcff\n", ""]
    assert snapshot(tmp_path) == {
        "old": b"one\xff\ntwo \xc3\xa9\n",
        "new": b"two \xc3\xa9\n",
    }
    assert write_files(tmp_path, {"old": lambda text: text}) == ()


def test_file_that_cannot_be_read_is_not_replaced(tmp_path: Path) -> None:
    """What it holds is not known, so nothing is written over it, nor beside it."""
    (tmp_path / "old").mkdir()

    with pytest.raises(OutputError, match=r"old: cannot be written"):
        write_files(tmp_path, [("a", "1"), ("old", lambda text: text)])
    assert snapshot(tmp_path) == {}


def test_pairs_are_written_as_they_come(tmp_path: Path) -> None:
    """When one is made, those before it are aside already; their places change at the end."""
    seen: list[list[str]] = []

    def pairs() -> Iterator[tuple[str, str]]:
        for name in ("x/a", "x/b", "x/a"):
            aside = [path.read_text() for path in tmp_path.glob("x/*") if path.suffix == ".tmp"]
            seen.append(sorted(aside))
            assert not (tmp_path / "x/a").exists()
            yield name, f"{name} {len(seen)}"

    assert set(write_files(tmp_path, pairs())) == {"x/a", "x/b"}
    assert seen == [[], ["x/a 1"], ["x/a 1", "x/b 2"]]
    assert snapshot(tmp_path) == {"x/a": b"x/a 3", "x/b": b"x/b 2"}  # the later of one name


@pytest.mark.parametrize("fault", [ValueError("a paper"), KeyboardInterrupt()])
def test_pairs_that_end_early_change_nothing(tmp_path: Path, fault: BaseException) -> None:
    """What cannot be made whole is not written in part."""
    write_files(tmp_path, {"a": "old"})

    def pairs() -> Iterator[tuple[str, str]]:
        yield "a", "new"
        yield "b", "new"
        raise fault

    with pytest.raises(type(fault)):
        write_files(tmp_path, pairs(), synced=False)
    assert snapshot(tmp_path) == {"a": b"old"}


def test_each_folder_that_leads_out_is_refused(tmp_path: Path) -> None:
    """That one folder has been looked at says nothing of the next, or of one below it."""
    out, outside = tmp_path / "out", tmp_path / "outside"
    (out / "x").mkdir(parents=True)
    outside.mkdir()
    (out / "x" / "y").symlink_to(outside)
    with pytest.raises(OutputError, match="y: leads out of"):
        write_files(out, [("x/a", "1"), ("x/b", "2"), ("x/y/c", "3")])
    assert snapshot(tmp_path) == {}


def test_two_processes_change_a_file_one_after_the_other(tmp_path: Path) -> None:
    """No change is lost, and no lock is left behind."""
    program = """
import sys
from collections.abc import Iterator
from pathlib import Path
from pipeline.storage.writer import write_files
for n in range(20):
    write_files(Path(sys.argv[1]), {"log": lambda text: f"{text}{sys.argv[2]}{n}\\n"})
"""
    runs = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), name]) for name in "ab"]
    assert [run.wait(60) for run in runs] == [0, 0]

    lines = (tmp_path / "log").read_text("ascii").split()
    assert sorted(lines) == sorted(f"{name}{n}" for name in "ab" for n in range(20))
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


# --- what is made anew ------------------------------------------------------------------------


def test_what_an_older_manifest_names_and_the_new_one_does_not_goes(tmp_path: Path) -> None:
    """Files that it does not name stay, whoever they are of."""
    write_files(tmp_path, {"s/p/a": "1", "s/p/b": "2", "s/files": "p/a\np/b\n"})
    (tmp_path / "s/p/mine").write_text("mine")

    write_files(tmp_path, {"s/p/b": "3", "s/files": "p/b\n"}, manifest="s/files")

    assert snapshot(tmp_path) == {"s/p/b": b"3", "s/files": b"p/b\n", "s/p/mine": b"mine"}


def test_nothing_goes_where_the_writing_fails(tmp_path: Path) -> None:
    """Then the older files are those that count."""
    write_files(tmp_path, {"a": "1", "files": "a\n"})
    before = snapshot(tmp_path)

    def files() -> Iterator[tuple[str, str]]:
        yield "files", ""
        raise RuntimeError("full")

    with pytest.raises(RuntimeError, match="full"):
        write_files(tmp_path, files(), manifest="files")
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("line", ["../secret", "{}/secret", "out/secret", "folder", ".", "\0"])
def test_no_manifest_leads_out(tmp_path: Path, line: str) -> None:
    """Whatever somebody has written into it: only files below the folder go."""
    secret = tmp_path / "secret"
    secret.write_text("secret")
    site = tmp_path / "site"
    (site / "folder").mkdir(parents=True)
    (site / "out").symlink_to(tmp_path)
    (site / "files").write_text(f"{line.format(tmp_path)}\nnone\n")

    write_files(site, {"files": ""}, manifest="files")

    assert secret.exists()
    assert (site / "folder").is_dir()
