"""The made-up world of a corpus: what it answers, and what its clock shows."""

import asyncio
import sys
from pathlib import Path

import pytest

from benchmarks.corpus import Shape, work
from benchmarks.corpus_world import Papers, Time
from benchmarks.many_lists import measure_world


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_run_in_the_world_asks_everything_once(tmp_path: Path) -> None:
    """It waits for arXiv by the clock of the world alone, and a day later asks little again."""
    (first, told), (second, again) = measure_world(tmp_path, Shape(lists=4, entries=24))

    assert (first.code, second.code) == (0, 0)
    assert [one.name for one in told.stages] == ["parse", "resolve", "fetch", "check"]
    assert told.requests["lists"] == again.requests["lists"] == 4
    assert told.requests["arxiv"] == 1
    assert again.requests.keys() <= {"github", "lists", "web"}
    assert told.counts.papers == told.counts.resolved + told.counts.unresolved
    assert told.counts.resolved > 12
    assert told.duration_s > 3


def test_time_passes_where_everybody_waits() -> None:
    """At once, and in the order in which things are due."""
    time, heard = Time(), list[tuple[str, float]]()

    async def wait(name: str, seconds: float) -> None:
        await time.sleep(seconds)
        heard.append((name, round(time.monotonic(), 3)))

    async def both() -> None:
        await asyncio.gather(wait("late", 3_000), wait("soon", 0.5))

    time.run(both())

    assert heard == [("soon", 0.5), ("late", 3_000.0)]


def test_papers_are_those_of_the_corpus() -> None:
    """By the id that a work of the corpus has."""
    number = next(n for n in range(20_000, 21_000) if "arxiv.org/abs" in work(n, 7).links[0])
    title, (url, _) = work(number, 7).title, work(number, 7).links

    assert Papers(7)[url.rpartition("/")[2]].title == title
    assert "1501.99999x" not in Papers(7)
