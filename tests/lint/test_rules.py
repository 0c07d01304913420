"""Tests of `pipeline.lint.rules`: what is wrong with a list by its text alone."""

from datetime import date
from pathlib import Path

import pytest

from pipeline.links.ignores import Ignores, ignores_of
from pipeline.links.rules import IgnoreRule
from pipeline.lint.rules import lint
from pipeline.stages.parse import decode, parse
from pipeline.urls import target_of

TODAY = date(2026, 11, 22)
ONE = "- [Attention Is All You Need](https://arxiv.org/abs/1706.03762)"
TWO = "- [Deep Residual Learning for Image Recognition](https://arxiv.org/abs/1512.03385)"


def told(text: str, ignores: Ignores | None = None) -> list[tuple[str, int, int | None]]:
    """Return code, line and column of all that is told of a list."""
    found = lint([parse(text, name="l")], ignores=ignores, today=TODAY)
    return [(one.code, one.locations[0].line, one.locations[0].column) for one in found]


@pytest.mark.parametrize(
    "line",
    [
        f"{TWO} [code]()",
        f"{TWO} [code]( )",
        f"{TWO} [code](<>)",
        f'{TWO} <a href="">code</a>',
        f"{TWO} <a class=x href=''>code</a>",
        "See [the site]() for more.",
        'See <a href="">the site</a> for more.',
        "## More [of them]()",
        "- [To be written]()",
        "> [Quoted]() by somebody",
        "[x]: <>",
    ],
)
def test_a_link_without_an_address_is_told_wherever_it_stands(line: str) -> None:
    """No request can check it, and nobody can have meant it."""
    assert [one[:2] for one in told(f"# A\n\n{ONE}\n\n{line}\n")] == [("placeholder-link", 5)]


@pytest.mark.parametrize("line", ["`[code]()`", "<a name=x></a>", "<a id='x'>y</a>", "[back](#)"])
def test_what_needs_no_address_is_not_told(line: str) -> None:
    """Code, anchors, and the way up in prose."""
    assert told(f"# A\n\n{ONE}\n\n{line}\n") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"# A\n{ONE}\n{TWO}\n", [], id="nothing"),
        pytest.param(f"# A\n{ONE}\n{TWO}\n{ONE}\n", [("duplicate-entry", 4, None)], id="twice"),
        pytest.param(f"# A\n{ONE}\n# B\n{ONE}\n", [], id="in two sections"),
        pytest.param(
            f"# A\n{ONE}\n# B\n{TWO.replace('1512.03385', '1706.03762')}\n",
            [("same-id-two-titles", 4, None)],
            id="one id, two titles",
        ),
        pytest.param(
            f"# A\n{ONE}\n{ONE.replace('1706.03762', '1512.03385')}\n",
            [("same-title-two-ids", 2, None), ("same-title-two-ids", 3, None)],
            id="one title, two ids",
        ),
        pytest.param(
            f"# A\n{ONE.replace('(https://arxiv', '((https://arxiv')})\n",
            [("link-malformed", 2, 31)],
            id="brackets",
        ),
        pytest.param(
            f"# A\n{ONE.replace('1706.03762', '1706.0376')}\n",
            [("link-malformed", 2, 31)],
            id="no arXiv id",
        ),
        pytest.param(
            f"# A\n{ONE.replace('1706.03762', '2712.03762')}\n",
            [("link-malformed", 2, 31)],
            id="a month to come",
        ),
        pytest.param(
            f"# A\n{ONE.replace('1706.03762', 'XXXX.XXXXX')}\n",
            [("placeholder-link", 2, 31)],
            id="placeholder",
        ),
        pytest.param(
            f"# A\n{ONE}\n{TWO}\n\nSee <https://arxiv.org/abs/17060.1>.\n",
            [("link-malformed", 5, 6)],
            id="in prose",
        ),
        pytest.param("just text\n", [("no-entries", 1, None)], id="no list"),
        pytest.param(
            f"# A\n{ONE}\n- [](https://arxiv.org/abs/1512.03385) [](https://arxiv.org/abs/1810.04805)\n",
            [("unread-entry", 3, None)],
            id="unread",
        ),
        pytest.param(f"# A\n{ONE.replace('abs', 'pdf')}\n", [], id="taste: the PDF"),
        pytest.param(f"# A\n{ONE.replace('03762', '03762v2')}\n", [], id="taste: a version"),
    ],
)
def test_what_is_told(text: str, expected: list[tuple[str, int, int | None]]) -> None:
    """Faults of the text, with their places; nothing that a writer may want so."""
    assert told(text) == expected


