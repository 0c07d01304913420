"""Which changed files of a pull request are lists: those of the base, and new ones with them."""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from pipeline.records.github import ChangedFile
from pipeline.sources.list_files import listing
from pipeline.sources.lists import GLOB, File, ListSource, paths_in_repository, without_suffix


def names_of(
    sources: Sequence[ListSource], given: Iterable[str]
) -> Callable[[ChangedFile], str | None]:
    """
    Return what says how a changed file is called as a list, None where it is none.

    `sources`: the lists of the base; a renamed one keeps its name. `given`: the words by which they
    were named: a new file that fits a pattern or lies in a folder is called by its path.
    """
    files = {str(one.location.path): one.name for one in sources if isinstance(one.location, File)}
    known = {path: files[file] for file, path in paths_in_repository(files).items()}
    words = list(given)
    folders = [one for one in words if Path(one).is_dir()]
    patterns = [
        *(_pattern(one) for one in words if GLOB.search(one)),
        *(_pattern(f"{one.rstrip('/')}/**") for one in folders),
    ]
    here = _here()

    def name_of(file: ChangedFile) -> str | None:
        for path in (file.path, file.old_path):
            if path in known:
                return known[path]
        below = file.path.removeprefix(here)
        fits = file.path.startswith(here) and any(one.fullmatch(below) for one in patterns)
        return without_suffix(file.path) or file.path if fits and listing([below]).taken else None

    return name_of


def _here() -> str:
    """Return the path of the current folder below the root of its repository, with a slash."""
    here = Path.cwd() / "file"
    found = paths_in_repository([str(here)]).get(str(here), "file")
    return found.removesuffix("file")


_PARTS: Final = re.compile(r"\*\*/?|\*|\?|\[[^\]/]+\]|[^*?\[]+|\[")


def _pattern(glob: str) -> re.Pattern[str]:
    """Return what a shell pattern matches: `*` within a folder, `**` in folders below too."""
    said = {"**": ".*", "**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    parts = _PARTS.findall(PurePosixPath(glob).as_posix())
    return re.compile(
        "".join(
            said.get(part) or (part if part.startswith("[") and part != "[" else re.escape(part))
            for part in parts
        )
    )
