"""The day on which an entry came to its list: in the catalog of every run, and never later."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.enrich import Result, enrich
from pipeline.formats.files import CATALOG, EVENTS
from pipeline.progress import Silent
from pipeline.settings.loading import load
from tests.sources.test_git import GIT, run
from tests.sources.test_git_history import commit

pytestmark = pytest.mark.skipif(not GIT, reason="needs git")

FIRST = "# Papers\n\n- [Zero-Shot Rankers](https://arxiv.org/abs/2305.08845)\n"
SECOND = (
    "- [Language Processing](https://arxiv.org/abs/2203.13366)\n  [code](https://example.org/c)\n"
)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository, and a home without settings."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    folder = tmp_path / "repository"
    folder.mkdir()
    run(folder, "init", "-q", "-b", "main")
    return folder


def check(path: Path) -> Result:
    """Do a run without a network."""
    out = path.parents[1]
    flags = {"offline": True, "out": out / "out", "cache_dir": out / "cache"}
    return enrich(load(flags), [str(path)], progress=Silent())


def days(path: Path) -> dict[str, Any]:
    """Title of an entry to the day that the catalog has."""
    text = (path.parents[1] / "out" / CATALOG).read_text("utf-8")
    mentions = [one for line in text.splitlines() for one in json.loads(line)["mentions"]]
    return {one["title"]: one["added"] for one in mentions}


def test_day_of_an_entry_is_that_of_its_oldest_line(repository: Path) -> None:
    """A line that is edited later is no new entry, nor is what is not committed."""
    commit(repository, "2024-01-01", FIRST)
    commit(repository, "2024-02-02", FIRST + SECOND)
    path = commit(repository, "2024-03-03", FIRST + SECOND.replace("/c)", "/other)"))
    path.write_text(
        path.read_text("utf-8")
        + "\n- [Attention Is All You Need](https://arxiv.org/abs/1706.03762)\n"
    )

    check(path)

    assert days(path) == {
        "Zero-Shot Rankers": "2024-01-01",
        "Language Processing": "2024-02-02",
        "Attention Is All You Need": None,
    }


def test_day_that_was_known_stays(repository: Path) -> None:
    """A later edit of the only line, and a folder that has lost its repository."""
    path = commit(repository, "2024-01-01", FIRST)
    check(path)
    path = commit(repository, "2024-05-05", FIRST.replace(")\n", ") (SIGIR 2024)\n"))
    check(path)
    assert days(path) == {"Zero-Shot Rankers": "2024-01-01"}

    (repository / ".git").rename(repository / "no-git")
    check(path)

    assert days(path) == {"Zero-Shot Rankers": "2024-01-01"}


def test_shallow_clone_is_said(repository: Path, tmp_path: Path) -> None:
    """In a warning of the run; no day is guessed."""
    commit(repository, "2024-01-01", FIRST)
    commit(repository, "2024-02-02", FIRST + SECOND)
    commit(repository, "2024-03-03", FIRST + SECOND + "\n")
    run(tmp_path, "clone", "-q", "--depth", "1", f"file://{repository}", "clone")
    path = tmp_path / "clone" / "README.md"

    result = check(path)

    assert set(days(path).values()) == {None}
    assert any("the clone is shallow, so the dates of" in one for one in result.report.warnings)


def test_event_of_a_new_entry_has_the_day(repository: Path) -> None:
    """So a feed says when it came, and not when a run found it."""
    check(commit(repository, "2024-01-01", FIRST))
    path = commit(repository, "2024-02-02", FIRST + SECOND)

    check(path)

    lines = (path.parents[1] / "out" / EVENTS).read_text("utf-8").splitlines()
    assert [(one["kind"], one["added"]) for one in map(json.loads, lines)] == [
        ("added", "2024-02-02")
    ]
