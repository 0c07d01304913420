"""The linked web asked by many workers, some of whom die: nothing lost, no host asked too fast."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import httpx
import pytest

from pipeline.clock import Clock
from pipeline.executors.actors import LostError, NobodyError
from pipeline.network.http_client import HttpClient
from pipeline.network.service import DEPARTURE
from pipeline.network.transport import AddressPolicy
from pipeline.records.links import Probe
from pipeline.records.outcomes import Failed, Found, Outcome
from pipeline.sources.web.prober import Manners, WebSource
from pipeline.sources.web.shards import (
    AT_WORK,
    DEADLINE,
    SLICE_SECONDS,
    Done,
    HostShard,
    ShardedAsking,
    Slice,
    Terms,
)
from tests.sources.web.web_world import (
    Handler,
    OrderedClock,
    World,
    by_host,
    for_each_link,
    in_turn,
    links,
    no_such_host,
    redirects,
    statuses,
    throttle,
)

STEADY = Manners(interval=0.2, shortest_interval=0.2, in_flight=2, total_timeout=40.0)
"""A pace that nothing quickens, so that gaps can be told from it."""
A_SLICE = int(SLICE_SECONDS / STEADY.interval)
TERMS = Terms(STEADY, AddressPolicy(), "test/1")

Fate = Callable[[], str | None]


class Near:
    """Workers in this process, and what becomes of them."""

    def __init__(self, world: World, number: int, fate: Fate = lambda: None) -> None:
        self.world = world
        self.fate = fate
        self.sent: list[Slice] = []
        self.lost = 0
        self.closed = False
        self.ghosts: list[asyncio.Task[Done]] = []
        self.shards = [self.shard() for _ in range(number)]

    def shard(self) -> HostShard:
        """Return a worker with a door of its own to the same web."""
        transport, clock = self.world.client.transport, self.world.clock
        client = HttpClient(transport=transport, clock=clock, user_agent="test/1")
        return HostShard(TERMS, client)

    async def open(self, links_wanted: int) -> "Near":
        """Set up the team."""
        return self

    async def do(self, key: str, work: Slice, seconds: float) -> Done:
        """See `Team.do`."""
        if not self.shards:
            raise NobodyError
        self.sent.append(work)
        place = sum(key.encode()) % len(self.shards)
        shard, fate = self.shards[place], self.fate()
        if fate is None:
            return await shard.do(work)
        self.lost += 1
        self.shards[place] = self.shard()
        task = asyncio.create_task(shard.do(work))
        if fate == "at the end":
            await task
        elif fate == "on the way":
            await self.world.clock.sleep(random.Random(self.lost).uniform(0.0, 0.6))  # noqa: S311
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        else:  # cut off: it works on, in another process
            self.ghosts.append(task)
            AT_WORK.pop(key, None)
            raise LostError(certain=False)
        raise LostError(certain=True)

    async def close(self) -> None:
        """See `Team.close`."""
        self.closed = True


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    """No host was asked before."""
    AT_WORK.clear()


def web() -> Handler:
    """Return a web in which much goes wrong."""
    return by_host(
        gone=for_each_link(404),
        flaky=for_each_link(503, 200),
        moved=redirects(**{f"{n}": f"https://well.example/new{n}" for n in range(9)}),
        busy=for_each_link(throttle(3), 200),
        nowhere=no_such_host,
        silent=in_turn(httpx.ReadTimeout("x")),
    )


KEYS = [
    link
    for host in ("well", "gone", "flaky", "moved", "busy", "nowhere", "silent", "other")
    for link in links(f"{host}.example", 9)
]

SURE = [key for key in KEYS if "busy" not in key]
"""Who is asked first after a limit decides what comes of the others of a busy host."""


def world_of(handler: Handler | None = None, **client: Any) -> World:
    """Return the web on a clock that keeps order."""
    return World(handler or web(), STEADY, clock=OrderedClock(), latency=0.02, **client)


async def asked_by(
    world: World, team: Near, keys: Sequence[str] = KEYS, **more: Any
) -> dict[str, Outcome[Probe]]:
    """Ask about links through a team; each has to come out once."""
    asking = partial(ShardedAsking, open_team=team.open, **more)
    world.source = WebSource(world.client, STEADY, asking)
    async with asyncio.timeout(60):
        return await world.ask(*keys)


def gaps(world: World) -> list[float]:
    """Return the seconds between two requests to one host, as the host sees them."""
    times: defaultdict[str, list[float]] = defaultdict(list)
    for _, url, time in world.asked:
        times[httpx.URL(url).host].append(time)
    return [after - before for row in times.values() for before, after in pairwise(sorted(row))]


@pytest.mark.anyio
@pytest.mark.parametrize("workers", [1, 3])
async def test_outcomes_are_those_of_one_process(workers: int) -> None:
    """As many requests, too."""
    alone, together = world_of(), world_of()
    wanted = await alone.ask(*SURE)
    team = Near(together, workers)
    found = await asked_by(together, team, SURE)

    assert statuses(found) == statuses(wanted)
    assert {key: one.value.hops for key, one in found.items() if isinstance(one, Found)} == {
        key: one.value.hops for key, one in wanted.items() if isinstance(one, Found)
    }
    assert together.client.requests == alone.client.requests
    assert len(together.asked) == len(alone.asked)
    assert min(gaps(together)) >= STEADY.interval - 1e-9
    assert team.closed
    assert len(team.sent) < len(KEYS)


@pytest.mark.anyio
@pytest.mark.parametrize("fate", ["on the way", "at the end", "cut off"])
@pytest.mark.parametrize("seed", range(6))
async def test_whoever_is_lost_loses_nothing_and_hurries_nobody(fate: str, seed: int) -> None:
    """What is asked again is a slice for each that was lost, at the pace of its host."""
    chance, world = random.Random(seed), world_of()  # noqa: S311
    team = Near(world, 3, lambda: fate if chance.random() < 0.3 else None)
    found = await asked_by(world, team)

    assert set(found) == set(KEYS)
    lost = {"https://well.example", "https://other.example", "https://gone.example"}
    sure = [key for key in KEYS if key.rpartition("/")[0] in lost]
    assert all(isinstance(found[key], Found) for key in sure)
    assert team.lost
    assert min(gaps(world)) >= STEADY.interval - 1e-9
    alone = world_of()
    await alone.ask(*KEYS)
    most = max(len(part.jobs) for part in team.sent)
    # A host whose first answers were lost learns them anew: no name, silence, limits.
    assert len(world.asked) <= len(alone.asked) + team.lost * (most + 4)
    for ghost in team.ghosts:
        ghost.cancel()


@pytest.mark.anyio
async def test_a_slice_is_no_longer_than_some_seconds() -> None:
    """At the pace of its host, and of one host alone."""
    world = world_of()
    team = Near(world, 2)
    await asked_by(world, team, links("well.example", 40))

    assert {len(part.jobs) for part in team.sent} == {A_SLICE}
    assert {job.host for part in team.sent for job in part.jobs} == {"well.example"}


@pytest.mark.anyio
async def test_nothing_is_begun_after_the_deadline() -> None:
    """A worker that was stopped, and goes on much later, asks nobody."""
    world = world_of()
    team = Near(world, 1)
    await asked_by(world, team, links("well.example", 3))
    [part] = team.sent
    await world.clock.sleep(DEADLINE + 1)
    before = len(world.asked)
    done = await team.shard().do(part)

    assert len(world.asked) == before
    assert (done.results, len(done.left)) == ((), 3)


class SlowToConnect(httpx.AsyncBaseTransport):
    """Connects in some seconds, or was stopped meanwhile; notes what it sends then."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.clock, self.seconds = clock, seconds
        self.sent: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See `httpx.AsyncBaseTransport`."""
        await self.clock.sleep(self.seconds)
        departure = request.extensions[DEPARTURE]
        await departure.wait()
        self.sent.append(str(request.url))
        departure.left()
        return httpx.Response(200)


@pytest.mark.anyio
@pytest.mark.parametrize(("seconds", "sends"), [(DEADLINE - 1, True), (DEADLINE + 1, False)])
async def test_nothing_is_sent_after_the_deadline(seconds: float, sends: bool) -> None:
    """Whoever was stopped in the middle of a request sends it no more: others ask by then."""
    world = world_of()
    team = Near(world, 1)
    await asked_by(world, team, links("well.example", 1))
    [part] = team.sent
    transport = SlowToConnect(world.clock, seconds)
    client = HttpClient(transport=transport, clock=world.clock, user_agent="test/1")
    until = world.clock.now().timestamp() + DEADLINE
    done = await HostShard(TERMS, client).do(replace(part, until=until))

    assert transport.sent == (links("well.example", 1) if sends else [])
    assert (len(done.results), len(done.left)) == ((1, 0) if sends else (0, 1))


@pytest.mark.anyio
async def test_a_new_run_keeps_the_pace_of_one_that_has_died() -> None:
    """Its slice, given to the same worker, begins an interval after the last of the old one."""
    world = world_of()
    team = Near(world, 1)
    await asked_by(world, team, links("well.example", 2))
    [part] = team.sent
    until = world.clock.now().timestamp() + DEADLINE
    again = replace(part, until=until, lane=replace(part.lane, wait=0.0))
    await team.shard().do(again)

    times = world.times("well.example")
    assert len(times) == 4
    assert min(after - before for before, after in pairwise(times)) >= STEADY.interval - 1e-9


@pytest.mark.anyio
async def test_where_nobody_is_left_the_run_asks_itself() -> None:
    """As one process would."""
    world = world_of()
    team = Near(world, 0)
    found = await asked_by(world, team, SURE)

    alone = world_of()
    assert statuses(found) == statuses(await alone.ask(*SURE))
    assert len(world.asked) == len(alone.asked)


@pytest.mark.anyio
async def test_hosts_with_secrets_are_asked_by_the_run() -> None:
    """What no worker is told, no worker needs."""
    world = world_of()
    team = Near(world, 2)
    found = await asked_by(world, team, kept=lambda host: host == "well.example")

    assert {job.host for part in team.sent for job in part.jobs}.isdisjoint({"well.example"})
    assert set(found) == set(KEYS)


@pytest.mark.anyio
async def test_an_interrupt_ends_what_is_under_way() -> None:
    """Nobody waits for a worker any more."""
    world = world_of()

    async def forever(key: str, work: Slice, seconds: float) -> Done:
        world.client.stop("the run was interrupted")
        await asyncio.Event().wait()
        raise AssertionError

    team = Near(world, 1)
    team.do = forever  # type: ignore[method-assign]
    found = await asked_by(world, team)

    assert {one.kind for one in found.values() if isinstance(one, Failed)} == {"interrupted"}
    assert len(found) == len(KEYS)
    assert not world.asked


@pytest.mark.anyio
async def test_a_run_without_time_leaves_the_rest_to_the_next() -> None:
    """No worker begins after the end of the run's time."""
    world = world_of(deadline=0.7)
    team = Near(world, 2)
    found = await asked_by(world, team, links("well.example", 40))

    assert max(time for _, _, time in world.asked) <= 0.7
    kinds = {one.kind for one in found.values() if isinstance(one, Failed)}
    assert kinds == {"budget"}
    assert len(found) == 40


