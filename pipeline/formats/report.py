"""
`report.md`: what a maintainer should do, in the order in which it is worth doing.

Whatever comes from a list or a host passes `pipeline.formats.escape`: the template's environment
escapes every value that does not say that it is Markdown, so a forgotten filter is ugly and not
dangerous. Nothing but the footer depends on the time of the run.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Final

import jinja2

from pipeline.formats.escape import Markdown, markdown, markdown_url
from pipeline.formats.run_json import Counts, ListRun, Network, count
from pipeline.records import (
    Deferred,
    Finding,
    LinkHealth,
    Occurrence,
    Paper,
    Problem,
    Record,
    SourceState,
    Verdict,
)

FILE_LIMIT: Final = 400_000
"""Bytes of `report.md`: GitHub renders files up to 512 KB, a step's summary up to 1 MiB."""

PLACES_SHOWN: Final = 20
LINES_SHOWN: Final = 30
FEWEST_LINES: Final = 3

# Items of a section that is to be acted on, and of a collapsed one: the widest that fits is taken.
_WIDTHS: Final = (
    (500, 200),
    (200, 60),
    (100, 25),
    (50, 10),
    (20, 5),
    (10, 0),
    (3, 0),
    (0, 0),
)

_ABOUT_REPOSITORIES: Final = {"repository-archived": "archived", "repository-renamed": "renamed"}
# Their links are in the report already, as dead, failing or malformed.
_ABOUT_LINKS: Final = frozenset({"repository-missing", "placeholder-link"})
# They work: said apart, so that they do not bury what else was noticed.
_TIDY: Final = frozenset({"pdf-link", "version-pinned"})
_SOURCE_NAMES: Final = {"arxiv": "arXiv", "github": "GitHub"}


class Report(Record):
    """What the report is made of."""

    papers: tuple[Paper, ...]
    links: tuple[LinkHealth, ...]
    lists: tuple[ListRun, ...] = ()
    problems: tuple[Problem, ...] = ()
    deferred: tuple[Deferred, ...] = ()
    sandbox: bool = False
    offline: bool = False
    network: Network = "up"
    version: str = ""
    generated_at: datetime | None = None
    """For the footer."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at, with every place where it stands."""

    places: tuple[str, ...]
    """`list:line`, in the order of one edit pass."""
    more_places: int = 0
    title: str = ""
    url: str = ""
    target: str = ""
    """The URL to write instead."""
    note: str = ""
    instead: str = ""
    """The words to write instead."""
    since: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report, left out where `total` is 0."""

    title: str
    intro: str
    total: int
    items: tuple[Item, ...] = ()
    lines: tuple[str, ...] = ()
    more: int = 0
    """How many are not shown."""
    more_in: str = ""
    """The file that has them all."""
    singular: str = ""
    """The title for a headline, where there is one such thing."""
    task: bool = False
    """True where it is to be acted on, and so counts in the headline."""
    collapsed: bool = False


def render_report(report: Report, limit: int = FILE_LIMIT) -> str:
    """
    Return the report as Markdown of at most `limit` bytes.

    A long one keeps its head and every section's count, and names the file that has the rest.
    """
    outline = _Outline(report)
    text = ""
    for width in _WIDTHS:
        text = outline.render(*width)
        if len(text.encode("utf-8", "replace")) <= limit:
            break
    return text


class _Outline:
    """The sections of one report, as wide as asked."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._counts = count(report.papers, report.links)
        self._sections = tuple(_sections(report))
        self._context = {
            "headline": headline(report, self._sections),
            "banners": tuple(_banners(report)),
            "counts": tuple(_count_rows(self._counts)),
            "signature": _signature(report),
        }

    def render(self, wide: int, collapsed: int) -> str:
        sections = [_cut(section, wide, collapsed) for section in self._sections]
        template = environment().get_template("report.md.j2")
        return template.render(self._context, sections=sections)


