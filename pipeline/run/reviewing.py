"""The entries of a pull request: looked up and checked as a run does, and what is said of each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import starmap
from typing import Final

from pipeline.formats.report_json import LinkReport
from pipeline.formats.run_json import ListRun
from pipeline.links.changes import lines_not_in
from pipeline.links.ignores import ignores_of
from pipeline.records.catalog import Paper
from pipeline.records.lists import ParsedList
from pipeline.records.outcomes import Deferred
from pipeline.records.reviews import ChangedList, Mend, Remark, Reviewed, ReviewedEntry
from pipeline.reports.mending import known_now, mends_of
from pipeline.reports.remarks import Touched, remarks_on, touched_entries
from pipeline.reports.same_work import Works, place_of
from pipeline.run.interrupts import interruptible
from pipeline.run.state import Run
from pipeline.run.steps import check_links, fetch_metadata, identify
from pipeline.stages.parse import decode, parse_bytes
from pipeline.stages.resolve import resolve
from pipeline.works.decisions import parse_decisions

MOST_ENTRIES: Final = 100
"""Entries of one pull request that are looked at: more is no addition but another list."""


@dataclass(frozen=True, slots=True)
class Look:
    """One changed list, and which of its entries are looked at."""

    changed: ChangedList
    text: str
    parsed: ParsedList
    touched: tuple[Touched, ...]
    base: ParsedList | None = None
    """What the list has on the base branch and the pull request knows nothing of."""


def to_look_at(
    lists: Sequence[ChangedList], bases: Mapping[str, bytes]
) -> tuple[list[Look], tuple[str, ...]]:
    """
    Return the lists that have entries to look at, at most so many, and a note about the rest.

    `bases`: the lists as the base branch has them now, by name.
    """
    looks: list[Look] = []
    total, room = 0, MOST_ENTRIES
    for changed in lists:
        text, _ = decode(changed.data, name=changed.name)
        parsed = _unsilenced(parse_bytes(changed.data, name=changed.name), changed)
        touched = touched_entries(parsed, changed)
        total += len(touched)
        if touched[:room]:
            base = _come_since(changed, text, bases.get(changed.name))
            looks.append(Look(changed, text, parsed, tuple(touched[:room]), base))
        room -= len(touched[:room])
    if total <= MOST_ENTRIES:
        return looks, ()
    words = f"{total:,} entries are added or changed: the first {MOST_ENTRIES} were checked."
    return looks, (words,)


def _unsilenced(parsed: ParsedList, changed: ChangedList) -> ParsedList:
    """
    Return a list in which no comment of the pull request's own lines tells to ignore them.

    What is left alone is for whoever keeps the list to decide, once the entry is in it.
    """
    added = changed.added
    kept = {n: why for n, why in parsed.ignored.items() if added is not None and n not in added}
    return parsed.model_copy(update={"ignored": kept})


def _come_since(changed: ChangedList, text: str, base: bytes | None) -> ParsedList | None:
    """Return the base's list with the entries that came after the pull request began."""
    if base is None:
        return None
    now, _ = decode(base, name=changed.name)
    come = lines_not_in(f"{text}\n{changed.gone}", now)
    parsed = parse_bytes(base, name=changed.name) if come else None
    if parsed is None:
        return None
    lines = ((one, range(one.line, one.end_line + 1)) for one in parsed.entries)
    entries = tuple(one for one, own in lines if not come.isdisjoint(own))
    return parsed.model_copy(update={"entries": entries})


async def reviewed(run: Run, looks: Sequence[Look], notes: Sequence[str] = ()) -> Reviewed:
    """Look the entries up, check their links, and return what is to be said of each."""
    lists = [look.parsed for look in looks]
    run.added = {
        look.parsed.name: frozenset(
            line for one in look.touched for line in range(one.line, one.end_line + 1)
        )
        for look in looks
    }
    run.lists += [ListRun(name=one.name, path=None, entries=len(one.entries)) for one in lists]
    run.problems += [one for parsed in run.restricted(lists) for one in parsed.problems]
    run.ignores = ignores_of(run.rules, lists, run.wiring.started.date())
    async with run.wiring.client:
        with interruptible(run.interrupt):
            papers = await identify(run, lists)
            fetched = await fetch_metadata(run, papers, run.restricted(lists))
            checked = await check_links(run, fetched, run.restricted(lists), writes=False)
    papers = fetched.papers
    overview = run.overview(papers)
    about = run.report(overview, checked)
    _, report = run.link_report(about, overview, checked.links, lists)
    known = known_now(papers, checked.links)
    found: list[ReviewedEntry] = []
    for look in looks:
        works, come = _works(run, look.parsed, papers), _works(run, look.base)
        parsed, told = look.parsed, report.diagnostics
        remarks = remarks_on(parsed, look.touched, told, works=works, come=come, text=look.text)
        said = list(zip(look.touched, remarks, strict=True))
        mends = mends_of(look.changed, parsed, said, works=works, known=known, ignores=run.ignores)
        found += starmap(partial(_entry, look.changed.path), zip(said, mends, strict=True))
    unasked = tuple(_unasked(report, about.deferred))
    return Reviewed(
        entries=tuple(found),
        notes=(*notes, *unasked),
        is_complete=not (unasked or run.interrupted or run.is_partial(about, overview)),
    )


def _works(run: Run, parsed: ParsedList | None, papers: Sequence[Paper] = ()) -> Works:
    """Return the works of one list by itself: one work in two lists is no fault."""
    decisions, _ = parse_decisions(run.previous.decisions)
    lists = [parsed] if parsed is not None else []
    whole = resolve(lists, today=run.wiring.started.date(), decisions=decisions)
    return Works(_known(whole, papers), run.previous.papers)


def _unasked(report: LinkReport, deferred: Iterable[Deferred]) -> Iterator[str]:
    """Yield what could not be asked, or had no time left."""
    if report.network == "down":
        yield "There was no network: no work was looked up, and no link was checked."
        return
    for what, number in report.not_asked.items():
        yield f"Not asked: {number:,} {what}."
    for one in deferred:
        yield f"Left for a later run: {one.count:,} of {one.what} ({one.reason})."


def _known(whole: Sequence[Paper], papers: Sequence[Paper]) -> list[Paper]:
    """Return the works of a list, those that were looked up as they are known now."""
    places = {place_of(entry): paper for paper in papers for entry in paper.mentions}
    found = (places.get(place_of(one.mentions[0]), one) for one in whole)
    return list({id(one): one for one in found}.values())


def _entry(path: str, said: tuple[Touched, Sequence[Remark]], mend: Mend | None) -> ReviewedEntry:
    one, remarks = said
    told = tuple(remarks)
    return ReviewedEntry(path, one.line, one.end_line, one.title, told, mend if told else None)
