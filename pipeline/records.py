"""
The records that pass between the stages, and the contract of the files that are written.

All are immutable and survive JSON. Those of which a list may hold a hundred thousand (links,
entries, works, the health of links) are plain slotted dataclasses; everything else is a pydantic
model. What could not be had is a record too (`Outcome`), never `None` and never an exception.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, model_validator

SCHEMA_VERSION = 1

MAX_REASON = 200
"""Characters of a reason that a list gives for a line to be left alone."""

Role = Literal["paper", "code", "project", "data", "video", "slides", "blog", "other"]
Kind = Literal["paper", "dataset", "benchmark", "tool", "other"]
Severity = Literal["error", "warning", "info"]


class Record(BaseModel):
    """An immutable pydantic record that takes no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- what a list says -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """
    One http(s) link at one place of a list.

    `url` is the target as written, with HTML entities decoded and nothing else changed. Where the
    list wrote something that is no URL but plainly means one (`((http://…))`), `url` is the
    repaired target and `written` is what stood there.
    """

    url: str
    role: Role = "other"
    line: int
    """Counted from 1."""
    column: int
    """Of the target's first character, counted from 1 in characters of the line as decoded."""
    written: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A paper, data set, benchmark or tool that a list presents: one mention of a work."""

    list: str
    line: int
    end_line: int
    title: str
    name: str | None = None
    section: tuple[str, ...] = ()
    authors: str | None = None
    venue: str | None = None
    year: int | None = None
    links: tuple[Link, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)
    """What a table says beside the known columns: header to cell text."""
    kind: Kind = "paper"
    stale: bool = False
    """True where the list could not be read in this run and the last known entry is kept."""


class Problem(Record):
    """A line that looks like an entry and could not be read, or a fault of the list's text."""

    list: str
    line: int
    code: Literal["unread-entry", "encoding", "no-entries"]
    message: str


class ParsedList(Record):
    """One list, parsed: its entries, its links that belong to no entry, and what was unclear."""

    name: str
    entries: tuple[Entry, ...]
    other_links: tuple[Link, ...] = ()
    """Links of prose, tables of contents, related lists: checked, but of no entry."""
    broken: tuple[Link, ...] = ()
    """
    What stands in an entry for a link and is none: `[paper](TODO)`, `[paper][nowhere]`. Not asked.

    `url` is the target, empty where there is none; `written` the Markdown where that is at fault.
    """
    problems: tuple[Problem, ...] = ()
    ignored: dict[int, str] = Field(default_factory=dict)
    """Lines with the comment `<!-- pipeline:ignore -->`, with the reason that it gives, or none."""

    def all_links(self) -> Iterator[Link]:
        """Yield the links of the entries, then those of no entry."""
        for entry in self.entries:
            yield from entry.links
        yield from self.other_links


# --- what a source answers --------------------------------------------------------------------

FailureKind = Literal[
    "dns",  # the host name could not be resolved
    "connect",  # no connection could be made
    "timeout",
    "reset",  # the connection broke
    "tls",
    "protocol",  # what came is not HTTP
    "proxy",
    "refused-address",  # private or reserved address: not asked
    "invalid-url",
    "throttled",  # told to slow down, until we gave up
    "server-error",  # 5xx, until we gave up
    "bad-answer",  # an answer that does not say what it should
    "unauthorized",
    "forbidden",
    "closed",  # given up for this run after repeated failures
    "offline",  # our own network, not theirs
    "budget",  # no time or no requests left
    "interrupted",  # the run was stopped by its user
]

T = TypeVar("T")


class Found(Record, Generic[T]):
    """The source knows the key."""

    status: Literal["found"] = "found"
    value: T
    stale: bool = False
    """True where the source could not be asked and this is its last good answer."""
    as_of: datetime | None = None
    """When a stale value was answered."""
    reason: str | None = None
    """Why the value is stale."""


class Missing(Record):
    """The source was asked and says that there is no such thing."""

    status: Literal["missing"] = "missing"
    reason: str
    confirmed: bool = False
    """True where two independent questions agree, so that one answer was no fluke."""


class Blocked(Record):
    """The source was asked; the thing exists and is withheld (451, taken down, access blocked)."""

    status: Literal["blocked"] = "blocked"
    reason: str


class Failed(Record):
    """The source could not be asked; nothing is known."""

    status: Literal["failed"] = "failed"
    kind: FailureKind
    reason: str


class Skipped(Record):
    """We chose not to ask: switched off, off line, over budget, nothing to ask about."""

    status: Literal["skipped"] = "skipped"
    reason: str


if TYPE_CHECKING:
    Outcome = Found[T] | Missing | Blocked | Failed | Skipped
else:

    class Outcome:
        """
        What a source answers about one key: `Outcome[Record]` is a tagged union.

        A plain alias cannot be subscripted at run time, because pydantic's generic `Found[T]`
        has no type parameters left for `typing`.
        """

        def __class_getitem__(cls, record: Any) -> Any:
            """Return the union for one kind of record, told apart by `status`."""
            union = Found[record] | Missing | Blocked | Failed | Skipped
            return Annotated[union, Field(discriminator="status")]


