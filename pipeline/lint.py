"""
What is wrong with a list by its text alone: no network, no cache, no memory. Pure.

Only what its writer can see and mend at once: malformed and placeholder links, an entry twice in
one section, one id under two titles, one title under two ids, lines that could not be read. What a
maintainer may want so (a link to the PDF, one entry in two sections) is no fault here.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from pipeline.consistency import with_findings
from pipeline.diagnostics import fingerprint
from pipeline.formats.report_json import Action, Diagnostic, Location
from pipeline.identifiers import (
    Identifier,
    arxiv_link,
    canonical_url,
    repaired_url,
    request_key,
    url_fault,
)
from pipeline.ignores import Ignores
from pipeline.reasons import REASONS
from pipeline.records import Entry, Finding, Kind, Link, Paper, ParsedList, Problem
from pipeline.stages.resolve import resolve

TOLD: Final[dict[str, Action]] = {
    "placeholder-link": "correct",
    "same-id-two-titles": "decide",
    "same-title-two-ids": "decide",
    "foreign-code-link": "decide",
}
"""Findings that are told where they are warnings; what is `info` is no fault of the list's text."""


def lint(
    lists: Sequence[ParsedList],
    problems: Iterable[Problem] = (),
    *,
    ignores: Ignores | None = None,
    today: date | None = None,
) -> tuple[Diagnostic, ...]:
    """
    Return what is wrong, sorted by list, line and column.

    `problems` are those of decoding; the lists bring their own. Lists are taken one by one: what
    two lists say of one work is no fault of either. With *today*, arXiv ids of months to come are
    refused.
    """
    ignores = ignores or Ignores()
    columns = {
        (parsed.name, link.line, url): link.column
        for parsed in lists
        for link in _links(parsed)
        for url in (link.url, link.written)
        if url is not None
    }
    findings = [
        *(_of_problem(one) for parsed in lists for one in parsed.problems),
        *map(_of_problem, problems),
        *(one for parsed in lists for one in _of_list(parsed, today)),
    ]
    told = (_diagnostic(one, columns) for one in findings if not ignores.covers(one))
    return tuple(sorted(told, key=_order))


def _order(one: Diagnostic) -> tuple[str, int, int, str, str]:
    place = one.locations[0]
    return place.list, place.line, place.column or 0, one.code, one.message


def _links(parsed: ParsedList) -> Iterator[Link]:
    for entry in parsed.entries:
        yield from entry.links
    yield from parsed.other_links


def _of_list(parsed: ParsedList, today: date | None) -> Iterator[Finding]:
    papers = with_findings(resolve([parsed], today=today), {})
    told = {
        finding
        for paper in papers
        for finding in paper.findings
        if finding.code in TOLD and finding.severity != "info"
    }
    places = {finding.line for finding in told}
    yield from told
    for duplicate in _duplicates(papers):
        if duplicate.line not in places:
            yield duplicate
    for link in _links(parsed):
        fault = _fault(link, today)
        if fault is not None:
            words, replacement = fault
            yield _finding(
                (parsed.name, link.line),
                "link-malformed",
                words,
                url=link.written or link.url,
                replacement=replacement,
            )


def _finding(
    place: tuple[str, int],
    code: str,
    message: str,
    *,
    url: str | None = None,
    replacement: str | None = None,
) -> Finding:
    return Finding(
        code=code,
        severity="warning",
        message=message,
        list=place[0],
        line=place[1],
        url=url,
        replacement=replacement,
    )


def _of_problem(problem: Problem) -> Finding:
    return _finding((problem.list, problem.line), problem.code, problem.message)


# --- links ------------------------------------------------------------------------------------


def _fault(link: Link, today: date | None) -> tuple[str, str | None] | None:
    """Return why a link is none, and what it plainly means; None where it is fine."""
    if link.written is not None and link.written != link.url:
        words = url_fault(link.written) or "more than an address stands there"
        return _no_url(words), link.url
    words_of_url = url_fault(link.url)
    if words_of_url is not None:
        return _no_url(words_of_url), repaired_url(link.url)
    found = arxiv_link(link.url, today=today)
    if found is None or not found.own_host:
        return None
    if found.fault == "invalid":
        return REASONS["arxiv-invalid-id"], None
    if found.id is not None and not found.exact:
        return REASONS["arxiv-trailing-text"], canonical_url(Identifier("arxiv", found.id))
    return None


def _no_url(words: str) -> str:
    return f"{REASONS['no-url'][:-1]}: {words}."


# --- entries ----------------------------------------------------------------------------------


def _duplicates(papers: Iterable[Paper]) -> Iterator[Finding]:
    """
    Name every further place of a work in one section; two sections may be meant so.

    Of entries that are one only by their title, those that share a link: a paper and its slides are
    often two entries of one title.
    """
    for paper in papers:
        first: dict[tuple[tuple[str, ...], Kind], Entry] = {}
        for entry in paper.mentions:
            before = first.setdefault((entry.section, entry.kind), entry)
            if before is not entry and (_is_identified(paper) or _share_link(before, entry)):
                message = f"same work as in line {before.line}, of the same section"
                yield _finding((entry.list, entry.line), "duplicate-entry", message)


def _is_identified(paper: Paper) -> bool:
    return not paper.key.startswith("title:")


def _share_link(one: Entry, other: Entry) -> bool:
    keys = {request_key(link.url) for link in one.links}
    return any(request_key(link.url) in keys for link in other.links)


# --- the form of all reports ------------------------------------------------------------------


def _diagnostic(finding: Finding, columns: dict[tuple[str, int, str], int]) -> Diagnostic:
    column = columns.get((finding.list, finding.line, finding.url or ""))
    return Diagnostic(
        code=finding.code,
        severity=finding.severity,
        action="apply" if finding.replacement else TOLD.get(finding.code, "correct"),
        fingerprint=fingerprint(finding.code, finding.list, finding.url or finding.message),
        message=finding.message,
        locations=(Location(list=finding.list, line=finding.line, column=column),),
        url=finding.url,
        replacement=finding.replacement,
        certain=finding.replacement is not None,
    )
