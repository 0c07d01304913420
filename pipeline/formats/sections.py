"""The sections of `report.md`: which diagnostic is where, and how it is shown. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, TypeVar
from urllib.parse import quote

from pipeline import DOCS
from pipeline.codes import meanings
from pipeline.formats.changes import counted, markdown_line
from pipeline.formats.escape import (
    Markdown,
    markdown,
    markdown_link,
    markdown_url,
    plain,
    safe_url,
)
from pipeline.formats.missing import markdown_line as suggested_line
from pipeline.formats.places import Place
from pipeline.formats.report_json import (
    RULES,
    Diagnostic,
    LinkReport,
    Location,
    edit_order,
    failing_since,
    marks_new,
    words,
)
from pipeline.records.events import OF_PAPERS, Change
from pipeline.urls import host_of

PLACES_SHOWN: Final = 20
LINES_SHOWN: Final = 30
CODES_SHOWN: Final = 4
"""Kinds of findings in a section for which it shows how to ignore one."""
SEARCH: Final = "https://scholar.google.com/scholar?q="
_UNKNOWN_WORKS: Final = frozenset({"no-identifier", "arxiv-id-missing"})
_NEVER_PAGES: Final = frozenset({"no-such-doi", "no-such-paper"})
"""Why a link is dead that never led to a page."""
# Items of a section, from the widest to none. Collapsed sections shrink to nothing first, the last
# of them before the others; then what is to be acted on, what is cheapest to decide on last.
WIDEST: Final = 1000
"""Most items of a section."""

T = TypeVar("T")

Test = Callable[[Diagnostic], bool]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at, with all its places."""

    places: tuple[Markdown, ...]
    """`list:line`, in the order of one edit pass; links where the repository is known."""
    more_places: int = 0
    number: int = 1
    """How many findings it stands for."""
    title: str = ""
    url: str = ""
    target: str = ""
    """The URL to write instead."""
    note: str = ""
    instead: str = ""
    """The words to write instead."""
    elsewhere: tuple[Markdown, ...] = ()
    """Links to where a page or a work may be found: archived copies, a search."""
    code: Markdown | str = ""
    """What it is called; a link to its explanation where it has one."""
    since: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report, left out where nothing is in it."""

    title: str
    intro: Markdown
    count: str
    """How much is in it, in words."""
    items: tuple[Item, ...] = ()
    lines: tuple[str, ...] = ()
    more: int = 0
    """How many are in neither."""
    task: bool = False
    """True where it is to be acted on."""
    collapsed: bool = False
    ignored: tuple[Markdown, ...] = ()
    """Comments with which a list lets one of these be."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Which diagnostics make a section."""

    title: str
    intro: str
    holds: Test
    task: bool = False
    hint: str = ""
    """What a terminal says beside the title."""
    by_host: bool = False
    """Whether the links of one host, of which the same is said, are one item."""


def _coded(*codes: str) -> Test:
    return lambda one: one.code in codes


def _asked(action: str) -> Test:
    return lambda one: one.action == action


_LOCAL: Final = frozenset({"file-missing", "heading-missing"})
"""Their messages name the target, which is no address that a report could link."""

