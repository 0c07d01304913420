"""
The linked web behind the cache: what was alive lately is not asked again.

`CachedSource` trusts every answer of a source for one time; here the time hangs on what the answer
says. A link that is alive is trusted for three days, twice as long each time it is found alive
again, up to thirty; one that has moved or turns robots away for a week; one that fails never. The
probe is stored, not the verdict, so a stored answer is judged by the rules of today.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol

from pydantic import ValidationError

from pipeline.cache import Cache
from pipeline.clock import Clock
from pipeline.links.verdicts import Judgement, judge_probe
from pipeline.network.outage import Outage
from pipeline.records.base import Record, adapter
from pipeline.records.links import Probe, Verdict
from pipeline.records.outcomes import Failed, Found, Outcome, Skipped


class Web(Protocol):
    """What is behind the cache: `pipeline.sources.web.prober.WebSource`."""

    name: str

    @property
    def network(self) -> Outage:
        """What speaks for and against our own network."""
        ...

    @property
    def requests_left(self) -> int | None:
        """How many requests this run may still send; None where there is no limit."""
        ...

    async def rest(self, seconds: float) -> bool:
        """Wait, where the run has time for it."""
        ...

    def fetch_many(
        self, keys: Sequence[str], *, suspects: Collection[str] = frozenset()
    ) -> AsyncIterator[tuple[str, Outcome[Probe]]]:
        """Ask."""
        ...


@dataclass(frozen=True, slots=True)
class ProbeAges:
    """How long a link is trusted, by what it was found to be."""

    alive: timedelta = timedelta(days=3)
    longest: timedelta = timedelta(days=10)
    moved: timedelta = timedelta(days=7)
    moved_at_first: timedelta = timedelta(hours=12)
    """A redirect counts when it is seen twice: the next run is to look."""
    blocked: timedelta = timedelta(days=7)
    throttled: timedelta = timedelta(days=1)
    """A 429 says nothing of the page, only that it is to be asked later."""

    def of(self, judgement: Judgement, trust: timedelta) -> timedelta:
        """Return how long a link is trusted; `trust` is what one that is there has earned."""
        if judgement.reason_code == "throttled":
            return self.throttled
        ages: dict[Verdict, timedelta] = {
            "alive": min(trust, self.longest),
            "moved": min(trust, self.moved),
            "blocked": self.blocked,
            "skipped": self.moved,
        }
        return ages.get(judgement.verdict, timedelta())


class StoredProbe(Record):
    """A row of the cache."""

    probe: Probe
    trust_s: float
    """Seconds for which the link is trusted while it is alive."""


@dataclass(frozen=True, slots=True)
class _Known:
    probe: Probe
    trust: timedelta
    at: datetime


@dataclass(frozen=True, slots=True)
class _Past:
    """What is kept of a stored answer while its link is asked again; there may be many."""

    at: datetime
    trust: timedelta
    verdict: Verdict


NOBODY: Mapping[str, datetime] = MappingProxyType({})


@dataclass
class CachedWeb:
    """
    `source` behind `cache`; see `CachedSource` for `off` and `since`.

    Cache keys are `web:` and the request URL.
    """

    source: Web
    cache: Cache
    clock: Clock
    ages: ProbeAges = ProbeAges()
    off: str | None = None
    since: datetime | None = None

    @property
    def network(self) -> Outage:
        """See `Web.network`."""
        return self.source.network

    async def fetch_many(
        self, keys: Sequence[str], *, suspects: Mapping[str, datetime] = NOBODY
    ) -> AsyncIterator[tuple[str, "Outcome[Probe]"]]:
        """
        Yield one `(key, outcome)` for every distinct key: from the cache, or asked, oldest first.

        `suspects` failed in an earlier run, the last time then: nothing stored about them is
        trusted, and that they were asked lately lets others go first where not all can be asked.
        """
        now = self.clock.now()
        old: dict[str, _Past] = {}
        wanted: list[str] = []
        for key in dict.fromkeys(keys):
            known = self._recall(key)
            if known is not None and key not in suspects and self._is_trusted(known, now):
                yield key, Found(value=known.probe)
                continue
            if known is not None:
                old[key] = _Past(known.at, known.trust, judge_probe(known.probe).verdict)
            wanted.append(key)
        heard = {key: past.at for key, past in old.items()} | dict(suspects)
        wanted.sort(key=lambda key: heard[key].timestamp() if key in heard else 0.0)
        async for key, outcome in self._ask(wanted, suspects):
            yield key, self._settle(key, outcome, old.get(key), suspect=key in suspects)

    async def fetch_again(
        self, due: Mapping[str, datetime]
    ) -> AsyncIterator[tuple[str, "Outcome[Probe]"]]:
        """Ask a second time in one run, not before every key's time has come."""
        if not due:
            return
        wait = (max(due.values()) - self.clock.now()).total_seconds()
        if wait > 0 and not await self.source.rest(wait):
            for key in due:
                yield key, Failed(kind="budget", reason="no time left for a second check")
            return
        async for key, outcome in self._ask(list(due), due.keys()):
            yield key, self._settle(key, outcome, None, suspect=True)

    def last_known(self, key: str) -> "Found[Probe] | None":
        """Return what was stored about `key` when it last answered, whatever its age."""
        known = self._recall(key)
        return None if known is None else Found(value=known.probe, stale=True, as_of=known.at)

    async def _ask(
        self, keys: Sequence[str], suspects: Collection[str]
    ) -> AsyncIterator[tuple[str, "Outcome[Probe]"]]:
        if self.off is not None:
            for key in keys:
                yield key, Skipped(reason=self.off)
            return
        room = self.source.requests_left
        if keys[:room]:
            async for key, outcome in self.source.fetch_many(keys[:room], suspects=suspects):
                yield key, outcome
        for key in keys[len(keys[:room]) :]:
            yield key, Failed(kind="budget", reason="no requests left for this run")

    def _settle(
        self, key: str, outcome: "Outcome[Probe]", old: "_Past | None", *, suspect: bool
    ) -> "Outcome[Probe]":
        """Store evidence that is worth trust; put the last one in the place of no answer."""
        if isinstance(outcome, Found):
            self._store(key, outcome.value, None if suspect else old)
        elif isinstance(outcome, Failed | Skipped) and old is not None and not suspect:
            known = self.last_known(key)
            return known.model_copy(update={"reason": outcome.reason}) if known else outcome
        return outcome

    def _store(self, key: str, probe: Probe, old: "_Past | None") -> None:
        judgement = judge_probe(probe)
        if probe.failure is not None and len(probe.hops) == 1:
            return  # nothing was answered: there is nothing to trust
        trust = self._earned(judgement.verdict, old, probe.answered_at)
        if self.ages.of(judgement, trust):
            row = StoredProbe(probe=probe, trust_s=trust.total_seconds())
            self.cache.put(self._key(key), row.model_dump(mode="json"), probe.answered_at)

    def _earned(self, verdict: Verdict, old: "_Past | None", now: datetime) -> timedelta:
        """
        Return how long a link that is there is trusted: longer where it has outlived a trust.

        One that was something else, or has failed since, begins anew.
        """
        if verdict == "moved":
            again = old is not None and old.verdict == "moved"
            return self.ages.moved if again else self.ages.moved_at_first
        if old is None or old.verdict != "alive":
            return self.ages.alive
        grown = old.trust * 2 if now - old.at >= old.trust else old.trust
        return min(max(grown, self.ages.alive), self.ages.longest)

    def _is_trusted(self, known: _Known, now: datetime) -> bool:
        if self.since is not None and known.at < self.since:
            return False
        age = self.ages.of(judge_probe(known.probe), known.trust)
        return max(now - known.at, timedelta()) < age

    def _recall(self, key: str) -> _Known | None:
        stored = self.cache.get(self._key(key))
        if stored is None or stored.is_of_the_future(self.clock.now()):
            return None
        try:
            row: StoredProbe = adapter(StoredProbe).validate_python(stored.value)
            trust = min(timedelta(seconds=row.trust_s), self.ages.longest)
        except (ValidationError, OverflowError, ValueError):
            return None  # of another version, or tampered with: as if it were not there
        return _Known(row.probe, trust, stored.at) if row.probe.hops else None

    def _key(self, key: str) -> str:
        return f"{self.source.name}:{key}"
