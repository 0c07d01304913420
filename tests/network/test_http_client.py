"""The one door: pace, retry, breaker, budget, credentials, count."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from pipeline.clock import SimulatedClock
from pipeline.network.failures import ResolutionError
from pipeline.network.http_client import HttpClient
from pipeline.network.pace import Pace
from pipeline.network.redirects import follow
from pipeline.network.retry import Backoff, RetryPolicy, Trouble
from pipeline.network.service import Answer, Credential, Gate, Service
from pipeline.progress import Busy

START = datetime(2026, 3, 1, tzinfo=UTC)
ONCE = Service(name="web", lane=None, interval=1.0, policy=RetryPolicy(attempts=1))
API = Service(
    name="api",
    lane="api",
    interval=3.0,
    policy=RetryPolicy(attempts=3, transient=Backoff(5.0, 3.0), throttled=Backoff(30.0)),
    breaker=4,
)

Handler = Callable[[httpx.Request], httpx.Response]


def client_of(handler: Handler, **options: object) -> tuple[HttpClient, SimulatedClock]:
    """Return a client on a simulated clock whose network is `handler`."""
    clock = SimulatedClock(START)
    client = HttpClient(
        transport=httpx.MockTransport(handler),
        clock=clock,
        user_agent="lists/1 (+mailto:me@example.org)",
        **options,  # type: ignore[arg-type]
    )
    return client, clock


def answers(*statuses: int | httpx.Response | Exception) -> Handler:
    """Return a handler that gives these answers in turn, the last one for ever."""
    queue: Iterator[int | httpx.Response | Exception] = iter(statuses)
    last: list[int | httpx.Response | Exception] = []

    def handler(request: httpx.Request) -> httpx.Response:
        step = next(queue, None)
        if step is not None:
            last[:] = [step]
        if isinstance(last[0], Exception):
            raise last[0]
        return last[0] if isinstance(last[0], httpx.Response) else httpx.Response(last[0])

    return handler


def no_such_host(request: httpx.Request) -> httpx.Response:
    """Fail as a name that does not resolve."""
    raise httpx.ConnectError("x") from ResolutionError(f"{request.url.host}: no such host name")


@pytest.mark.anyio
async def test_send_returns_the_answer_and_counts_the_request() -> None:
    """A plain answer comes back with its headers in lower case, counted under its service."""
    response = httpx.Response(200, headers={"X-A": "1"}, content=b"body")
    client, _ = client_of(answers(response))
    async with client:
        answer = await client.send(ONCE, "GET", "https://a.example/x")

    assert (answer.status, answer.body, answer.headers["x-a"]) == (200, b"body", "1")
    assert answer.trouble is None
    assert client.requests == {"web": 1}


@pytest.mark.anyio
async def test_user_agent_names_us_on_the_wire() -> None:
    """Every request carries the configured User-Agent."""
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["user-agent"])
        return httpx.Response(200)

    client, _ = client_of(handler)
    async with client:
        await client.send(ONCE, "HEAD", "https://a.example/")

    assert seen == ["lists/1 (+mailto:me@example.org)"]


@pytest.mark.anyio
async def test_transient_answer_is_asked_again_after_growing_waits() -> None:
    """Two 503 and a 200: three requests, and the waits of the policy between them."""
    client, clock = client_of(answers(503, 503, 200))
    async with client:
        answer = await client.send(API, "GET", "https://api.example/")

    assert answer.status == 200
    assert client.requests["api"] == 3
    assert 20.0 <= clock.monotonic() <= 22.0


@pytest.mark.anyio
async def test_retry_after_is_kept_and_stops_the_lane_not_the_others() -> None:
    """A host that asks for 47 s gets them; another host is asked meanwhile."""
    throttle = httpx.Response(429, headers={"retry-after": "47"})
    times: dict[str, list[float]] = {"a.example": [], "b.example": []}
    first = answers(throttle, 200, 200)

    def handler(request: httpx.Request) -> httpx.Response:
        times[request.url.host].append(clock.monotonic())
        return first(request) if request.url.host == "a.example" else httpx.Response(200)

    client, clock = client_of(handler)
    service = Service(name="web", interval=1.0, policy=RetryPolicy(attempts=2))
    async with client:
        await client.send(service, "GET", "https://a.example/1")
        await client.send(service, "GET", "https://b.example/1")
        await client.send(service, "GET", "https://a.example/2")

    assert times["a.example"] == [0.0, 47.0, 48.0]
    assert client.requests["web"] == 4


@pytest.mark.anyio
async def test_retry_after_above_the_cap_is_not_slept_and_closes_the_lane() -> None:
    """A host that wants hours is left alone for the run, at no cost."""
    client, clock = client_of(answers(httpx.Response(429, headers={"retry-after": "54000"})))
    async with client:
        first = await client.send(API, "GET", "https://api.example/1")
        second = await client.send(API, "GET", "https://api.example/2")

    assert first.trouble is not None
    assert first.trouble.kind == "throttled"
    assert second.failure == "closed"
    assert client.requests["api"] == 1
    assert clock.monotonic() < 5


@pytest.mark.anyio
async def test_lane_keeps_its_interval_between_concurrent_requests() -> None:
    """However many ask at once, starts are three seconds apart."""
    times: list[float] = []

    def handler(request: httpx.Request) -> httpx.Response:
        times.append(clock.monotonic())
        return httpx.Response(200)

    client, clock = client_of(handler)
    async with client:
        await asyncio.gather(
            *(client.send(API, "GET", f"https://api.example/{n}") for n in range(4))
        )

    assert times == [0.0, 3.0, 6.0, 9.0]


@pytest.mark.anyio
async def test_breaker_closes_the_lane_after_failures_in_a_row() -> None:
    """After four failed tries in a row nothing more is asked of the service."""
    client, _ = client_of(answers(500))
    async with client:
        for _ in range(5):
            answer = await client.send(API, "GET", "https://api.example/")

    assert client.requests["api"] == 4
    assert answer.failure == "closed"
    assert "4 times in a row" in answer.reason


@pytest.mark.anyio
async def test_patience_bounds_the_waits_of_a_service() -> None:
    """A service that only throttles is waited for so long in all, then left alone."""
    client, clock = client_of(answers(httpx.Response(429, headers={"retry-after": "40"})))
    service = replace(API, patience=60.0, breaker=None)
    async with client:
        for _ in range(5):
            answer = await client.send(service, "GET", "https://api.example/")

    assert answer.failure == "closed"
    assert client.requests["api"] == 2
    assert clock.monotonic() <= 60.0


@pytest.mark.anyio
async def test_success_resets_the_breaker() -> None:
    """Single failures between successes never close a service."""
    client, _ = client_of(answers(*[500, 200] * 6))
    async with client:
        for _ in range(6):
            answer = await client.send(API, "GET", "https://api.example/")

    assert answer.status == 200


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://api.github.com/x", "Bearer secret"),
        ("http://api.github.com/x", None),
        ("https://github.com/x", None),
        ("https://api.github.com.evil.example/x", None),
        ("https://api.github.com@evil.example/x", None),
    ],
)
async def test_token_goes_to_its_host_over_https_only(url: str, sent: str | None) -> None:
    """No other host, no look-alike and no plain http sees the token."""
    seen: list[str | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("authorization"))
        return httpx.Response(200)

    client, _ = client_of(handler, credentials={"api.github.com": "secret"})
    async with client:
        await client.send(replace(ONCE, sends_token=True), "GET", url)
        await client.send(ONCE, "GET", url)

    assert seen == [sent, None]


@pytest.mark.anyio
async def test_credential_may_be_a_header_of_its_own() -> None:
    """An API that takes no bearer token gets its header; an empty token is none."""
    seen: list[tuple[str | None, str | None]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.headers.get("x-api-key"), request.headers.get("authorization")))
        return httpx.Response(200)

    key = Credential("x-api-key", "secret")
    client, _ = client_of(handler, credentials={"one.example": key, "two.example": ""})
    async with client:
        for url in ("https://one.example/", "https://two.example/", "http://one.example/"):
            await client.send(replace(ONCE, sends_token=True), "GET", url)

    assert seen == [("secret", None), (None, None), (None, None)]
    assert "secret" not in repr(key)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("first", "second", "sent"),
    [
        ("https://api.github.com/a", "https://evil.example/", ["Bearer secret", None]),
        ("https://api.github.com/a", "https://api.github.com/private", ["Bearer secret", None]),
        ("https://evil.example/", "https://api.github.com/private", [None, None]),
    ],
)
async def test_redirect_never_carries_the_token(
    first: str, second: str, sent: list[str | None]
) -> None:
    """Neither off the API's host nor to it: a stranger says where a redirect leads."""
    seen: list[str | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("authorization"))
        if str(request.url) == first:
            return httpx.Response(302, headers={"location": second})
        return httpx.Response(200)

    client, _ = client_of(handler, credentials={"api.github.com": "secret"})
    async with client:
        await follow(client, replace(ONCE, sends_token=True), "GET", first)

    assert seen == sent


