"""Which entries are one work. Pure."""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from pipeline.records.lists import Kind
from pipeline.stages.resolve.claims import Claim, Facts
from pipeline.storage.numbers import Numbers
from pipeline.storage.spool import Keep, Spool, held
from pipeline.urls import request_key
from pipeline.works.candidates import MIN_WORDS
from pipeline.works.identifiers import SCHOLARLY, Scheme
from pipeline.works.titles import normalise, word_count

R = TypeVar("R")

Rivals = dict[str, list[int]]
"""By a title's key, one claim of each arXiv id under which it stands."""


class Groups:
    """
    A union-find over claims in which no group ever holds two arXiv ids.

    The claims are noted as they are kept, and then read only where two may be one: they may lie on
    disk.
    """

    def __init__(self, claims: Iterable[tuple[Facts, Claim | bytes]], keep: Keep = held) -> None:
        """`claims`: each with its facts; as JSON where they are kept on disk."""
        self.identified: dict[Scheme, tuple[array[int], array[int]]] = {}
        """Hashes of the identifiers of all claims, and the numbers of the claims."""
        self.titled: dict[bytes, list[int]] = {}
        """Claims of equal title, where there are two or more, by a digest of the title."""
        self._arxiv: list[str | None] = []
        self.claims: Sequence[Claim] = keep(Claim, self._noted(claims))
        self._parent = array("q", range(len(self.claims)))

    def _noted(self, claims: Iterable[tuple[Facts, Claim | bytes]]) -> Iterator[Claim | bytes]:
        first = Numbers()
        for index, (facts, claim) in enumerate(claims):
            self._arxiv.append(facts.arxiv)
            for scheme, value in facts.identifiers:
                values, numbers = self.identified.setdefault(scheme, (array("q"), array("q")))
                values.append(hash(value))
                numbers.append(index)
            if facts.title:
                before = first.get(facts.title)
                if before is None:
                    first[facts.title] = index
                else:
                    self.titled.setdefault(facts.title, [before]).append(index)
            yield claim

    def root(self, index: int) -> int:
        """Return the first claim of a claim's group."""
        while self._parent[index] != index:
            self._parent[index] = self._parent[self._parent[index]]
            index = self._parent[index]
        return index

    def arxiv(self, index: int) -> str | None:
        """Return the arXiv id of a claim's group."""
        return self._arxiv[self.root(index)]

    def join(self, one: int, other: int) -> bool:
        """Make two groups one, unless their arXiv ids differ."""
        first, second = sorted((self.root(one), self.root(other)))
        ids = {self._arxiv[first], self._arxiv[second]} - {None}
        if len(ids) > 1:
            return False
        self._arxiv[first] = next(iter(ids), None)
        self._parent[second] = first
        return True

    def members(self) -> Iterator[list[Claim]]:
        """Yield the groups, each in order, in the order of their first claims."""
        return self._together(self.claims, self.claims.__getitem__)

    def written(self) -> Iterator[list[Claim | bytes]]:
        """Yield the groups as `members` does, with what lies on disk as it is written there."""
        if isinstance(self.claims, Spool):
            return self._together(self.claims.as_json(), self.claims.written)
        return self._together(self.claims, self.claims.__getitem__)

    def _together(self, claims: Iterable[R], at: Callable[[int], R]) -> Iterator[list[R]]:
        others: dict[int, list[int]] = defaultdict(list)
        for index in range(len(self._parent)):
            if (root := self.root(index)) != index:
                others[root].append(index)
        for index, claim in enumerate(claims):
            if self._parent[index] == index:
                yield [claim, *map(at, others.get(index, ()))]


def join_by_identifier(groups: Groups) -> None:
    """Join claims that share an identifier, arXiv ids first."""
    for scheme in SCHOLARLY:
        first = Numbers()
        values, numbers = groups.identified.pop(scheme, ((), ()))
        for value, index in zip(values, numbers, strict=True):
            before = first.get(value)
            if before is None:
                first[value] = index
            else:
                groups.join(before, index)


def join_by_title(groups: Groups) -> Rivals:
    """Join claims of equal title; return the titles of several arXiv ids, which stay apart."""
    rivals: Rivals = {}
    for indices in sorted(groups.titled.values()):
        if len(set(map(groups.root, indices))) == 1:
            continue  # by an identifier
        claim = groups.claims[indices[0]]
        if word_count(claim.entry.title or claim.entry.name or "") < MIN_WORDS:
            _join_by_shared_link(groups, indices)
            continue
        found = _join_same_title(groups, indices)
        if found:
            rivals[claim.title] = found
    return rivals


def _join_by_shared_link(groups: Groups, indices: Sequence[int]) -> None:
    """Join entries of one short title that link to the same place and are of one kind."""
    first: dict[tuple[Kind, str], int] = {}
    for index in indices:
        entry = groups.claims[index].entry
        for link in entry.links:
            groups.join(first.setdefault((entry.kind, request_key(link.url)), index), index)


def _join_same_title(groups: Groups, indices: Sequence[int]) -> list[int]:
    """Join entries of one long title; return one entry of each id where ids contradict."""
    contradicting: list[int] = []
    for circle in _by_authors(groups, indices):
        ids: dict[str, int] = {}
        for index in circle:
            if (arxiv := groups.arxiv(index)) is not None:
                ids.setdefault(arxiv, index)
        if len(ids) > 1:
            contradicting += ids.values()
        one = circle if len(ids) <= 1 else [n for n in circle if groups.arxiv(n) is None]
        for index in one[1:]:
            groups.join(one[0], index)
    return contradicting


def _by_authors(groups: Groups, indices: Sequence[int]) -> list[list[int]]:
    """
    Part entries of one title by their authors, where a list gives them.

    Entries with a name in common go together. Entries without authors go with the others where
    there is one circle of authors only, else they stay among themselves.
    """
    circles: dict[int, list[int]] = {}
    circle_of: dict[str, int] = {}
    unknown: list[int] = []
    for index in indices:
        names = _author_names(groups.claims[index].entry.authors)
        if not names:
            unknown.append(index)
            continue
        number = next((circle_of[name] for name in names if name in circle_of), index)
        circles.setdefault(number, []).append(index)
        for name in names:
            circle_of.setdefault(name, number)
    if len(circles) <= 1:
        return [list(indices)]
    return [*circles.values(), unknown] if unknown else list(circles.values())


def _author_names(authors: str | None) -> list[str]:
    words = normalise((authors or "")[:500]).split()
    return [word for word in words if len(word) > 2 or not word.isascii()]
