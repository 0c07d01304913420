"""The page: which stages a run does, and what comes out of each."""

import json
import os
import signal
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import pipeline.enrich
from pipeline.enrich import Result, enrich
from pipeline.progress import Silent
from pipeline.records.catalog import Paper
from pipeline.run.interrupts import interruptible
from pipeline.run.steps import say_unverified
from pipeline.settings.loading import load

STAGES = ("parse", "resolve", "fetch", "check")
LIST = """# Papers

- [Large Language Models as Zero-Shot Rankers](https://arxiv.org/abs/2305.08845)
- [A page](https://example.org/page)
"""


def run(folder: Path, until: str, *, reported: bool = False) -> Result:
    """Run the stages over a list of two links in the sandbox."""
    path = folder / "mine.md"
    path.write_text(LIST, encoding="utf-8")
    flags = {"sandbox": True, "out": folder / "out", "cache_dir": folder / "cache"}
    return enrich(load(flags), [str(path)], until=until, reported=reported, progress=Silent())


@pytest.mark.parametrize(("number", "until"), list(enumerate(STAGES, start=1)))
def test_a_run_ends_with_the_stage_that_is_named(tmp_path: Path, number: int, until: str) -> None:
    """It prints that stage's records, counts them in its report, and writes nothing."""
    result = run(tmp_path, until)
    lines = [json.loads(line) for line in result.lines]

    assert tuple(stage.name for stage in result.report.stages) == STAGES[:number]
    assert result.report.stages[-1].records == len(lines) > 0
    assert result.link_report is None
    assert not (tmp_path / "out").exists()


def test_all_stages_write_the_files(tmp_path: Path) -> None:
    """Nothing is printed then, and the second run changes nothing but the time."""
    result = run(tmp_path, "enrich")

    assert list(result.lines) == []
    assert "catalog/catalog.jsonl" in result.changed
    assert result.report_path is not None
    assert Path(result.report_path).is_file()
    assert result.report.has_changes
    assert not run(tmp_path, "enrich").report.has_changes


def test_a_check_has_a_report_where_one_is_wanted(tmp_path: Path) -> None:
    """Its links are printed all the same, and nothing is written."""
    result = run(tmp_path, "check", reported=True)

    assert result.link_report is not None
    assert sum(result.link_report.counts.links.values()) == 2
    assert len(list(result.lines)) == 2
    assert not (tmp_path / "out").exists()


def test_interrupt_in_the_last_moment_of_the_stages_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the run asks nobody any more; what is known is written, as after any other."""

    async def interrupted(*arguments: Any) -> Sequence[Paper]:
        papers = await say_unverified(*arguments)
        os.kill(os.getpid(), signal.SIGINT)
        return papers

    monkeypatch.setattr(pipeline.enrich, "say_unverified", interrupted)
    monkeypatch.setattr(pipeline.enrich, "interruptible", partial(interruptible, moment=60))
    assert run(tmp_path, "enrich").report.exit_code == 130
    assert (tmp_path / "out" / "run.json").is_file()
