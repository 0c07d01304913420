"""What trails a title in the same text: a venue after a comma, a year in brackets, authors."""

import re

from pipeline.markdown.phrases import (
    YEAR,
    date_year,
    has_known_venue,
    is_authors,
    is_person,
    is_venue,
    journal_of,
    names_persons,
    trimmed,
    with_journals,
    year_in,
)
from pipeline.markdown.prefix import COMMA
from pipeline.markdown.reading import Reading
from pipeline.markdown.roles import is_label
from pipeline.markdown.tail import read_segment, take, take_venue
from pipeline.markdown.vocabulary import STATUS_WORDS

_TRAILING_PAREN = re.compile(
    r"\s*[(（\[](?P<in>[^()（）\[\]]{1,120}(?:\([^()]{1,30}\))?)[)）\]]\s*[.,;:]?\s*$"
)
_TRAILING_LABEL = re.compile(r"\s*\[{1,2}\\?([A-Za-z ]{2,20})\\?\]{1,2}\s*$")
_GLUED_NAME = re.compile(r"(?<=[^\s(])[(（](?P<in>[A-Za-z][\w+.-]{1,24})[)）]\s*$")
_SENTENCE = re.compile(
    r"(?<=[a-z0-9)\]?!\"”’\u4e00-\u9fff])(?<!\bvs)(?<!\bal)[.]\s+(?=[\"“A-Z\d\u4e00-\u9fff]|arXiv)"
)
_REFERENCE_KIND = re.compile(r"\s?\[(?:C|J|D|M|R|EB|P)(?:/OL)?\](?=//|[.,\s]|$)")
_REFERENCE_END = re.compile(
    r"\s?\[(?:C|J|D|M|R|EB|P)(?:/OL)?\](?://)?[.,\s]*$|(?<=[.?!,])\s+[Ii]n$"
)
_TRANSLATION = re.compile(r"\s?[(（][^()（）]*[\u3040-\u30ff\u4e00-\u9fff][^()（）]*[)）]$")
_CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_DASH = re.compile(r"\s[–—-]\s")
_STOP = re.compile(r"[.．]\s+")
_MAX_REFERENCE = 1200
_MIN_REFERENCE = 8
_MAX_STOPS = 40
_ET_AL_END = re.compile(r"(?:[A-Z][\w.'’-]{0,30} ){1,3}et\.? al")
_BEHIND_COLON = re.compile(r"\s?[:：]\s?((?:(?:[^\W\d_][\w.'’-]{0,30}|\?) ){1,3}et\.? al)[\s.,;]*$")
_BEHIND_DASH = re.compile(r"\s[–—-]\s?(?=[^\s–—-][^–—]{1,30}$)(?!.*\s[–—-])")
_REPEATED = re.compile(r"([\w+.-]{2,30}+)\s?[:：]\s?(?=\1\b)")
"""`**RotatE**: RotatE: Knowledge …`"""
_NAMES_BEHIND = re.compile(r", (?=[A-Z][\w'’-]+, (?:[A-Z]\.?[ -]?){1,3}(?:,|&|and|et al|$))")
"""Names as APA has them, behind a title: `Title, Hinton, G. & Dean, J.`"""
_CITED = re.compile(
    r"(?:[A-Z]\S* ){0,3}[A-Z]\S+ (?:et\.? al\.?|(?:and|&) [A-Z]\S+),? (?:19|20)\d\d[a-z]?"
)
_YEAR_IN_BRACKETS = re.compile(r"\(((?:19|20)\d\d|n\.d\.)[a-z]?\)")
_AFFILIATION = re.compile(r"\([^()]*\)?|@.*")
_SHORT_NAME = re.compile(r"[A-Z]{3,8}")
_PAGES_OF_DBLP = re.compile(r":\s?\d[\d:]*[-–]\d[\d:]*$")
"""`BDAS 2018: 128-142`."""
_CLOSING = frozenset(")）]")


def trimmed_title(text: str) -> str:
    """Return a title without separators around it, or its name twice; its punctuation stays."""
    repeated = _REPEATED.match(text) if ":" in text or "：" in text else None
    text = text[repeated.end() :] if repeated else text
    return text.strip(" \t,;|*_`~—–").rstrip(" .,:;([-，；、").lstrip(")]. ")


