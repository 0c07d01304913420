"""What a run tells of what has happened since the last one: each thing once, and kept."""

import json
import re
import shutil
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

    def __call__(
        self, exports: tuple[str, ...] = (), scenario: str = "default", **lists: str
    ) -> Result:
        """Write lists and do a run over them."""
        flags: dict[str, Any] = {
            "scenario": scenario,
            "sandbox": True,
            "out": self.out,
            "cache_dir": self.folder / f"cache-{scenario}",
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


# --- what happens to papers some time later ---------------------------------------------------

AROUND = "".join(
    f"+ A Sandbox Title about Paper Number {n}, {venue}, [[paper]](https://openreview.net/forum?id=a{n}),"
    f" [[code]](https://github.com/RUCAIBox/LLMRank).\n"
    for n, venue in enumerate(("WWW 2024", "KDD 2023", "ICML 2024", "ACL 2023"), start=1)
)
PAPERS = {
    "2305.07001": "Recommendation as Instruction Following",
    "2305.05973": "Privacy-Preserving Recommender Systems",
    "2305.04518": "Sparks of Artificial General Recommender",
    "2305.06474": "Do LLMs Understand User Preferences",
    "2303.14524": "Towards Interactive Recommender Systems",
    "2304.03879": "A Generative Framework for Recommendation",
    "2305.07622": "Personalization Aware LLMs for Recommendation",
    "2305.07961": "LLMs in Conversational Recommender Systems",
}
MINE = AROUND + "".join(
    f"+ {title}, arxiv 2023, [[paper]](https://arxiv.org/abs/{id_}).\n"
    for id_, title in PAPERS.items()
)
HAPPENED = [
    ("accepted", "arxiv:2305.07001"),
    ("new-version", "arxiv:2305.07961"),
    ("published", "arxiv:2305.05973"),
    ("retitled", "arxiv:2305.06474"),
    ("withdrawn", "arxiv:2305.04518"),
]


def test_what_happened_to_papers_is_told_once(run: Runs) -> None:
    """In the report, the feeds and the log; a second run and a lost cache tell nothing again."""
    run(scenario="clean", mine=MINE)
    assert run.told() == []

    run(("atom",), scenario="later", mine=MINE)

    assert sorted(run.told()) == HAPPENED
    report = (run.out / REPORT).read_text("utf-8")
    section = report.partition("## What happened to papers (5)")[2].partition("<details>")[0]
    assert "accepted: SIGIR 2024" in section
    assert re.search(r"instead: .*https://arxiv\.org/abs/2305\.07001", section)
    feed = (run.out / "exports" / "atom" / "papers.xml").read_text("utf-8")
    assert feed.count("<entry>") == 5

    result = run(("atom",), scenario="later", mine=MINE)
    shutil.rmtree(run.folder / "cache-later")
    lost = run(("atom",), scenario="later", mine=MINE)
    silent = run(("atom",), scenario="arxiv-closed", mine=MINE)
    again = run(("atom",), scenario="later", mine=MINE)

    for one in (result, lost, silent, again):
        assert one.link_report is not None
        assert one.link_report.changes == ()
    assert sorted(run.told()) == HAPPENED
    assert (run.out / "exports" / "atom" / "papers.xml").read_text("utf-8") == feed


def test_what_papers_say_themselves_is_written_into_the_list(run: Runs) -> None:
    """Venue and code, in the list's own style; what GitHub does not know is only said."""
    run(scenario="later", mine=MINE)
    path = run.folder / "mine.md"
    flags = ["--sandbox", "--out", str(run.out), "--only", "fill", "--write", str(path)]

    result = CliRunner().invoke(app, ["fix", *flags])

    assert result.exit_code == 0, result.output
    expected = MINE.replace(
        f"{PAPERS['2305.07001']}, arxiv 2023", f"{PAPERS['2305.07001']}, SIGIR 2024"
    ).replace(
        "[[paper]](https://arxiv.org/abs/2304.03879).",
        "[[paper]](https://arxiv.org/abs/2304.03879),"
        " [[code]](https://github.com/sandbox-lab/GPT4Rec).",
    )
    assert path.read_text("utf-8") == f"# Papers\n\n{expected}"
    catalog = [json.loads(line) for line in (run.out / CATALOG).read_text("utf-8").splitlines()]
    found = {(one["key"], f["code"]) for one in catalog for f in one["findings"]}
    assert {
        ("arxiv:2305.07001", "accepted"),
        ("arxiv:2305.05973", "published"),
        ("arxiv:2304.03879", "code-suggested"),
        ("arxiv:2305.07622", "code-gone"),
        ("arxiv:2305.04518", "arxiv-withdrawn"),
    } <= found
    assert not {("arxiv:2303.14524", code) for code in ("accepted", "published")} & found


def test_code_of_abstracts_costs_no_request_in_the_next_run(run: Runs) -> None:
    """One batch more in the run that meets it first; one that is gone is asked for again."""
    there = "".join(line for line in MINE.splitlines(keepends=True) if "2305.07622" not in line)
    requests = {}
    for scenario in ("clean", "later"):
        for number in (1, 2):
            shutil.rmtree(run.folder / f"cache-{scenario}", ignore_errors=True)
            asked = run(scenario=scenario, mine=there).report.requests
            requests[scenario, number] = asked.get("github", 0)

    assert requests["later", 1] == requests["clean", 1] + 1
    assert requests["later", 2] == requests["clean", 2]
