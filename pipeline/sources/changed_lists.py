"""Which changed files of a pull request are lists: those of the base, and new ones with them."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath

from pipeline.records.github import ChangedFile
from pipeline.sources.list_files import fits, listing
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
        *(PurePosixPath(one).parts for one in words if GLOB.search(one)),
        *((*PurePosixPath(one).parts, "**") for one in folders),
    ]
    here = _here()

    def name_of(file: ChangedFile) -> str | None:
        for path in (file.path, file.old_path):
            if path in known:
                return known[path]
        below = file.path.removeprefix(here)
        inside = file.path.startswith(here)
        if inside and any(fits(below.split("/"), one) for one in patterns):
            return (without_suffix(file.path) or file.path) if listing([below]).taken else None
        return None

    return name_of


def _here() -> str:
    """Return the path of the current folder below the root of its repository, with a slash."""
    here = Path.cwd() / "file"
    found = paths_in_repository([str(here)]).get(str(here), "file")
    return found.removesuffix("file")
