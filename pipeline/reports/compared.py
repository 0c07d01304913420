"""The titles of entries beside those of the papers that they link to. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pipeline.records.catalog import Paper
from pipeline.records.lists import Entry, Link
from pipeline.reports.entry_links import code_repositories
from pipeline.storage.numbers import Numbers
from pipeline.works.candidates import CandidateWork, Query
from pipeline.works.identifiers import identify
from pipeline.works.matching import Score, score
from pipeline.works.titles import title_key

TRUSTED: Final = 0.9
"""A list's authors are believed where they agree for so many of its entries of equal title."""
LEAST_TRUSTED: Final = 5
"""Entries of equal title and with authors; fewer tell nothing of what a list calls authors."""


@dataclass(frozen=True, slots=True)
class Row:
    """One mention of a paper whose upstream title is known."""

    paper: Paper
    entry: Entry
    link: Link | None
    """The entry's link with the paper's id; None where it was joined by its title or its words."""
    score: Score
    """Against the upstream title."""

    @property
    def place(self) -> tuple[str, int]:
        """List and line."""
        return self.entry.list, self.entry.line


def upstream_title(paper: Paper) -> str | None:
    """Return a paper's title where a source gave it, None where it is a list's."""
    given = any("title" in state.fields for state in paper.sources.values())
    asked = paper.arxiv is not None and paper.arxiv.metadata_source is not None
    return paper.title if (asked or given) and paper.title else None


@dataclass(frozen=True, slots=True)
class Compared:
    """The titles of all entries beside those of their papers; only what differs is held."""

    rows: tuple[Row, ...]
    """The mentions whose title is not the paper's."""
    agreeing: Mapping[str, Row]
    """Of the papers in `rows` the first row whose own link and title are both the paper's."""
    trusted: frozenset[str]
    """Lists whose authors may be believed."""
    numbers: Mapping[str, int]
    """Of the papers in `rows`, by their keys."""
    using: Mapping[str, Sequence[int]]
    """By repository, the numbers of the papers, two or more, whose code it is called."""
    contested: Sequence[int]
    """Numbers of the papers whose title stands under several ids."""


class Comparing:
    """Notes of papers (`storage.papers.Notes`): how their entries differ from sources' titles."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._agreeing: dict[str, Row] = {}
        self._tallies: dict[str, list[int]] = {}
        self._numbers: dict[str, int] = {}
        self._using: dict[str, list[int]] = {}
        """Of a share all; of all papers what several of them use."""
        self._contested: list[int] = []

    @cached_property
    def _first(self) -> Numbers:
        """By repository, the first paper of the shares before."""
        return Numbers()

    def new(self) -> "Comparing":
        """See `Notes`."""
        return Comparing()

    def note(self, number: int, paper: Paper) -> None:
        """See `Notes`."""
        rows = list(_rows_of(paper)) if upstream_title(paper) else []
        for row in rows:
            if row.score.shared_authors is not None:
                tally = self._tallies.setdefault(row.entry.list, [0, 0])
                tally[0] += row.score.exact and row.score.shared_authors > 0
                tally[1] += row.score.exact
        unlike = [row for row in rows if not row.score.exact]
        same = (row for row in rows if row.score.exact and row.link is not None)
        if unlike:
            self._numbers[paper.key] = number
            if (first := next(same, None)) is not None:
                self._agreeing[paper.key] = first
        self._rows += unlike
        for key in {key: None for entry in paper.mentions for key in code_repositories(entry)}:
            self._using.setdefault(key, []).append(number)
        if any(one.code == "same-title-two-ids" for one in paper.findings):
            self._contested.append(number)

    def add(self, share: "Comparing") -> None:
        """See `Notes`."""
        self._rows += share._rows
        self._agreeing |= share._agreeing
        for name, (same, all_) in share._tallies.items():
            tally = self._tallies.setdefault(name, [0, 0])
            tally[0] += same
            tally[1] += all_
        self._numbers |= share._numbers
        for key, numbers in share._using.items():
            first = self._first.get(key)
            if first is None:
                self._first[key] = first = numbers[0]
            if numbers != [first]:
                before = [] if numbers[0] == first else [first]
                self._using.setdefault(key, before).extend(numbers)
        self._contested += share._contested

    def compared(self) -> Compared:
        """Return what is known when all papers were noted."""
        trusted = _trusted_lists(self._tallies)
        using = {key: numbers for key, numbers in self._using.items() if len(numbers) > 1}
        rows = tuple(self._rows)
        return Compared(rows, self._agreeing, trusted, self._numbers, using, self._contested)


def compared(papers: Iterable[Paper]) -> Compared:
    """Compare the entries of all papers."""
    comparing = Comparing()
    for number, paper in enumerate(papers):
        comparing.note(number, paper)
    return comparing.compared()


def _rows_of(paper: Paper) -> Iterator[Row]:
    """Yield the mentions that are presented as papers; a data set has a name, not a title."""
    work = work_of(paper)
    for entry in paper.mentions:
        if entry.kind == "paper" and title_key(entry.title):
            yield Row(paper, entry, _own_link(paper, entry), score(query_of(entry), work))


def work_of(paper: Paper, title: str | None = None) -> CandidateWork:
    """Return what a title may mean: a paper as it is called, or by another title."""
    return CandidateWork(
        key=paper.key, title=title or paper.title, authors=paper.authors, published=paper.published
    )


def query_of(entry: Entry) -> Query:
    """Return what an entry says of the work that it means."""
    return Query(entry.title, entry.authors, entry.year, entry.name)


def _own_link(paper: Paper, entry: Entry) -> Link | None:
    """Return the entry's link that names the paper's id, one in the paper's place first."""
    key = f"arxiv:{paper.arxiv.id}" if paper.arxiv is not None else paper.key
    own = [link for link in entry.links if (found := identify(link.url)) and found.key == key]
    return next((link for link in own if link.role == "paper"), own[0] if own else None)


def _trusted_lists(tallies: Mapping[str, Sequence[int]]) -> frozenset[str]:
    """
    Return the lists whose authors may be believed, from their entries of equal title.

    What is there may be organisations, or the authors of a repository: then it disagrees for
    the entries whose title is right too. So entries that agree must be there (`LEAST_TRUSTED`).
    """
    return frozenset(
        name
        for name, (same, all_) in tallies.items()
        if all_ >= LEAST_TRUSTED and same >= TRUSTED * all_
    )