def _cut(section: Section, wide: int, collapsed: int) -> Section:
    """Return a section with as many items as there is room for."""
    room = collapsed if section.collapsed else wide
    items, lines = section.items[:room], section.lines[: max(room, FEWEST_LINES)]
    hidden = len(section.items) - len(items) + len(section.lines) - len(lines)
    return replace(section, items=items, lines=lines, more=section.more + hidden)


@cache
def environment() -> jinja2.Environment:
    """
    Return the template environment of this package: every value that is put out is escaped.

    `autoescape` would escape for HTML; `finalize` sees every value, filtered or not, and lets only
    `escape.Markdown` pass. (A macro's result is a plain string: it would be escaped twice.)
    """
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("pipeline.formats"),
        autoescape=False,  # noqa: S701  # see above: HTML escapes are not Markdown's
        finalize=_finalized,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["link"] = markdown_url
    return made


def _finalized(value: Any) -> str:
    if isinstance(value, Markdown):
        return value
    return markdown("" if value is None else str(value))


# --- what it says first -----------------------------------------------------------------------


def headline(report: Report, sections: Iterable[Section]) -> str:
    """Return the title: how much there is to act on, and of what kind."""
    tasks = [section for section in sections if section.task]
    if tasks:
        parts = ", ".join(_counted(section) for section in tasks)
        return f"Links: {sum(section.total for section in tasks)} to act on ({parts})"
    if report.network == "down":
        return "Links: not checked, no network"
    return "Links: nothing to act on"


def _counted(section: Section) -> str:
    title = section.singular if section.total == 1 and section.singular else section.title
    return f"{section.total} {title.lower()}"


def _banners(report: Report) -> Iterator[str]:
    if report.sandbox:
        yield (
            "Sandbox run: the services were replicas, and what is said here of links and papers "
            "is made up in part."
        )
    if report.offline:
        yield "Off line: nothing was asked, and this is what earlier runs have learnt."
    if report.network == "down":
        yield (
            "Our own network did not work: the links could not be checked, and none of them is "
            "blamed for it."
        )


def _sections(report: Report) -> Iterator[Section]:
    """Yield the sections that have something to say."""
    order = _Order(report)
    for section in (
        *_link_sections(report, order),
        *_finding_sections(report, order),
        _review_section(report, order),
        _repository_section(report, order),
        *_collapsed_link_sections(report, order),
        _unidentified_section(report, order),
        _problem_section(report, order),
        _remark_section(report, order),
        _tidy_section(report, order),
        _line_section(
            "Left out in this run",
            "Chosen not to be asked, or left for a later run.",
            _left_out(report),
        ),
        _line_section(
            "What could not be asked",
            "What is said above is incomplete where it rests on these.",
            _not_asked(report),
        ),
    ):
        if section.total:
            yield section


# --- places -----------------------------------------------------------------------------------

Place = tuple[int, str, int, int]
"""Rank of the list, its name, line, column."""


class _Order:
    """The order of one edit pass: by list as the run names them, then by line."""

    def __init__(self, report: Report) -> None:
        self._ranks = {source.name: rank for rank, source in enumerate(report.lists)}
        self.titles = {paper.key: paper.title for paper in report.papers}

    def place(self, list_name: str, line: int, column: int = 0) -> Place:
        return (self._ranks.get(list_name, len(self._ranks)), list_name, line, column)

    def of_paper(self, paper: Paper) -> list[Place]:
        return sorted(self.place(entry.list, entry.line) for entry in paper.mentions)

    def of_link(self, link: LinkHealth) -> list[Place]:
        return sorted(self._of_occurrence(one) for one in link.occurrences)

    def _of_occurrence(self, one: Occurrence) -> Place:
        return self.place(one.list, one.line, one.column)

    def title_of(self, link: LinkHealth) -> str:
        """Return the title of the first paper that has the link."""
        holders = sorted(
            (one for one in link.occurrences if one.paper in self.titles), key=self._of_occurrence
        )
        return self.titles[holders[0].paper or ""] if holders else ""


