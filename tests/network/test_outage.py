"""Is it our network? Evidence in, one of three words out."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from pipeline.clock import SimulatedClock
from pipeline.network.failures import ResolutionError
from pipeline.network.http_client import HttpClient
from pipeline.network.outage import HOSTS_IN_A_ROW, Network, Outage, doubted_hosts
from pipeline.network.retry import RetryPolicy
from pipeline.network.service import Service
from pipeline.network.transport import PROXIED
from pipeline.records.links import LinkHealth

NAME, ADDRESS = "lab.example", "8.8.8.8"


def happened(outage: Outage, *events: tuple[str, bool | None]) -> Outage:
    """Let requests to these hosts end so."""
    for host, reached in events:
        outage.sent(host)
        outage.ended(host, reached)
    return outage


def lost(number: int) -> list[tuple[str, bool]]:
    """Return so many hosts out of reach."""
    return [(f"h{n}.example", False) for n in range(number)]


def settled(outage: Outage, *, answered: bool) -> None:
    """Let a witness answer, or none."""
    for way in outage.doubts():
        if answered:
            way.cleared()
        else:
            way.down = True


@pytest.mark.parametrize(
    ("events", "word", "doubtful", "doubtful_at_the_end"),
    [
        ([], "unproven", False, False),
        ([(NAME, True)], "up", False, False),
        ([(NAME, None)], "unproven", False, False),
        ([(NAME, False)], "unproven", True, True),
        ([(NAME, False), ("other.example", True)], "up", False, False),
        ([("here.example", True), *lost(1)], "up", False, True),
        ([("here.example", True), *lost(HOSTS_IN_A_ROW - 1)], "up", False, True),
        ([("here.example", True), *lost(HOSTS_IN_A_ROW)], "up", True, True),
        ([("here.example", True), *[("gone.example", False)] * 20], "up", False, True),
        ([*lost(20), ("here.example", True), *lost(7)], "up", False, True),
        ([(ADDRESS, True)], "unproven", False, False),
        ([(ADDRESS, True), (NAME, False)], "unproven", True, True),
        ([(NAME, True), (ADDRESS, False)], "up", True, True),
    ],
)
def test_evidence_makes_a_word_and_doubts(
    events: list[tuple[str, bool | None]], word: Network, doubtful: bool, doubtful_at_the_end: bool
) -> None:
    """Somebody who was reached proves the way; after that it takes eight hosts in a row."""
    outage = happened(Outage(), *events)

    assert outage.word(NAME) == word
    assert bool(outage.doubts()) is doubtful
    assert bool(outage.doubts(final=True)) is doubtful_at_the_end


def test_who_is_under_way_may_still_be_reached() -> None:
    """Dead names fail sooner than live hosts answer, so the first failures prove nothing."""
    outage = Outage()
    outage.sent("slow.example")
    happened(outage, *lost(7))

    assert not outage.doubts()
    assert outage.doubts(waited=True)
    assert happened(Outage(), *lost(8)).doubts()
    outage.ended("slow.example", reached=False)
    assert outage.doubts()


@pytest.mark.parametrize(("answered", "word"), [(True, "up"), (False, "down")])
def test_witness_settles_a_doubt(answered: bool, word: Network) -> None:
    """And no new one rises from what failed before."""
    outage = happened(Outage(), *lost(9))
    settled(outage, answered=answered)

    assert outage.word(NAME) == word
    assert not outage.doubts(final=True)
    assert outage.is_down is not answered


def test_silent_witness_speaks_of_the_doubtful_way_only() -> None:
    """Names work, no bare address does: nothing is said of names."""
    outage = happened(Outage(), (NAME, True), (ADDRESS, False))
    settled(outage, answered=False)

    assert (outage.word(NAME), outage.word(ADDRESS)) == ("up", "down")
    assert not outage.is_down


@pytest.mark.parametrize(
    ("well", "answered_badly", "unreached", "word"),
    [
        (20, 0, 0, "up"),
        (8, 0, 12, "up"),
        (7, 0, 13, "unproven"),
        (4, 16, 0, "up"),
        (3, 17, 0, "unproven"),
        (3, 0, 10, "up"),
        (0, 0, 5, "up"),
        (0, 0, 19, "up"),
        (0, 0, 20, "unproven"),
    ],
)
def test_most_of_many_hosts_failing_at_once_is_a_doubt_that_no_witness_ends(
    well: int, answered_badly: int, unreached: int, word: Network
) -> None:
    """A gateway may speak for them all, and let the witness pass."""
    outage = happened(Outage(), (NAME, True))
    for number in range(well + answered_badly + unreached):
        outage.fared(
            f"h{number}.example", reached=number < well + answered_badly, well=number < well
        )

    assert outage.word(NAME) == word


def health(host: str, code: str, verdict: str, evidence: str) -> LinkHealth:
    """Return a line of the last run's `links.jsonl`."""
    return LinkHealth(
        url=f"https://{host}/",
        verdict=verdict,  # type: ignore[arg-type]
        reason_code=code,
        reason="",
        evidence=evidence,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("code", "verdict", "evidence", "word"),
    [
        ("network-unproven", "unknown", "none", "up"),
        ("ok", "alive", "history", "up"),
        ("ok", "alive", "http", "unproven"),
        ("network-down", "unknown", "none", "unproven"),
    ],
)
def test_what_the_last_run_left_in_doubt_speaks_against_our_network_no_more(
    code: str, verdict: str, evidence: str, word: Network
) -> None:
    """A doubt ends with the second run; a run without a network is none."""
    outage = happened(Outage(), (NAME, True))
    last = [health(f"h{n}.example", code, verdict, evidence) for n in range(30)]
    outage.remember(doubted_hosts(last))
    for number in range(30):
        outage.fared(f"h{number}.example", reached=False, well=False)

    assert outage.word(NAME) == word


