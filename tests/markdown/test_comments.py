"""Tests of `pipeline.markdown.comments`: the comment that asks to leave a line alone."""

from collections.abc import Callable

import pytest

from pipeline.records.lists import MAX_REASON
from pipeline.stages.parse import parse

COMMENT = "<!-- pipeline:ignore -->"
TABLE = "| Paper | Code |\n|---|---|\n"
A = "- [Attention Is All You Need](https://arxiv.org/abs/1706.03762) (NeurIPS 2017)"


@pytest.mark.parametrize(
    ("text", "ignored"),
    [
        pytest.param(f"{A} {COMMENT}", {1: ""}, id="end of a bullet"),
        pytest.param(f"{A}\n{A} {COMMENT}\n{A}", {2: ""}, id="its own line only"),
        pytest.param(f"{TABLE}| [A](https://a.org) | x {COMMENT} |", {3: ""}, id="in a cell"),
        pytest.param(f"{TABLE}| [A](https://a.org) | x | {COMMENT}", {3: ""}, id="behind a row"),
        pytest.param(f"{TABLE}| [A](https://a.org) | x {COMMENT}", {3: ""}, id="open row"),
        pytest.param(f"Text {COMMENT} more", {1: ""}, id="in prose"),
        pytest.param(f"<p>\n<a href='https://a.org'>A</a> {COMMENT}\n</p>", {2: ""}, id="HTML"),
        pytest.param(
            "x <!-- pipeline:ignore private beta -->", {1: "private beta"}, id="with a reason"
        ),
        pytest.param("x <!--pipeline:ignore: a-b -->", {1: "a-b"}, id="glued, colon, hyphen"),
        pytest.param("x <!--\tPipeline:Ignore\t-->", {1: ""}, id="tabs and capitals"),
        pytest.param("a\r\nb <!-- pipeline:ignore -->\r\nc", {2: ""}, id="CRLF"),
        pytest.param("a\rb <!-- pipeline:ignore -->\rc", {2: ""}, id="CR alone"),
        pytest.param("ä → <!-- pipeline:ignore für später -->", {1: "für später"}, id="Unicode"),
        pytest.param("x <!-- pipeline:ignored -->", {}, id="another word"),
        pytest.param("x <!-- pipeline:ignore-file -->", {}, id="a longer word"),
        pytest.param("x <!-- see pipeline:ignore -->", {}, id="not the first word"),
        pytest.param("x <!-- pipeline:ignore", {}, id="never closed"),
        pytest.param("x <!-- pipeline:ignore\n-->", {}, id="over two lines"),
        pytest.param(f"```\n{COMMENT}\n```", {}, id="in a fence"),
        pytest.param(f"    {COMMENT}", {}, id="in indented code"),
        pytest.param(f"say `{COMMENT}` there", {}, id="in a code span"),
        pytest.param(f"<!-- old\n{A} {COMMENT}\n-->", {}, id="inside another comment"),
        pytest.param(f"```\nx\n```\n{A} {COMMENT}", {4: ""}, id="after a fence"),
        pytest.param(
            f"<!-- pipeline:ignore-next-line link-dead: w -->\n{A}\n{A}",
            {2: "link-dead: w"},
            id="next line",
        ),
        pytest.param(
            f"{A}\n\n<!-- pipeline:ignore-start: old -->\n\n{A}\n<!-- Pipeline:Ignore-End -->\n{A}",
            {3: "old", 4: "old", 5: "old", 6: "old"},
            id="block",
        ),
        pytest.param(f"{A}\n<!-- pipeline:ignore-start -->\n{A}\n{A}", {}, id="block without end"),
        pytest.param(f"{A}\n<!-- pipeline:ignore-end -->\n{A}", {}, id="end without start"),
        pytest.param(
            "<!-- pipeline:ignore-start a -->\nx\n<!-- pipeline:ignore-start b -->\ny"
            " <!-- pipeline:ignore c -->\n<!-- pipeline:ignore-end -->\nz",
            {1: "a", 2: "a", 3: "a\nb", 4: "c\na\nb", 5: "a\nb"},
            id="one in the other",
        ),
        pytest.param(
            "```\n<!-- pipeline:ignore-start -->\n```\nx\n<!-- pipeline:ignore-end -->",
            {},
            id="start in code",
        ),
        pytest.param("<!-- pipeline:ignore-next -->\nx", {}, id="half a word"),
        pytest.param("x <!-- pipeline:ignore-next-line -->", {2: ""}, id="nothing below"),
    ],
)
def test_ignored_lines(text: str, ignored: dict[int, str]) -> None:
    """A comment counts for its own line, wherever it stands in it, and not in code."""
    assert parse(text, name="l").ignored == ignored


