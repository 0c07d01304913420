"""Options that several commands take, each defined once."""

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path | None,
    typer.Option(
        help="Config file. [default: pipeline.toml, where there is one]", show_default=False
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the results. [default: data; in the sandbox data/sandbox]",
        show_default=False,
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
