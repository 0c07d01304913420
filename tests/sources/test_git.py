"""Tests of `pipeline.sources.git`, with the git program on repositories made for the test."""

import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from pipeline.sources import git
from pipeline.sources.git import changed_lines

GIT = shutil.which("git") or ""
pytestmark = pytest.mark.skipif(not GIT, reason="needs git")

LINES = [f"line {number}, long enough to be known again\n" for number in range(1, 21)]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without settings."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture
def repository(tmp_path: Path, home: Path) -> Path:
    """A repository with one commit of `README.md`, on the branch `main`."""
    folder = tmp_path / "repository"
    folder.mkdir()
    run(folder, "init", "-q", "-b", "main")
    write(folder / "README.md", LINES)
    commit(folder)
    run(folder, "checkout", "-q", "-b", "work")
    return folder


def run(folder: Path, *arguments: str) -> str:
    """Run git for the test's own sake."""
    settings = ("-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        [GIT, *settings, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(folder: Path) -> None:
    """Commit all there is."""
    run(folder, "add", "-A")
    run(folder, "commit", "-q", "-m", "m")


def write(path: Path, lines: list[str]) -> None:
    """Write a list."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(lines), encoding="utf-8")


def with_line(number: int) -> list[str]:
    """Return the lines with another one put in, which becomes that number."""
    return [*LINES[: number - 1], "new\n", *LINES[number - 1 :]]


def test_committed_and_uncommitted_lines_count(repository: Path) -> None:
    """So it works before a commit too."""
    path = repository / "README.md"
    write(path, with_line(3))
    commit(repository)
    write(path, [*with_line(3), "last\n"])

    assert changed_lines([path], "main") == {path: frozenset({3, 22})}


def test_untouched_file_has_no_lines(repository: Path) -> None:
    """It is known and has not changed."""
    path = repository / "README.md"

    assert changed_lines([path], "main") == {path: frozenset()}


def test_lines_that_the_other_branch_added_do_not_count(repository: Path) -> None:
    """Compared is the merge base."""
    path = repository / "README.md"
    write(path, with_line(3))
    commit(repository)
    run(repository, "checkout", "-q", "main")
    write(path, LINES[:10])
    commit(repository)
    run(repository, "checkout", "-q", "work")

    assert changed_lines([path], "main") == {path: frozenset({3})}


@pytest.mark.parametrize("known", [True, False])
def test_new_file_comes_whole(repository: Path, known: bool) -> None:
    """Whether git knows it already or not."""
    path = repository / "new.md"
    write(path, ["a\n"])
    if known:
        commit(repository)

    assert changed_lines([path], "main") == {path: None}


def test_renamed_file_comes_with_its_changes(repository: Path) -> None:
    """The lines that moved with it are not new."""
    path = repository / "lists" / "papers.md"
    path.parent.mkdir()
    run(repository, "mv", "README.md", "lists/papers.md")
    write(path, with_line(5))
    commit(repository)

    assert changed_lines([path], "main") == {path: frozenset({5})}


@pytest.mark.parametrize(
    "name", ["a list.md", "ä→.md", 'quo"te\\.md', "tab\t.md", "new\nline.md", "-x.md", ":(top)*.md"]
)
def test_odd_names(repository: Path, name: str) -> None:
    """Quoted by git or not, and never taken for an option or a pattern."""
    path = repository / name
    write(path, LINES)
    write(repository / "other.md", LINES)
    commit(repository)
    run(repository, "branch", "base")
    write(path, with_line(7))
    write(repository / "other.md", with_line(2))

    assert changed_lines([path], "base") == {path: frozenset({7})}


def test_relative_path_in_a_folder(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The result has the path as it was given."""
    write(repository / "lists" / "a.md", LINES)
    commit(repository)
    run(repository, "branch", "base")
    write(repository / "lists" / "a.md", with_line(4))
    monkeypatch.chdir(repository / "lists")

    assert changed_lines([Path("a.md")], "base") == {Path("a.md"): frozenset({4})}


def test_other_encodings_are_compared_by_lines(repository: Path) -> None:
    """UTF-16 is binary to git, and so is what `.gitattributes` calls so."""
    path = repository / "utf16.md"
    path.write_bytes("".join(LINES).encode("utf-16"))
    write(repository / ".gitattributes", ["*.md binary\n"])
    commit(repository)
    run(repository, "branch", "base")
    path.write_bytes("".join(with_line(3)).encode("utf-16"))
    write(repository / "README.md", with_line(6))

    found = changed_lines([path, repository / "README.md"], "base")

    assert found == {path: frozenset({3}), repository / "README.md": frozenset({6})}


@pytest.mark.parametrize(
    "setting",
    [
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.interHunkContext", "30"),
        ("diff.context", "9"),
        ("diff.renames", "false"),
        ("color.ui", "always"),
        ("diff.relative", "true"),
    ],
)
def test_settings_of_the_repository_change_nothing(
    repository: Path, setting: tuple[str, str]
) -> None:
    """What is read is asked for in every word."""
    run(repository, "config", *setting)
    path = repository / "b.md"
    run(repository, "mv", "README.md", "b.md")
    write(path, [*with_line(3), "last\n"])

    assert changed_lines([path], "main") == {path: frozenset({3, 22})}


@pytest.mark.parametrize(
    "setting",
    ["core.fsmonitor", "diff.external", "diff.evil.command", "diff.evil.textconv"],
)
def test_repository_runs_no_program(repository: Path, tmp_path: Path, setting: str) -> None:
    """External diffs, textconv and the file system monitor are off."""
    program = tmp_path / "evil.sh"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path / 'ran'}\ncat\n", encoding="utf-8")
    program.chmod(0o755)
    write(repository / ".gitattributes", ["*.md diff=evil\n"])
    commit(repository)
    path = repository / "README.md"
    write(path, with_line(3))
    run(repository, "config", setting, str(program))

    assert changed_lines([path], "main") == {path: frozenset({3})}
    assert not (tmp_path / "ran").exists()