def _shown_places(places: Iterable[Place]) -> tuple[tuple[str, ...], int]:
    """Return the places that are shown and the number of those that are not."""
    names = list(dict.fromkeys(f"{name}:{line}" for _, name, line, _ in places))
    return tuple(names[:PLACES_SHOWN]), max(0, len(names) - PLACES_SHOWN)


# --- links ------------------------------------------------------------------------------------

_LINK_SECTIONS: Final[tuple[tuple[Verdict, str, str], ...]] = (
    ("dead", "Dead", "Not there any more: replace or remove these links."),
    ("moved", "Moved", "There, but for good at another address: write the new one."),
    ("malformed", "Malformed", "No addresses as they stand in the list."),
)
_COLLAPSED_LINK_SECTIONS: Final[tuple[tuple[Verdict, str, str], ...]] = (
    (
        "blocked",
        "Blocked",
        "These hosts refuse robots. Usually the page is fine in a browser; only a person can tell.",
    ),
    (
        "failing",
        "Failing",
        "Cannot be told yet: asked again in the next run. What goes on failing becomes dead.",
    ),
)


def _link_sections(report: Report, order: _Order) -> Iterator[Section]:
    for verdict, title, intro in _LINK_SECTIONS:
        yield _link_section(report, order, verdict, title, intro, task=True)


def _collapsed_link_sections(report: Report, order: _Order) -> Iterator[Section]:
    for verdict, title, intro in _COLLAPSED_LINK_SECTIONS:
        yield _link_section(report, order, verdict, title, intro, task=False)


def _link_section(
    report: Report, order: _Order, verdict: Verdict, title: str, intro: str, *, task: bool
) -> Section:
    links = [link for link in report.links if link.verdict == verdict]
    links.sort(key=lambda link: (order.of_link(link)[:1], link.url))
    return Section(
        title=title,
        intro=intro,
        total=len(links),
        items=tuple(_link_item(link, order) for link in links[: _WIDTHS[0][0]]),
        more=max(0, len(links) - _WIDTHS[0][0]),
        more_in="links.jsonl",
        task=task,
        collapsed=not task,
    )


def _link_item(link: LinkHealth, order: _Order) -> Item:
    places, more = _shown_places(order.of_link(link))
    target = link.suggestion or (link.final_url if link.verdict == "moved" else None)
    return Item(
        places=places,
        more_places=more,
        title=order.title_of(link),
        url=link.url,
        target=target or "",
        note=link.reason.rstrip(". "),
        since=_since(link),
    )


def _since(link: LinkHealth) -> str:
    """Return since when a link fails, and in how many runs it did."""
    if link.first_failed_at is None:
        return ""
    runs = f", {link.consecutive_failures} runs" if link.consecutive_failures > 1 else ""
    return f"since {link.first_failed_at:%Y-%m-%d}{runs}"


# --- findings ---------------------------------------------------------------------------------

Group = tuple[Paper, Finding, list[Place]]


def _grouped(report: Report, order: _Order, wanted: Callable[[Finding], bool]) -> list[Group]:
    """Return findings that say the same of one paper as one, in the order of their places."""
    groups: dict[tuple[str | None, ...], Group] = {}
    for paper in report.papers:
        for finding in filter(wanted, paper.findings):
            key = (paper.key, finding.code, finding.message, finding.url, finding.replacement)
            places = groups.setdefault(key, (paper, finding, []))[2]
            places.append(order.place(finding.list, finding.line))
    for _, _, places in groups.values():
        places.sort()
    return sorted(groups.values(), key=lambda group: (group[2], group[0].key, group[1].code))


def _finding_section(
    title: str,
    intro: str,
    groups: Sequence[Group],
    *,
    singular: str = "",
    task: bool = False,
) -> Section:
    return Section(
        title=title,
        intro=intro,
        total=len(groups),
        items=tuple(_finding_item(*group) for group in groups[: _WIDTHS[0][0]]),
        more=max(0, len(groups) - _WIDTHS[0][0]),
        more_in="catalog.jsonl",
        singular=singular,
        task=task,
        collapsed=not task,
    )


