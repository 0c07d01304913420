"""Whether failures may be blamed on hosts, after what all of them have answered. Pure."""

from dataclasses import dataclass, field
from typing import Final, Literal

from pipeline.hosts import host_of
from pipeline.records import Found, Outcome, Probe

Network = Literal["up", "down", "unproven"]

MANY_HOSTS: Final = 20
MOST: Final = 0.6
"""Where so large a part of many hosts is out of reach in one run, the fault is probably ours."""
OUT_OF_REACH: Final = frozenset({"dns", "connect", "timeout", "reset", "tls", "proxy"})
"""Failures that a fault of our own network causes as well."""


@dataclass
class Reach:
    """Which hosts could be reached in a run."""

    reached: dict[str, bool] = field(default_factory=dict)

    def learn(self, outcome: Outcome[Probe]) -> None:
        """Take in how one link came out."""
        if isinstance(outcome, Found):
            host = host_of(outcome.value.hops[0].url)
            answered = outcome.value.failure not in OUT_OF_REACH
            self.reached[host] = self.reached.get(host, False) or answered

    def network(self, network: Network) -> Network:
        """
        Return whether failures may be blamed on hosts; `network` is what the door says of it.

        Where most of many hosts are out of reach at once, they may not, though somebody answered.
        """
        if network != "up":
            return network
        lost = sum(not answered for answered in self.reached.values())
        many = len(self.reached) >= MANY_HOSTS
        return "unproven" if many and lost > MOST * len(self.reached) else "up"


def is_out_of_reach(outcome: Outcome[Probe]) -> bool:
    """Say whether an outcome may be our own network's fault."""
    return (
        isinstance(outcome, Found) and not outcome.stale and outcome.value.failure in OUT_OF_REACH
    )
