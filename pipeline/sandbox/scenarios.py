"""What goes wrong in the sandbox, by the name that `--scenario` takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipeline.errors import ConfigurationError

RepositoryTrouble = Literal[
    "archived",
    "blocked",  # 403 with a `block`; not found for GraphQL
    "broken",  # an error for GraphQL, 500 for ever for REST
    "forbidden",  # this token may not see it
    "last",  # GraphQL may not say; REST says, and the hour's requests are used up with that
    "legal",  # 451; not found for GraphQL
    "missing",
    "private",  # this token may see it, others may not
    "silent",  # null without an error for GraphQL; REST knows it
]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One world: everything works but what is named here."""

    network: bool = True
    arxiv: Literal["open", "hesitant", "closed"] = "open"
    """`hesitant` throttles the first request, as live since late 2025; `closed` all of them."""
    repositories: Mapping[str, RepositoryTrouble] = field(default_factory=dict)
    """By `owner/name` in lower case."""
    github_quota: int | None = None
    """Requests left in each of GitHub's buckets; None: a full hour's."""
    web: bool = True
    """Whether pages behave as `web.json` says, or are all there."""
    later: bool = False
    """Whether to papers has happened what `later.json` says."""


SCENARIOS: Mapping[str, Scenario] = {
    "default": Scenario(
        arxiv="hesitant",
        repositories={
            "fajieyuan/wsdm2019-nextitnet": "archived",
            "go0day/toolrec-code": "blocked",
            "yewzz/eager": "broken",
            # In the order of the lists these two are the last that GraphQL leaves unclear, so that
            # the others are asked before the hour is used up.
            "westlake-repl/microlens": "last",
            "andreeaiana/xmind": "silent",
        },
    ),
    "clean": Scenario(web=False),
    "no-network": Scenario(network=False),
    "arxiv-closed": Scenario(arxiv="closed", web=False),
    "github-limited": Scenario(github_quota=1, web=False),
    "later": Scenario(web=False, later=True),
}


def scenario_named(name: str) -> Scenario:
    """Return the scenario of that name; raise `ConfigurationError` where there is none."""
    if name not in SCENARIOS:
        known = ", ".join(SCENARIOS)
        raise ConfigurationError(f"there is no sandbox scenario {name!r}; there are: {known}")
    return SCENARIOS[name]
