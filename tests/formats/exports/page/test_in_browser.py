"""The page in a real browser, from a file, as its reader has it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import rispy
from pybtex.database import parse_string

from pipeline.formats.exports.bibtex import render_bibtex
from pipeline.formats.exports.csl import item_of
from pipeline.formats.exports.page.coins import coins
from pipeline.formats.exports.page.site import render_site
from pipeline.formats.exports.ris import render_ris
from tests.formats.exports.page.browser import browser
from tests.formats.exports.page.catalog_by_hand import (
    ALL_LINKS,
    AT,
    PATCH,
    REPAIRED,
    REPAIRED_LINE,
    works,
)

SITE = dict(render_site(works(), ALL_LINKS, AT, REPAIRED))
WORKS = len(works())


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the site's first page, on this disk."""
    folder = tmp_path_factory.mktemp("site")
    for name, text in SITE.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return (folder / "index.html").as_uri()


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One browser for all of these tests."""
    with browser(tmp_path_factory.mktemp("profile")) as made:
        yield made


@pytest.fixture
def page(context: Any, index: str) -> Iterator[Any]:
    """The first page, just opened. No test may leave an error, nor ask anybody for anything."""
    made = context.new_page()
    faults: list[str] = []
    made.on("console", lambda message: faults.append(message.text))
    made.on("pageerror", lambda error: faults.append(str(error)))
    asked: list[str] = []
    made.on("request", lambda request: asked.append(request.url))
    made.set_viewport_size({"width": 1400, "height": 900})
    made.goto(index)
    made.wait_for_selector("html[data-searches=abstracts]")
    yield made
    assert faults == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    made.close()


def titles(page: Any) -> list[str]:
    """Return the titles that are drawn."""
    found: list[str] = page.locator("table.papers .title").all_inner_texts()
    return found


def number(page: Any) -> str:
    """Return what is said about how many papers are shown."""
    text: str = page.locator("main > section:not([hidden]) .number").inner_text()
    return text


# --- search, choice, order --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("attention", "Attention Is All You Need"),
        ("need attention", "Attention Is All You Need"),
        ("atention", "Attention Is All You Need"),
        ("Kaiser", "Attention Is All You Need"),
        ("Łukasz", "Attention Is All You Need"),
        ("quokka", "Filler 33 about nothing"),
        ("sigir 2023", "100% Recall_at_k & $O(n^2)$ BERT-like 3D Ranking"),
        ("movielens", "MovieLens"),
    ],
)
def test_search(page: Any, query: str, first: str) -> None:
    """Over titles, authors, abstracts, venues; in any order, with a slip of the finger."""
    page.get_by_label("Search").fill(query)

    assert titles(page)[0] == first
    assert number(page).endswith(f"of {WORKS} papers")


def test_search_for_nothing_that_is_there(page: Any) -> None:
    """It is said; so it is with what a regular expression would take for its own."""
    for query in ("xylophonist", "(((", "漢字", "a b c d e f g h"):
        page.get_by_label("Search").fill(query)
        if number(page).startswith("0 "):
            assert "Nothing matches" in page.locator("table.papers tbody").inner_text()
    page.get_by_label("Search").fill("")
    assert number(page) == f"{WORKS} papers"


def test_choices_narrow_and_say_how_many(page: Any) -> None:
    """Each with the number of papers that it would leave."""
    page.get_by_label("Language").select_option(label="Rust (30)")
    assert number(page) == f"30 of {WORKS} papers"
    page.get_by_label("Section").select_option("Papers / Fillers")
    page.locator("#choose-health").select_option("moved")
    assert titles(page) == ["Filler 3 about nothing"]

    page.get_by_role("button", name="Clear all").click()
    assert number(page) == f"{WORKS} papers"


def test_order(page: Any) -> None:
    """By stars, by last push, by date; what has none comes last."""
    page.get_by_label("Sort by").select_option("stars")
    assert titles(page)[:2] == ["Attention Is All You Need", "Filler 59 about nothing"]
    page.get_by_label("Sort by").select_option("push")
    assert titles(page)[0] == "Filler 27 about nothing"
    page.get_by_label("Sort by").select_option("published")
    assert "Ranking" in titles(page)[0]


def test_fifty_at_a_time(page: Any) -> None:
    """The rest on demand; the first new one has the focus."""
    assert len(titles(page)) == 50
    page.get_by_role("button", name=f"Show {WORKS - 50} more").click()

    assert len(titles(page)) == WORKS
    assert page.evaluate("document.activeElement.textContent") == titles(page)[50]


# --- the address ------------------------------------------------------------------------------


def test_address_can_be_sent(page: Any, index: str) -> None:
    """Search, choices, order and the opened paper are in it."""
    page.get_by_label("Search").fill("filler 4")
    page.get_by_label("Language").select_option("Python")
    page.get_by_label("Sort by").select_option("stars")
    page.get_by_role("button", name="Filler 44 about nothing").click()
    page.wait_for_url("**paper=*")
    address, there = page.url, titles(page)

    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector("tr.detail")

    assert titles(page) == there
    assert page.get_by_label("Search").input_value() == "filler 4"
    assert page.locator("[aria-expanded=true]").inner_text() == "Filler 44 about nothing"


def test_back_and_forth(page: Any) -> None:
    """A choice is a step; an address with nonsense is the whole catalog."""
    page.get_by_label("Language").select_option("Rust")
    page.get_by_role("link", name="Links", exact=True).click()
    page.wait_for_selector("table.links")
    page.go_back()
    assert number(page) == f"30 of {WORKS} papers"
    page.evaluate("location.hash = '#view=nowhere&sort=__proto__&q=%E0%A4%A'")
    page.locator(".number", has_text=f"0 of {WORKS} papers").wait_for()
    assert page.locator("table.papers").is_visible()


# --- one paper --------------------------------------------------------------------------------


def test_opened_paper(page: Any) -> None:
    """Abstract, links with health, code, places, findings; closed again by the same button."""
    page.get_by_label("Search").fill("MovieLens")
    page.get_by_role("button", name="MovieLens").click()
    detail = page.locator("tr.detail").inner_text()

    assert "✕ dead" in page.locator("tr.detail .verdict").evaluate(
        "e => getComputedStyle(e, '::before').content.slice(1, 3) + e.textContent"
    )
    assert "The server reports that the page does not exist (404)." in detail
    assert "seeds:7: Papers / Ranking" in detail
    read = page.get_by_role("link", name="Read", exact=True)
    assert read.get_attribute("href") == "https://grouplens.org/datasets/movielens/"
    page.get_by_role("button", name="MovieLens").click()
    assert page.locator("tr.detail").count() == 0


def test_hostile_paper_is_text(page: Any) -> None:
    """It is shown as it is written, and no element, link or script comes of it."""
    page.get_by_label("Search").fill("HYPERLINK")
    page.locator("table.papers .title").first.click()
    page.wait_for_selector("tr.detail")

    assert page.get_by_role("link", name="Read", exact=True).count() == 0
    assert "<img src=x>" in page.locator("table.papers").inner_text()
    assert page.locator("img, main script, a[href^='javascript']").count() == 0


def test_copies_are_those_of_the_program(page: Any) -> None:
    """BibTeX, RIS, CSL and COinS made in the browser say what the exports say, of every paper."""
    made = page.evaluate(
        "[...columns.title.keys()].map(paperAt).map((p) => [bibtex(p), ris(p), csl(p), coins(p)])"
    )
    without = {"abstract", "custom"}
    for one, (bibtex, ris, csl, context) in zip(works(), made, strict=True):
        assert bibtex == render_bibtex((one,))
        assert context == coins(one)
        lines = render_ris((one,)).split("\r\n")
        assert ris == "\r\n".join(line for line in lines if not line.startswith("AB  - "))
        assert csl == {name: value for name, value in item_of(one).items() if name not in without}


def test_copy(page: Any) -> None:
    """The button copies, and says so to whoever does not see it."""
    page.evaluate(
        "window.kept = []; Object.defineProperty(navigator, 'clipboard',"
        " {value: {writeText: async (text) => { kept.push(text); }}})"
    )
    page.get_by_role("button", name="Attention Is All You Need").click()
    page.get_by_role("button", name="Copy BibTeX").click()
    assert page.locator("p.announcer").inner_text() == "BibTeX copied."
    page.get_by_role("button", name="Copy CSL-JSON").click()

    bibtex, csl = page.evaluate("kept")
    assert parse_string(bibtex, "bibtex").entries["vaswani2017attention"]
    assert json.loads(csl)[0]["DOI"] == "10.48550/arXiv.1706.03762"


def test_reference_managers_find_what_is_drawn(page: Any) -> None:
    """Once nobody types every row says which paper it is, and Zotero is told to look again."""
    page.get_by_label("Search").fill("quokka")
    page.evaluate(
        "() => { window.told = new Promise((resolve) =>"
        " document.addEventListener('ZoteroItemUpdated', resolve, {once: true})); }"
    )
    page.evaluate("told.then(() => true)")

    contexts = page.locator("table.papers tbody .Z3988")
    assert contexts.count() == len(titles(page))
    fields = parse_qs(contexts.nth(0).get_attribute("title"))
    assert fields["rft.atitle"] == ["Filler 33 about nothing"]


@pytest.mark.parametrize("form", ["BibTeX", "RIS", "CSV"])
def test_export_of_what_is_shown(page: Any, form: str, tmp_path: Path) -> None:
    """The papers that search and choices leave, all of them, in the order that is shown."""
    page.get_by_label("Language").select_option("Rust")
    page.get_by_label("Sort by").select_option("stars")
    with page.expect_download() as download:
        page.get_by_role("button", name=form, exact=True).click()
    file = tmp_path / "file"
    download.value.save_as(file)
    text = file.read_bytes().decode()

    if form == "BibTeX":
        entries = [one.fields["title"] for one in parse_string(text, "bibtex").entries.values()]
    elif form == "RIS":
        entries = [one["title"] for one in rispy.loads(text)]
    else:
        entries = [line.partition(",")[0] for line in text.splitlines()[1:]]
    assert len(entries) == 30
    assert entries[:2] == ["Filler 59 about nothing", "Filler 57 about nothing"]


def test_formulas_in_the_table_are_text(page: Any) -> None:
    """As in the CSV tables of the export."""
    cells = page.evaluate("['=1+1', '@x', '-1', '+2', '\\tx', 'a\"b', 'a,b', 5, -5].map(cell)")

    assert cells == ["'=1+1", "'@x", "'-1", "'+2", "'\tx", '"a""b"', '"a,b"', "5", "-5"]


# --- links, pictures --------------------------------------------------------------------------


def test_links_are_a_list_to_work_off(page: Any) -> None:
    """The worst first; by verdict, list and host; what to write instead can be copied."""
    page.get_by_role("link", name="Links", exact=True).click()
    rows = page.locator("table.links tbody tr")
    assert number(page) == "3 links"
    assert "2026-11-01, 4 checks" in rows.nth(0).inner_text()
    assert "seeds:7:3, other:2:3" in rows.nth(0).inner_text()
    assert page.locator("a[href^='javascript']").count() == 0

    page.get_by_label("Verdict").select_option("moved")
    page.evaluate(
        "window.kept = []; Object.defineProperty(navigator, 'clipboard',"
        " {value: {writeText: async (text) => { kept.push(text); }}})"
    )
    page.get_by_role("button", name="Copy https://github.com/moon/filler3").click()
    page.get_by_role("button", name="Copy all replacements").click()
    assert page.evaluate("kept") == [
        "https://github.com/moon/filler3",
        "seeds:103:53\thttps://github.com/sun/filler3\thttps://github.com/moon/filler3\n",
    ]


def test_repairs_can_be_copied(page: Any, tmp_path: Path) -> None:
    """The line as it should be, and the patch of the chosen list: text, whatever it says."""
    page.get_by_role("link", name="Links", exact=True).click()
    page.evaluate(
        "window.kept = []; Object.defineProperty(navigator, 'clipboard',"
        " {value: {writeText: async (text) => { kept.push(text); }}})"
    )
    page.get_by_role("button", name="Copy line 103 of seeds as it should be").click()
    page.get_by_role("button", name="Copy the patch (1 repair)").click()
    assert page.evaluate("kept") == [REPAIRED_LINE, PATCH]
    assert page.locator("p.announcer").inner_text() == "Patch copied."
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the patch").click()
    download.value.save_as(tmp_path / "patch")
    assert (tmp_path / "patch").read_bytes() == PATCH.encode()

    page.locator("#link-where").select_option("other")
    assert page.get_by_role("button", name="patch").count() == 0
    assert page.get_by_role("button", name="Copy line").count() == 0
    assert page.locator("main img, main script").count() == 0


def test_pictures_have_their_figures(page: Any) -> None:
    """Five, each an image with a name and a table that says the same."""
    page.get_by_role("link", name="Pictures").click()
    page.wait_for_selector(".picture")

    assert page.locator(".picture svg[role=img]").count() == 5
    assert page.locator(".picture table").count() == 5
    for summary in page.locator(".picture summary").all():
        summary.click()
    tables = page.locator(".picture table")
    assert "2024\t61" not in tables.nth(3).inner_text()
    assert "2024\t60" in tables.nth(3).inner_text()
    assert "by title\t60" in tables.nth(4).inner_text()
    bars = page.locator(".picture").nth(3).locator("svg[role=img] rect")
    assert bars.count() == 2  # of 2023 and 2024, as the table has it


def test_pictures_of_what_is_shown(page: Any) -> None:
    """Search and choices count in the pictures too."""
    page.get_by_label("Language").select_option("Rust")
    page.get_by_role("link", name="Pictures").click()
    page.wait_for_selector(".picture")

    assert number(page).startswith("The 30 papers")


# --- for everybody ----------------------------------------------------------------------------


def test_keyboard_alone(page: Any) -> None:
    """From the search to a paper, and back to the search with `/`."""
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.get_by_label("Search").focus()
    page.keyboard.type("movielens")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "MovieLens":
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("tr.detail")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.type") == "search"
    assert page.get_by_label("Search").input_value() == "movielens"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", ["", "#view=links", "#view=pictures", "#paper=title:0011"])
def test_no_barriers(page: Any, index: str, theme: str, view: str) -> None:
    """Nothing that axe-core finds, in either theme; and nothing to be moved sideways at 360 px."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415  with the browser only

    page.emulate_media(color_scheme=theme)
    page.goto("about:blank")
    page.goto(index + view)
    page.wait_for_selector("main > section:not([hidden])")
    for width in (1400, 800, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(250)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("kind", ["papers/", "sections/"])
def test_other_pages_have_no_barriers(page: Any, index: str, kind: str) -> None:
    """They are read without a script."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415  with the browser only

    names = [name for name in SITE if name.startswith(kind)]
    for name in (names[0], names[-1]):
        page.goto(index.replace("index.html", name))
        page.set_viewport_size({"width": 360, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
