"""Hugging Face's paper pages: pace, failures, the fields (bodies made by hand from the manual)."""

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
from pipeline.records.sources import HuggingFaceRecord
from pipeline.sources.scholarly.huggingface import (
    SERVICE,
    HuggingFaceSource,
    outcome_of,
    reset_after,
)
from tests.sources.asking import NOW, ask_all

KEY = "2305.00447"


def page(arxiv_id: str = KEY, **fields: Any) -> dict[str, Any]:
    """Return a paper as Hugging Face gives it."""
    return {"id": arxiv_id, "title": "A Title", "authors": [], "upvotes": 3, **fields}


async def fetch(
    handler: Callable[[httpx.Request], httpx.Response], keys: Sequence[str]
) -> tuple[dict[str, Outcome[HuggingFaceRecord]], HttpClient, SimulatedClock]:
    """Ask a source over `handler` for all keys."""
    return await ask_all(HuggingFaceSource, handler, keys)


@pytest.mark.anyio
async def test_papers_are_asked_one_by_one_at_their_pace() -> None:
    """Three papers are three requests of the API, 0.7 s apart."""
    paths: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.path)
        return httpx.Response(200, json=page(request.url.path.rpartition("/")[2]))

    keys = ["2305.00447", "2305.00448", "2305.00449"]
    found, client, clock = await fetch(handler, keys)

    assert paths == [f"/api/papers/{key}" for key in keys]
    assert clock.monotonic() == pytest.approx(1.4)
    assert client.requests == {"huggingface": 3}
    assert all(isinstance(outcome, Found) for outcome in found.values())


@pytest.mark.anyio
async def test_404_is_a_miss() -> None:
    """Nobody has put the paper there."""
    found, _, _ = await fetch(lambda _: httpx.Response(404, json={"error": "x"}), [KEY])

    assert isinstance(found[KEY], Missing)


@pytest.mark.anyio
async def test_what_is_no_id_is_not_asked() -> None:
    """A key that could be another path is not sent."""
    found, client, _ = await fetch(lambda _: httpx.Response(500), ["../models", "2305.00447v2"])

    assert not client.requests
    assert all(isinstance(outcome, Missing) for outcome in found.values())


@pytest.mark.anyio
async def test_throttled_request_waits_until_the_reset() -> None:
    """`RateLimit` says when there are requests again."""
    limit = httpx.Response(429, headers={"RateLimit": '"api";r=0;t=45'})
    replies = iter([limit])
    found, _, clock = await fetch(lambda _: next(replies, httpx.Response(200, json=page())), [KEY])

    assert isinstance(found[KEY], Found)
    assert clock.monotonic() == pytest.approx(45.0, abs=1.0)


@pytest.mark.anyio
async def test_long_pause_is_not_waited_for() -> None:
    """Above two minutes Hugging Face is left alone for the run."""
    limit = httpx.Response(429, headers={"RateLimit": '"api";r=0;t=290'})
    found, client, clock = await fetch(lambda _: limit, [KEY, "2305.00448"])

    assert client.requests["huggingface"] == 1
    assert clock.monotonic() < 1.0
    assert all(isinstance(outcome, Failed) for outcome in found.values())


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ('"api";r=0;t=173', 173.0),
        ('"api"; r=0; t=5', 5.0),
        ('"api";r=0', None),
        ('"api";r=0;t=soon', None),
        ("", None),
        (";" * 10_000, None),
    ],
)
def test_reset_is_read_from_the_rate_limit(header: str, seconds: float | None) -> None:
    """What cannot be read says nothing."""
    assert reset_after({"ratelimit": header}) == seconds


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b'{"id": "2305.00447"}', None),
        (404, b"", None),
        (200, b"<html>", "transient"),
        (200, b"{}", "transient"),
        (200, b"[]", "transient"),
        (503, b"", "transient"),
        (429, b"", "throttled"),
        (401, b"", "stop"),
        (403, b"", "stop"),
        (400, b"", "refused"),
    ],
)
def test_classify_tells_an_answer_from_a_fault(
    status: int, body: bytes, kind: TroubleKind | None
) -> None:
    """Only JSON with an id, or 404, is an answer."""
    trouble = SERVICE.classify(Answer("GET", "u", status=status, body=body), NOW)

    assert (trouble.kind if trouble else None) == kind


def outcome(**fields: Any) -> Outcome[HuggingFaceRecord]:
    """Return what is read from a page."""
    return outcome_of(KEY, Answer("GET", "u", status=200, body=json.dumps(page(**fields)).encode()))


def test_record_maps_every_field() -> None:
    """The repository by its name, in the case in which it was given."""
    found = outcome(
        githubRepo="https://github.com/SAI990323/TALLRec",
    )

    assert isinstance(found, Found)
    assert found.value == HuggingFaceRecord(
        arxiv_id=KEY,
        title="A Title",
        github_repo="SAI990323/TALLRec",
    )


@pytest.mark.parametrize("url", [None, "", "https://gitlab.com/a/b", "javascript:x", "x"])
def test_what_is_no_repository_is_left_out(url: str | None) -> None:
    """The field is what somebody typed."""
    found = outcome(githubRepo=url)

    assert isinstance(found, Found)
    assert found.value.github_repo is None


def test_page_of_another_paper_is_no_answer() -> None:
    """The id must be the one that was asked."""
    assert isinstance(outcome(arxiv_id="2305.00448"), Missing)


def test_page_of_another_shape_is_a_failure() -> None:
    """What cannot be read is said so."""
    assert isinstance(outcome(title=["many"]), Failed)
