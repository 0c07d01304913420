"""Markdown and HTML to blocks, with their places."""

import time

import pytest

from pipeline.markdown.blocks import Heading, ItemList, Paragraph, Row, Summary
from pipeline.markdown.marks import HARD, LINK, LINK_END, plain, without_forged_marks
from pipeline.markdown.reader import read_blocks
from pipeline.stages.parse import parse


def test_blocks_come_in_order_with_their_bytes() -> None:
    """Headings, paragraphs, items and rows have ranges in bytes of the source."""
    source = "# é\n\ntext\n\n- a\n  - b\n\n| h |\n|---|\n| c |\n"
    heading, paragraph, items, row = read_blocks(source)
    assert isinstance(heading, Heading)
    assert (heading.level, heading.text, heading.start) == (1, "é", 0)
    assert isinstance(paragraph, Paragraph)
    assert source.encode()[paragraph.start : paragraph.end].decode().strip() == "text"
    assert isinstance(items, ItemList)
    assert [child.text for child in items.items[0].children] == ["b"]
    assert isinstance(row, Row)
    assert [cell.text for cell in row.cells] == ["c"]
    assert [cell.text for cell in row.table.header] == ["h"]


def test_links_are_marked_in_the_text() -> None:
    """The k-th mark of a text belongs to the k-th anchor, in Markdown and in HTML."""
    (paragraph,) = read_blocks('a [b](u1) <a href="u2">c</a> d')
    assert isinstance(paragraph, Paragraph)
    assert paragraph.text == f"a {LINK}b{LINK_END} {LINK}c{LINK_END} d"
    assert [anchor.url for anchor in paragraph.anchors] == ["u1", "u2"]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a<br>b", f"a{HARD}b"),
        ("a\\\nb", f"a{HARD}b"),
        ("a  \nb", f"a{HARD}b"),
        ("x $A^2$ and $y_{t}$ and $z_{t}$", "x $A^2$ and $y_{t}$ and $z_{t}$"),
        ("price $5 and <sup>2</sup>", "price $5 and 2"),
    ],
)
def test_inline_content(source: str, text: str) -> None:
    """Line breaks of every kind are one mark; formulas keep their signs."""
    (paragraph,) = read_blocks(source)
    assert isinstance(paragraph, Paragraph)
    assert paragraph.text == text


def test_html_gives_the_same_blocks() -> None:
    """Headings, summaries, items and rows in HTML are blocks as in Markdown."""
    source = (
        "<h2>One</h2>\n<details><summary>More</summary>\n<ul><li>a</li><li>b</ul>\n"
        "<table><tr><th>h</th></tr><tr><td>c<td>d</tr></table></details>\n"
    )
    kinds = [type(block).__name__ for block in read_blocks(source)]
    assert kinds == ["Heading", "Summary", "ItemList", "ItemList", "Row", "DetailsEnd"]


def test_a_cell_over_several_rows_stands_in_each_of_them() -> None:
    """`rowspan` (HTML Standard, 4.9.11): cells of later rows keep their columns."""
    source = (
        "<table><tr><td rowspan=3>a<td>b<td rowspan='2'>c</tr><tr><td>d</tr><tr><td>e<td>f</tr>"
        "<tr><td>g</tr></table>\n"
    )
    rows = [[cell.text for cell in row.cells] for row in read_blocks(source) if type(row) is Row]
    assert rows == [["a", "b", "c"], ["a", "d", "c"], ["a", "e", "f"], ["g"]]


def test_unclosed_html_ends_at_the_next_heading() -> None:
    """A tag that is never closed does not swallow the rest of the list."""
    blocks = list(read_blocks("<summary>a\n\n# B\n\ntext\n"))
    assert isinstance(blocks[0], Summary)
    assert [block.text for block in blocks if isinstance(block, Heading)] == ["B"]


def test_code_and_comments_are_skipped() -> None:
    """Fences and HTML comments give no text and no links."""
    blocks = list(read_blocks("```\n[a](http://b)\n```\n\n<!-- <a href='http://c'>d</a> -->\n"))
    assert blocks == []


def test_an_indented_block_of_linked_items_is_no_code() -> None:
    """MkDocs indents what a note holds; places stay, and any other line makes it code."""
    source = '??? note "Ä"\n\n    * [One](http://a.b/1)\n    * [Two](http://a.b/2) x\n'
    links = [a for b in read_blocks(source) if isinstance(b, ItemList) for a in b.items[0].anchors]
    assert [link.text for link in links] == ["One", "Two"]
    raw = source.encode()
    assert [raw[link.start : link.end] for link in links] == [
        b"[One](http://a.b/1)",
        b"[Two](http://a.b/2)",
    ]
    assert list(read_blocks("    * [One](http://a.b/1)\n    x = 1\n")) == []


def test_html_in_an_item_counts_to_its_end() -> None:
    """The indent of the HTML, which comes with the place of its begin, does not shorten it."""
    source = "- [a](http://b)\n    <summary>S</summary>\n    Text of it.\n"
    (block,) = read_blocks(source)
    assert isinstance(block, ItemList)
    assert source[: block.items[0].end].rstrip().endswith("Text of it.")


def test_marks_in_a_source_are_replaced() -> None:
    """Control characters of a hostile list cannot pass for marks, however they are written."""
    assert without_forged_marks(f"a{LINK}b") == "a\ufffdb"
    assert plain(f"a {LINK}b{LINK_END}\u200b  c") == "a b c"


@pytest.mark.parametrize("number", ["1", "0000008", "14", "x2", "X0e", "x000E"])
def test_no_reference_by_number_means_a_mark(number: str) -> None:
    """CommonMark 6.2 decodes `&#1;` to the character; an entity to another one stays."""
    text = without_forged_marks(f"- &#{number};&#65; [Title](http://x.y)\n")
    (block,) = read_blocks(text)
    assert isinstance(block, ItemList)
    assert block.items[0].text == f"&\ufffd{number};A {LINK}Title{LINK_END}"
    assert len(block.items[0].anchors) == 1


def test_no_badge_means_a_mark() -> None:
    """A hostile badge's address says `%01` within the name of a venue."""
    source = "- Title ![](https://img.shields.io/badge/NeurIPS%01_2023-x-red)\n"
    (block,) = read_blocks(source)
    assert isinstance(block, ItemList)
    assert LINK not in block.items[0].text


@pytest.mark.parametrize(
    "source",
    [
        "- " + "[" * 50_000,
        "- a " + "(" * 50_000,
        "- " + "**a " * 15_000,
        "- " + "a, " * 30_000,
        "- " + "http://" * 10_000,
        "- a" + " " * 50_000 + "b [paper](http://x.y)",
        "<a " * 30_000,
        '<a "' * 30_000,
        "<td>" * 20_000,
        "- " + "[a](http://x.y) " * 5_000,
        "\n".join("  " * depth + "- a [b](http://x.y)" for depth in range(600)),
        "|a|b|\n|-|-|\n|" + "x|" * 30_000,
        "- " + '"' * 50_000,
    ],
    ids=lambda source: source[:12],
)
def test_hostile_text_costs_linear_time(source: str) -> None:
    """Repeated brackets, tags and separators neither fail nor take long."""
    begin = time.perf_counter()
    parse(source, name="list")
    assert time.perf_counter() - begin < 5
