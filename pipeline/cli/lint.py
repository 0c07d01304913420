"""The command `pipeline lint`: what is wrong with a list by its text, for editors and commits."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Final

import typer

from pipeline.cli.options import Config
from pipeline.cli.output import print_lines
from pipeline.errors import ACTIONABLE, ConfigurationError

if TYPE_CHECKING:
    from pipeline.formats.report_json import Diagnostic
    from pipeline.links.rules import Rule
    from pipeline.run.linting import Linted
    from pipeline.sources.lists import ListSource

FORMATS: Final = ("text", "github")

Files = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILE",
        help="A path, folder or glob, or - for standard input. Without one: the lists of the last"
        " run, else of the config file, else the README of this folder.",
    ),
]
Format = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="text|github",
        help="text: path:line:column: CODE message. github: annotations of a workflow.",
    ),
]


def lint(files: Files = None, config: Config = None, output: Format = "text") -> None:
    """
    Find faults in the lists' text, without network: malformed links, duplicates, unread lines.

    Exit codes: 0 nothing found; 2 usage or configuration; 3 something found.
    """
    from pipeline.cli.last_run import local_lists
    from pipeline.cli.lists import lists_by_default
    from pipeline.formats.text import text_lines
    from pipeline.run.linting import Linted
    from pipeline.settings.loading import load
    from pipeline.sources.ignore_file import read_ignores

    if output not in FORMATS:
        raise ConfigurationError(f"--format: {output!r} is not one of {', '.join(FORMATS)}")
    settings = load({}, config)
    named = files or lists_by_default(settings)
    sources = _given(named) if named else local_lists(settings)
    if not files and not sources:
        raise ConfigurationError("the config file names no local list; give a FILE")
    rules = read_ignores(settings.ignore_file, required="ignore_file" in settings.origins)
    results = list(_linted(sources, rules, named=bool(files)))
    lists = [one for one in results if isinstance(one, Linted)]
    unread = [str(one) for one in results if isinstance(one, ConfigurationError)]
    found = [fault for one in sorted(lists, key=attrgetter("name")) for fault in one.found]
    lines = _annotations(found, lists) if output == "github" else text_lines(found, {})
    print_lines(lines)
    if unread:
        raise ConfigurationError("; ".join(unread))
    if found:
        raise typer.Exit(ACTIONABLE)


def _given(files: Sequence[str]) -> "list[ListSource]":
    """Return the files that are named; a remote list is a mistake."""
    from pipeline.sources.lists import File, StandardInput, find_lists, locate

    for source in files:
        if not all(isinstance(place, File | StandardInput) for place in locate(source)):
            raise ConfigurationError(f"{source}: lint reads local files only")
    return find_lists(files, {})


def _linted(
    sources: "Sequence[ListSource]", rules: "Sequence[Rule]", *, named: bool
) -> "Iterator[Linted | ConfigurationError]":
    """Lint several lists on all cores."""
    from pipeline.run.linting import lint_all

    today = datetime.now(UTC).date()
    if len(sources) == 1:
        yield from lint_all(sources, rules, today, None, named=named)
        return
    from pipeline.executors.local import Local

    with Local() as executor:
        yield from lint_all(sources, rules, today, executor, named=named)


def _annotations(found: "Sequence[Diagnostic]", lists: "Sequence[Linted]") -> Iterator[str]:
    """Yield workflow commands, and how many faults GitHub would not show."""
    from pipeline.formats.annotations import render_annotations
    from pipeline.formats.report_json import LinkReport
    from pipeline.formats.run_json import ListRun, count
    from pipeline.sources.lists import path_in_repository

    runs = (
        ListRun(name=one.name, entries=one.entries, path=path_in_repository(one.name))
        for one in lists
    )
    report = LinkReport(
        headline="", counts=count([], []), lists=tuple(runs), diagnostics=tuple(found)
    )
    shown = render_annotations(report).splitlines()[:-1]  # the last one sums up other files
    yield from shown
    if len(shown) < len(found):
        yield f"{len(found) - len(shown)} more: see pipeline lint"
