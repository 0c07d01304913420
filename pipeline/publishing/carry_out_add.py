"""Answers a filled form: a pull request that adds the paper, or one comment that says why not."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from pipeline.formats.places import PlaceUrl
from pipeline.publishing.additions import (
    ANSWER,
    BRANCHES,
    Request,
    Told,
    proposal_of,
    pull_text,
    refusal_text,
    same_addition,
    success_text,
)
from pipeline.publishing.carry_out import Call, Say, publish_pull, send_or_tell
from pipeline.publishing.pulls import Change
from pipeline.records.github import Comment
from pipeline.sources.github.api import GitHubApi
from pipeline.sources.github.comments import Comments
from pipeline.sources.github.pulls import Pulls

NEEDS: Final = "issues: write"


async def publish_refusal(
    api: GitHubApi,
    request: Request,
    sentence: str,
    lines: Sequence[str],
    *,
    has_token: bool,
    write: bool,
    say: Say,
) -> None:
    """Say in the one comment of ours on the issue why the paper is not added."""
    say(f"{api.name}: issue {request.number}: not added: {sentence}")
    await _answer(
        api,
        request.number,
        refusal_text(sentence, lines),
        is_new=True,
        has_token=has_token,
        write=write,
        say=say,
    )


async def publish_addition(
    api: GitHubApi,
    request: Request,
    path: str,
    data: bytes,
    told: Told,
    *,
    has_token: bool,
    write: bool,
    say: Say,
    made_from: str | None = None,
) -> None:
    """
    Open or renew the pull request of the issue; a comment that refused it says so.

    Where the pull request of another issue adds the paper already, the comment says that.
    """
    proposal = proposal_of(request.number)
    other = same_addition(await Pulls(api).open_from(BRANCHES), request, told)
    if other is not None:
        known = f"pull request {other.number} adds it already ({other.branch})"
        await publish_refusal(api, request, known, (), has_token=has_token, write=write, say=say)
        return

    def text_of(_: Sequence[Change], __: PlaceUrl) -> tuple[str, str]:
        return pull_text(request, told)

    files = {path: data}
    await publish_pull(api, proposal, files, text_of, write=write, say=say, made_from=made_from)
    await _answer(
        api,
        request.number,
        success_text(proposal.branch),
        is_new=False,
        has_token=has_token,
        write=write,
        say=say,
    )


async def _answer(
    api: GitHubApi,
    number: int,
    body: str,
    *,
    is_new: bool,
    has_token: bool,
    write: bool,
    say: Say,
) -> None:
    """Keep our one comment; where there is none yet, `is_new` says whether it is written."""
    comments = Comments(api, needs=NEEDS, viewer=await api.viewer() if has_token else "")
    ours = await comments.ours(number, ANSWER) if has_token else []
    calls = _calls(comments, number, ours, body, is_new=is_new)
    await send_or_tell(calls, api.name, write=write, say=say)


def _calls(
    comments: Comments, number: int, ours: Sequence[Comment], body: str, *, is_new: bool
) -> Iterator[Call]:
    if not ours:
        if is_new:
            create = partial(comments.create, number, body, ANSWER)
            yield Call("POST", f"issues/{number}/comments", {"body": body}, create)
        return
    first = ours[0]
    if first.body.replace("\r\n", "\n").strip() != body.strip():
        update = partial(comments.update, first.id, body)
        yield Call("PATCH", f"issues/comments/{first.id}", {"body": body}, update)
