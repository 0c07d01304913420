"""`run.json`: what one run did, for machines. The only output that holds times of the run."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Literal, get_args

from pydantic import Field, ValidationError

from pipeline.formats.jsonl import safe_json
from pipeline.records.base import SCHEMA_VERSION, Record, to_json
from pipeline.records.catalog import Paper
from pipeline.records.links import LinkHealth, Verdict
from pipeline.records.lists import Problem
from pipeline.records.outcomes import Deferred, Status

Network = Literal["up", "down"]


MOST_LINES = 20
"""Lines of one kind that are named for a list."""


class Unread(Record):
    """What of one kind stands among a list's entries and led to nothing."""

    count: int
    lines: tuple[int, ...]
    """The first `MOST_LINES` of them."""


class ListRun(Record):
    """One list of a run."""

    name: str
    entries: int
    path: str | None = None
    """Of a file of this machine, as it was given; None for a remote list."""
    sha256: str | None = None
    """Of its bytes, as they were read; None where it was not."""
    stale: bool = False
    """True where it could not be read, and the entries of the last catalog are kept."""
    reason: str | None = None
    unchecked: dict[str, int] = Field(default_factory=dict)
    """Targets that are not checked, by kind: `image`, `mail address`, `relative file`, …"""
    found: dict[str, int] = Field(default_factory=dict)
    """Files and headings of the list's own repository that are there, by kind."""
    missing: dict[str, int] = Field(default_factory=dict)
    """Those that are not."""
    unread: dict[str, Unread] = Field(default_factory=dict)
    """`line without a link`, `title without an entry`, `label without a link`,
    `cell beyond the header`: see `ParsedList`."""


class StageRun(Record):
    """One stage of a run."""

    name: str
    seconds: float
    records: int
    """How many records it gave to the next stage."""


class CacheRun(Record):
    """How the cache served a run."""

    hits: int = 0
    misses: int = 0


class Counts(Record):
    """How much there is of what. Every verdict and status is there, zero or not."""

    entries: int
    papers: int
    resolved: int
    review: int
    unresolved: int
    """Papers that are neither found nor up for review: missing, failed or skipped."""
    links: dict[Verdict, int]
    repositories: dict[Status, int]
    """Distinct repositories of papers."""


class RunReport(Record):
    """What `run.json` holds."""

    schema_version: int = SCHEMA_VERSION
    version: str
    """Of the program."""
    started_at: datetime
    finished_at: datetime
    duration_s: float
    sandbox: bool = False
    offline: bool = False
    """True where the run was to send no request."""
    network: Network = "up"
    lists: tuple[ListRun, ...] = ()
    stages: tuple[StageRun, ...] = ()
    counts: Counts
    requests: dict[str, int] = Field(default_factory=dict)
    """By service: `arxiv`, `github`, `web`, …"""
    cache: CacheRun = CacheRun()
    deferred: tuple[Deferred, ...] = ()
    warnings: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    has_changes: bool = False
    """Whether catalog or links say something else than before; when a link was checked is none."""
    exit_code: int


def digest(data: bytes) -> str:
    """Return by what the bytes of a list are known again (`ListRun.sha256`)."""
    return sha256(data).hexdigest()


def unread_of(lines: Mapping[str, Sequence[int]]) -> dict[str, Unread]:
    """Return how much of each kind was not read, from its lines (`ParsedList.unread`)."""
    return {
        kind: Unread(count=len(places), lines=tuple(dict.fromkeys(places))[:MOST_LINES])
        for kind, places in lines.items()
    }


class Tally:
    """Counts the papers of a run, seen one at a time."""

    def __init__(self) -> None:
        self.entries = 0
        self.resolved: Counter[str] = Counter()
        """Papers by how they were resolved."""

    def see(self, paper: Paper) -> None:
        """Count one more."""
        self.resolved[paper.resolution.status] += 1
        self.entries += len(paper.mentions)

    def add(self, other: "Tally") -> None:
        """Count those that another has counted."""
        self.resolved += other.resolved
        self.entries += other.entries

    def change(self, before: Paper, after: Paper) -> None:
        """Count another state of a paper."""
        self.resolved[before.resolution.status] -= 1
        self.resolved[after.resolution.status] += 1
        self.entries += len(after.mentions) - len(before.mentions)

    def counts(self, verdicts: Iterable[str], repositories: Mapping[Status, int]) -> Counts:
        """Return the numbers; of links by their `verdicts`, of repositories by status."""
        papers, found, review = (
            self.resolved.total(),
            self.resolved["found"],
            self.resolved["review"],
        )
        links = Counter(verdicts)
        return Counts(
            entries=self.entries,
            papers=papers,
            resolved=found,
            review=review,
            unresolved=papers - found - review,
            links={verdict: links[verdict] for verdict in get_args(Verdict)},
            repositories={status: repositories.get(status, 0) for status in get_args(Status)},
        )


def count(papers: Iterable[Paper], links: Iterable[LinkHealth]) -> Counts:
    """Count the papers and links of a run."""
    tally = Tally()
    repositories: dict[tuple[str, str], Status] = {}
    for paper in papers:
        tally.see(paper)
        repositories |= statuses(paper)
    return tally.counts((link.verdict for link in links), Counter(repositories.values()))


def statuses(paper: Paper) -> dict[tuple[str, str], Status]:
    """Return how the repositories of a paper, which others may share, were answered for."""
    return {(part.service, part.full_name.lower()): part.status for part in paper.repositories}


def render_run(run: RunReport) -> str:
    """Return the text of `run.json`."""
    return safe_json(to_json(run), indent=2) + "\n"


def parse_run(text: str) -> RunReport | None:
    """Read `run.json`, passing over fields of newer versions; None where it is none."""
    try:
        return RunReport.model_validate_json(text, extra="ignore")
    except ValidationError:
        return None
