"""What of the keys of a source the replica holds; the others are not asked."""

from collections.abc import AsyncIterator, Sequence
from typing import Generic

from pipeline.records.outcomes import Outcome, Skipped
from pipeline.records.source import R, Source


class Inside(Generic[R]):
    """A source in the sandbox: a key that the replica does not hold is skipped, not missing."""

    def __init__(self, source: Source[R], form: str) -> None:
        self.name = source.name
        self._source = source
        self._form = form

    async def fetch_many(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, Outcome[R]]]:
        """See `Source.fetch_many`."""
        from pipeline.sandbox.world import holds  # noqa: PLC0415  some megabytes

        inside = [key for key in keys if holds(self._form.format(key))]
        for key in keys:
            if key not in inside:
                yield key, Skipped(reason="not in the sandbox")
        async for found in self._source.fetch_many(inside):
            yield found
