"""
What goes wrong in a stage: of one paper it costs no other paper anything, of a disk it ends all.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, replace
from typing import Any

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


async def together(every: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Ask several sources at the same time; what one cannot put away ends all and is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for one in every:
                group.create_task(one)
    except ExceptionGroup as several:
        first = several.exceptions[0]
        raise first from first.__cause__
