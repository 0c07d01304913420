"""What titles say; the table of titles is in `test_verdict_table.py`."""

from time import perf_counter

import pytest

from pipeline.links.page_titles import LONGEST, says_challenge, says_missing, says_parked


@pytest.mark.parametrize("says", [says_missing, says_parked, says_challenge])
@pytest.mark.parametrize("title", ["", " ", "|", " - ", "TALLRec", "a" * 10_000, "404" * 1000])
def test_ordinary_and_odd_titles_say_nothing(says: object, title: str) -> None:
    """Whatever it is, there is an answer."""
    assert callable(says)
    assert not says(title)


@pytest.mark.parametrize(
    ("title", "missing"),
    [
        ("404 | A Lab", True),
        ("404 | A Lab for the Study of Links", False),
        ("Page not found | A Lab for the Study of Links", True),
        ("Page not found | A very long sentence about the many things that this paper does", False),
        ("Found, not lost", False),
        ("Not Found" + " " * LONGEST + "404", False),
    ],
)
def test_what_stands_beside_the_error_words_counts(title: str, missing: bool) -> None:
    """A site's name may; a sentence is a title of its own. A bare number needs a shorter name."""
    assert says_missing(title) is missing


def test_titles_are_read_in_linear_time() -> None:
    """A hostile title costs no more than another."""
    for part in (" - ", "not ", "404 | ", "a's", "domain "):
        began = perf_counter()
        title = part * 20_000
        said = [says(title) for says in (says_missing, says_parked, says_challenge)]
        assert said == [False] * 3
        assert perf_counter() - began < 0.5
