"""What a folder is: its repository on GitHub, if it has one, read without starting git."""

import re
from configparser import Error, RawConfigParser
from pathlib import Path
from typing import Final

from pipeline.sources.lists import work_tree

LARGEST: Final = 256 * 1024
"""Bytes of a git config file that are read."""
_GITHUB: Final = re.compile(
    r"(?:https?://(?:[^@/\s]*@)?github\.com/|(?:ssh://)?git@github\.com[:/]|git://github\.com/)"
    r"([A-Za-z0-9-]{1,39})/([A-Za-z0-9._-]{1,100}?)(?:\.git)?/?"
)


def github_repository(folder: Path) -> str | None:
    """
    Return `owner/name` of the GitHub repository that a folder belongs to; None where there is none.

    Read from git's own config file, for a folder of a stranger may have git run programs.
    """
    root = work_tree(folder.resolve() / "file")
    if root is None:
        return None
    try:
        config = _git_folder(root) / "config"
        text = config.read_bytes()[:LARGEST].decode("utf-8", "replace")
    except OSError:
        return None
    return repository_of(text)


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
    parser = RawConfigParser(strict=False, allow_no_value=True, interpolation=None)
    try:
        parser.read_string("\n".join(line.strip() for line in text.splitlines()))
    except (Error, UnicodeError):
        return None
    remotes = [name for name in parser.sections() if name.startswith("remote ")]
    for name in sorted(remotes, key=lambda one: one != 'remote "origin"'):
        match = _GITHUB.fullmatch((parser[name].get("url") or "").strip())
        if match is not None:
            return f"{match[1]}/{match[2]}"
    return None