@pytest.mark.anyio
@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://10.1.2.3/",
        "http://2130706433/",
        "http://0x7f.1/",
    ],
)
async def test_private_literal_address_is_not_asked(url: str) -> None:
    """A private address in any spelling ends before anything is sent."""
    client, _ = client_of(answers(200))
    async with client:
        answer = await client.send(ONCE, "GET", url)

    assert answer.failure == "refused-address"
    assert not client.requests


@pytest.mark.anyio
async def test_cookies_are_not_kept() -> None:
    """What one answer sets, the next request does not send."""
    seen: list[str | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("cookie"))
        return httpx.Response(200, headers={"set-cookie": "id=1"})

    client, _ = client_of(handler)
    async with client:
        await client.send(ONCE, "GET", "https://a.example/1")
        await client.send(ONCE, "GET", "https://a.example/2")

    assert seen == [None, None]


@pytest.mark.anyio
@pytest.mark.parametrize("coding", ["gzip, gzip", "br", "zstd", "deflate,gzip", "x"])
async def test_body_in_an_unasked_coding_is_not_decoded(coding: str) -> None:
    """A kilobyte that was compressed twice swells to gigabytes in one step."""
    bomb = gzip.compress(gzip.compress(bytes(2**20)))
    client, _ = client_of(lambda _: streamed(bomb, {"content-encoding": coding}))
    async with client:
        answer = await client.send(ONCE, "GET", "https://a.example/")

    assert (answer.failure, answer.body) == ("protocol", b"")