Status = Literal["found", "missing", "blocked", "failed", "skipped"]


class ArxivRecord(Record):
    """What arXiv knows of one paper. Field names are arXiv's own (API user manual, section 3.3)."""

    id: str
    """Canonical, without version."""
    version: int | None
    title: str
    authors: tuple[str, ...]
    abstract: str | None
    published: str | None
    """Date of version 1, ISO 8601, as precise as the source gives it."""
    updated: str | None
    """Date of `version`."""
    primary_category: str | None
    categories: tuple[str, ...] = ()
    comment: str | None = None
    journal_ref: str | None = None
    doi: str | None = None
    """The publisher's DOI, never the 10.48550 one."""
    withdrawn: bool = False
    metadata_source: Literal["arxiv", "oai", "datacite"] = "arxiv"


class RepositoryRecord(Record):
    """What GitHub knows of one repository."""

    full_name: str
    """In GitHub's own case."""
    url: str
    id: int | None = None
    stars: int | None = None
    forks: int | None = None
    open_issues: int | None = None
    """Without pull requests; REST cannot tell them apart, so only GraphQL answers fill it."""
    open_issues_and_prs: int | None = None
    license: str | None = None
    """SPDX id; NOASSERTION where a licence file exists that GitHub does not recognise."""
    language: str | None = None
    topics: tuple[str, ...] = ()
    archived: bool | None = None
    created_at: str | None = None
    pushed_at: str | None = None
    description: str | None = None
    homepage: str | None = None


class FirstVersion(Record):
    """Version 1 of an arXiv paper: what the paper was called at first."""

    id: str
    """Canonical, without version."""
    title: str


class DoiRecord(Record):
    """What Crossref knows of one DOI."""

    doi: str
    """In lower case."""
    title: str
    """Without markup; empty where none was deposited."""
    authors: tuple[str, ...] = ()
    venue: str | None = None
    """Journal or proceedings (`container-title`)."""
    published: str | None = None
    """As precise as it was deposited: a year, a month or a day."""
    type: str | None = None
    """Crossref's own: `journal-article`, `proceedings-article`, `posted-content`, …"""
    is_preprint: bool = False
    preprint_of: str | None = None
    """DOI of the article that this preprint became."""
    has_preprint: str | None = None
    """arXiv id of the preprint that this article says it has."""
    retracted: bool = False
    url: str


class CitationRecord(Record):
    """What Semantic Scholar knows of one paper."""

    s2_id: str
    title: str
    arxiv_id: str | None = None
    """As Semantic Scholar has it, so that it can be compared with what was asked."""
    doi: str | None = None
    """The publisher's, never the 10.48550 one."""
    acl: str | None = None
    dblp: str | None = None
    corpus_id: int | None = None
    citation_count: int | None = None
    influential_citation_count: int | None = None
    venue: str | None = None
    """None where it is arXiv."""
    year: int | None = None
    publication_date: str | None = None
    """Often the preprint's, also where the paper has been published since."""
    publication_types: tuple[str, ...] = ()


class OpenAlexRecord(Record):
    """What OpenAlex knows of one work. Its title is compared before anything else is believed."""

    openalex_id: str
    title: str
    doi: str | None = None
    """The publisher's, never the 10.48550 one: of the published version, where one is known."""
    arxiv_id: str | None = None
    type: str | None = None
    venue: str | None = None
    """Of the published version; None where the work is known from repositories only."""
    publication_date: str | None = None
    cited_by_count: int | None = None
    is_retracted: bool = False


class HuggingFaceRecord(Record):
    """What Hugging Face's paper pages know of one arXiv paper."""

    arxiv_id: str
    title: str
    github_repo: str | None = None
    """`owner/name`, from whoever submitted the page: a hint."""
    project_page: str | None = None
    upvotes: int | None = None
    num_models: int | None = None
    num_datasets: int | None = None
    num_spaces: int | None = None


class HandleRecord(Record):
    """What the DOI system's handle server knows of one DOI."""

    doi: str
    """In lower case."""
    url: str | None = None
    """Where the DOI leads; None where it is registered without an address."""


class CaptureRecord(Record):
    """The newest good capture of a page in the Wayback Machine."""

    url: str
    """Of the capture: `https://web.archive.org/web/TIMESTAMP/ORIGINAL`."""
    timestamp: str
    """`YYYYMMDDhhmmss`, UTC."""

    @property
    def day(self) -> str:
        """The date, ISO 8601."""
        return f"{self.timestamp[:4]}-{self.timestamp[4:6]}-{self.timestamp[6:8]}"


class AnchorRecord(Record):
    """The places in a page that a fragment can point at."""

    url: str
    """Of the page."""
    names: tuple[str, ...] = ()
    """Sorted; as the page spells them, without GitHub's `user-content-`."""
    telling: bool = False
    """Whether a name that is not among them is not there: all was read, no script adds any."""
    any_case: bool = False
    """Whether letter case makes no difference, as on GitHub."""


class Hop(Record):
    """One step on the way to the page that a link leads to."""

    url: str
    status: int | None
    """None where nothing came back."""


