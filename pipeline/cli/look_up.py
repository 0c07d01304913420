"""Ask one service for the title of one work, for a person who has typed its identifier."""

import asyncio
from collections.abc import Callable
from typing import Any

from pipeline.previous import Previous
from pipeline.records.outcomes import Found, Missing, Outcome, Skipped
from pipeline.records.source import Source
from pipeline.settings.model import Settings
from pipeline.sources.scholarly.crossref import CrossrefSource
from pipeline.wiring import Wiring, wire
from pipeline.works.candidates import CandidateWork
from pipeline.works.known import LastCatalog

LookUp = Callable[[str], Outcome[CandidateWork]]


def looking_up(settings: Settings, previous: Previous) -> LookUp:
    """Return what asks the last catalog, then arXiv or Crossref, for the work of a key."""

    def look_up(key: str) -> Outcome[CandidateWork]:
        for paper in previous.papers:
            if paper.key == key and paper.resolution.status == "found":
                work = CandidateWork(
                    key=key,
                    title=paper.title,
                    authors=paper.authors,
                    published=paper.published,
                    source="the catalog",
                )
                return Found(value=work)
        with wire(settings, previous.finished_at) as wiring:
            return asyncio.run(_asked(wiring, previous, key))

    return look_up


async def _asked(wiring: Wiring, previous: Previous, key: str) -> Outcome[CandidateWork]:
    scheme, _, value = key.partition(":")
    source: Source[Any]
    if scheme == "arxiv":
        source = wiring.arxiv(LastCatalog(previous.papers, previous.finished_at))
    elif scheme == "doi" and not wiring.off:
        source = CrossrefSource(wiring.client, api_url=wiring.settings.crossref_url)
    else:
        reason = "offline run" if wiring.off else "no service is asked for such identifiers"
        return Skipped(reason=reason)
    async with wiring.client:
        outcomes = [outcome async for _, outcome in source.fetch_many([value])]
    outcome = outcomes[0]
    if isinstance(outcome, Missing) and scheme == "doi":
        return Skipped(reason="Crossref does not know it; it may be registered elsewhere")
    if not isinstance(outcome, Found):
        return outcome
    record = outcome.value
    work = CandidateWork(
        key=key,
        title=record.title,
        authors=record.authors,
        published=record.published,
        source=source.name,
    )
    return Found(value=work)
