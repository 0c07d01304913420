"""
What is wrong with a list by its text alone: no network, no cache, no memory. Pure.

Only what its writer can see and mend at once: malformed and placeholder links, files and headings
that are not there, an entry twice in one section, one id under two titles, one title under two ids,
lines that could not be read. What a
maintainer may want so (a link to the PDF, one entry in two sections) is no fault here.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from pipeline.codes import REASONS
from pipeline.formats.report_json import Action, Diagnostic, Location, fingerprint
from pipeline.links.ignores import Ignores
from pipeline.links.local import is_local
from pipeline.records.catalog import Finding, Paper
from pipeline.records.lists import Link, ParsedList, Problem
from pipeline.reports.consistency import with_findings
from pipeline.reports.entry_links import code_repositories, placeholders
from pipeline.reports.mentions import finding_at, repeated
from pipeline.reports.targets import of_targets
from pipeline.stages.resolve.by_link import claims_of, grouped, papers_of
from pipeline.stages.resolve.claims import Claim
from pipeline.urls import (
    TWO_ADDRESSES,
    drops_address,
    repaired_url,
    request_key,
    url_fault,
)
from pipeline.works.arxiv_links import arxiv_link

TOLD: Final[dict[str, Action]] = {
    "placeholder-link": "correct",
    "same-id-two-titles": "decide",
    "same-title-two-ids": "decide",
    "foreign-code-link": "decide",
}
"""Findings that are told where they are warnings; what is `info` is no fault of the list's text."""


_OURS: Final = frozenset({"badly-read"})
"""Problems that are more the reader's than the text's: a commit should not fail for them."""


def lint(
    lists: Sequence[ParsedList],
    problems: Iterable[Problem] = (),
    *,
    ignores: Ignores | None = None,
    today: date | None = None,
) -> tuple[Diagnostic, ...]:
    """Return what is wrong, by place; lists one by one, arXiv ids later than *today* refused."""
    ignores = ignores or Ignores()
    findings = [
        *(_of_problem(one) for parsed in lists for one in parsed.problems if one.code not in _OURS),
        *map(_of_problem, problems),
        *(one for parsed in lists for one in _of_list(parsed, today)),
    ]
    columns = _columns(lists, findings)
    told = [_diagnostic(one, columns) for one in findings if not ignores.covers(one)]
    told += list(of_targets(lists, ignores, told))
    placed = [(one.locations[0], one) for one in told]
    placed.sort(
        key=lambda at: (at[0].list, at[0].line, at[0].column or 0, at[1].code, at[1].message)
    )
    return tuple(one for _, one in placed)


def _of_list(parsed: ParsedList, today: date | None) -> Iterator[Finding]:
    """Yield the faults of the links, then those of the entries; every address is read once."""
    claims: list[Claim] = []
    told: set[Finding] = set()
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for claim in claims_of([parsed], today):
        for link in claim.entry.links:
            if (fault := _of_link(parsed, link, today)) is not None:
                yield fault
        told.update(placeholders(claim.entry))
        for key in code_repositories(claim.entry):
            holders[key].append(len(claims))
        claims.append(claim)
    for link in (*parsed.other_links, *parsed.local):
        if (fault := _of_link(parsed, link, today)) is not None:
            yield fault
    shared = {number for numbers in holders.values() if len(numbers) > 1 for number in numbers}
    papers = _papers(claims, shared)
    told.update(finding for paper in with_findings(papers, {}) for finding in paper.findings)
    told = {one for one in told if one.code in TOLD and one.severity != "info"}
    yield from told
    places = {finding.line for finding in told}
    for duplicate in _duplicates(papers):
        if duplicate.line not in places:
            yield duplicate


def _papers(claims: Sequence[Claim], shared: Container[int]) -> list[Paper]:
    """Return the works of which there may be something to say beside their own links."""
    groups, rivals = grouped((claim.facts, claim) for claim in claims)
    alone = {id(claim) for number, claim in enumerate(claims) if number not in shared}

    def is_plain(members: Sequence[Claim]) -> bool:
        first = members[0]
        plain = len(members) == 1 and id(first) in alone and first.entry.kind == "paper"
        return plain and first.title not in rivals

    return list(papers_of((one for one in groups.members() if not is_plain(one)), rivals))


def _of_link(parsed: ParsedList, link: Link, today: date | None) -> Finding | None:
    found = None if is_local(link) else _fault(link, today)
    if found is None:
        return None
    words, replacement = found
    return Finding(
        code="link-malformed",
        severity="warning" if replacement or words == TWO_ADDRESSES else "error",
        message=words,
        list=parsed.name,
        line=link.line,
        url=link.written or link.url,
        replacement=replacement,
    )


def _columns(
    lists: Iterable[ParsedList], findings: Iterable[Finding]
) -> dict[tuple[str, int, str], int]:
    """Return the columns of the links in the lines of findings."""
    places = {(one.list, one.line) for one in findings}
    return {
        (parsed.name, link.line, url): link.column
        for parsed in lists
        for link in (parsed.all_links() if places else ())
        if (parsed.name, link.line) in places
        for url in (link.url, link.written)
        if url is not None
    }


def _of_problem(problem: Problem) -> Finding:
    return Finding(**problem.model_dump(), severity="warning")


# --- links ------------------------------------------------------------------------------------


def _fault(link: Link, today: date | None) -> tuple[str, str | None] | None:
    """Return why a link is none, and what it plainly means; None where it is fine."""
    found = _plain_fault(link, today)
    if found is not None and found[1] and drops_address(link.written or link.url, found[1]):
        return TWO_ADDRESSES, None
    return found


def _plain_fault(link: Link, today: date | None) -> tuple[str, str | None] | None:
    autolink = link.url == f"http://{link.written}" and link.url.startswith("http://www.")
    if link.written is not None and link.written != link.url and not autolink:
        words = url_fault(link.written) or "the parentheses contain more than an address"
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
        return REASONS["arxiv-trailing-text"], found.plain_url
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
        for before, entry in repeated(paper.mentions, lambda one: (one.section, one.kind)):
            keys = {request_key(link.url) for link in before.links}
            shared = any(request_key(link.url) in keys for link in entry.links)
            if shared or not paper.key.startswith("title:"):
                message = f"same work as in line {before.line}, of the same section"
                yield finding_at(entry, "duplicate-entry", "warning", message)


# --- the form of all reports ------------------------------------------------------------------


def _diagnostic(finding: Finding, columns: dict[tuple[str, int, str], int]) -> Diagnostic:
    column = columns.get((finding.list, finding.line, finding.url or ""))
    action = TOLD.get(finding.code, "correct")
    if finding.replacement or finding.message == TWO_ADDRESSES:
        action = "apply" if finding.replacement else "decide"
    return Diagnostic(
        code=finding.code,
        severity=finding.severity,
        action=action,
        fingerprint=fingerprint(finding.code, finding.list, finding.url or finding.message),
        message=finding.message,
        locations=(Location(list=finding.list, line=finding.line, column=column),),
        url=finding.url,
        replacement=finding.replacement,
        certain=finding.replacement is not None,
    )
