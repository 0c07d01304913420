"""
Whether a file or heading that a list links is in its own repository. Pure; no request.

Paths are those of the repository, from its root, with `/` between folders, as GitHub reads them: a
relative one from the list's folder, `/docs/a.md` from the root; letter case counts. What leads out
of the repository (`../../issues`, which leads to GitHub's own pages), what a maker of sites may
generate, and what git knows though it is not checked out is never said to be missing.
"""

import posixpath
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import count
from typing import Final, Literal, Protocol
from urllib.parse import quote, unquote

from pipeline.links.fragments import MARKDOWN
from pipeline.links.headings import Sections, Wanted, written
from pipeline.records.lists import Lacking, Link, Outline
from pipeline.urls import repaired_url
from pipeline.works.identifiers import url_of_name

Kind = Literal["file", "folder", "unknown"]
"""`unknown`: what is there cannot be told, as with a submodule or a symbolic link out of it."""
Local = Literal["found", "unsure"]

_TEMPLATE: Final = re.compile(r"[{}<>|*\\\x00-\x1f]|%[^0-9A-Fa-f]|\$\(|\]\(")
"""What shows that a target is filled in later, or is read otherwise by every reader."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_HOST: Final = re.compile(
    r"(?:[a-z0-9-]+\.)+(?!(?:bib|cff|csv|docx?|gif|gz|html?|ipynb|jpe?g|json|md|pdf|png|pptx?|py|rst|sh"
    r"|svg|tex|toml|txt|xlsx?|ya?ml|zip)\b)[a-z]{2,8}(?=/|\Z)",
    re.IGNORECASE | re.ASCII,
)
"""What may be meant as the name of a host."""
_ALIKE: Final = 0.8
_MOST_COMPARED: Final = 500
_MOST_SUGGESTED: Final = 500
"""Suggestions for one list: what links more that is not there is no list of this repository."""


class Repository(Protocol):
    """The files around a list."""

    @property
    def is_site(self) -> bool:
        """Whether a maker of sites reads the list's folder: addresses may be of the site."""

    @property
    def is_github(self) -> bool:
        """Whether GitHub shows it, as far as is known: others name headings otherwise."""

    def folder(self, path: str) -> Mapping[str, Kind] | None:
        """Return what lies in a folder (the root is ``""``); None where that cannot be told."""

    def knows(self, path: str) -> bool:
        """Say whether something may be there that `folder` does not show."""

    def outline(self, path: str) -> Outline | None:
        """Return what fragments can point at in a Markdown file; None where it cannot be read."""

    def called(self, name: str) -> Iterable[str]:
        """Return the files that are known under a name, in whatever folder."""


def is_local(link: Link) -> bool:
    """Say whether a link leads to a file or heading of the list's own repository."""
    written_ = link.written
    if written_ is None:
        return not link.url[:8].lower().startswith(("https://", "http://"))
    at_github = link.url.startswith("https://github.com/")
    return at_github and repaired_url(written_) is None and url_of_name(written_) is None


def _path_and_rest(target: str) -> tuple[str, str]:
    """Split a target before its query or fragment."""
    path = re.split(r"[?#]", target, maxsplit=1)[0]
    return path, target[len(path) :]


