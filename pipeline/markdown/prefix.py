"""What stands before a title: numbers, dates, emoji, tags in brackets, links that only say what."""

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
    STYLE_MARKS,
    plain,
)
from pipeline.markdown.phrases import date_year, has_known_venue, is_venue, year_in
from pipeline.markdown.reading import Hints
from pipeline.markdown.roles import is_label
from pipeline.markdown.vocabulary import STATUS_WORDS

COMMA = re.compile(r"[,;]")
OPEN = f"[{BOLD}{ITALIC}{CODE}]*"
CLOSE = f"[{BOLD_END}{ITALIC_END}{CODE_END}]*"
EMOJI = (
    "\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2b00-\u2bff"
    "\ufe0f\u200d\u20e3\u00a9\u00ae\u2122\u3030\u303d\U000e0020-\U000e007f"
)
EDGE_EMOJI = re.compile(rf"^[\s{EMOJI}]+|[\s{EMOJI}]+$")
_JUNK = re.compile(
    r"(?::[a-z0-9_+-]{2,40}:"
    rf"|[\s\-–—•·*|:,;>+~_#=\\/!、：，{EMOJI}{IMAGE}{CODE_END}{BOLD_END}{ITALIC_END}]"
    r"|\.(?=\s)|\((?=\s*\))|\([^\w\s()]\)|\[{1,2}@[\w:.-]{1,40}\]{1,2}"
    rf"|<(?=[{LINK}{BOLD}{ITALIC}\[]))++"
)
_NUMBER = re.compile(
    rf"{OPEN}(?:[\[(【]\s*\d{{1,4}}\s*[\])】]|\d{{1,4}}(?:\.\d{{1,3}}){{0,2}}[.)、](?=[\s{EMOJI}"
    rf"{LINK}{BOLD}\[【]|[A-Z][a-z]|$)|\d{{1,4}}\s*:\s|#\d{{1,4}}\b){CLOSE}"
)
_TAG = re.compile(
    rf"(?P<open>{OPEN})\s*[\[【](?P<in>{OPEN}[^\[\]【】{LINK}{LINK_END}\n\r]{{1,80}})[\]】]"
    rf"(?P<close>{CLOSE})(?![\[(]?\s*{LINK})"
)
_PAREN_TAG = re.compile(
    rf"(?P<open>{OPEN})[(（](?P<in>[^()（）{LINK}{LINK_END}\n\r]{{1,120}})[)）](?P<close>{CLOSE})"
)
_CODE_TAG = re.compile(rf"{CODE}(?P<in>[^{CODE_END}\n\r]{{1,40}}){CODE_END}")
_BOLD_TAG = re.compile(rf"{BOLD}(?P<in>[^{BOLD_END}{LINK}\n\r]{{1,60}}){BOLD_END}")
_TAGS = {"[": _TAG, "【": _TAG, "(": _PAREN_TAG, "（": _PAREN_TAG}
_STYLED_TAGS = {CODE: _CODE_TAG, BOLD: _BOLD_TAG}
"""What a sign behind marks of type, or the first of those, may begin."""
_OPENING = f"{BOLD}{ITALIC}{CODE} \n\r"
_NUMBERING = frozenset("[(【#")
_LEADING_DATE = re.compile(
    r"(?:(?:19|20)\d\d[-./]\d{1,2}(?:[-./]\d{1,2})?(?=[\s:,|\-–—]|$)|(?:19|20)\d\d(?=\s*[:|–—,]|\s+-\s))"
)
_LEADING_VENUE = re.compile(
    rf"{OPEN}(?P<in>[^|｜:{LINK}{LINK_END}\n\r]{{2,60}}?){CLOSE}\s*(?P<by>[|｜]|\s[-–—]{{1,3}}\s|,\s)\s*{CLOSE}"
)
_SEPARATOR = re.compile(r"[|｜,–—-](?:(?<=[^-])|(?<=[\s-]-)\s)")
_DIGIT = re.compile(r"\d")
_MAX_LEAD = 100
_YEAR_VENUE = re.compile(
    rf"{OPEN}(?P<year>(?:19|20)?\d\d)(?P<by>[-_])(?P<venue>[A-Z][A-Za-z&_ ]{{1,24}}?)(?P=by)\s?"
    rf"(?=[a-z]{{0,4}}[A-Z\[{LINK}{BOLD}])"
)
_LEADING_ID = re.compile(
    rf"{OPEN}arXiv:\s?\d{{4}}\.\d{{4,5}}(?:v\d{{1,2}})?{CLOSE}[\s:,|–—-]{{1,4}}", re.IGNORECASE
)
_SET_APART = re.compile(
    rf"\s*(?:{BOLD}(?:[^{BOLD_END} ]+ ){{2}}|{ITALIC}(?:[^{ITALIC_END} ]+ ){{2}}"
    rf"|{LINK}(?:[^{LINK_END} ]+ ){{2}})"
)
_SHORT_NAME = re.compile(r"(?=\S*[A-Z]\S*[A-Z\d])[\w.+-]{2,20}")
_TITLE_START = re.compile(r"\s*[A-Z]\S* \S+ \S")
_MAX_TAG_WORDS = 4
_MORE_WORDS = re.compile(r"[\s:：]*(?:\S+ ){2}\S")
_LABEL_LINK = re.compile(rf"{OPEN}[\[(]{{0,4}}{LINK}(?P<in>[^{LINK_END}]*){LINK_END}[\])]{{0,4}}")


