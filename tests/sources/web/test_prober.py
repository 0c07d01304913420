"""Asking the linked web: how many requests, in which order, at which pace."""

import asyncio
import gzip
import random
import ssl
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

import httpx
import pytest

from pipeline.links.verdicts import judge_probe
from pipeline.network.failures import ResolutionError
from pipeline.network.http_client import HttpClient
from pipeline.network.pace import PROVEN, Pace
from pipeline.network.service import Answer
from pipeline.records.links import Probe
from pipeline.records.outcomes import Failed, Found, Outcome
from pipeline.sources.web import prober
from pipeline.sources.web.evidence import evidence
from pipeline.sources.web.host_memory import SHARE, is_sampled
from pipeline.sources.web.page import BODY_CAP
from pipeline.sources.web.prober import SAMPLE, Manners, WebSource
from tests.sources.web.web_world import (
    FILE,
    PAGE,
    START,
    OrderedClock,
    World,
    by_host,
    by_method,
    for_each_link,
    in_turn,
    links,
    no_such_host,
    redirects,
    statuses,
    throttle,
)

# --- how many requests ------------------------------------------------------------------------


@pytest.mark.anyio
async def test_healthy_page_costs_one_get() -> None:
    """A page is asked for its first bytes, and that is all."""
    world = World(by_method(GET=httpx.Response(206, content=b"page")))

    probe = await world.probe()

    assert world.methods == ["GET"]
    assert (probe.status, probe.method, probe.final_url, probe.length) == (206, "GET", PAGE, 4)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("url", "method"),
    [
        (FILE, "HEAD"),
        ("https://lab.example/a.PDF?download=1", "HEAD"),
        ("https://lab.example/model.safetensors", "HEAD"),
        ("https://lab.example/data.tar.gz", "HEAD"),
        ("https://lab.example/pdf", "GET"),
        ("https://lab.example/a.pdf/b", "GET"),
        ("https://lab.example/view?file=a.pdf", "GET"),
        ("https://lab.example/a.html", "GET"),
        ("https://lab.example", "GET"),
        # Its pages are 200 whatever they say, so they are always looked at.
        ("https://mp.weixin.qq.com/s/a.pdf", "GET"),
    ],
)
async def test_only_what_is_a_file_by_its_name_is_asked_by_head(url: str, method: str) -> None:
    """Nothing can be seen in a file; everything else is looked at."""
    world = World(by_method(HEAD=200, GET=200))

    assert (await world.probe(url)).status == 200
    assert world.methods[0] == method


@pytest.mark.anyio
async def test_healthy_file_costs_one_head() -> None:
    """A file that answers HEAD is there; nothing of it is loaded, but of the first of its host."""
    there = httpx.Response(200, headers={"content-type": "application/pdf"})
    world = World(by_method(HEAD=there, GET=there))
    files = [f"https://lab.example/{n}.pdf" for n in range(40)]
    files = [url for url in files if not is_sampled(url)][:9]

    outcomes = await world.ask(*files)

    assert Counter(world.methods) == {"HEAD": 9, "GET": 1}
    assert set(statuses(outcomes).values()) == {200}


@pytest.mark.anyio
@pytest.mark.parametrize(("files", "head"), [(SHARE - 1, 0), (SHARE, SHARE)])
async def test_few_files_of_a_host_are_asked_by_get(files: int, head: int) -> None:
    """As many requests, and no host can hide what it says of a single file."""
    world = World(by_method(HEAD=200, GET=206), Manners())

    await world.ask(*links("lab.example", files, ".pdf"), "https://other.example/a.pdf")

    assert world.methods.count("HEAD") == head


@pytest.mark.anyio
@pytest.mark.parametrize("refusal", [202, 204, 400, 401, 403, 404, 405, 406, 410, 451, 500, 501])
async def test_refused_head_is_asked_again_with_get(refusal: int) -> None:
    """Head lies; GET decides, and two requests are enough for a file that is there."""
    world = World(by_method(HEAD=refusal, GET=200))

    probe = await world.probe(FILE)

    assert world.methods == ["HEAD", "GET"]
    assert (probe.status, probe.method) == (200, "GET")


@pytest.mark.anyio
@pytest.mark.parametrize("refusal", [405, httpx.ReadError("reset"), httpx.ReadTimeout("")])
async def test_host_that_refuses_head_is_asked_for_its_next_file_by_get(
    refusal: int | Exception,
) -> None:
    """What holds for one file of a host holds for the next; another host gets its own chance."""
    world = World(by_host(lab=by_method(HEAD=refusal, GET=200)), clock=OrderedClock())

    await world.ask(*links("lab.example", 4, ".pdf"), "https://other.example/a.pdf")

    lab = [method for method, url, _ in world.asked if "lab" in url]
    assert (lab[0], Counter(lab)) == ("HEAD", {"HEAD": 1, "GET": 4})
    assert [method for method, url, _ in world.asked if "other" in url] == ["HEAD", "GET"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "failure",
    [httpx.ReadError("reset"), httpx.RemoteProtocolError("no HTTP"), httpx.ReadTimeout("")],
)
async def test_head_that_breaks_off_is_asked_again_with_get(failure: Exception) -> None:
    """Edge networks drop HEAD."""
    world = World(by_method(HEAD=failure, GET=200))

    assert (await world.probe(FILE)).status == 200
    assert world.methods == ["HEAD", "GET"]


@pytest.mark.anyio
async def test_file_that_is_a_page_is_looked_at() -> None:
    """A `.pdf` that answers as HTML is a page that says something, "not found" perhaps."""
    html = {"content-type": "text/html; charset=utf-8"}
    page = httpx.Response(200, headers=html, text="<title>Page not found</title>")
    world = World(by_method(HEAD=httpx.Response(200, headers=html), GET=page))

    probe = await world.probe(FILE)

    assert world.methods == ["HEAD", "GET"]
    assert judge_probe(probe).reason_code == "soft-404"


@pytest.mark.anyio
async def test_each_url_is_judged_by_its_own_answers() -> None:
    """A page that is there says nothing of its neighbour."""
    world = World(lambda request: httpx.Response(404 if request.url.path == "/gone" else 200))

    outcomes = await world.ask("https://lab.example/here", "https://lab.example/gone")

    assert statuses(outcomes) == {
        "https://lab.example/here": 200,
        "https://lab.example/gone": 404,
    }


@pytest.mark.anyio
@pytest.mark.parametrize("fault", [503, 500, 408, httpx.ReadError("reset"), httpx.ReadTimeout("")])
async def test_passing_fault_is_tried_once_more_after_a_pause(fault: int | Exception) -> None:
    """What heals costs two requests and no verdict."""
    world = World(in_turn(200, fault, 200), Manners(pause=2.0), clock=OrderedClock())
    await world.ask("https://up.example/")

    probe = await world.probe()

    assert probe.status == 200
    assert world.methods == ["GET"] * 3
    assert world.asked[2][2] - world.asked[1][2] >= 2.0


