"""Which characters are code (CommonMark 6.1, 4.4, 4.5; HTML), so that nobody repairs them. Pure."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

import pyromark

from pipeline.markdown.links import with_line_feeds

IN_CODE: Final = "it stands in code, which is left as it is"
_TAG: Final = re.compile(r"<(/?)(?:code|pre|kbd|samp|tt)\b[^<>]{0,200}>", re.IGNORECASE)


class CodeSpans:
    """The places of a text's code."""

    def __init__(self, text: str) -> None:
        places = sorted({*_in_markdown(with_line_feeds(text)), *_in_html(text)})
        self._begins = [begin for begin, _ in places]
        self._ends = list(accumulate((end for _, end in places), max))

    def hold(self, position: int) -> bool:
        """Say whether a character is part of code."""
        number = bisect_right(self._begins, position)
        return number > 0 and position < self._ends[number - 1]


def _in_markdown(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans that Markdown takes for code, in characters."""
    events = pyromark.events_with_range(text, options=pyromark.Options.ENABLE_TABLES)
    found = [(place["start"], place["end"]) for event, place in events if _is_code(event)]
    data = text.encode(errors="replace")
    edges = sorted({edge for span in found for edge in span})
    pieces = (data[one:other] for one, other in zip([0, *edges], edges, strict=False))
    counts = accumulate(len(piece.decode(errors="replace")) for piece in pieces)
    position = dict(zip(edges, counts, strict=True))
    yield from ((position[begin], position[end]) for begin, end in found)


def _is_code(event: object) -> bool:
    if not isinstance(event, dict):
        return False
    started = event.get("Start")
    return "Code" in event or (isinstance(started, dict) and "CodeBlock" in started)


def _in_html(text: str) -> Iterator[tuple[int, int]]:
    """Yield what stands between the tags of code; one that is never closed holds nothing."""
    opened: int | None = None
    for tag in _TAG.finditer(text):
        if tag[1] and opened is not None:
            yield opened, tag.start()
            opened = None
        elif not tag[1] and opened is None:
            opened = tag.end()
