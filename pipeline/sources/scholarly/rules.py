"""
What the sources of scholarly metadata share: which keys they take, and how their text is cleaned.

A key is an arXiv id in canonical form, or `doi:` and a DOI in lower case. Pure.
"""

import html
import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from pipeline.records.outcomes import Missing
from pipeline.sources.answers import squeezed
from pipeline.sources.arxiv.rules import is_arxiv_id
from pipeline.works.dois import dois_in, is_doi
from pipeline.works.identifiers import identify

DOI_KEY: Final = "doi:"

NO_KEY: Final = Missing(reason="not an arXiv identifier or a DOI")
"""What a source says of a key that `is_key` refuses."""

PATIENCE: Final = 60.0
"""Seconds that a run waits for one of these in all: down or throttled, it costs its fields only."""

DATACITE_PREFIXES: Final = frozenset(
    {
        "10.48550",  # arXiv
        "10.5281",  # Zenodo
        "10.6084",  # figshare
        "10.5061",  # Dryad
        "10.17632",  # Mendeley Data
        "10.7910",  # Harvard Dataverse
        "10.57967",  # Hugging Face
        "10.17605",  # OSF
        "10.13140",  # ResearchGate
        "10.21227",  # IEEE DataPort
        "10.24432",  # UCI Machine Learning Repository
        "10.34740",  # Kaggle
        "10.4230",  # Dagstuhl
    }
)
"""
Prefixes whose DOIs DataCite registers: Crossref answers 404, which says nothing about the DOI.

Each DOI has one registration agency (https://www.crossref.org/documentation/retrieve-metadata/),
and `https://doi.org/doiRA/<prefix>` names it.
"""


def is_lower_doi(text: str) -> bool:
    """Say whether `text` is a DOI in lower case that is not arXiv's."""
    return is_doi(text) and text == text.lower() and not text.startswith("10.48550/arxiv.")


def is_key(key: str) -> bool:
    """Say whether `key` is an arXiv id, or `doi:` and a DOI."""
    if key.startswith(DOI_KEY):
        return is_lower_doi(key.removeprefix(DOI_KEY))
    return is_arxiv_id(key)


def is_datacite(doi: str) -> bool:
    """Say whether a DOI is known to be DataCite's by its prefix."""
    return doi.partition("/")[0] in DATACITE_PREFIXES


def published_doi(text: str | None) -> str | None:
    """Return a publisher's DOI in lower case, from a DOI or its URL; None where it is another."""
    words = (text or "").strip()
    found = identify(words) if words.startswith("http") else None
    linked = found.value if found is not None and found.scheme == "doi" else None
    doi = linked if words.startswith("http") else next(dois_in(words), None)
    return None if doi is None or is_datacite(doi) else doi


def arxiv_id_of(text: str | None) -> str | None:
    """Return the arXiv id that a DOI, a URL or `arXiv:ID` names; None where it names none."""
    words = (text or "").strip()
    bare = re.sub(r"\Aarxiv:", "", words, flags=re.IGNORECASE)
    if is_arxiv_id(bare):
        return bare
    found = identify(words if words.startswith("http") else f"https://doi.org/{quote(words)}")
    return found.value if found is not None and found.scheme == "arxiv" else None


# --- text with markup -------------------------------------------------------------------------

_TAGS: Final = re.compile(r"(?:</?[A-Za-z][^<>]{0,300}>)+")
_SCRIPTS: Final = ("<sub", "</sub", "<sup", "</sup", "<mml:", "</mml:", "<jats:su", "</jats:su")
_LINE_BREAK: Final = re.compile(r"</?(?:br|p|div)\b", re.IGNORECASE)
LONGEST_TEXT: Final = 4000


def plain_text(text: str | None) -> str | None:
    """
    Return a title or name without markup; None where nothing is left.

    Deposits hold HTML, JATS and MathML, also encoded once more (`&lt;span`: Crossref's record of
    10.20944/preprints202601.1190.v1), and lose blanks at the edges of italics
    (`successful<i>Shigella sonnei</i>`: 10.1101/2025.02.05.636615).
    """
    text = (text or "")[:LONGEST_TEXT]
    for _ in range(2):
        text = html.unescape(text) if "&" in text else text
        text = _TAGS.sub(_between, text) if "<" in text else text
    return squeezed(text)


def _between(match: re.Match[str]) -> str:
    """Return what stands for tags: a blank where two whole words would be glued."""
    tags = match[0]
    if _LINE_BREAK.search(tags):
        return " "
    if any(tags.lower().startswith(script) for script in _SCRIPTS):
        return ""
    before = match.string[max(0, match.start() - 2) : match.start()]
    after = match.string[match.end() : match.end() + 2]
    glued = len(before) == len(after) == 2 and before.isalpha() and after.isalpha()
    return " " if glued else ""


def first_text(texts: Sequence[str | None] | None) -> str | None:
    """Return the first of `texts` that says something, without markup."""
    return next((plain for text in texts or () if (plain := plain_text(text))), None)
