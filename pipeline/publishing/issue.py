"""
The rolling issue: from the report and the issues on GitHub to a plan. Pure.

Marks hold what it said last: nothing is said twice, and people's edits stay until there is news.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from pipeline.formats.escape import markdown, plain, safe_url
from pipeline.formats.places import Place, PlaceUrl, shown_places
from pipeline.formats.report_json import Diagnostic, LinkReport, acted_on
from pipeline.publishing.marks import (
    BODY_LIMIT,
    LABEL,
    MARKER,
    SAID,
    State,
    cut,
    digest,
    state_line,
    state_of,
)
from pipeline.publishing.pulls import FIXES
from pipeline.records.github import Issue

MOST_SEEN: Final = 1_000
"""Findings that are remembered one by one in the issue (eight characters each)."""
NEW_SHOWN: Final = 10

Render = Callable[[LinkReport, int, PlaceUrl | None], str]
"""`pipeline.formats.report.render_report`: a report, the most it may be long, its places' links."""


@dataclass(frozen=True, slots=True)
class IssuePlan:
    """What is to be done with the issue; nothing where only `word` is set."""

    word: str
    """One sentence: what comes of it and why."""
    number: int | None = None
    comment: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    """What to write: of a new issue where `number` is None."""
    label: bool = False
    """Whether the label is missing."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Shown:
    """How a report is shown."""

    render: Render
    run_url: str | None
    place_url: PlaceUrl | None


def plan_issue(
    report: LinkReport,
    known: Sequence[Issue],
    render: Render,
    *,
    run_url: str | None = None,
    place_url: PlaceUrl | None = None,
) -> IssuePlan:
    """Decide about the issue. `known` are those that carry the marker."""
    how = _Shown(render, run_url, place_url)
    ours = chosen(known)
    notes = _doubles(known, ours)
    if reason := why_not(report):
        return IssuePlan(f"{reason}: nothing is published", notes=notes)
    work = list(acted_on(report))
    if ours is None:
        if not work:
            return IssuePlan("there is nothing to act on: no issue is opened")
        fields = _fields(report, work, how) | {"labels": [LABEL]}
        return IssuePlan("opens an issue", fields=fields)
    plan = (_plan_open if ours.is_open else _plan_closed)(report, work, ours, how)
    label = LABEL not in ours.labels and (ours.is_open or bool(plan.fields))
    return IssuePlan(plan.word, ours.number, plan.comment, plan.fields, label, notes)


def chosen(known: Iterable[Issue]) -> Issue | None:
    """Return the issue that is used: the oldest open one, else the newest closed one."""
    known = sorted(known, key=lambda issue: issue.number)
    return next((issue for issue in known if issue.is_open), known[-1] if known else None)


def why_not(report: LinkReport) -> str | None:
    """Say why a report is not to be published at all; None where it is."""
    if report.sandbox:
        return "the report is of the sandbox"
    if report.offline:
        return "the run was offline"
    if report.network == "down":
        return "the run had no network"
    if not sum(source.entries for source in report.lists):
        return "the run found no entry"
    return None


def is_incomplete(report: LinkReport) -> bool:
    """Say whether "not found" means little: something could not be asked, a list not be read."""
    return bool(report.not_asked) or any(source.stale for source in report.lists)


def _doubles(known: Sequence[Issue], ours: Issue | None) -> tuple[str, ...]:
    others = [f"#{one.number}" for one in known if ours and one.number != ours.number]
    if not others:
        return ()
    many = ", ".join(others[:10])
    return (f"several issues have the marker: #{ours.number if ours else ''} is used, not {many}",)


def _plan_open(report: LinkReport, work: list[Diagnostic], ours: Issue, how: _Shown) -> IssuePlan:
    said = state_of(ours.body) or State()
    if not work:
        if is_incomplete(report):
            return IssuePlan(
                "there is nothing to act on, but the run was incomplete: the issue stays open"
            )
        fields = _fields(report, work, how, done=True)
        closing = {"state": "closed", "state_reason": "completed"}
        words = "Nothing is left to act on, so this issue is closed. It opens again when there is."
        return IssuePlan("closes the issue", comment=_comment(words), fields=fields | closing)
    fields = _fields(report, work, how, said=said)
    comment = _change_comment(report, work, said, shown_places(report, how.place_url))
    state = state_of(fields["body"]) or State()
    if state.body == said.body and state.findings == said.findings and comment is None:
        return IssuePlan("the issue is up to date: nothing is written")
    word = "changes the issue" if comment is None else "changes the issue and comments"
    return IssuePlan(word, comment=comment, fields=fields)


def _plan_closed(report: LinkReport, work: list[Diagnostic], ours: Issue, how: _Shown) -> IssuePlan:
    said = state_of(ours.body) or State(done=True)
    if not work:
        return IssuePlan("there is nothing to act on: the issue stays closed")
    new = _new(work, said)
    if not said.done and not new and said.seen is not None:
        return IssuePlan("the issue was closed by hand, and nothing is new since: it stays closed")
    fields = _fields(report, work, how)
    place = shown_places(report, how.place_url)
    lines = [_line(one, place) for one in new or work]
    comment = _comment(_opening(report, "Opened again"), lines)
    return IssuePlan("opens the issue again", comment=comment, fields=fields | {"state": "open"})


def _fields(
    report: LinkReport,
    work: list[Diagnostic],
    how: _Shown,
    *,
    said: State | None = None,
    done: bool = False,
) -> dict[str, Any]:
    """Return title and body of the issue."""
    seen = frozenset(map(short, work))
    if said and said.seen and is_incomplete(report):
        seen |= said.seen  # what could not be asked about is neither gone nor new next time
    state = State(
        body=digest(report.headline, _timeless(report, how)),
        findings=digest(*sorted(seen)),
        seen=seen if len(seen) <= MOST_SEEN else None,
        done=done,
    )
    head = f"{MARKER}\n{state_line(state)}\n\n"
    foot = _foot(work, safe_url(how.run_url or ""))
    room = BODY_LIMIT - len(head) - len(foot)
    return {
        "title": plain(report.headline),
        "body": head + cut(how.render(report, room, how.place_url), room) + foot,
    }


def _foot(work: Iterable[Diagnostic], run_url: str | None) -> str:
    """Say where the text comes from and, where there are repairs, where those are proposed."""
    if run_url is None:
        return ""
    foot = f"\n\nWritten by [this run](<{run_url}>).\n"
    repository, found, _ = run_url.rpartition("/actions/runs/")
    if not found or not any(one.certain for one in work):
        return foot
    pulls = f"{repository}/pulls?q=is%3Aopen+head%3A{FIXES.branch.replace('/', '%2F')}"
    return f"\n\nThe certain repairs are in [a pull request](<{pulls}>).{foot}"


def _timeless(report: LinkReport, how: _Shown) -> str:
    """Return the report without its times: what is above its footer."""
    bare = report.model_copy(update={"generated_at": None, "last_complete_at": None, "version": ""})
    text = how.render(bare, BODY_LIMIT, how.place_url)
    head, rule, _ = text.rpartition("\n---\n")
    return head if rule else text


def short(diagnostic: Diagnostic) -> str:
    """Return a fingerprint of eight characters."""
    return sha256(diagnostic.fingerprint.encode("utf-8", "replace")).hexdigest()[:8]


def _new(work: Iterable[Diagnostic], said: State) -> list[Diagnostic]:
    seen = said.seen or frozenset()
    return [one for one in work if short(one) not in seen]


def _change_comment(
    report: LinkReport, work: list[Diagnostic], said: State, place: Place
) -> str | None:
    """Say what is new and how much is gone; None where neither is."""
    now = frozenset(map(short, work))
    if said.seen is None:
        changed = said.findings != digest(*sorted(now))
        return _comment(_opening(report, "The findings have changed")) if changed else None
    gone = 0 if is_incomplete(report) else len(said.seen - now)
    new = _new(work, said)
    if not new and not gone:
        return None
    counts = [f"{len(new):,} new"] * bool(new) + [f"{gone:,} gone"] * bool(gone)
    return _comment(_opening(report, ", ".join(counts)), [_line(one, place) for one in new])


def _opening(report: LinkReport, words: str) -> str:
    return f"{words}. {markdown(report.headline)}."


def _comment(words: str, new: Sequence[str] = ()) -> str:
    lines = [SAID, words, *([""] if new else [])]
    lines += [f"- {line}" for line in new[:NEW_SHOWN]]
    if len(new) > NEW_SHOWN:
        lines.append(f"- … and {len(new) - NEW_SHOWN:,} more above")
    return "\n".join(lines) + "\n"


def _line(one: Diagnostic, place: Place) -> str:
    words = f"{markdown(one.title)} · " if one.title else ""
    words += markdown(one.message)
    if not one.locations:
        return words
    more = len(one.locations) - 1
    return f"**{place(one, one.locations[0])}{f' and {more} more' if more else ''}** · {words}"
