"""Where the title is: set apart by a link, bold type or quotation marks, or only by its place."""

import re

from pipeline.markdown.marks import (
    BOLD,
    BOLD_END,
    CODE,
    CODE_END,
    HARD,
    IMAGE,
    ITALIC,
    ITALIC_END,
    LINK,
    LINK_END,
    STYLE_MARKS,
    plain,
    unstyled,
)
from pipeline.markdown.phrases import (
    are_full_names,
    is_authors,
    is_person,
    is_venue,
    journal_of,
    names_persons,
    trimmed,
    without_reference,
    year_in,
)
from pipeline.markdown.prefix import CLOSE, OPEN, reopened, says_more, without_prefix
from pipeline.markdown.reading import Hints, Reading
from pipeline.markdown.roles import is_label
from pipeline.markdown.tail import authors_first, take_venue
from pipeline.markdown.trailing import split_title, trimmed_title, without_groups
from pipeline.markdown.vocabulary import LEADS, NO_ENTRY_LEADS

_OPENING_LINK = re.compile(rf"[{STYLE_MARKS}\[(\"“]{{0,12}}{LINK}")
_QUOTES = "\"“”„«「『《‘'"
_QUOTE = re.compile(r"[\"“”„«「『《‘]|(?:(?<=[\s,.:])|^)'[A-Z\d]")
_QUOTED = re.compile(
    r"[\"“”„«「『《‘](?P<in>(?<=«)[^«»]{8,400}(?=»)|(?<=“)[^“”]{8,400}(?=”)"
    r"|[^\"“”„«»「」『』《》]{8,400})[\"“”»」』》’]"
)
"""Other quotes may stand inside of those that show where they end."""
_SINGLE = re.compile(
    r"(?:(?<=[\s,.:])|\A)'(?P<in>[A-Z\d][^'\n\r]{7,300}(?:'[a-z][^'\n\r]{0,100}){0,3})'(?=[,.;)]|\s[^a-z]|$)"
)
"""Single quotes; an apostrophe before a letter ends nothing."""
_LEAD_WORD = re.compile(
    rf"{OPEN}(?P<in>[A-Za-z\d\u4e00-\u9fff][A-Za-z\d\u4e00-\u9fff /&;-]{{0,30}}?)\s*{CLOSE}"
    rf"\s*[:：?]{CLOSE}\s*"
)
_OTHERS = re.compile(r"\bet al|等")
_TAIL_END = re.compile(rf"[\[({LINK}{HARD}]")
_COLONS = (":", "：")
_ENDS = {BOLD: BOLD_END, ITALIC: ITALIC_END}
_FIELD_END = re.compile(r"\s\||\|(?=\s|$)|｜|\t")
_STYLED_INSIDE = re.compile(
    rf"[{ITALIC}{CODE}{BOLD}]([^{STYLE_MARKS}]+)[{ITALIC_END}{CODE_END}{BOLD_END}]"
)
_BEFORE_DETAIL = re.compile(r"(?<![\s,.;:(])[\s,.;:(]*(?:\bin)?[\s(]*$")
_YEAR_AT_END = re.compile(r"[\s,]*\(?((?:19|20)\d\d)[a-z]?\)?\W*$")
MAX_TITLE = 400
_MAX_LEADS = 4
_CODE_AFTER = re.compile(
    rf"[\s\[({BOLD}{ITALIC}]+{CODE}[^{CODE_END}\n\r]{{1,60}}{CODE_END}(?=[{BOLD_END}{ITALIC_END}]*[\s\])]*(?:[\n\r{LINK}{CODE}{IMAGE}\[(]|$))"
)
"""A tag in a code span between a title and what follows it."""
_MAX_TAG = 70
_NAMED = re.compile(
    rf"[\[(]*[{BOLD}{LINK}](?P<name>[^{STYLE_MARKS}{LINK}{LINK_END}\n\r]{{2,60}})[{BOLD_END}{LINK_END}]"
    rf"[\])]*(?:[,:：;；.]\s?|\s[–—-]{{1,3}}\s|[–—])\s*{ITALIC}"
    rf"(?P<title>(?:[^\s{ITALIC_END}{LINK}]+ ){{3}}[^{ITALIC_END}{LINK}\n\r]+){ITALIC_END}"
)
_NAME_BLANKS = 2
_MIN_HEAD = 8


def read_title(text: str, hints: Hints) -> Reading:
    """Read the title from a text without prefix; what follows it is left as the tail."""
    for reader in (_read_lead, _read_citation, _read_named, _read_styled, _read_linked):
        reading = reader(text, hints)
        if reading is not None:
            return reading
    return _read_plain(text)


# --- "Word: title" ----------------------------------------------------------------------------


