"""
`report.md`: what a maintainer should do, in the order in which it is worth doing.

A rendering of `report.json`'s records. Whatever comes from a list or a host passes
`pipeline.formats.escape`: the template's environment escapes every value that does not say that it
is Markdown, so a forgotten filter is ugly and not dangerous. Nothing but the footer depends on the
time of the run, so a report in which nothing has changed is the same but for its end.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from pathlib import PurePath
from typing import Any, Final

import jinja2

from pipeline.formats.escape import Markdown, markdown, markdown_url, safe_url
from pipeline.formats.places import Place, PlaceUrl, shown_places
from pipeline.formats.report_json import Diagnostic, LinkReport, Location, edit_order, marks_new
from pipeline.formats.run_json import Counts

FILE_LIMIT: Final = 400_000
"""Bytes of `report.md`: GitHub renders files up to 512 KB."""

PLACES_SHOWN: Final = 20
LINES_SHOWN: Final = 30
FILES_SHOWN: Final = 12
FEWEST_LINES: Final = 3
NOTE_LIMIT: Final = 400
"""Characters of a sentence that are shown: of a review, with its candidates."""
PLAIN_URL: Final = 200
"""Characters of an address that serves as an example."""
IGNORED_FOR: Final = timedelta(days=90)

# Items of a section, from the widest to none. Collapsed sections shrink to nothing first, the last
# of them before the others; then what is to be acted on, what is cheapest to decide on last.
_WIDTHS: Final = (1000, 500, 200, 100, 50, 20, 10, 3, 0)

Test = Callable[[Diagnostic], bool]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at, with every place where it stands."""

    places: tuple[Markdown, ...]
    """`list:line`, in the order of one edit pass; links where the repository is known."""
    more_places: int = 0
    title: str = ""
    url: str = ""
    target: str = ""
    """The URL to write instead."""
    note: str = ""
    instead: str = ""
    """The words to write instead."""
    since: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report, left out where `total` is 0."""

    title: str
    intro: Markdown
    total: int
    items: tuple[Item, ...] = ()
    lines: tuple[str, ...] = ()
    more: int = 0
    """How many are in neither."""
    task: bool = False
    """True where it is to be acted on."""
    collapsed: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """Which diagnostics make a section."""

    title: str
    intro: str
    holds: Test
    task: bool = False


def render_report(
    report: LinkReport, limit: int = FILE_LIMIT, place_url: PlaceUrl | None = None
) -> str:
    """
    Return the report as Markdown of at most `limit` bytes, and so of no more characters.

    A long one keeps its head, every section's title and count, and says how much is in
    `report.json`; what is least important is cut first. With `place_url` places are links.
    """
    sections = tuple(_sections(report, shown_places(report, place_url)))
    context = _context(report)
    frame = environment().get_template("report.md.j2")
    parts = _Parts(sections)
    room = limit - _size(frame.render(context, sections=()))
    return frame.render(context, sections=parts.fitted(room))


class _Parts:
    """The sections as text, each as wide as there is room for."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._sections = sections
        self._widths = [_WIDTHS[0]] * len(sections)
        self._texts = [self._text(n) for n in range(len(sections))]
        self._sizes = [_size(text) for text in self._texts]

    def fitted(self, room: int) -> tuple[Markdown, ...]:
        """Return the sections, cut until they take no more than `room` bytes."""
        for number, width in self._cuts():
            if sum(self._sizes) <= room:
                break
            before = self._widths[number]
            self._cut(number, width)
            if sum(self._sizes) <= room:
                self._widen(number, before, room)
        return tuple(self._texts)

    def _widen(self, number: int, too_wide: int, room: int) -> None:
        """Give the section that was cut last what room is left."""
        fits = self._widths[number]
        while too_wide - fits > 1:
            tried = (fits + too_wide) // 2
            self._cut(number, tried)
            if sum(self._sizes) <= room:
                fits = tried
            else:
                too_wide = tried
        self._cut(number, fits)

    def _cuts(self) -> Iterator[tuple[int, int]]:
        """Yield which section is to be how wide, the least important first."""
        for collapsed in (True, False):
            which = [n for n, one in enumerate(self._sections) if one.collapsed is collapsed]
            for width in _WIDTHS[1:]:
                yield from ((number, width) for number in reversed(which))

    def _cut(self, number: int, width: int) -> None:
        section = self._sections[number]
        if max(len(section.items), len(section.lines)) > min(width, self._widths[number]):
            self._widths[number] = width
            self._texts[number] = self._text(number)
            self._sizes[number] = _size(self._texts[number])

    def _text(self, number: int) -> Markdown:
        section, width = self._sections[number], self._widths[number]
        items = section.items[:width]
        lines = section.lines[: max(width, FEWEST_LINES)]
        hidden = len(section.items) - len(items) + len(section.lines) - len(lines)
        template = environment().get_template("section.md.j2")
        return Markdown(
            template.render(section=section, items=items, lines=lines, more=section.more + hidden)
        )


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


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
    made.filters["note"] = _note
    return made


