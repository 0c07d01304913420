"""The comment `<!-- pipeline:ignore -->`: which lines of a list ask to be left alone."""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from typing import Any, Final

import pyromark

from pipeline.markdown.reader import OPTIONS
from pipeline.records.lists import MAX_REASON

# Possessive throughout, and a comment ends where another begins: linear on any text.
_DIRECTIVE: Final = re.compile(
    rb"<!--[ \t]*+pipeline:ignore(?=[ \t:]|-->)[ \t:]*+"
    rb"(?P<reason>(?:[^\r\n<-]++|-(?!->)|<(?!!--))*+)-->",
    re.IGNORECASE,
)
_COMMENT: Final = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)

Span = tuple[int, int]
"""First byte, and the one behind the last."""


def ignored_places(text: str, source: bytes) -> dict[int, str]:
    """
    Return the byte offsets of the comments outside code and other comments, with their reasons.

    `source`: the text in UTF-8. It is searched, for a cell too many has no event (GFM 4.10).
    """
    found = list(_DIRECTIVE.finditer(source))
    if not found:
        return {}
    spans = {match.span() for match in found}
    taken = sorted(_taken(text, source, spans))
    starts = [start for start, _ in taken]
    reasons: dict[int, str] = {}
    for match in found:
        start, end = match.span()
        index = bisect_right(starts, start) - 1
        if index < 0 or end > taken[index][1]:  # spans of code and comments do not overlap
            reasons[start] = match["reason"].decode("utf-8", "replace").strip()[:MAX_REASON]
    return reasons


def _taken(text: str, source: bytes, known: Collection[Span]) -> Iterator[Span]:
    """Yield the spans of code, and of comments that are none of the known ones."""
    event: Any
    for event, place in pyromark.events_with_range(text, options=OPTIONS):
        if isinstance(event, str):
            continue
        ((kind, value),) = event.items()
        span = place["start"], place["end"]
        name = value if isinstance(value, str) else next(iter(value), "")
        if kind == "Code" or (kind == "Start" and name == "CodeBlock"):
            yield span
        elif kind == "InlineHtml" or (kind == "Start" and name == "HtmlBlock"):
            comments = (comment.span() for comment in _COMMENT.finditer(source, *span))
            yield from (comment for comment in comments if comment not in known)