@pytest.mark.anyio
async def test_rest_of_the_host_goes_on_until_the_second_try() -> None:
    """A link that waits for its second try holds up nobody."""
    sick = in_turn(503, 200)
    world = World(
        lambda request: sick(request) if request.url.path == "/0" else httpx.Response(200),
        Manners(pause=10.0),
        clock=OrderedClock(),
    )

    outcomes = await world.ask(*links("lab.example", 12))

    assert set(statuses(outcomes).values()) == {200}
    first, second = world.times("example/0")
    assert world.asked[-1][1].endswith("/0")
    assert second - first == pytest.approx(10.0, abs=0.1)
    assert world.asked[-2][2] < 5.0


@pytest.mark.anyio
@pytest.mark.parametrize("fault", [500, httpx.ReadTimeout(""), httpx.ReadError("reset")])
async def test_fault_is_tried_once_more_and_no_more(fault: int | Exception) -> None:
    """A page that fails twice fails."""
    world = World(in_turn(200, fault))
    await world.ask("https://other.example/")

    probe = await world.probe()

    assert (probe.failure or "http") in ("timeout", "reset", "http")
    assert probe.status in (None, 500)
    assert world.methods == ["GET"] * 3


@pytest.mark.anyio
@pytest.mark.parametrize("status", [401, 402, 425, 451])
async def test_final_answer_is_not_asked_again(status: int) -> None:
    """There is nothing to hope for in a second."""
    world = World(in_turn(status))

    assert (await world.probe()).status == status
    assert world.methods == ["GET"]


VARIED = [400, 403, 404, 405, 406, 409, 410, 412, 415, 416, 417, 421, 422, 501]


@pytest.mark.anyio
@pytest.mark.parametrize("status", VARIED)
async def test_host_that_refuses_a_range_has_the_page(status: int) -> None:
    """Our own request is part of the evidence; what the host cannot take is found out once."""

    def page(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status if "range" in request.headers else 200, content=b"page")

    world = World(page)
    keys = links("lab.example", 5)

    assert set(statuses(await world.ask(*keys)).values()) == {200}
    assert ["range" in headers for headers in world.headers] == [True] + [False] * 5


@pytest.mark.anyio
@pytest.mark.parametrize("status", VARIED)
async def test_host_that_refuses_identity_has_the_page(status: int) -> None:
    """The second question is as a browser's, whose pages come compressed."""
    body = gzip.compress(b"<title>A Page</title>" + 3000 * b"<p>words</p>")

    def page(request: httpx.Request) -> httpx.Response:
        if "gzip" not in request.headers["accept-encoding"]:
            return httpx.Response(status)
        headers = {"content-encoding": "gzip", "content-type": "text/html"}
        return httpx.Response(200, headers=headers, content=body)

    world = World(page)

    assert set(statuses(await world.ask(*links("lab.example", 3))).values()) == {200}
    assert len(world.asked) == 4


@pytest.mark.anyio
async def test_length_of_a_compressed_page_is_that_of_the_page() -> None:
    """Else a page that compresses well would look as thin as one that says nothing."""
    text = 3000 * b"<p>words</p>"

    def page(request: httpx.Request) -> httpx.Response:
        headers = {"content-encoding": "gzip", "content-type": "text/html"}
        stream = httpx.ByteStream(gzip.compress(text))
        return httpx.Response(200, headers=headers, stream=stream)

    world = World(page)
    await world.ask(PAGE, suspects=[PAGE])

    assert world.headers[0]["accept-encoding"] == "gzip, deflate"
    assert (await World(page).probe()).length == len(text)


@pytest.mark.anyio
@pytest.mark.parametrize("status", [500, 502, 503])
async def test_second_try_after_a_fault_asks_without_range(status: int) -> None:
    """Some gateways have no better word for it."""

    def page(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status if "range" in request.headers else 200)

    world = World(page, clock=OrderedClock())

    assert set(statuses(await world.ask(*links("lab.example", 9))).values()) == {200}
    assert sum("range" in headers for headers in world.headers) < 9


@pytest.mark.anyio
@pytest.mark.parametrize("status", VARIED)
async def test_status_that_is_meant_costs_one_request_more_for_a_host(status: int) -> None:
    """The same without `Range`: from then on the host is believed."""
    world = World(in_turn(status))

    assert set(statuses(await world.ask(*links("lab.example", 5))).values()) == {status}
    assert len(world.asked) == 6


@pytest.mark.anyio
@pytest.mark.parametrize("status", [403, 404, 410])
async def test_host_that_takes_ranges_is_believed(status: int) -> None:
    """Its 404 is about the page; the second look asks without `Range` all the same."""
    pages = {"https://lab.example/0": httpx.Response(206)}
    world = World(lambda request: pages.get(str(request.url)) or httpx.Response(status))

    await world.ask(*links("lab.example", 3))

    assert len(world.asked) == 3


@pytest.mark.anyio
async def test_suspect_is_asked_without_range() -> None:
    """What failed before is asked as a browser would ask, in a second look too."""
    world = World(in_turn(404))

    await world.ask(PAGE, suspects=[PAGE])

    assert ["range" in headers for headers in world.headers] == [False]


@pytest.mark.anyio
async def test_guarded_host_is_not_asked_once_more() -> None:
    """Its 403 is known to be meant for robots."""
    world = World(in_turn(403))

    await world.ask("https://medium.com/a")

    assert len(world.asked) == 1


def a_file(checked: bool) -> str:
    """Return a file that is one of the share, or one that is not."""
    names = (f"https://lab.example/{number}.pdf" for number in range(1000))
    return next(url for url in names if is_sampled(url) is checked)


@pytest.mark.anyio
async def test_share_of_the_files_is_asked_for_by_get_as_well() -> None:
    """A host that has the file for HEAD only is not asked by HEAD again."""
    world = World(by_method(HEAD=200, GET=404))
    other = a_file(checked=False)

    assert statuses(await world.ask(a_file(checked=True), other)) == {
        a_file(checked=True): 404,
        other: 404,
    }
    assert world.methods == ["HEAD", "GET", "GET", "GET"]


def test_share_is_one_in_twenty() -> None:
    """It does not hang on the host, so that a list is asked alike everywhere."""
    files = [f"/papers/{number}.pdf" for number in range(2000)]

    assert 60 < sum(is_sampled(f"https://a.example{path}") for path in files) < 140
    assert all(
        is_sampled(f"https://a.example{path}") == is_sampled(f"http://b.example:8080{path}")
        for path in files
    )


@pytest.mark.anyio
async def test_suspect_is_asked_with_get_at_once() -> None:
    """Nobody believes HEAD about a file that failed before, so it is not asked."""
    world = World(by_method(GET=404))

    outcome = (await world.ask(FILE, suspects=[FILE]))[FILE]

    assert isinstance(outcome, Found)
    assert world.methods == ["GET"]


@pytest.mark.anyio
async def test_get_asks_for_a_piece_and_as_browsers_do() -> None:
    """A range, an Accept that hosts know, no compression; HEAD asks for no range."""
    world = World(by_method(HEAD=403, GET=206))

    await world.probe(FILE)

    head, get = world.headers
    assert get["range"] == f"bytes=0-{SAMPLE - 1}"
    assert "range" not in head
    assert "text/html" in get["accept"]
    assert get["accept-encoding"] == head["accept-encoding"] == "identity"


