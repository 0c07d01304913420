"""
What the last catalog knows, in the words of the sources: the last resort of one that is out. Pure.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Final, Protocol, TypeVar

from pipeline.records.base import Record
from pipeline.records.catalog import Paper, RepositoryPart
from pipeline.records.outcomes import Found
from pipeline.records.sources import ArxivRecord, RepositoryRecord
from pipeline.works.candidates import CandidateWork, TitleHits, search_key

R = TypeVar("R", bound=Record)


class Last(Protocol):
    """What the last run has left (`pipeline.previous.Previous`)."""

    @property
    def papers(self) -> Sequence[Paper]:
        """The papers of its catalog."""

    @property
    def finished_at(self) -> datetime | None:
        """When it ended."""


class Known(Mapping[str, Found[R]]):
    """What a catalog says of the keys of a source; it is read where somebody asks for one."""

    def __init__(
        self, papers: Sequence[Paper], said: Callable[[Paper], Mapping[str, Found[R]]]
    ) -> None:
        self._papers = papers
        self._said = said

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """Which paper says something of a key, the last of several."""
        return {key: number for number, one in enumerate(self._papers) for key in self._said(one)}

    def __getitem__(self, key: str) -> Found[R]:
        return self._said(self._papers[self._numbers[key]])[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


_OF_THE_PAPER: Final = ("title", "authors", "abstract", "published", "updated")


def known_papers(last: Last) -> Known[ArxivRecord]:
    """Return what the last catalog knows of arXiv papers, by id."""

    def said(paper: Paper) -> dict[str, Found[ArxivRecord]]:
        if (part := paper.arxiv) is None or part.metadata_source is None:
            return {}
        shared = {name: getattr(paper, name) for name in _OF_THE_PAPER}
        state = paper.sources.get("arxiv")
        as_of = (state and state.as_of) or last.finished_at
        return {part.id: Found(value=ArxivRecord(**shared, **part.model_dump()), as_of=as_of)}

    return Known(last.papers, said)


def known_repositories(last: Last, service: str = "github") -> Known[RepositoryRecord]:
    """Return what the last catalog knows of a service's repositories, by the names asked."""
    fields = set(RepositoryRecord.model_fields) & set(RepositoryPart.model_fields)

    def said(paper: Paper) -> dict[str, Found[RepositoryRecord]]:
        return {
            (part.renamed_from or part.full_name).lower(): Found(
                value=RepositoryRecord(**part.model_dump(include=fields)),
                as_of=part.as_of or last.finished_at,
            )
            for part in paper.repositories
            if part.status == "found" and part.service == service
        }

    return Known(last.papers, said)


def known_titles(last: Last) -> Known[TitleHits]:
    """Return which works the last catalog has found, or put up for review, by title."""

    def said(paper: Paper) -> dict[str, Found[TitleHits]]:
        works = _offered(paper)
        if not works:
            return {}
        hits = Found[TitleHits](value=TitleHits(candidates=works), as_of=last.finished_at)
        return {search_key(entry.title): hits for entry in paper.mentions}

    return Known(last.papers, said)


def _offered(paper: Paper) -> tuple[CandidateWork, ...]:
    resolution = paper.resolution
    if resolution.status == "review":
        return tuple(CandidateWork(key=one.key, title=one.title) for one in resolution.candidates)
    if resolution.method != "title" or resolution.status != "found":
        return ()
    told = {name: getattr(paper, name) for name in ("key", "title", "authors", "published")}
    return (CandidateWork(**told),)
