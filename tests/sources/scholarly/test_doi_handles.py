"""The handle server of DOIs: pace, failures, what its codes mean (bodies made by hand)."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import pytest

from pipeline.clock import SimulatedClock
from pipeline.network.http_client import HttpClient
from pipeline.network.retry import TroubleKind
from pipeline.network.service import Answer
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.sources import HandleRecord
from pipeline.sources.scholarly.doi_handles import DoiHandleSource, classify, outcome_of
from tests.sources.asking import NOW, ask_all

DOI = "10.1145/1.2"
PAGE = "https://publisher.example/1"
UNKNOWN = httpx.Response(404, json={"responseCode": 100, "handle": DOI})


def handle(url: Any = PAGE, code: int = 1) -> dict[str, Any]:
    """Return a handle record."""
    value = {"index": 1, "type": "URL", "data": {"format": "string", "value": url}, "ttl": 86400}
    return {"responseCode": code, "handle": DOI, "values": [value]}


async def fetch(
    handler: Callable[[httpx.Request], httpx.Response], keys: Sequence[str]
) -> tuple[dict[str, Outcome[HandleRecord]], HttpClient, SimulatedClock]:
    """Ask a source over `handler` for all keys."""
    return await ask_all(DoiHandleSource, handler, keys)


@pytest.mark.anyio
async def test_one_small_request_for_a_doi_and_none_for_the_publisher() -> None:
    """Three DOIs are three requests, a quarter of a second apart."""
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json=handle())

    found, client, clock = await fetch(handler, [DOI, "10.1/b", "10.1000/c", DOI])

    assert asked[0] == "https://doi.org/api/handles/10.1145/1.2?type=URL"
    assert found[DOI] == Found(value=HandleRecord(doi=DOI, url=PAGE))
    assert client.requests == {"doi": len(asked)}
    assert clock.monotonic() == pytest.approx(0.25 * (len(asked) - 1))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("doi", "path"),
    [
        ("10.1016/s0004-3702(02)00121-2", "10.1016/s0004-3702%2802%2900121-2"),
        ("10.1000/a?b", "10.1000/a%3Fb"),
        ("10.1000/a%b", "10.1000/a%25b"),
    ],
)
async def test_doi_is_escaped_once(doi: str, path: str) -> None:
    """Old DOIs hold signs that end a URL's path; the slash stays."""
    asked: list[bytes] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path)
        return httpx.Response(200, json=handle())

    await fetch(handler, [doi])

    assert asked == [f"/api/handles/{path}?type=URL".encode()]


@pytest.mark.anyio
@pytest.mark.parametrize("key", ["", "../x", "10.48550/arxiv.2305.00447", "https://doi.org/10.1/a"])
async def test_what_is_no_doi_is_not_asked(key: str) -> None:
    """A key that could be another path is not sent; arXiv's own DOIs are arXiv's to judge."""
    found, client, _ = await fetch(lambda _: httpx.Response(500), [key])

    assert not client.requests
    assert isinstance(found[key], Missing)


@pytest.mark.anyio
async def test_unknown_doi_is_asked_again_past_the_cache() -> None:
    """The registration agency's own server confirms it."""
    queries: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        queries.append(request.url.query.decode())
        return UNKNOWN

    found, _, _ = await fetch(handler, [DOI])

    assert queries == ["type=URL", "type=URL&auth=true"]
    missing = found[DOI]
    assert isinstance(missing, Missing)
    assert missing.confirmed


@pytest.mark.anyio
async def test_new_doi_that_the_cache_does_not_know_yet_is_found() -> None:
    """The agency's own server is right."""
    replies = iter([UNKNOWN, httpx.Response(200, json=handle())])
    found, _, _ = await fetch(lambda _: next(replies), [DOI])

    assert isinstance(found[DOI], Found)


@pytest.mark.anyio
async def test_second_question_without_an_answer_confirms_nothing() -> None:
    """It was said once."""
    replies = iter([UNKNOWN])
    found, _, _ = await fetch(lambda _: next(replies, httpx.Response(500)), [DOI])

    missing = found[DOI]
    assert isinstance(missing, Missing)
    assert not missing.confirmed


@pytest.mark.anyio
async def test_retry_after_is_kept() -> None:
    """doi.org says how long."""
    replies = iter([httpx.Response(429, headers={"Retry-After": "20"})])
    found, _, clock = await fetch(
        lambda _: next(replies, httpx.Response(200, json=handle())), [DOI]
    )

    assert isinstance(found[DOI], Found)
    assert clock.monotonic() == pytest.approx(20.0, abs=1.0)


@pytest.mark.anyio
async def test_server_that_is_down_is_given_up_soon() -> None:
    """Nothing is learned, nothing is blamed, and the run goes on."""
    keys = [f"10.1000/{number}" for number in range(50)]
    found, client, clock = await fetch(lambda _: httpx.Response(502), keys)

    assert client.requests["doi"] <= 6
    assert clock.monotonic() < 60.0
    assert all(isinstance(outcome, Failed) for outcome in found.values())


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b'{"responseCode": 1}', None),
        (200, b'{"responseCode": 200}', None),
        (404, b'{"responseCode": 200}', None),
        (404, b'{"responseCode": 100}', None),
        (200, b'{"responseCode": 100}', "transient"),
        (404, b'{"responseCode": 1}', "transient"),
        (404, b"<html>not found", "transient"),
        (200, b'{"responseCode": 2}', "transient"),
        (200, b'{"responseCode": "1"}', "transient"),
        (200, b"[]", "transient"),
        (500, b'{"responseCode": 2}', "transient"),
        (503, b"", "transient"),
        (429, b"", "throttled"),
        (403, b"", "stop"),
        (400, b"", "refused"),
    ],
)
def test_classify_tells_an_answer_from_a_fault(
    status: int, body: bytes, kind: TroubleKind | None
) -> None:
    """A 404 counts only in the handle server's own words."""
    trouble = classify(Answer("GET", "u", status=status, body=body), NOW)

    assert (trouble.kind if trouble else None) == kind


@pytest.mark.parametrize(
    ("values", "url"),
    [
        (handle()["values"], PAGE),
        ([{"type": "HS_ADMIN", "data": {"value": {}}}, *handle()["values"]], PAGE),
        (handle("javascript:alert(1)")["values"], None),
        (handle(7)["values"], None),
        ([], None),
        (None, None),
        ([None, {"type": "URL"}, {"type": "URL", "data": 1}], None),
    ],
)
def test_address_is_taken_where_there_is_one(values: Any, url: str | None) -> None:
    """A DOI without a usable address is registered all the same."""
    body = json.dumps({"responseCode": 1, "values": values}).encode()

    found = outcome_of(DOI, Answer("GET", "u", status=200, body=body))

    assert found == Found(value=HandleRecord(doi=DOI, url=url))