@pytest.mark.anyio
@pytest.mark.parametrize("coding", ["gzip", "GZIP "])
async def test_body_in_the_coding_that_was_asked_for_is_decoded(coding: str) -> None:
    """As everywhere."""
    body = gzip.compress(b"a list")
    client, _ = client_of(lambda _: streamed(body, {"content-encoding": coding}))
    async with client:
        assert (await client.send(ONCE, "GET", "https://a.example/")).body == b"a list"


def streamed(body: bytes, headers: dict[str, str]) -> httpx.Response:
    """Build a response whose body is still to be read, as that of a socket is."""

    async def chunks() -> AsyncIterator[bytes]:
        yield body

    return httpx.Response(200, headers=headers, content=chunks())


@pytest.mark.anyio
async def test_body_is_read_up_to_the_cap() -> None:
    """A body larger than the cap is cut and marked."""
    client, _ = client_of(answers(httpx.Response(200, content=b"x" * 1000)))
    service = Service(name="web", body_cap=100)
    async with client:
        answer = await client.send(service, "GET", "https://a.example/")

    assert (len(answer.body), answer.truncated) == (100, True)


@pytest.mark.anyio
async def test_deadline_ends_the_asking() -> None:
    """After the time budget nothing is sent, and a wait that would pass it is not slept."""
    client, clock = client_of(answers(200), deadline=4.0)
    async with client:
        got = [await client.send(API, "GET", "https://api.example/") for _ in range(4)]

    assert [answer.failure for answer in got] == [None, None, "budget", "budget"]
    assert clock.monotonic() <= 4.0


@pytest.mark.anyio
async def test_no_more_requests_than_allowed() -> None:
    """Second tries count like first ones; what is not sent costs nothing."""
    client, _ = client_of(answers(503, 200), max_requests=3)
    async with client:
        assert client.requests_left == 3
        got = [await client.send(API, "GET", "https://api.example/") for _ in range(4)]
        private = await client.send(API, "GET", "http://10.0.0.1/")

    assert [answer.failure for answer in got] == [None, None, "budget", "budget"]
    assert got[-1].reason == "no requests left for this run"
    assert (client.requests["api"], client.requests_left) == (3, 0)
    assert private.failure == "refused-address"


@pytest.mark.anyio
async def test_requests_are_counted_over_all_services() -> None:
    """Many at once do not slip past the bound; without one there is no number left."""
    client, _ = client_of(answers(200), max_requests=5)
    unbounded, _ = client_of(answers(200))
    async with client:
        got = await asyncio.gather(
            *(client.send(ONCE, "GET", f"https://h{n}.example/") for n in range(8)),
            client.send(API, "GET", "https://api.example/"),
        )

    assert sum(answer.status == 200 for answer in got) == client.requests.total() == 5
    assert unbounded.requests_left is None


