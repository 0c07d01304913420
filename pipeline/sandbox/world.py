"""
What the replica knows: papers, repositories and pages, read from `facts/`.

`papers.json` and `repositories.json` hold facts as far as they are known; the rest is made up
here, the same in every run (`pipeline.sandbox` says how). `web.json` says how every other URL of
the lists behaves (`pipeline.sandbox.web`), and `later.json` what has happened to papers some time
later: both are made up.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from importlib.resources import files as resources
from typing import Any

from pipeline.sandbox import sandbox_lists
from pipeline.sandbox.repository_files import Snapshot

UNLISTED = 5
MADE_UP_AUTHORS = ("Sandbox Author One", "Sandbox Author Two")
BETWEEN_VERSIONS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper as arXiv would know it."""

    id: str
    title: str
    authors: tuple[str, ...]
    versions: tuple[datetime, ...]
    """When each version was submitted, the first one first."""
    categories: tuple[str, ...]
    """The primary one first."""
    comment: str | None = None
    journal_ref: str | None = None
    doi: str | None = None
    text: str | None = None

    @property
    def abstract(self) -> str:
        """Return a made-up abstract that says so."""
        return self.text or f"Sandbox abstract of {self.title}"


@dataclass(frozen=True, slots=True)
class Repository:
    """One repository as GitHub would know it."""

    full_name: str
    former_names: tuple[str, ...] = ()
    stars: int | None = None
    license: str | None = None
    language: str | None = None
    default_branch: str = "main"
    created_at: str | None = None
    pushed_at: str | None = None

    @property
    def id(self) -> int:
        """Return a made-up number, the same for every name of the repository."""
        return self.number("id", 900_000_000) + 1

    @property
    def description(self) -> str:
        """Return a made-up description that says so."""
        return f"Sandbox description of {self.full_name}"

    @property
    def stargazers(self) -> int:
        """Return the stars: a fact where it is known, rounded as the fact is."""
        return self.number("stars", 900) if self.stars is None else self.stars

    @property
    def created(self) -> str:
        """Return the time of the first commit where it is known, else a day of 2023."""
        return self.created_at or _instant(_NEW_YEAR + timedelta(self.number("created", 365)))

    @property
    def pushed(self) -> str:
        """Return the time of the last commit where it is known, else a later day."""
        days = timedelta(days=30 + self.number("pushed", 365))
        return self.pushed_at or _instant(datetime.fromisoformat(self.created) + days)

    def number(self, what: str, below: int) -> int:
        """Return a made-up number from 0 to `below` - 1, the same in every run."""
        digest = sha256(f"{self.full_name.lower()}:{what}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % below


_NEW_YEAR = datetime(2023, 1, 1, tzinfo=UTC)


def _instant(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def papers(*, later: bool = False) -> Mapping[str, Paper]:
    """Return the papers by canonical arXiv id, as they are or as they are some time later."""
    news = _facts("later.json")["papers"] if later else {}
    return {fact["id"]: _paper(fact | news.get(fact["id"], {})) for fact in _facts("papers.json")}


@cache
def unlisted() -> Mapping[str, Paper]:
    """Return papers by arXiv id that are all made up, and in no list: what others cite."""
    return {
        id_: Paper(
            id=id_,
            title=f"Sandbox work {number}, which no list has and many papers cite",
            authors=MADE_UP_AUTHORS,
            versions=(datetime(2019 + number, 1, 1, tzinfo=UTC),),
            categories=("cs.IR",),
        )
        for number in range(1, UNLISTED + 1)
        for id_ in [f"{19 + number}01.9990{number}"]
    }


@cache
def repositories(*, later: bool = False) -> Mapping[str, Repository]:
    """Return the repositories by `owner/name` in lower case, former names too."""
    known: dict[str, Repository] = {}
    new = _facts("later.json")["repositories"] if later else []
    for fact in (*_facts("repositories.json"), *new):
        former = tuple(fact.pop("former_names", ()))
        repository = Repository(former_names=former, **fact)
        for name in (repository.full_name, *former):
            known[name.lower()] = repository
    return known


@cache
def projects() -> Mapping[str, Repository]:
    """Return the projects of other services by `service:path` in lower case, former ones too."""
    known: dict[str, Repository] = {}
    for fact in _facts("projects.json"):
        service, former = fact.pop("service"), tuple(fact.pop("former_names", ()))
        project = Repository(former_names=former, **fact)
        for name in (project.full_name, *former):
            known[f"{service}:{name}".lower()] = project
    return known


LISTS_AT = ("wlik/llm4rec-awesome-papers", "nancheng58/awesome-llm4rs-papers")
"""The repositories whose READMEs the lists are, in their order."""


@cache
def files() -> Mapping[str, Snapshot]:
    """Return what is in the repositories of the lists, by their names in lower case."""
    lists = zip(LISTS_AT, sandbox_lists(), strict=True)
    return {name: Snapshot({"README.md": path.read_bytes()}) for name, path in lists}


HOSTS = {"gitlab": "gitlab.com", "codeberg": "codeberg.org", "bitbucket": "bitbucket.org"}
"""By service."""


@cache
def pages() -> Mapping[str, str]:
    """Return how each page behaves, by URL without fragment."""
    known: dict[str, str] = _facts("web.json")
    return known


def holds(text: str) -> bool:
    """Say whether a URL, an arXiv id or a repository's name is in the facts or the own lists."""
    return text.lower() in _everything()


@cache
def _everything() -> str:
    facts = [*pages(), *papers(), *unlisted(), *(f"github.com/{name}" for name in repositories())]
    named = (key.partition(":") for key in projects())
    facts += [f"https://{HOSTS[service]}/{path}" for service, _, path in named]
    facts.append(json.dumps(_facts("later.json")))
    lists = [path.read_text(encoding="utf-8", errors="replace") for path in sandbox_lists()]
    return "\n".join([*facts, *lists]).lower()


def _facts(name: str) -> Any:
    return json.loads((resources("pipeline.sandbox") / "facts" / name).read_text(encoding="utf-8"))


def _paper(fact: Mapping[str, Any]) -> Paper:
    # The facts hold new-style ids only: they begin with year and month.
    first = _time(fact.get("published") or f"20{fact['id'][:2]}-{fact['id'][2:4]}-01")
    times = [first + BETWEEN_VERSIONS * number for number in range(fact.get("version", 1))]
    if "updated" in fact:
        times[-1] = max(times[-2] if len(times) > 1 else first, _time(fact["updated"]))
    primary = fact.get("primary_category", "cs.IR")
    return Paper(
        id=fact["id"],
        title=fact["title"],
        authors=tuple(fact.get("authors", MADE_UP_AUTHORS)),
        versions=tuple(times),
        categories=(primary, *sorted(set(fact.get("categories", ())) - {primary})),
        comment=fact.get("comment"),
        journal_ref=fact.get("journal_ref"),
        text=fact.get("abstract"),
    )


def _time(text: str) -> datetime:
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=UTC)
