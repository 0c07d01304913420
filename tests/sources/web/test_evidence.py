"""What a chain of answers tells about a page."""

import gzip
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.network.http_client import Answer
from pipeline.network.redirects import IN_A_CIRCLE, WITHOUT_END
from pipeline.records.links import Probe
from pipeline.records.outcomes import FailureKind
from pipeline.sources.web.evidence import (
    BODY_CAP,
    evidence,
    is_no_such_host,
    left_alone,
    page_title,
)
from pipeline.urls import MAX_URL_LENGTH

START = datetime(2026, 3, 1, tzinfo=UTC)
PAGE = "https://lab.example/paper"
HTML = {"content_type": "text/html"}


def got(
    status: int | None = 200,
    *,
    url: str = PAGE,
    method: str = "GET",
    body: bytes = b"",
    truncated: bool = False,
    failure: FailureKind | None = None,
    detail: str = "",
    also: Mapping[str, str] | None = None,
    **headers: str,
) -> Answer:
    """Return an answer; underscores in names of headers are hyphens; `also` holds more headers."""
    return Answer(
        method=method,
        url=url,
        status=status,
        headers={
            name.replace("_", "-"): value for name, value in {**headers, **(also or {})}.items()
        },
        body=body,
        truncated=truncated,
        failure=failure,
        detail=detail,
    )


def told(*chain: Answer) -> Probe:
    """Return the evidence of a chain that took two seconds."""
    return evidence(chain, START, START + timedelta(seconds=2))


def test_chain_is_kept_with_its_statuses_and_times() -> None:
    """Every hop is there; method, status and headers are those of the last answer."""
    probe = told(
        got(301, location="/new", server="a"),
        got(200, url="https://lab.example/new", method="GET", server="b", x_other="c"),
    )

    assert [(hop.url, hop.status) for hop in probe.hops] == [
        (PAGE, 301),
        ("https://lab.example/new", 200),
    ]
    assert (probe.method, probe.status, probe.headers) == ("GET", 200, {"server": "b"})
    assert (probe.asked_at, probe.answered_at) == (START, START + timedelta(seconds=2))


def test_head_shows_no_page() -> None:
    """After HEAD there is no length, no title, and nothing was left out."""
    probe = told(got(method="HEAD", body=b"<title>x</title>", also=HTML))

    assert (probe.method, probe.length, probe.title, probe.markers) == ("HEAD", None, None, ())


def test_strangers_lengths_are_cut() -> None:
    """Addresses, headers and details of a stranger stay short."""
    probe = told(
        got(url=PAGE + "a" * 9000, server="s" * 900),
    )
    failed = told(got(None, failure="reset", detail="d" * 900))

    assert len(probe.final_url) == MAX_URL_LENGTH
    assert len(probe.headers["server"]) == 200
    assert len(failed.detail) == 200
    assert failed.length is None


@pytest.mark.parametrize(
    ("failure", "detail", "expected"),
    [
        ("dns", "gone.example: no such host name", True),
        ("dns", "gone.example: the resolver has no answer for now", False),
        ("connect", "no such host name", False),
    ],
)
def test_only_the_resolver_says_that_a_name_does_not_exist(
    failure: FailureKind, detail: str, expected: bool
) -> None:
    """A resolver without an answer says nothing of the name."""
    answer = got(None, failure=failure, detail=detail)

    assert is_no_such_host(answer) is told(answer).no_such_host is expected


@pytest.mark.parametrize(
    ("status", "location", "target"),
    [
        (301, "https://arxiv.org/abs/2305.00447", "https://arxiv.org/abs/2305.00447"),
        (302, "/b", "https://lab.example/b"),
        (302, "mailto:me", None),
        (200, "/b", None),
        (302, None, None),
    ],
)
def test_left_alone(status: int, location: str | None, target: str | None) -> None:
    """A redirect at the end of a chain was not followed on purpose."""
    answer = got(status, also={"location": location} if location else None)

    assert left_alone(answer) == told(answer).unasked == target


def test_private_target_was_left_alone() -> None:
    """A redirect to a private address names the address; a private link itself does not."""
    refused = got(None, url="http://10.0.0.1/", failure="refused-address")

    assert told(got(302, location="http://10.0.0.1/"), refused).unasked == "http://10.0.0.1/"
    assert told(refused).unasked is None


