"""The published schemas are those of the records, and a run's files keep them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from pipeline.enrich import enrich
from pipeline.formats.jsonl import to_line
from pipeline.formats.schema import schemas
from pipeline.progress import Silent
from pipeline.records.events import Change
from pipeline.settings.loading import load
from pipeline.works.events import event_of

PUBLISHED = Path(__file__).parents[2] / "docs" / "schema"


@pytest.mark.parametrize("name", schemas())
def test_published_schema_is_that_of_the_record(name: str) -> None:
    """`make docs` renews it where a record has changed."""
    assert json.loads((PUBLISHED / name).read_text("utf-8")) == schemas()[name]


def test_files_of_a_run_keep_their_schemas(tmp_path: Path) -> None:
    """Every line of every file of a sandbox run is valid."""
    flags = {"sandbox": True, "out": tmp_path / "out", "cache_dir": tmp_path / "cache"}
    enrich(load(flags), [], progress=Silent())
    event = event_of(Change(id="a1", kind="added", key="k"), datetime(2026, 1, 1, tzinfo=UTC))
    texts = {
        "catalog": (tmp_path / "out/catalog/catalog.jsonl").read_text("utf-8").splitlines(),
        "links": (tmp_path / "out/reports/links.jsonl").read_text("utf-8").splitlines(),
        "history": (tmp_path / "out/history/links.jsonl").read_text("utf-8").splitlines(),
        "events": [to_line(event)],
        "run": [(tmp_path / "out/run.json").read_text("utf-8")],
        "report": [(tmp_path / "out/reports/report.json").read_text("utf-8")],
    }
    for name, lines in texts.items():
        validator = jsonschema.Draft202012Validator(schemas()[f"v1/{name}.schema.json"])
        assert lines, name
        for line in lines:
            validator.validate(json.loads(line))
