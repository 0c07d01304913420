"""The GitHub source: batches, judge, limits, tokens, renames, over a network of our own making."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from pipeline.clock import SimulatedClock
from pipeline.network.http_client import HttpClient
from pipeline.records.outcomes import Blocked, Failed, Found, Missing, Outcome, Skipped
from pipeline.records.source import Source
from pipeline.records.sources import RepositoryRecord
from pipeline.sources.github.repositories import GitHubSource

pytestmark = pytest.mark.anyio

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
API = "https://api.github.com"
TOKEN = "not-a-real-token"
WENT_WRONG = {
    "data": None,
    "errors": [{"message": "Something went wrong while executing your query. Reference 1:2:3"}],
}
SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}
PRIMARY = {"message": "API rate limit exceeded for user ID 1."}

Step = httpx.Response | Exception | None
Outcomes = dict[str, Outcome[RepositoryRecord]]


def stats(full_name: str, **changes: Any) -> dict[str, Any]:
    """Return REST's object of a repository."""
    return {
        "id": 7,
        "full_name": full_name,
        "private": False,
        "stargazers_count": 30,
        "forks_count": 4,
        "open_issues_count": 9,
        **changes,
    }


def node(full_name: str, **changes: Any) -> dict[str, Any]:
    """Return GraphQL's object of a repository."""
    return {
        "databaseId": 7,
        "nameWithOwner": full_name,
        "isPrivate": False,
        "stargazerCount": 30,
        "forkCount": 4,
        "issues": {"totalCount": 5},
        "pullRequests": {"totalCount": 4},
        "repositoryTopics": {"nodes": []},
        **changes,
    }


def not_found(alias: str, kind: str = "NOT_FOUND") -> dict[str, Any]:
    """Return the error of one alias."""
    return {"type": kind, "path": [alias], "message": "Could not resolve to a Repository"}


@dataclass
class GitHub:
    """
    A small GitHub: `repositories` by lower-case name, `moved` from old to new names.

    `script` holds answers that come first, by path (`*`: any path); None in it is an honest answer.
    """

    repositories: dict[str, str] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    script: dict[str, list[Step]] = field(default_factory=dict)
    limits: dict[str, list[int]] = field(default_factory=dict)
    """By resource: limit, remaining, seconds until the reset."""
    good_tokens: tuple[str, ...] = (TOKEN,)
    seen: list[httpx.Request] = field(default_factory=list)
    clock: SimulatedClock = field(default_factory=lambda: SimulatedClock(START))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.seen.append(request)
        for path in (request.url.path, "*"):
            if self.script.get(path):
                step = self.script[path].pop(0)
                if isinstance(step, Exception):
                    raise step
                if step is not None:
                    return step
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token and token not in self.good_tokens:
            return httpx.Response(
                401, headers=self.counted("60"), json={"message": "Bad credentials"}
            )
        if request.url.path == "/rate_limit":
            return httpx.Response(200, json={"resources": {}})
        if request.url.path == "/graphql":
            return httpx.Response(200, headers=self.counted("graphql"), json=self.batch(request))
        return self.rest(request, "core" if token else "60")

    def counted(self, resource: str) -> dict[str, str]:
        """Charge one request; return the headers that say so."""
        if resource not in self.limits:
            return {}
        limit, remaining, reset = self.limits[resource]
        self.limits[resource][1] = max(0, remaining - 1)
        due = START + timedelta(seconds=reset)
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(self.limits[resource][1]),
            "X-RateLimit-Reset": str(int(due.timestamp())),
            "Date": format_datetime(self.clock.now(), usegmt=True),
        }

    def current(self, name: str) -> str | None:
        """Return the repository that a name leads to."""
        name = self.moved.get(name.lower(), name).lower()
        return self.repositories.get(name)

    def batch(self, request: httpx.Request) -> dict[str, Any]:
        """Answer a query by its variables."""
        names = asked_names(request)
        data: dict[str, Any] = {}
        errors = []
        for number, name in enumerate(names):
            full_name = self.current(name)
            data[f"r{number}"] = None if full_name is None else node(full_name)
            if full_name is None:
                errors.append(not_found(f"r{number}"))
        return {"data": data, "errors": errors} if errors else {"data": data}

    def rest(self, request: httpx.Request, resource: str) -> httpx.Response:
        """Answer `/repos/o/r` and `/repositories/o/r`, where a 301 leads to."""
        headers = self.counted(resource)
        name = request.url.path.split("/", 2)[2].lower()
        if name in self.moved and request.url.path.startswith("/repos/"):
            headers["Location"] = f"{API}/repositories/{self.moved[name]}"
            return httpx.Response(301, headers=headers, json={"message": "Moved Permanently"})
        full_name = self.repositories.get(name)
        if full_name is None:
            return httpx.Response(404, headers=headers, json={"message": "Not Found"})
        return httpx.Response(200, headers=headers, json=stats(full_name))


