"""Tests of `pipeline.urls`."""

from collections.abc import Callable

import httpx
import pytest

from pipeline.urls import (
    MAX_URL_LENGTH,
    Target,
    ascii_host,
    drops_address,
    host_of,
    repaired_url,
    request_key,
    site_of,
    target_of,
    url_fault,
)

USABLE = [
    "https://arxiv.org/abs/2305.00447",
    "HTTP://Example.ORG",
    "http://example.org:8080/a?b=c#d",
    "https://user:word@example.org/",
    "https://münchen.example/straße",
    "https://例え.jp/",
    "http://127.0.0.1:8000/x",
    "http://[::1]:80/x",
    "https://example.org/a(b)c,d;e",
    "https://a_b.example.org/~user/%7Euser",
    "https://example.org./",
    "https://web.archive.org/web/2020/https://example.org/",
    "https://example.org/" + "a" * (MAX_URL_LENGTH - 20),
]


@pytest.mark.parametrize("url", USABLE)
def test_usable_targets_have_no_fault_and_need_no_repair(url: str) -> None:
    """A URL that can be asked has no fault; the HTTP library takes it, and its key, too."""
    assert url_fault(url) is None
    assert repaired_url(url) is None
    assert httpx.URL(url).host
    assert httpx.URL(request_key(url)).host


@pytest.mark.parametrize(
    ("url", "fault", "repaired"),
    [
        ("htttps://example.org/a", "scheme", "https://example.org/a"),
        ("ttps://example.org/a", "scheme", "https://example.org/a"),
        ("hptt://example.org/a", "scheme", "http://example.org/a"),
        ("https:/example.org/a", "slashes", "https://example.org/a"),
        ("https:example.org/a", "slashes", "https://example.org/a"),
        ("https:///example.org/a", "host is missing", "https://example.org/a"),
        ("https//example.org/a", "https:// is misspelled", "https://example.org/a"),
        ("https;//example.org/a", "https:// is misspelled", "https://example.org/a"),
        ("https:\\\\example.org\\a", "slashes", "https://example.org/a"),
        ("https://example.org\\a", "backslash", "https://example.org/a"),
        ("https://https://example.org/a", "two schemes", "https://example.org/a"),
        ("http://https:/example.org/a", "two schemes", "https://example.org/a"),
        ("//example.org/a", "https:// is missing", "https://example.org/a"),
        ("www.example.org/a", "https:// is missing", "https://www.example.org/a"),
        ("arxiv.org/abs/2305.00447", "https:// is missing", "https://arxiv.org/abs/2305.00447"),
        ("((https://example.org/a))", "before https://", "https://example.org/a"),
        ("<https://example.org/a>", "before https://", "https://example.org/a"),
        (" https://example.org/a\n", "white space", "https://example.org/a"),
        ("https:// example.org/a", "white space", "https://example.org/a"),
        ("https://example.org/a b.pdf", "white space", "https://example.org/a%20b.pdf"),
        ("https://example.org/a\u200b", "invisible", "https://example.org/a"),
        ("", "empty", None),
        ("   ", "empty", None),
        ("paper.pdf", "https:// is missing", None),
        ("#section", "https:// is missing", None),
        ("/abs/2305.00447", "https:// is missing", None),
        ("javascript:alert(1)", "not http", None),
        ("data:text/html,x", "not http", None),
        ("mailto:someone@example.org", "not http", None),
        ("ftp://example.org/a", "not http", None),
        ("file:///etc/passwd", "not http", None),
        ("https://", "host is missing", None),
        ("https://?q=1", "host is missing", None),
        ("https://user@/a", "host is missing", None),
        ("https://example .org/a", "white space", None),
        ("https://example..org/a", "host", None),
        ("https://.example.org/a", "host", None),
        ("https://exa(mple.org/a", "host", None),
        ("https://%2Fexample.org/a", "host", None),
        (f"https://{'a' * 64}.org/", "host", None),
        (f"https://{'a.' * 130}org/", "host", None),
        ("https://xn--" + "é" * 70 + ".org/", "host", None),
        ("https://256.1.1.1/", "host", None),
        ("https://[::g]/", "host", None),
        ("https://example.org:99999/", "port", None),
        ("https://example.org:x/", "port", None),
        ("https://example.org/a\x00b", "control", None),
        ("https://example.org/a\r\nX-Header: b", "white space", None),
        ("https://example.org/\ud800", "control", None),
        ("https://example.org/" + "a" * MAX_URL_LENGTH, "longer", None),
    ],
)
def test_faulty_targets(url: str, fault: str, repaired: str | None) -> None:
    """A target that cannot be asked says why, and is repaired only where that is certain."""
    assert fault in (url_fault(url) or "")
    if "X-Header" not in url:
        assert repaired_url(url) == repaired


