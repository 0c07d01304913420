"""Stage 1: the two seeds completely, and the contract that every list keeps."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.formats.report import render_report
from pipeline.markdown import phrases, roles, sections
from pipeline.records.lists import Entry, Link, ParsedList
from pipeline.stages.parse import decode, parse
from pipeline.works.identifiers import identify
from tests.formats.telling import told

TABLES = "llm4rec-paper"
BULLETS = "awesome-llm4rs-papers"
ARXIV = "https://arxiv.org/abs/"


def read(source: str) -> ParsedList:
    """Parse a small list called `list`."""
    return parse(source, name="list")


def only(source: str) -> Entry:
    """Return the one entry of a small list."""
    (entry,) = read(source).entries
    return entry


def seed(shared: Path, name: str) -> tuple[str, ParsedList]:
    """Return one seed's text and what is read in it."""
    path = shared / "seeds" / f"{name}.md"
    text, problems = decode(path.read_bytes(), name=name)
    # The one list holds text that was decoded wrongly before it was saved.
    assert [one.line for one in problems] == ([5] if name == TABLES else [])
    return text, parse(text, name=name)


def all_links(parsed: ParsedList) -> list[Link]:
    """Return the links of the entries and the others."""
    return [link for entry in parsed.entries for link in entry.links] + list(parsed.other_links)


def at(parsed: ParsedList, line: int) -> Entry:
    """Return the entry that begins on a line."""
    return next(entry for entry in parsed.entries if entry.line == line)


# --- the seeds --------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "entries"), [(TABLES, 256), (BULLETS, 121)])
def test_seeds_give_every_entry_and_no_other(shared: Path, name: str, entries: int) -> None:
    """Each seed has a known number of entries, each with a title, and no unread line."""
    _, parsed = seed(shared, name)
    assert len(parsed.entries) == entries
    assert all(entry.title for entry in parsed.entries)
    assert parsed.problems == ()


def test_seeds_hold_every_arxiv_id_and_repository(shared: Path) -> None:
    """All 235 arXiv ids and every repository of the two seeds are found in links."""
    found: dict[str, set[str]] = {"arxiv": set(), "github": set()}
    for name in (TABLES, BULLETS):
        for link in all_links(seed(shared, name)[1]):
            identifier = identify(link.url)
            if identifier is not None and identifier.scheme in found:
                found[identifier.scheme].add(identifier.value)
    truth = [
        json.loads((shared / f"data/lists/truth_sets/{name}.md.json").read_text("utf-8"))
        for name in (TABLES, BULLETS)
    ]
    assert found["arxiv"] == {i for one in truth for i in one["arxiv_link"]}
    assert len(found["arxiv"]) == 235
    assert found["github"] >= {r.lower() for one in truth for r in one["github"]}


@pytest.mark.parametrize("name", [TABLES, BULLETS])
def test_seed_links_stand_where_they_say(shared: Path, name: str) -> None:
    """Line and column of every link lead to its first character in the text."""
    text, parsed = seed(shared, name)
    lines = text.split("\n")
    for link in all_links(parsed):
        assert lines[link.line - 1][link.column - 1 :].startswith(link.written or link.url)


@pytest.mark.parametrize("name", [TABLES, BULLETS])
def test_seed_labels_are_met(shared: Path, name: str) -> None:
    """Title, name, venue, year, section, links and roles are those of the labels."""
    _, parsed = seed(shared, name)
    labels = (shared / "data/lists/labels_seed.jsonl").read_text("utf-8").splitlines()
    seen = 0
    for label in map(json.loads, labels):
        if label["list"] != f"{name}.md":
            continue
        seen += 1
        entry = at(parsed, label["line"])
        for field in ("title", "name", "venue", "year", "authors"):
            assert getattr(entry, field) == label[field], label["line"]
        assert list(entry.section) == label["section"]
        wanted = {k["url"]: {k["role"], *k.get("alt_roles", [])} for k in label["links"]}
        assert {link.url for link in entry.links} == set(wanted)
        assert all(link.role in wanted[link.url] for link in entry.links)
    assert seen >= 88


