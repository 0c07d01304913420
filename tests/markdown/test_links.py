"""Targets that are repaired, URLs that Markdown did not take for links, and their places."""

from collections.abc import Callable
from html import unescape

import pytest

from pipeline.markdown.links import Lines, repaired, revive, unchecked_kind, with_line_feeds
from pipeline.markdown.marks import Piece
from pipeline.records.lists import Link
from pipeline.stages.parse import parse


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://arxiv.org/abs/1706.03762", "https://arxiv.org/abs/1706.03762"),
        ("(http://arxiv.org/abs/1706.03762)", "http://arxiv.org/abs/1706.03762"),
        ("http://a.org/x.pdf%20(http://a.org/x.pdf)", "http://a.org/x.pdf"),
        ("https://web.archive.org/web/2020/https://a.org/x", None),
        ("https://a.org/b c.pdf", "https://a.org/b%20c.pdf"),
        ("https://a.org/b\r\nX: c", "https://a.org/bX:%20c"),
        ("https://https://a.org/x", "https://a.org/x"),
        ("[https://a.org/1](https://b.org/2)", "https://b.org/2"),
        ("arxiv.org/abs/1706.03762", "https://arxiv.org/abs/1706.03762"),
        ("#papers", None),
        ("./docs/README.md", None),
        ("mailto:a@b.org", None),
        ("", None),
    ],
)
def test_repair_gives_what_is_plainly_meant(written: str, meant: str | None) -> None:
    """A faulty target becomes the URL that it means; all others stay as they are."""
    assert repaired(written) == (written if meant is None else meant)


def links(source: str) -> list[Link]:
    """Return all links of a small list."""
    parsed = parse(source, name="list")
    return [link for entry in parsed.entries for link in entry.links] + list(parsed.other_links)


@pytest.mark.parametrize(
    ("source", "urls"),
    [
        ("see http://a.org/x.", ["http://a.org/x"]),
        ("(see http://a.org/x_(y))", ["http://a.org/x_(y)"]),
        ("http://a.org/x,http://b.org/y", ["http://a.org/x,http://b.org/y"]),
        ("http://a.org/x, http://b.org/y;", ["http://a.org/x", "http://b.org/y"]),
        ("**http://a.org/x**", ["http://a.org/x"]),
        ("参见http://a.org/x。后面", ["http://a.org/x"]),
        ("`http://a.org/x` and `[x](http://a.org/y)`", []),  # code is no link
        ("www.a.org/x and (www.b.org).", ["http://www.a.org/x", "http://www.b.org"]),
        ("[pdf](http://a.org/b c.pdf)", ["http://a.org/b%20c.pdf"]),
        ("[pdf](http://a.org/b&amp;c)", ["http://a.org/b&c"]),
        ("<a href='http://a.org/b&amp;c'>x</a>", ["http://a.org/b&c"]),
        ("[http://a.org/x](http://b.org/y)", ["http://b.org/y"]),
        ("![logo](http://a.org/x.png)", []),
        ("<img src='http://a.org/x.png'>", []),
        ("[a](ftp://a.org/x) [b](mailto:a@b.org) [c](#d)", []),
    ],
)
def test_links_of_a_text(source: str, urls: list[str]) -> None:
    """Bare URLs end where their sentence goes on; entities are decoded; images are no links."""
    assert [link.url for link in links(source)] == urls


