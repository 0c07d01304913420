"""
The answers on disk: one value for each key, in JSON, with the time of the answer.

diskcache 5.6.3 unpickles what it reads, even with its own `JSONDisk` (CVE-2025-69872), and a row
names a file that is read and deleted. A cache travels through CI caches, so its rows are not to be
trusted: `TextDisk` takes text that stands in the row itself and nothing else. Values never lie in
files of their own, nothing is ever unpickled, and what is no answer of this format is no answer.

Failures are never stored, and age is judged when a value is read (`pipeline.sources.cached`).
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from logging import getLogger
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import diskcache
from filelock import FileLock, Timeout

from pipeline.errors import ConfigurationError

log = getLogger(__name__)

FORMAT = 1
"""Of keys and values; another number on disk and the cache is set aside."""

MODE_RAW = 1
"""diskcache's mode of a value that stands in its row as it is."""

NEVER_IN_FILES = 2**40


class UntrustedRowError(ValueError):
    """A row holds something that this cache never writes."""


class TextDisk(diskcache.Disk):  # type: ignore[misc]
    """Text keys and text values, inside the database, never pickled."""

    def put(self, key: Any) -> tuple[str, bool]:
        """See `diskcache.Disk.put`."""
        if not isinstance(key, str):
            raise TypeError("cache keys are text")
        return key, True

    def get(self, key: Any, raw: Any) -> str:
        """See `diskcache.Disk.get`; a key that was pickled is refused."""
        if not raw or not isinstance(key, str):
            raise UntrustedRowError("a key that this cache never writes")
        return key

    def store(self, value: Any, read: bool, key: Any = None) -> Any:  # noqa: ARG002
        """See `diskcache.Disk.store`."""
        if read or not isinstance(value, str):
            raise TypeError("cache values are text")
        return 0, MODE_RAW, None, value

    def fetch(self, mode: Any, filename: Any, value: Any, read: bool) -> str:  # noqa: ARG002
        """See `diskcache.Disk.fetch`; pickles, files and binary values are refused."""
        if mode != MODE_RAW or filename is not None or not isinstance(value, str):
            raise UntrustedRowError("a value that this cache never writes")
        return value

    def remove(self, file_path: Any) -> None:
        """Remove nothing: no value of this cache is a file, whatever a row says."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored answer."""

    value: Any
    """Plain JSON."""
    at: datetime
    """When it was answered."""


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
    cannot be used at all; a damaged or older database is set aside with a warning instead.
    """

    def __init__(self, directory: Path, clock_now: datetime | None = None) -> None:
        self.directory = directory
        self.hits = 0
        self.misses = 0
        self._aside_stamp = (clock_now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%S")
        try:
            directory.mkdir(parents=True, exist_ok=True)
            with FileLock(directory / "open.lock", timeout=30):
                self._store = self._open()
        except Timeout as error:
            raise ConfigurationError(f"{directory}: another process keeps it locked") from error
        except OSError as error:
            raise ConfigurationError(
                f"cache folder {directory}: cannot be used ({error.strerror or error})"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database, so that its files are complete on disk."""
        self._store.close()

    def get(self, key: str) -> Stored | None:
        """Return what is stored under `key`, whatever its age; None where there is nothing."""
        stored = self._read(key)
        if stored is None:
            self.misses += 1
        else:
            self.hits += 1
        return stored

    def put(self, key: str, value: Any, at: datetime) -> None:
        """Store a plain JSON value at once, so that a killed run keeps it."""
        text = json.dumps({"at": at.isoformat(), "value": value}, ensure_ascii=False)
        self._store.set(key, text)

    def prune(self, before: datetime) -> int:
        """Delete what was answered before a time, and what cannot be read; return how many."""
        doomed = [key for key in self._keys() if _older(self._read(key), before)]
        for key in doomed:
            self._store.delete(key)
        return len(doomed)

    def clear(self) -> int:
        """Delete everything; return how many answers there were."""
        count = int(self._store.clear()) - 1  # the format's own row
        self._store.set(_FORMAT_KEY, str(FORMAT))
        return count

    def info(self) -> CacheInfo:
        """Count what is stored."""
        by_source: dict[str, int] = {}
        times: list[datetime] = []
        for key in self._keys():
            source = key.partition(":")[0]
            by_source[source] = by_source.get(source, 0) + 1
            if stored := self._read(key):
                times.append(stored.at)
        return CacheInfo(
            directory=self.directory,
            entries=sum(by_source.values()),
            size_bytes=int(self._store.volume()),
            by_source=dict(sorted(by_source.items())),
            oldest=min(times, default=None),
            newest=max(times, default=None),
        )

    def _read(self, key: str) -> Stored | None:
        """Return a stored answer; a row that is none is deleted."""
        try:
            text = self._store.get(key)
            return None if text is None else _parse(text)
        except (UntrustedRowError, ValueError, KeyError, TypeError) as error:
            log.warning("cache: %s is not an answer of this cache (%s); deleted", key, error)
            self._store.delete(key)
            return None

    def _keys(self) -> Iterator[str]:
        """Yield the keys as text, reading them without diskcache's unpickling."""
        rows = self._store._sql("SELECT key FROM Cache WHERE raw = 1 ORDER BY rowid").fetchall()
        yield from (key for (key,) in rows if isinstance(key, str) and key != _FORMAT_KEY)

    def _open(self) -> diskcache.Cache:
        """Open the database; one that is damaged or of another format is set aside first."""
        folder = self.directory / "answers"
        if folder.exists() and (fault := _fault(folder)):
            aside = self.directory / f"answers.set-aside-{self._aside_stamp}"
            log.warning("cache: %s (%s); it is set aside as %s", folder, fault, aside.name)
            folder.rename(aside)
        store = _database(folder)
        store.set(_FORMAT_KEY, str(FORMAT))
        return store


_FORMAT_KEY = "meta:format"


def _database(folder: Path) -> diskcache.Cache:
    return diskcache.Cache(
        str(folder),
        disk=TextDisk,
        disk_min_file_size=NEVER_IN_FILES,
        eviction_policy="none",
        size_limit=2**40,
        cull_limit=0,
        statistics=0,
        tag_index=0,
        timeout=60,
    )


def _fault(folder: Path) -> str | None:
    """Say why a database on disk cannot be used, or None where it can."""
    try:
        with sqlite3.connect(folder / "cache.db", timeout=60) as probe:
            (verdict,) = probe.execute("PRAGMA quick_check(1)").fetchone()
            rows = probe.execute("SELECT value FROM Cache WHERE key = ?", (_FORMAT_KEY,)).fetchall()
        probe.close()
    except sqlite3.DatabaseError as error:
        return f"it is damaged: {error}"
    if verdict != "ok":
        return f"it is damaged: {verdict}"
    if [str(FORMAT)] != [value for (value,) in rows]:
        return "it is of another version"
    return None


def _parse(text: str) -> Stored:
    data = json.loads(text)
    at = datetime.fromisoformat(data["at"])
    if at.tzinfo is None:
        raise ValueError("a time without zone")
    return Stored(value=data["value"], at=at)


def _older(stored: Stored | None, before: datetime) -> bool:
    return stored is None or stored.at < before
