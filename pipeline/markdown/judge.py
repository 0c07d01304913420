"""Does a line present a work, and of what kind? Its text decides mostly, else its neighbours."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Literal

from pipeline.markdown.fields import MAX_TEXT
from pipeline.markdown.marks import Anchor, Piece, plain
from pipeline.markdown.phrases import count_words, has_known_venue
from pipeline.markdown.prose import SENTENCE_OPENING, is_bracketed, runs
from pipeline.markdown.reading import Reading
from pipeline.markdown.roles import (
    host_is_paper,
    is_label,
    is_social,
    label_of,
    role_of_label,
    split_host,
)
from pipeline.markdown.sections import (
    data_kind,
    holds_no_entries,
    is_soft,
    presents_papers,
    presents_tools,
)
from pipeline.markdown.splits import LINK_TEXT
from pipeline.markdown.tables import Columns, RowReading
from pipeline.markdown.units import Unit
from pipeline.records.lists import Kind, Link, Role
from pipeline.urls import is_placeholder

Labels = list[Role | None]
"""The role that each link's label names, if it names one."""
Evidence = Literal["none", "linkless", "cited", "soft", "resource", "strong"]
"""
How surely a line presents a work: nothing says so; a title without links; one with a venue and a
year; with a link that may be anything; with code, data or a page; with a paper.
"""


@dataclass(slots=True)
class Candidate:
    """A piece of a list that may present a work."""

    unit: Unit
    reading: Reading
    links: list[Link]
    evidence: Evidence
    kind: Kind = "paper"
    columns: dict[str, str] = field(default_factory=dict)
    paper_marked: bool = False
    """True where a link or label says that there is a paper."""
    broken: list[Link] = field(default_factory=list)
    """What stands for a link and is none."""
    titled: bool = False


_OUTLET = re.compile(
    r"(?:\S+ ){0,3}(?:International|Annual) (?:\w+ ){0,2}(?:Conference|Symposium) (?:on|for)\b"
)
_HEADING = re.compile(r"https?://github\.com/[^/]+/[^/#?]+/?#")
"""A heading of a repository's README."""
_MANY_HEADINGS = 4
_TWO_LETTERS = re.compile(r"[^\W\d_][\W\d_]*[^\W\d_]|^[A-Z]\d$")
_LIST_NAME = re.compile(
    r"awesome|paper[-_ ]?lists?|papers[-_ ]?list|reading[-_ ]?lists?|curated|列表"
    r"|paper[-_ ]?(?:collections?|notes)"
    r"|(?:list|notes|summaries) (?:of|on) .{0,60}(?:papers|resources)",
    re.IGNORECASE,
)
_ID_TEXT = re.compile(r"arxiv:\s?\d{4}\.\d{4,5}|\bdoi:?\s?10\.\d{4,9}/", re.IGNORECASE)
_IDENTIFIER = re.compile(r"arxiv\.org/\w+/\d{4}\.\d{4,5}|doi\.org/10\.\d{4,9}/", re.IGNORECASE)
_README_SECTION = re.compile(r"https://github\.com/[^/#?]+/([^/#?]+)/?#(?!readme)[^/]+")
"""Lists write their table of contents with their own address, too."""
_APPEALS = frozenset({"star", "stars", "fork", "watch", "issue", "pull request", "pr"})
_PROSE_WORDS = 40
_TITLE_WORDS = 5
_TITLE_ROW = 3
_SOME = 3
_LINKED_WORDS = 4
_UPWARDS = frozenset({"back", "top", "up", "contents"})
_SENTENCE_START = re.compile(
    r"^[\"“‘'…(\[]|^(?:We|This|They|It|The authors?|These|I|Our|In this|Please|Note|See|Here)\b"
)


# --- the line itself --------------------------------------------------------------------------


def evidence_of_piece(unit: Unit, reading: Reading, links: list[Link]) -> tuple[Evidence, bool]:
    """Say how surely a unit presents a work, and whether it is marked as a paper."""
    piece = unit.piece
    labels = [
        None if _is_fragment(anchor.url) else role_of_label(label_of(anchor))
        for anchor in piece.anchors
    ]
    marked = "paper" in labels or any(_is_paper(link) for link in links)
    if _presents_nothing(unit, reading, links, labels):
        return "none", marked
    if marked or _ID_TEXT.search(plain(piece.text[:MAX_TEXT])):
        return "strong", True
    if reading.venue and reading.authors:
        return "strong", False
    if links:
        return ("resource" if any(map(_is_resource, links)) else "soft"), False
    # Lists cite papers by title, venue and year; any other text is only a text.
    known = reading.year and reading.venue and has_known_venue(reading.venue)
    return "cited" if known and len(reading.title.split()) >= 3 else "linkless", False


