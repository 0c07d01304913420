"""The files of a run: their paths below the output folder, for who writes and who reads them."""

from typing import Final

CATALOG: Final = "catalog/catalog.jsonl"
LINKS: Final = "reports/links.jsonl"
REPORT: Final = "reports/report.md"
REPORT_JSON: Final = "reports/report.json"
HISTORY: Final = "history/links.jsonl"
EVENTS: Final = "history/events.jsonl"
RUN: Final = "run.json"
FILES: Final = (CATALOG, LINKS, REPORT, REPORT_JSON, HISTORY, EVENTS, RUN)
"""Every file of a run, in the order of writing: `run.json` last, for it says that the rest is."""
EXPORTS: Final = "exports"
"""Folder below the output folder: the catalog in other forms."""
OTHER_LISTS: Final = "other-lists"
"""Folder below the output folder: results of lists that the last run did not read."""
