"""
The lists of a run are parsed on all cores, where that pays.

Processes are spawned (no state is inherited) and only for work that is longer than their start. A
list that ends its process costs only itself: the others are parsed again, one process for each
that is left. Results come in the order of the lists, and are the same with one core.
"""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import active_children, get_context
from typing import Final

from pipeline.errors import ConfigurationError
from pipeline.records.lists import ParsedList
from pipeline.records.outcomes import Failed, unforeseen
from pipeline.stages.parse import parse_bytes

Job = tuple[str, bytes]
"""Name and bytes of a list."""
Parsed = ParsedList | Failed | ConfigurationError
"""A list; or why it is none: a fault of the program, or the bytes are no text."""

WORTH: Final = 750_000
"""Bytes that others must take over: a process starts in the time that parses half of them."""
ENDED: Final = Failed(kind="fault", reason="reading it ended a process of this program")


def workers_for(sizes: Sequence[int], cores: int) -> int:
    """Return how many processes pay for lists of these sizes; 1 is this process."""
    workers = min(cores, len(sizes))
    total = sum(sizes)
    saved = total - max(*sizes, total // workers) if workers > 1 else 0
    return workers if saved >= WORTH else 1


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def parse_all(jobs: Sequence[Job], cores: int, done: Callable[[], None]) -> list[Parsed]:
    """Return what every list holds, in their order; `done` is called after each."""
    workers = workers_for([len(data) for _, data in jobs], cores)
    found: dict[int, Parsed] = {}
    if workers > 1:
        _together(jobs, workers, found, done)
        if found or _can_spawn():
            _one_by_one(jobs, found, done)
    for number, (name, data) in enumerate(jobs):
        if number not in found:
            found[number] = _outcome(partial(_parse, name, data), name)
            done()
    return [found[number] for number in range(len(jobs))]


def _parse(name: str, data: bytes) -> ParsedList:
    return parse_bytes(data, name=name)


def _outcome(parse: Callable[[], ParsedList], name: str) -> Parsed:
    """Return a list, or why there is none; only the end of a process is raised."""
    try:
        return parse()
    except ConfigurationError as error:
        return error
    except BrokenProcessPool:
        raise
    except Exception:  # noqa: BLE001  the last line of defence
        return unforeseen(name)


def _together(
    jobs: Sequence[Job], workers: int, found: dict[int, Parsed], done: Callable[[], None]
) -> None:
    """Parse the lists, the largest first; those that are left when a process ends stay out."""
    order = sorted(range(len(jobs)), key=lambda number: -len(jobs[number][1]))
    with _pool(workers) as pool:
        try:
            futures = {pool.submit(_parse, *jobs[number]): number for number in order}
        except BrokenProcessPool:
            return
        for future in as_completed(futures):
            number = futures[future]
            try:
                found[number] = _outcome(future.result, jobs[number][0])
            except BrokenProcessPool:
                continue
            done()


def _one_by_one(jobs: Sequence[Job], found: dict[int, Parsed], done: Callable[[], None]) -> None:
    """Parse the lists that are left, so that one that ends its process is known by name."""
    left = [number for number in range(len(jobs)) if number not in found]
    while left:
        with _pool(1) as pool:
            while left and found.get(left[0]) is not ENDED:
                name, data = jobs[left[0]]
                try:
                    future = pool.submit(_parse, name, data)
                    found[left[0]] = _outcome(future.result, name)
                    left.pop(0)
                except BrokenProcessPool:
                    found[left[0]] = ENDED
                done()
        if left and found.get(left[0]) is ENDED:
            left.pop(0)


def _can_spawn() -> bool:
    """Say whether a process starts at all; under a script without a guard none does."""
    with _pool(1) as pool:
        try:
            return pool.submit(os.getpid).result() > 0
        except BrokenProcessPool:
            return False


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Open a pool whose processes end with the run, also with one that is interrupted."""
    before = set(active_children())
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_obey)
    try:
        yield pool
    except BaseException:
        for child in set(active_children()) - before:
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _obey() -> None:
    """Let an interrupt end a process without a traceback."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
