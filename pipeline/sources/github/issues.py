"""GitHub's issues: find those with a marker, open, change, comment (REST: issues, comments)."""

from collections.abc import Mapping
from typing import Any, Final, Literal
from urllib.parse import quote

from pipeline.records.github import Issue
from pipeline.sources.github.api import GitHubApi, GitHubError, number_in

NEEDS: Final = "issues: write"
WRITERS: Final = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
"""`author_association` of people who may write to a repository."""


class Issues:
    """The issues of one repository."""

    def __init__(self, api: GitHubApi) -> None:
        self._api = api

    async def carrying(
        self, marker: str, *, label: str | None = None, state: Literal["open", "all"] = "all"
    ) -> list[Issue]:
        """
        Return the issues whose body has `marker`, the oldest first.

        The list is asked, not the search, which knows of a new issue only after a while. With a
        label, whoever opened it: strangers cannot set labels. Without one, only what a program or
        somebody with write access has opened, or a stranger could put up an issue of his for ours.
        """
        labels = f"&labels={quote(label, safe='')}" if label else ""
        path = f"/issues?state={state}&sort=created&direction=asc{labels}"
        found = [
            issue
            async for item in self._api.items(path, "list the issues", NEEDS)
            if (issue := _issue_of(item)) and marker in issue.body and (label or issue.trusted)
        ]
        return sorted(found, key=lambda issue: issue.number)

    async def create(self, fields: Mapping[str, Any], marker: str) -> Issue:
        """
        Open an issue with labels, and never a second one where the first answer was lost.

        GitHub drops labels silently for those who may not set them, and an issue that cannot be
        found again would be opened in every run: raises `GitHubError`.
        """
        labels = set(fields.get("labels", ()))

        def made(value: Mapping[str, Any]) -> Issue:
            return _issue_of(value) or Issue(number_in(value, "number"), "", "", is_open=True)

        async def look() -> Issue | None:
            for label in (*labels, None):
                for issue in await self.carrying(marker, label=label, state="open"):
                    return issue
            return None

        issue = await self._api.made_once(
            "/issues", fields, "open an issue", NEEDS, read=made, look=look
        )
        if not labels <= set(issue.labels):
            raise GitHubError(f"issue {issue.number} has no label: the token lacks `{NEEDS}`")
        return issue

    async def update(self, number: int, fields: Mapping[str, Any]) -> None:
        """Change title, body or state."""
        await self._api.write("PATCH", f"/issues/{number}", fields, f"change issue {number}", NEEDS)

    async def add_label(self, number: int, label: str) -> None:
        """Add a label; GitHub makes one that is not there yet."""
        path, doing = f"/issues/{number}/labels", f"label issue {number}"
        await self._api.write("POST", path, {"labels": [label]}, doing, NEEDS)

    async def comment(self, number: int, body: str, marker: str) -> bool:
        """Comment, unless a run that was cut off has just done so; say whether it was done."""
        path = f"/issues/{number}/comments"

        async def said() -> bool | None:
            doing = f"read the comments of issue {number}"
            bodies = [
                str(item.get("body") or "") async for item in self._api.items(path, doing, NEEDS)
            ]
            # GitHub's web form gives line ends of two characters.
            ours = [text.replace("\r\n", "\n").strip() for text in bodies if marker in text]
            return True if ours[-1:] == [body.strip()] else None

        if await said():
            return False
        doing = f"comment on issue {number}"
        return await self._api.made_once(
            path, {"body": body}, doing, NEEDS, read=lambda _: True, look=said
        )


def _issue_of(value: Mapping[str, Any]) -> Issue | None:
    """Read an item of the list of issues; None for a pull request, which GitHub lists too."""
    if "pull_request" in value:
        return None
    user = value.get("user") or {}
    return Issue(
        number=number_in(value, "number"),
        title=str(value.get("title") or ""),
        body=str(value.get("body") or ""),
        is_open=value.get("state") == "open",
        labels=tuple(str(label["name"]) for label in value.get("labels") or ()),
        trusted=user.get("type") == "Bot" or value.get("author_association") in WRITERS,
    )
