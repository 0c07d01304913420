"""
JSON Lines: one record a line, UTF-8, keys in the order in which the records declare them.

Escaped, beyond the C0 controls of RFC 8259, section 7: what some reader takes for a line break
(U+0085, U+2028, U+2029), a terminal obeys (C1, DEL) or turns text around (bidirectional).
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from pipeline.records.base import adapter, to_json
from pipeline.records.memory import collector_paused

T = TypeVar("T")

_RISKY = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
# What their UTF-8 begins with: searching bytes for these first takes a third of the whole time.
_LEADS = (b"\x7f", b"\xc2", b"\xd8\x9c", b"\xe2\x80", b"\xe2\x81", b"\xef\xbb")


@dataclass(frozen=True, slots=True)
class DamagedLine:
    """A line that is no record of the kind that was expected. It is left out."""

    line: int
    """Counted from 1."""
    reason: str
    text: str = ""
    """The line itself, for files in which nothing may be lost."""


def to_line(record: Any) -> str:
    """Return one record or dataclass, or its JSON, as one line of JSON without the line break."""
    return _shown(record) if isinstance(record, bytes) else to_text(record)


def to_text(record: Any, indent: int | None = None) -> str:
    """Return one record or dataclass as JSON; `indent`: on many lines, as `json.dumps` has them."""
    kind: Any = type(record)
    try:
        written = adapter(kind).dump_json(record, indent=indent)
    except PydanticSerializationError:
        return safe_json(to_json(record), indent)
    return _shown(written)


def _shown(written: bytes) -> str:
    """Return JSON as it is in a file: see above."""
    text = written.decode()
    plain = written.isascii() and b"\x7f" not in written
    return text if plain or not any(lead in written for lead in _LEADS) else _escaped(text)


def render(records: Iterable[Any]) -> str:
    """Return records as JSON Lines, in the order given; no records are the empty text."""
    return "".join(to_line(record) + "\n" for record in records)


def safe_json(value: Any, indent: int | None = None) -> str:
    """Return plain JSON values as text; halves of surrogate pairs are joined or become U+FFFD."""
    separators = (",", ":") if indent is None else None
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)
    if text.isascii() and "\x7f" not in text:
        return text  # no surrogate and nothing risky is in it
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _escaped(whole)


def _escaped(text: str) -> str:
    """Escape the risky characters; outside its strings JSON text has none of them."""
    return _RISKY.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def parse_lines(
    kind: type[T], text: str, *, keep_unknown: bool = False
) -> tuple[list[T], list[DamagedLine]]:
    """
    Read JSON Lines of one kind of record; a line that is no such record is reported.

    Unknown fields, of newer versions, are passed over or kept (`keep_unknown`, `Remembered`).
    """
    records: list[T] = []
    damaged: list[DamagedLine] = []
    with collector_paused():
        for one in each_line(kind, text.split("\n"), keep_unknown=keep_unknown):
            if isinstance(one, DamagedLine):
                damaged.append(one)
            else:
                records.append(one)
    return records, damaged


def each_line(
    kind: type[T], lines: Iterable[str], *, keep_unknown: bool = False
) -> Iterator[T | DamagedLine]:
    """Yield the record of each line that is not empty, or what is wrong with it."""
    wanted: Any = kind
    validate = adapter(wanted).validate_json
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield validate(line, extra="allow" if keep_unknown else "ignore")
        except ValidationError as error:
            yield DamagedLine(number, fault_of(error), line)


def fault_of(error: ValidationError) -> str:
    """Return the first fault of a record, behind the place where it is."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    said = first["msg"].removeprefix("Value error, ")
    return f"{place}: {said}" if place else said
