"""
Catalog and link health → what a maintainer is told, each thing once.

Pure. One `Diagnostic` for one thing with all its places: a URL, a host or repository that is gone
with every link to it, a finding that says the same of one paper. What two parts of a run have
noticed (a renamed repository: the link and the paper's finding) is said once. The last report tells
what is new, since when it stands there, and which redirects have been seen twice.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, get_args

from pipeline.codes import in_words
from pipeline.formats.report_json import (
    RANKS,
    Action,
    Diagnostic,
    LinkReport,
    Location,
    edit_order,
    fingerprint,
)
from pipeline.formats.run_json import ListRun
from pipeline.previous import Previous
from pipeline.records.catalog import Finding, Paper, Resolution, Severity
from pipeline.records.links import LinkHealth
from pipeline.records.lists import Problem
from pipeline.repair.repairs import certain_replacement
from pipeline.urls import TWO_ADDRESSES, drops_address, host_of, url_fault
from pipeline.works.arxiv_links import FUSSY, arxiv_link
from pipeline.works.repositories import repository

CANDIDATES_SHOWN: Final = 3

# In the order in which they are worth doing (and stand in `report.json`).
_ORDER: Final[Mapping[Action, int]] = {action: rank for rank, action in enumerate(get_args(Action))}
_BY_SEVERITY: Final[Mapping[Severity, Action]] = {
    "error": "correct",
    "warning": "decide",
    "info": "know",
}
# The link itself is in the report, as dead, failing or malformed.
_ABOUT_LINKS: Final = frozenset({"repository-missing", "placeholder-link"})
_ABSENT_REPOSITORY: Final = frozenset({"no-such-repository", "repository-gone"})
# The reasons of a link that would have been asked if it had been possible.
_NOT_ASKED: Final = frozenset(
    {
        "no-time",
        "interrupted",
        "host-closed",
        "source-unavailable",
        "not-asked",
        "network-down",
        "network-unproven",
        "proxy-refused",
    }
)
# Messages name lines ("same work as in line 3", "(survey:47)"), and lines move.
_LINE_NUMBER: Final = re.compile(r"(?<=\bline )[0-9]{1,9}|(?<=:)[0-9]{1,9}(?=\))")


@dataclass(frozen=True, slots=True)
class Context:
    """What diagnoses are made in the light of."""

    place: Callable[[Location], tuple[int, str, int, int]]
    """Sorts places: `edit_order` of the run's lists."""
    previous: LinkReport | None = None
    now: datetime | None = None
    _earlier: dict[str, Diagnostic] = field(default_factory=dict)
    _by_url: dict[str, Diagnostic] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in self.previous.diagnostics if self.previous else ():
            self._earlier[one.fingerprint] = one
            if one.url and (one.code.startswith("link-") or one.code == "repository-renamed"):
                self._by_url[one.url] = one

    def in_order(self, places: Iterable[Location]) -> tuple[Location, ...]:
        """Return places without repetition, in the order of one edit pass."""
        return tuple(sorted(set(places), key=self.place))

    def earlier(self, fingerprint: str) -> Diagnostic | None:
        """Return what the last report said of the same thing."""
        return self._earlier.get(fingerprint)

    def told_of(self, url: str) -> Diagnostic | None:
        """Return what the last report said of the state of a link."""
        return self._by_url.get(url)

    def rank(self, one: Diagnostic) -> tuple[object, ...]:
        """Return what sorts diagnostics: by what is worth doing first, then by place."""
        places = [self.place(at) for at in one.locations[:1]]
        return _ORDER[one.action], not places, places, one.code, one.url or "", one.fingerprint

    def dated(self, one: Diagnostic) -> Diagnostic:
        """Say since when it is known, and whether the last report had it."""
        earlier = self.earlier(one.fingerprint)
        known_since = earlier.first_seen_at if earlier else self.now
        first = one.first_seen_at or known_since or self.now
        return one.model_copy(update={"first_seen_at": first, "is_new": earlier is None})


def diagnose(
    papers: Sequence[Paper],
    links: Sequence[LinkHealth],
    *,
    lists: Sequence[ListRun] = (),
    problems: Iterable[Problem] = (),
    notes: Iterable[Finding] = (),
    previous: LinkReport | None = None,
    now: datetime | None = None,
) -> tuple[Diagnostic, ...]:
    """
    Return everything that a maintainer may want to know, what is worth doing first at the front.

    `notes` are about files of the maintainer's own, such as rules that have expired; their `list`
    is the file. `now` dates what was never told before. A redirect is certain only where it was
    asked again since a report had it first, or where GitHub says itself that a repository is called
    otherwise.
    """
    context = Context(edit_order(lists), previous, now)
    catalog = _Catalog(papers, links, context)
    found = [
        *_of_links(links, catalog, context),
        *_of_findings(papers, catalog, context),
        *_of_works(papers, context),
        *_of_problems(problems, context),
        *_of_notes(notes),
    ]
    mended = {one.url for one in found if one.certain and one.action == "apply"}
    kept = (one for one in found if one.action != "tidy" or one.url not in mended)
    return tuple(sorted(map(context.dated, kept), key=context.rank))