def test_seed_table_keeps_other_columns(shared: Path) -> None:
    """Columns that no field takes are kept under their headers, bare of markup."""
    _, parsed = seed(shared, TABLES)
    columns = at(parsed, 99).columns
    assert columns["LLM Backbone (Largest)"] == "ChatGPT+ LLaMA2(7B)/LLaMA2(13B)"
    assert columns["LLM Tuning Strategy"] == "LoRA"
    assert set(columns) == {
        "LLM Backbone (Largest)",
        "LLM Tuning Strategy",
        "Main Contributions",
    }


def test_seed_mojibake_is_repaired_or_left(shared: Path) -> None:
    """Lossless text is repaired, here full-width brackets; a note that lost bytes stays."""
    text, parsed = seed(shared, TABLES)
    assert at(parsed, 144).columns["LLM Backbone (Largest)"] == "Qwen-1 （8B）"
    note = at(parsed, 276).columns["Main Contributions"]
    assert note in text.split("\n")[275]
    assert at(parsed, 79).name == "HKFR"
    assert at(parsed, 356).name is None


def test_seed_data_tables_give_data_sets_and_benchmarks(shared: Path) -> None:
    """Rows that only name a data set or a benchmark have that kind; all others are papers."""
    _, parsed = seed(shared, TABLES)
    kinds = Counter(entry.kind for entry in parsed.entries)
    assert (kinds["dataset"], kinds["benchmark"]) == (9, 4)
    assert kinds["paper"] == len(parsed.entries) - 13
    assert at(parsed, 406).title == "Reddit-Movie"
    assert [link.role for link in at(parsed, 420).links] == ["data", "paper"]


def test_seed_related_repositories_are_links_only(shared: Path) -> None:
    """The table of related repositories gives no entry; its links are kept to be checked."""
    _, parsed = seed(shared, TABLES)
    assert all(entry.line < 425 for entry in parsed.entries)
    related = {link.url for link in parsed.other_links if link.line >= 429}
    assert "https://github.com/wwliu555/rs-llm-paper-list" in related
    assert len(related) == 14


def test_seed_double_parentheses_are_repaired(shared: Path) -> None:
    """`((http://…))` gives the URL that is meant, and what stood there."""
    _, parsed = seed(shared, BULLETS)
    paper, code = at(parsed, 55).links
    assert paper.url == "http://arxiv.org/abs/2403.13574"
    assert paper.written == "(http://arxiv.org/abs/2403.13574)"
    assert (code.url, code.role) == ("https://github.com/RUCAIBox/LSVCR/", "code")


def test_seed_bold_lines_are_read_by_what_they_present(shared: Path) -> None:
    """A bold line with a survey is an entry; one that points at a repository is not."""
    _, parsed = seed(shared, BULLETS)
    survey = at(parsed, 135)
    assert survey.title.startswith("Pre-train, Prompt and Recommendation: A Comprehensive Survey")
    assert survey.venue == "arxiv 2023"
    assert 117 not in {entry.line for entry in parsed.entries}
    assert 117 in {link.line for link in parsed.other_links}


# --- the contract -----------------------------------------------------------------------------


def test_entry_has_its_place() -> None:
    """List, first and last line and section path are those of the source."""
    parsed = read(
        "# Top\n\n## Inner *part*\n\n- Attention Is All You Need\n"
        f"  [[pdf]]({ARXIV}1706.03762)\n  - Ashish Vaswani, Noam Shazeer. *NIPS 2017*\n"
    )
    (entry,) = parsed.entries
    assert (entry.list, entry.line, entry.end_line) == ("list", 5, 7)
    assert entry.section == ("Top", "Inner part")


def test_html_headings_make_sections() -> None:
    """HTML headings and Markdown headings build one path; a lower one ends the higher."""
    parsed = read(
        f'<h2 id="1">1. One & two</h2>\n\n<h3>1.1 Sub</h3>\n- [Attention Is All You Need]({ARXIV}'
        f'1706.03762)\n\n<h2 id="2"> 2. Other </h2>\n\n- [Graph Attention Networks]({ARXIV}'
        "1710.10903)\n"
    )
    assert [entry.section for entry in parsed.entries] == [
        ("1. One & two", "1.1 Sub"),
        ("2. Other",),
    ]


