"""
The lists themselves: where they are, what they are called, and their bytes.

A source is a path, a folder or a glob, an https URL, `github:owner/repo[@ref][:path]` (where the
path may be a folder or a glob), or `-` for standard input. GitHub's own web addresses are taken as
`github:…`, because that is what people paste.
"""

import glob
import logging
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from pipeline.errors import ConfigurationError
from pipeline.sources.list_files import files_below, lies_in_results
from pipeline.urls import url_fault

log = logging.getLogger(__name__)

LARGEST_LIST = 32 * 1024 * 1024
"""Bytes; a hundred thousand entries are some 30 MB."""

STDIN: Final = "-"


@dataclass(frozen=True, slots=True)
class File:
    """A list on this machine."""

    path: Path


@dataclass(frozen=True, slots=True)
class StandardInput:
    """A list that another program hands over."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A list at an https URL."""

    url: str


@dataclass(frozen=True, slots=True)
class _OnGitHub:
    owner: str
    repo: str

    @property
    def repository(self) -> str:
        """`owner/repo`."""
        return f"{self.owner}/{self.repo}"

    def base(self, api: str) -> str:
        """Return the API address of the repository."""
        return f"{api.rstrip('/')}/repos/{quote(self.owner)}/{quote(self.repo)}"


@dataclass(frozen=True, slots=True)
class GitHubFile(_OnGitHub):
    """A file of a GitHub repository; without a path its README."""

    ref: str | None = None
    path: str | None = None

    def url(self, api: str) -> str:
        """Return the API address of the file (REST: contents and README)."""
        query = f"?ref={quote(self.ref, safe='')}" if self.ref else ""
        what = f"contents/{quote(self.path)}" if self.path else "readme"
        return f"{self.base(api)}/{what}{query}"


@dataclass(frozen=True, slots=True)
class GitHubFolder(_OnGitHub):
    """A folder or a pattern of a GitHub repository; `sources.github.folders` finds its files."""

    ref: str | None
    path: str
    """Without a slash at its ends; a pattern where it has `*`, `?` or `[`; empty for all."""


Location = File | StandardInput | Remote | GitHubFile | GitHubFolder


@dataclass(frozen=True, slots=True)
class ListSource:
    """One list, or the lists of one folder on GitHub: what it is called and where it is."""

    name: str
    location: Location
    found: bool = False
    """Whether it was found in a folder: then it is a list only if it has entries."""


@dataclass(frozen=True, slots=True)
class Named:
    """A place with the names that it may have, the shortest first."""

    location: Location
    names: tuple[str, ...]
    found: bool = False


def file_of(source: ListSource) -> Path | None:
    """Return the file that a list is read from; None for a remote one."""
    return source.location.path if isinstance(source.location, File) else None


_GITHUB = re.compile(
    r"github:(?P<owner>[\w-]+)/(?P<repo>[\w.-]+?)(?:@(?P<ref>[^\s:]+))?(?::(?P<path>\S.*))?"
)
GLOB: Final = re.compile(r"[*?\[]")


def find_lists(
    given: Sequence[str],
    configured: Mapping[str, Sequence[str]],
    known: Mapping[str, str] | None = None,
    lines: Mapping[str, str] | None = None,
) -> list[ListSource]:
    """
    Return the lists of a run: those given on the command line, else those of the config file.

    A list is called by its stem, a README by its folder; several of one configured name become
    `name/stem`, those of a folder `name/path`. Where two would have one name, both are called by
    their paths, but for one that the last run has called so (`known`: name → file). Raises
    `ConfigurationError` where a source is none, a file is not there, or two lists have one name;
    with the `FILE:LINE` that the list stands on, where it has one (`lines`, by name).
    """
    places = _each_once(place for source in given for place in located(source))
    for name, sources in () if given else configured.items():
        try:
            found = _each_once(at for one in sources for at in located(one))
        except ConfigurationError as error:
            if lines is None or name not in lines:
                raise
            raise ConfigurationError(f"{lines[name]}: {error}") from error
        places += _of_config(name, found)
    if not places:
        raise ConfigurationError(
            "no list: give one as an argument or in pipeline.toml (`pipeline init` writes one)"
        )
    return distinct(places, known or {})


def _each_once(places: Iterable[Named]) -> list[Named]:
    found: dict[Location, Named] = {}
    for place in places:
        found.setdefault(real_place(place.location), place)
    return list(found.values())


