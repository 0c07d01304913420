"""
The lists themselves, enriched: their sections and entries in order, with what is known of each.

One template makes the text of a section; a user may name another. It runs in Jinja's sandbox, for a
config file may come with a pull request, and every value that it puts out is escaped.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from typing import Final

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pipeline.errors import ConfigurationError
from pipeline.formats.escape import Markdown, as_markdown, markdown, markdown_link
from pipeline.formats.exports.text import file_name
from pipeline.formats.exports.works import Work
from pipeline.records.catalog import RepositoryPart
from pipeline.records.lists import Entry

PAGE_LIMIT: Final = 500_000
"""Bytes of a file: GitHub renders Markdown up to 512 KB."""
ITEMS_AT_ONCE: Final = 200
"""Entries of a section that the template gets at a time, so that a page can end between them."""
TITLE_LIMIT: Final = 300


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list, with its work: what the template shows."""

    work: Work
    entry: Entry

    @property
    def title(self) -> Markdown:
        """The title, linked to the page to read about the work."""
        return markdown_link(self.work.title, self.work.url)

    @property
    def code(self) -> RepositoryPart | None:
        """The repository with the most stars, of those that exist."""
        found = [one for one in self.work.repositories if one.status == "found"]
        return max(found, key=lambda one: one.stars or 0, default=None)

    @property
    def code_link(self) -> Markdown:
        """That repository as a link; empty where there is none."""
        return markdown_link("code", self.code.url) if self.code else Markdown()

    @property
    def dead(self) -> int:
        """How many links of the work are dead."""
        return sum(link.verdict == "dead" for link in self.work.links)


def render_markdown(works: Iterable[Work], template: str = "") -> dict[str, str]:
    """
    Return the files of each list, by name: one, or a table of contents and numbered parts.

    `template`: text of a Jinja template instead of the built-in one. Raises `ConfigurationError`
    where it cannot be used.
    """
    form = _template(template)
    items: defaultdict[str, list[Item]] = defaultdict(list)
    for work in works:
        for entry in work.mentions:
            items[entry.list].append(Item(work, entry))
    files: dict[str, str] = {}
    for name, of_list in items.items():
        of_list.sort(key=lambda item: item.entry.line)
        files |= _files(name, tuple(_sections(of_list, form)))
    return files


def _template(text: str) -> jinja2.Template:
    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.PackageLoader("pipeline.formats"),
        autoescape=False,  # HTML's escapes are not Markdown's: see `finalize`
        finalize=as_markdown,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    try:
        return environment.from_string(text) if text else environment.get_template("list.md.j2")
    except jinja2.TemplateSyntaxError as error:
        raise ConfigurationError(f"template, line {error.lineno}: {error.message}") from error


def _sections(items: Iterable[Item], form: jinja2.Template) -> Iterator[tuple[str, str]]:
    """Yield heading and text of each run of entries below one heading, in pieces."""
    above: tuple[str, ...] = ()
    for section, group in groupby(items, key=lambda item: item.entry.section):
        common = _common(above, section)
        held = tuple(group)
        for start in range(0, len(held), ITEMS_AT_ONCE):
            headings = _headings(section, common) if not start else Markdown()
            text = _rendered(form, headings, held[start : start + ITEMS_AT_ONCE])
            yield (section[-1] if section else ""), text
        above = section


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many headings two paths have in common, from the outermost on."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _headings(section: Sequence[str], common: int) -> Markdown:
    """Return the headings that are new since the section before, the outermost first."""
    return Markdown(
        "\n"
        + "".join(
            f"{'#' * min(depth + 1, 6)} {markdown(section[depth], TITLE_LIMIT)}\n\n"
            for depth in range(max(0, min(common, len(section) - 1)), len(section))
        )
    )


def _rendered(form: jinja2.Template, headings: Markdown, items: Sequence[Item]) -> str:
    try:
        return form.render(headings=headings, items=items)
    except (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise ConfigurationError(f"template: {error}") from error


def _files(name: str, sections: Sequence[tuple[str, str]]) -> dict[str, str]:
    stem = file_name(name)
    pages: list[list[tuple[str, str]]] = [[]]
    room = PAGE_LIMIT
    for heading, text in sections:
        size = len(text.encode("utf-8", "replace"))
        if size > room and pages[-1]:
            pages.append([])
            room = PAGE_LIMIT
        pages[-1].append((heading, text))
        room -= size
    texts = ["".join(text for _, text in page).lstrip("\n") for page in pages]
    if len(texts) == 1:
        return {f"{stem}.md": texts[0]}
    contents = "".join(
        f"- [{markdown(heading or name, TITLE_LIMIT)}]({stem}-{number}.md)\n"
        for number, page in enumerate(pages, start=1)
        for heading in dict.fromkeys(heading for heading, _ in page)
    )
    parts = {f"{stem}-{number}.md": text for number, text in enumerate(texts, start=1)}
    return {f"{stem}.md": f"# {markdown(name)}\n\n{contents}", **parts}
