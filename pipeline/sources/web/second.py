"""
The linked web by another way: a second look at what seems to be gone, from elsewhere.

A host that does not answer may refuse this machine's address, or those of its country, and answer
everybody else. The way is first asked for what is always there: one that is closed has no opinion.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

from pipeline.network.http_client import HttpClient
from pipeline.network.retry import RetryPolicy
from pipeline.network.service import Service
from pipeline.records.links import Probe
from pipeline.records.outcomes import Failed, Outcome
from pipeline.sources.web.prober import Manners, WebSource

MOST: Final = 50
"""Links in a run; the rest is asked in the next one."""
CLOSED: Final = Failed(kind="proxy", reason="the proxy of `second_opinion` reaches nobody")
LEFT: Final = Failed(kind="budget", reason="enough links had a second opinion in this run")
WITNESS: Final = Service(name="second-opinion", interval=0.0, policy=RetryPolicy(attempts=2))


class SecondOpinion:
    """
    Asks by another way; keys are request URLs. Nothing is stored.

    `door` is the run's own, which counts the requests and knows whether the run goes on;
    `open_way` makes one that leads the other way, and `witness` is an address that always answers.
    """

    name = "second-opinion"

    def __init__(
        self,
        door: HttpClient,
        open_way: Callable[[], HttpClient],
        manners: Manners,
        witness: str,
    ) -> None:
        self._door = door
        self._open_way = open_way
        self._manners = manners
        self._witness = witness

    async def fetch_many(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, Outcome[Probe]]]:
        """See `Source.fetch_many`."""
        wanted = list(dict.fromkeys(keys))
        for key in wanted[MOST:]:
            yield key, LEFT
        known: dict[str, Outcome[Probe]] = {}
        if wanted and await self._door.rest(0.0):
            async with self._open_way() as client:
                answer = await client.send(WITNESS, "GET", self._witness)
                if answer.status is not None and answer.status < 500:
                    source = WebSource(client, self._manners)
                    asked = source.fetch_many(wanted[:MOST], suspects=frozenset(wanted))
                    known = {key: outcome async for key, outcome in asked}
                self._door.requests[self.name] += client.requests.total()
        for key in wanted[:MOST]:
            yield key, known.get(key, CLOSED)
