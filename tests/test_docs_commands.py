"""What the docs show of commands is true, and runs."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from typer.testing import CliRunner, Result

from pipeline.cli.main import STAGES, app
from pipeline.cli.report import Form
from pipeline.codes import meanings
from pipeline.errors import ACTIONABLE, INCOMPLETE, INTERRUPTED, UNREAD
from pipeline.repair.fixes import KNOWN
from tests.pages import COMMANDS_PAGE, FILES_PAGE, FIX, PAGES, blocks, every_page, names, prose

FIRST_PAGES = ("README.md", "docs/getting-started.md")
ALL = "\n".join(PAGES.values())


def invoke(*arguments: str) -> Result:
    """Run a command as the README shows it: 100 columns, no colours."""
    return CliRunner().invoke(
        app, arguments, prog_name="pipeline", env={"COLUMNS": "100", "NO_COLOR": "1"}
    )


def leaves(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield every command that does something, by its words."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from leaves(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


COMMANDS = dict(leaves(typer.main.get_command(app)))


def options(command: str) -> set[str]:
    """Return the long options of a command."""
    written = [option for one in COMMANDS[command].params for option in one.opts]
    return {option for option in written if option.startswith("--")}


def shown_lines() -> Iterator[str]:
    """Yield what the pages show of commands: lines of consoles and workflows, and code in words."""
    for page in PAGES.values():
        for text in (*blocks(page, "console"), *blocks(page, "yaml")):
            yield from text.split("\n")
        yield from re.findall(r"`(pipeline [^`\n]+)`", prose(page))


def calls() -> Iterator[tuple[str, str]]:
    """Yield each command that is shown, with the words behind it."""
    for line in shown_lines():
        for part in re.split(r"\s\|\s|\s#\s", line):
            match = re.search(r"\bpipeline ([a-z]+(?: [a-z]+)?)(.*)", part)
            if match is None:
                continue
            first = match[1].partition(" ")[0]
            name = match[1] if match[1] in COMMANDS else first
            if name in COMMANDS:
                yield name, match[2]


def test_every_command_has_help() -> None:
    """The help of each stage begins with what it does."""
    for stage, words in STAGES.items():
        assert words.partition(".")[0] in " ".join(invoke("run", stage, "--help").output.split())


def test_commands_are_in_the_table() -> None:
    """Every command, and no other."""
    assert names("| command | what it does |", COMMANDS_PAGE) == COMMANDS.keys()


@pytest.mark.parametrize(
    "command",
    [name for name in COMMANDS if name.split()[0] in ("fix", "report", "publish", "lint")],
)
def test_every_option_is_named(command: str) -> None:
    """Whoever reads README and docs has heard of each."""
    for option in options(command) - {"--help"}:
        assert re.search(rf"{option}(?![\w-])", ALL), option


def test_options_that_are_shown_exist() -> None:
    """What stands behind a command is an option of that command."""
    found = list(calls())

    assert len(found) > 30
    for command, words in found:
        for option in re.findall(r"(?<!\S)--[a-z-]+", words):
            assert option in options(command), f"{command} {words}"


def test_commands_that_are_shown_exist() -> None:
    """A line of a console that starts the program names a command."""
    groups = {name.split()[0] for name in COMMANDS}
    for page in PAGES.values():
        for line in "".join(blocks(page, "console")).split("\n"):
            match = re.match(r"\$ (?:\S*/)?pipeline (\S+)", line)
            assert match is None or match[1] in groups, line


def typed(page: str) -> Iterator[list[str]]:
    """Yield the commands of a page's consoles, as words, without what a pipe or a file gets."""
    for text in blocks(PAGES[page], "console"):
        for line in re.findall(r"^\$ (?:paper-list-)?pipeline (.+)$", text, re.MULTILINE):
            yield shlex.split(re.split(r"\s[|>]\s", line)[0], comments=True)


ELSEWHERE = re.compile(r"github:|--changed-since|^(add|diff|publish|index|init|doctor)\b")
"""What needs a network, a repository, an index or other lists is run by its own tests."""


@every_page
def test_commands_of_the_page_run(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In their order, in a folder with a README; only the first pages have no run behind them."""
    monkeypatch.chdir(tmp_path)
    entry = "- [A Title of a Paper](https://arxiv.org/abs/2305.00447) [code](htp://x.example/a)\n"
    (tmp_path / "README.md").write_text(f"# List\n\n## Papers\n\n{entry}", encoding="utf-8")
    found = [words for words in typed(page) if not ELSEWHERE.search(" ".join(words))]
    if page not in FIRST_PAGES:
        found.insert(0, ["check", "README.md"])
    for words in found:
        takes = " ".join(words[:2]) if " ".join(words[:2]) in COMMANDS else words[0]
        sandbox = ["--sandbox"] if "--sandbox" in options(takes) - {*words} else []
        result = CliRunner().invoke(app, [*words, *sandbox])
        assert result.exit_code in (0, ACTIONABLE), f"{words} {result.output}"
    assert (tmp_path / "data/sandbox/reports/report.md").is_file()


def test_first_pages_show_commands() -> None:
    """And all docs together show many."""
    assert all(len(list(typed(page))) >= 3 for page in FIRST_PAGES)
    assert sum(len(list(typed(page))) for page in PAGES) > 20


@every_page
def test_commands_of_consoles_are_understood(page: str) -> None:
    """Every option is one, and takes as many words as it is given."""
    for words in typed(page):
        assert invoke(*words, "--help").exit_code == 0, words


def test_exit_codes_are_in_the_table() -> None:
    """Every code that a command can end with, and no other."""
    codes = {0, 1, 2, ACTIONABLE, INCOMPLETE, INTERRUPTED, UNREAD}

    assert names("| exit code | means | of |", COMMANDS_PAGE) == set(map(str, codes))


def test_report_forms_are_in_the_table() -> None:
    """Every word that `--format` takes."""
    assert names("| `--format` | what it is | what to know |", FILES_PAGE) == set(get_args(Form))


def test_repairs_are_in_the_table() -> None:
    """Every code that `--only` takes, and those that have a meaning are explained."""
    shown = names("| code | what becomes of the link | on what ground |", FIX)

    assert shown == set(KNOWN)
    assert all(map(meanings, shown))
