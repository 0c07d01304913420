"""What fragments point at, and when a page is known not to have it."""

from time import perf_counter

import pytest

from pipeline.links.fragments import (
    MOST_NAMES,
    anchors_of,
    is_readable,
    lacks,
    readme_query,
    section_of,
)

URL = "https://lab.example/page"


@pytest.mark.parametrize(
    ("fragment", "section"),
    [
        ("install", "install"),
        ("S3.T1", "S3.T1"),
        ("2-results", "2-results"),
        ("%E4%BD%BF%E7%94%A8", "%E4%BD%BF%E7%94%A8"),
        ("results:~:text=best", "results"),
        ("L2-regularisation", "L2-regularisation"),
        ("topology", "topology"),
        # No section of a page.
        ("", None),
        ("top", None),
        ("TOP", None),
        (":~:text=best%20model", None),
        ("L10", None),
        ("L10-L20", None),
        ("L10C3-L20C5", None),
        ("L10-20", None),
        ("R14", None),
        ("!/papers/1", None),
        ("!papers", None),
        ("/papers/1", None),
        ("?id=1", None),
        ("page=3", None),
        ("page=3&zoom=100", None),
        ("t=1m30s", None),
        ("gid=0", None),
        ("heading=h.abc", None),
        ("readme", None),
        ("readme-ov-file", None),
        ("MIT-1-ov-file", None),
        ("issuecomment-123", None),
        ("discussion_r123", None),
        ("a" * 301, None),
    ],
)
def test_section_of(fragment: str, section: str | None) -> None:
    """Lines, pages, routes and text fragments name no section."""
    assert section_of(f"{URL}#{fragment}") == section


def test_url_without_fragment_names_no_section() -> None:
    """There is nothing to look for."""
    assert section_of(URL) is None


@pytest.mark.parametrize(
    ("url", "query"),
    [
        ("https://github.com/a/b#install", "/repos/a/b/readme"),
        ("https://github.com/a/b/", "/repos/a/b/readme"),
        ("https://github.com/a/b/tree/main", "/repos/a/b/readme?ref=main"),
        ("https://github.com/a/b/tree/v1/docs/x", "/repos/a/b/readme/docs/x?ref=v1"),
        (
            "https://github.com/a/b/blob/main/docs/c d.md",
            "/repos/a/b/contents/docs/c%20d.md?ref=main",
        ),
        ("https://github.com/a/b/blob/main/README.MD", "/repos/a/b/contents/README.MD?ref=main"),
        ("https://github.com/a/b/blob/a%26b/c.md", "/repos/a/b/contents/c.md?ref=a%26b"),
        ("https://github.com/a/b/blob/main/c.md?plain=1", None),
        ("https://github.com/a/b/blob/main/c.py", None),
        ("https://github.com/a/b/blob/main", None),
        ("https://github.com/a/b/issues/1", None),
        ("https://github.com/a", None),
        ("https://gist.github.com/a/b", None),
        ("https://lab.example/a/b", None),
        ("https://github.com/a/b/blob/main/c%2f..%2f..%2f..%2f..%2fuser.md", None),
        ("https://github.com/a/b/blob/main/%2e%2e/%2e%2e/%2e%2e/user.md", None),
        ("https://github.com/a/b/tree/main/.%2f..", None),
        ("https://github.com/a/b/tree/%2e%2e/x", None),
    ],
)
def test_markdown_on_github_comes_from_the_interface(url: str, query: str | None) -> None:
    """READMEs of repositories and folders, and files of Markdown; no path climbs out of them."""
    assert readme_query(url) == query


@pytest.mark.parametrize(
    ("url", "readable"),
    [
        ("https://lab.example/page#a", True),
        ("https://user.github.io/project/#a", True),
        ("https://github.com/a/b#a", True),
        ("https://github.com/a/b/issues/1#a", False),
        ("https://arxiv.org/html/2305.00447#S3", False),
        ("https://lab.example/paper.pdf#a", False),
        ("https://dl.acm.org/doi/10.1145/1.2#sec-1", False),
        ("https://openreview.net/forum?id=a#b", False),
        ("not a url", False),
    ],
)
def test_is_readable(url: str, readable: bool) -> None:
    """Robots have no business on arXiv's pages and behind walls; files have no anchors."""
    assert is_readable(url) is readable


