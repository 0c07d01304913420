"""
Which files of a folder are taken for lists, by their paths alone.

A folder on this machine and the tree of a repository are judged by the same rules. Whether a file
that is taken has an entry is found out by reading it.
"""

import fnmatch
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from pipeline.errors import ConfigurationError
from pipeline.formats.files import is_own

SUFFIXES: Final = frozenset({".bib", ".md", ".markdown", ".mdown", ".mkd", ".mkdn"})
MOST: Final = 1_000
"""Files of one folder; more are a mistake, as a home folder would be."""
_SHOWN: Final = 5

_NO_LIST: Final = re.compile(
    "agents|authors|backers|changelog|changes|citation|claude|code[-_]?of[-_]?conduct|codeowners"
    "|contributing|contributors|copying|copyright|faq|funding|governance|history|install(ation)?"
    "|licen[cs]e|maintainers|notice|(issue|pull_request)_template|release[-_]?notes|releases"
    "|roadmap|security|style[-_]?guide|support|todo|translati(ng|ons?)|upgrading",
    re.IGNORECASE,
)
"""Stems of files that repositories have beside their content."""
_NO_FOLDER: Final = re.compile(
    r"\..*|__pycache__|bower_components|node_modules|site-packages|third_party|vendor|venv"
)
"""Hidden folders, and those that hold what others have written."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of one folder, as paths below it with `/`, in order."""

    taken: tuple[str, ...]
    left_out: tuple[str, ...]
    """Markdown files, and folders (with a `/` at the end), that are passed over."""

    def note(self) -> str | None:
        """Return what was left out, in words; None for nothing."""
        if not self.left_out:
            return None
        shown = ", ".join(self.left_out[:_SHOWN])
        more = len(self.left_out) - _SHOWN
        return f"not read as lists: {shown}{f' and {more} more' if more > 0 else ''}"


def listing(paths: Iterable[str]) -> Listing:
    """
    Sort the paths of files below a folder into lists and what is none; others do not count.

    What a run of this program has written is neither: nobody has to be told that it is left out.
    """
    known = frozenset(paths)
    taken: list[str] = []
    left_out: dict[str, None] = {}
    for path in sorted(known):
        pure = PurePosixPath(path)
        if pure.suffix.lower() not in SUFFIXES or is_own(path, known.__contains__):
            continue
        barred = next((end for end in _folders(pure) if _is_barred(end.name)), None)
        if barred is not None:
            left_out[f"{barred}/"] = None
        elif pure.name.startswith(".") or _NO_LIST.fullmatch(pure.stem):
            left_out[path] = None
        else:
            taken.append(path)
    return Listing(tuple(taken), tuple(left_out))


def _folders(path: PurePosixPath) -> list[PurePosixPath]:
    """Return the folders above a file, the outermost first."""
    return list(path.parents)[-2::-1]


def _is_barred(name: str) -> bool:
    return _NO_FOLDER.fullmatch(name) is not None


def fits(path: Sequence[str], pattern: Sequence[str]) -> bool:
    """Match a path's parts as `glob` does: `*` within a name, `**` any folders, none hidden."""
    if not pattern:
        return not path
    if pattern[0] == "**" and fits(path, pattern[1:]):
        return True
    if not path or (path[0].startswith(".") and not pattern[0].startswith(".")):
        return False
    if pattern[0] == "**":
        return fits(path[1:], pattern)
    return fnmatch.fnmatchcase(path[0], pattern[0]) and fits(path[1:], pattern[1:])


def files_below(folder: Path) -> Listing:
    """
    Return the lists below a folder of this machine, however deep.

    Symbolic links to folders are not followed; one to a file counts where that lies in the folder.
    Raises `ConfigurationError` for more than `MOST` files, or a folder that cannot be read.
    """
    root, found, barred, closed = folder.resolve(), list[str](), list[str](), list[str]()

    def refuse(error: OSError) -> None:
        below = Path(error.filename or folder).relative_to(folder).as_posix()
        if below == ".":
            raise ConfigurationError(f"{folder}: cannot be read ({error.strerror})") from error
        closed.append(f"{below}/ ({error.strerror})")

    for base, folders, names in os.walk(folder, onerror=refuse):
        below = Path(base).relative_to(folder)
        barred += ((below / name).as_posix() for name in folders if _is_barred(name))
        folders[:] = sorted(
            name
            for name in folders
            if not _is_barred(name) and not lies_in_results(folder, below / name / "file")
        )
        for name in names:
            if Path(name).suffix.lower() in SUFFIXES and _lies_in(Path(base, name), root):
                found.append((below / name).as_posix())
        if len(found) > MOST:
            raise ConfigurationError(
                f"{folder}: more than {MOST:,} Markdown files; give a folder or pattern with fewer"
            )
    files = listing(found)
    hidden = (f"{path}/" for path in barred if _holds_markdown(folder / path))
    return Listing(files.taken, tuple(sorted({*files.left_out, *hidden, *closed})))


def lies_in_results(folder: Path, below: Path) -> bool:
    """Say whether a path below a folder lies in results of this program that are below it too."""
    return is_own(below.as_posix(), lambda path: (folder / path).is_file())


def _lies_in(file: Path, root: Path) -> bool:
    return not file.is_symlink() or (file.is_file() and file.resolve().is_relative_to(root))


def _holds_markdown(folder: Path) -> bool:
    """Say whether a folder itself has a Markdown file; what lies deeper is not looked at."""
    try:
        names = os.listdir(folder)
    except OSError:  # it would not be read either
        return False
    return any(Path(name).suffix.lower() in SUFFIXES for name in names)