@pytest.mark.anyio
async def test_lane_takes_its_pace_from_the_host() -> None:
    """Each host of a service has a pace of its own, made once, for the host that is asked."""
    made: list[str] = []

    def pace_of(host: str) -> Pace:
        made.append(host)
        return Pace(2.0, 2.0, 2.0) if host == "slow.example" else Pace(0.5, 0.5, 0.5)

    client, clock = client_of(answers(200))
    service = replace(ONCE, pace_of=pace_of)
    times: dict[str, float] = {}
    async with client:
        for host in ("slow.example", "quick.example"):
            started = clock.monotonic()
            for _ in range(3):
                await client.send(service, "GET", f"https://{host}:8443/")
            times[host] = clock.monotonic() - started

    assert times == {"slow.example": 4.0, "quick.example": 1.0}
    assert made == ["slow.example", "quick.example"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("answer", "interval"),
    [
        (200, 0.8),
        (404, 0.8),
        (429, 2.0),
        (500, 1.0),
        (httpx.Response(503, headers={"retry-after": "1"}), 2.0),
        (httpx.ReadError("reset"), 1.0),
        (httpx.ReadTimeout(""), 1.0),
        (httpx.UnsupportedProtocol("tls"), 1.0),
    ],
)
async def test_lane_learns_its_pace_from_answers(
    answer: int | httpx.Response | Exception, interval: float
) -> None:
    """Soon and without complaint: quicker; throttled or busy: slower; a single fault: the same."""
    pace = Pace(1.0, 0.1, 30.0)
    client, _ = client_of(answers(answer))
    service = replace(ONCE, pace_of=lambda _: pace)
    async with client:
        await client.send(service, "GET", "https://a.example/")

    assert pace.interval == pytest.approx(interval)


@pytest.mark.anyio
async def test_pace_is_not_taught_by_what_was_not_sent() -> None:
    """A budget that is used up says nothing of the host."""
    pace = Pace(1.0, 0.1, 30.0)
    client, _ = client_of(answers(200), max_requests=0)
    async with client:
        answer = await client.send(
            replace(ONCE, pace_of=lambda _: pace), "GET", "https://a.example/"
        )

    assert answer.failure == "budget"
    assert pace == Pace(1.0, 0.1, 30.0)


@pytest.mark.anyio
async def test_waiting_for_the_turn_is_no_latency() -> None:
    """Who asked for a pause is not slow because of it."""
    pace = Pace(20.0, 20.0, 30.0)
    client, _ = client_of(answers(200))
    async with client:
        for _ in range(3):
            await client.send(replace(ONCE, pace_of=lambda _: pace), "GET", "https://a.example/")

    assert (pace.usual, pace.interval) == (0.0, 20.0)


@pytest.mark.anyio
async def test_pause_of_a_lane_holds_for_who_comes_later() -> None:
    """And no shorter one takes it back."""
    client, clock = client_of(answers(200))
    async with client:
        client.pause_lane("a.example", 30.0, ONCE)
        client.pause_lane("a.example", 5.0, ONCE)
        await client.send(ONCE, "GET", "https://b.example/")
        assert clock.monotonic() == 0.0
        await client.send(ONCE, "GET", "https://a.example/")

    assert clock.monotonic() == 30.0


@pytest.mark.anyio
async def test_stop_ends_a_request_under_way() -> None:
    """An interrupt does not wait for a silent server."""
    started = asyncio.Event()

    async def handler(request: httpx.Request) -> httpx.Response:
        started.set()
        await asyncio.Event().wait()
        raise AssertionError

    client, _ = client_of(handler)  # type: ignore[arg-type]
    async with client:
        task = asyncio.create_task(client.send(API, "GET", "https://api.example/"))
        await started.wait()
        client.stop("interrupted")
        answer = await task

    assert (answer.failure, answer.reason) == ("interrupted", "interrupted")


@pytest.mark.anyio
@pytest.mark.parametrize("wish", ["0", "1", "Sat, 28 Feb 2026 00:00:00 GMT"])
async def test_wish_for_no_wait_takes_no_back_off_away(wish: str) -> None:
    """`Retry-After: 0`, or a date that is past: our own floor holds (30 s, then twice that)."""
    throttle = httpx.Response(429, headers={"retry-after": wish})
    client, clock = client_of(answers(throttle, throttle, throttle, 200))
    async with client:
        await client.send(API, "GET", "https://api.example/")

    assert client.requests["api"] == 3
    assert clock.monotonic() >= 90.0


