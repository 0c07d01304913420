"""
Repository statistics from GitHub: what is asked (`rest`, `graphql`, `limits`: what answers mean).

With a token GraphQL answers for 50 repositories at once, and REST judges what it left unclear;
without one there is REST alone, 60 requests an hour, and what is left over waits for the next run.
All is serial in one lane, as GitHub's manuals ask, so every pause holds for all requests.
"""

import random
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from logging import getLogger
from typing import Literal
from urllib.parse import urlsplit

from pipeline.network.http_client import HttpClient
from pipeline.network.retry import Backoff, RetryPolicy, retry_after
from pipeline.network.service import Answer, Service
from pipeline.records.outcomes import Failed, Found, Skipped
from pipeline.sources.github.fields import FULL_NAME, RepositoryOutcome
from pipeline.sources.github.graphql import (
    LARGEST_BATCH,
    BatchReading,
    BatchSize,
    batch_query,
    classify_graphql,
    read_batch,
)
from pipeline.sources.github.limits import (
    ANONYMOUS_LIMIT,
    UNKNOWN_WAIT,
    budget_of,
    github_policy,
    limit_trouble,
    reset_wait,
)
from pipeline.sources.github.rest import (
    HEADERS,
    Doubt,
    classify_rest,
    failure_outcome,
    kind_of_rest,
    read_repository,
    redirect_of,
    repository_url,
)

log = getLogger(__name__)

MAX_HOPS = 3
"""Redirects of one repository; each is charged as a request of its own."""

GRAPHQL_TRIES = 4
GRAPHQL_BACKOFF = Backoff(5.0, 2.0, 20.0)
"""Before a smaller query, where the last one was given up by GitHub."""

TOKEN_REFUSED = "GitHub refused the token twice (HTTP 401): renew it or remove it"  # noqa: S105

DEFERRED_ANONYMOUS = Skipped(
    reason="deferred to the next run: GitHub's limit is 60 requests an hour without a token"
)
DEFERRED_FLOOR = Skipped(reason="deferred to the next run: GitHub's hourly limit is nearly reached")
DEFERRED_THROTTLED = Skipped(
    reason="deferred to the next run: GitHub requires a longer pause than this run allows"
)


