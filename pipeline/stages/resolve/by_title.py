"""What is left without an identifier: ask title searches, judge the answers, join what is one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from pipeline.progress import Progress, Silent
from pipeline.records.catalog import ArxivPart, Paper, RepositoryPart, Resolution, SourceState
from pipeline.records.outcomes import Found, Outcome, unforeseen
from pipeline.records.source import Source, answers_of
from pipeline.reports.mentions import duplicates, other_titles
from pipeline.reports.unverified import TITLED
from pipeline.stages.resolve.by_link import NO_IDENTIFIER
from pipeline.stages.resolve.claims import MAX_EVIDENCE
from pipeline.storage.papers import changed
from pipeline.storage.spool import Keep, held, texts
from pipeline.works.candidates import Query, TitleHits, search_key, shorter_titles
from pipeline.works.deciding import Decision, decide
from pipeline.works.decisions import NONE, Decisions, decision_on
from pipeline.works.identifiers import of_key

STAGE: Final = "resolve"


async def resolve_by_title(
    papers: Sequence[Paper],
    *,
    search: Source[TitleHits] | None,
    decisions: Decisions = NONE,
    local_index: Source[TitleHits] | None = None,
    progress: Progress | None = None,
    keep: Keep = held,
) -> Sequence[Paper]:
    """
    Ask about the papers without any identifier by their titles, and say what they are.

    `local_index` is asked first, `search` about what is still open then. An entry that turns out to
    be a paper of the catalog becomes one more mention of it. Without both, nothing changes.
    """
    keys = enumerate(texts(papers, "key"))
    titled = ((n, papers[n]) for n, key in keys if key.startswith(TITLED))
    queries = {
        n: query_of(paper)
        for n, paper in titled
        if paper.kind == "paper"
        and paper.resolution.status == "skipped"
        and search_key(paper.title)
    }
    told = progress or Silent()
    told.start(STAGE, len(queries))
    decided = await decisions_on(papers, queries, (local_index, search), decisions, told)
    told.finish(STAGE)
    judged = ((n, _by_title(papers[n], decided[n])) for n in sorted(decided))
    papers = changed(papers, judged)
    if all(of_key(decision.key or "") is None for decision in decided.values()):
        return papers
    return _joined_by_title(papers, keep)


_Known = dict[int, list[tuple[str, Outcome[TitleHits]]]]


async def decisions_on(
    papers: Sequence[Paper],
    queries: Mapping[int, Query],
    sources: Iterable[Source[TitleHits] | None],
    decisions: Decisions,
    progress: Progress,
) -> dict[int, Decision]:
    """Return what searches say of each query; the unknown once more without the list's name."""
    decided: dict[int, Decision] = {}
    known: _Known = {number: [] for number in queries}
    given = [source for source in sources if source is not None]
    for whole in (True, False):
        keys = {
            n: (search_key(query.title),) if whole else _without_name(query, decided.get(n))
            for n, query in queries.items()
        }
        for source in given:
            left = {n: some for n, some in keys.items() if some and not _is_settled(decided.get(n))}
            counted = whole and source is given[-1]
            asked = list(dict.fromkeys(key for some in left.values() for key in some))
            advance = partial((progress if counted else Silent()).advance, STAGE)
            answers = await answers_of(source, asked, advance)
            for n, some in left.items():
                known[n] += ((source.name, answers[key]) for key in some)
                try:
                    decided[n] = _decided(papers[n], queries[n], known[n], decisions)
                except Exception:  # noqa: BLE001  the last line of defence
                    state = SourceState.of(unforeseen(papers[n].key))
                    decided[n] = decide(queries[n], (), {source.name: state}, set())
    return decided


def _without_name(query: Query, decision: Decision | None) -> tuple[str, ...]:
    """Return what is asked where the whole title was in vain."""
    if decision is None or decision.reason_code not in ("NO_CANDIDATE", "SHORT_TITLE"):
        return ()
    return tuple(map(search_key, shorter_titles(query.title)))


def _is_settled(decision: Decision | None) -> bool:
    """An equal title is settled; beside a similar one the next source may know a nearer one."""
    return decision is not None and decision.reason_code == "EXACT_TITLE"


