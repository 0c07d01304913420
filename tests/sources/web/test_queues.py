"""Queues of hosts: who is next, how many at once, and that nothing is lost."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from pipeline.sources.web.queues import HostQueues, Slots
from tests.sources.web.web_world import OrderedClock


@dataclass(frozen=True)
class Piece:
    """A piece of work."""

    name: str
    host: str = "a"
    due: float = 0.0
    seconds: float = 1.0
    optional: bool = False


class Works:
    """Queues on a clock, and the log of what was begun when."""

    def __init__(
        self,
        after: Callable[[Piece], Piece | None] = lambda _: None,
        *,
        in_flight: int | Callable[[str], int] = 1,
        slots: int = 32,
        deadline: float = float("inf"),
        most: int = 1,
    ) -> None:
        self.clock = OrderedClock()
        self.begun: list[tuple[str, float]] = []
        self.waits: list[tuple[int, float]] = []
        self.busy: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self._paused: dict[str, float] = {}
        self._after = after
        self._deadline = deadline
        self.queues: HostQueues[Piece, Piece] = HostQueues(
            self.step,
            lambda piece: piece,
            in_flight=in_flight if callable(in_flight) else lambda _: in_flight,
            slots=Slots(slots),
            ready_in=lambda host: self._paused.get(host, 0.0) - self.clock.monotonic(),
            now=self.clock.monotonic,
            rest=self.rest,
            waits=lambda number, seconds: self.waits.append((number, seconds)),
            most=lambda _: most,
        )

    def pause(self, host: str, seconds: float) -> None:
        """Let a host be paused for so long."""
        self._paused[host] = self.clock.monotonic() + seconds

    async def step(self, pieces: Sequence[Piece]) -> list[Piece]:
        """Do one after the other."""
        done = [await self.do(piece) for piece in pieces]
        return [piece for piece in done if piece is not None]

    async def do(self, piece: Piece) -> Piece | None:
        """Do one."""
        self.begun.append((piece.name, self.clock.monotonic()))
        for name in (piece.host, "all"):
            self.busy[name] += 1
            self.most[name] = max(self.most[name], self.busy[name])
        await self.clock.sleep(piece.seconds)
        for name in (piece.host, "all"):
            self.busy[name] -= 1
        return self._after(piece)

    async def rest(self, seconds: float) -> bool:
        """Wait where there is time."""
        if self.clock.monotonic() + seconds >= self._deadline:
            return False
        await self.clock.sleep(seconds)
        return True

    async def work_off(self, *pieces: Piece) -> list[tuple[str, float]]:
        """Do all."""
        async with asyncio.timeout(30):
            await self.queues.work_off((piece.host, piece) for piece in pieces)
        return self.begun


def pieces(host: str, number: int, seconds: float = 1.0) -> list[Piece]:
    """Return so many pieces for one host."""
    return [Piece(f"{host}{n}", host, seconds=seconds) for n in range(number)]


@pytest.mark.anyio
async def test_no_work_ends_at_once() -> None:
    """Nothing is waited for."""
    assert await Works().work_off() == []


@pytest.mark.anyio
async def test_job_is_made_when_its_turn_comes() -> None:
    """Very many wait, and what waits is to be small."""
    made: list[str] = []

    def begin(piece: Piece) -> Piece:
        made.append(piece.name)
        return piece

    works = Works(lambda _: made.append("done"))
    works.queues.begin = begin
    await works.work_off(*pieces("a", 3))

    assert made == ["a0", "done", "a1", "done", "a2", "done"]


@pytest.mark.anyio
async def test_host_is_worked_off_in_order_and_hosts_beside_each_other() -> None:
    """One worker a host: one piece after the other, and no host waits for another."""
    begun = await Works().work_off(*pieces("a", 2), *pieces("b", 3))

    assert sorted(begun) == [("a0", 0), ("a1", 1), ("b0", 0), ("b1", 1), ("b2", 2)]


@pytest.mark.anyio
async def test_a_worker_takes_as_many_as_it_may() -> None:
    """Of one host, in order; another worker takes the next."""
    works = Works(most=3, in_flight=2)
    begun = await works.work_off(*pieces("a", 7))

    assert [name for name, time in begun if time == 0] == ["a0", "a3"]
    assert sorted(name for name, _ in begun) == [f"a{n}" for n in range(7)]
    assert begun[-1] == ("a6", 3)


@pytest.mark.anyio
async def test_longest_queue_goes_first() -> None:
    """Who has most to do begins, and goes before shorter ones whenever it waits with them."""
    begun = await Works(slots=1).work_off(*pieces("a", 1), *pieces("b", 5), *pieces("c", 2))

    names = [name for name, _ in begun]
    assert names[:5] == ["b0", "c0", "b1", "a0", "b2"]
    assert sorted(names[5:]) == ["b3", "b4", "c1"]


@pytest.mark.anyio
async def test_slots_bound_what_is_under_way() -> None:
    """However many hosts there are."""
    works = Works(slots=3)

    await works.work_off(*(Piece(f"{n}", f"h{n}") for n in range(10)))

    assert works.most["all"] == 3
    assert works.clock.monotonic() == 4.0


@pytest.mark.anyio
async def test_host_gets_more_workers_when_it_may_have_them() -> None:
    """What `in_flight` says is asked again after every piece."""
    allowed = {"a": 1}

    def after(piece: Piece) -> None:
        allowed["a"] = 2

    works = Works(after, in_flight=lambda host: allowed[host])
    begun = await works.work_off(*pieces("a", 5))

    assert [time for _, time in begun] == [0, 1, 1, 2, 2]


@pytest.mark.anyio
async def test_work_that_comes_back_waits_for_its_time_and_lets_others_pass() -> None:
    """A second try in ten seconds does not hold up the queue."""

    def after(piece: Piece) -> Piece | None:
        return replace(piece, name="again", due=10.0) if piece.name == "a0" else None

    begun = await Works(after).work_off(*pieces("a", 3))

    assert begun == [("a0", 0), ("a1", 1), ("a2", 2), ("again", 10)]


@pytest.mark.anyio
async def test_what_is_due_again_goes_before_what_is_fresh() -> None:
    """Begun links are brought to an end first."""

    def after(piece: Piece) -> Piece | None:
        return replace(piece, name="again", due=2.0) if piece.name == "a0" else None

    begun = await Works(after).work_off(*pieces("a", 4))

    assert [name for name, _ in begun] == ["a0", "a1", "again", "a2", "a3"]


@pytest.mark.anyio
async def test_work_may_turn_out_to_be_another_hosts() -> None:
    """A host of which nothing was known gets a queue and a worker."""

    def after(piece: Piece) -> Piece | None:
        return Piece(f"{piece.name}-b", "b") if piece.host == "a" else None

    works = Works(after)
    begun = await works.work_off(*pieces("a", 2))

    assert begun == [("a0", 0), ("a1", 1), ("a0-b", 1), ("a1-b", 2)]
    assert works.most["b"] == 1


@pytest.mark.anyio
async def test_host_whose_queue_was_empty_takes_up_work_again() -> None:
    """Its last worker has gone by then; the work is not lost."""

    def after(piece: Piece) -> Piece | None:
        return Piece("a-last", "a") if piece.host == "b" else None

    begun = await Works(after).work_off(Piece("a0", "a"), Piece("b0", "b", seconds=50))

    assert begun == [("a0", 0), ("b0", 0), ("a-last", 50)]


@pytest.mark.anyio
async def test_free_worker_takes_what_comes_while_another_is_busy() -> None:
    """A piece that hangs does not hold up a host that may do two at once."""

    def after(piece: Piece) -> Piece | None:
        return Piece("a-from-b", "a") if piece.host == "b" else None

    works = Works(after, in_flight=2)
    begun = await works.work_off(Piece("a0", "a", seconds=40), Piece("b0", "b"))

    assert begun == [("a0", 0), ("b0", 0), ("a-from-b", 1)]


@pytest.mark.anyio
async def test_paused_host_waits_without_a_slot() -> None:
    """Those who wait keep nobody out."""
    works: Works

    def after(piece: Piece) -> None:
        if piece.name == "a0":
            works.pause("a", 60)

    works = Works(after, slots=1)
    begun = await works.work_off(*pieces("a", 3), *pieces("b", 2))

    assert begun == [("a0", 0), ("b0", 1), ("b1", 2), ("a1", 61), ("a2", 62)]


@pytest.mark.anyio
async def test_without_time_to_wait_everything_is_due_at_once() -> None:
    """The step says then that there is no time; nothing is left in a queue."""

    def after(piece: Piece) -> Piece | None:
        return replace(piece, name=piece.name + "'", due=100.0) if "'" not in piece.name else None

    begun = await Works(after, deadline=50.0).work_off(*pieces("a", 2))

    assert begun == [("a0", 0), ("a1", 1), ("a0'", 2), ("a1'", 3)]


@pytest.mark.anyio
async def test_host_paused_beyond_the_end_is_worked_off_at_once() -> None:
    """A pause that does not fit is not waited for, at whatever it comes."""
    works: Works

    def after(piece: Piece) -> None:
        works.pause("a", 1000)

    works = Works(after, deadline=50.0)
    begun = await works.work_off(*pieces("a", 3))

    assert begun == [("a0", 0), ("a1", 1), ("a2", 2)]


@pytest.mark.anyio
async def test_fault_of_a_step_ends_all() -> None:
    """A bug is not swallowed, and nothing goes on behind it."""

    def after(piece: Piece) -> None:
        if piece.name == "b0":
            raise ZeroDivisionError

    works = Works(after)
    with pytest.raises(ExceptionGroup) as error:
        await works.work_off(*pieces("a", 9), *pieces("b", 9))

    assert error.group_contains(ZeroDivisionError)
    assert len(works.begun) < 5


@pytest.mark.anyio
@pytest.mark.parametrize("turns", [1, 3, 30])
async def test_cancelling_stops_all_workers(turns: int) -> None:
    """Nobody works for a caller who has left."""
    works = Works(in_flight=2, slots=3)
    task = asyncio.create_task(works.work_off(*(Piece(f"{n}", f"h{n % 7}") for n in range(60))))
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    begun = len(works.begun)
    for _ in range(50):
        await asyncio.sleep(0)

    assert len(works.begun) == begun < 60


@pytest.mark.anyio
@pytest.mark.parametrize("seed", range(25))
async def test_nothing_is_lost_whatever_happens(seed: int) -> None:
    """Pieces wander, come back, hosts are paused: each ends once, within all bounds, in order."""
    chance = random.Random(seed)  # noqa: S311  not for secrets
    hosts = [f"h{n}" for n in range(chance.randint(1, 12))]
    ended: Counter[str] = Counter()
    works: Works

    def after(piece: Piece) -> Piece | None:
        what = chance.random()
        now = works.clock.monotonic()
        if what < 0.1:
            works.pause(piece.host, chance.choice([0.5, 5.0, 50.0]))
        if what < 0.25:
            return replace(piece, due=now + chance.choice([0.0, 1.0, 30.0]))
        if what < 0.5:
            return replace(piece, host=chance.choice(hosts), due=0.0, seconds=chance.random())
        ended[piece.name] += 1
        return None

    bounds = {host: chance.randint(1, 3) for host in hosts}
    slots = chance.randint(1, 8)
    deadline = chance.choice([float("inf"), 40.0])
    works = Works(after, in_flight=lambda host: bounds[host], slots=slots, deadline=deadline)
    every = [Piece(f"{n}", chance.choice(hosts), seconds=chance.random()) for n in range(150)]
    await works.work_off(*every)

    assert ended == Counter(piece.name for piece in every)
    assert works.most["all"] <= slots
    assert all(works.most[host] <= bounds[host] for host in hosts)


# --- slots ------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_slot_goes_to_the_longest_queue_that_waits() -> None:
    """Of equal ones to the first."""
    slots = Slots(1)
    order: list[str] = []

    async def use(name: str, length: int) -> None:
        async with slots.hold(length):
            order.append(name)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        for name, length in [("first", 0), ("short", 1), ("long", 9), ("long too", 9), ("mid", 5)]:
            group.create_task(use(name, length))

    assert order == ["first", "long", "long too", "mid", "short"]


@pytest.mark.anyio
@pytest.mark.parametrize("at_once", [True, False])
async def test_slot_of_one_who_gave_up_waiting_is_not_lost(at_once: bool) -> None:
    """Cancelled while waiting, or in the very moment in which the slot was given."""
    slots = Slots(1)
    leave = asyncio.Event()

    async def use() -> None:
        async with slots.hold(1):
            await leave.wait()

    first, second = asyncio.create_task(use()), asyncio.create_task(use())
    await asyncio.sleep(0)
    if at_once:
        second.cancel()
    leave.set()
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.wait([first, second])

    async with asyncio.timeout(5), slots.hold(1):
        assert second.cancelled()


@pytest.mark.anyio
async def test_slot_is_given_back_after_a_fault() -> None:
    """Whatever happened inside."""
    slots = Slots(1)
    with pytest.raises(ZeroDivisionError):
        async with slots.hold(1):
            raise ZeroDivisionError

    async with asyncio.timeout(5), slots.hold(1):
        pass


def looking_twice(piece: Piece) -> Piece | None:
    """Let everything of host `a` be done a second time, a minute after the first."""
    if piece.optional or piece.host != "a":
        return None
    return replace(
        piece, name=f"{piece.name} again", due=60.0 + float(piece.name[1:]), optional=True
    )


@pytest.mark.anyio
async def test_what_is_optional_comes_beside_the_rest() -> None:
    """When its time has come, and nobody stands still for it before."""
    works = Works(looking_twice)

    begun = await works.work_off(*pieces("a", 2), *pieces("b", 100))

    assert dict(begun)["b99"] == 99.0
    assert (dict(begun)["a0 again"], dict(begun)["a1 again"]) == (60.0, 61.0)
    assert works.waits == []


@pytest.mark.anyio
async def test_what_is_optional_is_waited_for_at_the_end() -> None:
    """As long as it takes, and what is waited for is said each time."""
    works = Works(looking_twice)

    begun = await works.work_off(*pieces("a", 2), *pieces("b", 3))

    assert begun[-2:] == [("a0 again", 60.0), ("a1 again", 61.0)]
    assert works.waits[0] == (2, 57.0)


@pytest.mark.anyio
async def test_what_is_optional_is_dropped_without_time() -> None:
    """Where the run ends before."""
    works = Works(looking_twice, deadline=30.0)

    assert [name for name, _ in await works.work_off(*pieces("a", 2))] == ["a0", "a1"]


@pytest.mark.anyio
async def test_optional_work_keeps_no_worker_from_the_rest() -> None:
    """A host whose only worker would wait a minute gets what a redirect leads to at once."""

    def after(piece: Piece) -> Piece | None:
        if piece.name == "b0":
            return Piece("led on", "a")
        return looking_twice(piece) if piece.name == "a0" else None

    begun = await Works(after).work_off(*pieces("a", 1), *pieces("b", 1, seconds=5.0))

    assert begun[2:] == [("led on", 5.0), ("a0 again", 60.0)]


@pytest.mark.anyio
async def test_it_says_how_much_each_host_has_left() -> None:
    """What is in hand counts until it is done."""
    seen: list[dict[str, int]] = []

    def after(piece: Piece) -> None:
        if piece.host == "a":
            seen.append(works.queues.lengths())

    works = Works(after)
    await works.work_off(*pieces("a", 3), *pieces("b", 1, seconds=1.5))

    assert seen == [{"a": 3, "b": 1}, {"a": 2, "b": 0}, {"a": 1, "b": 0}]
    assert works.queues.lengths() == {"a": 0, "b": 0}