def _read_lead(text: str, hints: Hints) -> Reading | None:
    """Read what follows a word with a colon: a name, "Survey paper:", "Keywords:"."""
    ended = ":" in text or "：" in text or "?" in text
    lead = _LEAD_WORD.match(text) if ended else None
    if lead is None:
        return None
    word, rest = plain(lead["in"]), text[lead.end() :]
    if word.lower() in NO_ENTRY_LEADS:
        return Reading(refused=True, tail=text)
    quoted = _named_citation(word, rest)
    if quoted is not None:
        return quoted
    if word.lower() in LEADS and hints.leads < _MAX_LEADS and says_more(rest):
        hints.leads += 1
        return read_title(without_prefix(reopened(lead.group(), rest), hints), hints)
    return None


def _named_citation(name: str, rest: str) -> Reading | None:
    """Read `Name: "Title", venue`."""
    quoted = _read_citation(rest.lstrip(" :："), Hints())
    if quoted is None or quoted.authors or len(name.split()) > 3:
        return None
    quoted.name = trimmed(name)
    return quoted


# --- quotation marks --------------------------------------------------------------------------


def _read_citation(text: str, _: Hints) -> Reading | None:
    """Read `Authors. "Title." Venue (year).`: quotation marks set the title apart."""
    start = text[: MAX_TITLE * 3]
    if not any(map(start.__contains__, _QUOTES)) or _QUOTE.search(start) is None:
        return None
    bare = unstyled(text[: MAX_TITLE * 3])
    cut = bare.find(LINK)
    end = cut if cut >= 0 else len(bare)
    quoted = _QUOTED.search(bare, 0, end) or _SINGLE.search(bare, 0, end)
    if quoted is None:
        return None
    title = trimmed(plain(quoted["in"]))
    before, after = trimmed(plain(bare[: quoted.start()])), bare[quoted.end() :]
    after = after.replace("，", ", ")
    if not (names_persons(_YEAR_AT_END.sub("", before)) if before else _stands_free(title, after)):
        return None
    dated = _YEAR_AT_END.search(before)
    reading = Reading(title=title, form="citation", tail=after)
    if not before and (quoted.group()[0] == "《" or _opens_tail(after)):
        reading.form = "quoted"
        return reading
    reading.year = int(dated[1]) if dated else None
    authors = trimmed(before[: dated.start()]) if dated else before
    persons = authors_first(authors) if "," in authors else ""
    if persons and is_venue(authors[len(persons) :]):  # `Lee & Ray, KDD 2019: "Title"`
        take_venue(reading, before[len(persons) :])
        authors = persons
    reading.authors = re.sub(r"^(?:by|作者)\s+", "", authors) or None
    _read_citation_tail(reading, after)
    return reading


def _opens_tail(after: str) -> bool:
    """Say whether groups or persons follow a quoted title, which tails are read by."""
    following = after.lstrip(" .,")
    cut = _TAIL_END.search(following)
    told = plain(following[: cut.start()] if cut else following)
    persons = authors_first(told.removeprefix("by "))
    several = are_full_names(persons) or (_OTHERS.search(persons) and is_authors(persons))
    return following[:1] in {"[", "(", HARD} or following.startswith("by ") or bool(several)


def _stands_free(title: str, after: str) -> bool:
    """Say whether a quoted text at the start is the title, and not only its first words."""
    following = after.lstrip(" .,;")[:1]
    glued = after.lstrip()[:1] in {":", "'", "’", "-", "–", "—", "?"} and bool(after)
    known = after[:1] in {",", ";"} or after.lstrip(" .,;").lower().startswith(("arxiv", "by "))
    lower = following.islower() and not known
    return len(title.split()) >= 2 and not (glued or after[:1].isalpha() or lower)


def _read_citation_tail(reading: Reading, after: str) -> None:
    """Read the venue between a quoted title and the first link; a year at its end stands alone."""
    cut = min((i for i in (after.find(LINK), after.find(HARD)) if i >= 0), default=len(after))
    venue = trimmed(without_reference(plain(after[:cut]).rstrip("[( ")))
    reading.year = (None if journal_of(venue) else year_in(venue)) or reading.year
    venue = trimmed(re.sub(r"\s*\([^()\d]*\)\.?$", "", venue))
    shorter = re.sub(r"[\s.,(]*(?<![-–:\d])\(?(?:19|20)\d\d\)?$", "", venue)
    if not shorter.lower().startswith("in ") or len(shorter.split()) != 2:
        venue = trimmed(shorter)
    reading.venue = venue if venue and len(venue.split()) <= 25 else reading.venue
    comment = re.search(r"\(([A-Za-z][\w+.-]{1,24})\)", plain(after[cut:]))
    if comment and any(c.isupper() for c in comment[1]):
        reading.name = comment[1]


# --- bold and italic type ---------------------------------------------------------------------


