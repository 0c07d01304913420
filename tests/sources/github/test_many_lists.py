"""Many lists of GitHub's: as by REST, in few queries, and none of those that are as they were."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline.cache import Cache
from pipeline.clock import SimulatedClock
from pipeline.links.local import Commit
from pipeline.network.http_client import HttpClient
from pipeline.records.outcomes import Failed
from pipeline.sandbox import SANDBOX_TOKEN
from pipeline.sandbox.github import GitHub
from pipeline.sandbox.repository_files import Snapshot
from pipeline.sandbox.world import Repository
from pipeline.sources.github.door import GitHubDoor
from pipeline.sources.github.many_lists import ManyLists
from pipeline.sources.github.trees import commit_of
from pipeline.sources.list_bytes import read
from pipeline.sources.lists import GitHubFile

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
API = "https://api.github.com"
TEXT = b"# L\n\n- [Paper](https://arxiv.org/abs/2401.00001)\n"


@dataclass
class World:
    """GitHub with files, and what was asked; `answers` come first, by path."""

    files: dict[str, Snapshot]
    trouble: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Former names by new ones."""
    answers: dict[str, list[httpx.Response]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        known = {}
        for name in [*self.files, *self.trouble]:
            known[name] = repository = Repository(name)
            if name in self.names:
                known[self.names[name]] = repository
        self._github = GitHub(known, self.trouble, None, self.files)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.asked.append(request.url.path)
        if first := self.answers.get(request.url.path):
            return first.pop(0)
        return self._github(request, NOW)

    def of(self, path: str) -> int:
        """Return how often a path was asked."""
        return self.asked.count(path)

    def read(self) -> list[str]:
        """Return what was asked so far, which is then forgotten."""
        asked, self.asked = self.asked, []
        return asked


Content = bytes | Failed


@dataclass
class Read:
    """What came of reading lists."""

    contents: dict[GitHubFile, Content] = field(default_factory=dict)
    commits: dict[GitHubFile, Commit | None] = field(default_factory=dict)


@asynccontextmanager
async def door(world: World, token: str | None = SANDBOX_TOKEN) -> AsyncIterator[GitHubDoor]:
    """Open the way to a world."""
    client = HttpClient(
        transport=httpx.MockTransport(world),
        clock=SimulatedClock(NOW),
        user_agent="lists/1",
        credentials={"api.github.com": token} if token else {},
    )
    async with client:
        authenticated = token is not None
        yield GitHubDoor(client, authenticated=authenticated, api_url=API, longest_wait=120.0)


async def read_many(
    world: World,
    files: Sequence[GitHubFile],
    folder: Path,
    token: str | None = SANDBOX_TOKEN,
    *,
    commits: bool = False,
) -> Read:
    """Read lists as a run does: many at once, and by REST what is left."""
    found = Read()
    async with door(world, token) as way:
        with Cache(folder, NOW) as cache:
            lists = ManyLists(way, cache, SimulatedClock(NOW))
            async for file, data in lists.read(files):
                assert file not in found.contents
                found.contents[file] = data
            for file in files:
                if file not in found.contents:
                    content = await read(file, way.client, API)
                    if isinstance(content, bytes):
                        lists.keep(file, content)
                    found.contents[file] = content
            for file in files if commits else ():
                found.commits[file] = await lists.commit(file)
    return found


async def read_by_rest(world: World, files: Iterable[GitHubFile]) -> Read:
    """Read each list by itself."""
    found = Read()
    async with door(world) as way:
        for file in files:
            found.contents[file] = await read(file, way.client, API)
            found.commits[file] = await commit_of(way.client, API, file)
    return found


def shown(read: Read) -> list[tuple[GitHubFile, object, object]]:
    """Return what is known of each list, so that two ways to read it can be compared."""

    def place(commit: Commit | None) -> object:
        return commit and (commit.name, commit.digest, commit.address("a.pdf"), tree(commit))

    def tree(commit: Commit) -> object:
        return commit.tree and {at: commit.tree.folder(at) for at in ("", "docs", ".github")}

    return sorted(
        ((file, read.contents[file], place(read.commits[file])) for file in read.contents), key=repr
    )


def plain(count: int, **others: bytes) -> World:
    """Return repositories `o/r0`, `o/r1` and so on, each with its README."""
    files = {name.replace("_", "."): data for name, data in others.items()}
    return World(
        {f"o/r{n}": Snapshot({"README.md": TEXT + b"%d\n" % n, **files}) for n in range(count)}
    )


def readmes(count: int) -> list[GitHubFile]:
    """Return the lists of `plain(count)`."""
    return [GitHubFile("o", f"r{n}") for n in range(count)]


# --- the same by both ways --------------------------------------------------------------------

LARGE = b"".join(b"- [Paper %d](https://arxiv.org/abs/2401.00001)\n" % n for n in range(14_000))
OTHER = TEXT + b"other\n"
REPOSITORIES = {
    "o/plain": Snapshot({"README.md": TEXT, "a.pdf": b"%PDF", "docs/b.md": OTHER}),
    "o/lower": Snapshot({"readme.markdown": TEXT}),
    "o/rst": Snapshot({"README.rst": TEXT}),
    "o/bare": Snapshot({"README": TEXT}),
    "o/languages": Snapshot({"README.md": TEXT, "README.zh.md": OTHER, "readme_de.md": OTHER}),
    "o/only-language": Snapshot({"README.zh.md": OTHER}),
    "o/several": Snapshot({"README.md": TEXT, "README.rst": OTHER}),
    "o/odd": Snapshot({"readme.exe": TEXT}),
    "o/hidden": Snapshot({"README.md": OTHER, ".github/README.md": TEXT}),
    "o/hidden-other": Snapshot({"README.md": TEXT, ".github/FUNDING.yml": b"x"}),
    "o/docs": Snapshot({"docs/README.md": TEXT}),
    "o/none": Snapshot({"list.md": TEXT}),
    "o/folder": Snapshot({"README.md/list.md": TEXT}),
    "o/empty": Snapshot(),
    "o/link": Snapshot(
        {"README.md": b"docs/b.md", "docs/b.md": TEXT, "c.md": b"docs/b.md"},
        links=frozenset({"README.md", "c.md"}),
    ),
    "o/binary": Snapshot({"README.md": b"\x89PNG\0\0" + TEXT}),
    "o/latin": Snapshot({"README.md": TEXT + "Müller".encode("latin-1")}),
    "o/utf-16": Snapshot({"README.md": TEXT.decode().encode("utf-16")}),
    "o/mark": Snapshot({"README.md": b"\xef\xbb\xbf" + TEXT}),
    "o/lines": Snapshot({"README.md": TEXT.replace(b"\n", b"\r\n")}),
    "o/nothing": Snapshot({"README.md": b""}),
    "o/large": Snapshot({"README.md": LARGE}),
    "o/names": Snapshot({'a "b" {c}.md': TEXT, "论文.md": OTHER, "d/ü/e.md": TEXT}),
    "o/refs": Snapshot({"README.md": TEXT, "a/b.md": OTHER}, tags=frozenset({"v1.0"})),
    "o/new-name": Snapshot({"README.md": TEXT}),
}
TROUBLE = dict.fromkeys(("o/missing", "o/blocked", "o/legal", "o/forbidden", "o/private"))


def trouble() -> dict[str, Any]:
    """Return repositories that cannot be read, each for its own reason."""
    return {name: name.removeprefix("o/") for name in TROUBLE}


LISTS = [
    *(GitHubFile(*name.split("/")) for name in (*REPOSITORIES, *trouble(), "o/never", "O/Plain")),
    GitHubFile("o", "old-name"),
    GitHubFile("o", "old-name", None, "README.md"),
    GitHubFile("o", "plain", None, "docs/b.md"),
    GitHubFile("o", "plain", None, "Docs/b.md"),
    GitHubFile("o", "plain", None, "docs/none.md"),
    GitHubFile("o", "plain", None, "/docs/b.md"),
    GitHubFile("o", "plain", None, "docs//b.md"),
    GitHubFile("o", "folder", None, "README.md"),
    GitHubFile("o", "link", None, "c.md"),
    GitHubFile("o", "names", None, 'a "b" {c}.md'),
    GitHubFile("o", "names", None, "论文.md"),
    GitHubFile("o", "names", None, "d/ü/e.md"),
    *(
        GitHubFile("o", "refs", ref, path)
        for ref in ("main", "v1.0", REPOSITORIES["o/refs"].commit, "none", "HEAD~1", "a..b")
        for path in (None, "a/b.md", "c.md")
    ),
    *(GitHubFile("o", "refs", ref) for ref in ("main/", ":a", "main:a/b.md", '"){id}}#', "$e")),
    *(GitHubFile("-", name) for name in ("r", "..")),
]


def whole_world() -> World:
    """Return a GitHub with repositories of all kinds."""
    return World(REPOSITORIES, trouble(), {"o/new-name": "o/old-name"})


async def test_lists_are_read_as_by_rest(tmp_path: Path) -> None:
    """Bytes, failures and commits, of every kind of list: new, and from the cache."""
    expected = shown(await read_by_rest(whole_world(), LISTS))
    for _ in range(2):
        assert shown(await read_many(whole_world(), LISTS, tmp_path, commits=True)) == expected

    contents = [content for _, content, _ in expected]
    assert sum(isinstance(content, bytes) for content in contents) > 30
    assert sum(isinstance(content, Failed) for content in contents) > 20


@pytest.mark.parametrize(
    ("name", "path"),
    [
        *((f"o/{kind}", "README.md") for kind in ("plain", "lines", "nothing", "mark", "refs")),
        ("o/languages", "README.md"),
        ("o/hidden-other", "README.md"),
        ("o/lower", "readme.markdown"),
        ("o/rst", "README.rst"),
        ("o/bare", "README"),
        ("o/old-name", "README.md"),
        ("o/plain", None),
        ("o/names", None),
    ],
)
async def test_usual_lists_need_no_request_of_their_own(
    name: str, path: str | None, tmp_path: Path
) -> None:
    """A README where it usually is, a file by its path; renamed, or with a mark at its begin."""
    world = whole_world()
    paths = {"o/plain": "docs/b.md", "o/names": "论文.md"}
    owner, repo = name.split("/")
    file = GitHubFile(owner, repo, None, None if path else paths[name])
    found = await read_many(world, [file, *readmes(3)[:2]], tmp_path)

    assert isinstance(found.contents[file], bytes)
    assert not [asked for asked in world.asked if asked.startswith(f"/repos/{name}")]


# --- requests ---------------------------------------------------------------------------------


async def requests(
    world: World, count: int, folder: Path, token: str | None = SANDBOX_TOKEN, **options: bool
) -> list[str]:
    """Return what reading so many lists asks."""
    found = await read_many(world, readmes(count), folder, token, **options)
    for number in range(count):
        assert found.contents[GitHubFile("o", f"r{number}")] == TEXT + b"%d\n" % number
    return world.read()


@pytest.mark.parametrize(
    ("count", "first", "second"), [(3, 2, 1), (50, 3, 1), (51, 5, 2), (100, 6, 2)]
)
async def test_unchanged_lists_cost_one_query_for_fifty(
    count: int, first: int, second: int, tmp_path: Path
) -> None:
    """At first the texts come too, 25 a query."""
    world = plain(count)
    assert await requests(world, count, tmp_path) == ["/graphql"] * first
    assert await requests(world, count, tmp_path) == ["/graphql"] * second


@pytest.mark.parametrize("count", [1, 2])
async def test_one_or_two_lists_are_read_by_rest(count: int, tmp_path: Path) -> None:
    """They would cost as much by GraphQL, or more."""
    world = plain(count)
    for _ in range(2):
        asked = await requests(world, count, tmp_path)
        assert asked == [f"/repos/o/r{n}/readme" for n in range(count)]


async def test_without_a_token_there_is_rest_alone(tmp_path: Path) -> None:
    """GraphQL takes no anonymous questions."""
    asked = await requests(plain(40), 40, tmp_path, None)
    assert asked == [f"/repos/o/r{n}/readme" for n in range(40)]


async def test_what_has_changed_is_asked_for_alone(tmp_path: Path) -> None:
    """Two queries for the heads of sixty, one for the new text."""
    world = plain(60)
    await requests(world, 60, tmp_path)
    for text in (b"new", b"newer"):
        changed = {"README.md": text}
        world.files["o/r7"] = Snapshot(changed)
        found = await read_many(world, readmes(60), tmp_path)
        assert found.contents[GitHubFile("o", "r7")] == text
        assert world.read() == ["/graphql"] * 3


async def test_texts_come_in_queries_of_bounded_size(tmp_path: Path) -> None:
    """Seven lists of 400,000 bytes are two queries; larger ones are read one by one, once."""
    line = b"- [Paper](https://arxiv.org/abs/2401.00001)\n"
    files = {f"o/r{n}": Snapshot({"README.md": line * (9_000 + n)}) for n in range(7)}
    files["o/r7"] = Snapshot({"README.md": line * 40_000})
    world = World(files)
    await read_many(world, readmes(8), tmp_path)
    assert world.read() == [*["/graphql"] * 3, "/repos/o/r7/readme"]

    found = await read_many(world, readmes(8), tmp_path)
    assert world.read() == ["/graphql"]
    assert found.contents[GitHubFile("o", "r7")] == line * 40_000


async def test_unchanged_files_around_a_list_are_not_asked_for(tmp_path: Path) -> None:
    """Of a new list its commit is known already; of an unchanged repository its files too."""
    world = plain(5, a_pdf=b"%PDF")
    trees = [f"/repos/o/r{n}/git/trees/{world.files[f'o/r{n}'].commit}" for n in range(5)]
    assert await requests(world, 5, tmp_path, commits=True) == [*["/graphql"] * 2, *trees]
    assert await requests(world, 5, tmp_path, commits=True) == ["/graphql"]

    world.files["o/r0"] = Snapshot({"README.md": TEXT + b"0\n", "b.pdf": b"%PDF"})
    asked = await requests(world, 5, tmp_path, commits=True)
    assert asked == ["/graphql", f"/repos/o/r0/git/trees/{world.files['o/r0'].commit}"]


# --- faults -----------------------------------------------------------------------------------

RATE_LIMITED = {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}
SOON = {"x-ratelimit-reset": str(int(NOW.timestamp()) + 3_000), "x-ratelimit-remaining": "0"}


@pytest.mark.parametrize(
    ("answers", "queries"),
    [
        ([httpx.Response(200, json=RATE_LIMITED, headers=SOON)], 1),
        ([httpx.Response(502, text="<html>") for _ in range(9)], 5),
        ([httpx.Response(200, json={"errors": [{"message": "no such field"}]}) for _ in "1234"], 4),
        ([httpx.Response(200, json={"data": {}}) for _ in range(2)], 2),
        ([httpx.Response(200, json={"data": {f"r{n}": {} for n in range(8)}})], 1),
        ([httpx.Response(200, json={"data": {"r0": {"object": [], "first": 1}}})], 3),
    ],
)
async def test_faults_of_graphql_leave_lists_to_rest(
    answers: list[httpx.Response], queries: int, tmp_path: Path
) -> None:
    """Its limit is none of REST's; queries that GitHub gives up or does not take end."""
    world = plain(8)
    world.answers["/graphql"] = answers
    asked = await requests(world, 8, tmp_path)

    assert asked.count("/graphql") == queries
    left = 8 - (queries == 3) * 7
    assert len(asked) == queries + left


@pytest.mark.parametrize("status", [403, 429])
async def test_refusal_by_status_speaks_for_rest(status: int, tmp_path: Path) -> None:
    """Asking on while the limit is used up may end in a ban."""
    world = plain(8)
    body = {"message": "API rate limit exceeded"}
    world.answers["/graphql"] = [httpx.Response(status, json=body, headers=SOON)]
    found = await read_many(world, readmes(8), tmp_path)

    assert world.asked == ["/graphql"]
    reasons = {one.reason for one in found.contents.values() if isinstance(one, Failed)}
    assert (len(found.contents), reasons) == (8, {"GitHub's rate limit is used up"})


async def test_refused_token_is_not_sent_again(tmp_path: Path) -> None:
    """After a second look at it, GitHub is asked without."""
    world = plain(4)
    found = await read_many(world, readmes(4), tmp_path, "wrong-token")

    assert world.asked == ["/graphql", "/rate_limit", *(f"/repos/o/r{n}/readme" for n in range(4))]
    assert all(isinstance(one, bytes) for one in found.contents.values())


async def test_text_that_is_not_the_file_is_not_taken(tmp_path: Path) -> None:
    """Whatever cuts or changes it on its way: its name in git is another."""

    class Cutting(World):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            answer = super().__call__(request)
            return httpx.Response(answer.status_code, text=answer.text.replace("Paper", "Pap"))

    world = Cutting(plain(3).files)
    await read_many(world, readmes(3), tmp_path)
    assert world.asked == ["/graphql", "/graphql", *(f"/repos/o/r{n}/readme" for n in range(3))]


@pytest.mark.parametrize(
    "change",
    [
        lambda value: {**value, "packed": "eJzLSM3JyQcABiwCFQ=="},  # "hello"
        lambda value: {**value, "packed": value["packed"][:-8]},
        lambda value: {**value, "packed": "%%%"},
        lambda value: {**value, "packed": 7},
        lambda value: {"of": value["of"]},
        lambda _: ["odd"],
        lambda _: None,
    ],
)
async def test_cache_is_believed_only_where_it_proves_itself(change: Any, tmp_path: Path) -> None:
    """What somebody has written into it is no list, and no folder of one."""
    world = plain(3)
    await requests(world, 3, tmp_path, commits=True)
    with Cache(tmp_path, NOW) as cache:
        for key in ("lists:o/r1@:", "trees:o/r1"):
            stored = cache.read(key)
            assert stored is not None
            cache.put(key, change(stored.value), NOW)

    asked = await requests(world, 3, tmp_path)
    assert asked == ["/graphql"] * 2


async def test_packed_bytes_do_not_swell_beyond_a_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few kilobytes may hold gigabytes; what a list cannot be is not unpacked."""
    world = plain(3)
    await requests(world, 3, tmp_path)
    monkeypatch.setattr("pipeline.sources.github.many_lists.LARGEST_LIST", 20)
    assert await requests(world, 3, tmp_path) == ["/graphql"] * 2


async def test_names_are_variables(tmp_path: Path) -> None:
    """What a stranger has written is no part of a query."""
    queries: list[Mapping[str, Any]] = []

    class Noting(World):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            if request.url.path == "/graphql":
                queries.append(json.loads(request.content))
            return super().__call__(request)

    path = 'x") { id } #'
    file = GitHubFile("o", "odd", None, path)
    world = Noting({"o/odd": Snapshot({path: TEXT}), **plain(3).files})
    found = await read_many(world, [file, *readmes(3)], tmp_path)

    assert found.contents[file] == TEXT
    assert path in queries[0]["variables"].values()
    assert not [one for one in queries if "{ id }" in one["query"]]
