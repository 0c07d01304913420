"""Headings: the path of sections, and what kind of section a heading opens."""

import re
from functools import lru_cache
from typing import Literal

from pipeline.markdown.decode import repair
from pipeline.markdown.marks import BOLD, BOLD_END, LINK, LINK_END, Piece, plain
from pipeline.markdown.vocabulary import (
    BENCHMARK_SECTIONS,
    DATA_SECTIONS,
    NO_ENTRY_HEADINGS,
    PAPER_SECTIONS,
    SOFT_SECTIONS,
    TOOL_SECTIONS,
)

Parts = frozenset[str] | tuple[str, ...]
_SUMMARY_LEVEL = 99
"""That of a `<details>` whose summary stands as a heading without saying of which level."""
MAX_HEADING = 400
"""Characters of a heading that are kept: every entry below it repeats them."""
_BACK_LINK = re.compile(rf"[(\[]{{1,4}}{LINK}[^{LINK_END}]*{LINK_END}[)\]]{{1,4}}")
_PAPERS = ("paper", "publication", "论文", "論文")
_OTHER_WORKS = ("book", "film", "movie", "documentar", "compan", "startup", "events", "书")
_LETTERS = re.compile(r"[^a-z\u4e00-\u9fff' ]+")
_NO_ENTRY = re.compile("|".join(NO_ENTRY_HEADINGS))


class SectionPath:
    """The headings above the place that is being read, outermost first."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []
        self.path: tuple[str, ...] = ()

    def open(self, level: int, title: str) -> None:
        """Open a section, of a level or that of a `<details>`; it closes those below."""
        level = level or _SUMMARY_LEVEL
        while self._open and self._open[-1][0] >= level:
            self._open.pop()
        self._open.append((level, title))
        self.path = tuple(title for _, title in self._open)

    def parents(self, level: int) -> tuple[str, ...]:
        """Return the headings above one of this level that is about to be opened."""
        return tuple(title for known, title in self._open if known < level)

    def close_details(self) -> None:
        """Close the section that a `<details>` opened."""
        if self._open and self._open[-1][0] == _SUMMARY_LEVEL:
            self._open.pop()
            self.path = tuple(title for _, title in self._open)


def heading_text(piece: Piece) -> str:
    """Return a heading's text without markup and without "(back to top)" links."""
    text = piece.text
    if any(anchor.url.startswith("#") for anchor in piece.anchors):
        text = _without_back_links(text, piece)
    return plain(repair(text))[:MAX_HEADING].strip()


def _without_back_links(text: str, piece: Piece) -> str:
    order = (anchor.url for anchor in piece.anchors)

    def keep(match: re.Match[str]) -> str:
        inner = [next(order, "") for _ in range(match.group().count(LINK))]
        return "" if all(url.startswith("#") for url in inner) else match.group()

    return _BACK_LINK.sub(keep, text)


def stands_as_heading(piece: Piece) -> bool:
    """Say whether a `<summary>` is nothing but bold text: a heading in all but name."""
    text = piece.text.strip()
    return text.startswith(BOLD) and text.endswith(BOLD_END) and not piece.anchors


@lru_cache(maxsize=1024)
def holds_no_entries(path: tuple[str, ...]) -> bool:
    """Say whether a heading below the document's title says that no works follow: news, licence."""
    return any(
        _NO_ENTRY.fullmatch(" ".join(_LETTERS.sub(" ", title.lower()).split())) is not None
        for title in (path if len(path) == 1 else path[1:])
    )


@lru_cache(maxsize=1024)
def is_soft(path: tuple[str, ...]) -> bool:
    """Say whether a section presents talks, posts, people: no papers unless they show it."""
    if not path or _has_part(path[-1], PAPER_SECTIONS):
        return False
    above = path[-2] if len(path) > 2 else ""
    alone = " " not in above.strip() or "related lists" in above.lower()
    return _has_part(path[-1], SOFT_SECTIONS) or (alone and _has_part(above, SOFT_SECTIONS))


@lru_cache(maxsize=1024)
def presents_tools(path: tuple[str, ...]) -> bool:
    """Say whether a section presents software."""
    return any(_has_part(title, TOOL_SECTIONS) for title in path[-2:])


@lru_cache(maxsize=1024)
def presents_no_papers(path: tuple[str, ...]) -> bool:
    """Say whether a section presents what has authors and a year as papers have: books, films."""
    return bool(path) and _has_part(path[-1], _OTHER_WORKS)


@lru_cache(maxsize=1024)
def presents_papers(path: tuple[str, ...]) -> bool:
    """Say whether the nearest heading that names papers or software names papers."""
    for title in reversed(path[1:] or path):
        if _has_part(title, _PAPERS):
            return True
        if _has_part(title, TOOL_SECTIONS):
            return False
    return False


@lru_cache(maxsize=1024)
def data_kind(path: tuple[str, ...]) -> Literal["dataset", "benchmark"] | None:
    """Return `dataset` or `benchmark` where the nearest heading that says so says so."""
    for title in reversed(path[-2:]):
        if _has_part(title, DATA_SECTIONS):
            return "dataset"
        if _has_part(title, BENCHMARK_SECTIONS):
            return "benchmark"
    return None


def _has_part(title: str, parts: Parts) -> bool:
    """Say whether a word of a title begins with one of some parts: `Particles` are no articles."""
    return _beginning(parts).search(title.lower()) is not None


@lru_cache(maxsize=32)
def _beginning(parts: Parts) -> re.Pattern[str]:
    """Return the pattern of parts at the beginning of a word; Chinese has no blanks between."""
    words = "|".join(re.escape(part) for part in parts if part.isascii())
    others = [part for part in parts if not part.isascii()]
    return re.compile("|".join([f"(?<![a-z])(?:{words})", *others]))
