"""The comments that we keep on an issue or a pull request (REST: issue comments)."""

from collections.abc import Mapping
from typing import Any

from pipeline.records.github import Comment
from pipeline.sources.github.api import GitHubApi, number_in


class Comments:
    """Comments of one repository: those with a marker that we have written ourselves."""

    def __init__(self, api: GitHubApi, *, needs: str, viewer: str) -> None:
        """`viewer`: who we are (`GitHubApi.viewer`); a stranger can write a marker as well."""
        self._api = api
        self._needs = needs
        self._viewer = viewer

    async def ours(self, number: int, marker: str) -> list[Comment]:
        """Return our comments on an issue or pull request that have the marker, oldest first."""
        path, doing = f"/issues/{number}/comments", f"read the comments of {number}"
        return [
            Comment(number_in(item, "id"), str(item.get("body") or ""))
            async for item in self._api.items(path, doing, self._needs)
            if is_ours(item, marker, self._viewer)
        ]

    async def create(self, number: int, body: str, marker: str) -> None:
        """Comment once: where the answer is lost, it is looked for before it is sent again."""

        async def look() -> bool | None:
            return True if await self.ours(number, marker) else None

        path, doing = f"/issues/{number}/comments", f"comment on {number}"
        await self._api.made_once(
            path, {"body": body}, doing, self._needs, read=lambda _: True, look=look
        )

    async def update(self, comment: int, body: str) -> None:
        """Change what a comment says."""
        path, doing = f"/issues/comments/{comment}", "change our comment"
        await self._api.write("PATCH", path, {"body": body}, doing, self._needs)

    async def delete(self, comment: int) -> None:
        """Delete a comment; one that is gone already is no fault."""
        path = f"/issues/comments/{comment}"
        await self._api.remove(path, "delete our comment", self._needs)


def is_ours(item: Mapping[str, Any], marker: str, viewer: str) -> bool:
    """
    Say whether an item of a list of comments is one of ours: it opens with the marker.

    Other workflows write under the same name, and may repeat what a stranger wrote.
    GitHub calls an app `name[bot]`; its GraphQL interface leaves `[bot]` out in some places.
    """
    user, body = item.get("user"), item.get("body")
    if not isinstance(user, dict) or not isinstance(body, str) or not viewer:
        return False
    login = user.get("login")
    is_viewer = login == viewer or (login == f"{viewer}[bot]" and user.get("type") == "Bot")
    return is_viewer and body.lstrip().startswith(marker)
