"""What is on GitHub, as far as publishing asks: issues, pull requests, branches. Pure records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

WRITERS: Final = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
"""`author_association` of people who may write to a repository."""


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository that is published to."""

    name: str
    """`owner/name`, as GitHub spells it."""
    default_branch: str
    url: str = ""
    """Its page, on whatever server it is; empty where GitHub does not say."""
    has_issues: bool = True
    """Whether issues are switched on; in a fork they are not, at first."""


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue, never a pull request."""

    number: int
    title: str
    body: str
    is_open: bool
    labels: tuple[str, ...] = ()
    trusted: bool = False
    """Whether a program or somebody with write access has opened it."""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request from a branch of the repository itself."""

    number: int
    title: str
    body: str
    is_open: bool
    merged: bool = False


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One file of a commit: git's mode and the SHA-1 of its blob."""

    mode: str
    sha: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit."""

    sha: str
    tree: str
    message: str
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch, seen from the branch that it is to be merged into."""

    head: Commit
    ahead: int
    """Commits that the other branch does not have."""
    files: Mapping[str, TreeEntry] = field(default_factory=dict)


def issue_of(value: Mapping[str, Any]) -> Issue | None:
    """
    Read an item of the list of issues; None for a pull request.

    "Every pull request is an issue": GitHub lists both, a pull request has the key `pull_request`.
    """
    if "pull_request" in value:
        return None
    user = value.get("user") or {}
    return Issue(
        number=int(value["number"]),
        title=str(value.get("title") or ""),
        body=str(value.get("body") or ""),
        is_open=value.get("state") == "open",
        labels=tuple(str(label["name"]) for label in value.get("labels") or ()),
        trusted=user.get("type") == "Bot" or value.get("author_association") in WRITERS,
    )


def pull_of(value: Mapping[str, Any]) -> PullRequest:
    """Read a pull request."""
    return PullRequest(
        number=int(value["number"]),
        title=str(value.get("title") or ""),
        body=str(value.get("body") or ""),
        is_open=value.get("state") == "open",
        merged=bool(value.get("merged_at")),
    )


def commit_of(value: Mapping[str, Any]) -> Commit:
    """Read a commit of the git data API."""
    return Commit(
        sha=str(value["sha"]),
        tree=str(value["tree"]["sha"]),
        message=str(value.get("message") or ""),
        parents=tuple(str(parent["sha"]) for parent in value.get("parents") or ()),
    )
