"""The tables that CSV and SQLite share."""

import pytest

from pipeline.formats.exports.tables import TABLES, Table
from tests.formats.exports.works_by_hand import works


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_rows_fit_the_columns_and_keys_are_unique(table: Table) -> None:
    """A cell for each column; no cell of a key is empty; no row comes twice."""
    rows = [tuple(row) for work in works() for row in table.rows(work)]
    keys = [n for n, column in enumerate(table.columns) if column.key]
    found = [tuple(row[n] for n in keys) for row in rows]

    assert rows
    assert all(len(row) == len(table.columns) for row in rows)
    assert len(set(found)) == len(found)
    assert all(cell is not None for key in found for cell in key)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_cells_have_the_type_of_their_column(table: Table) -> None:
    """Or are empty; text is one clean line."""
    types = {"string": str, "date": str, "integer": int, "boolean": bool}
    for work in works():
        for row in table.rows(work):
            for column, cell in zip(table.columns, row, strict=True):
                assert cell is None or type(cell) is types[column.type]
                assert not isinstance(cell, str) or cell.isprintable()
