"""What is known of a paper now, and would make its entries better. Pure."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from pipeline.records.catalog import Finding, Paper, PublishedVersion, RepositoryPart
from pipeline.records.lists import Entry
from pipeline.reports.mentions import finding_at
from pipeline.stages.supplement.believed import (
    ARXIV,
    CROSSREF,
    OPENALEX,
    OPENREVIEW,
    SEMANTIC_SCHOLAR,
    Known,
    linked_doi,
    own_doi,
)
from pipeline.works.code_links import CodeLink, own_code
from pipeline.works.forges import FORGE_NAMES, project
from pipeline.works.repositories import repository

OWN_CODES: Final = frozenset({"published", "accepted", "retracted", "code-suggested", "code-gone"})
WRITE_VENUES: Final = 0.25
"""A list writes venues where so many of its entries have one."""
_NO_VENUE: Final = re.compile(
    r"\b(?:arxiv|preprints?|corr|under review|submitted)\b", re.IGNORECASE
)
_NAMES: Final = {
    CROSSREF: "Crossref",
    SEMANTIC_SCHOLAR: "Semantic Scholar",
    OPENALEX: "OpenAlex",
    OPENREVIEW: "OpenReview",
    ARXIV: "arXiv",
}


def writes_venues(entries: Iterable[Entry]) -> bool:
    """Say whether a list of these entries writes venues beside its papers."""
    written = [_has_venue(entry) for entry in entries if entry.kind == "paper"]
    return bool(written) and sum(written) >= WRITE_VENUES * len(written)


def findings_about(
    paper: Paper, known: Known, with_venues: Collection[str] | None = None
) -> Iterator[Finding]:
    """Name every mention that what is known now would make better; None: all lists have venues."""
    own = own_code(paper)
    for entry in paper.mentions:
        yield from _about_version(paper.published_as, entry, with_venues)
        if entry.kind == "paper":
            yield from _about_code(paper, own, known, entry)
    retracting = _retracting(paper, known)
    if retracting is not None:
        message = f"retracted, according to {_NAMES[retracting]}"
        yield from (finding_at(one, "retracted", "warning", message) for one in paper.mentions)


# --- venues -----------------------------------------------------------------------------------


def _about_version(
    version: PublishedVersion | None, entry: Entry, with_venues: Collection[str] | None
) -> Iterator[Finding]:
    if version is None or _says_so(entry, version):
        return
    wants_venue = with_venues is None or entry.list in with_venues or bool(entry.venue)
    if version.state == "accepted" and wants_venue:
        message = f"accepted: {_place(version)} (source: its comment on arXiv)"
        yield finding_at(entry, "accepted", "info", message)
    elif version.doi or (version.source in (ARXIV, OPENREVIEW) and wants_venue):
        message = f"published since: {_place(version)} (source: {_NAMES[version.source]})"
        yield finding_at(entry, "published", "info", message)


def _place(version: PublishedVersion) -> str:
    """Return venue, year and DOI; a venue may have the year in its name, of two digits too."""
    year, venue = str(version.year or ""), version.venue or ""
    said = year in venue or re.search(rf"['’]{year[-2:]}\b", venue) if year else True
    place = venue if said else f"{venue} {year}".strip()
    return ", ".join(filter(None, (place, version.doi and f"https://doi.org/{version.doi}")))


def _says_so(entry: Entry, version: PublishedVersion) -> bool:
    """Say whether an entry has the venue or the DOI of the published version already."""
    return _has_venue(entry) or (
        version.doi is not None and version.doi in map(linked_doi, entry.links)
    )


def _has_venue(entry: Entry) -> bool:
    return bool(entry.venue) and not _NO_VENUE.search(entry.venue or "")


def _retracting(paper: Paper, known: Known) -> str | None:
    """Return the source that says that a paper, or its published version, was retracted."""
    version = paper.published_as
    own = own_doi(paper) if paper.arxiv is None else None
    dois = (own, version.doi if version else None)
    records = [known.registered(doi) for doi in dois]
    if any(record is not None and record.retracted for record in records):
        return CROSSREF
    return OPENALEX if known.openalex is not None and known.openalex.is_retracted else None


# --- code -------------------------------------------------------------------------------------


def _about_code(
    paper: Paper, own: Iterable[CodeLink], known: Known, entry: Entry
) -> Iterator[Finding]:
    """
    Name the code of an entry that has none, and the code that is gone.

    Its service must know what the paper itself names. Hugging Face's word is that of whoever
    submitted the page, so it counts where the paper names nothing.
    """
    parts = {part.key: part for part in paper.repositories}
    offers = [offer for link in own if (offer := _offer(link, parts.get(link.key or "")))]
    lacks = not _has_code(entry)
    for link, address in offers:
        if lacks:
            message = f"its {link.origin} names its code"
            yield finding_at(entry, "code-suggested", "info", message, replacement=address)
    for link in own:
        part = parts.get(link.key or "")
        if part is not None and part.status == "missing" and part.named_by != "list":
            where = FORGE_NAMES[part.service]
            message = f"its {link.origin} names {link.url}, and {where} knows no such repository"
            yield finding_at(entry, "code-gone", "info", message)
    hint = known.page.github_repo if known.page is not None else None
    if hint and not offers and not _knows_code(paper):
        message = f"Hugging Face names https://github.com/{hint} as its code"
        yield finding_at(entry, "code-suggested", "info", message)


def _offer(link: CodeLink, part: RepositoryPart | None) -> tuple[CodeLink, str] | None:
    """Return a link with the address to write, where it may be offered as code."""
    if part is None or part.status != "found" or part.former_ids:
        return None  # or somebody else has taken the name
    return link, part.url if link.is_root else link.url


def _has_code(entry: Entry) -> bool:
    return any(
        link.role == "code" or repository(link.url) is not None or project(link.url) is not None
        for link in entry.links
    )


def _knows_code(paper: Paper) -> bool:
    listed = any(part.named_by == "list" for part in paper.repositories)
    return listed or any(link.role == "code" for one in paper.mentions for link in one.links)
