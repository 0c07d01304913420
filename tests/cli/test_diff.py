"""The command `pipeline diff`: files, folders, git revisions, and what is none of them."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli.main import app
from pipeline.errors import PipelineError
from pipeline.formats import jsonl
from tests.formats.exports.works_by_hand import LINKS, PAPERS
from tests.sources.test_git import commit, run

needs_git = pytest.mark.skipif(not shutil.which("git"), reason="needs git")


def results(folder: Path, papers: int = len(PAPERS), verdict: str | None = None) -> Path:
    """Write the first papers of the catalog, and the links, with another verdict if need be."""
    links = [replace(one, verdict=verdict) for one in LINKS] if verdict else LINKS  # type: ignore[arg-type]
    for name, records in (
        ("catalog/catalog.jsonl", PAPERS[:papers]),
        ("reports/links.jsonl", links),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(jsonl.render(records), encoding="utf-8")
    return folder


def invoke(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["diff", *arguments])


def refusal(*arguments: str) -> str:
    """Return the sentence of what is refused with exit code 2."""
    error = invoke(*arguments).exception
    assert isinstance(error, PipelineError)
    assert error.exit_code == 2
    assert "\n" not in str(error)
    return str(error)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder, and a home without settings."""
    (tmp_path / "home").mkdir()
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def test_two_folders() -> None:
    """Papers and links of both."""
    results(Path("old"), papers=2, verdict="alive")
    results(Path("new"), verdict="dead")

    result = invoke("old", "new")

    assert result.exit_code == 0
    kinds = [line.partition("\t")[0] for line in result.stdout.splitlines()]
    assert kinds == ["added"] * (len(PAPERS) - 2) + ["link-dead"] * len(LINKS)
    assert "2 papers added" in result.stderr
    assert invoke("new", "new").stdout == ""


def test_two_catalogs() -> None:
    """A file has no links; in every form."""
    results(Path("old"), papers=1)
    results(Path("new"), papers=2)
    files = ("old/catalog/catalog.jsonl", "new/catalog/catalog.jsonl")

    changes = json.loads(invoke(*files, "--format", "json").stdout)["changes"]

    assert [one["kind"] for one in changes] == ["added"]
    assert "### Paper added (1)" in invoke(*files, "--format", "markdown").stdout
    result = invoke(files[0], "new")
    assert "links are not compared: old/catalog/catalog.jsonl has none" in result.stderr


@needs_git
def test_revisions_of_the_results(tmp_path: Path) -> None:
    """The committed results and the folder, a revision and the folder, two revisions."""
    run(Path(), "init", "-q", "-b", "main")
    for number in (1, 2):
        results(Path("data"), papers=number)
        commit(Path())
    results(Path("data"), papers=4)

    def added(*arguments: str) -> int:
        result = invoke(*arguments)
        assert result.exit_code == 0, result.exception
        return result.stdout.count("added\t")

    assert added() == 2
    assert added("HEAD~1") == 3
    assert added("HEAD~1", "main") == 1
    assert added("HEAD~1", "data") == 3
    assert added("data") == 2
    assert added("data/catalog/catalog.jsonl") == 2


@needs_git
def test_no_name_is_an_option_or_a_path(tmp_path: Path) -> None:
    """A revision is one commit; the repository runs nothing."""
    run(Path(), "init", "-q", "-b", "main")
    results(Path("data"))
    commit(Path())
    trap = tmp_path / "trap"
    Path(".gitattributes").write_text("*.jsonl diff=evil\n", encoding="utf-8")
    for name in ("diff.evil.textconv", "diff.external", "core.fsmonitor"):
        run(Path(), "config", name, f"touch {trap}; false")
    commit_hooks = Path(".git/hooks/post-checkout")
    commit_hooks.parent.mkdir(exist_ok=True)

    for ref in ("HEAD:data", "main..HEAD", ":/x", "HEAD^{/x}", "a b", "x" * 300, "\x1b[31m"):
        assert "is no branch, tag or commit" in refusal(ref, "data")
    assert invoke("--", f"--output={trap}", "data").exit_code != 0
    assert invoke().exit_code == 0
    assert not trap.exists()


@needs_git
def test_what_git_does_not_have(tmp_path: Path) -> None:
    """One sentence."""
    results(Path("data"))
    assert refusal() == "diff: data is not in a git repository"
    run(Path(), "init", "-q", "-b", "main")
    assert refusal() == "diff: git knows no 'HEAD'"
    Path("README.md").write_text("x", encoding="utf-8")
    run(Path(), "add", "README.md")
    run(Path(), "commit", "-q", "-m", "m")
    assert refusal() == "diff: HEAD has no data/catalog/catalog.jsonl"
    assert refusal("nosuch") == (
        "nosuch: no such file or folder, nor a git revision of data (diff: git knows no 'nosuch')"
    )


def test_name_of_nothing_where_there_is_no_repository() -> None:
    """The sentence names what was meant, and not only what it was not."""
    for _ in range(2):
        assert refusal("old.jsonl", "data").startswith("old.jsonl: no such file or folder, nor a")
        results(Path("data"))


def test_what_is_no_result() -> None:
    """A folder without a catalog, a file of something else, one that is damaged in part."""
    Path("empty").mkdir()
    Path("prose.md").write_text("# A list\n", encoding="utf-8")
    Path("bytes").write_bytes(b"\xff\xfe\x00\n")
    good = results(Path("data")) / "catalog/catalog.jsonl"

    assert refusal("empty", "data").startswith("empty: no catalog exists there")
    assert refusal("prose.md", "data").startswith("prose.md: is no catalog (line 1: Invalid JSON")
    assert refusal("bytes", "data").startswith("bytes: is no catalog (line 1: ")
    good.write_text(good.read_text("utf-8") + "<<<<<<< HEAD\n", encoding="utf-8")
    assert "1 damaged line is left out (the first is line 5" in invoke("data", "data").stderr
