"""
arXiv's metadata snapshot: every paper's metadata, one JSON object a line, plain or gzip.

Published weekly as `arxiv-metadata-oai-snapshot.json` (Kaggle, `Cornell-University/arxiv`; CC0):
2.7 million lines, some 5.4 GB in 2026. The file is a stranger's: it is read line by line, in
batches of bounded size, and a line that is no paper is counted and passed over.
"""

import gzip
import hashlib
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from pydantic_core import from_json, to_json

from pipeline.errors import ConfigurationError
from pipeline.records.sources import ArxivRecord
from pipeline.sources.arxiv.oai import raw_record
from pipeline.works.arxiv_links import arxiv_ids_in_text, year_of_id

MAX_LINE: Final = 4 * 1024 * 1024
"""Bytes of one line; the longest real ones (collaborations of 3,000 authors) have a tenth of it."""
MAX_TITLE: Final = 2_000
MAX_AUTHORS: Final = 8
"""Authors that are kept of each paper: enough to compare, few enough to stay small."""
MAX_NAME: Final = 100
BATCH_PAPERS: Final = 10_000
BATCH_BYTES: Final = 32 * 1024 * 1024
HEAD_BYTES: Final = 64 * 1024

_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"


class SnapshotPaper(NamedTuple):
    """What is kept of one line."""

    id: str
    """Canonical, without version."""
    title: str
    """On one line, otherwise as written."""
    authors: tuple[str, ...]
    """The first few, `Given Family`."""
    year: int
    """Of version 1."""
    update_date: str
    """Day of the last change, ISO 8601; empty where the line has none."""
    packed: bytes = b""
    """All that `unpacked` makes a record of."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Which file it is: another size, time or beginning, and it is another snapshot."""

    name: str = field(compare=False)
    size: int
    mtime_ns: int
    head: str
    """SHA-256 of the first 64 KiB, hexadecimal."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some lines, read."""

    papers: tuple[SnapshotPaper, ...]
    damaged: int
    """Lines that are no paper."""
    offset: int
    """Where the next line begins, in bytes of the text (after decompression)."""
    position: int
    """How far the file is read, in bytes of the file."""


def identify(path: Path) -> Snapshot:
    """Return which snapshot a file is; raises `ConfigurationError` if unreadable, empty, a zip."""
    try:
        status = path.stat()
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror or error})") from error
    if not head:
        raise ConfigurationError(f"{path}: is empty")
    if head.startswith(_ZIP):
        raise ConfigurationError(f"{path}: is a zip archive; unpack it first")
    digest = hashlib.sha256(head).hexdigest()
    return Snapshot(path.name, status.st_size, status.st_mtime_ns, digest)


def read(path: Path, offset: int = 0, *, papers: int = BATCH_PAPERS) -> Iterator[Batch]:
    """Yield papers from a `Batch`'s offset on; `ConfigurationError` where the file breaks off."""
    try:
        with path.open("rb", buffering=1024 * 1024) as file:
            packed = file.read(2) == _GZIP
            file.seek(0)
            stream: Any = gzip.GzipFile(fileobj=file) if packed else file
            stream.seek(offset)
            yield from batches(stream, offset, position=file.tell, papers=papers)
    except (OSError, EOFError, zlib.error) as error:
        raise ConfigurationError(f"{path}: cannot be read to its end ({error})") from error


def batches(
    stream: BinaryIO, offset: int, *, position: Callable[[], int], papers: int = BATCH_PAPERS
) -> Iterator[Batch]:
    """Yield the papers of a stream in batches of at most `papers` lines and some 32 MiB of text."""
    found: list[SnapshotPaper] = []
    damaged = lines = size = 0
    for line, length in _lines(stream):
        offset, size, lines = offset + length, size + length, lines + 1
        if (paper := parse(line)) is not None:
            found.append(paper)
        elif line.strip() or length >= MAX_LINE:
            damaged += 1
        if lines >= papers or size >= BATCH_BYTES:
            yield Batch(tuple(found), damaged, offset, position())
            found, damaged, lines, size = [], 0, 0, 0
    if lines:
        yield Batch(tuple(found), damaged, offset, position())


