"""Works that a list may be missing, for people and programs. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final

from pipeline.formats.escape import Markdown, markdown, markdown_link, plain, terminal
from pipeline.formats.jsonl import safe_json
from pipeline.formats.places import with_files
from pipeline.formats.report_json import unobeyed_json
from pipeline.records.base import to_json
from pipeline.records.suggestions import Place, Suggestion

PLACES_SHOWN: Final = 5
AUTHORS_SHOWN: Final = 3
WORD_LIMIT: Final = 300


def because(one: Suggestion) -> str:
    """Say what speaks for a work, with the lines that do."""
    said: list[str] = []
    if one.cited_by:
        papers = "1 paper" if len(one.cited_by) == 1 else f"{len(one.cited_by)} papers"
        said.append(f"cited by {papers} of the list ({_lines(one.cited_by)})")
    if one.in_lists:
        number = len({place.list for place in one.in_lists})
        lists = "1 other list" if number == 1 else f"{number} other lists"
        said.append(f"in {lists} ({_lines(one.in_lists)})")
    return "; ".join(said)


def _lines(places: Sequence[Place]) -> str:
    shown = [f"{place.list}:{place.line}" for place in places[:PLACES_SHOWN]]
    more = len(places) - PLACES_SHOWN
    return ", ".join((*shown, f"and {more} more") if more > 0 else shown)


def _by_whom(one: Suggestion) -> str:
    """Return authors and year, in parentheses; nothing where neither is known."""
    more = ("et al.",) if len(one.authors) > AUTHORS_SHOWN else ()
    said = ", ".join((*one.authors[:AUTHORS_SHOWN], *more, *filter(None, (str(one.year or ""),))))
    return f" ({said})" if said else ""


def render_text(found: Iterable[Suggestion], files: Mapping[str, str]) -> str:
    """Return two lines for each work, below its list; `files` has the path of a list, by name."""
    lines: list[str] = []
    for name, group in groupby(found, key=lambda one: one.list):
        lines.append(terminal(name, WORD_LIMIT))
        for one in group:
            lines.append(f"  {terminal(one.title + _by_whom(one), WORD_LIMIT)}")
            evidence = with_files(because(one), files)
            lines.append(f"    {terminal(one.key, WORD_LIMIT)}: {terminal(evidence, 600)}")
    return "".join(f"{line}\n" for line in lines)


def render_json(found: Sequence[Suggestion]) -> str:
    """Return `{"missing": […]}`, each as in `report.json`."""
    text = safe_json({"missing": [to_json(one) for one in found]}, indent=2)
    return unobeyed_json(text) + "\n"


def render_markdown(found: Sequence[Suggestion]) -> str:
    """Return the works as a section of Markdown."""
    lines = "".join(f"- {markdown_line(one)}\n" for one in found) or "Nothing.\n"
    return f"## Perhaps missing\n\n{lines}"


def markdown_line(one: Suggestion) -> Markdown:
    """Return one work on a line of Markdown."""
    name = markdown_link(plain(one.title, WORD_LIMIT), one.url)
    whom = markdown(_by_whom(one), WORD_LIMIT)
    by = f" {whom}" if whom else ""
    place = markdown(one.list, WORD_LIMIT)
    return Markdown(f"{place}: {name}{by}: {markdown(because(one), 600)}")
