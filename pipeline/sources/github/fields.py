"""
From GitHub's words to a `RepositoryRecord`: the fields of both interfaces and their traps.

Pure. Field names: docs.github.com/en/rest/repos/repos#get-a-repository and the public GraphQL
schema (object `Repository`). What is absent or of another type is unknown, never zero.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.sources import RepositoryRecord
from pipeline.sources.answers import within

RepositoryOutcome = Outcome[RepositoryRecord]

FULL_NAME = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}/(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,100}", re.ASCII
)
"""`owner/repo`. Underscores in owners are those of enterprise managed users (`name_company`)."""

_DIRECTION_MARKS = frozenset(
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def record_of_rest(body: Mapping[str, Any]) -> RepositoryRecord | None:
    """
    Map the object of `GET /repos/{owner}/{repo}`; None where it is no repository.

    `open_issues_count` includes pull requests, so `open_issues` stays unknown. `watchers_count`
    equals the stars and `network_count` counts the whole network: neither is read.
    """
    return _record(
        body.get("full_name"),
        id=count(body.get("id")),
        **_origin(body.get("parent"), "full_name", "stargazers_count"),
        stars=count(body.get("stargazers_count")),
        forks=count(body.get("forks_count")),
        open_issues_and_prs=count(body.get("open_issues_count")),
        license=_license(body.get("license"), "spdx_id"),
        language=clean_text(body.get("language")),
        topics=words(body.get("topics")),
        archived=flag(body.get("archived")),
        created_at=clean_text(body.get("created_at")),
        pushed_at=clean_text(body.get("pushed_at")),
        description=clean_text(body.get("description")),
        homepage=web_address(body.get("homepage")),
    )


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
    issues = count(within(node, "issues", "totalCount"))
    pull_requests = count(within(node, "pullRequests", "totalCount"))
    both = None if issues is None or pull_requests is None else issues + pull_requests
    nodes = within(node, "repositoryTopics", "nodes")
    topics = nodes if isinstance(nodes, list) else ()
    return _record(
        node.get("nameWithOwner"),
        id=count(node.get("databaseId")),
        **_origin(node.get("parent"), "nameWithOwner", "stargazerCount"),
        stars=count(node.get("stargazerCount")),
        forks=count(node.get("forkCount")),
        open_issues=issues,
        open_issues_and_prs=both,
        license=_license(node.get("licenseInfo"), "spdxId"),
        language=clean_text(within(node, "primaryLanguage", "name")),
        topics=words([within(topic, "topic", "name") for topic in topics]),
        archived=flag(node.get("isArchived")),
        created_at=clean_text(node.get("createdAt")),
        pushed_at=clean_text(node.get("pushedAt")),
        description=clean_text(node.get("description")),
        homepage=web_address(node.get("homepageUrl")),
    )


def outcome_of(record: RepositoryRecord | None, *, private: bool) -> RepositoryOutcome:
    """Return what is published about a repository: of a private one, shown to us alone, nothing."""
    if private:
        return Missing(reason="GitHub has no public repository of this name")
    if record is None:
        return Failed(kind="bad-answer", reason="GitHub's answer names no repository")
    return Found[RepositoryRecord](value=record)


def clean_text(value: object) -> str | None:
    """Return text in one line without control, surrogate or direction signs; None if empty."""
    if not isinstance(value, str):
        return None
    spaced = " ".join(value.split())
    shown = (
        character
        for character in spaced
        if unicodedata.category(character) not in ("Cc", "Cs") and character not in _DIRECTION_MARKS
    )
    return "".join(shown).strip() or None


def web_address(value: object) -> str | None:
    """Return an http(s) URL, or None for `""`, other schemes and what is no URL at all."""
    text = clean_text(value)
    if text is None or " " in text:
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and parts.netloc else None


def _record(full_name: object, **fields: Any) -> RepositoryRecord | None:
    if not isinstance(full_name, str) or not FULL_NAME.fullmatch(full_name):
        return None
    url = f"https://github.com/{full_name}"
    return RepositoryRecord(full_name=full_name, url=url, **fields)


def _origin(parent: object, name: str, stars: str) -> dict[str, Any]:
    """Read what a fork was made of; a repository that is none has no parent."""
    origin = within(parent, name)
    if not isinstance(origin, str) or not FULL_NAME.fullmatch(origin):
        return {}
    return {"fork_of": origin, "original_stars": count(within(parent, stars))}


def _license(value: object, name: str) -> str | None:
    """NOASSERTION: there is a licence file, and GitHub does not know which licence it is."""
    if not isinstance(value, dict) or not value:
        return None
    return clean_text(value.get(name)) or "NOASSERTION"


def words(value: object) -> tuple[str, ...]:
    """Return a row of words, cleaned, each once."""
    cleaned = (clean_text(one) for one in (value if isinstance(value, list) else ()))
    return tuple(dict.fromkeys(one for one in cleaned if one))


def count(value: object) -> int | None:
    """Return a number of things; None for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def flag(value: object) -> bool | None:
    """Return yes or no; None for what is neither."""
    return value if isinstance(value, bool) else None