def _finding_item(paper: Paper, finding: Finding, found_at: Sequence[Place]) -> Item:
    places, more = _shown_places(found_at)
    note = finding.message.rstrip(". ")
    # The title that stands at the place: what the list calls the work may be the finding.
    own = (entry.title for entry in paper.mentions if (entry.list, entry.line) == found_at[0][1:3])
    title = next(own, paper.title)
    replacement = finding.replacement or ""
    instead = "" if replacement.startswith(("https://", "http://")) else replacement
    return Item(
        places=places,
        more_places=more,
        title=title,
        url=finding.url if finding.url and not instead else "",
        target=replacement if finding.url and not instead else "",
        note=note,
        instead=instead,
    )


def _finding_sections(report: Report, order: _Order) -> Iterator[Section]:
    yield _finding_section(
        "Wrong or missing ids",
        "The list names a paper that is not there, or links to another one than it names.",
        _grouped(report, order, _by_severity("error")),
        singular="Wrong or missing id",
        task=True,
    )
    yield _finding_section(
        "Papers to look at",
        "They lead to a paper, but something about it is odd.",
        _grouped(report, order, _by_severity("warning")),
        singular="Paper to look at",
        task=True,
    )


def _remark_section(report: Report, order: _Order) -> Section:
    groups = _grouped(report, order, _by_severity("info"))
    intro = "Nothing has to be done about these; a title after an arrow is the official one."
    return _finding_section("Also noticed", intro, groups)


def _tidy_section(report: Report, order: _Order) -> Section:
    groups = _grouped(report, order, lambda finding: finding.code in _TIDY)
    return _finding_section("Links that could be simpler", "These work as they are.", groups)


def _by_severity(severity: str) -> Callable[[Finding], bool]:
    elsewhere = _ABOUT_LINKS | _TIDY | _ABOUT_REPOSITORIES.keys()
    return lambda finding: finding.severity == severity and finding.code not in elsewhere


def _repository_section(report: Report, order: _Order) -> Section:
    groups = _grouped(report, order, lambda finding: finding.code in _ABOUT_REPOSITORIES)
    return _finding_section(
        "Repositories archived or renamed",
        "GitHub leads from the old name to the new one until somebody takes the old name.",
        groups,
    )


# --- papers without a certain identity ---------------------------------------------------------


def _review_section(report: Report, order: _Order) -> Section:
    papers = [paper for paper in report.papers if paper.resolution.status == "review"]
    intro = "More than one work could be meant: link the right one."
    return replace(_paper_section("Needs a person", intro, papers, order), collapsed=False)


def _unidentified_section(report: Report, order: _Order) -> Section:
    papers = [
        paper
        for paper in report.papers
        if paper.resolution.status in {"missing", "failed", "skipped"}
    ]
    intro = "Nothing says which work these are; a link to it would."
    return _paper_section("Without an identifier", intro, papers, order)


def _paper_section(title: str, intro: str, papers: Iterable[Paper], order: _Order) -> Section:
    placed = sorted(
        ((order.of_paper(paper), paper) for paper in papers),
        key=lambda pair: (pair[0], pair[1].key),
    )
    items = [_paper_item(paper, places) for places, paper in placed[: _WIDTHS[0][0]]]
    notes = {item.note for item in items}
    if len(items) > 1 and len(notes) == 1:  # the same for all: said once
        note = notes.pop()
        intro = f"{intro} ({note[:1].upper()}{note[1:]}.)"
        items = [replace(item, note="") for item in items]
    return Section(
        title=title,
        intro=intro,
        total=len(placed),
        items=tuple(items),
        more=max(0, len(placed) - _WIDTHS[0][0]),
        more_in="catalog.jsonl",
        collapsed=True,
    )


def _paper_item(paper: Paper, found_at: Sequence[Place]) -> Item:
    places, more = _shown_places(found_at)
    resolution = paper.resolution
    parts = (*resolution.evidence, *(f"{one.key} {one.title}" for one in resolution.candidates))
    return Item(places=places, more_places=more, title=paper.title, note="; ".join(parts))


