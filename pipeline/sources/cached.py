"""
A source that uses a cache (not a cache that uses a source).

Trusted answers come from the disk; the rest is asked, and every answer is stored as soon as it is
there. A source that cannot be asked costs nothing that was known: its last good value is given
again, marked stale with the time of the answer. Failures are never stored.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol

from pydantic import TypeAdapter, ValidationError

from pipeline.cache import Cache
from pipeline.cache import Stored as Row
from pipeline.clock import Clock
from pipeline.records.base import adapter
from pipeline.records.outcomes import Blocked, Failed, Found, Missing, Outcome, Skipped, unforeseen
from pipeline.records.source import Asking, R, Source, answers


class Age(Protocol):
    """How long the answers of a source are trusted."""

    def of(self, outcome: Outcome[Any], trust: timedelta) -> timedelta:
        """Return how long an answer is trusted; `trust` is what it has earned so far."""


@dataclass(frozen=True, slots=True)
class Ages:
    """What is there is trusted for one time, what is missing or blocked for another."""

    found: timedelta
    missing: timedelta

    def of(self, outcome: "Outcome[Any]", trust: timedelta) -> timedelta:  # noqa: ARG002
        """See `Age.of`."""
        return self.missing if isinstance(outcome, Missing | Blocked) else self.found


@dataclass(frozen=True, slots=True)
class Stored(Generic[R]):
    """An answer as the cache has it."""

    outcome: "Outcome[R]"
    at: datetime
    trust: timedelta = timedelta()
    """What it has earned by being the same again, where ages know that."""


class Local(Protocol[R]):
    """What is known without asking, beside the cache."""

    def get(self, key: str) -> "Stored[R] | None":
        """Return what is known of a key, with the time that it is as of; never raises."""


@dataclass
class CachedSource(Generic[R]):
    """
    `source` behind `cache`.

    `off` says why nothing may be asked (`--offline`), or is None. Nothing that was answered before
    `since` is trusted (`--refresh`). `known` holds values of the previous catalog: what a lost
    cache falls back on. How long an answer is trusted hangs on the answer (`ages`). Of an answer in
    the cache and one of `local` the later counts.
    """

    source: Source[R]
    record: type[R]
    cache: Cache
    ages: Age
    clock: Clock
    off: str | None = None
    since: datetime | None = None
    known: Mapping[str, Found[R]] = field(default_factory=dict)
    local: "Local[R] | None" = None

    def __post_init__(self) -> None:
        kind: Any = self.record
        self._adapter: TypeAdapter[Outcome[R]] = adapter(Outcome[kind])  # type: ignore[misc]
        self._renewed: set[str] = set()
        """What is asked although an answer is at hand."""

    @property
    def name(self) -> str:
        """See `Source.name`."""
        return self.source.name

    def fetch_many(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, "Outcome[R]"]]:
        """See `Source.fetch_many`. What is asked goes oldest answer first."""
        return self._fetch(keys, self.source.fetch_many, {})

    async def _fetch(
        self, keys: Sequence[str], asking: "Asking[R]", suspects: Mapping[str, datetime]
    ) -> AsyncIterator[tuple[str, "Outcome[R]"]]:
        """
        Take what is trusted from the cache, and ask about the rest.

        `suspects` failed when they were last asked, which was then: nothing stored about them is
        trusted, and that they were asked lately lets others go first where not all can be asked.
        """
        heard: dict[str, float] = {}
        for key in dict.fromkeys(keys):
            stored = self._stored(key, self.cache.get)
            if stored is not None and key not in suspects and self._is_trusted(stored):
                yield key, stored.outcome
            else:
                if stored is not None:
                    self._renewed.add(key)
                at = suspects.get(key, stored and stored.at)
                heard[key] = at.timestamp() if at else 0.0
        if self.off is not None:
            skipped = Skipped(reason=self.off)  # one for all, of which there may be very many
            for key, stored_at in heard.items():
                outcome: Outcome[R] = skipped
                if stored_at or key in self.known:  # else there is no last value to be read
                    outcome = self._settled(key, skipped, suspect=key in suspects)
                yield key, outcome
            return
        wanted = sorted(heard, key=heard.__getitem__)
        heard.clear()
        async for key, outcome in answers(self.name, asking, wanted):
            yield key, self._settled(key, outcome, suspect=key in suspects)

    def _settled(self, key: str, outcome: "Outcome[R]", *, suspect: bool) -> "Outcome[R]":
        """Store an answer; put the last good value in the place of a failure."""
        try:
            if not isinstance(outcome, Failed | Skipped):
                self._store(key, outcome, suspect=suspect)
            elif not suspect and (last := self.last_known(key)) is not None:
                return last.model_copy(update={"reason": outcome.reason})
        except Exception:  # noqa: BLE001  the last line of defence; the answer is at hand
            unforeseen(f"{self.name}: {key}")
        return outcome

    def _store(self, key: str, outcome: "Outcome[R]", *, suspect: bool) -> None:  # noqa: ARG002
        self.cache.put(f"{self.name}:{key}", outcome.model_dump(mode="json"), self.clock.now())

    def last_known(self, key: str) -> Found[R] | None:
        """Return what was last known of `key`, whatever its age; marked stale."""
        stored = self._stored(key, self.cache.read)
        if stored is not None and isinstance(stored.outcome, Found):
            return stored.outcome.model_copy(update={"stale": True, "as_of": stored.at})
        known = self.known.get(key)
        return known and known.model_copy(update={"stale": True})

    def _stored(self, key: str, get: Callable[[str], Row | None]) -> "Stored[R] | None":
        """Return the latest answer about `key` that is at hand."""
        stored = self._of_cache(key, get)
        local = self.local.get(key) if self.local is not None else None
        return stored if local is None or (stored and stored.at >= local.at) else local

    def _of_cache(self, key: str, get: Callable[[str], Row | None]) -> "Stored[R] | None":
        """Return the cache's answer about `key`; one of the future is none."""
        try:
            row = get(f"{self.name}:{key}")
            if row is not None and not row.is_of_the_future(self.clock.now()):
                return self._read(row.value, row.at)
        except (ValidationError, OverflowError, ValueError):
            pass  # written by another version, or tampered with: as if it were not there
        except Exception:  # noqa: BLE001  the last line of defence
            unforeseen(f"{self.name}: {key}")
        return None

    def _read(self, value: Any, at: datetime) -> "Stored[R] | None":
        outcome = self._adapter.validate_python(value)
        if isinstance(outcome, Found):  # what has come since, it does not know
            outcome = outcome.model_copy(update={"as_of": at})
        return Stored(outcome, at)

    def _is_trusted(self, stored: "Stored[R]") -> bool:
        try:
            age = self.ages.of(stored.outcome, stored.trust)
        except Exception:  # noqa: BLE001  the last line of defence
            unforeseen(self.name)
            return False
        # Not `at + age`: no age that somebody sets can run over the end of time.
        is_young = max(self.clock.now() - stored.at, timedelta()) < age
        return is_young and (self.since is None or stored.at >= self.since)
