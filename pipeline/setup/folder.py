"""
What a folder is: which of its files are lists, and its repository, read without starting git.

A folder may be a stranger's: nothing in it is run, no link out of it is followed, and there is an
end to what is read.
"""

import re
from collections.abc import Iterable
from configparser import Error, RawConfigParser
from pathlib import Path
from typing import Final

from pipeline.errors import ConfigurationError
from pipeline.records.lists import ParsedList
from pipeline.sources.list_files import files_below
from pipeline.sources.lists import File, find_lists, work_tree
from pipeline.stages.parse import decode, parse
from pipeline.works.identifiers import identify

LARGEST: Final = 256 * 1024
"""Bytes of a git config file that are read."""
_GITHUB: Final = re.compile(
    r"(?:https?://(?:[^@/\s]*@)?github\.com/|(?:ssh://)?git@github\.com[:/]|git://github\.com/)"
    r"([A-Za-z0-9-]{1,39})/([A-Za-z0-9._-]{1,100}?)(?:\.git)?/?"
)


FEW: Final = 3
"""So many papers make a list, and fewer where a quarter of a file's links belongs to them."""
LONGEST: Final = 8_000_000
"""Bytes of a Markdown file; lists of ten thousand entries are some 3 MB."""


def lists_below(folder: Path) -> list[Path]:
    """Return the Markdown files below a folder that list papers: from the top, README first."""
    paths = sorted(
        map(Path, files_below(folder).taken),
        key=lambda path: (len(path.parts), path.stem.lower() != "readme", path),
    )
    return [path for path in paths if _holds_list(folder / path)]


def _holds_list(path: Path) -> bool:
    try:
        str(path).encode()
        if path.stat().st_size > LONGEST:
            return False
        text, _ = decode(path.read_bytes(), name="list")
    except (OSError, UnicodeError, ConfigurationError):  # no text, or no name that a file can have
        return False
    return is_list(parse(text, name="list"))


def is_list(parsed: ParsedList) -> bool:
    """Say whether a file is a list of papers, and no page that mentions some."""
    papers = sum(any(identify(link.url) for link in entry.links) for entry in parsed.entries)
    return papers >= FEW or (papers > 0 and 4 * papers >= sum(1 for _ in parsed.all_links()))


def named(paths: Iterable[Path]) -> dict[str, str]:
    """Return list name → path, each in the form that a config file takes."""
    given = [_plain(path) for path in paths]
    return {
        one.name: _plain(one.location.path)
        for one in find_lists(given, {})
        if isinstance(one.location, File)
    }


def _plain(path: Path) -> str:
    """Return a path that no one takes for an address."""
    text = path.as_posix()
    return f"./{text}" if re.match(r"[A-Za-z][\w+.-]*:|-", text) else text


def github_repository(folder: Path) -> str | None:
    """Return `owner/name` of the GitHub repository that a folder belongs to; None without one."""
    return repository_of(_git_settings(folder))


def is_elsewhere(folder: Path) -> bool:
    """Say whether a folder has remotes and none of them is on GitHub."""
    return bool(remotes_of(text := _git_settings(folder))) and repository_of(text) is None


def _git_settings(folder: Path) -> str:
    """Return git's config file of a folder's repository; empty without one."""
    root = work_tree(folder.resolve() / "file")
    if root is None:
        return ""
    try:
        config = _git_folder(root) / "config"
        return config.read_bytes()[:LARGEST].decode("utf-8", "replace")
    except (OSError, UnicodeError):
        return ""


def _git_folder(root: Path) -> Path:
    """Return the folder of git's settings: a work tree beside the first one has a file instead."""
    place = root / ".git"
    if place.is_dir():
        return place
    named = place.read_bytes()[:4096].decode("utf-8", "replace").partition("gitdir:")[2].strip()
    folder = (root / named).resolve()
    common = folder / "commondir"
    if common.is_file():
        return (folder / common.read_text(encoding="utf-8").strip()).resolve()
    return folder


def repository_of(text: str) -> str | None:
    """Return `owner/name` of the remote `origin`, else of the first on GitHub, in git's config."""
    for url in remotes_of(text):
        match = _GITHUB.fullmatch(url)
        if match is not None:
            return f"{match[1]}/{match[2]}"
    return None


def remotes_of(text: str) -> list[str]:
    """Return the addresses of the remotes in git's config, that of `origin` first."""
    parser = RawConfigParser(strict=False, allow_no_value=True, interpolation=None)
    try:
        parser.read_string("\n".join(line.strip() for line in text.splitlines()))
    except (Error, UnicodeError):
        return []
    remotes = [name for name in parser.sections() if name.startswith("remote ")]
    remotes.sort(key=lambda one: one != 'remote "origin"')
    return [url for name in remotes if (url := (parser[name].get("url") or "").strip())]
