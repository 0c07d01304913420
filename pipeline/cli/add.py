"""The command that adds a work to a list: `pipeline add`. On stdout there is the patch alone."""

from typing import Annotated

import typer

from pipeline.cli.options import CacheDir, Config, Out, Quiet, settings_from

Work = Annotated[
    str,
    typer.Argument(
        metavar="WORK",
        help="An arXiv id or DOI in any spelling, the address of a paper (arXiv, DOI, OpenReview,"
        " ACL) or of its repository, or a title.",
    ),
]
List = Annotated[
    str | None,
    typer.Option("--list", metavar="LIST", help="The list, where there are several."),
]
Section = Annotated[
    str | None,
    typer.Option(
        metavar="HEADING",
        help="The section, or its path as `Methods > Graphs`. Without it the likeliest is taken,"
        " where one is.",
    ),
]
Diff = Annotated[
    bool, typer.Option("--diff", help="Print a patch for `git apply`. This is the default.")
]
Write = Annotated[
    bool,
    typer.Option(
        "--write", help="Change the file in place; for a remote list write a patch below OUT/fixes."
    ),
]
Yes = Annotated[
    bool,
    typer.Option(
        "--yes",
        help="Take the first candidate for a title, and let a work in beside one of its title.",
    ),
]
Offline = Annotated[bool, typer.Option("--offline", help="Use the cache only, never the network.")]
Sandbox = Annotated[bool, typer.Option("--sandbox", help="Use the sandbox's results and lists.")]


def add(
    work: Work,
    list_: List = None,
    section: Section = None,
    config: Config = None,
    out: Out = None,
    cache_dir: CacheDir = None,
    offline: Offline = False,
    sandbox: Sandbox = False,
    diff: Diff = False,
    write: Write = False,
    yes: Yes = False,
    quiet: Quiet = False,
) -> None:
    """
    Add a work to a list, in the list's own form and at its place; every other byte stays unchanged.

    What the list has already is refused, under whatever identifier it stands there.
    """
    from pipeline.cli.add_session import RefusedError, addition, chosen_target, job_of
    from pipeline.cli.fix_session import refuse_own_lists
    from pipeline.cli.output import print_patch, say
    from pipeline.sources.lists import File

    settings = settings_from(config, out=out, cache_dir=cache_dir, offline=offline, sandbox=sandbox)
    job = job_of(settings, quiet=quiet)
    target = chosen_target(job, list_)
    if write and sandbox and isinstance(target.location, File):
        refuse_own_lists(settings, [str(target.location.path)])
    try:
        made = addition(job, target, work, section, yes=yes)
    except RefusedError as error:
        for line in error.lines:
            say(f"  {line}")
        raise
    for line in made.told():
        job.say(line)
    patch = made.fixed.patch
    if diff or not write:
        print_patch(patch)
    if write:
        job.write([made.fixed])
