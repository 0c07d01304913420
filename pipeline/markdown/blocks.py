"""Blocks of a list: headings, paragraphs, list items, table rows, each with its place."""

from dataclasses import dataclass, field

from pipeline.markdown.marks import Piece


@dataclass(slots=True)
class Heading(Piece):
    """A Markdown or HTML heading."""

    level: int = 1


@dataclass(slots=True)
class Paragraph(Piece):
    """A paragraph outside lists and tables."""

    quoted: bool = False


@dataclass(slots=True)
class Item(Piece):
    """A list item: its own text, without that of nested items."""

    children: list["Item"] = field(default_factory=list)


@dataclass(slots=True)
class ItemList:
    """One outermost list; nested lists hang below their items."""

    items: list[Item] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """The head of a table, shared by its rows."""

    header: list[Piece] = field(default_factory=list)


@dataclass(slots=True)
class Row:
    """One body row."""

    table: Table
    cells: list[Piece]
    start: int
    end: int


@dataclass(slots=True)
class Summary(Piece):
    """The line of a `<details>` that shows while it is closed."""

    level: int = 0
    """That of the heading in it; 0 where it holds none."""


@dataclass(slots=True)
class DetailsEnd:
    """The end of a `<details>`."""


Block = Heading | Paragraph | ItemList | Row | Summary | DetailsEnd
