"""Targets that are repaired, URLs that Markdown did not take for links, and their places."""

import pytest

from pipeline.markdown.links import Lines, repaired
from pipeline.records import Link
from pipeline.stages.parse import parse


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://arxiv.org/abs/1706.03762", "https://arxiv.org/abs/1706.03762"),
        ("(http://arxiv.org/abs/1706.03762)", "http://arxiv.org/abs/1706.03762"),
        ("http://a.org/x.pdf%20(http://a.org/x.pdf)", "http://a.org/x.pdf"),
        ("https://web.archive.org/web/2020/https://a.org/x", None),
        ("https://a.org/b c.pdf", "https://a.org/b%20c.pdf"),
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
        ("`http://a.org/x`", ["http://a.org/x"]),
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


def test_repaired_link_keeps_what_stood_there() -> None:
    """`written` is the target of the list where the URL is another one."""
    (link,) = links("[a b](http://a.org/x%20(http://a.org/x))")
    assert (link.url, link.written) == ("http://a.org/x", "http://a.org/x%20(http://a.org/x)")
    assert link.column == 7


def test_places_count_lines_and_characters_from_one() -> None:
    """Offsets are bytes; lines and columns count from 1, columns in characters."""
    lines = Lines("é中\nb".encode())
    assert lines.place(0) == (1, 1)
    assert lines.place(5) == (1, 3)
    assert lines.place(6) == (2, 1)
    assert lines.line(7) == 2