def asked_names(request: httpx.Request) -> list[str]:
    """Return the names of a query, in the order of its aliases."""
    variables = json.loads(request.content)["variables"]
    return [f"{variables[f'o{n}']}/{variables[f'n{n}']}" for n in range(len(variables) // 2)]


def github(count: int = 0, **options: Any) -> GitHub:
    """Return a GitHub that has so many repositories: `o/r0`, `o/r1` and so on."""
    return GitHub(repositories={f"o/r{n}": f"O/r{n}" for n in range(count)}, **options)


def keys(count: int) -> list[str]:
    """Return the keys of `github(count)`."""
    return [f"o/r{n}" for n in range(count)]


def repo(number: int = 0) -> str:
    """Return REST's path of a repository of `github()`."""
    return f"/repos/o/r{number}"


def client_of(
    world: Callable[[httpx.Request], httpx.Response],
    clock: SimulatedClock,
    token: str | None = TOKEN,
    **options: Any,
) -> HttpClient:
    """Return a client whose network is `world`."""
    return HttpClient(
        transport=httpx.MockTransport(world),
        clock=clock,
        user_agent="lists/1 (+mailto:me@example.org)",
        credentials={"api.github.com": token} if token else {},
        **options,
    )


@dataclass
class Run:
    """What came of one run."""

    outcomes: Outcomes
    requests: int
    source: GitHubSource

    def value(self, key: str) -> RepositoryRecord:
        """Return the record of a key that must have been found."""
        outcome = self.outcomes[key]
        assert isinstance(outcome, Found), outcome
        return outcome.value

    def of(self, kind: type) -> list[str]:
        """Return the keys with outcomes of one kind."""
        return [key for key, outcome in self.outcomes.items() if isinstance(outcome, kind)]


async def fetch(world: GitHub, asked: Iterable[str], token: str | None = TOKEN) -> Run:
    """Ask a GitHub about keys."""
    async with client_of(world, world.clock, token) as client:
        source = GitHubSource(client, authenticated=token is not None, spread=lambda: 0.0)
        outcomes = {key: outcome async for key, outcome in source.fetch_many(list(asked))}
        return Run(outcomes, client.requests["github"], source)


def longest(world: GitHub) -> float:
    """Return the longest wait of a run in seconds."""
    return max(world.clock.slept, default=0.0)


# --- batches ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "requests"), [(0, 0), (1, 1), (50, 1), (51, 2), (70, 2), (120, 3)]
)
async def test_clean_repositories_cost_one_request_for_fifty(count: int, requests: int) -> None:
    """⌈m/50⌉ requests, and every key has its record."""
    run = await fetch(github(count), keys(count))

    assert run.requests == requests
    assert run.of(Found) == keys(count)


async def test_large_runs_never_ask_for_more_than_fifty_at_once() -> None:
    """Ten clean batches do not make the next one larger than 50."""
    world = github(700)

    run = await fetch(world, keys(700))

    assert run.requests == 14
    assert {len(asked_names(request)) for request in world.seen} == {50}


async def test_answers_come_after_each_batch() -> None:
    """The first batch is given before the second is asked."""
    world = github(60)
    async with client_of(world, world.clock) as client:
        source: Source[RepositoryRecord] = GitHubSource(client, authenticated=True)
        counts = [client.requests["github"] async for _ in source.fetch_many(keys(60))]

    assert counts == [1] * 50 + [2] * 10


async def test_names_are_variables_and_come_back_by_alias() -> None:
    """Of eight names one is answered in another case: the alias says whose answer it is."""
    world = github(7)
    world.repositories["tsenart/vegeta"] = "tsenart/vegeta"

    run = await fetch(world, [*keys(7), "tsenart/VEGETA"])

    assert run.requests == 1
    assert run.value("tsenart/VEGETA").full_name == "tsenart/vegeta"
    assert "vegeta" not in json.loads(world.seen[0].content)["query"].lower()


async def test_names_that_differ_in_case_are_asked_once() -> None:
    """GitHub ignores case: one question, an answer for every spelling."""
    world = github(1)

    run = await fetch(world, ["o/r0", "O/R0", "o/r0"])

    assert asked_names(world.seen[0]) == ["o/r0"]
    assert run.of(Found) == ["o/r0", "O/R0"]


@pytest.mark.parametrize(
    "key", ["", "o", "o/", "/r", "o/r/x", "o/..", "o/r?x", "-o/r", "o/r r", "ö/r"]
)
async def test_what_is_no_name_is_not_asked(key: str) -> None:
    """A key that GitHub could not have spoils no batch."""
    run = await fetch(github(1), [key, "o/r0"])

    assert isinstance(run.outcomes[key], Skipped)
    assert run.requests == 1
    assert run.of(Found) == ["o/r0"]


async def test_record_of_graphql_tells_issues_and_pull_requests_apart() -> None:
    """GraphQL fills both counts, REST only the sum."""
    batched = await fetch(github(1), ["o/r0"])
    single = await fetch(github(1), ["o/r0"], token=None)

    assert (batched.value("o/r0").open_issues, batched.value("o/r0").open_issues_and_prs) == (5, 9)
    assert (single.value("o/r0").open_issues, single.value("o/r0").open_issues_and_prs) == (None, 9)


# --- renames ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("token", "requests"), [(TOKEN, 1), (None, 2)])
@pytest.mark.parametrize("target", ["o/new", "other/r0"])
async def test_rename_and_transfer_give_the_new_name(
    token: str | None, requests: int, target: str
) -> None:
    """GraphQL follows by itself; with REST the redirect is a request of its own."""
    world = github(moved={"o/r0": target})
    world.repositories[target] = target.title()

    run = await fetch(world, ["o/r0"], token)

    assert run.value("o/r0").full_name == target.title()
    assert run.value("o/r0").url == f"https://github.com/{target.title()}"
    assert run.value("o/r0").id == 7
    assert run.requests == requests


async def test_rename_is_charged_twice() -> None:
    """Both hops are taken from the 60 of an hour."""
    world = github(moved={"o/r0": "o/new"}, limits={"60": [60, 60, 600]})
    world.repositories["o/new"] = "o/new"

    await fetch(world, ["o/r0"], token=None)

    assert world.limits["60"][1] == 58


async def test_name_in_other_case_is_the_same_name() -> None:
    """GitHub's own case is told, and nothing was redirected."""
    run = await fetch(github(1), ["o/r0"], token=None)

    assert run.value("o/r0").full_name == "O/r0"
    assert run.requests == 1


def redirect(status: int, location: str | None) -> httpx.Response:
    """Return a redirect."""
    return httpx.Response(status, headers={"Location": location} if location else {}, json={})


@pytest.mark.parametrize("status", [301, 308])
async def test_permanent_redirect_gives_the_new_name(status: int) -> None:
    """301 and 308 are renames."""
    world = github(1, script={"/repos/o/old": [redirect(status, f"{API}/repos/o/r0")]})

    run = await fetch(world, ["o/old"], token=None)

    assert run.value("o/old").full_name == "O/r0"


@pytest.mark.parametrize("status", [302, 303, 307])
async def test_temporary_redirect_keeps_the_name(status: int) -> None:
    """What is elsewhere for now is no rename."""
    world = github(1, script={"/repos/o/old": [redirect(status, f"{API}/repos/o/r0")]})

    run = await fetch(world, ["o/old"], token=None)

    assert run.value("o/old").full_name == "o/old"
    assert run.value("o/old").stars == 30


@pytest.mark.parametrize(
    "location",
    [
        "https://example.org/repos/o/r0",
        "http://api.github.com/repos/o/r0",
        "https://api.github.com.example.org/repos/o/r0",
        "https://api.github.com@example.org/repos/o/r0",
        "//example.org/x",
        "file:///etc/passwd",
        None,
    ],
)
async def test_redirect_to_another_host_is_refused(location: str | None) -> None:
    """The token goes nowhere else."""
    world = github(1, script={repo(): [redirect(301, location)]})
    world.script["/graphql"] = [httpx.Response(200, json={"data": {"r0": None}})]

    run = await fetch(world, ["o/r0"])

    assert run.outcomes["o/r0"] == Failed(
        kind="bad-answer", reason="GitHub redirects away from its interface"
    )
    assert run.requests == 2


async def test_temporary_redirect_to_nothing_is_missing() -> None:
    """The target's answer is the answer."""
    world = github(script={"/repos/o/old": [redirect(302, f"{API}/repos/o/gone")]})

    run = await fetch(world, ["o/old"], token=None)

    assert run.of(Missing) == ["o/old"]


async def test_redirects_without_end_are_left() -> None:
    """Three hops are followed, then the name has failed."""
    world = github(script={"*": [redirect(301, f"{API}/repos/o/r0")] * 9})

    run = await fetch(world, ["o/r0"], token=None)

    assert isinstance(run.outcomes["o/r0"], Failed)
    assert run.requests == 4


# --- missing, blocked, private ----------------------------------------------------------------


async def test_missing_for_both_interfaces_is_confirmed() -> None:
    """One NOT_FOUND among 50 costs one REST request; the other 49 are found."""
    run = await fetch(github(50), [*keys(49), "o/gone"])

    outcome = run.outcomes["o/gone"]
    assert isinstance(outcome, Missing)
    assert outcome.confirmed
    assert len(run.of(Found)) == 49
    assert run.requests == 2


async def test_missing_for_rest_alone_is_unconfirmed() -> None:
    """One 404 may be a fluke; the next run says 200 and all is well."""
    world = github(1, script={repo(): [httpx.Response(404, json={"message": "Not Found"})]})

    first = await fetch(world, ["o/r0"], token=None)
    second = await fetch(world, ["o/r0"], token=None)

    assert first.outcomes["o/r0"] == Missing(reason="GitHub has no such repository (HTTP 404)")
    assert second.of(Found) == ["o/r0"]


async def test_rest_overrules_not_found() -> None:
    """A NOT_FOUND that REST does not repeat was a fluke."""
    lie = {"data": {"r0": None}, "errors": [not_found("r0")]}
    world = github(1, script={"/graphql": [httpx.Response(200, json=lie)]})

    run = await fetch(world, ["o/r0"])

    assert run.of(Found) == ["o/r0"]
    assert run.requests == 2


async def test_mass_of_not_found_is_judged_name_by_name() -> None:
    """A whole batch of NOT_FOUND makes nothing missing that REST still shows."""
    aliases = [f"r{n}" for n in range(12)]
    lie = {"data": dict.fromkeys(aliases), "errors": [not_found(alias) for alias in aliases]}
    world = github(11, script={"/graphql": [httpx.Response(200, json=lie)]})

    run = await fetch(world, keys(12))

    assert run.of(Found) == keys(11)
    assert run.of(Missing) == ["o/r11"]
    assert run.requests == 13


BLOCK = {
    "reason": "tos",
    "created_at": "2025-02-25T10:00:00Z",
    "html_url": "https://github.com/tos",
}


@pytest.mark.parametrize("status", [403, 451])
async def test_block_never_sleeps_and_stops_nothing(status: int) -> None:
    """A withheld repository is no limit, even where the counter stands at 0."""
    body = {"message": "Repository access blocked", "block": BLOCK}
    blocked = httpx.Response(status, headers={"X-RateLimit-Remaining": "0"}, json=body)
    world = github(3, script={repo(1): [blocked]})

    run = await fetch(world, keys(3), token=None)

    assert run.of(Blocked) == ["o/r1"]
    assert run.of(Found) == ["o/r0", "o/r2"]
    assert run.requests == 3
    assert longest(world) < 1


async def test_block_says_why() -> None:
    """Reason, date and page of a takedown are kept."""
    body = {"message": "Repository access blocked", "block": {**BLOCK, "reason": "dmca"}}
    world = github(script={"/repos/o/gone": [httpx.Response(451, json=body)]})

    run = await fetch(world, ["o/gone"])

    assert run.outcomes["o/gone"] == Blocked(
        reason="access blocked for legal reasons (HTTP 451): dmca, 2025-02-25T10:00:00Z, "
        "https://github.com/tos"
    )


@pytest.mark.parametrize("hidden", [{"private": True}, {"visibility": "internal"}])
async def test_private_repository_is_not_published_from_rest(hidden: dict[str, Any]) -> None:
    """What only our token sees is missing for everybody else."""
    world = github(script={repo(): [httpx.Response(200, json=stats("o/r0", **hidden))]})

    run = await fetch(world, ["o/r0"])

    assert isinstance(run.outcomes["o/r0"], Missing)


async def test_private_repository_is_not_published_from_graphql() -> None:
    """What only our token sees is missing for everybody else."""
    body = {"data": {"r0": node("o/r0", isPrivate=True)}}
    world = github(script={"/graphql": [httpx.Response(200, json=body)]})

    run = await fetch(world, ["o/r0"])

    assert isinstance(run.outcomes["o/r0"], Missing)
    assert run.requests == 1


FORBIDDEN = {"message": "Resource protected by organization SAML enforcement."}


async def test_forbidden_for_the_token_is_asked_without_it() -> None:
    """SAML bars the token, not the public."""
    refused = {"data": {"r0": None}, "errors": [not_found("r0", "FORBIDDEN")]}
    world = github(1, script={"/graphql": [httpx.Response(200, json=refused)]})
    world.script[repo()] = [httpx.Response(403, json=FORBIDDEN)]

    run = await fetch(world, ["o/r0"])

    assert run.of(Found) == ["o/r0"]
    assert ["authorization" in request.headers for request in world.seen] == [True, True, False]


async def test_forbidden_for_everybody_is_a_failure_never_missing() -> None:
    """What GraphQL refuses to show is not called gone on a 404."""
    refused = {"data": {"r0": None}, "errors": [not_found("r0", "FORBIDDEN")]}
    world = github(0, script={"/graphql": [httpx.Response(200, json=refused)]})

    run = await fetch(world, ["o/r0"])

    outcome = run.outcomes["o/r0"]
    assert isinstance(outcome, Failed)
    assert outcome.kind == "forbidden"
    assert run.requests == 3


async def test_limit_without_token_stops_only_second_opinions() -> None:
    """The address' own 60 are used up: the token's requests go on."""
    errors = [not_found(alias, "FORBIDDEN") for alias in ("r0", "r1")]
    refused = {"data": dict.fromkeys(("r0", "r1")), "errors": errors}
    spent = {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "0"}
    far = {**spent, "X-RateLimit-Reset": str(int(START.timestamp()) + 3000)}
    world = github(60, script={"/graphql": [None, httpx.Response(200, json=refused)]})
    saml = httpx.Response(403, json=FORBIDDEN)
    world.script["/repos/o/r50"] = [saml, httpx.Response(403, headers=far, json=PRIMARY)]
    world.script["/repos/o/r51"] = [saml]

    async with client_of(world, world.clock) as client:
        source = GitHubSource(client, authenticated=True)
        first = {key: outcome async for key, outcome in source.fetch_many(keys(52))}
        second = {key: outcome async for key, outcome in source.fetch_many(["o/r59"])}

    assert [key for key, outcome in first.items() if isinstance(outcome, Failed)] == [
        "o/r50",
        "o/r51",
    ]
    assert isinstance(second["o/r59"], Found)
    assert longest(world) < 1


# --- odd answers of GraphQL -------------------------------------------------------------------


async def test_silent_empty_answer_is_asked_again_once() -> None:
    """Status 200 without any repository and without errors says nothing about anybody."""
    world = github(3, script={"/graphql": [httpx.Response(200, json={"data": {}})]})

    run = await fetch(world, keys(3))

    assert run.of(Found) == keys(3)
    assert run.requests == 2


async def test_silent_empty_answer_twice_leaves_the_names_to_rest() -> None:
    """GraphQL is not asked a third time."""
    empty = [httpx.Response(200, json={"data": {}}) for _ in range(2)]
    world = github(3, script={"/graphql": list(empty)})

    run = await fetch(world, [*keys(3), "o/gone"])

    assert run.of(Found) == keys(3)
    assert run.outcomes["o/gone"] == Missing(reason="GitHub has no such repository (HTTP 404)")
    assert run.requests == 2 + 4


async def test_null_without_error_is_unclear() -> None:
    """A null that nobody explains is for REST, and its 404 is unconfirmed."""
    body = {"data": {"r0": node("o/r0"), "r1": None, "r2": {"nameWithOwner": 5}}}
    world = github(2, script={"/graphql": [httpx.Response(200, json=body)]})

    run = await fetch(world, [*keys(2), "o/gone"])

    assert run.of(Found) == keys(2)
    assert run.outcomes["o/gone"] == Missing(reason="GitHub has no such repository (HTTP 404)")
    assert run.requests == 3


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.Response(200, json=WENT_WRONG),
        httpx.Response(502, text="<html><h1>502 Bad Gateway</h1></html>"),
        httpx.Response(503, text="<html>unicorn</html>"),
        httpx.Response(504),
        httpx.Response(500, json={"message": "Server Error"}),
        httpx.Response(200, text="<html>proxy</html>"),
        httpx.Response(200, content=b"[" * 100_000),
        httpx.ReadTimeout("too slow"),
        httpx.RemoteProtocolError("disconnected"),
        httpx.ReadError("reset"),
    ],
    ids=str,
)
async def test_query_that_github_gives_up_is_halved(trouble: Step) -> None:
    """50, then 25, 25: GitHub is given five seconds before the smaller query."""
    world = github(50, script={"/graphql": [trouble]})

    run = await fetch(world, keys(50))

    assert run.of(Found) == keys(50)
    assert [len(asked_names(request)) for request in world.seen] == [50, 25, 25]
    assert longest(world) == pytest.approx(5, abs=0.2)


