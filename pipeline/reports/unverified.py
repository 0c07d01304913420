"""
Entries of works that nobody knows, though all who might know them were asked. Pure.

That nobody knows a title does not make it a made-up one: theses, books, talks and posts are in no
registry, a new preprint is in none yet, and workshops, CEUR's volumes and reports are in some. So
an entry is named only where it reads like an older paper of a place that registers its papers, and
where nothing that it links to speaks for it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pipeline.markdown.phrases import names_persons
from pipeline.records.catalog import Finding, Paper
from pipeline.records.links import LinkHealth, Verdict
from pipeline.records.lists import Entry
from pipeline.reports.mentions import finding_at
from pipeline.works.candidates import MIN_WORDS, is_generic, shares_part, similarity
from pipeline.works.titles import normalise, word_count
from pipeline.works.wording import LITTLE_WORDS

CODE: Final = "unverified"
FRESH_YEARS: Final = 1
"""So many years back a paper may be too new for the registries."""
_NAMES: Final[Mapping[str, str]] = {
    "arxiv-search": "arXiv",
    "crossref-search": "Crossref",
    "datacite-search": "DataCite",
    "dblp-search": "DBLP",
}

_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NO_PAPER: Final = re.compile(
    r"\b(?:blog(?:s|post)?|posts?|books?|handbook|textbook|chapters?|monograph|press|thesis|theses"
    r"|dissertation|phd|master'?s|slides?|talks?|keynotes?|lectures?|lecture notes|videos?|courses?"
    r"|podcasts?|newsletter|news|magazine|tutorials?|software|tools?|toolkits?|librar(?:y|ies)"
    r"|packages?|repositor(?:y|ies)|data ?sets?|benchmarks?|corpora|demos?|patents?"
    r"|standards?|websites?|documentation|reports?|white ?papers?|manuscripts?|unpublished"
    r"|workshops?|ceur(?:-ws)?|submitted|under review|in review|preparation|forthcoming"
    r"|to appear|posters?|abstracts?|competitions?)\b",
    re.IGNORECASE,
)
"""What the list's words beside the title say of works that no registry need have."""
_NO_PAPER_TITLE: Final = re.compile(
    r"\b(?:thesis|dissertation|handbook|textbook|lecture notes|white ?paper|blog ?post"
    r"|technical report|user'?s? (?:guide|manual)|documentation)\b",
    re.IGNORECASE,
)
_OTHER_ROLES: Final = frozenset({"blog", "video", "slides", "data"})
_BREAK: Final = re.compile(r"[.,;:]\s+|\s[-–—]\s")
_CITATION: Final = re.compile(r"\bet al\b|[\"“”]|https?:", re.IGNORECASE)
_LETTER_SHARE: Final = 0.8

TITLED: Final = "title:"
"""What the keys of papers without an identifier begin with."""
THERE: Final[frozenset[Verdict]] = frozenset({"alive", "moved"})
LOST: Final[frozenset[Verdict]] = frozenset({"dead", "malformed"})
"""Verdicts of links that do not speak for a work; what could not be seen may."""
_UNTELLING: Final = re.compile(
    r"\b(?:open access|repository|proceedings|google drive|google docs|dropbox|onedrive|pdf"
    r"|viewer|index of|download|sign in|log ?in|loading)\b",
    re.IGNORECASE,
)
"""Words of page titles that name a shelf, not the work on it."""
_TELLING_WORDS: Final = 3
_SHARED: Final = 0.6
_SIMILAR: Final = 70.0


def is_in_doubt(paper: Paper, year: int) -> bool:
    """
    Say whether a paper should be known by now, in `year`, to those who register papers.

    It was searched for in vain and has no identifier. Every entry of it has a title that is one,
    tells that it is no new work, and names authors or a venue, as a reference does.
    """
    return (
        paper.kind == "paper"
        and paper.key.startswith(TITLED)
        and paper.resolution.status == "missing"
        and paper.resolution.reason_code == "NO_CANDIDATE"
        and not any(entry.stale for entry in paper.mentions)
        and all(_reads_like_a_paper(entry, year) for entry in paper.mentions)
    )


