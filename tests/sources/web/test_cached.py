"""How long a link is trusted, and what is known of it where nobody can be asked."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.cache import Cache
from pipeline.clock import SimulatedClock
from pipeline.network.outage import Outage
from pipeline.records.links import Hop, Probe
from pipeline.records.outcomes import Failed, FailureKind, Found, Outcome, Skipped
from pipeline.records.source import SecondLooks
from pipeline.sources.web.cached import CachedWeb
from pipeline.sources.web.prober import WebSource

START = datetime(2026, 3, 1, tzinfo=UTC)
PAGE = "https://lab.example/paper"
DAY = timedelta(days=1)


class MadeUpWeb(WebSource):
    """A web that gives every URL the status it is told to."""

    def __init__(self, clock: SimulatedClock) -> None:
        self.clock = clock
        self.status: int | FailureKind = 200
        self.unsent: FailureKind | None = None
        self.asked: list[str] = []
        self.statuses: list[int | None] = []
        """Of a first look and a second one."""

    @property
    def network(self) -> Outage:
        """See `WebSource.network`: it works."""
        network = Outage()
        network.sent("here.example")
        network.ended("here.example", reached=True)
        return network

    async def fetch_many(
        self,
        keys: Sequence[str],
        *,
        suspects: Collection[str] = frozenset(),
        again: SecondLooks | None = None,
    ) -> AsyncIterator[tuple[str, Outcome[Probe]]]:
        """See `WebSource.fetch_many`."""
        for status, key in zip(self.statuses, (*keys, *keys), strict=False):
            self.status = status or 200
            outcome: Outcome[Probe] = Found(value=self.probe(key))
            if status is None:
                outcome = Failed(kind="budget", reason="no time")
            elif again is not None:
                again.due(key, outcome)
            yield key, outcome
        if self.statuses:
            self.statuses = []
            return
        for key in keys:
            self.asked.append(key)
            if self.unsent is not None:
                yield key, Failed(kind=self.unsent, reason="no time")
            else:
                yield key, Found(value=self.probe(key))

    def probe(self, key: str) -> Probe:
        """Return the evidence about a key."""
        status = self.status if isinstance(self.status, int) else None
        hops = [Hop(url=key, status=status)]
        if status == 301:
            hops.append(Hop(url="https://new.example/p", status=200))
            status = 200
        return Probe(
            method="HEAD",
            status=status,
            hops=tuple(hops),
            failure=None if isinstance(self.status, int) else self.status,
            asked_at=self.clock.now(),
            answered_at=self.clock.now(),
        )


class Bench:
    """A cached web on a simulated clock."""

    def __init__(self, folder: Path) -> None:
        self.clock = SimulatedClock(START)
        self.web = MadeUpWeb(self.clock)
        self.cache = Cache(folder, START)
        self.cached = CachedWeb(self.web, self.cache, self.clock)

    async def ask(
        self, *keys: str, suspects: Mapping[str, datetime] | None = None
    ) -> list[Outcome[Probe]]:
        """Ask; return the outcomes in the order in which they came."""
        wanted = keys or (PAGE,)
        stream = self.cached.fetch_many(wanted, suspects=suspects or {})
        return [outcome async for _, outcome in stream]

    async def pass_time(self, time: timedelta) -> None:
        """Let time pass."""
        await self.clock.sleep(time.total_seconds())

    async def trusted_for(self) -> int:
        """Return after how many days (from now) the page is asked again."""
        before = len(self.web.asked)
        for day in range(60):
            await self.ask()
            if len(self.web.asked) > before:
                return day
            await self.pass_time(DAY)
        raise AssertionError("trusted for ever")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A cached web with an empty cache."""
    bench = Bench(tmp_path / "cache")
    yield bench
    bench.cache.close()


@pytest.mark.anyio
async def test_alive_link_is_trusted_longer_each_time(bench: Bench) -> None:
    """Three days, then twice as long each time, never more than ten."""
    await bench.ask()

    assert [await bench.trusted_for() for _ in range(6)] == [3, 6, 10, 10, 10, 10]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("status", "days"),
    [(200, 3), (403, 7), (429, 1), (404, 0), (410, 0), (500, 0), ("timeout", 0)],
)
async def test_trust_hangs_on_what_was_found(
    bench: Bench, status: int | FailureKind, days: int
) -> None:
    """Blocked a week, throttled a day; what fails is asked in every run."""
    bench.web.status = status
    await bench.ask()

    assert await bench.trusted_for() == days


@pytest.mark.anyio
async def test_redirect_is_looked_at_again_soon_and_then_trusted(bench: Bench) -> None:
    """It is worth a repair when it was seen twice: half a day at first, then a week."""
    bench.web.status = 301
    await bench.ask()
    await bench.pass_time(timedelta(hours=11))
    await bench.ask()
    assert len(bench.web.asked) == 1

    await bench.pass_time(timedelta(hours=1))
    await bench.ask()
    assert len(bench.web.asked) == 2

    await bench.pass_time(timedelta(days=6))
    await bench.ask()
    assert len(bench.web.asked) == 2


@pytest.mark.anyio
async def test_trusted_answer_is_the_same_evidence(bench: Bench) -> None:
    """The cache changes nothing about the evidence, its time included."""
    first = await bench.ask()
    await bench.pass_time(DAY)

    assert await bench.ask() == first
    assert bench.web.asked == [PAGE]


@pytest.mark.anyio
async def test_suspect_is_asked_whatever_the_cache_holds(bench: Bench) -> None:
    """A link that failed since it was last alive is not trusted for having been alive."""
    await bench.ask()
    await bench.ask(suspects={PAGE: START})

    assert bench.web.asked == [PAGE, PAGE]


