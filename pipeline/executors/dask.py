"""
The executor of many machines: a cluster of Dask, one of its own or one that exists.

Needs the extra `dask`. Workers run whatever they are sent, as Dask does by design
(https://distributed.dask.org/en/stable/limitations.html, “Security”): a trusted network only, or
TLS (https://distributed.dask.org/en/stable/tls.html), whose settings are the user's, in Dask's own
configuration.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future, wait
from functools import partial
from typing import Any, Final, Self

from pipeline import __version__
from pipeline.errors import ConfigurationError
from pipeline.executors.actors import Actor, DaskTeam, R, Team, W
from pipeline.executors.interface import A, B
from pipeline.executors.local import Local, Made, Pending, each

CONNECT_SECONDS: Final = 5
"""For a scheduler, and for a worker that has died: by default each death costs 30 s."""
MANY: Final = 200
"""Links for which a cluster of our own is started."""
OWN: Final = {
    # How often a chunk may take a worker with it; one more, and it is `LOST`.
    "distributed.scheduler.allowed-failures": 1,
    # By default 15 s after a death the place of a worker is given up, where another death has
    # just emptied it anew: its work is lost with it, and nobody starts the next one.
    "distributed.deploy.lost-worker-timeout": "1 day",
    # Looks at the stack of every worker 100 times a second, for a dashboard that nobody opens.
    "distributed.worker.profile.enabled": False,
    # By default 20 and 500 ms: with them an idle cluster of two took 70 ms of each second, now 10.
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
    # By default 64 kB: memory that is needed again at once goes back to the system.
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 128 * 2**20,
}
"""Settings of a cluster of our own."""


class Dask(Local):
    """
    See `Executor`; what is worth the work of others is reckoned as `Local` does.

    `address`: HOST:PORT of a scheduler; None for a cluster of this machine, which is started where
    it pays and ends with the executor. Raises `ConfigurationError` where there is no Dask, nobody
    at the address, or a worker with another version of this package.
    """

    load = 250_000  # a journey costs 20 ms, of which the run pays 7

    def __init__(self, address: str | None = None, workers: int | None = None) -> None:
        super().__init__(workers)
        self._address = address
        self._cluster: _Cluster | None = None

    def __enter__(self) -> Self:
        try:
            import distributed  # noqa: F401, PLC0415  an extra, which may be absent
        except ImportError as error:
            raise ConfigurationError(
                "--executor dask needs the extra: pip install 'paper-list-pipeline[dask]'"
            ) from error
        if self._address is not None:
            self._cluster = _Cluster(self._address, self.workers)
            self.workers = self._cluster.workers
        return self

    def __exit__(self, *_: object) -> None:
        if self._cluster is not None:
            self._cluster.close()
        self._cluster = None

    @property
    def is_started(self) -> bool:
        """See `Local.is_started`."""
        return self._cluster is not None

    async def team(self, make: Callable[[], Actor[W, R]], pieces: int) -> "Team[W, R] | None":
        """Return an actor on each worker; None where a cluster is not worth so little work."""
        if self._cluster is None and pieces < MANY:
            return None
        if self._cluster is None:
            self._cluster = _Cluster(None, self.workers)
        return await DaskTeam.start(self._cluster.address, make)

    def _submit(self, function: Callable[[A], B], load: tuple[A, ...]) -> "Future[Made[B]]":
        if self._cluster is None:
            self._cluster = _Cluster(None, self.workers)
        return self._cluster.submit(partial(each, function), load)

    def _next(self, function: Callable[[A], B], pending: "Pending[A, B]") -> "Made[B]":
        """Return what was made of the first load; of one whose worker has died, each for itself."""
        from distributed import KilledWorker  # noqa: PLC0415  an extra

        load, future = pending.popleft()
        try:
            return future.result()
        except KilledWorker:
            wait([other for _, other in pending])  # which may have died with it, or because of it
        made: Made[B] = []
        for chunk in load:
            try:
                made += self._submit(function, (chunk,)).result()
            except KilledWorker:
                made += self._losing()
        return made


class _Cluster:
    """A connection to a cluster, and the cluster itself where it is ours."""

    def __init__(self, address: str | None, workers: int) -> None:
        import dask  # noqa: PLC0415  an extra
        import distributed  # noqa: PLC0415

        dask.config.set({"distributed.comm.timeouts.connect": f"{CONNECT_SECONDS}s"})
        self._own: Any = None
        if address is None:
            dask.config.set(OWN)
            cluster: Any = distributed.LocalCluster
            self._own = cluster(
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",
                memory_limit=0,
                silence_logs=logging.CRITICAL,
            )
        encrypted = dask.config.get("distributed.comm.tls.ca-file", None) is not None
        place = self._own or f"{'tls' if encrypted else 'tcp'}://{address}"
        try:
            client: Any = distributed.Client
            # Through the scheduler, as others may have to, each result is packed twice.
            direct = True if self._own else None
            self._client = client(place, timeout=CONNECT_SECONDS, direct_to_workers=direct)
        except (OSError, TimeoutError, ValueError) as error:
            raise ConfigurationError(
                f"--executor dask://{address}: no scheduler of Dask answers there"
            ) from error
        try:
            self.workers = self._checked_workers() if address else workers
        except BaseException:
            self.close()
            raise
        self._executor = self._client.get_executor(pure=False)
        self.address: str = self._client.scheduler.address

    def _checked_workers(self) -> int:
        """Return how many chunks the workers do at once; each has to have this very package."""
        threads = self._client.nthreads()
        if not threads:
            raise ConfigurationError("--executor dask://…: the cluster has no worker")
        try:
            versions = self._client.run(version)
        except Exception as error:  # what a worker raises that cannot load the function
            raise ConfigurationError(
                f"--executor dask://…: a worker has no paper-list-pipeline {__version__}; install"
                " it there"
            ) from error
        for worker, found in sorted(versions.items()):
            if found != __version__:
                raise ConfigurationError(
                    f"--executor dask://…: {worker} has paper-list-pipeline {found}, this is"
                    f" {__version__}"
                )
        return sum(threads.values())

    def submit(self, function: Callable[[A], B], chunk: A) -> "Future[B]":
        """Give a chunk to whoever is free."""
        future: Future[B] = self._executor.submit(function, chunk)
        return future

    def close(self) -> None:
        """Let go of the cluster; end it where it is ours."""
        self._client.close()
        if self._own is not None:
            self._own.close()


def version() -> str:
    """Return the version of this package, asked of a worker."""
    return __version__
