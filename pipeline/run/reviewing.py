"""The entries of a pull request: looked up and checked as a run does, and what is said of each."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.formats.report_json import LinkReport
from pipeline.formats.run_json import ListRun
from pipeline.links.changes import lines_not_in
from pipeline.links.ignores import Ignores, ignores_of
from pipeline.previous import Previous
from pipeline.records.catalog import Finding, Paper
from pipeline.records.lists import ParsedList
from pipeline.records.outcomes import Deferred
from pipeline.records.reviews import ChangedList, Mend, Remark, Reviewed, ReviewedEntry
from pipeline.repair.adding.work import NewWork, new_work
from pipeline.repair.mends import NAMED, Lines, mend_between, mended, rewritten
from pipeline.repair.order import misplaced, moved
from pipeline.reports.remarks import Touched, is_alike, remarks_on, touched_entries
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
        parsed = parse_bytes(changed.data, name=changed.name)
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
    about = run.report(papers, checked)
    _, report = run.link_report(about, papers, checked.links, lists)
    known = Previous(papers=tuple(_with_titles(papers)), links=checked.links)
    found: list[ReviewedEntry] = []
    for look in looks:
        works, come = _works(run, look.parsed, papers), _works(run, look.base)
        told = report.diagnostics
        remarks = remarks_on(
            look.parsed, look.touched, told, works=works, come=come, text=look.text
        )
        found += _entries(look, remarks, _mends(look, remarks, works, known, run.ignores))
    unasked = tuple(_unasked(report, about.deferred))
    return Reviewed(
        entries=tuple(found),
        notes=(*notes, *unasked),
        is_complete=not (unasked or run.interrupted or run.is_partial(about, papers)),
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


def _entries(
    look: Look, remarks: Sequence[Sequence[Remark]], mends: Sequence[Mend | None]
) -> Iterator[ReviewedEntry]:
    for one, said, mend in zip(look.touched, remarks, mends, strict=True):
        yield ReviewedEntry(
            look.changed.path,
            one.line,
            one.end_line,
            one.title,
            tuple(said),
            mend if said else None,
        )


def _mends(
    look: Look, remarks: Sequence[Sequence[Remark]], works: Works, known: Previous, ignores: Ignores
) -> list[Mend | None]:
    """Return the lines of each entry as they should be; None where none is known."""
    data, name = look.changed.data, look.changed.name
    wanted = [
        Lines(one.line, one.end_line, dict(_named(said)))
        for one, said in zip(look.touched, remarks, strict=True)
        if said
    ]
    after = mended(data, name, known, wanted, ignores) if wanted else data
    lines = Counter(
        line for one in look.parsed.entries for line in range(one.line, one.end_line + 1)
    )
    text = decode(after, name=name)[0]
    entries = look.parsed.entries
    out = misplaced(look.text, look.parsed, _numbers(look, remarks))
    orders = {place_of(entries[number]): to for number, to in out.items()}
    found: list[Mend | None] = []
    for one, said in zip(look.touched, remarks, strict=True):
        codes = {each.code for each in said}
        alone = all(lines[line] <= 1 for line in range(one.line, one.end_line + 1))
        if "duplicate-entry" in codes:
            found.append(Mend(one.line, one.end_line, ()) if alone else None)
            continue
        work = _work_of(one, works) if alone and codes & _LACKING else None
        whole = rewritten(after, name, one.entry, work) if one.entry and work else None
        mend = whole or mend_between(data, after, name, one.line, one.end_line)
        to = orders.get(place_of(one.entry)) if one.entry is not None and alone else None
        at_place = moved(text, name, one.entry, mend, to) if one.entry and to else None
        is_shown = at_place is not None and any(
            at_place.line in run and at_place.end_line in run for run in look.changed.shown
        )
        found.append(at_place if is_shown else mend)
    return found


def _numbers(look: Look, remarks: Sequence[Sequence[Remark]]) -> list[int]:
    """Return the indices of the touched entries, where one of them is out of order."""
    if not any(one.code == "out-of-order" for said in remarks for one in said):
        return []
    places = {place_of(one.entry) for one in look.touched if one.entry is not None}
    return [number for number, one in enumerate(look.parsed.entries) if place_of(one) in places]


_LACKING: Final = frozenset({"venue-missing", "year-missing"})


def _work_of(one: Touched, works: Works) -> NewWork | None:
    paper = works.paper_of(one.entry) if one.entry is not None else None
    return new_work(paper) if paper is not None and paper.resolution.status == "found" else None


def _named(said: Iterable[Remark]) -> Iterator[tuple[str, str]]:
    """Yield the addresses that lead to another work, and those of the works that are meant."""
    for one in said:
        if one.code in NAMED and one.url is not None and one.replacement is not None:
            yield one.url, one.replacement


def _with_titles(papers: Iterable[Paper]) -> Iterator[Paper]:
    """Yield papers whose titles are to be the official ones where they are shortened, or alike."""
    for paper in papers:
        titles = {entry.line: entry.title for entry in paper.mentions}
        told = (_told(finding, titles.get(finding.line, "")) for finding in paper.findings)
        yield replace(paper, findings=tuple(filter(None, told)))


def _told(finding: Finding, title: str) -> Finding | None:
    if finding.code not in ("retitled", "shortened"):
        return finding
    alike = finding.replacement is not None and is_alike(title, finding.replacement)
    return finding.model_copy(update={"code": "retitled"}) if alike else None