_KINDS: Final = (
    Kind(
        "Ready to apply",
        "The exact replacement is known. `pipeline fix` shows these repairs as a patch, and"
        " `pipeline fix --write` writes them.",
        _asked("apply"),
        task=True,
        hint="`pipeline fix` shows these repairs",
    ),
    Kind(
        "Wrong papers",
        "The list names a paper that does not exist, or links to another one than it names.",
        _asked("correct"),
        task=True,
    ),
    Kind(
        "Dead",
        "These links are gone: replace or remove them. The address after an arrow is a suggestion.",
        lambda one: one.action == "replace" and one.code == "link-dead",
        task=True,
    ),
    Kind(
        "Missing files and headings",
        "The list links files or headings of its own repository that are not there.",
        lambda one: one.code in _LOCAL,
        task=True,
    ),
    Kind("Malformed", "These links are not valid addresses.", _asked("replace"), task=True),
    Kind(
        "Needs a person",
        "The title fits several works, or none exactly: decide with `pipeline review`, or add a"
        " link to the right one.",
        _coded("needs-review"),
        task=True,
        hint="`pipeline review` asks about each",
    ),
    Kind(
        "Probably gone",
        "For a week or longer these links have shown only a front page, a login or a “not found”"
        " page. Open them in a browser: replace or remove what is gone.",
        lambda one: one.reason_code == "probably-gone",
        task=True,
    ),
    Kind(
        "To check by hand", "Only a person can decide what is right.", _asked("decide"), task=True
    ),
    Kind(
        "Repositories archived or renamed",
        "GitHub redirects from the old name to the new one until somebody takes the old name.",
        lambda one: (
            one.code == "repository-archived"
            or (one.code == "repository-renamed" and one.action == "know")
        ),
    ),
    Kind(
        "Blocked or rate-limited",
        "These hosts refuse automated requests. The page usually works in a browser.",
        _coded("link-blocked"),
        by_host=True,
    ),
    Kind("Temporary", "The next run checks these links again.", _coded("link-failing")),
    Kind(
        "Moved, seen once",
        "The host redirects permanently. If a run at least 12 hours later finds the same redirect,"
        " it is ready to apply.",
        _asked("wait"),
    ),
    Kind(
        "Without an identifier",
        "Nothing identifies these works; a link to the work would.",
        _coded("no-identifier"),
    ),
    Kind(
        "Faults in the lists' text",
        "Lines that look like entries but could not be read are not in the catalog; damaged text is"
        " repaired where possible.",
        _coded("badly-read", "unread-entry", "no-item", "encoding"),
    ),
    Kind(
        "Ignore rules",
        "Renew these rules or remove them.",
        _coded("ignore-expired", "ignore-unused"),
    ),
    Kind(
        "Links that could be simpler",
        "`pipeline fix` writes the simpler address where arXiv has answered for the paper;"
        " `pipeline fix --only pdf-link,version-pinned` goes by the spelling alone.",
        _asked("tidy"),
    ),
    Kind(
        "Also noticed",
        "No action is needed. A title after an arrow is the official one.",
        lambda _: True,
    ),
)
"""The sections in their order: a diagnostic is in the first that holds it."""


def grouped(report: LinkReport) -> Iterator[tuple[Kind, list[Diagnostic]]]:
    """Yield what belongs together, in the order of sections, each in the order of one edit pass."""
    held: dict[str, list[Diagnostic]] = {kind.title: [] for kind in _KINDS}
    for one in report.diagnostics:
        kind = next(kind for kind in _KINDS if kind.holds(one))
        held[kind.title].append(one)
    order = _order(report)
    yield from ((kind, sorted(held[kind.title], key=order)) for kind in _KINDS if held[kind.title])


def sections(report: LinkReport, place: Place) -> Iterator[Section]:
    """Yield the sections that have something to say."""
    shown = [_section(kind, found, place, report) for kind, found in grouped(report)]
    yield from (section for section in shown if section.task)
    if happened := [one for one in report.changes if one.kind in OF_PAPERS]:
        yield _happened(happened, report)
    yield from (section for section in shown if not section.task)
    if others := [one for one in report.changes if one.kind not in OF_PAPERS]:
        intro = f"Since the last run: {counted(others)}."
        yield _listed("What changed", intro, others, markdown_line)
    if report.missing:
        intro = (
            "Works that papers of a list cite, or that other lists have. Nothing is inserted;"
            " `pipeline add KEY` adds one."
        )
        yield _listed("Perhaps missing", intro, report.missing, suggested_line)
    if report.mended:
        intro = "They were mended, removed or ignored: nothing asks for them any more."
        yield _listed("Mended since the last report", intro, report.mended, words)
    asked = "Unavailable sources", "The report is incomplete where it depends on these sources."
    left = "Not checked in this run", "The settings exclude these, or a later run will check them."
    right = (
        "Accepted answers",
        "Rules of the ignore file say that these links are right.",
    )
    kinds = (asked, report.not_asked), (left, report.left_out), (right, report.accepted_answers)
    for (title, intro), numbers in kinds:
        if numbers:
            ranked = list(numbers.items())  # what concerns most comes first
            yield _listed(title, intro, ranked, "{0[0]}: {0[1]}".format, sum(numbers.values()))


