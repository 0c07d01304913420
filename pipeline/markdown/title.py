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
    SOFT,
    STYLE_MARKS,
    plain,
    unstyled,
)
from pipeline.markdown.phrases import is_authors, is_person, is_venue, trimmed, year_in
from pipeline.markdown.prefix import CLOSE, OPEN, reopened, says_more, without_prefix
from pipeline.markdown.reading import Hints, Reading
from pipeline.markdown.roles import is_label
from pipeline.markdown.trailing import split_title, take, trimmed_title, without_groups
from pipeline.markdown.vocabulary import LEADS, NO_ENTRY_LEADS

_LINKED_TEXT = re.compile(rf"{LINK}([^{LINK_END}]*){LINK_END}")
_QUOTED = re.compile(r"[\"“”«「『‘](?P<in>[^\"“”«»「」『』]{8,400})[\"“”»」』’]")
_LEAD_WORD = re.compile(
    rf"{OPEN}(?P<in>[A-Za-z\u4e00-\u9fff][A-Za-z\u4e00-\u9fff /&;-]{{0,30}}?)\s*{CLOSE}\s*[:：?]"
    rf"{CLOSE}\s*"
)
_HARD_SPLIT = re.compile(r"\s+\|\s+|\s*\|(?=\s|$)|[ ]\|[ ]?|｜")
_LINE_HEAD = re.compile(rf"[^{SOFT}{HARD}{LINK}(（\[]*")
_YEAR_VENUE = re.compile(r"((?:19|20)\d\d)\W{1,3}([A-Za-z][\w&/. -]{1,24}?)\W*$")
_YEAR_AT_END = re.compile(r"[\s,]*\(?((?:19|20)\d\d)[a-z]?\)?\W*$")
MAX_TITLE = 400


def read_title(text: str, hints: Hints) -> Reading:
    lead = _LEAD_WORD.match(text)
    if lead:
        word = plain(lead["in"]).lower()
        quoted = _read_citation(text[lead.end() :].lstrip())
        if quoted is not None and not quoted.authors and len(word.split()) <= 3:
            quoted.name = plain(lead["in"]).strip()
            return quoted
        if word in NO_ENTRY_LEADS:
            return Reading(refused=True, tail=text)
        if word in LEADS and says_more(text[lead.end() :]):
            return read_title(
                without_prefix(reopened(lead.group(), text[lead.end() :]), hints), hints
            )
    citation = _read_citation(text)
    if citation is not None:
        return citation
    if text.startswith((BOLD, ITALIC)):
        styled = _read_styled(text, hints)
        if styled is not None:
            return styled
    opening = re.match(rf"[{STYLE_MARKS}\[(\"“]*{LINK}", text)
    if opening:
        linked = _read_linked(text, opening.end(), hints)
        if linked is not None:
            return linked
    return _read_plain(text, hints.anchors)


def _read_citation(text: str) -> Reading | None:
    """Read `Authors. "Title." Venue (year).`: quotation marks set the title apart."""
    head = text[: MAX_TITLE * 3]
    bare = unstyled(head)
    cut = bare.find(LINK)
    quoted = _QUOTED.search(bare, 0, cut if cut >= 0 else len(bare))
    if quoted is None:
        return None
    title = trimmed(plain(quoted["in"]))
    before, after = trimmed(plain(bare[: quoted.start()])), bare[quoted.end() :]
    if len(title.split()) < 2 and not before:
        return None
    following = after.lstrip(" .,;")[:1]
    if not before and (after[:1] in ":'’-" or after[:1].isalpha() or following.islower()):
        return None
    if before and not _precedes_title(before):
        return None
    year = None
    dated = re.search(r"\(?((?:19|20)\d\d)\)?$", before)
    if dated:
        year, before = int(dated[1]), trimmed(before[: dated.start()])
    reading = Reading(title=title, form="citation", tail=after, year=year)
    reading.authors = re.sub(r"^(?:by|作者)\s+", "", before) or None
    _read_citation_tail(reading, after)
    return reading


def _precedes_title(before: str) -> bool:
    """Say whether text before a quoted title is a list of authors."""
    bare = re.sub(r"\(?(?:19|20)\d\d\)?\s*$", "", before)
    return is_authors(bare) or is_person(bare)


