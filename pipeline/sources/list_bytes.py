"""
The bytes of a list, from wherever it is.

GitHub's files come by its API, which finds a README and knows private repositories; other lists
from their own hosts, at the pace of the linked web.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from pipeline.network.http_client import HttpClient
from pipeline.network.pace import Pace
from pipeline.network.redirects import follow
from pipeline.network.service import Service
from pipeline.records.outcomes import Failed
from pipeline.sources.answers import fetch, json_at, why_unread
from pipeline.sources.github.api import GITHUB_LISTS
from pipeline.sources.lists import (
    LARGEST_LIST,
    File,
    GitHubFile,
    GitHubFolder,
    Location,
    Remote,
    StandardInput,
    read_here,
)

LISTS: Final = Service(
    name="lists", lane=None, interval=0.5, concurrency=2, body_cap=LARGEST_LIST + 1
)


async def read(
    location: Location,
    client: HttpClient | None,
    github_url: str,
    pace_of: Callable[[str], Pace] | None = None,
) -> bytes | Failed:
    """
    Return a list's bytes, or why not from afar; `ConfigurationError` for a local fault.

    `pace_of` says how fast a stranger's host is asked, which its answers teach.
    """
    match location:
        case File() | StandardInput():
            return read_here(location)
        case GitHubFolder():
            return Failed(kind="bad-answer", reason="the files of this folder are not known")
    if client is None:
        return Failed(kind="closed", reason="offline run: remote lists are not read")
    return await _read_remote(location, client, github_url, replace(LISTS, pace_of=pace_of))


async def _read_remote(
    location: Remote | GitHubFile, client: HttpClient, github_url: str, service: Service
) -> bytes | Failed:
    url = location.url if isinstance(location, Remote) else location.url(github_url)
    accept = "text/markdown, text/plain, */*;q=0.5"
    if isinstance(location, GitHubFile):
        accept, service = "application/vnd.github.raw+json", GITHUB_LISTS
    headers = {"Accept": accept}
    answer = (await follow(client, service, "GET", url, headers=headers, stop=_leaves_https))[-1]
    if (failed := why_unread(answer, shown(url))) is not None:
        return failed
    if answer.truncated:
        reason = f"{shown(url)} is larger than {LARGEST_LIST:,} bytes"
        return Failed(kind="bad-answer", reason=reason)
    return answer.body


async def with_path(location: Location, client: HttpClient | None, api: str) -> Location | Failed:
    """Return a repository's README under its path there; GitHub finds it in several places."""
    if client is None or not isinstance(location, GitHubFile) or location.path:
        return location
    answer = await fetch(client, GITHUB_LISTS, location.url(api), "application/vnd.github+json")
    if (failed := why_unread(answer, "GitHub")) is not None:
        return failed
    path = json_at(answer.body, "path")
    if not isinstance(path, str) or not {"", ".", ".."}.isdisjoint(path.split("/")):
        return Failed(kind="bad-answer", reason="GitHub does not report which file the README is")
    return replace(location, path=path)


def _leaves_https(url: str) -> bool:
    return not url.startswith("https://")


def shown(url: str) -> str:
    """Return an address without what may be a secret: user name, password, query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
