"""Which lists a folder has, for the commands that are started without naming one."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from pipeline.settings.model import Settings

READMES: Final = ("readme.md", "readme.markdown")


def lists_at_hand(settings: "Settings", given: list[str]) -> list[str]:
    """
    Return the lists that are given; without one, where no setting names any, this folder's README.

    Where there is no README either, the Markdown files below this folder that list papers. Raises
    `ConfigurationError` where there is none.
    """
    if given or settings.lists or settings.sandbox:
        return given
    if (found := readme(Path())) is not None:
        return [str(found)]

    from pipeline.setup.folder import lists_below, named

    if below := lists_below(Path()):
        return list(named(below).values())
    raise ConfigurationError(
        "no list: this folder has no README.md, no pipeline.toml, and no Markdown file that lists"
        " papers; name a list, as in `pipeline check papers.md`"
    )


def lists_by_default(settings: "Settings") -> list[str]:
    """Return what to read where no list is named: nothing where settings or a run name lists."""
    from pipeline.previous import last_files

    if settings.lists or settings.sandbox or last_files(settings.out):
        return []
    return lists_at_hand(settings, [])


def readme(folder: Path) -> Path | None:
    """Return the README of a folder, however its name is written."""
    names = {path.name.lower(): path for path in sorted(folder.iterdir()) if path.is_file()}
    return next((names[name] for name in READMES if name in names), None)
