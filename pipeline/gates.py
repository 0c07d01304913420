"""
A pace that several processes share.

arXiv asks for one request every three seconds and one connection, summed over all of a user's
machines (API terms of use). The part of it that one machine can keep is kept here: a lock beside
the cache, held during each request, and a stamp of when the last one started. The system lets go of
the lock when its process dies.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.clock import Clock
from pipeline.http_client import Gate

POLL = 0.25
"""Seconds between two looks at a lock that another process holds."""


class FileGate(Gate):
    """Lets one request through at a time, `interval` seconds apart, over all processes."""

    def __init__(self, folder: Path, name: str, interval: float, clock: Clock) -> None:
        self._lock = FileLock(folder / f"{name}.lock", thread_local=False)
        self._stamp = folder / f"{name}.started"
        self._interval = interval
        self._clock = clock

    @asynccontextmanager
    async def hold(self, stopped: Callable[[], bool]) -> AsyncIterator[None]:
        """See `Gate.hold`."""
        while not self._acquired() and not stopped():
            await self._clock.sleep(POLL)
        try:
            if not stopped():
                await self._clock.sleep(self._remaining())
                self._stamp.write_text(f"{self._clock.now().timestamp():.3f}", encoding="ascii")
            yield
        finally:
            self._lock.release()

    def _acquired(self) -> bool:
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def _remaining(self) -> float:
        """Return how long the last start of any process still keeps us waiting."""
        try:
            started = float(self._stamp.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return 0.0  # nobody has started yet, or the stamp was cut short by a crash
        passed = self._clock.now().timestamp() - started
        return min(self._interval, max(0.0, self._interval - passed))
