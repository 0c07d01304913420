"""
Which work does a title mean: evidence in, a verdict with its reason out.

Pure. A search aims at recall and yields candidates; `score` measures one candidate against what a
list says, `decide` looks at all of them. Four outcomes: `found` (accepted without a person),
`review`, `missing` (every source answered, nothing near), `failed` (a source could not be asked).

The rules are measured ones (580 arXiv ↔ venue pairs among 7,710, 567 list titles, 1,000 absent
papers among 164,388 titles):

- an equal title of four words is near proof: three collisions in 164,387 titles;
- similarity is rapidfuzz's `ratio` of the normalised words and nothing else. `token_set_ratio` is
  100 for 6 % of the titles whose paper is absent, `WRatio` at least 85 for all of them: any title
  with "deep learning" in it is like the paper "Deep Learning";
- with another first author an unequal title was never the right paper; with the same one, 85 to 89
  is where the follow-ups of one group lie;
- numbers, `plus` and `ii` tell a follow-up from its original (CGOF and CGOF++, RoMa and RoMa v2),
  and so does one word ("is" and "is not", Text and Video): what differs must be a matter of
  spelling (`pipeline.works.wording`), or a `NAME:` that one of the two leaves out.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from rapidfuzz import fuzz

from pipeline.records.base import Record
from pipeline.records.catalog import Candidate, SourceState
from pipeline.works.authors import author_keys, same_author, shared_authors
from pipeline.works.titles import normalise, title_key, version_tokens, word_count
from pipeline.works.wording import differs_slightly

MIN_WORDS: Final = 4
"""Shorter titles are never accepted alone: "Deep Learning" is a paper and a phrase."""
ACCEPTED_RATIO: Final = 90.0
"""
With the same first author, and published in the paper's year or the one after where that is known.

From 85 to 89, author and year do not save it: of 21,652 titles whose record was taken out of an
index of 50,185, three met another paper of the same group and year there, and of 1,891 list titles
one was right there.
"""
ACCEPTED_RATIO_ALONE: Final = 97.0
"""
Where the list gives neither author nor year. Of 10,800 bare titles whose record was taken out, four
met another paper between 95.0 and 95.5 (one with a name before it, one with a "for" more).
"""
EARLIEST_YEAR: Final = -1
LATEST_YEAR: Final = 4
"""
How far the list's year may lie from that of a paper of equal title where no author tells. Four
years after the preprint is the most for which the matching rules of Crossref and COMET give credit;
one before it, because proceedings of December reach arXiv in January.
"""
REVIEW_RATIO: Final = 90.0
REVIEW_RATIO_WITH_AUTHOR: Final = 70.0
MARGIN: Final = 3.0
"""An accepted similar title must be so much better than the next candidate."""
MAX_CANDIDATES: Final = 5
NEAR_ENOUGH_TO_SHOW: Final = 50.0

ReasonCode = Literal[
    "LINK_ID",  # an identifier in the entry's own links or words
    "EXACT_TITLE",
    "FUZZY_AUTHOR_YEAR",  # similar title, same first author, and the year where one is known
    "FUZZY_TITLE",  # almost equal title; the list says nothing else
    "TIE",  # two works fit equally well
    "SHORT_TITLE",
    "GENERIC_TITLE",  # front matter, errata, replies: many works are called so
    "DERIVED_WORK",  # one is a survey, erratum, reply … and the other is not, or both are surveys
    "VERSION_TOKEN",
    "AUTHOR_MISMATCH",
    "YEAR_GAP",
    "RETITLED",  # retitled or shortened: similar, and not similar enough
    "REJECTED",  # all that is near was rejected by a person
    "NO_CANDIDATE",
    "SOURCE_FAILED",
    "NOT_ASKED",
    "HUMAN",
]

_CONFIDENCE: Final[Mapping[str, float]] = {
    # The Wilson lower bounds at 95 % of the measured rules are 0.993; an equal title that an author
    # confirms is safer, one without any author or year less so.
    "EXACT_TITLE": 0.99,
    "FUZZY_AUTHOR_YEAR": 0.98,
    "FUZZY_TITLE": 0.97,
}


class CandidateWork(Record):
    """A work that a source offers for a title."""

    key: str
    """Key of the catalog: `arxiv:2305.00447`, `doi:10.…`."""
    title: str
    authors: tuple[str, ...] = ()
    published: str | None = None
    """Date of the first version, ISO 8601, as precise as the source gives it."""
    source: str = ""
    title_history: tuple[str, ...] = ()
    """Other titles of the same work: five in six retitled papers are not similar to their old title
    any more."""

    @property
    def year(self) -> int | None:
        """Year of the first version; an arXiv id tells it where no date is given."""
        return _year(self.published) or arxiv_year(self.key)


class TitleHits(Record):
    """What a title search found for one title, the nearest first."""

    candidates: tuple[CandidateWork, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """What a list says of the work that is meant."""

    title: str
    authors: str | Sequence[str] | None = None
    year: int | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """The evidence for one candidate."""

    candidate: CandidateWork
    ratio: float
    """0 to 100, of the normalised words."""
    length: int
    """Words of the list's title, in the spelling that was compared."""
    exact: bool
    """The titles are equal but for case, accents, markup, hyphens and punctuation."""
    part: bool
    """One has the other's title before or after a colon, of at least `MIN_WORDS` words."""
    same_name: bool
    """Both begin with the same `NAME:`; no key, one name in ten stands for several works."""
    renamed: bool
    """They begin with different names (`SDM-V:`, `SDM-T:`): another method of one group."""
    slight: bool
    """What differs is a matter of spelling, or a name that one of the two leaves out."""
    same_versions: bool
    same_kind: bool
    """Both or neither are an erratum, a reply, a survey …"""
    first_author: bool | None
    """None where one side has no authors."""
    shared_authors: int | None
    year_delta: int | None
    """The list's year less the candidate's."""

    @property
    def author_conflict(self) -> bool:
        """Both have authors, and none in common."""
        return self.shared_authors == 0


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


