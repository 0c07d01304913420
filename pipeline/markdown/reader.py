"""
Markdown to blocks, in one pass over the events of pulldown-cmark (through pyromark).

Ranges are byte offsets of the UTF-8 source. HTML is read into the same blocks: lists use both.
"""

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pyromark

from pipeline.markdown.blocks import (
    Block,
    DetailsEnd,
    Heading,
    Item,
    ItemList,
    Paragraph,
    Row,
    Summary,
    Table,
)
from pipeline.markdown.html import TAG, attribute_text, attributes, size_of, split_markdown
from pipeline.markdown.links import is_picture, target_offset
from pipeline.markdown.marks import (
    BOLD,
    BOLD_END,
    CODE,
    CODE_END,
    HARD,
    IMAGE,
    SOFT,
    STYLES,
    Anchor,
    Buffer,
    Piece,
    plain,
)
from pipeline.markdown.parser import OPTIONS, parts_of
from pipeline.markdown.roles import badge_venue, host_is_paper
from pipeline.markdown.tables import is_linked_title

_SIGNS = {"Code": (CODE, CODE_END), "InlineMath": ("$", "$"), "DisplayMath": ("$$", "$$")}
_BREAKS = {"SoftBreak": SOFT, "HardBreak": HARD}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LINKED_ITEM = re.compile(rb"\s*[*+-] [^`]*\]\(https?://")
_SILENT = frozenset({"script", "style", "pre", "svg"})


def read_blocks(
    text: str, definitions: dict[str, Any] | None = None, images: list[str] | None = None
) -> Iterator[Block]:
    """
    Yield the blocks of a text; `images` gets all addresses.

    `definitions` place references; a text that is known to have none is parsed in parts.
    """
    reader = _Reader(text.encode(), definitions or {}, [] if images is None else images)
    ready, read = reader.ready, reader.read
    for base, part in parts_of(text) if definitions == {} else [(0, text)]:
        for event, place in pyromark.events_with_range(part, options=OPTIONS, merge_text=True):
            read(event, place["start"] + base, place["end"] + base)
            if ready:
                yield from ready
                ready.clear()
    reader.close_html()
    reader.close_html_row()
    yield from ready


