"""What a run does to many papers: on all cores, share by share, and the last things to each."""

from collections import deque
from collections.abc import Iterable, Iterator

from pipeline.executors.interface import Executor
from pipeline.links.ignores import Ignores, without_ignored
from pipeline.records.catalog import Paper
from pipeline.records.outcomes import Failed
from pipeline.storage.papers import Notes, Share, carry_out, weigh
from pipeline.works.summary import summed_up


def spread(
    executor: Executor, shares: Iterable[Share], notes: Notes | None
) -> Iterator[Paper | bytes]:
    """Yield the papers of all shares, worked on by whoever has time; `notes` get what is noted."""
    begun: deque[Share] = deque()

    def given() -> Iterator[Share]:
        for share in shares:
            begun.append(share)
            yield share

    for result in executor.map(carry_out, given(), weigh=weigh):
        share = begun.popleft()
        # Where a process was ended from outside, its share is worked on here.
        papers, noted = carry_out(share) if isinstance(result, Failed) else result
        if notes is not None:
            notes.add(noted)
        yield from papers


def finished(paper: Paper, ignores: Ignores) -> Paper:
    """Return a paper of which all is known: summed up, without what is not to be reported."""
    return without_ignored(summed_up(paper), ignores)
