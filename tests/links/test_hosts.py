"""What is known of single hosts."""

from time import perf_counter

import pytest

from pipeline.links.hosts import (
    asked_url,
    body_markers,
    body_tells,
    is_guarded,
    is_parking_url,
    page_decides,
    refuses_robots,
)


@pytest.mark.parametrize(
    ("host", "guarded"),
    [
        ("github.com", True),
        ("gist.github.com", True),
        ("dl.acm.org", True),
        ("onlinelibrary.wiley.com", True),
        ("pmc.ncbi.nlm.nih.gov", True),
        ("www.kaggle.com", True),
        ("x.com", True),
        ("netflix.com", False),
        ("github.com.example", False),
        ("nih.gov", False),
        ("lab.example", False),
        ("", False),
    ],
)
def test_host_is_found_with_its_subdomains(host: str, guarded: bool) -> None:
    """A row holds for the domain and what lies in it, not for look-alikes."""
    assert is_guarded(host) is guarded


@pytest.mark.parametrize(
    ("host", "status", "refuses"),
    [
        ("www.kaggle.com", 404, True),
        ("www.kaggle.com", 410, False),
        ("github.com", 404, False),
        ("lab.example", 404, False),
    ],
)
def test_refuses_robots(host: str, status: int, refuses: bool) -> None:
    """Only the statuses of the row."""
    assert refuses_robots(host, status) is refuses


def test_hosts_that_tell_nothing_by_head() -> None:
    """Only those whose answer has to be looked into."""
    assert body_tells("mp.weixin.qq.com")
    assert body_tells("anonymous.4open.science")
    assert not body_tells("github.com")


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://anonymous.4open.science/r/LoRec/README.md", "LoRec"),
        ("https://anonymous.4open.science/r/Z-SV-CFB1", "Z-SV-CFB1"),
        ("https://anonymous.4open.science/r/a?b=c", "a"),
        ("https://anonymous.4open.science/repository/a_1/x", "a_1"),
        ("https://anonymous.4open.science/", None),
        ("https://anonymous.4open.science/r/", None),
        ("https://lab.example/r/a", None),
    ],
)
def test_asked_url(url: str, asked: str | None) -> None:
    """The interface of an anonymous repository, every other address as it is."""
    interface = f"https://anonymous.4open.science/api/repo/{asked}/options"

    assert asked_url(url) == (interface if asked else url)


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://huggingface.co/papers/2305.00447", "papers/2305.00447"),
        ("https://huggingface.co/datasets/McAuley-Lab/Amazon-C4", "datasets/McAuley-Lab/Amazon-C4"),
        ("http://www.huggingface.co/spaces/a/b/", "spaces/a/b"),
        ("https://huggingface.co/google/flan-t5-xl", "models/google/flan-t5-xl"),
        ("https://huggingface.co/google", None),
        ("https://huggingface.co/docs/hub", None),
        ("https://huggingface.co/papers/trending", None),
        ("https://huggingface.co/google/flan-t5-xl/tree/main", None),
        ("https://huggingface.co/google/flan-t5-xl?x=1", None),
        ("https://huggingface.co.example/a/b", None),
    ],
)
def test_hugging_face_is_asked_by_its_interface(url: str, asked: str | None) -> None:
    """It has five times as much patience with its API as with its pages."""
    assert asked_url(url) == (f"https://huggingface.co/api/{asked}" if asked else url)


@pytest.mark.parametrize(
    ("host", "body", "markers"),
    [
        ("mp.weixin.qq.com", '<i class="weui-icon-warn-gray">', ("removed",)),
        ("mp.weixin.qq.com", "<p>环境异常</p>", ("robots-refused",)),
        ("mp.weixin.qq.com", "<p>a post</p>", ()),
        ("lab.example", '<i class="weui-icon-warn">', ()),
        ("openreview.net", '{"name":"ChallengeRequiredError"}', ("robots-refused",)),
    ],
)
def test_body_markers(host: str, body: str, markers: tuple[str, ...]) -> None:
    """A host's own signs count on that host only."""
    assert body_markers(host, body) == markers


