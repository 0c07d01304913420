"""
Names of authors, taken apart as bibliographies want them: family name, given names, or a group.

A name is split only where the split is sure; what may be a group stays whole (`literal` of CSL).
"""

import re
from dataclasses import dataclass
from typing import Final

_PARTICLES: Final = frozenset(
    """
    af al an ap ben bin da dal das de degli dei del della den der des di do dos du el ibn la le
    los ten ter van vande vander vom von y zu zum zur
    """.split()  # noqa: SIM905  one word a line would hide the table
)
_SUFFIXES: Final = frozenset({"jr", "sr", "ii", "iii", "iv"})
# "And" too: BibTeX takes the word for the end of a name, and one name has none.
_GROUP: Final = re.compile(
    r"\b(?:collaborations?|consortium|team|group|project|committee|community|contributors|et al"
    r"|network|initiative|alliance|institute|university|laborator(?:y|ies)|labs?|inc|ltd|llc"
    r"|research|open\s?ai|deepmind|others|and)\b\.?|[0-9:;/()&@]",
    re.IGNORECASE,
)
_OTHERS: Final = re.compile(r"[,;]?\s*(?:\bet\.? al\b\.?|\band others\b|…|\.\.\.).*", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"[,;&|、]|\band\b")
_DBLP_NUMBER: Final = re.compile(r" [0-9]{4}$")


@dataclass(frozen=True, slots=True)
class Name:
    """One author. A group, or a name that cannot be split for certain, has only `family`."""

    family: str
    given: str = ""
    suffix: str = ""

    @property
    def whole(self) -> str:
        """The name as one reads it."""
        return " ".join(filter(None, (self.given, self.family, self.suffix)))


def name_of(text: str) -> Name:
    """
    Take one author's name apart: `Given Family`, `Given von Family Jr`, or `Family, Given`.

    DBLP's numbers (`Wei Wang 0001`) are no part of a name.
    """
    text = _DBLP_NUMBER.sub("", text)
    if _GROUP.search(text):
        return Name(text)
    if text.count(",") == 1:
        family, given = (part.strip() for part in text.split(","))
        if family and given and given.rstrip(".").lower() not in _SUFFIXES:
            return Name(family, given)
        text = f"{family} {given}".strip()
    words = text.replace(",", " ").split()
    suffix = words.pop() if len(words) > 1 and words[-1].rstrip(".").lower() in _SUFFIXES else ""
    first = len(words) - 1
    while first > 1 and words[first - 1].lower() in _PARTICLES:
        first -= 1
    if first < 1:
        return Name(text)
    return Name(" ".join(words[first:]), " ".join(words[:first]), suffix)


def breaks_off(text: str) -> bool:
    """Say whether a list names the first authors alone, as `Jane Sun et al.` does."""
    return _OTHERS.search(text) is not None


def names_of(text: str) -> tuple[Name, ...]:
    """Return the authors that a list writes in one text: `Jane Sun, Wei Li and others`."""
    text = _OTHERS.sub("", text)
    parts = text.split(" and ")
    if len(parts) > 1 and all(part.count(",") == 1 for part in parts):
        return tuple(name_of(part.strip()) for part in parts)  # BibTeX's `Family, Given and …`
    pieces = (piece.strip(" .*†‡") for piece in _BETWEEN.split(text))
    return tuple(name_of(piece) for piece in pieces if piece)
