"""Units and their neighbours: what the lines of one container have in common."""

import re
from collections import Counter, defaultdict
from collections.abc import Hashable

from pipeline.markdown.marks import BOLD, BOLD_END
from pipeline.markdown.phrases import count_words, has_known_venue
from pipeline.markdown.prose import EVENT, SENTENCE_OPENING
from pipeline.markdown.reading import Unit
from pipeline.markdown.sections import (
    heading_text,
    is_soft,
    presents_no_papers,
    presents_tools,
)

_HEADING = re.compile(r"https?://github\.com/[^/]+/[^/#?]+(?:/(?:tree|blob)/[^/#?]+)?/?#")
"""A heading of a repository's README."""
_MANY_HEADINGS = 4
SENTENCE_START = re.compile(
    r"^[\"“‘'…(\[]|^(?:We|This|They|It|The authors?|These|I|Our|In this|Please|Note|See|Here)\b"
)
_BOLD_LEAD = re.compile(
    rf"\W*{BOLD}[^{BOLD_END}]+(?:[:：]\s*{BOLD_END}|{BOLD_END}\s*[:：])\s*(?:\S+\s+){{6}}"
)
"""What a paragraph is of, in bold type with a colon, and the paragraph."""
_SOME = 3
_TITLE_ROW = 3
_BOLD_WORDS = 2
_LINKED_WORDS = 4


def is_title_case(title: str, least: int = 4) -> bool:
    """Say whether a text is written as titles are: capitals on most of its longer words."""
    words = [word for word in title.split() if len(word) > 3 and word[0].isalpha()]
    return len(words) >= least and sum(1 for word in words if word[0].isupper()) >= 0.6 * len(words)


def is_set_apart(unit: Unit) -> bool:
    """Say whether a title has the words of one, and no link of its own to a talk or a post."""
    reading, links = unit.reading, unit.links
    words = count_words(reading.title)
    if not links or reading.title_anchor < 0:
        return words >= (_BOLD_WORDS if reading.form == "bold" else _TITLE_ROW)
    stated = words >= _TITLE_ROW and any(link.role == "paper" for link in links)
    return stated and EVENT.search(reading.title) is None


def is_bare_title(unit: Unit) -> bool:
    """Say whether a line without any link can be a title: not a note, not a sentence."""
    title = unit.reading.title
    reading = unit.reading
    told = reading.authors or reading.venue or reading.year
    if not told and _BOLD_LEAD.match(unit.text):
        return False
    if reading.form == "citation" and not (reading.year or has_known_venue(reading.venue or "")):
        return False
    asks = title.endswith("?") and not (unit.reading.year or is_title_case(title))
    if unit.shape == "item" and (asks or SENTENCE_START.match(title)):
        return False
    if unit.shape == "paragraph" and SENTENCE_OPENING.match(title) and not is_title_case(title):
        return False
    capital = title[0].isupper() or title[0].isdigit() or ": " in title
    least = _BOLD_WORDS if unit.evidence == "cited" else _TITLE_ROW
    return capital and least <= len(title.split()) <= 30


def may_be_title(unit: Unit) -> bool:
    """Say whether a text is a title by its words, and its own link none to a talk or a post."""
    title = unit.reading.title
    if SENTENCE_START.match(title) or title[:1].islower():
        return False
    return is_set_apart(unit)


def is_linked_title(unit: Unit) -> bool:
    """Say whether a link's text is written as a title."""
    reading = unit.reading
    if reading.title_anchor < 0 or count_words(reading.title) < _LINKED_WORDS:
        return False
    return is_title_case(reading.title, 2) and may_be_title(unit)


def is_told_of(unit: Unit) -> bool:
    """Say whether a title has authors beside it, or a venue with its year or a known name."""
    reading = unit.reading
    venue = reading.venue and (reading.year or has_known_venue(reading.venue))
    return bool(reading.authors or venue) and unit.evidence != "none" and may_be_title(unit)


def is_dated(unit: Unit) -> bool:
    """Say whether a title has authors, venue or a year beside it."""
    dated = bool(unit.reading.year) and unit.evidence != "none" and may_be_title(unit)
    return dated or is_told_of(unit)


