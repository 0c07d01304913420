"""OpenReview: one request a forum, refusals, the two forms of its fields (bodies made by hand)."""

from collections.abc import Callable, Sequence
from typing import Any

import httpx
import pytest

from pipeline.clock import SimulatedClock
from pipeline.network.http_client import HttpClient
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.sources import OpenReviewRecord
from pipeline.sources.scholarly.openreview import OpenReviewSource
from tests.sources.asking import ask_all

KEY = "aB-c_1234x"
WORDS = {"title": "A Title", "venue": "ICLR 2024 poster", "venueid": "ICLR.cc/2024/Conference"}


def wrapped(forum: str = KEY, **fields: Any) -> dict[str, Any]:
    """Return an answer of API 2."""
    content = {name: {"value": value} for name, value in (WORDS | fields).items()}
    return {"notes": [{"id": forum, "forum": forum, "content": content}], "count": 1}


def plain(forum: str = KEY) -> dict[str, Any]:
    """Return an answer of API 1."""
    return {"notes": [{"id": forum, "content": WORDS | {"authors": ["A"]}}], "count": 1}


async def fetch(
    handler: Callable[[httpx.Request], httpx.Response],
    keys: Sequence[str] = (KEY,),
    **credentials: str,
) -> tuple[dict[str, Outcome[OpenReviewRecord]], HttpClient, SimulatedClock]:
    """Ask a source over `handler` for all keys."""
    return await ask_all(OpenReviewSource, handler, keys, credentials)


@pytest.mark.anyio
async def test_a_forum_is_one_request() -> None:
    """At its pace; values are unwrapped."""
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json=wrapped(request.url.params["id"]))

    found, client, clock = await fetch(handler, [KEY, "other"])

    assert asked == [f"https://api2.openreview.net/notes?id={one}" for one in (KEY, "other")]
    assert clock.monotonic() == pytest.approx(1.0)
    assert client.requests == {"openreview": 2}
    outcome = found[KEY]
    assert isinstance(outcome, Found)
    assert outcome.value == OpenReviewRecord(id=KEY, **WORDS)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "none",
    [httpx.Response(404, json={"name": "NotFoundError"}), httpx.Response(200, json={"notes": []})],
)
async def test_what_is_older_is_asked_at_the_older_interface(none: httpx.Response) -> None:
    """Its values are not wrapped."""

    def handler(request: httpx.Request) -> httpx.Response:
        return (
            none if request.url.host == "api2.openreview.net" else httpx.Response(200, json=plain())
        )

    found, client, _ = await fetch(handler)

    outcome = found[KEY]
    assert isinstance(outcome, Found)
    assert outcome.value.venueid == "ICLR.cc/2024/Conference"
    assert client.requests == {"openreview": 2}


@pytest.mark.anyio
async def test_what_neither_shows_is_missing() -> None:
    """Deleted, or not public."""
    found, _, _ = await fetch(lambda _: httpx.Response(404, json={"name": "NotFoundError"}))

    assert isinstance(found[KEY], Missing)


@pytest.mark.anyio
@pytest.mark.parametrize("status", [401, 403])
async def test_the_first_refusal_is_the_last_request(status: int) -> None:
    """Strangers are to solve a challenge; that costs one request in a run, and no paper a word."""
    body = {"name": "ChallengeRequiredError", "message": "Challenge required", "status": status}
    found, client, _ = await fetch(lambda _: httpx.Response(status, json=body), [KEY, "b", "c"])

    assert client.requests == {"openreview": 1}
    assert {type(outcome) for outcome in found.values()} == {Failed}


@pytest.mark.anyio
async def test_the_token_goes_to_openreview() -> None:
    """As a bearer token, where one is set."""
    seen: list[str | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("authorization"))
        return httpx.Response(200, json=wrapped())

    await fetch(handler, **{"api2.openreview.net": "secret"})
    await fetch(handler)

    assert seen == ["Bearer secret", None]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "body",
    [
        {"notes": [{"id": KEY}]},
        {"notes": ["x"]},
        {"notes": [{"id": KEY, "content": []}]},
    ],
)
async def test_a_note_of_another_form_costs_its_fields(body: dict[str, Any]) -> None:
    """It fails, and nothing is called missing."""
    found, _, _ = await fetch(lambda _: httpx.Response(200, json=body))

    assert isinstance(found[KEY], Failed)


@pytest.mark.anyio
async def test_odd_values_and_other_notes_are_not_believed() -> None:
    """A venue may be a list; a reply has another id."""
    odd, _, _ = await fetch(lambda _: httpx.Response(200, json=wrapped(venue=["ICLR"])))
    other, _, _ = await fetch(lambda _: httpx.Response(200, json=wrapped("reply")))

    outcome = odd[KEY]
    assert isinstance(outcome, Found)
    assert outcome.value.venue is None
    assert isinstance(other[KEY], Missing)
