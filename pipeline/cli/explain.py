"""The command `pipeline explain`: the evidence behind a work or a verdict, or what a code means."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from posixpath import normpath
from typing import Annotated

import typer

from pipeline.cli.options import Config, Out, SandboxResults, settings_from
from pipeline.cli.output import print_lines, say
from pipeline.errors import ConfigurationError
from pipeline.formats.files import CATALOG_FILE, HISTORY

_MOST_DIGITS = 9
"""Of a line's number; no file has more lines."""

Target = Annotated[
    str,
    typer.Argument(
        metavar="TARGET",
        help="A place (FILE:123, FILE:123:45, list:123), an id (2305.00447, a DOI), a URL, a code"
        " (not-found), or a title or its beginning.",
    ),
]


def explain(
    target: Target, config: Config = None, out: Out = None, sandbox: SandboxResults = False
) -> None:
    """Print the evidence behind a work or a link's verdict, or what a code means."""
    from pipeline.cli.console import files_from_here
    from pipeline.cli.last_run import last_run
    from pipeline.codes import meanings
    from pipeline.links.history import parse_history
    from pipeline.previous import paths_of
    from pipeline.reports.evidence import Known
    from pipeline.reports.explain import explain as explained
    from pipeline.review.session import DecisionFile

    settings = settings_from(config, out=out, sandbox=sandbox)
    known = Known()
    if not meanings(target) or paths_of(settings.out, CATALOG_FILE):
        previous = last_run(settings)
        history, faults = parse_history(previous.history)
        for fault in faults:
            say(f"warning: {HISTORY}: {fault}")
        decided = DecisionFile(settings.out).read()
        lists = previous.report.lists if previous.report else ()
        files = _names_of({one.path: one.name for one in lists if one.path})
        paths = files_from_here(lists)
        told = previous.report.diagnostics if previous.report else ()
        known = Known(previous.papers, previous.links, history, decided, files, paths, told)
    print_lines(explained(target, known, datetime.now(UTC)))


def explained_line(place: str) -> Iterator[str]:
    """Return, line by line, why a line of a list was read as it was; `place` is FILE:LINE."""
    from pipeline.markdown.why import why
    from pipeline.stages.parse import decode

    name, _, line = place.rpartition(":")
    if not (name and line.isascii() and line.isdigit() and len(line) <= _MOST_DIGITS):
        raise ConfigurationError(f"--explain takes FILE:LINE, as README.md:50, not {place}")
    try:
        data = Path(name).read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{name} cannot be read: {error.strerror}") from error
    text, _ = decode(data, name=name)
    return why(text, int(line))


def _names_of(lists: Mapping[str, str]) -> dict[str, str]:
    """Return the list's name for every way to write its file: from here, from the root, alone."""
    from pipeline.sources.lists import path_in_repository

    alone = Counter(Path(path).name for path in lists)
    files = {Path(path).name: name for path, name in lists.items() if alone[Path(path).name] == 1}
    for path, name in lists.items():
        for form in (path_in_repository(path), str(Path(path).resolve()), normpath(path)):
            files[form] = name
    return files