@pytest.mark.anyio
async def test_trust_starts_again_after_a_failure(bench: Bench) -> None:
    """A link that came back has to earn its trust."""
    await bench.ask()
    for _ in range(3):
        await bench.trusted_for()
    await bench.ask(suspects={PAGE: START})

    assert await bench.trusted_for() == 3


@pytest.mark.anyio
async def test_refresh_trusts_nothing_older(bench: Bench) -> None:
    """Asked once in that run; asking early does not make the trust grow."""
    await bench.ask()
    await bench.pass_time(timedelta(hours=1))
    bench.cached.since = bench.clock.now()
    await bench.ask()
    await bench.ask()
    bench.cached.since = None

    assert bench.web.asked == [PAGE, PAGE]
    assert await bench.trusted_for() == 3


@pytest.mark.anyio
async def test_link_that_could_not_be_asked_keeps_its_last_answer(bench: Bench) -> None:
    """Out of time: what was known is given again, marked stale with its time."""
    await bench.ask()
    await bench.pass_time(10 * DAY)
    bench.web.unsent = "budget"

    (outcome,) = await bench.ask()

    assert isinstance(outcome, Found)
    assert (outcome.stale, outcome.as_of) == (True, START)


@pytest.mark.anyio
async def test_suspect_that_could_not_be_asked_is_not_alive(bench: Bench) -> None:
    """Its last good answer is older than its failure."""
    await bench.ask()
    bench.web.unsent = "budget"

    (outcome,) = await bench.ask(suspects={PAGE: START})

    assert isinstance(outcome, Failed)


@pytest.mark.anyio
async def test_off_line_asks_nobody(bench: Bench) -> None:
    """What the cache holds is given, however old; the rest is skipped."""
    await bench.ask()
    await bench.pass_time(20 * DAY)
    bench.cached.off = "off line"

    (known,), (unknown,) = await bench.ask(), await bench.ask("https://new.example/")

    assert isinstance(known, Found)
    assert known.stale
    assert unknown == Skipped(reason="off line")
    assert bench.web.asked == [PAGE]


@pytest.mark.anyio
async def test_oldest_answer_is_asked_first(bench: Bench) -> None:
    """Where time runs out, what waits longest has been asked."""
    old, older, new = "https://a.example/", "https://b.example/", "https://c.example/"
    await bench.ask(older)
    await bench.pass_time(DAY)
    await bench.ask(old)
    await bench.pass_time(5 * DAY)
    bench.web.asked.clear()

    await bench.ask(old, older, new)

    assert bench.web.asked == [new, older, old]


class Twice:
    """Second looks at everything, a minute after the first."""

    def due(self, key: str, outcome: Outcome[Probe]) -> datetime | None:
        """See `SecondLooks.due`."""
        assert isinstance(outcome, Found)
        return outcome.value.answered_at + timedelta(seconds=60)

    def waits(self, number: int, seconds: float) -> None:
        """See `SecondLooks.waits`."""
        raise AssertionError(number)


@pytest.mark.anyio
async def test_second_look_is_handed_on_and_earns_no_trust(bench: Bench) -> None:
    """A page that comes and goes is not trusted as one that has always been there."""
    await bench.ask()
    await bench.pass_time(4 * DAY)
    bench.web.statuses = [404, 200]

    stream = bench.cached.fetch_many([PAGE], suspects={}, again=Twice())
    outcomes = [outcome async for _, outcome in stream]

    assert [one.value.status for one in outcomes if isinstance(one, Found)] == [404, 200]
    assert await bench.trusted_for() == 3


@pytest.mark.anyio
async def test_second_look_that_nobody_could_make_is_no_old_answer(bench: Bench) -> None:
    """What was known before the first look says nothing after it."""
    await bench.ask()
    await bench.pass_time(4 * DAY)
    bench.web.statuses = [404, None]

    stream = bench.cached.fetch_many([PAGE], suspects={}, again=Twice())

    assert [outcome.status async for _, outcome in stream] == ["found", "failed"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "row",
    [
        "text",
        {},
        {"probe": {}, "trust_s": 1},
        {"probe": None, "trust_s": "NaN"},
        [1, 2],
    ],
)
async def test_row_that_is_none_is_as_if_it_were_not_there(bench: Bench, row: object) -> None:
    """A cache of another version, or a tampered one, costs a request."""
    bench.cache.put(f"web:{PAGE}", row, START)

    await bench.ask()

    assert bench.web.asked == [PAGE]


@pytest.mark.anyio
@pytest.mark.parametrize("trust", [1e300, -5.0, float("nan"), float("inf")])
async def test_made_up_trust_is_bounded(bench: Bench, trust: float) -> None:
    """No row is trusted longer than the settings allow."""
    await bench.ask()
    stored = bench.cache.get(f"web:{PAGE}")
    assert stored is not None
    bench.cache.put(f"web:{PAGE}", {**stored.value, "trust_s": trust}, START)
    await bench.pass_time(31 * DAY)

    await bench.ask()

    assert len(bench.web.asked) == 2


@pytest.mark.anyio
async def test_row_from_the_future_is_not_trusted(bench: Bench) -> None:
    """A clock that was wrong once does not keep a link alive for years."""
    await bench.ask()
    stored = bench.cache.get(f"web:{PAGE}")
    assert stored is not None
    bench.cache.put(f"web:{PAGE}", stored.value, START + 900 * DAY)

    await bench.ask()

    assert len(bench.web.asked) == 2