@pytest.mark.anyio
async def test_no_more_than_the_sample_is_kept() -> None:
    """Of a host that ignores the range, and more of one whose pages have to be read."""
    page = httpx.Response(200, content=b"x" * 10 * BODY_CAP)
    world = World(by_method(GET=page))

    assert (await world.probe()).length == SAMPLE
    assert (await world.probe("https://mp.weixin.qq.com/s/a")).length == BODY_CAP
    assert world.headers[1]["range"] == f"bytes=0-{BODY_CAP - 1}"


@pytest.mark.anyio
async def test_no_credential_goes_to_a_link() -> None:
    """A list may link to an API whose token we have."""
    world = World(by_method(GET=200), credentials={"api.github.com": "secret"})

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
    """A host that answers 200 for what is removed says so in the page, a file's redirect or not."""
    page = '<html><title></title><i class="weui-icon-warn weui-icon_msg"></i>'
    post = "https://mp.weixin.qq.com/s/a"
    world = World(
        by_host(
            mp=by_method(GET=httpx.Response(200, html=page)),
            lab=in_turn(httpx.Response(302, headers={"location": post})),
        )
    )

    assert (await world.probe(post)).markers == ("removed",)
    assert (await world.probe(FILE)).markers == ("removed",)
    assert world.methods == ["GET", "HEAD", "GET"]


@pytest.mark.anyio
async def test_title_of_the_page_is_evidence() -> None:
    """A page that is there says what it is."""
    page = httpx.Response(200, html="<html><head><TITLE>\n Page &amp; not found </TITLE>")
    world = World(by_method(GET=page))

    probe = await world.probe()

    assert probe.title == "Page & not found"
    assert judge_probe(probe).reason_code == "soft-404"


@pytest.mark.anyio
async def test_evidence_lasts_from_the_first_question_to_the_last_answer() -> None:
    """A second try belongs to the same asking."""
    world = World(in_turn(503, 200), Manners(pause=2.0), clock=OrderedClock(), latency=0.5)

    probe = await world.probe()

    assert probe.asked_at == START
    assert (probe.answered_at - START).total_seconds() == pytest.approx(3.0)


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
    assert world.methods == ["GET"] * 3


@pytest.mark.anyio
async def test_get_goes_on_where_head_was_refused() -> None:
    """The redirects before are known and not asked again."""

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/paper.pdf":
            return httpx.Response(301, headers={"location": "/new"})
        return httpx.Response(200 if request.method == "GET" else 405)

    world = World(handler)

    probe = await world.probe(FILE)

    assert [(method, url) for method, url, _ in world.asked] == [
        ("HEAD", FILE),
        ("HEAD", "https://lab.example/new"),
        ("GET", "https://lab.example/new"),
    ]
    assert [hop.status for hop in probe.hops] == [301, 200]
    assert judge_probe(probe).verdict == "moved"


@pytest.mark.anyio
async def test_second_try_of_a_target_does_not_ask_the_redirects_again() -> None:
    """The failed try is no hop of the chain."""
    world = World(by_host(lab=redirects(paper="https://new.example/c"), new=in_turn(503, 200)))

    probe = await world.probe()

    assert [hop.status for hop in probe.hops] == [301, 200]
    assert [url for _, url, _ in world.asked] == [PAGE, *["https://new.example/c"] * 2]


@pytest.mark.anyio
async def test_target_has_a_second_try_of_its_own() -> None:
    """That the redirect needed two does not count against it."""
    away = httpx.Response(302, headers={"location": "https://new.example/c"})
    world = World(by_host(lab=in_turn(503, away), new=in_turn(503, 200)), clock=OrderedClock())

    assert (await world.probe()).status == 200
    assert len(world.asked) == 4


@pytest.mark.anyio
@pytest.mark.parametrize(("suffix", "requests"), [("", 2), (".pdf", 4)])
async def test_circle_of_redirects_is_seen(suffix: str, requests: int) -> None:
    """A circle ends, and is called one; where HEAD was led round, GET is tried as well."""
    world = World(redirects(**{f"paper{suffix}": f"/b{suffix}", f"b{suffix}": f"/paper{suffix}"}))

    probe = await world.probe(PAGE + suffix)

    assert probe.wandered
    assert judge_probe(probe).reason_code == "redirect-loop"
    assert len(world.asked) == requests


@pytest.mark.anyio
async def test_get_may_arrive_where_head_is_led_in_a_circle() -> None:
    """The circle is forgotten then."""
    circle = httpx.Response(302, headers={"location": FILE})
    world = World(by_method(HEAD=circle, GET=200))

    probe = await world.probe(FILE)

    assert [(hop.url, hop.status) for hop in probe.hops] == [(FILE, 200)]
    assert not probe.wandered


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("suffix", "methods"), [("", {"GET": 11}), (".pdf", {"HEAD": 11, "GET": 11})]
)
async def test_endless_redirects_end_after_ten(suffix: str, methods: Mapping[str, int]) -> None:
    """A chain that always goes on is cut, by HEAD and by GET."""

    def handler(request: httpx.Request) -> httpx.Response:
        number = int(request.url.path.strip("/").removesuffix(suffix))
        return httpx.Response(302, headers={"location": f"/{number + 1}{suffix}"})

    world = World(handler)

    probe = await world.probe(f"https://lab.example/0{suffix}")

    assert probe.wandered
    assert Counter(world.methods) == methods


@pytest.mark.anyio
@pytest.mark.parametrize("target", ["ftp://lab.example/a", "http://[::bad/", "javascript:alert(1)"])
async def test_redirect_to_no_web_address_fails(target: str) -> None:
    """There is nothing to ask."""
    world = World(redirects(paper=target))

    probe = await world.probe()

    assert judge_probe(probe).reason_code == "bad-redirect"
    assert len(world.asked) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("url", [PAGE, FILE])
async def test_redirect_to_arxiv_is_not_followed(url: str) -> None:
    """Pages of arXiv are never asked, whoever sends us there."""
    arxiv = "https://arxiv.org/abs/2305.00447"
    world = World(redirects(**{"paper": arxiv, "paper.pdf": arxiv}))

    probe = await world.probe(url)

    assert [url for _, url, _ in world.asked] == [url]
    assert probe.unasked == arxiv
    assert judge_probe(probe).verdict == "alive"


@pytest.mark.anyio
async def test_redirect_to_a_private_address_is_not_followed() -> None:
    """A stranger's redirect reaches nothing behind our walls."""
    world = World(redirects(paper="http://169.254.169.254/latest/meta-data"))

    probe = await world.probe()

    assert len(world.asked) == 1
    assert judge_probe(probe).reason_code == "private-address"


@pytest.mark.anyio
@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/admin", "http://127.0.0.1/a.pdf"])
async def test_private_address_is_never_asked(url: str) -> None:
    """Not even once."""
    world = World(by_method())

    probe = await world.probe(url)

    assert world.asked == []
    assert judge_probe(probe).reason_code == "private-address"


@pytest.mark.anyio
async def test_parked_target_does_not_hold_up_who_redirects_to_it() -> None:
    """A hop waits in the queue of the host that it goes to."""
    away = httpx.Response(302, headers={"location": "https://slow.example/a"})
    slow = in_turn(throttle(60), 200)

    def short(request: httpx.Request) -> httpx.Response:
        return away if request.url.path in ("/0", "/3", "/7") else httpx.Response(200)

    world = World(by_host(slow=slow, short=short), clock=OrderedClock(), latency=0.1)

    outcomes = await world.ask(*links("short.example", 30))

    assert set(statuses(outcomes).values()) == {200}
    assert max(world.times("short.example")) < 6.0
    assert [time >= 60.0 for time in world.times("slow.example")] == [False, True, True, True]


