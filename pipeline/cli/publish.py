"""The commands for CI: `pipeline publish issue|fixes|catalog|outputs`."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from pipeline.cli.groups import examples
from pipeline.cli.options import Config, Out
from pipeline.cli.output import print_lines, print_text, say, some, warn
from pipeline.errors import ACTIONABLE, INCOMPLETE, INTERRUPTED, ConfigurationError, OutputError
from pipeline.formats.files import CATALOG_FILE, LINKS, LINKS_FILE, REPORT, REPORT_JSON, RUN

if TYPE_CHECKING:
    from pipeline.formats.places import PlaceUrl
    from pipeline.formats.report_json import LinkReport
    from pipeline.formats.run_json import RunReport
    from pipeline.publishing.pulls import Change
    from pipeline.settings.model import Settings

publish_app = typer.Typer(
    help="Publish results on GitHub: one rolling issue, a pull request with fixes, one with the"
    " catalog, a review of those that others open. Without --write nothing is sent.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Repository = Annotated[
    str,
    typer.Option(
        metavar="OWNER/NAME", envvar="GITHUB_REPOSITORY", help="The repository to publish to."
    ),
]
GitHubUrl = Annotated[
    str | None,
    typer.Option(envvar="GITHUB_API_URL", help="GitHub's API, or an Enterprise Server's."),
]
Write = Annotated[
    bool, typer.Option("--write", help="Do it; without this, only print what would be done.")
]
RunUrl = Annotated[str | None, typer.Option(help="Address of the run, for the foot of the issue.")]
Files = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILE",
        help="The lists to compare. Without one: the local lists of the config file,"
        " else of the last run.",
    ),
]
MadeFrom = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="COMMIT",
        envvar="GITHUB_SHA",
        help="The commit that the working copy was made from: if a file has changed on the"
        " default branch since, nothing is proposed.",
    ),
]
ExitCode = Annotated[int, typer.Option(help="The exit code of `pipeline run`.")]
Fail = Annotated[
    str,
    typer.Option(
        metavar="never|actionable|new|incomplete",
        help="Exit 3 if there is a (new) error; 4 if the result is incomplete.",
    ),
]
FailIfEmpty = Annotated[
    bool, typer.Option("--fail-if-empty", help="Exit 2 if the lists have no entry.")
]
OutputFile = Annotated[
    Path | None,
    typer.Option(
        envvar="GITHUB_OUTPUT", help="File that name=value lines are added to. [default: stdout]"
    ),
]

FINISHED: Final = (0, ACTIONABLE, INCOMPLETE)
"""Exit codes of a run that has come to its end."""
CATALOG_FILES: Final = ("catalog", "history", "decisions.jsonl", LINKS, LINKS_FILE.folder)
IDLE_FILES: Final = (REPORT_JSON, REPORT)
"""They hold the time of the run: they go along with a change, and are none themselves."""


@publish_app.command("issue", epilog=examples("pipeline publish issue --repository owner/name"))
def publish_issue_command(
    repository: Repository = "",
    github_url: GitHubUrl = None,
    run_url: RunUrl = None,
    write: Write = False,
    config: Config = None,
    out: Out = None,
) -> None:
    """Keep one issue with what to act on: open it, change it in place, close it when clean."""
    from pipeline.cli.last_run import last_report
    from pipeline.formats.places import named_files
    from pipeline.formats.report import render_report
    from pipeline.publishing.carry_out import publish_issue
    from pipeline.sources.lists import paths_in_repository

    settings = settings_of(config, out, github_url)
    report = last_report(settings)
    paths = paths_in_repository(named_files(report))

    call = partial(publish_issue, report=report, render=render_report, run_url=run_url, paths=paths)
    publish(settings, repository, call, write=write)


@publish_app.command(
    "fixes", epilog=examples("pipeline publish fixes README.md --repository owner/name")
)
def publish_fixes_command(
    files: Files = None,
    repository: Repository = "",
    github_url: GitHubUrl = None,
    made_from: MadeFrom = None,
    write: Write = False,
    config: Config = None,
    out: Out = None,
) -> None:
    """Open a pull request with what `pipeline fix --write` has changed in the lists."""
    from pipeline.cli.last_run import last_report, local_lists
    from pipeline.publishing.carry_out import publish_pull
    from pipeline.publishing.pulls import FIXES, fixes_text
    from pipeline.sources.lists import File, find_lists

    settings = settings_of(config, out, github_url)
    # A file that is not there would look as if nothing differed, and close the pull request.
    sources = find_lists(files, {}) if files else local_lists(settings)
    places = [one.location for one in sources]
    contents = contents_of([place.path for place in places if isinstance(place, File)])
    report = last_report(settings) if (settings.out / REPORT_JSON).exists() else None
    names = _names(report, contents)

    def text_of(changes: "Sequence[Change]", place_url: "PlaceUrl") -> tuple[str, str]:
        changed = {change.path for change in changes}
        lists = {name: path for name, path in names.items() if path in changed}
        title = f"Repair links in {some(len(changes), 'list')}"
        return title, fixes_text(report, lists, place_url)

    call = partial(publish_pull, proposal=FIXES, files=contents, text_of=text_of)
    publish(settings, repository, call, write=write, made_from=made_from or None)


@publish_app.command("catalog", epilog=examples("pipeline publish catalog --repository owner/name"))
def publish_catalog_command(
    repository: Repository = "",
    github_url: GitHubUrl = None,
    made_from: MadeFrom = None,
    write: Write = False,
    config: Config = None,
    out: Out = None,
) -> None:
    """Open a pull request with the catalog, the reports and the history of the last run."""
    from pipeline.cli.last_run import last_report
    from pipeline.publishing.carry_out import publish_pull
    from pipeline.publishing.pulls import CATALOG, catalog_text
    from pipeline.storage.writer import finish_writing

    settings = settings_of(config, out, github_url)
    report = last_report(settings)
    if write and report.sandbox:
        raise ConfigurationError(f"{settings.out}: holds results of the sandbox")
    finish_writing(settings.out)
    contents = contents_of(_results(settings.out))
    idle = frozenset(contents_of([settings.out / name for name in IDLE_FILES]))

    def text_of(_: "Sequence[Change]", __: "PlaceUrl") -> tuple[str, str]:
        return "Renew the catalog", catalog_text(report)

    (known,) = contents_of([settings.out / REPORT_JSON])
    below = known.removesuffix(REPORT_JSON)
    _refuse_too_large(
        {path: contents.get(f"{below}{path}", b"") for path in (CATALOG_FILE.whole, LINKS)}
    )
    there = [one for one in (CATALOG_FILE, LINKS_FILE) if one.among(_below(below, contents))]

    def is_gone(path: str) -> bool:
        """Say whether it is the catalog or the links as they were, in one file or in parts."""
        return any(one.among(_below(below, [path])) for one in there)

    call = partial(
        publish_pull,
        proposal=CATALOG,
        files=contents,
        text_of=text_of,
        idle=idle,
        is_gone=is_gone,
    )
    publish(settings, repository, call, write=write, made_from=made_from or None)


@publish_app.command(
    "outputs", epilog=examples("pipeline publish outputs --exit-code 0 --fail new")
)
def publish_outputs_command(
    exit_code: ExitCode = 0,
    fail: Fail = "never",
    fail_if_empty: FailIfEmpty = False,
    github_output: OutputFile = None,
    config: Config = None,
    out: Out = None,
) -> None:
    """Write the outputs of a workflow step, and exit as the run did or as `--fail` demands."""
    from pipeline.formats.text import render_text
    from pipeline.previous import paths_of
    from pipeline.publishing.outputs import FAIL, outputs, verdict

    settings = settings_of(config, out, None)
    folder = settings.out
    run, report = _run_and_report(settings) if exit_code in FINISHED else (None, None)
    if fail not in FAIL:  # the run has happened all the same: later steps may read what it found
        values = outputs(run, report, folder, exit_code=ConfigurationError.exit_code)
        _write_outputs(github_output, values)
        raise ConfigurationError(f"--fail: should be one of {', '.join(FAIL)}")
    code = verdict(exit_code, run, report, fail=fail, fail_if_empty=fail_if_empty)
    in_parts = len(paths_of(folder, CATALOG_FILE)) > 1
    _write_outputs(github_output, outputs(run, report, folder, exit_code=code, in_parts=in_parts))
    if code == ACTIONABLE and report is not None:
        for line in render_text(report, new_only=fail == "new", errors_only=True).splitlines():
            say(line)
    raise typer.Exit(code)


def publish(
    settings: "Settings",
    repository: str,
    call: "Callable[..., Awaitable[object]]",
    *,
    write: bool,
    **more: object,
) -> None:
    """Open the door to GitHub and publish; the token goes to its API alone."""
    import asyncio

    from pipeline.clock import SystemClock
    from pipeline.sources.github.api import GitHubApi
    from pipeline.wiring import client_of

    owner, _, name = repository.partition("/")
    if not owner or not name or "/" in name:
        raise ConfigurationError("--repository: should be owner/name (or GITHUB_REPOSITORY)")
    for sentence in settings.withheld:
        warn(sentence)
    if write and settings.secret_for("github_token") is None:
        raise ConfigurationError("no GITHUB_TOKEN: nothing can be written without one")

    async def run() -> None:
        async with client_of(settings, SystemClock()) as client:
            wait = settings.longest_wait.total_seconds()
            api = GitHubApi(client, api_url=settings.github_url, name=repository, longest_wait=wait)
            await call(api, write=write, say=_print, **more)

    try:
        asyncio.run(run())
    except KeyboardInterrupt as error:
        raise typer.Exit(INTERRUPTED) from error


def settings_of(
    config: Path | None, out: Path | None, github_url: str | None, **more: object
) -> "Settings":
    """Return the settings of a command for CI; an empty variable of a workflow is none."""
    from pipeline.settings.loading import load

    return load({"out": out, "github_url": github_url or None, **more}, config)


def _run_and_report(settings: "Settings") -> "tuple[RunReport | None, LinkReport | None]":
    """Read what a run has left; warn of what is missing or broken."""
    from pipeline.cli.last_run import last_report
    from pipeline.formats.run_json import parse_run

    try:
        run = parse_run((settings.out / RUN).read_text(encoding="utf-8"))
        return run, last_report(settings)
    except (OSError, UnicodeDecodeError, ConfigurationError) as error:
        warn(f"the run left no result: {error}")
        return None, None


def _results(out: Path) -> list[Path]:
    """Return the files of the results that are worth committing."""
    found: list[Path] = []
    for path in (out / name for name in (*CATALOG_FILES, *IDLE_FILES)):
        found += sorted(path.rglob("*")) if path.is_dir() else [path]
    return [path for path in found if path.is_file() and not path.name.startswith(".")]


def _refuse_too_large(whole: Mapping[str, bytes]) -> None:
    """Raise `ConfigurationError` for a file that GitHub would not take in one piece."""
    from pipeline.sources.github.pulls import LARGEST_FILE

    for path, content in whole.items():
        if len(content) > LARGEST_FILE:
            limit = min(20_000, content.count(b"\n") // 4)
            raise ConfigurationError(
                f"{path}: too large for GitHub ({len(content) / 1e6:,.0f} MB);"
                f" with `parts_above = {limit}` a run writes it in parts"
            )


def _below(folder: str, paths: Iterable[str]) -> list[str]:
    """Return the paths below a folder (with `/` at its end), as seen from there."""
    return [path.removeprefix(folder) for path in paths if path.startswith(folder)]


def contents_of(paths: "Sequence[Path]") -> dict[str, bytes]:
    """Return files by path in the repository; `ConfigurationError` for a link or one outside."""
    from pipeline.sources.lists import work_tree

    here = Path.cwd().resolve()
    root = work_tree(here / "file") or here  # the nearest folder above that has a `.git`
    found: dict[str, bytes] = {}
    for path in paths:
        real = path.resolve()
        if path.is_symlink() or not real.is_relative_to(root):
            raise ConfigurationError(f"{path}: is not a file of this repository")
        try:
            found[real.relative_to(root).as_posix()] = path.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from error
    return found


def _names(report: "LinkReport | None", contents: Mapping[str, bytes]) -> dict[str, str]:
    """Return the path in the repository of each list that a report names."""
    from pipeline.formats.report_json import files_of
    from pipeline.sources.lists import paths_in_repository

    files = files_of(report) if report else {}
    paths = paths_in_repository(files.values())
    return {name: paths[file] for name, file in files.items() if paths.get(file, "") in contents}


def _write_outputs(path: Path | None, values: Mapping[str, str]) -> None:
    text = "".join(f"{name}={value}\n" for name, value in values.items())
    if path is None:
        print_text(text)
        return
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror})") from error


def _print(line: str) -> None:
    from pipeline.formats.escape import terminal

    print_lines([terminal(line, 500)])
