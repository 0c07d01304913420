"""Does a line present a work, and of what kind? Its text decides mostly, else its neighbours."""

import re

from pipeline.markdown.fields import MAX_TEXT
from pipeline.markdown.marks import LINK, LINK_END, STYLE_MARKS, Anchor, plain
from pipeline.markdown.phrases import count_words, has_known_venue, is_person, is_venue, year_in
from pipeline.markdown.prefix import CLOSE
from pipeline.markdown.prose import EVENT, SENTENCE_OPENING, is_bracketed, runs
from pipeline.markdown.reading import Evidence, Reading, Unit
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
from pipeline.markdown.siblings import (
    SENTENCE_START,
    Shares,
    is_bare_title,
    is_dated,
    is_linked_title,
    is_set_apart,
    is_title_case,
    is_told_of,
    may_be_title,
)
from pipeline.markdown.splits import LINK_TEXT, NUMBERED
from pipeline.markdown.tables import Columns
from pipeline.records.lists import Kind, Link, Role
from pipeline.works.placeholders import is_placeholder

Labels = list[Role | None]
"""The role that each link's label names, if it names one."""


_OUTLET = re.compile(
    r"(?:\S+ ){0,3}(?:International|Annual) (?:\w+ ){0,2}(?:Conference|Symposium) (?:on|for)\b"
    r"|.{0,80}\b(?:Conference|Symposium)\b[^:]{0,60}\([A-Z]{3,8}\)$"
)
_TWO_LETTERS = re.compile(r"[^\W\d_][\W\d_]*[^\W\d_]|^[A-Z]\d$")
_LIST_NAME = re.compile(
    r"awesome|paper[-_ ]?lists?|papers[-_ ]?list|reading[-_ ]?lists?|curated|列表"
    r"|paper[-_ ]?(?:collections?|notes)"
    r"|(?:list|notes|summaries) (?:of|on) .{0,60}(?:papers|resources)",
    re.IGNORECASE,
)
_ID_TEXT = re.compile(r"arxiv:\s?\d{4}\.\d{4,5}|\bdoi:?\s?10\.\d{4,9}/", re.IGNORECASE)
_IDENTIFIER = re.compile(r"arxiv\.org/\w+/\d{4}\.\d{4,5}|doi\.org/10\.\d{4,9}/", re.IGNORECASE)
_README_SECTION = re.compile(
    r"https://github\.com/[^/#?]+/([^/#?]+)(?:/(?:tree|blob)/[^/#?]+)?/?#(?!readme)[^/]+"
)
"""Lists write their table of contents with their own address, too."""
_IN_BRACKETS = re.compile(rf"[\[(]{LINK}[^{LINK_END}]{{1,40}}{LINK_END}[\]),]")
_LED = re.compile(rf"\W*\w[\w -]{{0,24}}{CLOSE}[:：][\s{STYLE_MARKS}]*{LINK}")
_APPEALS = frozenset({"star", "stars", "fork", "watch", "issue", "pull request", "pr"})
_SCHEDULED = re.compile(r"(?:week|lecture|session|day|unit|chapter|module) \d", re.IGNORECASE)
_PROSE_WORDS = 40
_TITLE_WORDS = 5
_TITLE_ROW = 3
_UNSET = frozenset({"plain", "chosen"})
"""Forms of a title that no type or quotes set apart for sure."""
_SHOWS: frozenset[Role] = frozenset({"video", "slides", "blog"})
_LINKED_WORDS = 4
_UPWARDS = frozenset({"back", "top", "up", "contents"})


# --- the line itself --------------------------------------------------------------------------


def evidence_of_piece(unit: Unit) -> tuple[Evidence, bool]:
    """Say how surely a unit presents a work, and whether it is marked as a paper."""
    reading, links = unit.reading, unit.links
    labels = [
        None if _is_fragment(anchor.url) else role_of_label(label_of(anchor))
        for anchor in unit.anchors
    ]
    marked = "paper" in labels or any(_is_paper(link) for link in links)
    if _presents_nothing(unit, labels):
        return "none", marked
    if marked or _names_id(unit.text[:MAX_TEXT]):
        return "strong", True
    if reading.venue and reading.authors:
        return "strong", False
    if any(map(_is_resource, links)):
        return "resource", False
    if _names_venue_and_year(reading) and is_set_apart(unit):
        return "cited", False
    return "soft" if links else "linkless", False


