"""What is found out about one host in one run: what it cannot take, what its links share. Pure."""

import zlib
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlsplit

from pipeline.links.verdicts import OK_STATUS
from pipeline.network.service import Answer
from pipeline.records.outcomes import FailureKind
from pipeline.sources.web.evidence import is_no_such_host

UNSENT: Final[frozenset[FailureKind]] = frozenset({"offline", "budget", "interrupted", "closed"})
"""Nothing was asked, so there is no evidence."""
OF_OUR_REQUEST: Final = frozenset({400, 405, 406, 412, 415, 416, 417, 421, 501, 505})
"""What a server says of the request, not of the page (421: RFC 9110 15.5.20): it may be there."""
PERHAPS_OF_OUR_REQUEST: Final = frozenset({403, 404, 409, 410, 422})
"""
The same, from a server that has never taken `Range` and no compression. A 5xx gets its second try
as a browser asks.
"""
SILENCE: Final[frozenset[FailureKind]] = frozenset({"timeout", "connect", "dns"})
"""Nobody spoke."""
SILENT: Final = "the host does not answer"
SILENT_TRIES: Final = 2
"""After so many requests in a row without a word, a host that never answered is left alone."""
SILENT_SPELL: Final = 5
"""The same for a host that has answered in this run: single pages may hang."""
SHARE: Final = 20
"""One in so many files that HEAD has found is asked for by GET as well, and the first of a host."""
VAIN_TRIES: Final = 3
"""After so many second tries in a row that fail, a host's links get none any more."""


@dataclass
class HostMemory:
    """What was found out about one host in this run."""

    shared: dict[str, Answer] = field(default_factory=dict)
    """Origin to the failure that all its links share, or to why no more of them are asked."""
    answered: bool = False
    refuses_head: bool = False
    """Or lies to it."""
    head_checked: bool = False
    """Whether GET was asked about a file that HEAD has found."""
    takes_range: bool = False
    refuses_range: bool = False
    meant: set[int] = field(default_factory=set)
    """Statuses that were the same without `Range`."""
    silent: int = 0
    throttled: int = 0
    vain: int = 0

    @property
    def tired(self) -> bool:
        """Whether second tries have proven useless."""
        return self.vain >= VAIN_TRIES

    def learn(self, url: str, answer: Answer, *, again: bool) -> None:
        """Take in the answer of `url`; `again`: of a second try."""
        if answer.failure in UNSENT:
            return
        if answer.failure not in SILENCE:
            self.silent = 0
        elif not (self.answered and again):  # a page that hangs hangs again; its host may be well
            self.silent += 1
        throttled = answer.status == 429 or is_throttled(answer)
        self.throttled = self.throttled + 1 if throttled else 0
        self.answered = self.answered or answer.failure is None
        failed = answer.failure is not None or (answer.status or 0) >= 500
        self.vain = (self.vain + 1 if again else self.vain) if failed else 0
        enough = SILENT_SPELL if self.answered else SILENT_TRIES
        if answer.failure == "tls" or is_no_such_host(answer):
            self.shared[_origin(url)] = answer
        elif self.silent >= enough:  # says nothing of a page that was not asked
            self.shared[_origin(url)] = replace(answer, failure="closed", detail=SILENT)

    def doubts_head(self, url: str) -> bool:
        """Say whether GET is to be asked about a file that HEAD has found; each host's first is."""
        first, self.head_checked = not self.head_checked, True
        return first or is_sampled(url)

    def learn_of_range(self, answer: Answer, doubted: int | None) -> None:
        """Take in a GET's answer; `doubted`: the status that the same request got with `Range`."""
        status = answer.status or 0
        if doubted is None:
            self.takes_range = self.takes_range or status in OK_STATUS
        elif status == doubted:
            self.meant.add(status)
        elif status in OK_STATUS and not (doubted >= 500 and self.takes_range):
            self.refuses_range = True

    def blames_range(self, status: int, *, guarded: bool) -> bool:
        """Say whether a bad status may be due to `Range`; a 403 of a `guarded` host is not."""
        unsure = status in PERHAPS_OF_OUR_REQUEST and not (self.takes_range or guarded)
        return status not in self.meant and (unsure or status in OF_OUR_REQUEST)

    def known(self, url: str) -> Answer | None:
        """Return the failure that `url` shares with its host."""
        shared = self.shared.get(_origin(url)) if self.shared else None
        return shared and replace(shared, url=url)


def is_sampled(url: str) -> bool:
    """Say whether a file is one of those that are asked for twice; the same ones in every run."""
    return zlib.crc32(urlsplit(url).path.encode()) % SHARE == 0


def _origin(url: str) -> str:
    """Return scheme, host and port (RFC 6454)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_throttled(answer: Answer) -> bool:
    """Say whether a host asks for a pause."""
    return answer.trouble is not None and answer.trouble.kind == "throttled"
