"""Lists are parsed by the executor of a run; a fault of one costs no other."""

import os
from collections.abc import Sequence

import pytest

from pipeline.errors import ConfigurationError
from pipeline.executors.interface import LOST
from pipeline.executors.local import Local
from pipeline.records.lists import ParsedList
from pipeline.run import parsing
from pipeline.run.parsing import Job, Parsed, parse_all

LIST = b"# Papers\n\n- [Attention Is All You Need](https://arxiv.org/abs/1706.03762)\n"
BINARY = b"\x89PNG\r\n\x1a\n"
FATAL = b"ends its process"


def ending(job: Job) -> Parsed:
    """Parse a list; one of these bytes takes its process along, as a fault in native code would."""
    if job[1] == FATAL:
        os._exit(1)
    return parsing.parse_one(job)


def run(jobs: Sequence[Job], cores: int) -> tuple[list[Parsed], int]:
    """Parse lists; also return how many were told to be done."""
    told: list[None] = []
    names, sizes = [name for name, _ in jobs], [len(data) for _, data in jobs]
    taken: list[int] = []

    def take(number: int) -> bytes:
        taken.append(number)
        return jobs[number][1]

    with Local(cores) as executor:
        found = list(parse_all(names, sizes, take, executor, lambda: told.append(None)))
    assert sorted(taken) == list(range(len(jobs)))
    assert [data for data, _ in found] == [data for _, data in jobs]
    return [parsed for _, parsed in found], len(told)


def words(found: Sequence[Parsed]) -> list[object]:
    """Return what can be compared."""
    return [str(one) if isinstance(one, ConfigurationError) else one for one in found]


@pytest.fixture
def _heavy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list is worth a process."""
    monkeypatch.setattr(parsing, "weigh", lambda _: 10_000_000)


@pytest.mark.usefixtures("_heavy")
def test_result_is_the_same_on_all_cores() -> None:
    """In the order of the lists, a fault of one included."""
    jobs = [("a", LIST), ("b", BINARY), ("c", LIST * 50), ("d", b"")]
    alone, told_alone = run(jobs, 1)
    together, told = run(jobs, 2)

    assert words(together) == words(alone)
    assert (told, told_alone) == (4, 4)
    assert isinstance(alone[1], ConfigurationError)


@pytest.mark.usefixtures("_heavy")
def test_list_that_ends_its_process_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said of that list alone."""
    monkeypatch.setattr(parsing, "parse_one", ending)
    jobs = [("a", LIST), ("b", FATAL), ("c", LIST * 9)]
    found, told = run(jobs, 2)

    names = [one.entries[0].list if isinstance(one, ParsedList) else one for one in found]
    assert names == ["a", LOST, "c"]
    assert told == 3


def test_texts_are_taken_when_it_is_their_turn() -> None:
    """Of many lists few are in memory; what has no bytes stays in its place."""
    taken: list[int] = []

    def take(number: int) -> bytes | str:
        taken.append(number)
        return f"no {number}" if number % 10 == 3 else LIST

    names = [str(number) for number in range(100)]
    with Local(1) as executor:
        found = parse_all(names, [len(LIST)] * 100, take, executor, lambda: None)
        for number, one in enumerate(found):
            assert number < len(taken) <= number + 2
            assert (one == f"no {number}") == (number % 10 == 3)
    assert len(taken) == 100
