"""Why a line of a list was read as it was: its unit, pieces, family, votes and the decision."""

from collections.abc import Iterator
from itertools import islice

from pipeline.markdown.candidates import pieces_of, titles_of
from pipeline.markdown.entries import ListReader
from pipeline.markdown.judge import verdict
from pipeline.markdown.marks import plain
from pipeline.markdown.siblings import Candidate, Shares

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
    parsed = reader.read()
    shares = Shares(reader.candidates)
    found = False
    for candidate in reader.candidates:
        first, last = _lines(reader, candidate)
        if first <= line <= last:
            found = True
            yield from _told(reader, candidate, shares)
    if not found:
        yield f"line {line}: no unit is here: a heading, code, a comment, or a text without links"
    for link in parsed.other_links:
        if link.line == line:
            yield f"other link: {link.role} {link.url}"
    for problem in parsed.problems:
        if problem.line == line:
            yield f"problem {problem.code}: {problem.message}"


def _lines(reader: ListReader, candidate: Candidate) -> tuple[int, int]:
    """Return the first and the last line of a candidate's unit."""
    piece = candidate.unit.piece
    return reader.lines.line(piece.start), reader.lines.line(max(piece.start, piece.end - 1))


def _told(reader: ListReader, candidate: Candidate, shares: Shares) -> Iterator[str]:
    """Yield what is to say of one unit."""
    unit, reading = candidate.unit, candidate.reading
    first, last = _lines(reader, candidate)
    section = " / ".join(unit.section) or "no heading"
    yield f"unit: {unit.shape}, lines {first} to {last}, below {section}"
    yield f"  text: {plain(unit.piece.text)[:_WORDS]}"
    for kind, words in islice(pieces_of(unit.piece.text), _MOST * 2):
        if words:
            yield f"  piece: {kind} “{words[:_WORDS]}”"
    siblings = [one for one in reader.candidates if _family(one) == _family(candidate)]
    yield f"family: {len(siblings)} units of this shape in this place"
    votes = reader.votes.get(_family(candidate), {})
    for key, vote in sorted(votes.items(), key=lambda one: -one[1])[:_MOST]:
        yield f"  vote: {vote:+.1f} for titles in place {key}"
    if unit.row is None:
        titles = titles_of(unit.piece.text, unit.piece.anchors, reading)
        for title in sorted(titles, key=lambda one: -one.score)[:_MOST]:
            yield f"  candidate: {title.score:+.1f} in place {title.key} “{title.text[:_WORDS]}”"
    yield f"title: {reading.title or 'none'} (set apart by: {reading.form or 'its column'})"
    for name in ("name", "authors", "venue", "year"):
        if value := getattr(reading, name):
            yield f"  {name}: {value}"
    for link in candidate.links:
        yield f"  link: {link.role} {link.url}"
    yield f"evidence: {candidate.evidence}, {_MEANING[candidate.evidence]}"
    decided = verdict(candidate, shares)
    yield f"decision: {decided or 'no entry, its links are other links'}"


def _family(candidate: Candidate) -> tuple[object, str]:
    return candidate.unit.place, candidate.unit.shape
