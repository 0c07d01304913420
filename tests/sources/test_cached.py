"""A source that uses a cache."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.cache import Cache
from pipeline.clock import SimulatedClock
from pipeline.records.base import Record
from pipeline.records.outcomes import Failed, Found, Missing, Outcome, Skipped
from pipeline.sources.cached import Ages, CachedSource

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Thing(Record):
    """What the source of these tests knows."""

    name: str


class Fake:
    """A source that gives prepared outcomes and remembers what it was asked."""

    name = "thing"

    def __init__(self, outcomes: "Mapping[str, Outcome[Thing]]") -> None:
        self.outcomes = outcomes
        self.asked: list[str] = []

    async def fetch_many(self, keys: Sequence[str]) -> "AsyncIterator[tuple[str, Outcome[Thing]]]":
        """Answer one key after the other."""
        for key in keys:
            self.asked.append(key)
            yield key, self.outcomes[key]


FOUND = Found[Thing](value=Thing(name="x"))
MISSING = Missing(reason="no such thing")
FAILED = Failed(kind="timeout", reason="time-out")


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    """A fresh cache."""
    with Cache(tmp_path) as fresh:
        yield fresh


def source(cache: Cache, fake: Fake, at: datetime = NOW, **options: object) -> CachedSource[Thing]:
    """Return `fake` behind `cache`, asked at a time."""
    return CachedSource(
        source=fake,
        record=Thing,
        cache=cache,
        ages=Ages(found=20 * HOUR, missing=5 * HOUR),
        clock=SimulatedClock(at),
        **options,  # type: ignore[arg-type]
    )


async def ask(cached: CachedSource[Thing], *keys: str) -> "dict[str, Outcome[Thing]]":
    """Return all answers."""
    return {key: outcome async for key, outcome in cached.fetch_many(keys)}


def found(outcomes: "Mapping[str, Outcome[Thing]]") -> dict[str, Thing]:
    """Return the values of what was found."""
    return {key: one.value for key, one in outcomes.items() if isinstance(one, Found)}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("outcome", "later", "asked_again"),
    [
        (FOUND, 19 * HOUR, False),
        (FOUND, 21 * HOUR, True),
        (MISSING, 4 * HOUR, False),
        (MISSING, 6 * HOUR, True),
        (FAILED, timedelta(0), True),
        (Skipped(reason="over the limit"), timedelta(0), True),
    ],
)
async def test_answer_is_trusted_for_its_age(
    cache: Cache, outcome: "Outcome[Thing]", later: timedelta, asked_again: bool
) -> None:
    """Found answers live long, missing ones shortly, failures not at all."""
    await ask(source(cache, Fake({"a": outcome})), "a")
    again = Fake({"a": FOUND})

    await ask(source(cache, again, NOW + later), "a")

    assert again.asked == (["a"] if asked_again else [])


@pytest.mark.anyio
async def test_last_good_value_survives_an_outage(cache: Cache) -> None:
    """A source that cannot be asked costs nothing that was known; the value says its age."""
    await ask(source(cache, Fake({"a": FOUND})), "a")

    later = await ask(source(cache, Fake({"a": FAILED}), NOW + 48 * HOUR), "a")

    assert later["a"] == Found[Thing](
        value=Thing(name="x"), stale=True, as_of=NOW, reason="time-out"
    )


@pytest.mark.anyio
async def test_previous_catalog_serves_where_the_cache_is_lost(cache: Cache) -> None:
    """A cache that is gone makes a run slower, never poorer."""
    known = {"a": FOUND.model_copy(update={"as_of": NOW - HOUR})}

    answers = await ask(source(cache, Fake({"a": FAILED}), known=known), "a")

    assert answers["a"] == Found[Thing](
        value=Thing(name="x"), stale=True, as_of=NOW - HOUR, reason="time-out"
    )


@pytest.mark.anyio
async def test_failure_without_history_stays_a_failure(cache: Cache) -> None:
    """Nothing unknown is made up."""
    assert await ask(source(cache, Fake({"a": FAILED})), "a") == {"a": FAILED}


@pytest.mark.anyio
async def test_off_asks_nothing(cache: Cache) -> None:
    """Off line, the cache answers and the rest is skipped with the reason."""
    await ask(source(cache, Fake({"a": FOUND})), "a")
    fake = Fake({})

    answers = await ask(source(cache, fake, NOW + 99 * HOUR, off="off line"), "a", "b")

    assert fake.asked == []
    assert answers["a"].status == "found"
    assert answers["b"] == Skipped(reason="off line")


@pytest.mark.anyio
async def test_off_looks_once_for_what_is_not_there(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look costs as much as all else that an off-line run does to a key."""
    read: list[str] = []
    monkeypatch.setattr(cache, "read", read.append)
    known = {"b": FOUND}

    outcomes = await ask(source(cache, Fake({}), off="off", known=known), "a", "b")

    assert outcomes["a"] == Skipped(reason="off")
    assert found(outcomes) == {"b": FOUND.value}
    assert read == ["thing:a", "thing:b", "thing:b"]