def test_column_counts_characters_not_bytes() -> None:
    """The column of a link after Chinese text counts characters."""
    entry = only(f"- 【注意力】Attention Is All You Need [论文]({ARXIV}1706.03762)")
    (link,) = entry.links
    assert (link.line, link.column) == (1, 39)
    assert link.role == "paper"


def test_reference_link_stands_at_its_definition() -> None:
    """The target of a reference link stands where the reference is defined."""
    parsed = read(
        f"- [Attention Is All You Need][1]\n\n[1]: {ARXIV}1706.03762\n[2]: http://x.org/a\n"
    )
    (link,) = parsed.entries[0].links
    assert (link.line, link.column) == (3, 6)
    assert [(other.url, other.line) for other in parsed.other_links] == [("http://x.org/a", 4)]


def test_same_url_twice_in_an_entry_is_given_once() -> None:
    """A badge that repeats the title's link adds nothing."""
    entry = only(
        f"- [Attention Is All You Need]({ARXIV}1706.03762)\n\n "
        " [![arXiv](https://img.shields.io/badge/"
        f"arXiv-red)]({ARXIV}1706.03762)\n"
    )
    assert [link.url for link in entry.links] == [f"{ARXIV}1706.03762"]


def test_images_are_no_links_but_what_is_behind_a_badge_is() -> None:
    """The source of a badge image is no link; its target is."""
    parsed = read("[![Build](https://img.shields.io/x.svg)](https://ci.example.org/a)\n")
    assert [link.url for link in parsed.other_links] == ["https://ci.example.org/a"]


@pytest.mark.parametrize(
    "source",
    [
        "See http://a.org/x for more.",
        "See <http://a.org/x>.",
        "See [this](http://a.org/x).",
        '<p align="center">\n<a href="http://a.org/x">home</a>\n</p>',
        "# Title [home](http://a.org/x)",
        "> [home](http://a.org/x)",
        "| a | b |\n|---|---|\n| c | [home](http://a.org/x) |",
        "| [a](http://a.org/x) | b |\n|---|---|\n| c | d |",
        "[home]: http://a.org/x",
        "text [home][1]\n\n[1]: http://a.org/x",
        "(home)[http://a.org/x]",
        "- a\n  - b\n    - <b>note</b> http://a.org/x.",
        "<details><summary>More</summary>\n\nhttp://a.org/x\n\n</details>",
        "<table><tr><td><a href='http://a.org/x'>logo</a></td></tr></table>",
    ],
)
def test_every_link_is_kept(source: str) -> None:
    """Wherever an http link stands, it is in an entry or among the other links."""
    assert [link.url for link in all_links(read(source))] == ["http://a.org/x"]


@pytest.mark.parametrize(
    "source",
    [
        "- [Papers](#papers)\n- [Code](#code)\n  - [Survey Paper](#survey-paper)",
        "<ol><li><a href=#slam>Simultaneous Localisation</a></li></ol>",
        (
            "## Contributors\n\n<a href='https://github.com/a/b/graphs/contributors'>\n"
            "<img src='https://contrib.rocks/image?repo=a/b'>\n</a>"
        ),
        (
            "[![Star History"
            " Chart](https://api.star-history.com/svg?repos=a/b)](https://star-history.com/#a/b)"
        ),
        (
            "## Related Repositories\n\n- [awesome-x](https://github.com/a/awesome-x)\n"
            "- [rs-paper-list](https://github.com/c/rs-paper-list)"
        ),
        (
            "This list follows [How Can Recommender Systems Benefit from"
            " LLMs](https://arxiv.org/abs/2306.05817)"
            " in its sections."
        ),
        "If you find this useful, please cite our [paper](https://arxiv.org/abs/2306.05817).",
        (
            "This is the code of **A Survey of Everything There Is**"
            " [[arXiv](https://arxiv.org/abs/2306.05817)]."
        ),
        "```\n- [Attention Is All You Need](https://arxiv.org/abs/1706.03762)\n```",
        "## News\n\n- [2023/05] Our survey is on [arXiv](https://arxiv.org/abs/2306.05817)!",
        "## License\n\n[MIT](https://opensource.org/licenses/MIT)",
        "| Symbol | Meaning |\n|---|---|\n| ⭐ | a paper that we like |",
        "| Method | MAE |\n|---|---|\n| [MCNN](#MCNN) | 110.2 |",
        "| | | |\n|---|---|---|\n| | | |",
        "Maintained by [A. Person](https://twitter.com/person).",
        "- Email: a@b.org\n- LinkedIn: [A. Person](https://www.linkedin.com/in/person)",
        "**Where?** *[GitHub](https://github.com/a/b) and [Notion](https://a.notion.site/b).*",
        (
            "## Contributing\n\n- Open a [pull request](https://github.com/a/b/pulls) with the"
            " paper's title"
        ),
        "<!-- - [Attention Is All You Need](https://arxiv.org/abs/1706.03762) -->",
    ],
)
def test_what_presents_no_work_is_no_entry(source: str) -> None:
    """Contents, contributors, badges, related lists, prose, news and fences give no entry."""
    assert read(source).entries == ()


