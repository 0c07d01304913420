"""
Who is asked next: a queue for each host, so many requests under way at once, the longest first.

A redirect goes into its host's queue, work to be tried again goes back with a time. Where a host
asks for a pause (`ready_in`), its workers wait and keep nobody out. What is `optional` comes beside
the rest when its time has come; it is waited for when nothing else is left, and else dropped.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import KW_ONLY, dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Generic, Protocol, TypeVar


class Due(Protocol):
    """A piece of work."""

    @property
    def host(self) -> str:
        """The host that is asked."""

    @property
    def due(self) -> float:
        """The (monotonic) time before which it is not to be done; 0 for at once."""

    @property
    def optional(self) -> bool:
        """Whether it is dropped where there is no time to wait until it is due."""


K = TypeVar("K")
J = TypeVar("J", bound=Due)


@dataclass
class Queue(Generic[K, J]):
    """The work of one host."""

    host: str
    begin: Callable[[K], J]
    fresh: deque[K] = field(default_factory=deque)
    waiting: list[tuple[float, int, J]] = field(default_factory=list)
    """A heap by time: what is to be tried again."""
    workers: int = 0
    busy: int = 0
    """Workers with work in hand: they cannot take more."""
    in_hand: int = 0
    """Pieces that they have."""

    def __len__(self) -> int:
        return len(self.fresh) + len(self.waiting)

    def pop(self, now: float) -> J | None:
        """Return what may be done now, what has waited first; None where nothing may."""
        if self.waiting and self.waiting[0][0] <= now:
            return heappop(self.waiting)[2]
        return self.begin(self.fresh.popleft()) if self.fresh else None

    def take(self, now: float, most: int) -> list[J]:
        """Return so many pieces at most that may be done now."""
        taken: list[J] = []
        while len(taken) < most and (piece := self.pop(now)) is not None:
            taken.append(piece)
        return taken


class Slots:
    """So many at once; of those who wait, the one with the longest queue goes first."""

    def __init__(self, number: int) -> None:
        self._free = number
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = count()

    @asynccontextmanager
    async def hold(self, length: int) -> AsyncIterator[None]:
        """Wait for a slot and keep it."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(length)
        try:
            yield
        finally:
            self._release()

    async def _wait(self, length: int) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (-length, next(self._numbers), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._release()
            raise

    def _release(self) -> None:
        while self._waiting:
            turn = heappop(self._waiting)[2]
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


@dataclass
class HostQueues(Generic[K, J]):
    """
    Works off jobs, each made by `begin` when its turn comes: very many may wait.

    `step` does one, or as many of a host as `most` says, and returns what follows from them.
    `in_flight` says how many workers a host may have, later more perhaps. `ready_in` says when
    (in seconds) a host's pace or pause lets it be asked. `rest` waits, if there is time for it.
    `waits` is told of so many optional jobs, and of the seconds, before nothing else is left to do.
    """

    step: Callable[[Sequence[J]], Awaitable[Iterable[J]]]
    begin: Callable[[K], J]
    _: KW_ONLY
    in_flight: Callable[[str], int]
    slots: Slots
    ready_in: Callable[[str], float]
    now: Callable[[], float]
    rest: Callable[[float], Awaitable[object]]
    waits: Callable[[int, float], None] = lambda _number, _seconds: None
    most: Callable[[str], int] = lambda _host: 1

    def __post_init__(self) -> None:
        self._queues: dict[str, Queue[K, J]] = {}
        self._later: list[tuple[float, int, J]] = []
        """A heap by time: what is optional, and not due yet."""
        self._numbers = count()

    def lengths(self) -> dict[str, int]:
        """Return how many jobs each host has left; another thread may ask it."""
        return {host: len(queue) + queue.in_hand for host, queue in self._queues.copy().items()}

    async def work_off(self, given: Iterable[tuple[str, K]]) -> None:
        """Do what is given, each with its host, and what follows from it."""
        for host, one in given:
            self._queue(host).fresh.append(one)
        while any(self._queues.values()):
            async with asyncio.TaskGroup() as self._group:
                for queue in sorted(self._queues.values(), key=len, reverse=True):
                    self._staff(queue)
            await self._wait_for_later()

    async def _wait_for_later(self) -> None:
        """Wait until some of what is optional is due; drop all of it where there is no time."""
        if self._later:
            seconds = max(0.0, self._later[0][0] - self.now())
            self.waits(len(self._later), seconds)
            if seconds and not await self.rest(seconds):
                self._later.clear()
        self._admit()

    def _admit(self) -> list[Queue[K, J]]:
        """Put what has become due into its host's queue."""
        found = []
        while self._later and self._later[0][0] <= self.now():
            due, number, job = heappop(self._later)
            queue = self._queue(job.host)
            heappush(queue.waiting, (due, number, job))
            found.append(queue)
        return found

    def _queue(self, host: str) -> Queue[K, J]:
        if host not in self._queues:
            self._queues[host] = Queue(host, self.begin)
        return self._queues[host]

    def _staff(self, queue: Queue[K, J]) -> None:
        """Give a queue as many workers as it has work for."""
        wanted = min(len(queue) + queue.busy, self.in_flight(queue.host))
        while queue.workers < wanted:
            queue.workers += 1
            self._group.create_task(self._work(queue))

    async def _work(self, queue: Queue[K, J]) -> None:
        while queue:
            for other in self._admit():
                self._staff(other)
            wait = self.ready_in(queue.host)
            if wait > 0 and (await self.rest(wait) or not queue):
                continue
            now, most = self.now(), self.most(queue.host)
            jobs = queue.take(now, most)
            if not jobs and not await self.rest(queue.waiting[0][0] - now):
                jobs = queue.take(float("inf"), most)  # there is no time to wait: all is due
            if not jobs:
                continue
            queue.busy += 1
            queue.in_hand += len(jobs)
            async with self.slots.hold(len(queue)):
                following = await self.step(jobs)
            queue.busy -= 1
            queue.in_hand -= len(jobs)
            for job in following:
                self._go_on(job)
            self._staff(queue)
        queue.workers -= 1

    def _go_on(self, following: J) -> None:
        """Put what follows from a job where it waits for its time."""
        row = (following.due, next(self._numbers), following)
        if following.optional and following.due > self.now():
            heappush(self._later, row)
            return
        queue = self._queue(following.host)
        heappush(queue.waiting, row)
        self._staff(queue)
