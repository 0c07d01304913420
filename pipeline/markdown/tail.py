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
    plain,
)
from pipeline.markdown.phrases import (
    YEAR,
    date_year,
    has_known_venue,
    is_authors,
    is_person,
    is_venue,
    is_web_name,
    trimmed,
    year_in,
)
from pipeline.markdown.prefix import EDGE_EMOJI
from pipeline.markdown.reading import Reading
from pipeline.markdown.trailing import take_venue
from pipeline.markdown.vocabulary import DETAIL_LEADS

_SEGMENT = re.compile(
    rf"[\n\r|；｜{LINK}{LINK_END}{BOLD}{BOLD_END}{ITALIC}{ITALIC_END}{CODE}{CODE_END}{IMAGE}()（）\[\]【】]+"
    r"|\s[–—-]\s"
)
_LINKED = re.compile(rf"[\[(]{{0,4}}{LINK}[^{LINK_END}]*{LINK_END}[\])]{{0,4}}")
_MAX_SEGMENTS = 60
_PROSE_WORDS = 14
"""A run of text with more words is a description, unless it begins with authors."""
_FULL_STOP = re.compile(r"(?<=[\w)*\u00c0-\u024f])\.\s+(?=[A-Z\d]|arXiv)")
_ET_AL = re.compile(r"^(.*?\bet\.?\s?al)\b[.,]*\s*(.*)$", re.IGNORECASE)


def read_tail(reading: Reading) -> None:
    """Read authors, venue and year from what follows the title; prose ends the reading."""
    text = _LINKED.sub(_name_or_break, reading.tail)
    dates: list[int] = []
    for segment in _SEGMENT.split(text, maxsplit=_MAX_SEGMENTS)[:_MAX_SEGMENTS]:
        piece = _without_lead(reading, segment) if segment and not segment.isspace() else ""
        if len(piece.split()) > _PROSE_WORDS and not is_authors(piece):
            break
        if piece:
            _read_segment(reading, piece, dates)
    venue_year = year_in(reading.venue) if reading.venue else None
    reading.year = venue_year or reading.year or (dates[0] if dates else None)


def _name_or_break(link: re.Match[str]) -> str:
    """Keep the name of an author whose home page is linked; other links end a piece of text."""
    name = plain(link.group())
    return name if is_web_name(name) else SOFT


def _without_lead(reading: Reading, segment: str) -> str:
    """Take "Authors:" and the like off a line, and act on it."""
    piece = trimmed(segment.strip(" <>"))
    if piece.startswith(("by ", "By ", "作者 ")):
        piece = piece.partition(" ")[2].lstrip()
    start = piece[:28]
    if ":" not in start and "：" not in start:
        return piece
    head, _, rest = piece.partition(":" if ":" in start else "：")
    kind = DETAIL_LEADS.get(EDGE_EMOJI.sub("", head).strip().lower())
    if kind == "authors" and rest.strip():
        reading.authors = reading.authors or trimmed(rest)
    if kind in {"authors", "note"} or (kind == "link" and not rest.strip()):
        return ""
    return trimmed(rest) if kind in {"venue", "date"} else piece


def _read_segment(reading: Reading, piece: str, dates: list[int]) -> None:
    """Read a run of text between separators."""
    if is_authors(piece) and not _trails_venue(piece):
        reading.authors = reading.authors or piece
    elif "," in piece or ". " in piece or "et al" in piece:
        _read_sentences(reading, piece, dates)
    else:
        _read_piece(reading, piece, dates)


def _read_piece(reading: Reading, piece: str, dates: list[int]) -> None:
    """Read a piece that has one meaning at most."""
    year = date_year(piece)
    if year is not None:
        dates.append(year)
    elif reading.authors is None and is_authors(piece):
        reading.authors = piece
    elif reading.venue is None and is_venue(piece) and not is_authors(piece):
        take_venue(reading, piece)


def _read_sentences(reading: Reading, piece: str, dates: list[int]) -> None:
    """Read a piece with full stops or commas inside."""
    sentences = _sentences(piece)
    if len(sentences) > 1:
        for sentence in sentences:
            _read_segment(reading, sentence, dates)
        return
    parts = [trimmed(part) for part in piece.split(",")]
    person = is_person(parts[0]) and not has_known_venue(parts[0])
    if any(date_year(part) is not None for part in parts):
        _read_dated(reading, parts, dates)
    elif is_venue(piece) and not is_authors(parts[0]) and not person:
        _read_piece(reading, piece, dates)
    else:
        for part in parts:
            _read_piece(reading, part, dates)


def _read_dated(reading: Reading, parts: list[str], dates: list[int]) -> None:
    """Read parts between commas of which one is a date: "Jul. 2011, SIGIR 2011"."""
    told = [p for p in parts if date_year(p) is None and not is_venue(p)]
    if reading.authors is None and is_authors(", ".join(told)):
        reading.authors = ", ".join(told)
    for part, following in zip(parts, [*parts[1:], ""], strict=True):
        whole = YEAR.fullmatch(following) and date_year(part) is None and is_venue(part)
        _read_piece(reading, f"{part}, {following}" if whole else part, dates)


def _sentences(piece: str) -> list[str]:
    """Split a piece at full stops that end something: not after months, initials, "et al."."""
    found: list[str] = []
    others = _ET_AL.match(piece)
    while others and others[2]:
        found.append(f"{others[1]}.")
        piece = others[2]
        others = _ET_AL.match(piece)
    begin = 0
    for stop in _FULL_STOP.finditer(piece):
        word = piece[begin : stop.start()].rpartition(" ")[2]
        if len(word.rpartition("-")[2]) > 1:
            found.append(trimmed(piece[begin : stop.start()]))
            begin = stop.end()
    return [*found, trimmed(piece[begin:])]


def _trails_venue(piece: str) -> bool:
    """Say whether a venue follows the "et al." of a list of authors."""
    others = _ET_AL.match(piece)
    return others is not None and is_venue(trimmed(others[2]))
