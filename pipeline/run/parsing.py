"""The lists of a run are parsed by its executor; each comes out as a list, or as why it is none."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

from pipeline.errors import ConfigurationError
from pipeline.executors.interface import Executor
from pipeline.records.lists import ParsedList
from pipeline.records.outcomes import Failed, unforeseen
from pipeline.stages.parse import parse_bytes

N = TypeVar("N")
Job = tuple[str, bytes]
"""Name and bytes of a list."""
Parsed = ParsedList | Failed | ConfigurationError
"""A list; or why it is none: a fault of the program, or the bytes are no text."""


FEW: Final = 20
"""Lists that are begun in the order of their size, so that none is left to be read alone."""


def parse_all(
    names: Sequence[str],
    sizes: Sequence[int],
    take: Callable[[int], bytes | N],
    executor: Executor,
    done: Callable[[], None],
) -> Iterator[tuple[bytes, Parsed] | N]:
    """
    Yield the bytes of every list and what they hold, in the order of the lists.

    `take` is asked for the bytes of a list (by its number) when it is its turn; what it returns
    instead of bytes is yielded. `done` is called after each list.
    """
    order = list(range(len(names)))
    if len(names) <= FEW:
        order.sort(key=lambda number: -sizes[number])
    begun: deque[tuple[int, bytes]] = deque()
    found: dict[int, tuple[bytes, Parsed] | N] = {}

    def jobs() -> Iterator[Job]:
        for number in order:
            data = take(number)
            if isinstance(data, bytes):
                begun.append((number, data))
                yield names[number], data
            else:
                found[number] = data
                done()

    results = executor.map(parse_one, jobs(), weigh=weigh)
    for wanted in range(len(names)):
        while wanted not in found and (parsed := next(results, None)) is not None:
            number, data = begun.popleft()
            found[number] = data, parsed
            done()
        yield found.pop(wanted)


def weigh(job: Job) -> int:
    """Return the microseconds that a list takes: about one for each byte."""
    return len(job[1])


def parse_one(job: Job) -> Parsed:
    """Return a list, or why there is none."""
    name, data = job
    try:
        return parse_bytes(data, name=name)
    except ConfigurationError as error:
        return error
    except Exception:  # noqa: BLE001  the last line of defence
        return unforeseen(name)
