"""A pace that several processes share."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.clock import SimulatedClock
from pipeline.network.gates import FileGate

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
async def test_interrupt_ends_the_wait_for_the_turn(tmp_path: Path) -> None:
    """Who waits for three seconds to pass looks up several times a second."""
    (tmp_path / "arxiv.started").write_text(str(START.timestamp()))
    clock = SimulatedClock(START)
    async with FileGate(tmp_path, "arxiv", 3.0, clock).hold(lambda: clock.monotonic() >= 1.0):
        assert clock.monotonic() == pytest.approx(1.0)


@pytest.mark.anyio
@pytest.mark.parametrize("stamp", ["", "nonsense", "99999999999.0"])
async def test_gate_never_waits_longer_than_its_interval(tmp_path: Path, stamp: str) -> None:
    """A damaged stamp, or one of the future, costs three seconds at most."""
    (tmp_path / "arxiv.started").write_text(stamp)
    clock = SimulatedClock(START)
    async with FileGate(tmp_path, "arxiv", 3.0, clock).hold(never):
        assert clock.monotonic() <= 3.0


@pytest.mark.anyio
async def test_stamp_is_never_written_through_a_link(tmp_path: Path) -> None:
    """A link that came with an archive costs nobody a file, and the pace holds."""
    victim = tmp_path / "precious"
    victim.write_text("precious")
    (tmp_path / "arxiv.started").symlink_to(victim)
    clock = SimulatedClock(START)
    for _ in range(2):
        async with FileGate(tmp_path, "arxiv", 3.0, clock).hold(never):
            pass

    assert victim.read_text() == "precious"
    assert clock.monotonic() == pytest.approx(3.0, abs=0.01)


@pytest.mark.anyio
async def test_stamp_that_is_a_pipe_keeps_nobody_waiting(tmp_path: Path) -> None:
    """What is no file is not read."""
    os.mkfifo(tmp_path / "arxiv.started")
    clock = SimulatedClock(START)
    async with FileGate(tmp_path, "arxiv", 3.0, clock).hold(never):
        assert clock.monotonic() == 0.0


@pytest.mark.anyio
async def test_pace_holds_where_no_stamp_can_be_written(tmp_path: Path) -> None:
    """Without a stamp for the others to see, the lock is kept until the next may start."""
    (tmp_path / "arxiv.started").mkdir()
    clock = SimulatedClock(START)
    starts: list[float] = []
    for _ in range(3):
        async with FileGate(tmp_path, "arxiv", 3.0, clock).hold(never):
            starts.append(clock.monotonic())

    assert starts == pytest.approx([0.0, 3.0, 6.0], abs=0.01)


@pytest.mark.anyio
async def test_interrupted_run_does_not_sit_out_the_pace(tmp_path: Path) -> None:
    """Where nothing more will be sent, the lock is let go at once."""
    (tmp_path / "arxiv.started").mkdir()
    clock = SimulatedClock(START)
    stop: list[bool] = []
    async with FileGate(tmp_path, "arxiv", 3.0, clock).hold(lambda: bool(stop)):
        stop.append(True)

    assert clock.monotonic() == 0.0


@pytest.mark.anyio
async def test_pace_holds_where_no_lock_can_be_had(tmp_path: Path) -> None:
    """A lock that cannot be made leaves one process its own pace, and ends no run."""
    gate = FileGate(tmp_path / "gone", "arxiv", 3.0, clock := SimulatedClock(START))
    (tmp_path / "gone").write_text("in the way")
    starts: list[float] = []
    for _ in range(2):
        async with gate.hold(never):
            starts.append(clock.monotonic())

    assert starts == pytest.approx([0.0, 3.0], abs=0.01)


@pytest.mark.anyio
async def test_first_start_of_all_is_seen_by_others(tmp_path: Path) -> None:
    """There is no stamp yet, and nobody has to hold the lock for its sake."""
    clock = SimulatedClock(START)
    async with FileGate(tmp_path, "arxiv", 3.0, clock).hold(never):
        pass

    assert float((tmp_path / "arxiv.started").read_text()) == START.timestamp()
    assert clock.monotonic() == 0.0
