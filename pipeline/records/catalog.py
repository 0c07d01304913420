"""The works of a run: a line of `catalog.jsonl` and its parts."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Self

from pipeline.records.base import SCHEMA_VERSION, Record
from pipeline.records.lists import Entry, Kind
from pipeline.records.outcomes import Found, Outcome, Status

Severity = Literal["error", "warning", "info"]
VenueKind = Literal["conference", "journal", "workshop"]


class Candidate(Record):
    """A work that a title might mean."""

    key: str
    title: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Which work an entry means, and why we think so."""

    status: Literal["found", "review", "missing", "failed", "skipped"]
    method: Literal["link", "list", "title"] | None = None
    confidence: float = 0.0
    evidence: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    reason_code: str | None = None
    """Of `pipeline.works.matching.ReasonCode`; None where nothing was compared."""


class Finding(Record):
    """Something about an entry that a maintainer should know."""

    code: str
    severity: Severity
    message: str
    list: str
    line: int
    url: str | None = None
    """The link that it is about, as written, where it is about one."""
    replacement: str | None = None
    """What to write instead (a URL or a title), where that is safe."""


class SourceState(Record):
    """How one source answered for one paper."""

    status: Status
    stale: bool = False
    as_of: datetime | None = None
    reason: str | None = None
    fields: tuple[str, ...] = ()
    """The paper's fields that were taken from this source."""

    @classmethod
    def of(cls, outcome: Outcome[Any]) -> Self:
        """Return how a source has answered, from its answer about one key."""
        stale = isinstance(outcome, Found) and outcome.stale
        as_of = outcome.as_of if isinstance(outcome, Found) and stale else None
        return cls(status=outcome.status, stale=stale, as_of=as_of, reason=outcome.reason)


class PublishedVersion(Record):
    """Where a preprint has been published since, or is going to be."""

    venue: str | None
    doi: str | None
    year: int | None = None
    source: str
    """Who says so: `crossref`, `semanticscholar`, `openalex` or `arxiv`."""
    state: Literal["published", "accepted"] = "published"
    """`accepted`: the authors say so in their comment on arXiv, and nobody has it published yet."""
    kind: VenueKind | None = None
    """Where arXiv's words tell."""


class ArxivPart(Record):
    """The arXiv side of a paper in the catalog."""

    id: str
    """Canonical, without version."""
    version: int | None = None
    primary_category: str | None = None
    categories: tuple[str, ...] = ()
    comment: str | None = None
    journal_ref: str | None = None
    doi: str | None = None
    """The publisher's DOI, never the 10.48550 one."""
    withdrawn: bool = False
    metadata_source: str | None = None
    """Which source answered: arxiv, oai, datacite or snapshot; null while none has."""


class RepositoryPart(Record):
    """One repository of a paper in the catalog."""

    service: str = "github"
    """`github`, `gitlab`, `codeberg` or `bitbucket`."""
    full_name: str
    url: str
    status: Status
    renamed_from: str | None = None
    id: int | None = None
    """As the service numbers it; kept while it is not found, to know it again."""
    former_ids: tuple[int, ...] = ()
    """Which ids the name had in earlier runs: it belonged to another repository."""
    fork_of: str | None = None
    stars: int | None = None
    forks: int | None = None
    open_issues: int | None = None
    open_issues_and_prs: int | None = None
    license: str | None = None
    language: str | None = None
    topics: tuple[str, ...] = ()
    archived: bool | None = None
    created_at: str | None = None
    pushed_at: str | None = None
    description: str | None = None
    homepage: str | None = None
    reason: str | None = None
    stale: bool = False
    as_of: datetime | None = None
    named_by: Literal["list", "abstract", "comment"] = "list"
    """Who calls it the paper's: an entry of a list, else its abstract or its comment on arXiv."""

    @property
    def key(self) -> str:
        """The name by which lists know it, in lower case: `owner/name`, `gitlab:group/name`."""
        prefix = "" if self.service == "github" else f"{self.service}:"
        return f"{prefix}{self.renamed_from or self.full_name}".lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One work of the catalog, with every place that mentions it: a line of `catalog.jsonl`."""

    schema_version: int = SCHEMA_VERSION
    key: str
    former_keys: tuple[str, ...] = ()
    kind: Kind = "paper"
    title: str
    authors: tuple[str, ...] = ()
    abstract: str | None = None
    published: str | None = None
    updated: str | None = None
    arxiv: ArxivPart | None = None
    doi: str | None = None
    repositories: tuple[RepositoryPart, ...] = ()
    mentions: tuple[Entry, ...]
    resolution: Resolution
    findings: tuple[Finding, ...] = ()
    sources: dict[str, SourceState] = field(default_factory=dict)
    citations: int | None = None
    published_as: PublishedVersion | None = None
    identifiers: dict[str, str] = field(default_factory=dict)
    """Names of the work elsewhere: `semanticscholar`, `openalex`, `dblp`, `acl`, `arxiv`, …"""
    url: str | None = None
    """Page to read about it: arXiv's, the DOI's, else the list's first link to the paper."""
    year: int | None = None
    """Of the publication, else of the first version, else as a list says."""
    venue: str | None = None
    """As a registry says, else as a list says; a preprint server is none."""
