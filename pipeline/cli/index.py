"""The commands of the offline index of arXiv: `pipeline index build` and `pipeline index info`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.groups import examples
from pipeline.cli.options import Config, Quiet
from pipeline.cli.output import say
from pipeline.errors import INTERRUPTED, ConfigurationError

if TYPE_CHECKING:
    from pipeline.progress import Progress
    from pipeline.sources.titles.build import BuildState, Listener
    from pipeline.sources.titles.index import IndexInfo
    from pipeline.sources.titles.update import Updated

index_app = typer.Typer(
    help="An offline index of arXiv's papers: records and title search without requests.",
    no_args_is_help=True,
)

MB = 1_000_000
NEWS_EVERY = 10_000
"""Papers between two words about what arXiv has told."""
SnapshotFile = Annotated[
    Path,
    typer.Argument(
        metavar="SNAPSHOT",
        help="arXiv's metadata snapshot as published (arxiv-metadata-oai-snapshot.json),"
        " as it is or compressed with gzip.",
    ),
]
CacheDir = Annotated[
    Path | None, typer.Option(help="Folder that the index lies in. [default: cache]")
]
TitlesOnly = Annotated[
    bool,
    typer.Option(
        "--titles-only", help="Leave the records out: a third of the size, for title search alone."
    ),
]


@index_app.command(
    "build", epilog=examples("pipeline index build arxiv-metadata-oai-snapshot.json")
)
def index_build(
    snapshot: SnapshotFile,
    config: Config = None,
    cache_dir: CacheDir = None,
    quiet: Quiet = False,
    titles_only: TitlesOnly = False,
) -> None:
    """Build the index; a build that was stopped goes on where it was."""
    from pipeline.cli.progress import progress
    from pipeline.settings.environment import in_ci
    from pipeline.settings.loading import load
    from pipeline.sources.titles.build import build, is_current
    from pipeline.sources.titles.index import index_info

    directory = load({"cache_dir": cache_dir}, config).cache_dir
    if is_current(snapshot, directory, titles_only=titles_only) and (info := index_info(directory)):
        _say(f"{info.path}: is the index of this snapshot already", quiet=quiet)
        return
    try:
        with progress(quiet=quiet, plain=in_ci()) as shown:
            info = build(snapshot, directory, listener(shown), titles_only=titles_only)
            shown.finish("index")
    except KeyboardInterrupt as error:
        _say("stopped; the next build goes on from here", quiet=quiet)
        raise typer.Exit(INTERRUPTED) from error
    for line in _described(info):
        _say(line, quiet=quiet)


@index_app.command("update", epilog=examples("pipeline index update"))
def index_update(config: Config = None, cache_dir: CacheDir = None, quiet: Quiet = False) -> None:
    """Add what has changed at arXiv since the index' newest day (OAI-PMH)."""
    import asyncio

    from pipeline.cli.progress import progress
    from pipeline.clock import SystemClock
    from pipeline.settings.environment import in_ci
    from pipeline.settings.loading import load
    from pipeline.sources.titles.update import Updated, update
    from pipeline.wiring import client_of

    settings, clock = load({"cache_dir": cache_dir}, config), SystemClock()

    async def updated(shown: "Progress") -> Updated:
        shown.watch((client := client_of(settings, clock)).busy)
        directory, watcher = settings.cache_dir, Watcher(shown)
        async with client:
            return await update(
                client,
                settings.oai_url,
                directory,
                clock.now(),
                heard=watcher.heard,
                copied=watcher.copied,
            )

    try:
        with progress(quiet=quiet, plain=in_ci()) as shown:
            done = asyncio.run(updated(shown))
    except KeyboardInterrupt as error:
        _say("stopped; the index stays as it was", quiet=quiet)
        raise typer.Exit(INTERRUPTED) from error
    counts = f"{done.papers:,} papers new or changed, {done.deleted:,} deleted"
    _say(f"{counts} since {done.since}; newest change {done.newest}", quiet=quiet)


@index_app.command("info", epilog=examples("pipeline index info"))
def index_info_command(config: Config = None, cache_dir: CacheDir = None) -> None:
    """Say what the index holds, and of which snapshot."""
    from pipeline.settings.loading import load
    from pipeline.sources.titles.index import index_info

    directory = load({"cache_dir": cache_dir}, config).cache_dir
    info = index_info(directory)
    if info is None:
        raise ConfigurationError(
            f"{directory}: no title index exists there; `pipeline index build SNAPSHOT` makes one"
        )
    for line in _described(info):
        typer.echo(line)


def _described(info: "IndexInfo") -> list[str]:
    from pipeline.formats.escape import terminal

    of = f"{info.snapshot_size / 1e6:,.1f} MB, {info.snapshot_time:%Y-%m-%d}"
    lines = [
        f"{info.path}: {info.papers:,} papers, {info.size_bytes / 1e6:,.1f} MB",
        f"  of {terminal(info.snapshot)} ({of})",
    ]
    if info.newest:
        lines.append(f"  newest change {info.newest}: later papers are not in it")
    if not info.has_records:
        lines.append("  titles only: records are asked for")
    if info.damaged:
        lines.append(f"  {info.damaged:,} lines of it were no paper's metadata")
    return lines


def _say(line: str, *, quiet: bool) -> None:
    if not quiet:
        say(line)


def listener(shown: "Progress") -> "Listener":
    """Return what shows how far a build is, in MB of the snapshot."""
    done = -1

    def listen(state: "BuildState") -> None:
        nonlocal done
        if done < 0:
            shown.start("index", state.total // MB)
            done = 0
        shown.advance("index", state.position // MB - done)
        done = state.position // MB
        if state.finishing:
            shown.note(f"index: {state.papers:,} papers read; finishing")

    return listen


class Watcher:
    """Shows how far an update is: what arXiv has told, then the MB of the index that are copied."""

    def __init__(self, shown: "Progress") -> None:
        self._shown = shown
        self._told = 0
        self._copied = -1

    def heard(self, done: "Updated") -> None:
        """Say so at the first page, and then after every ten thousand papers."""
        if done.papers >= self._told:
            self._shown.note(f"index: {done.papers:,} papers new or changed so far")
            self._told = done.papers + NEWS_EVERY

    def copied(self, bytes_: int, total: int) -> None:
        """See `pipeline.sources.titles.update.Copied`."""
        if self._copied < 0:
            self._shown.start("copy", total // MB)
            self._copied = 0
        self._shown.advance("copy", bytes_ // MB - self._copied)
        self._copied = bytes_ // MB
        if bytes_ == total:
            self._shown.finish("copy")
