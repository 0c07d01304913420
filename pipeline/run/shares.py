"""What a run does to many papers: on all cores, share by share, and the last things to each."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from pipeline.executors.interface import A, B, Executor
from pipeline.links.ignores import Ignores, without_ignored
from pipeline.records.catalog import Paper
from pipeline.records.outcomes import Failed
from pipeline.storage.papers import Notes, Share, carry_out, weigh
from pipeline.works.summary import summed_up


def spread(
    executor: Executor,
    function: Callable[[A], B],
    chunks: Iterable[A],
    *,
    weigh: Callable[[A], int],
) -> Iterator[tuple[A, B]]:
    """See `Spread`: what a process that was ended from outside had in hand is done here."""
    begun: deque[A] = deque()

    def given() -> Iterator[A]:
        for chunk in chunks:
            begun.append(chunk)
            yield chunk

    for result in executor.map(function, given(), weigh=weigh):
        chunk = begun.popleft()
        yield chunk, function(chunk) if isinstance(result, Failed) else result


def told_of_lost(executor: Executor) -> Iterator[str]:
    """Say where work was given up by those that the executor had do it, if any was."""
    if executor.lost:
        work = "1 piece" if executor.lost == 1 else f"{executor.lost} pieces"
        yield f"{work} of work ended a process of this program each time: is there enough memory?"


def worked_on(
    executor: Executor, shares: Iterable[Share], notes: Notes | None
) -> Iterator[Paper | bytes]:
    """Yield the papers of all shares, worked on by whoever has time; `notes` get what is noted."""
    for _, (papers, noted) in spread(executor, carry_out, shares, weigh=weigh):
        if notes is not None:
            notes.add(noted)
        yield from papers


def finished(paper: Paper, ignores: Ignores) -> Paper:
    """Return a paper of which all is known: summed up, without what is not to be reported."""
    return without_ignored(summed_up(paper), ignores)