def _finalized(value: Any) -> str:
    if isinstance(value, Markdown):
        return value
    return markdown("" if value is None else str(value))


def _note(value: str) -> Markdown:
    return markdown(value, NOTE_LIMIT)


# --- head and foot ----------------------------------------------------------------------------


def _context(report: LinkReport) -> dict[str, object]:
    return {
        "headline": report.headline,
        "banners": tuple(_banners(report)),
        "new": _number_of_new(report),
        "files": tuple(_files(report)),
        "counts": tuple(_count_rows(report.counts)),
        "tasks": bool(report.diagnostics),
        "ignored": Markdown(_example(report)),
        "expires": Markdown(_expiry(report.generated_at)),
        "footer": Markdown(" ".join(_footer(report))),
    }


def _banners(report: LinkReport) -> Iterator[str]:
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


def _files(report: LinkReport) -> Iterator[str]:
    """Yield which file each list of this folder is, for places are named by the list."""
    files = [one for one in report.lists if one.path and not PurePath(one.path).is_absolute()]
    if not report.diagnostics:
        return
    for one in files[:FILES_SHOWN]:
        yield f"{one.name} is {one.path}"
    if len(files) > FILES_SHOWN:
        yield f"and {len(files) - FILES_SHOWN} more in run.json"


def _number_of_new(report: LinkReport) -> int:
    """Count what is new; nothing is marked in the first report, where all of it would be."""
    return sum(one.is_new for one in report.diagnostics) if marks_new(report) else 0


def _example(report: LinkReport) -> str:
    """Return the address of a link that somebody may want to ignore, as TOML text."""
    for code in ("link-blocked", "link-failing", "link-dead"):
        for one in report.diagnostics:
            if one.code == code and one.url and _is_plain(one.url):
                return one.url
    return "https://example.org/page"


def _is_plain(url: str) -> bool:
    """Say whether an address can stand between quotes and in a code block as it is."""
    return len(url) <= PLAIN_URL and safe_url(url) == url


def _expiry(now: datetime | None) -> str:
    return f"{now + IGNORED_FOR:%Y-%m-%d}" if now else "2099-12-31"


def _footer(report: LinkReport) -> Iterator[str]:
    """Yield the sentences that differ from run to run."""
    links = report.counts.links
    idle = {verdict: links.get(verdict, 0) for verdict in ("skipped", "unknown")}
    checked = sum(links.values()) - sum(idle.values())
    yield (
        f"Links: {checked} checked, {idle['skipped']} skipped, {idle['unknown']} could not be;"
        f" answers from the cache: {report.cache.hits}."
    )
    if report.last_complete_at:
        yield f"Last complete run: {report.last_complete_at:%Y-%m-%d %H:%M} UTC."
    if report.version or report.generated_at:
        version = f" paper-list-pipeline {report.version}" if report.version else ""
        time = f" {report.generated_at:%Y-%m-%d %H:%M} UTC" if report.generated_at else ""
        yield f"Written by{version}{',' if version and time else ''}{time}."


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


# --- sections ---------------------------------------------------------------------------------


def _coded(*codes: str) -> Test:
    return lambda one: one.code in codes


def _asked(action: str) -> Test:
    return lambda one: one.action == action


def _anything(_: Diagnostic) -> bool:
    return True


_KINDS: Final = (
    Kind(
        "Ready to apply",
        "The exact replacement is known: `pipeline fix` shows these as a patch, and"
        " `pipeline fix --write` writes them.",
        _asked("apply"),
        task=True,
    ),
    Kind(
        "Wrong papers",
        "The list names a paper that is not there, or links to another one than it names.",
        _asked("correct"),
        task=True,
    ),
    Kind(
        "Dead",
        "Not there any more: replace or remove these links. What stands behind an arrow is a"
        " suggestion.",
        lambda one: one.action == "replace" and one.code == "link-dead",
        task=True,
    ),
    Kind(
        "Malformed",
        "No addresses as they stand in the list.",
        _asked("replace"),
        task=True,
    ),
    Kind(
        "Needs a person",
        "More than one work could be meant: `pipeline review` asks which, or link the right one.",
        _coded("needs-review"),
        task=True,
    ),
    Kind(
        "To look at",
        "Something is odd, and only a person can tell what is right.",
        _asked("decide"),
        task=True,
    ),
    Kind(
        "Repositories archived or renamed",
        "GitHub leads from the old name to the new one until somebody takes the old name.",
        lambda one: one.code == "repository-archived" or _is_renamed_quietly(one),
    ),
    Kind(
        "Blocked or rate-limited",
        "These hosts refuse robots. Usually the page is fine in a browser; only a person can tell.",
        _coded("link-blocked"),
    ),
    Kind(
        "Temporary",
        "Cannot be told yet: asked again in the next run. What goes on failing becomes dead.",
        _coded("link-failing"),
    ),
    Kind(
        "Moved, seen once",
        "Redirected for good, says the host; what a run finds again, 12 hours later or more, is"
        " ready to apply.",
        _asked("wait"),
    ),
    Kind(
        "Without an identifier",
        "Nothing says which work these are; a link to it would.",
        _coded("no-identifier"),
    ),
    Kind(
        "Faults in the lists' text",
        "Lines that look like entries and could not be read are not in the catalog; damaged text"
        " is read as well as it goes.",
        _coded("unread-entry", "encoding"),
    ),
    Kind(
        "Ignore rules",
        "Renew them or take them out.",
        _coded("ignore-expired", "ignore-unused"),
    ),
    Kind(
        "Links that could be simpler",
        "These work as they are; `pipeline fix` writes the simpler address.",
        _asked("tidy"),
    ),
    Kind(
        "Also noticed",
        "Nothing has to be done about these; a title behind an arrow is the official one.",
        _anything,
    ),
)
"""The sections in their order: a diagnostic stands in the first that holds it."""


