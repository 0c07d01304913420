"""
What the last catalog knows: the last resort of a source that is out, and what this run compares.

Pure. The catalog may lie on disk, so it is read once, for all who ask; what is held of it are
numbers of papers, found by digests.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Final, Generic, TypeVar

from pipeline.records.catalog import Paper, RepositoryPart
from pipeline.records.outcomes import Found
from pipeline.records.sources import ArxivRecord, RepositoryRecord
from pipeline.storage.numbers import Numbers
from pipeline.storage.spool import texts
from pipeline.works.candidates import CandidateWork, TitleHits, search_key
from pipeline.works.titles import title_key

V = TypeVar("V")


class Known(Mapping[str, V], Generic[V]):
    """What the papers of a catalog say under some keys; a paper is read when somebody asks."""

    def __init__(
        self,
        papers: Sequence[Paper],
        numbers: Callable[[], Numbers],
        keys: Callable[[Paper], Iterable[str]],
        said: Callable[[Paper, str], V],
    ) -> None:
        """`numbers`: which paper says something under a key (`keys`); `said`: what that is."""
        self._papers = papers
        self._numbers = numbers
        self._keys = keys
        self._said = said

    def __getitem__(self, key: str) -> V:
        number = self._numbers().get(key)
        if number is None:
            raise KeyError(key)
        return self._said(self._papers[number], key)

    def __contains__(self, key: object) -> bool:
        return key in self._numbers()

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(key for paper in self._papers for key in self._keys(paper)))

    def __len__(self) -> int:
        return len(self._numbers())


@dataclass(slots=True)
class _Facts:
    """What one reading of a catalog brings: little, and where the rest is."""

    former: dict[int, tuple[str, ...]] = field(default_factory=dict)
    ids: Numbers = field(default_factory=Numbers)
    repositories: dict[str, Numbers] = field(default_factory=lambda: defaultdict(Numbers))
    parts: Numbers = field(default_factory=Numbers)
    titles: Numbers = field(default_factory=Numbers)
    named: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    days: Numbers = field(default_factory=Numbers)
    """By list and title (`title_key`) the `date.toordinal` of a day."""

    def note(self, number: int, paper: Paper) -> None:
        """Take note of the next paper; of several the last counts."""
        if paper.former_keys:
            self.former[number] = paper.former_keys
        for id_ in _id_of(paper):
            self.ids[id_] = number
        for part in paper.repositories:
            if part.status == "found":
                self.repositories[part.service][_name_of(part)] = number
            if part.named_by != "list" and paper.arxiv is not None:
                self.named[paper.arxiv.id].append(part.key)
        for key in _parts_of(paper):
            self.parts[key] = number
        for title in _titles_of(paper):
            self.titles[title] = number
        for entry in paper.mentions:
            if entry.added is not None:
                title = title_key(entry.title or entry.name or "")
                self.days[entry.list, title] = entry.added.toordinal()


def _id_of(paper: Paper) -> Iterator[str]:
    if paper.arxiv is not None and paper.arxiv.metadata_source is not None:
        yield paper.arxiv.id


def _name_of(part: RepositoryPart) -> str:
    """Return the name by which a service was asked about a repository."""
    return (part.renamed_from or part.full_name).lower()


def _parts_of(paper: Paper) -> Iterator[str]:
    for part in paper.repositories:
        if (part.id, part.former_ids, part.created_at, part.stars) != (None, (), None, None):
            yield part.key


def _titles_of(paper: Paper) -> Iterator[str]:
    if _offered(paper):
        yield from (search_key(entry.title) for entry in paper.mentions)


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

    def keys(self) -> Iterator[tuple[str, ...]]:
        """Yield of each paper the keys that it had before, and its own."""
        former = self._facts.former
        for number, key in enumerate(texts(self.papers, "key")):
            yield *former.get(number, ()), key

    @property
    def knows_days(self) -> bool:
        """Whether it knows of any entry when that came to its list."""
        return len(self._facts.days) > 0

    def day_of(self, list_name: str, title: str) -> date | None:
        """Return the day on which an entry of this title (`title_key`) came to a list."""
        day = self._facts.days.get((list_name, title))
        return None if day is None else date.fromordinal(day)

    @property
    def named(self) -> Mapping[str, Sequence[str]]:
        """ArXiv id to the repositories (`RepositoryPart.key`) that the paper's own texts name."""
        return self._facts.named

    @property
    def parts(self) -> Mapping[str, RepositoryPart]:
        """What is known of repositories that were found once, by `RepositoryPart.key`."""
        return Known(self.papers, lambda: self._facts.parts, _parts_of, _part)

    def arxiv(self) -> Mapping[str, Found[ArxivRecord]]:
        """Return what is known of arXiv papers, by id."""

        def said(paper: Paper, _: str) -> Found[ArxivRecord]:
            assert paper.arxiv is not None  # noqa: S101  it is in the index
            shared = {name: getattr(paper, name) for name in _OF_THE_PAPER}
            state = paper.sources.get("arxiv")
            as_of = (state and state.as_of) or self._finished_at
            return Found(value=ArxivRecord(**shared, **paper.arxiv.model_dump()), as_of=as_of)

        return Known(self.papers, lambda: self._facts.ids, _id_of, said)

    def repositories(self, service: str = "github") -> Mapping[str, Found[RepositoryRecord]]:
        """Return what is known of a service's repositories, by the names asked."""
        prefix = "" if service == "github" else f"{service}:"

        def said(paper: Paper, name: str) -> Found[RepositoryRecord]:
            part = _part(paper, f"{prefix}{name}")
            record = RepositoryRecord(**part.model_dump(include=_OF_THE_REPOSITORY))
            return Found(value=record, as_of=part.as_of or self._finished_at)

        def names(paper: Paper) -> Iterator[str]:
            parts = (part for part in paper.repositories if part.status == "found")
            return (_name_of(part) for part in parts if part.service == service)

        return Known(self.papers, lambda: self._facts.repositories[service], names, said)

    def titles(self) -> Mapping[str, Found[TitleHits]]:
        """Return which works were found, or put up for review, by title (`search_key`)."""

        def said(paper: Paper, _: str) -> Found[TitleHits]:
            hits = TitleHits(candidates=_offered(paper))
            return Found[TitleHits](value=hits, as_of=self._finished_at)

        return Known(self.papers, lambda: self._facts.titles, _titles_of, said)


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
