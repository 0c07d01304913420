"""The command line: flags → settings → run → summary → exit code."""

import atexit
import errno
import gc
import logging
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from pipeline import DOCS, __version__
from pipeline.cli.add import add
from pipeline.cli.cache import cache_app
from pipeline.cli.diff import diff
from pipeline.cli.doctor import doctor
from pipeline.cli.explain import explain, explained_line
from pipeline.cli.export import export
from pipeline.cli.fix import fix
from pipeline.cli.groups import Commands, examples
from pipeline.cli.index import index_app
from pipeline.cli.init import init
from pipeline.cli.lint import lint
from pipeline.cli.lists import lists_at_hand
from pipeline.cli.missing import missing
from pipeline.cli.options import CacheDir, Config, Lists, Out, Quiet
from pipeline.cli.output import discard, flush, prepare_streams, print_lines, print_text, say, warn
from pipeline.cli.publish import publish_app
from pipeline.cli.publish_add import publish_add
from pipeline.cli.publish_review import publish_review
from pipeline.cli.report import Form, rendered, report
from pipeline.cli.review import review
from pipeline.cli.serve import serve
from pipeline.errors import INTERRUPTED, UNREAD, ConfigurationError, PipelineError
from pipeline.records.memory import collector_rare

if TYPE_CHECKING:
    from pipeline.settings.model import Settings

