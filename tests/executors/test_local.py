"""The executor of one machine: when it starts processes, and what travels together."""

import os
from collections.abc import Sequence
from multiprocessing import active_children

import pytest

from pipeline.executors.local import WORTH, Local, available_cores, loads


def process(_: int) -> int:
    """Return who does the work."""
    return os.getpid()


@pytest.mark.parametrize(
    ("weights", "cores", "starts"),
    [
        ([], 8, False),
        ([100 * WORTH], 8, False),
        ([1_000] * 50, 8, False),
        ([WORTH, WORTH], 1, False),
        ([WORTH, WORTH], 2, True),
        ([WORTH] * 50, 3, True),
        ([100 * WORTH, 1_000], 8, False),
        ([WORTH // 2] * 4, 2, True),
    ],
)
def test_processes_are_started_where_they_pay(
    weights: Sequence[int], cores: int, *, starts: bool
) -> None:
    """Not for one chunk, not for small ones, not beside one that is nearly all of the work."""
    with Local(cores) as executor:
        workers = set(executor.map(process, weights, weigh=lambda weight: weight))
    assert (workers - {os.getpid()} != set()) is starts
    assert available_cores() >= 1


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ([], []),
        ([60_000, 60_000, 60_000], [(60_000, 60_000), (60_000,)]),
        ([900_000, 10, 20], [(900_000,), (10, 20)]),
        ([0, 0, 5], [(0,), (0,), (5,)]),
    ],
    ids=["nothing", "as many as a load is", "a long one goes alone", "who knows how long"],
)
def test_little_work_travels_together(weights: list[int], expected: list[tuple[int, ...]]) -> None:
    """In order; a load is no longer than needed to make its journey worth it."""
    assert list(loads(weights, int, 150_000)) == expected


def test_processes_end_with_their_work() -> None:
    """Before the last result is there: idle they would only hold memory."""
    before = set(active_children())
    with Local(2) as executor:
        results = executor.map(process, range(3), weigh=lambda _: WORTH)
        assert os.getpid() not in {next(results), next(results), next(results)}
        assert set(active_children()) <= before
