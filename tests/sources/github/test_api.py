"""GitHub's REST interface for publishing: what is asked again, and what a refusal says."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from pipeline.clock import SimulatedClock
from pipeline.network.http_client import HttpClient
from pipeline.network.service import Answer
from pipeline.sources.github.api import (
    MAX_PAGES,
    GitHubApi,
    GitHubError,
    classify_api,
    classify_making,
    is_lost,
    refusal,
)
from pipeline.sources.github.pulls import Pulls

NOW = datetime(2026, 5, 4, tzinfo=UTC)
API = "https://api.github.com"
BASE = f"{API}/repos/octo/list"


def answer(status: int | None, message: str = "", **fields: Any) -> Answer:
    """Build an answer."""
    body = json.dumps({"message": message}).encode()
    return Answer(method="POST", url=BASE, status=status, body=body, **fields)


def limited(**headers: str) -> Answer:
    """Build the answer of a secondary limit."""
    words = "You have exceeded a secondary rate limit."
    return answer(403, words, headers={"retry-after": "60"} | headers)


def kind(answered: Answer, *, making: bool) -> str | None:
    """Return what an answer means for asking again."""
    trouble = (classify_making if making else classify_api)(answered, NOW)
    return trouble.kind if trouble else None


@pytest.mark.parametrize(
    ("answered", "repeatable", "making"),
    [
        (answer(201), None, None),
        (answer(403, "Resource not accessible by integration"), None, None),
        (answer(404), None, None),
        (answer(422), None, None),
        (limited(), "throttled", "throttled"),
        (answer(429), "throttled", "throttled"),
        (answer(500), "transient", "refused"),
        (answer(502), "transient", "refused"),
        (answer(503, headers={"retry-after": "5"}), "throttled", "refused"),
        (answer(None, failure="timeout"), "transient", "refused"),
        (answer(None, failure="reset"), "transient", "refused"),
    ],
)
def test_only_what_is_surely_not_done_is_sent_again(
    answered: Answer, repeatable: str | None, making: str | None
) -> None:
    """A limit refuses before anything is done; a server's fault may come after it."""
    assert kind(answered, making=False) == repeatable
    assert kind(answered, making=True) == making


@pytest.mark.parametrize(
    ("answered", "lost"),
    [
        (answer(201), False),
        (answer(403), False),
        (answer(422), False),
        (answer(500), True),
        (answer(504), True),
        (answer(None, failure="timeout"), True),
        (answer(None, failure="reset"), True),
        (answer(None, failure="budget"), False),
        (answer(None, failure="refused-address"), False),
    ],
)
def test_lost_answers(answered: Answer, lost: bool) -> None:
    """Those after which one has to look."""
    assert is_lost(answered) is lost


@pytest.mark.parametrize(
    ("answered", "words"),
    [
        (answer(401), "refuses the token"),
        (answer(403, "Resource not accessible by personal access token"), "`issues: write`"),
        (answer(403, "Must have admin rights to Repository."), "`issues: write`"),
        (answer(403, "Repository was archived"), "Repository was archived"),
        (answer(404), "`issues: write`"),
        (answer(410, "Issues are disabled"), "switched off"),
        (answer(422, "Validation Failed"), "HTTP 422: Validation Failed"),
        (answer(418, ""), "no reason given"),
        (answer(200, truncated=True), "too large"),
        (answer(None, failure="dns", detail="no such host name"), "no such host name"),
        (
            answer(403, "GitHub Actions is not permitted to create or approve pull requests."),
            "Allow GitHub Actions to create and approve pull requests",
        ),
    ],
)
def test_refusal_says_what_would_help(answered: Answer, words: str) -> None:
    """One sentence with what was tried and where."""
    said = refusal(answered, "open an issue", "issues: write", "octo/list")

    assert said.startswith("cannot open an issue (octo/list): ")
    assert words in said


def api(handler: Any) -> tuple[GitHubApi, list[httpx.Request]]:
    """Build the interface before a function that answers."""
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        response: httpx.Response = handler(request)
        return response

    client = HttpClient(
        transport=httpx.MockTransport(handle),
        clock=SimulatedClock(NOW),
        user_agent="tests",
        credentials={"api.github.com": "secret"},
    )
    return GitHubApi(client, api_url=API, name="octo/list"), asked


@pytest.mark.anyio
async def test_renamed_repository_is_asked_by_its_name_of_today() -> None:
    """GitHub answers the old name with a redirect to the number."""

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/repos/octo/list":
            return httpx.Response(301, headers={"Location": f"{API}/repositories/7"})
        if request.url.path == "/repositories/7":
            return httpx.Response(200, json={"full_name": "octo/new", "default_branch": "trunk"})
        return httpx.Response(200, json={})

    github, asked = api(handler)

    found = await github.repository("issues: write")
    await github.get("/issues/1", "read an issue", "issues: read")

    assert (found.name, found.default_branch) == ("octo/new", "trunk")
    assert github.name == "octo/new"
    assert str(asked[-1].url) == f"{API}/repos/octo/new/issues/1"


@pytest.mark.anyio
async def test_redirect_to_another_host_is_refused() -> None:
    """The token would go there."""
    github, asked = api(
        lambda _: httpx.Response(301, headers={"Location": "https://evil.example/repositories/7"})
    )

    with pytest.raises(GitHubError):
        await github.repository("issues: write")
    assert {request.url.host for request in asked} == {"api.github.com"}


@pytest.mark.anyio
async def test_endless_list_ends() -> None:
    """A list whose every page has a next one is read up to a limit."""
    link = {"Link": f'<{BASE}/issues?page=2>; rel="next"'}
    github, asked = api(lambda _: httpx.Response(200, json=[{"number": 1}], headers=link))

    found = [item async for item in github.items("/issues", "list", "issues: read")]

    assert len(found) == len(asked) == MAX_PAGES


@pytest.mark.anyio
@pytest.mark.parametrize("content", [b"<html>", b"[]", b'"text"', b""])
async def test_answer_that_is_no_object_is_a_refusal(content: bytes) -> None:
    """Some proxy answers in GitHub's place."""
    github, _ = api(lambda _: httpx.Response(200, content=content))

    with pytest.raises(GitHubError, match="makes no sense"):
        await github.get("/issues/1", "read an issue", "issues: read")


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["o/../../user", "o/..", "o", "", None, "o/r\n::error::x"])
async def test_repository_without_a_name_is_a_refusal(name: str | None) -> None:
    """Every further request is made of it."""
    value = {"default_branch": "main"} | ({} if name is None else {"full_name": name})
    github, asked = api(lambda _: httpx.Response(200, json=value))

    with pytest.raises(GitHubError, match="names no repository"):
        await github.repository("contents: read")
    assert len(asked) == 1


@pytest.mark.anyio
async def test_answer_without_what_it_should_hold_is_a_refusal() -> None:
    """Somebody else's server may answer anything; one sentence says so."""
    github, _ = api(lambda _: httpx.Response(200, json={"object": {}}))

    with pytest.raises(GitHubError, match="no 'sha'"):
        await Pulls(github).sha_of("main")
