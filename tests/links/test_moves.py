"""Which redirects are the same for everybody, and lead to the same thing."""

import pytest

from pipeline.links.moves import depends_on_visitor

OLD = "https://lab.com/a"


@pytest.mark.parametrize(
    "new",
    [
        "https://lab.com/en-us/a",
        "https://lab.com/a?cc=de",
        "https://lab.com/a?country_code=DE",
        "https://lab.com/a?_ga=1.2.3",
        "https://lab.com/a?_gl=1*x",
        "https://lab.com/a?msclkid=x",
        "https://lab.com/a?ts=1700000000",
        "https://lab.com/a?__cf_chl_tk=x",
        "https://lab.com/a?timestamp=1",
        "https://lab.de/a",
        "https://www.lab.co.uk/a",
        "https://lab.com.br/a",
    ],
)
def test_what_another_visitor_would_not_get_is_not_written(new: str) -> None:
    """A language, a country, a visit: the server has guessed who asks."""
    assert depends_on_visitor(OLD, new)


@pytest.mark.parametrize(
    "new",
    [
        "https://lab.com/b",
        "https://lab.com/a?id=7",
        "https://lab.org/a",
        "https://lab.ai/a",
        "https://lab.io/a",
        "https://other.de/a",
        "https://docs.lab.com/a",
    ],
)
def test_what_is_there_for_everybody_may_be_written(new: str) -> None:
    """Whether it is the same thing is asked elsewhere."""
    assert not depends_on_visitor(OLD, new)


def test_country_that_was_there_before_says_nothing() -> None:
    """The list has written it."""
    assert not depends_on_visitor("https://lab.de/a", "https://lab.de/b")
    assert not depends_on_visitor("https://lab.com/a?cc=de", "https://lab.com/b?cc=de")