@pytest.mark.anyio
async def test_stop_does_not_fail_while_a_request_times_out() -> None:
    """An interrupt in the very turn in which a time-out fires ends the run like any other."""

    class Stuck(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            try:
                await asyncio.Event().wait()
            finally:
                client.stop("interrupted")  # as the time-out cancels what it bounds
            raise AssertionError

    client = HttpClient(transport=Stuck(), clock=SimulatedClock(START), user_agent="x")
    hasty = replace(ONCE, total_timeout=0.01)
    async with client:
        answer = await client.send(hasty, "GET", "https://slow.example/")

    assert answer.failure == "interrupted"


@pytest.mark.anyio
async def test_nothing_is_sent_after_a_stop_for_who_waited_at_a_gate() -> None:
    """An interrupt that comes while another process holds the gate."""

    class Held(Gate):
        @asynccontextmanager
        async def hold(self, stopped: Callable[[], bool]) -> AsyncIterator[None]:
            client.stop("interrupted")
            yield

    sent: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200)

    client, _ = client_of(handler, gates={"api": Held()})
    async with client:
        answer = await client.send(API, "GET", "https://api.example/")

    assert answer.failure == "interrupted"
    assert sent == []


@pytest.mark.anyio
@pytest.mark.parametrize("host", ["xn--sr8hvo.ws", "xn--0.com", "xn--zzzzzz--.org"])
async def test_name_that_no_idna_would_make_is_asked_as_it_stands(host: str) -> None:
    """Domains of emoji work in browsers, whatever a library makes of them."""
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers["host"])
        return httpx.Response(200)

    client, _ = client_of(handler)
    async with client:
        answer = await client.send(ONCE, "GET", f"https://{host}/")

    assert answer.status == 200
    assert asked == [host]


# --- who is asked now -------------------------------------------------------------------------


@pytest.mark.anyio
async def test_who_is_waited_for_can_be_told() -> None:
    """While a request is under way, while others wait for their turn, and not when all is over."""
    seen: list[list[Busy]] = []

    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await clock.sleep(2.0)
            seen.append(client.busy())
            return httpx.Response(200)

    clock = SimulatedClock(START)
    client = HttpClient(transport=Slow(), clock=clock, user_agent="x")
    client.backlog = lambda: {"b.example": 7, "never.example": 1}
    async with client:
        urls = ("https://a.example/1", "https://a.example/2", "https://b.example/")
        await asyncio.gather(*(client.send(ONCE, "GET", url) for url in urls))
        client.backlog = dict

        assert client.busy() == []
    first = {busy.name: busy for busy in seen[0]}
    assert set(first) == {"a.example", "b.example"}
    assert first["a.example"].answering == 2.0
    assert (first["a.example"].interval, first["a.example"].left) == (1.0, 0)
    assert first["b.example"].left == 7


@pytest.mark.anyio
async def test_a_pause_is_part_of_what_is_told() -> None:
    """GitHub's wait of a minute is no standstill without a word."""
    seen: list[Busy] = []

    def handler(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200)

    client, clock = client_of(handler)
    async with client:
        client.pause_lane("api", 60.0, API)
        task = asyncio.create_task(client.send(API, "GET", "https://api.example/"))
        await asyncio.sleep(0)
        seen += client.busy()
        await task

    assert [(busy.name, busy.pause, busy.interval) for busy in seen] == [("api", 60.0, 3.0)]
    assert clock.monotonic() >= 60.0


@pytest.mark.anyio
async def test_lane_may_be_closed_before_it_is_asked() -> None:
    """Nothing is sent in it from then on."""
    client, _ = client_of(answers(200))
    async with client:
        client.close_lane("api", "left alone", API)
        answer = await client.send(API, "GET", "https://api.example/")

    assert (answer.failure, answer.detail) == ("closed", "left alone")
    assert client.requests == {}


@pytest.mark.anyio
async def test_refused_token_is_dropped_once_or_twice() -> None:
    """Two requests under way may both learn of it."""
    client, _ = client_of(answers(200), credentials={"api.example": "word"})
    client.drop_credential("api.example")
    client.drop_credential("api.example")
    async with client:
        assert (await client.send(API, "GET", "https://api.example/")).status == 200


