"""
The lists themselves: where they are, what they are called, and their bytes.

A source is a path or a glob, an https URL, or `github:owner/repo[@ref][:path]`. GitHub's own web
addresses of a repository or a file are taken as the latter, because that is what people paste.
"""

import glob
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import assert_never
from urllib.parse import quote, unquote, urlsplit

from pipeline.errors import ConfigurationError
from pipeline.network.http_client import HttpClient
from pipeline.network.redirects import follow
from pipeline.network.service import Answer, Service
from pipeline.records.outcomes import Failed
from pipeline.sources.answers import fetch, json_object

LARGEST_LIST = 64 * 1024 * 1024
"""Bytes; a hundred thousand entries are some 30 MB."""

LISTS = Service(name="lists", lane=None, interval=0.5, body_cap=LARGEST_LIST + 1)
GITHUB_LISTS = replace(LISTS, sends_token=True)
"""By GitHub's API; a list at any other address is a stranger's."""


@dataclass(frozen=True, slots=True)
class File:
    """A list on this machine."""

    path: Path


@dataclass(frozen=True, slots=True)
class Remote:
    """A list at an https URL."""

    url: str


@dataclass(frozen=True, slots=True)
class GitHubFile:
    """A file of a GitHub repository; without a path its README."""

    owner: str
    repo: str
    ref: str | None = None
    path: str | None = None

    def url(self, api: str) -> str:
        """Return the API address of the file (REST: contents and README)."""
        base = f"{api.rstrip('/')}/repos/{quote(self.owner)}/{quote(self.repo)}"
        query = f"?ref={quote(self.ref, safe='')}" if self.ref else ""
        return f"{base}/{f'contents/{quote(self.path)}' if self.path else 'readme'}{query}"


Location = File | Remote | GitHubFile


@dataclass(frozen=True, slots=True)
class ListSource:
    """One list: what it is called and where it is."""

    name: str
    location: Location


_GITHUB = re.compile(
    r"github:(?P<owner>[\w-]+)/(?P<repo>[\w.-]+?)(?:@(?P<ref>[^\s:]+))?(?::(?P<path>\S.*))?"
)
_GLOB = re.compile(r"[*?\[]")


def find_lists(given: Sequence[str], configured: Mapping[str, Sequence[str]]) -> list[ListSource]:
    """
    Return the lists of a run: those given on the command line, else those of the config file.

    A configured list of several files becomes `name/stem` for each. Raises `ConfigurationError`
    where a source is none, a file is not there, or two lists have one name.
    """
    found = [ListSource(_name(place), place) for source in given for place in locate(source)]
    for name, sources in () if given else configured.items():
        places = [place for source in sources for place in locate(source)]
        several = len(places) > 1
        found += [ListSource(f"{name}/{_name(at)}" if several else name, at) for at in places]
    if not found:
        raise ConfigurationError("no list: give one as an argument or in pipeline.toml")
    names = [source.name for source in found]
    for name in names:
        if names.count(name) > 1:
            raise ConfigurationError(f"two lists are called {name!r}: name them in pipeline.toml")
    return found


def locate(source: str) -> list[Location]:
    """Return the places that one source stands for: several for a glob."""
    if source.startswith("github:"):
        match = _GITHUB.fullmatch(source)
        if match is None:
            raise ConfigurationError(f"{source}: should be github:owner/repo[@ref][:path]")
        return [_plain(GitHubFile(match["owner"], match["repo"], match["ref"], match["path"]))]
    if source.startswith("https://"):
        return [_of_url(source)]
    if source.startswith("http://"):
        raise ConfigurationError(f"{source}: a list is read over https only")
    return [File(path) for path in _files(source)]


_OWNER = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)


def _plain(file: GitHubFile) -> GitHubFile:
    """
    Return a file whose address stays where it belongs.

    `..` would lead to another part of GitHub's interface, with the token. Raises
    `ConfigurationError`.
    """
    named = _OWNER.fullmatch(file.owner) and _REPOSITORY.fullmatch(file.repo)
    parts = {file.repo, *(file.path or "").split("/")}
    if not named or {".", ".."} & parts:
        name = f"github:{file.owner}/{file.repo}{f':{file.path}' if file.path else ''}"
        raise ConfigurationError(f"{name}: names no file of a repository")
    return file


def _files(source: str) -> list[Path]:
    path = Path(source)
    if path.is_file():
        return [path]
    if path.is_dir():
        raise ConfigurationError(f"{source}: is a folder; give the list itself or a pattern (*.md)")
    matches = sorted(Path(name) for name in glob.glob(source, recursive=True))
    files = [match for match in matches if match.is_file()]
    if not files:
        kind = "matches no file" if _GLOB.search(source) else "no such file"
        raise ConfigurationError(f"{source}: {kind}")
    return files


