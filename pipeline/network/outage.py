"""
Is it our network? The one place that says so, by who was reached and what a witness says. Pure.

A way to a host is `up`, `down`, or `unproven` where a failure may be our fault. Names and bare
addresses are two ways: a server in the next room proves nothing about the resolver.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from pipeline.records.links import LinkHealth
from pipeline.urls import host_of, literal_address

Network = Literal["up", "down", "unproven"]

SILENCE: Final = 2.5
"""Seconds without an answer at the start of a run after which a witness is asked."""
WITNESS_SECONDS: Final = 4.0
"""How long a witness has to answer. With `SILENCE` less than ten seconds."""

HOSTS_IN_A_ROW: Final = 8
"""So many hosts out of reach one after the other are a doubt, whoever was reached before."""
MANY_HOSTS: Final = 20
MOST: Final = 0.6
"""Where so large a part of many hosts is out of reach in one run, the fault may be ours."""
NEARLY_ALL: Final = 0.8
"""The same for hosts that answer, but nothing good: a gateway may speak for them."""
OUT_OF_REACH: Final = frozenset({"dns", "connect", "timeout", "reset", "tls", "proxy"})
"""Failures of a link that a fault of our own network causes as well."""


@dataclass(slots=True)
class Way:
    """What is known of the way to hosts of one kind."""

    reached: bool = False
    """Somebody could be connected to in this run, whatever came of it."""
    witness: str | None = None
    """A page that has answered in this run, to be asked again when in doubt."""
    down: bool = False
    under_way: int = 0
    lost: set[str] = field(default_factory=set)
    """Hosts out of reach since somebody was reached, but for those that were so before."""
    failing: bool = False
    """The same for any host."""
    asked: set[str] = field(default_factory=set)
    """Hosts that links lead to; of them those that were reached, and had something good to say."""
    found: set[str] = field(default_factory=set)
    well: set[str] = field(default_factory=set)

    def is_doubtful(self, *, waited: bool = False, final: bool = False) -> bool:
        """
        Say whether it is time to ask a witness.

        `waited`: nobody has answered for `SILENCE`. `final`: at the end of many requests, where any
        host out of reach since the last one that was reached leaves a doubt.
        """
        # Dead names fail sooner than live hosts answer: who is under way may still be reached.
        unheard = self.failing if self.under_way == 0 else waited
        return not self.down and (
            (final and self.failing)
            or len(self.lost) >= HOSTS_IN_A_ROW
            or (unheard and not self.reached)
        )

    def cleared(self) -> None:
        """Note that somebody could be reached: the faults since then are not ours."""
        self.reached, self.failing = True, False
        self.lost.clear()

    def most_fail(self) -> bool:
        """Say whether so many hosts failed in one run that a witness is no proof."""
        hosts = len(self.asked)
        lost, bad = hosts - len(self.found), hosts - len(self.well)
        return hosts >= MANY_HOSTS and (lost > MOST * hosts or bad > NEARLY_ALL * hosts)


UNPROVEN: Final = "network-unproven"
REMEMBERED: Final = "history"
"""Reason and evidence of links of which a run has found out nothing."""


def doubted_hosts(links: Iterable[LinkHealth]) -> set[str]:
    """Return the hosts that a run has left in doubt: nothing new, or nothing at all, is known."""
    old = ("alive", "moved", "blocked")
    return {
        host_of(link.url)
        for link in links
        if link.reason_code == UNPROVEN or (link.evidence == REMEMBERED and link.verdict in old)
    }


class Outage:
    """
    What speaks for and against our own network in one run.

    Hosts that failed, or were in doubt, in the last run (`known_bad`) speak against it no more: so
    a doubt ends at the latest in the second run in which a witness answers.
    """

    def __init__(self) -> None:
        self.known_bad: set[str] = set()
        self._ways = {False: Way(), True: Way()}

    def _way(self, host: str) -> Way:
        return self._ways[literal_address(host) is not None]

    # --- evidence in --------------------------------------------------------------------------

    def remember(self, hosts: Iterable[str]) -> None:
        """Take in what the last run could not settle (`doubted_hosts`)."""
        self.known_bad.update(hosts)

    def sent(self, host: str) -> None:
        """Note that a request is under way."""
        self._way(host).under_way += 1

    def ended(self, host: str, reached: bool | None, page: str | None = None) -> None:
        """Note a request's end; `reached` is None where it says nothing, `page` a witness."""
        way = self._way(host)
        way.witness = page or way.witness
        way.under_way -= 1
        if reached:
            way.cleared()
        elif reached is False:
            way.failing = True
            if host not in self.known_bad:
                way.lost.add(host)

    def fared(self, host: str, *, reached: bool, well: bool) -> None:
        """Note how a link of `host` came out in this run."""
        if well or host not in self.known_bad:
            way = self._way(host)
            for hosts, belongs in ((way.asked, True), (way.found, reached), (way.well, well)):
                if belongs:
                    hosts.add(host)

    # --- the word out -------------------------------------------------------------------------

    def doubts(self, *, waited: bool = False, final: bool = False) -> list[Way]:
        """Return the ways about which witnesses are to be asked; see `Way.is_doubtful`."""
        return [way for way in self._ways.values() if way.is_doubtful(waited=waited, final=final)]

    def word(self, host: str) -> Network:
        """Return whether our own network works, as far as it leads to `host`."""
        way = self._way(host)
        if way.down:
            return "down"
        return "up" if way.reached and not way.most_fail() else "unproven"

    @property
    def is_down(self) -> bool:
        """Whether there is no way to any name."""
        return self._ways[False].down

    @property
    def is_all_down(self) -> bool:
        """Whether no bare address was reached either."""
        return self.is_down and not self._ways[True].reached

    @property
    def is_silent(self) -> bool:
        """Whether nobody was reached in this run so far."""
        return not any(way.reached or way.down for way in self._ways.values())
