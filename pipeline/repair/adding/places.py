"""Where a new entry stands among the others of its section, and its number. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

from pipeline.repair.adding.siblings import Sibling
from pipeline.repair.adding.work import NewWork
from pipeline.works.identifiers import identify
from pipeline.works.titles import normalise

UNORDERED: Final = "no order is evident: at the end"
_LEAST: Final = 4
"""So many entries show an order; fewer may stand in one by chance."""
SHARE: Final = 0.9
"""Of the neighbours that differ, so many must be in order."""


@dataclass(frozen=True, slots=True)
class Place:
    """Between which siblings a new entry stands."""

    index: int
    """Before the sibling of this index; their number for the end."""
    order: str
    """The order that was found, in words."""
    span: tuple[int, int] = (0, 0)
    """The first and the last index that keep this order."""


Key = Callable[[Sibling], Any]


def _arxiv(sibling: Sibling) -> str | None:
    """Return the month and number of an arXiv id, which grow with time."""
    for link in sibling.entry.links:
        found = identify(link.url) if link.role == "paper" else None
        if found is not None and found.scheme == "arxiv":
            return _month(found.value)
    return None


def _month(arxiv_id: str) -> str:
    number = arxiv_id.rpartition("/")[2]
    century = "19" if number[:1] == "9" and "/" in arxiv_id else "20"
    return century + number


def _month_of(work: NewWork) -> str | None:
    own = work.ids.get("arxiv")
    if own:
        return _month(own)
    return f"{work.day.year}{work.day.month or 1:02}" if work.day is not None else None


class Order:
    """In which order siblings stand: found once, for every work that is to have a place there."""

    def __init__(self, siblings: Sequence[Sibling], *, share: float = SHARE) -> None:
        self._siblings = siblings
        self._share = share
        """Of the neighbours that differ, so many must be in order."""
        self._known: dict[int, tuple[list[Any], int]] = {}

    def place(self, work: NewWork) -> Place:
        """Return where a new work stands: in the order of the others, where they have one."""
        for number, (word, _, value_of) in enumerate(_KEYS):
            value = value_of(work)
            values, direction = self._by(number) if value is not None else ([], 0)
            if direction:
                span = _span(values, value, direction)
                return Place(span[direction > 0], _ORDERS.get((word, direction), word), span)
        if self._step == -1:
            return Place(0, "numbered downwards: at the top", (0, 0))
        end = len(self._siblings)
        return Place(end, UNORDERED, (end, end))

    def _by(self, number: int) -> tuple[list[Any], int]:
        """Return what the siblings have of a key, and the direction in which it goes."""
        if number not in self._known:
            values = [_KEYS[number][1](one) for one in self._siblings]
            self._known[number] = values, _direction(values, self._share)
        return self._known[number]

    @cached_property
    def _step(self) -> int | None:
        return step_of(self._siblings)


def _year(sibling: Sibling) -> int | None:
    """Return the year that an entry names, else that of its identifier."""
    return sibling.entry.year or int((_arxiv(sibling) or "0")[:4]) or None


_ORDERS: Final = {
    ("date", 1): "the newest last",
    ("date", -1): "the newest first",
    ("alphabetical", 1): "alphabetical",
    ("by name", 1): "alphabetical by name",
    ("alphabetical", -1): "alphabetical, the last first",
    ("by name", -1): "alphabetical by name, the last first",
}


def _title(sibling: Sibling) -> str:
    return normalise(sibling.entry.title)


def _name(sibling: Sibling) -> str:
    return normalise(sibling.entry.name or sibling.entry.title)


_KEYS: Final[Sequence[tuple[str, Key, Callable[[NewWork], Any]]]] = (
    ("alphabetical", _title, lambda work: normalise(work.title)),
    ("by name", _name, lambda work: normalise(work.name or work.title)),
    ("date", _arxiv, _month_of),
    (
        "date",
        lambda one: (_arxiv(one) or "")[:6] or None,
        lambda work: (_month_of(work) or "")[:6] or None,
    ),
    ("date", _year, lambda work: work.year),
)
"""What an order may go by: its name, and its value of an entry and of a work."""


def _direction(values: Sequence[Any], share: float) -> int:
    """Return 1 for values that grow, -1 for those that fall, 0 for those in no order."""
    known = [value for value in values if value is not None]
    if len(known) < _LEAST or 2 * len(known) < len(values):
        return 0
    steps = [(one < other) - (one > other) for one, other in pairwise(known)]
    moves = [step for step in steps if step]
    if len(moves) < min(_LEAST - 1, len(steps)) and len(set(known)) < _SOME:
        return 0
    for direction in (1, -1):
        if moves.count(direction) >= share * len(moves):
            return direction
    return 0


_SOME: Final = 2


def _span(values: Sequence[Any], value: Any, direction: int) -> tuple[int, int]:
    """Return the first and the last place for a value among others in order: equals lie between."""
    signs = [
        0 if one is None or one == value else (1 if (one > value) == (direction > 0) else -1)
        for one in values
    ]
    last = next((number for number, sign in enumerate(signs) if sign > 0), len(signs))
    first = next((n + 1 for n in range(last - 1, -1, -1) if signs[n] < 0), 0)
    return first, last


# --- numbers ------------------------------------------------------------------------------------

_NUMBER: Final = re.compile(
    r"\s{0,20}(?:\|\s{0,20})?(?:#{1,6}[ \t]+)?(?:[-*+] )?"
    r"\[?(?!(?:19|20)\d\d\D)(?P<number>\d{1,5})(?:[\].)]|\s*\|)",
    re.ASCII,
)


def number_of(sibling: Sibling) -> tuple[int, int, int] | None:
    """Return the number that a sibling begins with, and where; a year is none."""
    match = _NUMBER.match(sibling.text)
    return (int(match["number"]), *match.span("number")) if match else None


def step_of(siblings: Sequence[Sibling]) -> int | None:
    """Return by how much numbers grow: 1, -1, or 0 where all are alike; None for no numbers."""
    numbers = [found[0] for one in siblings if (found := number_of(one)) is not None]
    if not numbers or len(numbers) < len(siblings):
        return None
    steps = Counter(other - one for one, other in pairwise(numbers))
    if not steps:
        return 1 if numbers == [1] else None
    step, count = steps.most_common(1)[0]
    return step if step in (1, -1, 0) and count >= SHARE * steps.total() else None
