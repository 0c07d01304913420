"""The file with the event that started a workflow (GITHUB_EVENT_PATH): a stranger's words."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from pipeline.errors import ConfigurationError

Event = Annotated[
    Path | None,
    typer.Option(
        envvar="GITHUB_EVENT_PATH", help="File of the event that started the workflow (JSON)."
    ),
]
LARGEST: Final = 32 * 1024 * 1024


def read_event(path: Path) -> Mapping[str, Any]:
    """Return an event; raises `ConfigurationError` for what is none."""
    try:
        if path.stat().st_size > LARGEST:
            raise ConfigurationError(f"{path}: is too large for an event")
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"{path}: cannot be read as an event") from error
    if not isinstance(value, dict):
        raise ConfigurationError(f"{path}: is no event")
    return value