class Dying(Near):
    """One worker, who dies: whoever waits for it learns that one after the other."""

    dead = False

    async def do(self, key: str, work: Slice, seconds: float) -> Done:
        """See `Team.do`."""
        if self.dead:
            raise NobodyError
        self.sent.append(work)
        task = asyncio.create_task(self.shards[0].do(work))
        late = 0.3 * len(self.sent)
        await self.world.clock.sleep(late)
        self.dead = True
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        raise LostError(certain=True)


@pytest.mark.anyio
async def test_the_run_asks_no_host_of_which_a_slice_is_under_way() -> None:
    """The last worker has died, and what redirects lead to that host has to wait."""
    pages = {f"{n}": f"https://well.example/new{n}" for n in range(9)}
    world = world_of(by_host(moved=redirects(**pages)))
    keys = [*links("moved.example", 9), *links("well.example", 9)]
    found = await asked_by(world, Dying(world, 1), keys)

    assert set(statuses(found).values()) == {200}
    assert min(gaps(world)) >= STEADY.interval - 1e-9


@pytest.mark.anyio
@pytest.mark.parametrize("fails", ["do", "open"])
async def test_a_team_that_fails_ends_no_run(fails: str) -> None:
    """Whatever is wrong with a cluster or with us: the run asks by itself."""
    world = world_of()

    async def broken(*_: object) -> Done:
        raise ValueError("a fault")

    team = Near(world, 1)
    setattr(team, fails, broken)
    found = await asked_by(world, team, SURE)

    alone = world_of()
    assert statuses(found) == statuses(await alone.ask(*SURE))
