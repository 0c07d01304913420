"""
Bring an index up to date with what has changed at arXiv since its newest day.

The changes go into a copy, which takes the index' place when all of them are there: a run that
reads meanwhile sees the old one, and an update that was stopped begins again from the same day.
"""

import shutil
import sqlite3
from collections.abc import Callable
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
from pipeline.sources.titles.index import INDEX_NAME, index_info

UPDATING_NAME: Final = "arxiv-titles.updating.sqlite"


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
    heard: Callable[[Updated], None] = lambda _: None,
) -> Updated:
    """
    Update the index in a directory; `heard` is told after each page.

    Raises `ConfigurationError` where there is no usable index or another build is running,
    `PipelineError` where arXiv does not answer, `OutputError` where the index cannot be written.
    """
    copy = directory / UPDATING_NAME
    try:
        with FileLock(directory / f"{INDEX_NAME}.lock", timeout=0):
            day = _newest(directory)
            try:
                shutil.copyfile(directory / INDEX_NAME, copy)
                with closing(sqlite3.connect(copy)) as database, database:
                    done = await _changes(database, client, base_url, day, heard)
                    database.execute(
                        "UPDATE state SET newest = ?, told_ns = ?",
                        (done.newest, int(now.timestamp() * 1e9)),
                    )
                copy.replace(directory / INDEX_NAME)
            finally:
                copy.unlink(missing_ok=True)
    except Timeout as error:
        raise ConfigurationError(f"{directory}: another build of the index is running") from error
    except (sqlite3.Error, OSError) as error:
        raise OutputError(f"{directory}: the index cannot be written ({error})") from error
    return done


def _newest(directory: Path) -> date:
    info = index_info(directory) if directory.is_dir() else None
    if info is None:
        raise ConfigurationError(f"{directory}: no title index exists there")
    try:
        return date.fromisoformat(info.newest)
    except ValueError as error:
        words = "does not know the day of its snapshot"
        raise ConfigurationError(f"{info.path}: {words}") from error


async def _changes(
    database: sqlite3.Connection,
    client: HttpClient,
    base_url: str,
    day: date,
    heard: Callable[[Updated], None],
) -> Updated:
    """Ask for all changes and put them into an open index."""
    database.execute("CREATE INDEX IF NOT EXISTS work_id ON work (id)")
    done = Updated(day.isoformat(), day.isoformat())
    async for page in changed_since(client, base_url, day):
        if isinstance(page, Failed):
            raise PipelineError(f"arXiv's OAI-PMH: {page.reason}; the index stays as it was")
        done = _with_page(database, page, done)
        heard(done)
    return done


def _with_page(database: sqlite3.Connection, page: Page, done: Updated) -> Updated:
    new = [one for one in page.papers if not _has_title(database, one)]
    (last,) = database.execute("SELECT coalesce(max(number), 0) FROM work").fetchone()
    add_works(database, new, last + 1)
    add_records(database, page.papers)
    gone = [(id_,) for id_ in page.deleted]
    database.executemany("DELETE FROM record WHERE id = ?", gone)
    database.execute("UPDATE state SET papers = papers + ?", (len(new),))
    return Updated(
        done.since,
        max([done.newest, *(one.update_date for one in page.papers)]),
        done.papers + len(page.papers),
        done.deleted + len(gone),
    )


def _has_title(database: sqlite3.Connection, paper: SnapshotPaper) -> bool:
    """Say whether a paper is found by this title already; its former titles stay."""
    rows = database.execute("SELECT title FROM work WHERE id = ?", (paper.id,))
    return any(title == paper.title for (title,) in rows)