app = typer.Typer(
    name="pipeline",
    cls=Commands,
    help="Keep curated paper lists alive: find out which paper every entry means, enrich it,"
    " check every link, report what to do.",
    epilog=examples(
        "pipeline check README.md     say what is wrong with a list",
        "pipeline fix --write         repair what is certain",
        "pipeline check --sandbox     try it: no network, no key",
    )
    + f"\n\nDocumentation: {DOCS}",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


ERROR_LIMIT: Final = 2_000
"""Characters of a sentence about what is wrong; it may quote a file."""

run_app = typer.Typer(
    cls=Commands,
    rich_markup_mode=None,
    help="Run the pipeline, or the first stages of it.",
    no_args_is_help=True,
    epilog="Exit codes: 0 done; 1 could not finish; 2 usage or configuration; 3 --strict and there"
    " is an error; 4 --strict and the result is incomplete; 130 interrupted.",
)

app.add_typer(run_app, name="run")
app.add_typer(cache_app, name="cache", cls=Commands)
app.add_typer(index_app, name="index", cls=Commands)
publish_app.command(
    "review", epilog=examples("pipeline publish review --pull 12 --repository owner/name")
)(publish_review)
publish_app.command(
    "add", epilog=examples("pipeline publish add --event event.json --repository owner/name")
)(publish_add)
app.add_typer(publish_app, name="publish", cls=Commands)


def _add(command: Callable[..., None], *lines: str) -> None:
    """Add a command under its own name, with examples at the end of its help."""
    app.command(command.__name__, epilog=examples(*lines))(command)


_add(export, "pipeline export bibtex > papers.bib", "pipeline export sqlite --out papers.db")
_add(serve, "pipeline serve")
_add(report, "pipeline report --format sarif > links.sarif")
_add(diff, "pipeline diff", "pipeline diff HEAD~1 --format markdown")
_add(missing, "pipeline missing", "pipeline missing --limit 5 --format markdown")
_add(fix, "pipeline fix | git apply", "pipeline fix README.md --write --only link-moved")
_add(
    add,
    "pipeline add 2305.00447",
    "pipeline add https://doi.org/10.1145/3604915 --section Surveys --write",
)
_add(lint, "pipeline lint README.md")
_add(init, "pipeline init --dry-run")
_add(doctor, "pipeline doctor")
_add(review, "pipeline review")
_add(explain, "pipeline explain README.md:50", "pipeline explain link-dead")

STAGES = {
    "enrich": "All five stages; write catalog and reports.",
    "parse": "Read the lists; print one entry a line as JSON.",
    "resolve": "Read and identify; print one paper a line as JSON.",
    "fetch": "Read, identify and fetch; print one paper a line as JSON.",
    "check": "Everything but the writing; print one link a line as JSON.",
}

CHECK: Final = (
    "Check the links and papers of a list, and report what to do. Without a LIST it takes the lists"
    " of the config file, else the README of this folder. It does what `run enrich` does."
)

Offline = Annotated[bool, typer.Option("--offline", help="Use the cache only, never the network.")]
Refresh = Annotated[
    str | None,
    typer.Option(
        metavar="all|arxiv|github|links", help="Request these again, whatever the cache has."
    ),
]
Sandbox = Annotated[
    bool,
    typer.Option("--sandbox", help="Run on built-in lists, against a replica: no network, no key."),
]
Scenario = Annotated[
    str | None,
    typer.Option(help="What fails in the sandbox; docs/getting-started.md has the names."),
]
Strict = Annotated[
    str | None,
    typer.Option(
        "--strict",
        metavar="[all|new]",
        help="Exit 3 if a link leads nowhere, or a paper is wrong or missing (new: only what the"
        " last report did not have), 4 if the result is incomplete.",
    ),
]
MaxRequests = Annotated[
    int | None,
    typer.Option(
        metavar="NUMBER", help="Stop after this many requests; the next run does the rest."
    ),
]
Quick = Annotated[
    bool,
    typer.Option(
        "--quick", help="Leave the second look at links that seem to be gone to the next run."
    ),
]
ChangedSince = Annotated[
    str | None,
    typer.Option(
        metavar="REF",
        help="Check only links on lines added in git since this commit (with `run check`).",
    ),
]
Format = Annotated[
    Form | None,
    typer.Option(
        "--format", help="Print the report in this form; github means annotations for a workflow."
    ),
]
ListsFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="A file with the lists: on each line a name, a tab and a source.",
    ),
]
TimeBudget = Annotated[
    str | None,
    typer.Option(
        metavar="DURATION",
        help="Stop sending requests after this time (90s, 15m, 2h); the next run does the rest.",
    ),
]
ExecutorPlace = Annotated[
    str | None,
    typer.Option(
        "--executor",
        metavar="WHERE",
        help="Who does the pure work: local, dask, or dask://HOST:PORT of a cluster you trust.",
    ),
]
Why = Annotated[
    str | None,
    typer.Option(
        "--explain",
        metavar="FILE:LINE",
        help="Say why a line was read as it was, and read nothing else (with `run parse`).",
    ),
]
ShowAll = Annotated[
    bool, typer.Option("--all", help="List all that is to be done, more than a screenful.")
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print every request and setting.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pipeline {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Keep curated paper lists alive."""


def _command(
    stage: str, lists_of: "Callable[[Settings, list[str]], list[str]] | None" = None
) -> Callable[..., None]:
    """Return the command of one stage: all take the same arguments; `lists_of` may add lists."""

    def command(
        lists: Lists = None,
        lists_file: ListsFile = None,
        config: Config = None,
        out: Out = None,
        cache_dir: CacheDir = None,
        offline: Offline = False,
        refresh: Refresh = None,
        sandbox: Sandbox = False,
        scenario: Scenario = None,
        strict: Strict = None,
        time_budget: TimeBudget = None,
        max_requests: MaxRequests = None,
        quick: Quick = False,
        changed_since: ChangedSince = None,
        form: Format = None,
        executor: ExecutorPlace = None,
        why: Why = None,
        show_all: ShowAll = False,
        quiet: Quiet = False,
        verbose: Verbose = False,
    ) -> None:
        flags = {
            "lists_file": lists_file,
            "out": out,
            "cache_dir": cache_dir,
            "offline": offline or None,
            "refresh": refresh,
            "sandbox": sandbox or None,
            "scenario": scenario,
            "strict": strict,
            "time_budget": time_budget,
            "max_requests": max_requests,
            "quick": quick or None,
            "changed_since": changed_since,
            "executor": executor,
        }
        if form is not None and stage not in ("enrich", "check"):
            raise ConfigurationError("--format goes with `run enrich` and `run check`")
        if lists and lists_file is not None:
            raise ConfigurationError("--lists-file takes the place of LIST: give one of both")
        if why is not None:
            if stage != "parse":
                raise ConfigurationError("--explain goes with `run parse`")
            print_lines(explained_line(why))
            raise typer.Exit
        _log(quiet=quiet, verbose=verbose)
        settings = _settings(flags, config)
        given = lists_of(settings, lists or []) if lists_of else lists or []
        raise typer.Exit(_run(stage, given, settings, form, quiet=quiet, show_all=show_all))

    return command


SHOWN: Final = {
    "enrich": "pipeline run enrich README.md --time-budget 15m",
    "parse": "pipeline run parse README.md | jq .title",
    "resolve": "pipeline run resolve README.md > papers.jsonl",
    "fetch": "pipeline run fetch README.md > papers.jsonl",
    "check": "pipeline run check README.md --changed-since origin/main --format github",
}
for _stage, _help in STAGES.items():
    run_app.command(_stage, help=_help, epilog=examples(SHOWN[_stage]))(_command(_stage))
app.command("check", help=CHECK, epilog=examples("pipeline check README.md"))(
    _command("enrich", lists_at_hand)
)


def _settings(flags: Mapping[str, object], config: Path | None) -> "Settings":
    from pipeline.formats.toml_text import toml_value
    from pipeline.settings.loading import load

    settings = load(flags, config)
    for name, origin in sorted(settings.origins.items()):
        value = toml_value(getattr(settings, name))
        logging.getLogger("pipeline").info("%s = %s (%s)", name, value, origin)
    return settings


def _run(
    stage: str,
    lists: Sequence[str],
    settings: "Settings",
    form: Form | None,
    *,
    quiet: bool,
    show_all: bool,
) -> int:
    """Do one run and say how it went; return the exit code."""
    from pipeline.cli.console import explain_exit, summarise
    from pipeline.cli.progress import progress
    from pipeline.enrich import enrich
    from pipeline.formats.report_json import unobeyed_json
    from pipeline.settings.environment import in_ci

    wanted = form is not None or not quiet
    try:
        with progress(quiet=quiet, plain=in_ci()) as listener:
            result = enrich(settings, lists, until=stage, reported=wanted, progress=listener)
    except KeyboardInterrupt:
        kept = f"the answers so far are kept in {settings.cache_dir}, and the next run uses them"
        warn(f"the run was interrupted before its end: {kept}")
        return INTERRUPTED
    if form is not None and result.link_report is not None:
        print_text(rendered(result.link_report, form, kept=stage == "enrich"))
    else:
        print_lines(map(unobeyed_json, result.lines))
    if not quiet:
        everything = show_all or settings.strict != "no"  # no failure without all its reasons
        summarise(result, findings=form is None, everything=everything)
    if form != "text":
        explain_exit(result, new_only=settings.strict == "new", quiet=quiet)
    return result.report.exit_code


def _log(*, quiet: bool, verbose: bool) -> None:
    """Configure the package's own logger, never the root."""
    from pipeline.cli.console import log_handler

    logger = logging.getLogger("pipeline")
    logger.handlers[:] = [log_handler()]
    logger.setLevel(logging.ERROR if quiet else logging.DEBUG if verbose else logging.WARNING)
    logger.propagate = True
    # The arxiv package warns of answers that we have judged ourselves by then.
    logging.getLogger("arxiv").addHandler(logging.NullHandler())


def main() -> None:
    """
    Run the command line; whatever goes wrong becomes one sentence and an exit code.

    A `PipelineError` has its own; of a fault of the program, `--verbose` shows the traceback.
    """
    atexit.register(gc.freeze)  # nothing need be looked through that ends with the process
    prepare_streams()
    try:
        try:
            with collector_rare():
                app(prog_name="pipeline")
        finally:
            flush()
    except PipelineError as error:
        say(f"error: {error}", ERROR_LIMIT)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno != errno.EPIPE:  # whoever read our output has gone: say nothing
            say(f"error: {error.filename or 'the system'}: {error.strerror or 'input or output'}")
        discard()
        sys.exit(UNREAD if error.errno == errno.EPIPE else 1)
    except Exception as error:  # noqa: BLE001  the last line: no input ends in a traceback
        say(f"error: a fault of the program ({type(error).__name__}); please report it")
        if logging.getLogger("pipeline").isEnabledFor(logging.DEBUG):
            traceback.print_exc()
        else:
            say("`--verbose` of `pipeline run` shows where it is")
        sys.exit(1)