def _lines(stream: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Yield each line with its length in bytes; one that is too long as an empty one."""
    while line := stream.readline(MAX_LINE):
        length = len(line)
        if length < MAX_LINE or line.endswith(b"\n"):
            yield line, length
            continue
        while (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
            length += len(rest)
        yield b"", length + len(rest)


def parse(line: bytes) -> SnapshotPaper | None:
    """Read one line; None where it is no paper."""
    try:
        record = from_json(line)
    except ValueError:
        return None
    return paper_of(record) if isinstance(record, dict) else None


def paper_of(record: dict[str, Any]) -> SnapshotPaper | None:
    """Return what is kept of the fields of a line; None where they are no paper's."""
    id_, title = _id(record.get("id")), _text(record.get("title"), MAX_TITLE)
    if not id_ or not title:
        return None
    date = record.get("update_date")
    date = date if isinstance(date, str) and _DAY.fullmatch(date) else ""
    return SnapshotPaper(id_, title, _authors(record), _year(record, id_), date, _packed(record))


FIELDS: Final = (
    "title authors comments journal-ref doi categories abstract".split()  # noqa: SIM905
)
"""Of a line, as of `arXivRaw`; the rest is not asked for."""


def _packed(record: dict[str, Any]) -> bytes:
    kept = {name: record[name] for name in (*FIELDS, "versions") if record.get(name)}
    return zlib.compress(to_json(kept, inf_nan_mode="null"))


def unpacked(id_: str, packed: bytes) -> ArxivRecord | None:
    """
    Return the record of a canonical id; None where the bytes are none of this program's.

    What is kept is arXiv's own text, so that its rules of reading are those of today.
    """
    try:
        unzip = zlib.decompressobj()
        fields = from_json(unzip.decompress(packed, MAX_LINE))
        if unzip.unconsumed_tail or not isinstance(fields, dict):
            return None
    except (ValueError, zlib.error):
        return None

    def field_of(name: str) -> str:
        value = id_ if name == "id" else fields.get(name)
        if isinstance(value, list):
            value = ", ".join(one for one in value if isinstance(one, str))
        return value if isinstance(value, str) else ""

    versions = fields.get("versions")
    record = raw_record(field_of, _versions(versions), "snapshot")
    return record if record.title and record.version else None


def _versions(value: Any) -> Iterator[tuple[str, str]]:
    for one in value if isinstance(value, list) else ():
        if isinstance(one, dict):
            yield _text(one.get("version"), MAX_NAME), _text(one.get("created"), MAX_NAME)


def _id(value: Any) -> str:
    """Return a canonical arXiv id, or nothing."""
    if not isinstance(value, str) or len(value) > 40:
        return ""
    found = arxiv_ids_in_text(f"arXiv:{value}")
    return found[0].id if len(found) == 1 else ""


def _text(value: Any, limit: int) -> str:
    return " ".join(value[:limit].split()) if isinstance(value, str) else ""


def _authors(record: dict[str, Any]) -> tuple[str, ...]:
    """Return the first authors: from `authors_parsed` (family, given, suffix), else `authors`."""
    parsed = record.get("authors_parsed")
    if isinstance(parsed, list) and parsed:
        names = [_name(parts) for parts in parsed[:MAX_AUTHORS] if isinstance(parts, list)]
    elif isinstance(authors := record.get("authors"), list):
        names = [_text(name, MAX_NAME) for name in authors[:MAX_AUTHORS]]
    else:
        text = _text(authors, MAX_AUTHORS * MAX_NAME).replace(" and ", ", ")
        names = [name.strip() for name in text.split(",")][:MAX_AUTHORS]
    return tuple(name for name in names if name)


def _name(parts: list[Any]) -> str:
    family, given, suffix = [_text(part, MAX_NAME) for part in [*parts[:3], "", "", ""][:3]]
    return " ".join(part for part in (given, family, suffix) if part)


_YEAR: Final = re.compile(r"\b(?:19|20)[0-9]{2}\b")
_DAY: Final = re.compile(r"(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]")


def _year(record: dict[str, Any], id_: str) -> int:
    """Return the year of version 1 (`Mon, 2 Apr 2007 19:18:42 GMT`), else of the id."""
    versions = record.get("versions")
    first = versions[0] if isinstance(versions, list) and versions else None
    created = _text(first.get("created"), MAX_NAME) if isinstance(first, dict) else ""
    match = _YEAR.search(created)
    return int(match[0]) if match else year_of_id(id_) or 0