def without_edge_emoji(text: str) -> str:
    """Return text without emoji and white space around it."""
    text = text.strip()
    edges = text[:1] + text[-1:]
    return text if edges.isascii() else EDGE_EMOJI.sub("", text).strip()


def without_prefix(text: str, hints: Hints) -> str:
    """Take off what stands before the title, and note what it says."""
    if text[:1].isalpha() and not _may_lead(text) and "rXiv" not in text[:12]:
        return text
    rest = text
    for _ in range(24):
        before = rest
        junk = _JUNK.match(rest)
        if junk:
            rest = rest[junk.end() :]
        rest = _without_token(rest, hints)
        if rest == before:
            break
    return rest


def _without_token(text: str, hints: Hints) -> str:
    """Take off one number, tag, date or label link, and note what it says."""
    if text[:1].isalpha():  # no bracket, mark or digit: only a venue can stand there
        shorter = _without_leading_venue(text, hints)
        return text if shorter is None else shorter
    if text[:1] == LINK:
        return _without_label_link(text, hints)
    sign = text.lstrip(_OPENING)[:1]
    number = _NUMBER.match(text) if sign.isdigit() or sign in _NUMBERING else None
    if number:
        if date_year(plain(number.group())) is not None:
            _add_year(hints, plain(number.group()))
        return reopened(text[: number.end()], text[number.end() :])
    for pattern in (_TAGS.get(sign), _STYLED_TAGS.get(text[:1])):
        tag = pattern.match(text) if pattern else None
        rest = text[tag.end() :] if tag else ""
        if tag and _note_tag(plain(tag["in"]), hints, rest, _tag_form(tag, rest)):
            return reopened(text[: tag.end()], text[tag.end() :])
    head = plain(text[:40]) if text[:1] in STYLE_MARKS else text
    date = _LEADING_DATE.match(head) if head[:1].isdigit() else None
    if date and date.end() < len(text):
        offset = text.find(date.group()) + len(date.group())
        _add_year(hints, date.group())
        return reopened(text[:offset], text[offset:])
    shorter = _without_year_and_venue(text, hints) or _without_leading_venue(text, hints)
    return _without_label_link(text, hints) if shorter is None else shorter


def _without_year_and_venue(text: str, hints: Hints) -> str | None:
    """Take off `22-ATC-`: a year and a venue between dashes."""
    found = _YEAR_VENUE.match(text)
    year = f"20{found['year']}"[-4:] if found else ""
    if found is None or not is_venue(f"{found['venue']} {year}"):
        return None
    hints.venues.append(found["venue"])
    hints.years.append(int(year))
    return reopened(found.group(), text[found.end() :])


def _may_lead(text: str) -> bool:
    """Say whether something may be set apart before a title, with a year in it."""
    apart = _SEPARATOR.search(text, 1, _MAX_LEAD)
    return apart is not None and _DIGIT.search(text, 0, _MAX_LEAD) is not None


