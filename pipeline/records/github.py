"""What is on GitHub, as far as publishing asks: issues, pull requests, branches. Pure records."""

from collections.abc import Mapping
from dataclasses import dataclass, field


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
    branch: str = ""


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


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of ours on an issue, on a pull request, or on a line of its diff."""

    id: int
    body: str
    line: int | None = None
    """Of the new file; None where it is on no line, or on one that has changed since."""
    answered: bool = False
    """Whether somebody has replied to it."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a pull request would merge: which commit, from where, and how many files it changes."""

    number: int
    is_open: bool
    sha: str
    base: str
    """The commit of the base branch that GitHub compares it with."""
    files: int = 0


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One file of a pull request, as GitHub lists it."""

    path: str
    status: str
    """`added`, `removed`, `modified`, `renamed`, `copied`, `changed` or `unchanged`."""
    sha: str
    """Of its content in the pull request."""
    old_path: str | None = None
    patch: str | None = None
    """Its hunks; None where the difference is too large, or the file is no text to git."""
    additions: int = 0
    """Lines; 0 also where GitHub did not count them."""
