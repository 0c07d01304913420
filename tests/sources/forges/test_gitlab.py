"""GitLab: one query for many, REST for what it leaves out."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from pipeline.clock import SimulatedClock
from pipeline.network.http_client import HttpClient
from pipeline.records.outcomes import Failed, Found, Missing, Outcome, Skipped
from pipeline.records.source import answers_of
from pipeline.records.sources import RepositoryRecord
from pipeline.sources.forges.gitlab import LARGEST_BATCH, GitLabSource

NODE = {
    "id": "gid://gitlab/Project/42",
    "fullPath": "Group/Sub/Name",
    "visibility": "public",
    "archived": False,
    "starCount": 7,
    "forksCount": 2,
    "openIssuesCount": 3,
    "createdAt": "2020-01-02T03:04:05Z",
    "lastActivityAt": "2026-01-02T03:04:05Z",
    "description": "A \u202eproject",
    "topics": ["a", "a", 3],
    "languages": [{"name": "C", "share": 20.5}, {"name": "Python", "share": 79.5}],
}
REST = {
    "id": 42,
    "path_with_namespace": "new/Home",
    "star_count": 7,
    "forks_count": 2,
    "last_activity_at": "2026-01-02T03:04:05Z",
    "forked_from_project": {"path_with_namespace": "up/stream"},
}


class GitLab:
    """The service: nodes by path, answers of REST by path of the request."""

    def __init__(self, nodes: list[Any], rest: dict[str, httpx.Response] | None = None) -> None:
        self.nodes = nodes
        self.rest = rest or {}
        self.asked: list[str] = []
        self.most = 1_000

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a query, or a question about one."""
        path = request.url.raw_path.decode()
        self.asked.append(f"{request.method} {path}")
        assert "authorization" not in request.headers
        if path != "/api/graphql":
            return self.rest.get(path, httpx.Response(404, json={"message": "404 Not Found"}))
        paths = json.loads(request.content)["variables"]["paths"]
        if len(paths) > self.most:
            message = "Query has complexity of 201, which exceeds max complexity of 200"
            return httpx.Response(200, json={"errors": [{"message": message}]})
        nodes = [one for one in self.nodes if one["fullPath"].lower() in map(str.lower, paths)]
        return httpx.Response(200, json={"data": {"projects": {"nodes": nodes}}})


async def ask(
    handler: Callable[[httpx.Request], httpx.Response], *paths: str
) -> dict[str, Outcome[RepositoryRecord]]:
    """Return what the source says of paths."""
    transport = httpx.MockTransport(handler)
    clock = SimulatedClock(datetime(2026, 3, 1, tzinfo=UTC))
    async with HttpClient(transport=transport, clock=clock, user_agent="test/1") as client:
        return await answers_of(GitLabSource(client), paths)


@pytest.mark.anyio
async def test_a_project_has_its_statistics() -> None:
    """In the service's own case; the language is that of the largest share."""
    found = (await ask(GitLab([NODE]), "group/sub/name"))["group/sub/name"]

    assert isinstance(found, Found)
    assert found.value.model_dump(exclude_defaults=True) == {
        "service": "gitlab",
        "full_name": "Group/Sub/Name",
        "url": "https://gitlab.com/Group/Sub/Name",
        "id": 42,
        "stars": 7,
        "forks": 2,
        "open_issues": 3,
        "language": "Python",
        "topics": ("a",),
        "archived": False,
        "created_at": "2020-01-02T03:04:05Z",
        "pushed_at": "2026-01-02T03:04:05Z",
        "description": "A project",
    }


@pytest.mark.anyio
async def test_many_projects_are_one_request() -> None:
    """Twenty in a query."""
    gitlab = GitLab([NODE | {"fullPath": f"g/n{n}"} for n in range(45)])

    outcomes = await ask(gitlab, *(f"g/n{n}" for n in range(45)))

    assert {one.status for one in outcomes.values()} == {"found"}
    assert gitlab.asked == ["POST /api/graphql"] * 3
    assert LARGEST_BATCH == 20


