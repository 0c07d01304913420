"""The command `pipeline cache`: look at the answers on disk, or delete them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.groups import examples
from pipeline.cli.options import CacheDir, Config, SandboxResults, settings_from
from pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from pipeline.cache import Cache

cache_app = typer.Typer(
    help="Show or delete the stored answers.", no_args_is_help=True, rich_markup_mode=None
)

OlderThan = Annotated[
    str, typer.Option(metavar="DURATION", help="Delete answers older than this (30d).")
]


@cache_app.command("info", epilog=examples("pipeline cache info"))
def cache_info(
    config: Config = None, cache_dir: CacheDir = None, sandbox: SandboxResults = False
) -> None:
    """Count the stored answers, by source and age."""
    with _opened(config, cache_dir, sandbox=sandbox) as cache:
        info = cache.info()
    typer.echo(f"{info.directory}: {info.entries} answers, {info.size_bytes / 1e6:.1f} MB")
    for source, count in info.by_source.items():
        typer.echo(f"  {source}: {count}")
    if info.oldest and info.newest:
        typer.echo(f"  answered from {info.oldest:%Y-%m-%d} to {info.newest:%Y-%m-%d}")


@cache_app.command("prune", epilog=examples("pipeline cache prune --older-than 30d"))
def cache_prune(
    older_than: OlderThan = "30d",
    config: Config = None,
    cache_dir: CacheDir = None,
    sandbox: SandboxResults = False,
) -> None:
    """Delete old answers."""
    from pipeline.settings.values import parse_duration

    try:
        age = parse_duration(older_than)
    except ValueError as error:
        raise ConfigurationError(f"--older-than: {error}") from error
    with _opened(config, cache_dir, sandbox=sandbox) as cache:
        count = cache.prune(datetime.now(UTC) - age)
    typer.echo(f"{count} answers deleted")


@cache_app.command("clear", epilog=examples("pipeline cache clear --sandbox"))
def cache_clear(
    config: Config = None, cache_dir: CacheDir = None, sandbox: SandboxResults = False
) -> None:
    """Delete every answer; the next run requests everything again."""
    with _opened(config, cache_dir, sandbox=sandbox) as cache:
        count = cache.clear()
    typer.echo(f"{count} answers deleted")


def _opened(config: Path | None, cache_dir: Path | None, *, sandbox: bool) -> "Cache":
    """Open the cache; looking at a cache, or emptying it, never makes one."""
    from pipeline.cache import Cache

    folder = settings_from(config, cache_dir=cache_dir, sandbox=sandbox).cache_dir
    if not (folder / "answers").is_dir():
        raise ConfigurationError(f"{folder}: no cache exists there")
    return Cache(folder)
