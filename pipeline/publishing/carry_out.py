"""Reads what is on GitHub, has `.issue` or `.pulls` decide, and sends that (or prints it)."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from pipeline.formats.escape import plain
from pipeline.formats.places import PlaceUrl, place_urls
from pipeline.formats.report_json import LinkReport, acted_on
from pipeline.publishing.issue import IssuePlan, Render, plan_issue, why_not
from pipeline.publishing.marks import LABEL, MARKER, SAID
from pipeline.publishing.pulls import Change, Proposal, PullPlan, changes_of, plan_pull
from pipeline.records.github import Issue
from pipeline.sources.github.api import GitHubApi, SwitchedOffError
from pipeline.sources.github.issues import NEEDS, Issues
from pipeline.sources.github.pulls import CONTENTS, Pulls

Say = Callable[[str], None]
Send = Callable[[], Awaitable[object]]

LINES_SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Call:
    """A request that writes."""

    method: str
    path: str
    """Below the repository's."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    send: Send | None = None
    """None where the next call that has one sends this along."""


async def publish_issue(
    api: GitHubApi,
    report: LinkReport,
    render: Render,
    *,
    write: bool,
    say: Say,
    run_url: str | None = None,
    paths: Mapping[str, str] | None = None,
) -> IssuePlan:
    """
    Open, change, close or open again the one issue of the report; raises `GitHubError`.

    `paths`: where the report's files are in the repository; places in them become links.
    """
    repository = await api.repository(NEEDS)
    place_url = place_urls(repository.url, repository.default_branch, paths or {})
    issues = Issues(api)
    try:
        known = await _known(issues, report, has_issues=repository.has_issues)
        plan = plan_issue(report, known, render, run_url=run_url, place_url=place_url)
        for note in plan.notes:
            say(f"note: {note}")
        say(f"{api.name}: issue{f' {plan.number}' if plan.number else ''}: {plan.word}")
        await send_or_tell(_issue_calls(issues, plan), api.name, write=write, say=say)
    except SwitchedOffError as error:
        plan = IssuePlan(f"issues are switched off, nothing is published ({error})")
        say(f"{api.name}: {plan.word}")
    return plan


async def _known(issues: Issues, report: LinkReport, *, has_issues: bool) -> list[Issue]:
    """Return the issues with the marker; looks through all where none has the label any more."""
    if not has_issues:
        raise SwitchedOffError("this repository has none")
    if why_not(report):
        return []
    found = await issues.carrying(MARKER, label=LABEL)
    return found or await issues.carrying(MARKER, state="all" if acted_on(report) else "open")


def _issue_calls(issues: Issues, plan: IssuePlan) -> Iterator[Call]:
    """The comment comes before the change: a run cut off between them says nothing twice."""
    number, fields = plan.number, plan.fields
    if number is None:
        if fields:
            yield Call("POST", "issues", fields, partial(issues.create, fields, MARKER))
        return
    path = f"issues/{number}"
    if plan.label:
        send = partial(issues.add_label, number, LABEL)
        yield Call("POST", f"{path}/labels", {"labels": [LABEL]}, send)
    if plan.comment is not None:
        comment = partial(issues.comment, number, plan.comment, SAID)
        yield Call("POST", f"{path}/comments", {"body": plan.comment}, comment)
    if fields:
        yield Call("PATCH", path, fields, partial(issues.update, number, fields))


