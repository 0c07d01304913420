"""When to ask again, and after how long."""

from datetime import UTC, datetime

import pytest

from pipeline.network.retry import (
    Backoff,
    RetryPolicy,
    Trouble,
    retry_after,
    retrying,
    trouble_of_failure,
    trouble_of_status,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 0 "}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "1.5"}, None),
        ({"retry-after": "Sun, 01 Mar 2026 12:01:30 GMT"}, 90.0),
        ({"retry-after": "Sun, 01 Mar 2026 14:01:30 +0200"}, 90.0),
        ({"retry-after": "Sun, 01 Mar 2026 12:01:30"}, 90.0),
        ({"retry-after": "Sun, 01 Mar 2026 11:00:00 GMT"}, 0.0),
        (
            {
                "retry-after": "Sun, 01 Mar 2026 10:00:30 GMT",
                "date": "Sun, 01 Mar 2026 10:00:00 GMT",
            },
            30.0,
        ),
        ({"retry-after": "9" * 400}, 999999999.0),
    ],
)
def test_retry_after_takes_seconds_and_dates(
    headers: dict[str, str], seconds: float | None
) -> None:
    """Both forms of the header are read, a date against the response's own clock."""
    assert retry_after(headers, NOW) == seconds


@pytest.mark.parametrize("status", [408, 425, 500, 502, 503, 504, 520, 522, 530])
def test_status_that_may_pass_is_transient(status: int) -> None:
    """Server errors are worth another try."""
    trouble = trouble_of_status(status, {}, NOW)

    assert trouble is not None
    assert trouble.kind == "transient"


@pytest.mark.parametrize("status", [200, 204, 301, 304, 400, 401, 403, 404, 410, 451, 501, 505])
def test_status_that_is_an_answer_is_final(status: int) -> None:
    """What a server says on purpose is not asked again."""
    assert trouble_of_status(status, {}, NOW) is None


def test_503_with_retry_after_and_429_are_throttles() -> None:
    """A server that names a time wants fewer requests, it is not broken."""
    for status in (429, 503):
        trouble = trouble_of_status(status, {"retry-after": "9"}, NOW)

        assert trouble == Trouble("throttled", "throttled", f"HTTP {status}", 9.0)


@pytest.mark.parametrize("kind", ["dns", "connect", "timeout", "reset", "protocol", "proxy"])
def test_failure_below_http_is_transient(kind: str) -> None:
    """Broken connections are worth another try."""
    assert trouble_of_failure(kind, "x").kind == "transient"  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["tls", "refused-address", "invalid-url", "offline", "budget"])
def test_failure_that_does_not_pass_is_refused(kind: str) -> None:
    """A bad certificate or a private address is the same a second later."""
    assert trouble_of_failure(kind, "x").kind == "refused"  # type: ignore[arg-type]


def test_backoff_grows_to_its_cap_with_jitter() -> None:
    """Waits double, stop growing at the cap, and are never shorter than their base."""
    backoff = Backoff(first=5, factor=3, cap=40, jitter=0.1)

    assert [backoff.seconds(n, 0.0) for n in (1, 2, 3, 4)] == [5, 15, 40, 40]
    assert backoff.seconds(1, 0.5) == pytest.approx(5.25)


@pytest.mark.parametrize(
    ("trouble", "attempt", "wait"),
    [
        (Trouble("transient", "server-error", "x"), 1, 2.0),
        (Trouble("transient", "server-error", "x"), 2, 4.0),
        (Trouble("transient", "server-error", "x"), 3, None),
        (Trouble("throttled", "throttled", "x"), 1, 30.0),
        (Trouble("throttled", "throttled", "x", 5.0), 1, 30.0),
        (Trouble("throttled", "throttled", "x", 0.0), 2, 60.0),
        (Trouble("throttled", "throttled", "x", 45.0), 1, 45.0),
        (Trouble("transient", "server-error", "x", 0.0), 1, 2.0),
        (Trouble("throttled", "throttled", "x", 61.0), 1, None),
        (Trouble("refused", "forbidden", "x"), 1, None),
        (Trouble("stop", "forbidden", "x"), 1, None),
    ],
)
def test_policy_decides_on_the_wait(trouble: Trouble, attempt: int, wait: float | None) -> None:
    """A server's wish counts up to the cap; above it, nothing is slept."""
    policy = RetryPolicy(attempts=3, transient=Backoff(2.0), longest_wait=60.0)

    assert policy.wait(trouble, attempt, 0.0) == wait


@pytest.mark.anyio
async def test_retrying_returns_the_last_result_and_sleeps_between() -> None:
    """The loop tries as often as the policy says and hands back what came last."""
    slept: list[float] = []
    results = iter([1, 2, 3, 4])

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def call() -> int:
        return next(results)

    def trouble_of(_: int) -> Trouble:
        return Trouble("transient", "server-error", "x")

    policy = RetryPolicy(attempts=3, transient=Backoff(2.0))
    last: int = await retrying(policy, trouble_of, sleep, lambda: 0.0)(call)

    assert (last, slept) == (3, [2.0, 4.0])


@pytest.mark.anyio
async def test_retrying_lets_a_fault_of_ours_through() -> None:
    """An exception is a bug, not an answer: it is not repeated."""
    calls = []

    async def sleep(seconds: float) -> None:
        raise AssertionError(seconds)

    async def call() -> int:
        calls.append(1)
        raise KeyError("bug")

    with pytest.raises(KeyError):
        await retrying(RetryPolicy(), lambda _: None, sleep)(call)

    assert calls == [1]


def test_trouble_says_what_happened() -> None:
    """In the words of reports."""
    assert trouble_of_status(502, {}, NOW) == Trouble("transient", "server-error", "HTTP 502")
    assert trouble_of_failure("reset", "broken") == Trouble("transient", "reset", "broken")
    assert trouble_of_failure("tls", "expired") == Trouble("refused", "tls", "expired")
