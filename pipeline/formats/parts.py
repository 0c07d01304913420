"""
Long files: which of their records go into which part, and what the parts are called. Pure.

A part is a range of keys, so the parts one after another are the file, in its order. Where a part
ends, the keys near by decide: a work that comes or goes changes its own part, and the rest stay as
they are, byte for byte. (Content-defined chunks, as restic cuts files into:
https://restic.readthedocs.io/en/stable/100_references.html.)
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Final, TypeVar

T = TypeVar("T")

LEAST: Final = 20
MOST: Final = 5
"""A part holds between a twentieth and a fifth of what one file may hold; the last perhaps less."""
SPREAD: Final = 12
"""Beyond the least, one key in a twelfth of what a file may hold ends a part."""


@dataclass(frozen=True, slots=True)
class LongFile:
    """A file of records that are sorted by a key; beyond a limit it is written in parts."""

    whole: str
    """Its path below the output folder, in one piece; empty where it is in parts alone."""
    folder: str
    """The folder of its parts; empty for the output folder itself."""
    suffix: str = ".jsonl"
    """Of the parts' names."""

    def part(self, number: int) -> str:
        """Return the path of a part."""
        return self.inside(f"part-{number:05}{self.suffix}")

    def inside(self, name: str) -> str:
        """Return the path of a file in the folder of the parts."""
        return f"{self.folder}/{name}" if self.folder else name

    def names(self, count: int) -> Sequence[str]:
        """Return the paths of so many parts; one alone is the whole file."""
        return [self.whole] if count == 1 else [self.part(number) for number in range(count)]

    def among(self, paths: Collection[str]) -> list[str]:
        """Return those of the paths that are the whole file or a part of it, in this order."""
        parts = [path for path in paths if self._is_part(path)]
        whole = [path for path in paths if path == self.whole]
        return whole + sorted(parts, key=lambda path: (len(path), path))

    def chosen(self, paths: Collection[str]) -> list[str]:
        """
        Return those of the paths that make up the file: the whole one, else the parts in order.

        Where both are there, a run was killed in between: the parts are complete when the one goes.
        """
        found = self.among(paths)
        return found[:1] if self.whole in found else found

    def _is_part(self, path: str) -> bool:
        folder, _, name = path.rpartition("/")
        number = name.removesuffix(self.suffix)
        return folder == self.folder and name != number and _PART.fullmatch(number) is not None


_PART: Final = re.compile(r"part-\d{5,}", re.ASCII)


def ranges(count: int, keys: Iterable[str], limit: int) -> list[range]:
    """Return the numbers of the records of each part, by their sorted keys; at least one part."""
    if count <= limit:
        return [range(count)]
    parts = groupby(in_parts(enumerate(keys), itemgetter(1), limit), key=itemgetter(0))
    firsts = [next(part)[1][0] for _, part in parts]
    return [range(first, end) for first, end in pairwise([*firsts, count])]


def in_parts(records: Iterable[T], key: Callable[[T], str], limit: int) -> Iterator[tuple[int, T]]:
    """Yield records, sorted by key and more than `limit`, each with the number of its part."""
    least, most, spread = (max(1, limit // part) for part in (LEAST, MOST, SPREAD))
    number, size = 0, 0
    for record in records:
        if size >= most or (size >= least and _digest(key(record)) % spread == 0):
            number, size = number + 1, 0
        size += 1
        yield number, record


def _digest(key: str) -> int:
    return int.from_bytes(blake2b(key.encode("utf-8", "replace"), digest_size=8).digest())
