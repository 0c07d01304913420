"""Asking the linked web: how many requests, in which order, at which pace."""

import asyncio
import gzip
import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import httpx
import pytest

from pipeline.clock import SimulatedClock
from pipeline.http_client import HttpClient
from pipeline.network import ResolutionError
from pipeline.records import Failed, Found, Outcome, Probe
from pipeline.sources.web import BODY_CAP, Manners, WebSource, page_title
from pipeline.verdicts import judge_probe

START = datetime(2026, 3, 1, tzinfo=UTC)
PAGE = "https://lab.example/paper"

Handler = Callable[[httpx.Request], httpx.Response]
Asked = list[tuple[str, str, float]]
"""Method, URL and time of each request."""


def no_such_host(request: httpx.Request) -> httpx.Response:
    """Fail as a name that does not exist."""
    raise httpx.ConnectError("x") from ResolutionError(f"{request.url.host}: no such host name")


class World:
    """A web of one handler on a simulated clock, and the log of what was asked of it."""

    def __init__(self, handler: Handler, manners: Manners | None = None, **client: Any) -> None:
        self.clock = SimulatedClock(START)
        self.asked: Asked = []
        self.headers: list[httpx.Headers] = []

        def logged(request: httpx.Request) -> httpx.Response:
            self.asked.append((request.method, str(request.url), self.clock.monotonic()))
            self.headers.append(request.headers)
            return handler(request)

        self.client = HttpClient(
            transport=httpx.MockTransport(logged), clock=self.clock, user_agent="test/1", **client
        )
        self.source = WebSource(self.client, manners)

    async def ask(self, *keys: str, suspects: Sequence[str] = ()) -> dict[str, Outcome[Probe]]:
        """Ask about the keys."""
        outcomes = {}
        async for key, outcome in self.source.fetch_many(keys, suspects=frozenset(suspects)):
            assert key not in outcomes
            outcomes[key] = outcome
        return outcomes

    async def probe(self, key: str = PAGE) -> Probe:
        """Ask about one key that can be asked."""
        outcome = (await self.ask(key))[key]
        assert isinstance(outcome, Found)
        return outcome.value

    @property
    def methods(self) -> list[str]:
        """Methods of the requests in their order."""
        return [method for method, _, _ in self.asked]


def by_method(**answers: int | Exception | httpx.Response) -> Handler:
    """Return a handler with one answer for HEAD and one for GET."""

    def handler(request: httpx.Request) -> httpx.Response:
        answer = answers[request.method]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(answer)

    return handler


