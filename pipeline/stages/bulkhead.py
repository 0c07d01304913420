"""The last line of defence of a stage: what one paper raises costs no other paper anything."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pipeline.records.catalog import Paper, SourceState
from pipeline.records.outcomes import unforeseen


@dataclass(frozen=True, slots=True)
class Guarded:
    """The work of a stage; a paper that it fails on stays as it is, and says so."""

    work: Callable[[Paper], Paper]
    stage: str

    def __call__(self, paper: Paper) -> Paper:
        """Do the work."""
        try:
            return self.work(paper)
        except Exception:  # noqa: BLE001  see above
            failure = unforeseen(f"{self.stage}: {paper.key}")
            state = SourceState(status="failed", reason=failure.reason)
            return replace(paper, sources={**paper.sources, self.stage: state})
