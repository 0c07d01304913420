"""The form that most models agree on: every entry, rewritten for the new work, has a vote. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from pipeline.repair.adding.drafts import Draft, draft_of, phrases_of, without_own_words
from pipeline.repair.adding.marks import Marks, marks_of
from pipeline.repair.adding.siblings import Habits, Sibling
from pipeline.repair.adding.work import NewWork

_LEAST: Final = 2
"""One model alone shows no form."""
_FEW: Final = 2
"""Where a list has no more models than these, one is enough."""
_MOST_MODELS: Final = 300
_LONGEST: Final = 6_000
"""Characters of a model; a hostile list has longer entries."""
_CONSTANT: Final = 0.75


class Model(NamedTuple):
    """One entry with its facts, and how much its form counts."""

    sibling: Sibling
    marks: Marks
    weight: float


@dataclass(frozen=True, slots=True)
class Choice:
    """The form that was chosen."""

    draft: Draft
    votes: int
    """How many models agree on it; of a row, how many show its cells."""


def models_of(
    near: Sequence[Sibling], others: Sequence[Sibling], work: NewWork, habits: Habits
) -> list[Model]:
    """Return the entries that may be models; those of the section count more."""
    found: list[Model] = []
    for siblings, weight in ((near, 4.0), (others, 1.0)):
        for one in siblings[-_MOST_MODELS:]:
            marks = marks_of(one, work, habits) if len(one.text) <= _LONGEST else None
            if marks is not None:
                published = bool(one.venue) and not one.is_preprint
                alike = published == (work.venue is not None)
                found.append(Model(one, marks, weight * (2.0 if alike else 1.0)))
    phrases = phrases_of(model.marks for model in found)
    if len(found) <= _FEW:
        return found
    return [one._replace(marks=without_own_words(one.marks, phrases)) for one in found]


def chosen(models: Sequence[Model], work: NewWork) -> Choice | None:
    """Return the draft that most models agree on, one that tells of the code before others."""
    drafts = [(model, draft) for model in models if (draft := draft_of(model.marks)) is not None]
    usable = [(model, draft) for model, draft in drafts if "paper" in draft.facts]
    return _elected(usable, work, len(models))


def _elected(
    drafts: Iterable[tuple[Model, Draft]], work: NewWork, number: int, *, cell: bool = False
) -> Choice | None:
    weights: dict[str, float] = defaultdict(float)
    votes: dict[str, list[Draft]] = defaultdict(list)
    for model, draft in drafts:
        key = draft.text.rstrip(" \t\\")
        weights[key] += model.weight / (1 + 2 * len(draft.left_out))
        votes[key].append(draft)
    agreed = [key for key in votes if len(votes[key]) >= _LEAST or number <= _FEW]
    if work.code is not None and not cell:
        coded = [key for key in agreed if any("code" in draft.facts for draft in votes[key])]
        agreed = coded or agreed
    if not agreed:
        return None
    best = max(agreed, key=lambda key: (weights[key], key))
    least = min(votes[best], key=lambda draft: (len(draft.left_out), draft.text))
    return Choice(least, len(votes[best]))


# --- rows of tables -----------------------------------------------------------------------------

NOTHING: Final = frozenset({"", "-", "--", "—", "–", "/", "n/a", "none", "tbd", "x", "❌"})


def chosen_row(models: Sequence[Model], base: Sibling, work: NewWork) -> Choice | None:
    """Return a row whose every cell is what most rows agree on, or empty as theirs are."""
    width = len(base.cells)
    alike = [model for model in models if len(model.sibling.cells) == width]
    parts: list[Draft] = []
    for column in range(width):
        part = _cell(alike, column, work)
        if part is None:
            return None
        parts.append(part)
    told = frozenset(fact for part in parts for fact in part.facts)
    if not {"paper", "title"} <= told:
        return None
    left = frozenset(fact for part in parts for fact in part.left_out) - told
    text = _row(base, [part.text for part in parts], alike)
    return Choice(Draft(text, told, left), len(alike))


def _cell(models: Sequence[Model], column: int, work: NewWork) -> Draft | None:
    drafts: list[tuple[Model, Draft]] = []
    for model in models:
        found = draft_of(model.marks, *model.sibling.cells[column])
        if found is not None:
            drafts.append((model, replace(found, text=found.text.strip())))
    filled = [pair for pair in drafts if pair[1].facts]
    is_usual = 2 * len(filled) > len(models)
    common = _elected(filled, work, len(models), cell=True) if is_usual else None
    if common is None:
        some = [pair for pair in filled if not pair[1].left_out]
        common = _elected(some, work, len(models), cell=True)
    if common is not None:
        return common.draft
    constant = _elected(drafts, work, len(models), cell=True)
    if constant is not None and constant.votes >= _CONSTANT * len(models):
        return constant.draft
    texts = (model.marks.text[slice(*model.sibling.cells[column])].strip() for model in models)
    empty = [text for text in texts if text.lower() in NOTHING]
    mark = max(sorted(set(empty)), key=empty.count) if empty else ""
    return Draft(mark, frozenset(), frozenset({"words"}))


def _row(base: Sibling, texts: Sequence[str], models: Sequence[Model]) -> str:
    """Put cells into the place of those of another row, padded as all rows are."""
    row, position = "", 0
    for column, ((start, end), text) in enumerate(zip(base.cells, texts, strict=True)):
        old = base.text[start:end]
        spans = [model.sibling.cells[column] for model in models]
        lengths = Counter(stop - begin for begin, stop in spans)
        length, count = lengths.most_common(1)[0]
        lead = " " if old[:1] == " " else ""
        trail = " " if old[-1:] == " " else ""
        new = f"{lead}{text}{trail}" if old.strip() else f" {text} "
        if len(models) > 1 and count >= _CONSTANT * len(models):
            new = new.ljust(length)
        row += base.text[position:start] + new
        position = end
    return row + base.text[position:]