@pytest.mark.parametrize(
    ("chain", "wandered"),
    [
        ([got(302), got(None, failure="protocol", detail=IN_A_CIRCLE)], True),
        ([got(302), got(None, url=PAGE + "2", failure="protocol", detail=WITHOUT_END)], True),
        ([got(302), got(None, failure="protocol", detail="not HTTP")], False),
        ([got(None, failure="protocol")], False),
        ([got(302), got(None, failure="reset", detail=IN_A_CIRCLE)], False),
    ],
)
def test_wandered(chain: list[Answer], wandered: bool) -> None:
    """A circle and a chain without end, not a broken connection on the way."""
    assert told(*chain).wandered is wandered


@pytest.mark.parametrize(
    ("answer", "complete"),
    [
        (got(200, body=b"all"), True),
        (got(200, body=b"all", truncated=True), False),
        (got(206, body=b"all", content_range="bytes 0-2/3"), True),
        (got(206, body=b"part", content_range="bytes 0-3/9"), False),
        (got(206, body=b"part", content_range="bytes 0-3/*"), False),
        (got(206, body=b"part", content_range="bytes 1-4/4"), False),
        (got(206, body=b"part", content_range="bytes 0-3/" + "4" * 5000), False),
        (got(206, body=b"part"), False),
        (got(404, body=b"all"), False),
        (got(None, failure="timeout"), False),
    ],
)
def test_whole_page_or_a_part(answer: Answer, complete: bool) -> None:
    """A part that is the whole page is complete (RFC 9110 14.4)."""
    assert told(answer).complete is complete


# --- the first bytes of a page ----------------------------------------------------------------

MISSING_PAGE = "<title>页面不存在</title>"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (MISSING_PAGE.encode("gbk"), {"content_type": "text/html; charset=GBK"}),
        (MISSING_PAGE.encode("gbk"), {"content_type": "text/html; charset='gbk'"}),
        (MISSING_PAGE.encode(), {"content_type": "text/html"}),
        (MISSING_PAGE.encode(), {"content_type": "text/html; charset=punycode"}),
        (MISSING_PAGE.encode(), {}),
        (MISSING_PAGE.encode(), {"content_type": "text/html", "content_encoding": "identity"}),
        (gzip.compress(MISSING_PAGE.encode()), {**HTML, "content_encoding": "gzip"}),
        (gzip.compress(MISSING_PAGE.encode())[:-9], {**HTML, "content_encoding": "X-GZIP"}),
        (zlib.compress(MISSING_PAGE.encode()), {**HTML, "content_encoding": "deflate"}),
    ],
)
def test_title_is_read_in_its_own_charset(body: bytes, headers: dict[str, str]) -> None:
    """Charsets are taken from a known list; a compression that we did not want is undone."""
    assert told(got(body=body, also=headers)).title == "页面不存在"


@pytest.mark.parametrize("encoding", ["br", "gzip", "zstd", "gzip, gzip"])
def test_compression_that_cannot_be_undone_is_no_failure(encoding: str) -> None:
    """The status has been said; the page is not needed."""
    probe = told(got(body=b"<title>x</title>" * 99, content_encoding=encoding, also=HTML))

    assert (probe.status, probe.title, probe.failure) == (200, None, None)


def test_compression_is_undone_to_the_size_of_a_sample() -> None:
    """What stands beyond the sample is not seen, however well it was packed."""
    near = gzip.compress(b" " * 1000 + b"<title>x</title>")
    far = gzip.compress(b" " * BODY_CAP + b"<title>x</title>")

    assert told(got(body=near, content_encoding="gzip")).title == "x"
    assert told(got(body=far, content_encoding="gzip")).title is None


def test_only_html_has_a_title() -> None:
    """What looks like a title in a file of another kind is none."""
    assert told(got(body=b"<title>x</title>", content_type="application/pdf")).title is None


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("<title>A</title>", "A"),
        ("<title data-x='1'>A\n  B</title>", "A B"),
        ("<TITLE>\n Page &amp; not found </TITLE>", "Page & not found"),
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