async def test_batches_grow_again_after_ten_clean_ones() -> None:
    """25 ten times, then 37, at last 50 again."""
    world = github(1000, script={"/graphql": [httpx.Response(502)]})

    await fetch(world, keys(1000))

    sizes = [len(asked_names(request)) for request in world.seen]
    assert sizes[:12] == [50, *[25] * 10, 37]
    assert sizes[20:23] == [37, 50, 50]


async def test_one_repository_that_breaks_every_query_is_left_to_rest() -> None:
    """Its batch is halved until REST answers for the few names around it."""
    world = github(100)

    def poisoned(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/graphql" and "o/r3" in asked_names(request):
            world.seen.append(request)
            return httpx.Response(504)
        return world(request)

    async with client_of(poisoned, world.clock) as client:
        source = GitHubSource(client, authenticated=True)
        outcomes = {key: outcome async for key, outcome in source.fetch_many(keys(100))}

    assert all(isinstance(outcome, Found) for outcome in outcomes.values())
    assert sum("/repos/" in request.url.path for request in world.seen) == 6


async def test_graphql_that_stays_down_leaves_all_to_rest() -> None:
    """Four failures in a row and a fifth: the rest is asked one by one."""
    world = github(20, script={"/graphql": [httpx.Response(502) for _ in range(9)]})

    run = await fetch(world, keys(20))

    assert run.of(Found) == keys(20)
    assert run.requests == 5 + 20


async def test_resource_limits_keep_what_is_complete() -> None:
    """Complete repositories are kept, the rest is asked in smaller queries."""
    body = {
        "data": {
            "r0": node("o/r0"),
            "r1": node("o/r1", issues=None),
            "r2": node("o/r2", stargazerCount=None),
            "r3": None,
        },
        "errors": [
            {"type": "RESOURCE_LIMITS_EXCEEDED", "path": ["r1", "issues"], "message": "exceeded"}
        ],
    }
    world = github(4, script={"/graphql": [httpx.Response(200, json=body)]})

    run = await fetch(world, keys(4))

    assert [asked_names(request) for request in world.seen] == [
        keys(4),
        ["o/r1", "o/r2"],
        ["o/r3"],
    ]
    assert run.of(Found) == keys(4)
    assert run.value("o/r1").open_issues == 5


async def test_resource_limits_for_a_single_repository_leave_it_to_rest() -> None:
    """Smaller than one there is none."""
    body = {"data": {"r0": None}, "errors": [not_found("r0", "RESOURCE_LIMITS_EXCEEDED")]}
    world = github(1, script={"/graphql": [httpx.Response(200, json=body)]})

    run = await fetch(world, keys(1))

    assert run.value("o/r0").open_issues is None
    assert run.requests == 2


@pytest.mark.parametrize(
    "refused",
    [
        {"errors": [{"type": "MAX_NODE_LIMIT_EXCEEDED", "message": "too many nodes"}]},
        {"data": None, "errors": [{"type": "ARGUMENT_LIMIT", "path": ["r0"], "message": "x"}]},
        {"errors": [{"message": "Field 'x' doesn't exist", "extensions": {"code": "undefined"}}]},
    ],
)
async def test_query_that_is_not_taken_is_halved_to_one_then_left(refused: dict[str, Any]) -> None:
    """Without a wait; if even one name is too many, GraphQL is of no use in this run."""
    world = github(12, script={"/graphql": [httpx.Response(200, json=refused) for _ in range(9)]})

    run = await fetch(world, keys(12))

    queries = [request for request in world.seen if request.url.path == "/graphql"]
    assert [len(asked_names(request)) for request in queries] == [12, 6, 3, 1]
    assert run.of(Found) == keys(12)
    assert longest(world) < 1


async def test_token_without_graphql_leaves_all_to_rest() -> None:
    """A 403 that is no limit closes the interface, not the run."""
    world = github(3, script={"/graphql": [httpx.Response(403, json=FORBIDDEN)]})

    run = await fetch(world, keys(3))

    assert run.of(Found) == keys(3)
    assert run.requests == 4


async def test_error_of_one_field_leaves_it_unknown() -> None:
    """The others are kept, and unknown is not zero."""
    error = {"type": "FORBIDDEN", "path": ["r0", "issues"], "message": "no"}
    body = {"data": {"r0": node("o/r0", issues=None)}, "errors": [error]}
    world = github(script={"/graphql": [httpx.Response(200, json=body)]})

    run = await fetch(world, ["o/r0"])

    assert run.value("o/r0").open_issues is None
    assert run.value("o/r0").open_issues_and_prs is None
    assert run.value("o/r0").stars == 30


# --- limits -----------------------------------------------------------------------------------


async def test_last_answer_of_a_window_is_kept_and_the_next_request_waits() -> None:
    """Remaining 0 on a 200 is a good answer; the reset comes in 90 s, and one more is waited."""
    world = github(60, limits={"graphql": [5000, 1, 90]})

    run = await fetch(world, keys(60))

    assert run.of(Found) == keys(60)
    assert run.requests == 2
    assert longest(world) == pytest.approx(91, abs=0.2)


async def test_floor_leaves_the_rest_for_the_next_run() -> None:
    """The bucket is shared: below 5 % nothing more is asked where the reset is far."""
    world = github(150, limits={"graphql": [5000, 251, 3000]})

    run = await fetch(world, keys(150))

    assert run.requests == 2
    assert len(run.of(Found)) == 100
    assert {str(run.outcomes[key]) for key in run.of(Skipped)} == {
        str(Skipped(reason="deferred to the next run: GitHub's hourly limit is nearly reached"))
    }


async def test_counters_of_the_two_interfaces_are_not_mixed() -> None:
    """Where GraphQL's points are used up, REST still judges what GraphQL left unclear."""
    world = github(60, limits={"graphql": [5000, 200, 3000], "core": [5000, 4000, 3000]})

    run = await fetch(world, [*keys(49), "o/gone", *keys(60)[49:]])

    assert run.of(Missing) == ["o/gone"]
    assert len(run.of(Skipped)) == 11


async def test_without_token_sixty_an_hour_are_not_used_up() -> None:
    """In the order given, stopping above the limit; the rest is deferred and says why."""
    world = github(70, limits={"60": [60, 60, 30]})

    run = await fetch(world, keys(70), token=None)

    assert run.of(Found) == keys(56)
    assert world.limits["60"][1] == 4
    assert {
        str(outcome.reason) for outcome in run.outcomes.values() if not isinstance(outcome, Found)
    } == {"deferred to the next run: GitHub's limit is 60 requests an hour without a token"}
    assert longest(world) < 1


async def test_without_token_a_used_up_hour_fails_once_and_defers_the_rest() -> None:
    """The name that was asked failed; the others were not asked."""
    far = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(START.timestamp()) + 3000)}
    world = github(3, script={repo(0): [httpx.Response(403, headers=far, json=PRIMARY)]})

    run = await fetch(world, keys(3), token=None)

    assert run.outcomes["o/r0"] == Failed(kind="throttled", reason="GitHub's rate limit is used up")
    assert run.of(Skipped) == ["o/r1", "o/r2"]
    assert run.requests == 1
    assert longest(world) < 1


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 60),
        ({"Retry-After": "82"}, 82),
        (
            {
                "Retry-After": "Sun, 01 Mar 2026 09:01:30 GMT",
                "Date": "Sun, 01 Mar 2026 09:00:00 GMT",
            },
            90,
        ),
        ({"Retry-After": "0"}, 60),
        ({"X-RateLimit-Remaining": "29"}, 60),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(START.timestamp()) + 70)}, 71),
    ],
    ids=["nothing", "seconds", "date-of-another-clock", "no-wait", "remaining", "reset"],
)
async def test_secondary_limit_waits_as_told(
    status: int, headers: dict[str, str], seconds: float
) -> None:
    """Retry-After, else the reset of a used-up counter; a minute at least."""
    world = github(
        2, script={"/graphql": [httpx.Response(status, headers=headers, json=SECONDARY)]}
    )

    run = await fetch(world, keys(2))

    assert run.of(Found) == keys(2)
    assert seconds <= longest(world) <= seconds * 1.1 + 0.2


