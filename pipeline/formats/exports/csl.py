"""
CSL-JSON: what Zotero, Pandoc, Quarto and citation.js read.

Schema: `csl-data.json` 1.0.2 of the Citation Style Language. It has no type for preprints (an
`article` of the genre `preprint` is what Zotero makes of one) and takes no field that it does not
know, so that ours are in `custom`.
"""

from collections.abc import Iterable
from datetime import date
from textwrap import indent
from typing import Any

from pipeline.formats.exports.names import Name
from pipeline.formats.exports.works import ARXIV_DOI, Work
from pipeline.formats.jsonl import safe_json


def render_csl(works: Iterable[Work]) -> str:
    """Return one array with an item for each work, in their order."""
    items = ",\n".join(indent(safe_json(item_of(work), indent=2), "  ") for work in works)
    return f"[\n{items}\n]\n" if items else "[]\n"


def item_of(work: Work) -> dict[str, Any]:
    """Return a work as an item of CSL-JSON; what is not known is left out."""
    preprint = bool(work.arxiv_id)
    fields = {
        "id": work.cite,
        "type": type_of(work),
        "genre": "preprint" if preprint and not work.is_published else None,
        "title": work.title,
        "author": [_author(name) for name in work.authors],
        "issued": _issued(work),
        "container-title": work.venue if work.is_published else None,
        "abstract": work.abstract,
        "keyword": ", ".join(work.categories),
        "DOI": work.doi,
        "URL": work.url,
        "number": f"arXiv:{work.arxiv_id}" if preprint else None,
        "archive": "arXiv" if preprint else None,
        "archive_location": work.arxiv_id,
        "publisher": "arXiv" if preprint and not work.is_published else None,
        "version": f"v{work.version}" if work.version else None,
        "status": "withdrawn" if work.withdrawn else None,
        "custom": _custom(work),
    }
    return {name: value for name, value in fields.items() if value}


def type_of(work: Work) -> str:
    """Return the type of a work's item."""
    if work.published_in:
        return "article-journal" if work.published_in == "journal" else "paper-conference"
    return {"dataset": "dataset", "benchmark": "dataset", "tool": "software"}.get(
        work.kind, "article" if work.arxiv_id or work.doi else "document"
    )


def _author(name: Name) -> dict[str, str]:
    if not name.given:
        return {"literal": name.family}
    parts = {"family": name.family, "given": name.given, "suffix": name.suffix}
    return {part: value for part, value in parts.items() if value}


def _issued(work: Work) -> dict[str, list[list[int]]] | None:
    day = work.published
    if day is not None and day.year == work.year:
        return {"date-parts": [_parts(day)]}
    return {"date-parts": [[work.year]]} if work.year else None


def _parts(day: date) -> list[int]:
    return [day.year, day.month, day.day]


def _custom(work: Work) -> dict[str, Any]:
    preprint = f"{ARXIV_DOI}{work.arxiv_id}" if work.arxiv_id else ""
    fields = {
        "key": work.key,
        "lists": list(work.lists),
        "identification": work.status,
        "list-venue": work.venue if not work.is_published else None,
        "preprint-doi": preprint if preprint.lower() != work.doi.lower() else None,
        "code": [repository.url for repository in work.repositories],
    }
    return {name: value for name, value in fields.items() if value}
