"""What the first bytes of a page say."""

from collections.abc import Callable

import pytest

from pipeline.network.service import Answer
from pipeline.sources.web.page import BODY_CAP, page_of, page_title, refresh_of


def page(text: str, status: int = 200, kind: str = "text/html", refresh: str = "") -> Answer:
    """Return a page."""
    headers = {"content-type": kind} | ({"refresh": refresh} if refresh else {})
    return Answer("GET", "https://lab.example/", status, headers, text.encode())


META = '<meta http-equiv=refresh content="{}">'


@pytest.mark.parametrize(
    ("declared", "refresh"),
    [
        ("0; url=/new", (0, "/new")),
        ("0;URL=/new", (0, "/new")),
        (" 3 , url = '/new' ", (3, "/new")),
        ("0; /new", (0, "/new")),
        ("0 /new", (0, "/new")),
        ("0.5;url=/new", (0, "/new")),
        (".5;url=/new", (0, "/new")),
        ("0;url=/new?a=1&amp;b=2", (0, "/new?a=1&b=2")),
        ("0; url='/new' and more", (0, "/new")),
        ("0; url=/a b", (0, "/a b")),
        ("0", None),
        ("0;", None),
        ("0; url=", None),
        ("url=/new", None),
        ("300; url=/new", None),
        ("", None),
        ("-1; url=/new", None),
    ],
)
def test_declared_refresh(declared: str, refresh: tuple[float, str] | None) -> None:
    """HTML Standard 4.2.5.3: pages are written by hand. A page that stays is there to be read."""
    assert refresh_of(page(META.format(declared))) == refresh


def test_header_declares_it_too() -> None:
    """And comes before the page."""
    assert refresh_of(page(META.format("0;/b"), refresh="1; url=/a")) == (1, "/a")
    assert refresh_of(Answer("HEAD", "https://lab.example/", 200, {"refresh": "0;/a"})) == (0, "/a")


@pytest.mark.parametrize(
    "text",
    [
        "<META content='0;/new' HTTP-EQUIV='Refresh'>",
        "<!doctype html><title>Redirecting&hellip;</title><script>if(a<b)c()</script>"
        + META.format("0;/new"),
        "<!-- " + META.format("0;/old") + " -->" + META.format("0;/new"),
        "<noscript>" + META.format("0;/old") + "</noscript>" + META.format("0;/new"),
        META.format("900") + META.format("0;/new"),
        "<body><p>Moved</p>" + META.format("0;/new"),
    ],
)
def test_refresh_in_a_head(text: str) -> None:
    """In whatever order, and beside others that browsers pass over."""
    assert refresh_of(page(text)) == (0, "/new")


@pytest.mark.parametrize(
    "text",
    [
        "<!-- " + META.format("0;/old") + " -->",
        "<!-- " + META.format("0;/old"),
        "<noscript>" + META.format("0;/old") + "</noscript>",
        "<script>'" + META.format("0;/old") + "'</script>",
        "<body>" + META.format("0;/old") + "<p>" + "words " * 500,
        "<title>" + META.format("0;/old") + "</title>",
        "&lt;meta http-equiv=refresh content='0;/old'>",
        "<meta name=refresh content='0;/old'>",
    ],
)
def test_refresh_that_no_browser_follows(text: str) -> None:
    """Words about a refresh, and those for browsers without scripts."""
    assert refresh_of(page(text)) is None