def target_path(target: str, at: str) -> str | None:
    """
    Return which path a target names that stands in the file `at`; None where that is not certain.

    None too where it leads out of the repository.
    """
    path, _ = _path_and_rest(target)
    if not path:
        return None
    try:
        decoded = unquote(path, errors="strict")
    except UnicodeDecodeError:
        return None
    if _TEMPLATE.search(path) or _CONTROL.search(decoded):
        return None
    start = [] if decoded.startswith("/") else posixpath.dirname(at).split("/")
    found: list[str] = []
    for name in (*start, *decoded.split("/")):
        if name == ".." and not found:
            return None
        if name == "..":
            found.pop()
        elif name not in ("", "."):
            found.append(name)
    return "/".join(found)


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of a repository at GitHub, from which a list was read."""

    name: str
    """`owner/repository`."""
    digest: str
    """The commit's own name: 40 hexadecimal digits."""
    at: str
    """The list's path in the repository."""
    tree: Repository | None
    """None where GitHub has not told, or too much, which files there are."""

    def address(self, target: str) -> str | None:
        """Return where a relative file is at GitHub; None where that is not certain."""
        path = target_path(target, self.at)
        if not path:
            return None
        is_folder = self.tree is not None and _kind(self.tree, path) == "folder"
        base = f"https://github.com/{self.name}/{'tree' if is_folder else 'blob'}/{self.digest}"
        return f"{base}/{quote(path, safe=_SAFE)}{_path_and_rest(target)[1]}"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """One list in its repository."""

    own: Sections
    at: str
    """The list's path; its name, where there is no repository."""
    repository: Repository | None
    rooted: bool = True
    """Whether the root of the repository is known, so that `/a.md` has a meaning."""
    suggested: Iterator[int] = field(default_factory=count)
    """How often a suggestion was looked for."""

    def judged(self, link: Link) -> Local | Lacking:
        """Say whether what a local link names is there."""
        target = link.written or link.url
        if target.startswith("#"):
            return self._heading(link, target, self.own, "", strictly=self._strictly)
        path = target_path(target, self.at)
        absolute = target.startswith("/")
        if path is None or self.repository is None or (absolute and not self.rooted):
            return "unsure"
        kind = None if _is_of_git(path) else _kind(self.repository, path)
        if kind is None:
            site = self.repository.is_site and (absolute or _is_generated(target))
            if site or self.repository.knows(path):
                return "unsure"
            return self._missing(link, target, path)
        if kind == "unknown":
            return "unsure"
        return self._in_file(link, path, kind) if target.partition("#")[2] else "found"

    @property
    def _strictly(self) -> bool:
        repository = self.repository
        return repository is None or (repository.is_github and not repository.is_site)

    # --- headings ---------------------------------------------------------------------------

    def _in_file(self, link: Link, path: str, kind: Kind) -> Local | Lacking:
        """Look for the heading of another Markdown file, or of a folder's README."""
        repository = self.repository
        if repository is None:
            return "unsure"
        if kind == "folder":
            names = repository.folder(path) or {}
            readme = next((one for one in names if one.lower() in _READMES), None)
            path = posixpath.join(path, readme) if readme else path
        if path == self.at:
            sections = self.own
        elif not path.lower().endswith(MARKDOWN):
            return "found" if kind == "file" else "unsure"
        elif (outline := repository.outline(path)) is None:
            return "unsure"
        else:
            sections = Sections(outline)
        return self._heading(link, link.written or link.url, sections, path, self._strictly)

    def _heading(
        self, link: Link, target: str, sections: Sections, path: str, strictly: bool
    ) -> Local | Lacking:
        before, _, fragment = target.partition("#")
        if sections.has(fragment, strictly=strictly):
            return "found"
        where = f"“{path}”" if path else "the list"
        if (address := _ADDRESS.match(fragment)) is not None:
            words = "A web address has no “#” before it."
            return _lacking("heading-missing", link, words, Wanted(address[0], certain=False))
        wanted = next(self.suggested) < _MOST_SUGGESTED
        other = sections.instead_of(fragment) if wanted else None
        message = f"No heading of {where} has the name “#{unquote(fragment)}”."
        return _lacking("heading-missing", link, message, other, f"{before}#")

    # --- files ------------------------------------------------------------------------------

    def _missing(self, link: Link, target: str, path: str) -> Lacking:
        message = f"There is no file “{path}”"
        if _HOST.match(target):
            message += "; a web address begins with https://"
        other = None if _is_of_git(path) else self._instead(path)
        if other is not None:
            name = self._relative(other.name, target)
            other = Wanted(f"{name}{_path_and_rest(target)[1]}", other.certain)
        return _lacking("file-missing", link, f"{message}.", other)

    def _relative(self, path: str, like: str) -> str:
        """Write a path as a target in the list, in the manner of another."""
        if like.startswith("/"):
            return written(f"/{path}", safe=_SAFE)
        near = posixpath.relpath(path, posixpath.dirname(self.at) or ".")
        dotted = like.startswith("./") and not near.startswith("../")
        return written(f"./{near}" if dotted else near, safe=_SAFE)

    def _instead(self, path: str) -> Wanted | None:
        """Return the path that is probably meant: certain where only the letters' case differs."""
        repository = self.repository
        if repository is None or next(self.suggested) >= _MOST_SUGGESTED:
            return None
        same = list(_in_any_case(repository, path))
        if len(same) == 1:
            return Wanted(same[0], certain=True)
        head, name = posixpath.split(path)
        moved = list(repository.called(name))
        if len(moved) == 1:
            return Wanted(moved[0], certain=False)
        names = list(repository.folder(head) or {})[:_MOST_COMPARED]
        close = get_close_matches(name[:200], names, 1, _ALIKE)
        return Wanted(posixpath.join(head, close[0]), certain=False) if close else None


_ADDRESS: Final = re.compile(r"https?://[^\s/]+\.\S+", re.IGNORECASE)
_READMES: Final = frozenset(f"readme{ending}" for ending in MARKDOWN)
_SAFE: Final = "/-._~!$*+,;=@"


def _lacking(
    code: Literal["file-missing", "heading-missing"],
    link: Link,
    message: str,
    other: Wanted | None,
    before: str = "",
) -> Lacking:
    return Lacking(
        code=code,
        message=message,
        line=link.line,
        column=link.column,
        url=link.written or link.url,
        replacement=f"{before}{other.name}" if other is not None else None,
        certain=other is not None and other.certain,
    )


def _is_generated(target: str) -> bool:
    """Say whether a path may be an address of a site: a folder, a page, or without an ending."""
    path, _ = _path_and_rest(target)
    return "." not in posixpath.basename(path) or path.lower().endswith((".html", ".htm"))


def _is_of_git(path: str) -> bool:
    """Say whether a path is in git's own folder, which is on this machine alone."""
    return ".git" in path.split("/")


def _kind(repository: Repository, path: str) -> Kind | None:
    """Return what a path is; None where it is certainly not there."""
    kind: Kind = "folder"
    head = ""
    for name in filter(None, path.split("/")):
        if kind == "unknown":
            return kind
        names = repository.folder(head) if kind == "folder" else {}
        if names is None:
            return "unknown"
        found = names.get(name) or _in_one_form(names, name)
        if found is None:
            return None
        kind, head = found, posixpath.join(head, name)
    return kind


def _in_one_form(names: Mapping[str, Kind], name: str) -> Kind | None:
    """Find a name of letters with accents, which some disks write in two characters each."""
    if name.isascii():
        return None
    return next((kind for one, kind in names.items() if _nfc(one) == _nfc(name)), None)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _in_any_case(repository: Repository, path: str) -> Iterator[str]:
    """Yield the paths that are there and equal to one except for the case of letters."""
    heads = [""]
    for name in path.split("/"):
        wanted = _nfc(name).casefold()
        heads = [
            posixpath.join(head, one)
            for head in heads
            if _kind(repository, head) == "folder"
            for one in repository.folder(head) or {}
            if _nfc(one).casefold() == wanted
        ]
    yield from heads
