"""The command `pipeline diff`: what has changed between two results."""

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from os.path import exists
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeVar

import typer

from pipeline.cli.options import Config, SandboxResults, settings_from
from pipeline.cli.output import print_text, say, some, warn
from pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from pipeline.formats.parts import LongFile
    from pipeline.works.changes import Result

T = TypeVar("T")
PURPOSE: Final = "diff"
COMMITTED: Final = "HEAD"

Old = Annotated[
    str | None,
    typer.Argument(
        metavar="OLD",
        help="A results folder, a catalog.jsonl, or a git revision of the results folder (main,"
        " HEAD~5, v1). [default: HEAD, the committed results]",
    ),
]
New = Annotated[
    str | None,
    typer.Argument(metavar="NEW", help="The same. [default: the results folder as it is]"),
]
Format = Annotated[
    Literal["text", "markdown", "json"], typer.Option("--format", help="What to print.")
]
Results = Annotated[
    Path | None,
    typer.Option(
        "--out",
        help="Folder of the results. [default: data; in the sandbox data/sandbox]",
    ),
]


def diff(
    old: Old = None,
    new: New = None,
    config: Config = None,
    out: Results = None,
    *,
    sandbox: SandboxResults = False,
    form: Format = "text",
) -> None:
    """
    Say what has changed from one result to another: papers, links, repositories.

    With one argument: a revision is compared with the results folder, and a file or folder with
    what is committed of it.
    """
    from pipeline.formats.changes import counted, render_json, render_markdown, render_text
    from pipeline.works.changes import changes

    settings = settings_from(config, out=out, sandbox=sandbox)
    before, after = _sides(old, new, settings.out)
    found = changes(before.result(), after.result())
    for side in (before, after):
        side.check()
    if (before.links is None) != (after.links is None):
        lacking = before if before.links is None else after
        warn(f"links are not compared: {lacking.name} has none")
    match form:
        case "text":
            print_text(render_text(found))
        case "markdown":
            print_text(render_markdown(found))
        case "json":
            print_text(render_json(found))
    if form == "text":
        say(counted(found) or "nothing has changed")


Lines = Callable[[], Iterable[str]]


@dataclass
class _Side:
    """One of the two results, read a line at a time."""

    name: str
    catalog: Lines
    links: Lines | None = None
    papers: int = 0
    damaged: list[str] = field(default_factory=list)

    def result(self) -> "Result":
        from pipeline.records.catalog import Paper
        from pipeline.records.links import LinkHealth
        from pipeline.works.changes import Result

        links = None if self.links is None else self._records(LinkHealth, self.links())
        return Result(self._records(Paper, self.catalog()), links)

    def _records(self, kind: type[T], lines: Iterable[str]) -> Iterator[T]:
        from pipeline.formats.jsonl import DamagedLine, each_line
        from pipeline.records.catalog import Paper

        for one in each_line(kind, lines):
            if isinstance(one, DamagedLine):
                self.damaged.append(f"line {one.line}: {one.reason}")
            else:
                self.papers += kind is Paper
                yield one

    def check(self) -> None:
        """Tell what could not be read; raise `ConfigurationError` where nothing could."""
        if self.damaged and not self.papers:
            raise ConfigurationError(f"{self.name}: is no catalog ({self.damaged[0]})")
        if self.damaged:
            number = some(len(self.damaged), "damaged line is", "damaged lines are")
            warn(f"{self.name}: {number} left out (the first is {self.damaged[0]})")


def _sides(old: str | None, new: str | None, out: Path) -> tuple[_Side, _Side]:
    """Return the two results that are meant."""
    if new is not None and old is not None:
        return _side(old, out), _side(new, out)
    if old is None:
        return _revision(COMMITTED, out), _path(out)
    if not exists(old):
        return _revision(old, out), _path(out)
    path = Path(old)
    if path.is_dir():
        return _revision(COMMITTED, path), _path(path)
    return _revision(COMMITTED, path.parent, path.name), _path(path)


def _side(text: str, out: Path) -> _Side:
    return _path(Path(text)) if exists(text) else _revision(text, out)


def _path(path: Path) -> _Side:
    from pipeline.formats.files import CATALOG_FILE, LINKS_FILE
    from pipeline.previous import paths_of

    if not path.is_dir():
        return _Side(str(path), _files([path]))
    catalog, links = paths_of(path, CATALOG_FILE), paths_of(path, LINKS_FILE)
    if not catalog:
        raise ConfigurationError(f"{path}: no catalog exists there; `pipeline check` writes one")
    return _Side(str(path), _files(catalog), _files(links) if links else None)


def _files(paths: Iterable[Path]) -> Lines:
    from pipeline.previous import lines_of

    return lambda: chain.from_iterable(map(lines_of, paths))


def _revision(ref: str, folder: Path, file: str = "") -> _Side:
    """Return the result below a folder as a commit has it; `file`: only this one, a catalog."""
    from pipeline.formats.files import CATALOG_FILE, LINKS_FILE
    from pipeline.formats.parts import LongFile
    from pipeline.sources.git_history import commit_of
    from pipeline.sources.git_program import shown

    try:
        commit = commit_of(folder, ref, PURPOSE)
    except ConfigurationError as error:
        if ref == COMMITTED:
            raise
        raise ConfigurationError(
            f"{shown(ref)}: no such file or folder, nor a git revision of {folder} ({error})"
        ) from error
    catalog = _committed(folder, commit, LongFile(file, file) if file else CATALOG_FILE)
    if catalog is None:
        raise ConfigurationError(f"{PURPOSE}: {ref} has no {folder / (file or CATALOG_FILE.whole)}")
    return _Side(ref, catalog, None if file else _committed(folder, commit, LINKS_FILE))


def _committed(folder: Path, commit: str, file: "LongFile") -> Lines | None:
    """Return a file below a folder as a commit has it, whole or in parts; None for no such."""
    from pipeline.sources.git_history import file_at, names_at

    def lines(names: Iterable[str]) -> Iterator[str]:
        for name in names:
            data = file_at(folder, commit, name, PURPOSE)
            yield from io.TextIOWrapper(
                io.BytesIO(data or b""), encoding="utf-8", errors="replace", newline="\n"
            )

    there = names_at(folder, commit, (file.whole, f"{file.folder}/"), PURPOSE)
    names = file.chosen(there)
    return partial(lines, names) if names else None