@pytest.mark.anyio
async def test_hanging_page_does_not_hold_up_who_is_redirected_to_its_host() -> None:
    """A host that has answered may be asked two things at once."""
    to_big = httpx.Response(302, headers={"location": "https://big.example/new"})
    world = World(
        by_host(short=in_turn(to_big)),
        clock=OrderedClock(),
        latency=lambda request: {"/hangs": 20.0, "/s": 1.0}.get(request.url.path, 0.1),
    )

    await world.ask("https://big.example/0", "https://big.example/hangs", "https://short.example/s")

    assert world.times("/new")[0] < 2.0


# --- pace -------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_host_is_asked_gently_at_first_and_quicker_while_it_is_well() -> None:
    """From a quarter of a second between two requests to a twentieth."""
    world = World(by_method(GET=200), clock=OrderedClock())

    await world.ask(*links("lab.example", 20))

    gaps = [later - earlier for earlier, later in pairwise(world.times("lab"))]
    assert gaps[0] == pytest.approx(0.25)
    assert gaps == pytest.approx(sorted(gaps, reverse=True))
    assert gaps[-1] == pytest.approx(0.05)


@pytest.mark.anyio
async def test_hosts_are_paced_each_by_itself() -> None:
    """Others are asked while one host has its pause."""
    world = World(by_method(GET=200), Manners(shortest_interval=0.25), clock=OrderedClock())
    others = [f"https://h{number}.example/" for number in range(5)]

    await world.ask(*others, *links("one.example", 5))

    assert world.times("one.example") == pytest.approx([0.0, 0.25, 0.5, 0.75, 1.0])
    assert [world.times(other) for other in others] == [[0.0]] * 5


@pytest.mark.anyio
async def test_complaint_slows_the_host_down_for_a_while() -> None:
    """After one 429 the pace that brought it is left until slower ones have done well."""
    answers = in_turn(*[200] * 9, throttle(1), 200)
    world = World(answers, clock=OrderedClock(), latency=0.01)

    await world.ask(*links("lab.example", 80))

    times = world.times("lab")
    before = times[9] - times[8]
    after = [later - earlier for earlier, later in pairwise(times[11:])]
    assert len(times) == 81
    assert min(after[: PROVEN - 2]) >= 1.4 * before
    assert min(after) >= before - 1e-6


@pytest.mark.anyio
async def test_host_that_is_busy_is_slowed_down_for_a_while() -> None:
    """Each 503 doubles the interval; answers that come soon make it short again."""
    answers = in_turn(*[200] * 9, *[503] * 4, 200)
    world = World(answers, Manners(pause=60.0), clock=OrderedClock(), latency=0.01)

    await world.ask(*links("lab.example", 60))

    gaps = [later - earlier for earlier, later in pairwise(world.times("lab")[:50])]
    assert max(gaps) >= 0.5
    assert gaps[-1] == pytest.approx(0.05)


FAULTS: dict[str, int | Exception] = {
    "500": 500,
    "502": 502,
    "503": 503,
    "reset": httpx.ReadError("x"),
    "refused": httpx.ConnectError("x"),
    "not HTTP": httpx.RemoteProtocolError("x"),
    "time-out": httpx.ReadTimeout("x"),
}


@pytest.mark.anyio
@pytest.mark.parametrize("fault", list(FAULTS))
@pytest.mark.parametrize("share", [0.05, 0.4, 1.0])
async def test_faults_of_single_pages_hold_no_run_up(fault: str, share: float) -> None:
    """However many of a host's pages fail; a second run, which meets those alone, is no slower."""
    bad = {f"https://lab.example/{n}" for n in range(100) if (n * 7 + 9) % 20 < 20 * share}

    def handler(request: httpx.Request) -> httpx.Response:
        answer = FAULTS[fault] if str(request.url) in bad else 200
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer)

    first = World(handler, clock=OrderedClock(), latency=0.05)
    outcomes = await first.ask(*links("lab.example", 100))
    failed = sorted(bad)
    second = World(handler, clock=OrderedClock(), latency=0.05)
    again = await second.ask(*failed, suspects=failed)

    assert first.clock.monotonic() < (130.0 if fault == "503" else 60.0)
    assert second.clock.monotonic() <= first.clock.monotonic() + 0.5
    good = {url for url, status in statuses(outcomes).items() if status == 200}
    assert good == set(links("lab.example", 100)) - bad
    assert 200 not in statuses(again).values()


@pytest.mark.anyio
async def test_hundred_links_of_one_host_with_forty_faults_take_less_than_a_minute() -> None:
    """25 times 500, 15 resets, the rest well, in any order."""
    faults: list[int | Exception] = [500, httpx.ReadError("x")]
    bad = [n for n in range(100) if (n * 7 + 9) % 20 < 8]
    pages = {n: faults[rank % 8 > 4] for rank, n in enumerate(bad)}

    def handler(request: httpx.Request) -> httpx.Response:
        answer = pages.get(int(request.url.path[1:]), 200)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer)

    world = World(handler, clock=OrderedClock(), latency=0.05)
    outcomes = await world.ask(*links("lab.example", 100))

    assert Counter(statuses(outcomes).values()) == {200: 60, 500: 25, "reset": 15}
    assert world.clock.monotonic() < 30.0


@pytest.mark.anyio
async def test_host_that_throttles_robots_gets_a_second() -> None:
    """Hosts of the table are asked one by one and slowly, as the target of a redirect too."""

    def short(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            302, headers={"location": f"https://github.com/o/r/blob{request.url.path}"}
        )

    world = World(by_host(short=short), clock=OrderedClock(), latency=1.5)

    await world.ask(*links("short.example", 6))

    times = world.times("github.com")
    assert len(times) == 6
    assert all(later - earlier >= 1.5 for earlier, later in pairwise(times))

    quick = World(by_method(GET=200), clock=OrderedClock(), latency=0.01)
    await quick.ask(*links("github.com", 20))
    gaps = [later - earlier for earlier, later in pairwise(quick.times("github.com"))]
    assert gaps == pytest.approx([1.0] * 19)


@pytest.mark.parametrize(
    ("host", "first", "shortest"),
    [
        ("lab.example", 0.25, 0.05),
        ("github.com", 1.0, 1.0),
        ("gist.github.com", 1.0, 1.0),
        ("slow.example", 5.0, 5.0),
        ("pages.slow.example", 5.0, 5.0),
        ("notslow.example", 0.25, 0.05),
        ("quick.example", 0.25, 0.1),
        ("medium.com", 0.25, 0.2),
        ("glacial.example", 90.0, 90.0),
    ],
)
def test_hosts_may_have_an_interval_of_their_own(host: str, first: float, shortest: float) -> None:
    """It holds for subdomains too, and before what the table of hosts says."""
    own = {"slow.example": 5.0, "quick.example": 0.1, "medium.com": 0.2, "glacial.example": 90.0}

    pace = Manners(intervals=own).pace_of(host)

    assert (pace.interval, pace.shortest) == (first, shortest)
    assert pace.longest == max(30.0, first)


