"""What every executor does: `map`, the one thing that the stages know of it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol, TypeVar

from pipeline.records.outcomes import Failed

A = TypeVar("A")
B = TypeVar("B")

LOST: Final = Failed(kind="fault", reason="reading it ended a process of this program")
"""In the place of a result: the chunk has ended its process, each time that it was tried."""


def no_weight(chunk: object) -> int:  # noqa: ARG001
    """Weigh nothing: work that is worth another process only where one is there already."""
    return 0


class Executor(Protocol):
    """Who does pure work."""

    @property
    def workers(self) -> int:
        """How many chunks may be worked on at the same time, at most."""

    @property
    def lost(self) -> int:
        """How many chunks are `LOST` so far."""

    def map(
        self,
        function: Callable[[A], B],
        chunks: Iterable[A],
        *,
        weigh: Callable[[A], int] = no_weight,
    ) -> "Iterator[B | Failed]":
        """
        Yield what a function makes of each chunk, in the order of the chunks.

        `function` is pure and stands at the top of a module, and chunks and results can be pickled:
        they may travel, and a chunk may be worked on twice. Chunks are taken as they are needed, so
        neither they nor the results have to fit into memory together. `weigh` says how long the
        work on a chunk takes, in microseconds, so that little work stays here.

        What the function raises is raised at the place of its chunk. A chunk that ends its process
        is `LOST` and costs no other.
        """
