"""Tests of `pipeline.run.local`: where the files of a list are looked for."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from pipeline.cache import Cache
from pipeline.clock import SimulatedClock
from pipeline.network.http_client import HttpClient
from pipeline.records.lists import ParsedList
from pipeline.run.local import in_repository
from pipeline.sources.github.door import GitHubDoor
from pipeline.sources.github.many_lists import ManyLists
from pipeline.sources.lists import File, GitHubFile, Location, Remote
from pipeline.stages.parse import parse
from tests.sources.asking import NOW, USER_AGENT


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the cache of a test in a folder of its own."""
    monkeypatch.chdir(tmp_path)


SHA = "0123456789abcdef0123456789abcdef01234567"
TEXT = "# L\n\n- [A Title of a Paper](a.pdf) [x](gone.md) [y](#l) [arXiv](https://arxiv.org/abs/2401.00001)\n"
HEADINGS = "# L\n\n[y](#l) [z](#nowhere)\n"


def look_up(
    location: Location, text: str = TEXT, status: int = 200
) -> tuple[ParsedList, list[str], list[str]]:
    """Return a list after the look-up, what was requested, and the warnings."""
    asked: list[str] = []
    tree = {"tree": [{"path": "a.pdf", "mode": "100644", "type": "blob"}], "truncated": False}

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if "/commits/" in request.url.path:
            return httpx.Response(status, text=SHA)
        return httpx.Response(200, json=tree)

    async def body() -> tuple[ParsedList, list[str]]:
        client = HttpClient(
            transport=httpx.MockTransport(answer), clock=SimulatedClock(NOW), user_agent=USER_AGENT
        )
        door = GitHubDoor(
            client, authenticated=True, api_url="https://api.github.com", longest_wait=1.0
        )
        run: Any = SimpleNamespace(warnings=[])
        async with client:
            parsed = parse(text, name="l")
            with Cache(Path("cache"), NOW) as cache:
                lists = ManyLists(door, cache, client.clock)
                found = await in_repository(run, parsed, text.encode(), location, lists)
            return found, run.warnings

    found, warnings = asyncio.run(body())
    return found, asked, warnings


def test_list_of_github_asks_for_the_tree_of_its_commit() -> None:
    """Two requests; the file of the entry has its address, the missing one is told."""
    found, asked, _ = look_up(GitHubFile("o", "r", None, "list.md"))

    assert asked == ["/repos/o/r/commits/HEAD", f"/repos/o/r/git/trees/{SHA}"]
    assert [one.url for one in found.lacking] == ["gone.md"]
    urls = [link.url for link in found.entries[0].links]
    assert f"https://github.com/o/r/blob/{SHA}/a.pdf" in urls


def test_list_of_github_with_headings_only_asks_nothing() -> None:
    """They are in the text."""
    found, asked, _ = look_up(GitHubFile("o", "r", None, "list.md"), HEADINGS)
    assert asked == []
    assert [one.url for one in found.lacking] == ["#nowhere"]


def test_silent_github_leaves_files_unchecked() -> None:
    """They stay counted, and nothing is called missing."""
    found, _, _ = look_up(GitHubFile("o", "r", None, "list.md"), status=404)
    assert found.lacking == ()
    assert found.unchecked == {"relative file": 2}


def test_list_of_another_host_is_left_alone() -> None:
    """Nobody knows how it shows Markdown."""
    found, asked, _ = look_up(Remote("https://example.org/list.md"))
    assert (found.lacking, asked) == ((), [])
    assert found.unchecked == {"heading": 1, "relative file": 2}


def test_fault_costs_the_look_up_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list has been read; what went wrong is a warning."""

    def broken(*_: object) -> None:
        raise RuntimeError("odd disk")

    monkeypatch.setattr("pipeline.run.local.on_disk", broken)
    found, _, warnings = look_up(File(tmp_path / "list.md"))
    assert len(found.entries) == 1
    assert len(warnings) == 1
    assert warnings[0].startswith("list l: ")
