"""A source that is asked about so many keys in a run and no more: what costs a request each."""

from collections.abc import AsyncIterator, Sequence
from typing import Generic

from pipeline.records.outcomes import Outcome, Skipped
from pipeline.records.source import R, Source

LEFT = Skipped(reason="enough was asked in this run; the next one goes on")


class Capped(Generic[R]):
    """`source`, asked about the first `most` keys; behind a cache, each run asks the next ones."""

    def __init__(self, source: Source[R], most: int) -> None:
        self.name = source.name
        self._source = source
        self._left = most

    async def fetch_many(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, "Outcome[R]"]]:
        """See `Source.fetch_many`."""
        wanted = list(dict.fromkeys(keys))
        taken, others = wanted[: self._left], wanted[self._left :]
        self._left -= len(taken)
        for key in others:
            yield key, LEFT
        async for answered in self._source.fetch_many(taken):
            yield answered
