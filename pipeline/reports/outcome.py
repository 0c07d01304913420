"""How a run has ended: which sources count, and the exit code."""

from typing import Final

from pipeline.errors import ACTIONABLE, INCOMPLETE, INTERRUPTED
from pipeline.works.forges import FORGES

EXTRAS: Final = frozenset(
    """
    archive crossref doi fragments huggingface openalex openalex-references openalex-works
    openreview semanticscholar wayback
    """.split()  # noqa: SIM905  one word a line would hide the table
).union(FORGES)  # whose pages are asked in their place
"""No verdict depends on these sources: a run without them is complete."""


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