def _names_id(text: str) -> bool:
    lowered = text.lower()
    named = "rxiv" in lowered or "doi" in lowered
    return named and _ID_TEXT.search(plain(text)) is not None


def _is_fragment(url: str) -> bool:
    """Say whether a target is a place of the list itself; `#` alone is a placeholder."""
    return url.startswith("#") and not is_placeholder(url)


def _is_paper(link: Link) -> bool:
    return link.role == "paper" and host_is_paper(link.url)


def _is_resource(link: Link) -> bool:
    return link.role in {"code", "project", "data"}


def _presents_nothing(unit: Unit, labels: Labels) -> bool:
    """Say whether a unit surely presents no work: no title, another list, running text."""
    reading, links = unit.reading, unit.links
    divides = unit.shape == "heading" and _divides(reading.title)
    if divides or unit.category or reading.refused or not _is_title(reading.title):
        return True
    away = bool(links) and all(_leads_away(link.url, reading.title) for link in links)
    if away or _is_person(unit) or _is_outlet(reading) or _points_to_list(unit):
        return True
    if links:
        return _is_appeal(unit) or _heads_links(unit) or runs(unit)
    if unit.shape in {"paragraph", "quote", "heading"}:
        # A title without links is set apart by its type, or stands in a citation.
        apart = unit.shape == "heading" or reading.form not in _UNSET or bool(reading.authors)
        apart = apart or _is_reference(unit)
        apart = apart or (presents_papers(unit.section) and _is_plain_citation(reading))
        return unit.shape == "quote" or not (unit.bare and apart)
    elsewhere = [anchor.url for anchor in unit.anchors if not _is_kept_free(anchor)]
    documents = [url for url in elsewhere if url.lower().partition("#")[0].endswith(".pdf")]
    if not elsewhere or any(labels) or documents:
        return False
    beside = reading.title_anchor >= 0 or _IN_BRACKETS.search(unit.text) is not None
    return not (beside and all(map(_is_file, elsewhere)))


def _divides(title: str) -> bool:
    """Say whether a heading is that of a session, or of what a venue has published in a year."""
    return _SCHEDULED.match(title) is not None or (year_in(title) is not None and is_venue(title))


def _is_person(unit: Unit) -> bool:
    """Say whether a unit presents a person: a name, and an account."""
    account = any(anchor.text.startswith("@") for anchor in unit.anchors)
    return account and is_person(unit.reading.title)


def _is_reference(unit: Unit) -> bool:
    """Say whether a text begins with a number in brackets and has a year."""
    return bool(unit.reading.year) and NUMBERED.match(unit.text) is not None


def _is_plain_citation(reading: Reading) -> bool:
    """Say whether a text is one sentence, with a known venue and a year behind it."""
    return _names_venue_and_year(reading) and ". " not in reading.title


def _names_venue_and_year(reading: Reading) -> bool:
    """Say whether a year and a known venue stand with a title: lists cite papers so."""
    return bool(reading.year and reading.venue and has_known_venue(reading.venue))


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
    labels = [label_of(anchor).lower() for anchor in unit.anchors if anchor.url]
    return unit.shape == "item" and all(label in _APPEALS for label in labels)


def _heads_links(unit: Unit) -> bool:
    """Say whether a short heading stands above links of which none leads to a paper."""
    short = len(unit.reading.title.split()) < _LINKED_WORDS
    return unit.shape == "heading" and unit.bare and short and not any(map(_is_paper, unit.links))


def _is_outlet(reading: Reading) -> bool:
    """Say whether the title is the name of a conference: nobody wrote or published it."""
    told = reading.authors or (reading.venue and reading.year)
    return not told and _OUTLET.match(reading.title) is not None


