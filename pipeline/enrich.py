"""
The whole program on a page: five stages in order, and what is said of them afterwards.

`enrich` is what the command line calls. It builds the parts of a run (`pipeline.wiring`), passes
plain records from stage to stage, and decides on the exit code. What one entry, one key or one link
lacks is in the records; only what ends a run is an exception.
"""

import asyncio
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from pipeline import __version__
from pipeline.errors import ACTIONABLE, INCOMPLETE, INTERRUPTED, ConfigurationError, PipelineError
from pipeline.formats import jsonl
from pipeline.formats.files import HISTORY, REPORT
from pipeline.formats.report_json import LinkReport, actionable
from pipeline.formats.run_json import CacheRun, ListRun, RunReport, StageRun, count
from pipeline.links.changes import Added, only_touched, restricted, restricted_papers
from pipeline.links.history import parse_history, serialise_history
from pipeline.links.ignores import IgnoreRule, Ignores, complaints, ignores_of, without_ignored
from pipeline.previous import Previous, read_previous
from pipeline.progress import Progress, Silent
from pipeline.records.catalog import Finding, Paper, RepositoryPart
from pipeline.records.links import LinkHealth
from pipeline.records.lists import Entry, Link, ParsedList, Problem
from pipeline.records.outcomes import Deferred, Failed
from pipeline.reports.link_report import link_report
from pipeline.settings import Settings
from pipeline.sources.git import changed_lines
from pipeline.sources.ignore_file import read_ignores
from pipeline.sources.lists import File, ListSource, read
from pipeline.stages.afterwards import Tallied, anchored, archived
from pipeline.stages.check import Checked, check
from pipeline.stages.compare import compare
from pipeline.stages.emit import emit, ensure_writable, has_changes, render_files
from pipeline.stages.fetch import Fetched, fetch
from pipeline.stages.parse import decode, parse
from pipeline.stages.resolve import former_keys, resolve, resolve_by_title
from pipeline.stages.supplement import supplement
from pipeline.wiring import Wiring, lists_of, wire
from pipeline.works.decisions import DECISIONS, parse_decisions

EXTRAS = frozenset({"doi", "fragments", "wayback"})
"""No verdict hangs on these sources: that one could not be asked is said, and no more."""


@dataclass(frozen=True)
class Result:
    """What a run has come to."""

    report: RunReport
    lines: Iterable[str] = ()
    """JSON Lines for stdout, where the run ended with an earlier stage; to be read once."""
    changed: tuple[str, ...] = ()
    """Names of the files below the output folder that say something else than before."""
    report_path: str | None = None
    told: LinkReport | None = None
    """What there is to tell, where links were checked and somebody wants to hear it."""


def enrich(
    settings: Settings,
    given: Sequence[str],
    *,
    until: str = "enrich",
    tell: bool = False,
    progress: Progress,
) -> Result:
    """
    Run the stages up to `until` (a stage, or `enrich` for all of them) over the lists.

    `tell`: say what there is to tell, though the run ends with the check.

    Raises `PipelineError` for what ends a run: unusable settings, no readable list, an output that
    cannot be written.
    """
    sources = lists_of(settings, list(given))
    added = _added(settings, sources, until)
    rules = read_ignores(settings.ignore_file, required="ignore_file" in settings.origins)
    if until == "enrich":
        ensure_writable(settings.out)
    previous = read_previous(settings.out)
    with wire(settings, previous.finished_at) as wiring:
        run = _Run(wiring, previous, progress, until, tell=tell, rules=rules, added=added)
        return asyncio.run(run.do(sources))


def _added(
    settings: Settings, sources: Sequence[ListSource], until: str
) -> dict[str, Added] | None:
    """Return the lines that git has added to each list; None where all lines count."""
    if settings.changed_since is None:
        return None
    if until != "check":
        raise ConfigurationError("--changed-since goes with `pipeline run check`")
    paths = {one.name: one.location.path for one in sources if isinstance(one.location, File)}
    if len(paths) < len(sources):
        raise ConfigurationError(
            "--changed-since: git knows the lines of files only, not of lists from afar"
        )
    lines = changed_lines(list(paths.values()), settings.changed_since)
    return {name: lines[path] for name, path in paths.items()}


