"""What the tests of the linked web share: a web of one handler, and a clock that keeps order."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any

import httpx

from pipeline.clock import Clock, SimulatedClock
from pipeline.network.failures import ResolutionError
from pipeline.network.http_client import HttpClient
from pipeline.records.links import Probe
from pipeline.records.outcomes import Found, Outcome
from pipeline.sources.web.prober import Manners, WebSource

START = datetime(2026, 3, 1, tzinfo=UTC)
PAGE = "https://lab.example/paper"
FILE = "https://lab.example/paper.pdf"

Handler = Callable[[httpx.Request], httpx.Response]
Asked = list[tuple[str, str, float]]
"""Method, URL and time of each request."""

TURNS = 12
"""Of the event loop: enough for everybody who can go on to come to the next wait."""


class OrderedClock:
    """
    A clock on which every wait is instant, and who has waited for less goes on first.

    On `SimulatedClock` a long sleep takes all others along; here the time moves on to the next
    due time only when nobody has anything left to do.
    """

    def __init__(self) -> None:
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()
        self._moving: asyncio.Task[None] | None = None

    def now(self) -> datetime:
        """See `Clock.now`."""
        return START + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._sleepers, (self._elapsed + max(0.0, seconds), next(self._numbers), turn))
        if self._moving is None or self._moving.done():
            self._moving = asyncio.create_task(self._move())
        await turn

    async def _move(self) -> None:
        while self._sleepers:
            for _ in range(TURNS):
                await asyncio.sleep(0)
            due, _, turn = heappop(self._sleepers)
            if not turn.done():
                self._elapsed = max(self._elapsed, due)
                turn.set_result(None)


class World:
    """A web of one handler on a simulated clock, and the log of what was asked of it."""

    def __init__(
        self,
        handler: Handler,
        manners: Manners | None = None,
        *,
        clock: Clock | None = None,
        latency: float | Callable[[httpx.Request], float] = 0.0,
        **client: Any,
    ) -> None:
        self.clock = clock or SimulatedClock(START)
        self.asked: Asked = []
        self.headers: list[httpx.Headers] = []

        async def logged(request: httpx.Request) -> httpx.Response:
            self.asked.append((request.method, str(request.url), self.clock.monotonic()))
            self.headers.append(request.headers)
            seconds = latency(request) if callable(latency) else latency
            if seconds:
                await self.clock.sleep(seconds)
            return handler(request)

        self.client = HttpClient(
            transport=httpx.MockTransport(logged), clock=self.clock, user_agent="test/1", **client
        )
        self.source = WebSource(self.client, manners or Manners(head_from=1))

    async def ask(self, *keys: str, suspects: Sequence[str] = ()) -> dict[str, Outcome[Probe]]:
        """Ask about the keys."""
        outcomes = {}
        async for key, outcome in self.source.fetch_many(keys, suspects=frozenset(suspects)):
            assert key not in outcomes
            outcomes[key] = outcome
        return outcomes

    async def probe(self, key: str = PAGE) -> Probe:
        """Ask about one key that can be asked."""
        outcome = (await self.ask(key))[key]
        assert isinstance(outcome, Found)
        return outcome.value

    @property
    def methods(self) -> list[str]:
        """Methods of the requests in their order."""
        return [method for method, _, _ in self.asked]

    def times(self, word: str) -> list[float]:
        """When the URLs with this word in them were asked."""
        return [time for _, url, time in self.asked if word in url]


def links(host: str, number: int, suffix: str = "") -> list[str]:
    """Return so many links to a host."""
    return [f"https://{host}/{n}{suffix}" for n in range(number)]


def statuses(outcomes: dict[str, Outcome[Probe]]) -> dict[str, int | str | None]:
    """Return what came of each key: a status, or why there is none."""
    return {
        key: outcome.value.status or outcome.value.failure
        if isinstance(outcome, Found)
        else getattr(outcome, "kind", None)
        for key, outcome in outcomes.items()
    }


def no_such_host(request: httpx.Request) -> httpx.Response:
    """Fail as a name that does not exist."""
    raise httpx.ConnectError("x") from ResolutionError(f"{request.url.host}: no such host name")


def by_method(**answers: int | Exception | httpx.Response) -> Handler:
    """Return a handler with one answer for HEAD and one for GET."""

    def handler(request: httpx.Request) -> httpx.Response:
        return _answer(answers[request.method])

    return handler


def by_host(**answers: Handler) -> Handler:
    """Return a handler that asks the handler of a host's first name; 200 for every other host."""

    def handler(request: httpx.Request) -> httpx.Response:
        known = answers.get(request.url.host.partition(".")[0])
        return httpx.Response(200) if known is None else known(request)

    return handler


def in_turn(*answers: int | Exception | httpx.Response) -> Handler:
    """Return a handler with these answers in turn, the last one for ever."""
    queue = list(answers)

    def handler(request: httpx.Request) -> httpx.Response:
        return _answer(queue.pop(0) if len(queue) > 1 else queue[0])

    return handler


def for_each_link(*answers: int | Exception | httpx.Response) -> Handler:
    """Return a handler with these answers in turn for every URL of its own."""
    handlers: dict[str, Handler] = {}

    def handler(request: httpx.Request) -> httpx.Response:
        return handlers.setdefault(str(request.url), in_turn(*answers))(request)

    return handler


def redirects(**pages: str) -> Handler:
    """Return a handler whose paths redirect (301) to these targets, and are there otherwise."""

    def handler(request: httpx.Request) -> httpx.Response:
        target = pages.get(request.url.path.strip("/"))
        return httpx.Response(301, headers={"location": target}) if target else httpx.Response(200)

    return handler


def throttle(seconds: int) -> httpx.Response:
    """Return a 429 that asks for a pause."""
    return httpx.Response(429, headers={"retry-after": str(seconds)})


def _answer(answer: int | Exception | httpx.Response) -> httpx.Response:
    if isinstance(answer, Exception):
        raise answer
    return answer if isinstance(answer, httpx.Response) else httpx.Response(answer)
