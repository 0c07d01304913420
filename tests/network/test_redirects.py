"""Where redirects lead, and when a chain of them ends."""

import httpx
import pytest

from pipeline.network.http_client import HttpClient
from pipeline.network.redirects import (
    IN_A_CIRCLE,
    MAX_HOPS,
    WITHOUT_END,
    Trail,
    follow,
    has_wandered,
    redirect_target,
)
from pipeline.network.service import Answer
from pipeline.urls import MAX_URL_LENGTH
from tests.network.test_http_client import ONCE, answers, client_of

HERE = "https://lab.example/a/b?q=1"


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("../z#f", "https://lab.example/z#f"),
        ("c", "https://lab.example/a/c"),
        ("/c?d", "https://lab.example/c?d"),
        ("?d", "https://lab.example/a/b?d"),
        ("#f", "https://lab.example/a/b?q=1#f"),
        ("", "https://lab.example/a/b?q=1"),
        ("//other.example", "https://other.example/"),
        ("///other.example/y", "https://other.example/y"),
        ("////other.example/y", "https://other.example/y"),
        ("https:///other.example/y", "https://other.example/y"),
        ("http:other.example/y", "http://other.example/y"),
        ("http:/other.example/y", "http://other.example/y"),
        ("https:/c", "https://lab.example/c"),
        ("https:c", "https://lab.example/a/c"),
        ("\\y", "https://lab.example/y"),
        ("\\\\other.example\\y", "https://other.example/y"),
        ("/\\other.example/y", "https://other.example/y"),
        ("/c?x=\\y", "https://lab.example/c?x=\\y"),
        (" /c\td ", "https://lab.example/cd"),
        ("ht\ttps://other.example/", "https://other.example/"),
        ("/a b", "https://lab.example/a%20b"),
        ("/%2e%2e/c", "https://lab.example/c"),
        ("/straße", "https://lab.example/stra%C3%9Fe"),
        ("https://faß.example/", "https://xn--fa-hia.example/"),
        ("https://m%C3%BCnchen.example/", "https://xn--mnchen-3ya.example/"),
        ("//oth%65r.example:8080/", "https://other.example:8080/"),
        ("https://🕸💍.ws", "https://xn--sr8hvo.ws/"),
        ("HTTPS://Other.Example:443/", "https://other.example/"),
        ("https://other.example:08443/", "https://other.example:8443/"),
        ("https://user:word@other.example/", "https://other.example/"),
        ("https://other.example\\@evil.example/", "https://other.example/@evil.example/"),
        ("https://0x7f.1/", "https://127.0.0.1/"),
        ("//[::1]:8080/", "https://[::1]:8080/"),
    ],
)
def test_location_is_read_as_browsers_do(location: str, target: str) -> None:
    """URL Standard, section 4.4, for the schemes that servers may lead to."""
    assert redirect_target(HERE, location) == target
    assert redirect_target(target, "") == target.partition("#")[0]


@pytest.mark.parametrize(
    "location",
    [
        "mailto:x@y",
        "javascript:alert(1)",
        "data:text/html,x",
        "foo:1",
        "https://",
        "//",
        "///",
        "https://xn--0.com/",
        "https://a..b/",
        "https://a b/",
        "https://[::1/",
        "https://other.example:99999/",
        "https://other.example:x/",
        "https://evil%40other.example/",
        "https://evil%2Fother.example/",
        "https://other.example%3A80x/",
        "https://other.example%3A80/",
        "https://1.2.3.4.5/",
        "/" + "x" * 9000,
    ],
)
def test_location_that_is_no_web_address(location: str) -> None:
    """Nobody is asked, and nothing is raised."""
    assert redirect_target(HERE, location) is None


@pytest.mark.anyio
async def test_follow_keeps_the_whole_chain() -> None:
    """Every hop is an answer of its own; the last one is the end."""

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/a":
            return httpx.Response(301, headers={"location": "/b"})
        return httpx.Response(200)

    client, _ = client_of(handler)
    async with client:
        chain = await follow(client, ONCE, "GET", "https://a.example/a")

    assert [(answer.status, answer.url) for answer in chain] == [
        (301, "https://a.example/a"),
        (200, "https://a.example/b"),
    ]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("location", "failure"),
    [
        ("/", "protocol"),
        ("javascript:alert(1)", "invalid-url"),
        ("file:///etc/passwd", "invalid-url"),
        ("http://[", "invalid-url"),
        ("http://127.0.0.1/", "refused-address"),
    ],
)
async def test_follow_ends_at_a_bad_target(location: str, failure: str) -> None:
    """Loops, odd schemes, nonsense and private addresses end the chain with their own words."""
    client, _ = client_of(answers(httpx.Response(302, headers={"location": location})))
    async with client:
        chain = await follow(client, ONCE, "GET", "https://a.example/")

    assert chain[-1].failure == failure
    assert client.requests["web"] == 1


