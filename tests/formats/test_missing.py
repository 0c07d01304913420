"""Works that a list may be missing, in words: nothing in them steers what shows them."""

import json

from pipeline.formats.missing import because, render_json, render_markdown, render_text
from pipeline.records.suggestions import Place, Suggestion

CITING = tuple(Place(list="a", line=line, title="T") for line in range(1, 8))
ONE = Suggestion(
    list="a",
    key="doi:10.1/x",
    title="Sparse Trees",
    authors=("Ann Author", "Bo Writer", "Cy Third", "Di Fourth"),
    year=2019,
    url="https://doi.org/10.1/x",
    cited_by=CITING,
    in_lists=(Place(list="b", line=3, title="T"),),
)
HOSTILE = ONE.model_copy(
    update={"title": "\x1b[31m<script>[x](javascript:1) ##[error]|", "url": "javascript:alert(1)"}
)


def test_text_names_places_by_file() -> None:
    """As everything else that a terminal shows, so that it opens them."""
    assert "(lists/a.md:1, lists/a.md:2, " in render_text([ONE], {"a": "lists/a.md"})


def test_the_reason_names_the_lines() -> None:
    """Five at most, and how many more."""
    assert because(ONE) == (
        "cited by 7 papers of the list (a:1, a:2, a:3, a:4, a:5, and 2 more); in 1 other list (b:3)"
    )


def test_text_has_a_work_below_its_list() -> None:
    """With authors, year and key."""
    assert render_text([ONE], {}).split("\n")[:2] == [
        "a",
        "  Sparse Trees (Ann Author, Bo Writer, Cy Third, et al., 2019)",
    ]


def test_json_has_the_fields_of_the_report() -> None:
    """And nothing that a runner obeys."""
    text = render_json([HOSTILE])

    assert json.loads(text)["missing"][0]["key"] == "doi:10.1/x"
    assert "##[" not in text


def test_hostile_titles_are_inert() -> None:
    """On a terminal and in Markdown."""
    assert "\x1b" not in render_text([HOSTILE], {})
    shown = render_markdown([HOSTILE])
    assert "<script" not in shown
    assert "[x](javascript:" not in shown
    assert "](" not in shown.replace("\\](", "")
    assert render_markdown([ONE.model_copy(update={"in_lists": (), "cited_by": CITING[:1]})]) == (
        "## Perhaps missing\n\n- a: [Sparse Trees](<https://doi.org/10.1/x>)"
        " (Ann Author, Bo Writer, Cy Third, et al., 2019): cited by 1 paper of the list (a:1)\n"
    )
    assert render_markdown([]) == "## Perhaps missing\n\nNothing.\n"
