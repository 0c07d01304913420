"""
How one upstream is asked, what comes back, and what its answers teach. No I/O.

A *lane* shares a pace and a pause: one for each API, one for each host of the linked web.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from pipeline.clock import Clock
from pipeline.network.pace import Pace
from pipeline.network.retry import RetryPolicy, Trouble, trouble_of_failure, trouble_of_status
from pipeline.records.outcomes import FailureKind


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, or why there was none (`status` None, `failure` set)."""

    method: str
    url: str
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """By name in lower case (`headers.headers_of`)."""
    body: bytes = b""
    """Decoded, at most the service's `body_cap` bytes."""
    truncated: bool = False
    failure: FailureKind | None = None
    detail: str = ""
    trouble: Trouble | None = None
    """Why the answer is not usable after all tries, in the service's own judgement."""

    @property
    def reason(self) -> str:
        """One short phrase for a report."""
        if self.trouble is not None:
            return self.trouble.reason
        return f"HTTP {self.status}" if self.status is not None else self.detail

    @classmethod
    def refused(cls, method: str, url: str, kind: FailureKind, reason: str) -> "Answer":
        """Return the answer of a request that was not sent, and is not worth another try."""
        trouble = Trouble("refused", kind, reason)
        return cls(method, url, failure=kind, detail=reason, trouble=trouble)


Classifier = Callable[[Answer, datetime], Trouble | None]


def classify_by_status(answer: Answer, now: datetime) -> Trouble | None:
    """Judge an answer by failure kind or status alone (`pipeline.network.retry`)."""
    if answer.failure is not None:
        return trouble_of_failure(answer.failure, answer.detail)
    return trouble_of_status(answer.status or 0, answer.headers, now)


_APART: Final = re.compile(r"[\s;,=]+")
_LONG: Final = 8
"""Characters of a word that is kept secret; shorter ones (`Bearer`, `lang=en`) stand anywhere."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A secret header: of an API that takes no bearer token (`x-api-key`), or of one host."""

    header: str
    value: str = field(repr=False)

    def hidden_in(self, answer: Answer) -> Answer:
        """Return an answer without the secret, where the host has sent it back."""
        headers, body = dict(answer.headers), answer.body
        for word in (one for one in _APART.split(self.value) if len(one) >= _LONG):
            headers = {name: value.replace(word, "…") for name, value in headers.items()}
            body = body.replace(word.encode(), b"...")
        return replace(answer, headers=headers, body=body)


@dataclass(frozen=True, slots=True)
class Service:
    """How one upstream is asked."""

    name: str
    """For the count of requests and for reports."""
    lane: str | None = None
    """Services with one lane share its pace and pauses; None: a lane for each host."""
    interval: float = 1.0
    """Seconds between the starts of two requests in a lane."""
    concurrency: int = 1
    """Requests of a lane under way at once."""
    policy: RetryPolicy = field(default=RetryPolicy())
    classify: Classifier = classify_by_status
    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    total_timeout: float = 120.0
    body_cap: int = 32 * 1024 * 1024
    breaker: int | None = None
    """Close the lane for the run after so many tries in a row have failed; None: never."""
    patience: float | None = None
    """Seconds of waiting for this service in a run, after which it is left alone; None: no end."""
    sends_token: bool = False
    """Whether it may send the token of an API's host: its addresses are ours, no stranger's."""
    sends_host_headers: bool = False
    """Whether it may send the headers that a person has set for the host of a link."""
    failed_before: bool = False
    """The page failed in the last run: another fault of it says nothing new of the host's load."""
    pace_of: Callable[[str], Pace] | None = None
    """The pace of a host, where hosts differ and teach it; steady by `interval` otherwise."""
    sample_seconds: float | None = None
    """
    Only the first bytes of the body are wanted, read for at most so long. They are taken as they
    came (decoding a stranger's compressed body may fill the memory), and a body that is slow or
    breaks off is a short one, not a failure: the status has been said by then.
    """


@dataclass(frozen=True, slots=True)
class LaneState:
    """What is known of a lane, in seconds from now: another machine has another clock."""

    pace: Pace
    wait: float = 0.0
    """Until it may start again."""
    until: float | None = None
    """Then somebody else may ask, and nothing more is sent; None: no end."""
    closed: str | None = None


