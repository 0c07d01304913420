"""What a check remembers that writes no file."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from pipeline.cache import Cache
from pipeline.enrich import Result, enrich
from pipeline.progress import Silent
from pipeline.records.links import LinkHistory
from pipeline.run.memory import KEY, Memory, joined, keep, recalled
from pipeline.sandbox import transport
from pipeline.sandbox.transport import SandboxTransport
from pipeline.settings.loading import load

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def entry(number: int = 1, url: str = "https://lab.example/") -> LinkHistory:
    """Return what is remembered of a link that failed so often."""
    return LinkHistory(
        url=url,
        last_verdict="failing",
        reason_code="timeout",
        first_failed_at=NOW,
        last_failed_at=NOW,
        consecutive_failures=number,
    )


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    """An empty cache."""
    with Cache(tmp_path / "cache", NOW) as cache:
        yield cache


def test_what_is_kept_is_recalled(cache: Cache) -> None:
    """History and doubts, and nothing where there is none."""
    assert recalled(cache) == Memory()

    past = entry()
    keep(cache, {past.url: past}, ["b.example", "a.example", "b.example"], NOW)

    memory = recalled(cache)
    assert memory.doubted == ("a.example", "b.example")
    assert joined({}, memory) == {past.url: past}


@pytest.mark.parametrize("value", [None, 1, "x", {"history": 1}, {"doubted": "x"}, []])
def test_damaged_memory_is_none(cache: Cache, value: object) -> None:
    """It costs a doubt, never a run."""
    cache.put(KEY, value, NOW)

    assert recalled(cache) == Memory()


def test_files_and_memory_are_joined_as_two_branches_are(cache: Cache) -> None:
    """The longer memory of a failure counts."""
    ours, theirs = entry(1), entry(3)
    other = entry(url="https://other.example/")
    keep(cache, {theirs.url: theirs}, (), NOW)

    both = joined({ours.url: ours, other.url: other}, recalled(cache))

    assert both[ours.url].consecutive_failures == 3
    assert both[other.url] == other


LIST = "- [A page of a project](https://hanging.example/page)\n- [Here](https://here.example/)\n"


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> None:
    """A web in which one page never answers."""

    class Hanging(SandboxTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await asyncio.sleep(0)
            if request.url.host == "hanging.example":
                raise httpx.ReadTimeout("no answer")
            return httpx.Response(200, html="<title>A page</title>" + "<p>words</p>" * 100)

    monkeypatch.setattr(transport, "SandboxTransport", Hanging)
    monkeypatch.setattr("pipeline.wiring._is_outside", lambda _: False)


def checked(
    folder: Path, stage: str = "check", **flags: object
) -> tuple[Result, dict[str, object]]:
    """Check a list in the sandbox; return the line about the page that hangs."""
    (folder / "mine.md").write_text(LIST, encoding="utf-8")
    given = {"sandbox": True, "out": folder / "out", "cache_dir": folder / "cache", **flags}
    result = enrich(load(given), [str(folder / "mine.md")], until=stage, progress=Silent())
    rows = map(json.loads, result.lines)
    return result, next((row for row in rows if "hanging" in row["url"]), {})


@pytest.mark.usefixtures("hanging")
def test_second_check_knows_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A week of checks ends as a week of runs does, and no file is written."""
    clock = "pipeline.wiring.SystemClock.now"
    start, said = datetime.now(UTC), []
    for day in (0, 4, 8):
        monkeypatch.setattr(clock, lambda _, day=day: start + timedelta(days=day))
        _, row = checked(tmp_path)
        said.append((row["verdict"], row["consecutive_failures"]))

    assert said == [("failing", 1), ("failing", 2), ("dead", 3)]
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("hanging")
def test_run_that_writes_files_goes_by_them(tmp_path: Path) -> None:
    """Its history is a file that people commit: what a cache holds is none of it."""
    checked(tmp_path)
    checked(tmp_path, "enrich")

    history = (tmp_path / "out/history/links.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["consecutive_failures"] for line in history.splitlines()] == [1]