async def test_secondary_limit_four_times_ends_the_run_with_github() -> None:
    """60, 120, 240 s, then nothing more is asked of either interface."""
    world = github(60, script={"*": [httpx.Response(403, json=SECONDARY) for _ in range(9)]})

    run = await fetch(world, keys(60))

    assert run.requests == 4
    assert len(run.of(Failed)) == 50
    assert len(run.of(Skipped)) == 10
    waits = [seconds for seconds in world.clock.slept if seconds > 1]
    assert len(waits) == 3
    assert all(own <= wait <= own * 1.1 for own, wait in zip((60, 120, 240), waits, strict=True))


@pytest.mark.parametrize("kind", ["RATE_LIMITED", "RATE_LIMIT"])
async def test_primary_limit_of_graphql_comes_with_status_200(kind: str) -> None:
    """Recorded with 4 of 1,000 left: the words count, not the counter."""
    headers = {
        "X-RateLimit-Limit": "1000",
        "X-RateLimit-Remaining": "4",
        "X-RateLimit-Reset": str(int(START.timestamp()) + 100),
    }
    body = {"errors": [{"type": kind, "message": "API rate limit already exceeded for user ID 1."}]}
    world = github(2, script={"/graphql": [httpx.Response(200, headers=headers, json=body)]})

    run = await fetch(world, keys(2))

    assert run.of(Found) == keys(2)
    assert longest(world) == pytest.approx(101, abs=0.2)


