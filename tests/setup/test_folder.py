"""The repository of a folder, read from git's own files."""

import subprocess
from pathlib import Path

import pytest

from pipeline.setup.folder import github_repository, repository_of


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
