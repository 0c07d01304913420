"""Reads a pull request as data, has its entries looked at, and sends what `.reviews` decides."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from pipeline.errors import ConfigurationError
from pipeline.formats.places import place_urls
from pipeline.formats.review_json import Found
from pipeline.links.changes import Patch, lines_not_in, read_patch
from pipeline.markdown.decode import decode_bytes
from pipeline.publishing.carry_out import Call, Say, send_or_tell
from pipeline.publishing.reviews import (
    REMARK,
    REVIEW,
    ReviewPlan,
    is_said,
    plan_review,
)
from pipeline.records.github import ChangedFile, Comment, Head, Repository
from pipeline.records.reviews import ChangedList, Reviewed
from pipeline.sources.github.api import GitHubApi, InvalidError
from pipeline.sources.github.comments import Comments
from pipeline.sources.github.reviews import NEEDS, Reviews

LARGEST: Final = 4 * 1024 * 1024
"""Bytes of a list of a pull request; 20,000 entries are some 6 MB, and were not written today."""
MOST_LISTS: Final = 20

Named = Callable[[ChangedFile], str | None]
"""What a changed file is called where it is a list, None where it is none."""
Look = Callable[[Sequence[ChangedList]], Awaitable[Reviewed]]


@dataclass(frozen=True, slots=True)
class _Talk:
    """A pull request with what we have said on it."""

    api: GitHubApi
    repository: Repository
    reviews: Reviews
    comments: Comments
    head: Head
    sticky: Sequence[Comment]

    @property
    def label(self) -> str:
        return f"{self.api.name}: pull request {self.head.number}"

    def why_not(self) -> str | None:
        """Say why nothing is to be said about this commit."""
        if not self.head.is_open:
            return "it is closed: nothing is said"
        if is_said(self.head, self.sticky):
            return f"commit {self.head.sha[:10]} was reviewed already: nothing is written"
        return None


async def _opened(api: GitHubApi, number: int, *, has_token: bool) -> _Talk:
    """Read who we are, what the pull request is, and what we have said; raises `GitHubError`."""
    repository = await api.repository(NEEDS)
    # Without a token nobody knows who we are, so no comment is known to be ours.
    who = await api.viewer() if has_token else ""
    reviews, comments = Reviews(api, who), Comments(api, needs=NEEDS, viewer=who)
    head = await reviews.head(number)
    sticky = await comments.ours(number, REVIEW) if head.is_open else []
    return _Talk(api, repository, reviews, comments, head, sticky)


async def publish_review(
    api: GitHubApi,
    number: int,
    named: Named,
    look: Look,
    *,
    has_token: bool,
    write: bool,
    say: Say,
) -> None:
    """
    Keep the comments on one pull request; raises `GitHubError`.

    `look` asks about the entries of the changed lists.
    """
    talk = await _opened(api, number, has_token=has_token)
    found = await _found(talk, named, look, say)
    await _say(talk, found, write=write, say=say)


async def find_review(
    api: GitHubApi, number: int, named: Named, look: Look, *, has_token: bool, say: Say
) -> Found:
    """Return what is to be said, for a job that may write; this one reads alone."""
    talk = await _opened(api, number, has_token=has_token)
    return await _found(talk, named, look, say)


async def publish_found(
    api: GitHubApi, found: Found, *, has_token: bool, write: bool, say: Say
) -> None:
    """Say what another job has found, if the pull request is still at that commit."""
    talk = await _opened(api, found.number, has_token=has_token)
    if talk.head.sha != found.commit:
        say(f"{talk.label}: it has another commit meanwhile: nothing is written")
        return
    await _say(talk, found, write=write, say=say)


async def _found(talk: _Talk, named: Named, look: Look, say: Say) -> Found:
    head = talk.head
    if (reason := talk.why_not()) is not None:
        say(f"{talk.label}: {reason}")
        return Found(number=head.number, commit=head.sha)
    lists, notes = await _changed_lists(talk.reviews, head, named, say)
    reviewed = await look(lists) if lists else Reviewed()
    return Found(
        number=head.number,
        commit=head.sha,
        reviewed=replace(reviewed, notes=(*notes, *reviewed.notes)),
        shown={
            one.path: tuple((run.start, run.stop - 1) for run in one.shown if run) for one in lists
        },
    )


async def _say(talk: _Talk, found: Found, *, write: bool, say: Say) -> None:
    reviewed, head = found.reviewed, talk.head
    if reviewed is None:
        return
    if (reason := talk.why_not()) is not None:
        say(f"{talk.label}: {reason}")
        return
    is_known = bool(talk.sticky or reviewed.entries)
    posted = await talk.reviews.comments(head.number, REMARK) if is_known else []
    paths = {one.path: one.path for one in reviewed.entries}
    planned = partial(
        plan_review,
        head,
        reviewed,
        sticky=talk.sticky,
        posted=posted,
        place_url=place_urls(talk.repository.url, head.sha, paths),
    )
    plan = planned(shown=found.shown)
    say(f"{talk.label}: {plan.word}")
    try:
        await send_or_tell(_calls(talk, plan), talk.api.name, write=write, say=say)
    except InvalidError as error:
        if not plan.comments:
            raise
        say(f"note: no comments on lines: {error}")
        plan = planned(shown={})
        await send_or_tell(_calls(talk, plan), talk.api.name, write=write, say=say)


def _calls(talk: _Talk, plan: ReviewPlan) -> Iterator[Call]:
    """The summing comment comes last: it says that this commit is done with."""
    reviews, comments, head = talk.reviews, talk.comments, talk.head
    pull, issue = f"pulls/{head.number}", f"issues/{head.number}"
    if plan.comments:
        opening = f"{REMARK}{plan.comments[0].mark} -->"
        review = partial(reviews.review, head, plan.fields, opening)
        texts = {f"{n}": one.fields["body"] for n, one in enumerate(plan.comments, start=1)}
        yield Call("POST", f"{pull}/reviews", texts, review)
    for one in plan.delete:
        yield Call("DELETE", f"pulls/comments/{one}", {}, partial(reviews.delete, one))
    for one, text in plan.strike.items():
        struck = partial(reviews.update, one, text)
        yield Call("PATCH", f"pulls/comments/{one}", {"body": text}, struck)
    for one in plan.drop:
        yield Call("DELETE", f"issues/comments/{one}", {}, partial(comments.delete, one))
    body = plan.body
    if body is not None and plan.sticky is None:
        create = partial(comments.create, head.number, body, REVIEW)
        yield Call("POST", f"{issue}/comments", {"body": body}, create)
    elif body is not None and plan.sticky is not None:
        update = partial(comments.update, plan.sticky, body)
        yield Call("PATCH", f"issues/comments/{plan.sticky}", {"body": body}, update)


# --- the lists of a pull request --------------------------------------------------------------


async def _changed_lists(
    reviews: Reviews, head: Head, named: Named, say: Say
) -> tuple[list[ChangedList], list[str]]:
    """Return the lists that a pull request adds or changes, and what cannot be looked at."""
    files = await reviews.files(head.number)
    found: list[ChangedList] = []
    notes: list[str] = []
    for file in files:
        name = None if file.status in ("removed", "unchanged") else named(file)
        if name is None:
            continue
        if len(found) >= MOST_LISTS:
            notes.append(f"Only the first {MOST_LISTS} lists were looked at.")
            break
        name = file.path if name in {one.name for one in found} else name
        one = await _changed_list(reviews, head, file, name)
        if isinstance(one, str):
            notes.append(f"{file.path} was not looked at: {one}.")
        else:
            found.append(one)
    if head.files > len(files):
        said = f"GitHub lists {len(files):,} of {head.files:,} changed files"
        say(f"note: {said}: lists among the others are not known")
        if found:
            notes.append(f"{said}; lists among the others were not looked at.")
    return found, notes


async def _changed_list(
    reviews: Reviews, head: Head, file: ChangedFile, name: str
) -> ChangedList | str:
    """Return one list, or why it cannot be looked at."""
    data = await reviews.content(file.sha) if file.sha else None
    if data is None:
        return "it is no file"  # a submodule has the name of a commit
    if len(data) > LARGEST:
        return f"it is larger than {LARGEST:,} bytes"
    try:
        text, _ = decode_bytes(data, name=name)
    except ConfigurationError:
        return "it is no text"
    patch = read_patch(file.patch or "")
    # Where a CR alone ends lines, GitHub counts them otherwise.
    shown = patch.shown if _is_whole(file, patch) and "\r" not in text.replace("\r\n", "") else ()
    if file.status == "added":
        return ChangedList(name, file.path, data, None, shown)
    if shown:
        return ChangedList(name, file.path, data, patch.new, shown, patch.gone)
    before = await reviews.before(head, file.old_path or file.path)
    old = decode_bytes(before, name=name)[0] if before else ""
    return ChangedList(name, file.path, data, lines_not_in(old, text), gone=old)


def _is_whole(file: ChangedFile, patch: Patch) -> bool:
    """
    Say whether GitHub has given all hunks of a file.

    Beyond 20,000 lines of an answer it gives none, and counts no lines either, as if nothing had
    changed (orgs/community, discussion 213491).
    """
    return file.patch is not None and len(patch.added) == file.additions
