"""The command that adds a work, end to end against the sandbox."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from pipeline.cli import main as cli
from pipeline.cli.add import add
from pipeline.errors import ConfigurationError, PipelineError
from pipeline.sandbox import sandbox_lists

Run = Callable[..., Result]
GIT = shutil.which("git") or ""
NEW = "2010.04125"
"""In one list of the sandbox, not in the other."""
TITLE = "Towards Topic-Guided Conversational Recommender System"


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder with copies of the sandbox's lists, and none of the machine's settings."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "GITHUB_TOKEN",
        "GH_TOKEN",
        "CI",
        "GITHUB_ACTIONS",
        *(n for n in os.environ if n[:9] == "PIPELINE_"),
    ):
        monkeypatch.delenv(name, raising=False)
    for path in sandbox_lists():
        Path(path.name).write_bytes(path.read_bytes())


@pytest.fixture
def run() -> Run:
    """Run the command in the sandbox; what it raises is raised."""
    app = typer.Typer()
    app.command("add")(add)
    app.command("other")(lambda: None)

    def call(*arguments: str) -> Result:
        arguments = ("add", "--sandbox", *arguments)
        return CliRunner().invoke(app, arguments, catch_exceptions=False)

    return call


SECTION = "Paper List"
AWESOME, LLM4REC = "awesome-llm4rs-papers.md", "llm4rec-paper.md"


@pytest.mark.parametrize("typed", [NEW, f"https://arxiv.org/pdf/{NEW}v1", TITLE, TITLE.lower()])
def test_work_is_added_however_it_is_named(run: Run, typed: str) -> None:
    """By id, address or title: the same patch."""
    result = run(typed, "--list", AWESOME, "--section", SECTION)
    added = [
        line[1:] for line in result.stdout.splitlines() if line.startswith("++ ") and TITLE in line
    ]
    assert len(added) == 1
    assert added[0].startswith(f"+ {TITLE}, ")
    assert f"[[paper]](https://arxiv.org/abs/{NEW})" in added[0]


def test_patch_applies_and_write_writes_the_same(run: Run) -> None:
    """Without --write nothing is changed; afterwards the work is refused with its line."""
    before = Path(AWESOME).read_bytes()
    shown = run(NEW, "--list", AWESOME)
    assert Path(AWESOME).read_bytes() == before
    assert "section " in shown.stderr
    written = run(NEW, "--list", AWESOME, "--write")
    assert written.stdout == ""
    after = Path(AWESOME).read_bytes()
    assert len(after) > len(before)
    with pytest.raises(PipelineError, match=rf"{AWESOME}:\d+: the list has it already"):
        run(NEW, "--list", AWESOME)
    if GIT:
        Path(AWESOME).write_bytes(before)
        subprocess.run([GIT, "apply", "-"], input=shown.stdout_bytes, check=True)
        assert Path(AWESOME).read_bytes() == after


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("2305.00447", "--list", LLM4REC), f"{LLM4REC}:187: an entry has the same title"),
        (("2399.99999", "--list", LLM4REC), "neither an identifier of a known form nor a title"),
        ((NEW, "--list", AWESOME, "--section", "Nowhere"), "no section with entries is called"),
        ((NEW, "--list", "nowhere.md"), "nowhere.md: no such file; there are "),
        ((NEW,), "say which list with --list; there are "),
        (("https://example.org/x", "--list", AWESOME), "names no work"),
        (("https://github.com/nobody/nothing", "--list", AWESOME), "no paper is known whose code"),
        (("A Title that Nobody Has Ever Given", "--list", AWESOME), ": no work is found: no title"),
    ],
)
def test_refusals_say_why(run: Run, arguments: tuple[str, ...], words: str) -> None:
    """What the list has, what nobody knows, sections and lists that are none."""
    before = Path(AWESOME).read_bytes()
    with pytest.raises(PipelineError, match=words):
        run(*arguments, "--write")
    assert Path(AWESOME).read_bytes() == before


@pytest.mark.parametrize("given", [AWESOME, AWESOME.removesuffix(".md")])
def test_list_is_named_as_results_name_it(run: Run, given: str) -> None:
    """By its name, or by its file as terminals show it, from another folder too."""
    Path(AWESOME).unlink()
    result = run(NEW, "--list", given)
    assert f"+ {TITLE}" in result.stdout
    assert result.stderr.startswith(f"{AWESOME}:")


def test_unclear_section_lists_all(capsys: pytest.CaptureFixture[str]) -> None:
    """The sections stand above the sentence."""
    with pytest.raises(PipelineError, match="--section names one of these"):
        add("2405.17998", AWESOME, sandbox=True)
    assert capsys.readouterr().err.count("\n") > 3


def test_own_lists_of_the_sandbox_are_not_written(run: Run) -> None:
    """They belong to the package."""
    own = next(path for path in sandbox_lists() if path.name == AWESOME)
    before = own.read_bytes()
    Path(AWESOME).unlink()
    for given in (str(own), AWESOME, AWESOME.removesuffix(".md")):
        with pytest.raises(ConfigurationError, match="sandbox's own lists"):
            run(NEW, "--list", given, "--write")
    assert own.read_bytes() == before


def test_catalog_needs_no_network(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the last run has found is added off line, by the address of its code too."""
    monkeypatch.setattr(sys, "argv", ["pipeline", "check", "--sandbox", "--quiet", LLM4REC])
    with pytest.raises(SystemExit):
        cli.main()
    result = run(NEW, "--list", AWESOME, "--offline")
    assert f"+ {TITLE}" in result.stdout
