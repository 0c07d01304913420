"""
Answers of sources, which are the largest thing that a run over many entries knows.

What a source has found is 2.5 kB in memory (arXiv, with its abstract) and is asked for a few times,
share by share; what it has not found is little, or one record for many keys.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, Generic, Protocol, TypeVar

from pipeline.records.base import Record
from pipeline.records.outcomes import Found, Outcome, Status
from pipeline.storage.spool import Json, database, explained

R = TypeVar("R", bound=Record)


class Room(Protocol):
    """Where the answers of one source are put: `in_memory`, or on disk (`OnDisk`)."""

    def __call__(self, kind: type[R]) -> MutableMapping[str, Outcome[R]]:
        """Return room for outcomes by key, whose values are such records."""


def in_memory(kind: type[R]) -> MutableMapping[str, Outcome[R]]:  # noqa: ARG001
    """See `Room`."""
    return {}


class OnDisk(MutableMapping[str, Outcome[R]], Generic[R]):
    """Outcomes by key, as they came: on disk what is found, read anew each time; else held."""

    def __init__(self, kind: type[R]) -> None:
        found: Any = Found
        self._found = found[kind]
        self._json: Json[Found[R]] = Json(self._found)
        self._database = database()
        self._database.execute("CREATE TABLE records (number INTEGER PRIMARY KEY, record BLOB)")
        self._told: dict[str, Outcome[R] | int] = {}
        """The number in place of what is on disk."""
        self._numbers = 0

    def __setitem__(self, key: str, outcome: Outcome[R]) -> None:
        """Write what is found, in the place of what was there; raise `OutputError`."""
        if not isinstance(outcome, Found):
            self._told[key] = outcome
            return
        number = self._told.get(key)
        if not isinstance(number, int):
            number = self._numbers
            self._numbers += 1
        # A source may say `Found` alone, by which the writer knows no fields of the record.
        found = self._found.model_construct(**dict(outcome))
        row = number, self._json.written(number, found)
        with explained():
            self._database.execute("INSERT OR REPLACE INTO records VALUES (?, ?)", row)
        self._told[key] = number

    def __getitem__(self, key: str) -> Outcome[R]:
        told = self._told[key]
        if not isinstance(told, int):
            return told
        select = "SELECT record FROM records WHERE number = ?"
        (written,) = self._database.execute(select, (told,)).fetchone()
        return self._json.read(told, written)

    def __delitem__(self, key: str) -> None:
        del self._told[key]

    def __contains__(self, key: object) -> bool:
        return key in self._told

    def __iter__(self) -> Iterator[str]:
        return iter(self._told)

    def __len__(self) -> int:
        return len(self._told)

    def found_with(self, part: str) -> Iterator[tuple[str, Outcome[R]]]:
        """Yield by key what is found and has this in its JSON; nothing else is read."""
        select = "SELECT number FROM records WHERE record = x'' OR instr(record, ?)"
        numbers = {number for (number,) in self._database.execute(select, (part.encode(),))}
        told = ((key, one) for key, one in self._told.items() if isinstance(one, int))
        return ((key, self[key]) for key, number in told if number in numbers)

    def statuses(self) -> Iterator[Status]:
        """Yield how each key was answered; nothing is read for that."""
        return ("found" if isinstance(one, int) else one.status for one in self._told.values())


def statuses(answers: Mapping[str, Outcome[Any]]) -> Iterator[Status]:
    """Yield how each key was answered; what lies on disk is not read for that."""
    if isinstance(answers, OnDisk):
        return answers.statuses()
    return (one.status for one in answers.values())


def found_with(answers: Mapping[str, Outcome[R]], part: str) -> Iterator[tuple[str, R]]:
    """Yield by key all values in whose JSON this stands, such as `"doi":"`, and perhaps others."""
    told = answers.found_with(part) if isinstance(answers, OnDisk) else answers.items()
    return ((key, one.value) for key, one in told if isinstance(one, Found))
