"""
Papers on their way through a run: what is done to each of them, at once or later, and to a few.

To read all of many papers from disk and to write them again takes longer than what most stages do
to them. So a stage says what is to be done (`Each`), several are carried out in one go (`later`),
and where few papers change the others stay where they are (`changed`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, overload

from pipeline.records.catalog import Paper
from pipeline.storage.spool import Spool

Work = Callable[[Paper], Paper]
Change = Callable[[Sequence[Paper], Iterable[tuple[int, Paper]]], Sequence[Paper]]
"""Who puts other papers, by their numbers, in the places of some."""
Note = Callable[[int, Paper], None]
"""What takes note of a paper, and of its number among all."""


class Each(Protocol):
    """Who does something to each paper."""

    def __call__(
        self, papers: Sequence[Paper], work: Work, note: Note | None = None
    ) -> Sequence[Paper]:
        """Return the papers as the work leaves them; `note` has then been told of each, if any."""


def worked(papers: Iterable[Paper], work: Work, note: Note | None = None) -> Iterator[Paper]:
    """Yield the papers as the work leaves them."""
    for number, paper in enumerate(papers):
        done = work(paper)
        if note is not None:
            note(number, done)
        yield done


def at_once(papers: Sequence[Paper], work: Work, note: Note | None = None) -> Sequence[Paper]:
    """See `Each`: all papers stay in memory."""
    return list(worked(papers, work, note))


class Pending(Sequence[Paper]):
    """Papers to which something is done whenever they are read: to be read once."""

    def __init__(self, papers: Sequence[Paper], work: Work) -> None:
        self._papers = papers
        self._work = work

    def __len__(self) -> int:
        return len(self._papers)

    def __iter__(self) -> Iterator[Paper]:
        return map(self._work, self._papers)

    @overload
    def __getitem__(self, place: int) -> Paper: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Paper]: ...

    def __getitem__(self, place: int | slice) -> Paper | Sequence[Paper]:
        if isinstance(place, slice):
            return list(map(self._work, self._papers[place]))
        return self._work(self._papers[place])


def later(papers: Sequence[Paper], work: Work, note: Note | None = None) -> Sequence[Paper]:
    """See `Each`: nothing is done before the papers are read; nobody may want to take note."""
    if note is not None:
        raise ValueError("who takes note of the papers wants them now")
    return Pending(papers, work)


def changed(papers: Sequence[Paper], others: Iterable[tuple[int, Paper]]) -> Sequence[Paper]:
    """See `Change`: on disk only the others are written, and take the places of the former."""
    if isinstance(papers, Spool):
        papers.put(others)
        return papers
    new = list(papers)
    for number, paper in others:
        new[number] = paper
    return new
