"""
A replica of the upstreams, below the one door to the network.

In: HTTP requests, a scenario of faults. Out: the services' answers, made from facts and made up.
Not here: anything of the package but `network` and `errors`: a replica that used the identifier
grammar or the parsers of the stages would have their faults too and hide them.

The real stages, clients and cache run against it, without network or key, on facts about the
project's own lists (`facts/`). What those do not hold is made up: texts begin with "Sandbox", dates
follow from the arXiv id, counts from a hash of the name. So are all faults (`scenarios`).
"""

from pathlib import Path

from pipeline.errors import ConfigurationError

SANDBOX_TOKEN = "sandbox-token"  # noqa: S105 - the replica's own, worth nothing elsewhere
"""The only GitHub token that the replica takes; without one it answers as to anybody."""

LIST_FILES = ("llm4rec-paper.md", "awesome-llm4rs-papers.md")


HERE = Path(__file__).resolve().parent
FOLDERS = (HERE / "lists", HERE.parents[1] / "data" / "lists")
"""Of the wheel and of the checkout."""


def is_of_sandbox(path: Path) -> bool:
    """Say whether a file is one of the built-in lists."""
    return path.parent in FOLDERS and path.name in LIST_FILES


def sandbox_lists() -> list[Path]:
    """Return the lists of the wheel, else of the checkout, else raise `ConfigurationError`."""
    for folder in FOLDERS:
        files = [folder / name for name in LIST_FILES]
        if all(file.is_file() for file in files):
            return files
    raise ConfigurationError(f"{FOLDERS[0]}: the lists of the sandbox are not installed")
