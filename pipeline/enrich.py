"""The whole program on a page: five stages in order."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ConfigurationError
from pipeline.formats import jsonl
from pipeline.formats.files import FILES, REPORT
from pipeline.formats.report_json import LinkReport
from pipeline.formats.run_json import RunReport
from pipeline.links.ignores import ignores_of
from pipeline.previous import Previous, kept_in, read_previous, read_previous_of
from pipeline.progress import Progress
from pipeline.records.catalog import Paper
from pipeline.records.links import LinkHealth
from pipeline.records.lists import Entry, ParsedList
from pipeline.run.changes import changes_since
from pipeline.run.dates import Dating
from pipeline.run.interrupts import interruptible
from pipeline.run.reading import read_lists
from pipeline.run.state import Run
from pipeline.run.steps import (
    added_to,
    check_links,
    fetch_metadata,
    identify,
    say_unverified,
    suggest,
    write_results,
)
from pipeline.settings.model import Settings
from pipeline.sources.ignore_file import read_ignores
from pipeline.sources.lists import GitHubFolder, ListSource, StandardInput, file_of
from pipeline.stages.check import Checked
from pipeline.storage.writer import ensure_writable
from pipeline.wiring import lists_of, wire
from pipeline.works.differing import Difference


@dataclass(frozen=True)
class Result:
    """What a run has come to."""

    report: RunReport
    lines: Iterable[str] = ()
    """JSON Lines for stdout, where the run ended with an earlier stage; to be read once."""
    changed: tuple[str, ...] = ()
    """Names of the files below the output folder that say something else than before."""
    report_path: str | None = None
    link_report: LinkReport | None = None
    """What `report.json` holds, where links were checked and a report is wanted."""


def enrich(
    settings: Settings,
    given: Sequence[str],
    *,
    until: str = "enrich",
    reported: bool = False,
    progress: Progress,
) -> Result:
    """
    Run the stages up to `until` (a stage, or `enrich` for all of them) over the lists.

    `reported`: a run that ends with the check has a report too. Raises `PipelineError` for what
    ends a run: unusable settings, no readable list, an output that cannot be written.
    """
    sources = lists_of(settings, list(given))
    if until == "enrich" and any(isinstance(one.location, StandardInput) for one in sources):
        raise ConfigurationError(
            "-: a catalog cannot keep standard input; `pipeline lint -` looks at its text,"
            " `pipeline run check -` at its links"
        )
    added = added_to(sources, settings.changed_since, until)
    rules = read_ignores(settings.ignore_file, required="ignore_file" in settings.origins)
    if settings.exports:
        from pipeline.stages.export import export_forms  # noqa: PLC0415  most runs export nothing

        export_forms(settings.exports)
    if until == "enrich":
        ensure_writable(settings.out, FILES)
    previous = _previous(settings.out, sources)
    with wire(settings, previous.finished_at) as wiring:
        run = Run(wiring, previous, progress, rules, added)
        progress.watch(wiring.client.busy)
        return asyncio.run(_run(run, sources, until, reported=reported))


def _previous(out: Path, sources: Sequence[ListSource]) -> Previous:
    """Return what the last run over these lists has left."""
    if any(isinstance(one.location, GitHubFolder) for one in sources):
        return read_previous(out)  # which lists these are, GitHub has to say
    return read_previous_of(out, {one.name: file_of(one) for one in sources})


async def _run(run: Run, sources: Sequence[ListSource], until: str, *, reported: bool) -> Result:
    """Do the five stages."""
    with interruptible(run.interrupt):
        async with run.wiring.client:
            with run.timed("parse") as records:
                dating = Dating(run) if until == "enrich" else None
                lists = await read_lists(run, sources, dating)
                run.warnings += dating.faults if dating is not None else ()
                records.append(sum(one.entries for one in run.lists))
                run.ignores = ignores_of(run.rules, run.bare, run.wiring.started.date())
            if until == "parse":
                return _ended(run, (entry for parsed in lists for entry in parsed.entries), lists)

            with run.timed("resolve") as records:
                papers = await identify(run, lists)
                records.append(len(papers))
            if until == "resolve":
                return _ended(run, papers, lists, papers)

            with run.timed("fetch") as records:
                fetched = await fetch_metadata(run, papers, run.prose(lists))
                papers = fetched.papers
                records.append(len(papers))
            if until == "fetch":
                return _ended(run, papers, lists, papers)

            with run.timed("check") as records:
                writes, found = until == "enrich", run.prose(lists)
                checked = await check_links(run, fetched, found, writes=writes)
                del fetched  # the answers are not looked at again
                papers = await say_unverified(run, papers, checked.links)
                suggestions = await suggest(run, papers) if writes else ()
                records.append(len(checked.links))

            await asyncio.sleep(0)  # an interrupt of the last moment is heard

        if until == "check":
            return _ended(run, checked.links, lists, papers, checked, reported=reported)
        last = run.previous
        difference = Difference((last.papers, last.links), (papers, checked.links))
        changes = changes_since(run, difference)
        run.kept = kept_in(run.wiring.settings.out, run.lists)
        overview = run.overview(papers)
        about = run.report(overview, checked)
        about = about.model_copy(update={"has_changes": run.kept is not None or bool(difference)})
        about, report = run.link_report(about, overview, checked.links, lists)
        report = report.model_copy(update={"changes": changes, "missing": suggestions})
        changed = write_results(run, papers, checked, about, report, sources=sources)
        path = str(run.wiring.settings.out / REPORT)
        return Result(about, changed=changed, report_path=path, link_report=report)


def _ended(
    run: Run,
    records: Iterable[Entry | Paper | LinkHealth],
    lists: Sequence[ParsedList],
    papers: Sequence[Paper] = (),
    checked: Checked | None = None,
    *,
    reported: bool = False,
) -> Result:
    """Return the result of a run that ends early; where it may fail, its report says why."""
    overview = run.overview(papers)
    about, report = run.report(overview, checked), None
    if reported or (papers and run.wiring.settings.strict != "no"):
        links, judged = (checked.links, lists) if checked else ((), ())
        about, report = run.link_report(about, overview, links, judged)
    return Result(about, map(jsonl.to_line, records), link_report=report)
