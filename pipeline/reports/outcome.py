"""How a run has ended: what was left for later, whether there is something to do, the exit code."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from pipeline.errors import ACTIONABLE, INCOMPLETE, INTERRUPTED
from pipeline.records.catalog import Paper
from pipeline.records.outcomes import Deferred
from pipeline.works.forges import FORGE_NAMES, FORGES

EXTRAS: Final = frozenset(
    """
    archive crossref doi fragments huggingface openalex openalex-references openalex-works
    openreview semanticscholar wayback
    """.split()  # noqa: SIM905  one word a line would hide the table
).union(FORGES)  # whose pages are asked in their place
"""No verdict depends on these sources: a run without them is complete."""


def deferred_of(papers: Iterable[Paper]) -> tuple[Deferred, ...]:
    """Return what sources left for a later run, by source and reason."""
    left: Counter[tuple[str, str]] = Counter()
    repositories: dict[str, tuple[str, str] | None] = {}
    for paper in papers:
        for name, state in paper.sources.items():
            late = state.stale or state.status in ("failed", "skipped")
            if name not in FORGE_NAMES and late and state.reason:
                left[name, state.reason] += 1
        for part in paper.repositories:  # papers may share one
            late = part.stale or part.status in ("failed", "skipped")
            repositories[part.key] = (part.service, part.reason) if late and part.reason else None
    left.update(filter(None, repositories.values()))
    return tuple(
        Deferred(what=name, count=number, reason=reason)
        for (name, reason), number in sorted(left.items())
    )


def is_incomplete(papers: Iterable[Paper]) -> bool:
    """Say whether arXiv or GitHub could not be asked about something; others are extras."""
    return any(
        paper.resolution.status == "failed"
        or any(
            state.status == "failed" or state.stale
            for name, state in paper.sources.items()
            if name in ("arxiv", "github")
        )
        for paper in papers
    )


def exit_code(*, strict: bool, interrupted: bool, actionable: bool, incomplete: bool) -> int:
    """
    Return the exit code of a run that has come to its end.

    0 done; 3 and 4 only where `strict`: something to act on (`report_json.actionable`), or nothing
    but an incomplete result;
    130 interrupted. What ends a run earlier has its code in `pipeline.errors` (1 and 2).
    """
    if interrupted:
        return INTERRUPTED
    if not strict:
        return 0
    if actionable:
        return ACTIONABLE
    return INCOMPLETE if incomplete else 0
