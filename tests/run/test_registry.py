"""What is known by default of works that are not arXiv's, and what that costs."""

import json
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


def run(folder: Path, patch: pytest.MonkeyPatch, text: str, **flags: Any) -> Result:
    """Do a run with the settings as they are where nobody has set any."""
    patch.setattr(wiring, "build_transport", lambda *_: httpx.MockTransport(crossref))
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