def without_marks_of_lists(title: str) -> str:
    """Take off what lists put behind titles: `[J]`, "In", a translation in brackets."""
    if title[-1:].isalnum() and not title.endswith(" In"):
        return title
    shorter = _REFERENCE_END.sub("", title)
    translated = _TRANSLATION.search(shorter) if not shorter.isascii() else None
    if translated and not _CJK.search(shorter[: translated.start()]):
        shorter = shorter[: translated.start()]
    return shorter.rstrip()


def split_title(reading: Reading, text: str) -> None:
    """Split plain text into the title and what trails it."""
    text = text.replace("作者:", "作者：").replace("， ", ", ").strip()
    text, _, authors = text.partition("作者：")
    reading.authors = reading.authors or trimmed(authors) or None
    text = text.rstrip(" .,;。，；") if authors else text
    text, _, source = text.partition(" // ")  # GOST R 7.0.5-2008, 6.5: `Title // Venue. — Year`
    for part in _DASH.split(source) if source else ():
        take(reading, trimmed(part))
    if _read_reference(reading, text):
        return
    for _ in range(6):
        shorter = _without_tail(reading, text)
        if shorter == text:
            break
        text = shorter
    title = trimmed_title(text)
    title = _without_last_venue(reading, title) if ". " in title else title
    sentences = _SENTENCE.split(title) if ". " in title else []
    if len(sentences) > 1:
        title = _from_sentences(reading, sentences, title)
    reading.title = title


def _without_last_venue(reading: Reading, title: str) -> str:
    """Take a venue with its year off that stands after the last full stop."""
    head, _, last = title.rpartition(". ")
    last = _PAGES_OF_DBLP.sub("", last)
    dated = year_in(last) is not None and is_venue(last) and len(last.split()) <= _MIN_REFERENCE
    if not dated or len(head.split()) < 3:
        return title
    take_venue(reading, last)
    return trimmed_title(head)


def _read_reference(reading: Reading, text: str) -> bool:
    """Read `Authors. Title[C]//Venue. Publisher, year: pages` (GB/T 7714-2015, annex B)."""
    kind = _REFERENCE_KIND.search(text, 0, _MAX_REFERENCE) if "[" in text else None
    if kind is None or kind.start() < _MIN_REFERENCE:
        return False
    before, after = text[: kind.start()], text[kind.end() :].lstrip("/., ")
    stops = list(_STOP.finditer(before))[:_MAX_STOPS]
    stop = next((s for s in stops if names_persons(before[: s.start()])), None)
    if stop is not None:
        reading.authors = reading.authors or trimmed(before[: stop.start()])
    reading.title = trimmed_title(before[stop.end() :] if stop else before)
    venue = trimmed(re.split(r"[,，]|\.\s", after, maxsplit=1)[0])
    if reading.venue is None and venue and date_year(venue) is None:
        reading.venue = venue
    dated = YEAR.search(after)
    reading.year = int(dated.group()) if dated else reading.year
    return True


def without_groups(reading: Reading, title: str) -> str:
    """Take groups in brackets that tell venue or date off the end of a title in bold."""
    for _ in range(3):
        ends = title.rstrip().rstrip(".,;:").rstrip()[-1:] in _CLOSING
        paren = _TRAILING_PAREN.search(title) if ends else None
        if paren is None or paren.start() < 2 or not _take_group(reading, trimmed(paren["in"])):
            break
        title = title[: paren.start()]
    return title


# --- at the end of the text -------------------------------------------------------------------


def _without_tail(reading: Reading, text: str) -> str:
    """Take one thing off the end of a title: a label, a group, what a comma sets off."""
    if text.rstrip(" .,;:")[-1:] in _CLOSING:
        shorter = _without_brackets(reading, text)
        if shorter != text:
            return shorter
    shorter = _without_last_part(reading, text)
    if shorter != text or ", " not in text:
        return shorter if shorter != text else _without_comma_tail(reading, text)
    behind = _NAMES_BEHIND.search(text)
    if behind and text.count(" ", 0, behind.start()) > 1 and is_authors(text[behind.end() :]):
        reading.authors = reading.authors or trimmed(text[behind.end() :])
        return text[: behind.start()]
    *parts, journal = with_journals(text.rstrip(" .,;:").split(", "), ", ")
    if parts and journal_of(journal) and take(reading, journal):
        return ", ".join(parts)
    return _without_comma_tail(reading, text)


