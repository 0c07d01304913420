"""What was found about a pull request, from the job that reads to the job that writes. Pure."""

from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError

from pipeline.records.base import SCHEMA_VERSION, Record
from pipeline.records.reviews import Reviewed

LARGEST: Final = 8 * 1024 * 1024
"""Bytes; a hundred entries with all their remarks are far below one."""


class Found(Record):
    """What is to be said about one commit of a pull request."""

    schema_version: int = SCHEMA_VERSION
    number: int
    commit: str
    reviewed: Reviewed | None = None
    """None where nothing is to be done: it is closed, or was reviewed already."""
    shown: Mapping[str, tuple[tuple[int, int], ...]] = {}
    """By path: the first and the last line of each run that GitHub's difference shows."""


def render_found(found: Found) -> str:
    """Return the text of the file."""
    return found.model_dump_json() + "\n"


def parse_found(text: str) -> Found | None:
    """Read the file; None where it is none."""
    try:
        return Found.model_validate_json(text)
    except ValidationError:
        return None