def test_only_a_page_leads_on() -> None:
    """Not an error page, nor a file."""
    assert refresh_of(page(META.format("0;/new"), status=404)) is None
    assert refresh_of(page(META.format("0;/new"), kind="text/plain")) is None
    assert refresh_of(page("", kind="text/plain", refresh="0;/new")) == (0, "/new")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("<title>A</title>", "A"),
        ("<title data-x='1'>A\n  B</title>", "A B"),
        ("<TITLE>\n Page &amp; not found </TITLE>", "Page & not found"),
        ("<title>\x1b[31mred\u202e</title>", "[31mred"),
        ("<title></title>", None),
        ("<h1>Ann Author</h1><a href=p.pdf>", "Ann Author"),
        ("<title> </title><h1 class='x'>Ann <b>Author</b>\n</h1><p>more", "Ann Author"),
        ("<h1>", None),
        ("<h12>A</h12>", None),
        ("<titles>A</titles>", None),
        ("no page", None),
        ("<title>" + "a" * 900, "a" * 200),
    ],
)
def test_page_title(text: str, title: str | None) -> None:
    """One line, printable, short."""
    assert page_title(text) == title


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        ("", "<title"),
        ("", "<title "),
        ("<title ", " "),
        ("", "<title>"),
        ("", "<h1>"),
        ("", "<h1 "),
        ("<h1>", "<"),
        ("refresh", "<!--"),
        ("refresh", "<!-- -->"),
        ("refresh", "<noscript"),
        ("refresh", "<style></style>"),
        ("refresh", "<meta "),
        ("refresh", "<meta http-equiv=refresh content=5>"),
        ("<meta http-equiv=refresh content=5", " "),
    ],
)
def test_hostile_text_takes_linear_time(
    start: str, piece: str, growth: Callable[..., float]
) -> None:
    """A page of nothing but beginnings takes no longer than its length allows."""
    eighth = BODY_CAP // 8 // len(piece)

    def read(text: str) -> None:
        page_title(text), refresh_of(page(text))

    assert growth(lambda times: start + piece * times, read, small=eighth) < 24


@pytest.mark.parametrize(
    ("text", "location"),
    [
        ('<base href="/x/">', "https://lab.example/x/new"),
        ("<base target=_top><base href=https://b.example/x/y>", "https://b.example/x/new"),
        ('<base href="/x/"><base href="/y/">', "https://lab.example/x/new"),
        ('<base href="ftp://b.example/">', "new"),
        ("<!-- <base href=/x/> -->", "new"),
    ],
)
def test_refresh_is_seen_from_the_base_of_the_page(text: str, location: str) -> None:
    """The first that has an address; only what the page itself declares (HTML Standard 2.4.1)."""
    assert refresh_of(page(text + META.format("0; url=new"))) == (0, location)
    assert refresh_of(page(text, refresh="0; url=new")) == (0, "new")


@pytest.mark.parametrize(
    "tag",
    [
        '<meta data-x="<" http-equiv=refresh content="0; url=/new">',
        "<meta data-x='>' http-equiv=refresh content='0; url=/new'>",
        '<meta http-equiv=refresh http-equiv=other content="0; url=/new" content="0; url=/b">',
    ],
)
def test_attributes_are_read_as_browsers_read_them(tag: str) -> None:
    """Brackets in quotes are text, and of two of one name the first counts."""
    assert refresh_of(page(tag)) == (0, "/new")


def test_second_attribute_of_a_name_does_not_count() -> None:
    """What is no refresh to a browser is none."""
    other = '<meta http-equiv=other http-equiv=refresh content="0; url=/new">'
    assert refresh_of(page(other)) is None


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-be", "utf-8-sig"])
@pytest.mark.parametrize("kind", ["text/html", "text/html; charset=iso-8859-1"])
def test_byte_order_mark_says_the_charset(codec: str, kind: str) -> None:
    """It counts for more than the header (Encoding Standard, section 6)."""
    text = f"<title>Ein Übergang</title>{META.format('0; url=/new')}"
    body = ("\ufeff" if codec == "utf-16-be" else "").encode(codec) + text.encode(codec)
    found = Answer("GET", "https://lab.example/", 200, {"content-type": kind}, body)

    assert refresh_of(found) == (0, "/new")
    assert page_of(found).readable
    assert page_title(page_of(found).text) == "Ein Übergang"
