"""What is known by default of works that are not arXiv's, and what that costs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline import wiring
from pipeline.clock import SimulatedClock
from pipeline.enrich import Result, enrich
from pipeline.formats.files import CATALOG
from pipeline.progress import Silent
from pipeline.settings.loading import load
from tests.sources.asking import NOW

NUMBER = 49
DOIS = [f"10.1145/{3_000_000 + n}.{4_000_000 + n}" for n in range(NUMBER)]
LIST = "# Papers\n\n" + "".join(
    f"- [A Study of Lists of Papers, Part {n}](https://doi.org/{doi})\n"
    for n, doi in enumerate(DOIS)
)
ACL = "- [A Study of the Anthology](https://aclanthology.org/2022.coling-1.249/)\n"


def crossref(request: httpx.Request) -> httpx.Response:
    """Have every work that is asked for; no other service answers."""
    if request.url.host != "api.crossref.org":
        return httpx.Response(404)
    dois = [one.removeprefix("doi:") for one in request.url.params["filter"].split(",")]
    items = [
        {
            "DOI": doi,
            "type": "proceedings-article",
            "title": [f"A Study of Lists of Papers, Part {DOIS.index(doi)}"]
            if doi in DOIS
            else ["A Study of the Anthology"],
            "author": [{"given": "Ann", "family": "Author"}],
            "container-title": ["Proc. of Lists"],
            "published": {"date-parts": [[2024, 5]]},
        }
        for doi in dois
    ]
    return httpx.Response(200, json={"message": {"items": items}})


UNKNOWN = "Gated Attention for Long Term Weather Maps"
REFERENCES = f"""# Papers

- [{UNKNOWN}](https://gone.example/maps.pdf), KDD 2021
- [Gated Attention for Quite Short Weather Maps](https://gone.example/new.pdf), KDD 2026
- [Sparse Voting Trees for Tabular Data](https://lab.example/trees), KDD 2021
"""
NO_PAPERS = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">
<opensearch:totalResults>0</opensearch:totalResults>
<opensearch:startIndex>0</opensearch:startIndex>
<opensearch:itemsPerPage>100</opensearch:itemsPerPage></feed>"""


def services(request: httpx.Request) -> httpx.Response:
    """Know the titles of no work; a lab has a page of its own, everything else is gone."""
    work = {"DOI": "10.1/x", "title": ["A Work of Another Title"]}
    known: dict[str, Any] = {
        "export.arxiv.org": {"text": NO_PAPERS},
        "api.datacite.org": {"json": {"data": [], "meta": {"total": 0}}},
        "api.crossref.org": {"json": {"message": {"items": [work]}}},
        "dblp.org": {"json": {"result": {"hits": {"@total": "0"}}}},
        "lab.example": {"html": "<title>Sparse Voting Trees for Tabular Data</title>"},
    }
    answer = known.get(request.url.host)
    return httpx.Response(200, **answer) if answer else httpx.Response(410)


def run(
    folder: Path,
    patch: pytest.MonkeyPatch,
    text: str,
    *,
    network: Callable[[httpx.Request], httpx.Response] = crossref,
    **flags: Any,
) -> Result:
    """Do a run with the settings as they are where nobody has set any."""
    patch.setattr(wiring, "build_transport", lambda *_: httpx.MockTransport(network))
    patch.setattr(wiring, "SystemClock", lambda: SimulatedClock(NOW))
    path = folder / "mine.md"
    path.write_text(text, encoding="utf-8")
    values = {"out": folder / "out", "cache_dir": folder / "cache", **flags}
    return enrich(load(values), [str(path)], progress=Silent())


def test_fifty_works_cost_one_request_to_crossref(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Authors, year and venue of works by DOI and of the ACL Anthology; later runs ask nothing."""
    result = run(tmp_path, monkeypatch, LIST + ACL)

    assert result.report.requests["crossref"] == 1
    lines = (tmp_path / "out" / CATALOG).read_text("utf-8").splitlines()
    papers = [json.loads(line) for line in lines]
    assert len(papers) == NUMBER + 1
    for paper in papers:
        assert paper["authors"] == ["Ann Author"]
        assert (paper["year"], paper["venue"]) == (2024, "Proc. of Lists")
    again = run(tmp_path, monkeypatch, LIST + ACL)
    assert again.report.requests.get("crossref", 0) == 0
    assert again.link_report is not None
    assert again.link_report.changes == ()


def test_sources_can_be_switched_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an empty row."""
    result = run(tmp_path, monkeypatch, LIST, sources=())

    assert "crossref" not in result.report.requests


def unverified(result: Result) -> list[tuple[str, str | None, str]]:
    """Return what a run could not verify: message, title, action."""
    assert result.link_report is not None
    found = result.link_report.diagnostics
    return [(one.message, one.title, one.action) for one in found if one.code == "unverified"]


def test_a_title_that_nobody_knows_is_told_with_who_was_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not what is new or has a page of its title; a request each, and none in the next run."""
    first = run(tmp_path, monkeypatch, REFERENCES, network=services)

    message = (
        "the work could not be verified: arXiv, Crossref, DataCite and DBLP were asked for this"
        " title and know none."
    )
    assert unverified(first) == [(message, UNKNOWN, "decide")]
    requests = first.report.requests
    assert (requests["datacite"], requests["dblp"], requests["crossref"]) == (1, 1, 1)
    second = run(tmp_path, monkeypatch, REFERENCES, network=services)
    assert unverified(second) == unverified(first)
    assert second.report.requests.keys().isdisjoint({"datacite", "dblp", "crossref"})


@pytest.mark.parametrize(
    "flags",
    [
        {"verify": 0},
        {"search": False},
        {"sources": ()},
        {"max_requests": 3},
        {"offline": True},
    ],
)
def test_nothing_is_told_where_not_all_were_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: dict[str, Any]
) -> None:
    """Somebody who is switched off might know the title."""
    assert unverified(run(tmp_path, monkeypatch, REFERENCES, network=services, **flags)) == []


@pytest.mark.parametrize(
    "down", ["export.arxiv.org", "api.datacite.org", "api.crossref.org", "dblp.org"]
)
def test_nothing_is_told_while_a_source_is_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, down: str
) -> None:
    """The same title is told once the source is back."""

    def network(request: httpx.Request) -> httpx.Response:
        return httpx.Response(503) if request.url.host == down else services(request)

    assert unverified(run(tmp_path, monkeypatch, REFERENCES, network=network)) == []
    assert unverified(run(tmp_path, monkeypatch, REFERENCES, network=services)) != []
