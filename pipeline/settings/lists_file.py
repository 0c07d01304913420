"""
A file of lists, for those that are too many for a config file: `lists_file = "lists.tsv"`.

Each line is a name, a tab and a source, in UTF-8. Empty lines and those that begin with `#` say
nothing. A name stands once, here and in the config file's `[lists]` together.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.errors import ConfigurationError

LARGEST: Final = 64 * 1024 * 1024
"""Bytes; ten thousand lines are one MB."""


@dataclass(frozen=True, slots=True)
class ListsFile:
    """What a file of lists holds."""

    lists: dict[str, tuple[str, ...]]
    """Source by name, in the order of the file."""
    places: dict[str, str]
    """`FILE:LINE` by name."""


def read_lists_file(path: Path, taken: Collection[str] = ()) -> ListsFile:
    """
    Read a file of lists; no list may have a name that is `taken`.

    Raises `ConfigurationError`, with the file and the line (from 1), for what is no such line. A
    line is not quoted: the file may be one that was never meant to be read as this.
    """
    found = ListsFile({}, {})
    for number, line in enumerate(_text(path).split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        place = f"{path}:{number}"
        name, source = _parts(line, place)
        if name in found.lists:
            raise ConfigurationError(f"{place}: {found.places[name]} has a list of this name")
        if name in taken:
            raise ConfigurationError(f"{place}: [lists] has a list of this name")
        found.lists[name] = (source,)
        found.places[name] = place
    if not found.lists:
        raise ConfigurationError(f"{path}: names no list")
    return found


def _text(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            raise ConfigurationError(f"{path}: is no file")
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from error
    if len(data) > LARGEST:
        raise ConfigurationError(f"{path}: larger than {LARGEST:,} bytes; is it a file of lists?")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{path}:{number}: is not written in UTF-8") from error


def _parts(line: str, place: str) -> tuple[str, str]:
    name, _, source = (part.strip() for part in line.partition("\t"))
    if not name or not source:
        raise ConfigurationError(f"{place}: should be a name, a tab and a source")
    if not (name + source).isprintable():  # a second tab, too
        raise ConfigurationError(f"{place}: a name and a source are one tab apart, and plain text")
    return name, source
