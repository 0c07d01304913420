"""
Who wrote a work: persons' names from a list's text or a registry's fields, ready to be compared.

Pure. Lists give names in every order and with every sign, so names are compared by their last word
and first initial, or as a set of words.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.works.titles import normalise


@dataclass(frozen=True, slots=True)
class Author:
    """A person's name, ready to be compared."""

    last: str
    initial: str
    """Of the first name; empty where only the last name is given."""
    words: tuple[str, ...]
    """All of the name, sorted: lists give some names last name first."""


MAX_AUTHORS_LENGTH: Final = 4000
_OTHERS: Final = re.compile(r"\b(?:et\.? ?al|and others)\b.*|等.*", re.IGNORECASE)
_SIGNS: Final = re.compile(r"[*_`†‡§¶#{}\\]|\[[0-9, ]{1,20}\]|\([^()]{0,80}\)|\b[0-9]{4}\b")
_BETWEEN: Final = re.compile(r"[;、|&]|· |,? (?:and|und|et) ", re.IGNORECASE)
_INITIALS: Final = re.compile(r"(?:[^\W\d_a-z]\.?[ -]{0,2}){1,4}")
_SUFFIXES: Final = frozenset({"jr", "sr", "ii", "iii", "iv", "phd", "dr", "prof"})
_GROUP: Final = frozenset(
    """
    team group collaboration consortium project lab labs laboratory university institute inc ai
    research community contributors authors organization organisation company tbd unknown various
    """.split()  # noqa: SIM905  one word a line would hide the table
)


def author_keys(authors: str | Sequence[str] | None) -> tuple[Author, ...]:
    """
    Return the persons that a field names, in order: a list's text, or a registry's names.

    Understands `Last, First`, `Last, F., Last, F.`, `et al.`, particles, name suffixes and DBLP's
    numbers (`Wei Wang 0001`); groups (`The X Team`) are no persons and are left out.
    """
    fields = (authors,) if isinstance(authors, str) else authors or ()
    split: list[str] = []
    for field in fields:  # beside others a field is one name, unless it has more commas
        alone = len(fields) > 1 and field.count(",") < 2
        split += [_first_last(field)] if alone else _split(field)
    return tuple(author for name in split if (author := _author(name)) is not None)


def _split(text: str) -> list[str]:
    text = " ".join(_SIGNS.sub(" ", text[:MAX_AUTHORS_LENGTH].replace("\n", ", ")).split())
    found = (piece.strip(" ,.") for piece in _BETWEEN.split(_OTHERS.sub("", text)))
    pieces = [piece for piece in found if piece]
    if pieces and all(piece.count(",") == 1 for piece in pieces) and _is_inverted(pieces):
        return [_first_last(piece) for piece in pieces]
    parts = (part.strip() for part in re.split("[,，]", ",".join(pieces)))
    return _with_initials(part for part in parts if part)


def _is_inverted(pieces: Sequence[str]) -> bool:
    """`Zhang, Junjie; Xie, Ruobing` has last names first, `Ann Author, Bo Writer` has not."""
    if len(pieces) > 1:
        return all(" " not in piece.split(",")[0].strip() for piece in pieces)
    return _INITIALS.fullmatch(pieces[0].split(",")[1].strip()) is not None


def _with_initials(parts: Iterable[str]) -> list[str]:
    """Put initials that stand after a last name before it: `Zhang`, `J.` is `J. Zhang`."""
    names: list[str] = []
    for part in parts:
        if names and " " not in names[-1].strip() and _INITIALS.fullmatch(part):
            names[-1] = f"{part} {names[-1]}"
        else:
            names.append(part)
    return names


def _first_last(name: str) -> str:
    last, comma, first = name.partition(",")
    return f"{first} {last}" if comma and "," not in first else name


def _author(name: str) -> Author | None:
    words = [word for word in normalise(_SIGNS.sub(" ", name[:200])).split() if not word.isdigit()]
    words = [word for word in words if word not in _SUFFIXES] or words
    if not words or not _GROUP.isdisjoint(words):
        return None
    place = max((n for n, word in enumerate(words) if len(word) > 1), default=len(words) - 1)
    initial = words[0][0] if len(words) > 1 and place > 0 else ""
    return Author(words[place], initial, tuple(sorted(words)))


def same_author(one: Author, other: Author) -> bool:
    """Compare two names: equal last name and compatible first initial, or the same words."""
    if len(one.words) > 1 and one.words == other.words:
        return True
    initials = {one.initial, other.initial} - {""}
    return one.last == other.last and len(initials) < 2


def shared_authors(one: Sequence[Author], other: Sequence[Author]) -> int | None:
    """Count the persons of *one* that *other* names as well; None where a side names nobody."""
    if not one or not other:
        return None
    return sum(any(same_author(author, known) for known in other) for author in one)
