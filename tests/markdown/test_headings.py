"""Tests of `pipeline.markdown.headings`."""

from collections.abc import Callable

import pytest

from pipeline.markdown.headings import outline_of


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("# One\n\n###### Six ##\n", ["One", "Six"]),
        ("One\n===\n\nTwo\nlines\n---\n", ["One", "Two\nlines"]),
        ("# A *b* `c_d` [e](http://x.org) ~~f~~\n", ["A b c_d e ~~f~~"]),
        ("# ![alt](a.png) Setup\n", [" Setup"]),
        ("# $x^2$ nets\n", ["$x^2$ nets"]),
        ("<h2 align='center'>A <b>b</b> &amp; c</h2>\n", ["A b & c"]),
        ("<div>\n<h3>A\nb</h3>\n\n## C\n\n</div>\n", ["A\nb", "C"]),
        ("> ## Quoted\n\n- ## In an item\n", ["Quoted", "In an item"]),
        ("<!--\n# no\n\n## no\n-->\n# yes\n", ["yes"]),
        ("```\n# no\n```\n\n    # no\n\n# yes\n", ["yes"]),
        ("`# no`\n\n#no\n\n# yes\n", ["yes"]),
        ("---\ntitle: no\n---\n# yes\n", ["yes"]),
        ("# A\r\n\r\n# B\r\r# C", ["A", "B", "C"]),
        ("<h2>never closed\n\n# B\n", ["never closed\n", "B"]),
        ("", []),
    ],
)
def test_headings(text: str, headings: list[str]) -> None:
    """Of Markdown and of HTML, as a reader sees them; what is hidden or code is none."""
    assert list(outline_of(text).headings) == headings


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('<a name="x&amp;y"></a> <a id=z></a>\n', ["x&y", "z"]),
        ('<h2 id="me">A</h2>\n', ["me"]),
        ("A <span id='in'>b</span> c\n", ["in"]),
        ("<!-- <a id='no'></a> -->\n\n`<a id='no'>`\n", []),
        ("# A {#given}\n", ["given"]),
    ],
)
def test_names_of_html(text: str, names: list[str]) -> None:
    """`id` and `name`; the braces of makers of sites count too, beside GitHub's reading."""
    assert list(outline_of(text).names) == names


@pytest.mark.parametrize("unit", ["# A\n\n", "<h2>", "<a id=", "# [a](", "<!-- #"])
def test_hostile_text_takes_linear_time(unit: str, growth: Callable[..., float]) -> None:
    """Eight times the text takes about eight times as long."""
    assert growth(lambda times: unit * times, outline_of, small=2000) < 24
