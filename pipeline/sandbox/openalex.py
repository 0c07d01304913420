"""
The replica of OpenAlex: what the papers of the facts cite, which is made up and says so.

Paper number n cites the next papers of the facts, and of five works that no list has those whose
number divides n: so the first is cited by all, the last by every fifth paper.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import starmap
from typing import Any

import httpx

from pipeline.sandbox.answers import json_answer, parameters
from pipeline.sandbox.world import UNLISTED, Paper, unlisted

FIRST_ID = 4_000_000_000
"""Of the papers; those that no list has have the first numbers beyond nine billion."""
FIRST_OUTSIDE = 9_000_000_000
NEXT_CITED = 2


def answer_openalex(request: httpx.Request, papers: Mapping[str, Paper]) -> httpx.Response:
    """Answer `/works/doi:…` and `/works?filter=doi:…|…` or `filter=openalex:W…|W…`."""
    works = {number: _of_paper(number, paper, len(papers)) for number, paper in _numbered(papers)}
    by_doi = {work["doi"].lower(): work for work in works.values()}
    outside = {work["id"]: work for work in starmap(_outside, enumerate(unlisted().values(), 1))}
    known = {**by_doi, **{work["id"]: work for work in works.values()}, **outside}
    match = re.fullmatch(r"/works/doi:(.+)", request.url.path)
    if match:
        work = known.get(f"https://doi.org/{match[1]}".lower())
        return json_answer(200, work) if work else json_answer(404, {"error": "Not found"})
    kind, _, values = parameters(request).get("filter", "").partition(":")
    prefix = "https://openalex.org/" if kind == "openalex" else ""
    asked = (f"{prefix}{value}" for value in values.split("|"))
    found = [known[name] for one in asked if (name := one if prefix else one.lower()) in known]
    return json_answer(200, {"meta": {"count": len(found)}, "results": found})


def _numbered(papers: Mapping[str, Paper]) -> list[tuple[int, Paper]]:
    return list(enumerate((papers[id_] for id_ in sorted(papers)), start=1))


def _of_paper(number: int, paper: Paper, papers: int) -> dict[str, Any]:
    following = ((number + step - 1) % papers + 1 for step in range(1, NEXT_CITED + 1))
    outside = (one for one in range(1, UNLISTED + 1) if number % one == 0)
    cited = [FIRST_ID + one for one in following] + [FIRST_OUTSIDE + one for one in outside]
    return _work(FIRST_ID + number, paper, NEXT_CITED, cited)


def _work(number: int, paper: Paper, cited_by: int, cited: Iterable[int]) -> dict[str, Any]:
    return {
        "id": f"https://openalex.org/W{number}",
        "doi": f"https://doi.org/10.48550/arxiv.{paper.id}",
        "title": paper.title,
        "type": "preprint",
        "publication_year": paper.versions[0].year,
        "cited_by_count": cited_by,
        "is_retracted": False,
        "authorships": [{"author": {"display_name": name}} for name in paper.authors],
        "referenced_works": [f"https://openalex.org/W{one}" for one in cited],
    }


def _outside(number: int, paper: Paper) -> dict[str, Any]:
    return _work(FIRST_OUTSIDE + number, paper, 1000 // number, ())
