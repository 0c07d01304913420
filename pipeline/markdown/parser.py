"""The parser of Markdown: what it is to read beside CommonMark, and large texts in parts."""

import re
from collections import deque
from collections.abc import Iterator
from typing import Final

import pyromark

from pipeline.markdown.html import size_of

OPTIONS: Final = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_MATH
_BEFORE_HEADING: Final = re.compile(r"\n[ \t]*\r?\n(?=#{1,6} )")
_OPENERS: Final = ("```", "~~~", "<")
"""What all code and HTML begins with that blank lines do not end."""


def parts_of(text: str, size: int = 1 << 15) -> Iterator[tuple[int, str]]:
    """
    Cut a text without definitions before headings: it is parsed alike whole and in parts.

    The parser's tree of a large text takes more memory than the blocks that are made of it. `size`:
    the least characters of a part. Yields each with the bytes before it. A heading ends all that is
    open but code and HTML without an end (CommonMark 4.5, 4.6): those are not cut.
    """
    start = base = 0
    least = size
    while start < len(text):
        found = _BEFORE_HEADING.search(text, start + least)
        part = text[start : found.end() if found else len(text)]
        if found and _is_open(part):
            least *= 2
            continue
        yield base, part
        start, base, least = start + len(part), base + size_of(part), size


def _is_open(part: str) -> bool:
    """Say whether code or HTML goes on behind a part of a text: its last block has no end in it."""
    if not any(map(part.__contains__, _OPENERS)):
        return False
    last = deque(pyromark.events_with_range(part, options=OPTIONS), maxlen=1)
    return any(
        event in ({"End": "CodeBlock"}, {"End": "HtmlBlock"}) and place["end"] == size_of(part)
        for event, place in last
    )
