"""
The executor of one machine: this process, and others beside it where that pays.

Processes are for work that is longer than their start, and end with it, since each holds 50 MB.
They come from one process that has loaded what they need and nothing else (`forkserver`; on
Windows, where there is none, each loads it for itself), so that no state of the run is inherited.
"""

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import chain
from multiprocessing import active_children, get_all_start_methods, get_context, parent_process
from threading import Thread
from typing import Any, ClassVar, Final, Self, cast

from pipeline.executors.interface import LOST, A, B, no_weight
from pipeline.records.memory import RARELY
from pipeline.records.outcomes import Failed

METHOD: Final = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
"""How processes come to be."""
WORTH: Final = 750_000
"""Microseconds of work that others must take over: a process starts in half of that time."""
AHEAD: Final = 4
"""Loads for each worker that are under way, so that a long one keeps nobody waiting."""


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


def _each(
    function: Callable[[A], B], load: tuple[A, ...]
) -> list[tuple[B | None, Exception | None]]:
    """Return what a function makes of each chunk, or raises for it; nothing after that."""
    made: list[tuple[B | None, Exception | None]] = []
    for chunk in load:
        try:
            made.append((function(chunk), None))
        except Exception as error:  # noqa: BLE001  raised at the place of its chunk
            return [*made, (None, error)]
    return made


class Local:
    """See `Executor`. With one worker, and for little work, no process is started."""

    load: ClassVar[int] = 150_000
    """Microseconds of work that travel together."""

    def __init__(self, workers: int | None = None, modules: Sequence[str] = ()) -> None:
        """`modules`: what work needs beside those of its functions; loaded once for all."""
        self.workers = workers or available_cores()
        self._modules = modules
        self._processes: _Processes | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._close(at_once=kind is not None)

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
        """Have loads of chunks worked on; one that ends its process is tried a chunk at a time."""
        if METHOD == "forkserver":  # which reads this when it starts, with the first work of a run
            get_context(METHOD).set_forkserver_preload([function.__module__, *self._modules])
        for load, made in self._in_order(partial(_each, function), every):
            if isinstance(made, Failed):
                for chunk in load:
                    yield LOST if len(load) == 1 else self._alone(function, chunk)
                continue
            for result, error in made:
                if error is not None:
                    raise error
                yield cast("B", result)

    def _in_order(
        self, function: Callable[[A], B], chunks: Iterable[A]
    ) -> "Iterator[tuple[A, B | Failed]]":
        """Keep all workers busy, and yield the results in order, each with its chunk."""
        result: B | Failed
        pending: deque[tuple[A, Future[B]]] = deque()
        for chunk in chunks:
            pending.append((chunk, self._submit(function, chunk)))
            if len(pending) > AHEAD * self.workers:
                first, result = pending[0][0], self._next(function, pending)
                yield first, result
        # Nobody cancels what is no longer wanted: of a pool whose processes are ended then,
        # a cancelled future is the end of the thread that reads the answers, with a traceback.
        while pending:
            first, result = pending[0][0], self._next(function, pending)
            if not pending:
                self._rest()
            yield first, result

    def _submit(self, function: Callable[[A], B], chunk: A) -> "Future[B]":
        """Give a chunk to a process, where there are any."""
        if self.workers == 1:
            return _done_here(function, chunk)
        if self._processes is None:
            self._processes = _Processes(self.workers)
        return self._processes.submit(function, chunk)

    def _next(
        self, function: Callable[[A], B], pending: "deque[tuple[A, Future[B]]]"
    ) -> "B | Failed":
        """Return the first result; where a process has ended, try again what was lost with it."""
        chunk, future = pending.popleft()
        try:
            return future.result()
        except BrokenProcessPool:
            self._close()
        result: B | Failed = _in_one_process(function, chunk)
        if result is LOST and not _can_spawn():
            self.workers = 1
            result = function(chunk)
        for _ in range(len(pending)):
            other, future = pending.popleft()
            lost = future.cancelled() or isinstance(future.exception(), BrokenProcessPool)
            pending.append((other, self._submit(function, other) if lost else future))
        return result

    def _alone(self, function: Callable[[A], B], chunk: A) -> "B | Failed":
        """Return what comes of a chunk that others cannot suffer from."""
        return _in_one_process(function, chunk)

    def _rest(self) -> None:
        """End processes that have nothing to do: each would hold 50 MB for the rest of a run."""
        if self._processes is not None:
            self._processes.close()
        self._processes = None

    def _close(self, *, at_once: bool = False) -> None:
        if self._processes is not None:
            self._processes.close(at_once=at_once)
        self._processes = None