def test_paper_and_slides_of_one_title_are_no_duplicate() -> None:
    """Entries that only a title makes one must share a link."""
    paper = "- [Classification and Regression Trees](https://trees.test/cart.pdf)"
    slides = "- [Classification and Regression Trees](https://trees.test/cart.ppt)"

    assert told(f"# A\n{paper}\n{slides}\n") == []
    assert told(f"# A\n{paper}\n{paper}\n") == [("duplicate-entry", 3, None)]


def test_what_is_to_be_written_stands_beside_it() -> None:
    """The link as it stands there, and what it plainly means."""
    text = f"# A\n{ONE.replace('(https://arxiv', '((https://arxiv')})\n"

    (one,) = lint([parse(text, name="l")], today=TODAY)

    assert one.url == "(https://arxiv.org/abs/1706.03762)"
    assert one.replacement == "https://arxiv.org/abs/1706.03762"
    assert one.action == "apply"


def test_lists_are_taken_one_by_one() -> None:
    """A work in two lists is no fault of either."""
    lists = [parse(f"# A\n{ONE}\n", name="a"), parse(f"# A\n{ONE}\n", name="b")]

    assert lint(lists, today=TODAY) == ()


def test_order_is_that_of_the_files() -> None:
    """By list, line and column, whatever was found first."""
    bad = TWO.replace("1512.03385", "17.1")
    lists = [parse(f"# A\n{ONE}\n{ONE}\n{bad}\n", name=name) for name in ("b", "a")]

    found = lint(lists, today=TODAY)

    places = [(one.locations[0].list, one.locations[0].line) for one in found]
    assert places == [("a", 3), ("a", 4), ("b", 3), ("b", 4)]


def test_problems_of_decoding_are_told() -> None:
    """They are found before the list is parsed."""
    text, problems = decode(f"# Ä\n{ONE}\n".encode("latin-1"), name="l")

    found = lint([parse(text, name="l")], problems, today=TODAY)

    assert [one.code for one in found] == ["encoding"]


def test_ignored_lines_and_links_are_not_told() -> None:
    """By a comment in the line, or by a rule."""
    bad = TWO.replace("1512.03385", "17.1")
    text = f"# A\n{ONE}\n{ONE} <!-- pipeline:ignore -->\n{bad}\n"
    parsed = parse(text, name="l")
    rule = IgnoreRule(file="f", line=1, url="https://arxiv.org/abs/17.1", reason="r", expires=TODAY)

    assert told(text, ignores_of([], [parsed], TODAY)) == [("link-malformed", 4, 50)]
    assert told(text, ignores_of([rule], [parsed], TODAY)) == []


def test_fingerprint_outlives_a_moved_line() -> None:
    """A link that stands lower is the same link."""
    bad = ONE.replace("1706.03762", "17.1")

    (one,) = lint([parse(f"# A\n{bad}\n", name="l")], today=TODAY)
    (other,) = lint([parse(f"# A\n\n\n{bad}\n", name="l")], today=TODAY)

    assert one.locations != other.locations
    assert one.fingerprint == other.fingerprint