@pytest.mark.anyio
async def test_follow_ends_after_ten_redirects() -> None:
    """An endless chain costs eleven requests and no more."""

    def handler(request: httpx.Request) -> httpx.Response:
        step = int(request.url.path[1:] or 0)
        return httpx.Response(302, headers={"location": f"/{step + 1}"})

    client, _ = client_of(handler)
    async with client:
        chain: list[Answer] = await follow(client, ONCE, "GET", "https://a.example/")

    assert chain[-1].failure == "protocol"
    assert client.requests["web"] == 11


def lines(*values: tuple[str, str | bytes]) -> httpx.Response:
    """Return a redirect with these header lines."""
    raw = [
        (name.encode(), value if isinstance(value, bytes) else value.encode())
        for name, value in values
    ]
    return httpx.Response(302, headers=raw)


async def chain_of(*given: int | httpx.Response) -> list[Answer]:
    """Follow these answers from one page."""
    client, _ = client_of(answers(*given))
    async with client:
        return await follow(client, ONCE, "GET", "https://a.example/")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("value", "asked"),
    [
        ("/straße".encode(), "https://a.example/stra%C3%9Fe"),
        ("/straße".encode("latin-1"), "https://a.example/stra%DFe"),
        ("https://faß.example/".encode(), "https://xn--fa-hia.example/"),
    ],
)
async def test_bytes_of_a_location_are_kept(value: bytes, asked: str) -> None:
    """A server means its own bytes, in whichever encoding they are."""
    chain = await chain_of(lines(("location", value)), 200)

    assert chain[-1].url == asked


@pytest.mark.anyio
async def test_of_two_locations_the_first_counts() -> None:
    """Joined by a comma they are nobody's address."""
    chain = await chain_of(lines(("Location", "/b"), ("location", "/c")), 200)

    assert [answer.url for answer in chain] == ["https://a.example/", "https://a.example/b"]


