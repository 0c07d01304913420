"""Ids that arXiv does not know: the work is missing, and its title may have another id."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.progress import Silent
from pipeline.records.catalog import Finding, Paper, Resolution
from pipeline.records.source import Source
from pipeline.stages.resolve.by_title import decisions_on, query_of
from pipeline.stages.resolve.claims import MAX_EVIDENCE, own_identifiers
from pipeline.storage.papers import Change, changed
from pipeline.works.candidates import TitleHits
from pipeline.works.deciding import Decision
from pipeline.works.decisions import NONE, Decisions
from pipeline.works.identifiers import Identifier, canonical_url, identify, of_key


async def search_for_denied(
    papers: Sequence[Paper],
    *,
    search: Source[TitleHits] | None,
    decisions: Decisions = NONE,
    local_index: Source[TitleHits] | None = None,
    change: Change = changed,
) -> Sequence[Paper]:
    """
    Say of papers whose arXiv id is none that they are missing, and which id their title has.

    arXiv was asked meanwhile (`sources`). The key stays the one that the list names; the right id,
    where the title is that of one paper, is what the finding of the missing id has to write.
    """
    queries = {n: query_of(paper) for n, paper in enumerate(papers) if is_denied(paper)}
    sources = (local_index, search)
    if not queries:
        return papers
    decided = await decisions_on(papers, queries, sources, decisions, Silent())
    return change(papers, ((n, _denied(papers[n], decided.get(n))) for n in queries))


def is_denied(paper: Paper) -> bool:
    """Say whether arXiv knows no paper of the id by which alone a paper is identified."""
    state = paper.sources.get("arxiv")
    if paper.arxiv is None or state is None or state.status != "missing":
        return False
    others = (one for entry in paper.mentions for one in own_identifiers(entry, None)[0])
    return paper.resolution.status == "found" and all(one.scheme == "arxiv" for one in others)


def _denied(paper: Paper, decision: Decision | None) -> Paper:
    wrong = paper.arxiv.id if paper.arxiv is not None else ""
    right = of_key(decision.key or "") if decision is not None else None
    more = decision.evidence if decision is not None else ()
    evidence = (f"NO_SUCH_ID: arXiv knows no paper {wrong}", *more)
    resolution = Resolution(
        status="missing",
        evidence=evidence[:MAX_EVIDENCE],
        candidates=decision.candidates if decision is not None else (),
        reason_code="NO_SUCH_ID",
    )
    findings = tuple(_with_repair(one, paper, right) for one in paper.findings)
    return replace(paper, resolution=resolution, findings=findings)


def _with_repair(finding: Finding, paper: Paper, right: Identifier | None) -> Finding:
    links = (
        link.url
        for entry in paper.mentions
        for link in entry.links
        if (entry.list, link.line) == (finding.list, finding.line)
        and (named := identify(link.url)) is not None
        and named.key == paper.key
    )
    url = next(links, None)
    if finding.code != "arxiv-id-missing" or right is None or url is None:
        return finding
    return finding.model_copy(update={"url": url, "replacement": canonical_url(right)})
