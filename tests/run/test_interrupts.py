"""An interrupt ends the requests, not the run."""

import asyncio
import os
import signal
from collections.abc import Callable
from time import monotonic

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


@pytest.mark.parametrize("where", ["waiting", "computing", "after the block"])
def test_run_that_does_not_end_in_a_moment_is_ended(where: str) -> None:
    """Fifty thousand entries take a minute of work without a request."""

    async def body() -> None:
        with interruptible(lambda: None, moment=0.05):
            if where != "after the block":
                os.kill(os.getpid(), signal.SIGINT)
            if where == "waiting":
                await asyncio.sleep(20)
            while where == "computing":
                pass
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(20)

    began = monotonic()
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(body())

    assert monotonic() - began < 10


def test_run_that_ends_in_time_is_left_alone() -> None:
    """What is known is written."""

    async def body() -> str:
        with interruptible(lambda: None, moment=0.05):
            os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(0.2)
        return "written"

    assert asyncio.run(body()) == "written"


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
