"""Ctrl-C ends the requests of a run, not the run: what is known by then is written."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any, Final

DEFAULTS: Final[dict[int, Any]] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
}
MOMENT: Final = 0.6
"""Seconds that a run has to come to its end after an interrupt, before it is ended."""


@contextmanager
def interruptible(stop: Callable[[], None], moment: float = MOMENT) -> Iterator[None]:
    """
    Call `stop` in the event loop at the first interrupt.

    A second one, or `moment` seconds (50,000 entries may take longer), raise `KeyboardInterrupt`.
    Python's own handlers do it: the event loop of Windows takes none.
    """
    loop = asyncio.get_running_loop()

    def end_now() -> None:
        signal.raise_signal(signal.SIGINT)
        loop.call_soon_threadsafe(lambda: None)  # wakes a loop that waits

    timer = Timer(moment, end_now)
    timer.daemon = True

    def end_at_once() -> None:
        for number, handler in DEFAULTS.items():
            signal.signal(number, handler)

    def interrupt(*_: object) -> None:
        end_at_once()
        loop.call_soon_threadsafe(stop)
        timer.start()

    for number in DEFAULTS:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        timer.cancel()
        end_at_once()
