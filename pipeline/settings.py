"""
Every setting with its default, and the only reader of the environment and the config file.

A value comes from a flag, else from the environment (`PIPELINE_<NAME>`), else from the config file
(`pipeline.toml`), else from the default below. `Settings.origins` remembers which, so that a fault
names its place and `--verbose` can say it.
"""

import ipaddress
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from difflib import get_close_matches
from logging import getLogger
from pathlib import Path
from shlex import quote
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

from pipeline import __version__
from pipeline.errors import ConfigurationError
from pipeline.urls import is_of_private_use

log = getLogger(__name__)

CONFIG_FILE = Path("pipeline.toml")
PREFIX = "PIPELINE_"

DEFAULT_SCENARIO = "default"
Refresh = Literal["all", "arxiv", "github", "links"]
Strict = Literal["no", "all", "new"]
LONGEST = timedelta(days=36_500)
"""No longer duration is taken: every time that is reckoned with one stays in the calendar."""


def parse_duration(value: Any) -> Any:
    """Turn `250ms`, `90s`, `15m`, `20h`, `3d` or a number of seconds into a `timedelta`."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    match = re.fullmatch(r"\s*(\d{1,15}(?:\.\d{1,15})?)\s*(ms|[smhd]?)\s*", str(value), re.ASCII)
    if match is None:
        raise ValueError("a duration is a positive number and a unit: 90s, 15m, 20h, 3d")
    unit = {"ms": 0.001, "": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]]
    seconds = float(match[1]) * unit
    if seconds > LONGEST.total_seconds():
        raise ValueError(f"a duration is at most {LONGEST.days}d")
    return timedelta(seconds=seconds)


def _split(value: Any) -> Any:
    """Turn the commas of an environment variable into a list."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _networks(value: Any) -> Any:
    parts = _split(value)
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        raise ValueError('networks are a row of texts: ["10.0.0.0/8"]')
    return tuple(ipaddress.ip_network(part, strict=False) for part in parts)


