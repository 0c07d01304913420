"""
Whether two similar titles are two spellings of one: what the words that differ may be.

Pure. One word can turn a title into that of another paper ("is" and "is not", "Text" and "Video",
"Supervised" and "Unsupervised"), and a ratio hardly notices. So a title that is not equal is
taken for the same only where the words that differ carry no meaning of their own: function words,
inflections, hyphens, and misprints late in a long word.
"""

import re
from difflib import SequenceMatcher
from typing import Final

from rapidfuzz.distance import OSA

MAX_WORDS: Final = 100
"""Comparing takes the square of it; longer titles are not compared."""
SHORTEST: Final = 5
"""Letters of a word in which one other letter is a misprint and not another word."""
LONG: Final = 8
"""Letters of a word in which two other letters are one: `generation` and `generative`."""

_FUNCTION_WORDS: Final = frozenset(
    """
    a an and are as at by for from in into is of on or over the through to toward towards under
    upon using via with
    """.split()  # noqa: SIM905  one word a line would hide the table
)
LITTLE_WORDS: Final = frozenset(
    """
    a an and are as at be by can do does for from how in into is it its not of on or over our the
    through to toward towards under using via we what when with you your
    """.split()  # noqa: SIM905  one word a line would hide the table
)
"""Words that say nothing of what a title is about."""
_OPPOSITES: Final = (
    (frozenset({"from"}), frozenset({"into", "to", "toward", "towards"})),
    (frozenset({"over"}), frozenset({"under"})),
)
# `non-linear`, `without labels`, `not` and the prefixes are no function words, and a prefix changes
# how a word begins, so that a negation is never slight.
_LATIN_WORD: Final = re.compile(r"[a-z]+", re.ASCII)


def differs_slightly(one: str, other: str) -> bool:
    """Say whether two normalised titles (`works.titles.normalise`) differ in spelling only."""
    ours, theirs = one.split(), other.split()
    if max(len(ours), len(theirs)) > MAX_WORDS or (ours[-1:] == ["a"]) != (theirs[-1:] == ["a"]):
        return False  # an A at the end is a number, as in "Type A"
    spans = SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
    return all(
        kind == "equal" or _is_slight(ours[start:end], theirs[begin:stop])
        for kind, start, end, begin, stop in spans
    )


def _is_slight(ours: list[str], theirs: list[str]) -> bool:
    if "".join(ours) == "".join(theirs):
        return True
    both = ((set(ours), set(theirs)), (set(theirs), set(ours)))
    if any(said & one and known & other for one, other in _OPPOSITES for said, known in both):
        return False
    ours, theirs = _without_function_words(ours), _without_function_words(theirs)
    if "".join(ours) == "".join(theirs):
        return True
    return len(ours) == len(theirs) and all(map(is_variant, ours, theirs))


def _without_function_words(words: list[str]) -> list[str]:
    return [word for word in words if word not in _FUNCTION_WORDS]


def is_variant(one: str, other: str) -> bool:
    """Say whether two Latin words are one: a plural, or a misprint in words that begin alike."""
    if one == other or _singulars(one) & _singulars(other):
        return True
    if not (_LATIN_WORD.fullmatch(one) and _LATIN_WORD.fullmatch(other)):
        return False
    distance, length = OSA.distance(one, other), min(len(one), len(other))
    if distance == 1:
        return length >= SHORTEST and one[:3] == other[:3]
    return distance <= 2 and length >= LONG and one[:4] == other[:4]


def _singulars(word: str) -> frozenset[str]:
    """Return a word and what it may be the plural of."""
    found = {word}
    for ending, singular in (("s", ""), ("es", ""), ("ies", "y")):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 3:
            found.add(stem + singular)
    return frozenset(found)