class Shares:
    """How many of a line's neighbours surely present papers."""

    def __init__(self, units: list[Unit]) -> None:
        self.cites = sum(1 for one in units if one.evidence == "cited") >= _SOME
        """True where lines with title, venue and year are this list's way of presenting papers."""
        found = (_heading_of(link.url) for one in units for link in one.links)
        self._headings = Counter(heading for heading in found if heading)
        self._strong: Counter[object] = Counter()
        self._total: Counter[object] = Counter()
        self._families: dict[tuple[Hashable, str], list[Unit]] = defaultdict(list)
        self._linked: dict[tuple[Hashable, str], bool] = {}
        self._sections = {
            one.section[:depth]
            for one in units
            if one.evidence != "none" or one.shape == "row"
            for depth in range(1, len(one.section) + 1)
        }
        families = self._families
        for unit in units:
            if unit.evidence != "none":
                families[unit.place, unit.shape].append(unit)
        self._titles = {place for place, family in families.items() if _are_titles(family)}
        self._told = {place for place, family in families.items() if _are_told(family)}
        few = [one for family in families.values() if len(family) < _SOME for one in family]
        few = [one for one in few if one.shape == "item" and not one.links]
        told = sum(map(is_told_of, few))
        self._few_are_told = told >= _SOME and 3 * told >= 2 * len(few)
        """True where sections have one or two titles without links, most with authors or venue."""
        for place, family in families.items():
            told = place in self._told
            strong = sum(self._is_sure(one) or (told and is_told_of(one)) for one in family)
            for key in place, place[1]:
                self._total[key] += len(family)
                self._strong[key] += strong

    def _is_sure(self, unit: Unit) -> bool:
        if unit.evidence == "cited":
            return self.cites or bool(unit.links)
        coded = unit.evidence == "resource" and not presents_tools(unit.section)
        return unit.evidence == "strong" or (coded and is_told_of(unit))

    def is_section(self, unit: Unit) -> bool:
        """Say whether a unit is a heading with works below it."""
        return unit.shape == "heading" and (*unit.section, heading_text(unit)) in self._sections

    def are_titles(self, unit: Unit) -> bool:
        """Say whether a unit and its neighbours are bare titles, nearly all of them."""
        if (unit.place, unit.shape) in self._titles:
            return True
        few = len(self._families[unit.place, unit.shape]) < _SOME and not unit.links
        lone = few and unit.shape == "item" and self._few_are_told
        return lone and is_told_of(unit) and is_bare_title(unit) and not is_soft(unit.section)

    def link(self, unit: Unit) -> bool:
        """Say whether a unit and its neighbours are linked titles, most of them."""
        place = (unit.place, unit.shape)
        if place not in self._linked:
            linked = sum(map(is_linked_title, self._families[place]))
            self._linked[place] = linked >= _SOME and 3 * linked >= 2 * len(self._families[place])
        return self._linked[place]

    def tell(self, unit: Unit) -> bool:
        """Say whether a unit's neighbours are titles with venue or authors beside them."""
        return (unit.place, unit.shape) in self._told

    def is_contents(self, unit: Unit) -> bool:
        """Say whether a line leads to a heading of a README, as many others do: of this list."""
        places = [self._headings[_heading_of(link.url)] for link in unit.links]
        return bool(places) and min(places) >= _MANY_HEADINGS

    def has_papers(self, unit: Unit) -> bool:
        """Say whether a line that surely presents a paper stands in a unit's section."""
        return self._strong[(unit.place, unit.shape)] > 0

    def among_papers(self, unit: Unit) -> bool:
        """Say whether a unit stands among papers: in its section, or in a list of papers."""
        near = (unit.place, unit.shape)
        share = 0.5 if unit.reading.form != "link" else 0.3
        if 0 < self._strong[near] >= share * self._total[near]:
            return True
        strong, total = self._strong[unit.shape], self._total[unit.shape]
        return strong >= 10 and strong >= 0.7 * total and is_title_case(unit.reading.title)


def _heading_of(url: str) -> str:
    """Return the README whose heading an address leads to; else nothing."""
    heading = _HEADING.match(url) if "#" in url else None
    return heading[0].lower() if heading else ""


def _are_titles(family: list[Unit]) -> bool:
    """Say whether lines of one container are titles of papers, though none has a link."""
    bare = [one for one in family if not one.links and is_bare_title(one)]
    if len(bare) < _SOME or len(bare) < 0.8 * len(family):
        return False
    told = [one for one in bare if one.reading.year and (one.reading.authors or one.reading.venue)]
    titles = [
        one for one in bare if one.reading.title_anchor >= 0 or is_title_case(one.reading.title)
    ]
    return 2 * len(told) >= len(bare) or 3 * len(titles) >= 2 * len(bare)


def _are_told(family: list[Unit]) -> bool:
    """Say whether lines of one container are titles with venue or authors, on whatever hosts."""
    section = family[0].section
    if is_soft(section) or presents_tools(section) or presents_no_papers(section):
        return False
    linked = [one for one in family if one.links]
    told = sum(1 for one in linked if is_told_of(one))
    like = sum(1 for one in linked if one.evidence == "strong" or is_dated(one))
    return like >= _SOME and 2 * told >= like and 3 * like >= 2 * len(family)
