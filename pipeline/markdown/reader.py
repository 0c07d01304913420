"""
Markdown to blocks, in one pass.

pulldown-cmark (through pyromark) reads the document once and hands over events lazily; the
reader keeps only what is open. Ranges are byte offsets of the UTF-8 source. HTML is read into the
same blocks, because lists use `<details>`, `<li>` and `<td>` for what Markdown has signs for.
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
    shift,
)
from pipeline.markdown.html import TAG, attribute_text, attributes, split_markdown
from pipeline.markdown.links import target_offset
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
    Anchor,
    Piece,
)
from pipeline.markdown.roles import host_is_paper

OPTIONS = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_MATH
_STYLES = {
    "b": (BOLD, BOLD_END),
    "strong": (BOLD, BOLD_END),
    "i": (ITALIC, ITALIC_END),
    "em": (ITALIC, ITALIC_END),
    "code": (CODE, CODE_END),
    "Strong": (BOLD, BOLD_END),
    "Emphasis": (ITALIC, ITALIC_END),
}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LEVELS = {f"H{level}": level for level in range(1, 7)}
_SILENT = frozenset({"script", "style", "pre", "svg"})


def read_blocks(text: str, definitions: dict[str, Any] | None = None) -> Iterator[Block]:
    """
    Yield the blocks of a Markdown text in order, in one pass.

    `definitions` are the document's link reference definitions, where a part of a document is
    read.
    """
    reader = _Reader(text.encode(), definitions)
    read, ready = reader.read, reader.ready
    for event, place in pyromark.events_with_range(text, options=OPTIONS):
        read(event, place["start"], place["end"])
        if ready:
            yield from ready
            ready.clear()
    reader.finish()
    yield from ready


def _size(text: str) -> int:
    """Return the bytes of a text in UTF-8."""
    return len(text) if text.isascii() else len(text.encode())


def _holds_title(cell: Piece) -> bool:
    """Say whether a cell holds the linked title of a paper."""
    return any(host_is_paper(a.url) and len(a.text.split()) >= 3 for a in cell.anchors)


class _Buffer:
    """Inline content that is still being read."""

    __slots__ = ("anchors", "blanks", "block", "end", "link", "link_text", "parts", "start")

    def __init__(self, start: int, block: str) -> None:
        self.parts: list[str] = []
        self.anchors: list[Anchor] = []
        self.start = start
        self.end = start
        self.block = block
        self.link: Anchor | None = None
        self.link_text: list[str] = []
        self.blanks = 0
        """How many of the first parts are known to be blank."""

    def blank(self) -> bool:
        parts = self.parts
        while self.blanks < len(parts) and not parts[self.blanks].strip():
            self.blanks += 1
        return not self.anchors and self.blanks == len(parts)

    def text(self) -> str:
        if self.link is not None:
            self.close_link(self.end)
        return "".join(self.parts)

    def open_link(self, anchor: Anchor) -> None:
        if self.link is not None:
            self.close_link(anchor.start)
        self.link = anchor
        self.anchors.append(anchor)
        self.parts.append(LINK)

    def close_link(self, end: int) -> None:
        if self.link is None:
            return
        self.link.end = max(self.link.end, end)
        self.link.text = "".join(self.link_text)
        self.link_text.clear()
        self.link = None
        self.parts.append(LINK_END)


class _Reader:
    """Turns events into blocks; holds only what is open."""

    def __init__(self, source: bytes, definitions: dict[str, Any] | None) -> None:
        self.source = source
        self.definitions = definitions
        self.ready: list[Block] = []
        self.buffer = _Buffer(0, "none")
        self.quotes = 0
        self.silent = 0
        self.code = False
        self.items: list[tuple[Item, _Buffer]] = []
        self.lists: list[ItemList] = []
        self.table: Table | None = None
        self.cells: list[Piece] = []
        self.html_table: Table | None = None
        self.html_row: list[Piece] | None = None
        self.html_row_start = 0
        self.html_head = False
        self.html_block = False
        self.targets: dict[str, int] = {}
        self.image_depth = 0
        self.summary_level = 0

    # --- the event loop ---------------------------------------------------------------------

    def read(self, event: Any, start: int, end: int) -> None:
        if type(event) is str:
            if event == "SoftBreak":
                self._text(SOFT, end)
            elif event == "HardBreak":
                self._text(HARD, end)
            return
        ((kind, value),) = event.items()
        if kind == "Text":
            self._text(value, end)
        elif kind in {"Start", "End"}:
            name, detail = (value, None) if type(value) is str else next(iter(value.items()))
            if name in _STYLES:
                self.buffer.parts.append(_STYLES[name][kind == "End"])
                return
            method = (_STARTS if kind == "Start" else _ENDS).get(name)
            if method is not None:
                method(self, detail, start, end)
        elif kind == "Code":
            self._text(f"{CODE}{value}{CODE_END}", end)
        elif kind == "InlineHtml":
            self._html(value, start)
        elif kind == "InlineMath":
            self._text(f"${value}$", end)
        elif kind == "DisplayMath":
            self._text(f"$${value}$$", end)

    def finish(self) -> None:
        self._close_html()
        self._close_html_row()

    def _text(self, text: str, end: int) -> None:
        if self.code or self.silent:
            return
        buffer = self.buffer
        if buffer.link is not None:
            buffer.link_text.append(text)
        if self.image_depth:
            return
        buffer.parts.append(text)
        buffer.end = end

    # --- buffers and blocks -----------------------------------------------------------------

    def _open(self, start: int, block: str) -> None:
        self.buffer = _Buffer(start, block)

    def _fill(self, piece: Piece, end: int) -> Piece:
        buffer = self.buffer
        piece.text = buffer.text()
        piece.anchors = buffer.anchors
        piece.start = buffer.start
        piece.end = max(end, buffer.end)
        self.buffer = self.items[-1][1] if self.items else _Buffer(end, "none")
        return piece

    def _start_paragraph(self, _: Any, start: int, _end: int) -> None:
        if self.buffer.block == "td" or self.items:
            if not self.buffer.blank():
                self.buffer.parts.append(HARD)
            return
        self._close_html()
        self._open(start, "paragraph")

    def _end_paragraph(self, _: Any, _start: int, end: int) -> None:
        if self.buffer.block == "paragraph":
            paragraph = Paragraph(quoted=self.quotes > 0)
            self._fill(paragraph, end)
            if not self.code:
                self.ready.append(paragraph)

    def _start_heading(self, _: Any, start: int, _end: int) -> None:
        self._close_html()
        self._close_html_row()
        self._open(start, "heading")

    def _end_heading(self, detail: Any, _start: int, end: int) -> None:
        heading = Heading(level=_LEVELS.get(detail, 1))
        self._fill(heading, end)
        self.ready.append(heading)

    def _start_list(self, _: Any, _start: int, _end: int) -> None:
        if self.buffer.block != "td":
            self._close_html()
        if not self.lists:
            self.lists.append(ItemList())
        else:
            self.lists.append(self.lists[0])

    def _end_list(self, _: Any, _start: int, _end: int) -> None:
        done = self.lists.pop()
        if not self.lists:
            self.ready.append(done)

    def _start_item(self, _: Any, start: int, end: int) -> None:
        item = Item(start=start, end=end)
        if self.items:
            self.items[-1][0].children.append(item)
        else:
            self.lists[0].items.append(item)
        self._open(start, "item")
        self.items.append((item, self.buffer))

    def _end_item(self, _: Any, _start: int, _end: int) -> None:
        item, buffer = self.items.pop()
        self.buffer = buffer
        self._fill(item, buffer.end)

    def _start_quote(self, _: Any, _start: int, _end: int) -> None:
        self.quotes += 1

    def _end_quote(self, _: Any, _start: int, _end: int) -> None:
        self.quotes -= 1

    def _start_code(self, _: Any, _start: int, _end: int) -> None:
        self.code = True

    def _end_code(self, _: Any, _start: int, _end: int) -> None:
        self.code = False

    # --- tables -----------------------------------------------------------------------------

    def _start_table(self, _: Any, _start: int, _end: int) -> None:
        self._close_html()
        self.table = Table()

    def _end_table(self, _: Any, _start: int, _end: int) -> None:
        self.table = None

    def _start_row(self, _: Any, _start: int, _end: int) -> None:
        self.cells = []

    def _start_cell(self, _: Any, start: int, _end: int) -> None:
        self._open(start, "cell")

    def _end_cell(self, _: Any, _start: int, end: int) -> None:
        self.cells.append(self._fill(Piece(), end))

    def _end_head(self, _: Any, start: int, end: int) -> None:
        if self.table is None:
            return
        if any(map(_holds_title, self.cells)):
            # Writers without a head for their table put the first entry there.
            self.ready.append(Row(Table(), self.cells, start, end))
        else:
            self.table.header = self.cells

    def _end_row(self, _: Any, start: int, end: int) -> None:
        if self.table is not None:
            self.ready.append(Row(self.table, self.cells, start, end))

    # --- inline -----------------------------------------------------------------------------

    def _start_link(self, detail: Any, start: int, end: int) -> None:
        url = detail["dest_url"].strip()
        anchor = Anchor(url=url, start=start, end=end)
        kind = detail["link_type"]
        if kind == "Autolink":
            anchor.bare = True
        elif kind != "Inline":
            self._place_reference(anchor, detail["id"])
        self.buffer.open_link(anchor)

    def _place_reference(self, anchor: Anchor, label: str) -> None:
        """Put a link where its target stands; a definition is searched once for all its links."""
        definition = (self.definitions or {}).get(label)
        if definition is None:
            return
        start, end = definition["span"]["start"], definition["span"]["end"]
        if label not in self.targets:
            self.targets[label] = target_offset(Anchor(anchor.url, start, end), self.source)
        anchor.start, anchor.end, anchor.exact = self.targets[label], end, True

    def _end_link(self, _: Any, _start: int, end: int) -> None:
        self.buffer.end = end
        self.buffer.close_link(0)

    def _start_image(self, detail: Any, _start: int, _end: int) -> None:
        self.image_depth += 1
        self._image(detail["dest_url"])

    def _end_image(self, _: Any, _start: int, end: int) -> None:
        self.image_depth -= 1
        self.buffer.end = end

    def _image(self, source: str) -> None:
        if self.buffer.link is not None:
            self.buffer.link.image = self.buffer.link.image or source
        self.buffer.parts.append(IMAGE)

    # --- HTML -------------------------------------------------------------------------------

    def _start_html(self, _: Any, start: int, end: int) -> None:
        self.html_block = True
        if not self.items and self.buffer.block == "none":
            self._open(start, "none")
        self._read_html_block(start, end)

    def _end_html(self, _: Any, _start: int, end: int) -> None:
        self.html_block = False
        if self.buffer.block == "none":
            self._flush_html(end)

    def _read_html_block(self, start: int, end: int) -> None:
        """Read a whole HTML block at once; its last lines may be Markdown without a blank line."""
        html = self.source[start:end].decode("utf-8", "replace")
        head, tail = split_markdown(html)
        self._html(head, start, block=True)
        if tail and not self.items:
            base = start + len(head.encode())
            self._flush_html(base)
            self._close_html()
            blocks = list(read_blocks(tail, self.definitions))
            for block in blocks:
                shift(block, base)
            self.ready.extend(blocks)

    def _html(self, html: str, start: int, *, block: bool = False) -> None:
        if self.code:
            return
        position, offset = 0, start
        for tag in TAG.finditer(html):
            between = html[position : tag.start()]
            begin = offset + _size(between)
            if block and between:
                self._html_text(between, begin)
            position, offset = tag.end(), begin + _size(tag.group())
            if tag["name"]:
                self._tag(tag, begin, offset)
        if block and position < len(html):
            self._html_text(html[position:], offset + _size(html[position:]))

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
            self._image(attributes(tag["attributes"]).get("src", ("", 0))[0])
        elif name in _STYLES:
            self.buffer.parts.append(_STYLES[name][closing])
        elif name in _HEADINGS:
            self._html_heading(name, closing, start)
        elif name in _BLOCK_TAGS and self.buffer.block not in {"cell", "paragraph", "item"}:
            _BLOCK_TAGS[name](self, closing, start)
        elif name == "details" and closing:
            self.ready.append(DetailsEnd())

    def _html_link(self, tag: re.Match[str], closing: bool, start: int, end: int) -> None:
        if closing:
            self.buffer.close_link(end)
            return
        url, offset = attributes(tag["attributes"]).get("href", ("", 0))
        if not url:
            return
        before = tag.string[tag.start() : tag.start("attributes") + offset]
        place = start + len(before.encode())
        anchor = Anchor(url=attribute_text(url).strip(), start=place, end=end, exact=True)
        self.buffer.open_link(anchor)

    def _html_heading(self, name: str, closing: bool, start: int) -> None:
        if self.buffer.block in {"cell", "paragraph", "item", "td", "li", "summary"}:
            if self.buffer.block == "summary":
                self.buffer.parts.append(_STYLES["b"][closing])
                self.summary_level = _HEADINGS[name]
            return
        if not closing:
            self._close_html()
            self._open(start, name)
        elif self.buffer.block in _HEADINGS:
            self._close_html()

    def _flush_html(self, end: int) -> None:
        """Hand over the loose text of an HTML block as a paragraph."""
        if self.buffer.block != "none":
            return
        if self.buffer.blank():
            self._open(end, "none")
            return
        paragraph = Paragraph(quoted=self.quotes > 0)
        self._fill(paragraph, self.buffer.end)
        self.ready.append(paragraph)

    def _close_html(self) -> None:
        """Close what HTML opened and Markdown goes on after: a heading, an item, a summary."""
        block, end = self.buffer.block, self.buffer.end
        if block in _HEADINGS:
            heading = Heading(level=_HEADINGS[block])
            self._fill(heading, end)
            self.ready.append(heading)
        elif block == "summary":
            summary = Summary(level=self.summary_level)
            self._fill(summary, end)
            self.summary_level = 0
            self.ready.append(summary)
        elif block == "li":
            item = Item()
            self._fill(item, end)
            self.ready.append(ItemList([item]))
        elif block == "none":
            self._flush_html(end)

    def _close_html_cell(self) -> None:
        if self.buffer.block == "td" and self.html_row is not None:
            self.html_row.append(self._fill(Piece(), self.buffer.end))

    def _close_html_row(self) -> None:
        self._close_html_cell()
        cells, self.html_row = self.html_row, None
        if not cells:
            return
        if self.html_table is None:
            self.html_table = Table()
        if self.html_head and not self.html_table.header:
            self.html_table.header = cells
        else:
            self.ready.append(Row(self.html_table, cells, self.html_row_start, cells[-1].end))

    def _block_summary(self, closing: bool, start: int) -> None:
        if not closing:
            self._flush_html(start)
            self._close_html()
            self._open(start, "summary")
        elif self.buffer.block == "summary":
            self._close_html()

    def _block_item(self, closing: bool, start: int) -> None:
        if self.buffer.block == "td":
            self.buffer.parts.append(HARD)
            return
        self._close_html()
        if not closing:
            self._open(start, "li")

    def _block_list(self, _closing: bool, _start: int) -> None:
        if self.buffer.block == "td":
            self.buffer.parts.append(HARD)
        else:
            self._close_html()

    def _block_paragraph(self, _closing: bool, start: int) -> None:
        if self.buffer.block in {"td", "li", "summary"} or self.buffer.block in _HEADINGS:
            if self.buffer.block in {"td", "li"} and not self.buffer.blank():
                self.buffer.parts.append(HARD)
            return
        self._flush_html(start)

    def _block_term(self, closing: bool, start: int) -> None:
        """Read the term of a `<dl>` as a line in bold type."""
        if closing:
            self.buffer.parts.append(BOLD_END)
        self._block_paragraph(closing, start)
        if not closing:
            self.buffer.parts.append(BOLD)

    def _block_table(self, closing: bool, _start: int) -> None:
        if self.buffer.block != "td":
            self._close_html()
        self._close_html_row()
        self.html_table = None if closing else Table()

    def _block_row(self, closing: bool, start: int) -> None:
        self._close_html_row()
        if not closing:
            self._close_html()
            self.html_row = []
            self.html_row_start = start
            self.html_head = False

    def _block_cell(self, closing: bool, start: int) -> None:
        self._close_html_cell()
        if not closing:
            if self.html_row is None:
                self._block_row(False, start)
            self._open(start, "td")

    def _block_head_cell(self, closing: bool, start: int) -> None:
        self._block_cell(closing, start)
        self.html_head = True

    def _block_details(self, closing: bool, start: int) -> None:
        if self.buffer.block == "td":
            return
        self._flush_html(start)
        self._close_html()
        if closing:
            self.ready.append(DetailsEnd())


_Method = Callable[[_Reader, Any, int, int], None]
_STARTS: dict[str, _Method] = {
    "Paragraph": _Reader._start_paragraph,
    "Heading": _Reader._start_heading,
    "List": _Reader._start_list,
    "Item": _Reader._start_item,
    "Table": _Reader._start_table,
    "TableCell": _Reader._start_cell,
    "TableRow": _Reader._start_row,
    "TableHead": _Reader._start_row,
    "BlockQuote": _Reader._start_quote,
    "CodeBlock": _Reader._start_code,
    "HtmlBlock": _Reader._start_html,
    "Link": _Reader._start_link,
    "Image": _Reader._start_image,
}
_ENDS: dict[str, _Method] = {
    "Paragraph": _Reader._end_paragraph,
    "Heading": _Reader._end_heading,
    "List": _Reader._end_list,
    "Item": _Reader._end_item,
    "Table": _Reader._end_table,
    "TableCell": _Reader._end_cell,
    "TableRow": _Reader._end_row,
    "TableHead": _Reader._end_head,
    "BlockQuote": _Reader._end_quote,
    "CodeBlock": _Reader._end_code,
    "HtmlBlock": _Reader._end_html,
    "Link": _Reader._end_link,
    "Image": _Reader._end_image,
}

_BLOCK_TAGS: dict[str, Callable[[_Reader, bool, int], None]] = {
    "summary": _Reader._block_summary,
    "li": _Reader._block_item,
    "ul": _Reader._block_list,
    "ol": _Reader._block_list,
    "p": _Reader._block_paragraph,
    "div": _Reader._block_paragraph,
    "center": _Reader._block_paragraph,
    "hr": _Reader._block_paragraph,
    "dt": _Reader._block_term,
    "dd": _Reader._block_paragraph,
    "table": _Reader._block_table,
    "tr": _Reader._block_row,
    "td": _Reader._block_cell,
    "th": _Reader._block_head_cell,
    "details": _Reader._block_details,
}