def _is_renamed_quietly(one: Diagnostic) -> bool:
    return one.code == "repository-renamed" and one.action == "know"


def _sections(report: LinkReport, place: Place) -> Iterator[Section]:
    """Yield the sections that have something to say."""
    held: dict[str, list[Diagnostic]] = {kind.title: [] for kind in _KINDS}
    for one in report.diagnostics:
        kind = next(kind for kind in _KINDS if kind.holds(one))
        held[kind.title].append(one)
    order = _order(report)
    for kind in _KINDS:
        found = sorted(held[kind.title], key=order)
        if found:
            yield _section(kind, found, place, marked=marks_new(report))
    asked = "Sources we could not ask", "What is said above is incomplete where it rests on these."
    left = "Left out in this run", "Chosen not to be asked, or left for a later run."
    for (title, intro), counted in ((asked, report.not_asked), (left, report.left_out)):
        if counted:
            yield _line_section(title, intro, counted)


def _order(report: LinkReport) -> Callable[[Diagnostic], tuple[object, ...]]:
    """Return what sorts by the first place: by list as the run names them, then by line."""
    place = edit_order(report.lists)

    def key(one: Diagnostic) -> tuple[object, ...]:
        first = [place(at) for at in one.locations[:1]]
        return not first, first, one.code, one.url or "", one.fingerprint

    return key


def _section(kind: Kind, found: Sequence[Diagnostic], place: Place, *, marked: bool) -> Section:
    shown = found[: _WIDTHS[0]]
    items = tuple(_item(one, place, marked=marked) for one in shown)
    intro = Markdown(kind.intro)
    notes = {item.note for item in items}
    if len(items) > 1 and len(notes) == 1 and not any(item.url for item in items):
        note = notes.pop()  # the same for all: said once
        intro = Markdown(f"{intro} ({markdown(note[:1].upper() + note[1:])}.)")
        items = tuple(_item(one, place, marked=marked, noted=False) for one in shown)
    return Section(
        title=kind.title,
        intro=intro,
        total=len(found),
        items=items,
        more=len(found) - len(shown),
        task=kind.task,
        collapsed=not kind.task,
    )


def _item(one: Diagnostic, place: Place, *, marked: bool, noted: bool = True) -> Item:
    places, more = _shown_places(one, place)
    replacement = one.replacement or ""
    is_url = replacement.startswith(("https://", "http://"))
    # Beside a title that is to be written, the link is right and would only be in the way.
    instead = "" if is_url else replacement
    url = "" if instead or one.url is None else one.url
    return Item(
        places=places,
        more_places=more,
        title=one.title or "",
        url=url,
        target=replacement if url and is_url else "",
        note=_words(one) if noted else "",
        instead=instead,
        since=_since(one),
        is_new=marked and one.is_new,
    )


def _words(one: Diagnostic) -> str:
    """Return what is said of it; of a review, with the code that `pipeline explain` knows."""
    said = one.message.rstrip(". ")
    reviewed = one.code == "needs-review" and one.reason_code
    return f"{said} [{one.reason_code}]" if reviewed else said


def _shown_places(one: Diagnostic, place: Place) -> tuple[tuple[Markdown, ...], int]:
    """Return the places that are shown and the number of those that are not."""
    lines: dict[tuple[str, int], Location] = {}
    for at in one.locations:
        lines.setdefault((at.list, at.line), at)
    shown = tuple(place(one, at) for at in islice(lines.values(), PLACES_SHOWN))
    return shown, max(0, len(lines) - PLACES_SHOWN)


def _since(one: Diagnostic) -> str:
    """Return since when a link fails, and in how many runs it did."""
    if not one.failures or one.first_seen_at is None:
        return ""
    runs = f", {one.failures} runs" if one.failures > 1 else ""
    return f"failing since {one.first_seen_at:%Y-%m-%d}{runs}"


def _line_section(title: str, intro: str, counted: Mapping[str, int]) -> Section:
    """Return a section of sentences, in the report's order: what concerns most comes first."""
    ranked = list(counted.items())
    return Section(
        title=title,
        intro=Markdown(intro),
        total=sum(counted.values()),
        lines=tuple(f"{sentence}: {number}" for sentence, number in ranked[:LINES_SHOWN]),
        more=max(0, len(ranked) - LINES_SHOWN),
        collapsed=True,
    )
