"""
Does a line present a work, and of what kind? Its own text decides mostly, else its neighbours.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from pipeline.markdown.fields import MAX_TEXT
from pipeline.markdown.marks import LINK, Anchor, Piece, plain
from pipeline.markdown.phrases import has_known_venue, is_venue, year_in
from pipeline.markdown.links import is_web, repaired
from pipeline.markdown.pieces import LABELLED, LINE_BREAK, LINK_TEXT
from pipeline.markdown.reading import Reading
from pipeline.markdown.roles import (
    host_is_paper,
    is_label,
    is_social,
    label_of,
    role_of_label,
    split_host,
)
from pipeline.markdown.sections import data_kind, holds_no_entries, is_soft, presents_tools
from pipeline.markdown.tables import Columns, RowReading
from pipeline.records import Kind, Link, Role

Shape = Literal["item", "row", "summary", "paragraph", "quote"]
Evidence = Literal["none", "linkless", "cited", "soft", "resource", "strong"]
"""
How surely a line presents a work: nothing says so; a title without links; one with a venue and a
year; with a link that may be anything; with code, data or a page; with a paper.
"""


@dataclass(slots=True)
class Candidate:
    """A piece of a list that may present a work."""

    shape: Shape
    group: int
    section: tuple[str, ...]
    start: int
    end: int
    reading: Reading
    links: list[Link]
    evidence: Evidence
    kind: Kind = "paper"
    columns: dict[str, str] = field(default_factory=dict)
    paper_marked: bool = False
    """True where a link or label says that there is a paper."""
    prose: bool = False
    """True where the line is a sentence with links in it."""
    columns_say_tool: bool = False
    """True where code stands in the column for the paper."""


_TWO_LETTERS = re.compile(r"[^\W\d_][\W\d_]*[^\W\d_]")
_LIST_NAME = re.compile(
    r"awesome|paper[-_ ]?lists?|papers[-_ ]?list|reading[-_ ]?lists?|curated|论文列表|资源列表|列表|"
    r"paper[-_ ]?collections?|list of .*(?:papers|resources)",
    re.IGNORECASE,
)
_ARXIV_TEXT = re.compile(r"arxiv:\s?\d{4}\.\d{4,5}", re.IGNORECASE)
_SENTENCE_OPENING = re.compile(
    r"(?:This|These|We|Our|If|Please|Welcome|You (?:can|may|should)|Check|See|Note|Here|It|There|For|"
    r"Feel|Thanks|Thank|Last|Maintained|The (?:official|code|paper|repo)|Official|A curated|"
    r"To (?:cite|see|learn|add)|In this|Currently|Contact|Updated)\b"
)
_RUNNING = re.compile(
    r"\b(?:see|in|the|from|at|on|by|with|of|to|this|and|or|is|are|visit|check|refer|via|our|for)\s*$"
)
_PROSE = re.compile(
    r"^\s*(?:is|are|was|were|has|have|will|can|for|by|and|or|to|from|which|that|provides?|contains?|if)\b"
)
_SENTENCE_START = re.compile(
    r"^[\"“‘'…(\[]|^(?:We|This|They|It|The authors?|These|I|Our|In this|Please|Note|See|Here)\b"
)


def evidence_of_piece(
    piece: Piece, reading: Reading, links: list[Link], shape: Shape, section: tuple[str, ...]
) -> tuple[Evidence, bool]:
    """Say how surely a piece presents a work, and whether it is marked as a paper."""
    labels = [
        None if anchor.url.startswith("#") else role_of_label(label_of(anchor))
        for anchor in piece.anchors
    ]
    marked = any(link.role == "paper" and host_is_paper(link.url) for link in links) or (
        "paper" in labels
    )
    if not reading.title or reading.refused or not _is_title(reading.title):
        return "none", marked
    if _points_to_list(reading, links) or all(is_social(link.url) for link in links) and links:
        return "none", marked
    if shape in {"paragraph", "quote"} and not _paragraph_presents(piece, reading, links, labels):
        return "none", marked
    if shape == "item" and is_prose(piece, reading, links):
        return "none", marked
    if (
        not links
        and any(anchor.url for anchor in piece.anchors)
        and not any(label is not None for label in labels)
    ):
        return ("linkless" if _is_relative_paper(piece, reading) else "none"), marked
    if marked and (links or "paper" in labels):
        return "strong", True
    if _ARXIV_TEXT.search(plain(piece.text[:MAX_TEXT])):
        return "strong", True
    if reading.venue and reading.authors:
        return "strong", marked
    if not links:
        cited = reading.venue and reading.year and len(reading.title.split()) >= 3
        return ("cited" if cited and has_known_venue(reading.venue or "") else "linkless"), marked
    return ("resource" if _has_resource(links, labels) else "soft"), marked


def _is_relative_paper(piece: Piece, reading: Reading) -> bool:
    return any(a.url.lower().split("#")[0].endswith(".pdf") for a in piece.anchors)


def _is_title(title: str) -> bool:
    return len(title) < 400 and _TWO_LETTERS.search(title) is not None and not is_label(title)


def _points_to_list(reading: Reading, links: list[Link]) -> bool:
    """Say whether the work is another list: by its name, or that of its only repository."""
    if any(link.role == "paper" for link in links):
        return False
    if _LIST_NAME.search(reading.title) and not reading.venue:
        return True
    repositories = [split_host(link.url)[1] for link in links if "github.com" in link.url]
    return (
        bool(repositories)
        and all(_LIST_NAME.search(path) for path in repositories)
        and (reading.form == "link")
    )


def _has_resource(links: list[Link], labels: list[Role | None]) -> bool:
    return any(link.role in {"code", "project", "data"} for link in links)


def _paragraph_presents(
    piece: Piece, reading: Reading, links: list[Link], labels: list[Role | None]
) -> bool:
    """Say whether a paragraph presents a work and is no running text."""
    if not links:
        return False
    outside = LABELLED.sub("", reading.tail)
    first_line = LINE_BREAK.split(outside.strip())[0]
    named = any(label is not None for label in labels)
    if reading.form == "link":
        host = host_is_paper(links[0].url)
        return (host or named) and not _PROSE.match(plain(first_line))
    if reading.form in {"bold", "italic", "citation"}:
        gap = re.sub(r"\([^()]*\)", "", plain(reading.tail.partition(LINK)[0]))
        told = reading.authors or reading.venue or reading.form == "citation"
        near = bool(told) or len(gap.split()) <= 6
        return near and (named or any(link.role == "paper" for link in links))
    if _SENTENCE_OPENING.match(reading.title):
        return False
    words = len(reading.title.split())
    tail_words = len(plain(first_line).split())
    return named and 3 <= words <= 30 and tail_words <= 8 and _label_follows(piece, reading)


def _label_follows(piece: Piece, reading: Reading) -> bool:
    """Say whether a label in brackets comes right after a plain title."""
    first = LINK_TEXT.search(piece.text)
    if first is None or not is_label(plain(first[1])):
        return False
    return "[" in piece.text[max(0, first.start() - 2) : first.start() + 2]


def is_prose(piece: Piece, reading: Reading, links: list[Link]) -> bool:
    """Say whether an item is a sentence with links in it rather than a title."""
    if reading.form != "plain" or not links:
        return False
    first = LINK_TEXT.search(piece.text)
    if first is None:
        return False
    label = plain(first[1])
    bracketed = "[" in piece.text[max(0, first.start() - 2) : first.start() + 2]
    if is_label(label) and (bracketed or role_of_label(label) is not None):
        return not bracketed and _RUNNING.search(plain(piece.text[: first.start()])) is not None
    if label.startswith("http") or not label:
        return len(reading.title.split()) > 30
    return not bracketed


def evidence_of_row(
    result: RowReading,
    links: list[Link],
    anchors: list[Anchor],
    columns: Columns,
    section: tuple[str, ...],
) -> tuple[Evidence, bool]:
    reading = result.reading
    marked = any(link.role == "paper" for link in links)
    if columns.related or not reading.title or not _is_title(reading.title):
        return "none", marked and not columns.related
    titled = any(name in {"title", "paper"} for name in columns.fields)
    if anchors and not links and not titled:
        return "none", False
    if _points_to_list(reading, links):
        return "none", marked
    if marked:
        return "strong", True
    if not links:
        return ("strong" if titled and (reading.venue or reading.authors) else "linkless"), False
    if titled and (reading.venue or reading.authors):
        return "strong", True
    return ("resource" if _has_resource(links, []) or result.named_only else "soft"), marked


def is_tool_row(
    links: list[Link], anchors: list[Anchor], result: RowReading, columns: Columns
) -> bool:
    """Say whether the column of papers holds a repository: the row presents software."""
    if len(links) != len(anchors):
        return False
    return any(
        0 <= column < len(columns.roles)
        and columns.roles[column] == "paper"
        and columns.fields[column] in {None, "paper"}
        and link.role == "code"
        for link, column in zip(links, result.link_columns, strict=False)
    )


def _is_title_case(title: str) -> bool:
    """Say whether a text is written as titles are: capitals on most of its longer words."""
    words = [word for word in title.split() if len(word) > 3 and word[0].isalpha()]
    return len(words) >= 4 and sum(1 for word in words if word[0].isupper()) >= 0.6 * len(words)


class Shares:
    """How many of a line's neighbours surely present papers."""

    def __init__(self, candidates: list[Candidate]) -> None:
        self.near: dict[tuple[int, Shape], tuple[int, int]] = {}
        self.all: dict[Shape, tuple[int, int]] = {}
        cited = sum(1 for candidate in candidates if candidate.evidence == "cited")
        self.cites = cited >= 3
        """True where lines with title, venue and year are this list's way of presenting papers."""
        for candidate in candidates:
            if candidate.evidence != "none":
                sure = candidate.evidence == "strong" or (
                    self.cites and candidate.evidence == "cited"
                )
                near, shape = (candidate.group, candidate.shape), candidate.shape
                strong, total = self.near.get(near, (0, 0))
                self.near[near] = (strong + sure, total + 1)
                strong, total = self.all.get(shape, (0, 0))
                self.all[shape] = (strong + sure, total + 1)

    def among_papers(self, candidate: Candidate) -> bool:
        """Say whether a candidate stands among papers: in its section, or in a list of papers."""
        strong, total = self.near.get((candidate.group, candidate.shape), (0, 0))
        if strong * 2 >= total and strong > 0:
            return True
        strong, total = self.all.get(candidate.shape, (0, 0))
        return strong >= 10 and strong >= 0.7 * total and _is_title_case(candidate.reading.title)


