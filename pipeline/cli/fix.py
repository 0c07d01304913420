"""The command that repairs lists: `pipeline fix`. On stdout there is the patch alone."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from pipeline.cli.options import Config, ListsOfResults, Out, Quiet, settings_from
from pipeline.errors import ACTIONABLE, ConfigurationError

Diff = Annotated[
    bool, typer.Option("--diff", help="Print a patch for `git apply`. This is the default.")
]
Write = Annotated[
    bool,
    typer.Option(
        "--write", help="Change the files in place; for remote lists write a patch below OUT/fixes."
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CODE",
        help="Repair only this code (repeat it, or separate codes with commas). On request only:"
        " retitled, and fill (links and venues that the catalog knows and the list lacks).",
    ),
]
Check = Annotated[
    bool, typer.Option("--check", help="Exit 3 if something would change; write nothing.")
]
Sandbox = Annotated[bool, typer.Option("--sandbox", help="Use the sandbox's results and lists.")]


def fix(
    lists: ListsOfResults = None,
    config: Config = None,
    out: Out = None,
    sandbox: Sandbox = False,
    diff: Diff = False,
    write: Write = False,
    only: Only = None,
    check: Check = False,
    quiet: Quiet = False,
) -> None:
    """
    Repair what is certain, as a patch or in place; every other byte stays unchanged.

    Repairs come from the last run's findings and from the spelling of the links themselves.
    """
    from pipeline.cli.fix_session import Job, refuse_own_lists
    from pipeline.cli.output import print_patch
    from pipeline.links.ignores import ignores_of
    from pipeline.repair.fixes import checked_codes
    from pipeline.run.fixing import Wanted
    from pipeline.sources.ignore_file import read_ignores

    codes = checked_codes(only or ())
    if write and check:
        raise ConfigurationError("--check writes nothing, so it cannot be combined with --write")
    settings = settings_from(config, out=out, sandbox=sandbox)
    if write and sandbox:
        refuse_own_lists(settings, lists or [])
    rules = read_ignores(settings.ignore_file, required="ignore_file" in settings.origins)
    ignores = ignores_of(rules, (), datetime.now(UTC).date())
    job = Job(settings, Wanted(codes, asked=bool(only), ignores=ignores), quiet=quiet)
    fixed = job.fixed(job.read(lists or []))
    if diff or not write:
        patch = b"".join(one.patch for one in fixed)
        print_patch(patch)
    if write:
        job.write(fixed)
    if not any(one.patch for one in fixed):
        job.say("nothing to fix")
    elif check:
        raise typer.Exit(ACTIONABLE)
