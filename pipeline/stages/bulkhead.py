"""The last line of defence of a stage: what one paper raises costs no other paper anything."""

from collections.abc import Callable
from dataclasses import replace

from pipeline.records.catalog import Paper, SourceState
from pipeline.records.outcomes import unforeseen


def guarded(work: Callable[[Paper], Paper], stage: str) -> Callable[[Paper], Paper]:
    """Return the same work; a paper that it fails on stays as it is, and says so."""

    def spared(paper: Paper) -> Paper:
        try:
            return work(paper)
        except Exception:  # noqa: BLE001  see above
            state = SourceState(status="failed", reason=unforeseen(f"{stage}: {paper.key}").reason)
            return replace(paper, sources={**paper.sources, stage: state})

    return spared
