"""The command `pipeline review`: open decisions, put before a person."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import Config, Out, SandboxResults, settings_from
from pipeline.cli.output import print_lines, say, some
from pipeline.errors import INTERRUPTED, ConfigurationError

if TYPE_CHECKING:
    from pipeline.previous import Previous
    from pipeline.review.items import Case
    from pipeline.review.session import DecisionFile
    from pipeline.settings.model import Settings
    from pipeline.works.decisions import Decisions

Lists = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="LIST", help="Only what these lists mention (names of the catalog, or their files)."
    ),
]
Unidentified = Annotated[
    bool,
    typer.Option("--unidentified", help="Also the papers for which a run has found nothing."),
]
Offline = Annotated[
    bool, typer.Option("--offline", help="Look an id up in the stored answers only.")
]
Json = Annotated[bool, typer.Option("--json", help="Print what is open, one case a line as JSON.")]
Apply = Annotated[
    bool,
    typer.Option(
        "--apply",
        help='With --json: read decisions from stdin, one a line: {"list": …, "title": …} with'
        ' "accept": KEY, "reject": [KEY, …] or "no_paper": true.',
    ),
]


def review(
    lists: Lists = None,
    config: Config = None,
    out: Out = None,
    sandbox: SandboxResults = False,
    unidentified: Unidentified = False,
    offline: Offline = False,
    as_json: Json = False,
    apply: Apply = False,
) -> None:
    """
    Decide which paper an entry means, where a run could not.

    One key, one decision, and each is written at once: stop and go on whenever you like. An id that
    you type is looked up, and its title compared, before it is written.
    """
    from pipeline.cli.console import files_from_here
    from pipeline.cli.last_run import last_run
    from pipeline.formats.jsonl import safe_json
    from pipeline.formats.report_json import unobeyed_json
    from pipeline.review.items import open_cases, plain_lines, to_json
    from pipeline.review.session import DecisionFile

    if apply and not as_json:
        raise ConfigurationError("--apply goes with --json")
    settings = settings_from(config, out=out, sandbox=sandbox, offline=offline)
    previous, decided = last_run(settings), DecisionFile(settings.out)
    if apply:
        _apply(previous, decided, sandbox=sandbox)
        return
    named = [str(Path(one).absolute()) if Path(one).is_file() else one for one in lists or ()]
    wanted = partial(open_cases, previous.papers, lists=named, unidentified=unidentified)
    cases, paths = wanted(decided.read()), files_from_here(previous.lists)
    if as_json:
        print_lines(unobeyed_json(safe_json(to_json(case))) for case in cases)
    elif sys.stdin.isatty() and sys.stdout.isatty():
        _review_by_key(settings, previous, decided, wanted)
        _tell_of_the_rest(previous, decided, unidentified=unidentified)
    else:
        print_lines("\n".join(plain_lines(case, paths)) + "\n" for case in cases)
        say(f"{some(len(cases), 'entry is', 'entries are')} open for review")


def _apply(previous: "Previous", decided: "DecisionFile", *, sandbox: bool) -> None:
    """Take decisions from stdin: all of them, or none where one is wrong."""
    from pipeline.review.items import applied

    text = sys.stdin.buffer.read().decode("utf-8", "replace").removeprefix("\ufeff")
    number = 0

    def change(said: "Decisions") -> "Decisions":
        nonlocal number
        try:
            after, number = applied(previous.papers, said, text)
        except ConfigurationError as error:
            raise ConfigurationError(f"stdin {error}; nothing was changed") from error
        return after

    decided.change(change)
    say(_summary(number, 0, None, decided, sandbox=sandbox))


def _review_by_key(
    settings: "Settings",
    previous: "Previous",
    decided: "DecisionFile",
    wanted: "Callable[[Decisions], list[Case]]",
) -> None:
    from rich.console import Console

    from pipeline.cli.console import files_from_here
    from pipeline.cli.look_up import looking_up
    from pipeline.review.session import Session

    cases = wanted(decided.read())
    if not cases:
        say("nothing is open for review")
        return
    look_up = looking_up(settings, previous)
    console = Console(highlight=False, emoji=False)
    paths = files_from_here(previous.lists)
    session = Session(cases, decided, console, typer.getchar, look_up=look_up, paths=paths)
    interrupted = session.run()
    left = len(wanted(decided.read()))
    say(_summary(session.decided, session.skipped, left, decided, sandbox=settings.sandbox))
    if interrupted:
        raise typer.Exit(INTERRUPTED)


def _tell_of_the_rest(previous: "Previous", decided: "DecisionFile", *, unidentified: bool) -> None:
    """Say how many papers have no identifier, and how to go through them."""
    from pipeline.review.items import open_cases

    if unidentified:
        return
    said = decided.read()
    number = len(open_cases(previous.papers, said, unidentified=True))
    number -= len(open_cases(previous.papers, said))
    if number:
        entries = some(number, "paper has", "papers have")
        say(f"{entries} no identifier: `pipeline review --unidentified` goes through them")


def _summary(
    decided: int, skipped: int, left: int | None, file: "DecisionFile", *, sandbox: bool
) -> str:
    words = [f"{decided:,} decided"]
    words += [f"{skipped:,} skipped"] if skipped else []
    words += [f"{left:,} still open"] if left is not None else []
    if not decided:
        return ", ".join(words)
    command = "pipeline check" + (" --sandbox" if sandbox else "")
    return f"{', '.join(words)}; written to {file.path}: the next `{command}` uses it"