def test_refused_answer_says_why() -> None:
    """Its trouble as well: it is worth no other try."""
    answer = Answer.refused("GET", "https://a.example/", "budget", "no time")

    assert answer.trouble == Trouble("refused", "budget", "no time")
    assert (answer.failure, answer.reason) == ("budget", "no time")


# --- headers of one host ----------------------------------------------------------------------

LINKS = replace(ONCE, sends_host_headers=True)
OWN = {
    "docs.example": [Credential("Authorization", "Bearer word-of-docs")],
    "docs.example:8443": [Credential("x-key", "word-of-port")],
}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("service", "url", "sent"),
    [
        (LINKS, "https://docs.example/a", "Bearer word-of-docs"),
        (LINKS, "https://docs.example:443/a", "Bearer word-of-docs"),
        (LINKS, "https://docs.example:8443/a", "word-of-port"),
        (LINKS, "http://docs.example/a", None),
        (LINKS, "http://docs.example:443/a", None),
        (LINKS, "https://docs.example:444/a", None),
        (LINKS, "https://www.docs.example/a", None),
        (LINKS, "https://docs.example.evil.example/a", None),
        (LINKS, "https://docs.example@evil.example/a", None),
        (ONCE, "https://docs.example/a", None),
        (replace(ONCE, sends_token=True), "https://docs.example/a", None),
        (LINKS, "https://api.example/a", None),
    ],
)
async def test_headers_of_a_host_go_nowhere_else(
    service: Service, url: str, sent: str | None
) -> None:
    """Nor does a link get the token of an API."""
    seen: list[str | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("authorization") or request.headers.get("x-key"))
        return httpx.Response(200)

    client, _ = client_of(handler, host_headers=OWN, credentials={"api.example": "token"})
    async with client:
        await client.send(service, "GET", url)

    assert seen == [sent]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("way", "sent"),
    [
        (["https://docs.example/a", "https://docs.example/b"], [True, True]),
        (["http://docs.example/a", "https://docs.example/a"], [False, True]),
        (["https://docs.example/a", "https://evil.example/"], [True, False]),
        (
            ["https://docs.example/a", "https://evil.example/", "https://docs.example/b"],
            [True, False, False],
        ),
        (["https://evil.example/", "https://docs.example/a"], [False, False]),
        (["https://docs.example/a", "https://docs.example:444/a"], [True, False]),
    ],
)
async def test_headers_of_a_host_end_where_a_redirect_leaves_it(
    way: list[str], sent: list[bool]
) -> None:
    """And do not come back."""
    seen: list[bool] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append("authorization" in request.headers)
        if len(seen) < len(way):
            return httpx.Response(302, headers={"location": way[len(seen)]})
        return httpx.Response(200)

    client, _ = client_of(handler, host_headers=OWN)
    async with client:
        await follow(client, LINKS, "GET", way[0])

    assert seen == sent


@pytest.mark.anyio
async def test_a_cookie_of_ones_own_lives_beside_those_of_the_chain() -> None:
    """What the site sets on the way overrules it."""
    seen: list[str | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("cookie"))
        if len(seen) > 1:
            return httpx.Response(200)
        headers = [("location", "/b"), ("set-cookie", "session=new"), ("set-cookie", "seen=1")]
        return httpx.Response(302, headers=headers)

    own = {"docs.example": [Credential("cookie", "session=mine; lang=en")]}
    client, _ = client_of(handler, host_headers=own)
    async with client:
        await follow(client, LINKS, "GET", "https://docs.example/a")

    assert seen == ["session=mine; lang=en", "lang=en; session=new; seen=1"]


@pytest.mark.anyio
async def test_a_header_of_ones_own_stands_in_the_place_of_ours() -> None:
    """Once, however it is spelt."""
    seen: list[list[str]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get_list("user-agent"))
        return httpx.Response(200)

    client, _ = client_of(handler, host_headers={"a.example": [Credential("user-agent", "me/1")]})
    async with client:
        await client.send(LINKS, "GET", "https://a.example/")

    assert seen == [["me/1"]]


@pytest.mark.anyio
async def test_a_host_that_says_the_secret_is_not_believed() -> None:
    """It stands in no header and no body of an answer; short words stand anywhere."""
    page = httpx.Response(
        200, text="Bearer word-of-docs!", headers={"location": "/?t=word-of-docs"}
    )
    client, _ = client_of(answers(page), host_headers=OWN)
    async with client:
        answer = await client.send(LINKS, "GET", "https://docs.example/")

    assert answer.body == b"Bearer ...!"
    assert answer.headers["location"] == "/?t=…"
