"""The rows of Markdown tables (GFM 4.10): their headers and cells. Pure."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

_DELIMITER: Final = re.compile(r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)+(?:[ \t]*:?-+:?)?[ \t]*[\r\n]*")


def table_headers(text: str, starts: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Return the header of the table that each row of a Markdown table belongs to, by line."""
    lines = [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    found: dict[int, tuple[str, ...]] = {}
    header: tuple[str, ...] = ()
    for number, line in enumerate(lines, start=1):
        if "|" not in line:
            header = ()
        elif number > 1 and len(line) < 4000 and _DELIMITER.fullmatch(line):
            above = lines[number - 2]
            header = tuple(above[a:b].strip().lower() for a, b in cells_of(above, 0, len(above)))
        elif header:
            found[number] = header
    return found


_BAR: Final = re.compile(r"(?<!\\)\|")


def cells_of(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the cells of a row: a bar ends one unless a backslash stands before it (GFM 4.10)."""
    bars = [match.start() for match in _BAR.finditer(text, start, end)]
    edges = [start - 1, *bars, end]
    for one, other in pairwise(edges):
        outer = (one == edges[0] or other == edges[-1]) and not text[one + 1 : other].strip()
        if not outer:
            yield one + 1, other
