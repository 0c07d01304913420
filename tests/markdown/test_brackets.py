"""Tests of `pipeline.markdown.brackets`: what is missing, in plain words, and no false alarm."""

from collections.abc import Callable
from datetime import date

import pytest

from pipeline.links.ignores import ignores_of
from pipeline.lint.rules import lint
from pipeline.stages.parse import parse

URL = "https://arxiv.org/abs/2305.00447"
TABLE = "| Title | Paper |\n|---|---|\n"


def found(text: str) -> list[str]:
    """Return the messages about a list."""
    return [one.message for one in parse(text, name="l").torn]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"- [A Title of Some Paper(x{URL})", None),
        (f"- [A Title of Some Paper({URL})", "“]” is missing between “A Title of Some Paper” and"),
        (f"- [A Title of Some Paper {URL})", "“](” is missing between “A Title of Some Paper”"),
        (f"- A Title of Some Paper]({URL})", "“[” is missing before “A Title of Some Paper](”."),
        (f"1. A Title of Some Paper]({URL})", "“[” is missing before “A Title of Some Paper](”."),
        (f"- [A Title of Some Paper]{URL})", "“(” is missing between “[A Title of Some Paper]”"),
        (f"- A Title of Some Paper, [[paper]({URL}), 2024", "opens two brackets and closes one."),
        (f"- A Title of Some Paper [[paper]]({URL}] more", "“)” is missing after the address."),
        (
            f"- A Title of Some Paper [paper]({URL}) | [code](https://github.com/a/b_ c)",
            "has a blank",
        ),
        (f"{TABLE}| A Title of Some Paper | [paper({URL}) |", "“]” is missing between “paper”"),
        (f"{TABLE}| A Title of Some Paper | paper]({URL}) |", "“[” is missing before “paper](”."),
        ("- [A Title of Some Paper](https://foo.org/a b.pdf)", "has a blank"),
        ("- A Title of Some Paper [pdf](https://foo.org/a b c.pdf), 2024", "has a blank"),
        (f"See [the page]({URL} and go on.", "“)” is missing after the address."),
        (f"- [Other](https://a.example/)\n- A Title of Some Paper]({URL})", "“[” is missing"),
        (f"- [An open bracket\n- A Title of Some Paper]({URL})", "“[” is missing"),
    ],
)
def test_missing_bracket_is_named(text: str, words: str | None) -> None:
    """Which one, and where; or that a malformed one has been told elsewhere."""
    parsed = parse(text, name="l")
    told = lint([parsed])
    about = [one for one in told if words and words in one.message]

    assert words is None or [one.code for one in about] == ["link-malformed"]
    assert len({(one.locations[0].line, one.locations[0].column) for one in told}) == len(told)
    for one in about:
        line = text.split("\n")[one.locations[0].line - 1]
        assert line[(one.locations[0].column or 0) - 1 :].startswith("https://")


@pytest.mark.parametrize(
    "text",
    [
        f"- [A Title of Some Paper]({URL})",
        f"- [A Title of Some Paper](<{URL}>)",
        "- [A Title of Some Paper](<https://foo.org/a b.pdf>)",
        "- [A Title of Some Paper](https://foo.org/a%20b.pdf)",
        f'- [A Title of Some Paper]({URL} "with a title (and brackets")',
        f"- [A Title of Some Paper]({URL} 'title')",
        f'- [A Title of Some Paper]({URL}\n  "title below")',
        f"- A Title of Some Paper [[paper]({URL})] [[code]](https://github.com/a/b)",
        f"- A Title of Some Paper [[paper]({URL}), [code](https://github.com/a/b)]",
        f"- A Title of Some Paper [[paper]({URL}),\n  [code](https://github.com/a/b)]",
        f"- A Title of Some Paper \\[[paper]({URL})\\]",
        f"- A Title of Some Paper ({URL})",
        f"- A Title of Some Paper (see {URL}), [1]",
        f"- [A Title of Some Paper ({URL})](https://example.org/)",
        f"- [A Title (with (nested) ones) of Some Paper]({URL})",
        f"- [[0, 1) intervals] of Some Paper]({URL})",
        f"- [A label\n  over two lines]({URL})",
        f"- [`a[0]` of Some Paper]({URL})",
        f"- [![badge](https://img.example/a.svg)]({URL})",
        f"- A Title of Some Paper <{URL}>",
        f"- <a href='{URL}'>A Title of Some Paper</a>",
        f"- [A Title of Some Paper][1]\n\n[1]: {URL}",
        f"- A Title of Some Paper: {URL}",
        f"```\n[A Title]({URL}\n```",
        f"<!-- [A Title]({URL} -->",
        f"{TABLE}| A Title [of | [paper]({URL}) |",
    ],
)
def test_what_is_right_is_not_named(text: str) -> None:
    """Styles of real lists."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"- [First Title of Some Paper]({URL})\n-[A Title of Some Paper]({URL}v2)", [2]),
        (f"- [First Title of Some Paper]({URL})\n-**[A Title of Some Paper]({URL}v2)**", [2]),
        (f"-[A Title of Some Paper]({URL})", [1]),
        (f"* [First Title of Some Paper]({URL})\n*[A Title of Some Paper]({URL}v2)", [2]),
        (f"+A Title of Some Paper [paper]({URL})", [1]),
        (f"1. First Title of a Paper [pdf]({URL})\n2.A Title of a Paper [pdf]({URL}v2)", [2]),
        (f"1.First Title of a Paper [pdf]({URL})<br>\n2.A Title of a Paper [pdf]({URL}v2)", []),
        (f"1.First Title of a Paper [pdf]({URL})\n\n2.A Title of a Paper [pdf]({URL}v2)", []),
        (f"*[A Title of Some Paper]({URL})*, 2024", []),
        (f"**[A Title of Some Paper]({URL})**, 2024", []),
        (f"*A Title of Some Paper* [paper]({URL}), 2024", []),
        (f"- -50 % of Costs by a Paper [paper]({URL}), 2024", []),
        (f"3D Gaussians of Some Paper [paper]({URL}), 2024", []),
        (f"# A\n\n-\n-- [A Title of Some Paper]({URL})", []),
    ],
)
def test_missing_blank_after_a_marker_is_named(text: str, lines: list[int]) -> None:
    """With its line, in lint and in a run; a number in a line of its own may be meant so."""
    parsed = parse(text, name="l")

    assert [one.line for one in parsed.problems if one.code == "no-item"] == lines
    assert [one.locations[0].line for one in lint([parsed]) if one.code == "no-item"] == lines


def test_a_comment_hides_it() -> None:
    """As any other finding."""
    text = f"- [A Title of Some Paper({URL}) <!-- pipeline:ignore link-malformed: meant so -->"
    parsed = parse(text, name="l")

    assert parsed.torn
    assert not lint([parsed], ignores=ignores_of((), [parsed], date(2026, 1, 1)))


@pytest.mark.parametrize("part", ["[", "[a](", f"[a]({URL} ", f"[[a]({URL}) ", f"a]({URL}) "])
def test_time_is_linear(part: str, growth: Callable[..., float]) -> None:
    """However many brackets stand in a line."""

    def call(text: str) -> object:
        return found(text)

    assert growth(lambda size: f"- {part * size}{URL})", call, small=60) < 24
