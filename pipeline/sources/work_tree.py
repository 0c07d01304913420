"""
The files around a list on this machine, as `links.local` asks for them. The one place that looks.

Nothing outside the repository is looked at: not above its root, nor what a symbolic link leads to
beyond it. Names are compared with those that a folder lists, so that a disk on which letter case
does not count answers like GitHub.
"""

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from pipeline.links.local import Kind
from pipeline.markdown.headings import outline_of
from pipeline.records.lists import Outline
from pipeline.sources.git import tracked_files
from pipeline.sources.lists import work_tree

LARGEST_FILE: Final = 4 * 1024 * 1024
"""Bytes of a Markdown file whose headings are read."""
MOST_FILES: Final = 20_000
"""Files that are looked through for one that has moved, where git does not know them."""
SITES: Final = frozenset(
    """
    mkdocs.yml mkdocs.yaml zensical.toml _config.yml _config.yaml docusaurus.config.js
    docusaurus.config.ts conf.py book.toml hugo.toml hugo.yaml antora.yml _quarto.yml .vitepress
    .vuepress astro.config.mjs astro.config.ts gatsby-config.js myst.yml .nojekyll
    """.split()  # noqa: SIM905  one word a line would hide the table
)
"""What shows that a maker of sites reads a folder."""
_REMOTE: Final = re.compile(r"^\s*url\s*=\s*(\S+)", re.MULTILINE)
_SUBMODULE: Final = re.compile(r"^\s*path\s*=\s*(.+?)\s*$", re.MULTILINE)


class WorkTree:
    """The repository of one list, or its folder where git has none."""

    def __init__(self, file: Path) -> None:
        self._file = file.resolve()
        found = work_tree(self._file)
        self.is_rooted = found is not None
        """Whether git says where the repository begins."""
        self._root = found or self._file.parent
        self._folders: dict[str, Mapping[str, Kind] | None] = {}
        self._outlines: dict[str, Outline | None] = {}

    @property
    def at(self) -> str:
        """The list's path in the repository."""
        return self._file.relative_to(self._root).as_posix()

    @cached_property
    def is_site(self) -> bool:
        """Whether a maker of sites reads the list's folder, or one above it."""
        above = [self._file.parent, *self._file.parent.parents]
        folders = above[: len(self._file.relative_to(self._root).parts)]
        return any(SITES & set(_names(folder)) for folder in folders) or self._is_wiki

    @property
    def _is_wiki(self) -> bool:
        """Whether it is a wiki, whose pages link one another by their titles."""
        return self._root.name.endswith(".wiki") or ".wiki.git" in self._settings

    @cached_property
    def is_github(self) -> bool:
        """Whether no remote of the repository is anywhere else than at GitHub."""
        return all("github" in url.lower() for url in _REMOTE.findall(self._settings))

    @cached_property
    def _settings(self) -> str:
        return _text(self._root / ".git" / "config") or ""

    def folder(self, path: str) -> Mapping[str, Kind] | None:
        """Return what lies in a folder, by name; None where it cannot be read."""
        if path not in self._folders:
            try:
                with os.scandir(self._root / path) as entries:
                    self._folders[path] = {one.name: self._kind(one) for one in entries}
            except (OSError, ValueError):
                self._folders[path] = None
        return self._folders[path]

    def _kind(self, entry: "os.DirEntry[str]") -> Kind:
        if not entry.is_symlink():
            return "folder" if entry.is_dir() else "file"
        try:
            real = Path(entry.path).resolve(strict=True)
        except (OSError, RuntimeError):  # it leads nowhere, or in a circle
            return "unknown"
        # GitHub shows a link to a folder as a file; who reads the files follows it.
        return "file" if real.is_relative_to(self._root) and real.is_file() else "unknown"

    def knows(self, path: str) -> bool:
        """Say whether git knows what is not checked out: a sparse checkout, a submodule."""
        if any(path == one or path.startswith(f"{one}/") for one in self._submodules):
            return True
        if self._tracked is None:
            return (self._root / ".git" / "info" / "sparse-checkout").exists()
        return path in self._left_out

    @cached_property
    def _left_out(self) -> frozenset[str]:
        """What git leaves out of the work tree, and the folders of it."""
        files = (name for name, is_left_out in (self._tracked or {}).items() if is_left_out)
        parts = (name.split("/") for name in files)
        return frozenset("/".join(one[:end]) for one in parts for end in range(1, len(one) + 1))

    @cached_property
    def _submodules(self) -> list[str]:
        return _SUBMODULE.findall(_text(self._root / ".gitmodules") or "")

    @cached_property
    def _tracked(self) -> dict[str, bool] | None:
        return tracked_files(self._root) if self.is_rooted else {}

    def outline(self, path: str) -> Outline | None:
        """Return what fragments can point at in a Markdown file; None where it is not read."""
        if path not in self._outlines:
            text = _text(self._root / path)
            self._outlines[path] = outline_of(text) if text is not None else None
        return self._outlines[path]

    def called(self, name: str) -> Sequence[str]:
        """Return the files of a name: of those that git tracks, else of the first thousands."""
        return self._by_name.get(name, ())

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in self._paths():
            found[path.rpartition("/")[2]].append(path)
        return found

    def _paths(self) -> Iterator[str]:
        if self._tracked:
            yield from self._tracked
            return
        number = 0
        for folder, folders, files in os.walk(self._root):
            folders[:] = sorted(one for one in folders if not one.startswith("."))
            for name in sorted(files):
                number += 1
                if number > MOST_FILES:
                    return
                yield (Path(folder) / name).relative_to(self._root).as_posix()


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _text(file: Path) -> str | None:
    """Return the text of a file that is small enough; None of what is none."""
    try:
        if not file.is_file() or file.stat().st_size > LARGEST_FILE:
            return None
        return file.read_bytes().decode("utf-8", "replace")
    except (OSError, ValueError):
        return None