class _Reader:
    """Turns events into blocks; holds only what is open."""

    def __init__(self, source: bytes, definitions: dict[str, Any], images: list[str]) -> None:
        self.source = source
        self.definitions = definitions
        self.images = images
        self.ready: list[Block] = []
        self.buffer = self.between = Buffer(0, "none")
        """`between` takes in what stands between blocks."""
        self.quotes = 0
        self.silent = 0
        self.code = False
        self.items: list[tuple[Item, Buffer]] = []
        self.list = ItemList()
        self.depth = 0
        self.table = Table()
        self.cells: list[Piece] = []
        self.html_table: Table | None = None
        self.html_row: list[Piece] | None = None
        self.html_row_start = 0
        self.html_head = False
        self.row_spans: list[int] = []
        """How many rows each cell of the open row stands in."""
        self.spans: dict[int, tuple[int, str]] = {}
        """Columns that a cell of an earlier row fills: of how many more rows, and its words."""
        self.attributes = attributes("")
        self.html_block = False
        self.targets: dict[str, int] = {}
        self.image_depth = 0
        self.linked_image = False
        self.summary_level = 0

    # --- the event loop ---------------------------------------------------------------------

    def read(self, event: Any, start: int, end: int) -> None:
        if type(event) is str:
            if event in _BREAKS:
                self._text(_BREAKS[event], end)
            return
        kind, value = event.popitem()
        if kind == "Text":
            self._text(value, end)
        elif kind in {"Start", "End"}:
            name, detail = (value, None) if type(value) is str else value.popitem()
            if (both := _EVENTS.get(name)) is not None:
                both[kind == "End"](self, detail, start, end)
            elif name in STYLES:
                self.buffer.parts.append(STYLES[name][kind == "End"])
            elif name == "CodeBlock":
                if kind == "Start" and detail == "Indented" and not self.items:
                    self._read_indented(start, end)
                self.code = kind == "Start"
            elif name == "BlockQuote":
                self.quotes += 1 if kind == "Start" else -1
        elif kind == "InlineHtml":
            self._html(value, start)
        elif kind in _SIGNS:
            before, after = _SIGNS[kind]
            self._text(f"{before}{value}{after}", end)

    def _read_indented(self, start: int, end: int) -> None:
        """Read a block of code whose lines are all items with links: notes of MkDocs are such."""
        lines = self.source[start:end].splitlines(keepends=True)
        if not all(_LINKED_ITEM.match(line) for line in lines if line.strip()):
            return
        for line in lines:
            text = line.lstrip()
            begin = start + len(line) - len(text)
            for event, place in pyromark.events_with_range(text.decode("utf-8"), options=OPTIONS):
                self.read(event, place["start"] + begin, place["end"] + begin)
            start += len(line)

    def _text(self, text: str, end: int) -> None:
        if self.code or self.silent:
            return
        buffer = self.buffer
        if buffer.link is not None:
            buffer.link_text.append(text)
        if self.image_depth:
            return
        buffer.parts.append(text)
        buffer.end = max(buffer.end, end)  # the indent of HTML in an item comes with its begin

    # --- buffers and blocks -----------------------------------------------------------------

    def _taken(self, end: int) -> tuple[str, list[Anchor], int, int]:
        """Close the buffer that is open; return the fields of the piece that it makes."""
        buffer = self.buffer
        if self.items:
            self.buffer = self.items[-1][1]
        else:
            if self.between.parts or self.between.anchors:
                self.between = Buffer(end, "none")
            self.buffer = self.between
            self.buffer.start = self.buffer.end = end
        return buffer.text(), buffer.anchors, buffer.start, max(end, buffer.end)

    def _start_paragraph(self, _: Any, start: int, _end: int) -> None:
        if self.buffer.block == "td" or self.items:
            if not self.buffer.blank():
                self.buffer.parts.append(HARD)
            return
        self.close_html()
        self.buffer = Buffer(start, "paragraph")

    def _end_paragraph(self, _: Any, _start: int, end: int) -> None:
        if self.buffer.block == "paragraph":
            self.ready.append(Paragraph(*self._taken(end), quoted=self.quotes > 0))

    def _start_heading(self, _: Any, start: int, _end: int) -> None:
        self.close_html()
        self.close_html_row()
        self.buffer = Buffer(start, "heading")

    def _end_heading(self, detail: Any, _start: int, end: int) -> None:
        self.ready.append(Heading(*self._taken(end), level=_HEADINGS.get(detail.lower(), 1)))

    def _start_list(self, _: Any, _start: int, _end: int) -> None:
        if self.buffer.block != "td":
            self.close_html()
        if not self.depth:
            self.list = ItemList()
        self.depth += 1

    def _end_list(self, _: Any, _start: int, _end: int) -> None:
        self.depth -= 1
        if not self.depth:
            self.ready.append(self.list)

    def _start_item(self, _: Any, start: int, end: int) -> None:
        item = Item(start=start, end=end)
        (self.items[-1][0].children if self.items else self.list.items).append(item)
        self.buffer = Buffer(start, "item")
        self.items.append((item, self.buffer))

    def _end_item(self, _: Any, _start: int, _end: int) -> None:
        item, self.buffer = self.items.pop()
        item.text, item.anchors, item.start, item.end = self._taken(self.buffer.end)

    # --- tables -----------------------------------------------------------------------------

    def _start_table(self, _: Any, _start: int, _end: int) -> None:
        self.close_html()
        self.table = Table()

    def _skip(self, _: Any, _start: int, _end: int) -> None:
        """Do nothing: a row begins with its first cell."""

    def _start_cell(self, _: Any, start: int, _end: int) -> None:
        self.buffer = Buffer(start, "cell")

    def _end_cell(self, _: Any, _start: int, end: int) -> None:
        self.cells.append(Piece(*self._taken(end)))

    def _end_head(self, _: Any, start: int, end: int) -> None:
        if any(map(is_linked_title, self.cells)):
            # Writers without a head for their table put the first entry there.
            self.ready.append(Row(Table(), self.cells, start, end))
        else:
            self.table.header = self.cells
        self.cells = []

    def _end_row(self, _: Any, start: int, end: int) -> None:
        self.ready.append(Row(self.table, self.cells, start, end))
        self.cells = []

    # --- inline -----------------------------------------------------------------------------

    def _start_link(self, detail: Any, start: int, end: int) -> None:
        """Open a link; one by reference stands where its target does, searched once for all."""
        bare = detail["link_type"] == "Autolink"
        anchor = Anchor(detail["dest_url"].strip(), start, end, bare=bare)
        label = detail["id"]
        if label in self.definitions:
            span = self.definitions[label]["span"]
            start, end = span["start"], span["end"]
            if label not in self.targets:
                self.targets[label] = target_offset(Anchor(anchor.url, start, end), self.source)
            anchor.start, anchor.end, anchor.exact = self.targets[label], end, True
        self.buffer.open_link(anchor)

    def _end_link(self, _: Any, _start: int, end: int) -> None:
        self.buffer.end = end
        self.buffer.close_link(0)

    def _start_image(self, detail: Any, start: int, end: int) -> None:
        """Open an image; one whose address is that of a paper is a link with a sign too many."""
        url = detail["dest_url"]
        self.linked_image = host_is_paper(url) and not is_picture(url)
        if self.linked_image:
            self._start_link(detail, start, end)
        else:
            self.image_depth += 1
            self._take_image(url)

    def _take_image(self, source: str) -> None:
        self.images.append(source)
        if (link := self.buffer.link) is not None:
            link.image = link.image or source
        self.buffer.parts.append(IMAGE)
        if link is None and (venue := badge_venue(source)):
            self.buffer.parts.append(f"{CODE}{venue}{CODE_END}")

    def _end_image(self, _: Any, start: int, end: int) -> None:
        if self.linked_image:
            self._end_link(_, start, end)
        self.image_depth -= not self.linked_image
        self.linked_image = False
        self.buffer.end = end

    # --- HTML -------------------------------------------------------------------------------

    def _start_html(self, _: Any, start: int, end: int) -> None:
        """Read a whole HTML block at once; its last lines may be Markdown without a blank line."""
        self.html_block = True
        if not self.items and self.buffer.block == "none":
            self.buffer = Buffer(start, "none")
        html = self.source[start:end].decode("utf-8", "replace")
        head, tail = split_markdown(html)
        self._html(head, start, block=True)
        if tail and not self.items:
            base = start + len(head.encode())
            self.close_html(base)
            for event, place in pyromark.events_with_range(tail, options=OPTIONS):
                self.read(event, place["start"] + base, place["end"] + base)

    def _end_html(self, _: Any, _start: int, end: int) -> None:
        self.html_block = False
        if self.buffer.block == "none":
            self.close_html(end)

    def _html(self, html: str, start: int, *, block: bool = False) -> None:
        if self.code:
            return
        position, offset = 0, start
        for tag in TAG.finditer(html):
            between = html[position : tag.start()]
            begin = offset + size_of(between)
            if block and between:
                self._html_text(between, begin)
            position, offset = tag.end(), begin + size_of(tag.group())
            if tag["name"]:
                self._tag(tag, begin, offset)
        if block and position < len(html):
            self._html_text(html[position:], offset + size_of(html[position:]))

    def _html_text(self, text: str, end: int) -> None:
        self._text(unescape(text).replace("\r", ""), end)

    def _tag(self, tag: re.Match[str], start: int, end: int) -> None:
        name, closing = tag["name"].lower(), bool(tag["close"])
        if name in _SILENT:
            self.silent = max(0, self.silent + (-1 if closing else 1)) if self.html_block else 0
        elif name == "a":
            self._html_link(tag, closing, start, end)
        elif name == "br":
            self._text(HARD, end)
        elif name == "img":
            self._take_image(attributes(tag["attributes"]).get("src", ("", 0))[0])
        elif name in STYLES:
            self.buffer.parts.append(STYLES[name][closing])
        elif name in _HEADINGS:
            self._html_heading(name, closing, start)
        elif name in _BLOCK_TAGS and self.buffer.block not in {"cell", "paragraph", "item"}:
            self.attributes = {} if closing else attributes(tag["attributes"])
            _BLOCK_TAGS[name](self, name, closing, start)
        elif name == "details" and closing:
            self.ready.append(DetailsEnd())

    def _html_link(self, tag: re.Match[str], closing: bool, start: int, end: int) -> None:
        if closing:
            self.buffer.close_link(end)
            return
        url, offset = attributes(tag["attributes"]).get("href", ("", 0))
        if not offset:
            return
        before = tag.string[tag.start() : tag.start("attributes") + offset]
        place = start + len(before.encode())
        anchor = Anchor(url=attribute_text(url).strip(), start=place, end=end, exact=True)
        self.buffer.open_link(anchor)

    def _html_heading(self, name: str, closing: bool, start: int) -> None:
        block = self.buffer.block
        if block == "summary":
            self.buffer.parts.append(STYLES["b"][closing])
            self.summary_level = _HEADINGS[name]
        elif block not in {"cell", "paragraph", "item", "td", "li"}:
            if not closing or block in _HEADINGS:
                self.close_html()
            if not closing:
                self.buffer = Buffer(start, name)

    def close_html(self, place: int = 0) -> None:
        """Close what HTML opened; `place`: where the next text begins, if nothing was open."""
        block, end = self.buffer.block, self.buffer.end
        if block == "none" and self.buffer.blank():
            self.buffer = Buffer(place or end, "none")
        elif block == "none":
            self.ready.append(Paragraph(*self._taken(end), quoted=self.quotes > 0))
        elif block in _HEADINGS:
            self.ready.append(Heading(*self._taken(end), level=_HEADINGS[block]))
        elif block == "summary":
            self.ready.append(Summary(*self._taken(end), level=self.summary_level))
            self.summary_level = 0
        elif block == "li":
            self.ready.append(ItemList([Item(*self._taken(end))]))

    def _close_html_cell(self) -> None:
        if self.buffer.block == "td" and self.html_row is not None:
            self.html_row.append(Piece(*self._taken(self.buffer.end)))

    def close_html_row(self) -> None:
        self._close_html_cell()
        cells, self.html_row = self.html_row, None
        if not cells:
            return
        cells = self._with_spans(cells)
        self.html_table = self.html_table or Table()
        if self.html_head and not self.html_table.header:
            self.html_table.header = cells
        else:
            self.ready.append(Row(self.html_table, cells, self.html_row_start, cells[-1].end))

    def _with_spans(self, cells: list[Piece]) -> list[Piece]:
        """Put the words of cells of earlier rows where their `rowspan` reaches into this row."""
        row: list[Piece] = []
        for cell, rows in zip(cells, self.row_spans, strict=False):
            self._fill_spans(row, cell.start)
            if rows > 1:
                self.spans[len(row)] = (rows - 1, plain(cell.text))
            row.append(cell)
        self._fill_spans(row, self.html_row_start)
        return row

    def _fill_spans(self, row: list[Piece], place: int) -> None:
        while (column := len(row)) in self.spans:
            left, words = self.spans.pop(column)
            row.append(Piece(words, [], place, place))
            if left > 1:
                self.spans[column] = (left - 1, words)

    def _block_summary(self, _: str, closing: bool, start: int) -> None:
        if not closing or self.buffer.block == "summary":
            self.close_html(start)
        if not closing:
            self.buffer = Buffer(start, "summary")

    def _block_list(self, name: str, closing: bool, start: int) -> None:
        if self.buffer.block == "td":
            self.buffer.parts.append(HARD)
            return
        self.close_html()
        if name == "li" and not closing:
            self.buffer = Buffer(start, "li")

    def _block_paragraph(self, name: str, closing: bool, start: int) -> None:
        """Open or close a paragraph; the term of a `<dl>` is read as a line in bold type."""
        if name == "dt" and closing:
            self.buffer.parts.append(BOLD_END)
        if self.buffer.block in {"td", "li"}:
            if not self.buffer.blank():
                self.buffer.parts.append(HARD)
        elif self.buffer.block == "none":
            self.close_html(start)
        if name == "dt" and not closing:
            self.buffer.parts.append(BOLD)

    def _block_table(self, _: str, closing: bool, _start: int) -> None:
        if self.buffer.block != "td":
            self.close_html()
        self.close_html_row()
        self.html_table = None if closing else Table()
        self.spans.clear()

    def _block_row(self, _: str, closing: bool, start: int) -> None:
        self.close_html_row()
        if not closing:
            self.close_html()
            self.html_row = []
            self.html_row_start = start
            self.html_head = False
            self.row_spans = []

    def _block_cell(self, name: str, closing: bool, start: int) -> None:
        self._close_html_cell()
        if not closing:
            if self.html_row is None:
                self._block_row("tr", False, start)
            self.buffer = Buffer(start, "td")
            rows = self.attributes.get("rowspan", ("", 0))[0]
            self.row_spans.append(int(rows) if rows.isdecimal() and len(rows) < 4 else 1)
        self.html_head = self.html_head or name == "th"

    def _block_details(self, _: str, closing: bool, start: int) -> None:
        if self.buffer.block != "td":
            self.close_html(start)
            if closing:
                self.ready.append(DetailsEnd())


