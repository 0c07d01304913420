"""How a list writes venues, and the short names of those that registries write in full. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import Final, TypeVar

from pipeline.records.lists import Entry
from pipeline.works.venue_words import VENUE_ACRONYMS

T = TypeVar("T", bound=Hashable)
_SHARE: Final = 0.75
"""Of the entries that show a style, so many must have the same one."""
_LEAST: Final = 2
"""One entry alone shows no style."""


def evident(counted: Counter[T]) -> T | None:
    """Return what nearly all have; None where nothing is that common."""
    if not counted:
        return None
    (best, count), *_ = counted.most_common(1)
    return best if count >= _LEAST and count >= _SHARE * counted.total() else None


PREPRINT: Final = re.compile(
    r"(?:arxiv|arvix|arixv|axriv|corr|preprint)(?:[ ,]{1,2}preprint)?"
    r"(?:[ ,]{0,2}(?:(?:19|20)[0-9]{2}|['’][0-9]{2}))?",
    re.IGNORECASE,
)
_VENUE_STYLES: Final[Mapping[str, re.Pattern[str]]] = {
    "{name} {year}": re.compile(r"(?P<name>[A-Za-z][\w&/@+-]{1,14}) (?:19|20)[0-9]{2}"),
    "{name}'{short}": re.compile(r"(?P<name>[A-Za-z][\w&/@+-]{1,14})'[0-9]{2}"),
    "{name} '{short}": re.compile(r"(?P<name>[A-Za-z][\w&/@+-]{1,14}) '[0-9]{2}"),
    "{name} {short}": re.compile(r"(?P<name>[A-Za-z][\w&/@+-]{1,14}) [0-9]{2}"),
    "{name}": re.compile(r"(?P<name>[A-Z][A-Za-z&/@+-]{1,14})"),
    "{name}{year}": re.compile(r"(?P<name>[A-Za-z][A-Za-z&/@+-]{1,14})(?:19|20)[0-9]{2}"),
}
_GLUED_YEAR: Final = re.compile(r"(?<=[A-Z])(?=(?:19|20)[0-9]{2}\b)")
_ACRONYM: Final = re.compile(r"\b[A-Z][A-Za-z]{0,12}[A-Z][A-Za-z]{0,12}\b")
_NO_ACRONYM: Final = frozenset({"acm", "ieee", "lncs", "usenix", "arxiv", "corr"})
_PART_OF: Final = re.compile(
    r"workshop|companion|adjunct|extended abstract|findings|tutorial|demonstration|student",
    re.IGNORECASE,
)
_FULL_NAMES: Final[Mapping[str, str]] = {
    "association for computational linguistics": "ACL",
    "empirical methods in natural language processing": "EMNLP",
    "conference on information and knowledge management": "CIKM",
    "conference on information & knowledge management": "CIKM",
    "conference on recommender systems": "RecSys",
    "knowledge discovery and data mining": "KDD",
    "information retrieval": "SIGIR",
    "web search and data mining": "WSDM",
    "web conference": "WWW",
    "conference on learning representations": "ICLR",
    "conference on machine learning": "ICML",
    "neural information processing systems": "NeurIPS",
    "conference on artificial intelligence": "AAAI",
    "computer vision and pattern recognition": "CVPR",
}
"""Proceedings' names as registries write them, to what people write."""


def short_venue(venue: str) -> str | None:
    """Return the acronym of a venue that a registry names in full; None where it is not certain."""
    if _PART_OF.search(venue) or len(venue) > 300:
        return None
    words = (
        word
        for word in _ACRONYM.findall(_GLUED_YEAR.sub(" ", venue))
        if word.lower() in VENUE_ACRONYMS
    )
    found = {word for word in words if word.lower() not in _NO_ACRONYM}
    if len(found) == 1:
        name = found.pop()
        return "KDD" if name == "SIGKDD" else name
    named = {short for full, short in _FULL_NAMES.items() if full in venue.lower()}
    specific = named - {"SIGIR", "AAAI"} if len(named) > 1 else named
    return specific.pop() if not found and len(specific) == 1 else None


def venue_style(entries: Iterable[Entry]) -> tuple[str | None, dict[str, str]]:
    """Return how a list writes venue and year, and its own spelling of each name."""
    styles: Counter[str] = Counter()
    names: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in entries:
        venue = entry.venue or ""
        for style, pattern in _VENUE_STYLES.items():
            match = pattern.fullmatch(venue)
            if match is not None and not PREPRINT.fullmatch(venue):
                styles[style] += 1
                names[match["name"].lower()][match["name"]] += 1
    return evident(styles), {low: count.most_common(1)[0][0] for low, count in names.items()}
