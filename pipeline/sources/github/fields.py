"""
From GitHub's words to a `RepositoryRecord`: the fields of both interfaces and their traps.

Pure. Field names: docs.github.com/en/rest/repos/repos#get-a-repository and the public GraphQL
schema (object `Repository`). What is absent or of another type is unknown, never zero.
"""

import re
from collections.abc import Mapping
from typing import Any

from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.sources import RepositoryRecord
from pipeline.sources.answers import within
from pipeline.sources.repository_fields import clean_text, count, fields_of, places, words

RepositoryOutcome = Outcome[RepositoryRecord]

FULL_NAME = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}/(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,100}", re.ASCII
)
"""`owner/repo`. Underscores in owners are those of enterprise managed users (`name_company`)."""

_REST = places("""
    id fork_of=parent.full_name original_stars=parent.stargazers_count stars=stargazers_count
    forks=forks_count open_issues_and_prs=open_issues_count language topics archived created_at
    pushed_at description homepage
""")
_GRAPHQL = places("""
    id=databaseId fork_of=parent.nameWithOwner original_stars=parent.stargazerCount
    stars=stargazerCount forks=forkCount open_issues=issues.totalCount
    language=primaryLanguage.name archived=isArchived created_at=createdAt pushed_at=pushedAt
    description homepage=homepageUrl
""")


def record_of_rest(body: Mapping[str, Any]) -> RepositoryRecord | None:
    """
    Map the object of `GET /repos/{owner}/{repo}`; None where it is no repository.

    `open_issues_count` includes pull requests, so `open_issues` stays unknown. `watchers_count`
    equals the stars and `network_count` counts the whole network: neither is read.
    """
    license_ = _license(body.get("license"), "spdx_id")
    return _record(body.get("full_name"), license=license_, **fields_of(body, _REST))


GRAPHQL_FIELDS = """
fragment F on Repository {
  databaseId nameWithOwner isPrivate isArchived description homepageUrl
  stargazerCount forkCount createdAt pushedAt
  parent { nameWithOwner stargazerCount }
  issues(states: OPEN) { totalCount }
  pullRequests(states: OPEN) { totalCount }
  licenseInfo { spdxId }
  primaryLanguage { name }
  repositoryTopics(first: 20) { nodes { topic { name } } }
}
"""
"""What `record_of_graphql` reads of a repository."""


def record_of_graphql(node: Mapping[str, Any]) -> RepositoryRecord | None:
    """Map a `Repository` of GraphQL (`GRAPHQL_FIELDS`); what an error left null is unknown."""
    fields, topics = fields_of(node, _GRAPHQL), within(node, "repositoryTopics", "nodes")
    counts = fields["open_issues"], count(within(node, "pullRequests", "totalCount"))
    named = [within(one, "topic", "name") for one in (topics if isinstance(topics, list) else ())]
    return _record(
        node.get("nameWithOwner"),
        open_issues_and_prs=None if None in counts else sum(counts),
        license=_license(node.get("licenseInfo"), "spdxId"),
        topics=words(named),
        **fields,
    )


def outcome_of(record: RepositoryRecord | None, *, private: bool) -> RepositoryOutcome:
    """Return what is published about a repository: of a private one, shown to us alone, nothing."""
    if private:
        return Missing(reason="GitHub has no public repository of this name")
    if record is None:
        return Failed(kind="bad-answer", reason="GitHub's answer names no repository")
    return Found[RepositoryRecord](value=record)


def _record(full_name: object, **fields: Any) -> RepositoryRecord | None:
    """Make a record; a fork is one that has a parent which may be a repository."""
    if not isinstance(full_name, str) or not FULL_NAME.fullmatch(full_name):
        return None
    if not FULL_NAME.fullmatch(fields["fork_of"] or ""):
        fields |= {"fork_of": None, "original_stars": None}
    url = f"https://github.com/{full_name}"
    return RepositoryRecord(full_name=full_name, url=url, **fields)


def _license(value: object, name: str) -> str | None:
    """NOASSERTION: there is a licence file, and GitHub does not know which licence it is."""
    if not isinstance(value, dict) or not value:
        return None
    return clean_text(value.get(name)) or "NOASSERTION"