@pytest.mark.anyio
async def test_refresh_trusts_nothing_older(cache: Cache) -> None:
    """`--refresh` asks again what was answered before the run."""
    await ask(source(cache, Fake({"a": FOUND})), "a")
    fake = Fake({"a": FOUND})

    await ask(source(cache, fake, NOW + HOUR, since=NOW + HOUR), "a")

    assert fake.asked == ["a"]


@pytest.mark.anyio
async def test_never_asked_comes_first_then_the_oldest(cache: Cache) -> None:
    """Where a limit cuts the work short, what is oldest has been asked."""
    await ask(source(cache, Fake({"new": FOUND}), NOW - 30 * HOUR), "new")
    await ask(source(cache, Fake({"old": FOUND}), NOW - 60 * HOUR), "old")
    fake = Fake({"new": FOUND, "old": FOUND, "never": FOUND})

    await ask(source(cache, fake), "new", "old", "never", "new")

    assert fake.asked == ["never", "old", "new"]


@pytest.mark.anyio
async def test_each_answer_is_stored_before_the_next_is_asked(cache: Cache) -> None:
    """A run that dies keeps what it had."""
    cached = source(cache, Fake({"a": FOUND, "b": FOUND}))
    stream = cached.fetch_many(["a", "b"])
    await anext(stream)

    assert cache.get("thing:a") is not None
    assert cache.get("thing:b") is None


@pytest.mark.anyio
async def test_stored_answer_of_another_shape_is_asked_again(cache: Cache) -> None:
    """A tampered or older value counts as not there."""
    cache.put("thing:a", {"status": "found", "value": {"evil": 1}}, NOW)
    fake = Fake({"a": FOUND})

    assert await ask(source(cache, fake), "a") == {"a": FOUND}
    assert fake.asked == ["a"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "later", [timedelta(minutes=6), timedelta(days=365), datetime.max.replace(tzinfo=UTC) - NOW]
)
async def test_answer_of_the_future_is_no_answer(cache: Cache, later: timedelta) -> None:
    """A clock that was wrong once, or a made-up time, is not trusted until then."""
    cache.put("thing:a", MISSING.model_dump(mode="json"), NOW + later)
    fake = Fake({"a": FAILED})

    assert await ask(source(cache, fake), "a") == {"a": FAILED}
    assert fake.asked == ["a"]


@pytest.mark.anyio
async def test_clock_of_another_machine_may_be_a_little_ahead(cache: Cache) -> None:
    """Minutes between two machines that share a cache cost no requests."""
    cache.put("thing:a", FOUND.model_dump(mode="json"), NOW + timedelta(minutes=4))
    fake = Fake({})

    assert found(await ask(source(cache, fake), "a")) == {"a": FOUND.value}


@pytest.mark.anyio
async def test_age_without_end_is_no_error(cache: Cache) -> None:
    """Trusting answers for ever is a setting like another."""
    cached = source(cache, Fake({"a": FOUND}))
    cached.ages = Ages(found=timedelta.max, missing=timedelta.max)
    await ask(cached, "a")

    assert found(await ask(cached, "a")) == {"a": FOUND.value}


@pytest.mark.anyio
async def test_stored_value_says_of_when_it_is(cache: Cache) -> None:
    """What has come since, it does not know; an answer of this run has no age."""
    cached = source(cache, Fake({"a": FOUND}))

    assert await ask(cached, "a") == {"a": FOUND}
    assert await ask(cached, "a") == {"a": FOUND.model_copy(update={"as_of": NOW})}


@pytest.mark.anyio
async def test_answer_that_cannot_be_stored_is_given_all_the_same(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of the cache that nobody foresaw costs no answer that is at hand."""

    def broken(*_: object) -> None:
        raise RuntimeError("of the cache")

    monkeypatch.setattr(cache, "put", broken)

    assert await ask(source(cache, Fake({"a": FOUND})), "a") == {"a": FOUND}
