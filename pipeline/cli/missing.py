"""The command `pipeline missing`: works that the lists of the last run may be missing."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipeline.cli.options import CacheDir, Config, Out, settings_from
from pipeline.cli.output import print_text, say, some, warn
from pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from pipeline.previous import Previous
    from pipeline.records.outcomes import Deferred
    from pipeline.records.suggestions import Suggestion
    from pipeline.settings.model import Settings

OnlyLists = Annotated[
    list[str] | None,
    typer.Option("--list", metavar="NAME", help="Only what this list is missing; may be repeated."),
]
Cited = Annotated[
    int,
    typer.Option("--cited", min=1, help="By so many papers of a list a work is cited at least."),
]
InLists = Annotated[
    int, typer.Option("--lists", min=1, help="Or it is in so many other lists at least.")
]
Limit = Annotated[int, typer.Option("--limit", min=1, help="Works of each list at most.")]
Format = Annotated[
    Literal["text", "markdown", "json"], typer.Option("--format", help="What to print.")
]
Offline = Annotated[bool, typer.Option("--offline", help="Use the cache only, never the network.")]
Sandbox = Annotated[
    bool, typer.Option("--sandbox", help="Use the sandbox's results, and its replica of OpenAlex.")
]


def missing(
    config: Config = None,
    out: Out = None,
    cache_dir: CacheDir = None,
    only: OnlyLists = None,
    cited: Cited = 3,
    in_lists: InLists = 2,
    limit: Limit = 20,
    *,
    form: Format = "text",
    offline: Offline = False,
    sandbox: Sandbox = False,
) -> None:
    """
    Suggest works that a list may be missing: its papers cite them, or other lists have them.

    What papers cite is asked of OpenAlex, a hundred papers to a request. Nothing is inserted.
    """
    from pipeline.cli.console import path_from_here
    from pipeline.cli.last_run import last_run
    from pipeline.formats.missing import render_json, render_markdown, render_text
    from pipeline.previous import last_files

    settings = settings_from(config, out=out, cache_dir=cache_dir, offline=offline, sandbox=sandbox)
    previous = last_run(settings)
    names = dict.fromkeys(entry.list for paper in previous.papers for entry in paper.mentions)
    for name in only or ():
        if name not in names:
            raise ConfigurationError(f"--list {name}: no such list; there are {', '.join(names)}")
    found, deferred = _asked(settings, previous, cited, in_lists, limit)
    for one in deferred:
        warn(f"{one.what}: {some(one.count, 'work')} left out: {one.reason}")
    shown = [one for one in found if not only or one.list in only]
    if form != "text":
        print_text({"markdown": render_markdown, "json": render_json}[form](shown))
    else:
        files = last_files(settings.out)
        print_text(render_text(shown, {name: path_from_here(path) for name, path in files.items()}))
        add = "pipeline add --sandbox" if sandbox else "pipeline add"
        hint = f"; `{add} KEY --list NAME` adds one" if shown else ""
        say(f"{some(len(shown), 'work')} may be missing{hint}")


def _asked(
    settings: "Settings", previous: "Previous", cited: int, in_lists: int, limit: int
) -> "tuple[tuple[Suggestion, ...], list[Deferred]]":
    """Ask what the papers of the last run cite."""
    import asyncio

    from pipeline.stages.afterwards import Tallied
    from pipeline.stages.missing import missing as look
    from pipeline.wiring import wire

    with wire(settings, previous.finished_at) as wiring:
        sources = wiring.citations()
        references, works = Tallied(sources[0]), Tallied(sources[1])

        async def ask() -> "tuple[Suggestion, ...]":
            async with wiring.client:
                return await look(
                    previous.papers,
                    references=references,
                    works=works,
                    least_citing=cited,
                    least_lists=in_lists,
                    limit=limit,
                )

        return asyncio.run(ask()), [*references.deferred(), *works.deferred()]
