"""
What diagnostics are made in the light of: the order of places, the last report, the catalog.

Pure. What two parts of a run notice (a renamed repository: the link and the finding of its paper)
is reported once; which of the two reports it is decided here.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, get_args

from pipeline.formats.report_json import Action, Diagnostic, LinkReport, Location
from pipeline.records.catalog import Finding
from pipeline.records.links import LinkHealth, Verdict
from pipeline.repair.repairs import Answers, Heard
from pipeline.reports.overview import Overview
from pipeline.storage.numbers import ByKey
from pipeline.urls import request_key
from pipeline.works.arxiv_links import arxiv_link
from pipeline.works.repositories import repository

# In the order in which they are worth doing (and in `report.json`).
_ORDER: Final[Mapping[Action, int]] = {action: rank for rank, action in enumerate(get_args(Action))}

# The link itself is in the report, as dead, failing or malformed.
_ABOUT_LINKS: Final = frozenset({"repository-missing", "placeholder-link"})

# The reasons of a link that would have been asked if it had been possible.
NOT_ASKED: Final = frozenset(
    {
        "no-time",
        "interrupted",
        "host-closed",
        "program-error",
        "source-unavailable",
        "not-asked",
        "network-down",
        "network-unproven",
        "no-route",
        "proxy-refused",
    }
)
UNASKED_FOR_GOOD: Final = frozenset({"private-address", "reached-elsewhere"})
"""The reasons of a link that this machine cannot ask, now or later."""


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
            of_state = one.code.startswith("link-") or one.code == "repository-renamed"
            if one.url and of_state and one.reason_code:  # what lists and papers say has no reason
                self._by_url[one.url] = one

    def in_order(self, places: Iterable[Location]) -> tuple[Location, ...]:
        """Return places without repetition, in the order of one edit pass."""
        return tuple(sorted(set(places), key=self.place))

    def earlier(self, fingerprint: str) -> Diagnostic | None:
        """Return what the last report said of the same thing."""
        return self._earlier.get(fingerprint)

    def reported_of(self, url: str) -> Diagnostic | None:
        """Return what the last report said of the state of a link."""
        return self._by_url.get(url)

    def may_be_told(self, link: LinkHealth) -> bool:
        """Say whether there is anything to say of a link; most are alive."""
        if link.verdict in ("skipped", "unknown"):
            known = link.reason_code in NOT_ASKED and self.reported_of(link.url) is not None
            return known or link.reason_code in UNASKED_FOR_GOOD
        return link.verdict != "alive" or link.reason_code == "fragment-missing"

    def rank(self, one: Diagnostic) -> tuple[object, ...]:
        """Return what sorts diagnostics: by what is worth doing first, then by place."""
        places = [self.place(at) for at in one.locations[:1]]
        return _ORDER[one.action], not places, places, one.code, one.url or "", one.fingerprint

    def dated(self, one: Diagnostic) -> Diagnostic:
        """Say since when it is known, and whether the last report had it."""
        earlier = self.earlier(one.fingerprint)
        known_since = earlier.first_seen_at if earlier else self.now
        first = one.first_seen_at or known_since or self.now
        return replace(one, first_seen_at=first, is_new=earlier is None)


Reasons = Counter[tuple[Verdict, str, str]]
"""How many links there are of each verdict with its code and its words."""


class Catalog:
    """Titles, columns, which links there is something to say of, and which findings tell that."""

    def __init__(self, overview: Overview, links: Sequence[LinkHealth], context: Context) -> None:
        self.overview = overview
        self.context = context
        self.reasons: Reasons = Counter()
        self.told: list[LinkHealth] = []
        """Links of which there may be something to say: most are alive."""
        self._papers = ByKey(overview.papers)
        self._columns: dict[tuple[str, int, str], int] = {}
        self._lost: dict[tuple[str, str], LinkHealth] = {}
        self._number_lost: Counter[tuple[str, str]] = Counter()
        self._renamed: set[tuple[str, int, str]] = set()
        self._missing = _missing_ids(overview.findings)
        reported = {finding.url for _, finding in overview.findings}
        registries, suggested = Heard(), set[str]()
        for link in links:
            self.reasons[link.verdict, link.reason_code, link.reason] += 1
            registries.take_link(link)
            if link.suggestion:
                suggested.add(request_key(link.suggestion))
            if link.url in reported:
                for one in link.occurrences:
                    self._columns[one.list, one.line, link.url] = one.column
            if context.may_be_told(link):
                self._tell(link)
        keyed = ((request_key(link.url), link.verdict) for link in (links if suggested else ()))
        self.answers = Answers(
            verdicts={key: verdict for key, verdict in keyed if key in suggested},
            denied=frozenset(overview.heard.denied | registries.denied),
            confirmed=lambda key: overview.heard.confirms(key) or registries.confirms(key),
            title_of=self._title_of,
        )
        """What decides whether a link can be repaired."""

    def _tell(self, link: LinkHealth) -> None:
        self.told.append(link)
        if self.is_missing_id(link):
            keys = self._covering(link)
            self._lost |= dict.fromkeys(keys, link)
            self._number_lost[min(keys)] += 1  # a link of several papers counts once
        if link.verdict == "moved" and (name := repository_of(link.url)):
            self._renamed |= {(one.list, one.line, name.lower()) for one in link.occurrences}

    def _title_of(self, key: str) -> str:
        paper = self._papers.get(key)
        return paper.title if paper is not None else ""

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
            key=lambda one: self.context.place(
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

    def lost(self, key: str, finding: Finding) -> tuple[LinkHealth | None, int]:
        """Return the link that a finding of a missing id covers too, and how many there are."""
        subject = key, finding.message.rpartition(" ")[2]
        return self._lost.get(subject), self._number_lost[subject]

    def is_reported(self, finding: Finding) -> bool:
        """Say whether a link's own diagnostic says what a finding says."""
        if finding.code in _ABOUT_LINKS:
            return True
        asked = finding.message.partition(" ")[0].lower()
        renamed = finding.code == "repository-renamed"
        return renamed and (finding.list, finding.line, asked) in self._renamed


def _missing_ids(findings: Iterable[tuple[str, Finding]]) -> dict[tuple[str, str], bool]:
    """Return the papers and ids that arXiv does not know, and whether that is an error."""
    missing: dict[tuple[str, str], bool] = {}
    for key, finding in findings:
        if finding.code == "arxiv-id-missing":
            subject = key, finding.message.rpartition(" ")[2]
            missing[subject] = missing.get(subject, True) and finding.severity == "error"
    return missing


def repository_of(url: str) -> str | None:
    """Return the full name of the repository that a URL leads to."""
    found = repository(url)
    return found.full_name if found else None


def phrase(reason: str) -> str:
    """Return a reason as a part of a sentence: without a full stop."""
    return reason.rstrip(". ")


def sentence(message: str) -> str:
    """Return a message with a full stop; it keeps its first letter, which may be a name's."""
    said = phrase(message)
    return said if said.endswith(("?", "!")) else f"{said}."
