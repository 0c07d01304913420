"""
What a run that writes no file remembers of links: its own history, in the cache.

`run check` changes nothing below the output folder, for hooks and pull requests run it. Without a
memory it could neither tell the second failure of a link from the first, nor ever end a doubt about
our own network. What the files say is joined with it, and counts as much.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from pydantic import ValidationError

from pipeline.cache import Cache
from pipeline.links.history import merged, parse_history, serialise_history
from pipeline.records.base import Record
from pipeline.records.links import LinkHistory

KEY: Final = "memory:links"


class Memory(Record):
    """A row of the cache."""

    history: str = ""
    """As `history/links.jsonl`."""
    doubted: tuple[str, ...] = ()
    """Hosts out of reach in a network that was not proven to work."""


def recalled(cache: Cache) -> Memory:
    """Return what earlier runs have kept; nothing where there is none, or it is damaged."""
    row = cache.read(KEY)
    try:
        return Memory() if row is None else Memory.model_validate(row.value)
    except ValidationError:
        return Memory()


def joined(history: Mapping[str, LinkHistory], memory: Memory) -> dict[str, LinkHistory]:
    """Return the history of the files and that of the memory as one."""
    own, _ = parse_history(memory.history)
    both = own.keys() & history.keys()
    return {**history, **own, **{url: merged(history[url], own[url]) for url in both}}


def keep(
    cache: Cache, history: Mapping[str, LinkHistory], doubted: Iterable[str], now: datetime
) -> None:
    """Store what is known after a run."""
    memory = Memory(history=serialise_history(history), doubted=tuple(sorted(set(doubted))))
    cache.put(KEY, memory.model_dump(mode="json"), now)
