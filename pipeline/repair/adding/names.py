"""How a list writes authors, and authors written so. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

T = TypeVar("T")

Form = Literal["full", "initials", "inverted", "reversed", "trailing", "last"]


@dataclass(frozen=True, slots=True)
class AuthorStyle:
    """How a list writes authors."""

    form: Form = "full"
    """`Ann B. Author`, `A. B. Author`, `Author, A. B.`, `Author, Ann B.`, `Author AB`, `Author`."""
    dot: str = ". "
    """What stands behind an initial, before the next."""
    separator: str = ", "
    last: str = ", "
    """What stands before the last of several."""
    others: str = " et al."
    """What stands for those who are left out."""
    kept: int = 1
    """How many are named where the others are left out."""
    most: int = 1000
    """How many may be named without leaving any out."""


_OTHERS: Final = re.compile(r"(?P<sign>[,;]? *(?:(?:and|&) )?(?:et\.? ?al|and others|等)\.?)\W*\Z")
_LAST: Final = re.compile(r",? (?:and|&|und|et) |，?和")
_INITIAL: Final = r"[A-ZÀ-Þ](?:\.[ -]?[A-ZÀ-Þ])*\.?"
_FORMS: Final[Sequence[tuple[Form, re.Pattern[str]]]] = (
    ("inverted", re.compile(rf"[^\W\d][^,;]{{0,30}}, {_INITIAL}(?=[,;]|\Z| (?:and|&)| et)")),
    ("trailing", re.compile(r"[^\W\d][\w'’-]{1,30} [A-Z]{1,3}(?=[,;]|\Z| (?:and|&)| et)")),
    ("initials", re.compile(r"[A-ZÀ-Þ](?:\.|(?= [A-Z]))(?:[ -]?[A-ZÀ-Þ]\.)* ?[^\W\d][^,;]+")),
    ("last", re.compile(r"[^\W\d][\w'’-]{1,30}(?=[,;]|\Z| (?:and|&)| et)")),
)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one field of authors shows."""

    form: Form
    dot: str | None
    separator: str | None
    last: str | None
    others: str | None
    number: int


def author_style(texts: Iterable[str]) -> AuthorStyle | None:
    """Return how most of some fields of authors are written; None without one."""
    seen = [_seen(text.strip()) for text in texts if text.strip()]
    if not seen:
        return None
    form = Counter(one.form for one in seen).most_common(1)[0][0]
    alike = [one for one in seen if one.form == form]
    cut = [one for one in alike if one.others is not None]
    whole = [one.number for one in alike if one.others is None]
    default = AuthorStyle()
    kept = _most_common([one.number for one in cut], 1)
    always = len(cut) >= _ALWAYS * len(alike)
    separator = _most_common([one.separator for one in alike if one.separator], default.separator)
    return AuthorStyle(
        form=form,
        dot=_most_common([one.dot for one in alike if one.dot is not None], default.dot),
        separator=separator,
        last=_most_common([one.last for one in alike if one.last], separator),
        others=_most_common([one.others for one in cut], default.others) or default.others,
        kept=kept,
        most=(max(kept, 1) if always else max(whole, default=kept)) if cut else default.most,
    )


_ALWAYS: Final = 0.75


def _most_common(found: Sequence[T], default: T) -> T:
    return Counter(found).most_common(1)[0][0] if found else default


def _seen(text: str) -> _Seen:
    others = _OTHERS.search(text)
    names = text[: others.start()] if others else text
    if (pairs := _pairs(names)) is not None:
        sign = others["sign"] if others else None
        return _Seen(pairs[0], None, _AND, _AND, sign, pairs[1])
    form: Form = next((form for form, pattern in _FORMS if pattern.match(names)), "full")
    comma = ";" if ";" in names else ","
    last = (
        None if others else next((match[0] for match in reversed([*_LAST.finditer(names)])), None)
    )
    listed = _LAST.sub(f"{comma} ", names)
    parts = [part for part in listed.split(comma) if part.strip()]
    number = len(parts) // 2 if form == "inverted" and comma == "," else len(parts)
    gap = re.search(rf"{comma}( ?)", names)
    several = number > 1
    dot = re.search(r"[A-ZÀ-Þ](\.?[ ]?)[A-ZÀ-Þ]\.? ", names) if form == "initials" else None
    return _Seen(
        form=form,
        dot=dot[1] if dot else None,
        separator=f"{comma}{gap[1]}" if gap and several else None,
        last=(last or (f"{comma}{gap[1]}" if gap else None)) if several and not others else None,
        others=others["sign"] if others else None,
        number=max(1, number),
    )


_AND: Final = " and "


def _pairs(names: str) -> tuple[Form, int] | None:
    """Return form and number of names as BibTeX has them: `Last, First and Last, First`."""
    parts = [part.partition(", ") for part in names.split(_AND)]
    if len(parts) < _SEVERAL or not all(first and "," not in first for _, _, first in parts):
        return None
    short = all(re.fullmatch(_INITIAL, first.strip()) for _, _, first in parts)
    return ("inverted" if short else "reversed"), len(parts)


def written(authors: Sequence[str], style: AuthorStyle) -> str:
    """Return authors as a list writes them."""
    names = [_name(author, style) for author in authors if author.strip()]
    if len(names) > style.most:
        return style.separator.join(names[: style.kept]) + style.others
    if len(names) < _SEVERAL:
        return "".join(names)
    return style.separator.join(names[:-1]) + style.last + names[-1]


_SEVERAL: Final = 2
_PARTICLES: Final = frozenset(
    [
        "van",
        "von",
        "der",
        "den",
        "de",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ten",
        "ter",
    ]
)


def _name(author: str, style: AuthorStyle) -> str:
    words = author.split()
    first = len(words) - 1
    while first > 1 and words[first - 1].lower() in _PARTICLES:
        first -= 1
    given, family = words[:first], " ".join(words[first:])
    if style.form == "full" or not given:
        return " ".join(words)
    if style.form == "last":
        return family
    if style.form == "reversed":
        return f"{family}, {' '.join(given)}"
    letters = [word[0].upper() for word in given]
    if style.form == "trailing":
        return f"{family} {''.join(letters)}"
    dotted = style.dot.join(letters) + (style.dot.rstrip() or "")
    return f"{dotted} {family}" if style.form == "initials" else f"{family}, {dotted}"