@pytest.mark.parametrize(
    "line",
    [
        A + "{}",
        "- **A Title of Several Words**, A. Author. [[paper]](https://arxiv.org/abs/1706.03762){}",
        TABLE + "| [Attention Is All You Need](https://arxiv.org/abs/1706.03762) | x{} |",
        TABLE + "| [Attention Is All You Need](https://arxiv.org/abs/1706.03762) | x |{}",
        TABLE + "| [Attention Is All You Need](https://arxiv.org/abs/1706.03762) | x{}",
        TABLE.replace("Code", "Note")
        + "| [Attention](https://arxiv.org/abs/1706.03762) | good{} |",
        "### [Attention Is All You Need](https://arxiv.org/abs/1706.03762){}\nNeurIPS 2017",
        A + "{}\n  continued in the next line",
        A + "{}\n- [Another Title of a Paper](https://arxiv.org/abs/1810.04805)",
        "- Attention Is All You Need https://arxiv.org/abs/1706.03762{}",
    ],
)
def test_comment_changes_no_entry(line: str) -> None:
    """Title, columns and links are those of the list without the comment."""
    plain = parse(line.format(""), name="l")
    commented = parse(line.format(f" {COMMENT}"), name="l")

    assert plain.entries
    assert plain.ignored == {}
    assert len(commented.ignored) == 1
    assert commented.model_copy(update={"ignored": {}}) == plain


def test_problem_of_an_ignored_line_is_not_reported() -> None:
    """Whoever ignores a line knows that it is odd."""
    line = "- [](https://arxiv.org/abs/1706.03762) [](https://arxiv.org/abs/1810.04805)"
    text = f"# Papers\n\n{A}\n{line}{{}}\n"

    assert [one.code for one in parse(text.format(""), name="l").problems] == ["unread-entry"]
    assert parse(text.format(f" {COMMENT}"), name="l").problems == ()
    other = " <!-- pipeline:ignore wrong-paper: a nickname -->"
    assert len(parse(text.format(other), name="l").problems) == 1
    own = " <!-- pipeline:ignore unread-entry: so it is meant -->"
    assert parse(text.format(own), name="l").problems == ()


def test_reason_is_cut() -> None:
    """A list is a stranger's text."""
    (reason,) = parse(f"x <!-- pipeline:ignore {'y' * 5000} -->", name="l").ignored.values()

    assert reason == "y" * MAX_REASON


@pytest.mark.parametrize(
    "part",
    [
        "<!-- pipeline:ignore ",
        "<!-- pipeline:ignore --> ",
        "<!--",
        "`<!-- pipeline:ignore -->` ",
        "<!-- pipeline:ignore-start -->\n<!-- pipeline:ignore-end -->\n",
        "<!-- pipeline:ignore-start -->\n",
    ],
)
def test_time_is_linear(part: str, growth: Callable[..., float]) -> None:
    """However many comments are opened and never closed."""

    def make(size: int) -> str:
        return "x <!-- pipeline:ignore -->\n\n<div>\n" + part * size

    def call(text: str) -> object:
        return parse(text, name="l")

    assert growth(make, call, small=300) < 24


def test_links_of_an_ignored_line_stay() -> None:
    """An ignored line's links are still in the entries: they say which work is meant."""
    (entry,) = parse(f"{A} {COMMENT}", name="l").entries

    assert [link.url for link in entry.links] == ["https://arxiv.org/abs/1706.03762"]