async def publish_pull(
    api: GitHubApi,
    proposal: Proposal,
    files: Mapping[str, bytes],
    text_of: Callable[[Sequence[Change], PlaceUrl], tuple[str, str]],
    *,
    write: bool,
    say: Say,
    idle: frozenset[str] = frozenset(),
    made_from: str | None = None,
    is_gone: Callable[[str], bool] = lambda _: False,
) -> PullPlan:
    """
    Open, renew or close the pull request of a proposal; raises `GitHubError`.

    `files` are the working copy's, by path; `text_of` gives title and text for what differs. None
    is made where a file has changed since the commit `made_from`: it would take that back. What the
    base branch has and `is_gone` is deleted.
    """
    repository = await api.repository(CONTENTS)
    pulls = Pulls(api)
    base_name = repository.default_branch
    base = await pulls.commit(await pulls.sha_of(base_name) or base_name)
    base_files = await pulls.files(base.tree)
    gone = dict.fromkeys(path for path in base_files if path not in files and is_gone(path))
    changes, notes = changes_of({**files, **gone}, base_files, idle)
    if made_from is not None and made_from != base.sha:
        origin = await pulls.files((await pulls.commit(made_from)).tree)
        moved = [one.path for one in changes if base_files.get(one.path) != origin.get(one.path)]
        if moved:
            word = f"{moved[0]} has changed on {base_name} meanwhile: the next run goes on"
            say(f"{api.name}: {proposal.branch}: {word}")
            return PullPlan(word)
    branch = await pulls.branch(proposal.branch, base.sha)
    place_url = place_urls(repository.url, base_name, {path: path for path in files})
    title, text = text_of(changes, place_url)
    plan = plan_pull(
        proposal,
        base=base,
        base_files=base_files,
        changes=changes,
        branch=branch,
        pulls=await pulls.of_branch(proposal.branch, base_name),
        title=title,
        text=text,
    )
    for note in notes:
        say(f"note: {note}")
    say(f"{api.name}: {proposal.branch}: {plan.word}")

    async def renew_branch() -> None:
        """Let the branch point to a new commit: a new branch, or one that is where it was seen."""
        contents = {change.path: (change.mode, change.content) for change in changes}
        commit = await pulls.write_commit(base, contents, plan.commit or "")
        if branch is None:
            await pulls.create_branch(proposal.branch, commit.sha)
        else:
            await pulls.move_branch(proposal.branch, commit.sha, seen=branch.head.sha)

    calls = _pull_calls(pulls, plan, changes, renew_branch, head=proposal.branch, base=base_name)
    await send_or_tell(calls, api.name, write=write, say=say)
    return plan


def _pull_calls(
    pulls: Pulls, plan: PullPlan, changes: Sequence[Change], renew: Send, *, head: str, base: str
) -> Iterator[Call]:
    """A pull request is closed before its branch goes, so that its text says why."""
    ref = f"refs/heads/{head}"
    if plan.commit is not None:
        for change in changes:
            if change.content is not None:
                yield Call("POST", "git/blobs", {"path": change.path})
        yield Call("POST", "git/trees")
        yield Call("POST", "git/commits", {"message": plan.commit})
    if plan.branch == "create":
        yield Call("POST", "git/refs", {"ref": ref}, renew)
    elif plan.branch == "move":
        yield Call("PATCH", f"git/{ref}", {}, renew)
    if plan.pull == "open":
        fields = {**plan.fields, "head": head, "base": base}
        yield Call("POST", "pulls", fields, partial(pulls.create, fields))
    elif plan.pull != "keep" and plan.number is not None:
        update = partial(pulls.update, plan.number, plan.fields)
        yield Call("PATCH", f"pulls/{plan.number}", plan.fields, update)
    if plan.branch == "delete":
        yield Call("DELETE", f"git/{ref}", {}, partial(pulls.delete_branch, head))


async def send_or_tell(calls: Iterable[Call], name: str, *, write: bool, say: Say) -> None:
    """Send the calls; without `write` say each instead, and the first lines of what it holds."""
    if write:
        for call in calls:
            if call.send is not None:
                await call.send()
        return
    for number, call in enumerate(calls):
        if number == 0:
            say("would send (nothing is written without --write):")
        say(f"{call.method} /repos/{name}/{call.path}")
        for key, value in call.fields.items():
            lines = str(value).splitlines() or [""]
            for line in lines[:LINES_SHOWN]:
                # A line of a job's log that begins with `::`, behind blanks or not, is a command.
                say(f"  | {key}: {plain(line, 160)}")
            if len(lines) > LINES_SHOWN:
                say(f"  | … and {len(lines) - LINES_SHOWN:,} more lines")
