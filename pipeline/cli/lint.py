"""The command `pipeline lint`: what is wrong with a list by its text, for editors and commits."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from pipeline.cli.options import Config
from pipeline.cli.output import print_lines
from pipeline.errors import ACTIONABLE, ConfigurationError

if TYPE_CHECKING:
    from pipeline.formats.report_json import Diagnostic
    from pipeline.records.lists import ParsedList
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
    from pipeline.links.ignores import ignores_of
    from pipeline.lint.rules import lint as linted
    from pipeline.settings.loading import load
    from pipeline.sources.ignore_file import read_ignores

    if output not in FORMATS:
        raise ConfigurationError(f"--format: {output!r} is not one of {', '.join(FORMATS)}")
    settings = load({}, config)
    named = files or lists_by_default(settings)
    sources = _given(named) if named else local_lists(settings)
    if not files and not sources:
        raise ConfigurationError("the config file names no local list; give a FILE")
    lists, unread = _read_all(sources)
    if files:  # a commit may touch Markdown that is no list
        lists = [_without_no_entries(parsed) for parsed in lists]
    today = datetime.now(UTC).date()
    rules = read_ignores(settings.ignore_file, required="ignore_file" in settings.origins)
    ignores = ignores_of(rules, lists, today)
    found = linted(lists, ignores=ignores, today=today)
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


def _read_all(
    sources: "Sequence[ListSource]",
) -> "tuple[list[ParsedList], list[str]]":
    """Read and parse what can be read, each under its path as its name; and why the rest cannot."""
    lists: list[ParsedList] = []
    unread: list[str] = []
    for source in sources:
        try:
            parsed = _read(source)
        except ConfigurationError as error:
            unread.append(str(error))
        else:
            if parsed.entries or not source.found:
                lists.append(parsed)
    return lists, unread


def _read(source: "ListSource") -> "ParsedList":
    from pipeline.run.on_disk import on_disk
    from pipeline.sources.lists import STDIN, File, StandardInput, read_here
    from pipeline.stages.parse import parse_bytes

    if isinstance(source.location, StandardInput):
        return parse_bytes(read_here(source.location), name=STDIN)
    if not isinstance(source.location, File):
        raise ConfigurationError(f"{source.name}: lint reads local files only")
    data, path = read_here(source.location), source.location.path
    return on_disk(parse_bytes(data, name=str(path)), data, path)


def _without_no_entries(parsed: "ParsedList") -> "ParsedList":
    kept = tuple(problem for problem in parsed.problems if problem.code != "no-entries")
    return parsed.model_copy(update={"problems": kept})


def _annotations(found: "Sequence[Diagnostic]", lists: "Sequence[ParsedList]") -> Iterator[str]:
    """Yield workflow commands, and how many faults GitHub would not show."""
    from pipeline.formats.annotations import render_annotations
    from pipeline.formats.report_json import LinkReport
    from pipeline.formats.run_json import ListRun, count
    from pipeline.sources.lists import path_in_repository

    runs = (
        ListRun(name=one.name, entries=len(one.entries), path=path_in_repository(one.name))
        for one in lists
    )
    report = LinkReport(
        headline="", counts=count([], []), lists=tuple(runs), diagnostics=tuple(found)
    )
    shown = render_annotations(report).splitlines()[:-1]  # the last one sums up other files
    yield from shown
    if len(shown) < len(found):
        yield f"{len(found) - len(shown)} more: see pipeline lint"