@dataclass
class _Run:
    """One run on its way through the stages."""

    wiring: Wiring
    previous: Previous
    progress: Progress
    until: str
    tell: bool = False
    rules: tuple[IgnoreRule, ...] = ()
    added: Mapping[str, Added] | None = None
    """The lines of each list that are to be checked; None for all."""
    interrupted: bool = False
    stages: list[StageRun] = field(default_factory=list)
    lists: list[ListRun] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    async def do(self, sources: Sequence[ListSource]) -> Result:
        """The five stages."""
        async with self.wiring.client:
            with self._interruptible():
                with self._timed("parse") as done:
                    lists = await self._parse(sources)
                    done(sum(len(parsed.entries) for parsed in lists))
                ignores = ignores_of(self.rules, lists, self.wiring.started.date())
                if self.until == "parse":
                    return self._printed(entry for parsed in lists for entry in parsed.entries)
                with self._timed("resolve") as done:
                    papers = await self._resolve(lists)
                    done(len(papers))
                if self.until == "resolve":
                    return self._printed(papers, papers)
                with self._timed("fetch") as done:
                    fetched = await self._fetch(papers, self._restricted(lists))
                    papers = without_ignored(fetched.papers, ignores)
                    done(len(papers))
                if self.until == "fetch":
                    return self._printed(papers, papers)
                with self._timed("check") as done:
                    checked = await self._check(fetched, self._restricted(lists), ignores)
                    done(len(checked.links))
        if self.until == "check" and not (self.tell or self.wiring.settings.strict == "new"):
            return self._printed(checked.links, papers, checked)
        report, told = self._told(papers, checked, tuple(self._notes(lists)))
        if self.until == "check":
            return Result(report=report, lines=map(jsonl.to_line, checked.links), told=told)
        return self._emit(papers, checked, report, told)

    def _restricted(self, lists: Sequence[ParsedList]) -> Sequence[ParsedList]:
        """Return the part of the lists that is to be checked."""
        if self.added is None:
            return lists
        return [restricted(parsed, self.added[parsed.name]) for parsed in lists]

    def _notes(self, lists: Sequence[ParsedList]) -> Iterator[Finding]:
        """Yield what is to be said of the ignore rules; only all lists tell what is unused."""
        if self.added is not None:
            return  # who adds a line is not to hear of the rules
        partial = any(run.stale for run in self.lists)
        for note in complaints(self.rules, lists, self.wiring.started.date()):
            if not (partial and note.code == "ignore-unused"):
                yield note

    # --- the stages ---------------------------------------------------------------------------

    async def _parse(self, sources: Sequence[ListSource]) -> list[ParsedList]:
        """Read and parse every list; of one that cannot be had, keep the last entries."""
        self.progress.start("parse", len(sources))
        lists: list[ParsedList] = []
        for source in sources:
            lists.append(await self._parse_one(source))
            self.progress.advance("parse")
        self.progress.finish("parse")
        if all(run.stale for run in self.lists):
            raise PipelineError(f"no list could be read: {'; '.join(self.warnings)}")
        return lists

    async def _parse_one(self, source: ListSource) -> ParsedList:
        client = None if self.wiring.off else self.wiring.client
        data = await read(source.location, client, self.wiring.settings.github_url)
        parsed = data if isinstance(data, Failed) else self._parsed(source, data)
        if isinstance(parsed, Failed):
            self.warnings.append(f"list {source.name}: not read ({parsed.reason})")
            reason, parsed = parsed.reason, last_entries(source.name, self.previous)
            run = ListRun(name=source.name, entries=len(parsed.entries), stale=True, reason=reason)
        else:
            path = str(source.location.path) if isinstance(source.location, File) else None
            run = ListRun(name=source.name, entries=len(parsed.entries), path=path)
        self.lists.append(run)
        return parsed

    def _parsed(self, source: ListSource, data: bytes) -> ParsedList | Failed:
        """Parse a list; one from afar that is no text counts as not read."""
        try:
            text, faults = decode(data, name=source.name)
        except ConfigurationError as error:
            if isinstance(source.location, File):
                raise ConfigurationError(f"{source.location.path}: {error}") from error
            return Failed(kind="bad-answer", reason=str(error))
        parsed = parse(text, name=source.name)
        known = last_entries(source.name, self.previous).entries
        if known and not parsed.entries and not isinstance(source.location, File):
            # An error page with status 200 must not wipe what is known of a list from afar.
            return Failed(kind="bad-answer", reason="what came has no entry, and it had some")
        lines = None if self.added is None else self.added[source.name]
        told = (*faults, *parsed.problems)
        self.problems += [one for one in told if lines is None or one.line in lines]
        return parsed

    async def _resolve(self, lists: Sequence[ParsedList]) -> list[Paper]:
        """Identify by links and by what other lists say, then by title."""
        decisions, faults = parse_decisions(self.previous.decisions)
        self.warnings += [f"{DECISIONS}: {fault}" for fault in faults]
        resolved = resolve(lists, today=self.wiring.started.date(), decisions=decisions)
        if self.added is not None:
            resolved = only_touched(resolved, self.added)
        with self.wiring.title_index() as index:
            searched = await resolve_by_title(
                resolved,
                search=self.wiring.title_search(self.previous),
                decisions=decisions,
                local_index=index,
                progress=self.progress,
            )
        return former_keys(searched, self.previous.papers)

    async def _fetch(self, papers: Sequence[Paper], lists: Sequence[ParsedList]) -> Fetched:
        fetched = await fetch(
            papers,
            lists,
            arxiv=self.wiring.arxiv(self.previous),
            github=self.wiring.github(self.previous),
            progress=self.progress,
        )
        sources = self.wiring.supplements()
        told = self.progress if sources else Silent()
        more = await supplement(fetched.papers, sources, told, lists=lists)
        compared = await compare(
            more.papers,
            first_versions=self.wiring.first_versions(),
            search=self.wiring.title_search(self.previous, phrases_only=True),
            progress=Silent(),
        )
        return replace(fetched, papers=tuple(compared), dois=more.dois)

    async def _check(
        self, fetched: Fetched, lists: Sequence[ParsedList], ignores: Ignores
    ) -> Checked:
        history, faults = parse_history(self.previous.history)
        self.warnings += [f"{HISTORY}: {fault}" for fault in faults]
        # arXiv and GitHub out of reach is no proof for the rest of the world.
        self.wiring.client.reconsider_network()
        papers = fetched.papers
        if self.added is not None:
            papers = tuple(restricted_papers(papers, self.added))
        checked = await check(
            papers,
            lists,
            arxiv=fetched.arxiv,
            repositories=fetched.repositories,
            dois=fetched.dois,
            prober=self.wiring.web(),
            registry=self.wiring.registry(),
            history=history,
            now=self.wiring.started,
            rules=self.wiring.rules(),
            ignores=ignores,
            progress=self.progress,
        )
        links, deferred = checked.links, list(checked.deferred)
        if (archive := self.wiring.archive()) is not None:
            captures = Tallied(archive)
            links = await archived(links, captures, self.progress)
            deferred += captures.deferred()
        if (anchors := self.wiring.anchors()) is not None:
            sections = Tallied(anchors)
            links = await anchored(links, sections, self.progress)
            deferred += sections.deferred()
        return replace(checked, links=links, deferred=tuple(deferred))

    def _emit(
        self, papers: Sequence[Paper], checked: Checked, report: RunReport, told: LinkReport
    ) -> Result:
        """Write the files; the last thing that a run does."""
        self.progress.start("emit", 1)
        differs = has_changes(
            papers,
            checked.links,
            papers_before=self.previous.papers,
            links_before=self.previous.links,
        )
        report = report.model_copy(update={"has_changes": differs})
        known, _ = parse_history(self.previous.history)
        nothing_new = report.network == "down" and checked.history == known
        history = None if nothing_new else serialise_history(checked.history)
        files = render_files(
            papers=papers, links=checked.links, report=told, run=report, history=history
        )
        out = self.wiring.settings.out
        changed = emit(out, files)
        self.progress.finish("emit")
        return Result(report=report, changed=changed, report_path=str(out / REPORT), told=told)

    # --- about the run ------------------------------------------------------------------------

    def _told(
        self, papers: Sequence[Paper], checked: Checked, notes: Sequence[Finding]
    ) -> tuple[RunReport, LinkReport]:
        """Return what the run was like, and what it has to tell."""
        report = self._report(papers, checked)
        told = link_report(
            papers,
            checked.links,
            run=report,
            complete=not self._is_partial(report, papers),
            notes=notes,
            previous=self.previous.report,
        )
        if self.wiring.settings.strict == "new" and report.exit_code == ACTIONABLE:
            code = self._exit_code(report, papers, acted=actionable(told, new_only=True))
            report = report.model_copy(update={"exit_code": code})
        return report, told

    def _report(self, papers: Sequence[Paper] = (), checked: Checked | None = None) -> RunReport:
        wiring, settings = self.wiring, self.wiring.settings
        finished = wiring.clock.now()
        links = checked.links if checked else ()
        down = wiring.client.monitor.seems_down
        deferred = (*(checked.deferred if checked else ()), *deferred_of(papers))
        report = RunReport(
            version=__version__,
            started_at=wiring.started,
            finished_at=finished,
            duration_s=round((finished - wiring.started).total_seconds(), 3),
            sandbox=settings.sandbox,
            offline=settings.offline,
            network="down" if down else "up",
            lists=tuple(self.lists),
            stages=tuple(self.stages),
            counts=count(papers, links),
            requests=dict(sorted(wiring.client.requests.items())),
            cache=CacheRun(hits=wiring.cache.hits, misses=wiring.cache.misses),
            deferred=deferred,
            warnings=tuple(self._all_warnings(papers, down=down)),
            problems=tuple(self.problems),
            exit_code=0,
        )
        code = self._exit_code(report, papers, acted=is_actionable(papers, links))
        return report.model_copy(update={"exit_code": code})

    def _exit_code(self, report: RunReport, papers: Sequence[Paper], *, acted: bool) -> int:
        return exit_code(
            strict=self.wiring.settings.strict != "no",
            interrupted=self.interrupted,
            actionable=acted,
            incomplete=self._is_partial(report, papers)
            or any(problem.code == "no-entries" for problem in self.problems),
        )

    def _is_partial(self, report: RunReport, papers: Sequence[Paper]) -> bool:
        """Say whether a list could not be read, or a source that counts not be asked."""
        stale = any(run.stale for run in self.lists)
        down = report.network == "down"
        left = any(one.what not in EXTRAS for one in report.deferred)
        return down or left or stale or is_incomplete(papers)

    def _all_warnings(self, papers: Sequence[Paper], *, down: bool) -> Iterator[str]:
        """Yield everything that the person should know, the most important first."""
        if down:
            yield (
                "this machine seems to have no network: nothing was learned about links, and"
                " nothing is blamed"
            )
        if self.interrupted:
            yield "the run was interrupted: what was not asked by then waits for the next run"
        unheard = sum(paper.resolution.status == "failed" for paper in papers)
        if unheard:
            yield f"title search: {unheard} not asked, because arXiv could not be (see the report)"
        if self.until not in ("parse", "resolve"):
            yield from self.wiring.complaints()
        yield from self.previous.warnings
        yield from self.warnings
        for problem in self.problems:
            yield f"{problem.list}:{problem.line}: {problem.message}"

    def _printed(
        self,
        records: "Iterable[Entry | Paper | LinkHealth]",
        papers: Sequence[Paper] = (),
        checked: Checked | None = None,
    ) -> Result:
        return Result(report=self._report(papers, checked), lines=map(jsonl.to_line, records))

    @contextmanager
    def _timed(self, stage: str) -> Iterator[Callable[[int], None]]:
        """Time a stage; the block says how many records came out."""
        began = self.wiring.clock.monotonic()
        records: list[int] = [0]

        def done(number: int) -> None:
            records[0] = number

        yield done
        seconds = round(self.wiring.clock.monotonic() - began, 3)
        self.stages.append(StageRun(name=stage, seconds=seconds, records=records[0]))

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Let an interrupt end the asking, not the run: what is known by then is written."""
        loop = asyncio.get_running_loop()
        signals = (signal.SIGINT, signal.SIGTERM)

        def interrupt() -> None:
            self.interrupted = True
            self.wiring.client.stop("the run was interrupted")
            for number in signals:
                loop.remove_signal_handler(number)  # a second one ends the process

        for number in signals:
            loop.add_signal_handler(number, interrupt)
        try:
            yield
        finally:
            for number in signals:
                loop.remove_signal_handler(number)


def last_entries(name: str, previous: Previous) -> ParsedList:
    """Return what the previous catalog says of a list that cannot be read now, marked stale."""
    entries = [entry for paper in previous.papers for entry in paper.mentions if entry.list == name]
    links = [
        Link(url=health.url, role=place.role, line=place.line, column=place.column)
        for health in previous.links
        for place in health.occurrences
        if place.list == name and place.paper is None
    ]
    return ParsedList(
        name=name,
        entries=tuple(_stale(entry) for entry in sorted(entries, key=lambda entry: entry.line)),
        other_links=tuple(sorted(links, key=lambda link: (link.line, link.column))),
    )


def _stale(entry: Entry) -> Entry:
    return replace(entry, stale=True)


def deferred_of(papers: Iterable[Paper]) -> tuple[Deferred, ...]:
    """Return what sources left for a later run, by source and reason."""
    left: Counter[tuple[str, str]] = Counter()
    repositories: dict[str, RepositoryPart] = {}
    for paper in papers:
        for name, state in paper.sources.items():
            late = state.stale or state.status in ("failed", "skipped")
            if name != "github" and late and state.reason:
                left[name, state.reason] += 1
        repositories |= {part.full_name.lower(): part for part in paper.repositories}
    for part in repositories.values():
        if (part.stale or part.status in ("failed", "skipped")) and part.reason:
            left["github", part.reason] += 1
    return tuple(
        Deferred(what=name, count=number, reason=reason)
        for (name, reason), number in sorted(left.items())
    )


def is_actionable(papers: Iterable[Paper], links: Iterable[LinkHealth]) -> bool:
    """Say whether a maintainer has something to mend: dead links, wrong or missing papers."""
    return any(link.verdict == "dead" for link in links) or any(
        finding.severity == "error" for paper in papers for finding in paper.findings
    )


def is_incomplete(papers: Iterable[Paper]) -> bool:
    """Say whether arXiv or GitHub could not be asked about something; others are extras."""
    return any(
        paper.resolution.status == "failed"
        or any(
            state.status == "failed" or state.stale
            for name, state in paper.sources.items()
            if name in ("arxiv", "github")
        )
        for paper in papers
    )


def exit_code(*, strict: bool, interrupted: bool, actionable: bool, incomplete: bool) -> int:
    """
    Return the exit code of a run that has come to its end.

    0 done; 3 and 4 only where `strict`: something to act on, or nothing but an incomplete result;
    130 interrupted. What ends a run earlier has its code in `pipeline.errors` (1 and 2).
    """
    if interrupted:
        return INTERRUPTED
    if not strict:
        return 0
    if actionable:
        return ACTIONABLE
    return INCOMPLETE if incomplete else 0
