"""
Processes of this machine that do work, each behind a pipe of its own.

They come from one process that has loaded what they need and nothing else (`forkserver`; on
Windows, where there is none, each loads it for itself), so that no state of the run is inherited.
A pipe that nobody else holds ends with its process, also amid an answer: of `ProcessPoolExecutor`,
whose processes answer through one pipe, the run would wait for the rest for ever.
"""

import gc
import os
import pickle
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import get_all_start_methods, get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, Final, cast

from pipeline.executors.interface import A, B
from pipeline.records.memory import RARELY

METHOD: Final = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
"""How processes come to be."""
TRIES: Final = 2
"""How often work is begun that ends its process: another program may have ended it."""


class NobodyError(Exception):
    """No process starts."""


class EndedError(Exception):
    """Work has ended its process each time that it was begun."""


class Processes:
    """
    Processes that end with the run, also with one that is interrupted or killed.

    They are started in threads: an interrupt is raised in the main one, and amid a start it would
    leave a process that nobody knows of.
    """

    def __init__(self, number: int, modules: Sequence[str]) -> None:
        """`modules`: what work needs; loaded once for all."""
        self._context: Any = get_context(METHOD)
        if METHOD == "forkserver":  # which reads this when it starts, with the first work of a run
            self._context.set_forkserver_preload(list(modules))
        # Two for each process: one has the next work ready while another takes a result in.
        self._threads = ThreadPoolExecutor(2 * number, initializer=_leave_interrupts)
        self._all: list[tuple[BaseProcess, Connection]] = []
        self._free: SimpleQueue[Connection | None] = SimpleQueue()
        for _ in range(number):
            self._free.put(None)  # not started yet
        self._starting = Lock()
        self._start_none = False

    def submit(self, function: Callable[[A], B], work: A) -> "Future[B]":
        """Have a process do some work. The future may also raise `NobodyError`, `EndedError`."""
        return self._threads.submit(self._ask, function, work)

    def _ask(self, function: Callable[[A], B], work: A) -> B:
        request = pickle.dumps((function, work))
        for _ in range(TRIES):
            process = self._free.get()
            try:
                process = process or self._start()
                process.send_bytes(request)
                answer = process.recv_bytes()
            except (OSError, EOFError):
                process = None
                continue
            finally:
                self._free.put(process)
            result, error = pickle.loads(answer)  # noqa: S301  of a process of our own
            if error is not None:
                raise error
            return cast("B", result)
        raise EndedError

    def _start(self) -> Connection:
        """Start a process, and wait until it is there."""
        for _ in range(TRIES):
            with suppress(OSError, EOFError):
                connection = self._begun()
                connection.recv_bytes()
                return connection
        self._start_none = True
        raise NobodyError

    def _begun(self) -> Connection:
        """
        Begin to start a process, which nobody ends meanwhile.

        Raises `OSError` without a place for sockets, `EOFError` where nobody starts any.
        """
        with self._starting:
            if self._start_none:
                raise NobodyError
            here, there = self._context.Pipe()
            with there:  # whose only other holder is to be the process
                process = self._context.Process(target=_serve, args=[there], daemon=True)
                process.start()
            self._all.append((process, here))
        return cast("Connection", here)

    def close(self, *, at_once: bool = False) -> None:
        """End the processes; `at_once` also those that work."""
        with self._starting:
            self._start_none = at_once
            for process, _ in self._all:
                if at_once:
                    process.terminate()
        self._threads.shutdown(cancel_futures=True)
        for _, connection in self._all:
            connection.close()
        for process, _ in self._all:
            process.join()


def _leave_interrupts() -> None:
    """
    Keep interrupts, which a terminal sends to all, from the processes that this thread starts.

    The one that starts others ignores them once it has loaded its modules, and what comes out of
    it from `_serve` on: before, they would be tracebacks. The mask of signals is inherited.
    """
    if METHOD == "forkserver":
        from multiprocessing import resource_tracker  # noqa: PLC0415  not on Windows

        resource_tracker.ensure_running()  # takes interrupts off the mask where it has to start
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def _serve(run: Connection) -> None:
    """Do what the run sends, until it lets go of the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run may want the answers
    gc.set_threshold(*RARELY)
    Thread(target=_end_with_the_run, daemon=True).start()
    try:
        run.send_bytes(b"")
        while True:
            run.send_bytes(_answer(run.recv_bytes()))
    except (OSError, EOFError):
        os._exit(0)


def _answer(request: bytes) -> bytes:
    try:
        function, work = pickle.loads(request)  # noqa: S301  of the run
        return pickle.dumps((function(work), None))
    except Exception as error:  # noqa: BLE001  raised where the answer is read
        return pickle.dumps((None, error))


def _end_with_the_run() -> None:
    """Wait for the end of the run: one that is killed tells nobody who works."""
    run = parent_process()
    if run is not None:
        run.join()
        os._exit(1)