def _read_citation_tail(reading: Reading, after: str) -> None:
    """Read the venue between a quoted title and the first link; a year at its end stands alone."""
    cut = min((i for i in (after.find(LINK), after.find(HARD)) if i >= 0), default=len(after))
    venue = trimmed(plain(after[:cut]).rstrip("[( "))
    reading.year = year_in(venue) or reading.year
    venue = trimmed(re.sub(r"\s*\([^()\d]*\)\.?$", "", venue))
    shorter = re.sub(r"[\s.,(]*(?<![-–:\d])\(?(?:19|20)\d\d\)?$", "", venue)
    if shorter and not (shorter.lower().startswith("in ") and len(shorter.split()) == 2):
        venue = trimmed(shorter)
    elif not shorter:
        venue = ""
    if venue and len(venue.split()) <= 25:
        reading.venue = venue
    comment = re.search(r"\(([A-Za-z][\w+.-]{1,24})\)", plain(after[cut:]))
    if comment and any(c.isupper() for c in comment[1]):
        reading.name = comment[1]


def _read_styled(text: str, hints: Hints) -> Reading | None:
    """Read a title that bold or italic type sets apart at the start."""
    mark = text[0]
    end_mark = BOLD_END if mark == BOLD else ITALIC_END
    end = text.find(end_mark)
    if end < 0:
        return None
    inner, after = text[1:end], text[end + 1 :]
    link = inner.find(LINK)
    if link >= 0 and not trimmed(plain(inner[:link])):
        return None
    words = trimmed(plain(inner))
    if link >= 0 or not any(c.isalpha() for c in words):
        return _read_plain(unstyled(text), hints.anchors) if link >= 0 else None
    if mark == ITALIC and (is_venue(words) or is_authors(words)):
        return None
    bare_after = after.lstrip(STYLE_MARKS + " ")
    short = len(words.split()) <= 4 and ":" not in words[:-1]
    if short and (inner.rstrip().endswith((":", "：")) or bare_after.startswith((":", "："))):
        quoted = _read_citation(bare_after.lstrip(":： "))
        if quoted is not None and not quoted.authors:
            quoted.name = trimmed(words)
            return quoted
        title, tail = _continuation(bare_after.lstrip(":： "))
        if title:
            return Reading(_joined(words, title), name=trimmed(words), form="bold", tail=tail)
    if short and not words.endswith((".", "?", "!")):
        title, tail = _continuation(bare_after)
        if len(title.split()) >= 4 and not is_authors(title) and title[:1].isupper():
            return Reading(title, name=words, form="bold", tail=tail)
    reading = Reading(form="bold" if mark == BOLD else "italic", tail=after)
    reading.title = without_groups(reading, words)
    return reading


def _read_linked(text: str, start: int, hints: Hints) -> Reading | None:
    """Read a title that is the text of a link at the start."""
    end = text.find(LINK_END, start)
    if end < 0:
        return None
    inner, after = text[start:end], text[end + 1 :]
    words = plain(inner)
    if is_label(words) or not words:
        return None
    inner_hints = Hints()
    stripped = without_prefix(inner, inner_hints)
    hints.names.extend(inner_hints.names)
    hints.venues.extend(inner_hints.venues)
    hints.years.extend(inner_hints.years)
    body = plain(stripped) or words
    reading = Reading(form="link", title_anchor=hints.anchors)
    bare_after = after.lstrip(STYLE_MARKS + "])" + " ")
    colon = body.endswith((":", "：")) or bare_after.startswith((":", "："))
    if colon and len(body.split()) <= 5 and ":" not in body[:-1]:
        title, tail = _continuation(bare_after.lstrip(":： "))
        if len(title) > 1:
            reading.title, reading.name, reading.tail = _joined(body, title), trimmed(body), tail
            return reading
    if text[:start].count("[") and len(body.split()) <= 3:
        title, tail = _continuation(bare_after)
        if len(title.split()) >= 3 and title[:1].isupper():
            reading.title, reading.name, reading.tail = title, body, tail
            return reading
    quoted = _QUOTED.fullmatch(body)
    split_title(reading, trimmed(quoted["in"]) if quoted else body)
    reading.tail = after
    return reading


def _joined(name: str, title: str) -> str:
    """Join a name and the title that goes on after it; a title that repeats the name stays."""
    bare = trimmed(name)
    if title.lower().startswith(bare.lower()) and title[len(bare) : len(bare) + 1] in {
        ":",
        " ",
        "：",
    }:
        return title
    return f"{bare}: {title}"


def _continuation(text: str) -> tuple[str, str]:
    """Split text that goes on with a title, before what is no part of it any more."""
    cut = _title_end(text)
    reading = Reading()
    split_title(reading, trimmed_title(plain(text[:cut])))
    return reading.title, _restored(reading) + text[cut:]