async def test_limit_keeps_the_repositories_that_came_with_it() -> None:
    """What `data` holds is used, and only the rest is asked after the pause."""
    body = {
        "data": {"r0": node("o/r0"), "r1": None},
        "errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}],
    }
    world = github(2, script={"/graphql": [httpx.Response(200, json=body)]})

    run = await fetch(world, keys(2))

    assert run.of(Found) == keys(2)
    assert asked_names(world.seen[1]) == ["o/r1"]
    assert longest(world) == pytest.approx(60, abs=0.2)


async def test_limit_with_repositories_and_a_far_reset_defers_the_rest() -> None:
    """A pause that is too long is not slept after a partial answer either."""
    body = {
        "data": {"r0": node("o/r0"), "r1": None},
        "errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}],
    }
    far = {"X-RateLimit-Reset": str(int(START.timestamp()) + 3000)}
    world = github(2, script={"/graphql": [httpx.Response(200, headers=far, json=body)]})

    run = await fetch(world, keys(2))

    assert run.of(Found) == ["o/r0"]
    assert run.of(Skipped) == ["o/r1"]
    assert run.requests == 1


async def test_limit_with_nothing_of_use_is_not_asked_about_for_ever() -> None:
    """An answer that names a limit and tells of nobody that was asked leaves them to REST."""
    body = {"data": {"viewer": {}}, "errors": [{"type": "RATE_LIMITED", "message": "x"}]}
    world = github(2, script={"/graphql": [httpx.Response(200, json=body) for _ in range(9)]})

    run = await fetch(world, keys(2))

    assert run.of(Found) == keys(2)
    assert run.requests == 3
    assert longest(world) == pytest.approx(60, abs=0.2)