def test_line_breaks_never_reach_a_request() -> None:
    """A line break inside a target is dropped as browsers do, so that no header can be smuggled."""
    repaired = repaired_url("https://example.org/a\r\nX: b")

    assert repaired == "https://example.org/aX:%20b"
    assert "\n" not in request_key("https://example.org/a\r\nX: b")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HTTPS://Example.ORG/A", "https://example.org/A"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("http://example.org:80/a", "http://example.org/a"),
        ("https://example.org/a#b", "https://example.org/a"),
        ("https://example.org/a/./b/../c", "https://example.org/a/c"),
        ("https://example.org/a/b/%2e%2E/./%2e/c", "https://example.org/a/c"),
        ("https://example.org/%7euser", "https://example.org/~user"),
        ("https://example.org/%e4", "https://example.org/%E4"),
        ("https://example.org/ä?ö", "https://example.org/%C3%A4?%C3%B6"),
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("https://münchen.example/", "https://xn--mnchen-3ya.example/"),
        ("https://ex%61mple.org/a", "https://example.org/a"),
        ("https:/example.org/a", "https://example.org/a"),
    ],
)
def test_two_spellings_of_one_request_have_one_key(one: str, other: str) -> None:
    """What RFC 3986 calls equivalent is asked once."""
    assert request_key(one) == request_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://example.org/", "https://example.org/"),
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/a", "https://example.org/a/"),
        ("https://example.org/a", "https://example.org/a?b"),
        ("https://example.org/a%2Fb", "https://example.org/a/b"),
        ("https://example.org:8443/", "https://example.org/"),
        ("https://one@example.org/", "https://two@example.org/"),
        ("javascript:a", "javascript:b"),
    ],
)
def test_two_requests_keep_two_keys(one: str, other: str) -> None:
    """What a server may answer differently is asked twice."""
    assert request_key(one) != request_key(other)


@pytest.mark.parametrize("url", [*USABLE, "https://example.org/a b?c d", "", "x", "ftp://a"])
def test_request_key_is_stable(url: str) -> None:
    """The key of a key is the key."""
    assert request_key(request_key(url)) == request_key(url)


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        ("", "https:"),
        ("https://", "a."),
        ("https://", "é"),
        ("https://example.org/", "../"),
        ("https://example.org/", "%"),
        ("", "("),
        ("", "h"),
        ("https://", "["),
        ("https://example.org/", " "),
        ("https://", "@"),
    ],
)
@pytest.mark.parametrize("length", [MAX_URL_LENGTH, 100 * MAX_URL_LENGTH])
def test_hostile_targets_take_linear_time(
    start: str, piece: str, length: int, growth: Callable[..., float]
) -> None:
    """No target takes longer than its length allows, be it usable or far too long."""
    eighth = (length - len(start)) // 8 // len(piece)

    def ask_everything(url: str) -> None:
        url_fault(url), repaired_url(url), request_key(url)

    assert growth(lambda times: start + piece * times, ask_everything, small=eighth) < 24


@pytest.mark.parametrize(
    ("url", "repaired", "dropped"),
    [
        ("https://a.org/xhttps://b.org/y", "https://a.org/x", True),
        ("https://a.org/x (www.b.org/y)", "https://a.org/x", True),
        ("[https://a.org/x](https://b.org/y)", "https://b.org/y", True),
        ("https://a.org/x%20(https://a.org/x)", "https://a.org/x", False),
        ("https://https://a.org/x", "https://a.org/x", False),
        ("https://www.a.org/x y", "https://www.a.org/x%20y", False),
        ("https://a.org/web/https://b.org/y z", "https://a.org/web/https://b.org/y%20z", False),
        ("((https://a.org/x", "https://a.org/x", False),
        ("", "", False),
    ],
)
def test_repair_that_loses_an_address_is_known(url: str, repaired: str, dropped: bool) -> None:
    """Of two that are glued together none may go; the same one twice is one."""
    assert drops_address(url, repaired) is dropped


@pytest.mark.parametrize(
    "url", ["https//github.com@evil.example/x", "http:/arxiv.org@evil.example/abs/2305.00447"]
)
def test_repair_with_a_user_name_is_left_to_a_person(url: str) -> None:
    """Many take what stands before the @ for the host."""
    assert url_fault(url) is not None
    assert repaired_url(url) is None


