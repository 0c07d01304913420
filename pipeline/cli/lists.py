"""Which lists a folder has, for the commands that are started without naming one."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from pipeline.settings import Settings

READMES: Final = ("readme.md", "readme.markdown")


def lists_at_hand(settings: "Settings", given: list[str]) -> list[str]:
    """
    Return the lists that are given; without one, where no setting names any, this folder's README.

    Raises `ConfigurationError` where there is none.
    """
    if given or settings.lists or settings.sandbox:
        return given
    found = readme(Path())
    if found is None:
        raise ConfigurationError(
            "no list: this folder has neither a README.md nor a pipeline.toml; name a list, as in"
            " `pipeline check papers.md`"
        )
    return [str(found)]


def readme(folder: Path) -> Path | None:
    """Return the README of a folder, however its name is written."""
    names = {path.name.lower(): path for path in sorted(folder.iterdir()) if path.is_file()}
    return next((names[name] for name in READMES if name in names), None)