async def test_busy_graphql_says_itself_how_long_to_wait() -> None:
    """Retry-After of a 503 is longer than our own five seconds."""
    busy = httpx.Response(503, headers={"Retry-After": "30"}, text="<html>")
    world = github(2, script={"/graphql": [busy]})

    run = await fetch(world, keys(2))

    assert run.of(Found) == keys(2)
    assert longest(world) == pytest.approx(30, abs=0.2)


async def test_wait_that_is_too_long_is_not_slept() -> None:
    """The names that were asked failed, the rest is deferred, in no time."""
    far = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(START.timestamp()) + 3000)}
    world = github(60, script={"/graphql": [httpx.Response(403, headers=far, json=PRIMARY)]})

    run = await fetch(world, keys(60))

    assert {outcome.kind for outcome in run.outcomes.values() if isinstance(outcome, Failed)} == {
        "throttled"
    }
    assert (len(run.of(Failed)), len(run.of(Skipped))) == (50, 10)
    assert run.requests == 1
    assert longest(world) < 1


# --- faults of REST ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.Response(502, json={"message": "Server Error"}),
        httpx.Response(503, text="<html>unicorn</html>"),
        httpx.Response(500),
        httpx.Response(200, text="<html>"),
        httpx.ReadTimeout("too slow"),
        httpx.ReadError("reset"),
    ],
    ids=str,
)
async def test_transient_fault_of_rest_is_asked_again(trouble: Step) -> None:
    """After a second or so."""
    world = github(1, script={repo(): [trouble]})

    run = await fetch(world, ["o/r0"], token=None)

    assert run.of(Found) == ["o/r0"]
    assert run.requests == 2
    assert 0.9 <= longest(world) <= 1.2


