"""
What a run costs in requests: first and second run, by scenario, beside what could not be less.

    python benchmarks/count_requests.py

The least is counted from the lists themselves: 100 arXiv ids a request, 50 repositories a query and
one REST question for each name that is missing, one request for every other distinct URL.
"""

import tempfile
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from time import perf_counter

from pipeline.enrich import Result, enrich
from pipeline.formats.jsonl import parse_lines
from pipeline.progress import Silent
from pipeline.records.links import LinkHealth
from pipeline.settings.loading import load

SCENARIOS = ("clean", "default", "arxiv-closed", "github-limited", "no-network")


@dataclass(frozen=True)
class Row:
    """One run."""

    scenario: str
    turn: str
    requests: dict[str, int]
    seconds: float


def run(folder: Path, scenario: str) -> Result:
    """Do one whole run in the sandbox."""
    flags = {"sandbox": True, "out": folder / "out", "cache_dir": folder / "cache"}
    return enrich(load({**flags, "scenario": scenario}), [], progress=Silent())


def measure(scenario: str) -> list[Row]:
    """Run twice on one cache."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        for turn in ("first", "second"):
            began = perf_counter()
            result = run(Path(name), scenario)
            rows.append(Row(scenario, turn, result.report.requests, perf_counter() - began))
    return rows


def least() -> dict[str, int]:
    """Return the least number of requests that answers every question of a clean first run."""
    with tempfile.TemporaryDirectory() as name:
        result = run(Path(name), "clean")
        links, _ = parse_lines(
            LinkHealth, (Path(name) / "out/reports/links.jsonl").read_text("utf-8")
        )
    counts = result.report.counts
    repositories = {link.url.lower().rstrip("/") for link in links if link.evidence == "github"}
    return {
        "arxiv": ceil(235 / 100),
        "github": ceil(len(repositories) / 50) + counts.repositories["missing"],
        "web": sum(link.evidence == "http" for link in links),
    }


def main() -> None:
    """Print the table."""
    services = ("arxiv", "oai", "datacite", "github", "web", "witness")
    print(
        f"{'scenario':<16}{'run':<8}" + "".join(f"{name:>10}" for name in services) + "   seconds"
    )
    bound = least()
    cells = "".join(f"{bound.get(name, 0):>10}" for name in services)
    print(f"{'clean':<16}{'least':<8}{cells}")
    for scenario in SCENARIOS:
        for row in measure(scenario):
            cells = "".join(f"{row.requests.get(name, 0):>10}" for name in services)
            print(f"{row.scenario:<16}{row.turn:<8}{cells}{row.seconds:>10.2f}")


if __name__ == "__main__":
    main()
