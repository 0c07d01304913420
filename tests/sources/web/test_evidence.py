"""What a chain of answers tells about a page."""

import gzip
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.links.verdicts import judge_probe
from pipeline.network.redirects import IN_A_CIRCLE, WITHOUT_END
from pipeline.network.service import Answer
from pipeline.records.links import Probe
from pipeline.records.outcomes import FailureKind
from pipeline.sources.web.evidence import (
    evidence,
    is_no_such_host,
    left_alone,
)
from pipeline.sources.web.page import BODY_CAP
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


def test_page_that_leads_on_is_a_step() -> None:
    """How long it stayed is part of the evidence; where it leads to arXiv, it is left alone."""
    leading = got(also={**HTML, "refresh": "0; url=/new"})
    to_arxiv = got(body=b'<meta http-equiv=refresh content="0;https://arxiv.org/abs/2305.00447">')

    assert [hop.delay for hop in told(leading, got(url=PAGE + "2")).hops] == [0.0, None]
    assert [hop.delay for hop in told(leading).hops] == [None]
    assert told(leading).unasked is None
    assert told(to_arxiv).unasked == "https://arxiv.org/abs/2305.00447"


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


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"\x8b\x03\x80<html>x</html>\x03", {"content_encoding": "br"}),
        (b"(\xb5/\xfd\x04\x00", {"content_encoding": "zstd"}),
        (bytes(range(256)), {"content_encoding": "gzip"}),
        (bytes(range(256)), {}),
        (gzip.compress(b"<h1>Short</h1>"), {}),
        (gzip.compress(gzip.compress(b"<h1>Short</h1>")), {"content_encoding": "gzip, gzip"}),
        ("<p>Grüße".encode("utf-16-le"), {}),
        ("<p>Grüße".encode("cp1252"), {"content_type": "text/html; charset=x-nonsense"}),
    ],
)
def test_what_cannot_be_read_is_not_empty(body: bytes, headers: dict[str, str]) -> None:
    """The status has been said, and nothing is said against it."""
    probe = told(got(body=body, also={**HTML, **headers}))

    assert (probe.status, probe.failure) == (200, None)
    assert "unreadable" in probe.markers
    assert judge_probe(probe).reason_code == "ok"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<h1>Ann Author</h1><a href=p.pdf>paper</a>", "ok"),
        (b"<p>My paper: <a href=p.pdf>paper</a>", "ok"),
        (b"<p><img src=figure.png>", "ok"),
        (b"<h1>404 Not Found</h1><hr>nginx", "soft-404"),
        (b"<p>Page not found. <a href='/'>Home</a>", "soft-404"),
        (b"<body>File not found.</body>", "soft-404"),
        (b"<html><body></body></html>", "soft-404"),
        (b"", "soft-404"),
    ],
)
def test_small_page_without_a_title(body: bytes, code: str) -> None:
    """One with a heading, an address or a picture is somebody's page."""
    assert judge_probe(told(got(body=body, also=HTML))).reason_code == code


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"<title>Short</title>", {"content_encoding": "utf-8"}),
        (b"<title>Short</title>", {"content_encoding": "gzip"}),
        (b"<title>Short</title>", {"content_type": "text/html; charset=x-nonsense"}),
        ("<title>Short</title>".encode("utf-16"), {"content_type": "text/html; charset=utf-16"}),
    ],
)
def test_wrong_name_for_a_coding_hides_nothing(body: bytes, headers: dict[str, str]) -> None:
    """Browsers show such a page."""
    probe = told(got(body=body, also={**HTML, **headers}))

    assert (probe.title, probe.markers) == ("Short", ())


def test_compression_is_undone_to_the_size_of_a_sample() -> None:
    """What stands beyond the sample is not seen, however well it was packed."""
    near = gzip.compress(b" " * 1000 + b"<title>x</title>")
    far = gzip.compress(b" " * BODY_CAP + b"<title>x</title>")

    assert told(got(body=near, content_encoding="gzip")).title == "x"
    assert told(got(body=far, content_encoding="gzip")).title is None


def test_only_html_has_a_title() -> None:
    """What looks like a title in a file of another kind is none."""
    assert told(got(body=b"<title>x</title>", content_type="application/pdf")).title is None