def query_of(paper: Paper) -> Query:
    """Return what the lists say of a paper: the first that says anything of authors, year, name."""
    mentions = [entry for entry in paper.mentions if entry.kind == paper.kind]
    return Query(
        title=paper.title,
        authors=next((entry.authors for entry in mentions if entry.authors), None),
        year=next((entry.year for entry in mentions if entry.year), None),
        name=next((entry.name for entry in mentions if entry.name), None),
    )


def _decided(
    paper: Paper,
    query: Query,
    answers: Sequence[tuple[str, Outcome[TitleHits]]],
    decisions: Decisions,
) -> Decision:
    """Decide by all answers, the works left out that a person has rejected."""
    rejected = {
        key
        for entry in paper.mentions
        if (said := decision_on(decisions, entry)) is not None
        for key in said.rejected
    }
    works = [
        work
        for _, outcome in answers
        if isinstance(outcome, Found)
        for work in outcome.value.candidates
    ]
    states = {name: SourceState.of(outcome) for name, outcome in answers}
    return decide(query, works, states, rejected)


def _by_title(paper: Paper, decision: Decision) -> Paper:
    """Put a verdict into a paper; a key that is taken by another is left to `_joined_by_title`."""
    found = of_key(decision.key or "")
    faults = [line for line in paper.resolution.evidence if line != NO_IDENTIFIER]
    resolution = Resolution(
        status=decision.status,
        method="title" if decision.status in ("found", "review") else None,
        confidence=decision.confidence,
        evidence=(*decision.evidence, *faults)[:MAX_EVIDENCE],
        candidates=decision.candidates,
        reason_code=decision.reason_code,
    )
    update: dict[str, Any] = {"resolution": resolution}
    if found is not None:
        update["key"] = found.key
        update["arxiv"] = ArxivPart(id=found.value) if found.scheme == "arxiv" else None
        update["doi"] = found.value if found.scheme == "doi" else None
    return replace(paper, **update)


@dataclass
class _Seen:
    """Which papers are of one key, in the order of the first."""

    others: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Number of the first to the numbers of the others."""
    ranks: dict[str, int] = field(default_factory=dict)
    """Of the lists, in the order of the papers."""
    _first: dict[str, int] = field(default_factory=dict)
    _number: int = 0

    def note(self, paper: Paper) -> None:
        """Take note of the next paper."""
        before = self._first.setdefault(paper.key, self._number)
        if before != self._number:
            self.others[before].append(self._number)
        for entry in paper.mentions:
            self.ranks.setdefault(entry.list, len(self.ranks))
        self._number += 1


def _joined_by_title(papers: Sequence[Paper], keep: Keep) -> Sequence[Paper]:
    """Put papers of one key together, at the place of the first of them."""
    seen = _Seen()
    for paper in papers:
        seen.note(paper)
    if not seen.others:
        return papers
    joined = {number for numbers in seen.others.values() for number in numbers}
    united = (
        _united([paper, *(papers[other] for other in seen.others[number])], seen.ranks)
        if number in seen.others
        else paper
        for number, paper in enumerate(papers)
        if number not in joined
    )
    return keep(Paper, united)


def _united(papers: Sequence[Paper], ranks: Mapping[str, int]) -> Paper:
    entries = (entry for paper in papers for entry in paper.mentions)
    mentions = sorted(entries, key=lambda entry: (ranks[entry.list], entry.line, entry.end_line))
    repositories: dict[str, RepositoryPart] = {}
    for part in (part for paper in papers for part in paper.repositories):
        repositories.setdefault(part.full_name.lower(), part)
    recomputed = {"duplicate-entry", "same-id-two-titles"}
    kept = [one for paper in papers for one in paper.findings if one.code not in recomputed]
    return replace(
        papers[0],
        doi=next((paper.doi for paper in papers if paper.doi), None),
        arxiv=next((paper.arxiv for paper in papers if paper.arxiv), None),
        repositories=tuple(repositories.values()),
        mentions=tuple(mentions),
        resolution=_united_resolution([paper.resolution for paper in papers]),
        findings=(*duplicates(mentions), *other_titles(mentions), *kept),
    )


def _united_resolution(found: Sequence[Resolution]) -> Resolution:
    """Return the resolution of a work whose mentions were resolved apart: the least sure counts."""
    least = min(found, key=lambda one: one.confidence)
    evidence = [line for one in found for line in one.evidence]
    candidates = {item.key: item for one in found for item in one.candidates}
    return replace(
        least, evidence=tuple(evidence[:MAX_EVIDENCE]), candidates=tuple(candidates.values())
    )
