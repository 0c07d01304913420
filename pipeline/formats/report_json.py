"""`report.json`: one record for each thing to tell a maintainer; all other reports render these."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, Literal

from pydantic import Field, ValidationError

from pipeline.formats.escape import plain, safe_url, spelt
from pipeline.formats.jsonl import to_text
from pipeline.formats.run_json import CacheRun, Counts, ListRun, Network
from pipeline.records.base import SCHEMA_VERSION, Record
from pipeline.records.catalog import Severity
from pipeline.records.events import Change
from pipeline.records.suggestions import Suggestion

Action = Literal["apply", "correct", "replace", "decide", "know", "wait", "tidy"]
"""
What is asked of the maintainer: apply an exact replacement; correct a wrong paper or id; replace or
remove what is dead; decide what a machine should not; and, collapsed in reports: know, wait (the
next runs tell), tidy.
"""
TO_ACT_ON: Final[frozenset[Action]] = frozenset({"apply", "correct", "replace", "decide"})
"""What a headline and the rolling issue count; the rest is collapsed."""
RANKS: Final[Mapping[Severity, int]] = {"error": 0, "warning": 1, "info": 2}
"""The worst first."""
RULES: Final = frozenset({"ignore-expired", "ignore-unused"})
"""Codes of the ignore file: their places are in that file."""
MESSAGE_LIMIT: Final = 600
URL_LIMIT: Final = 2_000


# One entry in ten may have something to tell, which is 3 kB as a model of pydantic.
@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """One place of a list."""

    list: str
    line: int
    column: int | None = None
    """Counted from 1; None where the whole line is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One thing to tell, with every place that it concerns."""

    code: str
    """A stable word: `link-dead`, `link-moved`, or a code of `pipeline.codes`."""
    severity: Severity
    action: Action
    fingerprint: str
    """The same as long as the same is said of the same thing; lines may move."""
    message: str
    """One sentence."""
    locations: tuple[Location, ...]
    """Sorted in the order of one edit pass; may be empty."""
    title: str | None = None
    """Of the work, or the link's words."""
    url: str | None = None
    """The link as written, where it is about one."""
    reason_code: str | None = None
    """Of a link's verdict."""
    status_code: int | None = None
    replacement: str | None = None
    """What to write instead: a URL or a title."""
    certain: bool = False
    """Whether `pipeline fix` may write it."""
    first_seen_at: datetime | None = None
    """Of the first report that had it, or of the link's first failure."""
    links: int = 0
    """How many links have the verdict that this reports; 0 where it reports something else."""
    failures: int = 0
    """In how many checks a link has failed."""
    is_new: bool = False
    """Whether the last report did not have it."""


