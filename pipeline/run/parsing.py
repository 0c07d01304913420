"""The lists of a run are parsed by its executor; each comes out as a list, or as why it is none."""

from collections.abc import Callable, Sequence

from pipeline.errors import ConfigurationError
from pipeline.executors.interface import Executor
from pipeline.records.lists import ParsedList
from pipeline.records.outcomes import Failed, unforeseen
from pipeline.stages.parse import parse_bytes

Job = tuple[str, bytes]
"""Name and bytes of a list."""
Parsed = ParsedList | Failed | ConfigurationError
"""A list; or why it is none: a fault of the program, or the bytes are no text."""


def parse_all(jobs: Sequence[Job], executor: Executor, done: Callable[[], None]) -> list[Parsed]:
    """Return what every list holds, in their order; `done` is called after each."""
    # The largest first, so that none is left to be read alone at the end.
    order = sorted(range(len(jobs)), key=lambda number: -len(jobs[number][1]))
    chunks = (jobs[number] for number in order)
    found: dict[int, Parsed] = {}
    for number, parsed in zip(order, executor.map(parse_one, chunks, weigh=weigh), strict=True):
        found[number] = parsed
        done()
    return [found[number] for number in range(len(jobs))]


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
