"""
The executor of one machine: this process, and others beside it where that pays.

Processes are for work that is longer than their start, and end with it, since each holds 50 MB.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from functools import partial
from itertools import chain
from typing import ClassVar, Final, Self, TypeAlias, cast

from pipeline.executors.interface import LOST, A, B, no_weight
from pipeline.executors.processes import EndedError, NobodyError, Processes
from pipeline.records.outcomes import Failed

Made: TypeAlias = "list[tuple[B | Failed | None, Exception | None]]"
"""What comes of each chunk of a load, or is raised for the last."""
Pending: TypeAlias = "deque[tuple[tuple[A, ...], Future[Made[B]]]]"
"""Loads that are worked on, in order."""
WORTH: Final = 750_000
"""Microseconds of work that others must take over: a process starts in half of that time."""
AHEAD: Final = 2
"""Loads for each worker that are under way: more are no faster, and each holds its results."""


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def saved(total: int, longest: int, workers: int) -> int:
    """Return how much of the work others take over, where its longest chunk is so long."""
    return total - max(longest, total // workers)


def loads(chunks: Iterable[A], weigh: Callable[[A], int], most: int) -> Iterator[tuple[A, ...]]:
    """Put chunks together that are little work each; one of unknown weight (0) goes alone."""
    load: list[A] = []
    total = 0
    for chunk in chunks:
        weight = weigh(chunk) or most
        if load and total + weight > most:
            yield tuple(load)
            load, total = [], 0
        load.append(chunk)
        total += weight
    if load:
        yield tuple(load)


def each(function: Callable[[A], B], load: tuple[A, ...]) -> "Made[B]":
    """Return what a function makes of each chunk, or raises for it; nothing after that."""
    made: Made[B] = []
    for chunk in load:
        try:
            made.append((function(chunk), None))
        except Exception as error:  # noqa: BLE001  raised at the place of its chunk
            return [*made, (None, error)]
    return made


def _results(made: "Made[B]") -> "Iterator[B | Failed]":
    for result, error in made:
        if error is not None:
            raise error
        yield cast("B", result)


class Local:
    """See `Executor`. With one worker, and for little work, no process is started."""

    load: ClassVar[int] = 150_000
    """Microseconds of work that travel together."""

    def __init__(self, workers: int | None = None, modules: Sequence[str] = ()) -> None:
        """`modules`: what work needs beside those of its functions; loaded once for all."""
        self.workers = workers or available_cores()
        self.lost = 0
        self._modules = modules
        self._processes: Processes | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._rest(at_once=kind is not None)

    @property
    def is_started(self) -> bool:
        """Whether others are there already, so that any work is worth it."""
        return self._processes is not None

    def map(
        self,
        function: Callable[[A], B],
        chunks: Iterable[A],
        *,
        weigh: Callable[[A], int] = no_weight,
    ) -> "Iterator[B | Failed]":
        """See `Executor.map`."""
        first: list[A] = []
        rest, total, longest = iter(chunks), 0, 0
        spread = self.is_started
        while self.workers > 1 and not spread:
            try:
                first.append(next(rest))
            except StopIteration:
                break
            weight = weigh(first[-1])
            total, longest = total + weight, max(longest, weight)
            spread = saved(total, longest, self.workers) >= WORTH
        every = chain(first, rest)
        if not spread:
            return map(function, every)
        return self._spread(function, loads(every, weigh, self.load))

    def _spread(
        self, function: Callable[[A], B], every: Iterable[tuple[A, ...]]
    ) -> "Iterator[B | Failed]":
        """Keep all workers busy with loads of chunks, and yield the results in order."""
        pending: Pending[A, B] = deque()
        for load in every:
            pending.append((load, self._submit(function, load)))
            if len(pending) > AHEAD * self.workers:
                yield from _results(self._next(function, pending))
        while pending:
            made = self._next(function, pending)
            if not pending:
                self._rest()
            yield from _results(made)

    def _submit(self, function: Callable[[A], B], load: tuple[A, ...]) -> "Future[Made[B]]":
        """Have others work on a load."""
        if self._processes is None:
            whole = function.func if isinstance(function, partial) else function
            self._processes = Processes(self.workers, (whole.__module__, *self._modules))
        return self._processes.submit(partial(each, function), load)

    def _next(self, function: Callable[[A], B], pending: "Pending[A, B]") -> "Made[B]":
        """Return what was made of the first load; one that ends its process is split."""
        load, future = pending.popleft()
        try:
            return future.result()
        except NobodyError:
            self.workers = 1
            return each(function, load)
        except EndedError:
            if len(load) == 1:
                return self._losing()
        alone: Pending[A, B] = deque()
        for chunk in load:
            alone.append(((chunk,), self._submit(function, (chunk,))))
        return [made for _ in load for made in self._next(function, alone)]

    def _losing(self) -> "Made[B]":
        self.lost += 1
        return [(LOST, None)]

    def _rest(self, *, at_once: bool = False) -> None:
        """End processes that have nothing to do: each would hold 50 MB for the rest of a run."""
        if self._processes is not None:
            self._processes.close(at_once=at_once)
        self._processes = None