def test_environment_of_a_hook_is_left_behind(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hook gets these from git, and they would win."""
    path = repository / "README.md"
    write(path, with_line(3))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "no-index"))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "false")

    assert changed_lines([path], "main") == {path: frozenset({3})}


@pytest.mark.parametrize(
    "ref",
    [
        "",
        " ",
        "-",
        "--output=x",
        "--upload-pack=touch x",
        "main..work",
        "main...work",
        "^main",
        ":/m",
        "HEAD:README.md",
        "HEAD^{/m}",
        "main work",
        "main\nwork",
        "main\x00",
        "main\x1b[31m",
        "x" * 300,
    ],
)
def test_hostile_refs_are_refused(repository: Path, ref: str) -> None:
    """Nothing but one name of one commit; git is not asked."""
    with pytest.raises(
        ConfigurationError, match="is not the name of a branch, tag or commit"
    ) as caught:
        changed_lines([repository / "README.md"], ref)

    assert str(caught.value).isprintable()
    assert sorted(path.name for path in repository.iterdir()) == [".git", "README.md"]


@pytest.mark.parametrize("ref", ["main", "HEAD", "HEAD~0", "main^{commit}", "refs/heads/main"])
def test_names_of_commits(repository: Path, ref: str) -> None:
    """As git knows them."""
    path = repository / "README.md"
    write(path, with_line(3))

    assert changed_lines([path], ref) == {path: frozenset({3})}


def test_unknown_ref_is_named(repository: Path) -> None:
    """With what may help."""
    with pytest.raises(ConfigurationError, match="git knows no 'nowhere'; fetch it first"):
        changed_lines([repository / "README.md"], "nowhere")


def test_head_of_a_remote_that_was_never_cloned(repository: Path) -> None:
    """`git fetch` does not write it, so the advice is another."""
    with pytest.raises(ConfigurationError, match="git remote set-head origin --auto makes it"):
        changed_lines([repository / "README.md"], "origin/HEAD")


def test_shallow_clone_without_the_base(repository: Path, tmp_path: Path) -> None:
    """As actions/checkout leaves it."""
    write(repository / "README.md", with_line(3))
    commit(repository)
    clone = tmp_path / "clone"
    run(tmp_path, "clone", "-q", "--depth=1", f"file://{repository}", str(clone))

    with pytest.raises(ConfigurationError, match="fetch-depth: 0"):
        changed_lines([clone / "README.md"], "origin/main")


def test_shallow_clone_with_both_ends_only(repository: Path, tmp_path: Path) -> None:
    """Both commits are there, and what they have in common is not."""
    write(repository / "README.md", with_line(3))
    commit(repository)
    clone = tmp_path / "clone"
    url = f"file://{repository}"
    run(tmp_path, "clone", "-q", "--depth=1", "--no-single-branch", url, str(clone))

    with pytest.raises(ConfigurationError, match=r"no commit in common; .*fetch-depth: 0"):
        changed_lines([clone / "README.md"], "origin/main")


def test_clone_without_blobs(repository: Path, tmp_path: Path) -> None:
    """Git fetches the old text that it needs; `filter: blob:none` of actions/checkout."""
    run(repository, "config", "uploadpack.allowFilter", "true")
    write(repository / "README.md", with_line(3))
    commit(repository)
    clone = tmp_path / "clone"
    run(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{repository}", str(clone))
    path = clone / "README.md"

    assert changed_lines([path], "origin/main") == {path: frozenset({3})}


def test_file_outside_a_repository(tmp_path: Path, home: Path) -> None:
    """Nothing tells what has changed."""
    write(tmp_path / "README.md", LINES)

    with pytest.raises(ConfigurationError, match="is not in a git repository"):
        changed_lines([tmp_path / "README.md"], "main")


def test_repository_without_a_commit(tmp_path: Path, home: Path) -> None:
    """There is no branch yet."""
    run(tmp_path, "init", "-q", "-b", "main")
    write(tmp_path / "README.md", LINES)

    with pytest.raises(ConfigurationError, match="git knows no 'main'"):
        changed_lines([tmp_path / "README.md"], "main")


def test_without_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program may be missing, as in small images."""
    monkeypatch.setenv("PATH", str(repository))

    with pytest.raises(ConfigurationError, match="needs the git program"):
        changed_lines([repository / "README.md"], "main")


def test_git_that_hangs_is_given_up(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run does not wait for ever."""
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    monkeypatch.setattr(git, "SECONDS", 0.05)

    with pytest.raises(ConfigurationError, match="took longer"):
        changed_lines([repository / "README.md"], "main")
