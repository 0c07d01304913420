"""run.json and its counts."""

import json
from datetime import UTC, datetime

from pipeline.formats.run_json import (
    CacheRun,
    ListRun,
    RunReport,
    StageRun,
    count,
    parse_run,
    render_run,
)
from pipeline.records.base import adapter
from pipeline.records.catalog import Paper, RepositoryPart, Resolution
from pipeline.records.links import LinkHealth, Verdict
from pipeline.records.lists import Entry
from pipeline.records.outcomes import Deferred, Status


def paper(
    key: str, resolution: str, lines: int = 1, repositories: tuple[RepositoryPart, ...] = ()
) -> Paper:
    """A paper with so many mentions."""
    mentions = tuple(Entry(list="a", line=n, end_line=n, title=key) for n in range(1, lines + 1))
    return Paper(
        key=key,
        title=key,
        mentions=mentions,
        repositories=repositories,
        resolution=adapter(Resolution).validate_python({"status": resolution}),
    )


def part(full_name: str, status: Status) -> RepositoryPart:
    """A repository of which only the status matters."""
    return RepositoryPart(full_name=full_name, url=f"https://github.com/{full_name}", status=status)


def link(verdict: Verdict) -> LinkHealth:
    """A link of which only the verdict matters."""
    return LinkHealth(
        url="https://x.example", verdict=verdict, reason_code="x", reason="x", evidence="none"
    )


def run_report() -> RunReport:
    """A small run."""
    return RunReport(
        version="0.1.0",
        started_at=datetime(2026, 11, 22, 1, 0, tzinfo=UTC),
        finished_at=datetime(2026, 11, 22, 1, 0, 2, 500_000, tzinfo=UTC),
        duration_s=2.5,
        lists=(ListRun(name="a", entries=3),),
        stages=(StageRun(name="parse", seconds=0.5, records=3),),
        counts=count([paper("a", "found")], [link("alive")]),
        requests={"arxiv": 1},
        cache=CacheRun(hits=4, misses=5),
        deferred=(Deferred(what="github", count=2, reason="limit"),),
        exit_code=0,
    )


def test_counts_are_of_papers_entries_links_and_repositories() -> None:
    """Every status has its number; a repository of two papers counts once, in any case."""
    shared = part("O/N", "found")
    papers = [
        paper("a", "found", lines=3, repositories=(shared, part("o/gone", "missing"))),
        paper("b", "found", repositories=(part("o/n", "found"),)),
        paper("c", "review"),
        paper("d", "skipped"),
        paper("e", "failed"),
    ]
    counts = count(papers, [link("alive"), link("alive"), link("dead")])
    assert counts.model_dump() == {
        "entries": 7,
        "papers": 5,
        "resolved": 2,
        "review": 1,
        "unresolved": 2,
        "links": {
            "alive": 2,
            "moved": 0,
            "dead": 1,
            "failing": 0,
            "blocked": 0,
            "malformed": 0,
            "skipped": 0,
            "unknown": 0,
        },
        "repositories": {"found": 1, "missing": 1, "blocked": 0, "failed": 0, "skipped": 0},
    }


def test_counts_take_iterators() -> None:
    """What can be read only once is counted right."""
    assert count(iter([paper("a", "found")]), iter([link("dead")])).papers == 1


def test_run_json_has_the_fields_of_the_contract() -> None:
    """Times are ISO 8601 in UTC, the text is indented and ends with a line break."""
    text = render_run(run_report())
    data = json.loads(text)
    assert text.endswith("}\n")
    assert data["started_at"] == "2026-11-22T01:00:00Z"
    assert data["finished_at"] == "2026-11-22T01:00:02.500000Z"
    assert set(data) >= {
        "duration_s",
        "sandbox",
        "network",
        "lists",
        "stages",
        "counts",
        "requests",
        "cache",
        "deferred",
        "exit_code",
    }
    assert data["stages"] == [{"name": "parse", "seconds": 0.5, "records": 3}]
    assert data["cache"] == {"hits": 4, "misses": 5}


def test_run_json_comes_back_the_same() -> None:
    """What was written is read, also with fields of a newer version."""
    data = json.loads(render_run(run_report()))
    data["counts"]["citations"] = 3
    data["new"] = {}
    assert parse_run(json.dumps(data)) == run_report()


def test_a_damaged_run_json_is_none() -> None:
    """Text that is no report of a run is not taken for one."""
    assert parse_run("") is None
    assert parse_run('{"version": "0.1.0"}') is None
