"""
Parquet, for DuckDB, pandas and Hugging Face's viewer: a row a work, with nested authors and links.

Many works are several files in a folder, which all of these read as one table.

Needs the extra `parquet` (pyarrow). The schema is written out: an empty column keeps its type.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from itertools import groupby, islice
from operator import attrgetter, itemgetter
from typing import Any, Final

from pipeline.errors import ConfigurationError
from pipeline.formats.exports.works import Work, moment
from pipeline.formats.parts import LongFile, in_parts
from pipeline.records.base import SCHEMA_VERSION

PARQUET_FILE: Final = LongFile("papers.parquet", "parquet", ".parquet")
ROWS_AT_ONCE: Final = 5_000
"""Rows of a group, which readers load at a time."""


def parquet_files(works: Callable[[], Iterable[Work]], limit: int) -> Iterator[tuple[str, bytes]]:
    """Yield the one file, or beyond `limit` works its parts; see `render_parquet`."""
    few = iter(works())
    data = render_parquet(islice(few, limit))
    if next(few, None) is None:
        yield PARQUET_FILE.whole, data
        return
    del data
    parts = groupby(in_parts(works(), attrgetter("key"), limit), key=itemgetter(0))
    for number, part in parts:
        yield PARQUET_FILE.part(number), render_parquet(work for _, work in part)


def render_parquet(works: Iterable[Work]) -> bytes:
    """
    Return the bytes of the file, compressed with zstd, rows in the order given.

    Raises `ConfigurationError` where pyarrow is not installed.
    """
    try:
        pa = import_module("pyarrow")
        pq = import_module("pyarrow.parquet")
    except ImportError as error:
        raise ConfigurationError(
            "the export parquet needs pyarrow: install paper-list-pipeline[parquet]"
        ) from error
    schema = _schema(pa).with_metadata({"schema_version": str(SCHEMA_VERSION)})
    file = io.BytesIO()
    rest = iter(works)
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        while rows := [_row(work) for work in islice(rest, ROWS_AT_ONCE)]:
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))
    return file.getvalue()


def _schema(pa: Any) -> Any:
    text, whole, day = pa.string(), pa.int64(), pa.date32()
    author = pa.struct([("name", text), ("family", text), ("given", text)])
    link = pa.struct([("url", text), ("role", text), ("verdict", text)])
    repository = pa.struct(
        [
            ("full_name", text), ("status", text), ("stars", whole), ("license", text),
            ("language", text), ("archived", pa.bool_()), ("pushed_at", pa.timestamp("s", "UTC")),
        ]
    )  # fmt: skip
    mention = pa.struct([("list", text), ("line", whole), ("section", pa.list_(text))])
    return pa.schema(
        [
            ("key", text), ("cite", text), ("kind", text), ("title", text),
            ("authors", pa.list_(author)), ("year", whole), ("venue", text),
            ("published", day), ("updated", day), ("arxiv", text),
            ("categories", pa.list_(text)), ("doi", text), ("url", text), ("status", text),
            ("withdrawn", pa.bool_()), ("citations", whole), ("comment", text),
            ("journal_ref", text), ("abstract", text), ("links", pa.list_(link)),
            ("repositories", pa.list_(repository)), ("mentions", pa.list_(mention)),
        ]
    )  # fmt: skip


def _row(work: Work) -> dict[str, Any]:
    row: dict[str, Any] = {
        name: getattr(work, name) or None
        for name in ("key", "cite", "kind", "title", "year", "venue", "published", "updated", "doi")
    }
    return row | {
        "authors": [
            {"name": name.whole, "family": name.family if name.given else None, "given": name.given}
            for name in work.authors
        ],
        "arxiv": work.arxiv_id or None,
        "categories": list(work.categories),
        "url": work.url or None,
        "status": work.status,
        "withdrawn": work.withdrawn,
        "citations": work.citations,
        "comment": work.comment or None,
        "journal_ref": work.journal_ref or None,
        "abstract": work.abstract or None,
        "links": [
            {"url": link.url, "role": link.role, "verdict": link.verdict} for link in work.links
        ],
        "repositories": [
            one.model_dump(
                include={"full_name", "status", "stars", "license", "language", "archived"}
            )
            | {"pushed_at": moment(one.pushed_at)}
            for one in work.repositories
        ],
        "mentions": [
            {"list": one.list, "line": one.line, "section": list(one.section)}
            for one in work.mentions
        ],
    }
