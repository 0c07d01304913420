"""
The linked web behind the cache: what was alive lately is not asked again.

A link that is alive is trusted for three days, twice as long each time, up to ten; one that has
moved or refuses robots for a week; a failing one never. Probes are stored, today's rules judge.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pipeline.links.verdicts import Judgement, judge_probe
from pipeline.network.outage import Outage
from pipeline.records.base import Record, adapter
from pipeline.records.links import Probe, Verdict
from pipeline.records.outcomes import Found, Outcome
from pipeline.records.source import SecondLooks
from pipeline.sources.cached import CachedSource, Stored
from pipeline.sources.web.prober import WebSource


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

    def of(self, outcome: "Outcome[Any]", trust: timedelta) -> timedelta:
        """See `Age.of`."""
        if not isinstance(outcome, Found):
            return timedelta()
        return self.by(judge_probe(outcome.value), trust)

    def by(self, judgement: Judgement, trust: timedelta) -> timedelta:
        """Return how long a link is trusted of which an answer said so much."""
        if judgement.reason_code == "throttled":
            return self.throttled
        ages: dict[Verdict, timedelta] = {
            "alive": min(trust, self.longest),
            "moved": min(trust, self.moved),
            "blocked": self.blocked,
            "skipped": self.moved,
        }
        return ages.get(judgement.verdict, timedelta())

    def earned(self, verdict: Verdict, at: datetime, last: "Stored[Probe] | None") -> timedelta:
        """
        Return how long a link is trusted that was found to be such at that time.

        Longer where it has outlived a trust.
        """
        before = _verdict(last.outcome) if last is not None else None
        if verdict == "moved":
            return self.moved if before == "moved" else self.moved_at_first
        if last is None or before != "alive":
            return self.alive
        outlived = at - last.at >= last.trust
        return min(max(last.trust * 2 if outlived else last.trust, self.alive), self.longest)


def _verdict(outcome: "Outcome[Probe]") -> Verdict | None:
    return judge_probe(outcome.value).verdict if isinstance(outcome, Found) else None


@dataclass(frozen=True, slots=True)
class _NotedLooks:
    """Second looks at links that are suspects from then on, whose answers are worth no trust."""

    inner: SecondLooks
    suspects: dict[str, datetime]

    def due(self, key: str, outcome: "Outcome[Any]") -> datetime | None:
        """See `SecondLooks.due`."""
        at = self.inner.due(key, outcome)
        if at is not None:
            self.suspects[key] = at
        return at

    def waits(self, number: int, seconds: float) -> None:
        """See `SecondLooks.waits`."""
        self.inner.waits(number, seconds)


class StoredProbe(Record):
    """A row of the cache, under `web:` and the request URL."""

    probe: Probe
    trust_s: float
    """Seconds for which the link is trusted while it is alive."""


@dataclass
class CachedWeb(CachedSource[Probe]):
    """The linked web behind the cache."""

    source: WebSource
    record: type[Probe] = field(default=Probe, init=False)
    ages: ProbeAges = field(default_factory=ProbeAges, kw_only=True)

    @property
    def network(self) -> Outage:
        """See `WebSource.network`."""
        return self.source.network

    def fetch_many(
        self,
        keys: Sequence[str],
        *,
        suspects: Mapping[str, datetime] | None = None,
        again: SecondLooks | None = None,
    ) -> AsyncIterator[tuple[str, "Outcome[Probe]"]]:
        """
        See `Source.fetch_many`; `suspects` failed in an earlier run, the last time then.

        What `again` wants to see a second time in this run comes twice, where there is time for it.
        """
        failed = dict(suspects or {})
        looks = None if again is None else _NotedLooks(again, failed)
        asking = partial(self.source.fetch_many, suspects=failed.keys(), again=looks)
        return self._fetch(keys, asking, failed)

    def _store(self, key: str, outcome: "Outcome[Probe]", *, suspect: bool) -> None:
        """Store evidence that is worth trust, in the light of what was stored before."""
        if not isinstance(outcome, Found):
            return
        probe = outcome.value
        if probe.failure is not None and len(probe.hops) == 1:
            return  # nothing was answered: there is nothing to trust
        judgement, at = judge_probe(probe), probe.answered_at
        is_renewed = key in self._renewed and not suspect
        last = self._stored(key, self.cache.read) if is_renewed else None
        trust = self.ages.earned(judgement.verdict, at, last)
        if self.ages.by(judgement, trust):
            row = StoredProbe(probe=probe, trust_s=trust.total_seconds())
            self.cache.put(f"{self.name}:{key}", row.model_dump(mode="json"), at)

    def _read(self, value: Any, at: datetime) -> "Stored[Probe] | None":
        row: StoredProbe = adapter(StoredProbe).validate_python(value)
        trust = min(timedelta(seconds=row.trust_s), self.ages.longest)
        return Stored(Found(value=row.probe), at, trust) if row.probe.hops else None
