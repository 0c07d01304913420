"""Which section of a list a new work belongs to: as named, or the likeliest. Pure."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.records.lists import Entry
from pipeline.repair.adding.work import NewWork
from pipeline.works.titles import normalise

Section = tuple[str, ...]
JOINT: Final = " > "


@dataclass(frozen=True, slots=True)
class SectionChoice:
    """A section, and why; or None with what can be chosen from."""

    section: Section | None
    why: str
    known: tuple[Section, ...] = ()


def shown(section: Section) -> str:
    """Return a section as people name it."""
    return JOINT.join(section) or "(no heading)"


def sections_of(entries: Iterable[Entry]) -> dict[Section, list[Entry]]:
    """Return the papers of each section, in the order of the list."""
    found: dict[Section, list[Entry]] = {}
    for entry in entries:
        if entry.kind == "paper":
            found.setdefault(entry.section, []).append(entry)
    return found


def named_section(sections: Mapping[Section, Sequence[Entry]], wanted: str) -> SectionChoice:
    """
    Return the one section that is called so.

    By its whole path (`Methods > Graphs`), else by its own heading, else by a part of that.
    """
    key = _words(wanted)
    path = tuple(_words(part) for part in re.split(r" *> *", wanted))
    by_path = [one for one in sections if _keys(one)[-len(path) :] == path]
    whole = [one for one in sections if _keys(one) == path]
    partly = [one for one in sections if one and key and key in _words(one[-1])]
    for found in (whole, by_path, partly):
        if len(found) == 1:
            return SectionChoice(found[0], "as named")
        if found:
            return SectionChoice(None, f"several sections are called “{wanted}”", tuple(found))
    return SectionChoice(None, f"no section with entries is called “{wanted}”", tuple(sections))


def _keys(section: Section) -> tuple[str, ...]:
    return tuple(map(_words, section))


def _words(text: str) -> str:
    return normalise(text)


# --- the likeliest ------------------------------------------------------------------------------

_LEAST_SHARE: Final = 2.5
"""So much better than the next a section must fit: then four in five are right (benchmarks)."""
_NEAREST: Final = 5
_SHOWN_WORDS: Final = 4
_COMMON: Final = frozenset(
    """
    a an and are as at be by can do for from how in into is it its of on or that the their this to
    towards toward under using via we what when with without paper papers based approach method
    learning model models
    """.split()  # noqa: SIM905  one word a line would hide the table
)
_YEAR: Final = re.compile(r"(?:19|20)\d\d")


def likely_section(
    sections: Mapping[Section, Sequence[Entry]], work: NewWork, abstract: str = ""
) -> SectionChoice:
    """Return the section whose words and works are nearest by far; None where none is."""
    if len(sections) == 1:
        return SectionChoice(next(iter(sections)), "the only section with entries")
    if by_year := _by_year(sections, work):
        return by_year
    spoken = _spoken(f"{work.title} {work.title} {abstract[:2000]}")
    rarity = _rarity(sections)
    scores = {one: _fit(spoken, one, entries, rarity) for one, entries in sections.items()}
    ranked = sorted(scores, key=lambda one: -scores[one])
    best = ranked[0] if ranked else ()
    if not ranked or scores[best] <= 0 or scores[best] < _LEAST_SHARE * scores[ranked[1]]:
        return SectionChoice(None, "no section is evidently the right one", tuple(ranked))
    common = _common(spoken, best, sections[best], rarity)
    return SectionChoice(best, f"the likeliest by its words: {', '.join(common)}")


def _by_year(sections: Mapping[Section, Sequence[Entry]], work: NewWork) -> SectionChoice | None:
    """Return the section of the work's year, where every section is one year's."""
    years = {one: _YEAR.findall(one[-1]) if one else [] for one in sections}
    if work.year is None or not all(len(found) == 1 for found in years.values()):
        return None
    fitting = [one for one, found in years.items() if found == [str(work.year)]]
    if len(fitting) != 1:
        return None
    return SectionChoice(fitting[0], f"the section of {work.year}")


def _spoken(text: str) -> Counter[str]:
    words = (_stem(word) for word in normalise(text).split() if word not in _COMMON)
    return Counter(word for word in words if len(word) > 1)


def _stem(word: str) -> str:
    for ending in ("ies", "ing", "ers", "er", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 3:
            return word[: -len(ending)]
    return word


def _rarity(sections: Mapping[Section, Sequence[Entry]]) -> dict[str, float]:
    counts = Counter(
        word
        for section, entries in sections.items()
        for word in {*_spoken(" ".join(section)), *(w for e in entries for w in _spoken(e.title))}
    )
    return {word: math.log(1 + len(sections) / count) for word, count in counts.items()}


def _fit(
    spoken: Counter[str], section: Section, entries: Sequence[Entry], rarity: Mapping[str, float]
) -> float:
    heading = _likeness(spoken, _spoken(" ".join(section[-1:])), rarity)
    near = sorted((_likeness(spoken, _spoken(one.title), rarity) for one in entries), reverse=True)
    nearest = near[:_NEAREST]
    return heading + sum(nearest) / (len(nearest) + 1)


def _likeness(one: Counter[str], other: Counter[str], rarity: Mapping[str, float]) -> float:
    """Return the cosine of two texts, rare words counting more."""
    shared = sum(rarity.get(word, 0.0) ** 2 for word in one.keys() & other.keys())
    size = math.sqrt(_size(one, rarity) * _size(other, rarity))
    return shared / size if size else 0.0


def _size(words: Counter[str], rarity: Mapping[str, float]) -> float:
    return sum(rarity.get(word, 1.0) ** 2 for word in words)


def _common(
    spoken: Counter[str], section: Section, entries: Sequence[Entry], rarity: Mapping[str, float]
) -> list[str]:
    there = Counter(word for one in entries for word in _spoken(one.title).keys() & spoken.keys())
    there.update(word for word in _spoken(" ".join(section[-1:])).keys() & spoken.keys())
    ranked = sorted(there, key=lambda word: (-there[word] * rarity.get(word, 0.0), word))
    return ranked[:_SHOWN_WORDS]
