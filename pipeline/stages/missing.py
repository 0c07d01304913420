"""Papers → what each list may be missing: asks what its papers cite, and what those works are."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.progress import Progress, Silent
from pipeline.records.catalog import Paper
from pipeline.records.outcomes import Found, Outcome
from pipeline.records.source import Source, answers_of
from pipeline.records.sources import CitedWork, ReferencesRecord
from pipeline.records.suggestions import Suggestion
from pipeline.works.missing import (
    LEAST_CITING,
    LEAST_LISTS,
    LIMIT,
    asked_name,
    believed,
    most_cited,
    shelves,
    suggested,
)


async def missing(
    papers: Sequence[Paper],
    *,
    references: Source[ReferencesRecord],
    works: Source[CitedWork],
    least_citing: int = LEAST_CITING,
    least_lists: int = LEAST_LISTS,
    limit: int = LIMIT,
    progress: Progress | None = None,
) -> tuple[Suggestion, ...]:
    """Return what each list may be missing; what could not be asked leaves out its suggestions."""
    told = progress or Silent()
    names = dict.fromkeys(name for paper in papers if (name := asked_name(paper)) is not None)
    told.start("missing", len(names))
    answers = await answers_of(references, names, lambda: told.advance("missing"))
    known = believed(papers, _found(answers))
    cited = dict.fromkeys(
        id_ for shelf in shelves(papers, known) for id_ in most_cited(shelf, known, least_citing)
    )
    found = _found(await answers_of(works, cited))
    told.finish("missing")
    return suggested(
        papers,
        known,
        found,
        least_citing=least_citing,
        least_lists=least_lists,
        limit=limit,
    )


def _found(answers: Mapping[str, Outcome[Any]]) -> dict[str, Any]:
    return {key: one.value for key, one in answers.items() if isinstance(one, Found)}
