"""What the environment says: settings, secrets, and whether this is a CI job."""

import os
import re
from collections.abc import Iterable
from difflib import get_close_matches
from logging import getLogger
from typing import Final

from pydantic import SecretStr

from pipeline.errors import ConfigurationError
from pipeline.settings.model import HIDDEN, PREFIX, TABLES, Settings
from pipeline.urls import place_of

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


HEADERS: Final = f"{PREFIX}HEADER_"
_HEADER: Final = re.compile(
    r"(\S+)[ \t]+([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e]*)", re.ASCII
)
_OURS: Final = re.compile(
    r"host|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect|keep-alive|range"
    r"|accept-encoding|proxy-.*",
    re.IGNORECASE,
)
"""Headers that say how a request is put (RFC 9110 7.6, 9112), which is not for others to say."""
_SCHEME_ALONE: Final = re.compile(r"(?:basic|bearer|token)?", re.IGNORECASE)
"""What is left of a credential where a CI service knows no secret of that name."""


def host_headers() -> dict[str, dict[str, SecretStr]]:
    """
    Return the headers for single hosts (`PIPELINE_HEADER_…`), by `host` or `host:port`, by name.

    A variable's value is `HOST Name: value`. The host stands beside the secret, where whoever sets
    it can see both: a config file, which a pull request can change, has no say in what goes where.
    Raises `ConfigurationError`, without the value, for what is no such line.
    """
    found: dict[str, dict[str, SecretStr]] = {}
    for variable in sorted(one for one in os.environ if one.startswith(HEADERS)):
        line = os.environ[variable].strip()
        match = _HEADER.fullmatch(line)
        place = place_of("https", match[1]) if match and "@" not in match[1] else None
        if line and (match is None or place is None):
            raise ConfigurationError(
                f"{variable}: should be a host, a blank and one header on one line:"
                " docs.example.org Authorization: Bearer …"
            )
        if match is None or place is None or _SCHEME_ALONE.fullmatch(match[3].strip()):
            continue
        if _OURS.fullmatch(match[2]):
            raise ConfigurationError(f"{variable}: {match[2]} is not for others to set")
        headers = found.setdefault(place, {})
        if match[2].lower() in map(str.lower, headers):
            raise ConfigurationError(f"{variable}: {match[2]} of {place} is set twice")
        headers[match[2]] = SecretStr(match[3].strip())
    return found


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
        if variable.startswith(PREFIX) and name not in names and not variable.startswith(HEADERS):
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