# --- asked by the client ----------------------------------------------------------------------

ONCE = Service(name="web", policy=RetryPolicy(attempts=1))
TWICE = Service(name="api", lane="api", policy=RetryPolicy(attempts=2))
WITNESSES = ("https://one.example/", "https://two.example/")


def no_such_host(request: httpx.Request) -> httpx.Response:
    """Fail as a name that does not resolve."""
    raise httpx.ConnectError("x") from ResolutionError("x: no such host name")


def refusing_proxy(request: httpx.Request) -> httpx.Response:
    """Fail as a proxy where nobody listens."""
    request.extensions[PROXIED] = True
    raise httpx.ConnectError("x") from ConnectionRefusedError(111, "refused")


def dropping_proxy(request: httpx.Request) -> httpx.Response:
    """Fail as a proxy that breaks every connection off."""
    request.extensions[PROXIED] = True
    raise httpx.RemoteProtocolError("Server disconnected without sending a response.")


async def swallowed(request: httpx.Request) -> httpx.Response:
    """Wait for ever."""
    await asyncio.Event().wait()
    raise AssertionError


def client_of(handler: Callable[..., object], **options: object) -> HttpClient:
    """Return a client whose network is `handler`."""
    return HttpClient(
        transport=httpx.MockTransport(handler),  # type: ignore[arg-type]
        clock=SimulatedClock(datetime(2026, 3, 1, tzinfo=UTC)),
        user_agent="test/1",
        witnesses=WITNESSES,
        **options,  # type: ignore[arg-type]
    )


@pytest.mark.anyio
@pytest.mark.parametrize("network", [no_such_host, refusing_proxy, dropping_proxy, swallowed])
@pytest.mark.parametrize("service", [ONCE, TWICE])
async def test_missing_network_is_found_out_once_and_soon(
    network: Callable[..., object], service: Service
) -> None:
    """One failure (or some silence), one question to the witnesses, and nothing more is sent."""
    client = client_of(network, silence=0.02)
    async with client, asyncio.timeout(8):
        first, *others = [
            await client.send(service, "GET", f"https://{host}.example/") for host in "abc"
        ]

    assert client.network.is_down
    assert first.failure is not None
    assert {answer.failure for answer in others} == {"offline"}
    assert client.requests == {service.name: 1, "witness": 2}
    assert client.clock.monotonic() < 5


