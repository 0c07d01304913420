"""GitHub's branches and pull requests (REST: git data, pulls)."""

import base64
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from pipeline.records.github import Branch, Commit, PullRequest, TreeEntry
from pipeline.sources.github.api import GitHubApi, GitHubError, number_in, part_in

CONTENTS: Final = "contents: write"
PULLS: Final = "pull-requests: write"
LARGEST_FILE: Final = 40_000_000
"""Bytes of one file; as base64 in JSON it stays below what GitHub takes in one request."""


class Pulls:
    """The branches and pull requests of one repository."""

    def __init__(self, api: GitHubApi) -> None:
        self._api = api
        self._owner = api.name.partition("/")[0]

    async def sha_of(self, branch: str) -> str | None:
        """Return the commit that a branch stands at, None where there is no such branch."""
        path = f"/git/ref/heads/{quote(branch)}"
        value = await self._api.find(path, f"read the branch {branch}", CONTENTS)
        return None if value is None else str(part_in(value, "object")["sha"])

    async def commit(self, sha: str) -> Commit:
        """Return a commit."""
        return _commit_of(await self._api.get(f"/git/commits/{sha}", "read a commit", CONTENTS))

    async def branch(self, name: str, base: str) -> Branch | None:
        """Return a branch with its files, seen from the commit `base`."""
        sha = await self.sha_of(name)
        if sha is None:
            return None
        head = await self.commit(sha)
        path = f"/compare/{base}...{sha}?per_page=1"
        compared = await self._api.get(path, "compare the branches", CONTENTS)
        files = await self.files(head.tree)
        return Branch(head, number_in(compared, "ahead_by"), files)

    async def files(self, tree: str) -> dict[str, TreeEntry]:
        """Return every file of a tree by its path: one request, more for a very large one."""
        value = await self._tree(tree, "?recursive=1")
        if not value.get("truncated"):
            return {path: entry for path, kind, entry in _entries(value) if kind != "tree"}
        found: dict[str, TreeEntry] = {}
        open_trees = [("", tree)]
        while open_trees:
            folder, sha = open_trees.pop()
            for name, kind, entry in _entries(await self._tree(sha, "")):
                if kind == "tree":
                    open_trees.append((f"{folder}{name}/", entry.sha))
                else:
                    found[folder + name] = entry
        return found

    async def _tree(self, sha: str, query: str) -> dict[str, Any]:
        return await self._api.get(f"/git/trees/{sha}{query}", "read the files", CONTENTS)

    async def write_commit(
        self, base: Commit, changes: Mapping[str, tuple[str, bytes | None]], message: str
    ) -> Commit:
        """
        Make a commit upon `base`; `{tree}` in `message` becomes the SHA-1 of its tree.

        `changes` are mode and content by path; what has no content is deleted (REST: "Create a
        tree", `sha`).
        """
        entries = [
            {"path": path, "mode": mode, "type": "blob", "sha": await self._blob(path, content)}
            for path, (mode, content) in changes.items()
        ]
        payload = {"base_tree": base.tree, "tree": entries}
        doing = "write the commit"
        tree = await self._api.write("POST", "/git/trees", payload, doing, CONTENTS)
        fields = {
            "message": message.replace("{tree}", str(tree["sha"])),
            "tree": tree["sha"],
            "parents": [base.sha],
        }
        return _commit_of(await self._api.write("POST", "/git/commits", fields, doing, CONTENTS))

    async def _blob(self, path: str, content: bytes | None) -> str | None:
        if content is None:
            return None
        if len(content) > LARGEST_FILE:
            raise GitHubError(f"{path}: too large for GitHub ({len(content) / 1e6:,.0f} MB)")
        payload = {"content": base64.b64encode(content).decode(), "encoding": "base64"}
        value = await self._api.write("POST", "/git/blobs", payload, f"write {path}", CONTENTS)
        return str(value["sha"])

    async def create_branch(self, name: str, sha: str) -> None:
        """Make a branch."""

        async def look() -> bool | None:
            return True if await self.sha_of(name) == sha else None

        payload, doing = {"ref": f"refs/heads/{name}", "sha": sha}, f"make the branch {name}"
        await self._api.made_once(
            "/git/refs", payload, doing, CONTENTS, read=lambda _: True, look=look
        )

    async def move_branch(self, name: str, sha: str, *, seen: str) -> None:
        """Let a branch stand at `sha`, if it still stands at `seen`; raises `GitHubError`."""
        if await self.sha_of(name) != seen:
            raise GitHubError(f"the branch {name} has been changed in this minute: left alone")
        path, payload = f"/git/refs/heads/{quote(name)}", {"sha": sha, "force": True}
        await self._api.write("PATCH", path, payload, f"move the branch {name}", CONTENTS)

    async def delete_branch(self, name: str) -> None:
        """Delete a branch; one that is gone already is no fault."""
        path = f"/git/refs/heads/{quote(name)}"
        try:
            await self._api.write("DELETE", path, {}, f"delete the branch {name}", CONTENTS)
        except GitHubError:
            if await self.sha_of(name) is not None:
                raise

    async def of_branch(self, name: str, base: str) -> list[PullRequest]:
        """Return the pull requests from a branch of this repository, the newest first."""
        head = quote(f"{self._owner}:{name}", safe="")
        found = await self._listed(f"head={head}&base={quote(base, safe='')}&state=all")
        return sorted(found, key=lambda pull: -pull.number)

    async def open_from(self, prefix: str) -> list[PullRequest]:
        """Return the open ones from branches of this repository that begin so, no fork's."""
        found = await self._listed("state=open")
        return [pull for pull in found if pull.branch.startswith(prefix)]

    async def _listed(self, query: str) -> list[PullRequest]:
        items = self._api.items(f"/pulls?{query}", "list the pull requests", PULLS)
        return [_pull_of(item, self._owner) async for item in items]

    async def create(self, fields: Mapping[str, Any]) -> PullRequest:
        """Open a pull request, and never a second one where the first answer was lost."""

        async def look() -> PullRequest | None:
            pulls = await self.of_branch(str(fields["head"]), str(fields["base"]))
            return next((pull for pull in pulls if pull.is_open), None)

        return await self._api.made_once(
            "/pulls", fields, "open a pull request", PULLS, read=self._read, look=look
        )

    def _read(self, value: Mapping[str, Any]) -> PullRequest:
        return _pull_of(value, self._owner)

    async def update(self, number: int, fields: Mapping[str, Any]) -> None:
        """Change title, body or state."""
        doing = f"change pull request {number}"
        await self._api.write("PATCH", f"/pulls/{number}", fields, doing, PULLS)


def _entries(value: Mapping[str, Any]) -> list[tuple[str, str, TreeEntry]]:
    return [
        (str(item["path"]), str(item["type"]), TreeEntry(str(item["mode"]), str(item["sha"])))
        for item in value.get("tree") or ()
    ]


def _pull_of(value: Mapping[str, Any], owner: str) -> PullRequest:
    label = str((value.get("head") or {}).get("label") or "")
    return PullRequest(
        number=number_in(value, "number"),
        title=str(value.get("title") or ""),
        body=str(value.get("body") or ""),
        is_open=value.get("state") == "open",
        merged=bool(value.get("merged_at")),
        branch=label.removeprefix(f"{owner}:") if label.startswith(f"{owner}:") else "",
    )


def _commit_of(value: Mapping[str, Any]) -> Commit:
    return Commit(
        sha=str(value["sha"]),
        tree=str(part_in(value, "tree")["sha"]),
        message=str(value.get("message") or ""),
        parents=tuple(str(parent["sha"]) for parent in value.get("parents") or ()),
    )
