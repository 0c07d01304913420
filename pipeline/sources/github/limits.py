"""
GitHub's limits: what they look like, how long to wait, how much to leave to others.

Pure. Rules: "Rate limits for the REST API", "Rate limits and query limits for the GraphQL API" and
"Best practices for using the REST API" on docs.github.com. Every interface has a counter of its
own; their headers are never mixed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pipeline.network.retry import Backoff, RetryPolicy, Trouble, retry_after, server_time

Refusal = Literal["blocked", "bug", "secondary", "primary", "forbidden"]

UNKNOWN_WAIT = 60.0
"""Seconds, where GitHub does not say how long ("wait for at least one minute")."""

ANONYMOUS_LIMIT = 60
"""Requests an hour without a token."""


def github_policy(longest_wait: float) -> RetryPolicy:
    """
    Return how GitHub is asked again.

    After a secondary limit 60, 120, 240 s, then no more: "continuing to make requests while you are
    rate limited may result in the banning of your integration".
    """
    return RetryPolicy(
        attempts=4,
        transient=Backoff(1.0, 2.0, 60.0),
        throttled=Backoff(60.0, 2.0, 240.0),
        longest_wait=longest_wait,
    )


def refusal_of(status: int, headers: Mapping[str, str], body: Mapping[str, Any]) -> Refusal:
    """
    Tell the kinds of 403 and 429 apart.

    `block` comes first: taken for a limit, one banned repository would be waited for without end.
    The words of a secondary limit come before the counter, which may stand at 0 by chance.
    """
    message = str(body.get("message", "")).lower()
    page = str(body.get("documentation_url", ""))
    if body.get("block") or message == "repository access blocked":
        return "blocked"
    if "user agent" in message:
        return "bug"
    if is_secondary(message) or page.endswith(("#abuse-rate-limits", "secondary-rate-limits")):
        return "secondary"
    if message.startswith("api rate limit") or headers.get("x-ratelimit-remaining") == "0":
        return "primary"
    return "secondary" if "retry-after" in headers or status == 429 else "forbidden"


def is_secondary(message: str) -> bool:
    """Say whether a message (in lower case) is that of a secondary limit, old wording or new."""
    return "secondary rate" in message or "abuse detection" in message


def limit_trouble(
    kind: Literal["primary", "secondary"], headers: Mapping[str, str], now: datetime
) -> Trouble:
    """Return how long a limit asks us to wait."""
    if kind == "primary":
        wait: float | None = reset_wait(headers, now)
        return Trouble("throttled", "throttled", "GitHub's rate limit is used up", wait)
    wait = retry_after(headers, now)
    if wait is None and headers.get("x-ratelimit-remaining") == "0":
        wait = reset_wait(headers, now)
    return Trouble("throttled", "throttled", "GitHub's secondary rate limit", wait)


def reset_wait(headers: Mapping[str, str], now: datetime) -> float:
    """Return the seconds to the reset by the answer's clock, plus one as PyGithub does."""
    reset = _number(headers.get("x-ratelimit-reset"))
    left = 0.0 if reset is None else reset - server_time(headers, now).timestamp()
    return left + 1.0 if left > 0 else UNKNOWN_WAIT


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left of one counter."""

    limit: int
    remaining: int

    @property
    def floor(self) -> int:
        """Requests left to the user's other tools (docs.rs: `github_updater_min_rate_limit`)."""
        return 5 if self.limit <= ANONYMOUS_LIMIT else max(50, self.limit // 20)

    @property
    def low(self) -> bool:
        """Whether to stop asking."""
        return self.remaining < self.floor


def budget_of(headers: Mapping[str, str]) -> Budget | None:
    """Return what an answer says of its counter; None where it does not say."""
    limit = _number(headers.get("x-ratelimit-limit"))
    remaining = _number(headers.get("x-ratelimit-remaining"))
    return None if limit is None or remaining is None else Budget(limit, remaining)


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isdecimal() and len(value) <= 12 else None
