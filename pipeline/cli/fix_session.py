"""What `pipeline fix` reads, tells and writes; what becomes of a list is in `run.fixing`."""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.cli.console import path_from_here
from pipeline.cli.last_run import warn_of_damage
from pipeline.cli.output import say
from pipeline.errors import ConfigurationError, OutputError, PipelineError
from pipeline.markdown.bibtex import is_bibtex
from pipeline.network.http_client import HttpClient
from pipeline.previous import Stored, last_files, stored
from pipeline.records.outcomes import Failed
from pipeline.repair.repairs import LastRun
from pipeline.repair.rewriting import Edit, Left
from pipeline.run.fixing import Fixed, Target, Wanted, fixed, patch_path, patches, remote_path
from pipeline.sandbox import sandbox_lists
from pipeline.settings.model import Settings
from pipeline.sources.github.folders import lists_in
from pipeline.sources.github.many_lists import ManyLists
from pipeline.sources.list_bytes import read, with_path
from pipeline.sources.lists import (
    File,
    GitHubFile,
    ListSource,
    Location,
    StandardInput,
    distinct,
    find_lists,
    located,
    real_place,
    without_suffix,
)
from pipeline.stages.parse import decode, parse
from pipeline.storage.writer import replace_file
from pipeline.wiring import Wiring, lists_after_a_run, wire

MOST_SHOWN: Final = 12
"""Lines about what was left, for each list."""


def refuse_own_lists(settings: Settings, lists: Sequence[str]) -> None:
    """In the sandbox the package's own lists are read, never written."""
    own = {path.resolve() for path in sandbox_lists()}
    places = [source.location for source in _sources(settings, lists)]
    if any(isinstance(one, File) and one.path.resolve() in own for one in places):
        raise ConfigurationError(
            "--write does not change the sandbox's own lists: give the path of a copy"
        )