async def test_rest_that_stays_down_is_left_alone() -> None:
    """Twelve tries in a row without an answer are enough for a run."""
    world = github(30, script={"*": [httpx.Response(502) for _ in range(99)]})

    run = await fetch(world, keys(30), token=None)

    assert run.requests == 12
    assert run.of(Failed) == keys(30)


@pytest.mark.parametrize("status", [204, 304, 409, 410, 422])
async def test_odd_status_is_recorded_and_not_repeated(status: int) -> None:
    """Neither missing nor known."""
    world = github(1, script={repo(): [httpx.Response(status)]})

    run = await fetch(world, ["o/r0"], token=None)

    assert run.outcomes["o/r0"] == Failed(kind="bad-answer", reason=f"HTTP {status}")
    assert run.requests == 1


@pytest.mark.parametrize(
    "fault",
    [
        httpx.Response(400, json={"message": "Unsupported version"}),
        httpx.Response(403, json={"message": "Missing or invalid User Agent string."}),
    ],
    ids=str,
)
async def test_fault_of_our_own_ends_the_run_with_github(fault: httpx.Response) -> None:
    """What GitHub does not take once it will not take again."""
    world = github(3, script={repo(0): [fault]})

    run = await fetch(world, keys(3), token=None)

    assert run.of(Failed) == keys(3)
    assert run.requests == 1


async def test_answer_without_a_name_is_a_bad_answer() -> None:
    """A JSON object that is no repository is not taken for one."""
    world = github(script={repo(): [httpx.Response(200, json={"message": "hello"})]})

    run = await fetch(world, ["o/r0"], token=None)

    outcome = run.outcomes["o/r0"]
    assert isinstance(outcome, Failed)
    assert outcome.kind == "bad-answer"


async def test_no_request_is_conditional() -> None:
    """No ETag is kept: a 304 would cost as much, and `If-Modified-Since` freezes statistics."""
    world = github(2, limits={"60": [60, 60, 600]})

    await fetch(world, [*keys(2), "o/gone"])
    await fetch(world, keys(2), token=None)
    await fetch(world, keys(2), token=None)

    assert not any(name.startswith("if-") for request in world.seen for name in request.headers)
    assert {request.headers["x-github-api-version"] for request in world.seen} == {"2022-11-28"}


# --- tokens -----------------------------------------------------------------------------------


async def test_bad_token_is_confirmed_once_then_dropped() -> None:
    """One query, one question about the token, then the names go on without it."""
    world = github(3, good_tokens=(), limits={"60": [60, 60, 3000]})

    run = await fetch(world, keys(3))

    assert run.of(Found) == keys(3)
    assert [request.url.path for request in world.seen[:2]] == ["/graphql", "/rate_limit"]
    assert run.requests == 2 + 3
    assert ["authorization" in request.headers for request in world.seen] == [True] * 2 + [
        False
    ] * 3
    assert world.limits["60"][1] == 55
    assert run.source.door.token_refused is not None


