"""
Marked text: the inline content of a block as one string.

Markup is kept as single control characters, so that short regular expressions can read a line's
structure in C, and that most texts stay ASCII: a byte for a character, and fast. The k-th `LINK` of
a text belongs to the k-th anchor of its block.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

LINK, LINK_END = "\x01", "\x02"
BOLD, BOLD_END = "\x03", "\x04"
ITALIC, ITALIC_END = "\x05", "\x06"
CODE, CODE_END = "\x07", "\x08"
IMAGE = "\x0e"
SOFT, HARD = "\n", "\r"

STYLE_MARKS = BOLD + BOLD_END + ITALIC + ITALIC_END + CODE + CODE_END
MARKS = LINK + LINK_END + STYLE_MARKS + IMAGE
STYLES = {
    "b": (BOLD, BOLD_END),
    "strong": (BOLD, BOLD_END),
    "i": (ITALIC, ITALIC_END),
    "em": (ITALIC, ITALIC_END),
    "code": (CODE, CODE_END),
    "Strong": (BOLD, BOLD_END),
    "Emphasis": (ITALIC, ITALIC_END),
}
"""How tags of HTML, and the parser, call a style."""

LABELLED = re.compile(
    rf"[\[({LINK}](?:(?<={LINK})|[\[(]{{0,3}}{LINK})([^{LINK_END}]*){LINK_END}[\])]{{0,4}}"
)
"""A link with the brackets around it: begun by one of few characters, so that it is found fast."""

_FORGED = re.compile(f"[{MARKS}]")
_FORGED_BY_NUMBER = re.compile("&#(?=0{0,6}(?:[1-8]|14);|[xX]0{0,5}[1-8eE];)")
"""A reference that means a mark (CommonMark 6.2)."""
_UNSEEN = re.compile("[\u200b\u200e\u200f\ufeff]")
_MARK_BYTES = MARKS.encode()
_STYLE_BYTES = STYLE_MARKS.encode()


@dataclass(slots=True)
class Anchor:
    """A link of any target, at its place in the source."""

    url: str
    start: int
    """Byte offset of the link's source, or of the target itself where `exact`."""
    end: int
    text: str = ""
    image: str = ""
    """Source of an image inside the link: the badge."""
    exact: bool = False
    bare: bool = False
    written: str | None = None
    target: str = ""
    """The URL that is plainly meant, once it has been worked out."""
    paper: bool | None = None
    """Whether its host has papers, once that has been worked out."""
    label: str | None = None
    """What its text or its badge says, once it has been worked out."""
    torn: str = ""
    """What stands before the target where the Markdown around it makes no link: `[paper] (`."""


@dataclass(slots=True)
class Piece:
    """A run of inline content: a paragraph, a cell, a heading, a list item's own text."""

    text: str = ""
    anchors: list[Anchor] = field(default_factory=list)
    start: int = 0
    end: int = 0


class Buffer:
    """The inline content of a block while it is being read."""

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
        """Say whether nothing but white space has come."""
        parts = self.parts
        while self.blanks < len(parts) and not parts[self.blanks].strip():
            self.blanks += 1
        return not self.anchors and self.blanks == len(parts)

    def text(self) -> str:
        """Return the marked text, its last link closed."""
        if self.link is not None:
            self.close_link(self.end)
        return "".join(self.parts)

    def open_link(self, anchor: Anchor) -> None:
        """Begin a link; no link stands within another."""
        if self.link is not None:
            self.close_link(anchor.start)
        self.link = anchor
        self.anchors.append(anchor)
        self.parts.append(LINK)

    def close_link(self, end: int) -> None:
        """End the link that is open, at a byte of the source."""
        if self.link is not None:
            self.link.end = max(self.link.end, end)
            self.link.text = "".join(self.link_text)
            self.link_text.clear()
            self.link = None
            self.parts.append(LINK_END)


def without_forged_marks(text: str) -> str:
    """Replace control characters that mean marks here and stand in the source already."""
    text = _FORGED.sub("\ufffd", text) if _FORGED.search(text) else text
    return _FORGED_BY_NUMBER.sub("&\ufffd", text) if "&#" in text else text


@lru_cache(maxsize=2048)
def plain(text: str) -> str:
    """Return marked text without marks, with every run of white space as one space."""
    text = text.encode().translate(None, _MARK_BYTES).decode()
    return " ".join((text if text.isascii() else "".join(_UNSEEN.split(text))).split())


def unstyled(text: str) -> str:
    """Return marked text without bold, italic and code marks; links and images stay."""
    return text.encode().translate(None, _STYLE_BYTES).decode()
