"""What trails a title in the same run of text: a venue after a comma, a year in brackets, authors."""

import re

from pipeline.markdown.phrases import (
    date_year,
    has_known_venue,
    is_authors,
    is_person,
    is_venue,
    trimmed,
    year_in,
)
from pipeline.markdown.reading import Reading
from pipeline.markdown.roles import is_label
from pipeline.markdown.vocabulary import ORGANISATIONS

_TRAILING_PAREN = re.compile(
    r"\s*[(（\[](?P<in>[^()（）\[\]]{1,120}(?:\([^()]{1,30}\))?)[)）\]]\s*[.,;:]?\s*$"
)
_TRAILING_LABEL = re.compile(r"\s*\[{1,2}\\?([A-Za-z ]{2,20})\\?\]{1,2}\s*$")
_GLUED_NAME = re.compile(r"(?<=[^\s(])[(（](?P<in>[A-Za-z][\w+.-]{1,24})[)）]\s*$")
_SENTENCE = re.compile(
    r"(?<=[a-z0-9)\]?!\"”’\u4e00-\u9fff])(?<!\bvs)(?<!\bal)[.]\s+(?=[\"“A-Z\d\u4e00-\u9fff]|arXiv)"
)
_DASH = re.compile(r"\s+[-–—]{1,2}\s+")
_BY = re.compile(r"\s+by\s+(?=[A-Z])")
_CITATION_KEY = re.compile(r"(?<=[a-z)])\s+([A-Z][a-z]{2,15})((?:19|20)\d\d)$")
_CHINESE_AUTHOR = re.compile(r"(?<=[)）\u4e00-\u9fff])\s?-\s?([\u4e00-\u9fff]{2,3})$")


def trimmed_title(text: str) -> str:
    """Return a title without the separators around it; its own punctuation stays."""
    title = text.strip(" \t,;|*_`~—–").rstrip(" .,:;([-").lstrip(")]. ")
    return title


def split_title(reading: Reading, text: str) -> None:
    """Split plain text into the title and what trails it."""
    text = text.strip()
    for _ in range(6):
        shorter = _without_tail(reading, text)
        if shorter == text:
            break
        text = shorter
    title = _without_key(reading, trimmed_title(text))
    sentences = _SENTENCE.split(title)
    if len(sentences) > 1:
        title = _from_sentences(reading, sentences, title)
    dash = [m for m in _DASH.finditer(title)]
    if dash:
        last = dash[-1]
        after = title[last.end() :]
        if is_authors(after) or is_venue(after):
            take(reading, after)
            title = trimmed_title(title[: last.start()])
    by = _BY.search(title)
    if by and by.start() > 8 and is_authors(title[by.end() :]):
        reading.authors = reading.authors or title[by.end() :]
        title = trimmed_title(title[: by.start()])
    reading.title = title


def without_groups(reading: Reading, title: str) -> str:
    """Take groups in brackets that tell venue or date off the end of a title in bold."""
    for _ in range(3):
        paren = _TRAILING_PAREN.search(title)
        if paren is None or paren.start() < 4 or not _take_group(reading, trimmed(paren["in"])):
            break
        title = title[: paren.start()]
    return title


def _without_key(reading: Reading, title: str) -> str:
    """Take author and year off the end of a title that is a file's name: "… Rendle2010"."""
    key = _CITATION_KEY.search(title)
    if key:
        reading.authors, reading.year = reading.authors or key[1], reading.year or int(key[2])
        return title[: key.start()]
    author = _CHINESE_AUTHOR.search(title)
    if author:
        reading.authors = reading.authors or author[1]
        return title[: author.start()]
    return title


def _without_tail(reading: Reading, text: str) -> str:
    """Take one thing off the end of a title: a group in brackets, or what a comma sets off."""
    label = _TRAILING_LABEL.search(text)
    if label and label.start() > 3 and is_label(label[1]):
        return text[: label.start()]
    paren = _TRAILING_PAREN.search(text)
    if paren and paren.start() > 3:
        inner = trimmed(paren["in"])
        if _take_group(reading, inner):
            return text[: paren.start()]
        glued = _GLUED_NAME.search(text)
        capitals = sum(c.isupper() for c in glued["in"]) if glued else 0
        if glued and capitals >= 3 and not reading.name and not is_label(glued["in"]):
            reading.name = glued["in"]
            return text[: glued.start()]
    bare = text.rstrip(" .,;:")
    head, comma, tail = bare.rpartition(",")
    if comma and tail.strip() and head.strip():
        if take(reading, tail.strip()):
            return head
    return text


def _take_group(reading: Reading, inner: str) -> bool:
    """Take in a group in brackets: venue, date, organisation."""
    if inner.startswith("@"):
        return True
    parts = [p.strip() for p in re.split(r"[,;]", inner)]
    taken = [take(reading, part) for part in parts if part]
    if any(taken):
        return True
    year = re.fullmatch(r"[A-Z][\w&/ -]{1,24} ((?:19|20)\d\d)", inner)
    if year:
        reading.year = reading.year or int(year[1])
        return True
    return False


def take(reading: Reading, text: str) -> bool:
    """Take in a piece that is a date, a venue or authors; `False` where it is none."""
    year = date_year(text)
    if year is not None:
        reading.year = reading.year or year
        return True
    organisation = re.fullmatch(r"[A-Z][\w&-]{1,24}(?: [A-Z]\w{1,12})? ((?:19|20)\d\d)", text)
    if is_venue(text) and not (
        organisation and not has_known_venue(text) and _is_organisation(text)
    ):
        bare = re.sub(r"^(?:in|In)\s+(?=[A-Z])", "", trimmed(text))
        if reading.venue is None:
            reading.venue = bare if reading.year is None or year_in(bare) else bare
            reading.year = year_in(bare) or reading.year
        return True
    if organisation:
        reading.year = reading.year or int(organisation[1])
        return True
    return False


def _is_organisation(text: str) -> bool:
    return text.split()[0].lower() in ORGANISATIONS


def _from_sentences(reading: Reading, sentences: list[str], whole: str) -> str:
    """Tell authors, title and venue apart where full stops separate them."""
    first, *others = [s.strip() for s in sentences]
    if (is_authors(first) or is_person(first)) and len(others[0].split()) >= 3:
        reading.authors = reading.authors or first
        dated = re.search(r"\(((?:19|20)\d\d)[a-z]?\)", first)
        reading.year = reading.year or (int(dated[1]) if dated else None)
        first, others = others[0], others[1:]
        whole = first
    told = [other for other in others if is_authors(other) or is_venue(other) or date_year(other)]
    if not told and not any(_is_person(o) for o in others):
        return whole if not others else _whole_or_first(first, others, whole)
    for other in others:
        if is_authors(other) or _is_person(other):
            reading.authors = reading.authors or other
        else:
            take(reading, other)
    return trimmed_title(first)


def _is_person(text: str) -> bool:
    """Say whether a text is one person, perhaps with an affiliation in brackets."""
    return is_person(re.sub(r"\([^()]*\)?|@.*", "", text))


def _whole_or_first(first: str, others: list[str], whole: str) -> str:
    """Drop a description after a title; keep a title that has a full stop inside."""
    described = sum(len(other.split()) for other in others)
    return trimmed_title(first) if described > 12 and len(first.split()) >= 3 else whole