# --- what the catalog knows of a place ---------------------------------------------------------


class _Catalog:
    """Titles, columns, and which findings and links tell the same."""

    def __init__(
        self, papers: Sequence[Paper], links: Sequence[LinkHealth], context: Context
    ) -> None:
        self.last = Previous(papers=tuple(papers), links=tuple(links))
        """What `pipeline fix` will find of this run."""
        self._papers = {paper.key: paper for paper in papers}
        self._context = context
        told = {finding.url for paper in papers for finding in paper.findings}
        self._columns = {
            (one.list, one.line, link.url): one.column
            for link in links
            if link.url in told
            for one in link.occurrences
        }
        self._missing: dict[tuple[str, str], bool] = {}
        for paper in papers:
            for finding in paper.findings:
                if finding.code == "arxiv-id-missing":
                    subject = paper.key, finding.message.rpartition(" ")[2]
                    is_error = finding.severity == "error"
                    self._missing[subject] = self._missing.get(subject, True) and is_error
        self._lost = {
            key: link for link in links for key in self._covering(link) if self.is_missing_id(link)
        }
        self._renamed = {
            (one.list, one.line, name.lower())
            for link in links
            if link.verdict == "moved" and (name := _repository_of(link.url))
            for one in link.occurrences
        }

    def title_at(self, key: str | None, list_name: str, line: int) -> str | None:
        """Return what the list calls a work at a place, else what the catalog does."""
        paper = self._papers.get(key or "")
        if paper is None:
            return None
        own = (
            entry.title
            for entry in paper.mentions
            if entry.list == list_name and entry.line <= line <= entry.end_line
        )
        return next(own, paper.title)

    def title_of(self, link: LinkHealth) -> str | None:
        """Return the title of the first work that has the link."""
        held = [one for one in link.occurrences if one.paper in self._papers]
        if not held:
            return None
        first = min(
            held,
            key=lambda one: self._context.place(
                Location(list=one.list, line=one.line, column=one.column)
            ),
        )
        return self.title_at(first.paper, first.list, first.line)

    def location(self, finding: Finding) -> Location:
        """Return the place of a finding, with the column of its link where that is known."""
        column = self._columns.get((finding.list, finding.line, finding.url or ""))
        return Location(list=finding.list, line=finding.line, column=column)

    def is_missing_id(self, link: LinkHealth) -> bool:
        """Say whether findings tell of every place of a link that arXiv knows no such paper."""
        covering = self._covering(link)
        return bool(covering) and all(self._missing.get(key, False) for key in covering)

    def _covering(self, link: LinkHealth) -> set[tuple[str, str]]:
        """Return the findings (paper, id) that may say what a link's verdict says."""
        found = arxiv_link(link.url) if link.reason_code == "no-such-paper" else None
        if found is None or found.id is None:
            return set()
        return {(one.paper or "", found.id) for one in link.occurrences}

    def lost_link(self, paper: Paper, finding: Finding) -> LinkHealth | None:
        """Return the link that a finding of a missing id stands for too."""
        return self._lost.get((paper.key, finding.message.rpartition(" ")[2]))

    def is_told(self, finding: Finding) -> bool:
        """Say whether a link's own diagnostic says what a finding says."""
        if finding.code in _ABOUT_LINKS:
            return True
        asked = finding.message.partition(" ")[0].lower()
        renamed = finding.code == "repository-renamed"
        return renamed and (finding.list, finding.line, asked) in self._renamed


def _repository_of(url: str) -> str | None:
    found = repository(url)
    return found.full_name if found else None


# --- links ------------------------------------------------------------------------------------


def _of_links(
    links: Iterable[LinkHealth], catalog: _Catalog, context: Context
) -> Iterator[Diagnostic]:
    """Yield the state of links: what shares a dead host or repository together."""
    groups: dict[str, list[LinkHealth]] = defaultdict(list)
    for link in sorted(links, key=lambda one: one.url):
        if link.verdict == "dead" and not catalog.is_missing_id(link):
            groups[_dead_subject(link)].append(link)
        elif link.verdict in _OF_VERDICT and not catalog.is_missing_id(link):
            yield _OF_VERDICT[link.verdict](link, catalog, context)
        elif link.reason_code == "fragment-missing":
            yield _without_section(link, catalog, context)
        elif link.verdict in ("skipped", "unknown"):
            yield from _of_unasked(link, catalog, context)
    for subject, group in groups.items():
        yield _dead(subject, group, catalog, context)


