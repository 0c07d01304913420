"""The records of the reader: a unit of a list, and what its text says of a work."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from pipeline.markdown.marks import Piece
from pipeline.records.lists import Kind, Link, Role

Shape = Literal["item", "row", "heading", "summary", "paragraph", "quote"]
Evidence = Literal["none", "linkless", "cited", "soft", "resource", "strong"]
"""
How surely a unit presents a work: nothing says so; a title without links; one with a known venue
and a year, whatever it links to; with a link that may be anything; with code, data or a page; with
a paper.
"""


class Slot(NamedTuple):
    """A piece of text behind a title, and what it was read as."""

    place: str
    """What sets it apart, and its number: siblings have the same thing in the same place."""
    text: str
    told: Literal["", "authors", "venue"]


@dataclass(slots=True)
class Reading:
    """What a text says of a work; `form` is what set the title apart."""

    title: str = ""
    name: str | None = None
    authors: str | None = None
    venue: str | None = None
    year: int | None = None
    form: str = ""
    title_anchor: int = -1
    """Index of the anchor whose text is the title, or part of it."""
    refused: bool = False
    """True where the text says itself that it presents no work."""
    tail: str = ""
    """Marked text after the title."""
    linked: str = ""
    """The text of the link alone, where a title was joined from it and what follows its colon."""
    glued: bool = False
    """True where a letter stands directly before the title: it is a word of a sentence."""
    lead: str = ""
    """Plain text before the title that is neither number nor tag."""
    slots: list[Slot] = field(default_factory=list)
    """What stands behind the title, for the siblings to settle what is open."""


@dataclass(slots=True)
class Hints:
    """What stood before the title."""

    names: list[str] = field(default_factory=list)
    venues: list[str] = field(default_factory=list)
    years: list[int] = field(default_factory=list)
    anchors: int = 0
    leads: int = 0
    """How many words with a colon, as "Survey paper:", were taken off."""


@dataclass(slots=True)
class Title:
    """One candidate: its place among the pieces of the unit, its text, and what speaks for it."""

    key: str
    text: str
    start: int
    end: int
    """Where it stands in the marked text of the unit; what stands around tells the other fields."""
    anchor: int
    """The link that carries it; -1 where none does."""
    score: float
    authors: str | None = None
    """The names that stand before it in a list with commas."""


@dataclass(slots=True, kw_only=True)
class Unit(Piece):
    """One thing that may present a work: where it stands, and what is read in it step by step."""

    shape: Shape
    section: tuple[str, ...]
    place: Hashable
    """The container that it shares with its siblings: a section, a table, a level of headings."""
    nested: bool = False
    """True below an item that has links of its own."""
    bare: bool = False
    """True for a title that stands alone: without links below it, it may head a section."""
    notes: bool = False
    """True for the summary of a `<details>`: what is below may hold prose."""
    category: bool = False
    """True where the items below are presented and this is their heading."""
    heads: Sequence[Piece] = ()
    """The units below a line without links, for which it may be the heading."""
    below: bool = False
    """True where lines from below were joined."""
    reading: Reading = field(default_factory=Reading)
    titles: Sequence[Title] = ()
    """The candidates for the title, where they had to be weighed."""
    link_roles: Sequence[Role | None] = ()
    """The role of each link of a row that its column names."""
    links: Sequence[Link] = ()
    evidence: Evidence = "none"
    kind: Kind = "paper"
    columns: dict[str, str] = field(default_factory=dict)
    paper_marked: bool = False
    """True where a link or label says that there is a paper."""
    broken: Sequence[Link] = ()
    """What stands for a link and is none."""
    named_only: bool = False
    """True for a row that has the name of a data set and no title."""
    titled: bool = False
    """True where the title stands in a column for titles of papers."""
