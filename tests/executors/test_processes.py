"""Processes that do work: where none starts, and where one ends amid it."""

import os
import select
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from multiprocessing import active_children, forkserver
from multiprocessing.process import BaseProcess
from pathlib import Path
from pickle import PicklingError
from threading import Event
from typing import Final

import pytest

from pipeline.executors import processes
from pipeline.executors.interface import LOST
from pipeline.executors.local import WORTH, Local
from pipeline.executors.processes import METHOD


def process(_: int) -> int:
    """Return who does the work."""
    return os.getpid()


def dying(_: object) -> None:
    """End a process before it does anything."""
    os._exit(1)


def test_where_no_process_starts_one_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A script without `if __name__ == "__main__"` cannot be started a second time."""
    monkeypatch.setattr(processes, "_serve", dying)
    assert_done_here()


@pytest.mark.parametrize("error", [OSError("no place for a semaphore"), EOFError()])
def test_where_none_can_be_started_one_is_enough(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container may have no shared memory, and no folder for the socket of who starts them."""

    def none(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(BaseProcess, "start", none)
    assert_done_here()


def assert_done_here() -> None:
    """Have something done, by this process."""
    with Local(2) as executor:
        found = list(executor.map(process, range(20), weigh=lambda _: WORTH))
        assert found == [os.getpid()] * 20
        assert executor.workers == 1


ENDLESS = """
import sys
from pathlib import Path
from pickle import PicklingError
from pipeline.executors.local import Local
from tests.executors import test_processes

if __name__ == "__main__":
    with Local(2) as executor:
        list(executor.map(test_processes.waits, [Path(sys.argv[1])] * 9, weigh=lambda _: 10**6))
"""


def waits(pipe: Path) -> None:
    """Say that somebody is there, and wait for ever."""
    with pipe.open("wb", buffering=0) as file:
        file.write(b".")
        Event().wait()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_processes_of_a_run_that_is_killed_end(tmp_path: Path) -> None:
    """Also those that work: nobody else would end them, and each holds 50 MB."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    command = [sys.executable, "-c", ENDLESS, str(pipe)]
    run = subprocess.Popen(command, cwd=Path(__file__).parents[2])
    workers = b""
    while len(workers) < 2:
        Event().wait(0.01)
        with suppress(BlockingIOError):
            workers += os.read(reader, 2)
        assert run.poll() is None
    run.kill()
    run.wait()
    # The end of what is read: nobody is left who could write.
    assert select.select([reader], [], [], 30) == ([reader], [], [])
    assert os.read(reader, 1) == b""
    os.close(reader)


INTERRUPTING = "import os, signal; os.killpg(0, signal.SIGINT)"
"""What a terminal does, in the moment when a module is loaded."""

INTERRUPTED = """
import signal
from pipeline.executors.local import Local
from tests.executors import test_processes

if __name__ == "__main__":
    signal.signal(signal.SIGINT, lambda *_: None)
    with Local(2, modules=["interrupting"]) as executor:
        processes = set(executor.map(test_processes.process, range(4), weigh=lambda _: 10**6))
    print(test_processes.process(0) in processes)
"""


@pytest.mark.skipif(METHOD != "forkserver", reason="no process that starts others")
def test_an_interrupt_while_processes_start_is_left_to_the_run(tmp_path: Path) -> None:
    """A terminal sends it to all processes, also to one that is still loading its modules."""
    (tmp_path / "interrupting.py").write_text(INTERRUPTING)
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED],
        cwd=root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(root)))},
        capture_output=True,
        text=True,
        check=True,
        start_new_session=True,
    )
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_interrupt_ends_the_processes() -> None:
    """Also those that work; nothing is left behind."""
    before = set(active_children())
    with pytest.raises(KeyboardInterrupt), Local(2) as executor:  # noqa: PT012
        next(iter(executor.map(process, range(20), weigh=lambda _: WORTH)))
        assert set(active_children()) > before
        raise KeyboardInterrupt
    assert set(active_children()) <= before


def ends(sentinel: int) -> bool:
    """Say whether a process ends, the other end of whose pipe this is; it first writes its id."""
    while select.select([sentinel], [], [], 30)[0]:
        if not os.read(sentinel, 100):
            return True
    return False


@pytest.mark.skipif(METHOD != "forkserver", reason="no process that starts others")
def test_interrupt_while_a_process_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is one left behind of which nobody knows yet."""
    main, started = threading.get_ident(), list[int]()
    connect = forkserver.connect_to_new_process

    def connect_and_interrupt(pipes: Sequence[int]) -> tuple[int, int]:
        sentinel, data = connect(pipes)
        started.append(os.dup(sentinel))
        if len(started) == 1:
            signal.pthread_kill(main, signal.SIGINT)
        return sentinel, data

    monkeypatch.setattr(forkserver, "connect_to_new_process", connect_and_interrupt)
    with pytest.raises(KeyboardInterrupt) as interrupted, Local(2) as executor:
        list(executor.map(process, range(4), weigh=lambda _: WORTH))
    assert all(map(ends, started))
    assert interrupted.traceback, "which keeps alive what was on its way"


def begin_an_answer() -> None:
    """Send the beginning of a long answer."""
    frame = sys._getframe()
    while "run" not in frame.f_locals:
        assert frame.f_back is not None
        frame = frame.f_back
    os.write(frame.f_locals["run"].fileno(), struct.pack("!i", 1_000_000) + b"the beginning")


def half_an_answer(begun: str) -> None:
    """Say that half of an answer is there; the rest does not come."""
    begin_an_answer()
    Path(begun).write_text("begun")
    signal.pause()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="nobody can say that it has begun")
