"""
Repository statistics from GitHub.

With a token GraphQL answers for 50 repositories at once, and REST judges what it left unclear;
without one there is REST alone, 60 requests an hour, and what is left over waits for the next run.
"""

import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from pipeline.network.http_client import HttpClient
from pipeline.network.service import Service
from pipeline.records.outcomes import Failed, Found, Skipped
from pipeline.sources.github.batches import Batches
from pipeline.sources.github.door import GitHubDoor
from pipeline.sources.github.fields import (
    FULL_NAME,
    GRAPHQL_FIELDS,
    RepositoryOutcome,
    outcome_of,
    record_of_graphql,
)
from pipeline.sources.github.graphql import LARGEST_BATCH, Question, Wanted
from pipeline.sources.github.rest import (
    Doubt,
    kind_of_rest,
    read_repository,
    redirect_of,
    repository_url,
)

MAX_HOPS = 3
"""Redirects of one repository; each is charged as a request of its own."""


def _read(_: str, node: Mapping[str, Any]) -> RepositoryOutcome | None:
    record = record_of_graphql(node)
    private = node.get("isPrivate") is True
    return None if record is None else outcome_of(record, private=private)


STATISTICS: Question[str, RepositoryOutcome] = Question(
    wanted=lambda name: Wanted(name, "...F"),
    read=_read,
    never_null=("stargazerCount", "forkCount", "issues", "pullRequests", "repositoryTopics"),
    fragments=GRAPHQL_FIELDS,
)


class GitHubSource:
    """
    GitHub as a `Source` of `RepositoryRecord`; keys are `owner/repo` in any case.

    See `GitHubDoor` for what it is made with.
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
        self.door = GitHubDoor(
            client, authenticated=authenticated, api_url=api_url, longest_wait=longest_wait
        )
        self._batches: Batches[str, RepositoryOutcome] = Batches(
            self.door, STATISTICS, self._judge, largest=batch_size, spread=spread
        )

    async def fetch_many(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, RepositoryOutcome]]:
        """See `pipeline.records.source.Source.fetch_many`. First come, first asked."""
        spellings: dict[str, list[str]] = {}
        for key in dict.fromkeys(keys):
            if FULL_NAME.fullmatch(key):
                spellings.setdefault(key.lower(), []).append(key)
            else:
                yield key, Skipped(reason="not a possible name of a GitHub repository")
        async for name, outcome in self._batches.answers(spellings):
            for key in spellings[name]:
                yield key, outcome

    async def _judge(self, name: str, doubt: Doubt | None = None) -> RepositoryOutcome:
        """Ask REST; where the token itself may be what bars us, ask once more without it."""
        outcome = await self._ask_rest(self.door.rest, name, doubt)
        if self.door.authenticated and isinstance(outcome, Failed) and outcome.kind == "forbidden":
            second = await self._ask_rest(self.door.anonymous, name, doubt)
            return second if isinstance(second, Found) else outcome
        return outcome

    async def _ask_rest(
        self, service: Service, name: str, doubt: Doubt | None
    ) -> RepositoryOutcome:
        """Ask for one repository, following renames at the same host by hand."""
        url = repository_url(self.door.api_url, name)
        for_now = False
        for _ in range(1 + MAX_HOPS):
            if stop := self.door.stopped(service):
                return stop
            answer = await self.door.get(service, url)
            kind = kind_of_rest(answer)
            if kind not in ("moved", "elsewhere"):
                outcome = read_repository(answer, doubt)
                if not (for_now and isinstance(outcome, Found)):
                    return outcome
                # One that is elsewhere for now only keeps the name that was asked.
                update = {"full_name": name, "url": f"https://github.com/{name}"}
                return Found(value=outcome.value.model_copy(update=update))
            target = redirect_of(answer, self.door.api_url)
            if target is None:
                return Failed(kind="bad-answer", reason="GitHub redirects away from its interface")
            url, for_now = target, for_now or kind == "elsewhere"
        return Failed(kind="bad-answer", reason=f"GitHub redirects more than {MAX_HOPS} times")
