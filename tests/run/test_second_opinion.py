"""The second opinion of a run, from the setting to the report."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline import wiring
from pipeline.clock import SimulatedClock
from pipeline.enrich import Result, enrich
from pipeline.progress import Silent
from pipeline.settings.loading import load
from tests.sources.asking import NOW

PROXY = "http://proxy.example:8080"
PAGE = "https://lab.example/paper"
LIST = f"# Papers\n\n- [A Study of Lists of Papers]({PAGE}), KDD 2019\n"


def elsewhere(request: httpx.Request) -> httpx.Response:
    """Have every page."""
    return httpx.Response(200, text=f"<title>{request.url}</title>")


def here(request: httpx.Request) -> httpx.Response:
    """Let the lab be silent; everybody else knows nothing."""
    if request.url.host == "lab.example":
        raise httpx.ConnectTimeout("silent")
    return httpx.Response(404)


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, str]]:
    """Two ways to the web, and the proxies of each that was taken."""
    taken: list[Mapping[str, str]] = []

    def built(_: Any, proxies: Mapping[str, str], **guard: Any) -> httpx.MockTransport:
        taken.append({**proxies, **guard})
        return httpx.MockTransport(elsewhere if proxies.get("all") == PROXY else here)

    monkeypatch.setattr(wiring, "build_transport", built)
    monkeypatch.setattr(wiring, "proxies", dict)
    return taken


def weekly(folder: Path, patch: pytest.MonkeyPatch, **flags: Any) -> list[Result]:
    """Do three runs, a week between them."""
    path = folder / "mine.md"
    path.write_text(LIST, encoding="utf-8")
    values = {"out": folder / "out", "cache_dir": folder / "cache", **flags}
    results = []
    for week in range(3):
        at = NOW + week * timedelta(days=7)
        patch.setattr(wiring, "SystemClock", lambda at=at: SimulatedClock(at))
        results.append(enrich(load(values), [str(path)], progress=Silent()))
    return results


def said(result: Result) -> list[tuple[str, str | None]]:
    """Return the codes and reasons of what is said of links."""
    assert result.link_report is not None
    found = result.link_report.diagnostics
    return [(one.code, one.reason_code) for one in found if one.code.startswith("link-")]


def test_page_that_answers_by_the_proxy_is_not_dead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ways: list[Mapping[str, str]]
) -> None:
    """The proxy is taken once, when the page is about to die; a config file's would be guarded."""
    first, second, third = weekly(tmp_path, monkeypatch, second_opinion=PROXY)

    assert said(first) == said(second) == [("link-failing", "timeout")]
    assert said(third) == [("link-unknown", "reached-elsewhere")]
    assert [way for way in ways if way.get("all")] == [{"all": PROXY, "guarded": False}]
    assert third.report.requests["second-opinion"] == 2
    assert "second-opinion" not in second.report.requests


def test_report_says_that_one_network_was_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ways: list[Mapping[str, str]]
) -> None:
    """Where the user has no other way."""
    third = weekly(tmp_path, monkeypatch)[-1]

    assert said(third) == [("link-dead", "long-failing")]
    assert third.link_report is not None
    [message] = [one.message for one in third.link_report.diagnostics if one.code == "link-dead"]
    assert "it was asked from one network only" in message
    assert not any(way.get("all") for way in ways)
