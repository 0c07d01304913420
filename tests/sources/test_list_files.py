"""Which files of a folder are taken for lists."""

import os
from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from pipeline.sources import list_files
from pipeline.sources.list_files import files_below, fits, listing


@pytest.mark.parametrize(
    ("path", "taken", "left_out"),
    [
        ("papers.md", True, None),
        ("a/b/papers.MARKDOWN", True, None),
        ("README.md", True, None),
        ("notes.txt", False, None),
        ("refs/library.bib", True, None),
        ("LICENSE", False, None),
        ("LICENSE.md", False, "LICENSE.md"),
        ("docs/CHANGELOG.md", False, "docs/CHANGELOG.md"),
        ("code-of-conduct.md", False, "code-of-conduct.md"),
        ("CODE_OF_CONDUCT.md", False, "CODE_OF_CONDUCT.md"),
        (".hidden.md", False, ".hidden.md"),
        (".github/PULL_REQUEST_TEMPLATE.md", False, ".github/"),
        ("web/node_modules/x/README.md", False, "web/node_modules/"),
        ("license-plates.md", True, None),
        ("history-of-nlp.md", True, None),
    ],
)
def test_file_is_judged_by_its_path(path: str, taken: bool, left_out: str | None) -> None:
    """What repositories have beside their content is left out, and said where it is Markdown."""
    files = listing([path])

    assert files.taken == ((path,) if taken else ())
    assert files.left_out == ((left_out,) if left_out else ())


RESULTS = [
    "catalog/catalog.jsonl",
    "reports/report.md",
    "reports/report.json",
    "exports/markdown/papers.md",
    "exports/papers.bib",
    "other-lists/t.md/reports/report.md",
]


@pytest.mark.parametrize("out", ["", "data/", "data/sandbox/", "some/where/else/"])
def test_results_of_a_run_are_no_lists(tmp_path: Path, out: str) -> None:
    """Wherever the output folder is; what the maintainer keeps beside them is read."""
    names = [f"{out}{one}" for one in RESULTS]
    make(tmp_path, "README.md", f"{out}papers.md", *names)

    for files in (listing(["README.md", f"{out}papers.md", *names]), files_below(tmp_path)):
        assert sorted(files.taken) == sorted({"README.md", f"{out}papers.md"})
        assert files.left_out == ()


@pytest.mark.parametrize("kept", [["catalog/catalog.jsonl"], ["reports/report.json"]])
def test_results_that_are_only_partly_kept_are_no_lists(kept: list[str]) -> None:
    """A repository may keep the catalog, or the reports, and not the rest."""
    names = ["exports/markdown/papers.md", "reports/report.md", *kept]

    assert listing(names).taken == ()


def test_folder_of_such_a_name_is_anybodys() -> None:
    """Of the folders alone no one can say that a run has written them."""
    names = ["catalog/a.md", "exports/b.md", "history/c.md", "reports/d.md", "run.json"]

    assert listing(names).taken == ("catalog/a.md", "exports/b.md", "history/c.md", "reports/d.md")


def test_results_that_are_named_are_read(tmp_path: Path) -> None:
    """Who gives the folder of an export as the list means it."""
    make(tmp_path, *RESULTS)

    assert files_below(tmp_path / "exports/markdown").taken == ("papers.md",)


def test_what_is_left_out_is_said_in_one_line() -> None:
    """Five by name, the others by their number."""
    files = listing(["a.md", "node_modules/b.md", *(f"{n}/LICENSE.md" for n in range(6))])

    words = (
        "not read as lists: 0/LICENSE.md, 1/LICENSE.md, 2/LICENSE.md, 3/LICENSE.md, 4/LICENSE.md"
    )
    assert files.note() == f"{words} and 2 more"
    assert listing(["a.md"]).note() is None


def make(folder: Path, *names: str) -> None:
    """Write a file for each name."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x", encoding="utf-8")


def test_folder_is_searched_however_deep(tmp_path: Path) -> None:
    """In the order of the paths; what hidden folders hold is not looked at."""
    make(tmp_path, "b.md", "a/c/x.md", "a/x.md", ".git/x.md", "node_modules/m/readme.md", "z.py")

    files = files_below(tmp_path)

    assert files.taken == ("a/c/x.md", "a/x.md", "b.md")
    assert files.left_out == (".git/",)


def test_links_lead_neither_out_nor_in_circles(tmp_path: Path) -> None:
    """A repository of a stranger may link to any file of the machine that reads it."""
    make(tmp_path, "in/a.md", "out/secret.md")
    (tmp_path / "in/up").symlink_to(tmp_path / "in")
    (tmp_path / "in/other.md").symlink_to(tmp_path / "out/secret.md")
    (tmp_path / "in/same.md").symlink_to(tmp_path / "in/a.md")

    assert files_below(tmp_path / "in").taken == ("a.md", "same.md")


def test_folder_of_too_many_files_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody has given the home folder."""
    monkeypatch.setattr(list_files, "MOST", 3)
    make(tmp_path, "a.md", "b.md", "c.md", "d.md")

    with pytest.raises(ConfigurationError, match="more than 3 Markdown files"):
        files_below(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_closed_folder_is_said(tmp_path: Path) -> None:
    """One below costs only what it holds."""
    make(tmp_path, "a.md", "closed/b.md")
    (tmp_path / "closed").chmod(0)
    try:
        files = files_below(tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o700)

    assert files.taken == ("a.md",)
    assert files.left_out == ("closed/ (Permission denied)",)


@pytest.mark.parametrize(
    ("path", "pattern", "wanted"),
    [
        ("a.md", "*.md", True),
        ("d/a.md", "*.md", False),
        ("d/a.md", "**/*.md", True),
        ("a.md", "**/*.md", True),
        ("d/e/a.md", "d/**", True),
        ("d/e/a.md", "d/*/[ab].md", True),
        ("d/e/c.md", "d/*/[ab].md", False),
        (".d/a.md", "**/*.md", False),
        (".d/a.md", ".d/*.md", True),
        ("d/.a.md", "d/*.md", False),
        ("d/a.md", "d/?.md", True),
    ],
)
def test_pattern_is_read_as_glob_does(path: str, pattern: str, wanted: bool) -> None:
    """As on this machine."""
    assert fits(path.split("/"), pattern.split("/")) is wanted