def in_turn(*answers: int | Exception | httpx.Response) -> Handler:
    """Return a handler with these answers in turn, the last one for ever."""
    queue = list(answers)

    def handler(request: httpx.Request) -> httpx.Response:
        answer = queue.pop(0) if len(queue) > 1 else queue[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(answer)

    return handler


def redirects(**pages: str) -> Handler:
    """Return a handler whose paths redirect (301) to these targets, and are there otherwise."""

    def handler(request: httpx.Request) -> httpx.Response:
        target = pages.get(request.url.path.strip("/"))
        return httpx.Response(301, headers={"location": target}) if target else httpx.Response(200)

    return handler


# --- how many requests ------------------------------------------------------------------------


@pytest.mark.anyio
async def test_healthy_page_costs_one_head() -> None:
    """A page that answers HEAD is there; nothing of it is loaded."""
    world = World(by_method(HEAD=200))

    probe = await world.probe()

    assert world.methods == ["HEAD"]
    assert (probe.status, probe.method, probe.final_url, probe.length) == (200, "HEAD", PAGE, None)


@pytest.mark.anyio
@pytest.mark.parametrize("refusal", [202, 204, 400, 401, 403, 404, 405, 406, 410, 451, 500, 501])
async def test_refused_head_is_asked_again_with_get(refusal: int) -> None:
    """Head lies; GET decides, and two requests are enough for a page that is there."""
    world = World(by_method(HEAD=refusal, GET=200))

    probe = await world.probe()

    assert world.methods == ["HEAD", "GET"]
    assert (probe.status, probe.method) == (200, "GET")


@pytest.mark.anyio
@pytest.mark.parametrize(
    "failure",
    [httpx.ReadError("reset"), httpx.RemoteProtocolError("no HTTP"), httpx.ReadTimeout("")],
)
async def test_head_that_breaks_off_is_asked_again_with_get(failure: Exception) -> None:
    """Edge networks drop HEAD."""
    world = World(by_method(HEAD=failure, GET=200))

    assert (await world.probe()).status == 200
    assert world.methods == ["HEAD", "GET"]


@pytest.mark.anyio
async def test_each_url_is_judged_by_its_own_answers() -> None:
    """A page that is there says nothing of its neighbour."""
    world = World(lambda request: httpx.Response(404 if request.url.path == "/gone" else 200))

    outcomes = await world.ask("https://lab.example/here", "https://lab.example/gone")

    statuses = {key: outcome.value.status for key, outcome in outcomes.items()}  # type: ignore[union-attr]
    assert statuses == {"https://lab.example/here": 200, "https://lab.example/gone": 404}


@pytest.mark.anyio
async def test_server_error_is_tried_once_more_after_a_pause() -> None:
    """A 503 that heals costs three requests and no verdict."""
    world = World(in_turn(503, 503, 200), Manners(pause=2.0))

    probe = await world.probe()

    assert probe.status == 200
    assert world.methods == ["HEAD", "GET", "GET"]
    assert world.asked[2][2] - world.asked[1][2] >= 2.0


@pytest.mark.anyio
async def test_timeout_is_tried_once_more_and_no_more() -> None:
    """A host that says nothing costs two requests."""
    world = World(in_turn(200, httpx.ReadTimeout("")))
    await world.ask("https://other.example/")

    probe = await world.probe()

    assert probe.failure == "timeout"
    assert world.methods == ["HEAD", "HEAD", "GET"]


@pytest.mark.anyio
async def test_suspect_is_asked_with_get_at_once() -> None:
    """Nobody believes HEAD about a link that failed before, so it is not asked."""
    world = World(by_method(GET=404))

    outcome = (await world.ask(PAGE, suspects=[PAGE]))[PAGE]

    assert isinstance(outcome, Found)
    assert world.methods == ["GET"]


@pytest.mark.anyio
async def test_get_asks_for_a_piece_and_as_browsers_do() -> None:
    """A range, an Accept that hosts know, no compression; HEAD asks for no range."""
    world = World(by_method(HEAD=403, GET=206))

    await world.probe()

    head, get = world.headers
    assert get["range"] == "bytes=0-4095"
    assert "range" not in head
    assert "text/html" in get["accept"]
    assert get["accept-encoding"] == "identity"


@pytest.mark.anyio
async def test_no_credential_goes_to_a_link() -> None:
    """A list may link to an API whose token we have."""
    world = World(by_method(HEAD=200), credentials={"api.github.com": "secret"})

    await world.ask("https://api.github.com/repos/a/b")

    assert "authorization" not in world.headers[0]


@pytest.mark.anyio
async def test_host_whose_pages_always_answer_is_asked_by_its_interface() -> None:
    """A page that is one shell for every path tells nothing."""
    world = World(by_method(GET=410))

    probe = await world.probe("https://anonymous.4open.science/r/LoRec/README.md")

    assert world.asked[0][:2] == ("GET", "https://anonymous.4open.science/api/repo/LoRec/options")
    assert judge_probe(probe).reason_code == "gone"


@pytest.mark.anyio
async def test_removed_post_is_recognised_in_its_page() -> None:
    """A host that answers 200 for what is removed says so in the page."""
    page = '<html><title></title><i class="weui-icon-warn weui-icon_msg"></i>'
    world = World(by_method(GET=httpx.Response(200, html=page)))

    probe = await world.probe("https://mp.weixin.qq.com/s/a")

    assert probe.markers == ("removed",)
    assert world.methods == ["GET"]


# --- redirects --------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_redirects_are_followed_and_the_chain_is_kept() -> None:
    """Every hop is in the evidence, with its status."""
    world = World(redirects(paper="/b", b="https://new.example/c"))

    probe = await world.probe()

    assert [(hop.url, hop.status) for hop in probe.hops] == [
        (PAGE, 301),
        ("https://lab.example/b", 301),
        ("https://new.example/c", 200),
    ]


@pytest.mark.anyio
async def test_get_goes_on_where_head_was_refused() -> None:
    """The redirects before are known and not asked again."""

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/paper":
            return httpx.Response(301, headers={"location": "/new"})
        return httpx.Response(200 if request.method == "GET" else 405)

    world = World(handler)

    probe = await world.probe()

    assert [(method, url) for method, url, _ in world.asked] == [
        ("HEAD", PAGE),
        ("HEAD", "https://lab.example/new"),
        ("GET", "https://lab.example/new"),
    ]
    assert [hop.status for hop in probe.hops] == [301, 200]
    assert judge_probe(probe).verdict == "moved"


@pytest.mark.anyio
async def test_circle_of_redirects_is_seen() -> None:
    """A circle ends, and is called one."""
    world = World(redirects(paper="/b", b="/paper"))

    probe = await world.probe()

    assert probe.wandered
    assert judge_probe(probe).reason_code == "redirect-loop"
    assert len(world.asked) == 4


@pytest.mark.anyio
async def test_endless_redirects_end_after_ten() -> None:
    """A chain that always goes on is cut, by HEAD and by GET."""

    def handler(request: httpx.Request) -> httpx.Response:
        number = int(request.url.path.strip("/"))
        return httpx.Response(302, headers={"location": f"/{number + 1}"})

    world = World(handler)

    probe = await world.probe("https://lab.example/0")

    assert probe.wandered
    assert world.methods.count("HEAD") == world.methods.count("GET") == 11


@pytest.mark.anyio
@pytest.mark.parametrize("target", ["ftp://lab.example/a", "http://[::bad/", "javascript:alert(1)"])
async def test_redirect_to_no_web_address_fails(target: str) -> None:
    """There is nothing to ask."""
    world = World(redirects(paper=target))

    probe = await world.probe()

    assert judge_probe(probe).reason_code == "bad-redirect"
    assert len(world.asked) == 1


@pytest.mark.anyio
async def test_redirect_to_arxiv_is_not_followed() -> None:
    """Pages of arXiv are never asked, whoever sends us there."""
    world = World(redirects(paper="https://arxiv.org/abs/2305.00447"))

    probe = await world.probe()

    assert [url for _, url, _ in world.asked] == [PAGE]
    assert probe.unasked == "https://arxiv.org/abs/2305.00447"
    assert judge_probe(probe).verdict == "alive"


@pytest.mark.anyio
async def test_redirect_to_a_private_address_is_not_followed() -> None:
    """A stranger's redirect reaches nothing behind our walls."""
    world = World(redirects(paper="http://169.254.169.254/latest/meta-data"))

    probe = await world.probe()

    assert len(world.asked) == 1
    assert judge_probe(probe).reason_code == "private-address"


@pytest.mark.anyio
async def test_private_address_is_never_asked() -> None:
    """Not even once."""
    world = World(by_method())

    probe = await world.probe("http://127.0.0.1:8080/admin")

    assert world.asked == []
    assert judge_probe(probe).reason_code == "private-address"


# --- pace -------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_hosts_are_paced_each_by_itself() -> None:
    """One host's links come a quarter of a second apart, while others are asked meanwhile."""
    world = World(by_method(HEAD=200), Manners(interval=0.25))
    one = [f"https://one.example/{number}" for number in range(5)]
    others = [f"https://h{number}.example/" for number in range(5)]

    await world.ask(*others, *one)

    times = [time for _, url, time in world.asked if "one.example" in url]
    assert times == pytest.approx([0.0, 0.25, 0.5, 0.75, 1.0])
    assert world.clock.monotonic() == pytest.approx(1.0)


@pytest.mark.anyio
async def test_host_that_throttles_robots_gets_a_second() -> None:
    """Hosts of the table are asked more slowly, as the target of a redirect too."""

    def handler(request: httpx.Request) -> httpx.Response:
        target = f"https://github.com/o/r/blob{request.url.path}"
        if request.url.host == "github.com":
            return httpx.Response(200)
        return httpx.Response(302, headers={"location": target})

    world = World(handler, Manners(interval=0.25, guarded_interval=1.0))

    await world.ask(*(f"https://short.example/{number}" for number in range(3)))

    times = [time for _, url, time in world.asked if "github.com" in url]
    assert all(later - earlier >= 1.0 for earlier, later in pairwise(times))


@pytest.mark.anyio
async def test_longest_queue_starts_first() -> None:
    """The host with the most links decides how long it takes, so it goes first."""
    world = World(by_method(HEAD=200), Manners(hosts_at_once=1))
    keys = ["https://few.example/1", "https://many.example/1", "https://many.example/2"]

    await world.ask(*keys)

    assert [url for _, url, _ in world.asked] == [*keys[1:], keys[0]]


@pytest.mark.anyio
async def test_only_so_many_hosts_at_once() -> None:
    """Many hosts are asked at the same time, never more than allowed."""
    busy, most = 0, 0

    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            nonlocal busy, most
            busy += 1
            most = max(most, busy)
            for _ in range(5):
                await asyncio.sleep(0)
            busy -= 1
            return httpx.Response(200)

    client = HttpClient(transport=Slow(), clock=SimulatedClock(START), user_agent="test/1")
    source = WebSource(client, Manners(hosts_at_once=3))
    keys = [f"https://h{number}.example/" for number in range(12)]

    assert len([key async for key, _ in source.fetch_many(keys)]) == 12
    assert most == 3


@pytest.mark.anyio
async def test_retry_after_parks_that_host_alone() -> None:
    """One host asks for 30 s and gets them; the other is done long before."""
    throttle = httpx.Response(429, headers={"retry-after": "30"})
    slow = in_turn(throttle, 200)
    world = World(
        lambda request: slow(request) if "slow" in request.url.host else httpx.Response(200)
    )

    outcomes = await world.ask(
        "https://slow.example/1", "https://slow.example/2", "https://quick.example/1"
    )

    assert {o.value.status for o in outcomes.values() if isinstance(o, Found)} == {200}
    times = {url: time for _, url, time in world.asked}
    assert times["https://quick.example/1"] < 1.0
    assert times["https://slow.example/1"] >= 30.0


@pytest.mark.anyio
async def test_host_that_asks_for_too_long_a_pause_is_left_alone() -> None:
    """The link that was told so is throttled, the rest of the host is not asked at all."""
    world = World(in_turn(httpx.Response(429, headers={"retry-after": "3600"})))
    keys = [f"https://slow.example/{number}" for number in range(4)]

    outcomes = await world.ask(*keys)

    assert len(world.asked) == 1
    first, *rest = outcomes.values()
    assert isinstance(first, Found)
    assert judge_probe(first.value).reason_code == "throttled"
    assert [rest_.kind for rest_ in rest if isinstance(rest_, Failed)] == ["closed"] * 3
    assert world.clock.monotonic() < 10.0


@pytest.mark.anyio
async def test_host_that_throttles_on_and_on_is_left_alone() -> None:
    """Two links that end with 429, and the rest waits for another run."""
    world = World(in_turn(429))
    keys = [f"https://slow.example/{number}" for number in range(9)]

    outcomes = await world.ask(*keys)

    assert len(world.asked) == 4
    assert sum(isinstance(outcome, Failed) for outcome in outcomes.values()) == 7


# --- what holds for a whole host --------------------------------------------------------------


@pytest.mark.anyio
async def test_name_that_does_not_exist_is_looked_up_once() -> None:
    """All links of the host share the answer, each with its own address."""
    world = World(
        lambda request: no_such_host(request) if "gone" in request.url.host else httpx.Response(200)
    )
    keys = [f"https://gone.example/{number}" for number in range(4)]

    outcomes = await world.ask("https://here.example/", *keys)

    assert len([url for _, url, _ in world.asked if "gone" in url]) == 1
    for key in keys:
        outcome = outcomes[key]
        assert isinstance(outcome, Found)
        assert outcome.value.no_such_host
        assert outcome.value.final_url == key


@pytest.mark.anyio
async def test_silent_host_is_not_waited_for_again_and_again() -> None:
    """After two links without a word, nobody waits for the third."""

    def handler(request: httpx.Request) -> httpx.Response:
        if "silent" in request.url.host:
            raise httpx.ConnectTimeout("")
        return httpx.Response(200)

    world = World(handler)
    keys = [f"https://silent.example/{number}" for number in range(6)]

    outcomes = await world.ask("https://here.example/", *keys)

    assert len([url for _, url, _ in world.asked if "silent" in url]) == 4
    assert {o.value.failure for o in outcomes.values() if isinstance(o, Found)} == {None, "timeout"}


@pytest.mark.anyio
async def test_failing_host_gets_fewer_tries() -> None:
    """A host that fails link after link is asked once for each further one."""
    world = World(in_turn(500))
    keys = [f"https://lab.example/{number}" for number in range(8)]

    await world.ask(*keys)

    assert len(world.asked) == 5 * 3 + 3


# --- our own side -----------------------------------------------------------------------------


@pytest.mark.anyio
async def test_without_network_nobody_is_blamed_and_it_ends_soon() -> None:
    """Two hosts out of reach and nobody who answered: the rest is not even tried."""

    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("x") from ResolutionError("the resolver has no answer for now")

    world = World(handler)
    keys = [f"https://h{number}.example/" for number in range(200)]

    outcomes = await world.ask(*keys)

    assert world.source.network == "down"
    assert sum(isinstance(outcome, Failed) for outcome in outcomes.values()) > 150
    assert world.clock.monotonic() < 10.0


@pytest.mark.anyio
async def test_suspects_out_of_reach_say_nothing_about_our_network() -> None:
    """What was dead before may be dead now; nothing else follows."""
    world = World(no_such_host)
    keys = [f"https://h{number}.example/" for number in range(20)]

    await world.ask(*keys, suspects=keys)

    assert world.source.network == "unproven"


@pytest.mark.anyio
async def test_budget_leaves_the_rest_unasked() -> None:
    """What does not fit into the time is no evidence."""
    world = World(by_method(HEAD=200), Manners(interval=1.0), deadline=2.5)
    keys = [f"https://lab.example/{number}" for number in range(10)]

    outcomes = await world.ask(*keys)

    kinds = [o.kind for o in outcomes.values() if isinstance(o, Failed)]
    assert kinds == ["budget"] * 7


@pytest.mark.anyio
async def test_every_key_has_one_outcome() -> None:
    """Duplicates are asked once, and answered once."""
    world = World(by_method(HEAD=200))

    outcomes = await world.ask(PAGE, PAGE, "https://b.example/")

    assert sorted(outcomes) == ["https://b.example/", PAGE]
    assert len(world.asked) == 2


@pytest.mark.anyio
async def test_reader_who_leaves_early_stops_the_asking() -> None:
    """Nothing goes on in the background."""
    world = World(by_method(HEAD=200))
    stream = world.source.fetch_many([f"https://lab.example/{number}" for number in range(50)])

    async for _ in stream:
        break
    await stream.aclose()  # type: ignore[attr-defined]
    asked = len(world.asked)
    for _ in range(20):
        await asyncio.sleep(0)

    assert len(world.asked) == asked < 50


# --- the sample of a page ---------------------------------------------------------------------


@pytest.mark.anyio
async def test_title_of_the_page_is_evidence() -> None:
    """Where GET was needed, the page says what it is."""
    page = httpx.Response(200, html="<html><head><TITLE>\n Page &amp; not found </TITLE>")
    world = World(by_method(HEAD=405, GET=page))

    probe = await world.probe()

    assert probe.title == "Page & not found"
    assert judge_probe(probe).reason_code == "soft-404"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ("<title>页面不存在</title>".encode("gbk"), {"content-type": "text/html; charset=GBK"}),
        ("<title>页面不存在</title>".encode(), {"content-type": "text/html"}),
        ("<title>页面不存在</title>".encode(), {"content-type": "text/html; charset=punycode"}),
        (
            gzip.compress("<title>页面不存在</title>".encode()),
            {"content-type": "text/html", "content-encoding": "gzip"},
        ),
        (
            zlib.compress("<title>页面不存在</title>".encode()),
            {"content-type": "text/html", "content-encoding": "deflate"},
        ),
    ],
)
async def test_title_is_read_in_its_own_charset(body: bytes, headers: dict[str, str]) -> None:
    """Charsets are taken from a known list; a compression that we did not want is undone."""

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "HEAD":
            return httpx.Response(405)
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(body))

    assert (await World(handler).probe()).title == "页面不存在"