def _is_fragment(url: str) -> bool:
    """Say whether a target is a place of the list itself; `#` alone is a placeholder."""
    return url.startswith("#") and not is_placeholder(url)


def _is_paper(link: Link) -> bool:
    return link.role == "paper" and host_is_paper(link.url)


def _is_resource(link: Link) -> bool:
    return link.role in {"code", "project", "data"}


def _presents_nothing(unit: Unit, reading: Reading, links: list[Link], labels: Labels) -> bool:
    """Say whether a unit surely presents no work: no title, another list, running text."""
    if unit.category or reading.refused or not _is_title(reading.title):
        return True
    away = bool(links) and all(_leads_away(link.url, reading.title) for link in links)
    if away or _is_outlet(reading) or _points_to_list(reading, links):
        return True
    if links:
        return _is_appeal(unit) or _heads_links(unit, reading, links) or runs(unit, reading, links)
    if unit.shape in {"paragraph", "quote", "heading"}:
        # A title without links is set apart by its type, or stands in a citation.
        apart = unit.shape == "heading" or reading.form != "plain" or bool(reading.authors)
        return unit.shape == "quote" or not (unit.bare and apart)
    elsewhere = [anchor.url for anchor in unit.piece.anchors if not _is_kept_free(anchor)]
    documents = [url for url in elsewhere if url.lower().partition("#")[0].endswith(".pdf")]
    if not elsewhere or any(labels) or documents:
        return False
    return reading.title_anchor < 0 or not all(map(_is_file, elsewhere))


def _leads_away(url: str, title: str) -> bool:
    """Say whether a link leads to a person, a chat, a counter, or a section of some README."""
    section = _README_SECTION.fullmatch(url) if "#" in url else None
    return is_social(url) or (section is not None and section[1].lower() not in title.lower())


def _is_kept_free(anchor: Anchor) -> bool:
    """Say whether a link has no address yet; `[Back to top](#)` has the one that it wants."""
    words = label_of(anchor).lower().split()
    leads_up = anchor.url == "#" and (len(words) < _LINKED_WORDS or not _UPWARDS.isdisjoint(words))
    return is_placeholder(anchor.url) and not leads_up


def _is_file(url: str) -> bool:
    """Say whether a target is a file beside the list: notes on a paper, or the paper."""
    return "://" not in url and not url.startswith(("#", "mailto:"))


def _is_appeal(unit: Unit) -> bool:
    """Say whether an item only asks for a star or a pull request."""
    labels = [label_of(anchor).lower() for anchor in unit.piece.anchors if anchor.url]
    return unit.shape == "item" and all(label in _APPEALS for label in labels)


def _heads_links(unit: Unit, reading: Reading, links: list[Link]) -> bool:
    """Say whether a short heading stands above links of which none leads to a paper."""
    short = len(reading.title.split()) < _LINKED_WORDS
    return unit.shape == "heading" and unit.bare and short and not any(map(_is_paper, links))


def _is_outlet(reading: Reading) -> bool:
    """Say whether the title is the name of a conference: nobody wrote or published it."""
    told = reading.authors or (reading.venue and reading.year)
    return not told and _OUTLET.match(reading.title) is not None


def _is_title(title: str) -> bool:
    return len(title) < 400 and _TWO_LETTERS.search(title) is not None and not is_label(title)


def _points_to_list(reading: Reading, links: list[Link]) -> bool:
    """Say whether the work is another list: by its name, or that of its only repository."""
    if any(link.role == "paper" for link in links):
        return False
    if not reading.venue and _LIST_NAME.search(reading.title):
        return True
    repositories = [split_host(link.url)[1] for link in links if "github.com" in link.url]
    named = bool(repositories) and all(_LIST_NAME.search(path) for path in repositories)
    return named and reading.form == "link"


# --- rows -------------------------------------------------------------------------------------


