"""What no title search of arXiv's has found: ask the registries, then say what nobody knows."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline.progress import Silent
from pipeline.records.catalog import Paper
from pipeline.records.links import LinkHealth
from pipeline.records.outcomes import Found, Outcome
from pipeline.records.source import Source
from pipeline.reports.unverified import TITLED, findings, is_in_doubt, is_spoken_for, may_mean
from pipeline.stages.resolve.by_title import decisions_on, query_of
from pipeline.stages.resolve.claims import MAX_EVIDENCE
from pipeline.storage.papers import Change, changed
from pipeline.storage.spool import texts
from pipeline.works.candidates import TitleHits, search_key, shorter_titles
from pipeline.works.deciding import Decision
from pipeline.works.decisions import NONE, Decisions
from pipeline.works.identifiers import of_key


async def verify(
    papers: Sequence[Paper],
    *,
    links: Iterable[LinkHealth],
    page_title: Callable[[str], str | None],
    registries: Sequence[Source[TitleHits]],
    year: int,
    decisions: Decisions = NONE,
    change: Change = changed,
) -> Sequence[Paper]:
    """
    Return the papers, those that nobody knows with a finding.

    What a registry may know is put to a person, with its works. `links` are this run's, and
    `page_title` is what the page behind a URL calls itself. Where one of the `registries` could not
    be asked about a paper, or there is none, nothing is said of it.
    """
    keys = enumerate(texts(papers, "key") if registries else ())
    titled = ((n, papers[n]) for n, key in keys if key.startswith(TITLED))
    in_doubt = {n: paper for n, paper in titled if is_in_doubt(paper, year)}
    if not in_doubt:
        return papers
    urls = {url for paper in in_doubt.values() for url in _urls(paper)}
    health = {link.url: link for link in links if link.url in urls}
    doubted = {
        n: paper for n, paper in in_doubt.items() if not _is_spoken_for(paper, health, page_title)
    }
    queries = {n: query_of(paper) for n, paper in doubted.items()}
    noted = [_Noted(source) for source in registries]
    decided = await decisions_on(papers, queries, noted, decisions, Silent())
    asked = ("arxiv-search", *(source.name for source in registries))
    return change(
        papers,
        (
            (n, _with(papers[n], decided[n], asked, _near(papers[n].title, noted)))
            for n in sorted(decided)
        ),
    )


def _urls(paper: Paper) -> Iterator[str]:
    return (link.url for entry in paper.mentions for link in entry.links)


class _Noted:
    """A registry, and the titles that it has come up with, by what was asked."""

    def __init__(self, source: Source[TitleHits]) -> None:
        self.name = source.name
        self.titles: dict[str, list[str]] = {}
        self._source = source

    async def fetch_many(
        self, keys: Sequence[str]
    ) -> AsyncIterator[tuple[str, Outcome[TitleHits]]]:
        """See `Source.fetch_many`."""
        async for key, outcome in self._source.fetch_many(keys):
            if isinstance(outcome, Found):
                self.titles[key] = [work.title for work in outcome.value.candidates]
            yield key, outcome


def _near(title: str, noted: Iterable[_Noted]) -> list[str]:
    keys = [search_key(one) for one in (title, *shorter_titles(title))]
    return [known for source in noted for key in keys for known in source.titles.get(key, ())]


def _is_spoken_for(
    paper: Paper, health: Mapping[str, LinkHealth], page_title: Callable[[str], str | None]
) -> bool:
    titles = {url: title for url in _urls(paper) if (title := page_title(url))}
    return is_spoken_for(paper, health, titles)


def _with(paper: Paper, decision: Decision, asked: Iterable[str], near: Iterable[str]) -> Paper:
    """Put into a paper what the registries say of its title."""
    known = paper.resolution
    evidence = tuple(dict.fromkeys((*known.evidence, *decision.evidence)))[:MAX_EVIDENCE]
    if decision.status in ("found", "review"):
        candidates = tuple(one for one in decision.candidates if of_key(one.key) is not None)
        found = replace(known, evidence=evidence)
        if candidates:  # the key stays until a person takes one over
            found = replace(
                known,
                status="review",
                method="title",
                reason_code=decision.reason_code,
                candidates=candidates,
                evidence=decision.evidence[:MAX_EVIDENCE],
            )
        return replace(paper, resolution=found)
    if decision.status != "missing" or decision.reason_code != "NO_CANDIDATE":
        return paper
    if any(may_mean(paper.title, title) for title in near):
        return paper
    told = sorted((*paper.findings, *findings(paper, asked)), key=lambda one: (one.list, one.line))
    return replace(paper, resolution=replace(known, evidence=evidence), findings=tuple(told))
