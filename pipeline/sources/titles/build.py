"""
Build the title index of an arXiv metadata snapshot (`pipeline.sources.titles.index` reads it).

The file grows under a name of its own. Each batch is one transaction that also notes how far the
snapshot is read, so a build that was killed goes on there; a snapshot that has changed begins a new
file. Only a complete index gets the name that is read, and until then the old one serves.
"""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from logging import getLogger
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from pipeline.errors import ConfigurationError, OutputError
from pipeline.sources.arxiv.snapshot import (
    BATCH_PAPERS,
    Batch,
    Snapshot,
    SnapshotPaper,
    identify,
    read,
)
from pipeline.sources.titles.index import (
    COMMON,
    FORMAT,
    INDEX_NAME,
    TITLES_ONLY,
    IndexInfo,
    index_info,
    index_words,
    key_hash,
)

log = getLogger(__name__)

BUILDING_NAME: Final = "arxiv-titles.building.sqlite"

_SCHEMA: Final = """
CREATE TABLE state (
    format INTEGER NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    head TEXT NOT NULL, offset INTEGER NOT NULL, position INTEGER NOT NULL,
    papers INTEGER NOT NULL, damaged INTEGER NOT NULL, newest TEXT NOT NULL,
    complete INTEGER NOT NULL, told_ns INTEGER NOT NULL
);
CREATE TABLE work (
    number INTEGER PRIMARY KEY, key INTEGER NOT NULL, id TEXT NOT NULL, title TEXT NOT NULL,
    authors TEXT NOT NULL, year INTEGER NOT NULL
);
CREATE TABLE record (id TEXT PRIMARY KEY, packed BLOB NOT NULL);
CREATE VIRTUAL TABLE words USING fts5(
    title, content='', detail=none, columnsize=0, tokenize='ascii'
);
INSERT INTO words (words, rank) VALUES ('hashsize', 16777216);
"""
# `ascii` keeps every other character inside words: they come from `titles.normalise`, which has
# folded case and accents already and cuts words as no tokenizer here would.

_FINISH: Final = (
    "CREATE INDEX IF NOT EXISTS work_key ON work (key)",
    "CREATE INDEX IF NOT EXISTS work_id ON work (id)",  # for updates
    "INSERT INTO words (words) VALUES ('optimize')",
    "DROP TABLE IF EXISTS frequency",
    "CREATE TABLE frequency (word TEXT PRIMARY KEY, titles INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab('main', 'words', 'row')",
    f"INSERT INTO frequency SELECT term, doc FROM temp.vocabulary WHERE doc >= {COMMON}",  # noqa: S608
    "DROP TABLE temp.vocabulary",
    "UPDATE state SET complete = 1",
)


@dataclass(frozen=True, slots=True)
class BuildState:
    """How far a build is."""

    position: int
    """Bytes of the file that are read."""
    total: int
    """Bytes of the file."""
    papers: int
    damaged: int
    offset: int = 0
    """Bytes of the text (after decompression) that are indexed."""
    newest: str = ""
    finishing: bool = False
    """True when everything is read and the index is put in order."""


Listener = Callable[[BuildState], None]


def is_current(snapshot: Path, directory: Path, *, titles_only: bool = False) -> bool:
    """Say whether the index in a directory is a usable one of exactly this snapshot."""
    return _is_current(identify(snapshot), directory, titles_only=titles_only)


def build(
    snapshot: Path,
    directory: Path,
    listener: Listener,
    *,
    titles_only: bool = False,
    batch: int = BATCH_PAPERS,
) -> IndexInfo:
    """
    Build the index of a snapshot in a directory, or go on where a build was stopped.

    With `titles_only` it holds no records. The listener is told the state at the beginning, after
    every batch, and before the end. An index that is there already for this snapshot is left as it
    is. Raises `ConfigurationError` where the snapshot is none or another build is running,
    `OutputError` where the index cannot be written.
    """
    found = identify(snapshot)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with FileLock(directory / f"{INDEX_NAME}.lock", timeout=0):
            if not _is_current(found, directory, titles_only=titles_only):
                _build(snapshot, found, directory, listener, batch, titles_only=titles_only)
    except Timeout as error:
        raise ConfigurationError(f"{directory}: another build of the index is running") from error
    except (sqlite3.Error, OSError) as error:
        raise OutputError(f"{directory}: the index cannot be written ({error})") from error
    info = index_info(directory)
    if info is None:
        raise OutputError(f"{directory / INDEX_NAME}: has gone")
    return info


def _is_current(found: Snapshot, directory: Path, *, titles_only: bool) -> bool:
    path = directory / INDEX_NAME
    try:
        if index_info(directory) is None:
            return False
        with closing(sqlite3.connect(path)) as database:
            return _is_of(database, found, titles_only=titles_only)
    except (ConfigurationError, sqlite3.Error) as error:
        log.warning("%s; it is built anew", error)
        return False


