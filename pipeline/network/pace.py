"""
How fast a host is asked: a pace that its answers teach. Pure.

It quickens while the host answers soon, and doubles its interval for load: 429, 503, a growing
latency, no answer for many pages in a row after good ones; not for faults of single pages (500, a
reset). After a 429 it stays slower for a while: every attempt may cost the host a refusal.
"""

from dataclasses import dataclass, field, replace
from typing import Final

QUICKER: Final = 0.8
SLOWER: Final = 2.0
SOON: Final = 1.0
"""Seconds: a host that takes longer has enough to do, and is not asked any faster."""
GROWN: Final = 3.0
"""An answer that takes so many times the usual latency is a sign of strain."""
NOTICEABLE: Final = 0.5
"""Seconds below which a latency that grows is noise."""
REFUSED: Final = 1.5
"""What was refused is not tried again at once: the limit lies so many times above its interval."""
PROVEN: Final = 8
"""After so many good answers at the pace that a limit has left, a faster one is tried."""
BURST: Final = 24
"""So many answers may a host with a token bucket give before it feels the faster pace."""
LONGEST_PROOF: Final = 256
"""At most; for every time that this was refused again it takes twice as many."""
LOADED: Final = 1.0
"""Seconds between two requests: as slow as signs of load make it where no limit is spoken of."""
IN_A_ROW: Final = 5
"""So many different pages without an answer, one after the other, are a sign of load."""
MEMORY: Final = 0.2
"""Weight of the last answer in the usual latency (an exponential average)."""


@dataclass(slots=True)
class Pace:
    """Seconds between the starts of two requests to one host or API."""

    interval: float
    shortest: float
    longest: float
    usual: float | None = None
    """Latency of the host, seconds; None before it has answered."""
    complained_at: float = float("-inf")
    proven: float = float("inf")
    """The shortest interval at which it answered well: back to it goes faster than beyond it."""
    limit: float = 0.0
    """What the host's limit seems to be: no shorter interval is tried for now."""
    good: int = 0
    """Good answers since the limit was felt, or a faster pace was tried."""
    proof: int = PROVEN
    unanswered: set[str] = field(default_factory=set)
    """Pages without an answer since the last good one."""

    @classmethod
    def steady(cls, interval: float) -> "Pace":
        """Return a pace that nothing changes: an API's own limit."""
        return cls(interval, interval, interval)

    def moved(self, seconds: float) -> "Pace":
        """Return the same pace by a clock that shows so many seconds more."""
        at = self.complained_at + seconds
        return replace(self, complained_at=at, unanswered=set(self.unanswered))

    def answered(self, seconds: float) -> None:
        """Learn from an answer without complaint that took so long."""
        usual = seconds if self.usual is None else self.usual
        self.usual = usual + MEMORY * (seconds - usual)
        self.good += 1
        self.unanswered.clear()
        if self.limit > self.shortest and self.good >= self.proof:
            self.limit, self.good = self.limit / SLOWER, 0
        if seconds > max(NOTICEABLE, GROWN * usual):
            self._slow_down(LOADED)
        elif seconds <= SOON:
            self.proven = min(self.proven, self.interval)
            quicker = max(self.proven, self.interval / SLOWER)
            if self.proven == self.interval:
                quicker = self.interval * QUICKER
            self.interval = max(self.shortest, self.limit, quicker)

    def complained(self, started: float, now: float, *, limit: bool) -> None:
        """
        Learn from a refusal; `now` and `started` are monotonic.

        `limit`: asked too often, not only busy. Of requests under way together the first counts.
        """
        heard = started < self.complained_at
        if limit and not (heard and self.limit):
            again = self.limit > 0 and self.good < BURST
            self.proof = min(LONGEST_PROOF, 2 * self.proof) if again else PROVEN
            refused = min(self.interval, self.proven)
            self.limit = self.proven = min(self.longest, max(self.limit, REFUSED * refused))
            self.good = 0
        if not heard:
            self.complained_at = now
            self._slow_down(self.longest if limit else LOADED)

    def failed(self, page: str, started: float, now: float) -> None:
        """Learn from a request for `page` that got no answer (a time-out, a broken connection)."""
        if self.usual is None:
            return  # nobody knows how it is when it is well
        self.unanswered.add(page)
        if len(self.unanswered) >= IN_A_ROW:
            self.unanswered.clear()
            self.complained(started, now, limit=False)

    def _slow_down(self, most: float) -> None:
        slower = min(self.longest, most, self.interval * SLOWER)
        self.interval = max(self.interval, slower)
