"""What is noted about a run on its way."""

from dataclasses import replace
from typing import Any, cast

import pytest

from pipeline.previous import Previous
from pipeline.progress import Silent
from pipeline.records.catalog import Paper, Resolution
from pipeline.records.lists import Entry
from pipeline.reports.overview import Overview
from pipeline.run.state import Run
from pipeline.storage.spool import Keep, Spool, held


def paper(key: str) -> Paper:
    """Return a paper of which only the key matters."""
    entry = Entry(list="l", line=1, end_line=1, title="T")
    return Paper(key=key, title="T", mentions=(entry,), resolution=Resolution(status="found"))


@pytest.mark.parametrize("keep", [Spool, held])
def test_what_was_seen_of_papers_is_forgotten_when_one_changes(keep: Keep) -> None:
    """Reports tell of the papers as they are."""
    run = Run(cast("Any", None), Previous(), Silent(), overview=Overview())
    papers = run.finish_some(keep(Paper, [paper("a"), paper("b")]), [])
    assert run.overview is not None

    papers = run.finish_some(papers, [(1, replace(paper("b"), title="Another"))])
    assert [one.title for one in papers] == ["T", "Another"]
    assert run.overview is None
