"""Every host, status and page that is known to mislead link checkers, and what is made of it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from pipeline.links.verdicts import judge_probe
from pipeline.records.links import Hop, Probe

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SHIELD = {"cf-mitigated": "challenge", "server": "cloudflare"}
CLOUDFLARE = {"server": "cloudflare"}
HTML = {"content-type": "text/html; charset=utf-8"}


class Row(NamedTuple):
    """What a host answers, and the verdict with its reason."""

    url: str
    status: int | None
    verdict: str
    code: str
    headers: Mapping[str, str] = MappingProxyType({})
    title: str | None = None
    fields: Mapping[str, Any] = MappingProxyType({})
    ends_at: str | None = None
    """Address after redirects with status `on_the_way`."""
    on_the_way: int = 302


def probe_of(row: Row) -> Probe:
    """Return the evidence that a row describes."""
    hops = [Hop(url=row.url, status=row.on_the_way)] if row.ends_at else []
    return Probe(
        method="GET",
        status=row.status,
        hops=(*hops, Hop(url=row.ends_at or row.url, status=row.status)),
        headers=dict(row.headers),
        title=row.title,
        asked_at=NOW,
        answered_at=NOW,
        **row.fields,
    )


def rows_of(status: int, verdict: str, code: str, *urls: str, **more: Any) -> list[Row]:
    """Return a row for each host that answers the same."""
    return [Row(f"https://{url}", status, verdict, code, **more) for url in urls]


PUBLISHERS = (
    "dl.acm.org/doi/10.1145/1.2",
    "royalsocietypublishing.org/doi/10.1098/x",
    "onlinelibrary.wiley.com/doi/10.1002/x",
    "journals.sagepub.com/doi/10.1177/x",
    "www.tandfonline.com/doi/10.1080/x",
    "academic.oup.com/a/article/1/2/3",
    "www.pnas.org/doi/10.1073/x",
    "www.nejm.org/doi/10.1056/x",
    "www.mdpi.com/1/2/3",
    "www.sciencedirect.com/science/article/pii/S1",
)
WALLED = (
    "www.researchgate.net/publication/1",
    "medium.com/@a/b",
    "towardsdatascience.medium.com/b",
    "www.reddit.com/r/a/comments/b",
    "stackoverflow.com/questions/1",
    "ai.stackexchange.com/q/1",
    "x.com/a/status/1",
    "twitter.com/a/status/1",
)
THROTTLING = (
    "huggingface.co/a/b",
    "github.com/a/b/blob/main/c.md",
    "www.ncbi.nlm.nih.gov/pmc/articles/PMC1",
    "pmc.ncbi.nlm.nih.gov/articles/PMC1",
    "ordinary.example/a",
)

REFUSALS: list[Row] = [
    *rows_of(403, "blocked", "challenge", *PUBLISHERS, headers=SHIELD),
    *rows_of(403, "blocked", "robots-refused", *PUBLISHERS, headers=CLOUDFLARE),
    *rows_of(403, "blocked", "robots-refused", *WALLED, "unknown.example/a"),
    *rows_of(503, "blocked", "challenge", *PUBLISHERS, headers=CLOUDFLARE),
    *rows_of(404, "blocked", "challenge", *PUBLISHERS, headers=SHIELD),
    *rows_of(418, "blocked", "robots-refused", "ieeexplore.ieee.org/document/1"),
    *rows_of(202, "blocked", "challenge", "ieeexplore.ieee.org/document/1"),
    *rows_of(202, "blocked", "challenge", "www.semanticscholar.org/paper/a"),
    *rows_of(999, "blocked", "robots-refused", "www.linkedin.com/in/a"),
    *rows_of(404, "blocked", "robots-refused", "www.kaggle.com/datasets/a/b", "crates.io/crates/a"),
    *rows_of(
        403, "blocked", "robots-refused", "openreview.net/forum?id=a", "openreview.net/pdf?id=a"
    ),
    *rows_of(
        401,
        "failing",
        "gone-or-private",
        "huggingface.co/a/b",
        "www.huggingface.co/datasets/a/b/",
        "huggingface.co/spaces/a/b",
    ),
    *rows_of(
        401,
        "blocked",
        "login-required",
        "huggingface.co/a/b/resolve/main/c.bin",
        "huggingface.co/settings/tokens",
        "huggingface.co/papers/2305.00447",
        "huggingface.co/a",
        "huggingface.co.example/a/b",
    ),
    *rows_of(429, "blocked", "throttled", *THROTTLING),
    *rows_of(412, "blocked", "robots-refused", "www.cochranelibrary.com/cdsr/doi/10.1002/x"),
    *rows_of(500, "blocked", "robots-refused", "www.spiedigitallibrary.org/a"),
    *rows_of(503, "blocked", "robots-refused", "codepen.io/a/pen/b"),
    *rows_of(403, "blocked", "robots-refused", "arxiv.org/abs/2305.00447"),
    *rows_of(406, "blocked", "robots-refused", "arxiv.org/abs/2305.00447"),
    *rows_of(429, "blocked", "throttled", "arxiv.org/abs/2305.00447"),
    # The same statuses, where nothing is known of the host.
    *rows_of(404, "failing", "not-found", "kaggle.example/a", "gov.example/a"),
    *rows_of(412, "failing", "http-error", "ordinary.example/a"),
    *rows_of(500, "failing", "server-error", "ordinary.example/a"),
    *rows_of(503, "failing", "server-error", "ordinary.example/a"),
]

CLASSES: list[Row] = [
    *(row for status in (200, 203, 206) for row in rows_of(status, "alive", "ok", "a.example/b")),
    *(
        row
        for status in (202, 204, 205)
        for row in rows_of(status, "blocked", "challenge", "a.example/b")
    ),
    *(
        row
        for status in (403, 405, 406, 418, 423, 425, 999)
        for row in rows_of(status, "blocked", "robots-refused", "a.example/b")
    ),
    *(
        row
        for status in (401, 402, 407)
        for row in rows_of(status, "blocked", "login-required", "a.example/b")
    ),
    *rows_of(451, "blocked", "withheld", "a.example/b"),
    *rows_of(404, "failing", "not-found", "a.example/b"),
    *rows_of(410, "failing", "gone", "a.example/b"),
    *(
        row
        for status in (500, 501, 502, 504, 520, 530)
        for row in rows_of(status, "failing", "server-error", "a.example/b")
    ),
    Row("http://a.example/b", 200, "alive", "ok", ends_at="https://a.example/b", on_the_way=301),
    Row("http://a.example:80/b", 200, "alive", "ok", ends_at="http://a.example/b", on_the_way=301),
    Row(
        "https://a.example/b",
        200,
        "moved",
        "permanent-redirect",
        ends_at="https://a.example/c",
        on_the_way=308,
    ),
    Row("https://a.example/b", 200, "alive", "ok", ends_at="https://a.example/c", on_the_way=307),
    Row("https://a.example/b", 404, "failing", "not-found", ends_at="https://a.example/c"),
]


def failed(kind: str, code: str, verdict: str = "failing", **fields: Any) -> Row:
    """Return a row for a failure below HTTP."""
    return Row("https://a.example/b", None, verdict, code, fields={"failure": kind, **fields})


VERIFY = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
BELOW: list[Row] = [
    failed("dns", "no-such-host", no_such_host=True),
    failed("dns", "name-not-resolved"),
    failed("timeout", "timeout"),
    failed("reset", "connection-reset"),
    failed("connect", "no-connection"),
    failed("tls", "tls-fault", detail="[SSL: TLSV1_ALERT_INTERNAL_ERROR] internal error"),
    failed("tls", "tls-expired", detail=f"{VERIFY}certificate has expired (_ssl.c:1006)"),
    failed("tls", "tls-wrong-name", detail=f"{VERIFY}Hostname mismatch, certificate is not valid"),
    failed("tls", "tls-wrong-name", detail=f"{VERIFY}IP address mismatch, certificate is not"),
    failed("tls", "tls-self-signed", detail=f"{VERIFY}self-signed certificate (_ssl.c:1006)"),
    failed("tls", "tls-self-signed", detail=f"{VERIFY}self signed certificate (_ssl.c:1006)"),
    failed(
        "tls",
        "tls-untrusted",
        detail=f"{VERIFY}self-signed certificate in certificate chain (_ssl.c:1006)",
    ),
    failed("tls", "tls-untrusted", detail=f"{VERIFY}unable to get local issuer certificate"),
    failed("tls", "tls-untrusted", detail=f"{VERIFY}unable to verify the first certificate"),
]

DOI = "https://doi.org/10.1145/1.2"
DOIS: list[Row] = [
    Row(DOI, 404, "failing", "no-such-doi"),
    Row(DOI, 410, "failing", "no-such-doi"),
    Row(DOI, 400, "failing", "no-such-doi"),
    Row(DOI, 404, "failing", "doi-page-missing", ends_at="https://pub.example/1"),
    Row(DOI, 410, "failing", "doi-page-missing", ends_at="https://pub.example/1"),
    Row(DOI, 403, "blocked", "robots-refused", ends_at="https://pub.example/1"),
    Row(DOI, 418, "blocked", "robots-refused", ends_at="https://ieeexplore.ieee.org/document/1"),
    Row(DOI, 429, "blocked", "throttled", ends_at="https://pub.example/1"),
    Row(DOI, 200, "alive", "ok", ends_at="https://pub.example/1"),
    Row("http://dx.doi.org/10.1145/1.2", 404, "failing", "no-such-doi"),
]


def ends(url: str, verdict: str, code: str, asked: str = "https://a.example/b/c") -> Row:
    """Return a row for a redirect to a page that is there."""
    return Row(asked, 200, verdict, code, ends_at=url)


REDIRECTS: list[Row] = [
    ends("https://a.example/", "failing", "soft-404"),
    ends("https://a.example/index.html", "failing", "soft-404"),
    ends("https://a.example/zh-cn/", "failing", "soft-404"),
    ends("https://other.example/", "failing", "soft-404"),
    ends("https://a.example/404.html", "failing", "soft-404"),
    ends("https://a.example/page-not-found/", "failing", "soft-404"),
    ends("https://a.example/en/404", "failing", "soft-404"),
    ends(
        "https://huggingface.co/papers/trending",
        "failing",
        "soft-404",
        "https://paperswithcode.com/paper/a",
    ),
    ends("https://a.example/login?next=/b", "failing", "soft-404"),
    ends(
        "https://accounts.google.com/v3/signin/identifier?a=b",
        "failing",
        "soft-404",
        "https://drive.google.com/file/d/1/view",
    ),
    ends(
        "https://www.linkedin.com/authwall?a",
        "blocked",
        "login-required",
        "https://www.linkedin.com/in/a",
    ),
    ends(
        "https://consent.youtube.com/m?a=b",
        "blocked",
        "robots-refused",
        "https://www.youtube.com/watch?v=a",
    ),
    ends(
        "https://validate.perfdrive.com/a?b=c",
        "blocked",
        "challenge",
        "https://iopscience.iop.org/article/1",
    ),
    ends("https://geo.captcha-delivery.com/captcha/?a", "blocked", "challenge"),
    ends(
        "https://openreview.net/challenge?redirect=a",
        "blocked",
        "challenge",
        "https://openreview.net/forum?id=a",
    ),
    ends("https://www.hugedomains.com/domain_profile.cfm?d=a", "failing", "parked-domain"),
    ends("https://ww1.sedoparking.com/a", "failing", "parked-domain"),
    ends("https://dan.com/buy-domain/a.example", "failing", "parked-domain"),
    ends("https://www.afternic.com/forsale/a.example", "failing", "parked-domain"),
    ends("http://parkingcrew.net/a", "failing", "parked-domain"),
    ends("https://bodis.com/a", "failing", "parked-domain"),
    ends("https://www.above.com/marketplace/a", "failing", "parked-domain"),
    # Look-alikes of all these.
    ends("https://jordan.com/a", "alive", "ok"),
    ends("https://a.example/papers/404-studies", "alive", "ok"),
    ends("https://a.example/b/captcha-solving-with-llms", "alive", "ok"),
    ends("https://a.example/404", "alive", "ok", "http://a.example/404.html"),
    ends("https://www.sedo.com/us/", "alive", "ok", "https://sedo.com/"),
]

MISSING_TITLES = (
    "404",
    "404 Not Found",
    "404: This page could not be found",
    "404: This page could not be found.",
    "Error 404 (Not Found)!!1",
    "HTTP Status 404 – Not Found",
    "404 - File or directory not found.",
    "Page not found · GitHub Pages",
    "Site not found · GitHub Pages",
    "Page not found - The Vision and Language Lab",
    "The Vision Lab | 404",
    "Not Found",
    "Object not found!",
    "The page you're looking for can’t be found",
    "Sorry, the page you are looking for does not exist",
    "This page is no longer available",
    "Account Suspended",
    "Welcome to nginx!",
    "Apache2 Ubuntu Default Page: It works",
    "404 - 找不到文件或目录。",
    "页面不存在",
    "Seite nicht gefunden – Universität",
    "Página no encontrada",
    "ページが見つかりません",
)
PARKED_TITLES = (
    "lab.example is for sale | HugeDomains",
    "lab.example - This website is for sale! - lab Resources and Information.",
    "This domain is for sale",
    "Domain name for sale",
    "Buy this domain",
    "Parked Domain name on Hostinger DNS system",
    "This domain has been parked",
    "Domain expired",
)
CHALLENGE_TITLES = (
    "Just a moment...",
    "Making sure you're not a bot!",
    "Making sure you’re not a bot!",
    "Client Challenge",
    "Attention Required! | Cloudflare",
    "Are you a robot?",
    "Checking your browser before accessing lab.example",
    "DDoS-Guard",
    "Vercel Security Checkpoint",
)
PAPER_TITLES = (
    "404 Ways to Lose a Citation",
    "404: Missing Citations in Language Models",
    "Not Found: How Language Models Forget Rare Entities",
    "Not Found: How Language Models Forget | ACL Anthology",
    "Lost and Not Found: Recommenders Without History",
    "Page Not Found: Link Rot in Scholarly Papers",
    "Page Not Found: Link Rot in Scholarly Papers - ACM Digital Library",
    "Does It Exist? Probing World Knowledge",
    "What Is Not Available: Learning from Missing Modalities",
    "When the Data Is No Longer Available",
    "Error 404 as a Signal: Learning from Dead Links",
    "Area 404 Lab",
    "Looking for What Is Not There",
    "Domain Adaptation for Sale Forecasting",
    "A Parked Car Detection Dataset",
    "Parked Vehicles and Where to Find Them",
    "Just a Moment: Temporal Grounding in Long Videos with Large Language Models and Memory",
    "Just a Moment: Counting Objects in Time",
    "Are You a Robot? Detecting Bots with Large Language Models",
    "Are Large Language Models Robots? A Study",
    "Understanding the Dark Side of Domain Parking | USENIX",
    "Parking Sensors: Analyzing and Detecting Parked Domains",
    "When a Domain Is Parked: A Measurement Study",
    "Webpage Understanding with 404 Tasks",
)


def titled(title: str, verdict: str, code: str) -> Row:
    """Return a row for a page with a title."""
    return Row("https://a.example/b", 200, verdict, code, HTML, title)


PAGES: list[Row] = [
    *(titled(title, "failing", "soft-404") for title in MISSING_TITLES),
    *(titled(title, "failing", "parked-domain") for title in PARKED_TITLES),
    *(titled(title, "blocked", "challenge") for title in CHALLENGE_TITLES),
    *(titled(title, "alive", "ok") for title in PAPER_TITLES),
    Row("https://a.example/404-not-found", 200, "alive", "ok", title="Papers about 404"),
    Row("https://a.example/404.html", 200, "alive", "ok", title="404 Not Found"),
]

THIN: dict[str, Any] = {"length": 200, "complete": True}
BODIES: list[Row] = [
    Row(
        "https://a.example/b",
        200,
        "failing",
        "soft-404",
        HTML,
        fields={"length": 0, "complete": True},
    ),
    Row("https://a.example/b", 200, "failing", "soft-404", HTML, fields=THIN),
    Row("https://a.example/b", 206, "failing", "soft-404", HTML, fields=THIN),
    Row("https://a.example/b", 200, "alive", "ok", HTML, "A Project", fields=THIN),
    Row("https://a.example/b", 200, "alive", "ok", HTML, fields={**THIN, "markers": ("refers",)}),
    Row("https://a.example/b.txt", 200, "alive", "ok", {"content-type": "text/plain"}, fields=THIN),
    Row("https://a.example/b", 200, "alive", "ok", HTML, fields={"length": 200, "complete": False}),
    Row(
        "https://a.example/b",
        200,
        "failing",
        "parked-domain",
        HTML,
        fields={"markers": ("parked",)},
    ),
    Row(
        "https://mp.weixin.qq.com/s/a", 200, "failing", "soft-404", fields={"markers": ("removed",)}
    ),
    Row(
        "https://mp.weixin.qq.com/s/a",
        200,
        "blocked",
        "challenge",
        fields={"markers": ("robots-refused",)},
    ),
    Row("https://mp.weixin.qq.com/s/a", 200, "alive", "ok", title="A post"),
    Row(
        "https://openreview.net/forum?id=a",
        200,
        "blocked",
        "challenge",
        fields={"markers": ("robots-refused",)},
    ),
]

ANONYMOUS = "https://anonymous.4open.science/api/repo/ID/options"
ANONYMOUS_ROWS = [
    Row(ANONYMOUS, 200, "alive", "ok", {"content-type": "application/json"}),
    Row(ANONYMOUS, 410, "failing", "gone"),
    Row(ANONYMOUS, 404, "failing", "not-found"),
    Row(ANONYMOUS, 425, "blocked", "robots-refused"),
    Row(ANONYMOUS, 401, "blocked", "login-required"),
]


@pytest.mark.parametrize(
    "row",
    [
        *REFUSALS,
        *CLASSES,
        *BELOW,
        *DOIS,
        *REDIRECTS,
        *PAGES,
        *BODIES,
        *ANONYMOUS_ROWS,
    ],
    ids=lambda row: f"{row.title or row.ends_at or row.url} {row.status or row.code}",
)
def test_evidence_gives_verdict_and_reason(row: Row) -> None:
    """Whoever refuses robots is blocked, whoever is doubtful is failing, and nobody is dead yet."""
    judgement = judge_probe(probe_of(row))

    assert (judgement.verdict, judgement.reason_code) == (row.verdict, row.code)


@pytest.mark.parametrize("row", [row for row in (*BELOW, *PAGES) if row.verdict == "failing"])
def test_suspects_and_tls_faults_never_die(row: Row) -> None:
    """However long they last: a browser may open them, a person may find the thing there."""
    failure = judge_probe(probe_of(row)).failure

    assert failure is not None
    suspected = row.code in ("soft-404", "parked-domain") or row.code.startswith("tls-")
    assert failure.mortal is not suspected
