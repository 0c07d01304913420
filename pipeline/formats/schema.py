"""
The JSON Schemas of the files that a run writes, made from the records themselves.

Additions keep the version; renaming, removing or narrowing a field makes a new one.
"""

from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from pipeline.formats.report_json import LinkReport
from pipeline.formats.run_json import RunReport
from pipeline.records.base import SCHEMA_VERSION, adapter
from pipeline.records.catalog import Paper
from pipeline.records.events import Event
from pipeline.records.links import LinkHealth, LinkHistory

FILES: Mapping[str, Any] = {
    "catalog": Paper,
    "links": LinkHealth,
    "history": LinkHistory,
    "events": Event,
    "run": RunReport,
    "report": LinkReport,
}
"""Name of a schema to the record of a line (of `run.json` and `report.json`: of the file)."""


def schemas() -> dict[str, dict[str, Any]]:
    """Return the schema of each file, as it is written (every field is there)."""
    return {
        f"v{SCHEMA_VERSION}/{name}.schema.json": {
            "$schema": GenerateJsonSchema.schema_dialect,
            "$id": f"urn:paper-list-pipeline:schema:v{SCHEMA_VERSION}:{name}",
            **adapter(record).json_schema(mode="serialization"),
        }
        for name, record in FILES.items()
    }