@pytest.mark.parametrize(
    ("source", "urls"),
    [
        ("$[p](https://m.org/x)$ x", ["https://m.org/x"]),
        (r"$\text{[m](https://m.org/x)}$", ["https://m.org/x"]),
        (r"$\href{https://m.org/x}{t}$", ["https://m.org/x"]),
        ("$(see https://m.org/x)^2$", ["https://m.org/x"]),
        ("$[a](https://m.org/x),[b](https://m.org/y)$", ["https://m.org/x", "https://m.org/y"]),
        ("$$\n[p](https://m.org/x)\n$$", ["https://m.org/x"]),
        ("$x = https://m.org/x$ y", ["https://m.org/x"]),
        ("$a$ https://m.org/x_(y)", ["https://m.org/x_(y)"]),
        ("$a$ https://m.org/x$y$", ["https://m.org/x$y$"]),
    ],
)
def test_link_in_math_ends_at_its_bracket(source: str, urls: list[str]) -> None:
    """Markdown reads no links in math, so that its brackets stand beside a bare URL."""
    assert [link.url for link in links(source)] == urls


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("https://m.org/y&copy;", "https://m.org/y"),
        ("https://m.org/y&copy;&reg; z", "https://m.org/y"),
        ("https://m.org/y&#169;.", "https://m.org/y"),
        ("https://m.org/x&amp;", "https://m.org/x"),
        ("https://m.org/x?a=1&amp;b=2", "https://m.org/x?a=1&b=2"),
        ("https://m.org/x?a=1&amp;b=2&hellip;", "https://m.org/x?a=1&b=2"),
        ("![i](https://i.org/&amp;) https://m.org/y&copy;", "https://m.org/y"),
        ("https://m.org/y&unknown;", "https://m.org/y"),
        ("https://m.org/y©", "https://m.org/y©"),
        ("<https://m.org/y&copy;>", "https://m.org/y&copy;"),
    ],
)
def test_bare_link_ends_before_an_entity(source: str, url: str) -> None:
    """An entity at the end of a bare URL is text (GFM 6.9); within it, it is not."""
    assert [link.url for link in links(f"See {source}")] == [url]


@pytest.mark.parametrize("tag", ["span data-clipboard=", "div onclick=", "b title="])
def test_attribute_is_not_taken_for_the_place_of_a_bare_link(tag: str) -> None:
    """A URL of the text that an attribute repeats is where the text has it."""
    source = f"<{tag}'https://m.org/x'>https://m.org/x</b>"
    (link,) = links(f"See {source}")
    assert link.column == source.rindex("https") + 5


def test_repaired_link_keeps_what_stood_there() -> None:
    """`written` is the target of the list where the URL is another one."""
    (link,) = links("[a b](http://a.org/x%20(http://a.org/x))")
    assert (link.url, link.written) == ("http://a.org/x", "http://a.org/x%20(http://a.org/x)")
    assert link.column == 7


def test_bare_www_address_is_a_link_as_it_stands() -> None:
    """GitHub links it (GFM 6.9); as a target, it is a file of the list's own folder."""
    (bare,) = links("see www.a.org/x here")
    (target,) = links("[see](www.a.org/x)")

    assert (bare.url, bare.written) == ("http://www.a.org/x", None)
    assert target.written == "www.a.org/x"


def test_places_count_lines_and_characters_from_one() -> None:
    """Offsets are bytes; lines and columns count from 1, columns in characters."""
    lines = Lines("é中\nb".encode())
    assert lines.place(0) == (1, 1)
    assert lines.place(5) == (1, 3)
    assert lines.place(6) == (2, 1)
    assert lines.line(7) == 2


@pytest.mark.parametrize("letter", ["a", "é", "推", "🔷"])
def test_places_in_a_long_line_count_characters(letter: str) -> None:
    """Columns of a line of many kilobytes are right at every place, in any order of asking."""
    source = f"first\n{letter * 20_000}\nlast"
    lines = Lines(source.encode())
    size = len(letter.encode())
    for column in (20_000, 1, 7, 4096, 4097, 12_345):
        assert lines.place(6 + (column - 1) * size) == (2, column)
    assert lines.place(6 + 20_000 * size + 1) == (3, 1)


@pytest.mark.parametrize("text", ["a\rb", "a\r\nb", "a\n\rb", "a\r\r\nb\r", "ab"])
def test_line_feeds_take_the_place_of_lone_returns(text: str) -> None:
    """CR alone becomes LF; CRLF stays, and so does the place of every character."""
    changed = with_line_feeds(text)
    assert len(changed) == len(text)
    assert changed.replace("\r\n", "\n").splitlines() == text.splitlines()


def test_bare_links_after_one_in_entities_have_their_places() -> None:
    """A URL that the source writes with an entity does not take the place of the next."""
    first, second = links("See http://a.org/?x&amp;y and http://b.org/z here.")
    assert (first.url, first.column) == ("http://a.org/?x&y", 5)
    assert (second.url, second.column) == ("http://b.org/z", 31)


