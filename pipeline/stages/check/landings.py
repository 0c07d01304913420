"""Where links end that lead to another host: nobody's own page. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from pipeline.records.links import Probe
from pipeline.records.outcomes import Outcome, is_fresh
from pipeline.urls import host_of

SAME_LANDING: Final = 3
"""Links to so many unrelated hosts do not lead to one page by themselves: a portal does that."""


@dataclass
class Landings:
    """Where links end that lead to another host."""

    by_page: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """Page to the links (host and key) that end there."""

    def learn(self, key: str, outcome: Outcome[Probe]) -> None:
        """Take in where one link ended."""
        if not is_fresh(outcome) or outcome.value.failure is not None:
            return
        asked, page = host_of(outcome.value.hops[0].url), outcome.value.final_url
        if host_of(page) != asked:
            self.by_page.setdefault(page, []).append((asked, key))

    def suspicious(self) -> Iterator[str]:
        """Yield the links that end where links to many other hosts end too."""
        for ends in self.by_page.values():
            if len({host for host, _ in ends}) >= SAME_LANDING:
                yield from (key for _, key in ends)
