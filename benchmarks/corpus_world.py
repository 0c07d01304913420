"""
The program on a made-up world, in which every paper, repository and page of a corpus is there.

    python -m benchmarks.corpus_world SEED LATENCY DAYS ARGUMENT...

Runs the program with these arguments, so many days after the world began. arXiv and GitHub answer
as their replicas of the sandbox do, `lists.example.org` with the lists in the folder `lists`, every
other host with a page, one in fifty with 404; each answer takes LATENCY seconds. Time is
virtual: where nothing is to be done it jumps to the next thing that is due, so that `run.json`
tells what a run would take, whatever it waits for, and the machine is busy with the rest alone.
Work of the processor takes no time of that clock.
"""

import asyncio
import os
import re
import selectors
import sys
from collections.abc import Coroutine, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar
from zlib import crc32

import httpx

from benchmarks.corpus import IDS_A_MONTH, MONTHS, work
from pipeline import wiring
from pipeline.cli import main as program
from pipeline.network.transport import asked_host
from pipeline.sandbox import SANDBOX_TOKEN
from pipeline.sandbox.answers import HTML, answer
from pipeline.sandbox.arxiv import Api
from pipeline.sandbox.github import GitHub
from pipeline.sandbox.world import Paper, Repository

T = TypeVar("T")
START: Final = datetime(2026, 6, 1, tzinfo=UTC)
SUBMITTED: Final = datetime(2025, 12, 24, tzinfo=UTC)
LEAST: Final = 1e-6
GONE: Final = 50
"""One page in so many is gone."""
LISTS: Final = "lists.example.org"
PAGE: Final = "<html><head><title>A page</title></head><body>" + "It is there. " * 60


class Time:
    """The clock of a run, and the selector that moves it on where nothing else is to be done."""

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self.elapsed = 0.0

    def now(self) -> datetime:
        """See `Clock.now`."""
        return self._start + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return self.elapsed

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`; at least what asyncio tells from nothing, or no time would pass."""
        await asyncio.sleep(max(seconds, LEAST))

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in a loop that goes by this clock."""
        with asyncio.Runner(loop_factory=lambda: Loop(self)) as runner:
            return runner.run(main)


class Selector(selectors.DefaultSelector):
    """Waits for nothing: the clock is moved on instead."""

    def __init__(self, time: Time) -> None:
        super().__init__()
        self._time = time

    def select(self, timeout: float | None = None) -> list[Any]:
        """See `selectors.BaseSelector.select`; without a time it waits for another thread."""
        if timeout is None:
            return super().select(None)
        found = super().select(0)
        if not found:
            self._time.elapsed += timeout
        return found


class Loop(asyncio.SelectorEventLoop):
    """An event loop that goes by the clock of the run."""

    def __init__(self, time: Time) -> None:
        super().__init__(Selector(time))
        self._virtual = time

    def time(self) -> float:
        """See `asyncio.AbstractEventLoop.time`."""
        return self._virtual.elapsed


class Papers(Mapping[str, Paper]):
    """Every paper of a corpus, made when it is asked for; nothing is found by its title."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def __getitem__(self, id_: str) -> Paper:
        found = re.fullmatch(r"(\d{4})\.(\d{5})", id_)
        if found is None or found[1] not in MONTHS:
            raise KeyError(id_)
        number = MONTHS.index(found[1]) * IDS_A_MONTH + int(found[2]) - 1
        title = work(number, self._seed).title
        return Paper(id_, title, ("Ann Author", "Bo Writer"), (SUBMITTED,), ("cs.IR",))

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class Repositories(Mapping[str, Repository]):
    """Every repository that is asked for."""

    def __getitem__(self, name: str) -> Repository:
        return Repository(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class World(httpx.AsyncBaseTransport):
    """Answers for all hosts, each after a while."""

    def __init__(self, seed: int, latency: float, time: Time) -> None:
        self._latency = latency
        self._time = time
        self._arxiv = Api(Papers(seed), "calm")
        self._github = GitHub(Repositories(), {}, None)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See `httpx.AsyncBaseTransport.handle_async_request`."""
        await self._time.sleep(self._latency)
        await request.aread()
        host, now = asked_host(request.url), self._time.now()
        if host == "export.arxiv.org":
            return self._arxiv(request, now)
        if host == "api.github.com":
            return self._github(request, now)
        return _list(request.url.path) if host == LISTS else _page(str(request.url))


def _list(path: str) -> httpx.Response:
    return answer(200, Path("lists", path[1:]).read_text(encoding="utf-8"))


def _page(url: str) -> httpx.Response:
    return answer(404 if crc32(url.encode()) % GONE == 0 else 200, PAGE, HTML)


def main() -> None:
    """Run the program in the made-up world."""
    time = Time(START + timedelta(days=int(sys.argv[3])))
    world = World(int(sys.argv[1]), float(sys.argv[2]), time)
    os.environ["GITHUB_TOKEN"] = SANDBOX_TOKEN  # noqa: TID251
    vars(wiring).update(build_transport=lambda *_: world, SystemClock=lambda: time)
    vars(asyncio).update(run=time.run)
    sys.argv = ["pipeline", *sys.argv[4:]]
    program.main()


if __name__ == "__main__":
    main()