class LinkReport(Record):
    """What `report.json` holds."""

    schema_version: int = SCHEMA_VERSION
    version: str = ""
    """Of the program."""
    generated_at: datetime | None = None
    previous_at: datetime | None = None
    """Of the report that `is_new` compares with; None where there was none."""
    last_complete_at: datetime | None = None
    """Of the last run that could ask every source."""
    sandbox: bool = False
    offline: bool = False
    network: Network = "up"
    headline: str
    """`Links: 3 to fix, 5 to replace, 2 wrong papers`."""
    flags: str = ""
    """With which other commands find these results, after a blank: ` --sandbox`; often empty."""
    counts: Counts
    cache: CacheRun = CacheRun()
    lists: tuple[ListRun, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    mended: tuple[Diagnostic, ...] = ()
    """What the last report asked for, and this one does not; empty where not all was checked."""
    changes: tuple[Change, ...] = ()
    """What has happened since the last run, as far as that was not told before."""
    missing: tuple[Suggestion, ...] = ()
    """Works that the lists may be missing, the best grounded of each list first."""
    left_out: dict[str, int] = Field(default_factory=dict)
    """Sentence to number: what was chosen not to be asked, or left for a later run."""
    not_asked: dict[str, int] = Field(default_factory=dict)
    """Sentence to number: what could not be asked."""
    accepted_answers: dict[str, int] = Field(default_factory=dict)
    """Sentence to number: links that are alive because a rule accepts what their host answers."""


def render_json(report: LinkReport) -> str:
    """Return the text of `report.json`, safe to print in a job's log."""
    return unobeyed_json(to_text(report, indent=2)) + "\n"


def parse_report_json(text: str) -> LinkReport | None:
    """Read `report.json`, passing over fields of newer versions; None where it is none."""
    try:
        return LinkReport.model_validate_json(text, extra="ignore")
    except ValidationError:
        return None


def unobeyed_json(text: str) -> str:
    """
    Return JSON without `##[…]`, which GitHub's runner obeys (actions/runner, `ActionCommand`).

    It can only be in a string, where an escape means the same.
    """
    return text.replace("##[", "#\\u0023[")


def words(one: Diagnostic, *, marked: bool = False) -> str:
    """Return all that is said of one thing, on one line; `marked`: also whether it is new."""
    parts = [f"“{plain(one.title)}”:"] if one.title else []
    parts.append(plain(one.message, MESSAGE_LIMIT))
    if one.url:
        same = one.replacement and _shown(one.replacement) == _shown(one.url)
        parts.append(f"Link: {plain(spelt(one.url), URL_LIMIT) if same else _shown(one.url)}")
    if one.replacement:
        parts.append(f"{'Replacement' if one.certain else 'Suggestion'}: {_shown(one.replacement)}")
    if since := failing_since(one):
        parts.append(f"(F{since[1:]}.)")
    if marked and one.is_new:
        parts.append("(New since the last report.)")
    return " ".join(parts)


def failing_since(one: Diagnostic, now: datetime | None = None) -> str:
    """Say since when a link fails, and in how many runs; nothing where that was `now` or never."""
    if not one.failures or one.first_seen_at is None:
        return ""
    if one.failures == 1 and now is not None and one.first_seen_at.date() == now.date():
        return ""
    runs = f", {one.failures} runs" if one.failures > 1 else ""
    return f"failing since {one.first_seen_at:%Y-%m-%d}{runs}"


def edit_order(lists: Iterable[ListRun]) -> Callable[[Location], tuple[int, str, int, int]]:
    """Return what sorts places in the order of one edit pass: as the run names the lists."""
    ranks = {source.name: rank for rank, source in enumerate(lists)}

    def order(at: Location) -> tuple[int, str, int, int]:
        return ranks.get(at.list, len(ranks)), at.list, at.line, at.column or 0

    return order


def marks_new(report: LinkReport) -> bool:
    """Say whether what is new is marked; in the first report all of it would be."""
    return report.previous_at is not None


def number_of_new(report: LinkReport) -> int:
    """Count what is new, where that is marked."""
    return sum(one.is_new for one in report.diagnostics) if marks_new(report) else 0


def _shown(target: str) -> str:
    """Return a URL with its host in punycode, or words, on one line."""
    return plain(safe_url(target) or target, URL_LIMIT)


def file_of(one: Diagnostic, at: Location, lists: Mapping[str, str]) -> str | None:
    """Return the file of a place; None for a remote list. An ignore rule names its file itself."""
    return at.list if one.code in RULES else lists.get(at.list)


def files_of(report: LinkReport) -> dict[str, str]:
    """Return name to path of the lists that are files of this machine, with `/` between folders."""
    return {one.name: one.path.replace("\\", "/") for one in report.lists if one.path}


def by_severity(report: LinkReport) -> list[Diagnostic]:
    """Return the worst first; what is new before what is known; else in the report's order."""
    return sorted(report.diagnostics, key=lambda one: (RANKS[one.severity], not one.is_new))


def fingerprint(code: str, *subject: str | None) -> str:
    """Return a short digest of what is said of what: the same as long as that is the same."""
    return sha256(repr((code, *subject)).encode("utf-8", "replace")).hexdigest()[:16]


def acted_on(report: LinkReport) -> tuple[Diagnostic, ...]:
    """Return what asks something of the maintainer."""
    return tuple(one for one in report.diagnostics if one.action in TO_ACT_ON)


def actionable(report: LinkReport, *, new_only: bool = False) -> bool:
    """
    Say whether a strict run fails: for an error; with `new_only` for one that is new.

    An error is a link that leads nowhere (dead, malformed, a placeholder, a file or heading that is
    not there) and a paper that is wrong or missing. What moved, waits for a decision, or is a slip
    of the pen that `pipeline fix` mends, is none.
    """
    return any(
        one.severity == "error" and (one.is_new or not new_only) for one in report.diagnostics
    )
