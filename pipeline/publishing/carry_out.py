"""
Publishing: reads what is on GitHub, has `publishing.plan` decide, and carries the decision out.

Without `write` nothing is sent but reading requests, and what would be sent is printed instead.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from pipeline.formats.escape import plain
from pipeline.formats.places import PlaceUrl, place_urls
from pipeline.formats.report_json import LinkReport, acted_on
from pipeline.publishing.issue import IssuePlan, Render, plan_issue, why_not
from pipeline.publishing.marks import LABEL, MARKER, SAID
from pipeline.publishing.pulls import Change, Proposal, PullPlan, changes_of, plan_pull
from pipeline.records.github import Branch, Commit, Issue
from pipeline.sources.github.api import GitHubApi, SwitchedOffError
from pipeline.sources.github.issues import NEEDS, Issues
from pipeline.sources.github.pulls import CONTENTS, Pulls

Say = Callable[[str], None]

LINES_SHOWN: Final = 12


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

    `paths`: where the report's files are in the repository; places in them become links. A
    repository whose issues are switched off, as a fork's are at first, is left alone.
    """
    repository = await api.repository(NEEDS)
    place_url = place_urls(repository.url, repository.default_branch, paths or {})
    decide = partial(plan_issue, report, render=render, run_url=run_url, place_url=place_url)
    try:
        if repository.has_issues:
            return await _publish_issue(api, report, decide, write=write, say=say)
        reason = "this repository has none"
    except SwitchedOffError as error:
        reason = str(error)
    plan = IssuePlan(f"issues are switched off, nothing is published ({reason})")
    say(f"{api.name}: {plan.word}")
    return plan


async def _publish_issue(
    api: GitHubApi,
    report: LinkReport,
    decide: Callable[[Sequence[Issue]], IssuePlan],
    *,
    write: bool,
    say: Say,
) -> IssuePlan:
    issues = Issues(api)
    plan = decide([] if why_not(report) else await _known(issues, report))
    for note in plan.notes:
        say(f"note: {note}")
    number = f" {plan.number}" if plan.number else ""
    say(f"{api.name}: issue{number}: {plan.word}")
    if write:
        await _carry_out_issue(issues, plan)
    else:
        _tell(say, _issue_calls(api.name, plan))
    return plan


async def _known(issues: Issues, report: LinkReport) -> list[Issue]:
    """
    Return the issues with the marker, those with the label first of all: one request.

    Where there is none, somebody may have taken the label away. Then all issues are looked
    through; only the open ones where none will be opened.
    """
    found = await issues.carrying(MARKER, label=LABEL)
    return found or await issues.carrying(MARKER, state="all" if acted_on(report) else "open")


async def _carry_out_issue(issues: Issues, plan: IssuePlan) -> None:
    """The comment comes before the change: a run cut off between them says nothing twice."""
    if plan.number is None:
        if plan.fields:
            await issues.create(plan.fields, MARKER)
        return
    if plan.label:
        await issues.add_label(plan.number, LABEL)
    if plan.comment is not None:
        await issues.comment(plan.number, plan.comment, SAID)
    if plan.fields:
        await issues.update(plan.number, plan.fields)


def _issue_calls(name: str, plan: IssuePlan) -> list[tuple[str, Mapping[str, Any]]]:
    path = f"/repos/{name}/issues"
    if plan.number is None:
        return [(f"POST {path}", plan.fields)] if plan.fields else []
    one = f"{path}/{plan.number}"
    calls: list[tuple[str, Mapping[str, Any]]] = []
    if plan.label:
        calls.append((f"POST {one}/labels", {"labels": [LABEL]}))
    if plan.comment is not None:
        calls.append((f"POST {one}/comments", {"body": plan.comment}))
    if plan.fields:
        calls.append((f"PATCH {one}", plan.fields))
    return calls


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
) -> PullPlan:
    """
    Open, renew or close the pull request of a proposal; raises `GitHubError`.

    `files` are those of the working copy by their path in the repository; `text_of` gives title
    and text for what differs, with places as links. `made_from` is the commit that the working copy
    was made from: where somebody has changed one of these files since, a proposal would take that
    back, so none is made.
    """
    repository = await api.repository(CONTENTS)
    pulls = Pulls(api)
    base_name = repository.default_branch
    base = await pulls.commit(await pulls.sha_of(base_name) or base_name)
    base_files = await pulls.files(base.tree)
    changes, notes = changes_of(files, base_files, idle)
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
    if write:
        if plan.commit is not None:
            contents = {change.path: (change.mode, change.content) for change in changes}
            commit = await pulls.write_commit(base, contents, plan.commit)
            await _set_branch(pulls, proposal.branch, branch, commit)
        await _carry_out_pull(pulls, proposal, plan, base_name)
    else:
        _tell(say, _pull_calls(api.name, proposal, plan, changes, base_name))
    return plan


async def _set_branch(pulls: Pulls, name: str, branch: Branch | None, commit: Commit) -> None:
    """Let a branch point to a commit: a new one, or one that still is where it was seen."""
    if branch is None:
        await pulls.create_branch(name, commit.sha)
    else:
        await pulls.move_branch(name, commit.sha, seen=branch.head.sha)


async def _carry_out_pull(pulls: Pulls, proposal: Proposal, plan: PullPlan, base: str) -> None:
    """A pull request is closed before its branch goes, so that its text says why."""
    if plan.pull == "open":
        await pulls.create({**plan.fields, "head": proposal.branch, "base": base})
    elif plan.pull != "keep" and plan.number is not None:
        await pulls.update(plan.number, plan.fields)
    if plan.branch == "delete":
        await pulls.delete_branch(proposal.branch)


def _pull_calls(
    name: str, proposal: Proposal, plan: PullPlan, changes: Sequence[Change], base: str
) -> list[tuple[str, Mapping[str, Any]]]:
    path, ref = f"/repos/{name}", f"refs/heads/{proposal.branch}"
    calls: list[tuple[str, Mapping[str, Any]]] = []
    if plan.commit is not None:
        calls += [(f"POST {path}/git/blobs", {"path": change.path}) for change in changes]
        calls.append((f"POST {path}/git/trees", {}))
        calls.append((f"POST {path}/git/commits", {"message": plan.commit}))
    if plan.branch == "create":
        calls.append((f"POST {path}/git/refs", {"ref": ref}))
    elif plan.branch == "move":
        calls.append((f"PATCH {path}/git/{ref}", {}))
    if plan.pull == "open":
        fields = {**plan.fields, "head": proposal.branch, "base": base}
        calls.append((f"POST {path}/pulls", fields))
    elif plan.pull != "keep":
        calls.append((f"PATCH {path}/pulls/{plan.number}", plan.fields))
    if plan.branch == "delete":
        calls.append((f"DELETE {path}/git/{ref}", {}))
    return calls


def _tell(say: Say, calls: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """Say what would be sent: every call, and the first lines of what it holds."""
    if calls:
        say("would send (nothing is written without --write):")
    for call, fields in calls:
        say(call)
        for key, value in fields.items():
            lines = str(value).splitlines() or [""]
            for line in lines[:LINES_SHOWN]:
                # A line of a job's log that begins with `::`, behind blanks or not, is a command.
                say(f"  | {key}: {plain(line, 160)}")
            if len(lines) > LINES_SHOWN:
                say(f"  | … and {len(lines) - LINES_SHOWN:,} more lines")
