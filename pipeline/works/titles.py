"""
Titles made comparable. Pure, linear in the length of the title, and total.

`normalise` gives the words that two spellings of one title share, whatever Markdown, HTML, LaTeX,
emoji or venue is around; `title_key` is the same without spaces (`pre-training`, `pretraining`).
Nothing is transliterated, only accents are dropped. Changing a rule changes `title_digest`, and so
the keys of works that have no identifier (the catalog's `former_keys` then names the old ones).
"""

import hashlib
import html
import re
import unicodedata
from typing import Final

from pipeline.works.damaged import undamaged

MAX_TITLE_LENGTH: Final = 2000
"""Characters that are looked at: no title is longer, and a list may hold anything."""

_PLAIN: Final = re.compile(r"[A-Za-z0-9 ,.:;!?'\"/-]*")
_BLOCK_TAG: Final = re.compile(r"</?(?:br|p|div|td|tr|li)\b[^<>]{0,200}>", re.IGNORECASE)
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_IMAGE: Final = re.compile(r"!\[[^\[\]]{0,200}\]\([^()\s]{0,500}\)")
_LINK: Final = re.compile(r"\[([^\[\]]{1,500})\]\([^()\s]{0,500}\)")
# `(CVPR'24)`, `[ICLR 2024 Oral]`: a name and a year; `(COVID-19)` and `(P5)` are no venues.
_VENUE: Final = re.compile(
    r"[(\[][a-z][a-z@&+/. -]{1,40}?(?:['’]\s?[0-9]{2}|(?:19|20)[0-9]{2})"
    r"(?:\s(?:oral|spotlight|poster|findings|workshop|highlight))?[)\]]\Z",
    re.IGNORECASE,
)
_PERCENTAGE: Final = re.compile(r"\([0-9.]{1,6}\s?%\)\Z")


def normalise(title: str) -> str:
    """
    Return the words of a title: lower case, without markup, accents and punctuation.

    `C++` gives `c plusplus`, `GBDT+LR` gives `gbdt plus lr`, `C#` gives `c sharp`, `P ≠ NP` gives
    `p unequal np`, and a point between digits stays (`1.5`), so that a follow-up is no misprint of
    the original. A title of signs alone is kept as it is, never empty.
    """
    title = title[:MAX_TITLE_LENGTH]
    text = title if _PLAIN.fullmatch(title) else _plain_text(title)
    words = " ".join(_words(text).split())
    return words or " ".join(title.casefold().split())


def title_key(title: str) -> str:
    """Return the exact key of a title: equal for two spellings of one title, and only for them."""
    return normalise(title).replace(" ", "")


def title_digest(title: str) -> str:
    """Return a short stable name of a title: 12 hexadecimal digits of its key's SHA-256."""
    key = title_key(title).encode("utf-8", errors="replace")
    return hashlib.sha256(key).hexdigest()[:12]


_UNHEARD: Final = re.compile(r"[#=≠<>≤≥≈±¬.!]|\\(?:neq?|leq?|geq?|approx|pm|neg)(?![A-Za-z])")


def former_digest(title: str) -> str:
    """Return the digest of before 2026-12, deaf to signs: people's decisions are kept under it."""
    return title_digest(_UNHEARD.sub(" ", title))


_VERSION_TOKEN: Final = re.compile(
    r"[0-9]+(?:\.[0-9]+)*|\b(?:plus|plusplus|ii|iii|iv|v|vi|vii|viii|ix|x)\b"
    r"|(?:(?<=\bpart )|(?<=\bvol )|(?<=\bvolume )|(?<=\bchapter ))"
    r"(?:[a-z]|one|two|three|four|five|six|seven|eight|nine|ten)\b"
)


def version_tokens(title: str) -> tuple[str, ...]:
    """
    Return what tells a follow-up from its original: numbers, `plus`, `plusplus`, `ii` to `x`.

    After `part`, `volume` or `chapter` a letter or a number's name too (`Part B`, `Part Two`).
    Sorted, with repetitions. Two titles with other tokens are never the same by similarity alone.
    """
    return tuple(sorted(_VERSION_TOKEN.findall(normalise(title))))


def word_count(title: str) -> int:
    """Count the words of a title, two characters of a script without spaces as one word."""
    words = normalise(title)
    without, runs = _IDEOGRAPHS.subn(" ", words)
    if not runs:
        return len(words.split())
    characters = sum(map(len, _IDEOGRAPHS.findall(words)))
    return len(without.split()) + (characters + 1) // 2


_IDEOGRAPHS: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")


def _plain_text(title: str) -> str:
    """Undo wrong encodings, then HTML, Markdown, LaTeX and Unicode, in this order."""
    text = undamaged(title)
    text = html.unescape(text) if "&" in text else text
    if "<" in text:
        text = _TAG.sub("", _BLOCK_TAG.sub(" ", text))
    text = _without_markdown(text)
    text = _without_latex(text)
    text = text.replace("++", " plusplus ").replace("+", " plus ")
    text = _SIGN.sub(lambda match: _SIGN_NAMES[match[0]], text)  # `≠` is `=` with an accent
    return text if text.isascii() else _folded(text)


