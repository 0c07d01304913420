"""Lists are parsed on all cores where that pays; one that ends its process costs only itself."""

import os
from collections.abc import Sequence

import pytest

from pipeline.errors import ConfigurationError
from pipeline.records.lists import ParsedList
from pipeline.run import parsing
from pipeline.run.parsing import WORTH, Job, Parsed, available_cores, parse_all, workers_for
from pipeline.stages.parse import parse_bytes

LIST = b"# Papers\n\n- [Attention Is All You Need](https://arxiv.org/abs/1706.03762)\n"
BINARY = b"\x89PNG\r\n\x1a\n"
FATAL = b"ends its process"


def ending(name: str, data: bytes) -> ParsedList:
    """Parse a list; one of these bytes takes its process along, as a fault in native code would."""
    if data == FATAL:
        os._exit(1)
    return parse_bytes(data, name=name)


@pytest.mark.parametrize(
    ("sizes", "cores", "workers"),
    [
        ([], 8, 1),
        ([100 * WORTH], 8, 1),
        ([1_000] * 50, 8, 1),
        ([WORTH, WORTH], 1, 1),
        ([WORTH, WORTH], 2, 2),
        ([WORTH, WORTH], 8, 2),
        ([WORTH] * 50, 8, 8),
        ([100 * WORTH, 1_000], 8, 1),
        ([WORTH // 2] * 4, 2, 2),
    ],
)
def test_processes_are_started_where_they_pay(
    sizes: Sequence[int], cores: int, workers: int
) -> None:
    """Not for one list, not for small ones, not beside one that is nearly all of the work."""
    assert workers_for(sizes, cores) == workers
    assert available_cores() >= 1


def run(jobs: Sequence[Job], cores: int) -> tuple[list[Parsed], int]:
    """Parse lists; also return how many were told to be done."""
    told: list[None] = []
    return parse_all(jobs, cores, lambda: told.append(None)), len(told)


def words(found: Sequence[Parsed]) -> list[object]:
    """Return what can be compared."""
    return [str(one) if isinstance(one, ConfigurationError) else one for one in found]


def test_result_is_the_same_on_all_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the lists, a fault of one included."""
    jobs = [("a", LIST), ("b", BINARY), ("c", LIST * 50), ("d", b"")]
    alone, told_alone = run(jobs, 1)
    monkeypatch.setattr(parsing, "WORTH", 0)
    together, told = run(jobs, 2)

    assert words(together) == words(alone)
    assert (told, told_alone) == (4, 4)
    assert isinstance(alone[1], ConfigurationError)


@pytest.mark.parametrize("cores", [2, 3])
def test_list_that_ends_its_process_costs_no_other(
    monkeypatch: pytest.MonkeyPatch, cores: int
) -> None:
    """Wherever it stands, and also where there are two."""
    monkeypatch.setattr(parsing, "WORTH", 0)
    monkeypatch.setattr(parsing, "_parse", ending)
    jobs = [("a", LIST), ("b", FATAL), ("c", LIST * 9), ("d", FATAL), ("e", LIST)]
    found, told = run(jobs, cores)

    assert [one.entries[0].list if isinstance(one, ParsedList) else one for one in found] == [
        "a", parsing.ENDED, "c", parsing.ENDED, "e",
    ]  # fmt: skip
    assert told == 5


def test_where_no_process_starts_one_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A script without `if __name__ == "__main__"` cannot be started a second time."""
    monkeypatch.setattr(parsing, "WORTH", 0)
    monkeypatch.setattr(parsing, "_obey", dying)
    found, told = run([("a", LIST), ("b", LIST)], 2)

    assert [isinstance(one, ParsedList) for one in found] == [True, True]
    assert told == 2


def dying() -> None:
    """End a process before it does anything."""
    os._exit(1)
