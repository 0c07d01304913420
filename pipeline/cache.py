"""
The answers on disk: one value for each key, in JSON, with the time of the answer.

Of diskcache 5.6.3 four services are used: the database with its settings (write-ahead log, waits
for locks), one connection a thread, `set`, which is on disk when it returns, and expiry, which
deletes a few rows with every write, so that a cache that runs use never grows for ever. The others
are refused: it unpickles what it reads, even with its own `JSONDisk` (CVE-2025-69872), a row names
a file that is read and deleted, and every setting named `sqlite_` becomes a PRAGMA. A cache travels
through CI caches, so its rows are not to be trusted: text that stands in the row itself is read by
SQL of this module, and a database that differs from a fresh one is set aside before it is used.

A cache saves requests, and no run ends because of it: where the disk is full, the run goes on and
stores nothing more. Failures are never stored, and age is judged when a value is read
(`pipeline.sources.cached`).
"""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from logging import getLogger
from pathlib import Path
from stat import S_ISREG
from tempfile import TemporaryDirectory
from typing import Any, Self

import diskcache
from filelock import FileLock, Timeout

from pipeline.errors import ConfigurationError

log = getLogger(__name__)

FORMAT = 1
"""Of keys and values; another number on disk and the cache is set aside."""

NEVER_IN_FILES = 2**40

KEPT = timedelta(days=400)
"""How long an answer is kept that nobody renews: longer than any is trusted by default."""

CLOCK_SKEW = timedelta(minutes=5)
"""How far the clocks of two machines that share a cache may be apart."""

_NO_ANSWER = (ValueError, KeyError, TypeError, OverflowError, RecursionError)
"""What a row that this cache never wrote makes of reading it."""

_TROUBLE = (sqlite3.Error, diskcache.Timeout, UnicodeDecodeError)
"""What a database makes of using it; the last where sqlite3 quotes damaged bytes in its message."""


class TextDisk(diskcache.Disk):  # type: ignore[misc]
    """Writes text into its row, as `Disk` does; never reads or deletes what a row names."""

    def fetch(self, *_: Any) -> Any:
        """Refuse: rows are read by SQL."""
        raise NotImplementedError

    get = fetch

    def remove(self, file_path: Any) -> None:
        """Remove nothing, whatever a row says."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored answer."""

    value: Any
    """Plain JSON."""
    at: datetime
    """When it was answered, in UTC."""

    def is_of_the_future(self, now: datetime) -> bool:
        """Say whether the time cannot be true; such an answer would be trusted for years."""
        return self.at - now > CLOCK_SKEW


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """What `pipeline cache info` says."""

    directory: Path
    entries: int
    size_bytes: int
    by_source: dict[str, int]
    oldest: datetime | None
    newest: datetime | None


