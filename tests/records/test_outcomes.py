"""Outcomes travel to other processes and are the same there."""

import pickle
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.records.base import adapter
from pipeline.records.outcomes import Blocked, Failed, Found, Missing, Outcome, Skipped
from pipeline.records.sources import DoiRecord, FirstVersion

FIRST = FirstVersion(id="2401.00001", title="A Title")
DOI = DoiRecord.model_validate(
    {"doi": "10.1/x", "title": "T", "authors": ("A",), "type": "book", "url": "u"}
)
OLD = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "outcome",
    [
        Found(value=FIRST),
        Found[FirstVersion](value=FIRST, stale=True, as_of=OLD, reason="offline"),
        adapter(Outcome[DoiRecord]).validate_python({"status": "found", "value": DOI}),  # type: ignore[misc]
        Missing(reason="404", confirmed=True),
        Blocked(reason="451"),
        Skipped(reason="offline"),
        Failed(kind="timeout", reason="no answer"),
    ],
)
def test_an_outcome_is_the_same_behind_a_pickle(outcome: Any) -> None:
    """Whatever it is the outcome of, and however it was made."""
    there = pickle.loads(pickle.dumps(outcome))  # noqa: S301

    assert there == outcome
    assert isinstance(there, Found) == isinstance(outcome, Found)
    assert there.model_dump() == outcome.model_dump()
