"""
Work that has a state, on the workers of a cluster: one actor on each.

Tasks of Dask break politeness: what a dead worker had finished is done again, and nothing that runs
can be cancelled (dask/distributed#2935). An actor answers each call once, or is gone
(https://distributed.dask.org/en/stable/actors.html).
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

W = TypeVar("W", contravariant=True)  # noqa: PLC0105  the work
R = TypeVar("R", covariant=True)  # noqa: PLC0105  what comes of it

SOON: Final = 1.0
"""Seconds after which a worker that has come in the place of a dead one is looked for."""
CONNECT_SECONDS: Final = 5.0


class LostError(Exception):
    """Whoever had this in hand has died, or (not `certain`) is silent and may still work on it."""

    def __init__(self, *, certain: bool) -> None:
        super().__init__("a worker is lost")
        self.certain = certain


class NobodyError(Exception):
    """There is no worker any more."""


class Actor(Protocol[W, R]):
    """What stands on a worker."""

    async def do(self, work: W) -> R:
        """Do a piece of work."""


class Team(Protocol[W, R]):
    """Actors, of which each key has its own: the same one as long as it lives."""

    async def do(self, key: str, work: W, seconds: float) -> R:
        """
        Have the key's actor do a piece of work.

        Raises `LostError` where it dies or says nothing for so many seconds, and then is out of the
        team; `NobodyError` where nobody is left.
        """

    async def close(self) -> None:
        """Let go of the actors."""


def chosen(key: str, names: "list[str]") -> str:
    """
    Return who of `names` has a key, by rendezvous (https://doi.org/10.1109/90.663936).

    Where one leaves, only the keys that were its own move.
    """
    return max(names, key=lambda name: blake2b(f"{key} {name}".encode()).digest())


def _is_here(worker: str) -> bool:
    """Say whether a worker is on this machine, where a closed connection means a dead process."""
    return (urlsplit(worker).hostname or "").startswith("127.")


class DaskTeam:
    """See `Team`; one actor on each worker of a cluster, and on those that come later."""

    def __init__(self, client: Any, make: Callable[[], Actor[Any, Any]]) -> None:
        self._client = client
        self._make = make
        self._run = uuid4().hex
        self._seen: set[str] = set()
        self._actors: dict[str, Any] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def start(cls, address: str, make: Callable[[], Actor[Any, Any]]) -> "DaskTeam":
        """Connect to the scheduler at `address` in this event loop, and set up the actors."""
        from distributed import Client  # noqa: PLC0415  an extra

        client: Any = Client
        team = cls(await client(address, asynchronous=True, timeout=CONNECT_SECONDS), make)
        await team.look_round()
        return team

    async def look_round(self) -> None:
        """Set up an actor on every worker that has none yet."""
        # Not `scheduler_info`: it can be empty right after the start.
        workers = await self._client.nthreads()
        for worker in sorted(set(workers) - self._seen):
            self._seen.add(worker)
            try:
                self._actors[worker] = await self._client.submit(
                    self._make,
                    actor=True,
                    workers=[worker],
                    allow_other_workers=False,
                    key=f"actor-{self._run}-{len(self._seen)}",
                    pure=False,
                )
            except (OSError, RuntimeError):  # it has died meanwhile
                continue

    async def do(self, key: str, work: Any, seconds: float) -> Any:
        """See `Team.do`."""
        if not self._actors:
            with suppress(OSError):  # the scheduler is gone
                await self.look_round()
        if not self._actors:
            raise NobodyError
        worker = chosen(key, list(self._actors))
        actor = self._actors[worker]
        try:
            return await asyncio.wait_for(actor.do(work), seconds)
        except TimeoutError as error:
            raise self._lost(worker, certain=False) from error
        except (OSError, RuntimeError) as error:  # what a call to a dead worker ends with
            # A connection to another machine may break while the worker goes on.
            raise self._lost(worker, certain=_is_here(worker)) from error

    def _lost(self, worker: str, *, certain: bool) -> LostError:
        if self._actors.pop(worker, None) is not None:
            task = asyncio.get_running_loop().create_task(self._look_later())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return LostError(certain=certain)

    async def _look_later(self) -> None:
        await asyncio.sleep(SOON)
        with suppress(OSError):
            await self.look_round()

    async def close(self) -> None:
        """Let go of the actors."""
        for task in self._tasks:
            task.cancel()
        await self._client.close()
