"""What is noted about a run on its way."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.executors.local import Local
from pipeline.previous import Previous
from pipeline.progress import Silent
from pipeline.records.catalog import Finding, Paper, Resolution, SourceState
from pipeline.records.lists import Entry
from pipeline.reports.overview import overview_of
from pipeline.run.state import Run
from pipeline.storage.papers import everywhere
from pipeline.storage.spool import Keep, Spool, held


def paper(key: str) -> Paper:
    """Return a paper of which only the key matters."""
    entry = Entry(list="l", line=1, end_line=1, title="T")
    return Paper(key=key, title="T", mentions=(entry,), resolution=Resolution(status="found"))


@pytest.mark.parametrize("keep", [Spool, held])
def test_what_was_noted_of_papers_is_put_right_when_one_changes(keep: Keep) -> None:
    """Reports tell of the papers as they are, whatever has changed."""
    before = [paper("a"), paper("b"), paper("c")]
    run = Run(cast("Any", SimpleNamespace(executor=Local(1))), Previous(), Silent())
    papers = run.finish_each(keep(Paper, before), everywhere(lambda one: one))
    unsure = Resolution(status="failed", evidence=("SOURCE_FAILED: arxiv: HTTP 503",))
    found = Finding(code="title-mismatch", severity="warning", message="m", list="l", line=1)
    state = SourceState(status="skipped", reason="limit")
    for change in (
        {"resolution": unsure, "findings": (found,)},
        {"resolution": Resolution(status="review")},
        {"mentions": (*before[1].mentions, *before[1].mentions)},
        {"sources": {"arxiv": state}},
    ):
        papers = run.finish_some(papers, [(1, replace(papers[1], **cast("Any", change)))])
        noted, read = run.overview(papers), overview_of(papers)
        assert (noted.findings, noted.unsure) == (read.findings, read.unsure)
        assert (noted.unsearched, noted.states) == (read.unsearched, read.states)
        assert noted.counts(()) == read.counts(())
        assert noted.papers is papers