def real_place(at: Location) -> Location:
    """Return a place by which two spellings of one file are equal."""
    return File(at.path.resolve()) if isinstance(at, File) else at


def _of_config(name: str, places: Sequence[Named]) -> list[Named]:
    if len(places) == 1 and not places[0].found:
        return [replace(places[0], names=(name,))]
    return [
        place
        if isinstance(place.location, GitHubFolder)
        else replace(place, names=tuple(f"{name}/{one}" for one in place.names))
        for place in places
    ]


def distinct(places: Sequence[Named], known: Mapping[str, str]) -> list[ListSource]:
    """
    Return the places, each under the shortest of its names that no other has.

    The last run's name of a file (`known`: name → file) stays its own. Raises `ConfigurationError`
    for two of one name.
    """
    before = {Path(path).resolve(): name for name, path in known.items()}
    chosen: list[int] = []
    kept: set[int] = set()
    for index, one in enumerate(places):
        at = one.location
        last = before.get(at.path.resolve()) if isinstance(at, File) else None
        chosen.append(one.names.index(last) if last in one.names else 0)
        if last in one.names:
            kept.add(index)
    while clashing := _clashing(places, chosen):
        movable = [index for index in clashing if chosen[index] + 1 < len(places[index].names)]
        moved = [index for index in movable if index not in kept] or movable
        if not moved:
            name = places[clashing[0]].names[chosen[clashing[0]]]
            raise ConfigurationError(f"two lists are called {name!r}: name them in pipeline.toml")
        for index in moved:
            chosen[index] += 1
    return [
        ListSource(place.names[index], place.location, place.found)
        for place, index in zip(places, chosen, strict=True)
    ]


def _clashing(places: Sequence[Named], chosen: Sequence[int]) -> list[int]:
    names = [place.names[number] for place, number in zip(places, chosen, strict=True)]
    counts = Counter(names)
    return [number for number, name in enumerate(names) if counts[name] > 1]


def locate(source: str) -> list[Location]:
    """Return the places that one source stands for: several for a folder or a glob."""
    return [place.location for place in located(source)]


def located(source: str) -> list[Named]:
    """Return the places that one source stands for, with the names that each may have."""
    if source == STDIN:
        return [Named(StandardInput(), ("stdin",))]
    if source.startswith("github:"):
        match = _GITHUB.fullmatch(source)
        if match is None:
            raise ConfigurationError(f"{source}: should be github:owner/repo[@ref][:path]")
        return [_of_github(match["owner"], match["repo"], match["ref"], match["path"])]
    if source.startswith("https://"):
        if (fault := url_fault(source)) is not None:
            raise ConfigurationError(f"{source}: is no address of a list: {fault}")
        return [_of_url(source)]
    if source.startswith("http://"):
        raise ConfigurationError(f"{source}: a list is read over https only")
    return _files(source)


_OWNER = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)


def _of_github(
    owner: str, repo: str, ref: str | None, path: str | None, *, is_file: bool = False
) -> Named:
    """
    Return a file or a folder whose address stays where it belongs.

    A path with a slash at its end, a pattern, or a last part without a dot may be a folder. `..`
    would lead to another part of GitHub's interface, with the token. Raises `ConfigurationError`.
    """
    named = _OWNER.fullmatch(owner) and _REPOSITORY.fullmatch(repo)
    parts = {repo, *(path or "").split("/")}
    if not named or {".", ".."} & parts:
        name = f"github:{owner}/{repo}{f':{path}' if path else ''}"
        raise ConfigurationError(f"{name}: names no file of a repository")
    whole = f"{owner}/{repo}"
    if (
        path is not None
        and not is_file
        and (GLOB.search(path) or "." not in path.rpartition("/")[2])
    ):
        folder = GitHubFolder(owner, repo, ref, path.strip("/"))
        return Named(folder, (f"{whole}:{path}", f"{whole}@{ref}:{path}"))
    file = GitHubFile(owner, repo, ref, path)
    plain = without_suffix(path) if path else ""
    return Named(file, (whole, f"{whole}/{plain}".rstrip("/"), f"{whole}@{ref}/{path or ''}"))