async def test_bad_token_is_told_loudly_of_all_that_does_not_fit() -> None:
    """The rest has failed for want of a good token, not for want of time."""
    world = github(70, good_tokens=(), limits={"60": [60, 60, 3000]})

    run = await fetch(world, keys(70))

    assert len(run.of(Found)) == 54
    failed = [outcome for outcome in run.outcomes.values() if isinstance(outcome, Failed)]
    assert {outcome.kind for outcome in failed} == {"unauthorized"}
    assert "GitHub refused the token" in failed[0].reason


UNAUTHORIZED = {"message": "Bad credentials", "status": "401"}


async def test_single_401_is_a_fault_of_github() -> None:
    """The token holds when asked about: the same query is asked again, with it."""
    bad = httpx.Response(401, headers={"X-RateLimit-Limit": "60"}, json=UNAUTHORIZED)
    world = github(2, script={"/graphql": [bad]})

    run = await fetch(world, keys(2))

    assert run.of(Found) == keys(2)
    assert run.requests == 3
    assert all("authorization" in request.headers for request in world.seen)


async def test_second_401_is_believed() -> None:
    """The token is asked about only once, however often GitHub refuses it."""
    bad = [httpx.Response(401, json=UNAUTHORIZED) for _ in range(9)]
    world = github(2, script={"/graphql": list(bad)})

    run = await fetch(world, keys(2))

    assert [request.url.path for request in world.seen] == [
        "/graphql",
        "/rate_limit",
        "/graphql",
        repo(0),
        repo(1),
    ]
    assert run.of(Found) == keys(2)


async def test_401_of_the_judge_is_handled_as_well() -> None:
    """A token that is revoked half-way costs two requests more."""
    bad = httpx.Response(401, json=UNAUTHORIZED)
    world = github(1, script={"/repos/o/gone": [bad], "/rate_limit": [bad]})

    run = await fetch(world, ["o/gone"])

    assert isinstance(run.outcomes["o/gone"], Missing)
    assert run.requests == 4
    assert "authorization" not in world.seen[-1].headers


async def test_401_without_token_is_no_storm() -> None:
    """Where even the public is asked for a token, one answer says so for all."""
    world = github(9, script={repo(0): [httpx.Response(401, json=UNAUTHORIZED)]})

    run = await fetch(world, keys(9), token=None)

    assert run.of(Failed) == keys(9)
    assert run.requests == 1


# --- our own side -----------------------------------------------------------------------------


async def test_no_time_left_defers_all() -> None:
    """A run that is over asks nothing and blames nobody."""
    world = github(60)
    async with client_of(world, world.clock, deadline=0.0) as client:
        source = GitHubSource(client, authenticated=True)
        outcomes = {key: outcome async for key, outcome in source.fetch_many(keys(60))}

    assert set(map(type, outcomes.values())) == {Skipped}
    assert client.requests["github"] == 0


async def test_host_that_cannot_be_reached_fails_the_names() -> None:
    """Nobody is called missing, and REST is not tried where nobody listens."""
    world = github(2, script={"*": [httpx.ConnectError("refused") for _ in range(9)]})

    run = await fetch(world, keys(2))

    assert {outcome.kind for outcome in run.outcomes.values() if isinstance(outcome, Failed)} == {
        "connect"
    }
    assert run.requests == 4


FAULTS: dict[str, Callable[[], Step]] = {
    "502": lambda: httpx.Response(502, text="<html>"),
    "503": lambda: httpx.Response(503, headers={"Retry-After": "5"}, text="<html>"),
    "504": lambda: httpx.Response(504),
    "no-json": lambda: httpx.Response(200, text="<html>"),
    "timeout": lambda: httpx.ReadTimeout("slow"),
    "reset": lambda: httpx.ReadError("reset"),
    "connect": lambda: httpx.ConnectError("refused"),
    "401": lambda: httpx.Response(401, headers={"X-RateLimit-Limit": "60"}, json=UNAUTHORIZED),
    "primary": lambda: httpx.Response(403, headers={"X-RateLimit-Remaining": "0"}, json=PRIMARY),
    "primary-429": lambda: httpx.Response(429, json=PRIMARY),
    "secondary": lambda: httpx.Response(403, json=SECONDARY),
    "secondary-429": lambda: httpx.Response(429, headers={"Retry-After": "9"}, json=SECONDARY),
    "empty-object": lambda: httpx.Response(200, json={}),
}


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize(
    ("fault", "token"),
    [
        (fault, token)
        for fault in FAULTS
        for token in (TOKEN, None)
        if fault != "empty-object" and (fault, token) != ("401", None)
    ],
)
async def test_one_transient_fault_anywhere_costs_nothing(
    fault: str, token: str | None, place: int
) -> None:
    """Every repository that exists is found, whichever request meets the fault."""
    world = github(55, moved={"o/old": "o/r54"})
    world.script["*"] = [*[None] * place, FAULTS[fault]()]
    run = await fetch(world, ["o/gone", "o/old", *keys(55)], token)

    assert run.of(Missing) == ["o/gone"]
    assert len(run.of(Found)) == 56


@pytest.mark.parametrize("fault", list(FAULTS))
async def test_lasting_fault_makes_nothing_missing(fault: str) -> None:
    """A GitHub that gives nothing else ends in failures, soon."""
    world = github(60)
    world.script["*"] = [FAULTS[fault]() for _ in range(500)]

    run = await fetch(world, keys(60))

    assert len(run.of(Failed)) + len(run.of(Skipped)) == 60
    assert run.requests <= 70
    assert world.clock.monotonic() < 600