# --- titles -----------------------------------------------------------------------------------


class _Form(NamedTuple):
    """Everything about one title that is compared."""

    words: str
    length: int
    key: str
    versions: tuple[str, ...]
    marks: frozenset[str]
    parts: frozenset[str]
    """Keys of the title and of what stands before and after its colon."""
    name: str
    """Key of a short `NAME:` before the colon; empty without one."""
    looks: str
    """The name as it looks where a capital I is like an l: `MuIT` for `MulT`."""
    rest: str
    """Words of what follows the name; all words without one."""


_COLON: Final = re.compile(r"[:：](?=\s|[^\s\d/])|\s[-–—]\s")


@lru_cache(maxsize=8192)
def _form(title: str) -> _Form:
    key = title_key(title)
    halves = _halves(title[:2000])
    long = [title_key(half) for half in halves if word_count(half) >= MIN_WORDS]
    named = bool(halves) and word_count(halves[0]) < MIN_WORDS
    return _Form(
        words=normalise(title),
        length=word_count(title),
        key=key,
        versions=version_tokens(title),
        marks=marks(title),
        parts=frozenset((key, *long)),
        name=title_key(halves[0]) if named else "",
        looks=halves[0].strip().replace("I", "l") if named else "",
        rest=normalise(halves[1]) if named else normalise(title),
    )


def _halves(title: str) -> tuple[str, ...]:
    match = _COLON.search(title)
    return (title[: match.start()], title[match.end() :]) if match else ()


_MARKS: Final[Mapping[str, re.Pattern[str]]] = {
    "erratum": re.compile(r"\b(?:erratum|errata|corrigend(?:um|a)|retraction|addendum)\b"),
    "reply": re.compile(
        r"^(?:(?:a|the) )?(?:reply to|response to|rejoinder|rebuttal|comments? on|discussion of)\b"
    ),
    "supplement": re.compile(r"\bsupplement(?:ary|al)?\b|\bappendix (?:to|of|for)\b"),
    "reproduction": re.compile(r"\b(?:reproducing|reproducibility|replicat(?:ing|ion))\b"),
    "survey": re.compile(r"\b(?:survey|review|overview|tutorial|primer)s?\b"),
}
_FRONT_MATTER: Final = re.compile(
    r"(?:preface|foreword|introduction|editorial|guest editorial|contents|table of contents|index"
    r"|author index|conclusions?|summary|abstracts?|keynotes?|panel|welcome|acknowledge?ments?"
    r"|list of (?:authors|contributors|participants|reviewers|papers)|book reviews?"
    r"|message from the .*|introduction to the (?:special|theme) .*|special issue on .*"
    r"|front ?matter|in this issue|responsible data science|proceedings of .*|technical report"
    r"|workshop summary)"
)
_MANY_OF_A_NAME: Final = frozenset({"erratum", "reply", "supplement"})


def marks(title: str) -> frozenset[str]:
    """Return what a title says about the kind of work (`_MARKS`)."""
    words = normalise(title)
    return frozenset(kind for kind, pattern in _MARKS.items() if pattern.search(words))


def is_front_matter(title: str) -> bool:
    """Say whether a title is one that many volumes have (Preface, Editorial)."""
    return _FRONT_MATTER.fullmatch(normalise(title)) is not None


