"""The linked web by another way: one that is open is asked, one that is closed says nothing."""

from collections.abc import Callable

import httpx
import pytest

from pipeline.clock import SimulatedClock
from pipeline.network.http_client import HttpClient
from pipeline.records.links import Probe
from pipeline.records.outcomes import Found, Outcome
from pipeline.sources.web.prober import Manners
from pipeline.sources.web.second import CLOSED, LEFT, MOST, SecondOpinion
from tests.sources.asking import NOW, USER_AGENT

WITNESS = "https://doi.example/api/handles"
PAGE = "https://lab.example/paper"


class Way:
    """Another way to the web, how often it was taken, and what was asked there."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        self.clock = SimulatedClock(NOW)
        self.door = self._client(lambda _: httpx.Response(500))
        self.opened = 0
        self.asked: list[str] = []
        self._answer = answer

    def _client(self, answer: Callable[[httpx.Request], httpx.Response]) -> HttpClient:
        transport = httpx.MockTransport(answer)
        return HttpClient(transport=transport, clock=self.clock, user_agent=USER_AGENT)

    def _noted(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        return self._answer(request)

    def _open(self) -> HttpClient:
        self.opened += 1
        return self._client(self._noted)

    async def ask(self, *keys: str) -> dict[str, Outcome[Probe]]:
        """Ask about pages by this way."""
        second = SecondOpinion(self.door, self._open, Manners(), WITNESS)
        return {key: outcome async for key, outcome in second.fetch_many(keys)}


@pytest.mark.anyio
async def test_open_way_is_asked_about_every_page() -> None:
    """The witness answers, whatever it says; all requests are counted as this source's."""
    way = Way(lambda request: httpx.Response(404 if str(request.url) == WITNESS else 200))

    outcomes = await way.ask(PAGE, "https://other.example/", PAGE)

    assert set(outcomes) == {PAGE, "https://other.example/"}
    assert all(isinstance(one, Found) and one.value.status == 200 for one in outcomes.values())
    assert way.door.requests == {"second-opinion": 3}


@pytest.mark.anyio
@pytest.mark.parametrize("status", [None, 502, 503])
async def test_way_that_reaches_no_witness_has_no_opinion(status: int | None) -> None:
    """Else every page would be dead whose host is well."""

    def answer(_: httpx.Request) -> httpx.Response:
        if status is None:
            raise httpx.ProxyError("407 Proxy Authentication Required")
        return httpx.Response(status)

    way = Way(answer)

    assert await way.ask(PAGE) == {PAGE: CLOSED}
    assert set(way.asked) <= {WITNESS}


@pytest.mark.anyio
async def test_nobody_is_asked_without_a_question() -> None:
    """Most runs have none."""
    way = Way(lambda _: httpx.Response(200))

    assert await way.ask() == {}
    assert way.opened == 0


@pytest.mark.anyio
async def test_run_that_was_interrupted_takes_no_other_way() -> None:
    """What is left is left to the next one."""
    way = Way(lambda _: httpx.Response(200))
    way.door.stop("the run was interrupted")

    assert await way.ask(PAGE) == {PAGE: CLOSED}
    assert way.opened == 0


@pytest.mark.anyio
async def test_many_pages_are_asked_over_several_runs() -> None:
    """A host's failure may be that of hundreds of links."""
    way = Way(lambda _: httpx.Response(200))
    keys = [f"https://lab{n}.example/" for n in range(MOST + 2)]

    outcomes = await way.ask(*keys)

    assert [outcomes[key] for key in keys[MOST:]] == [LEFT, LEFT]
    assert sum(isinstance(one, Found) for one in outcomes.values()) == MOST
