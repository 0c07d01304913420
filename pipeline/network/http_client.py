"""
The one door to the network: time-outs, pace, retry, User-Agent, budget, credentials, the count.

Every request of the package is `HttpClient.send`, which returns an `Answer` and never raises.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import InitVar, dataclass, field, replace
from functools import partial
from logging import DEBUG, getLogger
from operator import attrgetter
from typing import Final, Self

import httpx

from pipeline.clock import Clock
from pipeline.network import cookies
from pipeline.network.failures import WORDS, failure_of, was_reached
from pipeline.network.headers import headers_of
from pipeline.network.outage import SILENCE, WITNESS_SECONDS, Outage
from pipeline.network.retry import retrying
from pipeline.network.service import (
    DEPARTURE,
    Answer,
    Credential,
    Departure,
    Gate,
    Lane,
    LaneState,
    Service,
    TooLateError,
)
from pipeline.network.transport import PROXIED, AddressPolicy, asked_host
from pipeline.progress import Busy
from pipeline.records.outcomes import FailureKind, unforeseen

log = getLogger(__name__)


NO_TIME: Final = "no time left for this run"
CODINGS = frozenset({"", "identity", "gzip", "deflate"})
"""
How a body may be compressed: what `Accept-Encoding` says. One chunk of these swells to some 64 MB
at most; of two codings one inside the other, or of others that httpx may know, to any size.
"""


@dataclass(kw_only=True, eq=False, repr=False)
class HttpClient:
    """
    The client. Use it as an async context manager.

    `credentials` maps an API's host to its token, which is sent as a bearer token, or to the header
    that it wants instead: to exactly that host over https, and to nothing else. `host_headers` are
    those of links, by `host` or `host:port`: as strictly, and hidden where they come back.
    `deadline` is a monotonic time after which nothing new is asked, `max_requests` a number of
    requests. `gates` maps a lane's name to a gate that other processes share. `witnesses` are asked
    when nobody else can be reached (without any, our network is never said to be down), and where
    nobody answers for `silence` seconds at the start (`network.outage`).
    """

    transport: httpx.AsyncBaseTransport
    clock: Clock
    user_agent: str
    addresses: AddressPolicy = field(default_factory=AddressPolicy)
    credentials: InitVar[Mapping[str, str | Credential] | None] = None
    host_headers: Mapping[str, Sequence[Credential]] = field(default_factory=dict)
    deadline: float | None = None
    max_requests: int | None = None
    witnesses: Sequence[str] = ()
    gates: Mapping[str, Gate] = field(default_factory=dict)
    silence: float = SILENCE

    def __post_init__(self, credentials: Mapping[str, str | Credential] | None) -> None:
        self.requests: Counter[str] = Counter()
        self.backlog: Callable[[], Mapping[str, int]] = dict
        """How many links wait for each lane, from who keeps a queue of them."""
        self.network = Outage()
        self._credentials = {
            host: secret if isinstance(secret, Credential) else _bearer(secret)
            for host, secret in (credentials or {}).items()
            if secret
        }
        self._lanes: dict[str, Lane] = {}
        self._doubting = asyncio.Lock()
        self._watch: asyncio.TimerHandle | None = None
        self._watching: asyncio.Task[None] | None = None
        self._stop_reason: str | None = None
        self._waits: set[asyncio.Timeout] = set()

    async def __aenter__(self) -> Self:
        await self.transport.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        for watch in (self._watch, self._watching):
            if watch is not None:
                watch.cancel()
        await self.transport.aclose()

    def stop(self, reason: str) -> None:
        """End every wait and every request under way, and ask nothing more (an interrupt)."""
        self._stop_reason = reason
        self._end_waits()

    def _end_waits(self) -> None:
        now = asyncio.get_running_loop().time()
        for wait in self._waits:
            if not wait.expired():  # one that is just timing out cannot be moved any more
                wait.reschedule(now)

    @asynccontextmanager
    async def interruptible(self, seconds: float | None) -> AsyncIterator[None]:
        """Bound a wait by `seconds` and by `stop`; raises `TimeoutError` at either."""
        async with asyncio.timeout(seconds) as wait:
            self._waits.add(wait)
            try:
                yield
            finally:
                self._waits.discard(wait)

    def drop_credential(self, host: str) -> None:
        """Stop sending the token of `host`: it was refused."""
        self._credentials.pop(host, None)

    def pause_lane(self, name: str, seconds: float, service: Service) -> None:
        """Start nothing in this lane for so many seconds."""
        lane = self._lane(name, service)
        lane.next_start = max(lane.next_start, self.clock.monotonic() + seconds)

    async def rest(self, seconds: float) -> bool:
        """Wait; return False at once where there is no time or no network, or on an interrupt."""
        due = self.clock.monotonic() + seconds
        if self.deadline is not None and due >= self.deadline:
            return False
        while not self._is_over and (left := due - self.clock.monotonic()) > 0:
            with suppress(TimeoutError):
                async with self.interruptible(None):
                    await self.clock.sleep(left)
        return not self._is_over

    @property
    def _is_over(self) -> bool:
        return self._stop_reason is not None or self.network.is_all_down

    @property
    def requests_left(self) -> int | None:
        """How many requests this run may still send; None where there is no limit."""
        most = self.max_requests
        return None if most is None else max(0, most - self.requests.total())

    def ready_in(self, name: str) -> float:
        """Return after how many seconds a lane's pace or pause lets it start again."""
        lane = self._lanes.get(name)
        return 0.0 if lane is None else max(0.0, lane.next_start - self.clock.monotonic())

    def lane_state(self, name: str, service: Service) -> LaneState:
        """Return what another process needs to ask in this lane, while this one does not."""
        return self._lane(name, service).state(self.clock.monotonic())

    def go_on(self, name: str, service: Service, state: LaneState) -> None:
        """Take over a lane from another process, as it has left it."""
        self._lane(name, service).go_on(state, self.clock.monotonic())

    def may_ask(self, name: str, service: Service, host: str) -> bool:
        """Say whether a request would be sent in this lane, after its pause perhaps."""
        timely = self.deadline is None or self.clock.monotonic() < self.deadline
        open_still = self._stop_reason is None and self._lane(name, service, host).closed is None
        return timely and open_still and self.network.word(host) != "down"

    def busy(self) -> list[Busy]:
        """Return who is asked or waited for; another thread may ask it."""
        now, queued = self.clock.monotonic(), self.backlog()
        return [
            Busy(
                name,
                interval=lane.pace.interval,
                pause=max(0.0, lane.next_start - now),
                answering=now - min(lane.under_way.copy(), default=now),
                left=queued.get(name, 0),
            )
            for name, lane in self._lanes.copy().items()
            if lane.closed is None and (lane.waiting or queued.get(name))
        ]

    def close_lane(self, name: str, reason: str, service: Service) -> None:
        """Ask nothing more of this lane in this run."""
        self._lane(name, service).closed = reason

    async def send(
        self,
        service: Service,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Answer:
        """Ask, with pace and retry; return the last answer, a redirect as it is."""
        refused = partial(Answer.refused, method, url)
        try:
            target = httpx.URL(url)
        except (httpx.InvalidURL, ValueError):
            return refused("invalid-url", WORDS["invalid-url"])
        try:
            if refusal := self.addresses.refuse_host(host := asked_host(target)):
                return refused("refused-address", refusal)
            secrets = self._secrets(service, target, host)
            request = self._request(method, target, headers, content, secrets)
            name = service.lane or host
            lane = self._lane(name, service, host)

            async def pause(seconds: float) -> None:
                lane.pause(service, self.clock.monotonic(), seconds)

            answer: Answer
            if service.policy.attempts == 1:  # a loop of one turn costs a tenth of a request
                answer = await self._attempt(service, name, lane, request)
            else:
                loop = retrying(service.policy, attrgetter("trouble"), pause)
                answer = await loop(self._attempt, service, name, lane, request)
        except Exception:  # noqa: BLE001  the last line of defence
            failure = unforeseen(service.name)
            return refused(failure.kind, failure.reason)
        for secret in secrets if service.sends_host_headers else ():
            answer = secret.hidden_in(answer)
        return answer

    def _secrets(self, service: Service, url: httpx.URL, host: str) -> list[Credential]:
        """Return what goes to a URL beside the question; nothing over plain http."""
        if url.scheme != "https":
            return []
        token = self._credentials.get(host) if service.sends_token else None
        secrets = [] if token is None else [token]
        if service.sends_host_headers:
            secrets += self.host_headers.get(url.netloc.decode("ascii"), ())
        return secrets

    def _lane(self, name: str, service: Service, host: str | None = None) -> Lane:
        if name not in self._lanes:
            self._lanes[name] = Lane(service, host or name)
        return self._lanes[name]

    def _request(
        self,
        method: str,
        url: httpx.URL,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        secrets: Sequence[Credential] = (),
    ) -> httpx.Request:
        """
        Build a request, with the secrets in the place of headers of the same name.

        It goes straight to the transport, not through `httpx.AsyncClient`, which would keep
        cookies, send a URL's user name as credentials, and refuse odd `Location` headers.
        """
        sent = {
            "Host": url.netloc.decode("ascii"),  # httpx would make it of the decoded name
            "User-Agent": self.user_agent,
            "Accept": "*/*",
            "Accept-Encoding": "gzip, deflate",
            **(headers or {}),
        }
        for secret in secrets:
            sent = _with_secret(sent, secret)
        # A character for each byte: a cookie goes back as it came.
        lines = [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]
        return httpx.Request(method, url, headers=lines, content=content)

    async def _attempt(
        self, service: Service, name: str, lane: Lane, request: httpx.Request
    ) -> Answer:
        lane.waiting += 1
        try:
            return await self._in_turn(service, name, lane, request)
        finally:
            lane.waiting -= 1

    async def _in_turn(
        self, service: Service, name: str, lane: Lane, request: httpx.Request
    ) -> Answer:
        async with lane.slots:
            if stopped := await self._turn(lane, request):
                return stopped
            gate = self.gates.get(name, Gate())
            async with gate.hold(lambda: bool(self._stopped(lane, request))):
                if stopped := self._stopped(lane, request):
                    return stopped
                self.requests[service.name] += 1
                started = self.clock.monotonic()
                departure = request.extensions[DEPARTURE] = Departure(lane, self.clock)
                lane.under_way.append(started)
                try:
                    answer = await self._ask(service, request)
                except TooLateError:
                    return _unsent(request, "budget", NO_TIME)
                finally:
                    departure.over()
                    lane.under_way.remove(started)
                ended = self.clock.monotonic()
                await self.settle_doubts(final=False)
        trouble = answer.trouble or service.classify(answer, self.clock.now())
        if trouble is not answer.trouble:
            answer = replace(answer, trouble=trouble)
        lane.learn(service, answer, started, ended)
        if log.isEnabledFor(DEBUG):
            said = answer.status or answer.detail
            log.debug("%s %s: %s", request.method, _shown(request.url), said)
        return answer

    async def _turn(self, lane: Lane, request: httpx.Request) -> Answer | None:
        """Wait until the lane may start again; return an answer where nothing may be asked."""
        while (stopped := self._stopped(lane, request)) is None:
            now = self.clock.monotonic()
            if lane.next_start <= now:
                lane.next_start = now + lane.pace.interval
                return None
            if self.deadline is not None and lane.next_start > self.deadline:
                return _unsent(request, "budget", NO_TIME)
            with suppress(TimeoutError):
                async with self.interruptible(None):
                    await self.clock.sleep(lane.next_start - now)
        return stopped

    def _stopped(self, lane: Lane, request: httpx.Request) -> Answer | None:
        """Return the answer of a request that must not be sent, or None where it may."""
        if halted := self._halted(request):
            return halted
        if lane.closed is not None:
            return _unsent(request, "closed", lane.closed)
        now = self.clock.monotonic()
        if now >= lane.until or (self.deadline is not None and now >= self.deadline):
            return _unsent(request, "budget", NO_TIME)
        if self.requests_left == 0:
            return _unsent(request, "budget", "no requests left for this run")
        return None

    def _halted(self, request: httpx.Request) -> Answer | None:
        """Return the answer of a request that is given up for our own sake, even under way."""
        if self._stop_reason is not None:
            return _unsent(request, "interrupted", self._stop_reason)
        if self.network.word(asked_host(request.url)) == "down":
            return _unsent(request, "offline", "this machine has no network")
        return None

    async def _ask(self, service: Service, request: httpx.Request) -> Answer:
        """Send once and read at most `body_cap` bytes; every failure is an answer."""
        timeout = httpx.Timeout(service.read_timeout, connect=service.connect_timeout)
        request.extensions["timeout"] = timeout.as_dict()
        url, host, reached, page = str(request.url), asked_host(request.url), None, None
        answer = partial(Answer, request.method, url)
        self._watch_for_silence()
        self.network.sent(host)
        try:
            async with self.interruptible(service.total_timeout):
                response, body, truncated = await self._receive(request, service)
            reached, page = True, None if service.lane else url
        except TimeoutError:
            if halted := self._halted(request):
                return halted
            reached = False
            detail = f"no end after {service.total_timeout:g} s"
            return answer(failure="timeout", detail=detail)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            log.debug("%s %s", request.method, _shown(request.url), exc_info=error)
            reached = was_reached(error, proxied=PROXIED in request.extensions)
            kind, detail = failure_of(error)
            return answer(failure=kind, detail=detail)
        finally:
            self.network.ended(host, reached, page)
        headers = headers_of(response.headers.raw)
        return answer(response.status_code, headers, body, truncated)

    async def _receive(
        self, request: httpx.Request, service: Service
    ) -> tuple[httpx.Response, bytes, bool]:
        """Return the response and its body; a sample is undecoded, and may break off."""
        response = await self.transport.handle_async_request(request)
        sampled, body = service.sample_seconds is not None, bytearray()
        try:
            coding = response.headers.get("content-encoding", "").strip().lower()
            if not sampled and coding not in CODINGS:
                raise httpx.DecodingError("compressed in a way that was not asked for")
            raw = sampled and not response.is_stream_consumed  # as that of a made-up response is
            most = _most_read(response.headers.get("content-length", ""), service.body_cap)
            async with asyncio.timeout(service.sample_seconds):
                async for chunk in response.aiter_raw() if raw else response.aiter_bytes():
                    body += chunk
                    if len(body) > most:
                        return response, bytes(body[: service.body_cap]), True
        except (TimeoutError, httpx.HTTPError, httpx.StreamError) as error:
            if not sampled:
                raise
            log.debug("body cut short: %s", error)
            return response, bytes(body[: service.body_cap]), True
        finally:
            await response.aclose()
        return response, bytes(body[: service.body_cap]), len(body) > service.body_cap

    # --- is it our network? -------------------------------------------------------------------

    async def settle_doubts(self, *, waited: bool = False, final: bool = True) -> None:
        """Where hosts seem gone, ask witnesses whether the fault is ours (`network.outage`)."""
        if not (self.witnesses and self.network.doubts(waited=waited, final=final)):
            return
        async with self._doubting:
            for way in self.network.doubts(waited=waited, final=final):
                own = [] if way.witness is None else [way.witness]
                if await self._any_answers(own) or await self._any_answers(self.witnesses):
                    way.cleared()
                elif self._stop_reason is None and way.is_doubtful(waited=waited, final=final):
                    way.down = True
            if self.network.is_down:
                self._end_waits()

    async def _any_answers(self, witnesses: Sequence[str]) -> bool:
        return any(await asyncio.gather(*map(self._answers, witnesses)))

    def _watch_for_silence(self) -> None:
        """Ask witnesses soon where a network swallows everything, and no failure comes."""

        def ask() -> None:
            self._watching = loop.create_task(self.settle_doubts(waited=True, final=False))

        if self._watch is None and self.network.is_silent:
            loop = asyncio.get_running_loop()
            self._watch = loop.call_later(self.silence, ask)

    async def _answers(self, url: str) -> bool:
        """Ask a witness once, past its pace: it happens when nobody else can be reached."""
        self.requests["witness"] += 1
        request = self._request("HEAD", httpx.URL(url))
        # Sooner than the whole: who was connected to and is slow to answer is there.
        request.extensions["timeout"] = httpx.Timeout(WITNESS_SECONDS - 0.5).as_dict()
        try:
            async with self.interruptible(WITNESS_SECONDS):
                response = await self.transport.handle_async_request(request)
                await response.aclose()
        except TimeoutError:
            return False
        except (httpx.HTTPError, httpx.StreamError) as error:
            log.debug("witness %s", url, exc_info=error)
            return bool(was_reached(error, proxied=PROXIED in request.extensions))
        return True


def _with_secret(headers: Mapping[str, str], secret: Credential) -> dict[str, str]:
    """Return the headers with a secret one; cookies that a site has set on the way stay."""
    name = secret.header.lower()
    others = {given: value for given, value in headers.items() if given.lower() != name}
    brought = next((value for given, value in headers.items() if given.lower() == name), "")
    value = cookies.joined(secret.value, brought) if name == "cookie" else secret.value
    return {**others, secret.header: value}


def _most_read(length: str, cap: int) -> int:
    """
    Return how many bytes of a body are read, of which `cap` are kept.

    A connection on which an answer is broken off cannot be used again (RFC 9112 9.3), and a new one
    costs more than the little that is left: up to as much again is read where that is all.
    """
    return 2 * cap if length.isdecimal() and len(length) < 10 and int(length) <= 2 * cap else cap


def _bearer(token: str) -> Credential:
    return Credential("Authorization", f"Bearer {token}")


def lane_name(service: Service, url: str) -> str:
    """Return the lane in which a service asks a URL."""
    return service.lane or asked_host(httpx.URL(url))


def _shown(url: httpx.URL) -> str:
    """Return a URL for the log, without credentials that somebody wrote into it."""
    return str(url.copy_with(userinfo=b"")) if url.userinfo else str(url)


def _unsent(request: httpx.Request, kind: FailureKind, reason: str) -> Answer:
    return Answer.refused(request.method, str(request.url), kind, reason)
