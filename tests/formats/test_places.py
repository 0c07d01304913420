"""Places as links to lines on GitHub."""

import re
from urllib.parse import unquote, urlsplit

import pyromark
import pytest

from pipeline import DOCS
from pipeline.formats.places import named_files, page_and_ref, place_urls, shown_places, with_files
from pipeline.formats.report import render_report
from pipeline.formats.run_json import ListRun
from tests.formats.telling import HOSTILE, finding, full, hostile, link, told

PAGE = "https://github.com/octo/list"


@pytest.mark.parametrize(
    ("path", "ref", "end"),
    [
        ("README.md", "main", "main/README.md?plain=1#L7"),
        ("docs/a.MD", "main", "main/docs/a.MD?plain=1#L7"),
        ("pipeline-ignore.toml", "main", "main/pipeline-ignore.toml#L7"),
        ("my list (1).md", "a/b#c", "a/b%23c/my%20list%20%281%29.md?plain=1#L7"),
        ("ü?#%.md", "v1.0", "v1.0/%C3%BC%3F%23%25.md?plain=1#L7"),
        ("\udcff>](x).md", "main", "main/%FF%3E%5D%28x%29.md?plain=1#L7"),
    ],
)
def test_address_of_a_line(path: str, ref: str, end: str) -> None:
    """Every character but a slash is encoded; rendered files are asked for as their source."""
    assert place_urls(PAGE, ref, {"given": path})("given", 7) == f"{PAGE}/blob/{end}"


@pytest.mark.parametrize(
    ("page", "file", "line"), [(PAGE, "other", 7), (PAGE, "given", 0), ("", "given", 7)]
)
def test_what_has_no_address(page: str, file: str, line: int) -> None:
    """A file from elsewhere, no line, no repository."""
    assert place_urls(page, "main", {"given": "README.md"})(file, line) is None


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("octo/list@main", (PAGE, "main")),
        ("https://github.com/octo/list@abc", (PAGE, "abc")),
        (
            "https://ghe.example:8443/octo/li.st@a/b@c",
            ("https://ghe.example:8443/octo/li.st", "a/b@c"),
        ),
        ("octo/list", None),
        ("octo/list@", None),
        ("octo@main", None),
        ("javascript:alert(1)/octo/list@main", None),
        ("octo/list@a b", None),
    ],
)
def test_repository_that_is_linked_to(given: str, found: tuple[str, str] | None) -> None:
    """Of github.com, or of an Enterprise Server by its address."""
    assert page_and_ref(given) == found


def test_files_of_a_report() -> None:
    """The lists that are files here, and the ignore file."""
    rule = finding("ignore-unused", "warning", "no link", "pipeline-ignore.toml", 3)
    lists = [ListRun(name="a", path="a.md", entries=1), ListRun(name="far", entries=1)]

    assert named_files(told(lists=lists, notes=[rule])) == {"a.md", "pipeline-ignore.toml"}


def test_places_of_a_report_are_links() -> None:
    """Each of several; those of a list from afar and without repository are not."""
    lists = [ListRun(name="my_list", path="./a.md", entries=1), ListRun(name="far", entries=1)]
    report = told((), [link("dead", "https://x.example", ("my_list", 4), ("far", 5))], lists=lists)
    urls = place_urls(PAGE, "main", {"./a.md": "docs/a.md"})

    linked = f"**[my\\_list:4](<{PAGE}/blob/main/docs/a.md?plain=1#L4>)**, far:5\\\n"
    assert linked in render_report(report, place_url=urls)
    assert "**my\\_list:4**, far:5\\\n" in render_report(report)
    html = pyromark.html(render_report(report, place_url=urls))
    assert f'<strong><a href="{PAGE}/blob/main/docs/a.md?plain=1#L4">my_list:4</a></strong>' in html