@pytest.mark.parametrize(
    ("body", "markers"),
    [
        ('<!doctype html><html data-adblockkey="MFww" lang="en">', ("parked",)),
        ("<html><script src='//www.sedoparking.com/frmpark/a/b/park.js'>", ("parked", "refers")),
        ('<script src="https://img.sedoparking.com/js/a.js">', ("parked", "refers")),
        ('<script type="text/javascript" src="//c.parkingcrew.net/a.js">', ("parked", "refers")),
        ('<script>window.park = "eyJ1dWlk', ("parked", "refers")),
        ('<script src="https://img1.wsimg.com/parking-lander/static/a.js">', ("parked", "refers")),
        ('<script>window.onload=function(){window.location.href="/lander"}', ("parked", "refers")),
        ('<meta http-equiv="refresh" content="0; url=https://new.example/">', ("refers",)),
        ("<META HTTP-EQUIV=refresh CONTENT='0'>", ("refers",)),
        ('<frameset rows="*"><frame src="a.html">', ("refers",)),
        ('<div id="root"></div><script src="/a.js"></script>', ("refers",)),
        # Pages about parking, and about ordinary things.
        ("<p>Sedo sends <code>data-adblockkey=</code> in the html tag", ()),
        ('<a href="https://sedoparking.com/">who parks domains', ("refers",)),
        ("<p>window.park = a place beneath the window", ()),
        ("", ()),
    ],
)
def test_signs_of_every_host(body: str, markers: tuple[str, ...]) -> None:
    """A parked domain shows by its scripts, not by its words; some pages only lead to others."""
    assert body_markers("lab.example", body) == markers


def test_signs_are_looked_for_in_linear_time() -> None:
    """A page of beginnings costs no more than another."""
    for start in ("<html", "<script ", "<script src=", "<iframe src=//a.", "<script>window.park"):
        began = perf_counter()
        body_markers("lab.example", start * (64 * 1024 // len(start)))
        assert perf_counter() - began < 1.0


@pytest.mark.parametrize(
    ("url", "parking"),
    [
        ("https://www.hugedomains.com/domain_profile.cfm?d=a", True),
        ("http://ww25.parkingcrew.net/", True),
        ("https://dan.com/buy-domain/a.example", True),
        ("https://jordan.com/", False),
        ("https://dan.com.example/", False),
        ("no url", False),
    ],
)
def test_is_parking_url(url: str, parking: bool) -> None:
    """A host and its subdomains, no look-alikes."""
    assert is_parking_url(url) is parking


@pytest.mark.parametrize(
    "url",
    [
        "https://huggingface.co/course/chapter1",
        "https://huggingface.co/learn/cookbook",
        "https://huggingface.co/search/full-text",
        "https://huggingface.co/blog/trl-peft",
        "https://huggingface.co/docs/transformers",
        "https://huggingface.co/spaces",
        "https://huggingface.co/spaces/launch",
        "https://huggingface.co/transformers/quicktour.html",
        "https://huggingface.co/tokenizers/index.html",
    ],
)
def test_pages_of_hugging_face_that_are_no_models_are_asked_as_pages(url: str) -> None:
    """Its interface knows nothing of them."""
    assert asked_url(url) == url


@pytest.mark.parametrize(
    ("url", "status", "decides"),
    [
        ("https://huggingface.co/api/models/o/n", 401, True),
        ("https://huggingface.co/api/papers/2305.00447", 404, True),
        ("https://huggingface.co/api/models/o/n", 429, False),
        ("https://huggingface.co/api/models/o/n", 200, False),
        ("https://huggingface.co/api/models/o/n", 503, False),
        ("https://huggingface.co/o/n", 401, False),
        ("https://anonymous.4open.science/api/repo/a/options", 401, False),
    ],
)
def test_no_of_an_interface_that_is_none(url: str, status: int, decides: bool) -> None:
    """Hugging Face says 401 of what does not exist; the page says it plainly."""
    assert page_decides(url, status) is decides


@pytest.mark.parametrize(
    "body",
    [
        '<h1 class="sectionedit1" id="this_topic_does_not_exist_yet">This topic does not exist',
        '<div class="noarticletext mw-content-ltr" dir="ltr"><p>There is currently no text',
    ],
)
def test_page_of_a_wiki_that_nobody_has_written(body: str) -> None:
    """Some wikis show it with status 200."""
    assert body_markers("lab.example", body) == ("removed",)
