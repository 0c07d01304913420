"""What a run tells of what has happened since the last one: each thing once, and kept."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeline.cli.main import app
from pipeline.enrich import Result, enrich
from pipeline.formats.files import CATALOG, EVENTS, LINKS, REPORT, REPORT_JSON
from pipeline.progress import Silent
from pipeline.settings.loading import load

FIRST = "- [Large Language Models as Zero-Shot Rankers](https://arxiv.org/abs/2305.08845)\n"
SECOND = "- [Recommendation as Language Processing](https://arxiv.org/abs/2203.13366)\n"


class Runs:
    """Runs in the sandbox over lists of one's own, with one output folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out = folder, folder / "out"

    def __call__(self, exports: tuple[str, ...] = (), **lists: str) -> Result:
        """Write lists and do a run over them."""
        flags: dict[str, Any] = {
            "sandbox": True,
            "out": self.out,
            "cache_dir": self.folder / "cache",
            "exports": exports,
            "site": "https://ann.github.io/papers",
        }
        paths = []
        for name, text in lists.items():
            paths.append(self.folder / f"{name}.md")
            paths[-1].write_text(f"# Papers\n\n{text}", encoding="utf-8")
        return enrich(load(flags), list(map(str, paths)), progress=Silent())

    def told(self) -> list[tuple[str, str]]:
        """Kinds and keys of the log."""
        path = self.out / EVENTS
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return [(one["kind"], one["key"]) for one in map(json.loads, lines)]

    def before(self, name: str, change: Callable[[dict[str, Any]], Mapping[str, Any]]) -> None:
        """Let the last run have said something else in each line of a file."""
        path = self.out / name
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        text = "".join(json.dumps(one | change(one)) + "\n" for one in lines)
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def run(tmp_path: Path) -> Runs:
    """Runs that have told nothing yet."""
    return Runs(tmp_path)


def test_first_run_over_a_list_has_no_news(run: Runs) -> None:
    """Its papers are not new, nor are those of another list that joins later."""
    result = run(mine=FIRST)
    assert result.link_report is not None
    assert (result.link_report.changes, run.told()) == ((), [])

    run(mine=FIRST, other=SECOND)

    assert run.told() == []
    assert not (run.out / EVENTS).exists()


def test_new_paper_is_told_once_and_kept(run: Runs) -> None:
    """In the log, in both reports, in the feeds, which stay as they are while nothing happens."""
    exports = ("atom", "jsonfeed")
    run(mine=FIRST)
    run(exports, mine=FIRST + SECOND)
    feeds = [path.read_bytes() for path in sorted((run.out / "exports").rglob("*.*"))]
    log = (run.out / EVENTS).read_bytes()

    assert run.told() == [("added", "arxiv:2203.13366")]
    assert "<summary>What changed (1)</summary>" in (run.out / REPORT).read_text("utf-8")
    report = json.loads((run.out / REPORT_JSON).read_text("utf-8"))
    assert [one["kind"] for one in report["changes"]] == ["added"]
    assert b"tag:ann.github.io,20" in feeds[0]

    result = run(exports, mine=FIRST + SECOND)

    assert result.link_report is not None
    assert result.link_report.changes == ()
    assert [path.read_bytes() for path in sorted((run.out / "exports").rglob("*.*"))] == feeds
    assert (run.out / EVENTS).read_bytes() == log
    assert not any("exports" in name for name in result.changed)
    settings = run.folder / "pipeline.toml"
    settings.write_text('site = "https://ann.github.io/papers"\n', encoding="utf-8")
    feed = ["--results", str(run.out), "--config", str(settings), "--out", str(run.folder / "f")]
    assert CliRunner().invoke(app, ["export", "atom", *feed]).exit_code == 0
    assert [path.read_bytes() for path in sorted((run.folder / "f").iterdir())] == feeds[:3]


def test_what_happened_to_papers_and_links(run: Runs) -> None:
    """A new title, a version; a link that was alive; told once though it is said again."""
    page = "- [A page](https://gone.example/page)\n"
    run(mine=FIRST + page)

    def older(paper: dict[str, Any]) -> dict[str, Any]:
        if paper["arxiv"] is None:
            return {}
        return {"title": "An Older Title", "arxiv": paper["arxiv"] | {"version": 0}}

    for _ in range(2):
        run.before(CATALOG, older)
        run.before(LINKS, lambda link: {"verdict": "dead"} if "arxiv" in link["url"] else {})
        run(mine=FIRST + page)

    assert run.told() == [
        ("retitled", "arxiv:2305.08845"),
        ("link-back", "https://arxiv.org/abs/2305.08845"),
    ]


def test_damaged_log_is_kept_and_said(run: Runs) -> None:
    """New events go behind it."""
    run(mine=FIRST)
    log = run.out / EVENTS
    log.write_text("<<<<<<< HEAD\n", encoding="utf-8")

    result = run(mine=FIRST + SECOND)

    assert log.read_text("utf-8").startswith("<<<<<<< HEAD\n{")
    assert any(EVENTS in one and "line 1 is damaged" in one for one in result.report.warnings)


def test_another_version_that_reads_more_makes_no_news(run: Runs) -> None:
    """Unless git knows when the entry came, nobody knows whether it is the list that changed."""
    run(mine=FIRST)
    path = run.out / REPORT_JSON
    report = json.loads(path.read_text("utf-8")) | {"version": "0.0.1"}
    path.write_text(json.dumps(report), encoding="utf-8")

    run(mine=SECOND)

    assert run.told() == []


def test_list_that_is_left_out_has_lost_nothing(run: Runs) -> None:
    """Its papers are not removed; those of a list that was read are."""
    run(mine=FIRST, other=SECOND)
    run(mine=FIRST)
    assert run.told() == []

    run(mine="- nothing any more, https://example.org/page\n")

    assert ("removed", "arxiv:2305.08845") in run.told()
