"""Every transient fault that the services are known for, once at every point of a run."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline.enrich import Result, enrich
from pipeline.formats.jsonl import parse_lines
from pipeline.progress import Silent
from pipeline.records.catalog import Paper
from pipeline.records.links import LinkHealth
from pipeline.sandbox import transport
from pipeline.sandbox.transport import SandboxTransport
from pipeline.settings.loading import load

Fault = Callable[[httpx.Request], httpx.Response]

APIS = ("export.arxiv.org", "api.github.com", "oaipmh.arxiv.org", "api.datacite.org")


def status(code: int, body: str = "", **headers: str) -> Fault:
    """Return a fault that is an answer."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: httpx.Response(code, text=body, headers=fields)


def broken(error: type[httpx.TransportError]) -> Fault:
    """Return a fault that is no answer."""

    def fail(request: httpx.Request) -> httpx.Response:
        raise error("fault of the test", request=request)

    return fail


FAULTS: dict[str, tuple[tuple[str, ...], Fault]] = {
    "503": ((), status(503)),
    "502 page": ((), status(502, "<html>Bad Gateway</html>")),
    "429 seconds": ((), status(429, retry_after="3")),
    "429 date": ((), status(429, retry_after="Sun, 22 Nov 2020 00:00:00 GMT")),
    "429 bare": ((), status(429, "Rate exceeded.")),
    "read time-out": ((), broken(httpx.ReadTimeout)),
    "reset": ((), broken(httpx.ReadError)),
    "half an answer": ((), broken(httpx.RemoteProtocolError)),
    "arXiv 406": (("export.arxiv.org",), status(406)),
    "arXiv says slow down with 200": (("export.arxiv.org",), status(200, "Rate exceeded.")),
    "arXiv empty 200": (("export.arxiv.org",), status(200)),
    "arXiv page of HTML": (("export.arxiv.org",), status(200, "<html><body>busy</body></html>")),
    "GitHub secondary limit": (
        ("api.github.com",),
        status(403, '{"message": "You have exceeded a secondary rate limit."}', retry_after="7"),
    ),
    "GitHub went wrong": (
        ("api.github.com",),
        status(
            200, '{"data": null, "errors": [{"message": "Something went wrong while executing"}]}'
        ),
    ),
    "GitHub silent": (("api.github.com",), status(200, '{"data": {}}')),
    "GitHub resources": (
        ("api.github.com",),
        status(
            200,
            '{"data": null, "errors": [{"type": "RESOURCE_LIMITS_EXCEEDED", "message": "limits"}]}',
        ),
    ),
}


class OnceFaulty(SandboxTransport):
    """The clean replica, but the first time that anything is asked, a fault answers."""

    fault: Fault
    hosts: tuple[str, ...]

    def __init__(self, scenario: str = "clean", **options: Any) -> None:
        super().__init__(scenario, **options)
        self.seen: set[tuple[str, str, bytes]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Fail once, answer ever after."""
        body = await request.aread()
        question = (request.method, str(request.url), body)
        concerned = not self.hosts or request.url.host in self.hosts
        if concerned and question not in self.seen:
            self.seen.add(question)
            self.asked.append((request.method, str(request.url)))
            return self.fault(request)
        return await super().handle_async_request(request)


def run(folder: Path) -> Result:
    """Do one whole run in the sandbox."""
    flags = {"sandbox": True, "out": folder / "out", "cache_dir": folder / "cache"}
    return enrich(load({**flags, "scenario": "clean"}), [], progress=Silent())


def read(folder: Path) -> tuple[list[Paper], list[LinkHealth]]:
    """Return what a run has written."""
    papers, _ = parse_lines(Paper, (folder / "out/catalog/catalog.jsonl").read_text("utf-8"))
    links, _ = parse_lines(LinkHealth, (folder / "out/reports/links.jsonl").read_text("utf-8"))
    return papers, links


def is_missing(paper: Paper) -> bool:
    """Say whether arXiv is said not to know a paper."""
    return "arxiv" in paper.sources and paper.sources["arxiv"].status == "missing"


def comparable(paper: Paper) -> Paper:
    """Leave out what REST, which stands in for GraphQL, counts or words in another way."""
    plain = {"open_issues": None, "open_issues_and_prs": None, "reason": None}
    parts = tuple(part.model_copy(update=plain) for part in paper.repositories)
    states = {
        name: state.model_copy(update={"reason": None}) for name, state in paper.sources.items()
    }
    return replace(paper, repositories=parts, sources=states)


def verdicts(links: list[LinkHealth]) -> dict[str, str]:
    """Return the verdicts; of a repository that only REST was asked about, 404 is `failing`."""
    return {
        link.url: "failing" if link.reason_code == "no-such-repository" else link.verdict
        for link in links
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Paper], list[LinkHealth]]:
    """What a run without faults says."""
    folder = tmp_path_factory.mktemp("undisturbed")
    run(folder)
    return read(folder)


@pytest.mark.parametrize("name", FAULTS)
def test_fault_once_at_every_point_makes_nothing_missing_or_dead(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    undisturbed: tuple[list[Paper], list[LinkHealth]],
) -> None:
    """The run ends with 0, blames nobody, and the next run has everything."""
    hosts, fault = FAULTS[name]
    faulty = type("Faulty", (OnceFaulty,), {"fault": staticmethod(fault), "hosts": hosts})
    with monkeypatch.context() as patched:
        patched.setattr(transport, "SandboxTransport", faulty)
        result = run(tmp_path)
    papers, links = read(tmp_path)
    truth = {part.full_name: part.status for paper in undisturbed[0] for part in paper.repositories}
    dead = {link.url for link in undisturbed[1] if link.verdict == "dead"}

    assert result.report.exit_code == 0
    assert not [paper.key for paper in papers if is_missing(paper)]
    for paper in papers:
        for part in paper.repositories:
            assert part.status not in ("missing", "blocked") or truth[part.full_name] == part.status
    assert {link.url for link in links if link.verdict == "dead"} <= dead
    assert not [link.url for link in links if link.verdict == "malformed" and "((" in link.url]

    run(tmp_path)
    papers, links = read(tmp_path)

    assert list(map(comparable, papers)) == list(map(comparable, undisturbed[0]))
    assert verdicts(links) == verdicts(undisturbed[1])
