"""
Groups of commands: whole sentences in the order of need, and from a wrong word to the right one.

Typer cuts a command's help at the width of the terminal and offers what is spelt alike; who types
a list where a command belongs, or a word of another program, needs another answer.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from itertools import zip_longest
from pathlib import Path
from shlex import join
from typing import Any, Final

import typer
from typer.core import TyperGroup

from pipeline.cli.output import say
from pipeline.errors import UNREAD, ConfigurationError

ORDER: Final = (
    "check",
    "fix",
    "add",
    "review",
    "explain",
    "report",
    "diff",
    "missing",
    "export",
    "serve",
    "lint",
    "init",
    "doctor",
    "publish",
    "run",
    "cache",
    "index",
)
"""The commands as a newcomer needs them: the list, the folder and its job, the parts of a run."""

STRICT: Final = ("all", "new", "no")
"""The words that may follow `--strict`."""

MEANT: Final[Mapping[str, str]] = {
    **dict.fromkeys(("links", "linkcheck", "scan", "start", "test", "validate", "verify"), "check"),
    **dict.fromkeys(("apply", "patch", "repair"), "fix"),
    **dict.fromkeys(("config", "configure", "install", "new", "setup"), "init"),
    **dict.fromkeys(("info", "debug", "diagnose", "env", "status"), "doctor"),
    **dict.fromkeys(("show", "why"), "explain"),
}
"""What other programs call a command of this one."""

LISTING: Final = frozenset({"count", "list", "ls", "show", "size", "stat", "stats", "status"})
"""What other programs call `info` of a group that has it."""

_A_LIST: Final = re.compile(
    r"https?://|github:|.*[/\\*?]|.*\.(?:md|markdown|mdown|bib)\Z", re.IGNORECASE
)


_USAGE_ERROR: Final[Any] = typer.BadParameter.__base__
"""What Typer raises for a wrong call; it has no public name of its own."""


class Commands(TyperGroup):
    """A group whose help has whole sentences, and which knows what a wrong word may have meant."""

    def main(self, *, standalone_mode: bool = True, **extra: Any) -> Any:  # type: ignore[override]
        """Run the command that is meant; what is wrong with a call is told as everything else."""
        if not standalone_mode:
            return super().main(standalone_mode=False, **extra)
        try:
            code = super().main(standalone_mode=False, **extra)
        except SystemExit as exit_:
            cause = exit_.__context__  # of Typer's own output, such as a help text
            sys.exit(UNREAD if isinstance(cause, BrokenPipeError) else exit_.code)
        except typer.Abort:
            say("error: stopped before the end")
            sys.exit(1)
        except _USAGE_ERROR as error:
            _tell(error)
            sys.exit(2)
        sys.exit(code if isinstance(code, int) else 0)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give a bare `--strict` the word that it means: what follows may be a list."""
        if args[:1] == ["help"]:
            args = [*args[1:], "--help"]
        words: list[str] = []
        for word, following in zip_longest(args, args[1:]):
            words.append(word)
            if word == "--strict" and following not in STRICT:
                words.append("all")
        return super().parse_args(ctx, words)

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in the order of need; those without a place in it at the end."""
        names = super().list_commands(ctx)
        if ctx.parent is not None:
            return names
        return sorted(names, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write a row for each command: the first sentence of its help, wrapped and never cut."""
        for command in self.commands.values():
            command.short_help = first_sentence(command.help or "")
        super().format_commands(ctx, formatter)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is meant; `ConfigurationError` says which one it may be."""
        word = args[0]
        known = self.get_command(ctx, word) is not None
        if known or ctx.resilient_parsing or (word.startswith("-") and word != "-"):
            return super().resolve_command(ctx, args)
        raise ConfigurationError(wrong_word(args, ctx.command_path, ctx.find_root().command))


def _tell(error: Any) -> None:
    """Say what is wrong with a call; without any word the help is what is wanted."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return
    if error.ctx is not None:
        sys.stderr.write(f"{error.ctx.get_usage()}\n")
        say(f"`{error.ctx.command_path} --help` tells more")
    say(f"error: {error.format_message().replace(': Value error, ', ': ')}")  # pydantic's words


def first_sentence(text: str) -> str:
    """Return the first sentence of a help text on one line."""
    paragraph = " ".join(text.strip().split("\n\n")[0].split())
    return re.split(r"(?<=\.) (?=[A-Z`])", paragraph)[0]


def examples(*lines: str) -> str:
    r"""Return the end of a help text: commands to copy; `\b` keeps their lines as they are."""
    title = "Examples:" if len(lines) > 1 else "Example:"
    return "\n".join(("\b", title, *(f"  {line}" for line in lines)))


def is_like_a_list(word: str) -> bool:
    """Say whether a word is rather a list than a command."""
    return word == "-" or _A_LIST.match(word) is not None or Path(word).exists()


def wrong_word(args: list[str], path: str, root: Any) -> str:
    """Return the sentence about a first word that is no command, with the command to type."""
    word, *rest = args
    if path in ("pipeline", "pipeline run") and is_like_a_list(word):
        check = "lint" if word == "-" else "check"  # whose catalog keeps no standard input
        command = join(["pipeline", check, word, *rest])
        return f"{word} is a list and no command: `{command}` checks it"
    commands = dict(_paths(root, "pipeline"))
    own = {name: command for name, command in commands.items() if name.startswith(f"{path} ")}
    known = {name.rpartition(" ")[2]: name for name in (*commands, *own)}
    close = get_close_matches(word.lower(), known, n=1)
    meant = f"pipeline {MEANT[word.lower()]}" if word.lower() in MEANT else ""
    if word.lower() in LISTING and f"{path} info" in own:
        meant = f"{path} info"
    meant = meant or (known[close[0]] if close else "")
    hint = f": did you mean `{meant}`?" if meant else ""
    return f"`{path} {word}` is no command{hint or ';'} `{path} --help` names those there are"


def _paths(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield every command with the words that start it; those of the shortest way last."""
    for name, command in group.commands.items():
        yield from _paths(command, f"{path} {name}") if hasattr(command, "commands") else ()
    for name, command in group.commands.items():
        yield f"{path} {name}", command
