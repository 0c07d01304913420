"""What `csl-data.json` 1.0.2 of the Citation Style Language allows, of what an export may write."""

from typing import Any

TYPES = """
article article-journal book chapter dataset document paper-conference report software thesis
webpage
""".split()  # noqa: SIM905  one word a line would hide the table
TEXTS = """
DOI URL abstract archive archive_location container-title genre keyword language note publisher
source status title version
""".split()  # noqa: SIM905  one word a line would hide the table
NAME_PARTS = ("family", "given", "literal", "suffix")

SCHEMA: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "array",
    "items": {
        "type": "object",
        "required": ["type", "id"],
        "additionalProperties": False,
        "properties": {
            "type": {"enum": TYPES},
            "id": {"type": ["string", "number"]},
            **{name: {"type": "string"} for name in TEXTS},
            "number": {"type": ["string", "number"]},
            "author": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {part: {"type": "string"} for part in NAME_PARTS},
                },
            },
            "issued": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "date-parts": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": 2,
                        "items": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": 3,
                            "items": {"type": ["string", "number"]},
                        },
                    }
                },
            },
            "custom": {"type": "object"},
        },
    },
}
