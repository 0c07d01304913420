"""The last line of defence of a stage: what one paper raises costs no other paper anything."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from pipeline.records.catalog import Paper, SourceState
from pipeline.records.outcomes import unforeseen


def each_paper(
    papers: Iterable[Paper], work: Callable[[Paper], Paper], stage: str
) -> Iterator[Paper]:
    """Yield what `work` makes of each paper; one that it fails on stays as it is, and says so."""
    return (_spared(paper, work, stage) for paper in papers)


def _spared(paper: Paper, work: Callable[[Paper], Paper], stage: str) -> Paper:
    try:
        return work(paper)
    except Exception:  # noqa: BLE001  see above
        state = SourceState(status="failed", reason=unforeseen(f"{stage}: {paper.key}").reason)
        return replace(paper, sources={**paper.sources, stage: state})