PAGE = """
<html><body><nav id="Menu"></nav>
<h2 id="install">Install</h2>
<h2 class="x" data-a="1>0" id='use&amp;ask'>Use</h2>
<h3 id=plain>Plain</h3>
<a name="old-style"></a><A HREF="/x" NAME='shouted'>
<h3 id="使用">使用</h3>
<input name="field"><meta name="viewport" content="x">
</body></html>
"""


@pytest.mark.parametrize(
    ("section", "lost"),
    [
        ("install", False),
        ("use&ask", False),
        ("plain", False),
        ("old-style", False),
        ("shouted", False),
        ("Menu", False),
        ("%E4%BD%BF%E7%94%A8", False),
        ("使用", False),
        ("%69nstall", False),
        ("Install", True),
        ("setup", True),
        ("viewport", True),
        ("field", True),
        ("%FF", True),
    ],
)
def test_page_has_its_ids_and_the_names_of_its_anchors(section: str, lost: bool) -> None:
    """As written or percent-decoded; letter case counts (HTML Standard, 7.4.6.4)."""
    assert lacks(anchors_of(PAGE, url=URL), section) is lost


README = """
<div id="file" data-path="README.md"><article class="markdown-body">
<h2 class="heading-element">Install</h2>
<a id="user-content-install" class="anchor" href="#install"></a>
<a id="user-content--results" href="#-results"></a>
<a name="user-content-old"></a>
</article></div>
"""


@pytest.mark.parametrize(
    ("section", "lost"),
    [
        ("install", False),
        ("Install", False),
        ("user-content-install", False),
        ("-results", False),
        ("old", False),
        ("setup", True),
    ],
)
def test_readme_is_known_by_its_ids_without_the_prefix(section: str, lost: bool) -> None:
    """GitHub finds both spellings, in any letter case."""
    assert lacks(anchors_of(README, url=URL, github=True), section) is lost


@pytest.mark.parametrize(
    "page",
    [
        "",
        "<p>no ids at all</p>",
        '<div id="root"></div><script src="/a.js"></script>',
        '<body><div id=app></div><h1 id="x">',
        '<h1 id="x">Please enable JavaScript to run this app.</h1>',
        '<script id="__NEXT_DATA__"></script><h1 id="x">',
        '<h1 id="x"></h1><script>anchors.add("h2")</script>',
        '<h1 id="x"></h1><script src="anchor.min.js"></script>',
        '<div id="header"></div><h1>Without an id</h1><div id="footer"></div>',
        '<h1 data-id="x">',
    ],
)
def test_page_that_is_built_in_the_browser_says_nothing(page: str) -> None:
    """What a script adds later is not seen here."""
    assert not lacks(anchors_of(page, url=URL), "section")


def test_page_that_was_cut_off_says_nothing() -> None:
    """The section may stand further down."""
    assert not lacks(anchors_of(PAGE, url=URL, whole=False), "section")


def test_page_of_too_many_names_says_nothing() -> None:
    """They are not stored."""
    page = "<h1 id=a>" + "".join(f"<p id=n{number}>" for number in range(MOST_NAMES))
    record = anchors_of(page, url=URL)

    assert record.names == ()
    assert not lacks(record, "section")


def test_anchors_are_read_in_linear_time() -> None:
    """A page of beginnings costs no more than another."""
    for start in ("<a ", "<a name=", " id=", ' id="', "<h1 ", "<div id=root> ", "<a x='"):
        began = perf_counter()
        anchors_of(start * (1024 * 1024 // len(start)), url=URL)
        assert perf_counter() - began < 4.0, start
