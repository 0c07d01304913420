"""What has happened since the last run over the same lists, and who publishes it."""

from collections.abc import Iterable, Iterator

from pipeline import __version__
from pipeline.formats.files import EVENTS
from pipeline.links.history import parse_history
from pipeline.records.events import Change
from pipeline.run.state import Run
from pipeline.settings.model import Settings
from pipeline.sources.git_history import github_repository
from pipeline.sources.lists import File, GitHubFile, GitHubFolder, ListSource
from pipeline.urls import request_key
from pipeline.works.changes import Scope, changes
from pipeline.works.differing import Difference
from pipeline.works.events import Publisher, parse_events, publisher_of, told_by


def changes_since(run: Run, difference: Difference) -> tuple[Change, ...]:
    """
    Return what has happened and was not told by an earlier run; `difference` is that of both.

    The papers of a list that is read for the first time are not new. Nor are those that another
    version of this program finds or loses in the same text, unless git knows when they came.
    """
    events, faults = parse_events(run.previous.events)
    run.warnings += [f"{EVENTS}: {fault}" for fault in faults]
    if not (run.previous.lists or run.previous.papers or run.previous.links):
        return ()
    known = {one.name for one in run.previous.lists if one.entries or not one.stale}
    told = told_by(events)
    before, after = difference.told(told.links, run.ignores.visible)
    history, _ = parse_history(run.previous.history)
    alive = {url for url, past in history.items() if past.last_alive_at is not None}
    seen_alive = (link.url for link in after.links or () if request_key(link.url) in alive)
    found = changes(
        before,
        after,
        scope=Scope(known, {one.name for one in run.lists if not one.stale}),
        told=told,
        seen_alive=set(seen_alive),
    )
    return tuple(one for one in found if _is_of_the_list(run, one))


def _is_of_the_list(run: Run, change: Change) -> bool:
    """Say whether it was the list that changed, and not how it is read."""
    last, at = run.previous.report, run.previous.finished_at
    if change.kind not in ("added", "removed") or last is None or last.version == __version__:
        return True
    return change.added is not None and at is not None and change.added >= at.date()


def publisher(settings: Settings, sources: Iterable[ListSource]) -> Publisher:
    """Return who publishes the results: of the setting `site`, else of the first list's address."""
    known = list(sources)
    repository = None if settings.sandbox else next(_repositories(known), None)
    return publisher_of(settings.site, repository, {one.name for one in known})


def _repositories(sources: Iterable[ListSource]) -> Iterator[str]:
    for source in sources:
        place = source.location
        if isinstance(place, GitHubFile | GitHubFolder):
            yield f"{place.owner}/{place.repo}"
        elif isinstance(place, File) and (found := github_repository(place.path)):
            yield found