def commands_with(text: str, flags: str) -> str:
    """Return a text in which every command has the flags with which it finds the results."""
    if not re.fullmatch(r"( [\w./=:'-]+)*", flags):
        return text
    return re.sub(r"`pipeline (\w+)", lambda command: command[0] + flags, text)


def _order(report: LinkReport) -> Callable[[Diagnostic], tuple[object, ...]]:
    """Return what sorts by the first place: by list as the run names them, then by line."""
    place = edit_order(report.lists)

    def key(one: Diagnostic) -> tuple[object, ...]:
        first = [place(at) for at in one.locations[:1]]
        return not first, first, one.code, one.url or "", one.fingerprint

    return key


def _section(kind: Kind, found: Sequence[Diagnostic], place: Place, report: LinkReport) -> Section:
    items = list(_items(kind, found, place, report))
    more = sum(item.number for item in items[WIDEST:])
    del items[WIDEST:]
    intro = Markdown(commands_with(kind.intro, report.flags))
    notes, codes = {item.note for item in items}, {item.code for item in items}
    if len(items) > 1 and len(notes) == 1 and not any(item.url for item in items):
        note = notes.pop()  # the same for all: said once
        intro = Markdown(f"{intro} ({markdown(note[:1].upper() + note[1:])}.)")
        items = [replace(item, note="") for item in items]
    if len(items) > 1 and len(codes) == 1:
        code = codes.pop()
        intro = Markdown(f"{intro} Code: {code if isinstance(code, Markdown) else markdown(code)}.")
        items = [replace(item, code="") for item in items]
    return Section(
        title=kind.title,
        intro=intro,
        count=_count(kind, found),
        items=tuple(items),
        more=more,
        task=kind.task,
        collapsed=not kind.task,
        ignored=_ignored(found),
    )


def _items(
    kind: Kind, found: Sequence[Diagnostic], place: Place, report: LinkReport
) -> Iterator[Item]:
    together: dict[object, list[Diagnostic]] = {}
    for one in found:
        shared = kind.by_host and one.url is not None
        key = (host_of(one.url or ""), one.message) if shared else one.fingerprint
        together.setdefault(key, []).append(one)
    for group in together.values():
        item = _item(group[0], place, report)
        if len(group) > 1:
            of_all = [at for one in group for at in one.locations]
            places, more = _shown_places(group[0], of_all, place)
            item = replace(
                item,
                places=places,
                more_places=more,
                number=len(group),
                title=f"{host_of(group[0].url or '')}, {len(group)} links",
                url="",
                target="",
                is_new=marks_new(report) and any(one.is_new for one in group),
            )
        yield item


def _ignored(found: Iterable[Diagnostic]) -> tuple[Markdown, ...]:
    """Return the comments that let these be, where there are few kinds; the check goes on."""
    codes = sorted({one.code for one in found if one.code not in RULES and meanings(one.code)})
    shown = codes if len(codes) <= CODES_SHOWN else []
    return tuple(Markdown(f"`<!-- pipeline:ignore {code} -->`") for code in shown)


def _happened(changes: Sequence[Change], report: LinkReport) -> Section:
    """Return what happened to papers, what matters most first; open where a list should change."""
    ranked = sorted(changes, key=lambda one: OF_PAPERS.index(one.kind))
    kinds = {one.kind for one in changes}
    intro = f"Since the last run: {counted(ranked)}."
    if kinds & {"retracted", "withdrawn"}:
        intro += " Mark or remove the entries of what was withdrawn or retracted."
    if kinds & {"published", "accepted"}:
        intro += " `pipeline fix --only fill` writes venues in the list's own style."
    if "retitled" in kinds:
        intro += " `pipeline fix --only retitled` writes the new titles."
    section = _listed(
        "What happened to papers", commands_with(intro, report.flags), ranked, markdown_line
    )
    return replace(
        section,
        collapsed=not kinds & {"retracted", "withdrawn", "retitled", "published", "accepted"},
    )