@pytest.mark.anyio
async def test_second_request_under_way_only_after_the_first_answer() -> None:
    """Whoever has not answered yet is asked one thing at a time."""
    world = World(by_method(GET=200), Manners(interval=0.05), clock=OrderedClock(), latency=2.0)

    await world.ask(*links("lab.example", 5))

    first, second, third, fourth, fifth = world.times("lab")
    assert first == 0.0
    assert 2.0 <= second < third < 2.5
    assert 4.0 <= fourth < fifth < 4.5


@pytest.mark.anyio
async def test_longest_queue_starts_first() -> None:
    """The host with the most links decides how long it takes, so it goes first."""
    world = World(by_method(GET=200), Manners(requests_at_once=1), clock=OrderedClock())
    few, many = links("few.example", 1), links("many.example", 3)

    await world.ask(*few, *many)

    assert world.asked[0][1] == many[0]
    assert {url for _, url, _ in world.asked} == {*few, *many}


@pytest.mark.anyio
async def test_only_so_many_requests_at_once() -> None:
    """Many hosts are asked at the same time, never more than allowed."""
    busy, most = 0, 0

    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            nonlocal busy, most
            busy += 1
            most = max(most, busy)
            await clock.sleep(1.0)
            busy -= 1
            return httpx.Response(200)

    clock = OrderedClock()
    client = HttpClient(transport=Slow(), clock=clock, user_agent="test/1")
    source = WebSource(client, Manners(requests_at_once=3))
    keys = [f"https://h{number}.example/" for number in range(12)]

    assert len([key async for key, _ in source.fetch_many(keys)]) == 12
    assert most == 3
    assert clock.monotonic() == 4.0


@pytest.mark.anyio
@pytest.mark.parametrize("url", ["https://slow.example/1", "https://slow.example/1.pdf"])
async def test_retry_after_parks_that_host_alone(url: str) -> None:
    """One host asks for 30 s and gets them; the other is done long before."""
    manners = Manners(requests_at_once=1)
    world = World(by_host(slow=in_turn(throttle(30), 200)), manners, clock=OrderedClock())

    outcomes = await world.ask(url, *links("slow.example/others", 5), *links("quick.example", 3))

    assert set(statuses(outcomes).values()) == {200}
    assert max(world.times("quick.example")) < 1.0
    assert [time >= 30.0 for time in world.times("slow.example")] == [False, *[True] * 6]
    assert len(world.times(url)) == 2


@pytest.mark.anyio
async def test_unavailable_with_a_time_parks_the_host_as_well() -> None:
    """503 with Retry-After is a wish like 429 (RFC 9110 15.6.4)."""
    busy = httpx.Response(503, headers={"retry-after": "30"})
    world = World(in_turn(busy, 200), clock=OrderedClock())

    outcomes = await world.ask(*links("slow.example", 3))

    assert set(statuses(outcomes).values()) == {200}
    assert [time >= 30.0 for time in world.times("slow")] == [False, True, True, True]


@pytest.mark.anyio
async def test_link_that_is_throttled_may_still_fail_and_be_tried_again() -> None:
    """Being throttled is no failure of the page."""
    world = World(in_turn(throttle(1), 500, 200), clock=OrderedClock())

    assert (await world.probe()).status == 200
    assert len(world.asked) == 3


@pytest.mark.anyio
@pytest.mark.parametrize("host", ["lab.example", "github.com"])
async def test_page_that_is_always_throttled_does_not_close_its_host(host: str) -> None:
    """Others go between; the page is given up after four, and each time the host has its pause."""

    def handler(request: httpx.Request) -> httpx.Response:
        return throttle(20) if request.url.path == "/0" else httpx.Response(200)

    world = World(handler, Manners(in_flight=1), clock=OrderedClock())

    outcomes = await world.ask(*links(host, 200))

    assert Counter(statuses(outcomes).values()) == {200: 199, 429: 1}
    complaints = [time for _, url, time in world.asked if url == f"https://{host}/0"]
    assert len(complaints) == 4
    for complaint in complaints:
        assert not [time for time in world.times(host) if complaint < time < complaint + 20.0]


@pytest.mark.anyio
async def test_host_that_asks_for_too_long_a_pause_is_left_alone() -> None:
    """The link that was told so is throttled, the rest of the host is not asked at all."""
    world = World(in_turn(throttle(3600)))
    keys = links("slow.example", 4)

    outcomes = await world.ask(*keys)

    assert len(world.asked) == 1
    first, *rest = (outcomes[key] for key in keys)
    assert isinstance(first, Found)
    assert judge_probe(first.value).reason_code == "throttled"
    assert [rest_.kind for rest_ in rest if isinstance(rest_, Failed)] == ["closed"] * 3
    assert world.clock.monotonic() < 10.0


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (httpx.Response(429), "HTTP 429 again and again"),
        (throttle(100), "HTTP 429 again and again"),
        (httpx.Response(503, headers={"retry-after": "100"}), "HTTP 503 again and again"),
    ],
)
async def test_host_that_throttles_on_and_on_is_left_alone(
    answer: httpx.Response, reason: str
) -> None:
    """After four complaints in a row the rest waits for another run, and no pause is kept."""
    world = World(in_turn(answer), clock=OrderedClock(), latency=0.1)

    outcomes = await world.ask(*links("slow.example", 9))

    assert 4 <= len(world.asked) <= 5
    found = {key: o.value.status for key, o in outcomes.items() if isinstance(o, Found)}
    assert found == {url: answer.status_code for _, url, _ in world.asked}
    failed = [o for o in outcomes.values() if isinstance(o, Failed)]
    assert {(o.kind, o.reason) for o in failed} == {("closed", reason)}
    assert world.clock.monotonic() < 320.0


# --- what holds for a whole host --------------------------------------------------------------


@pytest.mark.anyio
@pytest.mark.parametrize("suffix", ["", ".pdf"])
async def test_name_that_does_not_exist_is_looked_up_once(suffix: str) -> None:
    """All links of the host share the answer, each with its own address."""
    world = World(by_host(gone=no_such_host))
    keys = links("gone.example", 4, suffix)

    outcomes = await world.ask("https://here.example/", *keys)

    assert len(world.times("gone")) == 1
    for key in keys:
        outcome = outcomes[key]
        assert isinstance(outcome, Found)
        assert outcome.value.no_such_host
        assert outcome.value.final_url == key


@pytest.mark.anyio
async def test_faulty_certificate_is_found_out_once_for_its_origin() -> None:
    """Over plain http the same host may answer."""

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.scheme == "https":
            raise httpx.ConnectError("x") from ssl.SSLCertVerificationError("expired")
        return httpx.Response(200)

    world = World(handler)

    outcomes = await world.ask(*links("lab.example", 3), "http://lab.example/")

    assert list(statuses(outcomes).values()).count("tls") == 3
    assert statuses(outcomes)["http://lab.example/"] == 200
    assert len(world.asked) == 2


@pytest.mark.anyio
async def test_host_with_a_name_in_its_own_script_is_one_host() -> None:
    """Its links are spelt in letters, its answers in punycode."""
    world = World(
        lambda request: no_such_host(request) if "xn--" in str(request.url) else httpx.Response(200)
    )
    await world.ask("https://here.example/")

    outcomes = await world.ask(*links("bücher.example", 4))

    assert set(statuses(outcomes).values()) == {"dns"}
    assert len(world.times("xn--")) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("suffix", ["", ".pdf"])
