"""Options that several commands take, each defined once."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.settings.model import Settings

Config = Annotated[
    Path | None, typer.Option(help="Config file. [default: pipeline.toml, if it exists]")
]
Out = Annotated[
    Path | None,
    typer.Option(help="Folder of the results. [default: data; in the sandbox data/sandbox]"),
]
CacheDir = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the stored answers. [default: cache; in the sandbox cache/sandbox]"
    ),
]
SandboxResults = Annotated[bool, typer.Option("--sandbox", help="Use the sandbox's results.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
Lists = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="LIST",
        help="A path, folder or glob, an https URL, or github:owner/repo[@ref][:path]; what keeps"
        " no catalog takes - (standard input). Without one: the lists of the config file.",
    ),
]
ListsOfResults = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="LIST",
        help="A path, folder or glob, an https URL, or github:owner/repo[@ref][:path]."
        " Without one: the lists of the last run, else of the config file.",
    ),
]


def settings_from(config: Path | None, **options: object) -> "Settings":
    """Return the settings that options and the config file make; an option that is off is none."""
    from pipeline.settings.loading import load

    return load({name: None if one is False else one for name, one in options.items()}, config)
