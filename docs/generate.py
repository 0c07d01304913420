"""
Write what the docs say of the code from the code itself: `make docs`.

A page holds blocks between `<!-- made: NAME -->` and `<!-- /made -->`; `BLOCKS` knows how each is
made. The schemas of the output files and the picture of the README are whole files.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import typer
import yaml
from typer.testing import CliRunner

from docs import map as rooms
from docs import picture
from pipeline.cli.main import app
from pipeline.codes import CODES, Code
from pipeline.formats.schema import schemas
from pipeline.formats.toml_text import toml_value
from pipeline.settings.model import HIDDEN, Settings

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
BLOCK = re.compile(r"(<!-- made: ([a-z]+) -->\n).*?(<!-- /made -->)", re.DOTALL)


def table(head: str, rows: Iterator[tuple[str, ...]]) -> str:
    """Return a table of Markdown; `head` has its cells between bars."""
    cells = head.count("|") + 1
    body = (" | ".join(cell.replace("|", r"\|") for cell in row) for row in rows)
    return "\n".join([f"| {head} |", "|---" * cells + "|", *(f"| {line} |" for line in body)])


# --- commands ---------------------------------------------------------------------------------


def commands(group: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield every command and group by its words, in the order of the help."""
    above: Any = group or typer.main.get_command(app)
    for name, command in above.commands.items():
        yield " ".join((*path, name)), command
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))


def help_of(words: str) -> str:
    """Return what `--help` prints in a terminal of 80 columns."""
    environment = {"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"}
    result = CliRunner().invoke(
        app, [*words.split(), "--help"], prog_name="pipeline", env=environment
    )
    if result.exit_code:
        raise ValueError(f"pipeline {words} --help ends with {result.exit_code}")
    return "\n".join(line.rstrip() for line in result.output.strip("\n").split("\n"))


def _arguments(command: Any) -> list[tuple[object, ...]]:
    return [(one.opts, getattr(one, "help", None)) for one in command.params]


def command_pages() -> str:
    """Return the help of every command; arguments that several take stand with the first."""
    parts = ["## pipeline", f"```text\n{help_of('')}\n```"]
    shown: dict[str, str] = {}
    for words, command in commands():
        parts.append(f"## pipeline {words}")
        arguments = repr(_arguments(command))
        if arguments in shown and not hasattr(command, "commands") and len(command.params) > 3:
            first = " ".join(str(command.help).split())
            parts.append(f"{first} Takes the arguments of `pipeline {shown[arguments]}`.")
        else:
            parts.append(f"```text\n{help_of(words)}\n```")
            shown.setdefault(arguments, words)
    return "\n\n".join(parts)


# --- settings ---------------------------------------------------------------------------------


def settings() -> str:
    """Return the table of what the config file may hold."""
    known = [(name, field) for name, field in Settings.model_fields.items() if name not in HIDDEN]
    return table(
        "setting | default | meaning",
        (
            (
                f"`{name}`",
                "not set" if field.default in (None, "") else f"`{toml_value(field.default)}`",
                str(field.description),
            )
            for name, field in known
        ),
    )


# --- codes ------------------------------------------------------------------------------------


def anchor(code: Code) -> str:
    """Return the heading of a code: as reports write it, in small letters."""
    name = code.name.lower()
    return f"link-{name}" if code.kind == "link verdict" else name


def codes() -> str:
    """Return every code below a heading of its own; one that means several things has them all."""
    meanings: dict[str, list[Code]] = {}
    for code in CODES:
        meanings.setdefault(anchor(code), []).append(code)
    parts: list[str] = []
    kind = ""
    for name, found in meanings.items():
        if found[0].kind != kind:
            kind = found[0].kind
            parts.append(f"## Codes of the kind “{kind}”")
        parts.append(f"### {name}")
        parts += [
            f"`{code.name}`, {code.kind}: {code.meaning} *To do:* {code.to_do}" for code in found
        ]
    return "\n\n".join(parts)


# --- the action -------------------------------------------------------------------------------


def _action() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    return data


def inputs() -> str:
    """Return the inputs of the action, with their defaults."""
    return table(
        "input | default | meaning",
        (
            (f"`{name}`", f"`{said['default']}`" if said["default"] else "", said["description"])
            for name, said in _action()["inputs"].items()
        ),
    )


def outputs() -> str:
    """Return the outputs of the action."""
    return table(
        "output | meaning",
        ((f"`{name}`", said["description"]) for name, said in _action()["outputs"].items()),
    )


# --- a run ------------------------------------------------------------------------------------


@cache
def result() -> str:
    """Return what `pipeline check --sandbox` says at its end."""
    environment = {"COLUMNS": "80", "NO_COLOR": "1", "CI": None}
    with TemporaryDirectory() as folder, chdir(folder):
        run = CliRunner().invoke(app, ["check", "--sandbox"], prog_name="pipeline", env=environment)
    lines = run.output.split("\n")
    begin = next(number for number, line in enumerate(lines) if line.startswith("Ready to apply"))
    told = "\n".join(lines[begin:]).strip()
    return re.sub(r" \(in \d+:\d\d", " (in 2:30", told)  # its waits took no time


def screen() -> str:
    """Return the result as a block of a page."""
    return f"```text\n{result()}\n```"


def glance() -> str:
    """Return the beginning of the result, as far as what is dead, and its last line."""
    above, _, _ = result().partition("\nNeeds a person")
    return f"```text\n{above}\n…\n{result().splitlines()[-1]}\n```"


# --- all of it --------------------------------------------------------------------------------

BLOCKS: Final[Mapping[str, Callable[[], str]]] = {
    "codes": codes,
    "commands": command_pages,
    "glance": glance,
    "inputs": inputs,
    "map": rooms.drawn,
    "outputs": outputs,
    "screen": screen,
    "settings": settings,
}


def remade(page: str) -> str:
    """Return a page with its blocks of today; raises `KeyError` for a block nobody makes."""
    return BLOCK.sub(
        lambda found: f"{found[1]}\n{BLOCKS[found[2]]()}\n\n{found[3]}",
        page,
    )


def generated() -> Iterator[tuple[Path, str]]:
    """Yield every file that is made, wholly or in part, with the text that it should have."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        if BLOCK.search(text):
            yield page, remade(text)
    yield picture.PICTURE, picture.drawn()
    for name, schema in schemas().items():
        yield ROOT / "docs" / "schema" / name, json.dumps(schema, indent=2) + "\n"


if __name__ == "__main__":
    for path, text in generated():
        path.write_text(text, encoding="utf-8")
