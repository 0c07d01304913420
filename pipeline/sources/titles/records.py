"""
Exact records of arXiv papers out of the metadata snapshot, by id, without a request.

They lie in the file of the title index, from the same build. A snapshot tells what was so on the
day of its newest change; a later answer of arXiv counts instead, and what the snapshot does not
hold is asked.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from logging import getLogger
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigurationError
from pipeline.records.outcomes import Found, Outcome
from pipeline.records.sources import ArxivRecord
from pipeline.sources.arxiv.snapshot import unpacked
from pipeline.sources.cached import Ages, Stored
from pipeline.sources.titles.index import INDEX_NAME, IndexInfo, info_of, open_file

log = getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AgesWithSnapshot(Ages):
    """How long arXiv's answers are trusted, and how long those of the snapshot."""

    snapshot: timedelta = field(kw_only=True)

    def of(self, outcome: Outcome[Any], trust: timedelta) -> timedelta:
        """See `Age.of`."""
        if isinstance(outcome, Found) and outcome.value.metadata_source == "snapshot":
            return self.snapshot
        return Ages.of(self, outcome, trust)


class SnapshotRecords:
    """The records of an open index; see `pipeline.sources.cached.Local`."""

    def __init__(self, database: sqlite3.Connection, as_of: datetime) -> None:
        self._database = database
        self._is_told = False
        self.as_of = as_of

    def get(self, key: str) -> Stored[ArxivRecord] | None:
        """Return what the snapshot has of a canonical id; None for nothing that can be read."""
        try:
            row = self._database.execute(
                "SELECT packed FROM record WHERE id = ?", (key,)
            ).fetchone()
        except (sqlite3.Error, UnicodeError) as error:  # UnicodeError: half a character as a key
            if not self._is_told:
                log.warning("%s: %s; arXiv is asked instead", INDEX_NAME, error)
            self._is_told = True
            return None
        record = unpacked(key, row[0]) if row is not None and isinstance(row[0], bytes) else None
        if record is None:
            return None
        return Stored(Found(value=record, as_of=self.as_of), self.as_of)


@contextmanager
def snapshot_records(directory: Path, now: datetime) -> Iterator[SnapshotRecords | None]:
    """Open the records in a directory; None where none can be used."""
    path = directory / INDEX_NAME
    if not path.exists():
        yield None
        return
    with ExitStack() as opened:
        found: SnapshotRecords | None = None
        try:
            database = opened.enter_context(closing(open_file(path)))
            as_of = day_of(info_of(database, path))
            if as_of is not None and as_of <= now:
                found = SnapshotRecords(database, as_of)
        except ConfigurationError as error:
            log.warning("%s; arXiv is asked instead", error)
        yield found


def day_of(info: IndexInfo) -> datetime | None:
    """
    Return the time that an index is as of: its newest change, or when that was told.

    The earlier of both, so that a line with a day of the future makes nothing young. None where
    no line has a day.
    """
    try:
        newest = datetime.fromisoformat(info.newest).replace(tzinfo=UTC)
    except ValueError:
        return None
    return min(newest, info.told_at)