class Site:
    """A site by its handler, and the cookies that came with each request."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.client: HttpClient

    async def follow(self, handler: dict[str, httpx.Response], url: str) -> list[Answer]:
        """Follow from `url`; addresses that are not in `handler` are there."""

        def page(request: httpx.Request) -> httpx.Response:
            cookie = request.headers.get("cookie")
            self.asked.append((str(request.url), cookie))
            known = handler.get(f"{request.url} {cookie}") or handler.get(str(request.url))
            return known or httpx.Response(200)

        client, _ = client_of(page)
        async with client:
            return await follow(client, ONCE, "GET", url)


@pytest.mark.anyio
async def test_redirect_that_wants_its_cookie_back_is_no_circle() -> None:
    """The site asks for the cookie once, and then shows the page."""
    site, url = Site(), "https://a.example/"
    pages = {
        f"{url} None": lines(("location", "/"), ("set-cookie", "seen=1; Path=/; HttpOnly")),
        f"{url} seen=1": httpx.Response(200),
    }
    chain = await site.follow(pages, url)

    assert [answer.status for answer in chain] == [302, 200]
    assert site.asked == [(url, None), (url, "seen=1")]


@pytest.mark.anyio
async def test_cookie_of_the_same_name_is_a_circle() -> None:
    """A new session in each answer leads nowhere, however often it is brought."""
    count = iter(range(100))

    def page(request: httpx.Request) -> httpx.Response:
        return lines(("location", "/"), ("set-cookie", f"session={next(count)}"))

    client, _ = client_of(page)
    async with client:
        chain = await follow(client, ONCE, "GET", "https://a.example/")

    assert has_wandered(chain[-1])
    assert chain[-1].detail == IN_A_CIRCLE
    assert client.requests["web"] == 4


@pytest.mark.anyio
@pytest.mark.parametrize(
    "cookie",
    [
        'a={"x":"y, z"}',
        "a=b\\c",
        "a=" + "x" * 4000,
        "a=日本語",
        "a[x]=1",
        "xyz",
        "a=",
        "a=x=y",
        "a=one\ttwo",
    ],
)
async def test_cookie_is_brought_back_as_it_came(cookie: str) -> None:
    """Whatever browsers take for one: any bytes but those of control, no name, 4,096 bytes."""
    url = "https://a.example/"

    def page(request: httpx.Request) -> httpx.Response:
        brought = dict(request.headers.raw).get(b"Cookie")
        if brought == cookie.encode():
            return httpx.Response(200)
        return lines(("location", "/"), ("set-cookie", cookie))

    client, _ = client_of(page)
    async with client:
        chain = await follow(client, ONCE, "GET", url)

    assert [answer.status for answer in chain] == [302, 200]


@pytest.mark.anyio
async def test_cookie_that_counts_is_no_circle() -> None:
    """The value that is wanted comes with the second answer, or the third."""
    url = "https://a.example/"
    pages = {
        f"{url} None": lines(("location", "/"), ("set-cookie", "n=1")),
        f"{url} n=1": lines(("location", "/"), ("set-cookie", "n=2")),
        f"{url} n=2": lines(("location", "/"), ("set-cookie", "n=3")),
        f"{url} n=3": httpx.Response(200),
    }
    chain = await Site().follow(pages, url)

    assert [answer.status for answer in chain] == [302, 302, 302, 200]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("cookie", "sent"),
    [
        ("x=1", None),
        ("x=1; Domain=a.example", None),
        ("x=1; Domain=.example", None),
        ("x=1; Domain=b.example", None),
    ],
)
async def test_cookie_stays_with_its_site(cookie: str, sent: str | None) -> None:
    """Another host gets none, whatever the cookie says."""
    site = Site()
    pages = {"https://a.example/": lines(("location", "//b.example/"), ("set-cookie", cookie))}
    await site.follow(pages, "https://a.example/")

    assert site.asked[-1] == ("https://b.example/", sent)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("cookie", "target", "sent"),
    [
        ("x=1; Domain=lab.example", "https://www.lab.example/", "x=1"),
        ("x=1", "https://www.lab.example/", None),
        ("x=1; Domain=www.lab.example", "https://www.lab.example/", None),
        ("x=1; Secure", "http://id.lab.example/p", None),
        ("x=1; Secure", "https://id.lab.example/p", "x=1"),
        ("x=1; Domain=id.lab.example", "https://a.id.lab.example/", None),
        ("x=1; Max-Age=0", "https://id.lab.example/p", None),
        ("x=1; Max-Age=-5", "https://id.lab.example/p", None),
        ("x=1; Max-Age=60", "https://id.lab.example/p", "x=1"),
        ("x=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "https://id.lab.example/p", None),
        ("x=1; Expires=nonsense", "https://id.lab.example/p", "x=1"),
        ("x y=1", "https://id.lab.example/p", None),
        ("x=a\x01b", "https://id.lab.example/p", None),
        ("x=" + 4096 * "y", "https://id.lab.example/p", None),
        ("=", "https://id.lab.example/p", None),
        ("nothing", "https://id.lab.example/p", "nothing"),
    ],
)
async def test_cookie_goes_where_it_says(cookie: str, target: str, sent: str | None) -> None:
    """Within the site that set it (RFC 6265, section 5.4)."""
    site, url = Site(), "https://id.lab.example/"
    await site.follow({url: lines(("location", target), ("set-cookie", cookie))}, url)

    assert site.asked[-1] == (target, sent)


@pytest.mark.anyio
async def test_cookies_end_with_their_chain() -> None:
    """The next question to the same host brings none."""
    site, url = Site(), "https://a.example/"
    pages = {url: lines(("location", "/b"), ("set-cookie", "x=1"), ("set-cookie", "y=2"))}
    await site.follow(pages, url)
    await site.follow(pages, url)

    assert site.asked == 2 * [(url, None), ("https://a.example/b", "x=1; y=2")]


@pytest.mark.anyio
@pytest.mark.parametrize(("last", "sent"), [("x=2", "x=2"), ("x=2; Max-Age=0", None)])
async def test_later_cookie_of_a_name_takes_the_place_of_the_first(
    last: str, sent: str | None
) -> None:
    """Of one host; also where it takes the first one back."""
    site, url = Site(), "https://a.example/"
    pages = {
        url: lines(("location", "/b"), ("set-cookie", "x=1")),
        f"{url}b": lines(("location", "/c"), ("set-cookie", last)),
    }
    await site.follow(pages, url)

    assert site.asked == [(url, None), (f"{url}b", "x=1"), (f"{url}c", sent)]


@pytest.mark.parametrize("length", [MAX_URL_LENGTH + 1, 100_000])
def test_location_of_endless_length_leads_nowhere(length: int) -> None:
    """No browser goes there, and nothing is built of it."""
    assert redirect_target("https://a.example/", "#" + "x" * (length - 1)) is None
    assert redirect_target("https://a.example/", "x" * length) is None


def test_endless_chains_have_wandered() -> None:
    """Both words for it are known as such."""
    for words in (IN_A_CIRCLE, WITHOUT_END):
        assert has_wandered(Answer("GET", HERE, failure="protocol", detail=words))
    assert not has_wandered(Answer("GET", HERE, failure="protocol", detail="not HTTP"))


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b#top", "https://lab.example/b#top"),
        ("/b#", "https://lab.example/b"),
        ("/b#a b", "https://lab.example/b"),
        ("/b#" + "x" * 301, "https://lab.example/b"),
    ],
)
def test_fragment_is_kept_where_it_is_plain(location: str, target: str) -> None:
    """The rest of the address stands whatever it is."""
    assert redirect_target("https://lab.example/a", location) == target


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("location", ["/0", "mailto:x", "/next"])
def test_end_of_a_trail_knows_how_it_was_asked(method: str, location: str) -> None:
    """In a circle, at no address, after too many: a HEAD that was led round is asked by GET."""
    trail = Trail("https://lab.example/0")
    for number in range(1, MAX_HOPS + 1):
        following = trail.led_on(Answer(method, trail.url, 302), f"/{number}")
        assert isinstance(following, Trail)
        trail = following

    end = trail.led_on(Answer(method, trail.url, 302), location)

    assert isinstance(end, Answer)
    assert end.method == method
