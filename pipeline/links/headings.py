"""
The names under which GitHub shows the headings of a Markdown file. Pure, linear, total.

GitHub's rule, in its pipeline (github.com/gjtorikian/html-pipeline, `TableOfContentsFilter`): lower
case; away with all but letters, marks, digits, connectors (`_`), blanks and hyphens; blanks to
hyphens; `-1`, `-2` … behind what has the same name. Its cases are kept with github-slugger, made by
asking GitHub. Where browsers or versions differ (variation selectors of emoji, digits in circles,
a name that an earlier heading took), both names count: doubt speaks for the list.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Final
from urllib.parse import quote, unquote

from pipeline.links.fragments import GITHUB_PREFIX, section_of
from pipeline.records.lists import Outline

_KEPT: Final = ("L", "M", "Nd", "Pc")
_ALIKE: Final = 0.75
"""Likeness of two names (difflib) from which one may be meant by the other."""
_MOST_COMPARED: Final = 500


def slug(text: str) -> str:
    """Return the name of a heading, from its text as a reader sees it."""
    return _slug(text, _KEPT)


def _slug(text: str, kept: tuple[str, ...]) -> str:
    lowered = text.lower()
    if lowered.isascii():
        named = (char for char in lowered if char.isalnum() or char in " -_")
    else:
        category = unicodedata.category
        named = (char for char in lowered if char in " -" or category(char).startswith(kept))
    return "".join(named).replace(" ", "-")


def _spellings(text: str) -> Iterator[str]:
    """Yield the names that a heading may have; the first is GitHub's."""
    plain = " ".join(text.split())
    yield slug(text)
    yield slug(plain)
    if not text.isascii():
        yield _slug(plain, ("L", "M", "N", "Pc"))
        bare = _JOINING.sub("", plain)
        yield slug(bare)
        yield slug(bare.strip())


_JOINING: Final = re.compile("[\ufe00-\ufe0f\u20e3]")
"""What makes an emoji of a sign or digit; editors drop it, and GitHub does not."""


def letters(text: str) -> str:
    """Return the letters and digits of a text alone, in one case and one form (NFKC)."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is there instead of a section: the name to write, and whether nothing else is meant."""

    name: str
    certain: bool


class Sections:
    """What fragments can point at in one Markdown file."""

    def __init__(self, outline: Outline) -> None:
        self._named: list[tuple[str, str]] = []
        """Text and GitHub's name of each heading, in order."""
        self._names = {name.removeprefix(GITHUB_PREFIX).lower() for name in outline.names}
        seen: Counter[str] = Counter()
        for text in outline.headings:
            for number, name in enumerate(dict.fromkeys(_spellings(text))):
                own = f"{name}-{seen[name]}" if seen[name] else name
                seen[name] += 1
                if number == 0:
                    self._named.append((text, own))
                if own in self._names:  # github-slugger numbers it, the pipeline does not
                    self._names.add(f"{own}-1")
                self._names.add(own)

    def has(self, fragment: str, *, strictly: bool = True) -> bool:
        """
        Say whether a fragment leads somewhere; `section_of` says that most forms name no heading.

        Not `strictly`: punctuation does not count, as where other renderers make the names.
        """
        section = section_of(f"#{fragment}")
        if section is None:
            return True
        spellings = {one.removeprefix(GITHUB_PREFIX).lower() for one in _decoded(section)}
        if not spellings.isdisjoint(self._names) or section.lower().startswith(_FOOTNOTES):
            return True
        return not strictly and any(letters(one) in self._letters for one in spellings)

    @cached_property
    def _letters(self) -> frozenset[str]:
        return frozenset(map(letters, self._names))

    @cached_property
    def _by_letters(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for text, name in self._named:
            found[letters(text)].append(name)
        return found

    def instead_of(self, fragment: str) -> Wanted | None:
        """
        Return the name that is probably meant by one that is not there.

        Certain is the one heading that has the same letters and digits: what differs is punctuation
        or an emoji.
        """
        wanted = unquote(fragment, errors="replace").removeprefix(GITHUB_PREFIX)
        core = letters(wanted)
        same = self._by_letters.get(core, []) if core else []
        if len(same) == 1:
            return Wanted(written(same[0]), certain=True)
        names = [name for _, name in self._named if name][:_MOST_COMPARED]
        close = same[:1] or get_close_matches(wanted.lower()[:200], names, 1, _ALIKE)
        return Wanted(written(close[0]), certain=False) if close else None


_FOOTNOTES: Final = ("fn-", "fnref-", "user-content-fn")


def _decoded(section: str) -> Sequence[str]:
    return section, unquote(section, errors="replace")


def written(name: str, *, safe: str = "-._~") -> str:
    """Return a name as it may stand in a link: letters of all scripts stay readable."""
    return "".join(char if not char.isascii() else quote(char, safe=safe) for char in name)
