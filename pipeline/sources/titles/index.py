"""
Title search in arXiv's metadata snapshot, without a request.

The index is one SQLite file: the works with a 64-bit hash of their title key, the words of the
titles as an FTS5 index that keeps no text (`content=''`, `detail=none`: a third of the size), how
many titles hold each word that is common, and every paper's record
(`pipeline.sources.titles.records`). `pipeline.sources.titles.build` writes it.

FTS5's own `bm25` is constant without text and positions (SQLite manual, FTS5, 4.5 and 5.1.1), so
candidates are ranked here: by the words that they share with the title, the rare ones counting
more. What a search may cost is bounded by the number of works that are looked at, not by the size
of the index: 1 to 2 ms with 2.7 million papers, 5 to 9 ms in one of a hundred (CPU time, 2026-11,
`benchmarks/title_index.py`).
"""

import asyncio
import hashlib
import heapq
import math
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from logging import getLogger
from pathlib import Path
from typing import Final

from pipeline.errors import ConfigurationError
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.works.candidates import CandidateWork, TitleHits
from pipeline.works.titles import normalise, title_key

log = getLogger(__name__)

NAME: Final = "title-index"
INDEX_NAME: Final = "arxiv-titles.sqlite"
TITLES_ONLY: Final = 1
"""`user_version` (SQLite, PRAGMA) of an index without records; else 0."""
FORMAT: Final = 3
"""Of tables and keys; an index of another format is built anew."""

MAX_HITS: Final = 25
MAX_WORDS: Final = 24
"""Words of a title that are looked for: the rarest ones."""
MAX_POSTINGS: Final = 5_000
"""Works that are looked at word by word."""
MAX_RANKED: Final = 60
"""Works whose titles are compared."""
LEAST_SHARE: Final = 0.4
"""A work with less of the shared words' weight than this part of the best one's is left out."""
QUORUM_WORDS: Final = 5
"""Of a title of common words alone, so many are asked for together, then all but one of them."""
COMMON: Final = 50
"""Titles that a word stands in for it to be counted; the others are few enough to be all read."""

# They stand in every third title: not indexed, which saves a third of the postings.
STOP_WORDS: Final = frozenset(
    {"a", "an", "and", "as", "at", "by", "for", "from", "in"}
    | {"is", "of", "on", "or", "the", "to", "via", "with"}
)


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What an index holds, and of what."""

    path: Path
    snapshot: str
    """Name of the file that it was built of."""
    snapshot_size: int
    """Bytes."""
    snapshot_time: datetime
    """When that file was written."""
    told_at: datetime
    """When arXiv was asked for what is newer; else as `snapshot_time`."""
    papers: int
    damaged: int
    """Lines of the snapshot that were no paper."""
    newest: str
    """Day of the last change that it holds, ISO 8601: later papers are not in it."""
    size_bytes: int
    has_records: bool = True
    """Whether it holds the papers' records too, and not their titles alone."""


def key_hash(title: str) -> int:
    """Return a stable signed 64-bit number for the exact key of a title."""
    key = title_key(title).encode("utf-8", errors="replace")
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), signed=True)


def index_words(title: str) -> tuple[str, ...]:
    """Return the distinct words of a title that are indexed, sorted."""
    words = set(normalise(title).replace(".", " ").split()) - STOP_WORDS
    return tuple(sorted(word for word in words if any(map(str.isalnum, word))))


def index_info(directory: Path) -> IndexInfo | None:
    """Return what a folder's index holds, if any; raises `ConfigurationError` if unusable."""
    path = directory / INDEX_NAME
    if not path.exists():
        return None
    with closing(open_file(path)) as database:
        return info_of(database, path)


def open_index(directory: Path) -> "TitleIndex | None":
    """Return the index in a directory; None where there is none that can be used."""
    path = directory / INDEX_NAME
    try:
        return TitleIndex(path) if path.exists() else None
    except ConfigurationError as error:
        log.warning("%s; titles are searched without it", error)
        return None


