"""
What every source answers: "what do you know about these keys?".

The one method takes many keys, because some services are asked in batches and others one by one
(pip-audit's `query_all` is the model). Answers come as soon as they are there, so that each can be
stored before the next is asked.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol, TypeVar

from pipeline.records.base import Record
from pipeline.records.outcomes import Outcome

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
