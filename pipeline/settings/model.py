"""
Every setting with its default and its words.

A value comes from a flag, else from the environment (`PIPELINE_<NAME>`), else from the config file
(`pipeline.toml`), else from the default below. `Settings.origins` remembers which, so that a fault
names its place and `--verbose` can say it.
"""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from shlex import quote
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from pipeline import __version__
from pipeline.settings.values import (
    Address,
    CodeHosts,
    Contact,
    Duration,
    Intervals,
    Lists,
    Networks,
    PlaceOfWork,
    Refresh,
    Sources,
    Strict,
    Words,
)

CONFIG_FILE = Path("pipeline.toml")
PREFIX = "PIPELINE_"
DEFAULT_SCENARIO = "default"
SANDBOX_FOLDERS = {"out": Path("data/sandbox"), "cache_dir": Path("cache/sandbox")}


def _setting(default: Any, text: str, **limits: Any) -> Any:
    return Field(default=default, description=text, **limits)


def _lasting(text: str, **time: float) -> Any:
    return _setting(timedelta(**time), text)


class Settings(BaseModel):
    """The settings of one run. The description of each field is what the README's table says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lists: Lists = _setting({}, "Name and source (or several files) of each list.")
    lists_file: Path | None = _setting(
        None, "A file with many lists: on each line a name, a tab and a source."
    )
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
    snapshot_age: Duration = _lasting(
        "How long records of arXiv's metadata snapshot are trusted, from its newest day on.",
        days=90,
    )
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
    second_opinion: Address | None = _setting(
        None, "A proxy to ask links by once more before failing long makes them dead."
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
    archive: bool = _setting(
        False,
        "Whether links that are new and alive are saved in the Wayback Machine.",
    )
    archive_most: int = _setting(10, "Pages that a run saves at most.", ge=1, le=200)
    wayback_age: Duration = _lasting("How long an archived copy is trusted.", days=90)
    wayback_missing_age: Duration = _lasting("How long “not archived” is trusted.", days=14)
    executor: PlaceOfWork = _setting(
        "local", "Who does the pure work: local, dask (extra `dask`) or dask://HOST:PORT."
    )
    exports: Words = _setting(
        (), "Forms that every run writes below exports: bibtex, sqlite, ...; see `pipeline export`."
    )
    parts_above: int = _setting(
        100_000, "Works from which on the catalog is in parts; links from twice as many.", ge=1
    )
    sources: Sources = _setting(
        ("crossref",),
        "Further sources: crossref, semanticscholar, openalex, huggingface, openreview.",
    )
    missing: bool = _setting(
        False, "Whether works that the lists may be missing are looked for (OpenAlex)."
    )
    supplement_age: Duration = _lasting("How long the answers of these are trusted.", days=14)
    supplement_missing_age: Duration = _lasting("How long their “not known” is trusted.", days=3)
    code_hosts: CodeHosts = _setting(
        ("gitlab", "codeberg", "bitbucket"),
        "Services whose interfaces are asked about linked repositories, beside GitHub's.",
    )
    search: bool = _setting(
        True, "Whether entries without an identifier are searched for by title."
    )
    search_age: Duration = _lasting("How long title search with candidates is trusted.", days=30)
    search_missing_age: Duration = _lasting("How long title search without any is trusted.", days=3)
    verify: int = _setting(
        3, "Titles that no source knows, looked up in DataCite, Crossref and DBLP in a run.", ge=0
    )
    verify_age: Duration = _lasting(
        "How long their answers about such titles are trusted.", days=90
    )
    arxiv_url: Address = _setting(
        "https://export.arxiv.org/api/query", "arXiv API, or a mirror of it."
    )
    oai_url: Address = _setting("https://oaipmh.arxiv.org/oai", "arXiv's OAI-PMH interface.")
    datacite_url: Address = _setting("https://api.datacite.org", "DataCite API.")
    doi_url: Address = _setting("https://doi.org/api/handles", "The DOI system's handle server.")
    github_url: Address = _setting("https://api.github.com", "GitHub API.")
    crossref_url: Address = _setting("https://api.crossref.org", "Crossref API.")
    dblp_url: Address = _setting("https://dblp.org", "DBLP's search, or a mirror of it.")
    semantic_scholar_url: Address = _setting(
        "https://api.semanticscholar.org/graph/v1", "Semantic Scholar API."
    )
    openalex_url: Address = _setting("https://api.openalex.org", "OpenAlex API.")
    hugging_face_url: Address = _setting("https://huggingface.co/api", "Hugging Face API.")
    openreview_url: Address = _setting("https://api2.openreview.net", "OpenReview API.")
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
    openreview_token: SecretStr | None = _setting(None, "From OPENREVIEW_TOKEN only.")
    wayback_key: SecretStr | None = _setting(
        None, "From WAYBACK_KEY only: `ACCESS:SECRET` of archive.org/account/s3.php."
    )
    host_headers: dict[str, dict[str, SecretStr]] = _setting(
        {}, "From PIPELINE_HEADER_… only: by host, the headers that go to it."
    )
    second_opinion_proxy: SecretStr | None = _setting(
        None, "The same with a password, from SECOND_OPINION_PROXY only."
    )
    origins: dict[str, str] = _setting({}, "Where each value came from.")
    list_places: dict[str, str] = _setting({}, "File and line of each list of `lists_file`.")

    def secret_for(self, name: str) -> str | None:
        """
        Return the secret `name` for its API; None without one, or where it must not go.

        It goes to the API's own host, or to one that a flag or the environment names: the config
        file lies in a repository, where a pull request can change it.
        """
        secret: SecretStr | None = getattr(self, name)
        return secret.get_secret_value() if secret is not None and self._may_go(name) else None

    @property
    def second_way(self) -> tuple[str, bool] | None:
        """
        The proxy of `second_opinion`, and whether it may only be where links may lead; None for no.

        So it is with one that only a config file names: a pull request can change that.
        """
        secret = self.second_opinion_proxy
        if secret is not None:
            return secret.get_secret_value(), False
        named = self.is_named("second_opinion")
        return None if self.second_opinion is None else (self.second_opinion, not named)

    def _may_go(self, name: str) -> bool:
        if name not in _ADDRESSES:
            return True  # no setting has a say in its address
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


SECRETS: Mapping[str, tuple[str, ...]] = {
    "github_token": ("GITHUB_TOKEN", "GH_TOKEN"),
    "semantic_scholar_key": ("SEMANTIC_SCHOLAR_API_KEY", "S2_API_KEY"),
    "openalex_key": ("OPENALEX_API_KEY",),
    "openreview_token": ("OPENREVIEW_TOKEN",),
    "second_opinion_proxy": ("SECOND_OPINION_PROXY",),
    "wayback_key": ("WAYBACK_KEY",),
}
"""Where each secret comes from: the environment alone, and nothing else."""

_ADDRESSES: Mapping[str, str] = {
    "github_token": "github_url",
    "semantic_scholar_key": "semantic_scholar_url",
    "openalex_key": "openalex_url",
    "openreview_token": "openreview_url",
}
"""Which setting says where each secret is sent."""

HIDDEN = frozenset(
    {
        "origins",
        "list_places",
        "offline",
        "sandbox",
        "scenario",
        "refresh",
        "strict",
        "changed_since",
    }
    | {"host_headers", *SECRETS}
)
"""Settings that no config file holds: they belong to one run, or are secret."""
TABLES = frozenset({"lists", "host_intervals"})
"""Settings that are in the config file only, because they are tables."""