class TitleIndex:
    """A source whose keys are titles; raises `ConfigurationError` if `path` is no usable index."""

    name = NAME

    def __init__(self, path: Path) -> None:
        self._database = open_file(path)
        try:
            self.info = info_of(self._database, path)
            # Keys of other rules than today's `titles` would match nothing.
            keys = self._database.execute("SELECT key, title FROM work LIMIT 50")
            if any(key != key_hash(title) for key, title in keys):
                message = "was built with other rules of titles; build it again"
                raise ConfigurationError(f"{path}: {message}")  # noqa: TRY301
            rows = self._database.execute("SELECT word, titles FROM frequency")
            self._frequency: dict[str, int] = dict(rows)
        except BaseException:
            self._database.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    async def fetch_many(
        self, keys: Sequence[str]
    ) -> AsyncIterator[tuple[str, Outcome[TitleHits]]]:
        """See `Source.fetch_many`. The keys are titles as the list has them."""
        for title in dict.fromkeys(keys):
            yield title, await asyncio.to_thread(self.outcome, title)

    def outcome(self, title: str) -> Outcome[TitleHits]:
        """Search for one title; a file that fails meanwhile is a failure of the source."""
        try:
            hits = self.search(title)
        except sqlite3.Error as error:
            return Failed(kind="bad-answer", reason=f"{self.info.path}: {error}")
        if not hits:
            until = f" of {self.info.newest}" if self.info.newest else ""
            return Missing(reason=f"no title like it in the arXiv snapshot{until}")
        return Found(value=TitleHits(candidates=hits))

    def search(self, title: str) -> tuple[CandidateWork, ...]:
        """Return the works of exactly this title; where there is none, those of a similar one."""
        return self._exact(title) or self._similar(title)

    def _exact(self, title: str) -> tuple[CandidateWork, ...]:
        wanted = title_key(title)
        if not wanted:
            return ()
        rows = self._database.execute(
            "SELECT id, title, authors, year FROM work WHERE key = ? LIMIT ?",
            (key_hash(title), MAX_HITS),
        )
        return _distinct(work for work in map(_work, rows) if title_key(work.title) == wanted)

    def _similar(self, title: str) -> tuple[CandidateWork, ...]:
        words = sorted(index_words(title), key=lambda word: (self._titles_with(word), word))
        scores = self._scores(words[:MAX_WORDS])
        least = max(scores.values(), default=0.0) * LEAST_SHARE
        likely = [(score, -row) for row, score in scores.items() if score >= least]
        rows = self._works([-row for _, row in heapq.nlargest(MAX_RANKED, likely)])
        rows.sort(key=lambda row: self._likeness(words, row[1]), reverse=True)
        return _distinct(map(_work, rows))[:MAX_HITS]

    def _scores(self, words: Sequence[str]) -> dict[int, float]:
        """Return works with the weight of the rare words that they share, as far as we may look."""
        scores: defaultdict[int, float] = defaultdict(float)
        left, read = MAX_POSTINGS, 0
        present = list(words)
        for word in words:
            left -= self._titles_with(word)
            if left < 0:
                break
            rows, weight = self._rows((word,), MAX_POSTINGS), self._weight(word)
            for row in rows:
                scores[row] += weight
            if rows:
                read += 1
            else:  # a misprint, or a name that the list made up
                present.remove(word)
        if read < min(3, len(present)):
            self._add_quorum(scores, present[:QUORUM_WORDS])
        return scores

    def _add_quorum(self, scores: defaultdict[int, float], words: Sequence[str]) -> None:
        """Add works that hold all of some words, then those that hold all but one, two at least."""
        for count in range(len(words), max(len(words) - 2, 1), -1):
            for group in combinations(words, count):
                weight = sum(map(self._weight, group))
                for row in self._rows(group, MAX_RANKED):
                    scores[row] = max(scores[row], weight)
            if len(scores) >= MAX_HITS:
                return

    def _rows(self, words: Sequence[str], limit: int) -> list[int]:
        query = " AND ".join(f'"{word}"' for word in words)
        rows = self._database.execute(
            "SELECT rowid FROM words WHERE words MATCH ? LIMIT ?", (query, limit)
        )
        return [row for (row,) in rows]

    def _works(self, rows: Sequence[int]) -> list[tuple[str, str, str, int]]:
        marks = ",".join("?" * len(rows))
        return self._database.execute(
            f"SELECT id, title, authors, year FROM work WHERE number IN ({marks})",  # noqa: S608
            tuple(rows),
        ).fetchall()

    def _titles_with(self, word: str) -> int:
        return self._frequency.get(word, COMMON)

    def _weight(self, word: str) -> float:
        """Inverse document frequency."""
        return math.log(1 + self.info.papers / self._titles_with(word))

    def _likeness(self, words: Iterable[str], title: str) -> float:
        """Return 0 to 1: the weight of the common words by that of both titles' words."""
        asked, other = set(words), set(index_words(title))
        common = sum(map(self._weight, asked & other))
        return common / math.sqrt(
            sum(map(self._weight, asked)) * sum(map(self._weight, other)) or 1.0
        )


def _work(row: tuple[str, str, str, int]) -> CandidateWork:
    id_, title, authors, year = row
    return CandidateWork(
        key=f"arxiv:{id_}",
        title=title,
        authors=tuple(authors.split("\n")) if authors else (),
        published=str(year),
        source=NAME,
    )


def _distinct(works: Iterable[CandidateWork]) -> tuple[CandidateWork, ...]:
    """Keep the first of each: a snapshot may hold a line twice."""
    kept: dict[str, CandidateWork] = {}
    for work in works:
        kept.setdefault(work.key, work)
    return tuple(kept.values())


def open_file(path: Path) -> sqlite3.Connection:
    """
    Open a finished index; raises `ConfigurationError`.

    It is never changed in place, so no lock is needed.
    """
    try:
        return sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
    except sqlite3.Error as error:
        raise ConfigurationError(f"{path}: cannot be opened ({error})") from error


def info_of(database: sqlite3.Connection, path: Path) -> IndexInfo:
    """Return what an open index holds; raises `ConfigurationError` if it is none."""
    try:
        row = database.execute(
            "SELECT format, name, size, mtime_ns, told_ns, papers, damaged, newest, complete"
            " FROM state"
        ).fetchone()
        (kind,) = database.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error as error:
        raise ConfigurationError(
            f"{path}: is not a usable title index ({error}); delete it and build it again"
        ) from error
    if row is None or row[0] != FORMAT or not row[-1]:
        raise ConfigurationError(f"{path}: is a title index of another version; build it again")
    _, name, size, mtime_ns, told_ns, papers, damaged, newest, _ = row
    return IndexInfo(
        path=path,
        snapshot=name,
        snapshot_size=size,
        snapshot_time=datetime.fromtimestamp(mtime_ns / 1e9, tz=UTC),
        told_at=datetime.fromtimestamp(told_ns / 1e9, tz=UTC),
        papers=papers,
        damaged=damaged,
        newest=newest,
        size_bytes=path.stat().st_size,
        has_records=kind != TITLES_ONLY,
    )
