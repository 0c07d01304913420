"""
A source that uses a cache (not a cache that uses a source).

Trusted answers come from the disk; the rest is asked, and every answer is stored as soon as it is
there. A source that cannot be asked costs nothing that was known: its last good value is given
again, marked stale with the time of the answer. Failures are never stored.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic

from pydantic import TypeAdapter, ValidationError

from pipeline.cache import Cache
from pipeline.clock import Clock
from pipeline.records.base import adapter
from pipeline.records.outcomes import Blocked, Failed, Found, Missing, Outcome, Skipped
from pipeline.records.source import R, Source


@dataclass(frozen=True, slots=True)
class Ages:
    """How long answers of one source are trusted."""

    found: timedelta
    missing: timedelta


@dataclass
class CachedSource(Generic[R]):
    """
    `source` behind `cache`.

    `off` says why nothing may be asked (`--offline`), or is None. Nothing that was answered before
    `since` is trusted (`--refresh`). `known` holds values of the previous catalog: what a lost
    cache falls back on.
    """

    source: Source[R]
    record: type[R]
    cache: Cache
    ages: Ages
    clock: Clock
    off: str | None = None
    since: datetime | None = None
    known: Mapping[str, Found[R]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kind: Any = self.record
        self._adapter: TypeAdapter[Outcome[R]] = adapter(Outcome[kind])  # type: ignore[misc]

    @property
    def name(self) -> str:
        """See `Source.name`."""
        return self.source.name

    async def fetch_many(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, "Outcome[R]"]]:
        """See `Source.fetch_many`. What is asked goes oldest answer first."""
        remembered: dict[str, tuple[Outcome[R], datetime]] = {}
        wanted: list[str] = []
        for key in dict.fromkeys(keys):
            stored = self._recall(key)
            if stored is not None and self._trusted(*stored):
                yield key, _dated(*stored)
                continue
            if stored is not None:
                remembered[key] = stored
            wanted.append(key)
        if self.off is not None:
            for key in wanted:
                yield key, self._fallback(key, Skipped(reason=self.off), remembered.get(key))
            return
        wanted.sort(key=lambda key: remembered[key][1].timestamp() if key in remembered else 0.0)
        if wanted:
            async for key, outcome in self.source.fetch_many(wanted):
                yield key, self._settle(key, outcome, remembered.get(key))

    def _settle(
        self, key: str, outcome: "Outcome[R]", last: "tuple[Outcome[R], datetime] | None"
    ) -> "Outcome[R]":
        """Store an answer; put the last good value in the place of a failure."""
        if isinstance(outcome, Failed | Skipped):
            return self._fallback(key, outcome, last)
        self.cache.put(f"{self.name}:{key}", outcome.model_dump(mode="json"), self.clock.now())
        return outcome

    def _fallback(
        self, key: str, outcome: Failed | Skipped, last: "tuple[Outcome[R], datetime] | None"
    ) -> "Outcome[R]":
        """Return the last good value, stale, or the failure where there never was one."""
        if last is not None and isinstance(last[0], Found):
            return last[0].model_copy(
                update={"stale": True, "as_of": last[1], "reason": outcome.reason}
            )
        if key in self.known:
            return self.known[key].model_copy(update={"stale": True, "reason": outcome.reason})
        return outcome

    def _recall(self, key: str) -> "tuple[Outcome[R], datetime] | None":
        """Return the stored answer about `key` and its time; one of the future is none."""
        stored = self.cache.get(f"{self.name}:{key}")
        if stored is None or stored.is_of_the_future(self.clock.now()):
            return None
        try:
            return self._adapter.validate_python(stored.value), stored.at
        except ValidationError:
            return None  # written by another version, or tampered with: as if it were not there

    def _trusted(self, outcome: "Outcome[R]", at: datetime) -> bool:
        if self.since is not None and at < self.since:
            return False
        age = self.ages.missing if isinstance(outcome, Missing | Blocked) else self.ages.found
        # Not `at + age`: no age that somebody sets can run over the end of time.
        return max(self.clock.now() - at, timedelta()) < age


def _dated(outcome: "Outcome[R]", at: datetime) -> "Outcome[R]":
    """Say of a stored value of when it is: what has come since, it does not know."""
    return outcome.model_copy(update={"as_of": at}) if isinstance(outcome, Found) else outcome
