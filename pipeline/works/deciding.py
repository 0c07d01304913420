"""
The verdict over all candidates for a title: found, review, missing, failed or skipped.

Pure. `found` is accepted without a person, `review` is for a person, `missing` means that every
source answered and had nothing near, `failed` that a source could not be asked.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

from pipeline.records.catalog import Candidate, SourceState
from pipeline.works.candidates import TOO_SHORT, CandidateWork, Query
from pipeline.works.matching import REVIEW_RATIO, ReasonCode, Score, Verdict, judge, score

MARGIN: Final = 3.0
"""An accepted similar title must be so much better than the next candidate."""
MAX_CANDIDATES: Final = 5
NEAR_ENOUGH_TO_SHOW: Final = 50.0


_CONFIDENCE: Final[Mapping[str, float]] = {
    # The Wilson lower bounds at 95 % of the measured rules are 0.993; an equal title that an author
    # confirms is safer, one without any author or year less so.
    "EXACT_TITLE": 0.99,
    "FUZZY_AUTHOR_YEAR": 0.98,
    "FUZZY_TITLE": 0.97,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict over all candidates."""

    status: Literal["found", "review", "missing", "failed", "skipped"]
    reason_code: ReasonCode
    confidence: float = 0.0
    """In `key`; 0.0 where none was chosen."""
    key: str | None = None
    candidates: tuple[Candidate, ...] = ()
    """The nearest first; scores from 0 to 1."""
    evidence: tuple[str, ...] = ()


class _Judged(NamedTuple):
    score: Score
    verdict: Verdict


def decide(
    query: Query,
    candidates: Iterable[CandidateWork],
    source_states: Mapping[str, SourceState] | None = None,
    rejected: Collection[str] = (),
) -> Decision:
    """
    Return the verdict on *candidates*, which the sources in *source_states* gave or failed to give.

    Those whose key a person has *rejected* are left out; where nothing else is near, that is why.
    A candidate is accepted only where it is the only one that fits. A source that could not be
    asked turns "nothing near" into `failed`; it takes back nothing that others have shown.
    """
    scores = [score(query, work) for work in _distinct(candidates)]
    everything = sorted((_Judged(one, judge(query, one)) for one in scores), key=_order)
    judged = [one for one in everything if one.score.candidate.key not in rejected]
    refused = [one for one in everything if one.score.candidate.key in rejected]
    states = source_states or {}
    best = next((one for one in judged if one.verdict.level == "auto"), None)
    if best is not None and any(_rivals(best, one) for one in judged if one is not best):
        return _review("TIE", judged, states)
    if best is not None:
        return _found(best, judged)
    near = [one for one in judged if one.verdict.level == "review"]
    if near:
        return _review(near[0].verdict.code, [*near, *judged], states)
    return _rejected(_nothing(judged, states), refused)


def _distinct(candidates: Iterable[CandidateWork]) -> list[CandidateWork]:
    """Return each work once; what several sources say of it is put together."""
    works: dict[str, CandidateWork] = {}
    for work in candidates:
        known = works.get(work.key)
        works[work.key] = _united(known, work) if known else work
    return list(works.values())


def _united(one: CandidateWork, other: CandidateWork) -> CandidateWork:
    titles = dict.fromkeys((*one.title_history, other.title, *other.title_history))
    return one.model_copy(
        update={
            "title_history": tuple(title for title in titles if title != one.title),
            "authors": one.authors or other.authors,
            "published": one.published or other.published,
        }
    )


def _order(judged: _Judged) -> tuple[object, ...]:
    found = judged.score
    return (
        not found.exact,
        found.author_conflict,
        -round(found.ratio, 6),
        -(found.shared_authors or 0),
        found.candidate.key,
    )


def _rivals(best: _Judged, other: _Judged) -> bool:
    """
    Say whether *other* might as well be meant.

    A preprint and its published version are one work under two schemes of keys, so no rivals. An
    equal title has rivals of equal title only, and the authors may tell those apart.
    """
    keys = (one.score.candidate.key for one in (best, other))
    if len({key.partition(":")[0] for key in keys}) > 1:
        return False
    if best.score.exact:
        return other.score.exact and not (other.score.author_conflict and best.score.shared_authors)
    return other.score.exact or best.score.ratio - other.score.ratio < MARGIN


