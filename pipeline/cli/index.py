"""
The commands of the title index: `pipeline index build` and `pipeline index info`.

Heavy modules are imported when a command starts, so that `--help` answers at once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import Config, Quiet
from pipeline.cli.output import say
from pipeline.errors import INTERRUPTED, ConfigurationError

if TYPE_CHECKING:
    from pipeline.sources.titles.build import BuildState, Listener
    from pipeline.sources.titles.index import IndexInfo

index_app = typer.Typer(
    help="An offline index of arXiv's titles, so that titles are searched without requests.",
    no_args_is_help=True,
)

SnapshotFile = Annotated[
    Path,
    typer.Argument(
        metavar="SNAPSHOT",
        help="arXiv's metadata snapshot as published (arxiv-metadata-oai-snapshot.json),"
        " as it is or compressed with gzip.",
        show_default=False,
    ),
]
CacheDir = Annotated[
    Path | None,
    typer.Option(help="Folder that the index lies in. [default: cache]", show_default=False),
]


@index_app.command("build")
def index_build(
    snapshot: SnapshotFile, config: Config = None, cache_dir: CacheDir = None, quiet: Quiet = False
) -> None:
    """Build the index; a build that was stopped goes on where it was."""
    from pipeline.settings import in_ci
    from pipeline.sources.titles.build import build, is_current
    from pipeline.sources.titles.index import index_info

    directory = _directory(config, cache_dir)
    if is_current(snapshot, directory) and (info := index_info(directory)):
        _say(f"{info.path}: is the index of this snapshot already", quiet=quiet)
        return
    try:
        with _progress(quiet=quiet, plain=in_ci()) as listener:
            info = build(snapshot, directory, listener)
    except KeyboardInterrupt as error:
        _say("stopped; the next build goes on from here", quiet=quiet)
        raise typer.Exit(INTERRUPTED) from error
    for line in _described(info):
        _say(line, quiet=quiet)


@index_app.command("info")
def index_info_command(config: Config = None, cache_dir: CacheDir = None) -> None:
    """Say what the index holds, and of which snapshot."""
    from pipeline.sources.titles.index import index_info

    directory = _directory(config, cache_dir)
    info = index_info(directory)
    if info is None:
        raise ConfigurationError(
            f"{directory}: no title index exists there; `pipeline index build SNAPSHOT` makes one"
        )
    for line in _described(info):
        typer.echo(line)


def _directory(config: Path | None, cache_dir: Path | None) -> Path:
    from pipeline.settings import load

    return load({"cache_dir": cache_dir}, config).cache_dir


def _described(info: "IndexInfo") -> list[str]:
    from pipeline.formats.escape import terminal

    of = f"{info.snapshot_size / 1e6:,.1f} MB, {info.snapshot_time:%Y-%m-%d}"
    lines = [
        f"{info.path}: {info.papers:,} papers, {info.size_bytes / 1e6:,.1f} MB",
        f"  of {terminal(info.snapshot)} ({of})",
    ]
    if info.newest:
        lines.append(f"  newest change {info.newest}: later papers are not in it")
    if info.damaged:
        lines.append(f"  {info.damaged:,} lines of it were no paper's metadata")
    return lines


def _say(line: str, *, quiet: bool) -> None:
    if not quiet:
        say(line)


@contextmanager
def _progress(*, quiet: bool, plain: bool) -> "Iterator[Listener]":
    """Show how a build goes on: a bar on a terminal, lines elsewhere, nothing where `quiet`."""
    from rich.console import Console

    console = Console(stderr=True)
    if quiet:
        yield lambda _state: None
    elif plain or not console.is_terminal:
        yield plain_listener(lambda line: _say(line, quiet=False))
    else:
        with _bar() as listener:
            yield listener


def plain_listener(say: Callable[[str], None]) -> "Listener":
    """Return a listener that says a line at the beginning, for each tenth, and before the end."""
    told: list[int] = []

    def listen(state: "BuildState") -> None:
        tenth = state.position * 10 // state.total
        if state.finishing:
            say(f"index: {state.papers:,} papers read; finishing")
        elif not told or tenth > told[-1]:
            told.append(tenth)
            done = f"{state.position / 1e6:,.0f} of {state.total / 1e6:,.0f} MB"
            say(f"index: {done}, {state.papers:,} papers")

    return listen


@contextmanager
def _bar() -> "Iterator[Listener]":
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description:<24}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[papers]:,} papers"),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task("reading the snapshot", total=None, papers=0)

        def listen(state: "BuildState") -> None:
            words = "putting it in order" if state.finishing else "reading the snapshot"
            bars.update(
                task,
                description=words,
                total=state.total,
                completed=state.position,
                papers=state.papers,
            )

        yield listen
