"""The files and headings around a list on this machine; no part of a run, and no network."""

from pathlib import Path

from pipeline.records.lists import ParsedList
from pipeline.sources.work_tree import WorkTree
from pipeline.stages.local import looked_up


def on_disk(parsed: ParsedList, data: bytes, file: Path) -> ParsedList:
    """Return a list that was read from a file, after the look-up around it."""
    tree = WorkTree(file)
    return looked_up(parsed, data, tree.at, tree, rooted=tree.is_rooted)