def _read_named(text: str, _: Hints) -> Reading | None:
    """Read `**Name**; *Title*` and `[Hoare (1969)](…) - *Title*`: italic type sets it apart."""
    found = _NAMED.match(text)
    title = trimmed(plain(found["title"])) if found else ""
    if found is None or title[0].islower() or is_venue(title) or is_authors(title):
        return None
    name = trimmed(plain(found["name"]))
    reading = Reading(form="italic", tail=text[found.end() :])
    persons = trimmed(_YEAR_AT_END.sub("", name))
    if is_authors(persons) or (persons != name and is_person(persons)):
        reading.authors, reading.year = persons, year_in(name)
    elif name.count(" ") > _NAME_BLANKS or is_label(name):
        return None
    else:
        reading.name = name
    reading.title = without_groups(reading, title)
    return reading


def _read_styled(text: str, hints: Hints) -> Reading | None:
    """Read a title that bold or italic type sets apart at the start."""
    mark = text[:1]
    end = text.find(_ENDS[mark]) if mark in _ENDS else -1
    if end < 0:
        return None
    inner, after = text[1:end], text[end + 1 :]
    words = trimmed(plain(inner))
    link = inner.find(LINK)
    if link >= 0:
        linked_first = not trimmed(plain(inner[:link]))
        return None if linked_first else _read_plain(unstyled(text))
    if not any(map(str.isalpha, words)):
        return _read_citation(after.lstrip(STYLE_MARKS + " :："), hints) if words else None
    if mark == ITALIC and (is_venue(words) or is_authors(words)):
        return None
    reading = Reading(form="bold" if mark == BOLD else "italic", tail=after)
    reading.title = without_groups(reading, words)
    return reading


def _joined(name: str, title: str) -> str:
    """Join a name and the title that goes on after it; a title that repeats the name stays."""
    bare = trimmed(name)
    repeated = title.lower().startswith(bare.lower())
    if repeated and title[len(bare) : len(bare) + 1] in {":", " ", "："}:
        return title
    return f"{bare}: {title}"


def _continuation(text: str) -> tuple[str, str]:
    """Split text that goes on with a title, before what is no part of it any more."""
    cut = _title_end(text)
    reading = Reading()
    split_title(reading, trimmed_title(plain(text[:cut])))
    told = [reading.authors, reading.venue, str(reading.year) if reading.year else None]
    return reading.title, "".join(f" ({part}) " for part in told if part) + text[cut:]


# --- links ------------------------------------------------------------------------------------


def _read_linked(text: str, hints: Hints) -> Reading | None:
    """Read a title that is the text of a link at the start."""
    opening = _OPENING_LINK.match(text)
    end = text.find(LINK_END, opening.end()) if opening else -1
    if opening is None or end < 0:
        return None
    inner, after = text[opening.end() : end], text[end + 1 :]
    words = plain(inner)
    if not words or is_label(words):
        return None
    body = plain(without_prefix(inner, hints)) or words
    reading = Reading(form="link", title_anchor=hints.anchors, tail=after)
    if not _read_named_link(reading, body, after):
        quoted = _QUOTED.fullmatch(body)
        split_title(reading, trimmed(quoted["in"]) if quoted else body)
    return reading


def _read_named_link(reading: Reading, body: str, after: str) -> bool:
    """Read `[Name](…): Title`."""
    rest = after.lstrip(STYLE_MARKS + "]) ")
    words = len(body.split())
    if words <= 5 and ":" not in body[:-1] and (body.endswith(_COLONS) or rest.startswith(_COLONS)):
        title, tail = _continuation(rest.lstrip(":： "))
        if len(title) > 1 and (words == 1 or not title[0].islower()):
            reading.title, reading.name, reading.tail = _joined(body, title), trimmed(body), tail
            reading.linked = trimmed(body)
            return True
    return False


# --- only its place ---------------------------------------------------------------------------


def _read_plain(text: str) -> Reading:
    """Read a title that only its place sets apart."""
    cut = _title_end(text)
    head, tail = text[:cut], text[cut:]
    end = _styled_detail(head)
    reading = Reading(form="plain", tail=f"{head[end:]}{tail}")
    bare = plain(_BEFORE_DETAIL.sub("", head[:end]) if end < len(head) else head)
    split_title(reading, without_reference(bare) if tail else bare)
    return reading


def _styled_detail(head: str) -> int:
    """Return where a venue or authors in other type begin after a plain title; else its end."""
    for detail in _STYLED_INSIDE.finditer(head):
        inner = plain(detail[1])
        if detail.start() > 8 and (is_venue(inner) or is_authors(inner)):
            return detail.start()
    return len(head)


def _title_end(text: str) -> int:
    """Return where a plain title must end: a link, a pipe, a line that starts something else."""
    link = text.find(LINK)
    ends = [len(text[:link].rstrip("[( " + STYLE_MARKS)) if link >= 0 else len(text)]
    ends.extend(position for position in (text.find(HARD), text.find(IMAGE)) if position >= 0)
    tag = _CODE_AFTER.search(text, 0, min(ends) + _MAX_TAG) if CODE in text else None
    if tag and tag.start() > _MIN_HEAD:
        ends.append(tag.start())
    pipe = _FIELD_END.search(text) if "|" in text or "｜" in text or "\t" in text else None
    if pipe:
        ends.append(pipe.start())
    return min(ends)