def test_list_without_entries_says_so() -> None:
    """A list in which nothing is a work has the problem `no-entries`."""
    (problem,) = read("# Just text\n\nNothing here.\n").problems
    assert (problem.code, problem.list, problem.line) == ("no-entries", "list", 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it is empty"),
        ("\ufeff\n \n", "it is empty"),
        ("<!DOCTYPE html>\n<html><body>Sign in</body></html>", "it is a web page"),
        ('{"papers": []}', "it looks like data"),
        ("# Notes\n\nNothing here.\n", "it has no links to the web"),
        ("# Notes\n\n- Tidy Data [[Notes]](./tidy.md)\n", "it has no links to the web"),
        ("# Notes\n\nSee [the site](https://a.example/) for it all.\n", "links are in prose"),
        (
            f"# News\n\nWe cite [it]({ARXIV}1706.03762), and [this]({ARXIV}1706.03763) too.\n",
            "2 of its links lead to papers (line 3)",
        ),
    ],
)
def test_list_without_entries_gives_the_likely_reason(text: str, words: str) -> None:
    """Whoever gave the wrong file learns what it seems to be."""
    (problem,) = read(text).problems
    assert words in problem.message


def test_line_that_cannot_be_read_is_reported() -> None:
    """A line that links a paper and shows no title is reported, and its link is kept."""
    parsed = read(
        f"- [Attention Is All You Need]({ARXIV}1706.03762)\n- [paper]({ARXIV}1710.10903)\n"
    )
    (problem,) = parsed.problems
    assert (problem.code, problem.line) == ("unread-entry", 2)
    assert [link.url for link in parsed.other_links] == [f"{ARXIV}1710.10903"]


def test_short_rows_are_read() -> None:
    """A row with too few cells still gives its entry."""
    entry = only(
        f"| Title | Venue | Link |\n|---|---|---|\n| [Attention Is All You Need]({ARXIV}"
        "1706.03762)\n"
    )
    assert entry.title == "Attention Is All You Need"


@pytest.mark.parametrize("line", ["\n", "\r\n", "\r"])
def test_line_endings_do_not_matter(line: str) -> None:
    """CRLF and CR alone give the same entries, lines and columns as LF."""
    source = (
        f"# A\n\n- [Attention Is All You Need]({ARXIV}1706.03762)\n  [[code]](http://c.org/x)\n"
    )
    changed = read(source.replace("\n", line))
    assert changed == read(source)
    assert changed.entries[0].links[1].line == 4


def test_linkless_titles_need_a_list_of_papers_around_them() -> None:
    """A title without a link is an entry among papers, and none in a list of remarks."""
    papers = "\n".join(
        f"- Paper number {n} on Graphs [[paper]]({ARXIV}2001.0000{n})" for n in (1, 2)
    )
    assert len(read(f"{papers}\n- Networked Time Series Imputation via Graphs\n").entries) == 3
    assert read("- From outline to detail\n- Networked Time Series Imputation\n").entries == ()


