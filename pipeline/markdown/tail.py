"""What stands behind a title: authors, venue and year, in pieces; siblings settle what is open."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from pipeline.markdown.marks import (
    BOLD,
    BOLD_END,
    CODE,
    CODE_END,
    IMAGE,
    ITALIC,
    ITALIC_END,
    LABELLED,
    LINK,
    LINK_END,
    SOFT,
    Anchor,
    plain,
)
from pipeline.markdown.phrases import (
    YEAR,
    YEAR_OF_JOURNAL,
    date_year,
    has_known_venue,
    is_authors,
    is_person,
    is_told,
    is_venue,
    is_web_name,
    journal_of,
    trimmed,
    with_journals,
    without_reference,
    year_in,
)
from pipeline.markdown.prefix import EDGE_EMOJI
from pipeline.markdown.reading import Reading, Slot
from pipeline.markdown.roles import is_label, is_paper, label_of, role_of_label
from pipeline.markdown.vocabulary import DETAIL_LEADS, ORGANISATIONS, VENUE_PARTS

_BETWEEN = re.compile(
    rf"([\n\r|；｜{LINK}{LINK_END}{BOLD}{BOLD_END}{ITALIC}{ITALIC_END}{CODE}{CODE_END}{IMAGE}()（）\[\]【】]+"
    r"|\s[–—/-]\s)"
)
_OPENING = re.compile(rf"[{ITALIC}{BOLD}{CODE}(\[|\n\r（【]|\s[–—/-]\s")
_LIST_BROKEN = re.compile(r"[\n\r](?:(?<=,[\n\r])|(?<= and[\n\r])|(?<= &[\n\r])|\s*(?:and|&) )")
_GOES_ON = re.compile(r"(?<=[^\W\d])(?:,| and| &)[\n\r]\s*(?=\w)|[\n\r]\s*(?=(?:and|&) )")
"""A line break inside a list of authors."""
_NAME_BEFORE = re.compile(r"([^,;()\n\r]{2,40}) ?\Z")
_LONGEST_NAME = 41
"""Characters, with the blank behind it."""
_PLACE_OF_WORK = re.compile(r"\([^()\d]{2,80}\)(?=,| and | &| et al)")
_SAYS_MORE = re.compile(r"[^\W_]")
_MAX_PIECES = 60
_PROSE_WORDS = 14
"""A run of text with more words is a description, unless it begins with authors."""
_FULL_STOP = re.compile(r"(?<=[\w)*\u00c0-\u024f])\s?\.+\s+(?=[A-Z\d\"“]|ar[Xx]i[vV])")
_STOP_OR_COMMA = re.compile(r"[.,] ")
_INITIAL = re.compile(r"(?<![^\W\d_])[^\W\d_]$")
_ET_AL = re.compile(r"^(.*?\bet\.?\s?al\b\.?)[.,]*\s*(.*)$", re.IGNORECASE)
_NO_PERSON = re.compile(
    r"(?:19|20)\d\d|['’]\d\d| (?:of|in|on|for) "
    r"|^(?:January|February|March|April|May|June|July|August|(?:Sept|Octo|Nov|Dec)e?m?ber)$"
)
"""Signs of the last of several parts that it is no person."""
_IN = re.compile(
    r"^(?:(?:accepted|to appear|published|presented)\s+)?(?:in|at|by)\s+(?:the\s+){0,2}(?=[A-Z\d])",
    re.IGNORECASE,
)
_SAYS = re.compile(r"^(?:An?|Our|This) | (?:is|are|was|were|has|have|can|will|we|you|that|this)\b")
"""Words of sentences, which no name of a venue has."""
_SURNAME_YEAR = re.compile(r"([A-Z][a-z]+(?:[-'’][A-Z][a-z]+)?), (?:19|20)\d\d[a-z]?")
_ORGANISATION_YEAR = re.compile(r"[A-Z][\w&-]{1,24}(?: [A-Z]\w{1,12})? ((?:19|20)\d\d)")
_PAPER_WORD = re.compile(r"(?:^|\s)(?:paper|pdf|article|link)$", re.IGNORECASE)
_YEAR_LAST = re.compile(r"(?:[\s,.(]+(?:(?:19|20)\d\d|['’]\d\d))\)?$")
_VOLUME_FIRST = re.compile(r"(?:[Vv]ol\. ?)?\d{1,3}(?: ?\(\d{1,4}\)|[,:]|$)")
_JOURNAL_PAGES = re.compile(
    r"(?P<name>[A-Z][\w&'’-]*+(?: (?:[A-Z][\w&'’-]*+|of|and|the|in|for|on|&)){0,8}),?"
    r" \d{1,4} ?\(\d{1,4}(?:[-–/]\d{1,4})?\)"
    r"(?:[,:] ?(?!(?:19|20)\d\d\b)[A-Za-z]?\d[\d–-]*|(?=,? \(?(?:19|20)\d\d\b))"
)
"""`Econometrica, 47(2), 263–91`, whatever stands around it; a year behind it is no page."""
_LONG_TITLE = 16
_MOST = 0.5
_SOME = 3
_MAX_NAME = 12
"""Words of a name of a venue that siblings confirm."""


def take(reading: Reading, text: str) -> bool:
    """Take in a piece that is a date, a venue, a surname or an organisation with a year."""
    year = date_year(text)
    venue = has_known_venue(text) and (". " not in text or is_venue(text))
    if year is None and not venue:
        organisation = text.partition(" ")[0].strip(",").lower() in ORGANISATIONS
        surname = _SURNAME_YEAR.fullmatch(text)
        if surname or (organisation and _ORGANISATION_YEAR.fullmatch(text)):
            year = year_in(text)
        if surname and not organisation:
            reading.authors = reading.authors or surname[1]
    if year is not None:
        reading.year = reading.year or year
    elif (venue or is_venue(text)) and reading.venue is None:
        take_venue(reading, text)
    return year is not None or venue or is_venue(text)


def take_venue(reading: Reading, text: str) -> None:
    """Take in a venue, without "in" before it; its year counts more than any other."""
    venue = _IN.sub("", trimmed(text)) + ")" * (text.count("(") - text.count(")"))
    journal = journal_of(venue)
    reading.venue = journal or venue
    dated = YEAR_OF_JOURNAL.search(venue) if journal else None
    year = int(dated[1]) if dated else None if journal else year_in(venue)
    reading.year = year or reading.year


def read_tail(reading: Reading) -> None:
    """Read authors, venue and year from what follows the title; prose ends the reading."""
    text = reading.tail
    if LINK in text:
        text = LABELLED.sub(_name_or_break, text)
    if len(reading.title) > _LONG_TITLE:  # "Ann Lee, Bo Ray, Title again, arXiv"
        text = text.replace(reading.title, SOFT)
    if ("\n" in text or "\r" in text) and _LIST_BROKEN.search(text):
        text = _GOES_ON.sub(", ", text)
    if "(" in text:
        text = _without_places_of_work(text)
        cited = _JOURNAL_PAGES.search(text)
        if cited and reading.venue is None:
            take_venue(reading, cited["name"])
            text = f"{text[: cited.start()]}{SOFT}{text[cited.end() :]}"
    dates: list[int] = []
    seen: dict[str, int] = {}
    journal = ""
    told = f"{SOFT}{text}" if _SAYS_MORE.search(text) else ""
    pieces = _BETWEEN.split(told, maxsplit=_MAX_PIECES)[1 : 2 * _MAX_PIECES + 1]
    for between, text in zip(pieces[::2], pieces[1::2], strict=True):
        piece = _without_lead(reading, text) if len(text) > 1 else ""
        if not piece:
            continue
        if len(piece.split()) > _PROSE_WORDS and not authors_first(_sentences(piece)[0]):
            _take_around_prose(reading, *_sentences(piece))
            break
        opening = _OPENING.search(between)
        style = opening[0].strip() or opening[0] if opening else ","
        if journal and reading.venue is None and _VOLUME_FIRST.match(piece):
            take_venue(reading, journal)
        journal = piece if style == ITALIC else ""
        seen[style] = seen.get(style, 0) + 1
        if style == "(" and _SURNAME_YEAR.fullmatch(piece) and take(reading, piece):
            continue
        if style == "(" and reading.venue and _belongs_to(reading.venue, piece):
            reading.venue = f"{reading.venue} ({piece})"
            continue
        read_segment(reading, piece, dates, f"{style}{seen[style]}")
    venue_year = year_in(reading.venue) if reading.venue else None
    reading.year = venue_year or reading.year or (dates[0] if dates else None)


def _take_around_prose(reading: Reading, first: str, *others: str) -> None:
    """Take in the venue around a description: `Cell, 18(2), 3–9. We …`, `We …. In KDD 2019`."""
    last = others[-1] if others else first
    dated = year_in(first) is not None and is_venue(first)
    if reading.venue is None and others and (journal_of(first) or dated):
        take_venue(reading, first)
    elif reading.venue is None and _IN.match(last) and is_venue(_IN.sub("", last)):
        take_venue(reading, last)


def _belongs_to(venue: str, piece: str) -> bool:
    """Say whether a group in brackets is a part of the venue before it, or its short name."""
    words = piece.split()
    named = len(venue.split()) > _SOME and year_in(venue) is None and len(words) <= _SOME
    short = named and sum(map(str.isupper, words[0])) > 1
    return short or not VENUE_PARTS.isdisjoint(piece.lower().split())


def _name_or_break(link: re.Match[str]) -> str:
    """Keep the name of an author whose home page is linked; other links end a piece of text."""
    name = plain(link.group()) if " " in link[1] else ""
    return name if is_web_name(name) else SOFT


def _without_places_of_work(text: str) -> str:
    """Leave out where persons work: "Qiao Jin (National Institutes of Health), …"."""
    parts, done = [], 0
    for place in _PLACE_OF_WORK.finditer(text):
        end = place.start()
        name = _NAME_BEFORE.search(text, max(done, end - _LONGEST_NAME), end)
        if name is not None and is_person(plain(name[1]).removeprefix("and ")):
            parts += [text[done : name.start()], name[1].rstrip()]
            done = place.end()
    return "".join([*parts, text[done:]])


def _without_lead(reading: Reading, segment: str) -> str:
    """Take "Authors:" and the like off a line, and act on it."""
    piece = trimmed(without_reference(segment).strip(' <>"”.,'))
    if piece.startswith(("by ", "By ", "作者 ")):
        piece = piece.partition(" ")[2].lstrip()
        if is_person(piece) and reading.authors is None:
            reading.authors, piece = piece, ""
    if segment.rstrip()[-1:] in {":", "："} and piece.lower().split(" ")[0] in DETAIL_LEADS:
        return ""
    start = piece[:28]
    if ":" not in start and "：" not in start:
        return piece
    head, _, rest = piece.partition(":" if ":" in start else "：")
    kind = DETAIL_LEADS.get(EDGE_EMOJI.sub("", head).strip().lower())
    if kind == "authors" and rest.strip():
        reading.authors = reading.authors or trimmed(rest)
    named = kind == "note" and has_known_venue(rest) and is_venue(rest)
    if kind in {"authors", "note"} and not named:
        return ""
    return trimmed(rest) if named or kind in {"venue", "date"} else piece


def read_segment(reading: Reading, piece: str, dates: list[int], place: str) -> None:
    """Take in what a run of text between separators tells; years that stand alone go to `dates`."""
    for told in _typed(piece, reading.authors is not None):
        if told.year is not None:
            dates.append(told.year)
        if told.field == "venue" and reading.venue is None:
            take_venue(reading, told.text)
        elif told.field == "authors":
            reading.authors = reading.authors or told.text
        if told.field != "date":
            reading.slots.append(Slot(f"{place}{told.place}", told.text, told.field))


class _Typed(NamedTuple):
    """A part of a run of text, its place in it, and what it tells."""

    place: str
    text: str
    field: Literal["", "authors", "venue", "date"]
    year: int | None = None


@lru_cache(maxsize=2048)
def _typed(piece: str, named: bool) -> tuple[_Typed, ...]:
    """Say what each part of a run tells: its sentences, and what commas separate in them."""
    if journal_of(piece):
        return (_Typed(",0", piece, "venue"),)
    sentences = (piece,) if is_authors(piece) and not _trails_venue(piece) else _sentences(piece)
    found: list[_Typed] = []
    if len(sentences) > 1:
        for index, sentence in enumerate(sentences):
            parts = _typed(sentence, named)
            named = named or any(part.field == "authors" for part in parts)
            inner = f".{index}" if index else ""
            found += [part._replace(place=f"{inner}{part.place}") for part in parts]
        return tuple(found)
    authors = authors_first(piece)
    if authors and not (named and is_person(authors)):
        found.append(_Typed(",0", authors, "authors"))
        piece = piece[len(authors) :]
    return (*found, *_typed_parts(_parts(piece)))


def _parts(piece: str) -> list[str]:
    return [part for part in map(trimmed, piece.split(",")) if part]


@lru_cache(maxsize=1024)
def authors_first(piece: str) -> str:
    """Return the persons that a piece begins with, before a venue or a date."""
    bare = _YEAR_LAST.sub("", piece)
    if piece[len(bare) : len(bare) + 1] == " " and _is_short_name(_parts(bare)[-1:]):
        bare = piece  # "…, TOPLAS 2024"
    parts = _parts(bare)
    spaced = piece[len(bare) : len(bare) + 1] == " "
    told = len(parts) - (bare == piece or (spaced and len(parts) == 1))
    piece = bare
    if is_authors(piece) and not _NO_PERSON.search(parts[-1]) and not is_venue(parts[-1]):
        return piece
    words = piece.split(" ")
    for index, word in enumerate(words):
        if index and has_known_venue(trimmed(word)) and word[:1].isupper():
            head = trimmed(" ".join(words[:index]))
            if _names(head):
                return head
            break
    told = next((n for n, part in enumerate(parts) if _is_told(part)), told)
    head = ", ".join(parts[:told])
    return head if head and piece.startswith(head) and _names(head) else ""


def _is_short_name(last: list[str]) -> bool:
    """Say whether the last of several parts has the short name of a venue: three capitals."""
    words = last[0].split() if last else []
    return any("." not in word and sum(map(str.isupper, word)) >= _SOME for word in words)


def _names(text: str) -> bool:
    return (is_authors(text) or is_person(text)) and not has_known_venue(text)


def _opens_told(rest: str) -> bool:
    """Say whether a venue or a date begins behind an initial, not the surname of the initial's."""
    first = rest.partition(" ")[0].rstrip(",")
    return _is_told(rest) and (not first.istitle() or has_known_venue(first) or is_venue(first))