@pytest.mark.anyio
async def test_a_query_that_is_too_complex_is_halved() -> None:
    """And the next ones stay small."""
    gitlab = GitLab([NODE | {"fullPath": f"g/n{n}"} for n in range(20)])
    gitlab.most = 5

    outcomes = await ask(gitlab, *(f"g/n{n}" for n in range(20)))

    assert {one.status for one in outcomes.values()} == {"found"}
    assert len(gitlab.asked) == 2 + 4


@pytest.mark.anyio
async def test_who_refuses_every_query_is_left_alone() -> None:
    """However many projects there are: a query is halved to one project, and that a few times."""
    gitlab = GitLab([])
    gitlab.most = 0

    outcomes = await ask(gitlab, *(f"g/n{n}" for n in range(300)))

    assert len(outcomes) == 300
    assert all(isinstance(one, Failed) for one in outcomes.values())
    assert len(gitlab.asked) < 10


@pytest.mark.anyio
@pytest.mark.parametrize("headers", [{}, {"location": "ftp://gitlab.com/"}])
async def test_a_redirect_to_nowhere_denies_no_project(headers: dict[str, str]) -> None:
    """The query leaves a project out, and REST says neither yes nor no."""

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(200, json={"data": {"projects": {"nodes": []}}})
        return httpx.Response(302, headers=headers, json={})

    assert isinstance((await ask(handler, "g/n"))["g/n"], Failed)


@pytest.mark.anyio
async def test_a_project_that_has_moved_is_found_under_its_new_name() -> None:
    """GraphQL leaves it out, REST redirects to its id."""
    moved = httpx.Response(301, headers={"location": "https://gitlab.com/api/v4/projects/42"})
    rest = {
        "/api/v4/projects/old%2Fname": moved,
        "/api/v4/projects/42": httpx.Response(200, json=REST),
    }
    found = (await ask(GitLab([], rest), "old/name"))["old/name"]

    assert isinstance(found, Found)
    assert (found.value.full_name, found.value.id) == ("new/Home", 42)
    assert found.value.fork_of == "up/stream"


@pytest.mark.anyio
async def test_what_neither_interface_knows_is_missing() -> None:
    """Deleted, private or misspelt: two answers agree."""
    gitlab = GitLab([NODE])
    outcomes = await ask(gitlab, "group/sub/name", "g/gone")

    gone = outcomes["g/gone"]
    assert isinstance(gone, Missing)
    assert gone.confirmed
    assert len(gitlab.asked) == 3


@pytest.mark.anyio
async def test_a_group_is_no_missing_project() -> None:
    """Its page has to be asked."""
    rest = {"/api/v4/groups/g%2Fsub?with_projects=false": httpx.Response(200, json={"id": 1})}

    assert isinstance((await ask(GitLab([], rest), "g/sub"))["g/sub"], Skipped)


@pytest.mark.anyio
async def test_a_project_for_the_eyes_of_some_is_missing() -> None:
    """Nothing of it is published."""
    gitlab = GitLab([NODE | {"visibility": "internal"}])

    assert isinstance((await ask(gitlab, "group/sub/name"))["group/sub/name"], Missing)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(403, text="<title>Just a moment...</title>"),
        httpx.Response(429, headers={"retry-after": "1"}),
        httpx.Response(503),
        httpx.Response(404, text="<html>no such page of this proxy"),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={"errors": [{"message": "no"}]}),
        httpx.Response(200, json={"data": None}),
        httpx.Response(200, json={"data": {"projects": {"nodes": [{"fullPath": "g/n"}]}}}),
        httpx.Response(302, headers={"location": "https://evil.example/"}),
    ],
)
async def test_what_is_no_answer_denies_nothing(answer: httpx.Response) -> None:
    """A wall, a limit, a fault, or a project without a visibility."""
    outcome = (await ask(lambda _: answer, "g/n"))["g/n"]

    assert isinstance(outcome, Failed) or "public" in (outcome.reason or "")


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["", "g", "g/n?x", "g/../..", "g/n\n", "a b/c"])
async def test_what_is_no_path_is_not_asked(path: str) -> None:
    """A stranger's words stay out of requests."""
    gitlab = GitLab([])

    outcome = (await ask(gitlab, path))[path]

    assert isinstance(outcome, Missing) or gitlab.asked[0] == "POST /api/graphql"
