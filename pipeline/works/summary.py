"""What every reader of a catalog asks first about a work: where, when and in which venue."""

import re
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from pipeline.formats.escape import safe_url
from pipeline.records.catalog import Paper, PublishedVersion
from pipeline.records.lists import Entry

_PREPRINT: Final = re.compile(
    r"(?:arxiv|corr|(?:bio|med|chem)rxiv|preprint|under review|ssrn)(?:\W+preprint)?[\W\d]*",
    re.IGNORECASE,
)
"""What lists write in the place of a venue for what is not published."""
_DOI_SIGNS: Final = "/:;()._-"
"""What a DOI may hold that needs no escape in a URL (DOI Handbook, 3.4)."""


def summed_up(paper: Paper) -> Paper:
    """
    Return a paper with `url`, `year` and `venue`: a registry's word first, then the list's.

    What a comment on arXiv says comes last: few authors write there where they went afterwards.
    """
    version = paper.published_as
    listed = next(filter(None, map(_venue, paper.mentions)), None)
    if version is not None and version.state == "accepted":
        known = paper.venue or listed
        version = version if known in (None, version.venue) else None
    return replace(
        paper,
        url=_url(paper),
        year=_year(paper, version),
        venue=(version.venue if version else None) or paper.venue or listed,
    )


def _url(paper: Paper) -> str | None:
    if paper.arxiv is not None:
        return f"https://arxiv.org/abs/{paper.arxiv.id}"
    if paper.doi:
        return f"https://doi.org/{quote(paper.doi, safe=_DOI_SIGNS)}"
    links = [link for entry in paper.mentions for link in entry.links]
    links.sort(key=lambda link: link.role != "paper")
    return next((url for link in links if (url := safe_url(link.url)) is not None), None)


def _year(paper: Paper, version: PublishedVersion | None) -> int | None:
    if version is not None and version.year:
        return version.year
    if (paper.published or "")[:4].isdecimal():
        return int((paper.published or "")[:4])
    return next((entry.year for entry in paper.mentions if entry.year), None)


def _venue(entry: Entry) -> str | None:
    venue = (entry.venue or "").strip()
    return None if not venue or _PREPRINT.fullmatch(venue) else venue
