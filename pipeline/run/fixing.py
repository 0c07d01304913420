"""
What becomes of a list's file by its repairs: `pipeline.repair` decides what is written.

`pipeline fix` writes it; the page of the last run offers it, where the file is as that run read it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pipeline.formats.exports.page.repairs import Repaired
from pipeline.formats.run_json import ListRun, digest
from pipeline.links.ignores import Ignores, ignores_of
from pipeline.markdown.bibtex import is_bibtex
from pipeline.previous import Stored
from pipeline.records.catalog import Paper
from pipeline.records.lists import Lacking, ParsedList
from pipeline.repair.fill import filled
from pipeline.repair.fixes import BY_DEFAULT, planned
from pipeline.repair.patch import unified_diff
from pipeline.repair.repairs import LastRun
from pipeline.repair.rewriting import Edit, Left, applied
from pipeline.run.on_disk import on_disk
from pipeline.settings.model import Settings
from pipeline.sources.ignore_file import read_ignores
from pipeline.sources.lists import File, GitHubFile, Location, Remote, work_tree
from pipeline.stages.parse import decode


@dataclass(frozen=True, slots=True)
class Target:
    """One list, read."""

    shown: str
    """What it is called on stderr."""
    names: tuple[str, ...]
    """What the last run may call it, the likeliest first."""
    location: Location
    path: str
    """In the patch: relative to the root of its repository."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Fixed:
    """One list after its repairs."""

    target: Target
    data: bytes
    patch: bytes
    edits: tuple[Edit, ...]
    left: tuple[Left, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which repairs are wanted."""

    codes: tuple[str, ...] = BY_DEFAULT
    asked: bool = False
    """Whether a person has named the codes; see `planned`."""
    ignores: Ignores = field(default_factory=Ignores)


def fixed(
    target: Target, name: str, last: LastRun, wanted: Wanted, papers: Iterable[Paper] = ()
) -> Fixed:
    """
    Return a list, which the last run calls `name`, after its repairs.

    `papers`: those of that run, where the list is to be filled with what they know.
    """
    at = target.location
    path = at.path if isinstance(at, File) else None

    def lacking(parsed: ParsedList) -> Iterable[Lacking]:
        return on_disk(parsed, target.data, path).lacking if path is not None else ()

    plan = planned(
        target.data,
        name,
        last,
        wanted.codes,
        asked=wanted.asked,
        ignores=wanted.ignores,
        lacking=lacking,
    )
    data, edits, left = applied(target.data, plan.edits), plan.edits, plan.left
    if "fill" in wanted.codes:
        more = filled(data, name, papers)
        data, edits, left = applied(data, more.edits), edits + more.edits, left + more.left
    return Fixed(target, data, unified_diff(target.data, data, target.path), edits, left)


# --- what the page offers ---------------------------------------------------------------------


def repaired_since(last: Stored, settings: Settings, today: date) -> tuple[Repaired, ...]:
    """Return what `pipeline fix` would write into the lists that are as the last run read them."""
    files = list(_unchanged(last.lists))
    if not files:
        return ()
    rules = read_ignores(settings.ignore_file, required="ignore_file" in settings.origins)
    found = LastRun(last.papers(), last.links(), last.report())
    return _repaired(files, found, ignores_of(rules, (), today))


def repaired_in(lists: Iterable[ListRun], now: LastRun, ignores: Ignores) -> tuple[Repaired, ...]:
    """Return the same for the lists of a run that ends now."""
    return _repaired(_unchanged(lists), now, ignores)


def _repaired(
    files: Iterable[tuple[ListRun, Path, bytes]], last: LastRun, ignores: Ignores
) -> tuple[Repaired, ...]:
    wanted = Wanted(ignores=ignores)
    found: list[Repaired] = []
    for one, path, data in files:
        target = Target(str(path), (one.name,), File(path), patch_path(path), data)
        after = fixed(target, one.name, last, wanted)
        if after.patch:
            places = tuple((edit.line, edit.before, edit.start) for edit in after.edits)
            found.append(Repaired(one.name, data, after.data, after.patch, places))
    return tuple(found)


def _unchanged(lists: Iterable[ListRun]) -> Iterator[tuple[ListRun, Path, bytes]]:
    """Yield the lists on this machine whose bytes are those that the run has read."""
    for one in lists:
        if one.path is None or one.sha256 is None:
            continue
        try:
            path = Path(one.path).resolve()
            data = path.read_bytes()
        except OSError:  # it is there no more, or nobody may read it: then nothing is offered
            continue
        if digest(data) == one.sha256 and not is_bibtex(decode(data, name=one.name)[0]):
            yield one, path, data


# --- names in patches, and of patches ---------------------------------------------------------


def patch_path(file: Path) -> str:
    """Return how a patch names a file: from its git work tree, else from here, else by its name."""
    for base in filter(None, (work_tree(file), Path.cwd().resolve())):
        if file.is_relative_to(base):
            return file.relative_to(base).as_posix()
    return file.name


def remote_path(location: Location) -> str:
    """Return how a patch names a list that is not of this machine."""
    if isinstance(location, GitHubFile):
        return location.path or _README
    if not isinstance(location, Remote):
        return _README
    return re.split(r"[?#]", location.url)[0].rstrip("/").rpartition("/")[2] or _README


_README: Final = "README.md"


def patches(fixed: Iterable[Fixed]) -> dict[str, bytes]:
    """Return the patches of remote lists, one for each repository, by the files' names."""
    found: dict[str, bytes] = {}
    for one in fixed:
        location = one.target.location
        if not isinstance(location, File):
            name = _patch_name(location)
            found[name] = found.get(name, b"") + one.patch
    return found


def _patch_name(location: Location) -> str:
    if isinstance(location, GitHubFile):
        ref = f"__{location.ref}" if location.ref else ""
        name = f"{location.owner}__{location.repo}{ref}"
    else:
        host = urlsplit(location.url).hostname if isinstance(location, Remote) else ""
        name = f"{host}__{remote_path(location)}"
    return re.sub(r"[^\w.-]", "_", name, flags=re.ASCII).lstrip(".") + ".patch"
