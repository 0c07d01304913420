"""Ctrl-C ends the requests of a run, not the run: what is known by then is written."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

DEFAULTS: Final[dict[int, Any]] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
}


@contextmanager
def interruptible(stop: Callable[[], None]) -> Iterator[None]:
    """
    Call `stop` in the event loop at the first interrupt; a second one ends the process.

    Python's own handlers do it, because the event loop of Windows takes none.
    """
    loop = asyncio.get_running_loop()

    def interrupt(*_: object) -> None:
        for number, handler in DEFAULTS.items():
            signal.signal(number, handler)
        loop.call_soon_threadsafe(stop)

    before = {number: signal.signal(number, interrupt) for number in DEFAULTS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