def _dead_subject(link: LinkHealth) -> str:
    """
    Return what is gone: a host, a repository, or the page alone.

    A link that has a suggestion of its own is a matter of its own.
    """
    if link.suggestion is None and link.reason_code == "no-such-host":
        return host_of(link.url) or link.url
    if link.suggestion is None and link.reason_code in _ABSENT_REPOSITORY:
        name = _repository_of(link.url)
        return f"github.com/{name.lower()}" if name else link.url
    return link.url


def _dead(
    subject: str, group: Sequence[LinkHealth], catalog: _Catalog, context: Context
) -> Diagnostic:
    first = group[0]
    sure = len(group) == 1 and certain_replacement(first, catalog.last) is not None
    action: Action = "apply" if sure else "replace"
    one = _state(first, catalog, context, severity="error", action=action, subject=(subject,))
    if len(group) == 1:
        return one.model_copy(update={"certain": sure})
    since = [link.first_failed_at for link in group if link.first_failed_at]
    return one.model_copy(
        update={
            "url": None,
            "title": subject,
            "message": f"{phrase(first.reason)}: {len(group)} links to {subject}.",
            "locations": context.in_order(at for link in group for at in _places(link)),
            "first_seen_at": min(since, default=None),
            "failures": max(link.consecutive_failures for link in group),
        }
    )


def _moved(link: LinkHealth, catalog: _Catalog, context: Context) -> Diagnostic:
    """Return a redirect: to be written where it is stable, else to be waited for."""
    renamed = link.reason_code == "repository-renamed"
    code = "repository-renamed" if renamed else "link-moved"
    target = link.suggestion or link.final_url
    earlier = context.earlier(fingerprint(code, link.url, target))
    seen = link.evidence == "github" or _is_seen_again(link, earlier)
    sure = seen and certain_replacement(link) is not None
    one = _state(
        link,
        catalog,
        context,
        code=code,
        severity="warning" if sure else "info",
        action="apply" if sure else "wait",
        subject=(link.url, target),
    )
    return one.model_copy(update={"replacement": target, "certain": sure})


def _is_seen_again(link: LinkHealth, earlier: Diagnostic | None) -> bool:
    """Say whether a link was asked again since it was told first: a stored answer is no second."""
    if earlier is None or earlier.first_seen_at is None or link.checked_at is None:
        return False
    return link.checked_at > earlier.first_seen_at


def _malformed(link: LinkHealth, catalog: _Catalog, context: Context) -> Diagnostic:
    if link.suggestion is not None and drops_address(link.url, link.suggestion):
        one = _state(link, catalog, context, severity="warning", action="decide")
        return one.model_copy(update={"message": TWO_ADDRESSES, "replacement": None})
    sure = _is_address(link.suggestion)
    action: Action = "apply" if sure else "replace"
    one = _state(link, catalog, context, severity="warning", action=action)
    return one.model_copy(update={"certain": sure})


def _failing(link: LinkHealth, catalog: _Catalog, context: Context) -> Diagnostic:
    return _state(link, catalog, context, severity="info", action="wait")


def _blocked(link: LinkHealth, catalog: _Catalog, context: Context) -> Diagnostic:
    return _state(link, catalog, context, severity="info", action="know")


def _without_section(link: LinkHealth, catalog: _Catalog, context: Context) -> Diagnostic:
    return _state(link, catalog, context, code=link.reason_code, severity="info", action="know")


_OF_VERDICT: Final[Mapping[str, Callable[[LinkHealth, _Catalog, Context], Diagnostic]]] = {
    "moved": _moved,
    "malformed": _malformed,
    "failing": _failing,
    "blocked": _blocked,
}


def _of_unasked(link: LinkHealth, catalog: _Catalog, context: Context) -> Iterator[Diagnostic]:
    """
    Yield what the last report said of a link that could not be asked in this run.

    A run without a network has learnt nothing: it neither closes a case nor makes it new again.
    """
    if link.reason_code == "private-address":
        yield _state(link, catalog, context, severity="info", action="know")
    earlier = context.told_of(link.url) if link.reason_code in _NOT_ASKED else None
    if earlier is not None:
        places = context.in_order(_places(link))
        yield earlier.model_copy(update={"locations": places, "title": catalog.title_of(link)})


def _state(
    link: LinkHealth,
    catalog: _Catalog,
    context: Context,
    *,
    severity: Severity,
    action: Action,
    code: str | None = None,
    subject: Sequence[str | None] = (),
) -> Diagnostic:
    code = code or f"link-{link.verdict}"
    return Diagnostic(
        code=code,
        severity=severity,
        action=action,
        fingerprint=fingerprint(code, *(subject or (link.url,))),
        message=link.reason,
        locations=context.in_order(_places(link)),
        title=catalog.title_of(link),
        url=link.url,
        reason_code=link.reason_code,
        status_code=link.status_code,
        replacement=link.suggestion,
        first_seen_at=link.first_failed_at if link.verdict in ("dead", "failing") else None,
        failures=link.consecutive_failures,
    )


