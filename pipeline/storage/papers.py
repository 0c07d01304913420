"""
Papers on their way through a run: what is done to each of them, at once or later, and to a few.

To read all of many papers from disk and to write them again takes longer than what most stages do
to them. So a stage says what is to be done (`Each`), several are carried out in one go (`later`),
and where few papers change the others stay where they are (`changed`).

Papers are worked on in shares, which may travel to another process: with a share go the answers
that are about its papers (`Works`), and with the papers come back the notes that were taken.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Protocol, Self, TypeVar, overload

from pipeline.records.catalog import Paper
from pipeline.storage.spool import Spool, as_json, as_record

A = TypeVar("A")
B = TypeVar("B")
K = TypeVar("K")
V = TypeVar("V")

SHARE: Final = 500
"""Papers that are worked on together: half a megabyte, and a tenth of a second."""
WEIGHT: Final = 100
"""Microseconds that a paper takes."""

Work = Callable[[Paper], Paper]
Works = Callable[[int], Work]
"""What is to be done to the papers of a share, by its number; what travels can be pickled."""
Note = Callable[[int, Paper], None]
"""What takes note of a paper, and of its number among all."""
Change = Callable[[Sequence[Paper], Iterable[tuple[int, Paper]]], Sequence[Paper]]
"""Who puts other papers, by their numbers, in the places of some."""


class Spread(Protocol):
    """Who does pure work on chunks, perhaps in other processes; see `Executor.map`."""

    def __call__(
        self, function: Callable[[A], B], chunks: Iterable[A], *, weigh: Callable[[A], int]
    ) -> Iterator[tuple[A, B]]:
        """Yield each chunk and what the function makes of it, in the order of the chunks."""


def here(
    function: Callable[[A], B],
    chunks: Iterable[A],
    *,
    weigh: Callable[[A], int],  # noqa: ARG001
) -> Iterator[tuple[A, B]]:
    """See `Spread`: all is done in this process, when it is asked for."""
    return ((chunk, function(chunk)) for chunk in chunks)


class Notes(Protocol):
    """What is noted of papers, share by share."""

    def new(self) -> Self:
        """Return empty notes, for one share."""

    def note(self, number: int, paper: Paper) -> None:
        """Take note of the next paper of a share; `number` is its number among all."""

    def add(self, share: Self) -> None:
        """Add the notes of the next share."""


class Both:
    """Several notes that are taken at one look."""

    def __init__(self, *every: Notes) -> None:
        self._every = every

    def new(self) -> "Both":
        """See `Notes`."""
        return Both(*(one.new() for one in self._every))

    def note(self, number: int, paper: Paper) -> None:
        """See `Notes`."""
        for one in self._every:
            one.note(number, paper)

    def add(self, share: "Both") -> None:
        """See `Notes`."""
        for one, other in zip(self._every, share._every, strict=True):
            one.add(other)


class Each(Protocol):
    """Who does something to each paper."""

    def __call__(
        self, papers: Sequence[Paper], works: Works, notes: Notes | None = None
    ) -> Sequence[Paper]:
        """Return the papers as the works leave them; what they are then is noted."""


class Look(Protocol):
    """Who looks at each paper."""

    def __call__(self, papers: Sequence[Paper], notes: Notes) -> None:
        """Take note of the papers as they are."""


@dataclass(frozen=True, slots=True)
class Share:
    """Some papers, as records or as JSON, and what is to be done to them."""

    first: int
    """The number of the first of them."""
    papers: Sequence[Paper | bytes]
    works: tuple[Work, ...]
    notes: Any
    """Empty `Notes`, or None."""


def carry_out(share: Share) -> tuple[list[Paper | bytes], Any]:
    """
    Return the papers of a share as the works leave them, in the form given, and the notes.

    Papers that are only looked at do not come back.
    """
    done: list[Paper] = []
    for number, given in enumerate(share.papers, share.first):
        paper = as_record(Paper, given)
        for work in share.works:
            paper = work(paper)
        if share.notes is not None:
            share.notes.note(number, paper)
        if share.works:
            done.append(paper)
    if any(isinstance(given, bytes) for given in share.papers):
        return list(as_json(Paper, done)), share.notes
    return [*done], share.notes


def weigh(share: Share) -> int:
    """Return the microseconds that a share takes."""
    return WEIGHT * len(share.papers)


def shares(
    papers: Sequence[Paper], works: Works | None, notes: Notes | None = None
) -> Iterator[Share]:
    """Yield papers in shares, with what was to be done to them later; from disk as JSON."""
    every = [works] if works is not None else []
    while isinstance(papers, Pending):
        every.insert(0, papers.works)
        papers = papers.papers
    rows: Iterator[Paper | bytes] = iter(as_json(Paper, papers) if on_disk(papers) else papers)
    number = 0
    while some := list(islice(rows, SHARE)):
        empty = notes.new() if notes is not None else None
        yield Share(number * SHARE, some, tuple(works(number) for works in every), empty)
        number += 1


def on_disk(papers: Sequence[Paper]) -> bool:
    """Say whether papers, or those to which something is to be done later, lie on disk."""
    while isinstance(papers, Pending):
        papers = papers.papers
    return isinstance(papers, Spool)


def at_once(papers: Sequence[Paper], works: Works, notes: Notes | None = None) -> Sequence[Paper]:
    """See `Each`: all papers stay in memory."""
    done: list[Paper] = []
    for share in shares(list(papers), works, notes):
        some, noted = carry_out(share)
        if notes is not None:
            notes.add(noted)
        done += some  # type: ignore[arg-type]  # records, as they were given
    return done


def look(papers: Iterable[Paper], notes: Notes) -> None:
    """Take note of papers as they are."""
    numbered = enumerate(papers)
    while some := list(islice(numbered, SHARE)):
        share = notes.new()
        for number, paper in some:
            share.note(number, paper)
        notes.add(share)


def everywhere(work: Work) -> Works:
    """Return the same work for every share."""
    return lambda _: work


def part_of(answers: Mapping[K, V], keys: Iterable[K]) -> dict[K, V]:
    """Return the answers that a share needs."""
    return {key: answers[key] for key in keys if key in answers}


class Pending(Sequence[Paper]):
    """Papers to which something is done whenever they are read: to be read once."""

    def __init__(self, papers: Sequence[Paper], works: Works) -> None:
        self.papers = papers
        self.works = works

    def __len__(self) -> int:
        return len(self.papers)

    def __iter__(self) -> Iterator[Paper]:
        for number, paper in enumerate(self.papers):
            if number % SHARE == 0:
                work = self.works(number // SHARE)
            yield work(paper)

    @overload
    def __getitem__(self, place: int) -> Paper: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Paper]: ...

    def __getitem__(self, place: int | slice) -> Paper | Sequence[Paper]:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self)))]
        number = place + len(self) if place < 0 else place
        return self.works(number // SHARE)(self.papers[number])


def later(papers: Sequence[Paper], works: Works, notes: Notes | None = None) -> Sequence[Paper]:
    """See `Each`: nothing is done before the papers are read; nobody may want to take note."""
    if notes is not None:
        raise ValueError("who takes note of the papers wants them now")
    return Pending(papers, works)


def changed(papers: Sequence[Paper], others: Iterable[tuple[int, Paper]]) -> Sequence[Paper]:
    """See `Change`: on disk only the others are written, and take the places of the former."""
    if isinstance(papers, Spool):
        papers.put(others)
        return papers
    new = list(papers)
    for number, paper in others:
        new[number] = paper
    return new
