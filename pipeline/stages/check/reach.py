"""Whether failures may be blamed on hosts, after what all of them have answered. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from pipeline.records.links import Probe
from pipeline.records.outcomes import Found, Outcome
from pipeline.urls import host_of

Network = Literal["up", "down", "unproven"]

MANY_HOSTS: Final = 20
MOST: Final = 0.6
"""Where so large a part of many hosts is out of reach in one run, the fault is probably ours."""
NEARLY_ALL: Final = 0.8
"""The same for hosts that answer, but nothing good: a gateway may speak for them."""
SOME_HOSTS: Final = 5
"""Where all of so many are out of reach, it is probably ours as well."""
OUT_OF_REACH: Final = frozenset({"dns", "connect", "timeout", "reset", "tls", "proxy"})
"""Failures that a fault of our own network causes as well."""


@dataclass
class Reach:
    """
    Which hosts could be reached in a run, and which had something good to say.

    Only what was asked since `since` tells; a stored answer says nothing of today's network. Links
    that failed in an earlier run tell nothing by failing again.
    """

    since: datetime
    reached: dict[str, bool] = field(default_factory=dict)
    fared_well: dict[str, bool] = field(default_factory=dict)

    def learn(self, outcome: Outcome[Probe], *, failed: bool, suspect: bool) -> None:
        """Take in how one link came out."""
        if not isinstance(outcome, Found) or outcome.stale or (suspect and failed):
            return
        if outcome.value.answered_at < self.since:
            return
        host = host_of(outcome.value.hops[0].url)
        answered = outcome.value.failure not in OUT_OF_REACH
        self.reached[host] = self.reached.get(host, False) or answered
        self.fared_well[host] = self.fared_well.get(host, False) or not failed

    def network(self, network: Network) -> Network:
        """
        Return whether failures may be blamed on hosts; `network` is what the door says of it.

        Where most of many hosts are out of reach at once, they may not, though somebody answered.
        """
        if network != "up":
            return network
        hosts = len(self.reached)
        lost = sum(not answered for answered in self.reached.values())
        bad = sum(not well for well in self.fared_well.values())
        most = hosts >= MANY_HOSTS and (lost > MOST * hosts or bad > NEARLY_ALL * hosts)
        return "unproven" if most or (hosts >= SOME_HOSTS and lost == hosts) else "up"


SAME_LANDING: Final = 3
"""Links to so many unrelated hosts do not lead to one page by themselves: a portal does that."""


@dataclass
class Landings:
    """Where links end that lead to another host."""

    by_page: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """Page to the links (host and key) that end there."""

    def learn(self, key: str, outcome: Outcome[Probe]) -> None:
        """Take in where one link ended."""
        if not isinstance(outcome, Found) or outcome.stale or outcome.value.failure is not None:
            return
        asked, page = host_of(outcome.value.hops[0].url), outcome.value.final_url
        if host_of(page) != asked:
            self.by_page.setdefault(page, []).append((asked, key))

    def suspicious(self) -> Iterator[str]:
        """Yield the links that end where links to many other hosts end too."""
        for ends in self.by_page.values():
            if len({host for host, _ in ends}) >= SAME_LANDING:
                yield from (key for _, key in ends)


def is_out_of_reach(outcome: Outcome[Probe]) -> bool:
    """Say whether an outcome may be our own network's fault."""
    return (
        isinstance(outcome, Found) and not outcome.stale and outcome.value.failure in OUT_OF_REACH
    )
