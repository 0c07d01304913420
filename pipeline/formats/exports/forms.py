"""Every form that a catalog can be exported in: its name, its files, and how they are made."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from pipeline.formats import jsonl
from pipeline.formats.exports.badge import render_badge
from pipeline.formats.exports.bibtex import render_bibtex
from pipeline.formats.exports.csl import render_csl
from pipeline.formats.exports.csv_package import render_csv
from pipeline.formats.exports.feeds import NOWHERE, Channel, render_atom, render_json_feed
from pipeline.formats.exports.markdown_list import render_markdown
from pipeline.formats.exports.page.repairs import Repaired
from pipeline.formats.exports.page.site import MANIFEST, render_site
from pipeline.formats.exports.parquet import PARQUET_FILE, parquet_files
from pipeline.formats.exports.ris import render_ris
from pipeline.formats.exports.sqlite import render_metadata, render_sqlite
from pipeline.formats.exports.works import EVERYTHING, Choice, Work, works_of
from pipeline.formats.files import EXPORTS
from pipeline.formats.parts import LongFile
from pipeline.records.catalog import Paper
from pipeline.records.events import Event
from pipeline.records.links import LinkHealth


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What there is to export, and how. The catalog is read anew each time, and never held."""

    papers: Callable[[], Iterable[Paper]]
    """In the order of their keys, summed up (`works.summary`)."""
    links: Callable[[], Iterable[LinkHealth]]
    checked_at: datetime | None
    choice: Choice = EVERYTHING
    template: str = ""
    """Of the Markdown, where it is not the built-in one."""
    ascii_only: bool = False
    events: Callable[[], Iterable[Event]] = tuple
    """What has happened, of all lists."""
    channel: Channel = NOWHERE
    """Where feeds are published."""
    repaired: Sequence[Repaired] = ()
    """What the page offers to copy into the lists."""
    parts_above: int = 100_000
    """Works from which on a form may be in parts."""

    def chosen_events(self) -> Iterator[Event]:
        """Yield what has happened to what is wanted."""
        return (one for one in self.events() if self.choice.has_any(one.lists, one.section))

    def works(self) -> Iterator[Work]:
        """Yield the clean view of each paper that is wanted."""
        return works_of(self.papers(), self.links(), self.choice)

    def chosen_links(self) -> Iterator[LinkHealth]:
        """Yield the links of the wanted lists, and below a heading of its papers alone."""
        lists = self.choice.lists
        keys = {one.key for one in self.chosen()} if self.choice.section else None
        for link in self.links():
            places = tuple(
                at
                for at in link.occurrences
                if (not lists or at.list in lists) and (keys is None or at.paper in keys)
            )
            if places == link.occurrences:
                yield link
            elif places:
                yield replace(link, occurrences=places)

    def chosen_repairs(self) -> tuple[Repaired, ...]:
        """Return the repairs of the wanted lists."""
        lists = self.choice.lists
        return tuple(one for one in self.repaired if not lists or one.list in lists)

    def chosen(self) -> Iterator[Paper]:
        """Yield each paper that is wanted, whole."""
        return (one for one in self.papers() if any(map(self.choice.has, one.mentions)))


Files = Iterable[tuple[str, str | bytes]]


@dataclass(frozen=True, slots=True)
class Form:
    """One form: `files` yields path below `folder` and text or bytes, each when it is made."""

    name: str
    description: str
    files: Callable[[Exported], Files]
    folder: str = EXPORTS
    manifest: str = ""
    """Which of its files names the others, where what an earlier time has left is deleted."""
    long: LongFile | None = None
    """Its file, where that may be in parts."""


def _bibtex(what: Exported) -> Files:
    yield "papers.bib", render_bibtex(what.works(), ascii_only=what.ascii_only)


def _in_folder(name: str, files: Iterable[tuple[str, str]]) -> Files:
    return ((f"{name}/{path}", text) for path, text in files)


FORMS: Final[Mapping[str, Form]] = {
    form.name: form
    for form in (
        Form("bibtex", "BibTeX, for LaTeX", _bibtex),
        Form(
            "csl",
            "CSL-JSON, for Zotero, Pandoc and Quarto",
            lambda what: [("papers.csl.json", render_csl(what.works()))],
        ),
        Form(
            "ris",
            "RIS, for EndNote and Mendeley",
            lambda what: [("papers.ris", render_ris(what.works()))],
        ),
        Form(
            "csv",
            "CSV tables with a Data Package",
            lambda what: _in_folder("csv", render_csv(what.works()).items()),
        ),
        Form(
            "sqlite",
            "SQLite with full-text search",
            lambda what: [("papers.db", render_sqlite(what.works()))],
        ),
        Form(
            "datasette",
            "metadata of the SQLite file, for Datasette",
            lambda _: [("metadata.yaml", render_metadata())],
        ),
        Form(
            "parquet",
            "Parquet (needs the extra parquet)",
            lambda what: parquet_files(what.works, what.parts_above),
            long=PARQUET_FILE,
        ),
        Form(
            "markdown",
            "the lists themselves, enriched",
            lambda what: _in_folder(
                "markdown", render_markdown(what.works(), what.template).items()
            ),
        ),
        Form(
            "page",
            "a page to search and sort, with one for each paper and section",
            lambda what: _in_folder(
                "site",
                render_site(
                    what.works(), what.chosen_links(), what.checked_at, what.chosen_repairs()
                ),
            ),
            folder="reports",
            manifest=f"site/{MANIFEST}",
        ),
        Form(
            "badge",
            "a badge of the links' health, for shields.io",
            lambda what: [("badge.json", render_badge(what.chosen_links(), what.checked_at))],
        ),
        Form(
            "atom",
            "Atom feeds: papers added, what happened to papers, links that died",
            lambda what: _in_folder(
                "atom", render_atom(what.chosen_events(), what.channel).items()
            ),
        ),
        Form(
            "jsonfeed",
            "the same feeds as JSON Feed",
            lambda what: _in_folder(
                "jsonfeed", render_json_feed(what.chosen_events(), what.channel).items()
            ),
        ),
        Form(
            "jsonl",
            "the catalog itself, a paper a line",
            lambda what: [("papers.jsonl", jsonl.render(what.chosen()))],
        ),
    )
}
