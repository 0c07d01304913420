"""
What every source answers: "what do you know about these keys?".

The one method takes many keys, because some services are asked in batches and others one by one
(pip-audit's `query_all` is the model). Answers come as soon as they are there, so that each can be
stored before the next is asked.
"""

from collections.abc import AsyncIterator, Callable, Iterable, MutableMapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from pipeline.records.base import Record
from pipeline.records.outcomes import Failed, Outcome, Skipped, unforeseen

R = TypeVar("R", bound=Record)


class Source(Protocol[R]):
    """One upstream service."""

    @property
    def name(self) -> str:
        """Short name for counts, cache keys and reports (`arxiv`, `github`)."""

    def fetch_many(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, "Outcome[R]"]]:
        """Yield one `(key, outcome)` for every distinct key, in any order; never raise."""


class SecondLooks(Protocol):
    """Who decides what is asked a second time in one run, beside the rest."""

    def due(self, key: str, outcome: "Outcome[Any]") -> datetime | None:
        """Return when a key with this outcome is to be asked again; None for not at all."""

    def waits(self, number: int, seconds: float) -> None:
        """Take note that so many keys, and nothing else, are waited for, the first so long."""


Asking = Callable[[Sequence[str]], AsyncIterator[tuple[str, "Outcome[R]"]]]
"""`Source.fetch_many` of one source."""
HALVINGS: Final = 32
"""So often the keys of one call are asked for in halves, to find those that a source fails on."""


async def answers(
    name: str, fetch_many: "Asking[R]", keys: Iterable[str]
) -> AsyncIterator[tuple[str, "Outcome[R]"]]:
    """Yield one outcome for every distinct key, asking in halves where the source raises."""
    first = dict.fromkeys(keys)
    parts, halvings = [first] if first else [], 0
    while parts:
        left = parts.pop()
        failure = Failed(kind="bad-answer", reason=f"{name} gave no answer about it")
        try:
            async for key, outcome in fetch_many(tuple(left)):
                left.pop(key, None)
                yield key, outcome
        except Exception:  # noqa: BLE001  the last line of defence
            failure = unforeseen(name)
            if len(left) > 1 and halvings < HALVINGS:
                rest, halvings = list(left), halvings + 1
                middle = len(rest) // 2
                parts += [dict.fromkeys(rest[middle:]), dict.fromkeys(rest[:middle])]
                continue
        for key in left:
            yield key, failure


_NOT_YET: Final = Skipped(reason="not asked yet")
"""Holds the place of an answer."""


async def answers_of(
    source: Source[R], keys: Iterable[str], advance: Callable[[], object] = lambda: None
) -> "dict[str, Outcome[R]]":
    """Return a source's outcome for every key, in the order of the keys; `advance` counts them."""
    found: dict[str, Outcome[R]] = {}
    await take_answers(source, keys, found, advance)
    return found


async def take_answers(
    source: Source[R],
    keys: Iterable[str],
    into: "MutableMapping[str, Outcome[R]]",
    advance: Callable[[], object] = lambda: None,
) -> None:
    """
    Put a source's outcomes `into` a mapping, each as it comes, but in the order of the keys.

    What the mapping cannot take is raised (`OutputError`); see also `answers_of`.
    """
    asked: dict[str, Any] = dict.fromkeys(keys, _NOT_YET)
    into.update(asked)
    async for key, outcome in answers(source.name, source.fetch_many, asked):
        if key in asked:
            into[key] = outcome
        advance()
