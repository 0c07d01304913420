"""The repository of a folder, read from git's own files."""

import subprocess
from pathlib import Path

import pytest

from pipeline.setup.folder import (
    github_repository,
    is_elsewhere,
    lists_below,
    named,
    repository_of,
)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/o/r", "o/r"),
        ("https://github.com/o/awesome-list.git", "o/awesome-list"),
        ("https://token@github.com/o/r.git/", "o/r"),
        ("git@github.com:o/r.git", "o/r"),
        ("ssh://git@github.com/o/r", "o/r"),
        ("https://gitlab.com/o/r.git", None),
        ("https://github.com.evil.example/o/r", None),
        ("https://evil.example/github.com/o/r", None),
        ("https://github.com/o/r/../../x", None),
        ("https://github.com/o/r$(touch x)", None),
        ("/srv/git/r.git", None),
        ("", None),
    ],
)
def test_address_of_the_remote(url: str, name: str | None) -> None:
    """GitHub's alone, in every form that git takes."""
    assert repository_of(f'[core]\n\tbare = false\n[remote "origin"]\n\turl = {url}\n') == name


def test_origin_comes_before_other_remotes() -> None:
    """A fork has the first repository as a further remote."""
    text = (
        '[remote "upstream"]\n\turl = https://github.com/them/r\n'
        '[remote "origin"]\n\turl = https://github.com/me/r\n'
    )

    assert repository_of(text) == "me/r"
    assert repository_of(text.replace("github.com/me", "example.org/me")) == "them/r"


@pytest.mark.parametrize("text", ["", "[", "no section = 1", '[remote "origin"]\n\turl\n', "\x00"])
def test_damaged_settings_name_nothing(text: str) -> None:
    """No repository is no crash."""
    assert repository_of(text) is None


def test_folder_work_tree_and_second_work_tree(tmp_path: Path) -> None:
    """Any folder below the root, and a work tree that `git worktree` has added."""
    root = tmp_path / "one"
    (root / "docs").mkdir(parents=True)

    def git(*words: str) -> None:
        command = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@b", *words]
        subprocess.run(command, check=True, capture_output=True)

    assert github_repository(root) is None
    git("init", "-q")
    git("remote", "add", "origin", "https://github.com/o/r.git")
    git("commit", "-qm", "a", "--allow-empty")
    git("worktree", "add", "-q", str(tmp_path / "two"))

    assert github_repository(root) == "o/r"
    assert github_repository(root / "docs") == "o/r"
    assert github_repository(tmp_path / "two") == "o/r"


def test_remotes_elsewhere(tmp_path: Path) -> None:
    """Only where there is one, and none on GitHub."""
    (tmp_path / ".git").mkdir()
    config = tmp_path / ".git" / "config"

    for text, elsewhere in (
        ("", False),
        ('[remote "origin"]\nurl = https://gitlab.com/o/r\n', True),
        ('[remote "a"]\nurl = x\n[remote "b"]\nurl = git@github.com:o/r\n', False),
    ):
        config.write_text(text)
        assert is_elsewhere(tmp_path) is elsewhere


# --- which files are lists --------------------------------------------------------------------

PAPERS = "# Papers\n\n" + "".join(
    f"- [A Title of the Paper Number {n}](https://arxiv.org/abs/2305.0044{n})\n" for n in range(4)
)
PAGE = "# Program\n\n" + "".join(
    f"- [A page of the manual, number {n}](https://example.org/{n})\n" for n in range(9)
)


def test_lists_are_found_and_other_pages_are_not(tmp_path: Path) -> None:
    """README first; what is no Markdown, hidden, of others, or no list is left out."""
    for name, text in {
        "README.md": PAPERS,
        "docs/Papers.MD": PAPERS,
        "docs/manual.md": PAGE,
        "docs/one-of-many.md": f"{PAGE}- [A Title of Some Paper](https://arxiv.org/abs/2305.00447)\n",
        "short.markdown": "- [A Title of Some Paper](https://arxiv.org/abs/2305.00447)\n",
        "CHANGELOG.md": PAPERS,
        "notes.txt": PAPERS,
        ".hidden.md": PAPERS,
        ".github/list.md": PAPERS,
        "node_modules/a/list.md": PAPERS,
        "empty.md": "",
        "data/catalog/catalog.jsonl": "{}",
        "data/exports/markdown/list.md": PAPERS,
        "binary.md": "\0\1\2\3" * 99,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path.parent / "outside.md").write_text(PAPERS)
    (tmp_path / "outside.md").symlink_to(tmp_path.parent / "outside.md")
    (tmp_path / "loop").symlink_to(tmp_path)

    assert [path.as_posix() for path in lists_below(tmp_path)] == [
        "README.md",
        "short.markdown",
        "docs/Papers.MD",
    ]


@pytest.mark.parametrize(
    ("path", "written"),
    [("a.md", "a.md"), ("github:a.md", "./github:a.md"), ("-x.md", "./-x.md"), ("a b[1]*.md",) * 2],
)
def test_paths_are_taken_for_files(
    path: str, written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where they look like an address, an option or a pattern."""
    monkeypatch.chdir(tmp_path)
    Path(path).write_text(PAPERS)

    assert list(named(lists_below(Path())).values()) == [written]
