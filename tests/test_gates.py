"""A pace that several processes share."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.clock import SimulatedClock
from pipeline.gates import FileGate

START = datetime(2026, 3, 1, tzinfo=UTC)


def never() -> bool:
    """Nothing stops the wait."""
    return False


@pytest.mark.anyio
async def test_gate_keeps_the_interval_over_two_processes(tmp_path: Path) -> None:
    """A second process starts three seconds after the first, not sooner."""
    clock = SimulatedClock(START)
    first = FileGate(tmp_path, "arxiv", 3.0, clock)
    second = FileGate(tmp_path, "arxiv", 3.0, clock)
    starts: list[float] = []

    for gate in (first, second, first):
        async with gate.hold(never):
            starts.append(clock.monotonic())

    assert starts == pytest.approx([0.0, 3.0, 6.0], abs=0.01)


@pytest.mark.anyio
async def test_gate_lets_one_request_through_at_a_time(tmp_path: Path) -> None:
    """While one process asks, another waits."""
    clock = SimulatedClock(START)
    inside: list[int] = []
    most: list[int] = []

    async def ask() -> None:
        async with FileGate(tmp_path, "arxiv", 3.0, clock).hold(never):
            inside.append(1)
            most.append(len(inside))
            await asyncio.sleep(0.001)
            inside.pop()

    await asyncio.gather(ask(), ask(), ask())

    assert most == [1, 1, 1]


@pytest.mark.anyio
async def test_gate_does_not_wait_where_nothing_will_be_sent(tmp_path: Path) -> None:
    """An interrupted run is not held up by another process."""
    clock = SimulatedClock(START)
    first = FileGate(tmp_path, "arxiv", 3.0, clock)
    second = FileGate(tmp_path, "arxiv", 3.0, clock)
    async with first.hold(never), second.hold(lambda: True):
        assert clock.monotonic() == 0.0


@pytest.mark.anyio
@pytest.mark.parametrize("stamp", ["", "nonsense", "99999999999.0"])
async def test_gate_never_waits_longer_than_its_interval(tmp_path: Path, stamp: str) -> None:
    """A damaged stamp, or one of the future, costs three seconds at most."""
    (tmp_path / "arxiv.started").write_text(stamp)
    clock = SimulatedClock(START)
    async with FileGate(tmp_path, "arxiv", 3.0, clock).hold(never):
        assert clock.monotonic() <= 3.0
