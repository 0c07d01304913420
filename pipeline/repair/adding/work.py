"""What is known of a work that is to be added. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from pipeline.records.catalog import Paper
from pipeline.repair.fill import code_link
from pipeline.works.arxiv_links import year_of_id
from pipeline.works.identifiers import SCHOLARLY, Identifier, canonical_url, of_key
from pipeline.works.repositories import repository


class Day(NamedTuple):
    """A date as precise as it is known."""

    year: int
    month: int | None = None
    day: int | None = None


@dataclass(frozen=True, slots=True)
class NewWork:
    """What is known of a work that is to be added."""

    title: str
    ids: Mapping[str, str]
    """Its identifiers by scheme, the strongest first: `arxiv`, `doi`, `openreview`, `acl`, …"""
    authors: tuple[str, ...] = ()
    """As registries write them: first names first."""
    day: Day | None = None
    """Of its first version."""
    venue: str | None = None
    """Where it has been published; None for a preprint."""
    year: int | None = None
    """Of the publication, else of the first version."""
    code: str | None = None
    """`owner/name` of its repository at GitHub."""
    other_ids: Mapping[str, str] = field(default_factory=dict)
    """Identifiers of its other versions, by which a list may have it: the article's DOI."""

    @property
    def url(self) -> str:
        """The address to read about it."""
        scheme = next(iter(self.ids))
        return canonical_url(_identifier(scheme, self.ids[scheme]))

    @property
    def keys(self) -> frozenset[str]:
        """Keys of everything that is this work."""
        named = (*self.ids.items(), *self.other_ids.items())
        return frozenset(f"{scheme}:{value}" for scheme, value in named)

    @property
    def name(self) -> str | None:
        """The short name that its title begins with: `LoRA: Low-Rank …`."""
        before, colon, after = self.title.partition(": ")
        short = colon and after and len(before.split()) <= _NAME_WORDS
        return before.strip() if short else None


_NAME_WORDS: Final = 3


def _identifier(scheme: str, value: str) -> Identifier:
    found = of_key(f"{scheme}:{value}")
    if found is None:
        raise ValueError(f"{scheme}: no scheme of identifiers")
    return found


def day_of(published: str | None, arxiv_id: str | None) -> Day | None:
    """Return the date of a first version: as a source gives it (ISO 8601), else of an arXiv id."""
    match = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", published or "", re.ASCII)
    if match is not None:
        return Day(*(int(part) if part else None for part in match.groups()))  # type: ignore[arg-type]
    year = year_of_id(arxiv_id) if arxiv_id else None
    month = re.search(r"(?:^|/)\d\d(\d\d)", arxiv_id or "", re.ASCII)
    return Day(year, int(month[1]) if month else None) if year else None


def new_work(paper: Paper) -> NewWork | None:
    """Return what the catalog says of a work; None where it has no identifier."""
    ids: dict[str, str] = {}
    found = of_key(paper.key)
    if paper.arxiv is not None:
        ids["arxiv"] = paper.arxiv.id
    if found is not None and found.scheme in SCHOLARLY:
        ids.setdefault(found.scheme, found.value)
    version = paper.published_as
    doi = (version.doi if version else None) or paper.doi
    if doi is not None:
        ids.setdefault("doi", doi)
    if not ids:
        return None
    linked = repository(code_link(paper) or "")
    day = day_of(paper.published, ids.get("arxiv"))
    registered = paper.venue if "arxiv" not in ids else None
    return NewWork(
        title=" ".join(paper.title.split()),
        ids={scheme: ids[scheme] for scheme in SCHOLARLY if scheme in ids},
        authors=paper.authors,
        day=day,
        venue=(version.venue if version else None) or registered,
        year=(version.year if version else None) or paper.year or (day.year if day else None),
        code=linked.full_name if linked is not None else None,
        other_ids=paper.identifiers,
    )
