"""The README says what is true."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline import __version__
from pipeline.cli import STAGES, app
from pipeline.reasons import REASONS
from pipeline.sandbox.scenarios import SCENARIOS
from pipeline.settings import HIDDEN, Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def invoke(*arguments: str) -> Result:
    """Run a command as the README shows it: 100 columns, no colours."""
    return CliRunner().invoke(
        app, arguments, prog_name="pipeline", env={"COLUMNS": "100", "NO_COLOR": "1"}
    )


def rows(heading: str) -> dict[str, list[str]]:
    """Return the cells of the first table below a heading, by the first cell."""
    _, _, below = README.partition(f"\n{heading}\n")
    table: dict[str, list[str]] = {}
    for line in below.split("\n"):
        if line.startswith("|"):
            first, *rest = [cell.strip() for cell in line.strip("|").split(" | ")]
            table[first.strip("`| ")] = rest
        elif table and not line.strip():
            break
    return table


def default(name: str) -> str:
    """Return a default as the README writes it."""
    value = Settings.model_fields[name].default
    if hasattr(value, "total_seconds"):
        seconds = value.total_seconds()
        for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
            if seconds >= size and seconds % size == 0 and not (unit == "d" and seconds < size):
                return f"`{seconds / size:g}{unit}`"
        return f"`{seconds:g}s`"
    if value in ("", (), {}, None):
        return "none"
    return f"`{value}`"


def test_help_of_enrich_is_in_the_readme() -> None:
    """The block between the markers is what the command prints."""
    shown = re.search(
        r"<!-- help: pipeline run enrich --help -->\n```\n(.*?)```\n", README, re.DOTALL
    )

    assert shown is not None
    assert shown[1] == invoke("run", "enrich", "--help").output


@pytest.mark.parametrize("name", sorted(set(Settings.model_fields) - HIDDEN))
def test_every_setting_is_in_the_table(name: str) -> None:
    """Name, default and meaning stand in one row."""
    field = Settings.model_fields[name]

    assert rows("## Settings").get(name) == [default(name), f"{field.description} |".rstrip(" |")]


def test_exit_codes_are_in_the_table() -> None:
    """Every code that a run can end with."""
    assert {"0", "1", "2", "3", "4", "130"} <= set(rows("| exit code | means |"))


def test_scenarios_are_in_the_table() -> None:
    """Every scenario that `--scenario` takes."""
    assert set(SCENARIOS) <= set(rows("## The sandbox"))


def test_dependencies_have_their_reasons() -> None:
    """Every package of pyproject.toml stands in the table, and no other."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"\ndependencies = \[\n(.*?)\n\]", text, re.DOTALL)
    assert block is not None
    names = set(re.findall(r'"([A-Za-z0-9_-]+)', block[1]))

    assert set(rows("## Dependencies")) - {"package", "---|---"} == names


def test_every_command_has_help() -> None:
    """The help of each stage begins with what it does."""
    for stage, words in STAGES.items():
        assert words.partition(".")[0] in " ".join(invoke("run", stage, "--help").output.split())


def test_every_reason_is_one_sentence() -> None:
    """The closed vocabulary reads well in a report."""
    for code, sentence in REASONS.items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)
        assert sentence.endswith(".")
        assert "\n" not in sentence


def test_changelog_knows_this_version() -> None:
    """A release without an entry is no release."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert f"## [{__version__}]" in changelog or "## [Unreleased]" in changelog