def _restored(reading: Reading) -> str:
    """Write what was split off a title as text again, for the reading of the tail."""
    found = [reading.authors, reading.venue, str(reading.year) if reading.year else None]
    return "".join(f" ({part}) " for part in found if part)


def _title_end(text: str) -> int:
    """Return where a plain title must end: a link, a pipe, a line that starts something else."""
    ends = [len(text)]
    link = text.find(LINK)
    if link >= 0:
        ends.append(len(text[:link].rstrip("[( " + STYLE_MARKS)))
    for mark in (HARD, IMAGE):
        position = text.find(mark)
        if position >= 0:
            ends.append(position)
    pipe = _HARD_SPLIT.search(text)
    if pipe:
        ends.append(pipe.start())
    soft = text.find(SOFT)
    while soft >= 0:
        line = plain(_LINE_HEAD.match(text, soft + 1)[0])  # type: ignore[index]
        if not line or is_authors(line) or is_venue(line) or text[soft - 1 : soft] in ".":
            ends.append(soft)
            break
        soft = text.find(SOFT, soft + 1)
    return min(ends)


def _read_led_link(text: str, anchors: int) -> Reading | None:
    """Read a linked title after authors, a venue, a date or a short word with a colon."""
    link = _LINKED_TEXT.search(text)
    if link is None or SOFT in text[: link.start()].strip() or HARD in text[: link.start()]:
        return None
    words = plain(link[1])
    if len(words.split()) < 3 or is_label(words):
        return None
    lead = trimmed(plain(text[: link.start()].rstrip("[(")))
    if not lead or len(lead) > 300:
        return None
    reading = Reading(form="link", title_anchor=anchors, tail=text[link.end() :])
    if not _take_lead(reading, lead, text[: link.start()].rstrip("[( ")):
        return None
    kept = (reading.authors, reading.venue, reading.year, reading.name)
    split_title(reading, words)
    reading.authors, reading.venue, reading.year, reading.name = (
        old or new
        for old, new in zip(
            kept, (reading.authors, reading.venue, reading.year, reading.name), strict=True
        )
    )
    return reading


def _take_lead(reading: Reading, lead: str, raw: str) -> bool:
    """Take in what stands before a linked title; `False` where it is running text."""
    pair = _YEAR_VENUE.fullmatch(lead)
    if pair and is_venue(f"{pair[2]} {pair[1]}"):
        reading.year, reading.venue = int(pair[1]), pair[2]
        return True
    dated = _YEAR_AT_END.search(lead)
    persons = trimmed(lead[: dated.start()]) if dated else lead
    if is_authors(persons) or is_person(persons):
        reading.authors = persons
        reading.year = int(dated[1]) if dated else None
        return True
    if take(reading, lead):
        return True
    short = len(lead.split()) <= 3 and raw.endswith((":", "：", "-", "–", "|"))
    if short and len(lead.split()) == 1:
        reading.name = lead
    return short


def _read_plain(text: str, anchors: int = 0) -> Reading:
    """Read a title that only its place sets apart."""
    led = _read_led_link(text, anchors)
    if led is not None:
        return led
    cut = _title_end(text)
    head, tail = text[:cut], text[cut:]
    reading = Reading(form="plain", tail=tail)
    bold = re.search(rf"{BOLD}([^{BOLD_END}]{{12,}}){BOLD_END}", head)
    if bold:
        before, inner = trimmed(plain(head[: bold.start()])), trimmed(plain(bold[1]))
        if len(inner.split()) >= 3 and (is_authors(before) or is_person(before)):
            reading.title, reading.authors, reading.form = inner, before, "bold"
            reading.tail = head[bold.end() :] + tail
            return reading
    styled = re.search(
        rf"[{ITALIC}{CODE}]([^{ITALIC_END}{CODE_END}]+)[{ITALIC_END}{CODE_END}]", head
    )
    if styled and styled.start() > 8:
        inner = plain(styled[1])
        if is_venue(inner) or is_authors(inner):
            before = re.sub(r"[\s,.;:(]*(?:\bin)?[\s(]*$", "", head[: styled.start()])
            reading.tail = f"{head[styled.start() :]}{tail}"
            head = before
    boldened = re.search(rf"[({BOLD}]\s*{BOLD}?([^{BOLD_END}()]+){BOLD_END}", head)
    if boldened and boldened.start() > 8 and is_venue(plain(boldened[1])):
        reading.tail = f"{head[boldened.start() :]}{tail}"
        head = head[: boldened.start()]
    split_title(reading, plain(head))
    return reading
