"""
What git knows of lists: which files there are, which lines a change has added.

Compared are the merge base of REF and HEAD with the working tree, as `git diff --merge-base REF`
does: what the branch has added, committed or not, and nothing that the other branch has added
since.
"""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pipeline.errors import ConfigurationError
from pipeline.links.changes import Added, added_lines
from pipeline.sources.git_program import SECONDS, names_a_commit, run_git, shown

OPTION: Final = "--changed-since"
_RENAMED: Final = frozenset("RC")

_DIFF: Final = (
    "diff",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-relative",
    "--find-renames",
    "--ignore-submodules=all",
)
_LINES: Final = (
    "--unified=0",
    "--inter-hunk-context=0",
    "--text",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)
"""`--text`, for a list in UTF-16 is binary to git, and so is what a `.gitattributes` calls so."""


def changed_lines(paths: Sequence[Path], ref: str) -> dict[Path, Added]:
    """
    Return the lines that were added to each file since the merge base of `ref` and HEAD.

    A file that is new, or that git does not know, comes with all its lines (None). One that was
    renamed comes with those that were changed. Raises `ConfigurationError` where git, the
    repository or `ref` cannot be used, with what to do about it.
    """
    _refuse(ref)
    found: dict[Path, Added] = {}
    bases: dict[Path, str] = {}
    for path in paths:
        top = _top(path)
        if top not in bases:
            bases[top] = _merge_base(top, ref)
        found[path] = _added(top, bases[top], path.resolve())
    return found


def _refuse(ref: str) -> None:
    if not names_a_commit(ref):
        raise ConfigurationError(
            f"{OPTION}: {shown(ref)!r} is not the name of a branch, tag or commit"
        )


# --- what git knows ---------------------------------------------------------------------------


def tracked_files(top: Path) -> dict[str, bool] | None:
    """
    Return the paths of a work tree that git tracks, and whether it leaves each out of the tree.

    It leaves out what a sparse checkout does not want (the bit "skip-worktree" of git-ls-files).
    None where git is not installed, or does not want to tell.
    """
    try:
        done = _git(top, "ls-files", "-t", "-z")
    except ConfigurationError:
        return None
    if done.returncode != 0:
        return None
    names = done.stdout.decode("utf-8", "surrogateescape").split("\0")
    return {name[2:]: name.startswith("S ") for name in names if name}


# --- the repository ---------------------------------------------------------------------------


def _top(path: Path) -> Path:
    done = _git(path.resolve().parent, "rev-parse", "--show-toplevel")
    if done.returncode == 0:
        return Path(done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n"))
    if b"dubious ownership" in done.stderr:
        raise ConfigurationError(
            f"{OPTION}: the repository of {path} belongs to another user; trust it with"
            " git config --global --add safe.directory FOLDER"
        )
    raise ConfigurationError(
        f"{OPTION}: {path} is not in a git repository, so its changes are unknown"
    )


def _merge_base(top: Path, ref: str) -> str:
    commit = _git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if commit.returncode != 0:
        raise ConfigurationError(f"{OPTION}: git knows no {shown(ref)!r}; {_advice(top, ref)}")
    # The answer repeats what it was asked where a git is older than 2.30.
    name = commit.stdout.decode("ascii", "replace").split()[-1]
    base = _git(top, "merge-base", name, "HEAD")
    if base.returncode != 0:
        raise ConfigurationError(
            f"{OPTION}: {shown(ref)!r} and HEAD have no commit in common; {_advice(top)}"
        )
    return base.stdout.decode("ascii", "replace").split()[0]


def _advice(top: Path, ref: str = "") -> str:
    if _git(top, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true":
        return (
            "the clone is shallow: fetch its whole history (fetch-depth: 0 of actions/checkout, or"
            " git fetch --unshallow)"
        )
    remote = re.fullmatch(r"([A-Za-z0-9_.-]+)/HEAD", ref)
    if remote:  # only `git clone` writes it
        return f"git remote set-head {remote[1]} --auto makes it, or name the base branch instead"
    return "fetch it first (git fetch origin), or check its spelling"


# --- the difference ---------------------------------------------------------------------------


def _added(top: Path, base: str, path: Path) -> Added:
    """Return the lines that were added to one file; None for all of them."""
    name = path.relative_to(top.resolve()).as_posix()
    if not _out(top, "ls-files", "-z", "--", name):
        return None
    was = _old_name(top, base, name)
    if was is None:
        return None
    diff = _out(top, *_DIFF, *_LINES, base, "--", *dict.fromkeys((was, name)))
    return added_lines(diff).get(name, frozenset())


def _old_name(top: Path, base: str, name: str) -> str | None:
    """Return the file's name in the base, None if new; git sees renames among all paths only."""
    words = iter(_out(top, *_DIFF, "--name-status", "-z", base).split(b"\0"))
    for status in words:
        first = next(words, b"")
        renamed = status[:1].decode("ascii", "replace") in _RENAMED
        last = next(words, b"") if renamed else first
        if last == name.encode("utf-8", "surrogateescape"):
            return None if status == b"A" else first.decode("utf-8", "surrogateescape")
    return name


# --- the program ------------------------------------------------------------------------------


def _out(top: Path, *arguments: str) -> bytes:
    """Return what git prints; raise `ConfigurationError` with its own words where it fails."""
    done = _git(top, *arguments)
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise ConfigurationError(f"{OPTION}: git {arguments[0]} failed: {shown(said)}")
    return done.stdout


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return run_git(folder, *arguments, purpose=OPTION, seconds=SECONDS)