def _is_told(part: str) -> bool:
    return date_year(part) is not None or is_venue(part)


def _names_venue(part: str) -> bool:
    bare = _IN.sub("", part)
    return is_venue(part) or is_venue(bare) or is_venue(part.rpartition(",")[0])


def _typed_parts(parts: list[str]) -> Iterator[_Typed]:
    """Say what commas separate: a venue as a whole, or a venue, dates and other things."""
    whole = ", ".join(parts)
    for index in range(len(parts) - 2, -1, -1):
        if date_year(f"{parts[index]}, {parts[index + 1]}") is not None:
            parts[index : index + 2] = [f"{parts[index]}, {parts[index + 1]}"]
    *head, last = parts or [""]
    dated = [part for part in parts if date_year(part) is not None]
    if dated in ([], [last] if YEAR.fullmatch(last) else []) and is_venue(whole):
        parts = [whole]
    elif head and YEAR.fullmatch(last) and is_venue(head[-1]):
        parts = [*head[:-1], f"{head[-1]}, {last}"]
    for index, part in enumerate(parts):
        place = f",{index}"
        if (year := date_year(part)) is not None:
            yield _Typed(place, part, "date", year)
        elif _names_venue(part) and not is_authors(part):
            yield _Typed(place, part, "venue")
        elif is_authors(part):
            yield _Typed(place, part, "authors")
        else:
            ends = _YEAR_LAST.search(part) if part is parts[-1] else None
            yield _Typed(place, part, "", year_in(ends[0]) if ends else None)