def _one_or_many(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError('lists are a table: name = "path", or name = ["path", …]')  # noqa: TRY004
    lists = {name: (files,) if isinstance(files, str) else files for name, files in value.items()}
    for name, files in lists.items():
        if not isinstance(files, tuple | list) or not all(isinstance(one, str) for one in files):
            raise ValueError(f"{name} should be a path or a row of paths in quotes")
    return lists


def _by_host(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError('a table of hosts: "example.org" = "2s"')  # noqa: TRY004
    return {str(host).lower().rstrip("."): interval for host, interval in value.items()}


def _one_line(value: str) -> str:
    if not value.isascii() or any(ord(char) < 32 for char in value):
        raise ValueError("a contact is a URL or a mail address on one line")
    return value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("such an address begins with https:// and names no user or password")
    return value.rstrip("/")


def _setting(default: Any, text: str, **limits: Any) -> Any:
    return Field(default=default, description=text, **limits)


def _lasting(text: str, **time: float) -> Any:
    return _setting(timedelta(**time), text)


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Contact = Annotated[str, AfterValidator(_one_line)]
Address = Annotated[str, AfterValidator(_web_address)]
Words = Annotated[tuple[str, ...], BeforeValidator(_split)]
Networks = Annotated[
    tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...], BeforeValidator(_networks)
]
OptionalSource = Literal["crossref", "semanticscholar", "openalex", "huggingface"]
Sources = Annotated[tuple[OptionalSource, ...], BeforeValidator(_split)]
Intervals = Annotated[dict[str, Duration], BeforeValidator(_by_host)]
Lists = Annotated[dict[str, tuple[str, ...]], BeforeValidator(_one_or_many)]


class Settings(BaseModel):
    """The settings of one run. The description of each field is what the README's table says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lists: Lists = _setting({}, "Name and source (or several files) of each list.")
    contact: Contact = _setting(
        "", "URL or mail address for the User-Agent, so that hosts can reach you."
    )
    site: Address | None = _setting(None, "Where the folder of results is published, for feeds.")
    out: Path = _setting(Path("data"), "Folder of catalog, reports and history.")
    cache_dir: Path = _setting(Path("cache"), "Folder of the stored answers.")
    time_budget: Duration | None = _setting(
        None, "Send no request after this time; the next run does the rest."
    )
    exclude: Words = _setting((), "Links not to check: shell patterns over the whole URL.")
    allow_private: Networks = _setting((), "Private networks that links may lead to.")
    arxiv_age: Duration = _lasting("How long an arXiv record is trusted.", days=7)
    arxiv_missing_age: Duration = _lasting("How long arXiv's “no such paper” is trusted.", days=1)
    repository_age: Duration = _lasting("How long repository statistics are trusted.", hours=20)
    repository_missing_age: Duration = _lasting(
        "How long GitHub's “no such repository” is trusted.", days=1
    )
    link_age: Duration = _lasting("How long a link that is alive is trusted at first.", days=3)
    # So that weekly runs see within two weeks what has gone.
    link_age_longest: Duration = _lasting("The same for a link that stays alive.", days=10)
    moved_age: Duration = _lasting(
        "How long a permanent redirect is trusted, once it was seen twice.", days=7
    )
    blocked_age: Duration = _lasting("How long a refusal of robots is trusted.", days=7)
    quick: bool = _setting(
        False, "Leave the second look at links that seem to be gone to the next run."
    )
    max_requests: int | None = _setting(
        None, "Send no more than this many requests; see time_budget.", ge=1
    )
    web_interval: Duration = _lasting(
        "Time between two requests to one web host, at first.", seconds=0.25
    )
    web_interval_shortest: Duration = _lasting(
        "The same for a host that answers quickly and without errors.", seconds=0.05
    )
    web_interval_longest: Duration = _lasting(
        "The same for a host that reports overload.", seconds=30
    )
    host_intervals: Intervals = _setting(
        {}, "The shortest time for single hosts and their subdomains."
    )
    web_in_flight: int = _setting(2, "Requests to one web host under way at once.", ge=1, le=8)
    web_concurrency: int = _setting(
        32, "Requests to all web hosts under way at once.", ge=1, le=256
    )
    web_timeout: Duration = _lasting("How long a web host may be silent.", seconds=20)
    longest_wait: Duration = _lasting(
        "A host that requires a longer pause is not requested again in this run.", minutes=2
    )
    ignore_file: Path = _setting(
        Path("pipeline-ignore.toml"),
        "Rules about what to ignore, each with a reason and an end date.",
    )
    doi_handles: bool = _setting(
        True, "Whether DOIs are checked at doi.org instead of at publishers."
    )
    doi_age: Duration = _lasting("How long a registered DOI is trusted.", days=30)
    doi_missing_age: Duration = _lasting("How long “no such DOI” is trusted.", days=1)
    fragments: bool = _setting(False, "Whether the section after “#” is searched for in its page.")
    fragment_age: Duration = _lasting("How long the sections of a page are trusted.", days=7)
    wayback: bool = _setting(
        False, "Whether archived copies are searched for dead links without a suggestion."
    )
    wayback_age: Duration = _lasting("How long an archived copy is trusted.", days=90)
    wayback_missing_age: Duration = _lasting("How long “not archived” is trusted.", days=14)
    exports: Words = _setting(
        (), "Forms that every run writes below exports: bibtex, sqlite, ...; see `pipeline export`."
    )
    sources: Sources = _setting(
        ("crossref",), "Further sources: crossref, semanticscholar, openalex, huggingface."
    )
    supplement_age: Duration = _lasting("How long the answers of these are trusted.", days=14)
    supplement_missing_age: Duration = _lasting("How long their “not known” is trusted.", days=3)
    search: bool = _setting(
        True, "Whether entries without an identifier are searched for by title."
    )
    search_age: Duration = _lasting("How long title search with candidates is trusted.", days=30)
    search_missing_age: Duration = _lasting("How long title search without any is trusted.", days=3)
    arxiv_url: Address = _setting(
        "https://export.arxiv.org/api/query", "arXiv API, or a mirror of it."
    )
    oai_url: Address = _setting("https://oaipmh.arxiv.org/oai", "arXiv's OAI-PMH interface.")
    datacite_url: Address = _setting("https://api.datacite.org", "DataCite API.")
    doi_url: Address = _setting("https://doi.org/api/handles", "The DOI system's handle server.")
    github_url: Address = _setting("https://api.github.com", "GitHub API.")
    crossref_url: Address = _setting("https://api.crossref.org", "Crossref API.")
    semantic_scholar_url: Address = _setting(
        "https://api.semanticscholar.org/graph/v1", "Semantic Scholar API."
    )
    openalex_url: Address = _setting("https://api.openalex.org", "OpenAlex API.")
    hugging_face_url: Address = _setting("https://huggingface.co/api", "Hugging Face API.")
    offline: bool = _setting(False, "Use the cache only, never the network.")
    sandbox: bool = _setting(False, "Run against the built-in replica.")
    scenario: str = _setting(DEFAULT_SCENARIO, "What fails in the sandbox.")
    refresh: Refresh | None = _setting(None, "Request these again, whatever the cache has.")
    strict: Strict = _setting("no", "Exit 3 for errors, 4 if incomplete: no, all or new.")
    changed_since: str | None = _setting(
        None, "Check only links on lines added in git since this commit."
    )
    github_token: SecretStr | None = _setting(
        None, "From GITHUB_TOKEN or GH_TOKEN only; sent only to GitHub's API."
    )
    semantic_scholar_key: SecretStr | None = _setting(
        None, "From SEMANTIC_SCHOLAR_API_KEY or S2_API_KEY only."
    )
    openalex_key: SecretStr | None = _setting(None, "From OPENALEX_API_KEY only.")
    origins: dict[str, str] = _setting({}, "Where each value came from.")

    def secret_for(self, name: str) -> str | None:
        """
        Return the secret `name` for its API; None without one, or where it must not go.

        It goes to the API's own host, or to one that a flag or the environment names: the config
        file lies in a repository, where a pull request can change it.
        """
        secret: SecretStr | None = getattr(self, name)
        return secret.get_secret_value() if secret is not None and self._may_go(name) else None

    def _may_go(self, name: str) -> bool:
        url = _ADDRESSES[name]
        usual = urlsplit(type(self).model_fields[url].default).hostname
        is_usual = urlsplit(getattr(self, url)).hostname == usual
        return is_usual or self.is_named(url)

    @property
    def withheld(self) -> tuple[str, ...]:
        """One sentence about each secret that is not sent where a config file wants to have it."""
        return tuple(
            f"{self.origins[url]}: {SECRETS[name][0]} is not sent to a host that only a config file"
            f" names; set {PREFIX}{url.upper()} to name it"
            for name, url in _ADDRESSES.items()
            if getattr(self, name) is not None and not self._may_go(name)
        )

    @property
    def opened(self) -> tuple[str, ...]:
        """What a config file, which a pull request can change, opens to links, in one sentence."""
        if self.is_named("allow_private") or not self.allow_private:
            return ()
        networks = ", ".join(map(str, self.allow_private))
        return (f"{self.origins['allow_private']}: links may lead into {networks}",)

    def is_named(self, setting: str) -> bool:
        """Say whether a value comes from a flag, the environment or the default."""
        return self.origins.get(setting, "--").startswith(("--", PREFIX))

    @property
    def result_flags(self) -> str:
        """Flags with which other commands find the results of a run, after a blank; often none."""
        flags = " --sandbox" if self.sandbox else ""
        origin = self.origins.get("out", "")
        if self.out != (SANDBOX_FOLDERS["out"] if self.sandbox else Path("data")) and (
            not origin.startswith(f"{CONFIG_FILE}:")
        ):
            flags += f" --out {quote(str(self.out))}"
        return flags

    @property
    def user_agent(self) -> str:
        """Who we say we are (RFC 9110 10.1.5): name, version and, where one is set, a contact."""
        contact = f" (+{self.contact})" if self.contact else ""
        return f"paper-list-pipeline/{__version__}{contact}"


_SECRET = re.compile(r"[\x21-\x7e]+")

SECRETS: Mapping[str, tuple[str, ...]] = {
    "github_token": ("GITHUB_TOKEN", "GH_TOKEN"),
    "semantic_scholar_key": ("SEMANTIC_SCHOLAR_API_KEY", "S2_API_KEY"),
    "openalex_key": ("OPENALEX_API_KEY",),
}
"""Where each secret comes from: the environment alone, and nothing else."""

_ADDRESSES: Mapping[str, str] = {
    "github_token": "github_url",
    "semantic_scholar_key": "semantic_scholar_url",
    "openalex_key": "openalex_url",
}
"""Which setting says where each secret is sent."""

HIDDEN = frozenset(
    {"origins", "offline", "sandbox", "scenario", "refresh", "strict", "changed_since", *SECRETS}
)
"""Settings that no config file holds: they belong to one run, or are secret."""


FOREIGN = re.compile(r"WORKSPACE|(?:ID|NAME|KIND|CONTEXT)\Z|(?:RUN|STAGE|TOOLCHAIN|TRIGGERING)_")
"""
What follows the prefix in variables of others: Azure Pipelines sets `PIPELINE_WORKSPACE` in every
job, IBM's toolchains `PIPELINE_RUN_ID` and the like, Jenkins X `PIPELINE_KIND` and `_CONTEXT`.
"""
TABLES = frozenset({"lists", "host_intervals"})
"""Settings that are in the config file only, because they are tables."""


def load(flags: Mapping[str, Any], config: Path | None = None) -> Settings:
    """Return a run's settings; `ConfigurationError` names the flag, variable or line at fault."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, layer in (
        ("", read_config(config)),
        (PREFIX, _from_environment(os.environ)),
        ("--", {name: value for name, value in flags.items() if value is not None}),
    ):
        for name, value in layer.items():
            values[name] = value
            origins[name] = _origin(origin, name, config)
    if values.get("scenario") is not None and not values.get("sandbox"):
        raise ConfigurationError("--scenario goes with --sandbox")
    values |= {name: secret(os.environ, *places) for name, places in SECRETS.items()}
    if values.get("sandbox"):
        values = _sandboxed(values, flags)
    try:
        settings = Settings(**values, origins=origins)
    except ValidationError as error:
        raise ConfigurationError(_sentence(error, origins)) from error
    wide = [one for one in settings.allow_private if not is_of_private_use(one)]
    if wide and not settings.is_named("allow_private"):  # a pull request can change the file
        words = f"is no network of private use; only {PREFIX}ALLOW_PRIVATE may allow it"
        raise ConfigurationError(f"{origins['allow_private']}: {wide[0]} {words}")
    return settings


