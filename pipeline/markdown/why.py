"""Why a line of a list was read as it was: its unit, pieces, family, votes and the decision."""

from collections.abc import Iterator
from itertools import islice

from pipeline.markdown.candidates import pieces_of, titles_of
from pipeline.markdown.entries import ListReader
from pipeline.markdown.judge import verdict
from pipeline.markdown.marks import plain
from pipeline.markdown.reading import Unit
from pipeline.markdown.siblings import Shares

_MEANING = {
    "none": "nothing says that a work is presented here",
    "linkless": "a title without links",
    "cited": "a title with venue and year, without links or with one that may be anything",
    "soft": "a title with a link that may be anything",
    "resource": "a title with a link to code, data or a page",
    "strong": "a title with a link to a paper, or with venue and authors",
}
_MOST = 6
"""Titles and votes that are shown."""
_WORDS = 160
"""Characters of a text that are shown."""


def why(text: str, line: int) -> Iterator[str]:
    """
    Yield, as lines of text, how line `line` (from 1) of a list was read.

    Pure; the text is hostile, so whoever prints the lines takes care of what steers a terminal.
    """
    reader = ListReader(text, "list")
    reader.read()
    units = [*reader.units]
    shares = Shares(units)
    parsed = reader.result()
    found = False
    for unit in units:
        first, last = _lines(reader, unit)
        if first <= line <= last and (unit.links or unit.reading.title):
            found = True
            yield from _told(reader, units, unit, shares)
    if not found:
        yield f"line {line}: no unit is here: a heading, code, a comment, or a text without links"
    for link in parsed.other_links:
        if link.line == line:
            yield f"other link: {link.role} {link.url}"
    for problem in parsed.problems:
        if problem.line == line:
            yield f"problem {problem.code}: {problem.message}"


def _lines(reader: ListReader, unit: Unit) -> tuple[int, int]:
    """Return the first and the last line of a unit."""
    return reader.lines.line(unit.start), reader.lines.line(max(unit.start, unit.end - 1))


def _told(reader: ListReader, units: list[Unit], unit: Unit, shares: Shares) -> Iterator[str]:
    """Yield what is to say of one unit."""
    reading = unit.reading
    first, last = _lines(reader, unit)
    section = " / ".join(unit.section) or "no heading"
    yield f"unit: {unit.shape}, lines {first} to {last}, below {section}"
    yield f"  text: {plain(unit.text)[:_WORDS]}"
    for kind, words in islice(pieces_of(unit.text), _MOST * 2):
        if words:
            yield f"  piece: {kind} “{words[:_WORDS]}”"
    siblings = [one for one in units if _family(one) == _family(unit)]
    yield f"family: {len(siblings)} units of this shape in this place"
    votes = reader.votes.get(_family(unit), {})
    for key, vote in sorted(votes.items(), key=lambda one: -one[1])[:_MOST]:
        yield f"  vote: {vote:+.1f} for titles in place {key}"
    if unit.shape != "row":
        titles = titles_of(unit.text, unit.anchors, reading)
        for title in sorted(titles, key=lambda one: -one.score)[:_MOST]:
            yield f"  candidate: {title.score:+.1f} in place {title.key} “{title.text[:_WORDS]}”"
    yield f"title: {reading.title or 'none'} (set apart by: {reading.form or 'its column'})"
    for name in ("name", "authors", "venue", "year"):
        if value := getattr(reading, name):
            yield f"  {name}: {value}"
    for link in unit.links:
        yield f"  link: {link.role} {link.url}"
    yield f"evidence: {unit.evidence}, {_MEANING[unit.evidence]}"
    decided = verdict(unit, shares)
    yield f"decision: {decided or 'no entry, its links are other links'}"


def _family(unit: Unit) -> tuple[object, str]:
    return unit.place, unit.shape
