"""How every record behaves: immutable, strict, and plain JSON when written."""

from functools import cache
from typing import Any

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


def to_json(value: Any) -> Any:
    """Turn a record or a dataclass into plain JSON values, times as ISO 8601 UTC with `Z`."""
    kind: Any = type(value)
    return adapter(kind).dump_python(value, mode="json")