def read_config(config: Path | None) -> dict[str, Any]:
    """Read the config file: `config`, or `pipeline.toml` where there is one."""
    path = config or CONFIG_FILE
    if config is None and not path.exists():
        return {}
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({error})") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: {error}") from error
    except RecursionError as error:
        raise ConfigurationError(f"{path}: its tables are nested too deeply") from error
    known = set(Settings.model_fields) - HIDDEN
    for name in data:
        if name not in known:
            meant = _close(name, known)
            hint = f"; did you mean {meant}?" if meant else ""
            raise ConfigurationError(f"{path}: no setting is called {name!r}{hint}")
    for table in sorted(TABLES):
        _refuse_settings_in(table, data, path, text)
    return data


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


def secret(environ: Mapping[str, str], *names: str) -> str | None:
    """
    Return the first of the variables that is set.

    Raises `ConfigurationError`, without the value, for what cannot be sent in a header (RFC 9110
    5.5): a line break in it would end up in messages of libraries.
    """
    for name in names:
        value = environ.get(name, "").strip()
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


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    names = set(Settings.model_fields) - HIDDEN - TABLES
    for variable in environ:
        name = variable.removeprefix(PREFIX).lower()
        if variable.startswith(PREFIX) and name not in names:
            _warn_of(variable, _close(name, names))
    found = {name: environ.get(PREFIX + name.upper(), "").strip() for name in sorted(names)}
    return {name: value for name, value in found.items() if value}


