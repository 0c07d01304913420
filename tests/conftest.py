"""What every test shares."""

import gc
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

T = TypeVar("T")

LEAST_SECONDS = 0.005
"""Processor time that is worth measuring: far above the clock's resolution."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--shared`: a folder of recorded answers and labelled lists, if there is one."""
    parser.addoption("--shared", type=Path, default=None, help="folder with recorded answers")


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the package does."""
    return "asyncio"


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """What one test's command makes of the package's logger, no other test sees."""
    logger = logging.getLogger("pipeline")
    level, handlers = logger.level, logger.handlers[:]
    yield
    logger.setLevel(level)
    logger.handlers[:] = handlers


@pytest.fixture
def shared(request: pytest.FixtureRequest) -> Path:
    """The folder of `--shared`; the test is skipped without it."""
    folder: Path | None = request.config.getoption("--shared")
    if folder is None:
        pytest.skip("needs --shared")
    return folder


@pytest.fixture
def growth() -> Callable[..., float]:
    """`growth(make, call, small=…)`: see `_growth`."""
    return _growth


def _growth(
    make: Callable[[int], T], call: Callable[[T], object], *, small: int, factor: int = 8
) -> float:
    """
    Return how many times as long `call(make(factor * small))` takes as `call(make(small))`.

    It is about `factor` where the time is linear and its square where it is quadratic; tests allow
    three times `factor`. `call` is repeated on one argument, so it must neither change nor remember
    it. Both are measured in one run, in processor time, without the cycle collector (as `timeit`
    does), because machines are noisy. Noise only adds, so the least of a few measurements counts.
    """
    little, much = make(small), make(factor * small)
    enabled = gc.isenabled()
    gc.disable()
    try:
        times = 1
        while _seconds(call, little, times) < LEAST_SECONDS:
            times *= 2
        expected = factor * min(_seconds(call, little, times) for _ in range(3)) / times
        times = max(1, times // factor)
        ratios: list[float] = []
        while len(ratios) < 3 and min(ratios, default=2.0) > 1.5:
            ratios.append(_seconds(call, much, times) / times / expected)
    finally:
        if enabled:
            gc.enable()
    return factor * min(ratios)


def _seconds(call: Callable[[T], object], argument: T, times: int) -> float:
    """Processor time of so many calls."""
    started = time.process_time()
    for _ in range(times):
        call(argument)
    return time.process_time() - started