@pytest.mark.anyio
async def test_host_that_swallows_is_waited_for_where_a_witness_answers() -> None:
    """One silent host is one silent host."""

    async def handler(request: httpx.Request) -> httpx.Response:
        return await swallowed(request) if request.url.host == "a.example" else httpx.Response(204)

    client = client_of(handler, silence=0.01)
    slow = Service(name="web", policy=RetryPolicy(attempts=1), total_timeout=0.1)
    async with client:
        answer = await client.send(slow, "GET", "https://a.example/")

    assert answer.failure == "timeout"
    assert client.network.word("a.example") == "up"


@pytest.mark.anyio
async def test_dead_hosts_do_not_look_like_a_dead_network() -> None:
    """Where somebody answers in between, a witness settles the doubt; one of two is enough."""

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.host in ("up.example", "two.example"):
            return httpx.Response(200)
        return no_such_host(request)

    client = client_of(handler)
    async with client:
        await client.send(ONCE, "GET", "https://up.example/")
        for n in range(20):
            answer = await client.send(ONCE, "GET", f"https://gone{n}.example/")

    assert client.network.word(NAME) == "up"
    assert answer.failure == "dns"
    assert client.requests["witness"] == 2


@pytest.mark.anyio
async def test_hosts_known_to_be_bad_are_no_evidence() -> None:
    """Links that have been dead for weeks do not make the network look down."""
    client = client_of(no_such_host)
    client.network.known_bad |= {f"h{n}.example" for n in range(20)}
    happened(client.network, (NAME, True))
    async with client:
        for n in range(20):
            answer = await client.send(ONCE, "GET", f"https://h{n}.example/")

    assert answer.failure == "dns"
    assert client.requests["witness"] == 0


@pytest.mark.anyio
async def test_interrupt_while_a_witness_is_asked_says_nothing_of_the_network() -> None:
    """Nobody was heard because nobody was waited for."""

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "HEAD":
            client.stop("interrupted")
        return no_such_host(request)

    client = client_of(handler)
    async with client:
        await client.send(ONCE, "GET", "https://a.example/")

    assert not client.network.is_down


@pytest.mark.anyio
async def test_token_is_not_sent_to_a_witness() -> None:
    """It is asked whether it is there, and no more."""
    sent: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.extend(request.headers)
        return no_such_host(request)

    client = client_of(handler, credentials={"one.example": "secret"})
    async with client:
        await client.send(ONCE, "GET", "https://a.example/")

    assert client.requests["witness"] == 2
    assert "authorization" not in sent


@pytest.mark.anyio
@pytest.mark.parametrize(("still_there", "word"), [(True, "up"), (False, "down")])
async def test_page_that_has_answered_is_a_witness_of_its_own_way(
    still_there: bool, word: Network
) -> None:
    """In a closed network nobody outside can be asked; an API is not asked past its pace."""
    there = [True]

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/hangs":
            raise httpx.ReadTimeout("x")
        if request.url.host == "8.8.8.8" and there[0]:
            return httpx.Response(200)
        return no_such_host(request)

    client = client_of(handler)
    async with client:
        await client.send(ONCE, "GET", "https://8.8.8.8/page")
        await client.send(TWICE, "GET", "https://8.8.8.8/api")
        await client.send(ONCE, "GET", "https://8.8.4.4/hangs")
        await client.send(ONCE, "GET", "https://8.8.4.4/gone")
        there[0] = still_there
        await client.settle_doubts()

    assert client.network.word("8.8.4.4") == word
    assert client.requests["witness"] == (1 if still_there else 3)
