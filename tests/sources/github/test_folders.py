"""The lists of a folder on GitHub, or of those that a pattern matches."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from pipeline.clock import SimulatedClock
from pipeline.network.http_client import HttpClient
from pipeline.records.outcomes import Failed
from pipeline.sources.github.folders import lists_in
from pipeline.sources.lists import GitHubFile, GitHubFolder, ListSource, find_lists

API = "https://api.github.com"
PATHS = ["LICENSE.md", "README.md", "docs/README.md", "docs/a.md", "docs/deep/b.md", "src/x.py"]
TREE = {"tree": [{"path": path, "type": "blob"} for path in PATHS], "truncated": False}

DOCS = {"o/r/docs": "docs/README.md", "o/r/docs/a": "docs/a.md"}


async def found(
    source: ListSource, answer: Callable[[httpx.Request], httpx.Response]
) -> tuple[list[ListSource] | Failed, list[str]]:
    """Return the lists of a source, and what was said."""
    said: list[str] = []
    clock = SimulatedClock(datetime(2026, 3, 1, tzinfo=UTC))
    transport = httpx.MockTransport(answer)
    async with HttpClient(transport=transport, clock=clock, user_agent="x") as client:
        return await lists_in(source, client, API, said.append), said


def tree(content: Any = None) -> Callable[[httpx.Request], httpx.Response]:
    """Return a GitHub that has these files."""
    return lambda _: httpx.Response(200, json=content or TREE)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "lists"),
    [
        ("docs", DOCS | {"o/r/docs/deep/b": "docs/deep/b.md"}),
        ("docs/deep/", {"o/r/docs/deep/b": "docs/deep/b.md"}),
        ("docs/*.md", DOCS),
        ("**/b.md", {"o/r/docs/deep/b": "docs/deep/b.md"}),
        ("[R]*.md", {"o/r": "README.md"}),
    ],
)
async def test_folder_or_pattern_gives_its_lists(path: str, lists: dict[str, str]) -> None:
    """Each is called by its path in the repository; it takes one request."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json=TREE)

    (source,) = find_lists([f"github:o/r@v1:{path}"], {})
    got, _ = await found(source, answer)

    assert not isinstance(got, Failed)
    assert {one.name: one.location for one in got} == {
        name: GitHubFile("o", "r", "v1", file) for name, file in lists.items()
    }
    assert asked == [f"{API}/repos/o/r/git/trees/v1?recursive=1"]


@pytest.mark.anyio
async def test_configured_folder_names_its_lists() -> None:
    """By the configured name and the path below the folder."""
    (source,) = find_lists([], {"mine": ["https://github.com/o/r/tree/main/docs"]})
    got, _ = await found(source, tree())

    assert not isinstance(got, Failed)
    assert [one.name for one in got] == ["mine", "mine/a", "mine/deep/b"]


@pytest.mark.anyio
async def test_file_without_a_suffix_is_a_list() -> None:
    """What looks like a folder may be one file."""
    (source,) = find_lists(["github:o/r:PAPERS"], {})
    got, said = await found(source, tree({"tree": [{"path": "PAPERS", "type": "blob"}]}))

    assert got == [ListSource("o/r/PAPERS", GitHubFile("o", "r", None, "PAPERS"), found=True)]
    assert said == []


@pytest.mark.anyio
async def test_what_is_left_out_is_said() -> None:
    """Files that are no lists, and that GitHub names only a part."""
    (source,) = find_lists(["https://github.com/o/r/tree/main"], {})
    _, said = await found(source, tree({**TREE, "truncated": True}))

    assert said == [
        "not read as lists: LICENSE.md",
        "GitHub names only a part of this repository's files",
    ]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "answer", "words"),
    [
        ("src", tree(), "no list in the repository"),
        ("*.rst", tree(), "no list in the repository"),
        ("docs", tree({"tree": [{"path": "docs/../../x.md", "type": "blob"}]}), "no list"),
        ("docs", tree({"tree": [{"path": 3, "type": "blob"}, "x"]}), "no list"),
        ("docs", tree({"tree": "?"}), "no list"),
        ("docs", lambda _: httpx.Response(404), "404"),
    ],
)
async def test_folder_without_a_list_is_a_failure_record(
    path: str, answer: Callable[[httpx.Request], httpx.Response], words: str
) -> None:
    """With the reason; an answer that leads out of the repository is not followed."""
    (source,) = find_lists([f"github:o/r:{path}"], {})
    got, _ = await found(source, answer)

    assert isinstance(got, Failed)
    assert words in got.reason


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("", ["o/r", "o/r/data/own"]),
        ("**/*.md", ["o/r", "o/r/data/own"]),
        ("data/**/*.md", ["o/r/data/own"]),
        ("data/exports/markdown/*.md", ["o/r/data/exports/markdown/w"]),
        ("data/exports/markdown", ["o/r/data/exports/markdown/w"]),
    ],
)
async def test_results_in_a_repository_are_no_lists(path: str, names: list[str]) -> None:
    """A workflow may commit them; a folder of them that is named is read."""
    committed = ["catalog/catalog.jsonl", "exports/markdown/w.md", "reports/report.md", "own.md"]
    paths = ["README.md", *(f"data/{one}" for one in committed)]
    source = ListSource("o/r:", GitHubFolder("o", "r", None, path))
    got, said = await found(
        source, tree({"tree": [{"path": one, "type": "blob"} for one in paths]})
    )

    assert not isinstance(got, Failed)
    assert [one.name for one in got] == names
    assert said == []


@pytest.mark.anyio
async def test_off_line_a_folder_is_a_failure_record() -> None:
    """Nothing is asked; what is no folder stays as it is."""
    (folder, file) = find_lists(["github:o/r:docs", "github:o/other"], {})

    assert isinstance(await lists_in(folder, None, API, print), Failed)
    assert await lists_in(file, None, API, print) == [file]
