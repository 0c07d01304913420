"""A source that is asked about a few keys only."""

from collections.abc import AsyncIterator, Sequence

import pytest

from pipeline.records.outcomes import Missing, Outcome
from pipeline.records.sources import FirstVersion
from pipeline.sources.capped import LEFT, Capped


class Asked:
    """A source that knows nothing, and what it was asked."""

    name = "asked"

    def __init__(self) -> None:
        self.keys: list[str] = []

    async def fetch_many(
        self, keys: Sequence[str]
    ) -> AsyncIterator[tuple[str, Outcome[FirstVersion]]]:
        """See `Source.fetch_many`."""
        for key in keys:
            self.keys.append(key)
            yield key, Missing(reason="none")


@pytest.mark.anyio
async def test_the_first_keys_are_asked_and_the_others_left() -> None:
    """Over all calls of a run; every key has an outcome."""
    source = Asked()
    capped = Capped(source, 3)

    first = {key: outcome async for key, outcome in capped.fetch_many(["a", "b", "a"])}
    second = {key: outcome async for key, outcome in capped.fetch_many(["c", "d"])}

    assert source.keys == ["a", "b", "c"]
    assert first.keys() == {"a", "b"}
    assert (second["c"], second["d"]) == (Missing(reason="none"), LEFT)
