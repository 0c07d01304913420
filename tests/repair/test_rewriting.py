"""Where a target is written in the text of a list."""

import pytest

from pipeline.records.lists import Link
from pipeline.repair.rewriting import line_starts, span_of

URL = "https://x.example/p"


def found(line: str, *, column: int = 1, url: str = URL) -> str | None:
    """Return what is taken for the target, with a bar at its end."""
    link = Link(url=url, line=1, column=column)
    span = span_of(line, line_starts(line), link)
    return None if span is None else f"{line[slice(*span)]}|{line[span[1] :][:1]}"


@pytest.mark.parametrize(
    "longer",
    [
        "x",
        "/x",
        "?x=1",
        "#x",
        ".html",
        "-x",
        "_x",
        "%20x",
        "=x",
        "&x=1",
        "@x",
        "+x",
        "~x",
        ",x",
        ":8",
    ],
)
@pytest.mark.parametrize("column", [1, 3, 40])
def test_address_never_matches_inside_a_longer_one(longer: str, column: int) -> None:
    """`…/p` is not written where `…/px` stands, whatever the column says."""
    assert found(f"- {URL}{longer} and words", column=column) is None
    assert found(f"- {URL}{longer} and {URL} here", column=column) == f"{URL}| "


@pytest.mark.parametrize(
    "before",
    ["x", "/", "https://a.example/", "https://a.example/?u=", "https://a.example/x,", "%20"],
)
def test_address_never_matches_at_the_end_of_another(before: str) -> None:
    """An address may hold another one."""
    assert found(f"- {before}{URL} and words", column=40) is None


@pytest.mark.parametrize(
    ("line", "end"),
    [
        (f"- [t]({URL})", ")"),
        (f"- [t](<{URL}>)", ">"),
        (f"- {URL}, and", ","),
        (f"- {URL}.", "."),
        (f"- {URL}", ""),
        (f"- *{URL}*", "*"),
        (f"- | {URL}|", "|"),
    ],
)
def test_address_ends_where_its_place_ends(line: str, end: str) -> None:
    """A bracket, a bar, a full stop at the end of a sentence."""
    assert found(line, column=line.index(URL) + 1) == f"{URL}|{end}"
    assert found(line, column=99) == f"{URL}|{end}"


def test_address_that_stands_twice_is_found_by_its_column_only() -> None:
    """Without the column nobody knows which is meant."""
    line = f"- {URL} {URL}"

    assert found(line, column=3) is not None
    assert found(line, column=99) is None
