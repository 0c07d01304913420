"""The stages of a run, each with the sources that it needs."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any

from pipeline.errors import ConfigurationError
from pipeline.formats.exports.feeds import Channel
from pipeline.formats.exports.page.repairs import Repaired
from pipeline.formats.files import HISTORY
from pipeline.formats.report_json import LinkReport
from pipeline.formats.run_json import RunReport
from pipeline.links.accepts import accepts_of
from pipeline.links.changes import Added, only_touched, restricted_papers
from pipeline.links.history import parse_history, rewritten
from pipeline.network.outage import REMEMBERED, UNPROVEN, doubted_hosts
from pipeline.previous import gone, to_keep
from pipeline.progress import Silent
from pipeline.records.catalog import Paper
from pipeline.records.events import Event
from pipeline.records.links import LinkHealth
from pipeline.records.lists import ParsedList
from pipeline.records.suggestions import Suggestion
from pipeline.run.changes import publisher
from pipeline.run.memory import joined, keep, recalled
from pipeline.run.state import Run
from pipeline.sources.git import changed_lines
from pipeline.sources.lists import File, ListSource
from pipeline.stages.afterwards import Tallied, added_days, anchored, archived, saved, with_copies
from pipeline.stages.check import Checked, check
from pipeline.stages.compare import compare
from pipeline.stages.emit import render_files
from pipeline.stages.fetch import Fetched, fetch
from pipeline.stages.missing import missing
from pipeline.stages.resolve import (
    former_keys,
    resolve,
    resolve_by_title,
    search_for_denied,
    verify,
)
from pipeline.stages.supplement import Keys, supplement
from pipeline.storage.answers import statuses
from pipeline.storage.papers import Both, later
from pipeline.storage.spool import mentioning
from pipeline.storage.writer import noting, write_files
from pipeline.urls import request_key
from pipeline.works.decisions import DECISIONS, parse_decisions
from pipeline.works.events import NOBODY, appended, channel_of, event_of, parse_events


def added_to(sources: Sequence[ListSource], ref: str | None, until: str) -> dict[str, Added] | None:
    """Return the lines that git has added to each list since `ref`; None where all lines count."""
    if ref is None:
        return None
    if until != "check":
        raise ConfigurationError("--changed-since goes with `pipeline run check`")
    paths = {one.name: one.location.path for one in sources if isinstance(one.location, File)}
    if len(paths) < len(sources):
        raise ConfigurationError("--changed-since: git knows local files only, no remote lists")
    lines = changed_lines(list(paths.values()), ref)
    return {name: lines[path] for name, path in paths.items()}


async def identify(run: Run, lists: Sequence[ParsedList]) -> Sequence[Paper]:
    """Identify by links and by what other lists say, then by title."""
    decisions, faults = parse_decisions(run.previous.decisions)
    run.warnings += [f"{DECISIONS}: {fault}" for fault in faults]
    keep = run.keep
    papers = resolve(
        lists,
        today=run.wiring.started.date(),
        decisions=decisions,
        keep=keep,
        spread=run.spread,
    )
    if run.added is not None:
        papers = only_touched(papers, run.added)
    search = run.wiring.title_search(run.last)
    with run.wiring.title_index() as index:
        searched = await resolve_by_title(
            papers,
            search=search,
            decisions=decisions,
            local_index=index,
            progress=run.progress,
            keep=keep,
        )
    return former_keys(searched, run.last)


async def fetch_metadata(run: Run, papers: Sequence[Paper], lists: Sequence[ParsedList]) -> Fetched:
    """
    Ask arXiv, GitHub and the further sources; compare titles with the official ones.

    What is done to each paper is done in one go, where nobody has to be asked in between.
    """
    sources = run.wiring.supplements()
    keys = Keys(sources)
    fetched = await fetch(
        papers,
        lists,
        arxiv=run.wiring.arxiv(run.last),
        github=run.wiring.github(run.last),
        progress=run.progress,
        before=run.last,
        forges=run.wiring.forges(run.last),
        each=later,
        look_at=lambda papers, needs: run.look(papers, Both(needs, keys)),
        room=run.room,
    )
    progress = run.progress if sources else Silent()
    more = await supplement(
        fetched.papers,
        sources,
        progress,
        with_venues=run.with_venues,
        lists=lists,
        keys=keys,
        arxiv=fetched.arxiv,
        each=later,
        room=run.room,
    )
    compared = await compare(
        more.papers,
        first_versions=run.wiring.first_versions(),
        search=run.wiring.title_search(run.last, phrases_only=True),
        progress=Silent(),
        each=run.finish_each,
        change=run.finish_some,
    )
    if "missing" in statuses(fetched.arxiv):
        compared = await _without_denied_ids(run, compared)
    return replace(fetched, papers=compared, dois=more.dois)


async def _without_denied_ids(run: Run, papers: Sequence[Paper]) -> Sequence[Paper]:
    """Search by title for the papers whose id arXiv does not know."""
    decisions, _ = parse_decisions(run.previous.decisions)
    search = run.wiring.title_search(run.last)
    with run.wiring.title_index() as index:
        return await search_for_denied(
            papers,
            search=search,
            decisions=decisions,
            local_index=index,
            change=run.finish_some,
        )


async def say_unverified(
    run: Run, papers: Sequence[Paper], links: Sequence[LinkHealth]
) -> Sequence[Paper]:
    """Say of which papers no registry knows anything, by their titles and links."""
    web = run.wiring.web()

    def page_title(url: str) -> str | None:
        known = web.last_known(request_key(url))
        return known.value.title if known is not None else None

    decisions, _ = parse_decisions(run.previous.decisions)
    return await verify(
        papers,
        links=links,
        page_title=page_title,
        registries=run.wiring.registries(),
        year=run.wiring.started.year,
        decisions=decisions,
        change=run.finish_some,
    )


async def suggest(run: Run, papers: Sequence[Paper]) -> tuple[Suggestion, ...]:
    """Return what the lists may be missing, where that is wanted."""
    if not run.wiring.settings.missing:
        return ()
    cited, known = run.wiring.citations()
    references, works = Tallied(cited), Tallied(known)
    found = await missing(papers, references=references, works=works, progress=run.progress)
    run.deferred += (*references.deferred(), *works.deferred())
    return found


async def check_links(
    run: Run, fetched: Fetched, lists: Sequence[ParsedList], *, writes: bool
) -> Checked:
    """
    Judge every link; where the settings ask for it, look for archived copies and sections.

    A run that `writes` no files keeps in the cache what it has learnt, where it is one over whole
    lists and has a network.
    """
    history, faults = parse_history(run.previous.history)
    run.warnings += [f"{HISTORY}: {fault}" for fault in faults]
    wiring, network = run.wiring, run.wiring.client.network
    network.remember(_doubted_hosts(run.previous.links))
    if not writes:
        memory = recalled(wiring.cache)
        history = joined(history, memory)
        network.remember(memory.doubted)
    papers = fetched.papers
    if run.added is not None:
        papers = tuple(restricted_papers(papers, run.added))
    run.accepts = accepts = accepts_of(run.rules, wiring.started.date())
    checked = await check(
        papers,
        lists,
        arxiv=fetched.arxiv,
        repositories=fetched.repositories,
        dois=fetched.dois,
        prober=wiring.web(accepts),
        registry=run.wiring.registry(),
        second_opinion=run.wiring.second_opinion(),
        history=history,
        now=run.wiring.started,
        rules=wiring.rules(accepts),
        ignores=run.ignores,
        progress=run.progress,
        keep=run.keep,
        places=run.noted.places if run.noted and run.added is None else None,
    )
    if not (writes or network.is_down or wiring.off or run.added is not None):
        doubted = _doubted_hosts(checked.links)
        keep(wiring.cache, checked.history, doubted, wiring.clock.now())
    links = with_copies(checked.links, run.previous.links, run.keep)
    deferred = list(checked.deferred)
    archive, copies = wiring.archive(), wiring.copies() if writes and not network.is_down else None
    days = {} if archive is copies is None else added_days(papers)
    more: Any = (
        (archive, partial(archived, days=days)),
        (wiring.anchors(), anchored),
        (copies, partial(saved, days=days, spared=wiring.is_spared)),
    )
    for source, looked_up in more:
        if source is not None:
            tallied = Tallied(source)
            links = await looked_up(links, tallied, run.progress)
            deferred += tallied.deferred()
    return replace(checked, links=links, deferred=tuple(deferred))


def _doubted_hosts(links: Iterable[LinkHealth]) -> set[str]:
    return doubted_hosts(mentioning(links, f'"{UNPROVEN}"', f'"{REMEMBERED}"'))


def _repaired(
    run: Run, papers: Sequence[Paper], checked: Checked, report: LinkReport
) -> tuple[Repaired, ...]:
    from pipeline.repair.repairs import LastRun  # noqa: PLC0415  for the page alone
    from pipeline.run.fixing import repaired_in  # noqa: PLC0415

    return repaired_in(run.lists, LastRun(papers, checked.links, report), run.ignores)


def write_results(
    run: Run,
    papers: Sequence[Paper],
    checked: Checked,
    about: RunReport,
    report: LinkReport,
    *,
    sources: Sequence[ListSource],
) -> tuple[str, ...]:
    """Write the files; return the names of what changed."""
    run.progress.start("emit", 1)
    known, _ = parse_history(run.previous.history)
    nothing_new = about.network == "down" and checked.history == known
    history = None if nothing_new else partial(rewritten, before=known, after=checked.history)
    settings = run.wiring.settings
    by = publisher(settings, sources) if report.changes or settings.exports else NOBODY
    new = [event_of(change, run.wiring.started, by) for change in report.changes]
    files = render_files(
        papers=papers,
        links=checked.links,
        report=report,
        run=about,
        history=history,
        events=partial(appended, new=new) if new else None,
        parts_above=settings.parts_above,
    )
    changed: tuple[str, ...] = ()
    if settings.exports:
        events = [*parse_events(run.previous.events)[0], *new]
        by_whom = channel_of(by)
        changed = _export(run, papers, checked, about, report, events=events, channel=by_whom)
    others, going = to_keep(settings.out, run.kept)
    stale = chain(going, gone(settings.out, files))
    changed += write_files(settings.out, chain(others, files.items()), gone=stale)
    run.progress.finish("emit")
    return changed


def _export(
    run: Run,
    papers: Sequence[Paper],
    checked: Checked,
    about: RunReport,
    report: LinkReport,
    *,
    events: Sequence[Event],
    channel: Channel,
) -> tuple[str, ...]:
    """Write the catalog in the forms that the settings name; return the files that changed."""
    from pipeline.formats.exports.forms import FORMS  # noqa: PLC0415  most runs export nothing
    from pipeline.stages.export import export_files, long_files  # noqa: PLC0415

    settings, page = run.wiring.settings, FORMS["page"]
    exported = export_files(
        settings.exports,
        papers,
        checked.links,
        about.finished_at,
        events=events,
        channel=channel,
        repaired=_repaired(run, papers, checked, report) if page.name in settings.exports else (),
        parts_above=settings.parts_above,
    )
    written: list[str] = []
    return write_files(  # not synced: `export` makes them again
        settings.out,
        noting(exported, written),
        synced=False,
        manifest=f"{page.folder}/{page.manifest}",
        gone=gone(settings.out, written, long_files(settings.exports)),
    )
