"""The reading of one entry's marked text: title, name, authors, venue and year."""

import re
from collections.abc import Iterable

from pipeline.markdown.marks import plain
from pipeline.markdown.phrases import date_year, journal_of, year_in
from pipeline.markdown.prefix import without_edge_emoji, without_prefix
from pipeline.markdown.reading import Hints, Reading, Slot
from pipeline.markdown.tail import read_tail
from pipeline.markdown.title import MAX_TITLE, read_title
from pipeline.markdown.trailing import trimmed_title, without_marks_of_lists

MAX_TEXT = 6000
"""Characters of a text that are read for its title and fields; a hostile list has longer ones."""
_SPACES = re.compile(r"[^\S\r\n]{2,}|\r[\r\n ]+")
_ODD_SPACES = (
    *("  ", "\r\r", "\r\n", "\r "),
    *"\t\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000",
    *map(chr, range(0x2000, 0x200B)),
)
_YEAR_BEHIND = re.compile(r"[\s,(]+((?:19|20)\d\d)[a-z]?\)?\W*$")
_YEAR_BEFORE = re.compile(r"\(?((?:19|20)\d\d)\)?[.,:]? (?=\w)")
_OTHERS = re.compile(r"\bet al\.?$")
_MONTH = re.compile(r"arxiv[\s:]*(\d\d(?:0[1-9]|1[0-2]))(?![\d.])", re.IGNORECASE)
_PAGES = re.compile(r",? (?:pp?|pages?)\b[ .]*[\d–—-]*$")
_VOLUME = re.compile(r", (?:vol\. )?\d{1,4}(?:, no\. \d{1,4}| ?\(\d{1,4}\))?$")
_QUOTED = re.compile(r"[\"“]([^\"“”]+)[\"”]|《([^《》]+)》[，。.,]?")
_BRACKETED = re.compile(r"\[[^\[\]]*\]")


def read_text(text: str) -> Reading:
    """Read one entry from its marked text."""
    hints = Hints()
    if any(map(text.__contains__, _ODD_SPACES)):
        text = _SPACES.sub(lambda spaces: spaces[0][0], text)
    rest = without_prefix(text[:MAX_TEXT], hints)
    reading = read_title(rest, hints)
    _apply_hints(reading, hints)
    if reading.form != "citation":
        read_tail(reading)
    _finish(reading)
    return reading


def read_month(reading: Reading, urls: Iterable[str]) -> None:
    """Read "arXiv 2010" beside `arxiv.org/abs/2010.12345` as October 2020."""
    month = _MONTH.match(reading.venue) if reading.venue else None
    if month and reading.year in {None, int(month[1])} and any(f"/{month[1]}." in u for u in urls):
        reading.year = 2000 + int(month[1][:2])


def _apply_hints(reading: Reading, hints: Hints) -> None:
    if reading.name is None and hints.names:
        reading.name = hints.names[0]
    reading.slots += [Slot("tag", venue, "venue") for venue in hints.venues]
    reading.slots += [Slot("tag", name, "") for name in hints.names]
    if hints.venues:
        reading.venue = reading.venue or hints.venues[0]
    if hints.years and reading.venue is not None and year_in(reading.venue):
        reading.year = year_in(reading.venue)
    elif hints.years:
        reading.year = reading.year or hints.years[0]


def _finish(reading: Reading) -> None:
    title = without_edge_emoji(reading.title)
    title = title[1:-1] if _BRACKETED.fullmatch(title) else title
    quoted = _QUOTED.fullmatch(title)
    title = (quoted[1] or quoted[2]) if quoted else title
    title = trimmed_title(title.replace("**", "").replace("~~", ""))
    reading.title = trimmed_title(without_marks_of_lists(title))[:MAX_TITLE]
    if reading.name is not None:
        name = without_edge_emoji(reading.name)
        bracketed = name[:1] in {"(", "[", "【"} and name[-1:] in {")", "]", "】"}
        reading.name = (name[1:-1] if bracketed else name) or None
        if reading.authors is None and _OTHERS.search(name):  # "**Wang et al.**: Title"
            reading.authors, reading.name = name, None
    if reading.venue is not None and date_year(reading.venue.strip(" []")) is not None:
        reading.year, reading.venue = reading.year or date_year(reading.venue), None
    dated = _YEAR_BEHIND.search(reading.authors) if reading.authors else None
    if reading.authors and dated:  # "Guo et al. 2024"
        reading.year = reading.year or int(dated[1])
        reading.authors = reading.authors[: dated.start()]
    before = _YEAR_BEFORE.match(reading.authors) if reading.authors else None
    if reading.authors and before:  # "1991 R. Cytron, J. Ferrante"
        reading.year = reading.year or int(before[1])
        reading.authors = reading.authors[before.end() :]
    if reading.venue is not None:
        venue, paged = _PAGES.subn("", without_edge_emoji(plain(reading.venue)))
        venue = _VOLUME.sub("", venue) if paged else journal_of(venue) or venue
        venue = venue.removeprefix("in ")
        reading.venue = venue.strip(" ,;:.|[]【】") or None
