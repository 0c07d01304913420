"""When lines came to a list, as git knows; and a file as a commit has it."""

import os
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ConfigurationError
from pipeline.sources import git_history
from pipeline.sources.git_history import commit_of, file_at, line_dates
from pipeline.sources.git_program import run_git
from tests.sources.test_git import GIT, run

pytestmark = pytest.mark.skipif(not GIT, reason="needs git")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository, and a home without settings."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    folder = tmp_path / "repository"
    folder.mkdir()
    run(folder, "init", "-q", "-b", "main")
    return folder


def commit(folder: Path, day: str, text: str, name: str = "README.md") -> Path:
    """Commit a file on a day; its author wrote it years before."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    run(folder, "add", "-A")
    before = {name: os.environ.get(name) for name in ("GIT_COMMITTER_DATE", "GIT_AUTHOR_DATE")}
    os.environ |= {
        "GIT_COMMITTER_DATE": f"{day}T12:00:00Z",
        "GIT_AUTHOR_DATE": "2001-01-01T00:00:00Z",
    }
    try:
        run(folder, "commit", "-q", "-m", "boundary\n\ncommitter-time 0")
    finally:
        for key, value in before.items():
            os.environ.pop(key) if value is None else os.environ.update({key: value})
    return path


FIRST = "- [One paper](https://a.example/1) of some length\n"
SECOND = "- [Another paper](https://a.example/2) of some length\n"


def test_day_of_each_line(repository: Path) -> None:
    """That of the commit; a line that is not committed yet has none."""
    commit(repository, "2024-01-01", FIRST)
    path = commit(repository, "2024-03-05", FIRST + SECOND)
    path.write_text(FIRST + SECOND + "- new\n", encoding="utf-8")

    dates = line_dates(path, {})

    assert dates.days == {1: date(2024, 1, 1), 2: date(2024, 3, 5)}
    assert dates.fault == ""


def test_indent_and_place_are_no_news(repository: Path) -> None:
    """Sorting a list does not make its entries new."""
    commit(repository, "2024-01-01", FIRST + "\ntext between the two\n\n" + SECOND)
    path = commit(repository, "2024-03-05", SECOND + "\ntext between the two\n\n  " + FIRST)

    assert line_dates(path, {}).days[1] == date(2024, 1, 1)
    assert line_dates(path, {}).days[5] == date(2024, 1, 1)


def test_shallow_clone_is_said_and_not_guessed(repository: Path, tmp_path: Path) -> None:
    """What is older than the clone has no date."""
    commit(repository, "2024-01-01", FIRST)
    commit(repository, "2024-02-01", FIRST + "x\n")
    commit(repository, "2024-03-05", FIRST + "x\n" + SECOND)
    run(tmp_path, "clone", "-q", "--depth", "2", f"file://{repository}", "clone")

    dates = line_dates(tmp_path / "clone" / "README.md", {})

    assert dates.days == {3: date(2024, 3, 5)}
    assert dates.fault.startswith("the clone is shallow, so the dates of 2 lines of README.md")


def test_file_of_no_repository_and_file_that_git_does_not_track(
    repository: Path, tmp_path: Path
) -> None:
    """They have no dates, and nothing is wrong with that."""
    loose, untracked = tmp_path / "README.md", repository / "other.md"
    for path in (loose, untracked):
        path.write_text(FIRST, encoding="utf-8")
    assert line_dates(untracked, {}) == git_history.LineDates()
    untracked.unlink()
    commit(repository, "2024-01-01", FIRST)
    untracked.write_text(FIRST, encoding="utf-8")

    assert line_dates(loose, {}) == git_history.LineDates()
    assert line_dates(untracked, {}) == git_history.LineDates()


def test_repository_runs_nothing(repository: Path, tmp_path: Path) -> None:
    """No text conversion, no monitor, no hook."""
    path = commit(repository, "2024-01-01", FIRST)
    (repository / ".gitattributes").write_text("*.md diff=evil\n", encoding="utf-8")
    commit(repository, "2024-01-02", FIRST + SECOND)
    trap = tmp_path / "trap"
    for name in ("diff.evil.textconv", "core.fsmonitor", "core.pager", "diff.external"):
        run(repository, "config", name, f"touch {trap}; cat")

    assert line_dates(path, {}).days == {1: date(2024, 1, 1), 2: date(2024, 1, 2)}
    assert file_at(repository, commit_of(repository, "main", "test"), "README.md", "test")
    assert not trap.exists()


def test_git_that_hangs_or_is_missing(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dates are given up with a sentence, and the run goes on."""
    path = commit(repository, "2024-01-01", FIRST)
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text(
        f'#!/bin/sh\ncase "$*" in *blame*) exec sleep 60;; esac\nexec {shutil.which("git")} "$@"\n',
        encoding="utf-8",
    )
    slow.chmod(0o755)
    monkeypatch.setattr(git_history, "BLAME_SECONDS", 0.2)
    monkeypatch.setenv("PATH", f"{slow.parent}{os.pathsep}{os.environ['PATH']}")

    assert line_dates(path, {}).fault == "dates of entries: git took longer than 0.2 s"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "none is installed" in line_dates(path, {}).fault


def test_commits_that_the_repository_lets_be_blamed_for_nothing(repository: Path) -> None:
    """`blame.ignoreRevsFile`: a file of its own that is not there is said."""
    path = commit(repository, "2024-01-01", FIRST)
    run(repository, "config", "blame.ignoreRevsFile", "nosuch")

    assert line_dates(path, {}).fault.startswith(
        "dates of entries: git blame failed: fatal: could not"
    )


def test_file_as_a_commit_has_it(repository: Path) -> None:
    """Bytes as they are; None where it was not there."""
    commit(repository, "2024-01-01", FIRST)
    name = commit_of(repository, "HEAD", "test")

    assert file_at(repository, name, "README.md", "test") == FIRST.encode()
    assert file_at(repository, name, "nosuch.md", "test") is None
    assert file_at(repository, name, "../README.md", "test") is None
    with pytest.raises(ConfigurationError, match="test: git knows no 'nosuch'"):
        commit_of(repository, "nosuch", "test")


def test_git_is_asked_once_about_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand lists that lie in no repository would start it ten thousand times."""
    asked: list[str] = []

    def noted(folder: Path, *arguments: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
        asked.append(arguments[0])
        return run_git(folder, *arguments, **more)

    monkeypatch.setattr(git_history, "run_git", noted)
    folders: git_history.Folders = {}
    for name in ("a.md", "b.md", "c.md"):
        (tmp_path / name).write_text("- a line\n")
        assert line_dates(tmp_path / name, folders) == git_history.LineDates()

    assert asked == ["rev-parse"]