class Cache:
    """
    The on-disk cache below `directory`; safe for several processes at once.

    Keys are `source:key` (`arxiv:2305.00447`). Raises `ConfigurationError` where the directory
    cannot be used at all (no right to write, a full disk, a lock); a damaged, foreign or older
    database is set aside with a warning instead.
    """

    def __init__(self, directory: Path, clock_now: datetime | None = None) -> None:
        self.directory = directory
        self.hits = 0
        self.misses = 0
        self._stores = True
        self._reads = True
        with _explained(directory):
            if not directory.exists():  # git is to pass over a folder that is new
                directory.mkdir(parents=True, exist_ok=True)
                (directory / ".gitignore").write_text("*\n", encoding="ascii")
            with FileLock(directory / "open.lock", timeout=30):
                self._store = self._open(clock_now or datetime.now(UTC))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database, so that its files are complete on disk."""
        self._store.close()

    def get(self, key: str) -> Stored | None:
        """Return what is stored under `key`, whatever its age; None where there is nothing."""
        stored = self.read(key)
        self.misses += stored is None
        self.hits += stored is not None
        return stored

    def put(self, key: str, value: Any, at: datetime) -> None:
        """
        Store a plain JSON value at once, so that a killed run keeps it.

        Where that fails (a full disk), one warning is given and nothing more is stored: with a
        database that is locked, every further try would cost a minute.
        """
        if not self._stores:
            return
        text = json.dumps({"at": at.isoformat(), "value": value}, ensure_ascii=False)
        try:
            self._store.set(key, text, expire=KEPT.total_seconds())
        except _TROUBLE as error:
            self._stores = False
            log.warning(
                "cache: %s cannot be written (%s); the run goes on and stores nothing more",
                self.directory,
                _reason(error),
            )

    def prune(self, before: datetime) -> int:
        """Delete what was answered before a time, and what cannot be read; return how many."""
        with _explained(self.directory), self._store.transact():
            doomed = [
                row for row, _, stored in self._answers() if stored is None or stored.at < before
            ]
            for row in doomed:
                self._store._sql("DELETE FROM Cache WHERE rowid = ?", (row,))
        return len(doomed)

    def clear(self) -> int:
        """Delete everything; return how many answers there were."""
        with _explained(self.directory), self._store.transact():
            deleted = self._store._sql("DELETE FROM Cache WHERE key IS NOT ?", (_FORMAT_KEY,))
        return int(deleted.rowcount)

    def info(self) -> CacheInfo:
        """Count what is stored."""
        by_source: Counter[str] = Counter()
        times: list[datetime] = []
        with _explained(self.directory):
            for _, source, stored in self._answers():
                by_source[source] += 1
                if stored is not None:
                    times.append(stored.at)
            size = int(self._store.volume())
        return CacheInfo(
            directory=self.directory,
            entries=by_source.total(),
            size_bytes=size,
            by_source=dict(sorted(by_source.items())),
            oldest=min(times, default=None),
            newest=max(times, default=None),
        )

    def read(self, key: str) -> Stored | None:
        """See `get`; not counted. A row that is no answer is left to be overwritten, or pruned."""
        try:
            row = self._store._sql(_SELECT_VALUE, (key,)).fetchone()
            return None if row is None else _parse(row[0])
        except _NO_ANSWER as error:
            log.warning("cache: %s is not an answer of this cache (%s)", key, error)
        except sqlite3.Error as error:
            if self._reads:
                log.warning("cache: %s cannot be read (%s)", self.directory, error)
            self._reads = False
        return None

    def _answers(self) -> Iterator[tuple[int, str, Stored | None]]:
        """Yield row number, source and answer (None where it cannot be read) of every row."""
        for row, key, value in self._store._sql(_SELECT_ALL, (_FORMAT_KEY,)):
            yield row, _source_of(key), _parsed(key, value)

    def _open(self, now: datetime) -> diskcache.Cache:
        """Open the database; one that cannot be trusted is set aside first."""
        folder = self.directory / "answers"
        if fault := _fault(folder):
            stem = f"answers.set-aside-{now:%Y%m%dT%H%M%S}"
            names = (stem if n == 1 else f"{stem}-{n}" for n in count(1))
            aside = next(path for name in names if not (path := self.directory / name).exists())
            log.warning("cache: %s (%s); it is set aside as %s", folder, fault, aside.name)
            folder.rename(aside)
        return _database(folder)


_FORMAT_KEY = "meta:format"

# As bytes: sqlite3 raises on a text that is not UTF-8, and with it the good rows would be lost.
_SELECT_VALUE = "SELECT CAST(value AS BLOB) FROM Cache WHERE key = ? AND raw = 1"
_SELECT_ALL = "SELECT rowid, CAST(key AS BLOB), CAST(value AS BLOB) FROM Cache WHERE key IS NOT ?"
_SELECT_FOREIGN = """
    SELECT 1 FROM Cache WHERE (
        raw = 1 AND mode = 1 AND size = 0
        AND filename IS NULL AND tag IS NULL AND typeof(expire_time) IN ('real', 'null')
        AND typeof(key) = 'text' AND typeof(value) = 'text'
    ) IS NOT TRUE LIMIT 1