def _places(link: LinkHealth) -> Iterator[Location]:
    for one in link.occurrences:
        yield Location(list=one.list, line=one.line, column=one.column)


def _is_address(target: str | None) -> bool:
    """Say whether a machine may write it into a list."""
    return target is not None and url_fault(target) is None


# --- papers -----------------------------------------------------------------------------------


def _of_findings(
    papers: Iterable[Paper], catalog: _Catalog, context: Context
) -> Iterator[Diagnostic]:
    """Yield what is said of papers: the same, said of several places of one, once."""
    groups: dict[str, list[tuple[Paper, Finding]]] = defaultdict(list)
    for paper in sorted(papers, key=lambda one: one.key):
        for finding in paper.findings:
            if not catalog.is_told(finding):
                groups[_finding_fingerprint(paper, finding)].append((paper, finding))
    for print_, group in groups.items():
        yield _of_finding(print_, group, catalog, context)


def _finding_fingerprint(paper: Paper, finding: Finding) -> str:
    """Return the digest of what is said of a paper, without the lines that a message may name."""
    if finding.url is not None or finding.replacement is not None:
        return fingerprint(finding.code, paper.key, finding.url, finding.replacement)
    where = finding.list if finding.code == "duplicate-entry" else None
    return fingerprint(finding.code, paper.key, where, _LINE_NUMBER.sub("", finding.message))


def _of_finding(
    print_: str, group: Sequence[tuple[Paper, Finding]], catalog: _Catalog, context: Context
) -> Diagnostic:
    located = sorted(
        ((catalog.location(finding), paper, finding) for paper, finding in group),
        key=lambda one: context.place(one[0]),
    )
    at, paper, finding = located[0]
    severity = min((one.severity for _, one in group), key=RANKS.__getitem__)
    lost = catalog.lost_link(paper, finding) if finding.code == "arxiv-id-missing" else None
    return Diagnostic(
        code=finding.code,
        severity=severity,
        action="tidy" if finding.code in FUSSY else _BY_SEVERITY[severity],
        fingerprint=print_,
        message=_sentence(finding.message),
        locations=context.in_order(place for place, _, _ in located),
        title=catalog.title_at(paper.key, at.list, at.line),
        url=finding.url or (lost.url if lost else None),
        reason_code=lost.reason_code if lost else None,
        replacement=finding.replacement,
        certain=finding.code in FUSSY and _is_address(finding.replacement),
        first_seen_at=lost.first_failed_at if lost else None,
        failures=lost.consecutive_failures if lost else 0,
    )


def _of_works(papers: Iterable[Paper], context: Context) -> Iterator[Diagnostic]:
    """Yield the works of which nobody is sure which they are."""
    for paper in papers:
        if paper.resolution.status == "found":
            continue
        review = paper.resolution.status == "review"
        code = "needs-review" if review else "no-identifier"
        yield Diagnostic(
            code=code,
            severity="info",
            action="decide" if review else "know",
            fingerprint=fingerprint(code, paper.key),
            message=_of_resolution(paper.resolution),
            locations=context.in_order(
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
        return why or _sentence(said or "nothing says which work it is")
    shown = "; ".join(
        f"{one.key} “{one.title}” ({one.score:.0%})"
        for one in resolution.candidates[:CANDIDATES_SHOWN]
    )
    more = len(resolution.candidates) - CANDIDATES_SHOWN
    return f"Perhaps {shown}{f' and {more} more' if more > 0 else ''}. {why}".rstrip()


# --- lists and files of the maintainer's own ----------------------------------------------------


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
            fingerprint=fingerprint(code, list_name, _LINE_NUMBER.sub("", message)),
            message=_sentence(message),
            locations=context.in_order(Location(list=one.list, line=one.line) for one in group),
        )


def _of_notes(notes: Iterable[Finding]) -> Iterator[Diagnostic]:
    for note in notes:
        subject = note.list, note.url, _LINE_NUMBER.sub("", note.message)
        yield Diagnostic(
            code=note.code,
            severity=note.severity,
            action="know",
            fingerprint=fingerprint(note.code, *subject),
            message=_sentence(note.message),
            locations=(Location(list=note.list, line=note.line),),
            url=note.url,
        )


# --- words ------------------------------------------------------------------------------------


def phrase(reason: str) -> str:
    """Return a reason as a part of a sentence: without a full stop."""
    return reason.rstrip(". ")


def _sentence(message: str) -> str:
    """Return a message with a full stop; it keeps its first letter, which may be a name's."""
    said = phrase(message)
    return said if said.endswith(("?", "!")) else f"{said}."