def _without_leading_venue(text: str, hints: Hints) -> str | None:
    """Take off a venue that a pipe or a dash sets apart: "KDD 2019 | Title"."""
    number = _LEADING_ID.match(text) if "rXiv" in text[:12] else None
    if number and says_more(text[number.end() :]):
        return reopened(number.group(), text[number.end() :])
    lead = _LEADING_VENUE.match(text) if _may_lead(text) else None
    if lead is None:
        return None
    venue, rest = plain(lead["in"]), text[lead.end() :]
    if year_in(venue) is None or (lead["by"] not in "|｜" and not has_known_venue(venue)):
        return None
    long = lead["by"].startswith(",") and len(venue.split()) > _MAX_TAG_WORDS
    if long or not is_venue(venue):
        return None
    told = _LABEL_LINK.sub(lambda m: "" if is_label(plain(m["in"])) else f" {m['in']} ", rest[:400])
    if sum(c.isalpha() for c in plain(told)) < 8:
        return None
    hints.venues.append(venue)
    return reopened(text[: lead.end()], rest)


def _without_label_link(text: str, hints: Hints) -> str:
    """Take off a link that only says what it is, or only names the venue: "[[CVPR2021](…)]"."""
    link = _LABEL_LINK.match(text)
    if link is None:
        return text
    words = plain(link["in"]).strip("[]")
    bracketed = link.group().lstrip(STYLE_MARKS)[0] in "[("
    told = is_label(words) or (bracketed and has_known_venue(words))
    if not told or not says_more(text[link.end() :]):
        return text
    hints.anchors += 1
    if is_venue(words) and (year_in(words) or not is_label(words)):
        hints.venues.append(words)
    return reopened(link.group(), text[link.end() :])


def says_more(text: str) -> bool:
    """Say whether something that may be a title follows."""
    head = text[:200]
    return any(map(str.isalpha, _JUNK.sub("", head) if ":" in head else head))


def reopened(taken: str, rest: str) -> str:
    """Open again, before `rest`, the styles that were opened in what was taken off."""
    for mark, end in ((BOLD, BOLD_END), (ITALIC, ITALIC_END)):
        if taken.count(mark) > taken.count(end):
            rest = mark + rest
    return rest


def _add_year(hints: Hints, text: str) -> None:
    year = date_year(text) or year_in(text)
    if year is not None:
        hints.years.append(year)


def _tag_form(tag: re.Match[str], rest: str) -> str:
    """Say how surely a group before a title is a tag: by its brackets, or by what follows it."""
    pattern = tag.re
    named = pattern is _PAREN_TAG and _SHORT_NAME.fullmatch(tag["in"]) and _TITLE_START.match(rest)
    if pattern is _TAG or named:
        return "bracketed"
    if pattern is _CODE_TAG and _MORE_WORDS.match(plain(rest)):
        return "bracketed"
    apart = pattern is _PAREN_TAG and _SET_APART.match(rest) is not None
    return "apart" if apart else "loose"


def _note_tag(tag: str, hints: Hints, rest: str, form: str) -> bool:
    """Note what a tag before the title says; `False` where it is no tag."""
    bracketed = form == "bracketed"
    if form == "apart":
        parts = [part.strip() for part in COMMA.split(tag)]
        hints.venues += [part for part in parts if is_venue(part)]
        hints.years += [year for year in map(date_year, parts) if year is not None]
        return True
    words = tag.lower().replace(",", " ").split()
    short = not bracketed and len(words) <= 4
    dated = year_in(tag) is not None and (len(words) > 2 or sum(map(str.isupper, tag)) > 3)
    named = has_known_venue(tag) or (is_venue(tag) and (short or dated))
    if form == "loose" and len(words) > 2 and year_in(tag) is None:
        named = False
    if date_year(tag) is not None:
        _add_year(hints, tag)
    elif all(word in STATUS_WORDS or word.isdigit() for word in words):
        return True
    elif not says_more(rest) or (not named and (not bracketed or len(words) > 8)):
        return False
    elif named:
        hints.venues.append(tag)
    elif not is_label(tag):
        hints.names.append(tag)
    return True
