"""The evidence and the health of links: lines of `links.jsonl` and of the history."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from pipeline.records.base import Record, Remembered
from pipeline.records.lists import Role
from pipeline.records.outcomes import FailureKind


class Hop(Record):
    """One step on the way to the page that a link leads to."""

    url: str
    status: int | None
    """None where nothing came back."""
    delay: float | None = None
    """Seconds after which a page led on by itself (`<meta http-equiv="refresh">`)."""


class Probe(Record):
    """What asking one URL over HTTP told, redirects followed; one never sent is `Failed`."""

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
    """Signs of a host's own error page in the body (`pipeline.links.hosts.body_markers`)."""
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


Verdict = Literal["alive", "moved", "dead", "failing", "blocked", "malformed", "skipped", "unknown"]
Evidence = Literal[
    "http", "arxiv", "github", "gitlab", "codeberg", "bitbucket", "doi", "history", "none"
]


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
    suggestion_confirmed: bool = False
    """The registry of its DOI has answered in this run that there is such a one."""
    archived: str | None = None
    """The copy in the Wayback Machine that was taken while it was alive."""
    occurrences: tuple[Occurrence, ...] = ()


PastVerdict = Literal["alive", "failing", "dead"]


class LinkHistory(Remembered):
    """What is remembered of one link that fails, or has failed lately."""

    url: str
    """The address as it is asked (`urls.request_key`)."""
    last_verdict: PastVerdict
    last_verdicts: tuple[PastVerdict, ...] = ()
    """Of the checks that counted, the oldest first, at most eight."""
    reason_code: str
    """Of the last check that failed (`codes.REASONS`)."""
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
    seconded_at: AwareDatetime | None = None
    """When another way to its host was tried too, and was in vain."""
    last_alive_at: AwareDatetime | None = None
    """When it was found alive again, or was last found alive before it failed."""

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        alive = self.last_verdict == "alive"
        if alive != (self.consecutive_failures == 0) or (alive and self.last_alive_at is None):
            raise ValueError("a link that is alive has no failures and the time when it was seen")
        return self
