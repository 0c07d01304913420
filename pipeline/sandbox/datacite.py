"""The replica of DataCite's REST API for arXiv's DOIs: https://support.datacite.org/docs/api."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import httpx

from pipeline.sandbox.answers import json_answer, parameters
from pipeline.sandbox.world import Paper

SUBJECTS = {
    "cs.AI": "Artificial Intelligence",
    "cs.CL": "Computation and Language",
    "cs.DB": "Databases",
    "cs.HC": "Human-Computer Interaction",
    "cs.IR": "Information Retrieval",
    "cs.LG": "Machine Learning",
    "cs.MM": "Multimedia",
    "cs.SE": "Software Engineering",
    "cs.SI": "Social and Information Networks",
}

NO_SUCH_DOI = "The resource you are looking for doesn't exist."


def answer_datacite(request: httpx.Request, papers: Mapping[str, Paper]) -> httpx.Response:
    """Answer `/dois/10.48550/arxiv.ID` and `/dois?query=doi:("…" OR "…")`."""
    path = unquote(request.url.path).lower()
    if path == "/dois":
        return _list(parameters(request), papers)
    match = re.fullmatch(r"/dois/10\.48550/arxiv\.(.+)", path)
    paper = papers.get(match[1]) if match else None
    if paper is None:
        return json_answer(404, {"errors": [{"status": "404", "title": NO_SUCH_DOI}]})
    return json_answer(200, {"data": _record(paper)})


def _list(asked: Mapping[str, str], papers: Mapping[str, Paper]) -> httpx.Response:
    """Return one page of the DOIs that a query names; 25 a page where nothing is said."""
    names = re.findall(r"10\.48550/arxiv\.([\w./-]+)", asked.get("query", "").lower())
    found = [papers[name] for name in dict.fromkeys(names) if name in papers]
    size = int(asked.get("page[size]", "25"))
    number = int(asked.get("page[number]", "1"))
    total_pages = -(-len(found) // size) if size else 0
    body = {
        "data": [_record(paper) for paper in found[size * (number - 1) : size * number]],
        "meta": {"total": len(found), "totalPages": total_pages, "page": number},
        "links": {"self": "https://api.datacite.org/dois"},
    }
    return json_answer(200, body)


def _record(paper: Paper) -> dict[str, Any]:
    doi = f"10.48550/arxiv.{paper.id}"
    attributes = {
        "doi": doi,
        "creators": [_creator(name) for name in paper.authors],
        "titles": [{"title": paper.title}],
        "publisher": "arXiv",
        "publicationYear": paper.versions[0].year,
        "subjects": [
            {
                "subject": f"{SUBJECTS.get(name, 'Sandbox subject')} ({name})",
                "subjectScheme": "arXiv",
            }
            for name in paper.categories
        ],
        "dates": _dates(paper.versions),
        "types": {"resourceType": "Article", "resourceTypeGeneral": "Text"},
        "relatedIdentifiers": _related(paper.doi),
        "version": str(len(paper.versions)),
        "descriptions": [{"description": paper.abstract, "descriptionType": "Abstract"}],
        "url": f"https://arxiv.org/abs/{paper.id}",
        "state": "findable",
    }
    return {"id": doi, "type": "dois", "attributes": attributes}


def _creator(name: str) -> dict[str, Any]:
    given, _, family = name.rpartition(" ")
    return {
        "name": f"{family}, {given}" if given else family,
        "nameType": "Personal",
        "givenName": given,
        "familyName": family,
        "affiliation": [],
        "nameIdentifiers": [],
    }


def _dates(versions: tuple[datetime, ...]) -> list[dict[str, str]]:
    first, last, newest = versions[0], versions[-1], f"v{len(versions)}"
    dates = (
        (f"{first:%Y-%m-%dT%H:%M:%SZ}", "Submitted", "v1"),
        (f"{last:%Y-%m-%dT%H:%M:%SZ}", "Updated", newest),
        (f"{first:%Y-%m}", "Available", "v1"),
    )
    keys = ("date", "dateType", "dateInformation")
    return [dict(zip(keys, date, strict=True)) for date in dates]


def _related(doi: str | None) -> list[dict[str, str]]:
    if doi is None:
        return []
    return [
        {"relationType": "IsVersionOf", "relatedIdentifier": doi, "relatedIdentifierType": "DOI"}
    ]