@lru_cache(maxsize=1024)
def _sentences(piece: str) -> tuple[str, ...]:
    """Split a piece at full stops that end something: not after months, initials, "et al."."""
    found: list[str] = []
    others = _ET_AL.match(piece) if "et" in piece.lower() else None
    while others and others[2]:
        found.append(others[1])
        piece = others[2]
        others = _ET_AL.match(piece)
    begin = 0
    for stop in _FULL_STOP.finditer(piece) if "." in piece else ():
        rest = _FULL_STOP.split(piece[stop.end() :], maxsplit=1)[0]
        if not _INITIAL.search(piece, begin, stop.start()) or _opens_told(rest):
            found.append(trimmed(piece[begin : stop.start()]))
            begin = stop.end()
    ends = with_journals([*found, trimmed(piece[begin:])], ". ")
    short = len(ends) >= _SOME and all(len(end.split()) < _SOME for end in ends)
    if short and not any(year_in(end) or is_authors(end) for end in ends):
        return (piece,)  # "Front. Comput. Neurosci."
    return tuple(one for one in ends if one)


def _trails_venue(piece: str) -> bool:
    """Say whether a venue follows the last of several persons."""
    others = _ET_AL.match(piece) if "et" in piece.lower() else None
    if others:
        return bool(others[2])
    last = _STOP_OR_COMMA.split(piece)[-1]
    return has_known_venue(last) or _is_told(last)


