"""Tests of `pipeline.sources.work_tree`, on folders and repositories made for the test."""

import os
import shutil
from pathlib import Path

import pytest

from pipeline.records.lists import Lacking
from pipeline.sources.work_tree import WorkTree
from pipeline.stages.local import looked_up
from pipeline.stages.parse import parse
from tests.sources.test_git import commit, run

needs_git = pytest.mark.skipif(not shutil.which("git"), reason="needs git")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home without settings."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a list, a note and a paper, and no repository."""
    root = tmp_path / "mine"
    (root / "docs").mkdir(parents=True)
    (root / "docs" / "here.md").write_text("# Part one\n", encoding="utf-8")
    (root / "Paper.pdf").write_bytes(b"%PDF")
    (tmp_path / "outside.md").write_text("# Secret\n", encoding="utf-8")
    return root


def lacking(root: Path, *targets: str, name: str = "README.md") -> list[str]:
    """Return which of some targets of a list are not there, by code and target."""
    text = "# L\n\n" + "".join(f"See [x](<{target}>).\n\n" for target in targets)
    (root / name).write_text(text, encoding="utf-8")
    tree = WorkTree(root / name)
    found = looked_up(parse(text, name="l"), text.encode(), tree.at, tree, rooted=tree.is_rooted)
    return [_told(one) for one in found.lacking]


def _told(one: Lacking) -> str:
    return f"{one.code.partition('-')[0]} {one.url}"


def test_folder_without_git_is_the_root(folder: Path) -> None:
    """Nothing above it is looked at, and `/` means nothing."""
    targets = ("docs/here.md", "docs/gone.md", "paper.pdf", "../outside.md", "/x.md")
    assert lacking(folder, *targets) == ["file docs/gone.md", "file paper.pdf"]


def test_letter_case_counts_on_every_disk(folder: Path) -> None:
    """Names are compared with those that the folder lists."""
    assert lacking(folder, "Docs/here.md", "docs/here.md", "Paper.PDF") == [
        "file Docs/here.md",
        "file Paper.PDF",
    ]


def test_headings_of_another_file(folder: Path) -> None:
    """They are read from the disk; a file that is too large to read says nothing."""
    targets = ("docs/here.md#part-one", "docs/here.md#part-two", "#l", "#m")
    assert lacking(folder, *targets) == ["heading docs/here.md#part-two", "heading #m"]


def test_symbolic_links_are_not_followed_out(folder: Path) -> None:
    """What they lead to beyond the root is neither there nor missing; within, it is a file."""
    try:
        (folder / "out").symlink_to(folder.parent)
        (folder / "out.md").symlink_to(folder.parent / "outside.md")
        (folder / "in.md").symlink_to(folder / "docs" / "here.md")
        (folder / "circle").symlink_to(folder / "circle")
    except OSError:
        pytest.skip("no symbolic links here")
    targets = ("out/outside.md", "out.md#secret", "in.md#part-one", "circle", "docs/gone.md")
    tree = WorkTree(folder / "README.md")
    assert tree.folder("") is not None
    assert (tree.folder("") or {})["out.md"] == "unknown"
    assert lacking(folder, *targets) == ["file docs/gone.md"]


def test_folder_that_cannot_be_read(folder: Path) -> None:
    """Nothing is said of what is in it."""
    (folder / "closed").mkdir(mode=0)
    if os.access(folder / "closed", os.R_OK):
        pytest.skip("this user reads everything")
    assert lacking(folder, "closed/x.md") == []


def test_copy_of_a_list_is_left_alone(folder: Path) -> None:
    """Where none of three files is there, the list came without its repository."""
    assert lacking(folder, "a.md", "b.md", "c.md") == []
    assert lacking(folder, "a.md", "b.md") == ["file a.md", "file b.md"]
    assert lacking(folder, "a.md", "b.md", "c.md", "Paper.pdf") == [
        "file a.md",
        "file b.md",
        "file c.md",
    ]


@needs_git
def test_repository_is_the_root(folder: Path) -> None:
    """A list in a folder of it reaches up to the root, and no further."""
    run(folder, "init", "-q")
    targets = ("../Paper.pdf", "/Paper.pdf", "/docs/gone.md", "../gone.md", "../../outside.md")
    found = lacking(folder / "docs", *targets)
    assert found == ["file /docs/gone.md", "file ../gone.md"]


@needs_git
def test_sparse_checkout_lacks_what_git_knows(folder: Path) -> None:
    """It is not missing; what a person has deleted is."""
    (folder / "big").mkdir()
    (folder / "big" / "note.md").write_text("x", encoding="utf-8")
    run(folder, "init", "-q")
    commit(folder)
    run(folder, "sparse-checkout", "set", "docs")
    (folder / "docs" / "here.md").unlink()
    assert not (folder / "big").exists()
    targets = ("big/note.md", "big/", "big/other.md", "docs/here.md")
    assert lacking(folder, *targets) == ["file big/other.md", "file docs/here.md"]


@needs_git
def test_sparse_checkout_without_the_git_program(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is known of what is not there, and nothing is said."""
    run(folder, "init", "-q")
    commit(folder)
    run(folder, "sparse-checkout", "set", "docs")
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert lacking(folder, "Paper.pdf", "gone.md") == []


@needs_git
def test_submodule_that_is_not_checked_out(folder: Path) -> None:
    """Nobody knows what is in it."""
    run(folder, "init", "-q")
    (folder / ".gitmodules").write_text('[submodule "x"]\n\tpath = lib/x\n\turl = u\n')
    assert lacking(folder, "lib/x/a.md", "lib/y.md", "Paper.pdf") == ["file lib/y.md"]


@needs_git
def test_wiki_links_pages_by_their_titles(folder: Path) -> None:
    """A repository that is a wiki is a site."""
    run(folder, "init", "-q")
    run(folder, "remote", "add", "origin", "https://github.com/o/r.wiki.git")
    assert lacking(folder, "Some-Page", "gone.pdf") == ["file gone.pdf"]


@needs_git
def test_site_of_the_folder_above(folder: Path) -> None:
    """`mkdocs.yml` beside `docs/` makes a site of the lists in `docs/`."""
    run(folder, "init", "-q")
    (folder / "mkdocs.yml").write_text("site_name: x\n")
    assert lacking(folder / "docs", "/img/x.png", "guide/", "gone.md") == ["file gone.md"]


@needs_git
def test_other_hosts_name_headings_otherwise(folder: Path) -> None:
    """What the settings of the repository say of its remotes counts."""
    run(folder, "init", "-q")
    (folder / "docs" / "here.md").write_text("# A & b\n", encoding="utf-8")
    assert lacking(folder, "docs/here.md#a-b") == ["heading docs/here.md#a-b"]
    run(folder, "remote", "add", "origin", "https://gitlab.com/o/r.git")
    assert lacking(folder, "docs/here.md#a-b") == []
