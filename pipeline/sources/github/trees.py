"""
The files of a repository at GitHub in one request, as `links.local` asks for them.

`GET /repos/{owner}/{repo}/git/trees/{sha}?recursive=1` has all paths of a commit, unless it is cut
off (`truncated`, above 100,000 entries or 7 MB): docs.github.com/rest/git/trees.
"""

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from pipeline.links.local import Commit, Kind
from pipeline.network.http_client import HttpClient
from pipeline.network.service import Answer
from pipeline.records.lists import Outline
from pipeline.sources.answers import fetch, json_object
from pipeline.sources.github.api import GITHUB_LISTS
from pipeline.sources.lists import GitHubFile, GitHubFolder
from pipeline.sources.work_tree import SITES

_DIGEST: Final = re.compile(rb"[0-9a-f]{40}")
_KINDS: Final[Mapping[tuple[str, str], Kind]] = {
    ("blob", "100644"): "file",
    ("blob", "100755"): "file",
    ("tree", "040000"): "folder",
}
"""By type and mode; symbolic links (120000) and submodules (`commit`) are unknown."""
_README_FOLDERS: Final = (".github", "", "docs")
"""Where GitHub looks for a repository's README, in its order."""


class GitHubTree:
    """The files of one commit."""

    is_github = True

    def __init__(self, folders: Mapping[str, Mapping[str, Kind]]) -> None:
        self._folders = folders

    @classmethod
    def of(cls, items: Iterable[Any]) -> "GitHubTree":
        """Read the entries of an answer; what is no entry is passed over."""
        folders: dict[str, dict[str, Kind]] = defaultdict(dict)
        for one in items:
            if isinstance(one, dict) and isinstance(path := one.get("path"), str):
                head, name = posixpath.split(path)
                kind = _KINDS.get((str(one.get("type")), str(one.get("mode"))), "unknown")
                folders[head][name] = kind
        return cls(folders)

    @property
    def is_site(self) -> bool:
        """Whether a maker of sites reads the repository."""
        return not SITES.isdisjoint(self._folders.get("", {}))

    def folder(self, path: str) -> Mapping[str, Kind]:
        """Return what lies in a folder."""
        return self._folders.get(path, {})

    def knows(self, path: str) -> bool:
        """Say that nothing else is there: the answer has all paths."""
        return not path

    def outline(self, path: str) -> Outline | None:  # noqa: ARG002  the interface is `Repository`'s
        """Return nothing: reading a file takes a request of its own."""
        return None

    def called(self, name: str) -> Iterator[str]:
        """Yield the files of a name."""
        for folder, names in self._folders.items():
            if names.get(name) == "file":
                yield posixpath.join(folder, name)

    def readme(self) -> str | None:
        """Return the path of the file that GitHub shows as the repository's README."""
        for folder in _README_FOLDERS:
            for name in sorted(self.folder(folder)):
                if name.lower().partition(".")[0] == "readme":
                    return posixpath.join(folder, name)
        return None


async def commit_of(client: HttpClient, api: str, file: GitHubFile) -> Commit | None:
    """Return the commit that a list was read from, with its files; None where GitHub is silent."""
    at = f"{file.base(api)}/commits/{quote(file.ref or 'HEAD', safe='')}"
    answer = await fetch(client, GITHUB_LISTS, at, "application/vnd.github.sha")
    if answer.status != 200 or not _DIGEST.fullmatch(answer.body.strip()):
        return None
    digest = answer.body.strip().decode("ascii")
    items = await items_at(client, api, file, digest)
    tree = GitHubTree.of(items) if items is not None else None
    path = file.path or (tree.readme() if tree is not None else "README.md")
    return Commit(file.repository, digest, path, tree) if path is not None else None


async def items_at(client: HttpClient, api: str, file: GitHubFile, digest: str) -> list[Any] | None:
    """Return the entries of all files of a commit; None where GitHub does not tell all."""
    answer = await tree_at(client, api, file, digest)
    if answer.status != 200 or answer.truncated:
        return None
    found = json_object(answer.body) or {}
    items = found.get("tree")
    return items if found.get("truncated") is False and isinstance(items, list) else None


async def tree_at(
    client: HttpClient, api: str, place: GitHubFile | GitHubFolder, ref: str
) -> Answer:
    """Ask for all files of a repository at a commit, a branch or a tag."""
    url = f"{place.base(api)}/git/trees/{quote(ref, safe='')}?recursive=1"
    return await fetch(client, GITHUB_LISTS, url, "application/vnd.github+json")