# Signs that make another title of one: `C#` and `C`, `P = NP` and `P ≠ NP`. Arrows are none.
_SIGN_NAMES: Final = {
    "#": " sharp ",
    "=": " equals ",
    "≠": " unequal ",
    "!=": " unequal ",
    "<": " less ",
    ">": " greater ",
    "≤": " atmost ",
    "≥": " atleast ",
    "≈": " about ",
    "±": " plusminus ",
    "\u00ac": " not ",
}
_SIGN: Final = re.compile(r"(?<=[A-Za-z])#(?![A-Za-z0-9])|!=|(?<![-=<>])[=<>](?![-=<>])|[≠≤≥≈±¬]")


def _without_markdown(text: str) -> str:
    if "](" in text:
        text = _LINK.sub(r"\1", _IMAGE.sub(" ", text))
    text = text.replace("*", "").replace("`", "").strip()
    return _PERCENTAGE.sub("", _VENUE.sub("", text)).strip()


# --- LaTeX ------------------------------------------------------------------------------------

_ACCENT: Final = re.compile(r"""\\(?:["'`^~=.]|[cuvHkr](?=[{\s]))\s?\{?\\?([A-Za-z])\}?""")
_COMMAND: Final = re.compile(r"\\([A-Za-z]{1,30})\s?")
_RELATIONS: Final = {
    "≠": "ne neq",
    "≤": "le leq",
    "≥": "ge geq",
    "≈": "approx",
    "±": "pm",
    "¬": "neg",
}
_AS_WRITTEN: Final = "ss ae AE oe OE o O l L i log exp max min sin cos arg sup inf"
_LATEX_LETTERS: Final = {
    **{name: name for name in _AS_WRITTEN.split()},
    **{name: sign for sign, names in _RELATIONS.items() for name in names.split()},
    **dict(pair.split("=") for pair in ("aa=a", "AA=A", "infty=∞", "times=×", "ell=l")),
}
_GREEK: Final = """
    alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma
    tau upsilon phi chi psi omega
""".split()  # noqa: SIM905  one word a line would hide the table
_GREEK_NAMES: Final = frozenset(_GREEK)


def _without_latex(text: str) -> str:
    r"""Keep letters and Greek names, drop commands, braces and scripts: `$\beta$-VAE^2`."""
    if "\\" in text:
        text = _COMMAND.sub(_command, _ACCENT.sub(r"\1", text))
    if "$" in text:
        text = text.replace("$", "").replace("_", "")
    return text.translate(_LATEX_SIGNS)


def _command(match: re.Match[str]) -> str:
    name = match[1]
    if name.lower() in _GREEK_NAMES:
        return f" {name} "
    return "°" if name == "circ" else _LATEX_LETTERS.get(name, "")


_LATEX_SIGNS: Final = str.maketrans({"{": "", "}": "", "^": "", "\\": " "})


# --- Unicode ----------------------------------------------------------------------------------

# Combining marks of Latin, Greek and Cyrillic; those of other scripts carry the vowels. Variation
# selectors and keycaps belong to emoji.
_MARKS: Final = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f]")
_PLAIN_LETTERS: Final = "ø=o Ø=O ł=l Ł=L đ=d Đ=D ð=d Ð=D þ=th Þ=Th æ=ae Æ=Ae œ=oe Œ=Oe ı=i º=° ˆ="
_LETTERS: Final = str.maketrans(
    {
        **dict(pair.split("=") for pair in _PLAIN_LETTERS.split()),
        **dict.fromkeys("’‘ʼ´", "'"),
        **dict.fromkeys("“”", '"'),
        **dict.fromkeys("\u2010\u2011–—", "-"),
    }
)
# `α-GAN` and `$\alpha$-GAN` are one title, so both get the letter's name.
_GREEK_LETTERS: Final = str.maketrans(
    {
        chr(code): f" {name} "
        for code, name in zip((*range(0x3B1, 0x3C2), *range(0x3C3, 0x3CA)), _GREEK, strict=True)
    }
    | {"ς": " sigma ", "ϕ": " phi ", "ϵ": " epsilon ", "ϑ": " theta "}
)


def _folded(text: str) -> str:
    """Fold compatibility forms and drop the accents; the other scripts stay whole."""
    text = unicodedata.normalize("NFKC", text.translate(_LETTERS))
    text = _MARKS.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", text).casefold().translate(_GREEK_LETTERS)


_DEGREE: Final = re.compile(r"(?<=[0-9])[\s-]{0,3}(?:°|deg(?:ree)?s?\b)")
_APOSTROPHE: Final = re.compile(r"(?<=\w)'(?=\w)|'(?=\s|\Z)")
_THOUSANDS: Final = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
_SIGNS_TO_BLANKS: Final = {code: " " for code in range(128) if not chr(code).isalnum()}
_SEPARATOR: Final = re.compile(r"(?:[^a-z0-9.]|(?<![0-9])\.|\.(?![0-9]))+")


def _words(text: str) -> str:
    """Drop the case and put a space for everything that is no letter and no digit."""
    text = text.casefold()
    text = _DEGREE.sub(" ", text) if "deg" in text or "°" in text else text
    text = _APOSTROPHE.sub("", text) if "'" in text else text
    text = _THOUSANDS.sub("", text) if "," in text else text
    if text.isascii():
        return _SEPARATOR.sub(" ", text) if "." in text else text.translate(_SIGNS_TO_BLANKS)
    points = {match.start() for match in _POINT.finditer(text)}
    return "".join(
        # A letter or digit of any script, and the marks that are its vowels.
        char if char.isalnum() or unicodedata.category(char)[0] == "M" or place in points else " "
        for place, char in enumerate(text)
    )


_POINT: Final = re.compile(r"(?<=[0-9])\.(?=[0-9])")
