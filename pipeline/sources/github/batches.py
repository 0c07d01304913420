"""
Many repositories a query: what is asked again, in how large a query, and what is left to REST.

`graphql` says what an answer means. What it leaves unclear goes to a judge, one key at a time.
"""

import random
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from logging import getLogger
from typing import Generic

from pipeline.network.retry import Backoff, retry_after
from pipeline.network.service import Answer
from pipeline.records.outcomes import Failed, Skipped
from pipeline.sources.github.door import GitHubDoor
from pipeline.sources.github.graphql import (
    LARGEST_BATCH,
    BatchReading,
    BatchSize,
    K,
    Question,
    T,
    batch_query,
    read_batch,
)
from pipeline.sources.github.rest import Doubt, failure_outcome

log = getLogger(__name__)

GRAPHQL_TRIES = 4
GRAPHQL_BACKOFF = Backoff(5.0, 2.0, 20.0)
"""Before a smaller query, where the last one was given up by GitHub."""


class Batches(Generic[K, T]):
    """One question to many repositories. `judge` answers for a key alone, by another way."""

    def __init__(
        self,
        door: GitHubDoor,
        question: Question[K, T],
        judge: Callable[[K, Doubt | None], Awaitable[T]],
        *,
        largest: int = LARGEST_BATCH,
        spread: Callable[[], float] = random.random,
    ) -> None:
        self._door = door
        self._question = question
        self._judge = judge
        self._spread = spread
        self._size = BatchSize(largest=largest, now=largest)
        self._failures = 0
        """Queries in a row that GitHub gave up."""
        self._given_up = False
        """GraphQL is of no use for this question in this run."""
        self._silent: set[K] = set()
        """Keys that an answer without errors has left out once."""

    async def answers(self, keys: Iterable[K]) -> AsyncIterator[tuple[K, T | Failed | Skipped]]:
        """Yield an answer for every key. First come, first asked."""
        waiting = deque(keys)
        while waiting:
            if not self._door.authenticated or self._given_up:
                key = waiting.popleft()
                yield key, await self._judge(key, None)
                continue
            batch = [waiting.popleft() for _ in range(min(self._size.now, len(waiting)))]
            if stop := self._door.stopped(self._door.graphql):
                for key in batch:
                    yield key, stop
                continue
            async for key, outcome in self._ask(batch, waiting):
                yield key, outcome

    async def _ask(
        self, batch: list[K], waiting: deque[K]
    ) -> AsyncIterator[tuple[K, T | Failed | Skipped]]:
        """Ask one query; put back into `waiting` what is to be asked again."""
        answer = await self._door.query(batch_query(self._question, batch))
        reading = read_batch(self._question, batch, answer)
        for key, outcome in reading.answered.items():
            yield key, outcome
        for key, doubt in reading.doubts.items():
            yield key, await self._judge(key, doubt)
        if reading.kind == "failed" or (answer.trouble and answer.trouble.kind == "throttled"):
            for key in reading.again:
                yield key, failure_outcome(answer)
            return
        left_to_rest = self._learn(reading, answer)
        waiting.extendleft(key for key in reversed(reading.again) if key not in left_to_rest)
        for key in reading.again:
            if key in left_to_rest:
                yield key, await self._judge(key, "silent")

    def _learn(self, reading: BatchReading[K, T], answer: Answer) -> frozenset[K]:
        """Choose the size of the next query; return the keys that GraphQL is not asked again."""
        left = len(reading.again)
        asked = len(reading.answered) + len(reading.doubts) + left
        match reading.kind:
            case "ok":
                self._failures = 0
                if not left:
                    self._size.passed()
                twice = self._silent.intersection(reading.again)
                self._silent.update(reading.again)
                return frozenset(twice)
            case "primary" | "secondary":
                self._door.wait_for_limit(reading.kind, answer)
                if left == asked:
                    return frozenset(reading.again)
            case "refused":
                self._give_up(answer)
            case "too-big" | "bug" if left == 1:
                if reading.kind == "bug":
                    self._give_up(answer)
                return frozenset(reading.again)
            case "too-big" | "bug":
                self._size.halve(asked)
            case "transient":
                return self._learn_failure(reading, answer)
        return frozenset()

    def _learn_failure(self, reading: BatchReading[K, T], answer: Answer) -> frozenset[K]:
        """Back off before a smaller query; after four failures REST gets the last few."""
        self._failures += 1
        self._size.halve(len(reading.again))
        if self._failures > GRAPHQL_TRIES:
            self._give_up(answer)
        if self._failures >= GRAPHQL_TRIES:
            return frozenset(reading.again)
        own = GRAPHQL_BACKOFF.seconds(self._failures, self._spread())
        asked = retry_after(answer.headers, self._door.client.clock.now()) or 0.0
        self._door.pause(max(own, min(asked, self._door.longest_wait)))
        return frozenset()

    def _give_up(self, answer: Answer) -> None:
        log.warning("GitHub gets single requests from here on: %s", answer.reason)
        self._given_up = True
