"""The files of a run: their paths below the output folder, for who writes and who reads them."""

from collections.abc import Callable
from typing import Final

from pipeline.formats.parts import LongFile

CATALOG: Final = "catalog/catalog.jsonl"
CATALOG_FILE: Final = LongFile(CATALOG, "catalog")
LINKS: Final = "reports/links.jsonl"
LINKS_FILE: Final = LongFile(LINKS, "reports/links")
REPORT: Final = "reports/report.md"
REPORT_MARK: Final = "The records of this report are in report.json"
"""Words of every report, by which one is known wherever somebody has put it."""
REPORT_SAYS: Final = f"{REPORT_MARK}, all links are beside it, all papers in the folder catalog."
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
OWN_FOLDERS: Final = frozenset({name.partition("/")[0] for name in FILES if "/" in name}) | {
    OTHER_LISTS,
    EXPORTS,
}
"""The folders below an output folder. Beside them a maintainer may keep files of their own."""


def is_own(path: str, is_file: Callable[[str], bool]) -> bool:
    """
    Say whether a file lies in one of our folders, and so is a result and never a list.

    `path` has `/` between its parts, and `is_file` says whether there is a file of such a path. A
    folder `reports` alone is anybody's; it is ours beside a file that only a run writes.
    """
    parts = path.split("/")
    return any(
        parts[depth] in OWN_FOLDERS
        and any(is_file("/".join((*parts[:depth], mark))) for mark in _MARKS)
        for depth in range(len(parts) - 1)
    )


_MARKS: Final = (CATALOG, CATALOG_FILE.part(0), LINKS, REPORT_JSON)