def _is_generic(title: str) -> bool:
    return is_front_matter(title) or bool(_form(title).marks & _MANY_OF_A_NAME)


def similarity(one: str, other: str) -> float:
    """Return how similar the words of two titles are, 0 to 100."""
    return fuzz.ratio(_form(one).words, _form(other).words)


def is_same_title(one: str, other: str) -> bool:
    """Say whether two spellings are one title."""
    return _form(one).key == _form(other).key


def search_key(title: str) -> str:
    """Return a title as the key of a title search: as written, on one line, of bounded length."""
    return " ".join(title[:1000].split())[:500]


def shares_part(one: str, other: str) -> bool:
    """Say whether one title, or half of it at a colon, is the other or half of it."""
    return bool(_form(one).parts & _form(other).parts)


# --- years ------------------------------------------------------------------------------------

_NEW_ID: Final = re.compile(r"arxiv:([0-9]{2})[0-9]{2}\.[0-9]{4,5}", re.ASCII)
_OLD_ID: Final = re.compile(r"arxiv:[a-z-]{2,10}/([0-9]{2})[0-9]{5}", re.ASCII)


def arxiv_year(key: str) -> int | None:
    """Return the year in which an arXiv id (`arxiv:2305.00447`) was given; None for other keys."""
    if match := _NEW_ID.fullmatch(key):
        return 2000 + int(match[1])
    if match := _OLD_ID.fullmatch(key):
        return int(match[1]) + (1900 if match[1] >= "91" else 2000)
    return None


def _year(published: str | None) -> int | None:
    text = (published or "")[:4]
    return int(text) if len(text) == 4 and text.isascii() and text.isdigit() else None


# --- evidence ---------------------------------------------------------------------------------


def score(query: Query, candidate: CandidateWork) -> Score:
    """Measure a candidate by the best of its titles and of the list's spellings."""
    pairs = [
        (_form(said), _form(title))
        for said in _spellings(query)
        for title in (candidate.title, *candidate.title_history)
    ]
    rated = [(said.key == known.key, fuzz.ratio(said.words, known.words)) for said, known in pairs]
    best = max(range(len(pairs)), key=lambda number: (*rated[number], -number))
    (said, known), (exact, ratio) = pairs[best], rated[best]
    ours, theirs = author_keys(query.authors), author_keys(candidate.authors)
    year = candidate.year
    return Score(
        candidate=candidate,
        ratio=ratio,
        length=said.length,
        exact=exact,
        part=any(one.parts & other.parts for one, other in pairs),
        same_name=bool(known.name) and known.name in {said.name, title_key(query.name or "")},
        renamed=_is_renamed(said, known, title_key(query.name or "")),
        slight=_is_slight(said, known),
        same_versions=said.versions == known.versions,
        same_kind=said.marks == known.marks,
        first_author=same_author(ours[0], theirs[0]) if ours and theirs else None,
        shared_authors=shared_authors(ours, theirs),
        year_delta=query.year - year if query.year is not None and year is not None else None,
    )


def _is_renamed(said: _Form, known: _Form, name: str) -> bool:
    """Say whether the known title's name is none of those that the list gives."""
    names = {said.name, name} - {""}
    return bool(names and known.name) and known.name not in names and said.looks != known.looks


def _is_slight(said: _Form, known: _Form) -> bool:
    if differs_slightly(said.words, known.words):
        return True
    shortest = min(len(said.rest.split()), len(known.rest.split()))
    return shortest >= MIN_WORDS and differs_slightly(said.rest, known.rest)


def _spellings(query: Query) -> tuple[str, ...]:
    """Return the title, and the title behind the name that a list sets apart from it."""
    title = query.title or query.name or ""
    name = title_key(query.name or "")
    if not name or title_key(title).startswith(name):
        return (title,)
    return (title, f"{query.name}: {title}")


class _Verdict(NamedTuple):
    """What the evidence for one candidate is worth by itself."""

    level: Literal["auto", "review", "none"]
    code: ReasonCode


def judge(query: Query, found: Score) -> _Verdict:
    """Return what one candidate is worth, whatever the others are."""
    return _judge_equal(query, found) if found.exact else _judge_similar(query, found)


def _judge_equal(query: Query, found: Score) -> _Verdict:
    agreed = bool(found.shared_authors)
    if found.author_conflict:
        return _Verdict("review", "AUTHOR_MISMATCH")
    if found.length < MIN_WORDS:
        return _Verdict("review", "SHORT_TITLE")
    if _is_generic(query.title) and not agreed:
        return _Verdict("review", "GENERIC_TITLE")
    if not agreed and not EARLIEST_YEAR <= (found.year_delta or 0) <= LATEST_YEAR:
        return _Verdict("review", "YEAR_GAP")
    return _Verdict("auto", "EXACT_TITLE")