def test_bare_link_is_not_taken_for_an_image_before_it() -> None:
    """The place of a bare URL is its own, not that of another URL before it."""
    (link,) = links("![a](http://i.org/1.png) See http://b.org/z here.")
    assert (link.url, link.column) == ("http://b.org/z", 30)


@pytest.mark.parametrize("letter", ["a", "é"])
def test_places_on_a_line_take_linear_time(letter: str, growth: Callable[..., float]) -> None:
    """Eight times as many places on one line take about eight times as long."""

    def ask(source: bytes) -> list[tuple[int, int]]:
        lines = Lines(source)
        return [lines.place(offset) for offset in range(0, len(source), 20)]

    unit = f"{letter}[a](http://x.org) ".encode()
    assert growth(lambda times: unit * times, ask, small=4000) < 24


@pytest.mark.parametrize("written", ["http://x.org/?a&amp;b ", "&#104;ttp://x.org/z "])
def test_links_in_entities_take_linear_time(written: str, growth: Callable[..., float]) -> None:
    """Eight times as many bare URLs that stand nowhere as they read take about as many times."""

    def find(source: bytes) -> Piece:
        piece = Piece(unescape(source.decode()), [], 0, len(source))
        revive(piece, source)
        return piece

    assert growth(lambda times: written.encode() * times, find, small=1000) < 24


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("#papers", "heading"),
        ("notes/a.md", "relative file"),
        ("../a b.pdf", "relative file"),
        ("mailto:ann@a.org", "mail address"),
        ("ann.lee+list@a.org", "mail address"),
        ("MAILTO:ann@a.org", "mail address"),
        ("ftp://a.org/x", "ftp address"),
        ("git@github.com:owner/name.git", "git address"),
        ("ssh://git@github.com/owner/name", "git address"),
        ("tel:+1", "other address"),
        ("//a.org/x", "other address"),
        ("notes/ann@a.org.md", "relative file"),
        ("https://a.org/", None),
        ("TODO", None),
        ("#", None),
    ],
)
def test_targets_that_no_request_can_check(target: str, kind: str | None) -> None:
    """They are counted by kind; what only keeps the place of an address is a fault instead."""
    assert unchecked_kind(target) == kind


def test_targets_that_no_request_can_check_are_counted() -> None:
    """In entries, in tables of contents and in prose alike."""
    text = (
        "# L\n\n- [Top](#papers)\n\nSee [all](all.md).\n\n## Papers\n\n"
        "- [A study of foxes](https://arxiv.org/abs/2401.00001) [notes](notes/a.md)\n"
    )

    assert parse(text, name="l").unchecked == {"heading": 1, "relative file": 2}


def test_images_are_counted_and_badges_as_such() -> None:
    """Within links, in HTML and alone; in code and in comments there are none."""
    text = (
        "# L\n\n![fig](figs/a.png) [![b](https://img.shields.io/x.svg)](https://a.org)\n"
        '<img src="logo.png"> `![x](y.png)` <!-- ![x](z.png) -->\n\n'
        "- [A study](https://arxiv.org/abs/2401.00001) ![s](https://badge.fury.io/py/x.svg)\n"
    )

    assert parse(text, name="l").unchecked == {"badge": 2, "image": 2}


@pytest.mark.parametrize(
    ("line", "url", "role"),
    [
        ("- [A Relational Model of Data](papers/codd.pdf)", "papers/codd.pdf", "paper"),
        ("- A Relational Model of Data. [[pdf](<a b.pdf>)]", "a b.pdf", "paper"),
        ("- A Relational Model of Data. [[slides](codd.pdf)]", "codd.pdf", "slides"),
        ("- A Relational Model of Data. [[code](./src)]", "./src", "code"),
    ],
)
def test_file_that_an_entry_links_is_a_link_of_it(line: str, url: str, role: str) -> None:
    """With its role, and with its place as any link; a heading is of no entry."""
    text = f"# L\n\n{line} [top](#l) [arXiv](https://arxiv.org/abs/2401.00001)\n"
    parsed = parse(text, name="l")
    (entry,) = parsed.entries

    (found,) = (link for link in entry.links if link.url == url)
    assert (found.role, found.line) == (role, 3)
    assert text.splitlines()[2][found.column - 1 :].lstrip("<").startswith(url)
    assert [link.url for link in parsed.local] == ["#l"]
