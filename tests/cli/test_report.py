"""The command `pipeline report`."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from pipeline.cli import report as report_cli
from pipeline.errors import ConfigurationError
from pipeline.formats.report import render_report
from pipeline.formats.report_json import parse_report_json, render_json
from pipeline.formats.run_json import ListRun
from tests.formats.telling import finding, full, link, told


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def invoke(*arguments: str) -> Result:
    """Run the command."""
    app = typer.Typer()
    app.command("report")(report_cli.report)
    return CliRunner().invoke(app, arguments)


def written(text: str, folder: str = "data") -> None:
    """Leave a report as a run does."""
    path = Path(folder) / "reports" / "report.json"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")


def test_markdown_is_what_a_run_writes() -> None:
    """Byte for byte, from the record alone."""
    written(render_json(full()))
    result = invoke()

    assert (result.exit_code, result.stdout) == (0, render_report(full()))


def test_every_other_form() -> None:
    """Each is what its readers take."""
    written(render_json(full()), "elsewhere")
    out = ("--out", "elsewhere", "--format")

    assert parse_report_json(invoke(*out, "json").stdout) == full()
    assert "<testsuites " in invoke(*out, "junit").stdout
    assert json.loads(invoke(*out, "sarif").stdout)["version"] == "2.1.0"
    assert invoke(*out, "github").stdout.startswith("::error ")
    assert invoke(*out, "nonsense").exit_code == 2


@pytest.mark.parametrize("form", ["github", "sarif", "junit"])
def test_files_are_named_from_the_root_of_the_repository(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GitHub finds them there, also where the program runs in a folder of the repository."""
    Path(".git").mkdir()
    Path("docs").mkdir()
    monkeypatch.chdir("docs")
    rule = finding("ignore-unused", "warning", "no link", "pipeline-ignore.toml", 3)
    lists = [ListRun(name="a", path="./papers.md", entries=1)]
    written(
        render_json(told((), [link("dead", "https://x.org", ("a", 4))], lists=lists, notes=[rule]))
    )
    shown = invoke("--format", form).stdout

    assert "docs/papers.md" in shown
    assert "docs/pipeline-ignore.toml" in shown
    assert "./papers.md" not in shown


@pytest.mark.parametrize(
    ("to", "page"),
    [
        ("octo/list@main", "https://github.com/octo/list/blob/main"),
        ("https://ghe.example/octo/list@abc", "https://ghe.example/octo/list/blob/abc"),
    ],
)
def test_places_are_links_where_asked(to: str, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the root of the repository, wherever the program runs; nothing else has changed."""
    Path(".git").mkdir()
    Path("docs").mkdir()
    monkeypatch.chdir("docs")
    lists = [ListRun(name="a", path="./papers.md", entries=1)]
    lists.append(ListRun(name="b", path="/usr/share/b.md", entries=1))
    links = [link("dead", "https://x.org", ("a", 4), ("b", 5))]
    written(render_json(told((), links, lists=lists)))

    shown = invoke("--link-to", to).stdout

    assert f"**[a:4](<{page}/docs/papers.md?plain=1#L4>)**, b:5\\\n" in shown
    assert shown.replace(f"[a:4](<{page}/docs/papers.md?plain=1#L4>)", "a:4") == invoke().stdout


def test_places_in_another_repository_are_no_links() -> None:
    """A work tree within this one is not what is linked to."""
    Path(".git").mkdir()
    Path("other/.git").mkdir(parents=True)
    lists = [ListRun(name="a", path="other/papers.md", entries=1)]
    written(render_json(told((), [link("dead", "https://x.org", ("a", 4))], lists=lists)))

    assert invoke("--link-to", "octo/list@main").stdout == invoke().stdout


@pytest.mark.parametrize(
    "words", [("octo/list",), ("@main",), ("octo/list@main", "--format", "json")]
)
def test_wrong_repository_is_one_sentence(words: tuple[str, ...]) -> None:
    """Of another form, or beside a form without links."""
    written(render_json(full()))
    error = invoke("--link-to", *words).exception

    assert isinstance(error, ConfigurationError)
    assert "--link-to" in str(error)


def test_markdown_is_as_short_as_asked() -> None:
    """For an issue, or a comment."""
    links = [link("dead", f"https://{n}.example/{'x' * 60}", ("a", n)) for n in range(500)]
    written(render_json(told((), links)))
    result = invoke("--limit", "10000")

    assert len(result.stdout_bytes) <= 10_000
    assert "## Dead (500)" in result.stdout


def test_the_sandbox_has_a_report_of_its_own() -> None:
    """Neither is taken for the other."""
    written(render_json(told(sandbox=True)), "data/sandbox")

    assert "> Sandbox run" in invoke("--sandbox").stdout
    assert isinstance(invoke().exception, ConfigurationError)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "no such file; `pipeline check` writes one"),
        ("{", "is damaged; `pipeline check` writes one"),
    ],
)
def test_without_a_report_there_is_one_sentence(text: str | None, sentence: str) -> None:
    """And exit code 2."""
    if text is not None:
        written(text)
    error = invoke().exception

    assert isinstance(error, ConfigurationError)
    assert error.exit_code == 2
    assert str(error) == f"data/reports/report.json: {sentence}"