class GitHubSource:
    """
    GitHub as a `Source` of `RepositoryRecord`; keys are `owner/repo` in any case.

    `authenticated` says whether `client` has a token for the host of `api_url`. `longest_wait` is
    in seconds: for a longer pause nothing is slept, and the rest is left for the next run.
    """

    name = "github"

    def __init__(
        self,
        client: HttpClient,
        *,
        authenticated: bool,
        api_url: str = "https://api.github.com",
        longest_wait: float = 120.0,
        batch_size: int = LARGEST_BATCH,
        spread: Callable[[], float] = random.random,
    ) -> None:
        self.token_refused: str | None = None
        """What to tell the user where GitHub did not take the token."""
        self._client = client
        self._api_url = api_url.rstrip("/")
        self._authenticated = authenticated
        self._longest_wait = longest_wait
        self._spread = spread
        self._rest = Service(
            name="github",
            lane="github",
            interval=0.1,  # 600 a minute; GitHub allows 900 points
            policy=github_policy(longest_wait),
            classify=classify_rest,
            body_cap=1024 * 1024,
            breaker=12,
            sends_token=True,
        )
        self._anonymous = replace(
            self._rest,
            lane="github without token",  # another credential: its limits bar only itself
            policy=RetryPolicy(attempts=1),
            sends_token=False,
        )
        self._graphql = replace(
            self._rest, classify=classify_graphql, body_cap=8 * 1024 * 1024, breaker=None
        )
        self._size = BatchSize(largest=batch_size, now=batch_size)
        self._failures = 0
        """Queries in a row that GitHub gave up."""
        self._unbatched = False
        """GraphQL is of no use in this run."""
        self._token_questioned = False
        self._stops: dict[Service, Failed | Skipped] = {}
        """Counters that are used up, and what is said of the keys left over."""
        self._silent: set[str] = set()
        """Names that an answer without errors has left out once."""

    async def fetch_many(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, RepositoryOutcome]]:
        """See `pipeline.records.source.Source.fetch_many`. First come, first asked."""
        spellings: dict[str, list[str]] = {}
        for key in dict.fromkeys(keys):
            if FULL_NAME.fullmatch(key):
                spellings.setdefault(key.lower(), []).append(key)
            else:
                yield key, Skipped(reason="not a possible name of a GitHub repository")
        async for name, outcome in self._fetch(deque(spellings)):
            for key in spellings[name]:
                yield key, outcome

    async def _fetch(self, waiting: deque[str]) -> AsyncIterator[tuple[str, RepositoryOutcome]]:
        while waiting:
            if not self._authenticated or self._unbatched:
                name = waiting.popleft()
                yield name, await self._judge(name)
                continue
            batch = [waiting.popleft() for _ in range(min(self._size.now, len(waiting)))]
            if stop := self._stops.get(self._graphql):
                for name in batch:
                    yield name, stop
                continue
            async for name, outcome in self._ask_batch(batch, waiting):
                yield name, outcome

    # --- GraphQL ------------------------------------------------------------------------------

    async def _ask_batch(
        self, batch: list[str], waiting: deque[str]
    ) -> AsyncIterator[tuple[str, RepositoryOutcome]]:
        """Ask one query; put back into `waiting` what is to be asked again."""
        url = f"{self._api_url}/graphql"
        answer = await self._send(self._graphql, "POST", url, content=batch_query(batch))
        reading = read_batch(batch, answer)
        for name, outcome in reading.answered.items():
            yield name, outcome
        for name, doubt in reading.doubts.items():
            yield name, await self._judge(name, doubt)
        if reading.kind == "failed" or (answer.trouble and answer.trouble.kind == "throttled"):
            for name in reading.again:
                yield name, failure_outcome(answer)
            return
        left_to_rest = self._learn(reading, answer)
        waiting.extendleft(name for name in reversed(reading.again) if name not in left_to_rest)
        for name in reading.again:
            if name in left_to_rest:
                yield name, await self._judge(name, "silent")

    def _learn(self, reading: BatchReading, answer: Answer) -> frozenset[str]:
        """Choose the size of the next query; return the names that GraphQL is not asked again."""
        left = len(reading.again)
        asked = len(reading.answered) + len(reading.doubts) + left
        match reading.kind:
            case "ok":
                self._failures = 0
                if not left:
                    self._size.passed()
                twice = self._silent.intersection(reading.again)
                self._silent.update(reading.again)
                return frozenset(twice)
            case "primary" | "secondary":
                self._wait_for_limit(reading.kind, answer)
                if left == asked:
                    return frozenset(reading.again)
            case "refused":
                self._give_up_graphql(answer)
            case "too-big" | "bug" if left == 1:
                if reading.kind == "bug":
                    self._give_up_graphql(answer)
                return frozenset(reading.again)
            case "too-big" | "bug":
                self._size.halve(asked)
            case "transient":
                return self._learn_failure(reading, answer)
        return frozenset()

    def _learn_failure(self, reading: BatchReading, answer: Answer) -> frozenset[str]:
        """Back off before a smaller query; after four failures REST gets the last few."""
        self._failures += 1
        self._size.halve(len(reading.again))
        if self._failures > GRAPHQL_TRIES:
            self._give_up_graphql(answer)
        if self._failures >= GRAPHQL_TRIES:
            return frozenset(reading.again)
        own = GRAPHQL_BACKOFF.seconds(self._failures, self._spread())
        asked = retry_after(answer.headers, self._client.clock.now()) or 0.0
        self._pause(max(own, min(asked, self._longest_wait)))
        return frozenset()

    def _give_up_graphql(self, answer: Answer) -> None:
        log.warning("GitHub gets single requests from here on: %s", answer.reason)
        self._unbatched = True

    # --- REST ---------------------------------------------------------------------------------

    async def _judge(self, name: str, doubt: Doubt | None = None) -> RepositoryOutcome:
        """Ask REST; where the token itself may be what bars us, ask once more without it."""
        outcome = await self._ask_rest(self._rest, name, doubt)
        if self._authenticated and isinstance(outcome, Failed) and outcome.kind == "forbidden":
            second = await self._ask_rest(self._anonymous, name, doubt)
            return second if isinstance(second, Found) else outcome
        return outcome

    async def _ask_rest(
        self, service: Service, name: str, doubt: Doubt | None
    ) -> RepositoryOutcome:
        """Ask for one repository, following renames at the same host by hand."""
        url = repository_url(self._api_url, name)
        for_now = False
        for _ in range(1 + MAX_HOPS):
            if stop := self._stops.get(service):
                return stop
            answer = await self._send(service, "GET", url)
            kind = kind_of_rest(answer)
            if kind not in ("moved", "elsewhere"):
                outcome = read_repository(answer, doubt)
                if not (for_now and isinstance(outcome, Found)):
                    return outcome
                # One that is elsewhere for now only keeps the name that was asked.
                update = {"full_name": name, "url": f"https://github.com/{name}"}
                return Found(value=outcome.value.model_copy(update=update))
            target = redirect_of(answer, self._api_url)
            if target is None:
                return Failed(kind="bad-answer", reason="GitHub redirects away from its interface")
            url, for_now = target, for_now or kind == "elsewhere"
        return Failed(kind="bad-answer", reason=f"GitHub redirects more than {MAX_HOPS} times")

    # --- both ---------------------------------------------------------------------------------

    async def _send(
        self, service: Service, method: str, url: str, *, content: bytes | None = None
    ) -> Answer:
        """Ask, and heed what the answer says of the token and of the limits."""
        headers = {**HEADERS, "Content-Type": "application/json"} if content else HEADERS
        answer = await self._client.send(service, method, url, headers=headers, content=content)
        while answer.status == 401 and self._authenticated and service.sends_token:
            if not await self._token_holds():
                # A bad token is worse than none: each 401 is charged to the 60.
                log.warning("%s", TOKEN_REFUSED)
                self.token_refused = TOKEN_REFUSED
                self._client.drop_credential(urlsplit(self._api_url).hostname or "")
                self._authenticated = False
                if service is self._graphql:
                    return answer  # the interface takes no anonymous questions
            answer = await self._client.send(service, method, url, headers=headers, content=content)
        self._heed(service, answer)
        return answer

    async def _token_holds(self) -> bool:
        """Ask once whether a 401 was a fault of GitHub's; the second 401 is believed."""
        if self._token_questioned:
            return False
        self._token_questioned = True
        answer = await self._client.send(
            self._rest, "GET", f"{self._api_url}/rate_limit", headers=HEADERS
        )
        return answer.status != 401

    def _heed(self, service: Service, answer: Answer) -> None:
        """Stop or pause before a limit is broken."""
        trouble = answer.trouble
        if trouble is not None and trouble.kind == "throttled":
            barred = (service,) if not service.sends_token else (self._rest, self._graphql)
            self._stop(DEFERRED_THROTTLED if self._authenticated else self._deferral(), *barred)
            return
        if answer.status == 401:
            self._stop(Failed(kind="unauthorized", reason="GitHub requires a token"), service)
        budget = budget_of(answer.headers)
        if budget is None or not budget.low:
            return
        wait = reset_wait(answer.headers, self._client.clock.now())
        if budget.limit > ANONYMOUS_LIMIT and wait <= self._longest_wait:
            self._pause(wait)
        else:
            self._stop(self._deferral(), service)

    def _wait_for_limit(self, kind: Literal["primary", "secondary"], answer: Answer) -> None:
        """Pause after an answer that names a limit, though it holds repositories too."""
        trouble = limit_trouble(kind, answer.headers, self._client.clock.now())
        wait = UNKNOWN_WAIT if trouble.wait is None else trouble.wait
        if wait > self._longest_wait:
            self._stop(DEFERRED_THROTTLED, self._rest, self._graphql)
        else:
            self._pause(wait)

    def _deferral(self) -> Failed | Skipped:
        if self.token_refused:
            reason = f"{self.token_refused}; deferred to the next run, beyond 60 requests an hour"
            return Failed(kind="unauthorized", reason=reason)
        return DEFERRED_FLOOR if self._authenticated else DEFERRED_ANONYMOUS

    def _stop(self, outcome: Failed | Skipped, *services: Service) -> None:
        for service in services:
            self._stops.setdefault(service, outcome)

    def _pause(self, seconds: float) -> None:
        """Close the gate for all requests to GitHub."""
        self._client.pause_lane("github", seconds, self._rest)
