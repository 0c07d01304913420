"""
Keep curated paper lists alive: identify, enrich, check, report.

In: lists in Markdown. Out: a catalog, the health of every link, reports and repairs.
Not here: rooms of a new kind without a line in `docs/architecture.md`.
"""

__version__ = "0.1.0"

REPOSITORY = "OWNER/paper-list-pipeline"
"""This program's own repository on GitHub, whose action workflows use."""
DOCS = f"https://github.com/{REPOSITORY}/blob/main/docs"
"""Where the pages of `docs/` are read: help texts and reports lead there."""