def _build(
    snapshot: Path,
    found: Snapshot,
    directory: Path,
    listener: Listener,
    batch: int,
    *,
    titles_only: bool,
) -> None:
    path = directory / BUILDING_NAME
    resumed = _resumed(path, found, titles_only=titles_only)
    with closing(resumed or _begun(path, found, titles_only=titles_only)) as database:
        columns = "position, size, papers, damaged, offset, newest"
        row = database.execute(f"SELECT {columns} FROM state").fetchone()  # noqa: S608
        state = BuildState(*row)
        listener(state)
        for part in read(snapshot, state.offset, papers=batch):
            state = _add(database, state, part, titles_only=titles_only)
            if not state.papers:
                raise ConfigurationError(
                    f"{snapshot}: none of its first {state.damaged:,} lines is a paper's metadata"
                    " as arXiv publishes it"
                )
            listener(state)
        _finish(database, state, listener)
    path.replace(directory / INDEX_NAME)


def _resumed(path: Path, found: Snapshot, *, titles_only: bool) -> sqlite3.Connection | None:
    """Open a build that was stopped; None where there is none of this snapshot and kind."""
    if not path.exists():
        return None
    database = sqlite3.connect(path)
    try:
        if _is_of(database, found, titles_only=titles_only):
            return _tuned(database)
        log.warning("%s: is of another snapshot or kind; the build begins anew", path)
    except sqlite3.DatabaseError as error:
        log.warning("%s: cannot be gone on with (%s); the build begins anew", path, error)
    database.close()
    return None


def _begun(path: Path, found: Snapshot, *, titles_only: bool) -> sqlite3.Connection:
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm", f"{path.name}-journal"):
        path.with_name(name).unlink(missing_ok=True)
    database = _tuned(sqlite3.connect(path))
    database.executescript(_SCHEMA)
    if titles_only:
        database.execute(f"PRAGMA user_version = {TITLES_ONLY}")
    with database:
        database.execute(
            "INSERT INTO state VALUES (?, ?, ?, ?, ?, 0, 0, 0, 0, '', 0, ?)",
            (FORMAT, found.name, found.size, found.mtime_ns, found.head, found.mtime_ns),
        )
    return database


def _tuned(database: sqlite3.Connection) -> sqlite3.Connection:
    """Set a cache of 64 MiB, and the journal that survives a killed process and is quick."""
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute("PRAGMA cache_size = -65536")
    return database


def _is_of(database: sqlite3.Connection, found: Snapshot, *, titles_only: bool) -> bool:
    (kind,) = database.execute("PRAGMA user_version").fetchone()
    row = database.execute("SELECT format, size, mtime_ns, head FROM state").fetchone()
    is_kind = (kind == TITLES_ONLY) == titles_only
    return bool(is_kind and row == (FORMAT, found.size, found.mtime_ns, found.head))


def _add(
    database: sqlite3.Connection, state: BuildState, batch: Batch, *, titles_only: bool
) -> BuildState:
    """Store a batch and how far the snapshot is read, both or neither."""
    after = BuildState(
        position=batch.position,
        total=state.total,
        papers=state.papers + len(batch.papers),
        damaged=state.damaged + batch.damaged,
        offset=batch.offset,
        newest=max([state.newest, *(paper.update_date for paper in batch.papers)]),
    )
    with database:
        add_works(database, batch.papers, state.papers + 1)
        if not titles_only:
            add_records(database, batch.papers)
        database.execute(
            "UPDATE state SET position = ?, papers = ?, damaged = ?, offset = ?, newest = ?",
            (after.position, after.papers, after.damaged, after.offset, after.newest),
        )
    return after


def add_works(
    database: sqlite3.Connection, papers: Iterable[SnapshotPaper], first_number: int
) -> None:
    """Let papers be found by their titles."""
    numbered = list(enumerate(papers, first_number))
    works = (
        (number, key_hash(one.title), one.id, one.title, "\n".join(one.authors), one.year)
        for number, one in numbered
    )
    words = ((number, " ".join(index_words(one.title))) for number, one in numbered)
    database.executemany("INSERT INTO work VALUES (?, ?, ?, ?, ?, ?)", works)
    database.executemany("INSERT INTO words (rowid, title) VALUES (?, ?)", words)


def add_records(database: sqlite3.Connection, papers: Iterable[SnapshotPaper]) -> None:
    """Keep the records of papers, the later of two of one id."""
    records = ((one.id, one.packed) for one in papers)
    database.executemany("INSERT OR REPLACE INTO record VALUES (?, ?)", records)


def _finish(database: sqlite3.Connection, state: BuildState, listener: Listener) -> None:
    """Put everything in order; each step can be done again after a kill."""
    listener(BuildState(state.total, state.total, state.papers, state.damaged, finishing=True))
    for statement in _FINISH:
        with database:
            database.execute(statement)
    # Out of the write-ahead log, so that the one file is all and needs no place to write beside it.
    database.execute("PRAGMA journal_mode = DELETE")
