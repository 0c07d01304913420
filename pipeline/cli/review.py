"""
The commands for people: `pipeline review` and `pipeline explain`.

Heavy modules are imported when a command starts, so that `--help` answers at once.
"""

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import Config, Out, SandboxResults
from pipeline.errors import INTERRUPTED, ConfigurationError
from pipeline.formats.files import CATALOG, HISTORY

if TYPE_CHECKING:
    from pipeline.previous import Previous
    from pipeline.review.session import DecisionFile
    from pipeline.settings import Settings
    from pipeline.works.decisions import Decisions

Lists = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="LIST",
        help="Only what these lists mention (names of the catalog, or their files).",
        show_default=False,
    ),
]
Target = Annotated[
    str,
    typer.Argument(
        metavar="TARGET",
        help="A key (arxiv:2305.00447), a place (list:123), a URL, a code (not-found) or a title.",
        show_default=False,
    ),
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
    as_json: Json = False,
    apply: Apply = False,
) -> None:
    """
    Decide which paper an entry means, where a run could not.

    One key, one decision, and each is written at once: stop and go on whenever you like.
    """
    from pipeline.formats.jsonl import safe_json
    from pipeline.formats.report_json import unobeyed_json
    from pipeline.review.items import open_cases, plain_lines, to_json
    from pipeline.review.session import DecisionFile

    if apply and not as_json:
        raise ConfigurationError("--apply goes with --json")
    settings = _settings(config, out, sandbox=sandbox)
    previous, decided = _last_run(settings), DecisionFile(settings.out)
    if apply:
        _apply(previous, decided, sandbox=sandbox)
        return
    cases = open_cases(previous.papers, decided.read(), lists or ())
    if as_json:
        _print(unobeyed_json(safe_json(to_json(case))) for case in cases)
    elif sys.stdin.isatty() and sys.stdout.isatty():
        _review_by_key(previous, decided, lists or (), sandbox=sandbox)
    else:
        _print("\n".join(plain_lines(case)) + "\n" for case in cases)
        _say(f"{_some(len(cases))} open for review")


def explain(
    target: Target, config: Config = None, out: Out = None, sandbox: SandboxResults = False
) -> None:
    """Print the evidence behind a work or a link's verdict, or what a code means."""
    from pipeline.codes import meanings
    from pipeline.links.history import parse_history
    from pipeline.reports.explain import Known
    from pipeline.reports.explain import explain as explained
    from pipeline.review.session import DecisionFile

    settings = _settings(config, out, sandbox=sandbox)
    known = Known()
    if not meanings(target) or (settings.out / CATALOG).exists():
        previous = _last_run(settings)
        history, faults = parse_history(previous.history)
        for fault in faults:
            _say(f"warning: {HISTORY}: {fault}")
        decided = DecisionFile(settings.out).read()
        known = Known(previous.papers, previous.links, history, decided)
    _print(explained(target, known, datetime.now(UTC)))


# --- files ------------------------------------------------------------------------------------


def _settings(config: Path | None, out: Path | None, *, sandbox: bool) -> "Settings":
    from pipeline.settings import load

    return load({"out": out, "sandbox": sandbox or None}, config)


def _last_run(settings: "Settings") -> "Previous":
    """Return what the last run has left; a folder without a catalog is a mistake."""
    from pipeline.cli.console import warn
    from pipeline.previous import read_previous

    previous = read_previous(settings.out)
    for warning in previous.warnings:
        warn(warning)
    if not (settings.out / CATALOG).exists():
        command = "pipeline run enrich" + (" --sandbox" if settings.sandbox else "")
        raise ConfigurationError(f"{settings.out}: there is no catalog; `{command}` writes one")
    return previous


def _apply(previous: "Previous", decided: "DecisionFile", *, sandbox: bool) -> None:
    """Take decisions from stdin: all of them, or none where one is wrong."""
    from pipeline.review.items import applied

    text = sys.stdin.buffer.read().decode("utf-8", "replace").removeprefix("\ufeff")
    numbers: list[int] = []

    def change(said: "Decisions") -> "Decisions":
        try:
            after, number = applied(previous.papers, said, text)
        except ConfigurationError as error:
            raise ConfigurationError(f"stdin {error}; nothing was changed") from error
        numbers.append(number)
        return after

    decided.change(change)
    _say(_summary(sum(numbers), 0, None, decided, sandbox=sandbox))


# --- one case after the other -----------------------------------------------------------------


def _review_by_key(
    previous: "Previous", decided: "DecisionFile", lists: Sequence[str], *, sandbox: bool
) -> None:
    from rich.console import Console

    from pipeline.review.items import open_cases
    from pipeline.review.session import Session

    cases = open_cases(previous.papers, decided.read(), lists)
    if not cases:
        _say("nothing is open for review")
        return
    session = Session(cases, decided, Console(highlight=False, emoji=False), typer.getchar)
    interrupted = session.run()
    left = len(open_cases(previous.papers, decided.read(), lists))
    _say(_summary(session.decided, session.skipped, left, decided, sandbox=sandbox))
    if interrupted:
        raise typer.Exit(INTERRUPTED)


# --- words ------------------------------------------------------------------------------------


def _summary(
    decided: int, skipped: int, left: int | None, file: "DecisionFile", *, sandbox: bool
) -> str:
    words = [f"{decided:,} decided"]
    words += [f"{skipped:,} skipped"] if skipped else []
    words += [f"{left:,} still open"] if left is not None else []
    if not decided:
        return ", ".join(words)
    command = "pipeline run enrich" + (" --sandbox" if sandbox else "")
    return f"{', '.join(words)}; written to {file.path}: the next `{command}` uses it"


def _some(number: int) -> str:
    return f"{number:,} {'entry is' if number == 1 else 'entries are'}"


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")


def _say(line: str) -> None:
    from pipeline.formats.escape import terminal

    sys.stderr.write(terminal(line, 500) + "\n")
