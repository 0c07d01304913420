"""What git remembers: a file as it was in a commit, and when each line of a file came to it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from pipeline.errors import ConfigurationError
from pipeline.sources.git_program import names_a_commit, run_git, shown

BLAME_SECONDS: Final = 60
"""After which the dates of one file are given up: a list of 2,000 lines takes about one."""
_BLAME: Final = (
    "blame",
    "--no-textconv",
    "--line-porcelain",
    "-w",  # an indent is no news
    "-M",  # nor is another place in the same file
)
_UNTRACKED: Final = ("no such path", "no such ref")
"""What git says of a file that it does not know, and of a repository without a commit."""
_LINE: Final = re.compile(rb"([0-9a-f]{40,64}) \d+ (\d+)(?: \d+)?")


def commit_of(folder: Path, ref: str, purpose: str) -> str:
    """
    Return the full name of the commit that `ref` means in the repository of a folder.

    Raises `ConfigurationError` with one sentence behind `purpose` where there is none.
    """
    if not names_a_commit(ref):
        raise ConfigurationError(f"{purpose}: {shown(ref)!r} is no branch, tag or commit")
    if not folder.is_dir():
        raise ConfigurationError(f"{purpose}: {folder}: no such folder")
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    done = run_git(folder, *asked, purpose=purpose)
    if done.returncode != 0:
        there = run_git(folder, "rev-parse", "--show-toplevel", purpose=purpose)
        fault = f"git knows no {shown(ref)!r}"
        if there.returncode != 0:
            fault = f"{folder} is not in a git repository"
        raise ConfigurationError(f"{purpose}: {fault}")
    return done.stdout.decode("ascii", "replace").split()[-1]


def file_at(folder: Path, commit: str, name: str, purpose: str) -> bytes | None:
    """Return the bytes of a file below a folder as a commit has it; None where it has none."""
    done = run_git(folder, "cat-file", "blob", f"{commit}:./{name}", purpose=purpose)
    return done.stdout if done.returncode == 0 else None


def names_at(folder: Path, commit: str, paths: Iterable[str], purpose: str) -> list[str]:
    """Return which of the paths below a folder a commit has; of `…/` what is in that folder."""
    done = run_git(folder, "ls-tree", "-z", "--name-only", commit, "--", *paths, purpose=purpose)
    return done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]


# --- when lines came --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineDates:
    """When the lines of a file came to it, as far as git knows."""

    days: Mapping[int, date] = field(default_factory=dict)
    """Number of a line to the day (UTC) of the commit; lines that are not committed have none."""
    fault: str = ""
    """Why some or all are not known: one sentence."""


Folders = dict[Path, bool | LineDates]
"""Whether the clone that a folder lies in is shallow; or what is all to say of its files."""


def line_dates(path: Path, folders: Folders) -> LineDates:
    """
    Return the day on which each line of a file was committed; git is asked once about its folder.

    Blame is git-blame(1), `--line-porcelain`: a commit's `committer-time` is when the line came to
    this branch, whoever wrote it before. In a shallow clone, lines that are older than what was
    fetched are blamed on its oldest commit (`boundary`): of them nothing is known.
    """
    purpose, folder, name = "dates of entries", path.resolve().parent, path.resolve().name
    try:
        if folder not in folders:
            folders[folder] = _is_shallow(folder, purpose)
        is_shallow = folders[folder]
        if isinstance(is_shallow, LineDates):
            return is_shallow
        asked = run_git(folder, *_BLAME, "--", name, purpose=purpose, seconds=BLAME_SECONDS)
    except ConfigurationError as error:
        return LineDates(fault=str(error))
    if asked.returncode != 0:
        said = asked.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        untracked = any(words in said for words in _UNTRACKED)
        return LineDates(fault="" if untracked else f"{purpose}: git blame failed: {shown(said)}")
    days, unknown = _read(asked.stdout, is_shallow=is_shallow)
    fault = (
        f"the clone is shallow, so the dates of {unknown:,} lines of {name} are not known"
        " (fetch-depth: 0 of actions/checkout, or git fetch --unshallow)"
    )
    return LineDates(days, fault if unknown else "")


def _is_shallow(folder: Path, purpose: str) -> bool | LineDates:
    done = run_git(folder, "rev-parse", "--is-shallow-repository", purpose=purpose)
    if b"dubious ownership" in done.stderr:
        trust = "trust it with git config --global --add safe.directory FOLDER"
        return LineDates(fault=f"{purpose}: {folder} belongs to another user; {trust}")
    if done.returncode != 0:
        return LineDates()  # in no repository, which is nobody's fault
    return done.stdout.strip() == b"true"


def _read(porcelain: bytes, *, is_shallow: bool) -> tuple[dict[int, date], int]:
    """Return the days of lines, and how many lines are older than a shallow clone knows."""
    days: dict[int, date] = {}
    unknown, number, second, is_boundary, is_committed = 0, 0, b"", False, False
    for line in porcelain.split(b"\n"):
        if line.startswith(b"\t"):  # the line itself ends what is said of it
            if is_boundary and is_shallow:
                unknown += 1
            elif is_committed and (day := _day(second)) is not None:
                days[number] = day
            second, is_boundary = b"", False
        elif (head := _LINE.fullmatch(line)) is not None:
            number, is_committed = int(head[2]), bool(head[1].strip(b"0"))
        elif line.startswith(b"committer-time "):
            second = line.removeprefix(b"committer-time ")
        elif line == b"boundary":
            is_boundary = True
    return days, unknown


def _day(second: bytes) -> date | None:
    try:
        return datetime.fromtimestamp(int(second), UTC).date()
    except (ValueError, OverflowError, OSError):
        return None


# --- where it is published --------------------------------------------------------------------

_GITHUB: Final = re.compile(
    r"(?:(?:https?|ssh|git)://(?:[^/@\s]+@)?|git@)github\.com[/:]([\w-]+/[\w.-]+?)(?:\.git)?/?",
    re.ASCII,
)


def github_repository(path: Path) -> str | None:
    """Return `owner/name` where the remote `origin` of a file's repository is at GitHub."""
    folder = path.resolve().parent
    try:
        asked = ("config", "--get", "remote.origin.url")
        done = run_git(folder, *asked, purpose="address of the list", seconds=BLAME_SECONDS)
    except ConfigurationError:
        return None  # without git nobody knows; who has to know says so in the settings
    found = _GITHUB.fullmatch(done.stdout.decode("utf-8", "replace").strip())
    return found[1] if found else None
