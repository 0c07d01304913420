"""
Papers → papers with what is wrong about them: links to other papers and to others' code.

All judgement is in `reports.consistency`. Here the titles of version 1 are asked for the papers
whose title differs from the list's, in one batch, and, where a title search is given, which other
papers have the titles that are still unexplained. What cannot be asked proves nothing.
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from pipeline.progress import Progress
from pipeline.records.base import Record
from pipeline.records.catalog import Paper
from pipeline.records.outcomes import Found
from pipeline.records.sources import FirstVersion
from pipeline.reports.consistency import ids_to_ask, titles_to_search, with_findings
from pipeline.sources.interface import Source
from pipeline.works.candidates import TitleHits

STAGE: Final = "compare"

R = TypeVar("R", bound=Record)


async def compare(
    papers: Sequence[Paper],
    *,
    first_versions: Source[FirstVersion] | None,
    search: Source[TitleHits] | None = None,
    progress: Progress,
) -> list[Paper]:
    """Compare every entry with the paper that it links to, and add what was found."""
    ids = ids_to_ask(papers) if first_versions is not None else ()
    progress.start(STAGE, len(ids))
    asked = await _ask(first_versions, ids, lambda: progress.advance(STAGE))
    first = {version.id: version.title for version in asked if version.title}
    titles = titles_to_search(papers, first) if search is not None else ()
    hits = await _ask(search, titles, lambda: None)
    progress.finish(STAGE)
    return with_findings(papers, first, [work for hit in hits for work in hit.candidates])


async def _ask(
    source: Source[R] | None, keys: Sequence[str], advance: Callable[[], None]
) -> list[R]:
    """Return what a source knows, in the order of the keys."""
    found: dict[str, R] = {}
    if source is not None and keys:
        async for key, outcome in source.fetch_many(keys):
            advance()
            if isinstance(outcome, Found):
                found[key] = outcome.value
    return [found[key] for key in keys if key in found]
