"""Places of a report as links: which address on GitHub shows a line of a list. Pure."""

import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote

from pipeline.formats.escape import Markdown, markdown_link
from pipeline.formats.report_json import RULES, Diagnostic, LinkReport, Location, file_of, files_of

PlaceUrl = Callable[[str, int], str | None]
"""A file as a report names it and a line → an address; None where there is none."""
Place = Callable[[Diagnostic, Location], Markdown]
"""A place of a diagnostic → `list:line`, as a link where it has an address."""

RENDERED: Final = frozenset(
    {
        *(".md", ".markdown", ".mdown", ".mkdn"),
        *(".adoc", ".asc", ".asciidoc", ".creole", ".mediawiki", ".org", ".pod", ".rdoc", ".rst"),
        *(".textile", ".wiki"),
    }
)
"""Files that GitHub shows rendered, without lines (github/markup, README), unless asked not to."""
_REPOSITORY: Final = re.compile(
    r"(?:(?P<server>https?://[^\s@/]+)/)?(?P<name>[\w-]+/[\w.-]+)@(?P<ref>\S+)", re.ASCII
)


def page_and_ref(repository: str) -> tuple[str, str] | None:
    """Return page and branch or commit of `[https://HOST/]OWNER/REPO@REF`; None of another form."""
    match = _REPOSITORY.fullmatch(repository)
    if match is None:
        return None
    return f"{match['server'] or 'https://github.com'}/{match['name']}", match["ref"]


def place_urls(repository_url: str, ref: str, paths: Mapping[str, str]) -> PlaceUrl:
    """
    Return what gives the address of a line: `https://host/owner/name/blob/ref/path?plain=1#L193`.

    `paths`: each file's path from the repository's root; no other has an address. Only the source
    of a rendered file, `plain=1`, has lines to lead to (github/markup#1325).
    """
    base = f"{repository_url.removesuffix('/')}/blob/{_encoded(ref)}"

    def url_of(file: str, line: int) -> str | None:
        path = paths.get(file)
        if not repository_url or not path or line < 1:
            return None
        is_rendered = PurePosixPath(path).suffix.lower() in RENDERED
        return f"{base}/{_encoded(path)}{'?plain=1' if is_rendered else ''}#L{line}"

    return url_of


def _encoded(path: str) -> str:
    """Percent-encode all but slashes; a file's name that is no UTF-8 keeps its bytes."""
    return quote(path.encode("utf-8", "surrogateescape"), safe="/")


def shown_places(report: LinkReport, place_url: PlaceUrl | None = None) -> Place:
    """Return what shows a place of this report."""
    lists = files_of(report)

    def shown(one: Diagnostic, at: Location) -> Markdown:
        file = file_of(one, at, lists) if place_url else None
        url = place_url(file, at.line) if place_url and file else None
        return markdown_link(f"{at.list}:{at.line}", url)

    return shown


def with_files(text: str, paths: Mapping[str, str]) -> str:
    """Return words in which places (`list:12`) are named by the list's file (`paths`: by name)."""
    named = [re.escape(name) for name in sorted(paths, key=len, reverse=True)]
    if not named:
        return text
    place = rf"(?<![\w./:-])({'|'.join(named)})(?=:[0-9])"
    return re.sub(place, lambda match: paths[match[1]], text)


def named_files(report: LinkReport) -> frozenset[str]:
    """Return every file of this machine that a report has places in."""
    rules = {at.list for one in report.diagnostics if one.code in RULES for at in one.locations}
    return frozenset({*files_of(report).values(), *rules})
