"""What every executor does, whoever the workers are: one suite for all of them."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, Final

import pytest
from dask import config
from distributed import LocalCluster

from pipeline.executors.dask import OWN, Dask
from pipeline.executors.interface import LOST, Executor
from pipeline.executors.local import Local


@cache
def scheduler() -> str:
    """Return the address of a cluster that somebody else has started: HOST:PORT."""
    workers: Any = LocalCluster
    config.set(OWN | {"distributed.scheduler.allowed-failures": 0})
    made = workers(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address="127.0.0.1:0",
        memory_limit=0,
        silence_logs=logging.CRITICAL,
    )
    return str(made.scheduler_address).removeprefix("tcp://")


MAKERS: Final[dict[str, Callable[[], AbstractContextManager[Executor]]]] = {
    "one process": lambda: Local(1),
    "two processes": lambda: Local(2),
    "a cluster of its own": lambda: Dask(workers=2),
    "a cluster that exists": lambda: Dask(scheduler()),
}
"""A further executor is one more line."""
SEVERAL: Final = [name for name in MAKERS if name != "one process"]
FATAL: Final = -1


def heavy(chunk: object) -> int:
    """Weigh a chunk so much that others have to work too."""
    return 10_000_000


def small(chunk: object) -> int:
    """Weigh a chunk so little that two travel together."""
    return 70_000


def squared(number: int) -> int:
    """Return a square; one number ends its process, as a fault in native code would."""
    if number == FATAL:
        os._exit(1)
    return number * number


def halved(number: int) -> int:
    """Raise for what is odd."""
    if number % 2:
        raise ValueError(f"{number} is odd")
    return number // 2


def process(_: int) -> int:
    """Return who does the work."""
    return os.getpid()


@pytest.fixture(params=MAKERS, scope="module")
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    """Each executor, used many times as in a run."""
    with MAKERS[request.param]() as made:
        yield made


def test_results_come_in_the_order_of_the_chunks(executor: Executor) -> None:
    """However many there are, and also a second time."""
    for number in (0, 1, 50):
        wanted = [one * one for one in range(number)]
        assert list(executor.map(squared, range(number), weigh=heavy)) == wanted
    assert list(executor.map(squared, range(3))) == [0, 1, 4]


def test_chunks_are_taken_as_they_are_needed(executor: Executor) -> None:
    """Neither all chunks nor all results are held: there may be more than memory."""
    taken: list[int] = []

    def chunks() -> Iterator[int]:
        for number in range(1_000):
            taken.append(number)
            yield number

    results = executor.map(squared, chunks(), weigh=heavy)
    assert [next(results) for _ in range(10)] == [one * one for one in range(10)]
    assert len(taken) <= 10 + 5 * executor.workers


def test_what_is_raised_is_raised_at_its_place(executor: Executor) -> None:
    """The results before it are there."""
    results = executor.map(halved, [2, 4, 5, 6], weigh=heavy)
    assert [next(results), next(results)] == [1, 2]
    with pytest.raises(ValueError, match="5 is odd"):
        next(results)


@pytest.mark.parametrize("name", SEVERAL)
def test_chunk_that_ends_its_process_costs_no_other(name: str) -> None:
    """Wherever it stands, and also where there are two; the executor works on."""
    with MAKERS[name]() as executor:
        found = list(executor.map(squared, [1, FATAL, 2, FATAL, 3], weigh=heavy))
        assert found == [1, LOST, 4, LOST, 9]
        assert executor.lost == 2
        assert list(executor.map(squared, [7], weigh=heavy)) == [49]


@pytest.mark.parametrize("name", SEVERAL)
def test_small_chunk_that_ends_its_process_costs_none_that_travels_with_it(name: str) -> None:
    """Nor one whose function raises those before it."""
    numbers = [*range(1, 25), FATAL, *range(25, 30)]
    with MAKERS[name]() as executor:
        found = list(executor.map(squared, numbers, weigh=small))
        assert found == [LOST if one == FATAL else one * one for one in numbers]

        results = executor.map(halved, [*range(2, 60, 2), 7], weigh=small)
        assert [next(results) for _ in range(29)] == list(range(1, 30))
        with pytest.raises(ValueError, match="7 is odd"):
            next(results)


@pytest.mark.parametrize("name", SEVERAL)
def test_others_do_the_work(name: str) -> None:
    """It is done in processes beside this one."""
    with MAKERS[name]() as executor:
        assert os.getpid() not in set(executor.map(process, range(8), weigh=heavy))
