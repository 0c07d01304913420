"""What the sources that ask a service have in common: an address, and the way of their keys."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Generic

from pipeline.network.http_client import HttpClient
from pipeline.network.service import Answer, Service
from pipeline.records.outcomes import Outcome
from pipeline.records.source import R
from pipeline.sources.answers import fetch, in_batches

Pairs = Iterable[tuple[str, "Outcome[R]"]]


class Asking(Generic[R]):
    """
    A `Source` that asks a service, by default at the address `api`.

    It asks about one key (`one`), or about several at once (`about`), at most `size`.
    """

    name: str
    api: str = ""
    size = 1

    def __init__(self, client: HttpClient, *, api_url: str = "") -> None:
        self.client = client
        self.url = (api_url or self.api).rstrip("/")

    async def fetch_many(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, "Outcome[R]"]]:
        """See `Source.fetch_many`. What is no key of this source is answered first."""
        wanted: list[str] = []
        for key in dict.fromkeys(keys):
            if (refusal := self.refusal(key)) is not None:
                yield key, refusal
            else:
                wanted.append(key)
        async for answered in self.answers(wanted):
            yield answered

    def refusal(self, key: str) -> "Outcome[R] | None":  # noqa: ARG002
        """Return why a key is not asked about; None where it is."""
        return None

    async def answers(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, "Outcome[R]"]]:
        """Yield the outcome of every key, each of which may be asked about."""
        for batch in self.batches(keys):
            for answered in await self.about(batch):
                yield answered

    def batches(self, keys: Sequence[str]) -> Iterable[Sequence[str]]:
        """Return the keys of each request."""
        return in_batches(keys, self.size)

    async def about(self, keys: Sequence[str]) -> "Pairs[R]":
        """Ask about the keys of a batch."""
        return [(key, await self.one(key)) for key in keys]

    async def one(self, key: str) -> "Outcome[R]":
        """Ask about one key."""
        raise NotImplementedError

    async def get(self, service: Service, path: str, accept: str = "application/json") -> Answer:
        """Ask for what is at a path, or a query, below the address."""
        return await fetch(self.client, service, f"{self.url}{path}", accept)
