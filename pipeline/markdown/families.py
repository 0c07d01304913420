"""Families: units of one container and form, which settle together where their titles stand."""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence

from pipeline.markdown.candidates import (
    CUT,
    holds_more,
    is_listed,
    letters_of,
    names_before,
    quality,
    reading_of,
    titles_of,
)
from pipeline.markdown.marks import BOLD, BOLD_END, Anchor, plain
from pipeline.markdown.phrases import is_authors
from pipeline.markdown.reading import Title, Unit
from pipeline.markdown.roles import is_label, is_paper
from pipeline.markdown.sections import is_soft
from pipeline.markdown.tail import read_labels, settle_fields

_ENOUGH = 4
"""Units of a family from which on votes count."""
_SAMPLE = 12
"""Units of a family whose candidates are weighed for the votes."""
_OF_PAGE = 0.5
"""What the votes of a page count beside those of a family."""
_DOUBTFUL = 0.2
_AGAINST = 2.0
"""What speaks against a place whose fillings repeat, or that few of a family have."""
_PLACES = {"link": "link:0", "bold": "bold:0", "plain": "line:0", "citation": "quote:0"}
"""Where the rules found a title, by what set it apart; what a family agrees on is not weighed."""
_BOLD_TITLE = re.compile(rf"{BOLD}(?:[^{BOLD_END}\s]+\s){{2}}")
_MARKED = frozenset({"link", "bold", "italic"})
"""Forms of a title that begins where its markup does."""
_NAME_WORDS = 3
_GOOD = 0.0
_SURE_WORDS = 20
_NAME_START = 6


Votes = dict[str, float]
"""How good the candidates of each place are in a family."""


def settle(units: list[Unit]) -> dict[Hashable, Votes]:
    """Choose the titles of all units by the votes of their families; return those by family."""
    families: dict[tuple[Hashable, str], list[Unit]] = defaultdict(list)
    voted: dict[Hashable, Votes] = {}
    pages: dict[str, Votes] = {}
    """The votes of all units of one shape, for families that are too small."""
    for unit in units:
        families[unit.place, unit.shape].append(unit)
    for (place, shape), family in families.items():
        _undo_guesses(family)
        doubted = [unit for unit in family if unit.shape != "row" and _is_doubted(unit)]
        if not doubted:
            continue
        known = len(family) >= _ENOUGH
        if not known and shape not in pages:
            page = _votes(_sample([unit for unit in units if unit.shape == shape]))
            pages[shape] = {key: _OF_PAGE * vote for key, vote in page.items()}
        votes = voted[place, shape] = _votes(_sample(family)) if known else pages[shape]
        chosen = doubted
        if known and len(doubted) > _DOUBTFUL * len(family):
            best = max(votes, key=lambda key: votes[key], default="")
            kept = {form for form, key in _PLACES.items() if key == best}
            sure = {id(unit) for unit in family if unit.reading.form in kept}
            sure -= {id(unit) for unit in doubted}
            chosen = [unit for unit in family if id(unit) not in sure]
        for unit in chosen:
            _choose(unit, votes)
    for unit in units:
        if unit.shape != "row":
            read_labels(unit.reading, unit.anchors)
    for family in families.values():
        settle_fields([unit.reading for unit in family])
    settle_fields([unit.reading for unit in units])
    return voted


def _sample(family: list[Unit]) -> list[Unit]:
    return family[:: max(1, len(family) // _SAMPLE)]


def _undo_guesses(family: list[Unit]) -> None:
    """Undo what was guessed in a title, where the family has no such habit."""
    joined = [unit for unit in family if unit.reading.linked]
    words = sum(len(unit.reading.linked.split()) for unit in joined)
    for unit in joined:
        reading = unit.reading
        described = reading.title.partition(": ")[2][:1].islower()
        if words > _NAME_WORDS * len(joined) or (
            described and not is_paper(unit.anchors[reading.title_anchor])
        ):
            reading.title, reading.name = reading.linked, None


def _is_doubted(unit: Unit) -> bool:
    """Say whether what the rules read may not be the title."""
    reading = unit.reading
    anchors = unit.anchors
    if not anchors:
        if reading.form == "plain" and _BOLD_TITLE.search(unit.text):
            return True
        return (unit.shape == "item" or reading.form != "plain") and (
            _begins_with_names(unit) or is_listed(reading.title) or holds_more(reading.title)
        )
    if reading.form == "citation":
        return False
    if reading.refused:
        return any(is_paper(anchor) for anchor in anchors)
    words = reading.title.count(" ") + 1
    title = reading.title
    head = title.partition(": ")[0]
    sure = 4 <= words <= _SURE_WORDS and "," not in head and title[:1] not in "([（【"
    sure = sure and title[1:3] != ". "
    sure = sure and not ((" and " in head or "et al" in title) and is_authors(title))
    sure = sure and not holds_more(title)
    named = reading.name is not None and len(reading.name.split()) > _NAME_WORDS
    weak = named or (not sure and quality(title) < _GOOD)
    if weak or (_begins_with_names(unit) and not is_soft(unit.section)):
        return True
    linked = [anchor for anchor in anchors if anchor.text.count(" ") >= _NAME_WORDS]
    lowered = plain(title).lower() if linked else ""
    return any(_differs(lowered, anchor) for anchor in linked)


def _begins_with_names(unit: Unit) -> bool:
    """Say whether what the rules read begins with the persons before a title that is set apart."""
    if unit.reading.form in _MARKED:
        return False
    names = names_before(unit.text)[0]
    return bool(names) and unit.reading.title.startswith(names[:_NAME_START])


def _differs(title: str, anchor: Anchor) -> bool:
    """Say whether a paper's linked text is another title, or has words of a sentence before it."""
    words = anchor.text.lower()
    if title[:20] in words:
        return False
    words = plain(words)
    if words.count(" ") < _NAME_WORDS or is_label(words) or title[:20] in words:
        return False
    before = title.partition(words[:20])[0]
    return len(before.split()) > 1 and ":" not in before and is_paper(anchor)


def _titles(unit: Unit) -> Sequence[Title]:
    if not unit.titles:
        unit.titles = titles_of(unit.text, unit.anchors, unit.reading)
    return unit.titles


def _votes(family: Iterable[Unit]) -> Votes:
    """Return how good the candidates of each place are in a family; repetition speaks against."""
    scores: dict[str, list[float]] = defaultdict(list)
    texts: dict[str, set[str]] = defaultdict(set)
    size = 0
    for unit in family:
        size += not unit.category
        for title in _titles(unit):
            scores[title.key].append(max(-2.0, min(3.0, title.score)))
            texts[title.key].add(title.text)
    votes = {}
    for key, found in scores.items():
        repeated = len(found) >= _ENOUGH and len(texts[key]) < 0.6 * len(found)
        rare = key.startswith(CUT) and 3 * len(found) < size
        glued = 2 * sum(map(holds_more, texts[key])) >= size
        against = _AGAINST if repeated or rare or glued else 0.0
        votes[key] = sum(found) / (len(found) + 2) - against
    return votes


def _vote(votes: Votes, key: str) -> float:
    return votes.get(key, -_AGAINST if key.startswith(CUT) else 0.0)


def _choose(unit: Unit, votes: Votes) -> None:
    titles = _titles(unit)
    if not titles:
        return
    best = max(titles, key=lambda title: title.score + _vote(votes, title.key))
    same = letters_of(best.text)
    other = same != letters_of(unit.reading.title) or best.anchor >= 0 > unit.reading.title_anchor
    if same and other and not best.key.startswith("rule:"):
        unit.reading = reading_of(best, unit.text, unit.reading)
