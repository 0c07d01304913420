"""The works that a title may mean (`works.matching` measures them), and what is compared. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from rapidfuzz import fuzz

from pipeline.records.base import Record
from pipeline.works.arxiv_links import year_of_id
from pipeline.works.titles import normalise, title_key, version_tokens, word_count

MIN_WORDS: Final = 4
"""Shorter titles are never accepted alone: "Deep Learning" is a paper and a phrase."""
TOO_SHORT: Final = "the title is too short for a search"
"""Why a source does not search for a title."""


class CandidateWork(Record):
    """A work that a source offers for a title."""

    key: str
    """Key of the catalog: `arxiv:2305.00447`, `doi:10.…`."""
    title: str
    authors: tuple[str, ...] = ()
    published: str | None = None
    """Date of the first version, ISO 8601, as precise as the source gives it."""
    source: str = ""
    title_history: tuple[str, ...] = ()
    """Other titles of the same work: five in six retitled papers are not similar to their old title
    any more."""

    @property
    def year(self) -> int | None:
        """Year of the first version; an arXiv id tells it where no date is given."""
        scheme, _, value = self.key.partition(":")
        text = (self.published or "")[:4]
        told = int(text) if len(text) == 4 and text.isascii() and text.isdigit() else None
        return told or (year_of_id(value) if scheme == "arxiv" else None)


class TitleHits(Record):
    """What a title search found for one title, the nearest first."""

    candidates: tuple[CandidateWork, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """What a list says of the work that is meant."""

    title: str
    authors: str | Sequence[str] | None = None
    year: int | None = None
    name: str | None = None


# --- titles -----------------------------------------------------------------------------------


class TitleForm(NamedTuple):
    """Everything about one title that is compared."""

    words: str
    length: int
    key: str
    versions: tuple[str, ...]
    marks: frozenset[str]
    parts: frozenset[str]
    """Keys of the title, of what stands before and after its colon, and without a name."""
    name: str
    """Key of a short `NAME:` before the colon; empty without one."""
    looks: str
    """The name as it looks where a capital I is like an l: `MuIT` for `MulT`."""
    rest: str
    """Words of what follows the name; all words without one."""

    @property
    def numbers(self) -> tuple[str, ...]:
        """Those of `versions` that are of digits."""
        return tuple(token for token in self.versions if token[0].isdigit())


_COLON: Final = re.compile(r"[:：](?=\s|[^\s\d/])|\s[-–—]\s")


@lru_cache(maxsize=8192)
def form_of(title: str) -> TitleForm:
    """Return what is compared of a title."""
    key = title_key(title)
    halves = _halves(title[:2000])
    parts = (*halves, *shorter_titles(title[:2000]))
    long = [title_key(part) for part in parts if word_count(part) >= MIN_WORDS]
    named = bool(halves) and word_count(halves[0]) < MIN_WORDS
    return TitleForm(
        words=normalise(title),
        length=word_count(title),
        key=key,
        versions=version_tokens(title),
        marks=marks(title),
        parts=frozenset((key, *long)),
        name=title_key(halves[0]) if named else "",
        looks=halves[0].strip().replace("I", "l") if named else "",
        rest=normalise(halves[1]) if named else normalise(title),
    )


def _halves(title: str) -> tuple[str, ...]:
    match = _COLON.search(title)
    return (title[: match.start()], title[match.end() :]) if match else ()


_MARKS: Final[Mapping[str, re.Pattern[str]]] = {
    "erratum": re.compile(r"\b(?:erratum|errata|corrigend(?:um|a)|retraction|addendum)\b"),
    "reply": re.compile(
        r"^(?:(?:a|the) )?(?:reply to|response to|rejoinder|rebuttal|comments? on|discussion of)\b"
    ),
    "supplement": re.compile(r"\bsupplement(?:ary|al)?\b|\bappendix (?:to|of|for)\b"),
    "reproduction": re.compile(r"\b(?:reproducing|reproducibility|replicat(?:ing|ion))\b"),
    "survey": re.compile(r"\b(?:survey|review|overview|tutorial|primer)s?\b"),
}
_FRONT_MATTER: Final = re.compile(
    r"(?:preface|foreword|introduction|editorial|guest editorial|contents|table of contents|index"
    r"|author index|conclusions?|summary|abstracts?|keynotes?|panel|welcome|acknowledge?ments?"
    r"|list of (?:authors|contributors|participants|reviewers|papers)|book reviews?"
    r"|message from the .*|introduction to the (?:special|theme) .*|special issue on .*"
    r"|front ?matter|in this issue|responsible data science|proceedings of .*|technical report"
    r"|workshop summary)"
)
_MANY_OF_A_NAME: Final = frozenset({"erratum", "reply", "supplement"})


def marks(title: str) -> frozenset[str]:
    """Return what a title says about the kind of work (`_MARKS`)."""
    words = normalise(title)
    return frozenset(kind for kind, pattern in _MARKS.items() if pattern.search(words))


def is_front_matter(title: str) -> bool:
    """Say whether a title is one that many volumes have (Preface, Editorial)."""
    return _FRONT_MATTER.fullmatch(normalise(title)) is not None


def is_generic(title: str) -> bool:
    """Say whether a title names no one work: front matter, an erratum, a reply."""
    return is_front_matter(title) or bool(form_of(title).marks & _MANY_OF_A_NAME)


def similarity(one: str, other: str) -> float:
    """Return how similar the words of two titles are, 0 to 100."""
    return fuzz.ratio(form_of(one).words, form_of(other).words)


def is_same_title(one: str, other: str) -> bool:
    """Say whether two spellings are one title."""
    return form_of(one).key == form_of(other).key


def search_key(title: str) -> str:
    """Return a title as the key of a title search: as written, on one line, of bounded length."""
    return " ".join(title[:1000].split())[:500]


_AT_START: Final = re.compile(
    r"\s*(?:\[[^\[\]]{1,40}\]|\([^()]{1,40}\)|【[^】]{1,40}】|\*\*[^*]{1,40}\*\*)[\s:–—-]*"
)
_AT_END: Final = re.compile(r"[\s:–—-]*(?:\[[^\[\]]{1,40}\]|\([^()]{1,40}\)|【[^】]{1,40}】)\s*\Z")
_LEAST_WORDS: Final = 3
"""Of what is left; less would find everything."""


def shorter_titles(title: str) -> tuple[str, ...]:
    """Return a title without a list's name for it, which searches miss: `FLARE: …`, `… (FLARE)`."""
    halves = _halves(title)
    named = bool(halves) and word_count(halves[0]) < MIN_WORDS
    bare = (
        halves[1] if named else "",
        title[start.end() :] if (start := _AT_START.match(title)) else "",
        title[: end.start()] if (end := _AT_END.search(title)) else "",
    )
    found = (" ".join(one.split()) for one in bare)
    return tuple(dict.fromkeys(one for one in found if word_count(one) >= _LEAST_WORDS))


def shares_part(one: str, other: str) -> bool:
    """Say whether one title, or half of it at a colon, is the other or half of it."""
    return bool(form_of(one).parts & form_of(other).parts)
