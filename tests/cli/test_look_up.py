"""The look-up of a typed identifier, in the sandbox."""

from pathlib import Path

import pytest

from pipeline.cli.look_up import looking_up
from pipeline.previous import Previous
from pipeline.records.catalog import Paper, Resolution
from pipeline.records.outcomes import Found, Missing, Skipped
from pipeline.settings.loading import load

KNOWN = Paper(
    key="arxiv:2305.00447",
    title="The Title that the Catalog has",
    mentions=(),
    resolution=Resolution(status="found", method="link"),
)


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder."""
    monkeypatch.chdir(tmp_path)


def test_catalog_is_asked_first() -> None:
    """No request is needed for what is known."""
    found = looking_up(load({"offline": True}), Previous(papers=(KNOWN,)))(KNOWN.key)

    assert isinstance(found, Found)
    assert found.value.title == KNOWN.title
    assert found.value.source == "the catalog"


def test_arxiv_is_asked_for_an_id() -> None:
    """With title and authors, to be compared; an id that is none is missing."""
    look_up = looking_up(load({"sandbox": True, "scenario": "clean"}), Previous())
    found = look_up("arxiv:2305.00447")

    assert isinstance(found, Found)
    assert found.value.title.startswith("TALLRec")
    assert found.value.authors
    assert isinstance(look_up("arxiv:2399.99999"), Missing | Skipped)


@pytest.mark.parametrize("key", ["openreview:JnWJbrnaUE", "acl:2020.acl-main.1", "doi:10.1145/1"])
def test_what_nobody_is_asked_for_is_said(key: str) -> None:
    """Off line there is nobody; for some kinds there is no service."""
    outcome = looking_up(load({"offline": True}), Previous())(key)

    assert isinstance(outcome, Skipped)
    assert outcome.reason