"""
"""A row that `TextDisk` never writes."""

_OF_THE_MACHINE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
}
"""
Primary result codes (sqlite.org/rescode.html) that say nothing against the database itself: what
would go away with space, rights or patience.
"""


@contextmanager
def _explained(directory: Path) -> Iterator[None]:
    """Turn what a disk can do to us into one sentence."""
    try:
        yield
    except Timeout as error:
        raise ConfigurationError(f"{directory}: another process keeps it locked") from error
    except (OSError, *_TROUBLE) as error:
        raise ConfigurationError(
            f"cache folder {directory}: cannot be used ({_reason(error)})"
        ) from error


def _reason(error: Exception) -> str:
    if isinstance(error, diskcache.Timeout):  # it says nothing; what led to it does
        return str(error.__context__ or "it is locked")
    return getattr(error, "strerror", None) or str(error)


def _database(folder: Path, **settings: int) -> diskcache.Cache:
    store = diskcache.Cache(
        str(folder),
        disk=TextDisk,
        disk_min_file_size=NEVER_IN_FILES,
        eviction_policy="none",
        size_limit=2**40,
        cull_limit=10,  # expired rows that one write deletes
        statistics=0,
        tag_index=0,
        sqlite_cache_size=512,  # pages of 4 kB: rows are read once, and more would lie idle
        sqlite_mmap_size=0,
        timeout=60,
        **settings,
    )
    store.set(_FORMAT_KEY, str(FORMAT))
    return store


def _fault(folder: Path) -> str | None:
    """
    Say why a database on disk cannot be used, or None where it can or where there is none.

    Raises `sqlite3.Error` where the machine is in the way (a lock, no right to read): that is no
    reason to set a good cache aside.
    """
    if folder.is_dir() and any(_is_no_file(path) for path in folder.iterdir()):
        return "it was tampered with: it holds links, pipes or folders"
    if not (folder / "cache.db").exists():
        return None
    try:
        with closing(_probe(folder)) as probe:
            return _foreign(probe)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        # Errors of the Python module itself, as of a text that is not UTF-8, have no code.
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _OF_THE_MACHINE:
            raise
        return f"it is damaged: {error}"


def _is_no_file(path: Path) -> bool:
    try:
        return not S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return False  # another process has just closed the database


def _probe(folder: Path) -> sqlite3.Connection:
    """Open a database without obeying it, every text as bytes."""
    probe = sqlite3.connect(folder / "cache.db", timeout=60)
    probe.text_factory = bytes
    return probe


def _foreign(probe: sqlite3.Connection) -> str | None:
    """Say what in a database this cache never wrote; its tables first, as reading may run them."""
    schema, settings = _fresh()
    if _schema(probe) != schema:
        return "it is of another version, or was tampered with: its tables"
    if _settings(probe) != settings:
        return "it is of another version, or was tampered with: its settings"
    (verdict,) = probe.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict != b"ok":
        return f"it is damaged: {verdict.decode(errors='replace')}"
    rows = probe.execute("SELECT value FROM Cache WHERE key = ?", (_FORMAT_KEY,)).fetchall()
    if rows != [(str(FORMAT).encode(),)]:
        return "it is of another version"
    if probe.execute(_SELECT_FOREIGN).fetchone():
        return "it was tampered with: its rows"
    return None


@cache
def _fresh() -> tuple[frozenset[Any], dict[Any, Any]]:
    """Return tables and settings of a database as the installed diskcache makes it."""
    with TemporaryDirectory() as folder:
        _database(Path(folder), sqlite_synchronous=0).close()  # no disk need keep it
        with closing(_probe(Path(folder))) as probe:
            synchronous = {b"sqlite_synchronous": diskcache.DEFAULT_SETTINGS["sqlite_synchronous"]}
            return _schema(probe), _settings(probe) | synchronous


def _schema(probe: sqlite3.Connection) -> frozenset[Any]:
    return frozenset(probe.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))


def _settings(probe: sqlite3.Connection) -> dict[Any, Any]:
    """Return the settings; of the number of rows, which changes, only its type."""
    settings = dict(probe.execute("SELECT key, value FROM Settings"))
    return {**settings, b"count": type(settings.get(b"count"))}


def _parse(text: bytes) -> Stored:
    """Return what a row holds; raises one of `_NO_ANSWER`."""
    data = json.loads(text.decode())
    at = datetime.fromisoformat(data["at"])
    if at.tzinfo is None:
        raise ValueError("a time without zone")
    return Stored(value=data["value"], at=at.astimezone(UTC))


def _parsed(key: bytes, value: bytes) -> Stored | None:
    try:
        key.decode()
        return _parse(value)
    except _NO_ANSWER:
        return None  # `info` does not count its time, and `prune` deletes it


def _source_of(key: bytes) -> str:
    """Return the part of a key before its colon, fit to be shown."""
    source = key.decode(errors="replace").partition(":")[0]
    return source if re.fullmatch(r"[\w-]{1,40}", source) else "unknown"
