"""The site: which files it has, and the one page that holds the whole catalog."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pipeline.formats.exports.bibtex import render_bibtex
from pipeline.formats.exports.page.assets import asset, data, data_text, own, policy, template
from pipeline.formats.exports.page.data import Catalog, page_of, work_list
from pipeline.formats.exports.page.paper import paper_page
from pipeline.formats.exports.page.pictures import pictures
from pipeline.formats.exports.page.repairs import Repaired
from pipeline.formats.exports.page.sections import Row, SectionPages
from pipeline.formats.exports.works import Work
from pipeline.records.links import LinkHealth
from pipeline.records.memory import collector_paused

SCRIPTS: Final = (
    "elements.js",
    "vendor/ufuzzy/uFuzzy.iife.min.js",
    "citations.js",
    "catalog.js",
    "links.js",
    "pictures.js",
    "start.js",
)
"""In this order one script, so that one hash lets it run."""
STYLE: Final = "page.css"
ROWS_WITHOUT_SCRIPT: Final = 200
DOWNLOAD: Final = "papers.bib"
"""All papers, beside the page: what lies elsewhere may not be published with it."""
MANIFEST: Final = "files.txt"
"""Names the other files, one a line, so that pages of papers that left the lists are removed."""


def render_site(
    works: Iterable[Work],
    links: Iterable[LinkHealth],
    checked_at: datetime | None,
    repaired: Sequence[Repaired] = (),
) -> Iterator[tuple[str, str]]:
    """Yield path and text of each file: `papers/…`, `sections/…`, the others at the end."""
    names = ["index.html", DOWNLOAD]
    cited: list[str] = []
    catalog = Catalog()
    sections = SectionPages()
    first: list[Work] = []
    lists: dict[str, None] = {}
    with collector_paused():  # nothing of a hundred thousand values is garbage yet
        for work in works:
            catalog.add(work)
            sections.add(work)
            lists.update(dict.fromkeys(work.lists))
            if len(first) < ROWS_WITHOUT_SCRIPT:
                first.append(work)
            names.append(f"papers/{page_of(work.key)}")
            cited.append(render_bibtex((work,)))
            yield names[-1], paper_page(work, cited[-1])
    about = {
        "title": ", ".join(lists) or "Papers",
        "checked": f"{checked_at:%Y-%m-%d}" if checked_at else "",
    }
    yield DOWNLOAD, "\n".join(cited)
    cited.clear()
    for name, text in sections.pages():
        names.append(f"sections/{name}")
        yield names[-1], text
    index = sections.index()
    del sections  # the first page takes much memory itself
    to_do = work_list(links, repaired)
    yield "index.html", _index(catalog, to_do, about, first, index)
    yield MANIFEST, "".join(f"{name}\n" for name in sorted(names))


def _index(
    catalog: Catalog,
    to_do: Mapping[str, Any],
    about: Mapping[str, Any],
    first: list[Work],
    sections: list[tuple[str, str]],
) -> str:
    style, script = asset(STYLE), "\n".join(map(asset, SCRIPTS))
    return template("index.html").render(
        about=about,
        policy=policy(style, script),
        style=own(style),
        script=own(script),
        downloads=DOWNLOAD,
        dataset=data(_dataset(about, len(catalog.details))),
        core=data(catalog.core(about)),
        abstracts=data(catalog.abstracts),
        details=own(data_text("\n".join(catalog.details))),
        links=data(to_do),
        first=[Row.of(work) for work in first],
        number=len(catalog.details),
        pictures=pictures(catalog, to_do["hosts"]),
        sections=sections,
    )


def _dataset(about: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Return the catalog as schema.org describes a data set, by which search engines find one."""
    fields = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": about["title"],
        "description": "Metadata of papers, their code and the health of their links, made of"
        f" these lists: {about['title']}.",
        "size": f"{number} paper{'' if number == 1 else 's'}",
        "dateModified": about["checked"],
        "isAccessibleForFree": True,
        "distribution": [
            {
                "@type": "DataDownload",
                "name": "BibTeX",
                "encodingFormat": "application/x-bibtex",
                "contentUrl": DOWNLOAD,
            }
        ],
    }
    return {name: value for name, value in fields.items() if value != ""}