def _of_url(url: str) -> Location:
    """Take GitHub's web addresses of a repository or a file apart; leave others as they are."""
    parts = urlsplit(url)
    segments = [unquote(segment) for segment in parts.path.split("/") if segment]
    host = (parts.hostname or "").removeprefix("www.")
    if host == "github.com" and len(segments) >= 2:
        owner, repo, *rest = segments
        repo = repo.removesuffix(".git")
        if not rest:
            return _plain(GitHubFile(owner, repo))
        if rest[0] in ("blob", "raw") and len(rest) >= 3:
            return _plain(GitHubFile(owner, repo, rest[1], "/".join(rest[2:])))
    if host == "raw.githubusercontent.com" and len(segments) >= 4:
        owner, repo, ref, *rest = segments
        return _plain(GitHubFile(owner, repo, ref, "/".join(rest)))
    return Remote(url)


def _name(location: Location) -> str:
    """Return what a list is called where no config file says it."""
    match location:
        case File(path):
            stem, folder = path.stem, path.resolve().parent.name
        case GitHubFile(owner, repo):
            return f"{owner}/{repo}"
        case Remote(url):
            parts = urlsplit(url)
            *folders, last = [part for part in parts.path.split("/") if part] or [parts.netloc]
            stem, folder = Path(last).stem, folders[-1] if folders else parts.netloc
        case _:
            assert_never(location)
    return folder if stem.lower() == "readme" and folder else stem


async def read(location: Location, client: HttpClient | None, github_url: str) -> bytes | Failed:
    """Return a list's bytes, or why not from afar; `ConfigurationError` for a local fault."""
    if isinstance(location, File):
        return _read_file(location.path)
    if client is None:
        return Failed(kind="closed", reason="offline run: remote lists are not read")
    url = location.url if isinstance(location, Remote) else location.url(github_url)
    accept, service = "text/markdown, text/plain, */*;q=0.5", LISTS
    if isinstance(location, GitHubFile):
        accept, service = "application/vnd.github.raw+json", GITHUB_LISTS
    headers = {"Accept": accept}
    answer = (await follow(client, service, "GET", url, headers=headers, stop=_leaves_https))[-1]
    if (failed := _failed(answer, shown(url))) is not None:
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
    if (failed := _failed(answer, "GitHub")) is not None:
        return failed
    path = (json_object(answer.body) or {}).get("path")
    if not isinstance(path, str) or not {"", ".", ".."}.isdisjoint(path.split("/")):
        return Failed(kind="bad-answer", reason="GitHub does not report which file the README is")
    return replace(location, path=path)


def _failed(answer: Answer, who: str) -> Failed | None:
    """Return why an answer has no list; None where it has one."""
    if answer.failure is not None:
        return Failed(kind=answer.failure, reason=answer.detail)
    if answer.status != 200 or answer.trouble is not None:
        return Failed(kind="bad-answer", reason=f"{who} answers {answer.reason}")
    return None


def _leaves_https(url: str) -> bool:
    return not url.startswith("https://")


def shown(url: str) -> str:
    """Return an address without what may be a secret: user name, password, query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


def _read_file(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_LIST:
            raise ConfigurationError(f"{path}: larger than {LARGEST_LIST:,} bytes; is it a list?")
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from error


def path_in_repository(path: str) -> str:
    """Return a file's path from the root of its git work tree; without one, as it is."""
    real = Path(path).resolve()
    root = work_tree(real)
    return real.relative_to(root).as_posix() if root else path


def paths_in_repository(files: Iterable[str]) -> dict[str, str]:
    """
    Return file → path from the root of the repository that the current folder belongs to.

    Left out is what lies outside or in another repository within. Where there is no git work tree,
    the current folder counts as the root: a job may have results and no checkout.
    """
    here = Path.cwd().resolve()
    root = work_tree(here / "file") or here
    found: dict[str, str] = {}
    for file in files:
        try:
            real = Path(file).resolve()
            if real.is_relative_to(root) and work_tree(real) in (root, None):
                found[file] = real.relative_to(root).as_posix()
        except (OSError, ValueError):  # no name that a file can have
            continue
    return found


def work_tree(real: Path) -> Path | None:
    """Return the root of the git work tree that a resolved file lies in; None where in none."""
    return next((folder for folder in real.parents if (folder / ".git").exists()), None)