class Lane:
    """The pace, the pause and the breaker of one host or API."""

    def __init__(self, service: Service, host: str) -> None:
        self.slots = asyncio.Semaphore(service.concurrency)
        self.pace = service.pace_of(host) if service.pace_of else Pace.steady(service.interval)
        self.next_start = 0.0
        self.door = asyncio.Lock()
        """Held by the request that is about to go out (`Departure`)."""
        self.left_at = float("-inf")
        """When the last one went out (monotonic)."""
        self.until = float("inf")
        """From then on nothing is sent (monotonic)."""
        self.failures_in_a_row = 0
        self.waited = 0.0
        self.closed: str | None = None
        self.waiting = 0
        """Requests that wait for their turn, or are under way."""
        self.under_way: list[float] = []
        """When each request under way began (monotonic)."""

    def pause(self, service: Service, now: float, seconds: float) -> None:
        """Start nothing for so long; where the service's patience ends, nothing in this run."""
        self.waited += seconds
        if service.patience is not None and self.waited > service.patience:
            self.closed = self.closed or "it asks for too much patience"
        else:
            self.next_start = max(self.next_start, now + seconds)

    def state(self, now: float) -> LaneState:
        """Return what another process needs to go on; `now` is monotonic."""
        pace = self.pace.moved(-now)
        return LaneState(pace, max(0.0, self.next_start - now), closed=self.closed)

    def go_on(self, state: LaneState, now: float) -> None:
        """Take over what another process has left."""
        self.pace, self.closed = state.pace.moved(now), state.closed
        self.until = float("inf") if state.until is None else now + state.until
        self.next_start = max(self.next_start, now + state.wait)

    def learn(self, service: Service, answer: Answer, started: float, now: float) -> None:
        """Take the pace from an answer; close the lane where asking on is no use in this run."""
        trouble = answer.trouble
        expected = service.failed_before and trouble is not None and trouble.kind == "transient"
        if trouble is None or (expected and answer.status != 503):
            self.pace.answered(now - started)
        elif trouble.kind == "throttled" or (
            answer.status == 503 and trouble.kind == "transient" and not expected
        ):
            self.pace.complained(started, now, limit=trouble.kind == "throttled")
        elif answer.failure in ("timeout", "reset", "connect"):
            self.pace.failed(answer.url, started, now)
        self.failures_in_a_row = 0 if trouble is None else self.failures_in_a_row + 1
        if trouble is None or self.closed is not None:
            return
        if trouble.kind == "stop":
            self.closed = trouble.reason
        elif trouble.wait is not None and trouble.wait > service.policy.longest_wait:
            self.closed = f"{trouble.reason}: asks for a pause of {trouble.wait:.0f} s"
        elif service.breaker is not None and self.failures_in_a_row >= service.breaker:
            self.closed = f"{trouble.reason}, {self.failures_in_a_row} times in a row"


class TooLateError(Exception):
    """Somebody else may ask by now."""


DEPARTURE: Final = "departure"
"""The extension of a request that holds its `Departure`, for transports that know of it."""


@dataclass
class Departure:
    """
    The moment in which a request goes out: an interval after the one before it in its lane.

    Two that begin an interval apart may leave together, where one has to connect first or the
    process is busy; hosts count what reaches them. So one at a time is at the door, from the end of
    its wait until its bytes are handed over.
    """

    lane: Lane
    clock: Clock
    _is_at_door: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        # That of its turn: a wait that has grown since is for those who come later.
        self._interval = self.lane.pace.interval

    async def wait(self) -> None:
        """
        Wait for the moment; nobody else of the lane leaves before this one has `left`.

        Raises `TooLateError` where it never comes: this process may have stood still for long.
        """
        await self.lane.door.acquire()
        self._is_at_door = True
        early = self.lane.left_at + self._interval - self.clock.monotonic()
        if early > 0:
            await self.clock.sleep(early)
        if self.clock.monotonic() >= self.lane.until:
            raise TooLateError

    def left(self) -> None:
        """Note that it has gone out; nothing where it was not at the door."""
        if self._is_at_door:
            lane, now = self.lane, self.clock.monotonic()
            lane.left_at, lane.next_start = now, max(lane.next_start, now + lane.pace.interval)
            self.over()

    async def step(self, event: str, info: Mapping[str, Any]) -> None:
        """
        Leave in its moment; httpcore tells every step of a request.

        https://www.encode.io/httpcore/extensions/#trace. Before a tunnel is there, the proxy is
        asked.
        """
        if event == "http11.send_request_headers.complete":
            self.left()
        elif (
            event == "http11.send_request_headers.started" and info["request"].method != b"CONNECT"
        ):
            await self.wait()

    def over(self) -> None:
        """Let the next one to the door, whatever has become of this one."""
        if self._is_at_door:
            self._is_at_door = False
            self.lane.door.release()


class Gate:
    """Held around every request of a service; the default lets all pass at once."""

    @asynccontextmanager
    async def hold(self, stopped: Callable[[], bool]) -> AsyncIterator[None]:
        """Wait to start, unless `stopped`; keep others out until the request has ended."""
        del stopped  # there is nothing to wait for
        yield
