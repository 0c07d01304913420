"""What follows a title: lines and groups that tell authors, venue and year."""

import re

from pipeline.markdown.marks import (
    BOLD,
    BOLD_END,
    CODE,
    CODE_END,
    IMAGE,
    ITALIC,
    ITALIC_END,
    LINK,
    LINK_END,
    SOFT,
)
from pipeline.markdown.phrases import (
    YEAR,
    date_year,
    has_known_venue,
    is_authors,
    is_month,
    is_person,
    is_venue,
    trimmed,
    year_in,
)
from pipeline.markdown.prefix import EMOJI
from pipeline.markdown.reading import Reading
from pipeline.markdown.vocabulary import DETAIL_LEADS

_SEGMENT = re.compile(
    rf"[\n\r|；｜{LINK}{LINK_END}{BOLD}{BOLD_END}{ITALIC}{ITALIC_END}{CODE}{CODE_END}{IMAGE}()（）\[\]【】]+"
    r"|\s[–—-]\s"
)
_LINKED = re.compile(rf"[\[(]{{0,4}}{LINK}[^{LINK_END}]*{LINK_END}[\])]{{0,4}}")
_MAX_TAIL_SEGMENTS = 60
_FULL_STOP = re.compile(r"(?<=[\w)*\u00c0-\u024f])\.\s*(?=[A-Z\d]|arXiv)")
_ET_AL = re.compile(r"^(.*?\bet\.?\s?al)\b[.,]*\s*(.*)$", re.IGNORECASE)


def read_tail(reading: Reading) -> None:
    """Read authors, venue and year from what follows the title."""
    text = _LINKED.sub(SOFT, reading.tail)
    venue_year = year_in(reading.venue) if reading.venue else None
    loose_year: int | None = None
    for segment in _SEGMENT.split(text, maxsplit=_MAX_TAIL_SEGMENTS)[:_MAX_TAIL_SEGMENTS]:
        piece = _without_lead(reading, segment) if segment and not segment.isspace() else ""
        if not piece:
            continue
        if len(piece.split()) > 14 and not is_authors(piece):
            if _read_sentences(reading, piece):
                continue
            break
        loose_year = _read_segment(reading, piece, loose_year)
    venue_year = venue_year or (year_in(reading.venue) if reading.venue else None)
    reading.year = venue_year or reading.year or loose_year


def _without_lead(reading: Reading, segment: str) -> str:
    """Take "Authors:" and the like off a line, and act on it."""
    piece = trimmed(segment.strip(" <>"))
    if piece.startswith(("by ", "By ", "作者 ")):
        piece = piece.partition(" ")[2].lstrip()
    head, colon, rest = piece.partition(":") if ":" in piece[:28] else piece.partition("：")
    head = _EDGE_EMOJI.sub("", head)
    kind = DETAIL_LEADS.get(head.strip().lower()) if colon else None
    if kind == "authors" and rest.strip():
        reading.authors = reading.authors or trimmed(rest)
        return ""
    if kind == "note":
        return ""
    return trimmed(rest) if kind in {"venue", "date"} else piece


def _read_segment(reading: Reading, piece: str, loose_year: int | None) -> int | None:
    year = date_year(piece)
    if year is not None:
        return loose_year or year
    if is_authors(piece) and not _trails_venue(piece):
        reading.authors = reading.authors or piece
        return loose_year
    if "," in piece or ". " in piece or "et al" in piece:
        return _read_parts(reading, piece, loose_year)
    return _read_piece(reading, piece, loose_year)


def _sentences(piece: str) -> list[str]:
    """Split a piece at full stops that end something: not after months, initials, "et al."."""
    others = _ET_AL.match(piece)
    if others and others[2]:
        return [f"{others[1]}.", *_sentences(others[2])]
    found: list[str] = []
    begin = 0
    for stop in _FULL_STOP.finditer(piece):
        word = piece[begin : stop.start()].rsplit(None, 1)[-1:] or [""]
        spaced = stop.end() - stop.start() > 1
        if spaced and len(word[0].rpartition("-")[2]) > 1 and not is_month(word[0]):
            found.append(trimmed(piece[begin : stop.start()]))
            begin = stop.end()
    return [*found, trimmed(piece[begin:])]


def _trails_venue(piece: str) -> bool:
    """Say whether a venue follows the "et al." of a list of authors."""
    others = _ET_AL.match(piece)
    return others is not None and is_venue(trimmed(others[2]))


def _is_dated(parts: list[str]) -> bool:
    return any(date_year(part) is not None for part in parts)


def _read_parts(reading: Reading, piece: str, loose_year: int | None) -> int | None:
    """Read a segment part by part: first as sentences, then from its last comma."""
    sentences = _sentences(piece)
    if len(sentences) > 1:
        for sentence in sentences:
            loose_year = _read_segment(reading, sentence, loose_year)
        return loose_year
    dated = [trimmed(part) for part in piece.split(",")]
    if _is_dated(dated):
        told = [p for p in dated if date_year(p) is None and not is_venue(p) and not is_month(p)]
        if reading.authors is None and is_authors(", ".join(told)):
            reading.authors = ", ".join(told)
        for index, part in enumerate(dated):
            if dated[index + 1 : index + 2] and YEAR.fullmatch(dated[index + 1]) and is_venue(part):
                part = f"{part}, {dated[index + 1]}"
            loose_year = _read_piece(reading, part, loose_year)
        return loose_year
    parts = [trimmed(p) for p in piece.split(",")]
    if not _is_dated(parts) and is_venue(piece) and not is_authors(parts[0]):
        if not is_person(parts[0]) or has_known_venue(parts[0]):
            return _read_piece(reading, piece, loose_year)
    for index in range(len(parts) - 1, 0, -1):
        tail, head = ", ".join(parts[index:]), ", ".join(parts[:index])
        if is_venue(tail) and (is_authors(head) or is_person(head)):
            reading.authors = reading.authors or head
            reading.venue = reading.venue or tail
            return loose_year
    for part in parts:
        loose_year = _read_piece(reading, part, loose_year)
    return loose_year


def _read_piece(reading: Reading, piece: str, loose_year: int | None) -> int | None:
    year = date_year(piece)
    if year is not None:
        return loose_year or year
    if reading.venue is None and is_venue(piece) and not is_authors(piece):
        reading.venue = re.sub(r"^(?:in|In|at)\s+(?=[A-Z])", "", piece)
    elif reading.authors is None and is_authors(piece):
        reading.authors = piece
    return loose_year


def _read_sentences(reading: Reading, piece: str) -> bool:
    """Read a long segment: authors, then a venue; `False` where it is prose."""
    sentences = re.split(r"(?<=[\w)*])\.\s+(?=[A-Z\d])", piece)
    if not is_authors(sentences[0]):
        return False
    reading.authors = reading.authors or sentences[0]
    for sentence in sentences[1:3]:
        _read_piece(reading, trimmed(sentence), None)
    return True