_Method = Callable[[_Reader, Any, int, int], None]
_EVENTS: dict[str, tuple[_Method, _Method]] = {
    "Paragraph": (_Reader._start_paragraph, _Reader._end_paragraph),
    "Heading": (_Reader._start_heading, _Reader._end_heading),
    "List": (_Reader._start_list, _Reader._end_list),
    "Item": (_Reader._start_item, _Reader._end_item),
    "Table": (_Reader._start_table, _Reader._skip),
    "TableCell": (_Reader._start_cell, _Reader._end_cell),
    "TableRow": (_Reader._skip, _Reader._end_row),
    "TableHead": (_Reader._skip, _Reader._end_head),
    "HtmlBlock": (_Reader._start_html, _Reader._end_html),
    "Link": (_Reader._start_link, _Reader._end_link),
    "Image": (_Reader._start_image, _Reader._end_image),
}
_BLOCK_TAGS: dict[str, Callable[[_Reader, str, bool, int], None]] = {
    "summary": _Reader._block_summary,
    **dict.fromkeys(("li", "ul", "ol"), _Reader._block_list),
    **dict.fromkeys(("p", "div", "center", "hr", "dt", "dd"), _Reader._block_paragraph),
    "table": _Reader._block_table,
    "tr": _Reader._block_row,
    **dict.fromkeys(("td", "th"), _Reader._block_cell),
    "details": _Reader._block_details,
}
