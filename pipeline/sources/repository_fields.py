"""
From a service's words for a repository to the fields of a `RepositoryRecord`.

Pure. What is absent or of another type is unknown, never zero.
"""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from pipeline.sources.answers import within

_DIRECTION_MARKS: Final = frozenset(
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def clean_text(value: object) -> str | None:
    """Return text in one line without control, surrogate or direction signs; None if empty."""
    if not isinstance(value, str):
        return None
    spaced = " ".join(value.split())
    shown = (
        character
        for character in spaced
        if unicodedata.category(character) not in ("Cc", "Cs") and character not in _DIRECTION_MARKS
    )
    return "".join(shown).strip() or None


def web_address(value: object) -> str | None:
    """Return an http(s) URL, or None for `""`, other schemes and what is no URL at all."""
    text = clean_text(value)
    if text is None or " " in text:
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and parts.netloc else None


def words(value: object) -> tuple[str, ...]:
    """Return a row of words, cleaned, each once."""
    cleaned = (clean_text(one) for one in (value if isinstance(value, list) else ()))
    return tuple(dict.fromkeys(one for one in cleaned if one))


def count(value: object) -> int | None:
    """Return a number of things; None for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def flag(value: object) -> bool | None:
    """Return yes or no; None for what is neither."""
    return value if isinstance(value, bool) else None


_COUNTS: Final = ("id", "stars", "forks", "open_issues", "open_issues_and_prs", "original_stars")
_TEXTS: Final = ("language", "created_at", "pushed_at", "description", "fork_of")
_READERS: Final[Mapping[str, Callable[[object], Any]]] = {
    **dict.fromkeys(_COUNTS, count),
    **dict.fromkeys(_TEXTS, clean_text),
    "archived": flag,
    "topics": words,
    "homepage": web_address,
}

Places = Mapping[str, tuple[str, ...]]
"""By our name of a field, where an answer has it."""


def places(text: str) -> Places:
    """Read `ours=theirs`, or one name for both; a dot leads into an object."""
    named = (one.partition("=") for one in text.split())
    return {ours: tuple((theirs or ours).split(".")) for ours, _, theirs in named}


def fields_of(body: Mapping[str, Any], where: Places) -> dict[str, Any]:
    """Return the fields of a repository, each cleaned."""
    return {ours: _READERS[ours](within(body, *theirs)) for ours, theirs in where.items()}
