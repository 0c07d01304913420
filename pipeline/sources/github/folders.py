"""
The lists in a folder of a GitHub repository, or of those that a pattern matches: one request.

Source: REST, "Get a tree" (recursive; a tree of more than 100,000 files comes cut, and says so).
"""

from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Any

from pipeline.formats.files import is_own
from pipeline.network.http_client import HttpClient
from pipeline.records.outcomes import Failed
from pipeline.sources.answers import json_object, why_unread
from pipeline.sources.github.trees import tree_at
from pipeline.sources.list_files import MOST, fits, listing
from pipeline.sources.lists import (
    GLOB,
    GitHubFile,
    GitHubFolder,
    ListSource,
    Named,
    distinct,
    without_suffix,
)


async def lists_in(
    source: ListSource, client: HttpClient | None, api: str, say: Callable[[str], None]
) -> list[ListSource] | Failed:
    """
    Return the lists of a folder on GitHub; of any other source, itself.

    They are called by their paths in the repository; below a configured name by their paths in the
    folder. `say` gets what is left out.
    """
    folder = source.location
    if not isinstance(folder, GitHubFolder):
        return [source]
    if client is None:
        return Failed(kind="closed", reason="offline run: remote lists are not read")
    answer = await tree_at(client, api, folder, folder.ref or "HEAD")
    if (failed := why_unread(answer, "GitHub")) is not None:
        return failed
    content = json_object(answer.body) or {}
    found = matching(folder.path, _files(content.get("tree")), say)
    if content.get("truncated") is True:
        say("GitHub names only a part of this repository's files")
    if not found:
        return Failed(kind="bad-answer", reason="there is no list in the repository")
    if len(found) > MOST:
        return Failed(kind="bad-answer", reason=f"more than {MOST:,} files match")
    return distinct([_named(source, folder, path) for path in found], {})


def _files(tree: Any) -> list[str]:
    """Return the paths of the files of a tree, without what climbs out of it."""
    nodes = [node for node in tree if isinstance(node, dict)] if isinstance(tree, list) else []
    paths = [node["path"] for node in nodes if node.get("type") == "blob" and _is_path(node)]
    return sorted(paths)


def _is_path(node: dict[str, Any]) -> bool:
    path = node.get("path")
    return isinstance(path, str) and {"", ".", ".."}.isdisjoint(path.split("/"))


def matching(
    wanted: str, paths: Sequence[str], say: Callable[[str], None] = lambda _: None
) -> list[str]:
    """Return the file of that very path, else what a pattern matches, else the folder's lists."""
    if wanted in paths:
        return [wanted]
    if GLOB.search(wanted):
        pattern = wanted.split("/")
        fixed = "".join(f"{part}/" for part in takewhile(_is_fixed, pattern[:-1]))
        below = {path.removeprefix(fixed): path for path in paths if path.startswith(fixed)}
        return [
            path
            for name, path in below.items()
            if fits(path.split("/"), pattern) and not is_own(name, below.__contains__)
        ]
    prefix = f"{wanted}/" if wanted else ""
    files = listing(path.removeprefix(prefix) for path in paths if path.startswith(prefix))
    if note := files.note():
        say(note)
    return [prefix + path for path in files.taken]


def _is_fixed(part: str) -> bool:
    return not GLOB.search(part)


def base_of(source: ListSource, folder: GitHubFolder) -> str:
    """Return how the names of a folder's lists begin: its configured name, or the repository."""
    whole = folder.repository
    return whole if source.name.startswith((f"{whole}:", f"{whole}@")) else source.name


def _named(source: ListSource, folder: GitHubFolder, path: str) -> Named:
    base, below = base_of(source, folder), path
    if base == source.name and not GLOB.search(folder.path):
        below = path.removeprefix(f"{folder.path}/")
    names = (f"{base}/{without_suffix(below)}".rstrip("/"), f"{base}/{below}")
    place = GitHubFile(folder.owner, folder.repo, folder.ref, path)
    return Named(place, names, found=not GLOB.search(folder.path))