def test_parsing_is_pure() -> None:
    """The same text gives equal results, and the names of lists are kept apart."""
    source = f"- [Attention Is All You Need]({ARXIV}1706.03762)"
    assert parse(source, name="a") == parse(source, name="a")
    assert parse(source, name="b").entries[0].list == "b"


def test_mixed_line_endings_count_as_in_an_editor() -> None:
    """LF, CRLF and CR alone each end one line in the same file."""
    parsed = read(
        f"# A\r\r\n\n- [Attention Is All You Need]({ARXIV}1706.03762)\r"
        f"- [Graph Attention Networks]({ARXIV}1710.10903)\r\n"
    )
    assert [(entry.line, entry.links[0].column) for entry in parsed.entries] == [(4, 31), (5, 30)]


def garbled(text: str) -> str:
    """Return text as it looks after its UTF-8 was read as Windows-1252."""
    return text.encode().decode("cp1252")


def test_mojibake_with_no_break_spaces_is_repaired() -> None:
    """A no-break space that is half a character is repaired before white space is squeezed."""
    assert "\u00a0" in garbled("à")
    entry = only(
        f"## {garbled('à la carte')}\n\n| Title | Note | Link |\n|---|---|---|\n"
        f"| Attention Is All You Need {garbled('à')} | {garbled('格 à')} {garbled('格')} |"
        f" [[paper]]({ARXIV}1706.03762) |\n"
    )
    assert entry.columns == {"Note": "格 à 格"}
    assert entry.section == ("à la carte",)
    assert entry.title == "Attention Is All You Need à"


# --- hostile lists ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "- " + "Paper: " * 1000,
        "- **Some title of a work** " + "etal," * 1200,
        "- **Some title of a work** " + "et al " * 1200,
        "- " * 5000 + "a",
        ">" * 5000 + " a",
        "<div>" * 5000,
    ],
    ids=range(6),
)
def test_deep_nesting_ends_no_run(source: str) -> None:
    """What could be read by recursion without end is read, and what follows it too."""
    parsed = read(f"{source}\n\n# B\n\n- [Attention Is All You Need]({ARXIV}1706.03762)\n")
    assert [link.url for link in all_links(parsed)] == [f"{ARXIV}1706.03762"]


def test_long_heading_is_cut() -> None:
    """A heading is kept in every entry below it, so that no more than 400 characters are."""
    entry = only(f"# {'word ' * 1000}\n\n- [Attention Is All You Need]({ARXIV}1706.03762)\n")
    assert 390 <= len(entry.section[0]) <= 400


CACHED = [
    function
    for module in (phrases, roles, sections)
    for function in vars(module).values()
    if hasattr(function, "cache_clear")
]


def read_cold(source: str) -> ParsedList:
    """Parse a small list with nothing remembered."""
    for function in CACHED:
        function.cache_clear()
    return read(source)


@pytest.mark.parametrize(
    ("before", "unit", "after"),
    [
        ("- [a](http://", "a.", "org/)"),
        ("- [a](http://x.org/", "%20", "http)"),
        ("- [Some title of a work](http://github.com/", "list%20of%20", ")"),
        ("<div><a ", "a", ">x</a></div>"),
        ("<div>\n", "é<b>a</b> <a href='http://x.org'>z</a>\n", "</div>"),
        ("<table><tr><td>", "<br><p>", ""),
        ("| Date | Title |\n|---|---|\n| jan", "-/", "x | [Some title of a work](http://x.org) |"),
    ],
    ids=range(7),
)
def test_hostile_lists_take_linear_time(
    before: str, unit: str, after: str, growth: Callable[..., float]
) -> None:
    """Eight times as much text takes about eight times as long."""
    few = max(50, 8000 // len(unit))
    assert growth(lambda times: before + unit * times + after, read_cold, small=few) < 24


def test_a_report_is_no_list() -> None:
    """Wherever somebody has put one, such as `pipeline report > X.md`."""
    text = render_report(told()) + "\n- [A Paper](https://arxiv.org/abs/1706.03762)\n"
    parsed = parse(text, name="X")

    assert parsed.entries == ()
    assert parsed.other_links == ()
    assert [one.code for one in parsed.problems] == ["no-entries"]
