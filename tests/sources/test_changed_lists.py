"""Which changed files of a pull request are lists."""

from pathlib import Path

import pytest

from pipeline.records.github import ChangedFile
from pipeline.sources.changed_lists import names_of
from pipeline.sources.lists import find_lists


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a list and a folder of lists."""
    (tmp_path / ".git").mkdir()
    for name in ("README.md", "lists/one.md", "lists/deep/two.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("# Papers\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def file(path: str, old: str | None = None) -> ChangedFile:
    """Return a changed file."""
    return ChangedFile(path, "modified", "0" * 40, old_path=old)


@pytest.mark.parametrize(
    ("given", "path", "name"),
    [
        ("lists/one.md", "lists/one.md", "one"),
        ("lists/one.md", "lists/new.md", None),
        ("lists/*.md", "lists/new.md", "lists/new"),
        ("lists/*.md", "lists/deep/new.md", None),
        ("lists/**/*.md", "lists/deep/er/new.md", "lists/deep/er/new"),
        ("lists/[a-o]*.md", "lists/new.md", "lists/new"),
        ("lists/[a-o]*.md", "lists/zoo.md", None),
        ("lists/?ne.md", "lists/new.md", None),
        ("lists/[!z]*.md", "lists/new.md", "lists/new"),
        ("lists/[!o]*/**", "lists/deep/new.md", "lists/deep/new"),
        ("lists/o**.md", "lists/on/new.md", None),
        ("lists", "lists/deep/new.md", "lists/deep/new"),
        ("lists", "lists/CONTRIBUTING.md", None),
        ("lists", "lists/tool.py", None),
        ("lists", "listsnew.md", None),
        ("lists/*.md", "../lists/new.md", None),
    ],
)
def test_files_that_a_word_of_the_settings_names(given: str, path: str, name: str | None) -> None:
    """Those of the base, and what lies beside them by a pattern or in a folder."""
    assert names_of(find_lists([given], {}), [given])(file(path)) == name


def test_renamed_list_keeps_its_name() -> None:
    """Its findings are the same list's."""
    named = names_of(find_lists(["lists/one.md"], {}), ["lists/one.md"])

    assert named(file("papers.md", "lists/one.md")) == "one"


def test_paths_are_those_of_the_repository(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the program runs in a folder below."""
    monkeypatch.chdir(folder / "lists")
    named = names_of(find_lists(["*.md"], {}), ["*.md"])

    assert named(file("lists/one.md")) == "one"
    assert named(file("lists/new.md")) == "lists/new"
    assert named(file("new.md")) is None
