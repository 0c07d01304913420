"""A second look at what seems to be gone: a minute later, beside the rest of the run."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from pipeline.links.verdicts import judge_probe
from pipeline.records.links import Probe
from pipeline.records.outcomes import Found, Outcome
from pipeline.sources.web.prober import Manners
from tests.sources.web.web_world import PAGE, OrderedClock, World, links, no_such_host


class Twice:
    """Second looks, a minute later, at what is not there; and what was waited for."""

    def __init__(self) -> None:
        self.waited: list[tuple[int, float]] = []

    def due(self, key: str, outcome: Outcome[Probe]) -> datetime | None:
        """See `SecondLooks.due`."""
        if not isinstance(outcome, Found) or not judge_probe(outcome.value).absent:
            return None
        return outcome.value.answered_at + timedelta(seconds=60)

    def waits(self, number: int, seconds: float) -> None:
        """See `SecondLooks.waits`."""
        self.waited.append((number, seconds))


async def looked_twice(
    world: World, *keys: str, looks: Twice | None = None
) -> dict[str, list[Outcome[Probe]]]:
    """Ask about the keys; return the one or two outcomes of each."""
    found: dict[str, list[Outcome[Probe]]] = {}
    async for key, outcome in world.source.fetch_many(keys, again=looks or Twice()):
        found.setdefault(key, []).append(outcome)
    return found


@pytest.mark.anyio
async def test_second_look_comes_beside_the_rest_after_its_minute() -> None:
    """A long queue of another host goes on; and nothing waits for what is there."""
    world = World(
        lambda request: httpx.Response(404 if "gone" in str(request.url) else 200),
        Manners(interval=1.0, shortest_interval=1.0),
        clock=OrderedClock(),
    )
    looks = Twice()

    found = await looked_twice(world, "https://gone.example/", *links("a.example", 90), looks=looks)

    _, first, second = world.times("gone")  # the first look asks with `Range` and without
    assert 60.0 <= second - first <= 62.0
    assert len(found["https://gone.example/"]) == 2
    assert sum(map(len, found.values())) == 92
    assert looks.waited == []


@pytest.mark.anyio
async def test_second_look_is_one_plain_get_that_learns_anew() -> None:
    """What the first look has found out about the host is not held against the page."""
    names = [f"https://gone.example/{n}" for n in range(5)]
    world = World(no_such_host)
    world.client.network.sent("here.example")
    world.client.network.ended("here.example", reached=True)

    found = await looked_twice(world, *names)

    assert {len(outcomes) for outcomes in found.values()} == {2}
    assert len(world.asked) == 2
    assert "range" in world.headers[0]
    assert "range" not in world.headers[1]


@pytest.mark.anyio
@pytest.mark.parametrize("bound", [{"deadline": 30.0}, {"max_requests": 2}])
async def test_second_look_is_left_out_where_the_run_ends(bound: dict[str, Any]) -> None:
    """There is an outcome already, and the next run goes on from there."""
    world = World(lambda _: httpx.Response(410), **bound)

    outcomes = (await looked_twice(world, PAGE))[PAGE]

    assert len(world.asked) == 2
    assert isinstance(outcomes[0], Found)
    assert [one.status for one in outcomes[1:]] in ([], ["failed"])


@pytest.mark.anyio
async def test_second_look_is_left_out_without_a_network() -> None:
    """Where nobody else was reached, a second failure is the same word."""
    world = World(no_such_host)

    assert len((await looked_twice(world, PAGE))[PAGE]) == 1
    assert len(world.asked) == 1


@pytest.mark.anyio
async def test_second_look_at_many_gone_hosts_is_no_outage() -> None:
    """The same hosts out of reach again say nothing new of our network."""
    names = [f"https://gone{n}.example/" for n in range(7)]

    def answer(request: httpx.Request) -> httpx.Response:
        return no_such_host(request) if "gone" in str(request.url) else httpx.Response(200)

    world = World(answer, clock=OrderedClock(), witnesses=["https://witness.example/"])
    await looked_twice(world, *names, *(f"https://here{n}.example/" for n in range(30)))

    assert len(world.times("gone")) == 14
    assert world.client.network.known_bad == {f"gone{n}.example" for n in range(7)}


@pytest.mark.anyio
async def test_second_look_that_fails_in_another_way_is_tried_again() -> None:
    """As any look is; what it leads to is followed."""
    statuses = [404, 404, 503, 301, 200]

    def answer(request: httpx.Request) -> httpx.Response:
        status = statuses.pop(0)
        return httpx.Response(status, headers={"location": "/b"} if status == 301 else {})

    world = World(answer, clock=OrderedClock())

    first, second = (await looked_twice(world, PAGE))[PAGE]

    assert isinstance(first, Found)
    assert isinstance(second, Found)
    assert [hop.status for hop in second.value.hops] == [301, 200]
