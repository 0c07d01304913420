"""
Pull requests as data (REST: pulls, their files, git blobs, reviews and review comments).

What a pull request holds is read through the interface of the base repository alone, which serves
the objects of its forks too, also of one that was deleted since: nothing is fetched from a fork.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from pipeline.records.github import ChangedFile, Comment, Head
from pipeline.sources.github.api import GitHubApi, GitHubError, number_in, part_in
from pipeline.sources.github.comments import is_ours

NEEDS: Final = "pull-requests: write"
MOST_FILES: Final = 3_000
"""GitHub lists no more files of a pull request ("List pull requests files")."""


class Reviews:
    """The pull requests of one repository, as a reviewer reads and comments on them."""

    def __init__(self, api: GitHubApi, viewer: str) -> None:
        self._api = api
        self._viewer = viewer

    async def head(self, number: int) -> Head:
        """Return what a pull request would merge."""
        value = await self._api.get(f"/pulls/{number}", f"read pull request {number}", NEEDS)
        return Head(
            number=number_in(value, "number"),
            is_open=value.get("state") == "open",
            sha=str(part_in(value, "head")["sha"]),
            base=str(part_in(value, "base")["sha"]),
            files=number_in(value, "changed_files", 0),
        )

    async def files(self, number: int) -> list[ChangedFile]:
        """Return the files that a pull request changes, at most `MOST_FILES`."""
        path, doing = f"/pulls/{number}/files", f"list the files of pull request {number}"
        found: list[ChangedFile] = []
        async for item in self._api.items(path, doing, NEEDS):
            found.append(_file_of(item))
            if len(found) >= MOST_FILES:
                break
        return found

    async def content(self, sha: str) -> bytes | None:
        """Return a file's content by the name that git has for it; None where it is no file."""
        return await self._api.raw(f"/git/blobs/{sha}", "read a file", NEEDS)

    async def before(self, head: Head, path: str) -> bytes | None:
        """Return a file as it was where the pull request began; None where it was not there."""
        compared = await self._api.get(
            f"/compare/{head.base}...{head.sha}?per_page=1", "compare the commits", NEEDS
        )
        commit = str(part_in(compared, "merge_base_commit")["sha"])
        where = f"/contents/{quote(path)}?ref={quote(commit, safe='')}"
        return await self._api.raw(where, "read a file", NEEDS)

    async def comments(self, number: int, marker: str) -> list[Comment]:
        """Return our comments on lines of the difference that have the marker, oldest first."""
        path, doing = f"/pulls/{number}/comments", f"read the comments of pull request {number}"
        items = [item async for item in self._api.items(path, doing, NEEDS)]
        answered = {number_in(item, "in_reply_to_id", 0) for item in items}
        return [
            Comment(
                id=number_in(item, "id"),
                body=str(item.get("body") or ""),
                line=item.get("line"),
                answered=item["id"] in answered,
            )
            for item in items
            if is_ours(item, marker, self._viewer)
        ]

    async def review(self, head: Head, fields: Mapping[str, Any], marker: str) -> None:
        """
        Comment on lines of the difference in one review, once; one opens with `marker`.

        Raises `InvalidError` where GitHub has no such line in its difference.
        """

        async def look() -> bool | None:
            return True if await self.comments(head.number, marker) else None

        await self._api.made_once(
            f"/pulls/{head.number}/reviews",
            {"commit_id": head.sha, "event": "COMMENT", **fields},
            f"review pull request {head.number}",
            NEEDS,
            read=lambda _: True,
            look=look,
        )

    async def update(self, comment: int, body: str) -> None:
        """Change what a comment on a line says."""
        path, doing = f"/pulls/comments/{comment}", "change our comment"
        await self._api.write("PATCH", path, {"body": body}, doing, NEEDS)

    async def delete(self, comment: int) -> None:
        """Delete a comment on a line; one that is gone already is no fault."""
        await self._api.remove(f"/pulls/comments/{comment}", "delete our comment", NEEDS)


def _file_of(value: Mapping[str, Any]) -> ChangedFile:
    path, sha = value.get("filename"), value.get("sha")
    if not isinstance(path, str):
        raise GitHubError("GitHub's answer makes no sense: a changed file has no name")
    old, patch = value.get("previous_filename"), value.get("patch")
    return ChangedFile(
        path=path,
        status=str(value.get("status") or ""),
        sha=sha if isinstance(sha, str) else "",
        old_path=old if isinstance(old, str) else None,
        patch=patch if isinstance(patch, str) else None,
        additions=number_in(value, "additions", 0),
    )
