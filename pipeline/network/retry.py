"""
When to ask again, and after how long: the only place that says so. Pure but for the sleep given.

A service that knows better than `trouble_of_status` (arXiv's `Rate exceeded.` with status 200,
GitHub's several kinds of 403) hands its own classifier to the client.
"""

import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal, TypeVar

from tenacity import AsyncRetrying, RetryCallState

from pipeline.records.outcomes import FailureKind

T = TypeVar("T")

TroubleKind = Literal["throttled", "transient", "stop", "refused"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """
    Why an answer cannot be used.

    `throttled` and `transient` are worth another try, `refused` is not (this request is wrong or
    unwelcome), `stop` closes the whole service for the run (arXiv's 403, a revoked token).
    """

    kind: TroubleKind
    failure: FailureKind
    reason: str
    wait: float | None = None
    """Seconds that the server asked us to wait, where it did."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits of `first` · `factor`ⁿ seconds, at most `cap`, each up to `jitter` longer."""

    first: float
    factor: float = 2.0
    cap: float = 300.0
    jitter: float = 0.1

    def seconds(self, attempt: int, spread: float) -> float:
        """Return the wait after the `attempt`-th try (from 1); `spread` is in [0, 1)."""
        return min(self.cap, self.first * self.factor ** (attempt - 1)) * (1 + self.jitter * spread)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """
    How one service is asked again.

    Of our own wait and the one that a server asks for, the longer one holds: `Retry-After: 0`, or
    a date that is past, takes no back-off away. `longest_wait` caps what a server may ask for:
    above it, nothing is slept and the service is left alone for the rest of the run (upstream
    manuals ask for hours at times: OpenAlex 15 h).
    """

    attempts: int = 4
    transient: Backoff = field(default=Backoff(1.0, 2.0, 60.0))
    throttled: Backoff = field(default=Backoff(30.0, 2.0, 300.0))
    longest_wait: float = 120.0

    def wait(self, trouble: Trouble, attempt: int, spread: float) -> float | None:
        """Return the seconds to wait after the `attempt`-th try; None: do not try again."""
        if trouble.kind in ("refused", "stop") or attempt >= self.attempts:
            return None
        backoff = self.throttled if trouble.kind == "throttled" else self.transient
        own = backoff.seconds(attempt, spread)
        if trouble.wait is None:
            return own
        return None if trouble.wait > self.longest_wait else max(own, trouble.wait)


TRANSIENT_STATUS = frozenset({408, 425})
"""RFC 9110 15.5.9 and RFC 8470; of the 5xx (15.6) all but the `FINAL_STATUS`."""
FINAL_STATUS = frozenset({501, 505})

TRANSIENT_FAILURES: frozenset[FailureKind] = frozenset(
    {"dns", "connect", "timeout", "reset", "protocol", "proxy"}
)
"""What may pass by itself. TLS faults do not heal in seconds; refused addresses never."""


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """
    Return the seconds, never negative, that `Retry-After` (RFC 9110 10.2.3) asks for, or None.

    A date is measured against the response's own `Date`, because clocks differ.
    """
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value[:9])
    due = _http_date(value)
    return None if due is None else max(0.0, (due - server_time(headers, now)).total_seconds())


def server_time(headers: Mapping[str, str], now: datetime) -> datetime:
    """Return when an answer was given by the server's own clock (`Date`), else `now`."""
    return _http_date(headers.get("date", "")) or now


def _http_date(value: str) -> datetime | None:
    """Parse an HTTP date (RFC 9110 5.6.7); None where it is none."""
    try:
        parsed = parsedate_to_datetime(value)
    except (ValueError, IndexError, OverflowError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def trouble_of_status(status: int, headers: Mapping[str, str], now: datetime) -> Trouble | None:
    """Return what a status code means for asking again; None: the answer is final."""
    wait = retry_after(headers, now)
    if status == 429 or (status == 503 and wait is not None):
        return Trouble("throttled", "throttled", f"HTTP {status}", wait)
    if status in TRANSIENT_STATUS or (status >= 500 and status not in FINAL_STATUS):
        return Trouble("transient", "server-error", f"HTTP {status}", wait)
    return None


def trouble_of_failure(kind: FailureKind, reason: str) -> Trouble:
    """Return what a failure below HTTP means for asking again."""
    return Trouble("transient" if kind in TRANSIENT_FAILURES else "refused", kind, reason)


def retrying(
    policy: RetryPolicy,
    trouble_of: Callable[[T], Trouble | None],
    sleep: Callable[[float], Awaitable[None]],
    spread: Callable[[], float] = random.random,
) -> AsyncRetrying:
    """
    Return the tenacity loop that repeats a call while `trouble_of` its result is worth a try.

    The last result is returned. Exceptions pass through: they are faults of ours.
    """

    def seconds(state: RetryCallState) -> float | None:
        if state.outcome is None or state.outcome.failed:
            return None
        trouble = trouble_of(state.outcome.result())
        return None if trouble is None else policy.wait(trouble, state.attempt_number, spread())

    return AsyncRetrying(
        retry=lambda state: seconds(state) is not None,
        wait=lambda state: seconds(state) or 0.0,
        sleep=sleep,
    )
