"""How every record behaves: immutable, strict, and plain JSON when written."""

import copyreg
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter

SCHEMA_VERSION = 1


class Record(BaseModel):
    """An immutable pydantic record that takes no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Remembered(Record):
    """A record of a file that must not be lost: what a newer version has added is kept."""

    model_config = ConfigDict(extra="allow")

    @property
    def unknown(self) -> dict[str, Any]:
        """The fields that this version does not know."""
        return self.model_extra or {}


@cache
def adapter(kind: Any) -> TypeAdapter[Any]:
    """Return the (once built) pydantic adapter of a record, dataclass or `Outcome[…]` type."""
    return TypeAdapter(kind)


T = TypeVar("T")


def light(kind: type[T]) -> type[T]:
    """
    Let frozen dataclasses with slots travel between processes by their values alone.

    Of its own accord `dataclasses` asks for the fields of each (`_dataclass_getstate`, 3.11), which
    takes three times as long, and a list has tens of thousands.
    """
    values = attrgetter(*_names(kind))
    copyreg.pickle(kind, lambda one: (_made, (kind, values(one))))
    return kind


def _names(kind: Any) -> list[str]:
    return [one.name for one in fields(kind)]


@cache
def _slots(kind: Any) -> tuple[Any, ...]:
    return tuple(getattr(kind, name).__set__ for name in _names(kind))


def _made(kind: Any, values: tuple[Any, ...]) -> Any:
    one = object.__new__(kind)
    for put, value in zip(_slots(kind), values, strict=True):
        put(one, value)
    return one


def to_json(value: Any) -> Any:
    """Turn a record or a dataclass into plain JSON values, times as ISO 8601 UTC with `Z`."""
    kind: Any = type(value)
    return adapter(kind).dump_python(value, mode="json")