class _Processes:
    """
    Processes that end with the run, also with one that is interrupted or killed.

    They are started in a thread: an interrupt is raised in the main one, and amid a start it would
    leave a process that nobody knows of, and that holds the pipe of answers open for ever.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._before = set(active_children())
        self._pool: ProcessPoolExecutor | None = None
        self._starter = ThreadPoolExecutor(1)

    def submit(self, function: Callable[..., B], *arguments: object) -> "Future[B]":
        """Give work to a process; where they have ended, or none starts, the future says so."""
        return self._starter.submit(self._submit, function, *arguments).result()

    def _submit(self, function: Callable[..., B], *arguments: object) -> "Future[B]":
        try:
            if self._pool is None:
                _leave_interrupts()
                context = get_context(METHOD)
                self._pool = ProcessPoolExecutor(self._number, context, initializer=_begin)
            return self._pool.submit(function, *arguments)
        # OSError: without a place for semaphores or sockets; EOFError: nobody starts processes.
        except (BrokenProcessPool, OSError, EOFError) as error:
            broken: Future[B] = Future()
            broken.set_exception(BrokenProcessPool(str(error)))
            return broken

    def close(self, *, at_once: bool = False) -> None:
        """End the processes; `at_once` also those that work."""
        self._starter.shutdown()
        if at_once:
            for child in set(active_children()) - self._before:
                child.terminate()
            # One may have been ended amid its answer, and the pool, which holds the other end of
            # the pipe too, would wait for the rest for ever (python/cpython#94777 has the other).
            answers: Any = getattr(self._pool, "_result_queue", None)
            if answers is not None:
                answers._writer.close()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def _in_one_process(function: Callable[..., B], *arguments: object) -> "B | Failed":
    """Return what a function makes in a process of its own; `LOST` where that ends."""
    processes = _Processes(1)
    try:
        return processes.submit(function, *arguments).result()
    except BrokenProcessPool:
        return LOST
    except KeyboardInterrupt:
        processes.close(at_once=True)
        raise
    finally:
        processes.close()


def _can_spawn() -> bool:
    """Say whether a process starts at all; under a script without a guard none does."""
    return _in_one_process(os.getpid) is not LOST


def _done_here(function: Callable[[A], B], chunk: A) -> "Future[B]":
    done: Future[B] = Future()
    try:
        done.set_result(function(chunk))
    except Exception as error:  # noqa: BLE001  raised at the place of its chunk
        done.set_exception(error)
    return done


def _leave_interrupts() -> None:
    """
    Keep interrupts, which a terminal sends to all, from the processes that this thread starts.

    The one that starts others ignores them once it has loaded its modules, and what comes out of
    it from `_begin` on: before, they would be tracebacks. The mask of signals is inherited.
    """
    if METHOD == "forkserver":
        from multiprocessing import resource_tracker  # noqa: PLC0415  not on Windows

        resource_tracker.ensure_running()  # takes interrupts off the mask where it has to start
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def _begin() -> None:
    """Leave interrupts to the run, which may want the answers; its end is that of the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(*RARELY)
    Thread(target=_end_with_the_run, daemon=True).start()


def _end_with_the_run() -> None:
    """Wait for the end of the run: one that is killed tells nobody."""
    run = parent_process()
    if run is not None:
        run.join()
        os._exit(1)
