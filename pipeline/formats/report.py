"""
`report.md`: what a maintainer should do, in the order in which it is worth doing.

Nothing but the footer depends on the time of the run.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from pathlib import PurePath
from typing import Final

import jinja2

from pipeline.formats.escape import Markdown, as_markdown, markdown, markdown_url, safe_url
from pipeline.formats.files import REPORT_SAYS
from pipeline.formats.places import PlaceUrl, shown_places
from pipeline.formats.report_json import LinkReport, number_of_new
from pipeline.formats.run_json import Counts
from pipeline.formats.sections import WIDEST, Section, code_definitions, commands_with, sections

FILE_LIMIT: Final = 400_000
"""Bytes of `report.md`: GitHub renders files up to 512 KB."""

FILES_SHOWN: Final = 12
FEWEST_LINES: Final = 3
NOTE_LIMIT: Final = 400
"""Characters of a sentence that are shown: of a review, with its candidates."""
PLAIN_URL: Final = 200
"""Characters of an address that serves as an example."""
IGNORED_FOR: Final = timedelta(days=90)

_WIDTHS: Final = (WIDEST, 500, 200, 100, 50, 20, 10, 3, 0)


def render_report(
    report: LinkReport, limit: int = FILE_LIMIT, place_url: PlaceUrl | None = None
) -> str:
    """Return the report as Markdown of at most `limit` bytes, what is least important cut first."""
    shown = tuple(sections(report, shown_places(report, place_url)))
    context = _context(report)
    frame = environment().get_template("report.md.j2")
    parts = _Parts(shown)
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
        hidden = sum(item.number for item in section.items[width:])
        hidden += len(section.lines) - len(lines)
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
        finalize=as_markdown,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["link"] = markdown_url
    made.filters["note"] = lambda value: markdown(value, NOTE_LIMIT)
    return made


def _context(report: LinkReport) -> dict[str, object]:
    now = report.generated_at
    return {
        "headline": report.headline,
        "banners": tuple(_banners(report)),
        "new": number_of_new(report),
        "files": tuple(_files(report)),
        "counts": tuple(_count_rows(report.counts)),
        "tasks": bool(report.diagnostics),
        "ignored": Markdown(_example(report)),
        "expires": Markdown(f"{now + IGNORED_FOR:%Y-%m-%d}" if now else "2099-12-31"),
        "explain": Markdown(
            commands_with("`pipeline explain CODE` shows what a code means.", report.flags)
        ),
        "where": Markdown(REPORT_SAYS),
        "codes": code_definitions(report),
        "footer": Markdown(" ".join(_footer(report))),
    }


def _banners(report: LinkReport) -> Iterator[str]:
    if report.sandbox:
        yield (
            "Sandbox run: the services are replicas, and some facts about links and papers are "
            "invented."
        )
    if report.offline:
        yield "Offline run: no request was sent; the results come from earlier runs."
    if report.network == "down":
        yield (
            "This machine's network did not work: the links could not be checked, and none is "
            "reported as broken."
        )


def _files(report: LinkReport) -> Iterator[str]:
    """Yield which file each list of this folder is, for places are named by the list."""
    lists = report.lists if report.diagnostics else ()
    files = [one for one in lists if one.path and not PurePath(one.path).is_absolute()]
    yield from (f"{one.name} is {one.path}" for one in files[:FILES_SHOWN])
    if len(files) > FILES_SHOWN:
        yield f"and {len(files) - FILES_SHOWN} more in run.json"


def _example(report: LinkReport) -> str:
    """Return the address of a link that somebody may want to ignore, as TOML text."""
    for code in ("link-blocked", "link-failing", "link-dead"):
        for url in (one.url for one in report.diagnostics if one.code == code):
            # Only such an address can be put between quotes and in a code block as it is.
            if url and len(url) <= PLAIN_URL and safe_url(url) == url:
                return url
    return "https://example.org/page"


def _footer(report: LinkReport) -> Iterator[str]:
    """Yield the sentences that differ from run to run."""
    links = report.counts.links
    skipped, unknown = links.get("skipped", 0), links.get("unknown", 0)
    yield (
        f"Links: {sum(links.values()) - skipped - unknown} checked, {skipped} skipped, {unknown}"
        f" unreachable. Stored answers used: {report.cache.hits}."
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
    yield "Papers unidentified", counts.unresolved
    yield "Links", sum(counts.links.values())
    yield from ((f"Links {name}", number) for name, number in counts.links.items() if number)
    parts = counts.repositories.items()
    yield from ((f"Repositories {status}", number) for status, number in parts if number)