def _reads_like_a_paper(entry: Entry, year: int) -> bool:
    said = _year_of(entry)
    beside = " ".join((entry.venue or "", *entry.section, *entry.columns, *entry.columns.values()))
    return (
        entry.kind == "paper"
        and not entry.named
        and word_count(entry.title) >= MIN_WORDS
        and _is_latin(entry.title)
        and not is_generic(entry.title)
        and _is_whole(entry.title)
        and not _NO_PAPER_TITLE.search(entry.title)
        and not _NO_PAPER.search(beside)
        and not any(link.role in _OTHER_ROLES for link in entry.links)
        and bool(entry.authors or entry.venue)
        and said is not None
        and said < year - FRESH_YEARS
    )


def _is_whole(title: str) -> bool:
    """Say whether a title seems to hold no authors, venue or year, which were read as a part."""
    if _YEAR.search(title) or _CITATION.search(title):
        return False
    pieces = [(title[: at.start()], title[at.end() :]) for at in _BREAK.finditer(title)]
    return not any(names_persons(piece) for pair in pieces for piece in pair)


def _year_of(entry: Entry) -> int | None:
    """Return the latest year that an entry gives; None where it may be of any."""
    told = [int(found) for found in _YEAR.findall(entry.venue or "")]
    told += [entry.year] if entry.year is not None else []
    return max(told, default=entry.added.year if entry.added is not None else None)


def _is_latin(title: str) -> bool:
    """Say whether a title is in the script of the registries; lists translate titles."""
    letters = [char for char in title if char.isalpha()]
    return sum(map(str.isascii, letters)) >= _LETTER_SHARE * len(letters)


def is_spoken_for(
    paper: Paper, health: Mapping[str, LinkHealth], page_titles: Mapping[str, str]
) -> bool:
    """
    Say whether a link of a paper's entries speaks for it, or may: it could not be looked at.

    A page that is there speaks for the paper unless its own title is that of something else.
    """
    return any(
        _may_speak(paper.title, health.get(link.url), page_titles.get(link.url))
        for entry in paper.mentions
        for link in entry.links
    )


def _may_speak(title: str, health: LinkHealth | None, page_title: str | None) -> bool:
    if health is None or health.verdict not in THERE:
        return health is None or health.verdict not in LOST
    return page_title is None or may_be_of(page_title, title)


def may_be_of(page_title: str, title: str) -> bool:
    """Say whether the title of a page is that of a work, or tells nothing about it."""
    words, wanted = _telling(page_title), _telling(title)
    if len(words) < _TELLING_WORDS or _UNTELLING.search(page_title):
        return True
    return (
        len(words & wanted) >= _SHARED * len(wanted)
        or similarity(page_title, title) >= _SIMILAR
        or shares_part(page_title, title)
    )


def _telling(text: str) -> set[str]:
    return set(normalise(text[:500]).split()) - LITTLE_WORDS


def may_mean(title: str, known: str) -> bool:
    """
    Say whether a list's title may be a known one: cut short, retitled, or with more around it.

    Most of its words that tell something are there, whatever their endings, or all of the known one
    stands in it in one piece, because what stands beside it was read as a part.
    """
    said, words = _stems(title), _stems(known)
    whole = f" {normalise(known[:500])} "
    inside = word_count(known) >= MIN_WORDS and whole in f" {normalise(title[:500])} "
    return inside or len(said & words) >= _SHARED * len(said)


def _stems(text: str) -> set[str]:
    return {word[:5] for word in _telling(text)}


def findings(paper: Paper, asked: Iterable[str]) -> Iterator[Finding]:
    """Say of every entry of a paper that those who were `asked` do not know its title."""
    *others, last = sorted((_NAMES.get(name, name) for name in asked), key=str.casefold)
    names = f"{', '.join(others)} and {last}" if others else last
    message = f"the work could not be verified: {names} were asked for this title and know none"
    for entry in paper.mentions:
        yield finding_at(entry, "unverified", "warning", message)


def is_unverified(paper: Paper) -> bool:
    """Say whether it is reported of a paper that nobody knows it."""
    return any(one.code == CODE for one in paper.findings)
