"""
The page of one paper, for people, for search engines and for reference managers.

It carries schema.org's `ScholarlyArticle` as JSON-LD and Highwire Press tags (`citation_title`, one
`citation_author` each), by which Zotero and Google Scholar know a paper without a translator.
"""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any, Final

from markupsafe import Markup

from pipeline.formats.escape import safe_url
from pipeline.formats.exports.names import Name
from pipeline.formats.exports.page.assets import asset, data, own, policy, template
from pipeline.formats.exports.works import ARXIV_DOI, Work

_TYPES: Final = {"dataset": "Dataset", "benchmark": "Dataset", "tool": "SoftwareApplication"}


def paper_page(work: Work, bibtex: str) -> str:
    """Return the HTML of a paper's page, with its BibTeX to copy."""
    style = asset("paper.css")
    return template("paper.html").render(
        work=work,
        url=safe_url(work.url),
        authors=", ".join(name.whole for name in work.authors),
        policy=policy(style),
        style=own(style),
        tags=_elements(citation_tags(work)),
        linked_data=data(linked_data(work)),
        bibtex=bibtex,
        repositories=[(one, safe_url(one.url)) for one in work.repositories],
    )


def _elements(tags: Iterable[tuple[str, str]]) -> Markup:
    """Return tags as HTML; twenty loops of the template for each page took twice the time."""
    return own("\n".join(f'<meta name="{name}" content="{escape(text)}">' for name, text in tags))


def citation_tags(work: Work) -> Iterator[tuple[str, str]]:
    """
    Yield name and content of the Highwire tags.

    Source: Google Scholar, "Inclusion Guidelines for Webmasters"; Zotero's "Embedded Metadata".
    """
    yield "citation_title", work.title
    for name in work.authors:
        yield "citation_author", ", ".join(part for part in (name.family, name.given) if part)
    if day := _published(work):
        yield "citation_publication_date", day.replace("-", "/")
    if work.published_in:
        yield f"citation_{work.published_in}_title", work.venue
    if work.doi:
        yield "citation_doi", work.doi
    if work.arxiv_id:
        yield "citation_arxiv_id", work.arxiv_id
        yield "citation_pdf_url", f"https://arxiv.org/pdf/{work.arxiv_id}"
    if url := safe_url(work.url):
        yield "citation_public_url", url
    if work.abstract:
        yield "citation_abstract", work.abstract


def linked_data(work: Work) -> dict[str, Any]:
    """Return a paper as schema.org describes one; what is not known is left out."""
    url = safe_url(work.url)
    fields = {
        "@context": "https://schema.org",
        "@type": _TYPES.get(work.kind, "ScholarlyArticle"),
        "@id": url,
        "url": url,
        "name": work.title,
        "headline": work.title,
        "author": [_author(name) for name in work.authors],
        "datePublished": _published(work),
        "dateModified": work.updated.isoformat() if work.updated else None,
        "abstract": work.abstract,
        "keywords": list(work.categories),
        "identifier": list(_identifiers(work)),
        "sameAs": list(_same(work)),
        "creativeWorkStatus": _state(work),
        "isPartOf": _part_of(work),
    }
    known = {name: value for name, value in fields.items() if value}
    code = [one for one in (_code(work)) if one]
    return {"@graph": [known, *code], "@context": known.pop("@context")} if code else known


def _author(name: Name) -> dict[str, str]:
    if not name.given:
        return {"@type": "Organization" if " " in name.family else "Person", "name": name.family}
    return {
        "@type": "Person",
        "name": name.whole,
        "familyName": name.family,
        "givenName": name.given,
    }


def _published(work: Work) -> str | None:
    """Return the day where it is that of the year in which it was published, else the year."""
    if work.published is not None and work.published.year == work.year:
        return work.published.isoformat()
    return str(work.year) if work.year else None


def _identifiers(work: Work) -> Iterator[dict[str, str]]:
    for name, value in (("arXiv", work.arxiv_id), ("DOI", work.doi)):
        if value:
            yield {"@type": "PropertyValue", "propertyID": name, "value": value}


def _same(work: Work) -> Iterator[str]:
    if work.arxiv_id:
        yield f"https://arxiv.org/abs/{work.arxiv_id}"
        yield f"https://doi.org/{ARXIV_DOI}{work.arxiv_id}"
    if work.doi and not work.doi.lower().startswith(ARXIV_DOI.lower()):
        yield f"https://doi.org/{work.doi}"


def _state(work: Work) -> str | None:
    if work.withdrawn:
        return "Withdrawn"
    if work.is_published:
        return "Published"
    return "Preprint" if work.arxiv_id else None


def _part_of(work: Work) -> dict[str, str] | None:
    if work.published_in is None:
        return None
    kind = "Periodical" if work.published_in == "journal" else "PublicationEvent"
    return {"@type": kind, "name": work.venue}


def _code(work: Work) -> Iterator[dict[str, Any]]:
    for one in work.repositories:
        url = safe_url(one.url)
        if url:
            fields = {
                "@type": "SoftwareSourceCode",
                "name": one.full_name,
                "codeRepository": url,
                "programmingLanguage": one.language,
                "description": one.description,
            }
            yield {name: value for name, value in fields.items() if value}
