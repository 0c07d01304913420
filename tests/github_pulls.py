"""The pull requests of the GitHub on loopback: their files, and what is said on their lines."""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

VIEWER: Final = "github-actions[bot]"
"""Who the token writes as."""
Tree = dict[str, tuple[str, str]]
"""Path to mode and blob."""


class NotThereError(Exception):
    """What is asked for does not exist."""


class InvalidError(Exception):
    """GitHub's 422."""


class PullRequests:
    """Pull requests as data: files, hunks, reviews and comments on lines."""

    issues: dict[int, dict[str, Any]]
    blobs: dict[str, bytes]
    trees: dict[str, Tree]
    commits: dict[str, dict[str, Any]]
    refs: dict[str, str]
    open_issue: Callable[..., dict[str, Any]]
    _blob: Callable[[bytes], str]
    _tree: Callable[[Tree], str]
    _commit: Callable[[str, str, list[str]], str]
    _next: Callable[[], int]

    def __init__(self) -> None:
        self.heads: dict[int, tuple[str, str]] = {}
        """Of pull requests: the commits of base and head."""
        self.most_patch_lines = 20_000
        self.remarks: dict[int, list[dict[str, Any]]] = {}
        """Comments on lines, by pull request."""
        self.reviews: list[dict[str, Any]] = []
        self._known: dict[tuple[str, str, int], list[dict[str, Any]]] = {}

    def pull_routes(self) -> Iterator[tuple[str, str, Callable[..., tuple[int, Any]]]]:
        """Yield method, path and answer of what is asked about pull requests."""
        yield "GET", r"/pulls/(\d+)", self._get_pull
        yield "GET", r"/pulls/(\d+)/files", self._get_files
        yield "GET", r"/pulls/(\d+)/comments", self._get_remarks
        yield "POST", r"/pulls/(\d+)/reviews", self._post_review
        yield "PATCH", r"/pulls/comments/(\d+)", self._patch_remark
        yield "DELETE", r"/pulls/comments/(\d+)", self._delete_remark

    def open_pull(self, files: Mapping[str, bytes | None], **fields: Any) -> int:
        """
        Open a pull request of a fork that has been deleted since; return its number.

        A file that is None is removed.
        """
        base = self.refs["main"]
        pull = self.open_issue("", pull_request={}, merged_at=None, **fields)
        number = int(pull["number"])
        self.heads[number] = base, base
        self.push(number, files)
        return number

    def push(self, number: int, files: Mapping[str, bytes | None]) -> None:
        """Push a commit to a pull request; comments on lines that differ then are outdated."""
        base, head = self.heads[number]
        tree = dict(self.trees[self.commits[head]["tree"]["sha"]])
        for path, content in files.items():
            if content is None:
                del tree[path]
            else:
                tree[path] = "100644", self._blob(content)
        new = self._commit(self._tree(tree), "proposal", [head])
        for remark in self.remarks.get(number, ()):
            path, line = remark.get("path", ""), remark["line"]
            if line and self._line(head, path, line) != self._line(new, path, line):
                remark["line"] = None
        self.heads[number] = base, new

    def _line(self, commit: str, path: str, line: int) -> bytes | None:
        tree = self.trees[self.commits[commit]["tree"]["sha"]]
        lines = self.blobs[tree[path][1]].split(b"\n") if path in tree else []
        return lines[line - 1] if line <= len(lines) else None

    def _get_pull(self, number: str, asked: Any, payload: Any) -> tuple[int, Any]:
        base, head = self.heads[int(number)]
        value = {"head": {"sha": head, "repo": None}, "base": {"sha": base, "ref": "main"}}
        count = {"changed_files": len(self._changed(int(number)))}
        return 200, self.issues[int(number)] | value | count

    def _changed(self, number: int) -> list[dict[str, Any]]:
        key = *self.heads[number], self.most_patch_lines
        if key not in self._known:
            self._known[key] = self._compared(*self.heads[number])
        return self._known[key]

    def _compared(self, base: str, head: str) -> list[dict[str, Any]]:
        old = self.trees[self.commits[base]["tree"]["sha"]]
        new = self.trees[self.commits[head]["tree"]["sha"]]
        gone = {path: entry[1] for path, entry in old.items() if path not in new}
        found: list[dict[str, Any]] = []
        room = self.most_patch_lines
        for path in sorted(old.keys() | new.keys()):
            if old.get(path) == new.get(path):
                continue
            before = old.get(path, ("", ""))[1]
            value: dict[str, Any] = {"filename": path, "status": "modified"}
            if path not in new:
                value |= {"status": "removed", "sha": before}
            else:
                value["sha"] = new[path][1]
            if path in new and path not in old:
                # As git sees it: most of its lines are those of a file that is gone.
                was = next((one for one in gone if self._alike(gone[one], new[path][1])), None)
                value |= {"status": "renamed" if was else "added"}
                value |= {"previous_filename": was} if was else {}
                before = gone[was] if was else before
            lines = self._hunks(before, value["sha"] if path in new else "")
            if lines is not None and len(lines) <= room:
                room -= len(lines)
                value["patch"] = "\n".join(lines)
            count = sum(one.startswith("+") for one in lines or ()) if "patch" in value else 0
            found.append(value | {"additions": count})
        was_renamed = {one.get("previous_filename") for one in found}
        return [
            one for one in found if one["status"] != "removed" or one["filename"] not in was_renamed
        ]

    def _alike(self, one: str, other: str) -> bool:
        first, second = (set(self.blobs[sha].split(b"\n")) for sha in (one, other))
        return len(first & second) * 2 > len(first | second)

    def _hunks(self, before: str, after: str) -> list[str] | None:
        """Return the lines of a patch as GitHub gives them; None for what git takes for binary."""
        if after not in self.blobs and after:
            return [f"+Subproject commit {after}"]
        texts = [self.blobs.get(sha, b"") for sha in (before, after)]
        if any(b"\0" in text for text in texts):
            return None
        old, new = (text.decode("utf-8", "replace").split("\n") for text in texts)
        return list(difflib.unified_diff(old, new, lineterm=""))[2:]

    def _get_files(self, number: str, asked: Any, payload: Any) -> tuple[int, Any]:
        return 200, self._changed(int(number))[:3_000]

    def _get_remarks(self, number: str, asked: Any, payload: Any) -> tuple[int, Any]:
        return 200, list(self.remarks.get(int(number), []))

    def _post_review(self, number: str, asked: Any, payload: dict[str, Any]) -> tuple[int, Any]:
        pull = int(number)
        assert payload["commit_id"] == self.heads[pull][1]
        assert payload["event"] == "COMMENT"
        assert payload["body"]
        files = {one["filename"]: one.get("patch", "") for one in self._changed(pull)}
        for comment in payload["comments"]:
            shown = _shown(files.get(comment["path"], ""))
            first = comment.get("start_line", comment["line"])
            assert first <= comment["line"]
            if not any({first, comment["line"]} <= set(hunk) for hunk in shown):
                raise InvalidError("Unprocessable Entity: line must be part of the diff")
        self.reviews.append(payload)
        for comment in payload["comments"]:
            self.remark(pull, comment, login=VIEWER)
        return 200, {"id": self._next()}

    def remark(
        self, pull: int, comment: Mapping[str, Any], login: str = "somebody"
    ) -> dict[str, Any]:
        """Comment on lines of a pull request's difference."""
        value: dict[str, Any] = {**comment, "id": self._next(), "user": user(login)}
        self.remarks.setdefault(pull, []).append(value)
        return value

    def _patch_remark(self, number: str, asked: Any, payload: dict[str, Any]) -> tuple[int, Any]:
        remark = with_id(self.remarks, number)
        remark |= payload
        return 200, remark

    def _delete_remark(self, number: str, asked: Any, payload: Any) -> tuple[int, Any]:
        gone = with_id(self.remarks, number)
        for remarks in self.remarks.values():
            remarks[:] = [one for one in remarks if one is not gone]
        return 204, None


def user(login: str) -> dict[str, str]:
    """Return what an answer says of an account."""
    return {"login": login, "type": "Bot" if login.endswith("[bot]") else "User"}


def with_id(comments: Mapping[int, list[dict[str, Any]]], number: str) -> dict[str, Any]:
    """Return the comment of this number."""
    found = [one for each in comments.values() for one in each if one["id"] == int(number)]
    if not found:
        raise NotThereError
    return found[0]


def _shown(patch: str) -> list[range]:
    heads = re.findall(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", patch, re.MULTILINE)
    return [range(int(start), int(start) + int(count or 1)) for start, count in heads]
