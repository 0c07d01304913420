"""Where a target is written in the text of a list."""

import pytest

from pipeline.records.lists import Link
from pipeline.repair.rewriting import as_written, line_starts, place_of, span_of, twin_of
from pipeline.urls import MAX_URL_LENGTH

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


def test_address_is_looked_for_in_its_own_line() -> None:
    """What stands in the lines before and after is another link's."""
    text = f"{URL}\n- [t]({URL})\n{URL}\n"
    for column in (7, 99):
        link = Link(url=URL, line=2, column=column)
        assert span_of(text, line_starts(text), link) == (text.index("(") + 1, text.index(")"))


def test_what_is_no_place_of_a_link_is_none() -> None:
    """An empty target, one of endless length, a line that the text does not have."""
    endless = "https://x.example/" + "p" * MAX_URL_LENGTH

    assert found(endless, url=endless) is None
    assert found("", url="") is None
    assert span_of("", line_starts(""), Link(url=URL, line=9, column=1)) is None


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (f"[t]({URL})", "inline"),
        (f"[t](<{URL}>)", "angle"),
        (f"[1]: <{URL}>", "angle"),
        (f"<{URL}>", "autolink"),
        (f"[1]: {URL}", "definition"),
        (f'<a href="{URL}">', "attribute"),
        (f"see {URL} here", "bare"),
    ],
)
def test_kinds_of_places(line: str, place: str) -> None:
    """What may stand in a target depends on what stands around it."""
    start = line.index(URL)

    assert place_of(line, start, start + len(URL)) == place


@pytest.mark.parametrize(
    ("url", "old", "expected"),
    [
        ("https://x.example/?a=1&b=2", URL, "https://x.example/?a=1&b=2"),
        ("https://x.example/?a=1&copy=2", URL, "https://x.example/?a=1&amp;copy=2"),
        ("https://x.example/?a=1&b=2", f"{URL}?c&amp;d", "https://x.example/?a=1&amp;b=2"),
        (
            "https://x.example/?u=https://y.example/(z)",
            URL,
            "https://x.example/?u=https://y.example/%28z%29",
        ),
        ("https://ü.example/", URL, None),
        ("x.example", URL, None),
    ],
)
def test_address_is_escaped_for_its_place(url: str, old: str, expected: str | None) -> None:
    """By the list's own way to write an ampersand; an address that cannot be written is none."""
    assert as_written(url, "inline", old) == expected


@pytest.mark.parametrize(
    "line", [f"[{URL}]({URL})", f"[{URL}](<{URL}>)", f'<a href="{URL}">{URL}</a>']
)
def test_text_that_repeats_its_target_is_its_twin(line: str) -> None:
    """It changes together with the target."""
    place = line.index(URL) if "href" in line else line.rindex(URL)
    other = line.rindex(URL) if "href" in line else line.index(URL)

    assert twin_of(line, place, place + len(URL)) == (other, other + len(URL))
    assert twin_of(line.replace(">https", ">See https", 1).replace("[h", "[See h", 1), 0, 3) is None