def read_labels(reading: Reading, anchors: Sequence[Anchor]) -> None:
    """Read venue, authors and year in the labels of papers: "[CVPR 2020]", "[Hoare (1962)]"."""
    for index, anchor in enumerate(anchors):
        if index == reading.title_anchor:
            continue
        label = _PAPER_WORD.sub("", label_of(anchor))
        if not label or not (is_paper(anchor) or _is_venue_alone(label)):
            continue
        persons, comma, last = label.rpartition(", ")
        if comma and is_authors(persons):  # "[Lee et al., KDD 2019]"
            reading.authors, label = reading.authors or persons, last
        year = year_in(label)
        named = is_venue(label) and (year is not None or role_of_label(label) is None)
        authors = "" if is_venue(label) or not is_told(label) else _YEAR_LAST.sub("", label)
        if date_year(label) is not None or authors:
            reading.year = reading.year or date_year(label) or year
        if date_year(label) is not None or (is_label(label) and not named):
            continue
        told: Literal["", "authors", "venue"] = "venue" if named else "authors" if authors else ""
        reading.slots.append(Slot("label", label, told))
        if named and reading.venue is None:
            take_venue(reading, label)
        elif authors:
            reading.authors = reading.authors or authors.strip(" ,")


def _is_venue_alone(label: str) -> bool:
    """Say whether a label is a known venue with its year and no more, so that any host has it."""
    short = len(label.split()) <= _SOME and label[:1].isalpha() and "," not in label
    return short and year_in(label) is not None and has_known_venue(label)


