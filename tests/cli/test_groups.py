"""Help that is read in 80 columns, and the way from a wrong word to the right command."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from pipeline.cli.groups import ORDER, Commands, first_sentence, is_like_a_list, wrong_word
from pipeline.cli.main import app

ROOT: Any = typer.main.get_command(app)


def leaves(group: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every command below a group with its words."""
    for name, command in group.commands.items():
        words = f"{path} {name}".strip()
        yield words, command
        if hasattr(command, "commands"):
            yield from leaves(command, words)


COMMANDS = dict(leaves(ROOT))


def shown(*arguments: str, columns: int = 80) -> str:
    """Return what a command prints."""
    done = CliRunner().invoke(
        app, arguments, prog_name="pipeline", env={"COLUMNS": str(columns), "NO_COLOR": "1"}
    )
    return done.output


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("group", ["", "run", "cache", "index", "publish"])
def test_no_sentence_is_cut(group: str, columns: int) -> None:
    """Every command of a group has a whole sentence, at any width of the terminal."""
    text = shown(*group.split(), "--help", columns=columns)
    words = " ".join(text.split())

    assert "..." not in re.sub(r"\[ARGS\]\.\.\.", "", text)
    for name, command in COMMANDS.items():
        if name.rpartition(" ")[0] == group:
            assert first_sentence(command.help) in words


def test_commands_come_in_the_order_of_need() -> None:
    """What a newcomer wants first stands first, and nothing is missing from the order."""
    text = shown("--help")
    named = re.findall(r"^  ([a-z]+)  ", text.partition("Commands:")[2], re.MULTILINE)

    assert set(ORDER) >= set(named) == set(ROOT.commands)
    assert named == [name for name in ORDER if name in named]
    assert named[:2] == ["check", "fix"]
    assert "Documentation: https://" in text


@pytest.mark.parametrize(
    "name", ["", *(name for name, one in COMMANDS.items() if not hasattr(one, "commands"))]
)
def test_examples_are_commands(name: str) -> None:
    """Every command has one, and each line is taken by the program: words and options exist."""
    text = (COMMANDS[name] if name else ROOT).epilog or ""
    lines = re.findall(r"^  (pipeline .*?)(?:  .*)?$", text, re.MULTILINE)

    assert lines
    for line in lines:
        _, *words = re.split(r" [|>] ", line)[0].split()
        length = 2 if words[0] in ("run", "cache", "index", "publish") else 1
        command = COMMANDS[" ".join(words[:length])]
        assert name in ("", " ".join(words[:length]))
        with command.make_context(words[length - 1], words[length:]) as context:
            assert context.params is not None


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("lnt", "pipeline lint"),
        ("exlain arxiv:1", "pipeline explain"),
        ("parse list.md", "pipeline run parse"),
        ("enrich", "pipeline run enrich"),
        ("clear", "pipeline cache clear"),
        ("links", "pipeline check"),
        ("Setup", "pipeline init"),
        ("diagnose", "pipeline doctor"),
    ],
)
def test_wrong_word_leads_to_a_command(words: str, meant: str) -> None:
    """Misspelt, a part of another command, or the word of another program."""
    said = wrong_word(words.split(), "pipeline", ROOT)

    assert f"did you mean `{meant}`?" in said
    assert said.startswith(f"`pipeline {words.split(maxsplit=1)[0]}` is no command")


@pytest.mark.parametrize(("group", "word"), [("cache", "show"), ("index", "status")])
def test_a_group_tells_what_it_has_by_info(group: str, word: str) -> None:
    """And no command of the same word that is elsewhere."""
    assert f"did you mean `pipeline {group} info`?" in wrong_word([word], f"pipeline {group}", ROOT)


@pytest.mark.parametrize("words", [[], ["check"], ["cache", "info"], ["run", "parse"]])
def test_help_is_a_word_too(words: list[str]) -> None:
    """As with git: of the program, a command, a command of a group."""
    asked = CliRunner().invoke(app, ["help", *words], prog_name="pipeline")

    assert asked.exit_code == 0, asked.output
    assert asked.stdout == shown(*words, "--help")


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("-", "pipeline lint -"),
        ("README.md", "pipeline check README.md"),
        ("docs/list.MD --offline", "pipeline check docs/list.MD --offline"),
        ("*.md", "pipeline check '*.md'"),
        ("https://example.org/list", "pipeline check https://example.org/list"),
        ("github:owner/repo", "pipeline check github:owner/repo"),
        ("refs.bib", "pipeline check refs.bib"),
        ("a;b.md", "pipeline check 'a;b.md'"),
    ],
)
@pytest.mark.parametrize("path", ["pipeline", "pipeline run"])
def test_list_in_the_place_of_a_command(words: str, command: str, path: str) -> None:
    """The whole line is said again as it should have been, safe to be pasted."""
    assert f"`{command}`" in wrong_word(words.split(), path, ROOT)


def test_unknown_word_leads_to_the_help() -> None:
    """Where nothing is near, no guess is made."""
    assert wrong_word(["qwzx"], "pipeline cache", ROOT) == (
        "`pipeline cache qwzx` is no command; `pipeline cache --help` names those there are"
    )


def test_a_folder_is_rather_a_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What exists is what was meant."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "papers").mkdir()

    assert is_like_a_list("papers")
    assert not is_like_a_list("paper")


def test_help_answers_at_once() -> None:
    """No heavy part of the program is needed to print it."""
    before = time.process_time()
    shown("--help")

    assert time.process_time() - before < 0.5


@pytest.mark.parametrize(
    ("words", "end"),
    [
        (["lint", "--bogus"], "error: No such option: --bogus"),
        (["export"], "error: Missing argument 'FORMAT'."),
        (["serve", "--port", "x"], "error: Invalid value for '--port': "),
    ],
)
def test_a_wrong_call_is_told_as_all_errors_are(words: list[str], end: str) -> None:
    """Usage, the way to the help, and a sentence behind `error:`; exit code 2."""
    done = CliRunner().invoke(app, words, prog_name="pipeline")

    assert done.exit_code == 2
    usage, way, sentence = done.stderr.splitlines()
    assert usage.startswith(f"Usage: pipeline {words[0]} ")
    assert way == f"`pipeline {words[0]} --help` tells more"
    assert sentence.startswith(end)


def test_what_a_person_stops_is_told() -> None:
    """One sentence, exit code 1."""
    small = typer.Typer(cls=Commands)

    @small.command("ask")
    def ask() -> None:
        raise typer.Abort

    small.command("other")(lambda: None)
    done = CliRunner().invoke(small, ["ask"])

    assert (done.exit_code, done.stderr) == (1, "error: stopped before the end\n")