def test_labelled_lists_have_few_faults(shared: Path) -> None:
    """Twelve well-kept lists of 15,000 entries: no list has more than one fault in a hundred."""
    for path in sorted((shared / "data" / "lists" / "dev").glob("*.md")):
        text, problems = decode(path.read_bytes(), name=path.name)
        parsed = parse(text, name=path.name)

        found = lint([parsed], problems, today=TODAY)

        assert len(found) <= max(5, len(parsed.entries) // 100), path.name


PAPER = "- A Paper of Three or Four Words"


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ("[paper](#) [code](#)", [("placeholder-link", "#", None)]),
        ("[paper](TODO)", [("placeholder-link", "TODO", None)]),
        ("[paper]()", [("placeholder-link", None, None)]),
        ("[paper](javascript:;)", [("placeholder-link", "javascript:;", None)]),
        ("[paper](mailto:a@b.org)", [("placeholder-link", "mailto:a@b.org", None)]),
        (
            "[paper](link) [code](url)",
            [("placeholder-link", "link", None), ("placeholder-link", "url", None)],
        ),
        (
            "[paper](https://example.com/)",
            [("placeholder-link", "https://example.com/", None)],
        ),
        (
            "[code](https://github.com/username/repo)",
            [("placeholder-link", "https://github.com/username/repo", None)],
        ),
        (
            "[paper](https://arxiv.org/abs/1512.03385",
            [("link-malformed", "https://arxiv.org/abs/1512.03385", None)],
        ),
        (
            "[paper] (https://arxiv.org/abs/1512.03385)",
            [("link-malformed", "https://arxiv.org/abs/1512.03385", None)],
        ),
        ("[paper][nowhere]", [("link-malformed", None, None)]),
        (
            "[paper](arXiv:1512.03385)",
            [("link-malformed", "arXiv:1512.03385", "https://arxiv.org/abs/1512.03385")],
        ),
        (
            "[paper](10.1145/3292500.3330701)",
            [
                (
                    "link-malformed",
                    "10.1145/3292500.3330701",
                    "https://doi.org/10.1145/3292500.3330701",
                )
            ],
        ),
        ("[paper](papers/a.pdf)", []),
        ("[paper](#a)", []),
        ("[paper][code]", []),
        ("[paper][p]\n\n[p]: https://arxiv.org/abs/1512.03385", []),
    ],
)
def test_what_is_no_link(links: str, expected: list[tuple[str, str | None, str | None]]) -> None:
    """Placeholders, torn Markdown and identifiers in the place of an address; files are meant."""
    found = lint([parse(f"# A\n{ONE}\n{PAPER}. {links}\n", name="l")], today=TODAY)

    assert [(one.code, one.url, one.replacement) for one in found] == expected
    assert {at.line for one in found for at in one.locations} <= {3}


def test_placeholders_of_a_list_are_told_together() -> None:
    """A habit is one thing to mend; a line that says so is left alone."""
    ignored = f"{PAPER} X [code]() <!-- pipeline:ignore -->"
    text = f"# A\n{ONE}\n{PAPER} [code]()\n{TWO} [code]()\n{ignored}\n"

    (one,) = lint([parse(text, name="l")], today=TODAY)

    assert [at.line for at in one.locations] == [3, 4]


def test_two_addresses_are_left_to_a_person() -> None:
    """No repair drops one of them."""
    text = f"# A\n{ONE.replace('03762', '03762https://github.com/a/b')}\n"

    (one,) = lint([parse(text, name="l")], today=TODAY)

    assert (one.code, one.action, one.replacement) == ("link-malformed", "decide", None)
    assert one.message.startswith("Two addresses are glued together")


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("- A Great Paper About Two Things. [paper](#) [code](#)", ["placeholder-link"]),
        ("- [A Great Paper About Two Things](#)", ["placeholder-link"]),
        ("- [A Great Paper About Two Things](mailto:a@b.org)", ["unread-entry"]),
        ("- [Back to the top](#)", []),
        ("- Questions? [Write to us](mailto:a@b.org)", []),
    ],
)
def test_no_entry_is_lost(line: str, codes: list[str]) -> None:
    """A line among entries that has only links to nothing is told; navigation is not."""
    assert [code for code, _, _ in told(f"# Papers\n{ONE}\n{TWO}\n{line}\n")] == codes


def test_unread_entry_stands_where_its_link_does() -> None:
    """Not where the summary above it does."""
    link = "[](https://arxiv.org/abs/1512.03385)"
    text = f"# A\n{ONE}\n\n<details><summary>More</summary>\n{link}\n</details>\n"

    assert told(text) == [("unread-entry", 5, None)]


def test_every_address_of_a_long_list_is_taken_apart_once() -> None:
    """
    All rules look at an entry before the next: on long lists that is most of the time.

    The plain address of a paper is not taken apart at all.
    """
    lines = (
        f"- [Paper of Number {number}](https://arxiv.org/abs/2101.{number:05d})"
        f" [[code]](https://gitlab.com/lab-{number}/code)"
        for number in range(1, 2001)
    )
    parsed = parse("# A\n" + "\n".join(lines), name="l")
    target_of.cache_clear()

    assert lint([parsed], today=TODAY) == ()
    assert target_of.cache_info().misses == 2000
