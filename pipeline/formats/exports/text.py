"""Text of strangers, made one clean line before any export sees it."""

import re
import unicodedata
from typing import Final

# Categories of Unicode that no field of a catalog needs and that break readers: controls (XML 1.0,
# section 2.2, allows none but tab and line breaks), surrogates, and the signs that turn text round.
_UNSEEN: Final = frozenset({"Cc", "Cs", "Co", "Cn"})
_TURNING: Final = re.compile(
    "[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]"
)


def clean(text: str | None) -> str:
    """Return text as one line in NFC without control characters; no text is the empty one."""
    if not text:
        return ""
    line = " ".join(text.split())
    if line.isascii() and line.isprintable():
        return line
    kept = "".join(char for char in line if unicodedata.category(char) not in _UNSEEN)
    return " ".join(unicodedata.normalize("NFC", _TURNING.sub("", kept)).split())


def ascii_letters(text: str) -> str:
    """Return the ASCII letters and digits of text, accents taken off, in lower case."""
    plain = text if text.isascii() else unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return _NEITHER.sub("", plain).lower()


_NEITHER: Final = re.compile("[^A-Za-z0-9]+")
_LETTERS: Final = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L"}
    | {"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ı": "i"}
)
"""Letters that have no decomposition in Unicode."""


def file_name(name: str) -> str:
    """Return a stranger's name as that of a file: letters, digits, dots, dashes; never empty."""
    safe = "".join(char if char.isalnum() or char in "._-" else "-" for char in clean(name))
    return safe.strip(".-")[:100] or "list"