def _warn_of(variable: str, meant: str | None) -> None:
    """Warn of a misspelt variable; those of a CI service are many, and are none of ours."""
    if meant:
        hint = f"{PREFIX}{meant.upper()}"
        log.warning("%s: no setting has this name; did you mean %s?", variable, hint)
    elif not in_ci() and not FOREIGN.match(variable.removeprefix(PREFIX)):
        log.warning("%s: no setting has this name, so the variable has no effect", variable)


def _close(name: str, names: Iterable[str]) -> str | None:
    """Return the setting that a misspelt one plainly means."""
    return next(iter(get_close_matches(name, names, n=1, cutoff=0.85)), None)


ABSENT_IN_SANDBOX = {"sources": (), "doi_handles": False, "fragments": False, "wayback": False}
SANDBOX_FOLDERS = {"out": Path("data/sandbox"), "cache_dir": Path("cache/sandbox")}


def _sandboxed(values: dict[str, Any], flags: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values for the sandbox: its own folders, and no secret near it."""
    folders = {name: folder for name, folder in SANDBOX_FOLDERS.items() if flags.get(name) is None}
    scenario = values.get("scenario", DEFAULT_SCENARIO)
    if "cache_dir" in folders and scenario != DEFAULT_SCENARIO:
        # What one scenario has answered must not hide what goes wrong in another.
        # A scenario that is none is refused later.
        name = re.sub(r"[^a-z0-9-]", "", str(scenario).lower())[:40]
        folders["cache_dir"] = folders["cache_dir"].with_name(f"sandbox-{name}")
    return values | folders | dict.fromkeys(SECRETS) | ABSENT_IN_SANDBOX


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