# --- the rest ---------------------------------------------------------------------------------


def _problem_section(report: Report, order: _Order) -> Section:
    problems = sorted(report.problems, key=lambda one: (order.place(one.list, one.line), one.code))
    items = (
        Item(places=(f"{one.list}:{one.line}",), note=one.message.rstrip(". "))
        for one in problems[: _WIDTHS[0][0]]
    )
    return Section(
        title="Lines that could not be read",
        intro="They look like entries, or their text is damaged; they are not in the catalog.",
        total=len(problems),
        items=tuple(items),
        more=max(0, len(problems) - _WIDTHS[0][0]),
        more_in="run.json",
        collapsed=True,
    )


def _line_section(title: str, intro: str, counted: Counter[str]) -> Section:
    """Return a section of sentences, the ones that concern most first."""
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    return Section(
        title=title,
        intro=intro,
        total=sum(counted.values()),
        lines=tuple(f"{sentence}: {number}" for sentence, number in ranked[:LINES_SHOWN]),
        more=max(0, len(ranked) - LINES_SHOWN),
        more_in="run.json",
        collapsed=False,
    )


def _left_out(report: Report) -> Counter[str]:
    """Count what was chosen not to be asked, by what and why."""
    left: Counter[str] = Counter()
    for link in report.links:
        if link.verdict == "skipped":
            left[f"links skipped ({_phrase(link.reason)})"] += 1
    for deferred in report.deferred:
        if deferred.what == "web":
            continue  # its links are counted above, by what is said of each
        name = _SOURCE_NAMES.get(deferred.what, deferred.what)
        left[f"left for a later run by {name} ({_phrase(deferred.reason)})"] += deferred.count
    return left


def _not_asked(report: Report) -> Counter[str]:
    """Count what could not be asked, by source and reason; what was put off is said elsewhere."""
    missed: Counter[str] = Counter()
    put_off = {deferred.reason for deferred in report.deferred}
    for source in report.lists:
        if source.stale:
            why = f" ({_phrase(source.reason)})" if source.reason else ""
            missed[f"entries of {source.name}, kept from the last run{why}"] += source.entries
    for paper in report.papers:
        for name, state in paper.sources.items():
            sentence = _state_sentence(_SOURCE_NAMES.get(name, name), state)
            if sentence and state.reason not in put_off:
                missed[sentence] += 1
    for link in report.links:
        if link.verdict == "unknown":
            missed[f"links not checked ({_phrase(link.reason)})"] += 1
    return missed


def _state_sentence(source: str, state: SourceState) -> str:
    """Say in a few words why a source's answer is not today's; nothing where it is."""
    why = f" ({_phrase(state.reason)})" if state.reason else ""
    if state.status == "found" and state.stale:
        return f"papers with older values of {source}{why}"
    if state.status in {"failed", "skipped"}:
        return f"papers without an answer of {source}{why}"
    return ""


def _phrase(reason: str) -> str:
    return reason.rstrip(". ")


def _count_rows(counts: Counts) -> Iterator[tuple[str, int]]:
    yield "Entries", counts.entries
    yield "Papers", counts.papers
    yield "Papers identified", counts.resolved
    yield "Papers to review", counts.review
    yield "Papers not identified", counts.unresolved
    yield from _nonzero("Links", counts.links)
    yield from _nonzero("Repositories", counts.repositories)


def _nonzero(what: str, counts: Mapping[Any, int]) -> Iterator[tuple[str, int]]:
    for name, number in counts.items():
        if number:
            yield f"{what} {name}", number


def _signature(report: Report) -> str:
    """Say who wrote the report and when, as far as the caller tells."""
    time = report.generated_at
    parts = (
        f"paper-list-pipeline {report.version}" if report.version else "",
        time and f"{time:%Y-%m-%d %H:%M} UTC",
    )
    return ", ".join(part for part in parts if part)