async def test_silent_host_costs_two_requests(suffix: str) -> None:
    """Nobody waits for a third; of the links that were not asked nothing is said."""
    world = World(by_host(silent=in_turn(httpx.ConnectTimeout(""))), clock=OrderedClock())

    outcomes = await world.ask("https://here.example/", *links("silent.example", 6, suffix))

    assert len(world.times("silent")) == 2
    assert Counter(statuses(outcomes).values()) == {200: 1, "timeout": 2, "closed": 4}


@pytest.mark.anyio
async def test_page_that_hangs_does_not_make_its_host_silent() -> None:
    """A host that has answered is called silent only after five requests in a row."""
    world = World(
        lambda request: in_turn(200 if request.url.path in "/0/3/6" else httpx.ReadTimeout(""))(
            request
        ),
        clock=OrderedClock(),
    )

    outcomes = await world.ask(*links("lab.example", 8))

    assert Counter(statuses(outcomes).values()) == {200: 3, "timeout": 5}
    assert 8 <= len(world.asked) <= 3 + 2 * 5


@pytest.mark.anyio
async def test_host_that_falls_silent_is_given_up_after_a_spell() -> None:
    """It has answered once; five requests without a word are enough."""
    world = World(in_turn(200, httpx.ReadTimeout("")), clock=OrderedClock(), latency=1.0)

    outcomes = await world.ask(*links("lab.example", 40))

    asked = len(world.asked)
    assert 6 <= asked <= 7
    assert Counter(statuses(outcomes).values()) == {
        200: 1,
        "timeout": asked - 1,
        "closed": 40 - asked,
    }


@pytest.mark.anyio
async def test_failing_host_gets_fewer_tries() -> None:
    """After three second tries in vain, its other links are asked once each."""
    world = World(in_turn(500), clock=OrderedClock())

    outcomes = await world.ask(*links("lab.example", 40))

    assert set(statuses(outcomes).values()) == {500}
    assert 43 <= len(world.asked) <= 44


@pytest.mark.anyio
async def test_tired_host_is_still_asked_by_get_what_head_did_not_tell() -> None:
    """A dropped HEAD says nothing of a file, however its host has fared with other links."""

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "HEAD":
            raise httpx.ReadError("reset")
        return httpx.Response(200 if request.url.path.endswith("pdf") else 500)

    world = World(handler, Manners(in_flight=1), clock=OrderedClock())

    outcomes = await world.ask(*links("lab.example", 12), "https://lab.example/a.pdf")

    assert statuses(outcomes)["https://lab.example/a.pdf"] == 200


@pytest.mark.anyio
async def test_tired_host_that_throttles_a_link_is_asked_about_it_again() -> None:
    """What was put off was not tried in vain."""

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/0":
            return put_off(request)
        return httpx.Response(500)

    put_off = in_turn(throttle(1), 200)
    hasty = Manners(in_flight=1, pause=0.1, interval=0.01, longest_interval=0.01)
    world = World(handler, hasty, clock=OrderedClock())

    outcomes = await world.ask(*links("lab.example", 12))

    assert statuses(outcomes)["https://lab.example/0"] == 200
    assert len(world.times("example/0")) == 2


# --- our own side -----------------------------------------------------------------------------


@pytest.mark.anyio
async def test_without_network_nobody_is_blamed_and_it_ends_soon() -> None:
    """Two hosts out of reach and nobody who answered: the rest is not even tried."""

    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("x") from ResolutionError("the resolver has no answer for now")

    world = World(handler, witnesses=["https://witness.example/"])
    keys = [f"https://h{number}.example/" for number in range(200)]

    outcomes = await world.ask(*keys)

    assert world.source.network.is_down
    assert sum(isinstance(outcome, Failed) for outcome in outcomes.values()) > 150
    assert world.clock.monotonic() < 10.0


@pytest.mark.anyio
async def test_suspects_out_of_reach_are_no_evidence_where_no_witness_answers() -> None:
    """What was dead before may be dead now; that our network is up has to be shown."""
    world = World(no_such_host, witnesses=["https://witness.example/"])
    keys = [f"https://h{number}.example/" for number in range(20)]

    await world.ask(*keys, suspects=keys)

    assert world.source.network.is_down


@pytest.mark.anyio
async def test_budget_leaves_the_rest_unasked() -> None:
    """What does not fit into the time is no evidence."""
    manners = Manners(interval=1.0, shortest_interval=1.0)
    world = World(by_method(GET=200), manners, deadline=2.5, clock=OrderedClock())

    outcomes = await world.ask(*links("lab.example", 10))

    assert Counter(statuses(outcomes).values()) == {200: 3, "budget": 7}


@pytest.mark.anyio
async def test_pause_that_does_not_fit_into_the_time_is_not_waited_for() -> None:
    """The parked host is left at once; the others go on to the end of the time."""
    world = World(
        by_host(slow=in_turn(throttle(60))), Manners(), deadline=30.0, clock=OrderedClock()
    )

    outcomes = await world.ask(*links("slow.example", 3), *links("lab.example", 3))

    assert Counter(statuses(outcomes).values()) == {200: 3, "budget": 3}
    assert len(world.times("slow")) == 1
    assert world.clock.monotonic() < 5.0


@pytest.mark.anyio
async def test_second_try_comes_at_once_where_there_is_no_time_for_the_pause() -> None:
    """Better early than not at all, at the pace of the host."""
    world = World(in_turn(503, 200), Manners(pause=5.0), deadline=2.0, clock=OrderedClock())

    assert (await world.probe()).status == 200
    assert world.clock.monotonic() < 2.0


@pytest.mark.anyio
async def test_no_more_requests_than_allowed() -> None:
    """Redirects and second tries count; the rest is no evidence."""
    world = World(for_each_link(503, 200), max_requests=7, clock=OrderedClock())
    assert world.client.requests_left == 7

    outcomes = await world.ask(*links("lab.example", 5), "https://other.example/")

    assert len(world.asked) == 7
    assert Counter(statuses(outcomes).values()) in ({200: 1, "budget": 5}, {200: 2, "budget": 4})
    assert world.client.requests_left == 0


@pytest.mark.anyio
@pytest.mark.parametrize("seconds", [0.1, 5.0, 61.0])
async def test_interrupt_ends_the_asking_at_once(seconds: float) -> None:
    """Whoever is asked, waits, or is parked: every key has an outcome, and nothing more is sent."""
    world = World(
        by_host(slow=in_turn(throttle(60))),
        clock=OrderedClock(),
        latency=lambda request: 30.0 if "hang" in request.url.host else 0.1,
    )
    keys = [*links("slow.example", 3), *links("hang.example", 3), *links("github.com", 90)]

    async def interrupt() -> None:
        await world.clock.sleep(seconds)
        world.client.stop("interrupted")

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        group.create_task(interrupt())
        outcomes = await world.ask(*keys)

    assert sorted(outcomes) == sorted(keys)
    assert "interrupted" in statuses(outcomes).values()
    assert world.clock.monotonic() == pytest.approx(seconds)
    assert max(time for _, _, time in world.asked) <= seconds


