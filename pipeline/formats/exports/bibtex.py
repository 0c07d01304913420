"""
BibTeX, in the form that arXiv itself exports, with the published version where one is known.

`eprint` holds the id without version, `primaryClass` what arXiv says. UTF-8, as biber and today's
BibTeX styles read it; `ascii_only` writes accents and signs as LaTeX commands.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from pipeline.formats.exports.names import Name
from pipeline.formats.exports.works import Work

# LaTeX, "The not so short introduction", section 2.4: ten characters have a meaning of their own.
# Braces by name, for BibTeX counts them even behind a backslash (btxdoc, section 3).
_SPECIAL: Final = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
    }
    | {char: f"\\{char}" for char in "&%#_$"}
)
_ACCENTS: Final = dict(
    zip("\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0323\u0327\u0328\u0331",
        "`'^~=u.\"rHvdckb", strict=True)
)  # fmt: skip
_SIGNS: Final = {
    "ß": r"{\ss}", "ø": r"{\o}", "Ø": r"{\O}", "æ": r"{\ae}", "Æ": r"{\AE}", "œ": r"{\oe}",
    "Œ": r"{\OE}", "ł": r"{\l}", "Ł": r"{\L}", "ı": r"{\i}", "đ": r"{\dj}", "Đ": r"{\DJ}",
    "–": "--", "—": "---", "‘": "`", "’": "'", "“": "``", "”": "''", "…": r"{\ldots}",
}  # fmt: skip
_MATH: Final = re.compile(r"(\$(?=\S)[^$]{1,200}(?<=\S)\$(?!\d))")
"""What Pandoc takes for a formula: no blank inside the dollars, no digit behind them."""
_COMMAND: Final = re.compile(r"\\([A-Za-z]+|.)", re.DOTALL)
_FORMULA_COMMANDS: Final = frozenset(
    """
    alpha approx bar bf bot cal cdot circ delta ell emph epsilon eta exists forall frac gamma geq
    hat in infty int it kappa lambda langle ldots le leq left log ln mathbb mathbf mathcal mathfrak
    mathit mathrm mathsf max mid min mu nabla ne neq nu omega operatorname otimes oplus partial phi
    pi pm prod propto psi rangle rho right rightarrow rm sigma sim sqrt star subset sum tau text
    textbf textit textrm theta tilde times to top varepsilon varphi vec xi zeta Delta Gamma Lambda
    Omega Phi Pi Psi Sigma Theta Xi , ; ! % & _ #
    """.split()  # noqa: SIM905  one word a line would hide the table
)
"""Commands that a formula may use; `\\input` and its like would read files of who cites."""


def render_bibtex(works: Iterable[Work], *, ascii_only: bool = False) -> str:
    """Return an entry for each work, in their order; no works are the empty text."""
    return "\n".join(_entry(work, ascii_only=ascii_only) for work in works)


def _entry(work: Work, *, ascii_only: bool) -> str:
    fields = "".join(
        f"  {name:<13} = {{{_plain(value) if ascii_only else value}}},\n"
        for name, value in _fields(work)
        if value
    )
    return f"@{kind_of(work)}{{{work.cite},\n{fields}}}\n"


def kind_of(work: Work) -> str:
    """Return the type of a work's entry."""
    kinds = {"journal": "article", "conference": "inproceedings"}
    return kinds.get(work.published_in or "", "misc")


def _fields(work: Work) -> Iterator[tuple[str, str]]:
    kind = kind_of(work)
    yield "title", title_of(work.title)
    names = [*map(_author, work.authors), *(["others"] if work.has_more_authors else [])]
    yield "author", " and ".join(names)
    yield (
        {"article": "journal", "inproceedings": "booktitle"}.get(kind, "howpublished"),
        (escaped(work.venue)),
    )
    yield "year", str(work.year or "")
    if work.arxiv_id:
        yield "eprint", work.arxiv_id
        yield "archivePrefix", "arXiv"
        yield "primaryClass", escaped(work.primary_category)
    yield "doi", _verbatim(work.doi)
    yield "url", _verbatim(work.url)
    if work.withdrawn:
        yield "note", "Withdrawn"


def _author(name: Name) -> str:
    """Return a name as BibTeX reads it; braces keep a group, or an `and` in a name, together."""
    family, given = escaped(name.family), escaped(name.given)
    if not given:
        return f"{{{family}}}" if " " in family else family
    return ", ".join(part for part in (family, escaped(name.suffix), given) if part)


@lru_cache(maxsize=16)  # a page asks twice for each title
def title_of(text: str) -> str:
    """Return a title, formulas as they are, capitals that styles would lower in braces."""
    pieces = _MATH.split(text)
    return "".join(
        piece if number % 2 and _is_safe_formula(piece) else _protected(piece)
        for number, piece in enumerate(pieces)
    )


def _is_safe_formula(text: str) -> bool:
    depth = 0
    for char in text:
        depth += {"{": 1, "}": -1}.get(char, 0)
        if depth < 0:
            return False
    known = all(match[1] in _FORMULA_COMMANDS for match in _COMMAND.finditer(text))
    return depth == 0 and known and not set(_COMMAND.sub("", text)) & set("#%&~")


def _protected(text: str) -> str:
    return "".join(
        f"{{{escaped(word)}}}" if _has_odd_capitals(word) else escaped(word)
        for word in _BETWEEN_WORDS.split(text)
    )


def _has_odd_capitals(word: str) -> bool:
    """Say whether a capital stands behind another sign (`BERT`, `LoRA`, `3D`), or alone."""
    if len(word) == 1:
        return word.isupper() and word not in "AI"
    rest = word.lstrip("“‘\"'")[1:]
    return not rest.islower() and any(char.isupper() for char in rest)  # the first is quick


_BETWEEN_WORDS: Final = re.compile(r"([\s:;,()\[\]/-]+)")


def escaped(text: str) -> str:
    """Return text that LaTeX sets as it stands."""
    return text if text.isalnum() else text.translate(_SPECIAL)


def _verbatim(text: str) -> str:
    """Return an identifier or a URL, which styles set verbatim; only braces and blanks break it."""
    return re.sub(r"[\\{}\s]", lambda match: f"%{ord(match[0]):02X}", text)


def _plain(text: str) -> str:
    """Return a value in ASCII: accents as commands, other signs by number (XeTeX, LuaTeX)."""
    return "".join(char if char.isascii() else _sign(char) for char in text)


def _sign(char: str) -> str:
    if char in _SIGNS:
        return _SIGNS[char]
    parts = unicodedata.normalize("NFD", char)
    letter, accents = parts[0], parts[1:]
    if not letter.isascii() or not accents or any(accent not in _ACCENTS for accent in accents):
        return f'{{\\symbol{{"{ord(char):X}}}}}'
    for accent in accents:
        letter = f"\\{_ACCENTS[accent]}{{{letter}}}"
    return f"{{{letter}}}"
