"""
The files of a repository, as GitHub's two interfaces show them.

https://docs.github.com/en/rest/repos/contents, …/rest/git/trees, …/rest/commits/commits, and the
objects `Commit`, `Tree` and `Blob` of the public GraphQL schema. Blobs have the names that git
gives them (https://git-scm.com/book/en/v2/Git-Internals-Git-Objects), others made-up ones.
"""

import json
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha1
from typing import Any
from urllib.parse import unquote

from pipeline.sandbox.graphql import GraphQLError

CUT_OFF = 512_000
"""Bytes of a file whose text is cut off."""

Body = bytes | dict[str, Any] | list[Any]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One commit of a repository."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    """By path; of a symbolic link, where it leads."""
    links: frozenset[str] = frozenset()
    """The paths of symbolic links."""
    tags: frozenset[str] = frozenset()
    """With a message of their own."""
    branch: str = "main"

    @property
    def commit(self) -> str:
        """The name of the commit."""
        return _name("commit", self.folder("").encode())

    def folder(self, path: str) -> str:
        """Return what the names of a folder and of all below are made of."""
        prefix = f"{path}/" if path else ""
        below = {at: _blob(data) for at, data in self.files.items() if at.startswith(prefix)}
        return json.dumps(sorted(below.items()))

    def names(self, ref: str) -> bool:
        """Say whether a branch, a tag or a commit is this one."""
        return ref in ("HEAD", self.branch, self.commit, *self.tags)

    def entry(self, path: str) -> dict[str, Any] | None:
        """Return what is at a path, as a `TreeEntry`."""
        data = self.files.get(path)
        if data is None:
            if not any(at.startswith(f"{path}/") for at in self.files):
                return None
            kind: dict[str, Any] = {"type": "tree", "mode": 0o40000, "size": 0}
            return _entry(path, _name("tree", self.folder(path).encode()), **kind)
        mode = 0o120000 if path in self.links else 0o100644
        return _entry(path, _blob(data), type="blob", mode=mode, size=len(data))

    def paths(self) -> list[str]:
        """Return the paths of all files and folders."""
        folders = {
            posixpath.join(*path.split("/")[:depth])
            for path in self.files
            for depth in range(1, path.count("/") + 1)
        }
        return sorted({*self.files, *folders})

    # --- GraphQL ------------------------------------------------------------------------------

    def object(self, expression: str) -> dict[str, Any] | None:
        """Return a git object by a revision expression; None where there is none."""
        ref, colon, path = expression.partition(":")
        if not colon and (blob := self._blob_named(ref)) is not None:
            return blob
        if not self.names(ref):
            return None
        if colon:
            return self._tree(path) if path in ("", *self.paths()) else None
        commit = {
            "__typename": "Commit",
            "oid": self.commit,
            "tree": self._tree(""),
            "file": self._file,
        }
        return {"__typename": "Tag", "target": commit} if ref in self.tags else commit

    def _file(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        entry = self.entry(str(arguments["path"]))
        if entry is None:
            raise GraphQLError("Could not resolve to a file", kind="NOT_FOUND")
        return entry

    def _tree(self, path: str) -> dict[str, Any]:
        oid = _name("tree", self.folder(path).encode())
        inside = [one for one in self.paths() if posixpath.dirname(one) == path]
        return {"__typename": "Tree", "oid": oid, "entries": [self.entry(one) for one in inside]}

    def _blob_named(self, oid: str) -> dict[str, Any] | None:
        data = next((data for data in self.files.values() if _blob(data) == oid), None)
        if data is None:
            return None
        text = None if b"\0" in data else data[:CUT_OFF].decode("utf-8", "replace")
        return {"__typename": "Blob", "oid": oid, "byteSize": len(data), "text": text}

    # --- REST ---------------------------------------------------------------------------------

    def rest(self, path: str, ref: str | None, accept: str) -> Body | None:
        """Return what stands at a path below a repository's; None where there is nothing."""
        if match := re.fullmatch(r"/commits/(.+)", path):
            known = self.names(unquote(match[1]))
            return self.commit.encode() if known and accept.endswith(".sha") else None
        if match := re.fullmatch(r"/git/trees/(.+)", path):
            items = [self._item(one) for one in self.paths()]
            return {"tree": items, "truncated": False} if self.names(unquote(match[1])) else None
        if not self.names(ref or "HEAD"):
            return None
        file = self._readme() if path == "/readme" else unquote(path.removeprefix("/contents/"))
        return self._contents(file, raw=accept.endswith(".raw+json")) if file else None

    def _item(self, path: str) -> dict[str, Any]:
        entry = self.entry(path) or {}
        return {"path": path, "type": entry["type"], "mode": f"{entry['mode']:06o}"}

    def _contents(self, path: str, *, raw: bool) -> Body | None:
        data = self.files.get(path)
        if data is None:
            return [
                self._item(one) for one in self.paths() if posixpath.dirname(one) == path
            ] or None
        if path in self.links:  # "the API responds with the content of the file"
            data = self.files[posixpath.join(posixpath.dirname(path), data.decode())]
        return data if raw else {"path": path, "sha": _blob(data), "size": len(data)}

    def _readme(self) -> str | None:
        """`.github`, the root, `docs`, in this order; `README.md` before others of its folder."""
        for folder in (".github", "", "docs"):
            names = [one for one in self.files if posixpath.dirname(one) == folder]
            found = [one for one in names if posixpath.basename(one).lower().startswith("readme")]
            if found:
                return min(found, key=lambda one: (not one.lower().endswith("readme.md"), one))
        return None


def _entry(path: str, oid: str, **fields: Any) -> dict[str, Any]:
    return {"__typename": "TreeEntry", "name": posixpath.basename(path), "oid": oid, **fields}


def _blob(data: bytes) -> str:
    return _name("blob", data)


def _name(kind: str, data: bytes) -> str:
    return sha1(b"%b %d\0%b" % (kind.encode(), len(data), data), usedforsecurity=False).hexdigest()