def _is_title(title: str) -> bool:
    return len(title) < 400 and _TWO_LETTERS.search(title) is not None and not is_label(title)


def _points_to_list(unit: Unit) -> bool:
    """Say whether the work is another list: by its name, or that of its only repository."""
    reading, links = unit.reading, unit.links
    if any(link.role == "paper" for link in links):
        return False
    if not reading.venue and _LIST_NAME.search(reading.title):
        return True
    repositories = [split_host(link.url)[1] for link in links if "github.com" in link.url]
    named = bool(repositories) and all(_LIST_NAME.search(path) for path in repositories)
    return named and reading.form == "link"


# --- rows -------------------------------------------------------------------------------------


def evidence_of_row(unit: Unit, columns: Columns) -> tuple[Evidence, bool]:
    """Say how surely a row presents a work, and whether it is marked as a paper."""
    reading, links = unit.reading, unit.links
    soft = is_soft(unit.section)
    marked = not columns.related and any(
        (link.role == "paper" and not soft) or _is_paper(link) for link in links
    )
    titled = unit.titled and any(map(str.isalpha, reading.title))
    works = titled or _is_title(reading.title)
    if columns.related or not works or _points_to_list(unit):
        return "none", marked
    titled = any(name in {"title", "paper"} for name in columns.fields)
    if marked or (titled and (reading.venue or reading.authors)):
        return "strong", marked or bool(links)
    bare = unit.titled and not unit.anchors
    if bare and reading.year and count_words(reading.title) >= _TITLE_ROW:
        return "strong", True
    if not links:
        return ("none" if unit.anchors and not titled else "linkless"), False
    resource = unit.named_only or any(map(_is_resource, links))
    return ("resource" if resource else "soft"), False


# --- the neighbours ---------------------------------------------------------------------------


def verdict(unit: Unit, shares: Shares) -> Kind | None:
    """Decide what a unit is; `None` for what presents no work."""
    evidence, section = unit.evidence, unit.section
    barred = holds_no_entries(section) and unit.shape != "row"
    barred = barred or (not unit.links and shares.is_section(unit))
    if evidence == "none" or barred or shares.is_contents(unit):
        return None
    if unit.kind != "paper":
        return unit.kind
    if evidence == "strong":
        return "other" if is_soft(section) and not unit.paper_marked else "paper"
    among_papers = shares.among_papers(unit)
    if evidence == "resource":
        return _resource_kind(unit, among_papers and not presents_tools(section))
    return _text_kind(unit, among_papers, shares)


def _text_kind(unit: Unit, among_papers: bool, shares: Shares) -> Kind | None:
    """Decide what a title is that no link, or one to any place, stands beside."""
    section = unit.section
    if shares.are_titles(unit) or _is_cited_paper(unit, shares):
        return "paper"
    if _is_told_paper(unit, shares):
        kind = "paper" if among_papers else data_kind(section) or "paper"
        return "other" if is_soft(section) else kind
    if unit.links:
        believed = not is_soft(section)
    else:
        cited = unit.evidence == "cited" and shares.cites
        believed = is_bare_title(unit) or cited
    return "paper" if among_papers and believed else None


def _is_cited_paper(unit: Unit, shares: Shares) -> bool:
    """Say whether a line without links cites a paper, in a section of papers."""
    section = unit.section
    if unit.shape == "row":
        listed = unit.titled and presents_papers(section)
        return listed and not unit.links and is_bare_title(unit)
    cited = unit.shape == "paragraph" and unit.evidence == "cited"
    own_line = unit.shape == "item" or cited or _is_reference(unit)
    linkless = not unit.links and own_line and not is_soft(section)
    dated = bool(unit.reading.year) and is_bare_title(unit)
    near = is_told_of(unit) and shares.has_papers(unit)
    return linkless and dated and (near or presents_papers(section))


