"""
A pace that several processes share: a lock beside the cache, and a stamp of the last start.

arXiv asks for one request every three seconds and one connection, summed over all of a user's
machines (API terms of use). The system lets go of the lock when its process dies. Where no stamp
can be written (a full disk), the lock is held until the next request may start.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from logging import getLogger
from pathlib import Path
from stat import S_ISREG

from filelock import FileLock, Timeout

from pipeline.clock import Clock
from pipeline.network.service import Gate

log = getLogger(__name__)

POLL = 0.25
"""Seconds between two looks at a lock that another process holds, or at an interrupt."""


class FileGate(Gate):
    """Lets one request through at a time, `interval` seconds apart, over all processes."""

    def __init__(self, folder: Path, name: str, interval: float, clock: Clock) -> None:
        self._lock = FileLock(folder / f"{name}.lock", thread_local=False)
        self._stamp = folder / f"{name}.started"
        self._interval = interval
        self._clock = clock
        self._started = float("-inf")

    @asynccontextmanager
    async def hold(self, stopped: Callable[[], bool]) -> AsyncIterator[None]:
        """See `Gate.hold`."""
        while not self._acquired() and not stopped():
            await self._clock.sleep(POLL)
        try:
            await self._pause(stopped)
            stamped = stopped() or self._start()
            yield
            if not stamped:
                await self._pause(stopped)
        finally:
            self._lock.release()

    async def _pause(self, stopped: Callable[[], bool]) -> None:
        """Wait until the next request may start, or nothing will be sent."""
        # How long the last start of any process still keeps us waiting.
        passed = self._clock.now().timestamp() - max(self._started, self._started_elsewhere())
        left = min(self._interval, self._interval - passed)
        while left > 0 and not stopped():
            await self._clock.sleep(min(POLL, left))
            left -= POLL

    def _acquired(self) -> bool:
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        except OSError as error:
            log.debug("%s: no lock (%s); the pace is this process's own", self._stamp, error)
        return True

    def _start(self) -> bool:
        """Note that a request starts now; return whether other processes can see it."""
        self._started = self._clock.now().timestamp()
        try:
            # Never through a link: the folder may come out of somebody's archive.
            self._stamp.unlink(missing_ok=True)
            with self._stamp.open("x", encoding="ascii") as file:
                file.write(f"{self._started:.3f}")
        except OSError as error:
            log.debug("%s: cannot be written (%s)", self._stamp, error)
            return False
        return True

    def _started_elsewhere(self) -> float:
        try:
            if not S_ISREG(self._stamp.lstat().st_mode):
                return float("-inf")  # a pipe would keep us waiting for ever
            with self._stamp.open(encoding="ascii") as file:
                return float(file.read(64))
        except (OSError, ValueError):
            return float("-inf")  # nobody has started yet, or a crash cut the stamp short
