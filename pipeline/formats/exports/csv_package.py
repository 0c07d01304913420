"""
CSV tables with a Data Package 2.0 that describes them (datapackage.org).

RFC 4180, UTF-8. A text that a spreadsheet would run as a formula (`=`, `+`, `-`, `@`, tab or
carriage return at its beginning: OWASP, "CSV injection") gets an apostrophe in front, which
`datapackage.json` says; numbers are numbers.
"""

import csv
import hashlib
import io
from collections.abc import Iterable
from typing import Any, Final

from pipeline.formats.exports.tables import TABLES, Cell, Column, Table
from pipeline.formats.exports.works import Work
from pipeline.formats.jsonl import safe_json

_RUN_BY_SPREADSHEETS: Final = tuple("=+-@\t\r＝＋－＠")


def render_csv(works: Iterable[Work]) -> dict[str, str]:
    """Return the text of each file: a table each, and `datapackage.json`."""
    texts = {table: io.StringIO() for table in TABLES}
    writers = {table: csv.writer(text, lineterminator="\n") for table, text in texts.items()}
    for table, writer in writers.items():
        writer.writerow(column.name for column in table.columns)
    for work in works:
        for table, writer in writers.items():
            writer.writerows(map(_cell, row) for row in table.rows(work))
    files = {f"{table.name}.csv": text.getvalue() for table, text in texts.items()}
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "paper-catalog",
        "title": "Catalog of the papers that curated lists name",
        "description": "Made by paper-list-pipeline. Text that begins like a formula of a"
        " spreadsheet has an apostrophe in front.",
        "resources": [_resource(table, files[f"{table.name}.csv"]) for table in TABLES],
    }
    return files | {"datapackage.json": safe_json(package, indent=2) + "\n"}


def _cell(cell: Cell) -> str | int | None:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str) and cell.startswith(_RUN_BY_SPREADSHEETS):
        return f"'{cell}"
    return cell


def _resource(table: Table, text: str) -> dict[str, Any]:
    content = text.encode("utf-8", "replace")
    schema: dict[str, Any] = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [_field(column) for column in table.columns],
        "primaryKey": [column.name for column in table.columns if column.key],
    }
    if table.name != "papers":
        reference = {"resource": "papers", "fields": ["key"]}
        schema["foreignKeys"] = [{"fields": ["paper"], "reference": reference}]
    return {
        "name": table.name,
        "type": "table",
        "path": f"{table.name}.csv",
        "description": table.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    required = {"constraints": {"required": True}} if column.key else {}
    return {
        "name": column.name,
        "type": column.type,
        "description": column.description,
        **required,
    }
