"""
What the last catalog knows, in the words of the sources: the last resort of one that is out. Pure.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from pipeline.records.catalog import Paper, RepositoryPart
from pipeline.records.outcomes import Found
from pipeline.records.sources import ArxivRecord, RepositoryRecord
from pipeline.works.candidates import CandidateWork, TitleHits, search_key


class Last(Protocol):
    """What the last run has left (`pipeline.previous.Previous`)."""

    @property
    def papers(self) -> Sequence[Paper]:
        """The papers of its catalog."""

    @property
    def finished_at(self) -> datetime | None:
        """When it ended."""


_OF_THE_PAPER: Final = ("title", "authors", "abstract", "published", "updated")


def known_papers(last: Last) -> dict[str, Found[ArxivRecord]]:
    """Return what the last catalog knows of arXiv papers, by id."""
    known: dict[str, Found[ArxivRecord]] = {}
    for paper in last.papers:
        if (part := paper.arxiv) is not None and part.metadata_source is not None:
            shared = {name: getattr(paper, name) for name in _OF_THE_PAPER}
            state = paper.sources.get("arxiv")
            as_of = (state and state.as_of) or last.finished_at
            known[part.id] = Found(value=ArxivRecord(**shared, **part.model_dump()), as_of=as_of)
    return known


def known_repositories(last: Last, service: str = "github") -> dict[str, Found[RepositoryRecord]]:
    """Return what the last catalog knows of a service's repositories, by the names asked."""
    fields = set(RepositoryRecord.model_fields) & set(RepositoryPart.model_fields)
    return {
        (part.renamed_from or part.full_name).lower(): Found(
            value=RepositoryRecord(**part.model_dump(include=fields)),
            as_of=part.as_of or last.finished_at,
        )
        for paper in last.papers
        for part in paper.repositories
        if part.status == "found" and part.service == service
    }


def known_titles(last: Last) -> dict[str, Found[TitleHits]]:
    """Return which works the last catalog has found, or put up for review, by title."""
    known: dict[str, Found[TitleHits]] = {}
    for paper in last.papers:
        if works := _offered(paper):
            hits = Found[TitleHits](value=TitleHits(candidates=works), as_of=last.finished_at)
            known |= {search_key(entry.title): hits for entry in paper.mentions}
    return known


def _offered(paper: Paper) -> tuple[CandidateWork, ...]:
    resolution = paper.resolution
    if resolution.status == "review":
        return tuple(CandidateWork(key=one.key, title=one.title) for one in resolution.candidates)
    if resolution.method != "title" or resolution.status != "found":
        return ()
    told = {name: getattr(paper, name) for name in ("key", "title", "authors", "published")}
    return (CandidateWork(**told),)
