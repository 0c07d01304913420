"""What one job finds, for another to say."""

import pytest

from pipeline.formats.review_json import Found, parse_found, render_found
from pipeline.records.reviews import Mend, Remark, Reviewed, ReviewedEntry

FOUND = Found(
    number=7,
    commit="a" * 40,
    reviewed=Reviewed(
        entries=(
            ReviewedEntry(
                "list.md",
                5,
                6,
                "A “Title”\u2028\x1b[31m",
                (
                    Remark(
                        "retitled", "The official title differs.", "Another", "https://x.example"
                    ),
                ),
                Mend(5, 6, ("- line", "")),
            ),
        ),
        notes=("Left for a later run.",),
        is_complete=False,
    ),
    shown={"list.md": ((1, 9), (20, 22))},
)


@pytest.mark.parametrize("found", [FOUND, Found(number=1, commit="b" * 40)])
def test_nothing_is_lost_on_the_way(found: Found) -> None:
    """One line of JSON."""
    text = render_found(found)

    assert parse_found(text) == found
    assert text.count("\n") == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[" * 100_000,
        '{"number": "x", "commit": "a"}',
        '{"number": 1, "commit": "a", "reviewed": {"entries": [{"path": 1}]}}',
        render_found(FOUND)[:-9],
    ],
)
def test_what_is_none_is_refused(text: str) -> None:
    """Without an exception."""
    assert parse_found(text) is None
