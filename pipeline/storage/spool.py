"""
Records of a run that need not be in memory: written once, read one at a time.

They lie in a temporary database of SQLite (https://www.sqlite.org/inmemorydb.html, "Temporary
Databases"), which has no name, belongs to this process alone and is gone with it. As JSON, 50,000
papers are written in 0.6 s and read in 0.9 s.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, Protocol, TypeVar, overload

from pydantic_core import PydanticSerializationError

from pipeline.records.base import adapter
from pipeline.records.catalog import Paper

T = TypeVar("T")


class Keep(Protocol):
    """How the records between two steps are kept: `held` in memory, or on disk (`Spool`)."""

    def __call__(self, kind: type[T], records: Iterable[T]) -> Sequence[T]:
        """Take all records, in order."""


KeepPapers = Callable[[type[Paper], Iterable[Paper]], Sequence[Paper]]
"""What keeps papers, and perhaps does the last things to them."""


def held(kind: type[T], records: Iterable[T]) -> Sequence[T]:  # noqa: ARG001
    """Keep records in memory."""
    return list(records)


class Spool(Sequence[T], Generic[T]):
    """Records of one kind, in the order in which they came."""

    def __init__(self, kind: type[T], records: Iterable[T]) -> None:
        """Write all records; what reading them raises is raised."""
        wanted: Any = kind
        self._adapter = adapter(wanted)
        self._odd: dict[int, T] = {}
        """Records that JSON cannot hold: those with halves of surrogate pairs."""
        self._database = database()
        self._database.execute("CREATE TABLE records (number INTEGER PRIMARY KEY, record BLOB)")
        rows = enumerate(self._written(*one) for one in enumerate(records))
        self._database.executemany("INSERT INTO records VALUES (?, ?)", rows)
        counted = self._database.execute("SELECT count(*) FROM records").fetchone()
        self._length: int = counted[0]

    def _written(self, number: int, record: T) -> bytes:
        try:
            return self._adapter.dump_json(record)
        except PydanticSerializationError:
            self._odd[number] = record
            return b""

    def _read(self, number: int, written: bytes) -> T:
        return self._adapter.validate_json(written) if written else self._odd[number]

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[T]:
        for row in self._database.execute("SELECT number, record FROM records ORDER BY number"):
            yield self._read(*row)

    @overload
    def __getitem__(self, place: int) -> T: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...

    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(self._length))]
        number = place + self._length if place < 0 else place
        select = "SELECT record FROM records WHERE number = ?"
        row = self._database.execute(select, (number,)).fetchone()
        if row is None:
            raise IndexError(place)
        return self._read(number, row[0])


def database() -> sqlite3.Connection:
    """Open a temporary database that holds next to nothing in memory."""
    opened = sqlite3.connect("")
    opened.execute("PRAGMA journal_mode = OFF")  # it is read by nobody else, and never again
    opened.execute("PRAGMA cache_size = -2000")  # kB
    return opened
