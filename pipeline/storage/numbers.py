"""
Which number each of very many keys has, in a fifth of the memory of a `dict`.

A URL and its place in a `dict` take 160 to 250 bytes, and a run over 200,000 entries has several
hundred thousand of them. Here a key takes 18 to 36, for only its digest is held; the texts
themselves lie on disk where somebody needs them again (`Distinct`).
"""

from array import array
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, Generic, TypeVar

from pipeline.records.catalog import Paper
from pipeline.storage.spool import AT_ONCE, database, explained, texts

T = TypeVar("T", bound=Hashable)

FREE: Final = -1
LEAST: Final = 1024
"""Places of a table; it doubles where two thirds are taken."""


class Numbers:
    """
    Numbers (0 to 2³¹) by keys, which are told apart by their 64-bit `hash`.

    Two of a million keys have one hash with a probability of 3·10⁻⁸, and nobody can choose texts
    that do: Python draws the secret of its hashes (SipHash) anew for each process.
    """

    def __init__(self, keys: Iterable[Hashable] = ()) -> None:
        """Number keys as they come; of equal ones the last counts."""
        self._digests, self._numbers = _table(LEAST)
        self._length = 0
        for number, key in enumerate(keys):
            self[key] = number

    def __len__(self) -> int:
        return self._length

    def __contains__(self, key: object) -> bool:
        return self._numbers[self._place(hash(key))] != FREE

    def get(self, key: Hashable) -> int | None:
        """Return the number of a key; None where it has none."""
        number = self._numbers[self._place(hash(key))]
        return None if number == FREE else number

    def __setitem__(self, key: Hashable, number: int) -> None:
        digest = hash(key)
        place = self._place(digest)
        if self._numbers[place] == FREE:
            self._length += 1
            if 3 * self._length > 2 * len(self._numbers):
                self._grow()
                place = self._place(digest)
            self._digests[place] = digest
        self._numbers[place] = number

    def _place(self, digest: int) -> int:
        """Return where a digest is, or would be."""
        digests, numbers = self._digests, self._numbers
        last = len(numbers) - 1
        place = digest & last
        while numbers[place] != FREE and digests[place] != digest:
            place = (place + 1) & last
        return place

    def _grow(self) -> None:
        before = zip(self._digests, self._numbers, strict=True)
        self._digests, self._numbers = _table(2 * len(self._numbers))
        for digest, number in before:
            if number != FREE:
                place = self._place(digest)
                self._digests[place] = digest
                self._numbers[place] = number


def _table(size: int) -> "tuple[array[int], array[int]]":
    return array("q", [0]) * size, array("i", [FREE]) * size


class Latest(Generic[T]):
    """What was said last of each of very many keys, counted; noted share by share (`Notes`)."""

    def __init__(self) -> None:
        self._said: dict[Hashable, T] = {}
        """In one share, which may be of another process, with other hashes."""
        self._kinds: dict[T, int] = {}
        self._counts: list[int] = []

    @cached_property
    def _last(self) -> Numbers:
        """What was said in all shares, by its place among `_counts`."""
        return Numbers()

    def say(self, key: Hashable, what: T) -> None:
        """Note what is said of a key."""
        self._said[key] = what

    def add(self, share: "Latest[T]") -> None:
        """Take in what was said in the next share."""
        for key, what in share._said.items():
            if (before := self._last.get(key)) is not None:
                self._counts[before] -= 1
            kind = self._kinds.setdefault(what, len(self._counts))
            if kind == len(self._counts):
                self._counts.append(0)
            self._counts[kind] += 1
            self._last[key] = kind

    def counts(self) -> dict[T, int]:
        """Return of how many keys each was said last."""
        if self._said:
            self.add(self)
            self._said.clear()
        return {
            what: number for what, kind in self._kinds.items() if (number := self._counts[kind])
        }


class ByKey(Mapping[str, Paper]):
    """Papers by their keys, which are looked at only where somebody asks for one."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self._papers = papers

    @cached_property
    def _numbers(self) -> Numbers:
        return Numbers(texts(self._papers, "key"))

    def __getitem__(self, key: str) -> Paper:
        number = self._numbers.get(key)
        if number is None:
            raise KeyError(key)
        return self._papers[number]

    def __iter__(self) -> Iterator[str]:
        return texts(self._papers, "key")

    def __len__(self) -> int:
        return len(self._papers)


class Distinct:
    """
    Texts, each once, on disk: added in any order, and at the `end` numbered by their lowest ranks.

    In memory is the number of each, by its digest.
    """

    def __init__(self) -> None:
        self._numbers = Numbers()
        self._database = database()
        self._database.execute("CREATE TABLE added (text BLOB, rank INTEGER)")
        self._last: list[tuple[bytes, int]] = []

    def add(self, text: str, rank: int) -> None:
        """Write a text, which may be there already."""
        self._last.append((text.encode("utf-8", "surrogatepass"), rank))
        if len(self._last) == AT_ONCE:  # one by one they take three times as long
            self._write()

    def _write(self) -> None:
        with explained():
            self._database.executemany("INSERT INTO added VALUES (?, ?)", self._last)
        self._last.clear()

    def end(self) -> None:
        """Number the texts; no more are added."""
        self._write()
        once = "SELECT text FROM added GROUP BY text ORDER BY min(rank)"
        with explained():
            self._database.execute(f"CREATE TABLE texts AS {once}")
            self._database.execute("DROP TABLE added")
        self._numbers = Numbers(self)

    def number(self, text: str) -> int | None:
        """Return the number of a text; None where it is not there."""
        return self._numbers.get(text)

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[str]:
        """Yield the texts in the order of their numbers."""
        rows = self._database.execute("SELECT text FROM texts ORDER BY rowid")
        return (text.decode("utf-8", "surrogatepass") for (text,) in rows)
