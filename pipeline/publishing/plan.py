"""
What is to be published: a rolling issue, a pull request with fixes, one with the catalog.

Pure: from what is on GitHub and what is on disk to a plan; `publishing.carry_out` carries it out.
Whatever is ours is known by hidden marks in its text, never by a title that people may change. The
marks hold what was said last, so that nothing is said twice and what people have changed in a text
stays until there is something new.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from typing import Any, Final, Literal

from pipeline.formats.escape import markdown, markdown_link, markdown_url, plain, safe_url
from pipeline.formats.places import Place, PlaceUrl, shown_places
from pipeline.formats.report_json import Diagnostic, LinkReport, acted_on
from pipeline.sources.github.records import (
    Branch,
    Commit,
    Issue,
    PullRequest,
    TreeEntry,
)

MARKER: Final = "<!-- pipeline:link-report -->"
SAID: Final = "<!-- pipeline:link-report-comment -->"
LABEL: Final = "link-report"
BODY_LIMIT: Final = 60_000
"""Characters; GitHub refuses a text of more than 65,536."""
MOST_SEEN: Final = 1_000
"""Findings that are remembered one by one in the issue (eight characters each)."""
NEW_SHOWN: Final = 10
ROWS_SHOWN: Final = 100

_STATE: Final = re.compile(r"^<!-- pipeline:state (\{[^\n]{0,20000}\}) -->\r?$", re.MULTILINE)

Render = Callable[[LinkReport, int, PlaceUrl | None], str]
"""`pipeline.formats.report.render_report`: a report, the most it may be long, its places' links."""


# --- hidden marks -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class State:
    """What a text of ours said last."""

    body: str = ""
    """Digest of the text, without its times."""
    findings: str = ""
    """Digest of what is to be done, or of the files that differ."""
    seen: frozenset[str] | None = None
    """Short fingerprints of what is to be done; None where there are too many."""
    done: bool = False
    """Whether we have closed it ourselves."""


def state_of(body: str) -> State | None:
    """Read the hidden state of a text; None where there is none that can be read."""
    match = _STATE.search(body)
    try:
        value = json.loads(match[1]) if match else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    seen = value.get("seen")
    return State(
        body=str(value.get("body", "")),
        findings=str(value.get("findings", "")),
        seen=frozenset(re.findall(r"[0-9a-f]{8}", seen)) if isinstance(seen, str) else None,
        done=value.get("done") is True,
    )


def _state_line(state: State) -> str:
    value: dict[str, Any] = {"body": state.body, "findings": state.findings}
    if state.seen is not None:
        value["seen"] = "".join(sorted(state.seen))
    if state.done:
        value["done"] = True
    return f"<!-- pipeline:state {json.dumps(value)} -->"


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]


# --- the rolling issue ------------------------------------------------------------------------


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

    def text(self, report: LinkReport, limit: int) -> str:
        return self.render(report, limit, self.place_url)


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
            return IssuePlan("nothing is to be done: no issue is opened")
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
        return "the run was off line"
    if report.network == "down":
        return "the run had no network"
    if not sum(source.entries for source in report.lists):
        return "the run read no entry"
    return None


def is_incomplete(report: LinkReport) -> bool:
    """Say whether "not found" means little: something could not be asked, a list not be read."""
    return bool(report.not_asked) or any(source.stale for source in report.lists)


def _doubles(known: Sequence[Issue], ours: Issue | None) -> tuple[str, ...]:
    others = [f"#{one.number}" for one in known if ours and one.number != ours.number]
    if not others:
        return ()
    many = ", ".join(others[:10])
    return (f"several issues carry the marker: #{ours.number if ours else ''} is used, not {many}",)


def _plan_open(report: LinkReport, work: list[Diagnostic], ours: Issue, how: _Shown) -> IssuePlan:
    said = state_of(ours.body) or State()
    if not work:
        if is_incomplete(report):
            return IssuePlan("nothing is to be done, but the run was incomplete: it stays open")
        fields = _fields(report, work, how, done=True)
        closing = {"state": "closed", "state_reason": "completed"}
        words = "Nothing is left to be done: closed. It is opened again when there is."
        return IssuePlan("closes it", comment=_comment(words), fields=fields | closing)
    fields = _fields(report, work, how, said=said)
    comment = _change_comment(report, work, said, shown_places(report, how.place_url))
    state = state_of(fields["body"]) or State()
    if state.body == said.body and state.findings == said.findings and comment is None:
        return IssuePlan("says this already: nothing is written")
    word = "changes it" if comment is None else "changes it and comments"
    return IssuePlan(word, comment=comment, fields=fields)


