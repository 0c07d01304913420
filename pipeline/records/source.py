"""
What every source answers: "what do you know about these keys?".

The one method takes many keys, because some services are asked in batches and others one by one
(pip-audit's `query_all` is the model). Answers come as soon as they are there, so that each can be
stored before the next is asked.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol, TypeVar

from pipeline.records.base import Record
from pipeline.records.outcomes import Failed, Outcome

R = TypeVar("R", bound=Record)


class Source(Protocol[R]):
    """One upstream service."""

    @property
    def name(self) -> str:
        """Short name for counts, cache keys and reports (`arxiv`, `github`)."""
        ...

    def fetch_many(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, "Outcome[R]"]]:
        """
        Yield one `(key, outcome)` for every distinct key, in any order.

        Never raises for a key or for the service: what could not be had is an outcome.
        """
        ...


async def answers_of(
    source: Source[R], keys: Sequence[str], advance: Callable[[], None] = lambda: None
) -> "dict[str, Outcome[R]]":
    """Return a source's outcome for every key, in the order of the keys."""
    answers: dict[str, Outcome[R]] = {}
    if keys:
        async for key, outcome in source.fetch_many(keys):
            answers[key] = outcome
            advance()
    unanswered = Failed(kind="bad-answer", reason=f"{source.name} gave no answer about it")
    return {key: answers.get(key, unanswered) for key in keys}
