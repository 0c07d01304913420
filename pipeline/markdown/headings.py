"""The headings of a Markdown file, and the names that its HTML gives: what fragments point at."""

import re
from html import unescape
from typing import Any, Final

import pyromark

from pipeline.markdown.html import TAG, attributes
from pipeline.markdown.links import with_line_feeds, without_front_matter
from pipeline.markdown.parser import OPTIONS
from pipeline.records.lists import Outline

_HEADING_TAG: Final = re.compile(r"h[1-6]", re.IGNORECASE)
_SILENT: Final = frozenset({"script", "style"})
_GIVEN: Final = re.compile(r"\s*\{:?\s*#([^\s{}]{1,100})[^{}]{0,200}\}\s*\Z")
"""`{#name}` behind a heading, as makers of sites read it and GitHub does not."""


def outline_of(text: str) -> Outline:
    """
    Return the headings and names of a text: of Markdown (`#`, underlined) and of HTML.

    What stands in comments and in code is none (CommonMark 4.6, 6.1); one pass, linear.
    """
    reader = _Outliner()
    for event in pyromark.events(without_front_matter(with_line_feeds(text)), options=OPTIONS):
        reader.read(event)
    return Outline(tuple(reader.headings), tuple(dict.fromkeys(reader.names)))


class _Outliner:
    """Gathers the text of headings from the events of a text."""

    def __init__(self) -> None:
        self.headings: list[str] = []
        self.names: list[str] = []
        self.open: list[str] | None = None
        """The parts of the heading that is being read."""
        self.hidden = 0
        """How many images and code blocks are open: their text is no text of a heading."""
        self.silent = False

    def read(self, event: Any) -> None:
        """Take in one event."""
        if type(event) is str:
            self._text("\n" if event in {"SoftBreak", "HardBreak"} else "")
            return
        ((kind, value),) = event.items()
        if kind in {"Text", "Code"}:
            self._text(value)
        elif kind in {"InlineMath", "DisplayMath"}:
            self._text(f"${value}$")
        elif kind in {"Html", "InlineHtml"}:
            self._html(value)
        elif kind in {"Start", "End"}:
            self._block(value if type(value) is str else next(iter(value)), starts=kind == "Start")

    def _block(self, name: str, *, starts: bool) -> None:
        if name == "Heading":
            self._close()
            self.open = [] if starts else None
        elif name in {"Image", "CodeBlock"}:
            self.hidden += 1 if starts else -1

    def _text(self, text: str) -> None:
        if self.open is not None and not self.hidden:
            self.open.append(text)

    def _close(self) -> None:
        if self.open is None:
            return
        text = "".join(self.open)
        given = _GIVEN.search(text)
        if given is not None:
            self.names.append(given[1])
            self.headings.append(text[: given.start()])
        self.headings.append(text)
        self.open = None

    def _html(self, html: str) -> None:
        position = 0
        for tag in TAG.finditer(html):
            self._between(html[position : tag.start()])
            position = tag.end()
            if tag["name"]:
                self._tag(tag)
        self._between(html[position:])

    def _between(self, text: str) -> None:
        if not self.silent:
            self._text(unescape(text))

    def _tag(self, tag: re.Match[str]) -> None:
        name, closing = tag["name"].lower(), bool(tag["close"])
        if name in _SILENT:
            self.silent = not closing
        elif _HEADING_TAG.fullmatch(name):
            self._close()
            self.open = None if closing else []
        found = attributes(tag["attributes"]) if not closing else {}
        self.names += (unescape(found[key][0]).strip() for key in ("id", "name") if key in found)
