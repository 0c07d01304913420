"""Pull requests with fixes or with the catalog: from what differs to a plan. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha1
from typing import Any, Final, Literal

from pipeline.formats.escape import markdown, markdown_link, markdown_url
from pipeline.formats.places import PlaceUrl
from pipeline.formats.report_json import LinkReport
from pipeline.publishing.marks import BODY_LIMIT, State, cut, digest, state_line, state_of
from pipeline.records.github import Branch, Commit, PullRequest, TreeEntry

ROWS_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Proposal:
    """One kind of pull request."""

    name: Literal["fixes", "catalog", "add"]
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
    content: bytes | None = field(repr=False)
    """None where the file is to be deleted; then `sha` is empty."""
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
    files: Mapping[str, bytes | None],
    base: Mapping[str, TreeEntry],
    idle: frozenset[str] = frozenset(),
) -> tuple[list[Change], tuple[str, ...]]:
    """
    Return what differs from the base branch, and notes: links and submodules are left alone.

    A file without content (None) is one that the base branch has and should not have.
    """
    changes, notes = [], []
    for path, content in sorted(files.items()):
        there, sha = base.get(path), "" if content is None else blob_sha(content)
        if there is not None and there.mode not in ("100644", "100755"):
            notes.append(f"{path}: is not a regular file on the base branch: not changed")
        elif there is None or there.sha != sha:
            mode = there.mode if there else "100644"
            changes.append(Change(path, mode, sha, content, path in idle))
    if all(change.idle for change in changes):
        changes = []
    return changes, tuple(notes)


def is_ours(branch: Branch, name: str) -> bool:
    """Say whether a branch has our one commit alone: one that is amended names another tree."""
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
            f"the branch {name} has commits by others: not changed"
            " (delete it, and the next run makes it anew)"
        )
    open_one = next((pull for pull in pulls if pull.is_open), None)
    if open_one is not None and proposal.marker not in open_one.body:
        return PullPlan(
            f"pull request {open_one.number} from {name} was opened by others: not changed"
        )
    if not changes:
        return _plan_nothing(proposal, branch, open_one)
    fields = _pull_fields(proposal, changes, title, text)
    if open_one is None and _is_unwanted(proposal, pulls, fields):
        return PullPlan(
            "the pull request was closed by hand, and nothing else has changed: not opened again"
        )
    same = branch is not None and _is_same(branch, base, base_files, changes)
    moved: Literal["create", "move"] = "create" if branch is None else "move"
    said = state_of(open_one.body) if open_one else None
    now = state_of(fields["body"])
    kept = said is not None and now is not None and said.body == now.body
    pull: Literal["keep", "open", "update"] = (
        "open" if open_one is None else "keep" if kept else "update"
    )
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
        return f"pull request {open_one.number} is up to date: nothing is written"
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
        text = "Nothing differs from the base branch any more, so this pull request is closed."
        fields = {"state": "closed", "body": _body(proposal, state, text)}
    return PullPlan(
        "nothing differs any more: closes the pull request"
        if open_one
        else "nothing differs: deletes the branch",
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
        path: entry for path, entry in wanted.items() if path not in idle and entry.sha
    }


def _message(proposal: Proposal, title: str) -> str:
    return (
        f"{title}\n\nWritten by `pipeline publish {proposal.name}`. Another commit on this branch"
        f" stops its renewal.\n\nPipeline-Branch: {proposal.branch}\n"
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
    state = State(body=digest(title, whole), findings=digest(*wanted))
    return {"title": title, "body": _body(proposal, state, whole)}


def _body(proposal: Proposal, state: State, text: str) -> str:
    head = f"{proposal.marker}\n{state_line(state)}\n\n"
    return head + cut(text, BODY_LIMIT - len(head))


def fixes_text(
    report: LinkReport | None, lists: Mapping[str, str], place_url: PlaceUrl | None = None
) -> str:
    """Return what the pull request says. `lists`: name to path, by which `place_url` is asked."""
    found = report.diagnostics if report else ()
    rows = [
        f"| {_linked(lists[place.list], place.line, place_url)} | {markdown(one.title or '')} |"
        f" {f'{markdown_url(one.url)} → ' if one.url else ''}{markdown_url(one.replacement)} |"
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


def catalog_text(report: LinkReport | None) -> str:
    """Return what the pull request with the catalog says."""
    text = "The catalog, the reports and the history of links, as the last run has written them."
    if report is None:
        return text
    counts = report.counts
    links = ", ".join(f"{number:,} {verdict}" for verdict, number in counts.links.items() if number)
    review = f"{counts.review:,} to review, {counts.unresolved:,} unidentified"
    return (
        f"{text}\n\n- Entries: {counts.entries:,}\n"
        f"- Works: {counts.papers:,}, of them {counts.resolved:,} identified, {review}\n"
        f"- Links: {links or 'none'}\n- {markdown(report.headline)}"
    )
