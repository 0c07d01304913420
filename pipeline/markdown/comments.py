"""
The comments that ask to leave lines of a list alone, as other tools for Markdown have them.

`<!-- pipeline:ignore -->` counts for its own line, `pipeline:ignore-next-line` for the line below,
and `pipeline:ignore-start` … `pipeline:ignore-end` for all between. A start without an end counts
for nothing: what is hidden by mistake is never seen again.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from typing import Any, Final

import pyromark

from pipeline.markdown.parser import OPTIONS
from pipeline.records.lists import MAX_REASON

# Possessive throughout, and a comment ends where another begins: linear on any text.
_DIRECTIVE: Final = re.compile(
    rb"<!--[ \t]*+pipeline:ignore(?P<kind>-next-line|-start|-end)?+(?=[ \t:]|-->)[ \t:]*+"
    rb"(?P<reason>(?:[^\r\n<-]++|-(?!->)|<(?!!--))*+)-->",
    re.IGNORECASE,
)
_COMMENT: Final = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)

Span = tuple[int, int]
"""First byte, and the one behind the last."""


def ignored_lines(text: str, source: bytes, line_at: Callable[[int], int]) -> dict[int, str]:
    """
    Return the lines (from 1) that are to be left alone, with their reasons, one below the other.

    `source`: the text in UTF-8; `line_at` gives the line of a byte offset in it.
    """
    reasons: dict[int, list[str]] = defaultdict(list)
    open_blocks: list[tuple[int, str]] = []
    for offset, (kind, reason) in ignored_places(text, source).items():
        line = line_at(offset)
        if kind == "-start":
            open_blocks.append((line, reason))
        elif kind == "-end":
            for start, words in open_blocks:
                for one in range(start, line + 1):
                    reasons[one].append(words)
            open_blocks = []
        else:
            reasons[line + (kind == "-next-line")].append(reason)
    return {line: "\n".join(dict.fromkeys(words)) for line, words in sorted(reasons.items())}


def ignored_places(text: str, source: bytes) -> dict[int, tuple[str, str]]:
    """
    Return the byte offsets of the comments outside code and other comments: kind and reason.

    `source`: the text in UTF-8. It is searched, for a cell too many has no event (GFM 4.10).
    """
    found = list(_DIRECTIVE.finditer(source))
    if not found:
        return {}
    spans = {match.span() for match in found}
    taken = sorted(_taken(text, source, spans))
    starts = [start for start, _ in taken]
    places: dict[int, tuple[str, str]] = {}
    for match in found:
        start, end = match.span()
        index = bisect_right(starts, start) - 1
        if index < 0 or end > taken[index][1]:  # spans of code and comments do not overlap
            reason = match["reason"].decode("utf-8", "replace").strip()[:MAX_REASON]
            places[start] = (match["kind"] or b"").decode().lower(), reason
    return places


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
