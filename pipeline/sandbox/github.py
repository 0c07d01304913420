"""
The replica of GitHub's REST and GraphQL API.

https://docs.github.com/en/rest/repos/repos#get-a-repository and
https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api; the
bodies of errors and the headers of limits are those of recorded answers of 2022 to 2026.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import httpx

from pipeline.sandbox import SANDBOX_TOKEN
from pipeline.sandbox.answers import HTML, answer, json_answer
from pipeline.sandbox.graphql import Field, GraphQLError, execute, parse
from pipeline.sandbox.repository_files import Snapshot
from pipeline.sandbox.scenarios import RepositoryTrouble
from pipeline.sandbox.world import Repository

API = "https://api.github.com"
DOCS = "https://docs.github.com/rest"

MOST_ALIASES = 120
"""More repositories in one query end in a 502 (one report: 120 pass, 227 fail)."""

TOPIC = "sandbox"


@dataclass(slots=True)
class Bucket:
    """The requests of one hour: REST (`core`) and GraphQL have one each, per credential."""

    resource: str
    limit: int
    used: int = 0
    reset: datetime | None = None

    def spend(self, now: datetime) -> bool:
        """Take one request; False where none is left."""
        if self.reset is None or now >= self.reset:
            self.used = self.used if self.reset is None else 0
            self.reset = now + timedelta(hours=1)
        if self.used >= self.limit:
            return False
        self.used += 1
        return True

    def figures(self, now: datetime) -> dict[str, int]:
        """Return the bucket as `/rate_limit` shows it."""
        reset = self.reset or now + timedelta(hours=1)
        return {
            "limit": self.limit,
            "remaining": self.limit - self.used,
            "used": self.used,
            "reset": int(reset.timestamp()),
        }

    def headers(self, now: datetime) -> dict[str, str]:
        """Return what an answer says of the bucket."""
        said = {"resource": self.resource, **self.figures(now)}
        return {f"x-ratelimit-{name}": str(value) for name, value in said.items()}


class GitHub:
    """`api.github.com`. Holds the buckets, because the limits depend on what was asked before."""

    def __init__(
        self,
        repositories: Mapping[str, Repository],
        trouble: Mapping[str, RepositoryTrouble],
        quota: int | None,
        files: Mapping[str, Snapshot] | None = None,
    ) -> None:
        """Hold repositories and what is in them, by `owner/name` in lower case."""
        self._repositories = repositories
        self._files = files or {}
        self._trouble = trouble
        self._anonymous, self._core, self._graphql = (
            Bucket(resource, limit, used=0 if quota is None else limit - quota)
            for resource, limit in (("core", 60), ("core", 5000), ("graphql", 5000))
        )

    def __call__(self, request: httpx.Request, now: datetime) -> httpx.Response:
        """Answer one request."""
        if not request.headers.get("user-agent"):
            return json_answer(403, {"message": "Missing or invalid User Agent string."})
        sent = request.headers.get("authorization", "")
        known = re.fullmatch(rf"(?:bearer|token) {SANDBOX_TOKEN}", sent, re.IGNORECASE)
        if sent and known is None:
            self._anonymous.spend(now)
            body = _message("Bad credentials", DOCS, 401)
            return json_answer(401, body, self._anonymous.headers(now))
        if request.url.path == "/graphql":
            return self._answer_graphql(request, now, anonymous=known is None)
        bucket = self._core if known else self._anonymous
        if request.url.path == "/rate_limit":
            graphql = self._graphql if known else Bucket("graphql", 0)
            resources = {"core": bucket.figures(now), "graphql": graphql.figures(now)}
            return json_answer(200, {"resources": resources, "rate": resources["core"]})
        if not bucket.spend(now):
            link = f"{DOCS}/using-the-rest-api/rate-limits-for-the-rest-api"
            body = _message("API rate limit exceeded for user ID 1.", link, 403)
            return json_answer(403, body, bucket.headers(now))
        return self._answer_rest(request, bucket, now)

    # --- REST ---------------------------------------------------------------------------------

    def _answer_rest(self, request: httpx.Request, bucket: Bucket, now: datetime) -> httpx.Response:
        repository, name, below = self._asked_for(request.url.path)
        trouble = self._trouble_of(repository, name)
        if trouble == "last":
            bucket.used = bucket.limit
        headers = bucket.headers(now) | {"x-github-media-type": "github.v3; format=json"}
        if trouble in REST_TROUBLE:
            status, body = REST_TROUBLE[trouble]
            return json_answer(status, body, headers)
        if repository is None or trouble == "missing":
            return json_answer(404, NOT_FOUND, headers)
        if name and name != repository.full_name.lower():
            address = f"{API}/repositories/{repository.id}{below}"
            body = {"message": "Moved Permanently", "url": address, "documentation_url": DOCS}
            return json_answer(301, body, headers | {"location": address})
        if below:
            ref, accept = request.url.params.get("ref"), request.headers.get("accept", "")
            found = self._files_of(repository).rest(below, ref, accept)
            if isinstance(found, bytes):
                return httpx.Response(200, content=found, headers=headers)
            return json_answer(404 if found is None else 200, found or NOT_FOUND, headers)
        text = json.dumps(_rest(repository, trouble))
        etag = f'W/"{sha256(text.encode()).hexdigest()}"'
        return json_answer(200, json.loads(text), headers | {"etag": etag})

    def _files_of(self, repository: Repository) -> Snapshot:
        return self._files.get(repository.full_name.lower(), Snapshot())

    def _asked_for(self, path: str) -> tuple[Repository | None, str, str]:
        """
        Return the repository that a path names, the name in lower case, and the path below it.

        The name of one that is asked for by its id is "".
        """
        if match := re.fullmatch(r"/repos/([^/]+/[^/]+)(/.+)?", path):
            name = match[1].lower()
            return self._repositories.get(name), name, match[2] or ""
        match = re.fullmatch(r"/repositories/(\d+)(/.+)?", path)
        if match is None:
            return None, "", ""
        by_id = {repository.id: repository for repository in self._repositories.values()}
        return by_id.get(int(match[1])), "", match[2] or ""

    def _trouble_of(self, repository: Repository | None, name: str) -> RepositoryTrouble | None:
        current = repository.full_name.lower() if repository else name
        return self._trouble.get(name) or self._trouble.get(current)

    # --- GraphQL ------------------------------------------------------------------------------

    def _answer_graphql(
        self, request: httpx.Request, now: datetime, *, anonymous: bool
    ) -> httpx.Response:
        if request.method != "POST":
            return json_answer(404, NOT_FOUND)
        if anonymous:
            body = {"message": "This endpoint requires you to be authenticated."}
            link = "graphql/guides/forming-calls-with-graphql#authenticating-with-graphql"
            body["documentation_url"] = f"https://docs.github.com/{link}"
            return json_answer(401, body)
        try:
            posted = json.loads(request.content)
            query, variables = str(posted["query"]), dict(posted.get("variables") or {})
        except (ValueError, TypeError, KeyError):
            return json_answer(400, _message("Problems parsing JSON", DOCS, 400))
        if not self._graphql.spend(now):
            return json_answer(200, {"errors": [EXHAUSTED]}, self._graphql.headers(now))
        return self._execute(query, variables, now)

    def _execute(self, query: str, variables: dict[str, Any], now: datetime) -> httpx.Response:
        headers = self._graphql.headers(now) | {"x-github-media-type": "github.v4; format=json"}

        def resolve(field: Field, arguments: Mapping[str, Any]) -> Any:
            if field.name == "rateLimit":
                return self._cost(now)
            if field.name != "repository":
                raise GraphQLError(f"Field '{field.name}' doesn't exist on type 'Query'")
            return self._repository(f"{arguments.get('owner')}/{arguments.get('name')}")

        try:
            document = parse(query)
            if len(document.selection) > MOST_ALIASES:
                return answer(502, "<html><title>502 Bad Gateway</title></html>", HTML)
            data, errors = execute(document, variables, resolve)
        except GraphQLError as error:
            wrong = {"message": str(error), "path": list(error.path)}
            return json_answer(200, {"errors": [wrong]}, headers)
        body: dict[str, Any] = {"data": data}
        if errors:
            body["errors"] = [
                {"path": list(error.path), "message": str(error)}
                | ({"type": error.kind} if error.kind else {})
                for error in errors
            ]
        return json_answer(200, body, headers)

    def _cost(self, now: datetime) -> dict[str, Any]:
        figures = self._graphql.figures(now)
        reset = datetime.fromtimestamp(figures.pop("reset"), tz=now.tzinfo)
        at = f"{reset:%Y-%m-%dT%H:%M:%SZ}"
        return {"__typename": "RateLimit", "cost": 1, "resetAt": at, **figures}

    def _repository(self, name: str) -> dict[str, Any] | None:
        """Return the fields of a repository, under any of its names; None without a reason."""
        repository = self._repositories.get(name.lower())
        trouble = self._trouble_of(repository, name.lower())
        if repository is None or trouble in ("missing", "blocked", "legal"):
            message = f"Could not resolve to a Repository with the name '{name}'."
            raise GraphQLError(message, kind="NOT_FOUND")
        if trouble in ("forbidden", "last"):
            raise GraphQLError("Resource not accessible by integration", kind="FORBIDDEN")
        if trouble == "broken":
            raise GraphQLError("Something went wrong while executing your query.")
        if trouble == "silent":
            return None
        files = self._files_of(repository)
        return {
            **_graphql(repository, trouble),
            "object": lambda arguments: files.object(str(arguments.get("expression"))),
        }


def _message(message: str, link: str, status: int) -> dict[str, str]:
    return {"message": message, "documentation_url": link, "status": str(status)}


NOT_FOUND = _message("Not Found", f"{DOCS}/repos/repos#get-a-repository", 404)

EXHAUSTED = {
    "type": "RATE_LIMIT",
    "code": "graphql_rate_limit",
    "message": "API rate limit already exceeded for user ID 1.",
}
"""With HTTP 200, and without `data` and `path`, as since late 2025."""


def _block(reason: str, link: str) -> dict[str, Any]:
    block = {"reason": reason, "created_at": "2024-01-01T00:00:00Z", "html_url": link}
    return {"message": "Repository access blocked", "block": block}


REST_TROUBLE: Mapping[RepositoryTrouble | None, tuple[int, dict[str, Any]]] = {
    "blocked": (403, _block("unavailable", "https://github.com/tos")),
    "legal": (451, _block("dmca", "https://github.com/github/dmca")),
    "broken": (500, {"message": "Server Error"}),
    "forbidden": (403, _message("Resource not accessible by integration", DOCS, 403)),
}


def _rest(repository: Repository, trouble: RepositoryTrouble | None) -> dict[str, Any]:
    counts = _figures(repository)
    license_ = repository.license
    return {
        "id": repository.id,
        "full_name": repository.full_name,
        "private": trouble == "private",
        "html_url": f"https://github.com/{repository.full_name}",
        "description": repository.description,
        "url": f"{API}/repos/{repository.full_name}",
        "created_at": repository.created,
        "pushed_at": repository.pushed,
        "homepage": "",
        "stargazers_count": repository.stargazers,
        "watchers_count": repository.stargazers,
        "forks_count": counts["forks"],
        # REST counts open pull requests among the issues.
        "open_issues_count": counts["issues"] + counts["pulls"],
        "language": repository.language,
        "archived": trouble == "archived",
        "fork": False,
        "license": license_ and {"key": license_.lower(), "spdx_id": license_, "url": None},
        "topics": [TOPIC],
        "visibility": "private" if trouble == "private" else "public",
        "default_branch": repository.default_branch,
    }


def _graphql(repository: Repository, trouble: RepositoryTrouble | None) -> dict[str, Any]:
    counts = _figures(repository)
    license_ = repository.license
    return {
        "__typename": "Repository",
        "id": f"R_sandbox{repository.id}",
        "databaseId": repository.id,
        "nameWithOwner": repository.full_name,
        "url": f"https://github.com/{repository.full_name}",
        "description": repository.description,
        "homepageUrl": None,
        "isPrivate": trouble == "private",
        "isArchived": trouble == "archived",
        "isFork": False,
        "parent": None,
        "stargazerCount": repository.stargazers,
        "forkCount": counts["forks"],
        "issues": {"totalCount": counts["issues"]},
        "pullRequests": {"totalCount": counts["pulls"]},
        "watchers": {"totalCount": counts["watchers"]},
        "primaryLanguage": repository.language and {"name": repository.language},
        "licenseInfo": license_ and {"key": license_.lower(), "spdxId": license_},
        "repositoryTopics": {"totalCount": 1, "nodes": [{"topic": {"name": TOPIC}}]},
        "createdAt": repository.created,
        "pushedAt": repository.pushed,
    }


def _figures(repository: Repository) -> dict[str, int]:
    """Return made-up counts."""
    most = {"forks": 90, "issues": 20, "pulls": 5, "watchers": 30}
    return {what: repository.number(what, below) for what, below in most.items()}
