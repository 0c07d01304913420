"""HTML as lists use it: tags and attributes with their places."""

import re
from html import unescape
from html.entities import html5

HIDDEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<![A-Za-z][^>]*+>?", re.DOTALL
)
"""What a browser does not show: CommonMark 4.6, kinds 2 to 5; each ends at its own end mark."""
TAG = re.compile(
    rf"{HIDDEN.pattern}|<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*+)"
    r"(?P<attributes>(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"(?<![a-zA-Z-])(?P<name>[a-zA-Z-]++)\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'"
    r"|(?P<bare>[^\s\"'>]++))"
)
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_MARKDOWN_LINE = re.compile(r"[ ]{0,3}(?:[-*+][ ]|\d{1,4}[.)][ ]|\||#{1,6}[ ])")
_REFERENCE = re.compile(
    r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*+)(?P<end>;?)(?P<next>=?)"
)


def attribute_text(value: str) -> str:
    """Decode the character references of an attribute's value (HTML Standard, 13.2.5.73)."""
    return _REFERENCE.sub(_decoded, value) if "&" in value else value


def _decoded(match: re.Match[str]) -> str:
    whole = match.group()
    if match["end"]:
        return unescape(whole)
    known = whole[1:].rstrip("=") in html5 or whole[1] == "#"
    return unescape(whole) if known and not match["next"] else whole


def attributes(text: str) -> dict[str, tuple[str, int]]:
    """Return the attributes of a tag: name to value and the value's offset in `text`."""
    found: dict[str, tuple[str, int]] = {}
    for match in _ATTRIBUTE.finditer(text):
        kind = match.lastgroup or "bare"
        found.setdefault(match["name"].lower(), (match[kind], match.start(kind)))
    return found


def size_of(text: str) -> int:
    """Return the bytes of a text in UTF-8."""
    return len(text) if text.isascii() else len(text.encode())


def split_markdown(html: str) -> tuple[str, str]:
    """Split off trailing lines of Markdown, which CommonMark (4.6, kind 6) takes into the HTML."""
    # What is hidden (a comment) is never Markdown.
    shown = HIDDEN.sub(lambda hidden: re.sub(r"[^\n]", "<", hidden.group()), html)
    originals, lines = _LINE.findall(html), _LINE.findall(shown)
    cut = len(lines)
    while cut > 1 and ("<" not in lines[cut - 1] or _MARKDOWN_LINE.match(lines[cut - 1])):
        cut -= 1
    while cut < len(lines) and not _MARKDOWN_LINE.match(lines[cut]):
        cut += 1
    return "".join(originals[:cut]), "".join(originals[cut:])