def _is_told_paper(unit: Unit, shares: Shares) -> bool:
    """Say whether a linked title is a paper's by what stands beside it, whatever its host."""
    section = unit.section
    if not unit.links or not may_be_title(unit):
        return False
    if is_soft(section):
        return _is_told_among_others(unit)
    if unit.evidence == "cited" or (shares.tell(unit) and is_dated(unit)):
        return True
    return presents_papers(section) and _is_titled_paper(unit, shares)


def _is_told_among_others(unit: Unit) -> bool:
    """Say whether a title with venue, year and a link stands among posts; talks have these, too."""
    section, reading = unit.section, unit.reading
    if EVENT.search(section[-1]) or all(link.role in _SHOWS for link in unit.links):
        return False
    return unit.evidence == "cited" and reading.title_anchor < 0


def _is_titled_paper(unit: Unit, shares: Shares) -> bool:
    """Say whether a title in a section of papers has a year, or is linked as its neighbours are."""
    reading = unit.reading
    if reading.title_anchor < 0:
        return is_told_of(unit)
    near = shares.has_papers(unit) and count_words(reading.title) >= _LINKED_WORDS
    return is_dated(unit) or near or (is_linked_title(unit) and shares.link(unit))


def _resource_kind(unit: Unit, among_papers: bool) -> Kind | None:
    """Decide what a title with links to code, data or a project page is."""
    told = unit.reading.venue or unit.reading.authors
    data = data_kind(unit.section)
    if data is not None:
        return data
    if is_soft(unit.section):
        return "other" if told else None
    if unit.reading.venue or among_papers or _tells_paper(unit):
        return "paper"
    has_code = any(link.role == "code" for link in unit.links)
    return "tool" if has_code or presents_tools(unit.section) else None


def _tells_paper(unit: Unit) -> bool:
    """Say whether a title that only code is linked with is a paper's by what stands around it."""
    reading = unit.reading
    titled = unit.titled and count_words(reading.title) > 1
    if reading.authors or titled or presents_papers(unit.section):
        return True
    if presents_tools(unit.section):
        return False
    return _is_code_labelled(unit) or (unit.shape != "row" and bool(reading.year))


def _is_code_labelled(unit: Unit) -> bool:
    """Say whether a label in brackets leads to code, after a title of five words or more."""
    if len(unit.reading.title.split()) < _TITLE_WORDS or unit.reading.title_anchor >= 0:
        return False
    return any(
        role_of_label(plain(link[1])) == "code" and is_bracketed(unit, link)
        for link in LINK_TEXT.finditer(unit.text[:MAX_TEXT])
    )


def is_aside(unit: Unit) -> bool:
    """Say whether a line below an entry only tells of it: "Code: [x](…)", or a sentence."""
    title = unit.reading.title
    if SENTENCE_START.match(title) and not is_title_case(title):
        return True
    return unit.evidence == "resource" and _LED.match(unit.text) is not None


def is_lost(unit: Unit, shares: Shares) -> bool:
    """Say whether a line among papers has the form of an entry, and mail for a link."""
    anchors, title = unit.anchors, unit.reading.title
    mailed = bool(anchors) and all(a.url.lower().startswith("mailto:") for a in anchors)
    if not mailed or unit.shape != "item" or holds_no_entries(unit.section):
        return False
    long = len(title.split()) >= _LINKED_WORDS and is_title_case(title)
    return long and not SENTENCE_OPENING.match(title) and shares.among_papers(unit)


def is_unread(unit: Unit) -> bool:
    """Say whether a line that is no entry links to a paper, and is neither prose nor aside."""
    reading, text = unit.reading, unit.text[:MAX_TEXT]
    link = LINK_TEXT.search(text)
    if holds_no_entries(unit.section) or unit.shape == "quote":
        return False
    in_sentence = link is not None and not is_bracketed(unit, link)
    if in_sentence and unit.links and runs(unit):
        return False
    if unit.shape != "paragraph" and unit.paper_marked:
        return True
    aside = is_soft(unit.section) or len(plain(text).split()) > _PROSE_WORDS or reading.refused
    if aside or SENTENCE_OPENING.match(reading.title or reading.tail):
        return False
    return any(_IDENTIFIER.search(link.url) for link in unit.links)
