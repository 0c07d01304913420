"""Which work is meant, and what is known of it: the first stages of a run for one work."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipeline.previous import Previous
from pipeline.progress import Silent
from pipeline.records.catalog import Candidate, Paper, Resolution
from pipeline.records.lists import Entry, Link, ParsedList
from pipeline.records.outcomes import Found
from pipeline.repair.fill import code_link
from pipeline.stages.fetch import fetch
from pipeline.stages.resolve import resolve
from pipeline.stages.resolve.by_title import resolve_by_title
from pipeline.stages.supplement import supplement
from pipeline.wiring import Wiring
from pipeline.works.decisions import parse_decisions
from pipeline.works.identifiers import Identifier
from pipeline.works.known import LastCatalog
from pipeline.works.summary import summed_up
from pipeline.works.titles import title_key
from pipeline.works.wanted import Wanted


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What came of looking a work up."""

    paper: Paper | None = None
    why: str = ""
    """Why there is none, in a sentence."""
    candidates: tuple[Candidate, ...] = ()
    """Works that may be meant."""


def known_work(wanted: Wanted, previous: Previous) -> LookedUp | None:
    """Return what the last catalog knows of what is meant, without a request; None for nothing."""
    papers = [one for one in previous.papers if one.kind == "paper"]
    sure = [one for one in papers if one.resolution.status == "found"]
    if wanted.kind == "title":
        same = [one for one in sure if _has_title(one, wanted.text)]
        return LookedUp(same[0]) if len(same) == 1 else None
    if wanted.found is None:
        return None
    if wanted.kind == "repository":
        return _of_repository(wanted.found, sure)
    match = (one for one in sure if wanted.found.key in names_of(one) and one.title)
    paper = next(match, None)
    return LookedUp(paper) if paper is not None and paper.authors else None


def names_of(paper: Paper) -> set[str]:
    """Return the keys of a paper: the one that it has, those that it had, and its identifiers."""
    names = {paper.key, *paper.former_keys}
    names |= {f"arxiv:{paper.arxiv.id}"} if paper.arxiv else set()
    return names | ({f"doi:{paper.doi}"} if paper.doi else set())


def _has_title(paper: Paper, title: str) -> bool:
    return title_key(paper.title) == title_key(title) and not paper.key.startswith("title:")


def _of_repository(found: Identifier, papers: Iterable[Paper]) -> LookedUp:
    named = found.value.lower()
    using = [
        paper
        for paper in papers
        if any(
            part.service == found.scheme
            and named in {part.full_name.lower(), (part.renamed_from or "").lower()}
            for part in paper.repositories
        )
    ]
    if len(using) == 1:
        return LookedUp(using[0])
    if not using:
        return LookedUp(
            why="no paper is known whose code this is: give the paper's id, address or title"
        )
    shown = tuple(Candidate(key=one.key, title=one.title, score=1.0) for one in using)
    return LookedUp(why="it is the code of several papers", candidates=shown)


async def looked_up(
    wiring: Wiring, previous: Previous, wanted: Wanted, code: str | None = None
) -> LookedUp:
    """
    Return the work that is meant; what the last catalog knows is not asked again.

    `code` is the address of a repository that somebody calls its code: GitHub is asked about it.
    """
    known = known_work(wanted, previous)
    if known is not None and (code is None or known.paper is None or code_link(known.paper)):
        return known
    async with wiring.client:
        paper = await _identified(wiring, previous, _entry_of(wanted, code))
        resolution = paper.resolution
        if resolution.status != "found":
            return LookedUp(why=_undecided(resolution), candidates=resolution.candidates)
        paper = await _filled(wiring, previous, paper)
    if not paper.title or not paper.authors:
        return LookedUp(why=_unknown(paper))
    return LookedUp(paper)


def _entry_of(wanted: Wanted, code: str | None) -> Entry:
    """Return what a list would say of the work."""
    links: list[Link] = []
    if wanted.url is not None:
        links.append(Link(url=wanted.url, role="paper", line=1, column=1))
    if code is not None:
        links.append(Link(url=code, role="code", line=1, column=1))
    title = wanted.text if wanted.kind == "title" else ""
    return Entry(list="", line=1, end_line=1, title=title, links=tuple(links))


async def _identified(wiring: Wiring, previous: Previous, entry: Entry) -> Paper:
    decisions, _ = parse_decisions(previous.decisions)
    lists = [ParsedList(name="", entries=(entry,))]
    papers = resolve(lists, today=wiring.started.date(), decisions=decisions)
    with wiring.title_index() as index:
        (paper,) = await resolve_by_title(
            papers,
            search=wiring.title_search(LastCatalog(previous.papers, previous.finished_at)),
            decisions=decisions,
            local_index=index,
        )
    return paper


async def _filled(wiring: Wiring, previous: Previous, paper: Paper) -> Paper:
    """Ask arXiv and the further sources about one paper."""
    last = LastCatalog(previous.papers, previous.finished_at)
    arxiv, github = wiring.arxiv(last), wiring.github(last)
    fetched = await fetch([paper], (), arxiv=arxiv, github=github, progress=Silent())
    sources = wiring.supplements()
    more = await supplement(fetched.papers, sources, Silent(), with_venues=())
    (filled,) = more.papers
    record = next((one.value for one in more.dois.values() if isinstance(one, Found)), None)
    if filled.arxiv is None and record is not None and not filled.title:
        filled = replace(filled, title=record.title, authors=record.authors)
    return summed_up(filled)


def _undecided(resolution: Resolution) -> str:
    """Say in words, without the code, why a search has not found one work."""
    said = resolution.evidence[0] if resolution.evidence else "no source knows it"
    said = said.removeprefix(f"{resolution.reason_code}: ")
    if resolution.status == "missing":
        return f"no work is found: {said}: give its id or address"
    return said


def _unknown(paper: Paper) -> str:
    """Say why nothing is known of a paper that has an identifier."""
    states = [f"{name}: {one.reason}" for name, one in sorted(paper.sources.items()) if one.reason]
    asked = f" ({'; '.join(states)})" if states else ""
    return (
        f"no source that was asked tells title and authors of {paper.key}{asked}:"
        " give its title, or another identifier of it"
    )
