"""Which GitHub repository a URL lies in, owner and name in any case. Pure and total."""

import re
from dataclasses import dataclass
from typing import Final

from pipeline.urls import Target, target_of


@dataclass(frozen=True, slots=True)
class Repository:
    """A GitHub repository that a URL lies in. Owner and name as written."""

    owner: str
    name: str
    is_root: bool
    """True where the URL is the repository itself, so that its state is the link's state."""

    @property
    def full_name(self) -> str:
        """`owner/name` as written."""
        return f"{self.owner}/{self.name}"

    @property
    def key(self) -> str:
        """`github:owner/name` in lower case."""
        return f"github:{self.full_name.lower()}"

    @property
    def url(self) -> str:
        """Address of the repository."""
        return f"https://github.com/{self.full_name}"


_NOT_OWNERS: Final = frozenset(
    """
    about account apps blog codespaces collections contact customer-stories dashboard enterprise
    events explore features gist issues join login logout marketplace new notifications orgs
    organizations pricing pulls readme resources search security settings signup site solutions
    sponsors stars team topics trending users watching
    """.split()  # noqa: SIM905  one word a line would hide the table
)
# An underscore stands in the names of enterprise managed users only (`name_company`).
_OWNER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}", re.ASCII)
_NAME: Final = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)


def repository(url: str) -> Repository | None:
    """Return the GitHub repository a URL lies in, at its root or below; None for other pages."""
    target = target_of(url)
    return None if target is None else repository_of(target)


def repository_of(target: Target) -> Repository | None:
    """Return the repository of an address that is taken apart already."""
    if target.host not in {"github.com", "raw.githubusercontent.com"} or len(target.path) < 2:
        return None
    owner, segment = target.path[0].strip(), target.path[1]
    match = _NAME.match(segment)
    if match is None or not _OWNER.fullmatch(owner) or owner.lower() in _NOT_OWNERS:
        return None
    name = match[0].rstrip(".").removesuffix(".git")
    if not name.strip(".") or len(name) > 100:
        return None
    whole = segment in {name, f"{name}.git"}
    is_root = target.host == "github.com" and len(target.path) == 2 and whole
    return Repository(owner, name, is_root)
