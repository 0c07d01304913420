"""
Catalog and link health → the findings of the report, each thing once with all its places. Pure.

The last report tells what is new, since when it is reported, and which redirects were seen twice.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Final

from pipeline.codes import in_words
from pipeline.formats.report_json import (
    RANKS,
    Action,
    Diagnostic,
    Location,
    fingerprint,
)
from pipeline.links.ignores import NOTHING, Ignores
from pipeline.records.catalog import Finding, Resolution, Severity
from pipeline.records.lists import ParsedList, Problem
from pipeline.reports.context import Catalog, Context, phrase, sentence
from pipeline.reports.link_diagnostics import is_address, of_links
from pipeline.reports.targets import of_targets
from pipeline.works.arxiv_links import FUSSY

CANDIDATES_SHOWN: Final = 3

_BY_SEVERITY: Final[Mapping[Severity, Action]] = {
    "error": "correct",
    "warning": "decide",
    "info": "know",
}
# Messages name lines ("same work as in line 3", "(survey:47)"), and lines move.
_LINE_NUMBER: Final = re.compile(r"(?<=\bline )[0-9]{1,9}|(?<=:)[0-9]{1,9}(?=\))")


def diagnose(
    catalog: Catalog,
    *,
    problems: Iterable[Problem] = (),
    notes: Iterable[Finding] = (),
    parsed: Iterable[ParsedList] = (),
    ignores: Ignores = NOTHING,
) -> tuple[Diagnostic, ...]:
    """
    Return everything that a maintainer may want to know, what is worth doing first at the front.

    `notes` are about files of the maintainer's own, such as rules that have expired; their `list`
    is the file. `parsed` are the lists, for the targets that no request checks. A redirect is
    certain only where it was asked again since a report had it first, or where GitHub says itself
    that a repository is called otherwise.
    """
    context = catalog.context
    found = [
        *of_links(catalog),
        *_of_findings(catalog),
        *_of_works(catalog),
        *_of_problems(problems, context),
        *_of_notes(notes),
    ]
    found += list(of_targets(parsed, ignores, found))
    mended = {one.url for one in found if one.certain and one.action == "apply"}
    once = _once(found, context)
    kept = (one for one in once if one.action != "tidy" or one.url not in mended)
    shown = (one for one in kept if not _is_hidden(one, ignores))
    return tuple(sorted(map(context.dated, shown), key=context.rank))


def _once(found: Iterable[Diagnostic], context: Context) -> Iterator[Diagnostic]:
    """Yield each thing once, as it is said first, with all its places."""
    groups: dict[str, list[Diagnostic]] = defaultdict(list)
    for one in found:
        groups[one.fingerprint].append(one)
    for first, *more in groups.values():
        places = context.in_order(at for one in (first, *more) for at in one.locations)
        yield replace(first, locations=places) if more else first


def _is_hidden(one: Diagnostic, ignores: Ignores) -> bool:
    """Say whether something is ignored by its code at all its places; links are not judged here."""
    return bool(one.locations) and all(
        ignores.hides({one.code}, (at.list, at.line), None) for at in one.locations
    )


def _of_findings(catalog: Catalog) -> Iterator[Diagnostic]:
    """Yield what is said of papers: the same, said of several places of one, once."""
    told = [one for one in catalog.overview.findings if not catalog.is_reported(one[1])]
    groups: dict[str, list[tuple[str, Finding]]] = defaultdict(list)
    for key, finding in sorted(told, key=itemgetter(0)):
        groups[_finding_fingerprint(key, finding)].append((key, finding))
    for print_, group in groups.items():
        yield _of_finding(print_, group, catalog)


def _finding_fingerprint(key: str, finding: Finding) -> str:
    """Return the digest of what is said of a paper, without the lines that a message may name."""
    if finding.url is not None or finding.replacement is not None:
        return fingerprint(finding.code, key, finding.url, finding.replacement)
    where = finding.list if finding.code == "duplicate-entry" else None
    return fingerprint(finding.code, key, where, _LINE_NUMBER.sub("", finding.message))


def _of_finding(print_: str, group: Sequence[tuple[str, Finding]], catalog: Catalog) -> Diagnostic:
    context = catalog.context
    located = sorted(
        ((catalog.location(finding), key, finding) for key, finding in group),
        key=lambda one: context.place(one[0]),
    )
    at, key, finding = located[0]
    severity = min((one.severity for _, one in group), key=RANKS.__getitem__)
    lost, number = None, 0
    if finding.code == "arxiv-id-missing":
        lost, number = catalog.lost(key, finding)
    return Diagnostic(
        code=finding.code,
        severity=severity,
        action="tidy" if finding.code in FUSSY else _BY_SEVERITY[severity],
        fingerprint=print_,
        message=sentence(finding.message),
        locations=context.in_order(place for place, _, _ in located),
        title=catalog.title_at(key, at.list, at.line),
        url=finding.url or (lost.url if lost else None),
        reason_code=lost.reason_code if lost else None,
        replacement=finding.replacement,
        certain=finding.code in FUSSY and is_address(finding.replacement),
        links=number if lost else 0,
        first_seen_at=lost.first_failed_at if lost else None,
        failures=lost.consecutive_failures if lost else 0,
    )


def _of_works(catalog: Catalog) -> Iterator[Diagnostic]:
    """Yield the works of which nobody is sure which they are."""
    for paper in map(catalog.overview.papers.__getitem__, catalog.overview.unsure):
        review = paper.resolution.status == "review"
        code = "needs-review" if review else "no-identifier"
        yield Diagnostic(
            code=code,
            severity="info",
            action="decide" if review else "know",
            fingerprint=fingerprint(code, paper.key),
            message=_of_resolution(paper.resolution),
            locations=catalog.context.in_order(
                Location(list=entry.list, line=entry.line) for entry in paper.mentions
            ),
            title=paper.title,
            reason_code=paper.resolution.reason_code,
        )


def _of_resolution(resolution: Resolution) -> str:
    """Say which works a title may mean, and why that is not certain."""
    why = in_words(resolution.reason_code) if resolution.reason_code else ""
    if not resolution.candidates:
        said = "; ".join(map(phrase, resolution.evidence))
        return why or sentence(said or "nothing identifies the work")
    shown = "; ".join(
        f"{one.key} “{one.title}” ({one.score:.0%})"
        for one in resolution.candidates[:CANDIDATES_SHOWN]
    )
    more = len(resolution.candidates) - CANDIDATES_SHOWN
    return f"Possible: {shown}{f' and {more} more' if more > 0 else ''}. {why}".rstrip()


def _of_problems(problems: Iterable[Problem], context: Context) -> Iterator[Diagnostic]:
    """Yield what is wrong with lists; what is the same of several lines of a list, once."""
    groups: dict[tuple[str, str, str], list[Problem]] = defaultdict(list)
    for one in problems:
        groups[one.code, one.list, one.message].append(one)
    for (code, list_name, message), group in groups.items():
        yield Diagnostic(
            code=code,
            severity="warning",
            action="decide" if code == "no-entries" else "know",
            fingerprint=fingerprint(code, list_name, *_said(code, message)),
            message=sentence(message),
            locations=context.in_order(Location(list=one.list, line=one.line) for one in group),
        )


def _said(code: str, message: str) -> tuple[str, ...]:
    """Return what of a message makes a problem another one; numbers change with every edit."""
    return () if code == "badly-read" else (_LINE_NUMBER.sub("", message),)


def _of_notes(notes: Iterable[Finding]) -> Iterator[Diagnostic]:
    for note in notes:
        subject = note.list, note.url, _LINE_NUMBER.sub("", note.message)
        yield Diagnostic(
            code=note.code,
            severity=note.severity,
            action="know",
            fingerprint=fingerprint(note.code, *subject),
            message=sentence(note.message),
            locations=(Location(list=note.list, line=note.line),),
            url=note.url,
        )
