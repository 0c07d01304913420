"""
Bring an index up to date with what has changed at arXiv since its newest day.

What is new is kept aside until arXiv has told all of it; then it goes into a copy of the index,
which takes its place: a run that reads meanwhile sees the old one, and an update that was stopped
begins again from the same day. Where nothing is new, nothing is copied.
"""

import json
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from pipeline.errors import ConfigurationError, OutputError, PipelineError
from pipeline.network.http_client import HttpClient
from pipeline.records.outcomes import Failed
from pipeline.sources.arxiv.harvest import Page, changed_since
from pipeline.sources.arxiv.snapshot import SnapshotPaper
from pipeline.sources.titles.build import add_records, add_works
from pipeline.sources.titles.index import INDEX_NAME, IndexInfo, index_info, open_file
from pipeline.storage.spool import database as temporary_database

UPDATING_NAME: Final = "arxiv-titles.updating.sqlite"
AT_ONCE: Final = 2_500
"""Changes that are put into the index together."""
PIECE: Final = 64 * 1024 * 1024
"""Bytes that are copied between two words about it."""

Copied = Callable[[int, int], None]
"""Is told how many bytes of how many are copied."""


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update has brought so far."""

    since: str
    """The day from which on arXiv was asked, ISO 8601."""
    newest: str
    """Day of the last change that the index holds now."""
    papers: int = 0
    """New or changed."""
    deleted: int = 0


async def update(
    client: HttpClient,
    base_url: str,
    directory: Path,
    now: datetime,
    *,
    heard: Callable[[Updated], None] = lambda _: None,
    copied: Copied = lambda _, __: None,
) -> Updated:
    """
    Update the index in a directory; `heard` is told after each page, `copied` while it is copied.

    Raises `ConfigurationError` where there is no usable index or another build is running,
    `PipelineError` where arXiv does not answer, `OutputError` where the index cannot be written.
    """
    try:
        with FileLock(directory / f"{INDEX_NAME}.lock", timeout=0):
            info, day = _info(directory)
            with closing(temporary_database()) as changes:
                with closing(open_file(info.path)) as known:
                    pages = changed_since(client, base_url, day)
                    done = await _harvest(changes, _Known(known, info), day, pages, heard)
                if done != Updated(done.since, done.since):
                    _replace(info, changes, done, now, copied)
    except Timeout as error:
        raise ConfigurationError(f"{directory}: another build of the index is running") from error
    except (sqlite3.Error, OSError) as error:
        raise OutputError(f"{directory}: the index cannot be written ({error})") from error
    return done


def _info(directory: Path) -> tuple[IndexInfo, date]:
    info = index_info(directory) if directory.is_dir() else None
    if info is None:
        raise ConfigurationError(f"{directory}: no title index exists there")
    try:
        return info, date.fromisoformat(info.newest)
    except ValueError:
        words = "does not know the day of its snapshot"
        raise ConfigurationError(f"{info.path}: {words}") from None


# --- what is new ------------------------------------------------------------------------------


class _Known:
    """The index as it is, which tells what is new."""

    def __init__(self, database: sqlite3.Connection, info: IndexInfo) -> None:
        self._database = database
        self._has_records = info.has_records

    def lacks(self, paper: SnapshotPaper) -> bool:
        """Say whether a paper is new, or has changed."""
        if self._has_records:
            return self._packed(paper.id) != paper.packed
        return not _has_title(self._database, paper)

    def holds(self, id_: str) -> bool:
        """Say whether there is a record that may be deleted."""
        return self._packed(id_) is not None

    def _packed(self, id_: str) -> bytes | None:
        row = self._database.execute("SELECT packed FROM record WHERE id = ?", (id_,)).fetchone()
        return None if row is None else row[0]


async def _harvest(
    changes: sqlite3.Connection,
    known: _Known,
    day: date,
    pages: AsyncIterator[Page | Failed],
    heard: Callable[[Updated], None],
) -> Updated:
    """Ask for all changes, and keep those that are news to the index."""
    changes.execute("CREATE TABLE change (id TEXT, paper TEXT, packed BLOB)")
    done = Updated(day.isoformat(), day.isoformat())
    async for page in pages:
        if isinstance(page, Failed):
            raise PipelineError(f"arXiv's OAI-PMH: {page.reason}; the index stays as it was")
        done = _with_page(changes, known, page, done)
        heard(done)
    return done


def _with_page(changes: sqlite3.Connection, known: _Known, page: Page, done: Updated) -> Updated:
    new = [one for one in page.papers if known.lacks(one)]
    gone = [id_ for id_ in page.deleted if known.holds(id_)]
    rows = [(one.id, json.dumps(one[1:-1]), one.packed) for one in new]
    changes.executemany("INSERT INTO change VALUES (?, ?, ?)", rows)
    changes.executemany("INSERT INTO change VALUES (?, NULL, NULL)", ((id_,) for id_ in gone))
    return Updated(
        done.since,
        max([done.newest, *(one.update_date for one in page.papers)]),
        done.papers + len(new),
        done.deleted + len(gone),
    )


# --- the new index ----------------------------------------------------------------------------


def _replace(
    info: IndexInfo, changes: sqlite3.Connection, done: Updated, now: datetime, copied: Copied
) -> None:
    """Put the changes into a copy, which takes the place of the index."""
    copy = info.path.with_name(UPDATING_NAME)
    try:
        _copy(info.path, copy, copied)
        with closing(sqlite3.connect(copy)) as database, database:
            database.execute("CREATE INDEX IF NOT EXISTS work_id ON work (id)")
            for papers, gone in _batches(changes):
                _put(database, papers, gone, has_records=info.has_records)
            database.execute(
                "UPDATE state SET newest = ?, told_ns = ?",
                (done.newest, int(now.timestamp() * 1e9)),
            )
        copy.replace(info.path)
    finally:
        copy.unlink(missing_ok=True)


def _copy(source: Path, target: Path, copied: Copied) -> None:
    """
    Copy a file of gigabytes, telling how far it is.

    copy_file_range(2) shares the blocks where the file system can (Btrfs, XFS), and else copies
    them within the kernel.
    """
    with source.open("rb") as read, target.open("wb") as written:
        total, done = os.fstat(read.fileno()).st_size, 0
        copied(done, total)
        while done < total:
            piece = _copy_some(read.fileno(), written.fileno())
            if not piece:
                raise OSError(f"{source} has become shorter")
            done += piece
            copied(done, total)


def _copy_some(read: int, written: int) -> int:
    """Copy the next piece; return how many bytes that were."""
    if hasattr(os, "copy_file_range"):
        try:
            return os.copy_file_range(read, written, PIECE)
        except OSError:  # a kernel or a file system without it; a real fault comes again below
            pass
    piece = memoryview(os.read(read, PIECE))
    left = piece
    while left:
        left = left[os.write(written, left) :]
    return len(piece)


def _batches(changes: sqlite3.Connection) -> Iterator[tuple[list[SnapshotPaper], list[str]]]:
    """Yield papers to put in, and ids to delete, in the order in which arXiv has told them."""
    rows = changes.execute("SELECT id, paper, packed FROM change ORDER BY rowid")
    while batch := rows.fetchmany(AT_ONCE):
        papers = []
        for id_, paper, packed in batch:
            if paper is not None:
                title, authors, year, day = json.loads(paper)
                papers.append(SnapshotPaper(id_, title, tuple(authors), year, day, packed))
        yield papers, [id_ for id_, paper, _ in batch if paper is None]


def _put(
    database: sqlite3.Connection,
    papers: list[SnapshotPaper],
    gone: list[str],
    *,
    has_records: bool,
) -> None:
    new = [one for one in papers if not _has_title(database, one)]
    (last,) = database.execute("SELECT coalesce(max(number), 0) FROM work").fetchone()
    add_works(database, new, last + 1)
    if has_records:
        add_records(database, papers)
    database.executemany("DELETE FROM record WHERE id = ?", ((id_,) for id_ in gone))
    database.execute("UPDATE state SET papers = papers + ?", (len(new),))


def _has_title(database: sqlite3.Connection, paper: SnapshotPaper) -> bool:
    """Say whether a paper is found by this title already; its former titles stay."""
    rows = database.execute("SELECT title FROM work WHERE id = ?", (paper.id,))
    return any(title == paper.title for (title,) in rows)
