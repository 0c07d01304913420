"""
Many lists of GitHub's in few queries, and none of those that are as they were.

One query asks for 50 lists which file each is now (`heads`). A list whose bytes are in the cache
costs nothing more, the others come in further queries, some 25 each. What GraphQL leaves unclear is
read by REST as a single list is. The bytes prove themselves: they are taken from an answer, and
from the cache, only where they have the name that git gives them.
"""

import base64
import json
import zlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import Any, Final

from pipeline.cache import Cache
from pipeline.clock import Clock
from pipeline.links.local import Commit
from pipeline.records.outcomes import Failed
from pipeline.sources.github.batches import Batches
from pipeline.sources.github.door import GitHubDoor
from pipeline.sources.github.heads import (
    HEADS,
    TEXTS,
    Blob,
    Head,
    blob_of,
    in_queries,
    is_plain,
)
from pipeline.sources.github.rest import Doubt
from pipeline.sources.github.trees import GitHubTree, commit_of, items_at
from pipeline.sources.lists import LARGEST_LIST, GitHubFile

FEWEST: Final = 3
"""
Lists from which on GraphQL is asked. New ones take two queries at least, so that two lists would
cost as much by REST, and more where one of them is out of the ordinary.
"""
LARGEST_TREE: Final = 16 * 1024 * 1024
"""Bytes of what is kept of a repository's files, which GitHub cuts off at 7 MB."""


class ManyLists:
    """The lists of one run that are read by GitHub's interface."""

    def __init__(self, door: GitHubDoor, cache: Cache, clock: Clock) -> None:
        self._door = door
        self._cache = cache
        self._clock = clock
        self._heads_asked: Batches[GitHubFile, Head | None] = Batches(door, HEADS, _left_to_rest)
        self._texts_asked: Batches[Blob, bytes | None] = Batches(door, TEXTS, _left_to_rest)
        self._heads: dict[GitHubFile, Head] = {}
        """Where each list is whose bytes are read, or are to be read by REST."""

    async def read(
        self, lists: Iterable[GitHubFile]
    ) -> AsyncIterator[tuple[GitHubFile, bytes | Failed]]:
        """Yield bytes of lists, or why GitHub is not to be asked for them; others are for REST."""
        files = dict.fromkeys(file for file in lists if is_plain(file))
        if not self._door.authenticated or len(files) < FEWEST:
            return
        new: dict[GitHubFile, Head] = {}
        async for file, head in self._heads_asked.answers(files):
            if not isinstance(head, Head):
                continue
            self._heads[file] = head
            data = self._kept(_key_of(file), head.blob, LARGEST_LIST)
            if data is not None and blob_of(data) == head.blob:
                del files[file]
                yield file, data
            else:
                new[file] = head
        for query in in_queries(new):
            async for blob, text in self._texts_asked.answers(query):
                if isinstance(text, bytes):
                    self.keep(blob.file, text)
                    del files[blob.file]
                    yield blob.file, text
        if self._door.shut is not None:
            for file in files:
                yield file, self._door.shut

    def keep(self, file: GitHubFile, data: bytes) -> None:
        """Keep the bytes of a list for the next run, which may find that they have not changed."""
        head = self._heads.get(file)
        if head is not None and blob_of(data) == head.blob:
            self._keep(_key_of(file), head.blob, data)
        else:  # of a later commit perhaps
            self._heads.pop(file, None)

    def placed(self, file: GitHubFile) -> GitHubFile:
        """Return a list that was read by `read`; a README under its path."""
        return replace(file, path=self._heads[file].path)

    async def commit(self, file: GitHubFile) -> Commit | None:
        """Return the commit that a list was read from, with its files; see `commit_of`."""
        client, api = self._door.client, self._door.api_url
        if (head := self._heads.get(file)) is None:
            return await commit_of(client, api, file)
        key = f"trees:{file.repository.lower()}"
        kept = self._kept(key, head.tree, LARGEST_TREE)
        items = _items(kept) if kept is not None else None
        if items is None:
            items = await items_at(client, api, file, head.commit)
            if items is not None:
                self._keep(key, head.tree, json.dumps(_needed(items)).encode())
        tree = GitHubTree.of(items) if items is not None else None
        return Commit(file.repository, head.commit, head.path, tree)

    def _kept(self, key: str, name: str, most: int) -> bytes | None:
        """Return what is kept under a key, if it is of the git object `name`."""
        stored = self._cache.read(key)
        value = stored.value if stored is not None else None
        if not isinstance(value, dict) or value.get("of") != name:
            return None
        try:
            unpacking = zlib.decompressobj()
            data = unpacking.decompress(base64.b64decode(value["packed"]), most)
        except (KeyError, TypeError, ValueError, zlib.error):  # written by no run
            return None
        return data if unpacking.eof else None

    def _keep(self, key: str, name: str, data: bytes) -> None:
        packed = base64.b64encode(zlib.compress(data)).decode("ascii")
        self._cache.put(key, {"of": name, "packed": packed}, self._clock.now())


async def _left_to_rest(_key: object, _doubt: Doubt | None) -> None:
    return None


def _key_of(file: GitHubFile) -> str:
    return f"lists:{file.repository}@{file.ref or ''}:{file.path or ''}"


def _needed(items: list[Any]) -> list[Any]:
    """Return of each file what `GitHubTree` reads, which is half of the answer."""
    names = ("path", "type", "mode")
    return [{name: one.get(name) for name in names} for one in items if isinstance(one, dict)]


def _items(kept: bytes) -> list[Any] | None:
    try:
        items = json.loads(kept)
    except (ValueError, RecursionError):
        return None
    return items if isinstance(items, list) else None
