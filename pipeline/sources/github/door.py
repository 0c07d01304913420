"""
The door to GitHub's two interfaces: one lane, one token, and the limits of each.

All is serial, as GitHub's manuals ask, so every pause holds for all requests that go this way. REST
and GraphQL have counters of their own; a refusal by status (403, 429) speaks for both.
"""

from collections.abc import Mapping
from dataclasses import replace
from logging import getLogger
from typing import Literal
from urllib.parse import urlsplit

from pipeline.network.http_client import HttpClient
from pipeline.network.retry import RetryPolicy
from pipeline.network.service import Answer, Service
from pipeline.records.outcomes import Failed, Skipped
from pipeline.sources.github.graphql import classify_graphql
from pipeline.sources.github.limits import (
    ANONYMOUS_LIMIT,
    UNKNOWN_WAIT,
    budget_of,
    github_policy,
    limit_trouble,
    reset_wait,
)
from pipeline.sources.github.rest import HEADERS, classify_rest

log = getLogger(__name__)

TOKEN_REFUSED = "GitHub refused the token twice (HTTP 401): renew it or remove it"  # noqa: S105

DEFERRED_ANONYMOUS = Skipped(
    reason="deferred to the next run: GitHub's limit is 60 requests an hour without a token"
)
DEFERRED_FLOOR = Skipped(reason="deferred to the next run: GitHub's hourly limit is nearly reached")
DEFERRED_THROTTLED = Skipped(
    reason="deferred to the next run: GitHub requires a longer pause than this run allows"
)


class GitHubDoor:
    """
    Asks GitHub, and heeds what its answers say of token and limits.

    `authenticated` says whether `client` has a token for the host of `api_url`. `longest_wait` is
    in seconds: for a longer pause nothing is slept, and the rest is left for the next run.
    """

    def __init__(
        self, client: HttpClient, *, authenticated: bool, api_url: str, longest_wait: float
    ) -> None:
        self.client = client
        self.api_url = api_url.rstrip("/")
        self.authenticated = authenticated
        self.longest_wait = longest_wait
        self.token_refused: str | None = None
        """What to tell the user where GitHub did not take the token."""
        self.shut: Failed | None = None
        """Why neither interface is to be asked any more."""
        self.rest = Service(
            name="github",
            lane="github",
            interval=0.1,  # 600 a minute; GitHub allows 900 points
            policy=github_policy(longest_wait),
            classify=classify_rest,
            body_cap=1024 * 1024,
            breaker=12,
            sends_token=True,
        )
        self.anonymous = replace(
            self.rest,
            lane="github without token",  # another credential: its limits bar only itself
            policy=RetryPolicy(attempts=1),
            sends_token=False,
        )
        self.graphql = replace(
            self.rest, classify=classify_graphql, body_cap=8 * 1024 * 1024, breaker=None
        )
        self._token_questioned = False
        self._stops: dict[Service, Failed | Skipped] = {}
        """Counters that are used up, and what is said of the keys left over."""

    def stopped(self, service: Service) -> Failed | Skipped | None:
        """Return what is said of what a service is not asked any more; None where it may be."""
        return self._stops.get(service)

    async def query(self, content: bytes) -> Answer:
        """Ask the GraphQL interface; an Enterprise Server has it beside `/api/v3`."""
        url = f"{self.api_url.removesuffix('/v3')}/graphql"
        headers = {**HEADERS, "Content-Type": "application/json"}
        return await self._send(self.graphql, "POST", url, headers, content)

    async def get(self, service: Service, url: str) -> Answer:
        """Ask the REST interface."""
        return await self._send(service, "GET", url, HEADERS)

    async def _send(
        self,
        service: Service,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | None = None,
    ) -> Answer:
        answer = await self.client.send(service, method, url, headers=headers, content=content)
        while answer.status == 401 and self.authenticated and service.sends_token:
            if not await self._token_holds():
                # A bad token is worse than none: each 401 is charged to the 60.
                log.warning("%s", TOKEN_REFUSED)
                self.token_refused = TOKEN_REFUSED
                self.client.drop_credential(urlsplit(self.api_url).hostname or "")
                self.authenticated = False
                if service is self.graphql:
                    return answer  # the interface takes no anonymous questions
            answer = await self.client.send(service, method, url, headers=headers, content=content)
        self._heed(service, answer)
        return answer

    async def _token_holds(self) -> bool:
        """Ask once whether a 401 was a fault of GitHub's; the second 401 is believed."""
        if self._token_questioned:
            return False
        self._token_questioned = True
        url = f"{self.api_url}/rate_limit"
        answer = await self.client.send(self.rest, "GET", url, headers=HEADERS)
        return answer.status != 401

    def _heed(self, service: Service, answer: Answer) -> None:
        """Stop or pause before a limit is broken."""
        trouble = answer.trouble
        if trouble is not None and trouble.kind == "throttled":
            barred = (service,) if not service.sends_token else (self.rest, self.graphql)
            if service.sends_token and answer.status in (403, 429):
                self.shut = Failed(kind=trouble.failure, reason=trouble.reason)
            self._stop(DEFERRED_THROTTLED if self.authenticated else self._deferral(), *barred)
            return
        if answer.status == 401:
            self._stop(Failed(kind="unauthorized", reason="GitHub requires a token"), service)
        budget = budget_of(answer.headers)
        if budget is None or not budget.low:
            return
        wait = reset_wait(answer.headers, self.client.clock.now())
        if budget.limit > ANONYMOUS_LIMIT and wait <= self.longest_wait:
            self.pause(wait)
        else:
            self._stop(self._deferral(), service)

    def wait_for_limit(self, kind: Literal["primary", "secondary"], answer: Answer) -> None:
        """Pause after an answer that names a limit, though it holds repositories too."""
        trouble = limit_trouble(kind, answer.headers, self.client.clock.now())
        wait = UNKNOWN_WAIT if trouble.wait is None else trouble.wait
        if wait > self.longest_wait:
            self._stop(DEFERRED_THROTTLED, self.rest, self.graphql)
        else:
            self.pause(wait)

    def _deferral(self) -> Failed | Skipped:
        if self.token_refused:
            reason = f"{self.token_refused}; deferred to the next run, beyond 60 requests an hour"
            return Failed(kind="unauthorized", reason=reason)
        return DEFERRED_FLOOR if self.authenticated else DEFERRED_ANONYMOUS

    def _stop(self, outcome: Failed | Skipped, *services: Service) -> None:
        for service in services:
            self._stops.setdefault(service, outcome)

    def pause(self, seconds: float) -> None:
        """Close the gate for all requests to GitHub."""
        self.client.pause_lane("github", seconds, self.rest)
