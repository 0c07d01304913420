"""The command `pipeline init`: the files that a folder of lists needs, shown and then written."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import REPOSITORY
from pipeline.cli.output import print_lines, say, some
from pipeline.errors import INTERRUPTED, ConfigurationError

if TYPE_CHECKING:
    from pipeline.setup.files import Folder

Lists = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="LIST",
        help="The lists. Without one, the Markdown files of this folder that list papers.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")]
Force = Annotated[
    bool, typer.Option("--force", help="Replace files that are there; .gitattributes gets lines.")
]
Review = Annotated[
    bool, typer.Option("--review", help="Also a workflow that reviews pull requests.")
]
Adds = Annotated[
    bool,
    typer.Option("--add", help="Also a workflow that makes pull requests of filled forms."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print what would be written, and write nothing.")
]


def init(
    lists: Lists = None,
    review: Review = False,
    adds: Adds = False,
    yes: Yes = False,
    force: Force = False,
    dry_run: DryRun = False,
) -> None:
    """
    Write what a repository of lists needs: settings, a workflow, a form for new papers.

    It shows the files and asks; without a terminal it writes with --yes only. It replaces nothing
    without --force.
    """
    from pipeline.setup.files import files_of
    from pipeline.storage.writer import write_files

    here = Path()
    folder = _looked_at(here, lists or [])
    files = files_of(folder, review=review, adds=adds)
    kept = [] if force else [name for name in files if os.path.lexists(here / name)]
    new = {name: text for name, text in files.items() if name not in kept}
    _show(folder, new, kept)
    if dry_run:
        for name, text in new.items():
            print_lines([f"# --- {name}", text])
        return
    if not new:
        say("nothing to write: every file is there; --force replaces them")
        return
    if not yes:
        _ask()
    written = write_files(here, _merged(here, new))
    say(f"written: {', '.join(written) or 'nothing, they are as they should be'}")
    for name in sorted(name for name, text in new.items() if f"{REPOSITORY}@" in text):
        say(f"next: in {name}, put the owner of this program's repository in the place of OWNER")
    say("next: `pipeline check` shows what is wrong with the lists; then commit these files")


def _ask() -> None:
    """Go on where a person says yes."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise ConfigurationError("nothing was written: without a terminal, --yes writes the files")
    try:
        wanted = typer.confirm("Write them?", default=True, err=True)
    except typer.Abort as error:
        say("")
        raise typer.Exit(INTERRUPTED) from error
    if not wanted:
        say("nothing was written")
        raise typer.Exit(1)


def _looked_at(here: Path, given: Sequence[str]) -> "Folder":
    """Return what this folder is; `ConfigurationError` where it has no list and none is given."""
    from pipeline.setup.files import Folder
    from pipeline.setup.folder import github_repository, is_elsewhere, lists_below, named

    found = [] if given else lists_below(here)
    lists = named(found) if found else _given(given)
    if not lists:
        raise ConfigurationError(
            "no list: no Markdown file below this folder lists papers; name yours, as in"
            " `pipeline init papers.md`"
        )
    return Folder(lists, github_repository(here), is_elsewhere(here))


def _given(sources: Sequence[str]) -> dict[str, str]:
    """Return the lists that are given by their names; each must be one."""
    from pipeline.sources.lists import find_lists

    lists: dict[str, str] = {}
    for source in sources:
        names = [one.name for one in find_lists([source], {})]
        name = names[0] if len(names) == 1 else Path(source).stem.strip("*") or "lists"
        if name in lists:
            raise ConfigurationError(f"two lists are called {name!r}: name them in pipeline.toml")
        lists[name] = source
    return lists


def _show(folder: "Folder", new: Mapping[str, str], kept: Sequence[str]) -> None:
    """Say what was found and what will be written."""
    from pipeline.setup.files import FORCED, PURPOSES

    say(f"{some(len(folder.lists), 'list')}:")
    for name, path in folder.lists.items():
        say(f"  {name}: {path}")
    if folder.repository:
        say(f"repository: {folder.repository} on GitHub")
    elif folder.is_elsewhere:
        say("repository: not on GitHub, so there is no workflow and no form for it")
    if new:
        say(f"{some(len(new), 'file')} to write:")
    for name in new:
        say(f"  {name}: {PURPOSES[name]}")
    for name in kept:
        say(f"  {name}: is there and stays as it is (--force {FORCED.get(name, 'replaces it')})")


def _merged(here: Path, files: Mapping[str, str]) -> dict[str, str]:
    """Return the files; what git is told already is kept, and gets the lines that it lacks."""
    from pipeline.setup.files import ATTRIBUTES, with_attributes

    path = here / ATTRIBUTES
    if ATTRIBUTES not in files or not path.is_file():
        return dict(files)
    there = path.read_bytes().decode("utf-8", "surrogateescape")
    return {**files, ATTRIBUTES: with_attributes(there)}