def test_rule_of_the_ignore_file_is_linked() -> None:
    """Its place names the file itself."""
    rule = finding("ignore-unused", "warning", "no link", "pipeline-ignore.toml", 3)
    urls = place_urls(PAGE, "main", {"pipeline-ignore.toml": "pipeline-ignore.toml"})

    shown = render_report(told(notes=[rule]), place_url=urls)

    assert f"(<{PAGE}/blob/main/pipeline-ignore.toml#L3>)" in shown


@pytest.mark.parametrize("limit", [60_000, 20_000, 4_000])
def test_links_count(limit: int) -> None:
    """However long their addresses are, the report is no longer than asked, and whole."""
    path = "ordner/" * 100 + "ä" * 100 + ".md"
    links = [
        link(verdict, f"https://{verdict}.example/{n}", *(("a", n * 50 + k) for k in range(25)))
        for verdict in ("dead", "blocked")
        for n in range(300)
    ]
    report = told((), links, lists=[ListRun(name="a", path="a.md", entries=1)])

    text = render_report(report, limit, place_urls(PAGE, "main", {"a.md": path}))

    assert len(text.encode()) <= limit
    assert "## Dead (300)" in text
    assert text.count("<details>") == text.count("</details>") == 1
    assert text.endswith(" UTC.\n")


def test_address_that_is_too_long_is_no_link() -> None:
    """The place is shown all the same."""
    report = told(
        (),
        [link("dead", "https://x.example", ("a", 4))],
        lists=[ListRun(name="a", path="a.md", entries=1)],
    )
    text = render_report(report, place_url=place_urls(PAGE, "main", {"a.md": "x" * 3_000}))

    assert "**a:4**" in text
    assert PAGE not in text


def test_hostile_names_and_paths_break_out_of_nothing() -> None:
    """Every link leads to the repository, and its words are the place."""
    report = hostile()
    urls = place_urls(
        PAGE, "main", dict.fromkeys(named_files(report), HOSTILE.replace("\ud800", ""))
    )

    text = render_report(report, place_url=urls)
    html = pyromark.html(text, options=pyromark.Options.ENABLE_TABLES)
    html = html.replace(f'<a href="{DOCS}/codes.md#', '<a href="https://docs.example/')

    places = re.findall(r'<a href="(https://github\.com/[^"]*)">([^<]*)', html)
    assert len(places) > 10
    for address, words in places:
        parts = urlsplit(address)
        assert parts.netloc == "github.com"
        assert parts.path.startswith("/octo/list/blob/main/")
        assert "\n" not in unquote(words)
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert "##[" not in text
    assert "@octocat" not in re.sub(r"\(<[^>]*>\)", "", text)
    assert html.count("<details>") == html.count("</details>") == text.count("<summary>")


def test_report_without_a_repository_is_as_before() -> None:
    """Where nothing has an address, byte for byte."""
    assert render_report(full(), place_url=place_urls(PAGE, "main", {})) == render_report(full())
    place = shown_places(full())
    one = full().diagnostics[0]
    assert "](<" not in place(one, one.locations[0])


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("same work as w4:64, which calls it “X”", "same work as second.md:64, which calls it “X”"),
        ("w:1 and w4:2 (w:3)", "README.md:1 and second.md:2 (README.md:3)"),
        ("w: no place, nor is w4", "w: no place, nor is w4"),
        ("new:4, arxiv:2401.00001, a/w:3, a-w:3", "new:4, arxiv:2401.00001, a/w:3, a-w:3"),
        ("o/r:7 is a remote list", "o/r:7 is a remote list"),
    ],
)
def test_words_name_places_by_the_file(words: str, shown: str) -> None:
    """Only what is a place: the name of a list and a line."""
    assert with_files(words, {"w": "README.md", "w4": "second.md"}) == shown


def test_a_list_without_a_file_keeps_its_name() -> None:
    """Remote lists have none; a name may hold any character."""
    assert with_files("w:1", {}) == "w:1"
    assert with_files("a+b (c):1", {"a+b (c)": "x.md"}) == "x.md:1"