def evidence_of_row(
    result: RowReading, links: list[Link], anchors: list[Anchor], columns: Columns
) -> tuple[Evidence, bool]:
    """Say how surely a row presents a work, and whether it is marked as a paper."""
    reading = result.reading
    marked = any(link.role == "paper" for link in links) and not columns.related
    titled = result.titled and any(map(str.isalpha, reading.title))
    works = titled or _is_title(reading.title)
    if columns.related or not works or _points_to_list(reading, links):
        return "none", marked
    titled = any(name in {"title", "paper"} for name in columns.fields)
    if marked or (titled and (reading.venue or reading.authors)):
        return "strong", marked or bool(links)
    if result.titled and not anchors and reading.year and count_words(reading.title) >= _TITLE_ROW:
        return "strong", True
    if not links:
        return ("none" if anchors and not titled else "linkless"), False
    resource = result.named_only or any(map(_is_resource, links))
    return ("resource" if resource else "soft"), False


# --- the neighbours ---------------------------------------------------------------------------


def _is_title_case(title: str) -> bool:
    """Say whether a text is written as titles are: capitals on most of its longer words."""
    words = [word for word in title.split() if len(word) > 3 and word[0].isalpha()]
    return len(words) >= 4 and sum(1 for word in words if word[0].isupper()) >= 0.6 * len(words)


class Shares:
    """How many of a line's neighbours surely present papers."""

    def __init__(self, candidates: list[Candidate]) -> None:
        self.cites = sum(1 for one in candidates if one.evidence == "cited") >= _SOME
        """True where lines with title, venue and year are this list's way of presenting papers."""
        found = (_heading_of(link.url) for one in candidates for link in one.links)
        self._headings = Counter(heading for heading in found if heading)
        self._strong: Counter[object] = Counter()
        self._total: Counter[object] = Counter()
        families: dict[object, list[Candidate]] = defaultdict(list)
        sure = {"strong", "cited"} if self.cites else {"strong"}
        for candidate in candidates:
            if candidate.evidence != "none":
                unit = candidate.unit
                families[unit.place, unit.shape].append(candidate)
                for place in (unit.place, unit.shape), unit.shape:
                    self._total[place] += 1
                    self._strong[place] += candidate.evidence in sure
        self._titles = {place for place, family in families.items() if _are_titles(family)}

    def are_titles(self, candidate: Candidate) -> bool:
        """Say whether a candidate and its neighbours are bare titles, nearly all of them."""
        return (candidate.unit.place, candidate.unit.shape) in self._titles

    def is_contents(self, candidate: Candidate) -> bool:
        """Say whether a line leads to a heading of a README, as many others do: of this list."""
        places = [self._headings[_heading_of(link.url)] for link in candidate.links]
        return bool(places) and min(places) >= _MANY_HEADINGS

    def has_papers(self, candidate: Candidate) -> bool:
        """Say whether a line that surely presents a paper stands in a candidate's section."""
        return self._strong[(candidate.unit.place, candidate.unit.shape)] > 0

    def among_papers(self, candidate: Candidate) -> bool:
        """Say whether a candidate stands among papers: in its section, or in a list of papers."""
        near = (candidate.unit.place, candidate.unit.shape)
        share = 0.5 if candidate.reading.form != "link" else 0.3
        if 0 < self._strong[near] >= share * self._total[near]:
            return True
        strong, total = self._strong[candidate.unit.shape], self._total[candidate.unit.shape]
        return strong >= 10 and strong >= 0.7 * total and _is_title_case(candidate.reading.title)


def _heading_of(url: str) -> str:
    """Return the README whose heading an address leads to; else nothing."""
    heading = _HEADING.match(url) if "#" in url else None
    return heading[0].lower() if heading else ""


def _are_titles(family: list[Candidate]) -> bool:
    """Say whether lines of one container are titles of papers, though none has a link."""
    bare = [one for one in family if not one.links and _is_bare_title(one)]
    if len(bare) < _SOME or len(bare) < 0.8 * len(family):
        return False
    told = [one for one in bare if one.reading.year and (one.reading.authors or one.reading.venue)]
    titles = [
        one for one in bare if one.reading.title_anchor >= 0 or _is_title_case(one.reading.title)
    ]
    return 2 * len(told) >= len(bare) or 3 * len(titles) >= 2 * len(bare)


