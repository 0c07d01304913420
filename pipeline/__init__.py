"""
Keep curated paper lists alive: identify, enrich, check, report.

In: lists in Markdown. Out: a catalog, the health of every link, reports and repairs.
Not here: rooms of a new kind without a line in `docs/architecture.md`.
"""

__version__ = "0.1.0"

DOCS = "https://github.com/OWNER/paper-list-pipeline/blob/main/docs"
"""Where the pages of `docs/` are read: help texts and reports lead there."""
