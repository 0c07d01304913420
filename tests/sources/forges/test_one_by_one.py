"""Codeberg and Bitbucket: one request for a project."""

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from pipeline.clock import SimulatedClock
from pipeline.network.http_client import HttpClient
from pipeline.records.outcomes import Failed, Found, Missing, Outcome, Skipped
from pipeline.records.source import answers_of
from pipeline.records.sources import RepositoryRecord
from pipeline.sources.forges.one_by_one import MOST_OF_BITBUCKET, OneByOne, bitbucket, codeberg

FORGEJO = {
    "id": 9,
    "full_name": "Owner/Name",
    "private": False,
    "fork": True,
    "parent": {"full_name": "up/stream", "stars_count": 90},
    "stars_count": 5,
    "forks_count": 1,
    "open_issues_count": 4,
    "language": "Rust",
    "archived": True,
    "created_at": "2021-01-02T03:04:05Z",
    "updated_at": "2026-01-02T03:04:05Z",
    "description": "Words",
    "website": "https://example.org/",
    "topics": ["t"],
    "licenses": ["MIT"],
    "html_url": "https://evil.example/",
}
BITBUCKET = {
    "full_name": "space/repo",
    "is_private": False,
    "language": "python",
    "created_on": "2015-01-02T03:04:05.678+00:00",
    "updated_on": "2020-01-02T03:04:05.678+00:00",
    "description": "",
    "website": "javascript:alert(1)",
    "parent": None,
}
Make = Callable[[HttpClient], OneByOne]


async def ask(
    make: Make, handler: Callable[[httpx.Request], httpx.Response], *paths: str
) -> dict[str, Outcome[RepositoryRecord]]:
    """Return what a source says of paths."""
    clock = SimulatedClock(datetime(2026, 3, 1, tzinfo=UTC))
    transport = httpx.MockTransport(handler)
    async with HttpClient(transport=transport, clock=clock, user_agent="test/1") as client:
        return await answers_of(make(client), paths)


@pytest.mark.anyio
async def test_codeberg_has_statistics() -> None:
    """Its address is made of its name, not taken from the answer."""
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(200, json=FORGEJO)

    found = (await ask(codeberg, handler, "owner/name"))["owner/name"]

    assert seen == ["https://codeberg.org/api/v1/repos/owner/name"]
    assert isinstance(found, Found)
    assert found.value.model_dump(exclude_defaults=True) == {
        "service": "codeberg",
        "full_name": "Owner/Name",
        "url": "https://codeberg.org/Owner/Name",
        "id": 9,
        "fork_of": "up/stream",
        "original_stars": 90,
        "stars": 5,
        "forks": 1,
        "open_issues": 4,
        "license": "MIT",
        "language": "Rust",
        "topics": ("t",),
        "archived": True,
        "created_at": "2021-01-02T03:04:05Z",
        "pushed_at": "2026-01-02T03:04:05Z",
        "description": "Words",
        "homepage": "https://example.org/",
    }


@pytest.mark.anyio
async def test_codeberg_redirects_to_the_new_name() -> None:
    """As Gitea does."""

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/owner/old"):
            return httpx.Response(301, headers={"location": "/api/v1/repos/Owner/Name"})
        return httpx.Response(200, json=FORGEJO)

    found = (await ask(codeberg, handler, "owner/old"))["owner/old"]

    assert isinstance(found, Found)
    assert found.value.full_name == "Owner/Name"


@pytest.mark.anyio
async def test_bitbucket_has_what_it_has() -> None:
    """Neither stars nor a licence."""
    found = (await ask(bitbucket, lambda _: httpx.Response(200, json=BITBUCKET), "space/repo"))[
        "space/repo"
    ]

    assert isinstance(found, Found)
    assert found.value.model_dump(exclude_defaults=True) == {
        "service": "bitbucket",
        "full_name": "space/repo",
        "url": "https://bitbucket.org/space/repo",
        "language": "python",
        "created_at": "2015-01-02T03:04:05.678+00:00",
        "pushed_at": "2020-01-02T03:04:05.678+00:00",
    }


@pytest.mark.anyio
@pytest.mark.parametrize("make", [codeberg, bitbucket])
async def test_404_is_missing_and_private_too(make: Make) -> None:
    """Neither service tells them apart; it is said once, so a second run has to confirm it."""
    private = {**FORGEJO, **BITBUCKET, "private": True, "is_private": True}

    for answer in (httpx.Response(404, json={}), httpx.Response(200, json=private)):
        outcome = (await ask(make, lambda _, a=answer: a, "o/n"))["o/n"]  # type: ignore[misc]
        assert isinstance(outcome, Missing)
        assert not outcome.confirmed


@pytest.mark.anyio
@pytest.mark.parametrize("make", [codeberg, bitbucket])
@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(401),
        httpx.Response(404, text="<html>no such page of this proxy"),
        httpx.Response(403),
        httpx.Response(429),
        httpx.Response(500),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={}),
        httpx.Response(200, json=FORGEJO | {"full_name": "<b>", "is_private": False}),
    ],
)
async def test_what_is_no_answer_denies_nothing(make: Make, answer: httpx.Response) -> None:
    """The page of the link is asked then."""
    assert isinstance((await ask(make, lambda _: answer, "o/n"))["o/n"], Failed)


@pytest.mark.anyio
async def test_bitbucket_is_asked_for_half_of_its_hour() -> None:
    """The rest waits for the next run, which begins with it."""
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json=BITBUCKET)

    outcomes = await ask(bitbucket, handler, *(f"s/r{n}" for n in range(40)))

    assert len(asked) == MOST_OF_BITBUCKET == 30
    assert sum(isinstance(one, Skipped) for one in outcomes.values()) == 10
