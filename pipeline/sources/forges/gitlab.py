"""
Projects of gitlab.com: many in one GraphQL query; REST judges those that it does not know.

`projects(fullPaths:)` (gitlab-org/gitlab merge request 133596) leaves out what is private, gone or
renamed without a word. REST answers 301 for a project that has moved (merge request 128642), 404
for one that is gone or private, and knows groups, whose addresses look like those of projects. A
query without a token may have a complexity of 200 (issue 469590): a refused one is halved. Licences
are in REST alone, one request for each, so they are not asked for. `lastActivityAt` is later than
the last push where issues go on.
"""

import json
import re
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from pipeline.network.service import Answer
from pipeline.records.outcomes import Failed, Missing, Outcome, Skipped
from pipeline.records.sources import RepositoryRecord
from pipeline.sources.answers import failed, json_at, json_object
from pipeline.sources.forges.rules import NO_PATH, PATH, found, service_for
from pipeline.sources.repository_fields import clean_text, fields_of, places
from pipeline.sources.service_source import ServiceSource

LARGEST_BATCH: Final = 20
"""Projects in a query; the server's own page has as many."""
SERVICE: Final = service_for("gitlab", interval=0.25)
"""GitLab.com allows 500 requests a minute without a token (docs.gitlab.com/user/gitlab_com)."""
QUERY: Final = """
query P($paths: [String!], $first: Int) { projects(fullPaths: $paths, first: $first) { nodes {
  id fullPath visibility archived starCount forksCount openIssuesCount createdAt lastActivityAt
  description topics languages { name share }
} } }
"""
_ID: Final = re.compile(r"gid://gitlab/Project/([0-9]{1,18})", re.ASCII)
MOST_REFUSED: Final = 3
"""Queries about one project that GitLab may refuse until a run asks no more of them."""
NO_ANSWER: Final = Failed(kind="bad-answer", reason="GitLab does not take our query")
A_GROUP: Final = Skipped(reason="a group of GitLab, no project")


class GitLabSource(ServiceSource[RepositoryRecord]):
    """GitLab as a `Source` of `RepositoryRecord`; keys are paths in any case."""

    name = "gitlab"
    api = "https://gitlab.com"
    _size = LARGEST_BATCH

    def _refusal(self, key: str) -> Missing | None:
        return None if PATH.fullmatch(key) else NO_PATH

    async def _answers(
        self, keys: Sequence[str]
    ) -> AsyncIterator[tuple[str, Outcome[RepositoryRecord]]]:
        """One request for each batch, up to three for each unknown."""
        waiting, refused = deque(keys), 0
        while waiting and refused < MOST_REFUSED:
            batch = [waiting.popleft() for _ in range(min(self._size, len(waiting)))]
            answer = await self._ask(batch)
            projects = _projects(answer)
            if projects is None and len(batch) > 1 and answer.status == 200:
                self._size = len(batch) // 2
                waiting.extendleft(reversed(batch))
                continue
            refused = refused + 1 if projects is None else 0
            for path in batch:
                if projects is None:
                    yield path, failed(answer) if answer.trouble else NO_ANSWER
                elif path.lower() in projects:
                    yield path, projects[path.lower()]
                else:
                    yield path, await self._judge(path)
        for path in waiting:
            yield path, NO_ANSWER

    async def _ask(self, paths: Sequence[str]) -> Answer:
        variables = {"paths": list(paths), "first": len(paths)}
        return await self._client.send(
            SERVICE,
            "POST",
            f"{self._url}/api/graphql",
            headers={"Accept": "application/json", "Content-Type": "application/json"},
            content=json.dumps({"query": QUERY, "variables": variables}).encode(),
        )

    async def _judge(self, path: str) -> Outcome[RepositoryRecord]:
        """Say of a path that the query left out whether it has moved, is a group, or is nothing."""
        name = quote(path, safe="")
        answer = await self._get(SERVICE, f"/api/v4/projects/{name}")
        if answer.trouble is not None:
            return failed(answer)
        if answer.status == 200:
            return _of_rest(json_object(answer.body) or {})
        answer = await self._get(SERVICE, f"/api/v4/groups/{name}?with_projects=false")
        if answer.trouble is not None:
            return failed(answer)
        if answer.status == 200:
            return A_GROUP
        if answer.status != 404:
            return NO_ANSWER
        reason = "GitLab has no public project of this name (GraphQL: none, REST: HTTP 404)"
        return Missing(reason=reason, confirmed=True)


def _projects(answer: Answer) -> dict[str, Outcome[RepositoryRecord]] | None:
    """Return the projects of an answer by path in lower case; None where it is none."""
    if answer.trouble is not None:
        return None
    value = json_at(answer.body, "data", "projects", "nodes")
    if not isinstance(value, list):
        return None
    nodes = [node for node in value if isinstance(node, dict)]
    return {str(node.get("fullPath")).lower(): _of_graphql(node) for node in nodes}


_GRAPHQL: Final = places("""
    stars=starCount forks=forksCount open_issues=openIssuesCount topics archived
    created_at=createdAt pushed_at=lastActivityAt description
""")
_REST: Final = places("""
    id fork_of=forked_from_project.path_with_namespace stars=star_count forks=forks_count
    open_issues=open_issues_count topics archived created_at pushed_at=last_activity_at description
""")


def _of_graphql(node: Mapping[str, Any]) -> Outcome[RepositoryRecord]:
    match = _ID.fullmatch(str(node.get("id")))
    return found(
        "gitlab",
        node.get("fullPath"),
        is_public=node.get("visibility") == "public",
        id=int(match[1]) if match else None,
        language=clean_text(_language(node.get("languages"))),
        **fields_of(node, _GRAPHQL),
    )


def _language(value: object) -> object:
    """Return the language of the largest share."""
    named = [one for one in (value if isinstance(value, list) else ()) if isinstance(one, dict)]
    shares = [(one.get("share") or 0, one.get("name")) for one in named]
    numbers = [one for one in shares if isinstance(one[0], int | float)]
    return max(numbers, key=lambda one: one[0], default=(0, None))[1]


def _of_rest(body: Mapping[str, Any]) -> Outcome[RepositoryRecord]:
    path, visibility = body.get("path_with_namespace"), body.get("visibility")
    is_public = visibility in (None, "public")  # not said to those who have no token
    return found("gitlab", path, is_public=is_public, **fields_of(body, _REST))