def _listed(
    title: str, intro: str, found: Sequence[T], line: Callable[[T], str], number: int | None = None
) -> Section:
    """Return a folded section of lines; `number`: how much is in it, where not a line for each."""
    return Section(
        title=title,
        intro=Markdown(intro),
        count=f"{len(found) if number is None else number}",
        lines=tuple(map(line, found[:LINES_SHOWN])),
        more=max(0, len(found) - LINES_SHOWN),
        collapsed=True,
    )


def _count(kind: Kind, found: Sequence[Diagnostic]) -> str:
    """Return how many things a section has and, where that is another number, how many links."""
    links = sum(one.links for one in found)
    if not kind.task or links in (0, len(found)):
        return f"{len(found)}"
    return f"{len(found)}, with {links} {'dead ' * (kind.title == 'Wrong papers')}links"


def _item(one: Diagnostic, place: Place, report: LinkReport) -> Item:
    places, more = _shown_places(one, one.locations, place)
    replacement = one.replacement or ""
    is_url = replacement.startswith(("https://", "http://"))
    # Beside a title that is to be written, the link is right and would only be in the way.
    instead = "" if is_url else replacement
    url = "" if instead or one.url is None or one.code in _LOCAL else one.url
    return Item(
        places=places,
        more_places=more,
        title=one.title or "",
        url=url,
        target=replacement if url and is_url else "",
        note=one.message.rstrip(". "),
        instead=instead,
        elsewhere=tuple(_elsewhere(one)),
        code=code_link(shown_code(one)),
        since=failing_since(one, report.generated_at),
        is_new=marks_new(report) and one.is_new,
    )


def _shown_places(
    one: Diagnostic, locations: Iterable[Location], place: Place
) -> tuple[tuple[Markdown, ...], int]:
    """Return the places that are shown and the number of those that are not."""
    lines: dict[tuple[str, int], Location] = {}
    for at in locations:
        lines.setdefault((at.list, at.line), at)
    shown = tuple(place(one, at) for at in islice(lines.values(), PLACES_SHOWN))
    return shown, max(0, len(lines) - PLACES_SHOWN)


def _elsewhere(one: Diagnostic) -> Iterator[Markdown]:
    """
    Yield where what is meant can be read, or a copy or another page of what is gone.

    Nobody was asked about the latter.
    """
    if one.replacement and not one.url and (found := safe_url(one.replacement)):
        yield markdown_url(found)
    gone = one.code == "link-dead" or one.reason_code == "probably-gone"
    if one.replacement or not (gone or one.code in _UNKNOWN_WORKS):
        return
    url = safe_url(one.url) if one.url and gone else None
    if url and one.reason_code not in _NEVER_PAGES:
        yield markdown_link("archived copies", f"https://web.archive.org/web/*/{url}")
    if one.title and (one.url or not gone):
        yield markdown_link("search", f"{SEARCH}{quote(plain(one.title), safe='')}")


def shown_code(one: Diagnostic) -> str:
    """Return the code that says most: why a link is judged so, else what is found."""
    return (one.url and one.reason_code) or one.code


def code_link(code: str) -> Markdown | str:
    """Return a code as a link to a definition below the report; a code of nobody's as text."""
    return Markdown(f"[{code}]") if meanings(code) else code


def code_definitions(report: LinkReport) -> tuple[Markdown, ...]:
    """Return where each code of a report is explained (CommonMark 4.7)."""
    codes = sorted({code for one in report.diagnostics if meanings(code := shown_code(one))})
    return tuple(Markdown(f"[{code}]: <{DOCS}/codes.md#{code.lower()}>") for code in codes)
