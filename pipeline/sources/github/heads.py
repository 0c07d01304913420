"""
Which file a list of GitHub's is now, and its text: two questions to many repositories at once.

Pure. The first asks for names of git objects alone (`Head`), the second for the texts of those that
are new. What is out of the ordinary (a symbolic link, a folder, several READMEs, a name that git
would take for more than a branch) is left to REST, which knows what to make of it. Fields: the
public GraphQL schema, objects `Commit`, `Tree`, `TreeEntry` and `Blob`.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pipeline.sources.answers import in_batches, within
from pipeline.sources.github.fields import FULL_NAME
from pipeline.sources.github.graphql import Question, Wanted
from pipeline.sources.lists import GitHubFile

LARGEST_TEXT: Final = 500_000
"""Bytes of a file; GitHub cuts the text of a larger one off (`isTruncated`)."""
TEXTS_A_QUERY: Final = 25
"""With the contents of files 50 repositories are too many (gato-x#270: cut to 30)."""
BYTES_A_QUERY: Final = 2_000_000

_REF: Final = re.compile(r"(?!.*(?:\.\.|//|/\Z|\.lock(?:/|\Z)))[A-Za-z0-9_][\w./-]*", re.ASCII)
"""Branches, tags and commits; `HEAD~3` and `a..b`, which git reads as well, are none of these."""
_DIGEST: Final = re.compile(r"[0-9a-f]{40}")
_README: Final = re.compile(r"readme(?:\.(?:md|markdown|mdown|mkd|rst|txt))?", re.IGNORECASE)
_READMES: Final = re.compile(r"readme(?:\.[^.]*)?", re.IGNORECASE)
"""Of several of these GitHub prefers one, by rules that it does not publish."""
_FILES: Final = (0o100644, 0o100755)
"""Modes of files; a symbolic link has another."""


@dataclass(frozen=True, slots=True)
class Head:
    """A file where a list's branch, tag or commit is now; names are those of git objects."""

    commit: str
    tree: str
    """Of all files of the commit."""
    path: str
    blob: str
    """Of the file's bytes."""
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Blob:
    """The bytes of one file, as `blob_of` names them."""

    file: GitHubFile
    digest: str


def blob_of(data: bytes) -> str:
    """Return the name of a file's bytes as a git object (`git hash-object`)."""
    whole = b"blob %d\0%b" % (len(data), data)
    return hashlib.sha1(whole, usedforsecurity=False).hexdigest()


def is_plain(file: GitHubFile) -> bool:
    """Say whether the words of a list mean the same to GraphQL as to REST."""
    parts = file.path.split("/") if file.path is not None else ["README"]
    named = FULL_NAME.fullmatch(file.repository) is not None
    return named and "" not in parts and _REF.fullmatch(file.ref or "HEAD") is not None


_ENTRY = "name mode type oid size"
_AT_HEAD = (
    "object(expression: $e) {{ ... on Commit {{ {0} }}"
    " ... on Tag {{ target {{ ... on Commit {{ {0} }} }} }} }}"
)
"""A tag that has a message of its own is an object beside its commit."""
_BY_PATH = _AT_HEAD.format(f"oid tree {{ oid }} file(path: $p) {{ {_ENTRY} }}")
_README_AT = _AT_HEAD.format(f"oid tree {{ oid entries {{ {_ENTRY} }} }}")
_BEFORE_README = "first: object(expression: $f) { ... on Tree { entries { name } } }"
"""`.github`, where GitHub looks for a README before it looks into the root."""


def _wanted_head(file: GitHubFile) -> Wanted:
    ref = file.ref or "HEAD"
    if file.path is not None:
        return Wanted(file.repository, _BY_PATH, {"e": ref, "p": file.path})
    first = {"e": ref, "f": f"{ref}:.github"}
    return Wanted(file.repository, f"{_README_AT} {_BEFORE_README}", first)


def head_of(file: GitHubFile, node: Mapping[str, Any]) -> Head | None:
    """Return what a repository's fields say of a list; None where REST is to be asked."""
    commit = within(node, "object", "target") or within(node, "object")
    entry = within(commit, "file")
    if file.path is None:
        entry = _readme(_entries(within(commit, "tree")), _entries(node.get("first")))
    if within(entry, "type") != "blob" or entry.get("mode") not in _FILES:
        return None
    names = within(commit, "oid"), within(commit, "tree", "oid"), entry.get("oid")
    size, path = entry.get("size"), file.path or entry.get("name")
    if not all(isinstance(name, str) and _DIGEST.fullmatch(name) for name in names):
        return None
    if not isinstance(path, str) or type(size) is not int:
        return None
    commit, tree, blob = names
    return Head(commit, tree, path, blob, size)


def _readme(root: Sequence[Mapping[str, Any]], first: Iterable[Mapping[str, Any]]) -> Any:
    """Return the entry of the README, where there is no doubt which file it is."""
    if any(str(one.get("name")).lower().startswith("readme") for one in first):
        return None
    found = [one for one in root if _READMES.fullmatch(str(one.get("name")))]
    return found[0] if len(found) == 1 and _README.fullmatch(str(found[0]["name"])) else None


def _entries(tree: object) -> list[Mapping[str, Any]]:
    entries = within(tree, "entries")
    return [one for one in (entries if isinstance(entries, list) else ()) if isinstance(one, dict)]


def _text_of(blob: Blob, node: Mapping[str, Any]) -> bytes | None:
    """Return the bytes of a file; None where the text is not all of them, or not they."""
    text = within(node, "object", "text")
    if not isinstance(text, str):
        return None
    data = text.encode("utf-8", "surrogatepass")
    return data if blob_of(data) == blob.digest else None


HEADS: Final[Question[GitHubFile, Head | None]] = Question(wanted=_wanted_head, read=head_of)
TEXTS: Final[Question[Blob, bytes | None]] = Question(
    wanted=lambda blob: Wanted(
        blob.file.repository, "object(expression: $e) { ... on Blob { text } }", {"e": blob.digest}
    ),
    read=_text_of,
)


def in_queries(files: Mapping[GitHubFile, Head]) -> Iterable[Sequence[Blob]]:
    """Return the files whose texts are to be asked for, as one query after the other has them."""
    blobs = {Blob(file, one.blob): one.size for file, one in files.items()}
    wanted = [blob for blob, size in blobs.items() if size <= LARGEST_TEXT]
    return in_batches(wanted, TEXTS_A_QUERY, blobs.__getitem__, BYTES_A_QUERY)
