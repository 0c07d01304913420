"""The command that answers a filled form: `pipeline publish add`."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.event_file import Event, read_event
from pipeline.cli.options import CacheDir, Config, Out
from pipeline.cli.publish import (
    GitHubUrl,
    MadeFrom,
    Repository,
    Write,
    contents_of,
    publish,
    settings_of,
)
from pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from pipeline.cli.add_session import Addition
    from pipeline.cli.fix_session import Job
    from pipeline.publishing.additions import Request, Told
    from pipeline.run.fixing import Target


def publish_add(
    event: Event = None,
    repository: Repository = "",
    github_url: GitHubUrl = None,
    made_from: MadeFrom = None,
    write: Write = False,
    config: Config = None,
    out: Out = None,
    cache_dir: CacheDir = None,
) -> None:
    """
    Turn a filled form for a new paper into a pull request, or say on the issue why not.

    The issue is read as data; the lists are those of the settings, in the current folder.
    """
    from pipeline.cli.add_session import RefusedError, job_of
    from pipeline.cli.output import say
    from pipeline.publishing.additions import request_of
    from pipeline.publishing.carry_out_add import publish_addition, publish_refusal

    if event is None:
        raise ConfigurationError("no event: --event names its file (or GITHUB_EVENT_PATH)")
    request = request_of(read_event(event))
    if isinstance(request, str):
        say(f"{request}: nothing is done")
        return
    settings = settings_of(config, out, github_url, cache_dir=cache_dir)
    has_token = settings.secret_for("github_token") is not None
    try:
        path, made = _made(job_of(settings, quiet=True), request)
    except RefusedError as refused:  # a fault of settings or files is nobody's who fills in a form
        refuse = partial(
            publish_refusal,
            request=request,
            sentence=refused.sentence,
            lines=refused.lines,
            has_token=has_token,
        )
        publish(settings, repository, refuse, write=write)
        return
    propose = partial(
        publish_addition,
        request=request,
        path=path,
        data=made.made.data,
        told=_told(path, made),
        has_token=has_token,
    )
    publish(settings, repository, propose, write=write, made_from=made_from or None)


def _made(job: "Job", request: "Request") -> "tuple[str, Addition]":
    """Return the list's path in the repository, and what is added to it; or raise why not."""
    from pipeline.cli.add_session import addition
    from pipeline.works.repositories import repository

    target = _target(job, request.list)
    ((path, _),) = contents_of([Path(target.shown)]).items()
    code = repository(request.code) if request.code else None
    url = code.url if code is not None and code.is_root else None
    made = addition(job, target, _typed(request), request.section or None, code=url)
    return path, made


def _typed(request: "Request") -> str:
    """Return what names the work: the link, where it is one of a work, else the title."""
    from pipeline.cli.add_session import RefusedError
    from pipeline.works.wanted import wanted

    if not request.works:
        raise RefusedError("the form names no paper")
    meant = {typed: wanted(typed) for typed in request.works}
    told = next((typed for typed, one in meant.items() if one.kind != "nothing"), None)
    if told is None:
        first = request.works[0]
        raise RefusedError(f"{first}: {meant[first].text}")
    return told


def _target(job: "Job", name: str) -> "Target":
    """Return the list that is meant: one of the settings' by its name, and no other file."""
    from pipeline.cli.add_session import RefusedError
    from pipeline.cli.lists import lists_by_default
    from pipeline.sources.lists import File

    targets = job.read(lists_by_default(job.settings))
    known = {word: one for one in targets for word in (one.names[0], one.shown)}
    names = ", ".join(one.names[0] for one in targets)
    if not targets:
        raise ConfigurationError("no list in Markdown could be read")
    if name and name not in known:
        raise RefusedError(f"there is no list “{name}”; there are {names}")
    if not name and len(targets) > 1:
        raise RefusedError(f"the form names no list; there are {names}")
    target = known[name] if name else targets[0]
    if not isinstance(target.location, File):
        raise RefusedError(f"{target.shown}: is no file of this repository")
    return target


def _told(path: str, addition: "Addition") -> "Told":
    from pipeline.publishing.additions import Told
    from pipeline.repair.adding.sections import shown
    from pipeline.run.look_up import names_of

    made = addition.made
    return Told(
        title=addition.paper.title,
        key=addition.paper.key,
        path=path,
        line=made.line,
        entry=made.text,
        section=shown(made.section),
        why_section=made.why_section,
        order=made.order,
        left_out=addition.left_out,
        names=frozenset(names_of(addition.paper)),
    )
