"""GitHub's limits: how they are recognised, how long is waited, how much is left."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest

from pipeline.network.retry import Trouble
from pipeline.sources.answers import json_object
from pipeline.sources.github.limits import (
    Budget,
    budget_of,
    github_policy,
    limit_trouble,
    refusal_of,
    reset_wait,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DOCS = "https://docs.github.com/"


def epoch(seconds: float) -> str:
    """Return the epoch seconds of a moment after `NOW`."""
    return str(int((NOW + timedelta(seconds=seconds)).timestamp()))


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        ({"message": "Repository access blocked", "block": {"reason": "tos"}}, {}, "blocked"),
        ({"message": "Repository access blocked"}, {}, "blocked"),
        ({"block": {"reason": "dmca"}}, {"x-ratelimit-remaining": "0"}, "blocked"),
        ({"block": {"reason": "tos"}}, {"retry-after": "60"}, "blocked"),
        ({"message": "Missing or invalid User Agent string."}, {}, "bug"),
        ({"message": "You have exceeded a secondary rate limit. Wait."}, {}, "secondary"),
        ({"message": "You have triggered an abuse detection mechanism."}, {}, "secondary"),
        (
            {"message": "You have exceeded a secondary rate limit."},
            {"x-ratelimit-remaining": "0"},
            "secondary",
        ),
        ({"message": "m", "documentation_url": DOCS + "v3/#abuse-rate-limits"}, {}, "secondary"),
        ({"documentation_url": DOCS + "x#about-secondary-rate-limits"}, {}, "secondary"),
        ({"message": "API rate limit exceeded for 203.0.113.9."}, {}, "primary"),
        ({"message": "API Rate Limit Exceeded for 203.0.113.9"}, {}, "primary"),
        ({"message": "API rate limit exceeded"}, {"x-ratelimit-remaining": "9"}, "primary"),
        ({}, {"x-ratelimit-remaining": "0"}, "primary"),
        ({}, {"retry-after": "60"}, "secondary"),
        ({}, {"retry-after": "60", "x-ratelimit-remaining": "21"}, "secondary"),
    ],
)
def test_refusals_are_told_apart(
    status: int, body: dict[str, Any], headers: dict[str, str], expected: str
) -> None:
    """The block before the words, the words before the counter, the counter before the rest."""
    assert refusal_of(status, headers, body) == expected


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"message": "Resource not accessible by integration"},
        {"message": "Resource protected by organization SAML enforcement."},
        {"message": None, "documentation_url": None, "block": None},
    ],
)
def test_other_403_is_no_limit_and_other_429_is_one(body: dict[str, Any]) -> None:
    """A plain 403 says no; a plain 429 says slower."""
    assert refusal_of(403, {"x-ratelimit-remaining": "30"}, body) == "forbidden"
    assert refusal_of(429, {"x-ratelimit-remaining": "30"}, body) == "secondary"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-reset": epoch(90)}, 91.0),
        ({"x-ratelimit-reset": epoch(90), "date": "Sun, 01 Mar 2026 12:01:00 GMT"}, 31.0),
        ({"x-ratelimit-reset": epoch(-3600), "date": "Sun, 01 Mar 2026 10:59:00 GMT"}, 61.0),
        ({}, 60.0),
        ({"x-ratelimit-reset": epoch(0)}, 60.0),
        ({"x-ratelimit-reset": epoch(-90)}, 60.0),
        ({"x-ratelimit-reset": "soon"}, 60.0),
        ({"x-ratelimit-reset": "²"}, 60.0),
        ({"x-ratelimit-reset": "9" * 5000}, 60.0),
    ],
)
def test_reset_is_measured_by_the_clock_of_the_answer(
    headers: dict[str, str], seconds: float
) -> None:
    """One second more than told; a minute where nothing useful is told."""
    assert reset_wait(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("kind", "headers", "wait"),
    [
        ("primary", {"x-ratelimit-reset": epoch(90)}, 91.0),
        ("primary", {"retry-after": "5", "x-ratelimit-reset": epoch(90)}, 91.0),
        ("primary", {}, 60.0),
        ("secondary", {}, None),
        ("secondary", {"retry-after": "7"}, 7.0),
        ("secondary", {"retry-after": "Sun, 01 Mar 2026 12:00:08 GMT"}, 8.0),
        ("secondary", {"x-ratelimit-remaining": "29", "x-ratelimit-reset": epoch(9)}, None),
        ("secondary", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": epoch(9)}, 10.0),
        ("secondary", {"retry-after": "²"}, None),
        ("secondary", {"retry-after": f"Mon, 01 Jan {'9' * 30} 00:00:00 GMT"}, None),
    ],
)
def test_limit_waits_as_github_says(
    kind: Literal["primary", "secondary"], headers: dict[str, str], wait: float | None
) -> None:
    """Until the reset, or as long as Retry-After says; else our own back-off."""
    trouble = limit_trouble(kind, headers, NOW)

    assert (trouble.kind, trouble.failure, trouble.wait) == ("throttled", "throttled", wait)


def test_own_waits_are_a_minute_then_two_then_four_then_none() -> None:
    """After four refusals in a row the run leaves GitHub alone."""
    trouble = Trouble("throttled", "throttled", "x")

    waits = [github_policy(120.0).wait(trouble, attempt, 0.0) for attempt in (1, 2, 3, 4)]

    assert waits == [60.0, 120.0, 240.0, None]


@pytest.mark.parametrize(
    ("limit", "floor"), [(60, 5), (30, 5), (1000, 50), (5000, 250), (15000, 750), (100, 50)]
)
def test_floor_leaves_a_share_to_others(limit: int, floor: int) -> None:
    """5 % and at least 50, but not nearly all of the anonymous 60."""
    assert Budget(limit, 0).floor == floor
    assert Budget(limit, floor - 1).low
    assert not Budget(limit, floor).low


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-ratelimit-limit": "60", "x-ratelimit-remaining": "0"}, Budget(60, 0)),
        ({}, None),
        ({"x-ratelimit-remaining": "0"}, None),
        ({"x-ratelimit-limit": "x", "x-ratelimit-remaining": "0"}, None),
        ({"x-ratelimit-limit": "60", "x-ratelimit-remaining": "-1"}, None),
    ],
)
def test_budget_is_known_only_where_it_is_told(
    headers: dict[str, str], expected: Budget | None
) -> None:
    """Proxies drop headers, and secondary limits have none."""
    assert budget_of(headers) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b"", None),
        (b"[]", None),
        (b"null", None),
        (b"<html>", None),
        (b'{"a": 1', None),
        (b"\xff\xfe\x00", None),
        (b"[" * 200_000, None),
        (b'{"a":' * 200_000, None),
    ],
)
def test_only_objects_are_objects(body: bytes, expected: dict[str, Any] | None) -> None:
    """HTML, nothing, half an object and endless nesting are none."""
    assert json_object(body) == expected
