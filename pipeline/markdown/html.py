"""HTML as lists use it: tags and attributes with their places."""

import re

TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*+)"
    r"(?P<attributes>(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"(?<![a-zA-Z-])(?P<name>[a-zA-Z-]++)\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'"
    r"|(?P<bare>[^\s\"'>]++))"
)
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_MARKDOWN_LINE = re.compile(r"[ ]{0,3}(?:[-*+][ ]|\d{1,4}[.)][ ]|\||#{1,6}[ ])")


def attributes(text: str) -> dict[str, tuple[str, int]]:
    """Return the attributes of a tag: name to value and the value's offset in `text`."""
    found: dict[str, tuple[str, int]] = {}
    for match in _ATTRIBUTE.finditer(text):
        kind = match.lastgroup or "bare"
        found.setdefault(match["name"].lower(), (match[kind], match.start(kind)))
    return found


def split_markdown(html: str) -> tuple[str, str]:
    """
    Split an HTML block before trailing lines that are Markdown without a blank line before them.

    CommonMark (4.6, kind 6) reads `<div></div>` and the table in the next line as one block of
    HTML, and writers of lists do not know.
    """
    lines = _LINE.findall(html)
    cut = len(lines)
    while cut > 1 and ("<" not in lines[cut - 1] or _MARKDOWN_LINE.match(lines[cut - 1])):
        cut -= 1
    while cut < len(lines) and not _MARKDOWN_LINE.match(lines[cut]):
        cut += 1
    return "".join(lines[:cut]), "".join(lines[cut:])
