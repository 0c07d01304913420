"""
What the last catalog knows: the last resort of a source that is out, and what this run compares.

Pure. The catalog may lie on disk, so it is read once, for all who ask.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Final, Generic, TypeVar

from pipeline.records.catalog import Paper, RepositoryPart
from pipeline.records.outcomes import Found
from pipeline.records.sources import ArxivRecord, RepositoryRecord
from pipeline.works.candidates import CandidateWork, TitleHits, search_key
from pipeline.works.titles import title_key

V = TypeVar("V")


class Known(Mapping[str, V], Generic[V]):
    """What the papers of a catalog say under some keys; a paper is read when somebody asks."""

    def __init__(
        self,
        papers: Sequence[Paper],
        numbers: Callable[[], Mapping[str, int]],
        said: Callable[[Paper, str], V],
    ) -> None:
        """`numbers`: which paper says something under a key; `said`: what that is."""
        self._papers = papers
        self._numbers = numbers
        self._said = said

    def __getitem__(self, key: str) -> V:
        return self._said(self._papers[self._numbers()[key]], key)

    def __contains__(self, key: object) -> bool:
        return key in self._numbers()

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers())

    def __len__(self) -> int:
        return len(self._numbers())


@dataclass(slots=True)
class _Facts:
    """What one reading of a catalog brings: little, and where the rest is."""

    keys: list[tuple[str, ...]] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)
    repositories: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    parts: dict[str, int] = field(default_factory=dict)
    titles: dict[str, int] = field(default_factory=dict)
    named: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    days: dict[tuple[str, str], date] = field(default_factory=dict)

    def note(self, number: int, paper: Paper) -> None:
        """Take note of the next paper; of several the last counts."""
        self.keys.append((*paper.former_keys, paper.key))
        if paper.arxiv is not None and paper.arxiv.metadata_source is not None:
            self.ids[paper.arxiv.id] = number
        for part in paper.repositories:
            if part.status == "found":
                name = part.renamed_from or part.full_name
                self.repositories[part.service][name.lower()] = number
            if (part.id, part.former_ids, part.created_at, part.stars) != (None, (), None, None):
                self.parts[part.key] = number
            if part.named_by != "list" and paper.arxiv is not None:
                self.named[paper.arxiv.id].append(part.key)
        offers = bool(_offered(paper))
        for entry in paper.mentions:
            if offers:
                self.titles[search_key(entry.title)] = number
            if entry.added is not None:
                self.days[entry.list, title_key(entry.title or entry.name or "")] = entry.added


class LastCatalog:
    """The catalog of the last run, and when that ended."""

    def __init__(self, papers: Sequence[Paper] = (), finished_at: datetime | None = None) -> None:
        self.papers = papers
        self._finished_at = finished_at

    @cached_property
    def _facts(self) -> _Facts:
        facts = _Facts()
        for number, paper in enumerate(self.papers):
            facts.note(number, paper)
        return facts

    @property
    def keys(self) -> Sequence[tuple[str, ...]]:
        """Of each paper: the keys that it had before, and its own."""
        return self._facts.keys

    @property
    def days(self) -> Mapping[tuple[str, str], date]:
        """List and title (`title_key`) of an entry to the day on which it came to the list."""
        return self._facts.days

    @property
    def named(self) -> Mapping[str, Sequence[str]]:
        """ArXiv id to the repositories (`RepositoryPart.key`) that the paper's own texts name."""
        return self._facts.named

    @property
    def parts(self) -> Mapping[str, RepositoryPart]:
        """What is known of repositories that were found once, by `RepositoryPart.key`."""
        return Known(self.papers, lambda: self._facts.parts, _part)

    def arxiv(self) -> Mapping[str, Found[ArxivRecord]]:
        """Return what is known of arXiv papers, by id."""

        def said(paper: Paper, _: str) -> Found[ArxivRecord]:
            assert paper.arxiv is not None  # noqa: S101  it is in the index
            shared = {name: getattr(paper, name) for name in _OF_THE_PAPER}
            state = paper.sources.get("arxiv")
            as_of = (state and state.as_of) or self._finished_at
            return Found(value=ArxivRecord(**shared, **paper.arxiv.model_dump()), as_of=as_of)

        return Known(self.papers, lambda: self._facts.ids, said)

    def repositories(self, service: str = "github") -> Mapping[str, Found[RepositoryRecord]]:
        """Return what is known of a service's repositories, by the names asked."""
        prefix = "" if service == "github" else f"{service}:"

        def said(paper: Paper, name: str) -> Found[RepositoryRecord]:
            part = _part(paper, f"{prefix}{name}")
            record = RepositoryRecord(**part.model_dump(include=_OF_THE_REPOSITORY))
            return Found(value=record, as_of=part.as_of or self._finished_at)

        return Known(self.papers, lambda: self._facts.repositories[service], said)

    def titles(self) -> Mapping[str, Found[TitleHits]]:
        """Return which works were found, or put up for review, by title (`search_key`)."""

        def said(paper: Paper, _: str) -> Found[TitleHits]:
            hits = TitleHits(candidates=_offered(paper))
            return Found[TitleHits](value=hits, as_of=self._finished_at)

        return Known(self.papers, lambda: self._facts.titles, said)


_OF_THE_PAPER: Final = ("title", "authors", "abstract", "published", "updated")
_OF_THE_REPOSITORY: Final = set(RepositoryRecord.model_fields) & set(RepositoryPart.model_fields)


def _part(paper: Paper, key: str) -> RepositoryPart:
    return next(part for part in reversed(paper.repositories) if part.key == key)


def _offered(paper: Paper) -> tuple[CandidateWork, ...]:
    """Return the works that a title search has found for a paper, or that a person may choose."""
    resolution = paper.resolution
    if resolution.status == "review":
        return tuple(CandidateWork(key=one.key, title=one.title) for one in resolution.candidates)
    if resolution.method != "title" or resolution.status != "found":
        return ()
    told = {name: getattr(paper, name) for name in ("key", "title", "authors", "published")}
    return (CandidateWork(**told),)