@pytest.mark.parametrize(
    ("host", "asked"),
    [
        ("Lab.Example", "lab.example"),
        ("lab.example.", "lab.example."),
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("faß.example", "xn--fa-hia.example"),  # IDNA 2003 asks somebody else: fass.example
        ("βόλος.example", "xn--nxasmm1c.example"),
        ("🕸💍.ws", "xn--sr8hvo.ws"),
        ("ma🔥ß.ws", "xn--ma-hia39332c.ws"),
        ("xn--sr8hvo.ws", "xn--sr8hvo.ws"),
        ("a_b.é.example", "a_b.xn--9ca.example"),
        ("-a.example", "-a.example"),
        ("ＬＡＢ。example", "lab.example"),
        ("xn--0.com", None),
        ("a.xn--.com", None),
        ("lab..example", None),
        ("a/b", None),
        ("l%61b.example", "lab.example"),
        ("L%41B%2Eexample", "lab.example"),
        ("m%C3%BCnchen.example", "xn--mnchen-3ya.example"),
        ("%31%32%37.1", "127.0.0.1"),
        ("lab%2eexample%2e", "lab.example."),
        ("lab.example%2Fx", None),
        ("lab.example%3A80", None),
        ("user%40lab.example", None),
        ("lab.example%23", None),
        ("lab.example%00", None),
        ("lab.example%20", None),
        ("lab%2561.example", None),  # decoded once only
        ("%5B::1%5D", None),
        ("lab%zz.example", None),
        ("%ff.example", None),
        ("%", None),
        ("℀.example", None),  # becomes `a/c`
        ("\u2488.example", None),  # becomes `1..example`
        ("", None),
        ("①②⑦.0.0.1", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("017700000001.", "127.0.0.1"),
        ("1.0x7f", "1.0.0.127"),
        ("lab.0x1", None),
        ("lab.1", None),
        ("1.2.3.4.5", None),
        ("4294967296", None),
        ("[::1]", "[::1]"),
        ("[::1", None),
        ("[fe80::1%25eth0]", None),
        ("[1.2.3.4]", None),
    ],
)
def test_host_is_the_one_that_browsers_ask(host: str, asked: str | None) -> None:
    """UTS 46 as in the URL Standard, section 3.5, and what it refuses by the codec of 2003."""
    assert ascii_host(host) == asked
    assert asked is None or ascii_host(asked) == asked


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://lab.example/a", "lab.example"),
        ("https://Lab.Example:8080/a", "lab.example"),
        ("https://user@lab.example./a", "lab.example"),
        ("https://github.com:pw@lab.example/", "lab.example"),
        ("https://faß.example?q", "xn--fa-hia.example"),
        ("https://xn--0.com/", ""),
        ("https://lab.example\\@evil.example/", "lab.example"),
        ("http://[::1]/", "::1"),
        ("http://0x7f.1/", "127.0.0.1"),
        ("http://[::1", ""),
        ("no url", ""),
    ],
)
def test_host_of(url: str, host: str) -> None:
    """Whatever it is, there is an answer, and it is ASCII."""
    assert host_of(url) == host


@pytest.mark.parametrize("url", ["https://xn--0.com/", "https://℀.example/", "https://a.1/x"])
def test_host_that_no_browser_takes_is_a_fault(url: str) -> None:
    """It is said in one sentence, and never raised."""
    assert "host" in (url_fault(url) or "")
    assert request_key(url) == url


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("example.org", "example.org"),
        ("a.b.Example.org.", "example.org"),
        ("cs.uni.ac.uk", "uni.ac.uk"),
        ("www.gov.br", "www.gov.br"),
        ("lab.github.io", "lab.github.io"),
        ("a.lab.github.io", "lab.github.io"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("", ""),
    ],
)
def test_site_is_what_somebody_has_registered(host: str, site: str) -> None:
    """By the shapes of public suffixes, and those below which everybody may have a site."""
    assert site_of(host) == site


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://www.Example.org", Target("example.org", (), "")),
        ("HTTPS://a.example.org//x//y/", Target("a.example.org", ("x", "y"), "")),
        ("https://a.example.org/x%2Fy%20z", Target("a.example.org", ("x", "y z"), "")),
        ("https://a.example.org/x?k=v?w#f?g", Target("a.example.org", ("x",), "k=v?w")),
        ("https://a.example.org/x#f?g#h", Target("a.example.org", ("x",), "")),
        ("https://a.example.org:443/x?k=v#f", Target("a.example.org", ("x",), "k=v")),
        ("https://a.example.org?k=v", Target("a.example.org", (), "k=v")),
        ("htps://a.example.org/x", Target("a.example.org", ("x",), "")),
        ("https://", None),
    ],
)
def test_targets_are_taken_apart(url: str, target: Target | None) -> None:
    """Plain addresses take a short way, all others the long one, to the same parts."""
    assert target_of(url) == target