@pytest.mark.anyio
async def test_every_key_has_one_outcome() -> None:
    """Duplicates are asked once, and answered once."""
    world = World(by_method(GET=200))

    outcomes = await world.ask(PAGE, PAGE, "https://b.example/")

    assert sorted(outcomes) == ["https://b.example/", PAGE]
    assert len(world.asked) == 2


@pytest.mark.anyio
async def test_nothing_to_ask_ends_at_once() -> None:
    """No key, no request."""
    world = World(by_method())

    assert await world.ask() == {}


@pytest.mark.anyio
async def test_reader_who_leaves_early_stops_the_asking() -> None:
    """Nothing goes on in the background."""
    world = World(by_method(GET=200))
    stream = world.source.fetch_many(links("lab.example", 50))

    async for _ in stream:
        break
    await stream.aclose()  # type: ignore[attr-defined]
    asked = len(world.asked)
    for _ in range(20):
        await asyncio.sleep(0)

    assert len(world.asked) == asked < 50


@pytest.mark.anyio
async def test_fault_of_our_own_is_that_links_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug that one link brings out ends the asking of no other one."""
    whole = evidence

    def broken(chain: Sequence[Answer], *times: datetime) -> Probe:
        if chain[0].url == PAGE:
            raise ZeroDivisionError
        return whole(chain, *times)

    monkeypatch.setattr(prober, "evidence", broken)
    world = World(by_method(GET=200))
    outcomes = await world.ask(*links("lab.example", 5), PAGE)

    assert Counter(statuses(outcomes).values()) == {200: 5, "fault": 1}
    assert statuses(outcomes)[PAGE] == "fault"


@pytest.mark.anyio
@pytest.mark.parametrize("number", [1, 64, 100])
async def test_as_many_requests_are_under_way_as_the_settings_allow(number: int) -> None:
    """There is one limit, and nothing below it knows another."""
    under_way: list[int] = [0, 0]

    def latency(request: httpx.Request) -> float:
        under_way[0] += 1
        under_way[1] = max(under_way)
        return 1.0

    def handler(request: httpx.Request) -> httpx.Response:
        under_way[0] -= 1
        return httpx.Response(200)

    manners = Manners(requests_at_once=number)
    world = World(handler, manners, clock=OrderedClock(), latency=latency)
    await world.ask(*(f"https://h{host}.example/" for host in range(150)))

    assert under_way == [0, number]


# --- whatever happens -------------------------------------------------------------------------

WHOLE = ("good", "good", "good", "guarded", "quick-tempered", "no-head")
"""Hosts whose pages can be known in the end."""
BROKEN = ("silent", "gone", "throttling", "failing", "far-too-busy", "dropping")
PAGES = ("page", "page", "page", "missing", "flaky", "reset", "away", "away", "file", "circle")


class RandomWeb:
    """
    Hosts and pages of all kinds, the same for the same seed.

    It keeps the rules itself: who is asked too often at once, too early, or in a pause.
    """

    def __init__(self, seed: int, number: int) -> None:
        chance = random.Random(seed)  # noqa: S311  not for secrets
        kinds = [*WHOLE, *BROKEN, *(chance.choice(WHOLE + BROKEN) for _ in range(number - 12))]
        self.hosts = {
            f"{f'u{n}.github.com' if kind == 'guarded' else f'{kind}{n}.example'}": kind
            for n, kind in enumerate(kinds)
        }
        self.truth: dict[str, int | str] = {}
        self.manners = self._watched()
        self.paces: dict[str, Pace] = {}
        self.clock = OrderedClock()
        self.faults: list[str] = []
        self.asked: Counter[str] = Counter()
        self.most = 0
        self._chance = chance
        self._busy: Counter[str] = Counter()
        self._answered: set[str] = set()
        self._next_start: defaultdict[str, float] = defaultdict(float)
        self._targets: dict[str, str] = {}
        self._sick: Counter[str] = Counter()
        self._is_gone = {host for host, kind in self.hosts.items() if kind == "gone"}

    def _watched(self) -> Manners:
        web = self

        class Watched(Manners):
            def pace_of(self, host: str) -> Pace:
                web.paces[host] = Manners.pace_of(self, host)
                return web.paces[host]

        return Watched(requests_at_once=8)

    def links(self, number: int) -> list[str]:
        """Make so many links, and note what is true of those that can be known."""
        hosts = list(self.hosts)
        made = []
        for n in range(number):
            host, page = self._chance.choice(hosts), self._chance.choice(PAGES)
            suffix = ".pdf" if page == "file" else ""
            url = f"https://{host}/{page}/{n}{suffix}"
            made.append(url)
            if page == "away":
                self._targets[url] = self._chance.choice([*made, f"https://{host}/page/{n}x"])
        self.truth = {url: truth for url in made if (truth := self._truth(url)) is not None}
        return made

    def _truth(self, url: str) -> int | str | None:
        seen = set()
        while url in self._targets:
            if self.hosts[httpx.URL(url).host] not in WHOLE or url in seen:
                return None
            seen.add(url)
            url = self._targets[url]
        if self.hosts[httpx.URL(url).host] not in WHOLE or len(seen) > 9:
            return None
        known: dict[str, int | str] = {"missing": 404, "circle": "protocol"}
        return known.get(url.split("/")[3], 200)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Watch the rules, take a time, and answer."""
        if request.headers["accept"] == "*/*":
            return httpx.Response(200)  # a witness for our own network, past the pace
        host = request.url.host
        self._watch(host)
        for name in (host, "all"):
            self._busy[name] += 1
        try:
            await self.clock.sleep(self._seconds(host))
            response = self._answer(request)
            self._answered.add(host)
            return response
        finally:
            for name in (host, "all"):
                self._busy[name] -= 1

    def _watch(self, host: str) -> None:
        now = self.clock.monotonic()
        if now < self._next_start[host] - 1e-6:
            self.faults.append(f"{host} at {now}, not before {self._next_start[host]}")
        self._next_start[host] = now + self.paces[host].interval
        two = host in self._answered and self.hosts[host] != "guarded"
        if self._busy[host] >= (2 if two else 1):
            self.faults.append(f"{host} has {self._busy[host]} under way")
        self.most = max(self.most, self._busy["all"] + 1)
        self.asked[host] += 1

    def _seconds(self, host: str) -> float:
        slow = {"silent": 20.0, "gone": 0.01}.get(self.hosts[host])
        return self._chance.choice([0.02, 0.05, 0.3, 2.0]) if slow is None else slow

    def _answer(self, request: httpx.Request) -> httpx.Response:
        host, kind = request.url.host, self.hosts[request.url.host]
        if kind == "gone":
            return no_such_host(request)
        if kind == "silent" or (kind == "dropping" and self._chance.random() < 0.5):
            raise httpx.ReadTimeout("")
        if kind in ("failing", "far-too-busy"):
            far = {"retry-after": "9999"} if kind == "far-too-busy" else {}
            return httpx.Response(503, headers=far)
        self._sick[host] += 1
        if kind == "throttling" or (kind == "quick-tempered" and self._sick[host] % 9 == 6):
            return self._complain(host, self._chance.choice([1, 7]))
        if kind == "no-head" and request.method == "HEAD":
            return httpx.Response(405)
        return self._page(str(request.url))

    def _complain(self, host: str, seconds: int) -> httpx.Response:
        pause_ends = self.clock.monotonic() + seconds
        self._next_start[host] = max(self._next_start[host], pause_ends)
        return throttle(seconds)

    def _page(self, url: str) -> httpx.Response:
        page = url.split("/")[3]
        self._sick[url] += 1
        if page == "flaky" and self._sick[url] == 1:
            return httpx.Response(self._chance.choice([500, 502, 503]))
        if page == "reset" and self._sick[url] == 1:
            raise httpx.ReadError("reset")
        if page == "circle":
            return httpx.Response(302, headers={"location": url})
        if page == "away" and url in self._targets:
            return httpx.Response(302, headers={"location": self._targets[url]})
        return httpx.Response(404 if page == "missing" else 200)