class Probe(Record):
    """
    The evidence of asking one URL over HTTP, redirects followed.

    A probe that could not be sent at all (no time, network down) is `Failed`, not a probe; one that
    was sent and got no answer is a probe with a `failure`.
    """

    method: Literal["HEAD", "GET"]
    """Of the last request."""
    status: int | None
    """Of the last answer; None where `failure` says why there was none."""
    hops: tuple[Hop, ...]
    """From the first request to the last, at least one."""
    unasked: str | None = None
    """A redirect's target that was left alone: a page of arXiv, or a private address."""
    failure: FailureKind | None = None
    detail: str = ""
    no_such_host: bool = False
    """The resolver said with authority that the name does not exist."""
    wandered: bool = False
    """The redirects went in a circle or had no end."""
    headers: dict[str, str] = Field(default_factory=dict)
    """The few that tell something: cf-mitigated, content-type, retry-after, server."""
    title: str | None = None
    """Of the page, where GET was used and the page is HTML."""
    markers: tuple[str, ...] = ()
    """Signs of a host's own error page in the body (`pipeline.links.verdicts.body_markers`)."""
    length: int | None = None
    """Bytes of the body as far as it was read; None where none was asked for."""
    complete: bool = False
    """Whether `length` is all of it."""
    asked_at: datetime
    answered_at: datetime

    @property
    def final_url(self) -> str:
        """Address of the last request."""
        return self.hops[-1].url


# --- the catalog ------------------------------------------------------------------------------


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


class PublishedVersion(Record):
    """Where a preprint has been published since."""

    venue: str | None
    doi: str | None
    year: int | None = None
    source: str
    """Who says so: `crossref`, `semanticscholar`, `openalex` or `arxiv`."""


class ArxivPart(Record):
    """The arXiv side of a paper in the catalog."""

    id: str
    version: int | None = None
    primary_category: str | None = None
    categories: tuple[str, ...] = ()
    comment: str | None = None
    journal_ref: str | None = None
    doi: str | None = None
    withdrawn: bool = False
    metadata_source: str | None = None
    """Which source answered: arxiv, oai or datacite; null while none has."""


class RepositoryPart(Record):
    """One repository of a paper in the catalog."""

    full_name: str
    url: str
    status: Status
    renamed_from: str | None = None
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


# --- link health ------------------------------------------------------------------------------

Verdict = Literal["alive", "moved", "dead", "failing", "blocked", "malformed", "skipped", "unknown"]
Evidence = Literal["http", "arxiv", "github", "doi", "history", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One place of a list where a link stands."""

    list: str
    line: int
    column: int
    role: Role
    paper: str | None
    """Key of the paper whose entry holds the link; null for prose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkHealth:
    """The state of one distinct URL: a line of `links.jsonl`."""

    url: str
    verdict: Verdict
    reason_code: str
    reason: str
    status_code: int | None = None
    final_url: str | None = None
    evidence: Evidence
    checked_at: datetime | None = None
    """Of the check that counts: one that repeats a failure within 12 hours changes nothing."""
    first_failed_at: datetime | None = None
    consecutive_failures: int = 0
    suggestion: str | None = None
    occurrences: tuple[Occurrence, ...] = ()


PastVerdict = Literal["alive", "failing", "dead"]


class LinkHistory(Record):
    """What is remembered of one link that fails, or has failed lately."""

    url: str
    """The address as it is asked (`identifiers.request_key`)."""
    last_verdict: PastVerdict
    last_verdicts: tuple[PastVerdict, ...] = ()
    """Of the checks that counted, the oldest first, at most eight."""
    reason_code: str
    """Of the last check that failed (`reasons.REASONS`)."""
    status_code: int | None = None
    first_failed_at: AwareDatetime
    last_failed_at: AwareDatetime
    """Of the last failure that counted."""
    consecutive_failures: int = Field(ge=0)
    """Failures that counted, without a success between them; 0 for a link that is alive again."""
    absent_since: AwareDatetime | None = None
    """When it was first said with authority that there is no such thing (404, no such host)."""
    lost_since: AwareDatetime | None = None
    """When the first failure was seen that may mean death; TLS faults and soft 404s never do."""
    lost_runs: int = 0
    """How many such failures counted."""
    last_alive_at: AwareDatetime | None = None
    """When it was found alive again, or was last found alive before it failed."""

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        alive = self.last_verdict == "alive"
        if alive != (self.consecutive_failures == 0) or (alive and self.last_alive_at is None):
            raise ValueError("a link that is alive has no failures and the time when it was seen")
        return self


class Deferred(Record):
    """Work left for a later run, and why."""

    what: str
    """Service or stage: `github`, `arxiv`, `web`."""
    count: int
    reason: str


@cache
def adapter(kind: Any) -> TypeAdapter[Any]:
    """Return the (once built) pydantic adapter of a record, dataclass or `Outcome[…]` type."""
    return TypeAdapter(kind)


def to_json(value: Any) -> Any:
    """Turn a record or a dataclass into plain JSON values, times as ISO 8601 UTC with `Z`."""
    kind: Any = type(value)
    return adapter(kind).dump_python(value, mode="json")