def _judge_similar(query: Query, found: Score) -> _Verdict:
    if not _is_near(found):
        return _Verdict("none", "NO_CANDIDATE")
    for applies, code in _doubts(query, found):
        if applies:
            return _Verdict("review", code)
    if found.first_author:
        return _judge_by_author(found)
    alone = not author_keys(query.authors) and query.year is None
    if alone and found.ratio >= ACCEPTED_RATIO_ALONE:
        return _Verdict("auto", "FUZZY_TITLE")
    return _Verdict("review", "RETITLED")


def _is_near(found: Score) -> bool:
    if found.ratio >= REVIEW_RATIO or (found.part and not found.author_conflict):
        return True
    if found.first_author:
        return found.same_name or found.ratio >= REVIEW_RATIO_WITH_AUTHOR
    same = found.same_name and not found.author_conflict
    return same and found.ratio >= REVIEW_RATIO_WITH_AUTHOR


def _doubts(query: Query, found: Score) -> tuple[tuple[bool, ReasonCode], ...]:
    """Return what forbids to accept a title that is not equal, however similar it is."""
    title = query.title or query.name or ""
    derived = not found.same_kind or bool(_form(title).marks)
    return (
        (found.author_conflict, "AUTHOR_MISMATCH"),
        (not found.same_versions, "VERSION_TOKEN"),
        (derived, "DERIVED_WORK"),
        (found.renamed, "RETITLED"),
        (is_front_matter(title), "GENERIC_TITLE"),
        (found.length < MIN_WORDS, "SHORT_TITLE"),
        (not found.slight, "RETITLED"),
    )


def _judge_by_author(found: Score) -> _Verdict:
    if found.ratio < ACCEPTED_RATIO:
        return _Verdict("review", "RETITLED")
    if found.year_delta is not None and not 0 <= found.year_delta <= 1:
        return _Verdict("review", "YEAR_GAP")
    return _Verdict("auto", "FUZZY_AUTHOR_YEAR")


# --- the decision -----------------------------------------------------------------------------


class _Judged(NamedTuple):
    score: Score
    verdict: _Verdict


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
    accepted = _accepted(judged)
    if isinstance(accepted, _Judged):
        return _found(accepted, judged)
    if accepted == "TIE":
        return _review("TIE", judged, states)
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


def _accepted(judged: Sequence[_Judged]) -> _Judged | Literal["TIE"] | None:
    """Return the one candidate to accept; `TIE` where another is as good."""
    accepted = [one for one in judged if one.verdict.level == "auto"]
    if not accepted:
        return None
    best = accepted[0]
    return "TIE" if any(_rivals(best, one) for one in judged if one is not best) else best


def _rivals(best: _Judged, other: _Judged) -> bool:
    """
    Say whether *other* might as well be meant.

    A preprint and its published version are one work under two schemes of keys, so no rivals. An
    equal title has rivals of equal title only, and the authors may tell those apart.
    """
    if _scheme(best) != _scheme(other):
        return False
    if best.score.exact:
        return other.score.exact and not (other.score.author_conflict and best.score.shared_authors)
    return other.score.exact or best.score.ratio - other.score.ratio < MARGIN


def _scheme(judged: _Judged) -> str:
    return judged.score.candidate.key.partition(":")[0]


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
        return Decision("skipped", "NOT_ASKED", candidates=shown, evidence=unasked)
    asked = f" in {', '.join(sorted(states))}" if states else ""
    nearest = f"; the nearest is {described(judged[0].score)}" if shown else ""
    evidence = (f"NO_CANDIDATE: no title near this one{asked}{nearest}",)
    return Decision("missing", "NO_CANDIDATE", candidates=shown, evidence=evidence)


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
    if found.year_delta is not None:
        facts.append(_about_years(found.year_delta))
    said = "" if found.exact else f" “{work.title}”"
    source = f" ({work.source})" if work.source else ""
    return f"{work.key}{said}{source}: {', '.join(facts)}"


def _about_years(delta: int) -> str:
    if delta == 0:
        return "same year"
    return f"the list's year is {abs(delta)} {'after' if delta > 0 else 'before'} the paper's"


def _about_authors(found: Score) -> str:
    if found.first_author is None:
        return "authors not compared"
    if found.first_author:
        return "same first author"
    number = found.shared_authors or 0
    return f"{number} authors in common" if number else "other authors"