def _without_last_part(reading: Reading, text: str) -> str:
    """Take off persons behind a colon, or a known venue or a date behind a dash."""
    cited = _BEHIND_COLON.search(text) if "et" in text[-8:] else None
    if cited:
        reading.authors = reading.authors or cited[1].removeprefix("? ")
        return text[: cited.start()]
    dash = _BEHIND_DASH.search(text)
    told = trimmed(text[dash.end() :]) if dash else ""
    if dash and (has_known_venue(told) or date_year(told) is not None) and take(reading, told):
        return text[: dash.start()]
    return text


def _without_brackets(reading: Reading, text: str) -> str:
    """Take a label or a group in brackets off the end, or a name that is glued to it."""
    text = without_marks_of_lists(text)
    label = _TRAILING_LABEL.search(text)
    if label and label.start() > 3 and is_label(label[1]):
        return text[: label.start()]
    paren = _TRAILING_PAREN.search(text)
    if paren is None or paren.start() <= 3:
        return text
    if _take_group(reading, trimmed(paren["in"])):
        return text[: paren.start()]
    glued = _GLUED_NAME.search(text)
    name = glued["in"] if glued else ""
    if glued and not reading.name and sum(map(str.isupper, name)) >= 3 and not is_label(name):
        reading.name = name
        return text[: glued.start()]
    return text


def _without_comma_tail(reading: Reading, text: str) -> str:
    """Take a venue or a date off that follows the last comma: "Title, RecSys 2023"."""
    if "," not in text:
        return text
    head, comma, tail = text.rstrip(" .,;:").rpartition(",")
    if not comma or not head.strip() or not tail.strip():
        return text
    if _ET_AL_END.fullmatch(tail.strip()) and not names_persons(head) and " " in head.strip():
        reading.authors = reading.authors or tail.strip()
        return head
    stops = [*_SENTENCE.finditer(tail)] if "." in tail else []
    stop = stops[-1] if stops else None
    if stop and is_person(tail[: stop.start()]) and take(reading, tail[stop.end() :].strip()):
        return f"{head},{tail[: stop.start()]}"
    before, second_comma, venue = head.rpartition(",")
    named = is_venue(venue) or _SHORT_NAME.fullmatch(venue.strip())
    if second_comma and YEAR.fullmatch(tail.strip()) and named:
        if reading.venue is None:
            take_venue(reading, f"{venue.strip()},{tail}")
        return before
    return head if take(reading, tail.strip()) else text


def _take_group(reading: Reading, inner: str) -> bool:
    """Take in a group in brackets: venue, date, organisation, praise."""
    if inner.startswith("@") or all(word in STATUS_WORDS for word in inner.lower().split()):
        return True
    if _CITED.fullmatch(inner):
        reading.authors = reading.authors or trimmed(YEAR.sub("", inner))
        reading.year = reading.year or year_in(inner)
        return True
    taken = [take(reading, part.strip()) for part in COMMA.split(inner) if part.strip()]
    return any(taken)


# --- full stops -------------------------------------------------------------------------------


def _from_sentences(reading: Reading, sentences: list[str], whole: str) -> str:
    """Tell authors, title and venue apart where full stops separate them."""
    first, *others = with_journals([sentence.strip() for sentence in sentences], ". ")
    persons = is_authors(first) or (is_person(first) and not is_authors(others[0]))
    if persons and len(others) > 1 and date_year(others[0]) is not None:
        year = date_year(others.pop(0))
        reading.year = reading.year or year
    if persons and len(others[0].split()) >= 3:
        reading.authors = reading.authors or trimmed(_YEAR_IN_BRACKETS.sub("", first))
        dated = _YEAR_IN_BRACKETS.search(first)
        reading.year = reading.year or (date_year(dated[1]) if dated else None)
        whole = first = others.pop(0)
    if not any(_tells(other) for other in others):
        described = sum(len(other.split()) for other in others)
        return trimmed_title(first) if described > 12 and len(first.split()) >= 3 else whole
    dates: list[int] = []
    for other in others:
        if names_persons(_AFFILIATION.sub("", other)):
            reading.authors = reading.authors or other
        else:
            read_segment(reading, other, dates, "sentence")
    reading.year = reading.year or (dates[0] if dates else None)
    return trimmed_title(without_groups(reading, trimmed_title(first)))


def _tells(text: str) -> bool:
    """Say whether a sentence begins with authors, a venue or a date."""
    part = text.partition(",")[0]
    told = is_venue(text) or is_venue(part) or date_year(part) is not None
    return told or names_persons(_AFFILIATION.sub("", text))
