"""
How well one work fits what a list says: evidence in, what it is worth by itself out.

Pure. `score` measures one candidate, `judge` says what that is worth; `works.deciding` looks at all
candidates.

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

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from rapidfuzz import fuzz

from pipeline.works.authors import author_keys, same_author, shared_authors
from pipeline.works.candidates import (
    MIN_WORDS,
    CandidateWork,
    Query,
    TitleForm,
    form_of,
    is_front_matter,
    is_generic,
)
from pipeline.works.titles import title_key
from pipeline.works.wording import differs_slightly

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
    "NO_SUCH_ID",  # the id in the entry's link is none
    "SOURCE_FAILED",
    "NOT_ASKED",
    "HUMAN",
]


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
    same_numbers: bool
    """As `same_versions`, of digits only: titles are equal as `10 x 10` and `10x10` too."""
    same_kind: bool
    """Both or neither are an erratum, a reply, a survey …"""
    first_author: bool | None
    """None where one side has no authors."""
    shared_authors: int | None
    authors_named: int
    """How many persons the list names."""
    year_delta: int | None
    """The list's year less the candidate's."""

    @property
    def author_conflict(self) -> bool:
        """
        Both have authors, and none in common, or too few: made-up references mix two papers' names.

        Where the first author is the same, a list may name more or others: advisers, a group.
        """
        if self.shared_authors is None or self.first_author:
            return False
        return self.shared_authors * 2 < self.authors_named


# --- evidence ---------------------------------------------------------------------------------


def score(query: Query, candidate: CandidateWork) -> Score:
    """Measure a candidate by the best of its titles and of the list's spellings."""
    pairs = [
        (form_of(said), form_of(title))
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
        same_numbers=said.numbers == known.numbers,
        same_kind=said.marks == known.marks,
        first_author=same_author(ours[0], theirs[0]) if ours and theirs else None,
        shared_authors=shared_authors(ours, theirs),
        authors_named=len(ours),
        year_delta=query.year - year if query.year is not None and year is not None else None,
    )


def _is_renamed(said: TitleForm, known: TitleForm, name: str) -> bool:
    """Say whether the known title's name is none of those that the list gives."""
    names = {said.name, name} - {""}
    return bool(names and known.name) and known.name not in names and said.looks != known.looks


def _is_slight(said: TitleForm, known: TitleForm) -> bool:
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


class Verdict(NamedTuple):
    """What the evidence for one candidate is worth by itself."""

    level: Literal["auto", "review", "none"]
    code: ReasonCode


def judge(query: Query, found: Score) -> Verdict:
    """Return what one candidate is worth, whatever the others are."""
    return _judge_equal(query, found) if found.exact else _judge_similar(query, found)


def _judge_equal(query: Query, found: Score) -> Verdict:
    agreed = bool(found.shared_authors)
    if found.author_conflict:
        return Verdict("review", "AUTHOR_MISMATCH")
    if not found.same_numbers:
        return Verdict("review", "VERSION_TOKEN")
    if found.length < MIN_WORDS:
        return Verdict("review", "SHORT_TITLE")
    if is_generic(query.title) and not agreed:
        return Verdict("review", "GENERIC_TITLE")
    if not agreed and not EARLIEST_YEAR <= (found.year_delta or 0) <= LATEST_YEAR:
        return Verdict("review", "YEAR_GAP")
    return Verdict("auto", "EXACT_TITLE")


def _judge_similar(query: Query, found: Score) -> Verdict:
    if not _is_near(found):
        return Verdict("none", "NO_CANDIDATE")
    for applies, code in _doubts(query, found):
        if applies:
            return Verdict("review", code)
    if found.first_author:
        if found.ratio < ACCEPTED_RATIO:
            return Verdict("review", "RETITLED")
        fits = found.year_delta is None or 0 <= found.year_delta <= 1
        return Verdict("auto", "FUZZY_AUTHOR_YEAR") if fits else Verdict("review", "YEAR_GAP")
    alone = not author_keys(query.authors) and query.year is None
    if alone and found.ratio >= ACCEPTED_RATIO_ALONE:
        return Verdict("auto", "FUZZY_TITLE")
    return Verdict("review", "RETITLED")


def _is_near(found: Score) -> bool:
    if found.ratio >= REVIEW_RATIO or (found.part and not found.author_conflict):
        return True
    similar = found.ratio >= REVIEW_RATIO_WITH_AUTHOR
    if found.first_author:
        return found.same_name or similar
    return found.same_name and not found.author_conflict and similar


def _doubts(query: Query, found: Score) -> tuple[tuple[bool, ReasonCode], ...]:
    """Return what forbids to accept a title that is not equal, however similar it is."""
    title = query.title or query.name or ""
    derived = not found.same_kind or bool(form_of(title).marks)
    return (
        (found.author_conflict, "AUTHOR_MISMATCH"),
        (not found.same_versions, "VERSION_TOKEN"),
        (derived, "DERIVED_WORK"),
        (found.renamed, "RETITLED"),
        (is_front_matter(title), "GENERIC_TITLE"),
        (found.length < MIN_WORDS, "SHORT_TITLE"),
        (not found.slight, "RETITLED"),
    )
