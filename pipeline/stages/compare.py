"""
Papers → papers with what is wrong about them: links to other papers and to others' code.

All judgement is in `reports.consistency`. Here the titles of version 1 are asked for the papers
whose title differs from the list's, in one batch, and, where a title search is given, which other
papers have the titles that are still unexplained. What cannot be asked proves nothing.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

from pipeline.progress import Progress
from pipeline.records.catalog import Paper
from pipeline.records.outcomes import Found
from pipeline.records.source import Source, answers_of
from pipeline.records.sources import FirstVersion
from pipeline.reports.compared import Comparing, compared
from pipeline.reports.consistency import (
    FirstTitles,
    ids_to_ask,
    in_view_of_others,
    titles_to_search,
    with_own_findings,
)
from pipeline.stages.bulkhead import Guarded
from pipeline.storage.papers import Change, Each, at_once, changed, everywhere
from pipeline.works.candidates import CandidateWork, TitleHits

STAGE: Final = "compare"


async def compare(
    papers: Sequence[Paper],
    *,
    first_versions: Source[FirstVersion] | None,
    search: Source[TitleHits] | None = None,
    progress: Progress,
    each: Each = at_once,
    change: Change = changed,
) -> Sequence[Paper]:
    """Compare every entry with the paper that it links to, and add what was found."""
    comparing = Comparing()
    papers = each(papers, everywhere(Guarded(with_own_findings, STAGE)), comparing)
    titles = comparing.compared()
    ids = ids_to_ask(titles) if first_versions is not None else ()
    progress.start(STAGE, len(ids))
    first: dict[str, str] = {}
    if first_versions is not None:
        asked = await answers_of(first_versions, ids, partial(progress.advance, STAGE))
        versions = [one.value for one in asked.values() if isinstance(one, Found)]
        first = {version.id: version.title for version in versions if version.title}
    works: list[CandidateWork] = []
    if search is not None:
        hits = await answers_of(search, titles_to_search(titles, first))
        found = (hit.value.candidates for hit in hits.values() if isinstance(hit, Found))
        works = [work for candidates in found for work in candidates]
    progress.finish(STAGE)
    try:
        return change(papers, in_view_of_others(papers, titles, first, works))
    except Exception:  # noqa: BLE001  of one paper; so each is compared by itself
        alone = partial(_alone, first=first, works=works)
        return each(papers, everywhere(Guarded(alone, STAGE)))


def _alone(paper: Paper, first: FirstTitles, works: Sequence[CandidateWork]) -> Paper:
    told = in_view_of_others([paper], compared([paper]), first, works)
    return next((found for _, found in told), paper)
