"""Parquet, read by pyarrow; and the sentence where that is missing."""

import io
import sys
from datetime import date

import pytest

from pipeline.errors import ConfigurationError
from pipeline.formats.exports.parquet import render_parquet
from tests.formats.exports.works_by_hand import works


def test_rows_and_types() -> None:
    """A row a work, an empty column with its type."""
    pq = pytest.importorskip("pyarrow.parquet")
    table = pq.read_table(io.BytesIO(render_parquet(works())))
    first = table.to_pylist()[0]

    assert table.num_rows == 4
    assert (first["published"], first["year"]) == (date(2017, 6, 12), 2017)
    assert first["authors"][2] == {"name": "Google Brain Team", "family": None, "given": ""}
    assert first["repositories"][0]["pushed_at"].year == 2023
    assert str(table.schema.field("citations").type) == "int64"
    assert table.schema.metadata[b"schema_version"] == b"1"
    assert pq.read_table(io.BytesIO(render_parquet([]))).num_rows == 0


def test_without_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence says what to install."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(ConfigurationError, match=r"paper-list-pipeline\[parquet\]"):
        render_parquet(works())
