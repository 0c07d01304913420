"""What the sources that ask a service share: its address, and what becomes of the keys."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Final, Generic

from pipeline.network.http_client import HttpClient
from pipeline.network.service import Answer, Service
from pipeline.records.outcomes import Outcome, Skipped
from pipeline.records.source import R
from pipeline.sources.answers import fetch, in_batches

LATER: Final = Skipped(reason="deferred to a later run: this one has asked enough")
Pairs = Iterable[tuple[str, "Outcome[R]"]]


class ServiceSource(Generic[R]):
    """
    A `Source` that asks a service, by default at the address `api`.

    It asks about one key (`_one`), or about several at once (`_about`), at most `size`, and of a
    call's keys about the first `most`.
    """

    name: str
    api: str = ""
    size = 1
    most: int | None = None

    def __init__(self, client: HttpClient, *, api_url: str = "") -> None:
        self._client = client
        self._url = (api_url or self.api).rstrip("/")

    async def fetch_many(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, "Outcome[R]"]]:
        """See `Source.fetch_many`. What is no key of this source is answered first."""
        wanted: list[str] = []
        for key in dict.fromkeys(keys):
            if (refusal := self._refusal(key)) is not None:
                yield key, refusal
            else:
                wanted.append(key)
        async for answered in self._answers(wanted[: self.most]):
            yield answered
        for key in wanted[len(wanted[: self.most]) :]:
            yield key, LATER

    def _refusal(self, key: str) -> "Outcome[R] | None":  # noqa: ARG002
        """Return why a key is not asked about; None where it is."""
        return None

    async def _answers(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, "Outcome[R]"]]:
        """Yield the outcome of every key, each of which may be asked about."""
        for batch in self._batches(keys):
            for answered in await self._about(batch):
                yield answered

    def _batches(self, keys: Sequence[str]) -> Iterable[Sequence[str]]:
        """Return the keys of each request."""
        return in_batches(keys, self.size)

    async def _about(self, keys: Sequence[str]) -> "Pairs[R]":
        """Ask about the keys of a batch."""
        return [(key, await self._one(key)) for key in keys]

    async def _one(self, key: str) -> "Outcome[R]":
        """Ask about one key."""
        raise NotImplementedError

    async def _get(self, service: Service, path: str, accept: str = "application/json") -> Answer:
        """Ask for what is at a path, or a query, below the address."""
        return await fetch(self._client, service, f"{self._url}{path}", accept)