def verdict(candidate: Candidate, shares: Shares) -> Kind | None:
    """Decide what a candidate is; `None` for what presents no work."""
    evidence, section = candidate.evidence, candidate.unit.section
    barred = holds_no_entries(section) and candidate.unit.shape != "row"
    if evidence == "none" or barred or shares.is_contents(candidate):
        return None
    if candidate.kind != "paper":
        return candidate.kind
    if evidence == "strong":
        return "other" if is_soft(section) and not candidate.paper_marked else "paper"
    among_papers = shares.among_papers(candidate)
    if evidence == "resource":
        return _resource_kind(candidate, among_papers and not presents_tools(section))
    if shares.are_titles(candidate) or _is_cited_paper(candidate, shares):
        return "paper"
    if evidence == "soft":
        believed = not is_soft(section)
    else:
        believed = _is_bare_title(candidate) or (evidence == "cited" and shares.cites)
    return "paper" if among_papers and believed else None


def _is_cited_paper(candidate: Candidate, shares: Shares) -> bool:
    """Say whether a line without links cites a paper, in a section of papers."""
    section = candidate.unit.section
    linkless = not candidate.links and candidate.unit.shape == "item" and not is_soft(section)
    dated = bool(candidate.reading.year) and _is_bare_title(candidate)
    near = candidate.evidence == "cited" and shares.has_papers(candidate)
    return linkless and dated and (near or presents_papers(section))


def _is_bare_title(candidate: Candidate) -> bool:
    """Say whether a line without any link can be a title: not a note, not a sentence."""
    title = candidate.reading.title
    if candidate.reading.form == "citation" and not candidate.reading.year:
        return False
    if candidate.unit.shape == "item" and _SENTENCE_START.match(title):
        return False
    capital = title[0].isupper() or title[0].isdigit() or ": " in title
    return capital and 3 <= len(title.split()) <= 30


def _resource_kind(candidate: Candidate, among_papers: bool) -> Kind | None:
    """Decide what a title with links to code, data or a project page is."""
    told = candidate.reading.venue or candidate.reading.authors
    data = data_kind(candidate.unit.section)
    if data is not None:
        return data
    if is_soft(candidate.unit.section):
        return "other" if told else None
    if candidate.reading.venue or among_papers or _tells_paper(candidate):
        return "paper"
    has_code = any(link.role == "code" for link in candidate.links)
    return "tool" if has_code or presents_tools(candidate.unit.section) else None


def _tells_paper(candidate: Candidate) -> bool:
    """Say whether a title that only code is linked with is a paper's by what stands around it."""
    unit, reading = candidate.unit, candidate.reading
    titled = candidate.titled and count_words(reading.title) > 1
    if reading.authors or titled or presents_papers(unit.section):
        return True
    if presents_tools(unit.section):
        return False
    return _is_code_labelled(unit.piece, reading) or (unit.shape != "row" and bool(reading.year))


def _is_code_labelled(piece: Piece, reading: Reading) -> bool:
    """Say whether a label in brackets leads to code, after a title of five words or more."""
    if len(reading.title.split()) < _TITLE_WORDS or reading.title_anchor >= 0:
        return False
    return any(
        role_of_label(plain(link[1])) == "code" and is_bracketed(piece, link)
        for link in LINK_TEXT.finditer(piece.text[:MAX_TEXT])
    )


def is_lost(candidate: Candidate, shares: Shares) -> bool:
    """Say whether a line among papers has the form of an entry, and mail for a link."""
    anchors, title = candidate.unit.piece.anchors, candidate.reading.title
    mailed = bool(anchors) and all(a.url.lower().startswith("mailto:") for a in anchors)
    if not mailed or candidate.unit.shape != "item" or holds_no_entries(candidate.unit.section):
        return False
    long = len(title.split()) >= _LINKED_WORDS and _is_title_case(title)
    return long and not SENTENCE_OPENING.match(title) and shares.among_papers(candidate)


def is_unread(candidate: Candidate) -> bool:
    """Say whether a line that is no entry links to a paper, and is neither prose nor aside."""
    unit, reading = candidate.unit, candidate.reading
    text = unit.piece.text[:MAX_TEXT]
    link = LINK_TEXT.search(text)
    if holds_no_entries(unit.section) or unit.shape == "quote":
        return False
    in_sentence = link is not None and not is_bracketed(unit.piece, link)
    if in_sentence and candidate.links and runs(unit, reading, candidate.links):
        return False
    if unit.shape != "paragraph" and candidate.paper_marked:
        return True
    aside = is_soft(unit.section) or len(plain(text).split()) > _PROSE_WORDS or reading.refused
    if aside or SENTENCE_OPENING.match(reading.title or reading.tail):
        return False
    return any(_IDENTIFIER.search(link.url) for link in candidate.links)