def _plan_closed(report: LinkReport, work: list[Diagnostic], ours: Issue, how: _Shown) -> IssuePlan:
    said = state_of(ours.body) or State(done=True)
    if not work:
        return IssuePlan("nothing is to be done: it stays closed")
    new = _new(work, said)
    if not said.done and not new and said.seen is not None:
        return IssuePlan("was closed by hand, and nothing is new since: it stays closed")
    fields = _fields(report, work, how)
    place = shown_places(report, how.place_url)
    lines = [_line(one, place) for one in new or work]
    comment = _comment(_opening(report, "Opened again"), lines)
    return IssuePlan("opens it again", comment=comment, fields=fields | {"state": "open"})


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
        body=_digest(report.headline, _timeless(report, how)),
        findings=_digest(*sorted(seen)),
        seen=seen if len(seen) <= MOST_SEEN else None,
        done=done,
    )
    head = f"{MARKER}\n{_state_line(state)}\n\n"
    foot = _foot(work, safe_url(how.run_url or ""))
    room = BODY_LIMIT - len(head) - len(foot)
    return {
        "title": plain(report.headline),
        "body": head + cut(how.text(report, room), room) + foot,
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
    return f"\n\nWhat can be repaired for certain is in [a pull request](<{pulls}>).{foot}"


def _timeless(report: LinkReport, how: _Shown) -> str:
    """Return the report without its times: what is above its footer."""
    bare = report.model_copy(update={"generated_at": None, "last_complete_at": None, "version": ""})
    text = how.text(bare, BODY_LIMIT)
    head, rule, _ = text.rpartition("\n---\n")
    return head if rule else text


def cut(text: str, limit: int) -> str:
    """Return at most `limit` characters, whole lines; an open fold is closed."""
    if len(text) <= limit:
        return text
    end = "\n\n</details>\n\n… and more in report.json.\n"
    kept = text[: limit - len(end)]
    kept = kept[: kept.rfind("\n")] if "\n" in kept else kept
    is_folded = kept.count("<details>") > kept.count("</details>")
    return kept + (end if is_folded else end.replace("</details>\n\n", ""))


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
        changed = said.findings != _digest(*sorted(now))
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
    title = f"{markdown(one.title)} · " if one.title else ""
    return f"{_first_place(one, place)}{title}{markdown(one.message)}"


def _first_place(one: Diagnostic, place: Place) -> str:
    if not one.locations:
        return ""
    more = len(one.locations) - 1
    return f"**{place(one, one.locations[0])}{f' and {more} more' if more else ''}** · "


# --- pull requests ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proposal:
    """One kind of pull request."""

    name: Literal["fixes", "catalog"]
    branch: str

    @property
    def marker(self) -> str:
        """What its text is known by."""
        return f"<!-- pipeline:{self.name} -->"


FIXES: Final = Proposal("fixes", "pipeline/link-fixes")
CATALOG: Final = Proposal("catalog", "pipeline/catalog")


@dataclass(frozen=True, slots=True)
class Change:
    """A file that differs from the one on the base branch."""

    path: str
    mode: str
    sha: str
    content: bytes = field(repr=False)
    idle: bool = False
    """Whether it differs by its times alone, maybe: it goes along, and is no reason to go."""


@dataclass(frozen=True, slots=True)
class PullPlan:
    """What is to be done about a branch and its pull request."""

    word: str
    commit: str | None = None
    """The message of the commit to write upon the base, with the field `{tree}`."""
    branch: Literal["keep", "create", "move", "delete"] = "keep"
    pull: Literal["keep", "open", "update", "close"] = "keep"
    number: int | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def blob_sha(content: bytes) -> str:
    """Return git's name of a file's content."""
    head = f"blob {len(content)}\0".encode()
    return sha1(head + content, usedforsecurity=False).hexdigest()


def changes_of(
    files: Mapping[str, bytes], base: Mapping[str, TreeEntry], idle: frozenset[str] = frozenset()
) -> tuple[list[Change], tuple[str, ...]]:
    """
    Return the files that differ from those of the base branch, and a word about any left out.

    Only regular files are written: what is a symbolic link or a submodule there stays one.
    """
    changes, notes = [], []
    for path, content in sorted(files.items()):
        there, sha = base.get(path), blob_sha(content)
        if there is not None and there.mode not in ("100644", "100755"):
            notes.append(f"{path}: is no regular file on the base branch: left alone")
        elif there is None or there.sha != sha:
            mode = there.mode if there else "100644"
            changes.append(Change(path, mode, sha, content, path in idle))
    if all(change.idle for change in changes):
        changes = []
    return changes, tuple(notes)


def is_ours(branch: Branch, name: str) -> bool:
    """
    Say whether a branch holds nothing but our one commit.

    The commit names its branch and its own tree, so a commit that somebody has amended is not ours.
    """
    found = dict(re.findall(r"^Pipeline-(Branch|Tree): (\S+)$", branch.head.message, re.MULTILINE))
    named = found.get("Branch") == name and found.get("Tree") == branch.head.tree
    return named and branch.ahead <= 1


def plan_pull(
    proposal: Proposal,
    *,
    base: Commit,
    base_files: Mapping[str, TreeEntry],
    changes: Sequence[Change],
    branch: Branch | None,
    pulls: Sequence[PullRequest],
    title: str,
    text: str,
) -> PullPlan:
    """Decide about one pull request. `pulls` are those from its branch, the newest first."""
    name = proposal.branch
    if branch is not None and not is_ours(branch, name):
        return PullPlan(
            f"the branch {name} has commits that are not ours: left alone"
            " (delete it to have it made anew)"
        )
    open_one = next((pull for pull in pulls if pull.is_open), None)
    if open_one is not None and proposal.marker not in open_one.body:
        return PullPlan(f"pull request {open_one.number} from {name} is not ours: left alone")
    if not changes:
        return _plan_nothing(proposal, branch, open_one)
    fields = _pull_fields(proposal, changes, title, text)
    if open_one is None and _is_unwanted(proposal, pulls, fields):
        return PullPlan("it was closed by hand, and nothing else has changed: not opened again")
    same = branch is not None and _is_same(branch, base, base_files, changes)
    moved: Literal["keep", "create", "move"] = "create" if branch is None else "move"
    said = state_of(open_one.body) if open_one else None
    now = state_of(fields["body"])
    pull: Literal["keep", "open", "update"] = "update"
    if open_one is None:
        pull = "open"
    elif said is not None and now is not None and said.body == now.body:
        pull = "keep"
    return PullPlan(
        word=_word(open_one, same=same, pull=pull),
        commit=None if same else _message(proposal, title),
        branch="keep" if same else moved,
        pull=pull,
        number=open_one.number if open_one else None,
        fields=fields if pull != "keep" else {},
    )


def _word(open_one: PullRequest | None, *, same: bool, pull: str) -> str:
    if open_one is None:
        return "opens a pull request"
    if same and pull == "keep":
        return f"pull request {open_one.number} has this already: nothing is written"
    return f"renews pull request {open_one.number}"


def _plan_nothing(
    proposal: Proposal, branch: Branch | None, open_one: PullRequest | None
) -> PullPlan:
    """Nothing differs: what is left of an earlier pull request goes."""
    if open_one is None and branch is None:
        return PullPlan("nothing differs: no pull request")
    fields: dict[str, Any] = {}
    if open_one is not None:
        state = State(done=True)
        text = "Nothing differs from the base branch any more: closed."
        fields = {"state": "closed", "body": _body(proposal, state, text)}
    return PullPlan(
        "nothing differs any more: closes it" if open_one else "nothing differs: its branch goes",
        branch="keep" if branch is None else "delete",
        pull="close" if open_one else "keep",
        number=open_one.number if open_one else None,
        fields=fields,
    )


def _is_unwanted(
    proposal: Proposal, pulls: Sequence[PullRequest], fields: Mapping[str, Any]
) -> bool:
    """Say whether somebody has closed this very proposal."""
    last = next((pull for pull in pulls if proposal.marker in pull.body), None)
    said = state_of(last.body) if last and not last.merged else None
    now = state_of(fields["body"])
    return bool(said and now and not said.done and said.findings == now.findings)


def _is_same(
    branch: Branch, base: Commit, base_files: Mapping[str, TreeEntry], changes: Iterable[Change]
) -> bool:
    """Say whether a branch is the base and these changes, but for files that are idle."""
    changes = tuple(changes)
    idle = {change.path for change in changes if change.idle}
    wanted = dict(base_files) | {one.path: TreeEntry(one.mode, one.sha) for one in changes}
    held = {path: entry for path, entry in branch.files.items() if path not in idle}
    return branch.head.parents == (base.sha,) and held == {
        path: entry for path, entry in wanted.items() if path not in idle
    }


def _message(proposal: Proposal, title: str) -> str:
    return (
        f"{title}\n\nWritten by `pipeline publish {proposal.name}`. A further commit on this branch"
        f" keeps it from being renewed.\n\nPipeline-Branch: {proposal.branch}\n"
        "Pipeline-Tree: {tree}\n"
    )


def _pull_fields(
    proposal: Proposal, changes: Sequence[Change], title: str, text: str
) -> dict[str, Any]:
    wanted = [f"{one.path} {one.mode} {one.sha}" for one in changes if not one.idle]
    files = "\n".join(f"- {markdown(one.path)}" for one in changes[:ROWS_SHOWN])
    if len(changes) > ROWS_SHOWN:
        files += f"\n- … and {len(changes) - ROWS_SHOWN:,} more"
    whole = f"{text}\n\nFiles:\n\n{files}\n"
    state = State(body=_digest(title, whole), findings=_digest(*wanted))
    return {"title": title, "body": _body(proposal, state, whole)}


def _body(proposal: Proposal, state: State, text: str) -> str:
    head = f"{proposal.marker}\n{_state_line(state)}\n\n"
    return head + cut(text, BODY_LIMIT - len(head))


def fixes_text(
    report: LinkReport | None, lists: Mapping[str, str], place_url: PlaceUrl | None = None
) -> str:
    """
    Return what the pull request with fixes says: the repairs that the report knows to be certain.

    `lists` names each changed list and its path in the repository, by which `place_url` is asked.
    """
    found = report.diagnostics if report else ()
    rows = [
        f"| {_linked(lists[place.list], place.line, place_url)} | {markdown(one.title or '')} |"
        f" {_repair(one)} |"
        for one in found
        if one.certain and one.replacement is not None
        for place in [at for at in one.locations if at.list in lists][:1]
    ]
    intro = (
        "Repairs that are certain: each is a permanent move that was verified, the canonical form"
        " of a link, or a spelling with only one reading. Nothing else in the files is changed."
    )
    if not rows:
        return intro
    more = f"\n\n… and {len(rows) - ROWS_SHOWN:,} more." if len(rows) > ROWS_SHOWN else ""
    table = "\n".join(["| Where | What | Repair |", "| --- | --- | --- |", *rows[:ROWS_SHOWN]])
    return f"{intro}\n\n{table}{more}"


def _linked(path: str, line: int, place_url: PlaceUrl | None) -> str:
    return markdown_link(f"{path}:{line}", place_url(path, line) if place_url else None)


def _repair(one: Diagnostic) -> str:
    old = f"{markdown_url(one.url)} → " if one.url else ""
    return old + markdown_url(one.replacement or "")


def catalog_text(report: LinkReport | None) -> str:
    """Return what the pull request with the catalog says."""
    text = "The catalog, the reports and the history of links, as the last run has written them."
    if report is None:
        return text
    counts = report.counts
    links = ", ".join(f"{number:,} {verdict}" for verdict, number in counts.links.items() if number)
    review = f"{counts.review:,} to be reviewed, {counts.unresolved:,} not"
    return (
        f"{text}\n\n- Entries: {counts.entries:,}\n"
        f"- Works: {counts.papers:,}, of them {counts.resolved:,} identified, {review}\n"
        f"- Links: {links or 'none'}\n- {markdown(report.headline)}"
    )
