"""What `pipeline fix` would write into a list, as text that a reader of the page can copy."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from pipeline.formats.exports.text import clean

_UNSAFE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Control characters: ESC ends what a terminal takes for pasted text, and what follows is typed."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """One list before and after its repairs, which neither add a line nor take one away."""

    list: str
    before: bytes
    after: bytes
    patch: bytes
    """For `git apply`."""
    edits: tuple[tuple[int, str, int], ...]
    """Of each repair: the link's line, the link as it is written, and at which byte."""


Lines = Mapping[tuple[str, int, str], tuple[int, str]]
"""List, line and text of a link to the line that is changed for it, and what it becomes."""


def new_lines(repaired: Iterable[Repaired]) -> Lines:
    """Return what becomes of the lines with repaired links, where that can be copied."""
    found: dict[tuple[str, int, str], tuple[int, str]] = {}
    for one in repaired:
        starts = list(accumulate(map(len, _lines(one.before)), initial=0))
        after = _lines(one.after)
        for line, written, at in one.edits:
            number = bisect_right(starts, at)
            text = _copied(after[number - 1])
            if text is not None:
                bare = text.rstrip("\r\n").removeprefix("\ufeff")
                found.setdefault((clean(one.list), line, written), (number, bare))
    return found


def patches(repaired: Iterable[Repaired]) -> dict[str, tuple[str, int]]:
    """Return patch and number of repairs of each list whose patch can be copied."""
    texts = ((one, _copied(one.patch)) for one in repaired)
    return {clean(one.list): (text, len(one.edits)) for one, text in texts if text is not None}


def _lines(data: bytes) -> list[bytes]:
    """Split as the reader of lists does: behind LF, CRLF and a CR alone."""
    return re.split(rb"(?<=\n)|(?<=\r)(?!\n)", data)


def _copied(data: bytes) -> str | None:
    """Return text that says the same when it is copied; None for other bytes."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if _UNSAFE.search(text) else text