@dataclass(frozen=True, slots=True)
class Job:
    """One start of the command."""

    settings: Settings
    wanted: Wanted
    quiet: bool

    def say(self, line: str) -> None:
        """Write a line to stderr, unless quiet."""
        if not self.quiet:
            say(line)

    def read(self, lists: Sequence[str]) -> list[Target]:
        """Return the lists that can be read, in the order of their paths."""
        sources = _sources(self.settings, lists)
        if all(isinstance(source.location, File) for source in sources):
            found = asyncio.run(self._contents(sources, None))
        else:
            with wire(self.settings) as wiring:
                found = asyncio.run(self._contents(sources, wiring))
        known = _known_names(self.settings)
        read = (self._target(*content, known=known) for content in found)
        return sorted(
            {target.location: target for target in read}.values(), key=lambda target: target.path
        )

    async def _contents(
        self, given: Sequence[ListSource], wiring: Wiring | None
    ) -> list[tuple[ListSource, Location, bytes]]:
        """Read every list; say of which that cannot be had."""
        found: list[tuple[ListSource, Location, bytes]] = []
        faults: list[Exception] = []
        spared = False
        client = wiring.client if wiring else None
        async with client or nullcontext():
            sources = [one for folder in given for one in await self._lists_in(folder, client)]
            known = await _many(sources, wiring.many_lists()) if wiring else {}
            for source in sources:
                text: str | None = None
                try:
                    at = source.location
                    content = known.get(at) or await self._content(at, client)
                    if not isinstance(content, Failed):
                        text, _ = decode(content[1], name=source.name)
                        if source.found and not parse(text, name=source.name).entries:
                            continue  # a file of a folder that is no list
                except ConfigurationError as error:
                    faults.append(error)
                    content = Failed(kind="bad-answer", reason=str(error))
                if isinstance(content, Failed):
                    self.say(f"{source.name}: not read ({content.reason})")
                elif is_bibtex(text or ""):
                    self.say(f"{source.name}: left as it is, because it is BibTeX")
                    spared = True
                else:
                    found.append((source, *content))
        if given and not found and not spared:
            raise faults[0] if faults else PipelineError("no list could be read")
        return found

    async def _lists_in(self, source: ListSource, client: HttpClient | None) -> list[ListSource]:
        def say(words: str) -> None:
            self.say(f"{source.name}: {words}")

        found = await lists_in(source, client, self.settings.github_url, say)
        if isinstance(found, Failed):
            say(f"not read ({found.reason})")
            return []
        return found

    async def _content(
        self, given: Location, client: HttpClient | None
    ) -> tuple[Location, bytes] | Failed:
        location = await with_path(given, client, self.settings.github_url)
        if isinstance(location, Failed):
            return location
        data = await read(location, client, self.settings.github_url)
        return data if isinstance(data, Failed) else (location, data)

    def _target(
        self, source: ListSource, location: Location, data: bytes, *, known: Mapping[Location, str]
    ) -> Target:
        names = tuple(_names(source, location, known))
        if not isinstance(location, File):
            return Target(source.name, names, location, remote_path(location), data)
        real = location.path.resolve()
        if real != Path(os.path.abspath(location.path)):
            self.say(f"{location.path}: is a symbolic link to {real}")
        shown = path_from_here(str(location.path))
        return Target(shown, names, File(real), patch_path(real), data)

    def fixed(self, targets: Sequence[Target]) -> list[Fixed]:
        """Return the lists after their repairs, and say of each what was done and what left."""
        files = stored(self.settings.out)
        last = LastRun(files.papers(), files.links(), files.report(), hasty=self.wanted.asked)
        warn_of_damage(files)
        if not last.lists:
            self.say(
                f"{self.settings.out}: there is no run yet, so only repairs that the lists"
                " themselves show are made"
            )
        return [self._fixed(target, files, last) for target in targets]

    def _fixed(self, target: Target, files: Stored, last: LastRun) -> Fixed:
        known = last.lists
        name = next((one for one in target.names if one in known), target.names[0])
        if known and name not in known:
            paths = {one.name: one.path for one in files.lists if one.path}
            read = ", ".join(paths.get(one, one) for one in sorted(known))
            self.say(f"{target.shown}: the last run did not read this list (it read {read})")
        after = fixed(target, name, last, self.wanted, files.papers())
        self._tell(target, after.edits, after.left)
        return after

    def _tell(self, target: Target, edits: Sequence[Edit], left: Sequence[Left]) -> None:
        counts = Counter(edit.code for edit in edits)
        words = ", ".join(f"{count} {code}" for code, count in sorted(counts.items()))
        if words or left:
            self.say(f"{target.shown}: {words or 'nothing'} to repair")
        here = [one for one in left if one.line is not None]
        for one in here[:MOST_SHOWN]:
            self.say(f"  not repaired: line {one.line}, {one.code} {one.what}: {one.why}")
        if len(here) > MOST_SHOWN:
            self.say(f"  not repaired: {len(here) - MOST_SHOWN} more")
        gone = len(left) - len(here)
        if gone:
            self.say(f"  {gone} findings of the last run are no longer in the list")

    def write(self, fixed: Sequence[Fixed]) -> None:
        """Change local lists in place, and write the patches of the others."""
        for one in fixed:
            if isinstance(one.target.location, File) and one.patch:
                path = one.target.location.path
                replace_file(path, one.data, expected=one.target.data)
                self.say(f"{one.target.shown}: written")
        for name, patch in patches(fixed).items():
            self._write_patch(self.settings.out / "fixes" / name, patch)

    def _write_patch(self, path: Path, patch: bytes) -> None:
        """Write a patch; one that says nothing any more is taken away."""
        if not path.parent.resolve().is_relative_to(self.settings.out.resolve()):
            out = self.settings.out
            raise OutputError(f"{path.parent}: leads out of {out}; nothing was written there")
        if patch:
            replace_file(path, patch)
            self.say(f"{path}: written; run `git apply` in that repository")
        elif path.exists():
            path.unlink()
            self.say(f"{path}: removed; there is nothing left to fix")


def _sources(settings: Settings, given: Sequence[str]) -> list[ListSource]:
    """Return the lists; files given by hand may have one name (README.md in two folders)."""
    if not given:
        return lists_after_a_run(settings)
    places = [place for text in given for place in located(text)]
    if any(isinstance(place.location, StandardInput) for place in places):
        raise ConfigurationError("-: `fix` changes files, not standard input")
    return [source for place in places for source in distinct([place], {})]


async def _many(
    sources: Sequence[ListSource], lists: ManyLists
) -> dict[Location, tuple[Location, bytes] | Failed]:
    """Return the lists that GitHub gives several of at once."""
    files = [one.location for one in sources if isinstance(one.location, GitHubFile)]
    return {
        file: data if isinstance(data, Failed) else (lists.placed(file), data)
        async for file, data in lists.read(files)
    }


def _known_names(settings: Settings) -> dict[Location, str]:
    """Return what the last run and the config file, which comes first, call each list."""
    files = last_files(settings.out).items()
    known: dict[Location, str] = {real_place(File(Path(path))): name for name, path in files}
    with suppress(ConfigurationError):
        known |= {real_place(one.location): one.name for one in find_lists([], settings.lists)}
    return known


def _names(source: ListSource, at: Location, known: Mapping[Location, str]) -> Iterator[str]:
    """Yield what a list may be called: as it is known, then by its place."""
    if name := known.get(real_place(at)):
        yield name
    yield source.name
    if isinstance(at, GitHubFile) and at.path:  # among others of its repository
        yield f"{at.owner}/{at.repo}/{without_suffix(at.path)}".rstrip("/")
