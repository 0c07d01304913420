"""Tests of `pipeline.sources.github.trees`: the files of a commit, from answers."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pipeline.clock import SimulatedClock
from pipeline.links.local import Commit
from pipeline.network.http_client import HttpClient
from pipeline.sources.github.trees import GitHubTree, commit_of
from pipeline.sources.lists import GitHubFile
from tests.sources.asking import NOW, USER_AGENT

SHA = "0123456789abcdef0123456789abcdef01234567"
API = "https://api.github.com"


def item(path: str, mode: str = "100644", kind: str = "blob") -> dict[str, str]:
    """Return an entry of a tree."""
    return {"path": path, "mode": mode, "type": kind}


ITEMS: list[Any] = [
    item("README.md"),
    item("docs", "040000", "tree"),
    item("docs/a b.md"),
    item("run.sh", "100755"),
    item("link", "120000"),
    item("lib", "160000", "commit"),
    "no entry",
    {"path": 7},
]


def ask(
    handler: Callable[[httpx.Request], httpx.Response], file: GitHubFile
) -> tuple[Commit | None, list[str]]:
    """Ask for the commit of a file; return also what was requested."""
    asked: list[str] = []

    def noted(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return handler(request)

    async def body() -> Commit | None:
        client = HttpClient(
            transport=httpx.MockTransport(noted), clock=SimulatedClock(NOW), user_agent=USER_AGENT
        )
        async with client:
            return await commit_of(client, API, file)

    return asyncio.run(body()), asked


def answers(tree: Any, digest: str = SHA) -> Callable[[httpx.Request], httpx.Response]:
    """Answer as GitHub does."""

    def handler(request: httpx.Request) -> httpx.Response:
        if "/commits/" in request.url.path:
            return httpx.Response(200, text=digest)
        return httpx.Response(200, json=tree)

    return handler


def test_two_requests_tell_all_files() -> None:
    """One for the commit, one for its tree; the README is found in it."""
    handler = answers({"tree": ITEMS, "truncated": False})
    found, asked = ask(handler, GitHubFile("o", "r", "a/b"))

    assert asked == [
        f"{API}/repos/o/r/commits/a%2Fb",
        f"{API}/repos/o/r/git/trees/{SHA}?recursive=1",
    ]
    assert found is not None
    assert (found.name, found.digest, found.at) == ("o/r", SHA, "README.md")
    assert found.tree is not None
    assert found.tree.folder("") == {
        "README.md": "file",
        "docs": "folder",
        "run.sh": "file",
        "link": "unknown",
        "lib": "unknown",
    }
    assert found.tree.folder("docs") == {"a b.md": "file"}


@pytest.mark.parametrize(
    "tree",
    [{"tree": ITEMS, "truncated": True}, {"tree": ITEMS}, {"tree": None}, [], "x"],
)
def test_tree_that_is_cut_off_or_odd_says_nothing(tree: Any) -> None:
    """The address of the commit is known all the same."""
    found, _ = ask(answers(tree), GitHubFile("o", "r", None, "docs/list.md"))
    assert found is not None
    assert (found.at, found.tree) == ("docs/list.md", None)
    assert found.address("a.pdf") == f"https://github.com/o/r/blob/{SHA}/docs/a.pdf"


@pytest.mark.parametrize("digest", ["", "main", SHA[:-1], f"{SHA}/../x", "<html>"])
def test_answer_that_is_no_commit(digest: str) -> None:
    """Nothing is built from it, and the tree is not asked for."""
    found, asked = ask(answers({}, digest), GitHubFile("o", "r"))
    assert found is None
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (("docs/README.md", "README.md", "x"), "README.md"),
        ((".github/readme.md", "README.md"), ".github/readme.md"),
        (("docs/Readme.rst",), "docs/Readme.rst"),
        (("a/README.md",), None),
    ],
)
def test_readme_is_where_github_looks_for_it(paths: tuple[str, ...], expected: str | None) -> None:
    """In `.github`, in the root, in `docs`."""
    assert GitHubTree.of(map(item, paths)).readme() == expected
