"""`pipeline missing`, through the sandbox."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli.main import app
from pipeline.formats.files import REPORT, REPORT_JSON


@pytest.fixture
def results(tmp_path: Path) -> list[str]:
    """Return the flags of a folder that has the results of a run."""
    flags = ["--sandbox", "--out", str(tmp_path / "out"), "--cache-dir", str(tmp_path / "cache")]
    ran = CliRunner().invoke(app, ["run", "enrich", *flags, "--quiet"])
    assert ran.exit_code == 0, ran.output
    return flags


def test_command_suggests_with_evidence_and_the_same_every_time(results: list[str]) -> None:
    """Ranked, limited by list, and from the cache alone the second time."""
    once = CliRunner().invoke(app, ["missing", *results, "--format", "json", "--limit", "2"])
    again = CliRunner().invoke(
        app, ["missing", *results, "--format", "json", "--limit", "2", "--offline"]
    )

    assert once.exit_code == 0, once.output
    found = json.loads(once.stdout)["missing"]
    assert [(one["list"], one["key"]) for one in found] == [
        ("llm4rec-paper", "arxiv:2001.99901"),
        ("llm4rec-paper", "arxiv:2101.99902"),
        ("awesome-llm4rs-papers", "arxiv:2001.99901"),
        ("awesome-llm4rs-papers", "arxiv:2101.99902"),
    ]
    lines = [place["line"] for place in found[0]["cited_by"]]
    assert lines == sorted(lines)
    assert len(lines) > 100
    assert again.stdout == once.stdout


def test_what_is_suggested_in_the_sandbox_can_be_added_there(results: list[str]) -> None:
    """The command that the suggestion names is one that works."""
    asked = CliRunner().invoke(app, ["missing", *results, "--format", "json"])
    found = json.loads(asked.stdout)["missing"]
    titles = {(one["key"], one["title"]) for one in found}
    assert len(titles) == 5

    for key, title in titles:
        added = CliRunner().invoke(app, ["add", *results, key, "--list", "awesome-llm4rs-papers"])
        assert added.exit_code == 0, added.output
        assert f"+ {title}" in added.stdout


def test_command_asks_for_less_evidence_where_that_is_wished(results: list[str]) -> None:
    """Two papers, or one other list."""
    chosen = ["--list", "awesome-llm4rs-papers", "--lists", "1", "--limit", "1000"]
    ran = CliRunner().invoke(app, ["missing", *results, *chosen])

    assert ran.exit_code == 0, ran.output
    assert re.search(r"in 1 other list \([\w/]*llm4rec-paper\.md:\d", ran.stdout)
    assert not any(line.strip() == "llm4rec-paper" for line in ran.stdout.split("\n"))


def test_unknown_list_is_a_mistake_of_the_person(results: list[str]) -> None:
    """The lists that there are, are named."""
    ran = CliRunner().invoke(app, ["missing", *results, "--list", "other"])

    assert ran.exit_code != 0
    assert "awesome-llm4rs-papers" in str(ran.exception)


def test_run_tells_what_is_missing_where_that_is_switched_on(tmp_path: Path) -> None:
    """A section of the report, its records in `report.json`, and a request for a hundred papers."""
    config = tmp_path / "pipeline.toml"
    config.write_text("missing = true\n", encoding="utf-8")
    out = tmp_path / "out"
    flags = ["--sandbox", "--out", str(out), "--cache-dir", str(tmp_path / "cache")]
    ran = CliRunner().invoke(app, ["run", "enrich", *flags, "--quiet", "--config", str(config)])

    assert ran.exit_code == 0, ran.output
    assert "<summary>Perhaps missing (10)</summary>" in (out / REPORT).read_text("utf-8")
    report = json.loads((out / REPORT_JSON).read_text("utf-8"))
    assert len(report["missing"]) == 10
    assert json.loads((out / "run.json").read_text("utf-8"))["requests"]["openalex"] == 4
