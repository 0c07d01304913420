"""What the environment says: settings, secrets, and whether this is a CI job."""

import os
import re
from collections.abc import Iterable
from difflib import get_close_matches
from logging import getLogger

from pipeline.errors import ConfigurationError
from pipeline.settings.model import HIDDEN, PREFIX, TABLES, Settings

log = getLogger(__name__)

_SECRET = re.compile(r"[\x21-\x7e]+")
FOREIGN = re.compile(r"WORKSPACE|(?:ID|NAME|KIND|CONTEXT)\Z|(?:RUN|STAGE|TOOLCHAIN|TRIGGERING)_")
"""
What follows the prefix in variables of others: Azure Pipelines sets `PIPELINE_WORKSPACE` in every
job, IBM's toolchains `PIPELINE_RUN_ID` and the like, Jenkins X `PIPELINE_KIND` and `_CONTEXT`.
"""


def secret(*names: str) -> str | None:
    """
    Return the first of the variables that is set.

    Raises `ConfigurationError`, without the value, for what cannot be sent in a header (RFC 9110
    5.5): a line break in it would end up in messages of libraries.
    """
    for name in names:
        value = os.environ.get(name, "").strip()
        if value and not _SECRET.fullmatch(value):
            raise ConfigurationError(
                f"{name}: contains a blank, a line break or another character that no token has"
            )
        if value:
            return value
    return None


def in_workflow() -> bool:
    """Say whether this runs in a job whose runner obeys workflow commands (GitHub, Gitea)."""
    return os.environ.get("GITHUB_ACTIONS", "").lower() == "true"


def in_ci() -> bool:
    """Say whether this runs in a CI job."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


def from_environment() -> dict[str, str]:
    """Return the settings that the environment has, by name; warn of variables that are none."""
    names = set(Settings.model_fields) - HIDDEN - TABLES
    for variable in os.environ:
        name = variable.removeprefix(PREFIX).lower()
        if variable.startswith(PREFIX) and name not in names:
            _warn_of(variable, closest(name, names))
    found = {name: os.environ.get(PREFIX + name.upper(), "").strip() for name in sorted(names)}
    return {name: value for name, value in found.items() if value}


def _warn_of(variable: str, meant: str | None) -> None:
    """Warn of a misspelt variable; those of a CI service are many, and are none of ours."""
    if meant:
        hint = f"{PREFIX}{meant.upper()}"
        log.warning("%s: no setting has this name; did you mean %s?", variable, hint)
    elif not in_ci() and not FOREIGN.match(variable.removeprefix(PREFIX)):
        log.warning("%s: no setting has this name, so the variable has no effect", variable)


def closest(name: str, names: Iterable[str]) -> str | None:
    """Return the setting that a misspelt one plainly means."""
    return next(iter(get_close_matches(name, names, n=1, cutoff=0.85)), None)
