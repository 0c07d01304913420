"""Flags, environment and config file become the settings of a run."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.errors import ConfigurationError, reason_of
from pipeline.settings.environment import closest, from_environment, host_headers, secret
from pipeline.settings.lists_file import read_lists_file
from pipeline.settings.model import (
    CONFIG_FILE,
    DEFAULT_SCENARIO,
    HIDDEN,
    PREFIX,
    SANDBOX_FOLDERS,
    SECRETS,
    TABLES,
    Settings,
)
from pipeline.settings.values import is_proxy
from pipeline.urls import is_of_private_use


def load(flags: Mapping[str, Any], config: Path | None = None) -> Settings:
    """Return a run's settings; `ConfigurationError` names the flag, variable or line at fault."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, layer in (
        ("", read_config(config)),
        (PREFIX, from_environment()),
        ("--", {name: value for name, value in flags.items() if value is not None}),
    ):
        for name, value in layer.items():
            values[name] = value
            origins[name] = _origin(origin, name, config)
    if values.get("scenario") is not None and not values.get("sandbox"):
        raise ConfigurationError("--scenario goes with --sandbox")
    if not values.get("sandbox"):  # no secret is near it
        values |= {name: secret(*places) for name, places in SECRETS.items()}
        values["host_headers"] = host_headers()
    try:
        settings = _with_lists_file(Settings(**values, origins=origins))
    except ValidationError as error:
        raise ConfigurationError(_sentence(error, origins)) from error
    proxy = settings.second_opinion_proxy
    if proxy is not None and not is_proxy(proxy.get_secret_value()):
        raise ConfigurationError("SECOND_OPINION_PROXY: not a valid URL of a proxy")
    if "://" in settings.executor and not settings.is_named("executor"):
        words = f"only --executor or {PREFIX}EXECUTOR may name a cluster: it runs code"
        raise ConfigurationError(f"{origins['executor']}: {words}")
    wide = [one for one in settings.allow_private if not is_of_private_use(one)]
    if wide and not settings.is_named("allow_private"):  # a pull request can change the file
        words = f"is no network of private use; only {PREFIX}ALLOW_PRIVATE may allow it"
        raise ConfigurationError(f"{origins['allow_private']}: {wide[0]} {words}")
    return _sandboxed(settings, flags) if settings.sandbox else settings


def _with_lists_file(settings: Settings) -> Settings:
    """
    Return settings with the lists of the file that they name.

    One that a config file names adds to its `[lists]`; any other takes their place.
    """
    if settings.lists_file is None:
        return settings
    lists = {} if settings.is_named("lists_file") else settings.lists
    more = read_lists_file(settings.lists_file, lists)
    changes = {"lists": {**lists, **more.lists}, "list_places": more.places}
    return settings.model_copy(update=changes)


def read_config(config: Path | None) -> dict[str, Any]:
    """Read the config file: `config`, or `pipeline.toml` where there is one."""
    path = config or CONFIG_FILE
    if config is None and not path.exists():
        return {}
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({reason_of(error)})") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: {error}") from error
    except RecursionError as error:
        raise ConfigurationError(f"{path}: its tables are nested too deeply") from error
    known = set(Settings.model_fields) - HIDDEN
    for name in data:
        if name not in known:
            meant = closest(name, known)
            hint = f"; did you mean {meant}?" if meant else _ELSEWHERE.get(name, "")
            raise ConfigurationError(f"{path}: no setting is called {name!r}{hint}")
    for table in sorted(TABLES):
        _refuse_settings_in(table, data, path, text)
    if isinstance(data.get("exclude"), str):
        data["exclude"] = [data["exclude"]]  # one pattern: commas part those of the environment
    return data


_ELSEWHERE = {"ignore": "; rules about what to ignore stand in pipeline-ignore.toml"}
_A_LIST = re.compile(r"github:.*|.*\.(?:md|markdown|mdown|bib|txt)", re.IGNORECASE)


def _refuse_settings_in(table: str, data: Mapping[str, Any], path: Path, text: str) -> None:
    """
    Raise `ConfigurationError` for a setting below the header of a table (TOML 1.0, “Table”).

    There it belongs to the table, and `contact = "…"` would be a list. A list may be called like a
    setting: it is taken for one where its value is a file's name and no value of that setting.
    """
    entries = data.get(table)
    for name, value in entries.items() if isinstance(entries, dict) else ():
        if name not in Settings.model_fields or name in TABLES:
            continue
        files = value if isinstance(value, list) else [value]
        if table == "lists" and all(
            isinstance(one, str) and _A_LIST.fullmatch(one) for one in files
        ):
            continue
        raise ConfigurationError(
            f"{path}:{_line_of(name, table, text)}: {name} is a setting, and below [{table}] it is"
            f" an entry of that table; move it above the first line in brackets"
        )


def _line_of(name: str, table: str, text: str) -> int:
    """Return the line (from 1) of a table in which a name gets its value; else the table's."""
    header, inside = 1, False
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("["):
            inside = re.match(rf"\s*\[\s*[\"']?{table}[\"']?\s*\]", line) is not None
            header = number if inside else header
        elif re.match(rf"\s*(?:{table}\s*\.\s*)?[\"']?{name}[\"']?\s*=", line) and (
            inside or table in line
        ):
            return number
    return header


ABSENT_IN_SANDBOX = {
    "sources": (),
    "doi_handles": False,
    "fragments": False,
    "second_opinion": None,
    "verify": 0,
    "wayback": False,
    "archive": False,
}
"""Who is not asked in the sandbox, whatever is set; that it is set well is checked all the same."""


def _sandboxed(settings: Settings, flags: Mapping[str, Any]) -> Settings:
    """Return settings that are good as those of the sandbox, which has folders of its own."""
    folders = {name: folder for name, folder in SANDBOX_FOLDERS.items() if flags.get(name) is None}
    if "cache_dir" in folders and settings.scenario != DEFAULT_SCENARIO:
        # What one scenario has answered must not hide what goes wrong in another.
        # A scenario that is none is refused later.
        name = re.sub(r"[^a-z0-9-]", "", settings.scenario.lower())[:40]
        folders["cache_dir"] = folders["cache_dir"].with_name(f"sandbox-{name}")
    return settings.model_copy(update=folders | ABSENT_IN_SANDBOX)


def _origin(prefix: str, name: str, config: Path | None) -> str:
    if prefix == "--":
        return "--" + name.replace("_", "-")
    return prefix + name.upper() if prefix else f"{config or CONFIG_FILE}: {name}"


def _sentence(error: ValidationError, origins: Mapping[str, str]) -> str:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "settings"
    place = origins.get(name, name)
    inner = ".".join(str(part) for part in first["loc"][1:])
    message = first["msg"].removeprefix("Value error, ")
    return f"{place}{'.' + inner if inner else ''}: {message}"