def _found(best: _Judged, judged: Sequence[_Judged]) -> Decision:
    code = best.verdict.code
    agreed = code == "EXACT_TITLE" and bool(best.score.shared_authors)
    return Decision(
        status="found",
        reason_code=code,
        confidence=0.995 if agreed else _CONFIDENCE[code],
        key=best.score.candidate.key,
        candidates=_shown([best, *judged]),
        evidence=(f"{code}: {described(best.score)}",),
    )


def _review(
    code: ReasonCode, judged: Sequence[_Judged], states: Mapping[str, SourceState]
) -> Decision:
    lines = dict.fromkeys(described(one.score) for one in judged if one.verdict.level != "none")
    first, *others = tuple(lines)[:MAX_CANDIDATES]
    return Decision(
        status="review",
        reason_code=code,
        candidates=_shown(judged),
        evidence=(f"{code}: {first}", *others, *_unasked(states)),
    )


def _nothing(judged: Sequence[_Judged], states: Mapping[str, SourceState]) -> Decision:
    shown = _shown(judged)
    unasked = tuple(_unasked(states))
    if any(_has_failed(state) for state in states.values()):
        return Decision("failed", "SOURCE_FAILED", candidates=shown, evidence=unasked)
    if unasked:
        short = all(TOO_SHORT in line for line in unasked)
        code: ReasonCode = "SHORT_TITLE" if short else "NOT_ASKED"
        return Decision("skipped", code, candidates=shown, evidence=unasked)
    asked = f" in {', '.join(sorted(states))}" if states else ""
    nearest = f"; the nearest is {described(judged[0].score)}" if shown else ""
    evidence = (f"NO_CANDIDATE: no title near enough to be this one{asked}{nearest}",)
    return Decision("missing", "NO_CANDIDATE", evidence=evidence)


def _rejected(nothing: Decision, refused: Sequence[_Judged]) -> Decision:
    """Say of an answer of nothing that a person has rejected what was near."""
    near = [one for one in refused if one.verdict.level != "none"]
    if nothing.status != "missing" or not near:
        return nothing
    lines = [f"REJECTED: by a person: {described(one.score)}" for one in near[:MAX_CANDIDATES]]
    return replace(nothing, reason_code="REJECTED", evidence=(*lines, *nothing.evidence))


def _has_failed(state: SourceState) -> bool:
    """A stale answer stands in for a failure: it knows nothing of newer papers."""
    return state.status in ("failed", "blocked") or state.stale


def _unasked(states: Mapping[str, SourceState]) -> Iterable[str]:
    for name, state in sorted(states.items()):
        if _has_failed(state):
            yield f"SOURCE_FAILED: {name}: {state.reason or 'no answer'}"
        elif state.status == "skipped":
            yield f"NOT_ASKED: {name}: {state.reason or 'not asked'}"


def _shown(judged: Iterable[_Judged]) -> tuple[Candidate, ...]:
    shown: dict[str, Candidate] = {}
    for one in judged:
        work, ratio = one.score.candidate, one.score.ratio
        if one.verdict.level != "none" or ratio >= NEAR_ENOUGH_TO_SHOW:
            rated = Candidate(key=work.key, title=work.title, score=round(ratio / 100, 4))
            shown.setdefault(work.key, rated)
    return tuple(shown.values())[:MAX_CANDIDATES]


def described(found: Score) -> str:
    """Put the evidence for one candidate into a line for a person."""
    work = found.candidate
    facts = ["same title" if found.exact else f"title {found.ratio:.1f} % similar"]
    facts += ["half of the title is the same"] if found.part and not found.exact else []
    facts += ["another name"] if found.renamed else []
    other = not (found.exact or found.slight) and found.ratio >= REVIEW_RATIO
    facts += ["other words in the title"] if other else []
    facts += [] if found.same_versions else ["other numbers in the title"]
    facts += [] if found.same_kind else ["one is a survey, reply, erratum or the like"]
    facts.append(_about_authors(found))
    if found.year_delta == 0:
        facts.append("same year")
    elif found.year_delta is not None:
        side = "after" if found.year_delta > 0 else "before"
        facts.append(f"the list's year is {abs(found.year_delta)} {side} the paper's")
    said = "" if found.exact else f" “{work.title}”"
    source = f" ({work.source})" if work.source else ""
    return f"{work.key}{said}{source}: {', '.join(facts)}"


def _about_authors(found: Score) -> str:
    if not found.authors_named:
        return "authors not compared: none could be read in the list"
    if found.first_author is None:
        return "authors not compared: the source names none"
    if found.first_author:
        return "same first author"
    number = found.shared_authors or 0
    return f"{number} authors in common" if number else "other authors"
