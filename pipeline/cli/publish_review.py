"""The command that reviews a pull request: `pipeline publish review`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from pipeline.cli.event_file import Event, read_event
from pipeline.cli.options import CacheDir, Config, Out
from pipeline.cli.publish import GitHubUrl, Repository, Write, publish, settings_of
from pipeline.errors import ConfigurationError, reason_of

if TYPE_CHECKING:
    from pipeline.formats.review_json import Found
    from pipeline.publishing.carry_out import Say
    from pipeline.records.reviews import ChangedList, Reviewed
    from pipeline.settings.model import Settings
    from pipeline.sources.github.api import GitHubApi
    from pipeline.sources.lists import ListSource

Lists = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="LIST",
        help="The lists to look at, as the base branch has them. Without one: the local lists of"
        " the config file, else README.md.",
    ),
]
Pull = Annotated[
    int | None, typer.Option(min=1, help="Number of the pull request; else the event's.")
]
TimeBudget = Annotated[
    str | None, typer.Option(help="Ask no source after this time (90s, 5m). [default: 5m]")
]

Save = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Write what was found to a file, for another job: then nothing is sent, and the token"
        " needs to read alone.",
    ),
]
Load = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Say what `--save` has found, and ask nobody but GitHub's API."
    ),
]

README: Final = "README.md"
BUDGET: Final = "5m"


def publish_review(
    lists: Lists = None,
    pull: Pull = None,
    event: Event = None,
    repository: Repository = "",
    github_url: GitHubUrl = None,
    write: Write = False,
    save: Save = None,
    load: Load = None,
    time_budget: TimeBudget = None,
    config: Config = None,
    out: Out = None,
    cache_dir: CacheDir = None,
) -> None:
    """
    Review the entries that a pull request adds or changes: one comment, and lines that mend them.

    What the pull request holds is read as data from GitHub's interface, and never run; settings and
    lists are those of the current folder, which should be the base branch.
    """
    from functools import partial

    from pipeline.publishing.carry_out_review import find_review, publish_found
    from pipeline.publishing.carry_out_review import publish_review as carry_out
    from pipeline.sources.changed_lists import names_of
    from pipeline.wiring import lists_of

    if write and save:
        raise ConfigurationError("--save sends nothing, so it cannot be combined with --write")
    settings = settings_of(config, out, github_url, cache_dir=cache_dir, time_budget=time_budget)
    if settings.time_budget is None:
        settings = settings_of(config, out, github_url, cache_dir=cache_dir, time_budget=BUDGET)
    has_token = settings.secret_for("github_token") is not None
    number = pull or _number_in(event)
    if load is not None:
        call = partial(publish_found, found=_loaded(load, number), has_token=has_token)
        publish(settings, repository, call, write=write)
        return
    if number is None:
        raise ConfigurationError("no pull request: --pull names one, or --event its event")
    given = list(lists or ())
    words = given or [one for sources in settings.lists.values() for one in sources]
    if not words:
        given = words = [README]
    sources = lists_of(settings, given)
    named, look = names_of(sources, words), partial(_look, settings, sources)
    if save is None:
        all_of_it = partial(carry_out, number=number, named=named, look=look, has_token=has_token)
        publish(settings, repository, all_of_it, write=write)
        return

    async def found(api: "GitHubApi", *, say: "Say", **_: object) -> None:
        _saved(save, await find_review(api, number, named, look, has_token=has_token, say=say))

    publish(settings, repository, found, write=False)


def _saved(path: Path, found: "Found") -> None:
    from pipeline.formats.review_json import render_found
    from pipeline.storage.writer import write_files

    write_files(path.parent, {path.name: render_found(found)})


def _loaded(path: Path, number: int | None) -> "Found":
    """Return what another job has found about this pull request."""
    from pipeline.formats.review_json import LARGEST, parse_found

    try:
        text = path.read_text(encoding="utf-8") if path.stat().st_size <= LARGEST else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({reason_of(error)})") from error
    found = parse_found(text)
    if found is None:
        raise ConfigurationError(f"{path}: is nothing that `pipeline publish review --save` wrote")
    if number is not None and found.number != number:
        raise ConfigurationError(f"{path}: is about pull request {found.number}, not {number}")
    return found


def _number_in(path: Path | None) -> int | None:
    """Return the number of the pull request that an event is about; None for another event."""
    if path is None:
        return None
    found = read_event(path).get("pull_request")
    number = found.get("number") if isinstance(found, dict) else None
    return number if type(number) is int and number > 0 else None


async def _look(
    settings: "Settings", sources: "Sequence[ListSource]", lists: "Sequence[ChangedList]"
) -> "Reviewed":
    """Look the changed entries up; where there is none, no source is asked."""
    from pipeline.previous import read_previous
    from pipeline.progress import Silent
    from pipeline.records.reviews import Reviewed
    from pipeline.run.reviewing import reviewed, to_look_at
    from pipeline.run.state import Run
    from pipeline.sources.ignore_file import read_ignores
    from pipeline.sources.lists import file_of
    from pipeline.wiring import wire

    changed = {one.name for one in lists}
    files = {one.name: file_of(one) for one in sources if one.name in changed}
    bases = {name: path.read_bytes() for name, path in files.items() if path is not None}
    looks, notes = to_look_at(lists, bases)
    if not looks:
        return Reviewed()
    previous = read_previous(settings.out)
    rules = read_ignores(settings.ignore_file, required="ignore_file" in settings.origins)
    with wire(settings, previous.finished_at) as wiring:
        return await reviewed(Run(wiring, previous, Silent(), rules), looks, notes)
