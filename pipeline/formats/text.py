"""Text: one line for each thing to act on, `FILE:LINE:COL: code message`, as compilers print it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pipeline.formats.escape import terminal
from pipeline.formats.places import with_files
from pipeline.formats.report_json import Diagnostic, LinkReport, file_of, files_of, words

PLACES_SHOWN: Final = 10
"""Further places that are named."""
LINE_LIMIT: Final = 500
"""Characters of a line."""


def render_text(report: LinkReport, *, new_only: bool = False, errors_only: bool = False) -> str:
    """Return a line for each error and (unless `errors_only`) warning; `new_only`: what is new."""
    shown = (
        one
        for one in report.diagnostics
        if one.severity == "error" or (one.severity == "warning" and not errors_only)
        if one.is_new or not new_only
    )
    return "".join(f"{line}\n" for line in text_lines(shown, files_of(report)))


def text_lines(found: Iterable[Diagnostic], files: Mapping[str, str]) -> Iterator[str]:
    """Yield the line of each diagnostic. `files` has the path of each list that is a local file."""
    for one in found:
        message = f"{one.code} {with_files(words(one), files)}"
        places = [(file_of(one, at, files) or at.list, at.line) for at in one.locations]
        if places:
            file, line = places[0]
            message = f"{file}:{line}:{one.locations[0].column or 1}: {message}{_also(places)}"
        yield terminal(f"./{message}" if message.startswith(":") else message, LINE_LIMIT)


def _also(places: list[tuple[str, int]]) -> str:
    """Name the places after the first; those in its file by their line alone."""
    first, *others = dict.fromkeys(places)
    here = [str(line) for file, line in others if file == first[0]]
    there = [f"{file}:{line}" for file, line in others if file != first[0]]
    named = ([f"line {', '.join(here[:PLACES_SHOWN])}"] if here else []) + there[:PLACES_SHOWN]
    more = len(others) - len(here[:PLACES_SHOWN]) - len(there[:PLACES_SHOWN])
    if not named:
        return ""
    return f" (Also in {', '.join(named)}{f' and {more} more' if more else ''}.)"