def settle_fields(readings: Sequence[Reading]) -> None:
    """Read the open pieces of a family as what stands in their place in most of its units."""
    told: dict[str, Counter[str]] = defaultdict(Counter)
    for reading in readings:
        for slot in reading.slots:
            told[slot.place][slot.told] += 1
    habits = {}
    for place, counts in told.items():
        field, most = max(((f, counts[f]) for f in ("authors", "venue")), key=lambda one: one[1])
        if most >= _SOME and most >= _MOST * counts.total() and counts[""]:
            habits[place] = field
    if not habits:
        return
    for reading in readings:
        for slot in reading.slots:
            field = "" if slot.told else habits.get(slot.place, "")
            named = reading.title.startswith(slot.text)
            if field == "venue" and not (reading.venue or named) and _may_be_venue(slot.text):
                take_venue(reading, slot.text)
                reading.name = None if reading.name == slot.text else reading.name
            elif field == "authors" and reading.authors is None and _may_be_names(slot.text):
                reading.authors = slot.text


def _may_be_venue(text: str) -> bool:
    """Say whether a text may name a venue that nobody knows; a word alone needs two capitals."""
    words = text.split()
    begins = (words[0][:1].isupper() and not _SAYS.search(text)) or (
        YEAR.match(text) and len(words) > 1
    )
    short = len(words) <= _MAX_NAME and begins
    apart = len(words) > 1 or sum(c.isupper() or c.isdigit() for c in text) > 1
    if not short or not apart or is_label(text) or words[0].lower() in ORGANISATIONS:
        return False
    return not is_authors(text) and not is_person(text)


def _may_be_names(text: str) -> bool:
    """Say whether each word may belong to a name: a capital, or a particle of three letters."""
    words = text.replace(",", " ").split()
    named = all(word[0].isupper() or len(word) <= _SOME for word in words)
    return named and len(words) > 1 and not any(c.isdigit() for c in text) and not is_label(text)
