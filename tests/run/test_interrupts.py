"""An interrupt ends the requests, not the run."""

import asyncio
import os
import signal
from collections.abc import Callable

import pytest

from pipeline.run.interrupts import interruptible


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_interrupt_stops_and_the_second_ends(number: signal.Signals) -> None:
    """The block goes on after the first; what handled signals before does so afterwards."""
    before = signal.getsignal(number)
    stopped: list[str] = []

    async def body() -> bool:
        done = asyncio.Event()

        def stop() -> None:
            stopped.append("once")
            done.set()

        with interruptible(stop):
            os.kill(os.getpid(), number)
            await asyncio.wait_for(done.wait(), 10)
            ending = signal.getsignal(number)
        return ending in (signal.default_int_handler, signal.SIG_DFL)

    assert asyncio.run(body())
    assert stopped == ["once"]
    assert signal.getsignal(number) == before


def test_no_event_loop_is_asked_for_handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop of Windows raises `NotImplementedError`."""

    def refuse(*_: object) -> Callable[[], None]:
        raise NotImplementedError

    async def body() -> None:
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "add_signal_handler", refuse)
        monkeypatch.setattr(loop, "remove_signal_handler", refuse)
        with interruptible(lambda: None):
            pass

    asyncio.run(body())
