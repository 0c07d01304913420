"""One run on its way: what it is made of, and what is noted about it."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Final

from pipeline import __version__
from pipeline.formats.report_json import LinkReport, actionable
from pipeline.formats.run_json import CacheRun, ListRun, RunReport, StageRun
from pipeline.links.accepts import Accepts
from pipeline.links.changes import Added, restricted
from pipeline.links.ignores import Ignores, complaints
from pipeline.links.rules import Rule
from pipeline.network.proxies import proxy_in_use
from pipeline.previous import Kept, Previous
from pipeline.progress import Progress
from pipeline.records.catalog import Finding, Paper
from pipeline.records.links import LinkHealth
from pipeline.records.lists import ParsedList, Problem
from pipeline.records.outcomes import Deferred
from pipeline.reports.link_report import link_report
from pipeline.reports.outcome import EXTRAS, exit_code
from pipeline.reports.overview import Overview, overview_of
from pipeline.run.noting import Noted
from pipeline.run.shares import finished, spread, told_of_lost, worked_on
from pipeline.stages.check import Checked
from pipeline.storage.answers import OnDisk, Room, in_memory
from pipeline.storage.papers import (
    Notes,
    Pending,
    Spread,
    Work,
    Works,
    at_once,
    changed,
    everywhere,
    look,
    on_disk,
    shares,
)
from pipeline.storage.spool import Keep, Spool, held, texts
from pipeline.wiring import Wiring
from pipeline.works.known import LastCatalog

MANY: Final = 15_000
"""Entries from which on records lie on disk between the stages."""


@dataclass
class Run:
    """What one run is made of, and what is noted about it on the way."""

    wiring: Wiring
    previous: Previous
    progress: Progress
    rules: tuple[Rule, ...] = ()
    added: Mapping[str, Added] | None = None
    """The lines of each list that are to be checked; None for all."""
    kept: Kept | None = None
    """Results of other lists, which would be overwritten."""
    ignores: Ignores = field(default_factory=Ignores)
    """What the rules and the comments of the lists tell to ignore."""
    accepts: Accepts = field(default_factory=Accepts)
    """What the rules accept, and the hosts that were met where they accept something."""
    noted: Noted | None = None
    """What was noted of the papers as they are, where all is known of them."""
    interrupted: bool = False
    stages: list[StageRun] = field(default_factory=list)
    lists: list[ListRun] = field(default_factory=list)
    bare: list[ParsedList] = field(default_factory=list)
    """The lists without their entries, which may be too many to be held."""
    warnings: list[str] = field(default_factory=list)
    with_venues: set[str] = field(default_factory=set)
    """The lists that write venues beside their papers."""
    problems: list[Problem] = field(default_factory=list)
    deferred: list[Deferred] = field(default_factory=list)
    """What was left for a later run after the links were checked."""

    def interrupt(self) -> None:
        """Send no further request."""
        self.interrupted = True
        self.progress.note("interrupted: no more requests; once more ends the run at once")
        self.wiring.client.stop("the run was interrupted")

    @property
    def keep(self) -> Keep:
        """What keeps the papers and links of the run: memory while they are few, else the disk."""
        return Spool if sum(one.entries for one in self.lists) > MANY else held

    @property
    def room(self) -> Room:
        """Where the answers of sources are: on disk where the papers are."""
        return OnDisk if self.keep is Spool else in_memory

    def visible(self, links: Sequence[LinkHealth]) -> Sequence[LinkHealth]:
        """Return the links that are to be reported, with the places where they are."""
        if not self.ignores.hides_some:
            return links
        return self.keep(LinkHealth, self.ignores.visible(links))

    def each(
        self, papers: Sequence[Paper], works: Works, notes: Notes | None = None
    ) -> Sequence[Paper]:
        """Do something to each paper, now; on all cores where the papers lie on disk."""
        if not on_disk(papers):
            return self.keep(Paper, at_once(papers, works, notes))
        every = shares(papers, works, notes)
        return Spool(Paper, worked_on(self.wiring.executor, every, notes))

    def look(self, papers: Sequence[Paper], notes: Notes) -> None:
        """Take note of each paper as it is; on all cores where the papers lie on disk."""
        if on_disk(papers):
            every = shares(papers, None, notes)
            deque(worked_on(self.wiring.executor, every, notes), maxlen=0)
        else:
            look(papers, notes)

    @property
    def spread(self) -> Spread:
        """Who does pure work on many chunks."""
        return partial(spread, self.wiring.executor)

    def finish_each(
        self, papers: Sequence[Paper], works: Works, notes: Notes | None = None
    ) -> Sequence[Paper]:
        """Do the last things to each paper, now; all is known of them then."""
        self.noted = Noted(notes)
        done = self.each(Pending(papers, works), everywhere(self._finished), self.noted)
        self.noted.end()
        return done

    def finish_some(
        self, papers: Sequence[Paper], others: Iterable[tuple[int, Paper]]
    ) -> Sequence[Paper]:
        """Put other papers, of which all is known, in the places of some."""
        return changed(papers, self._finished_each(papers, others))

    def _finished_each(
        self, papers: Sequence[Paper], others: Iterable[tuple[int, Paper]]
    ) -> Iterator[tuple[int, Paper]]:
        for number, other in others:
            paper = self._finished(other)
            if self.noted is not None:
                self.noted.change(number, papers[number], paper)
            yield number, paper

    def overview(self, papers: Sequence[Paper]) -> Overview:
        """Return what the reports say of papers: all those of the run, or some."""
        known = self.noted.overview(papers) if self.noted and self.added is None else None
        return known or overview_of(papers)

    @property
    def _finished(self) -> Work:
        return partial(finished, ignores=self.ignores)

    @contextmanager
    def timed(self, stage: str) -> Iterator[list[int]]:
        """Time a stage; the block appends how many records came out of it."""
        began, out = self.wiring.clock.monotonic(), list[int]()
        yield out
        seconds = round(self.wiring.clock.monotonic() - began, 3)
        self.stages.append(StageRun(name=stage, seconds=seconds, records=sum(out)))

    def restricted(self, lists: Sequence[ParsedList]) -> Sequence[ParsedList]:
        """Return the part of the lists that is to be checked."""
        if self.added is None:
            return lists
        return [restricted(parsed, self.added[parsed.name]) for parsed in lists]

    def prose(self, lists: Sequence[ParsedList]) -> Sequence[ParsedList]:
        """Return of that part what is in no entry."""
        return self.bare if self.added is None else self.restricted(lists)

    @cached_property
    def last(self) -> LastCatalog:
        """The last catalog, to be looked up in."""
        return LastCatalog(self.previous.papers, self.previous.finished_at)

    @cached_property
    def known_lists(self) -> frozenset[str]:
        """The lists of which the last catalog has entries."""
        mentions = (entry for paper in self.previous.papers for entry in paper.mentions)
        return frozenset(entry.list for entry in mentions)

    def report(self, overview: Overview, checked: Checked | None = None) -> RunReport:
        """Return what `run.json` holds."""
        wiring, settings = self.wiring, self.wiring.settings
        finished, down = wiring.clock.now(), wiring.client.network.is_down
        links, left = (checked.links, checked.deferred) if checked else ((), ())
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
            counts=overview.counts(texts(links, "verdict")),
            requests=dict(sorted(wiring.client.requests.items())),
            cache=CacheRun(hits=wiring.cache.hits, misses=wiring.cache.misses),
            deferred=(*left, *overview.deferred(), *self.deferred),
            warnings=tuple(self._warnings(overview, links, down=down)),
            problems=tuple(self.problems),
            exit_code=0,
        )
        code = self._exit_code(report, overview, actionable=False)
        return report.model_copy(update={"exit_code": code})

    def link_report(
        self,
        run: RunReport,
        overview: Overview,
        links: Sequence[LinkHealth],
        lists: Sequence[ParsedList],
    ) -> tuple[RunReport, LinkReport]:
        """Return the report about the run with its last exit code, and what `report.json` holds."""
        whole = self.added is None and not self.is_partial(run, overview)
        parsed: Iterable[ParsedList] = self.restricted(lists)
        if lists and self.added is None:
            parsed = overview.with_examples(self.bare)
        report = link_report(
            overview,
            self.visible(links),
            run=run,
            complete=whole,
            notes=tuple(self._notes(lists, whole=whole)),
            parsed=parsed,
            ignores=self.ignores,
            previous=self.previous.report,
            flags=self.wiring.settings.result_flags,
        )
        new_only = self.wiring.settings.strict == "new"
        code = self._exit_code(run, overview, actionable=actionable(report, new_only=new_only))
        return run.model_copy(update={"exit_code": code}), report

    def _exit_code(self, report: RunReport, overview: Overview, *, actionable: bool) -> int:
        return exit_code(
            strict=self.wiring.settings.strict != "no",
            interrupted=self.interrupted,
            actionable=actionable,
            incomplete=self.is_partial(report, overview)
            or any(problem.code == "no-entries" for problem in self.problems),
        )

    def is_partial(self, report: RunReport, overview: Overview) -> bool:
        """Say whether a list could not be read, or a source that counts not be reached."""
        stale = any(run.stale for run in self.lists)
        left = any(one.what not in EXTRAS for one in report.deferred)
        return report.network == "down" or left or stale or overview.is_incomplete

    def _warnings(
        self, overview: Overview, links: Sequence[LinkHealth], *, down: bool
    ) -> Iterator[str]:
        """Yield everything that the person should know, the most important first."""
        if down:
            proxy = None if self.wiring.settings.sandbox else proxy_in_use()
            cause = f"nobody can be reached through the proxy ({proxy})"
            yield (
                f"{cause if proxy else 'this machine seems to have no network'}: no link was"
                " checked, and no link is reported as broken"
            )
        if self.interrupted:
            yield self._kept_answers(links)
        failed = overview.tally.resolved["failed"]
        if failed and not (down or self.interrupted):  # else that is the reason, and was told
            titles = f"{failed:,} title{'' if failed == 1 else 's'}"
            yield f"title search: arXiv could not be reached for {titles} (see the report)"
        if any(stage.name == "fetch" for stage in self.stages):
            yield from self.wiring.complaints()
        yield from told_of_lost(self.wiring.executor)
        yield from self.previous.warnings
        if self.kept is not None:
            out = self.wiring.settings.out
            yield (
                f"{out} held results of {', '.join(self.kept.names)}, which this run did not read:"
                f" they are kept in {out / self.kept.folder}; with --out each has its own folder"
            )
        yield from self.warnings
        for problem in self.problems:
            yield f"{problem.list}:{problem.line}: {problem.message}"

    @staticmethod
    def _kept_answers(links: Sequence[LinkHealth]) -> str:
        """Say how far an interrupted run has come, and that nothing of it is lost."""
        checked = sum(evidence != "none" for evidence in texts(links, "evidence"))
        how_far = f" after {checked:,} of {len(links):,} links" if checked else ""
        if links and not checked:
            how_far = " before any link was checked"
        return (
            f"the run was interrupted{how_far}: the answers so far are kept, and the next run does"
            " the rest"
        )

    def _notes(self, lists: Sequence[ParsedList], *, whole: bool) -> Iterator[Finding]:
        """Yield findings about the ignore rules; which is unused only all lists show."""
        if self.added is not None:
            return  # a pull request does not report the rules
        partial = any(run.stale for run in self.lists)
        met = self.accepts.met if whole and not self.wiring.off else None
        for note in complaints(self.rules, lists, self.wiring.started.date(), met):
            if not (partial and note.code == "ignore-unused"):
                yield note