def verdict(candidate: Candidate, shares: Shares) -> Kind | None:
    """Decide what a candidate is; `None` for what presents no work."""
    evidence, section = candidate.evidence, candidate.section
    if evidence == "none":
        return None
    if holds_no_entries(section) and not _stands_out(candidate):
        return None
    if candidate.kind != "paper":
        return candidate.kind
    if evidence == "strong":
        return "other" if is_soft(section) and not candidate.paper_marked else "paper"
    among_papers = shares.among_papers(candidate)
    if evidence == "cited" and shares.cites and among_papers:
        return "paper"
    if evidence == "resource":
        return _resource_kind(candidate, among_papers and not presents_tools(section))
    if evidence == "soft":
        return "paper" if among_papers and not is_soft(section) else None
    return "paper" if among_papers and _is_bare_title(candidate) else None


def _is_bare_title(candidate: Candidate) -> bool:
    """Say whether a line without any link can be a title: not a note, not a sentence."""
    title = candidate.reading.title
    words = len(title.split())
    if candidate.reading.form == "citation" and not candidate.reading.year:
        return False
    if candidate.shape == "item" and _SENTENCE_START.match(title):
        return False
    return 3 <= words <= 30 and (title[0].isupper() or title[0].isdigit() or ": " in title)


def _stands_out(candidate: Candidate) -> bool:
    """Say whether a line under "related lists" and the like is a paper all the same."""
    return (
        candidate.evidence == "strong"
        and candidate.reading.form in {"link", "bold"}
        and "related" in " ".join(candidate.section).lower()
    )


def _resource_kind(candidate: Candidate, majority: bool) -> Kind | None:
    """Decide what a title with links to code, data or a project page is."""
    kind = data_kind(candidate.section)
    if kind == "dataset":
        return "dataset"
    if kind == "benchmark":
        return "benchmark"
    if is_soft(candidate.section):
        return "other" if candidate.reading.venue or candidate.reading.authors else None
    if majority and not candidate.columns_say_tool:
        return "paper"
    if candidate.reading.venue:
        return "paper"
    if any(link.role == "code" for link in candidate.links) or presents_tools(candidate.section):
        return "tool"
    return None