def test_interrupt_amid_an_answer(tmp_path: Path) -> None:
    """The run does not wait for the rest."""
    begun, main = tmp_path / "begun", threading.get_ident()
    os.mkfifo(begun)

    def interrupt() -> None:
        begun.read_text()
        signal.pthread_kill(main, signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    before = set(active_children())
    with pytest.raises(KeyboardInterrupt), Local(2) as executor:
        next(iter(executor.map(half_an_answer, [str(begun)] * 3, weigh=lambda _: WORTH)))
    assert set(active_children()) <= before


POISON: Final = 13


def killed(number: int, *, times: int, tries: Path, amid_an_answer: bool) -> int:
    """Return a number; one is so often killed over it, as who takes too much memory is."""
    if number != POISON:
        return number
    with tries.open("a") as file:
        file.write(".")
    if len(tries.read_text()) <= times:
        if amid_an_answer:
            begin_an_answer()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("weight", [WORTH, 70_000], ids=["alone", "with another"])
@pytest.mark.parametrize("amid_an_answer", [False, True])
@pytest.mark.parametrize(("times", "result"), [(1, POISON), (99, LOST)], ids=["once", "each time"])
def test_nobody_waits_for_a_process_that_is_killed(
    times: int, result: object, weight: int, tmp_path: Path, *, amid_an_answer: bool
) -> None:
    """Its work is begun again, though not for ever; what others do is there."""
    tries = tmp_path / "tries"
    work = partial(killed, times=times, tries=tries, amid_an_answer=amid_an_answer)
    with Local(2) as executor:
        found = list(executor.map(work, range(30), weigh=lambda _: weight))
    assert found == [result if number == POISON else number for number in range(30)]
    assert len(tries.read_text()) <= 4


def unsendable(number: int) -> object:
    """Return what cannot travel."""
    return lambda: number


def test_result_that_cannot_travel_is_raised() -> None:
    """It is no reason to begin again."""
    with Local(2) as executor, pytest.raises((AttributeError, PicklingError), match="pickle"):
        list(executor.map(unsendable, range(3), weigh=lambda _: WORTH))