def source_of(web: RandomWeb, **client: float | None) -> WebSource:
    """Return a source whose network is this web."""
    return WebSource(
        HttpClient(
            transport=httpx.MockTransport(web.handle_async_request),
            clock=web.clock,
            user_agent="test/1",
            **client,  # type: ignore[arg-type]
        ),
        web.manners,
    )


async def ask_all(source: WebSource, keys: list[str]) -> dict[str, int | str | None]:
    """Return what came of each key; every key comes once, and it ends."""
    outcomes: dict[str, Outcome[Probe]] = {}
    async with asyncio.timeout(60):
        async for key, outcome in source.fetch_many(keys):
            assert key not in outcomes
            outcomes[key] = outcome
    assert sorted(outcomes) == sorted(keys)
    return statuses(outcomes)


@pytest.mark.anyio
@pytest.mark.parametrize("seed", range(6))
async def test_random_web_is_asked_by_the_rules_and_known_in_the_end(seed: int) -> None:
    """Bounds, paces and pauses hold for every host; what can be known is known, none is lost."""
    web = RandomWeb(seed, 36)
    keys = web.links(400)

    came = await ask_all(source_of(web), keys)

    assert web.faults == []
    assert web.most <= 8
    assert {key: came[key] for key in web.truth} == web.truth
    assert len(web.truth) > 100
    assert web.clock.monotonic() < 1800


@pytest.mark.anyio
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "bound", [{"deadline": 0.5}, {"deadline": 15.0}, {"max_requests": 60}, {"stop": 12.0}]
)
async def test_random_web_that_has_to_end_early_tells_nothing_wrong(
    seed: int, bound: dict[str, float]
) -> None:
    """Whatever ends the run: every key has an outcome, and what was found is true."""
    web = RandomWeb(seed, 30)
    keys = web.links(250)
    stop = bound.get("stop")
    source = source_of(web, **({} if stop else bound))

    async def interrupt() -> None:
        if stop is not None:
            await web.clock.sleep(stop)
            source._client.stop("interrupted")

    task = asyncio.create_task(interrupt())
    came = await ask_all(source, keys)
    await task

    assert web.faults == []
    unsent = {"budget", "interrupted", "closed"}
    assert unsent & set(came.values())
    true = {key: what for key, what in came.items() if key in web.truth and what not in unsent}
    assert true == {key: web.truth[key] for key in true}
    assert sum(web.asked.values()) <= bound.get("max_requests", 10_000)
    assert web.clock.monotonic() <= bound.get("deadline", stop or 10_000) + 40.0


def leading(pages: dict[str, str]) -> Callable[[httpx.Request], httpx.Response]:
    """Return a handler whose paths have these refreshes, or say 404 where none is known."""

    def page(request: httpx.Request) -> httpx.Response:
        declared = pages.get(request.url.path)
        if declared is None:
            return httpx.Response(404)
        text = f"<title>A</title><meta http-equiv='refresh' content='{declared}'>"
        return httpx.Response(200, html=text if declared else "<title>A</title>")

    return page


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("pages", "code", "asked"),
    [
        ({"/paper": "0; url=/gone"}, "not-found", 2),
        ({"/paper": "0; url=/new", "/new": ""}, "permanent-redirect", 2),
        ({"/paper": "3; url=/new", "/new": ""}, "ok", 2),
        ({"/paper": "0; url=/paper/latest", "/paper/latest": ""}, "ok", 2),
        ({"/paper": "0; url=/paper"}, "ok", 1),
        ({"/paper": "0; url=#top"}, "ok", 1),
        ({"/paper": "0; url=/b", "/b": "0; url=/paper"}, "redirect-loop", 2),
        ({"/paper": "0; url=/b", "/b": "0; url=/c", "/c": "0; url=/b"}, "redirect-loop", 3),
        ({"/paper": "0; url=/b", "/b": "0; url=/b#x"}, "permanent-redirect", 2),
        ({"/paper": "5; url=/b", "/b": "0; url=/paper"}, "ok", 2),
        ({"/paper": "0; url=/b", "/b": "5; url=/paper"}, "ok", 2),
        (
            {"/paper": "0; url=/1"} | {f"/{n}": f"0; url=/{n + 1}" for n in range(1, 20)},
            "redirect-loop",
            11,
        ),
        ({"/paper": "0; url=javascript:alert(1)"}, "ok", 1),
        ({"/paper": "0; url=https://arxiv.org/abs/2305.00447"}, "arxiv-redirect", 1),
        ({"/paper": "0; url=http://127.0.0.1/"}, "private-address", 1),
    ],
)
async def test_page_that_leads_on_is_followed(pages: dict[str, str], code: str, asked: int) -> None:
    """As browsers do: a page that stays for a while is there, a circle without a rest is none."""
    world = World(leading(pages))

    assert judge_probe(await world.probe()).reason_code == code
    assert len(world.asked) == asked


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("status", "code"), [(404, "not-found"), (200, "ok"), (401, "gone-or-private")]
)
async def test_page_decides_where_its_interface_says_nothing(status: int, code: str) -> None:
    """A deleted model is not "closed to robots" for ever."""
    model = "https://huggingface.co/owner/model"

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(401 if request.url.path.startswith("/api/") else status)

    world = World(answer)

    assert judge_probe(await world.probe(model)).reason_code == code
    assert [url for _, url, _ in world.asked] == [
        "https://huggingface.co/api/models/owner/model",
        model,
    ]


# --- what is right for one host ---------------------------------------------------------------


@pytest.mark.anyio
@pytest.mark.parametrize("status", [403, 406, 500, 503])
async def test_a_status_that_is_right_costs_one_get(status: int) -> None:
    """It is asked neither again nor in another way; elsewhere it is as ever."""
    accepted = Manners(accepted={"lab.example": frozenset({status})})
    world = World(lambda _: httpx.Response(status), accepted)

    assert (await world.probe()).status == status
    assert world.methods == ["GET"]

    other = World(lambda _: httpx.Response(status), accepted)
    assert (await other.probe("https://other.example/paper")).status == status
    assert len(other.methods) == 2


@pytest.mark.anyio
async def test_a_status_that_is_right_does_not_slow_its_host_down() -> None:
    """Forty pages that answer 503 are through in seconds."""
    keys = [f"https://lab.example/{n}" for n in range(40)]
    accepted = Manners(accepted={"lab.example": frozenset({503})})
    world = World(lambda _: httpx.Response(503), accepted, clock=OrderedClock())

    await world.ask(*keys)

    assert len(world.methods) == 40
    assert world.clock.monotonic() < 15.0
