"""`pipeline init`: shown, asked for, written; nothing of the person's is lost."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli.main import app
from pipeline.settings.loading import load
from tests.setup.test_folder import PAPERS

ROOT = Path(__file__).parents[2]
FILES = (
    "pipeline.toml",
    ".gitattributes",
    ".github/workflows/papers.yml",
    ".github/ISSUE_TEMPLATE/new-paper.yml",
)


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder with a list."""
    monkeypatch.chdir(tmp_path)
    Path("README.md").write_text(PAPERS)


def init(*words: str) -> Result:
    """Run the command without a terminal, which writes with `--yes`."""
    return CliRunner().invoke(app, ["init", "--yes", *words], prog_name="pipeline")


def written() -> set[str]:
    """Return the files of the folder but for the list."""
    return {path.as_posix() for path in Path().rglob("*") if path.is_file()} - {"README.md"}


def test_every_file_is_shown_and_written(tmp_path: Path) -> None:
    """Without a terminal nobody is asked; a run then needs no argument."""
    done = init()

    assert done.exit_code == 0, done.output
    assert written() == set(FILES)
    assert all(f"  {name}: " in done.stderr for name in FILES)
    assert load({}).lists == {tmp_path.name: ("README.md",)}
    assert CliRunner().invoke(app, ["run", "parse"]).stdout.count("\n") == 4


def test_without_a_terminal_nothing_is_written_unasked() -> None:
    """A job that runs it by mistake; it shows what it would write."""
    done = CliRunner().invoke(app, ["init"], prog_name="pipeline")

    assert "--yes" in str(done.exception)
    assert "  pipeline.toml: " in done.stderr
    assert written() == set()


def test_what_to_replace_in_the_workflow_is_said() -> None:
    """As long as the program's own repository has no owner; other files have nothing of it."""
    said = "next: in .github/workflows/papers.yml, put the owner of this program's repository"

    assert said in init().stderr
    assert Path(".github/workflows/papers.yml").read_text().count("OWNER/") == 1


def test_dry_run_prints_and_writes_nothing() -> None:
    """The whole text of each file."""
    done = init("--dry-run")

    assert done.exit_code == 0
    assert written() == set()
    assert all(f"# --- {name}\n" in done.stdout for name in FILES)


@pytest.mark.parametrize("name", FILES)
def test_what_is_there_stays(name: str) -> None:
    """A file, an empty one, a link that leads nowhere: without --force nothing is replaced."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    if name == FILES[0]:
        path.symlink_to("nowhere.toml")
    else:
        path.write_text("mine")
    done = init()

    assert done.exit_code == 0, done.output
    assert f"{name}: is there and stays as it is" in done.stderr
    assert path.is_symlink() or path.read_text() == "mine"
    assert written() | {name} == set(FILES)


def test_second_time_there_is_nothing_to_write() -> None:
    """It says so, and how to replace the files."""
    init()
    before = {name: Path(name).read_bytes() for name in FILES}
    done = init("--yes")

    assert done.exit_code == 0
    assert "--force replaces them" in done.stderr
    assert {name: Path(name).read_bytes() for name in FILES} == before


def test_force_replaces_but_adds_to_gitattributes() -> None:
    """What git is told of other files is not ours."""
    for name in FILES:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("*.png binary\n")
    assert init("--force").exit_code == 0
    texts = {name: Path(name).read_text() for name in FILES}

    assert texts.pop(".gitattributes").startswith("*.png binary\ndata/history/")
    assert not any("binary" in text for text in texts.values())


def test_link_out_of_the_folder_is_not_followed(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A stranger's folder may have one in the place of `.github`."""
    outside = tmp_path_factory.mktemp("outside")
    Path(".github").symlink_to(outside)
    done = init("--force")

    assert isinstance(done.exception, Exception)
    assert "leads out of" in str(done.exception)
    assert list(outside.iterdir()) == []
    assert written() == set()


def test_empty_folder_says_what_to_type() -> None:
    """Nothing is written where there is no list."""
    Path("README.md").unlink()
    done = init()

    assert "`pipeline init papers.md`" in str(done.exception)
    assert written() == set()


def test_lists_can_be_named() -> None:
    """Files, and what is somewhere else."""
    Path("b.md").write_text("# nothing\n")
    assert init("b.md", "github:owner/repo").exit_code == 0

    assert load({}).lists == {"b": ("b.md",), "owner/repo": ("github:owner/repo",)}


@pytest.mark.parametrize(
    ("answer", "code", "files"),
    [("\n", 0, set(FILES)), ("y\n", 0, set(FILES)), ("n\n", 1, set()), ("\x04", 130, set())],
)
def test_a_person_is_asked(answer: str, code: int, files: set[str]) -> None:
    """On a terminal, with yes as the default."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "pipeline", "init"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        os.write(ours, answer.encode())
        assert process.wait(60) == code
    os.close(theirs)
    os.close(ours)

    assert written() == files


def test_repository_and_its_host_are_said() -> None:
    """GitHub's becomes the contact; elsewhere there is no workflow."""
    Path(".git").mkdir()
    config = Path(".git/config")
    config.write_text('[remote "origin"]\nurl = git@github.com:owner/name.git\n')
    assert 'contact = "https://github.com/owner/name"' in init("--dry-run").stdout

    config.write_text('[remote "origin"]\nurl = https://gitlab.com/owner/name.git\n')
    done = init("--dry-run")
    assert "not on GitHub" in done.stderr
    assert "workflows" not in done.stdout
