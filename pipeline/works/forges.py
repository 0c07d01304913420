"""
Which project of GitLab, Codeberg or Bitbucket a URL lies in. Pure and total.

Names: docs.gitlab.com/user/reserved_names (projects lie in groups of any depth, and what begins
with `-`, or is a reserved word, is a page of the project), forgejo.org (reserved user names in
`models/user`), support.atlassian.com/bitbucket-cloud (workspace and repository ids).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, get_args

from pipeline.urls import Target, target_of

Forge = Literal["gitlab", "codeberg", "bitbucket"]
FORGES: Final[tuple[Forge, ...]] = get_args(Forge)
FORGE_NAMES: Final[dict[str, str]] = {
    "github": "GitHub",
    "gitlab": "GitLab",
    "codeberg": "Codeberg",
    "bitbucket": "Bitbucket",
}


@dataclass(frozen=True, slots=True)
class Project:
    """A project that a URL lies in. Its path is as written."""

    forge: Forge
    path: str
    """`owner/name`; at GitLab `group/subgroup/name` as well."""
    is_root: bool
    """True where the URL is the project itself, so that its state is the link's state."""

    @property
    def key(self) -> str:
        """`gitlab:group/name` in lower case: no service tells names apart by case."""
        return f"{self.forge}:{self.path.lower()}"


def service_of(key: str) -> str:
    """Return the service of a repository's key: GitHub's are `owner/name`, without a prefix."""
    service, colon, _ = key.partition(":")
    return service if colon else "github"


def page_of(service: str, path: str) -> str:
    """Return the address of a repository."""
    hosts = {"gitlab": "gitlab.com", "codeberg": "codeberg.org", "bitbucket": "bitbucket.org"}
    return f"https://{hosts.get(service, 'github.com')}/{path}"


_SLUG: Final = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]{0,254}", re.ASCII)
_PAGES_OF_PROJECTS: Final = frozenset(
    """
    activity badges blame blob branches builds commit commits compare container_registry create
    create_dir edit environments files find_file forks graphs import info issues jobs labels
    merge_requests milestones network new pipelines preview project_members raw refs releases
    repository settings snippets starrers tags tree update uploads wikis
    """.split()  # noqa: SIM905  one word a line would hide the table
)
"""Segments of GitLab's addresses that end a project's path, of old addresses without `-` too."""
_NOT_OWNERS: Final[dict[Forge, frozenset[str]]] = {
    "gitlab": frozenset(
        """
        - .well-known 404.html abuse_reports admin api assets dashboard explore files groups
        health_check help import invites jwt login oauth profile projects public robots.txt s search
        sitemap snippets unsubscribes uploads users v2
        """.split()  # noqa: SIM905
    ),
    "codeberg": frozenset(
        """
        - .well-known admin api assets attachments avatar avatars captcha commits debug devtest
        error explore favicon.ico issues login manifest.json metrics milestones new notifications
        org pulls raw repo repo-avatars robots.txt search stars swagger user v2
        """.split()  # noqa: SIM905
    ),
    "bitbucket": frozenset(
        """
        account api assets blog dashboard features gateway goodies help login product repo
        repositories site snippets socialauth support teams user workspaces workspace xhr
        """.split()  # noqa: SIM905
    ),
}


def project(url: str) -> Project | None:
    """Return the project that a URL lies in, at its root or below; None for other pages."""
    target = target_of(url)
    return None if target is None else project_of(target)


def project_of(target: Target) -> Project | None:
    """Return the project of an address that is taken apart already."""
    found = _HOSTS.get(target.host)
    if found is None or len(target.path) < 2:
        return None
    forge, length_of = found
    path = target.path[: length_of(target.path)]
    names = (*path[:-1], path[-1].removesuffix(".git")) if path else ()
    if len(names) < 2 or names[0].lower() in _NOT_OWNERS[forge] or not all(map(_is_name, names)):
        return None
    return Project(forge, "/".join(names), is_root=len(path) == len(target.path))


def _is_name(text: str) -> bool:
    return _SLUG.fullmatch(text) is not None and bool(text.strip("."))


def _of_gitlab(path: tuple[str, ...]) -> int:
    """Return how many segments are the project's; the first two are never its pages."""
    ends = (n for n, one in enumerate(path) if one == "-" or (n > 1 and one in _PAGES_OF_PROJECTS))
    return next(ends, len(path))


_HOSTS: Final[dict[str, tuple[Forge, Callable[[tuple[str, ...]], int]]]] = {
    "gitlab.com": ("gitlab", _of_gitlab),
    "codeberg.org": ("codeberg", lambda _: 2),
    "bitbucket.org": ("bitbucket", lambda _: 2),
}
"""By host: the service, and how many segments of a path name the project."""
