"""
RIS, which EndNote, Mendeley and RefWorks read: one tag a line, `ER` at the end of a record.

It has no type for preprints; arXiv's own are `GEN`. A value is one line, or a reader takes its rest
for a tag (values come clean from `works`).
"""

from collections.abc import Iterable, Iterator

from pipeline.formats.exports.works import Work


def render_ris(works: Iterable[Work]) -> str:
    """Return a record for each work, in their order, lines ended by CR LF as the format wants."""
    lines = (line for work in works for line in _lines(work))
    return "".join(f"{line}\r\n" for line in lines)


def _lines(work: Work) -> Iterator[str]:
    yield f"TY  - {type_of(work)}"
    for tag, value in _fields(work):
        if value:
            yield f"{tag}  - {value}"
    yield "ER  - "
    yield ""


def _fields(work: Work) -> Iterator[tuple[str, str]]:
    yield "ID", work.cite
    yield "TI", work.title
    for name in work.authors:
        parts = (name.family, name.given, name.suffix)
        yield "AU", ", ".join(part for part in parts if part)
    yield "PY", str(work.year or "")
    if work.published is not None and work.published.year == work.year:
        yield "DA", f"{work.published:%Y/%m/%d}"
    yield "T2", work.venue if work.is_published else ""
    if work.arxiv_id:
        yield "PB", "" if work.is_published else "arXiv"
        yield "AN", f"arXiv:{work.arxiv_id}"
    yield "DO", work.doi
    yield "UR", work.url
    yield "AB", work.abstract
    for category in work.categories:
        yield "KW", category
    if work.withdrawn:
        yield "N1", "Withdrawn"


def type_of(work: Work) -> str:
    """Return the type of a work's record."""
    if work.published_in:
        return "JOUR" if work.published_in == "journal" else "CONF"
    return {"dataset": "DATA", "benchmark": "DATA", "tool": "COMP"}.get(work.kind, "GEN")
