"""
A replica of the upstreams, below the one door to the network.

In: HTTP requests, a scenario of faults. Out: the services' answers, made from facts and made up.
Not here: anything of the package but `network` and `errors`: a replica that used the identifier
grammar or the parsers of the stages would have their faults too and hide them.

The real stages, clients and cache run against it; it needs no network and no key. It answers in
the formats of the services from facts about the project's own lists (`facts/`). What the facts do
not hold is made up here: an abstract is "Sandbox abstract of …", a description "Sandbox
description of …", unknown authors are "Sandbox Author One" and so on; unknown dates are the first
day of the month in the arXiv id, further versions 30 days apart, the unknown category is cs.IR,
and unknown counts come from a hash of the name. Faults are made up throughout (`scenarios`).
"""

from pathlib import Path

from pipeline.errors import ConfigurationError

SANDBOX_TOKEN = "sandbox-token"  # noqa: S105 - the replica's own, worth nothing elsewhere
"""The only GitHub token that the replica takes; without one it answers as to anybody."""

LIST_FILES = ("llm4rec-paper.md", "awesome-llm4rs-papers.md")


def sandbox_lists() -> list[Path]:
    """
    Return the project's own lists.

    A wheel has them beside this module (`lists/`, copied when it is built), a checkout in
    `data/lists`. Raises `ConfigurationError` where neither is there.
    """
    here = Path(__file__).resolve().parent
    for folder in (here / "lists", here.parents[1] / "data" / "lists"):
        files = [folder / name for name in LIST_FILES]
        if all(file.is_file() for file in files):
            return files
    raise ConfigurationError(f"{here / 'lists'}: the lists of the sandbox are not installed")
