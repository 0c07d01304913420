"""The lists of a run are parsed by its executor; each comes out as a list, or as why it is none."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from pipeline.errors import ConfigurationError
from pipeline.executors.interface import Executor
from pipeline.records.lists import ParsedList
from pipeline.records.outcomes import Failed, unforeseen
from pipeline.stages.parse import parse_bytes

Job = tuple[str, bytes]
"""Name and bytes of a list."""
Parsed = ParsedList | Failed | ConfigurationError
"""A list; or why it is none: a fault of the program, or the bytes are no text."""


FEW: Final = 20
"""Lists that are begun in the order of their size, so that none is left to be read alone."""


def parse_all(
    jobs: Sequence[Job], executor: Executor, done: Callable[[], None]
) -> Iterator[Parsed]:
    """Yield what every list holds, in their order; `done` is called after each."""
    order = list(range(len(jobs)))
    if len(jobs) <= FEW:
        order.sort(key=lambda number: -len(jobs[number][1]))
    chunks = (jobs[number] for number in order)
    found: dict[int, Parsed] = {}
    wanted = 0
    for number, parsed in zip(order, executor.map(parse_one, chunks, weigh=weigh), strict=True):
        found[number] = parsed
        done()
        while wanted in found:
            yield found.pop(wanted)
            wanted += 1


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