@pytest.mark.anyio
@pytest.mark.parametrize("encoding", ["br", "gzip", "zstd"])
async def test_compression_that_cannot_be_undone_is_no_failure(encoding: str) -> None:
    """The status has been said; the page is not needed."""

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "HEAD":
            return httpx.Response(405)
        headers = {"content-type": "text/html", "content-encoding": encoding}
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(b"no such thing" * 99))

    probe = await World(handler).probe()

    assert (probe.status, probe.title, probe.failure) == (200, None, None)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("<title>A</title>", "A"),
        ("<title data-x='1'>A\n  B</title>", "A B"),
        ("<title>\x1b[31mred\u202e</title>", "[31mred"),
        ("<title></title>", None),
        ("<titles>A</titles>", None),
        ("no page", None),
        ("<title>" + "a" * 900, "a" * 200),
    ],
)
def test_page_title(text: str, title: str | None) -> None:
    """One line, printable, short."""
    assert page_title(text) == title


@pytest.mark.parametrize(
    ("start", "piece"), [("", "<title"), ("", "<title "), ("<title ", " "), ("", "<title>")]
)
def test_page_title_of_hostile_text_takes_linear_time(
    start: str, piece: str, growth: Callable[..., float]
) -> None:
    """A page of nothing but beginnings takes no longer than its length allows."""
    eighth = BODY_CAP // 8 // len(piece)

    assert growth(lambda times: start + piece * times, page_title, small=eighth) < 24