def without_suffix(path: str) -> str:
    """Return a file's path as a name: without suffix, and a README as its folder."""
    pure = PurePosixPath(path)
    plain = pure.parent if pure.stem.lower() == "readme" else pure.with_suffix("")
    return "" if plain == PurePosixPath(".") else plain.as_posix()


def _files(source: str) -> list[Named]:
    path = Path(source)
    if path.is_file():
        below = os.path.relpath(path)
        inside = not Path(below).is_absolute() and not below.startswith("..")
        whole = Path(below if inside else path.resolve()).as_posix()
        return [Named(File(path), (_name(path), without_suffix(whole) or _name(path), whole))]
    if path.is_dir():
        return _files_of_folder(path)
    fixed = Path(*_fixed_parts(path))
    matches = sorted(Path(name) for name in glob.glob(source, recursive=True))
    files = [(match, match.relative_to(fixed)) for match in matches if match.is_file()]
    found = [(match, below) for match, below in files if not lies_in_results(fixed, below)]
    if not found:
        kind = "matches no file" if GLOB.search(source) else "no such file"
        raise ConfigurationError(f"{source}: {f'{kind} but results of a run' if files else kind}")
    return [_matched(match, below.as_posix()) for match, below in found]


def _matched(match: Path, below: str) -> Named:
    return Named(File(match), (_name(match), without_suffix(below) or _name(match), below))


def _fixed_parts(pattern: Path) -> Iterable[str]:
    """Yield the parts of a pattern before the first that has a wildcard."""
    for part in pattern.parts[:-1]:
        if GLOB.search(part):
            return
        yield part


def _files_of_folder(folder: Path) -> list[Named]:
    """Return what a folder has of lists, each called by its path below it."""
    files = files_below(folder)
    if not files.taken:
        raise ConfigurationError(f"{folder}: this folder has no Markdown file that may be a list")
    if note := files.note():
        log.warning("%s: %s", folder, note)
    own = folder.resolve().name or "list"
    return [
        Named(File(folder / below), (without_suffix(below) or own, below), found=True)
        for below in files.taken
    ]


def _of_url(url: str) -> Named:
    """Take GitHub's web addresses of a repository or a file apart; leave others as they are."""
    parts = urlsplit(url)
    segments = [unquote(segment) for segment in parts.path.split("/") if segment]
    host = (parts.hostname or "").removeprefix("www.")
    if host == "github.com" and len(segments) >= 2:
        owner, repo, *rest = segments
        repo = repo.removesuffix(".git")
        if not rest:
            return _of_github(owner, repo, None, None)
        if rest[0] in ("blob", "raw") and len(rest) >= 3:
            return _of_github(owner, repo, rest[1], "/".join(rest[2:]), is_file=True)
        if rest[0] == "tree" and len(rest) >= 2:
            return _of_github(owner, repo, rest[1], "/".join([*rest[2:], ""]))
    if host == "raw.githubusercontent.com" and len(segments) >= 4:
        owner, repo, ref, *rest = segments
        return _of_github(owner, repo, ref, "/".join(rest), is_file=True)
    *folders, last = segments or [parts.netloc]
    folder = folders[-1] if folders else parts.netloc
    short = folder if Path(last).stem.lower() == "readme" else Path(last).stem
    return Named(Remote(url), (short, f"{host}/{'/'.join(segments)}"))


def _name(path: Path) -> str:
    """Return what a file is called where no config file says it."""
    folder = path.resolve().parent.name
    return folder if path.stem.lower() == "readme" and folder else path.stem


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


# --- bytes --------------------------------------------------------------------------------------


def size_of(location: Location) -> int:
    """Return the bytes of a file; 0 where there is none, and for what is no file."""
    try:
        return location.path.stat().st_size if isinstance(location, File) else 0
    except OSError:  # told when it is read
        return 0


def read_here(location: File | StandardInput) -> bytes:
    """Return the bytes of a list of this machine; raises `ConfigurationError`."""
    if isinstance(location, StandardInput):
        return _read_stdin()
    path = location.path
    try:
        if path.stat().st_size > LARGEST_LIST:
            raise ConfigurationError(f"{path}: larger than {LARGEST_LIST:,} bytes; is it a list?")
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from error


def _read_stdin() -> bytes:
    data = sys.stdin.buffer.read(LARGEST_LIST + 1)
    if len(data) > LARGEST_LIST:
        raise ConfigurationError(f"standard input: larger than {LARGEST_LIST:,} bytes")
    return data
