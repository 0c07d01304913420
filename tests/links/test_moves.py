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
        "https://lab.com/b?id=7",
        "https://lab.com/b?id=0a1b2c3d4e5f6a7b8c9d0e1f",
        "https://lab.com/papers/a.html",
        "https://lab.com/ml-4-all",
        "https://lab.com/the-tool",
        "https://lab.com/b?x=1&y=2",
        "https://lab.com/people/author?author=me",
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


@pytest.mark.parametrize(
    "added",
    """
    nocache=1 _=1 needAccess=true origin=ppub srsltid=x sso=1 reload=true rq=1 amp=1 view=mobile
    currency=EUR id=7 whatever
    """.split(),  # noqa: SIM905
)
@pytest.mark.parametrize("old", [OLD, "https://lab.com/a?id=5"])
def test_same_page_with_more_parameters_is_no_other(old: str, added: str) -> None:
    """No list of names has all that a server may add."""
    new = f"{old}{'&' if '?' in old else '?'}{added}"
    assert depends_on_visitor(old, new)
    assert depends_on_visitor(old, new.replace("//lab", "//www.lab"))


@pytest.mark.parametrize(
    "query",
    [
        "sv=2020-08-04&se=2026-01-01&sig=abc",
        "st=abc&e=1700000000",
        "h=abc&t=170",
        "jwt=eyJhbGciOi.J9",
        "auth=x",
        "key=x",
        "access_key=x",
        "awsaccesskeyid=x",
        "X-Amz-Credential=x",
        "Policy=x&Key-Pair-Id=y",
        "z=1767225600",
        "z=a1b2c3d4e5f6a7b8c9d0",
        "z=eyJhbGciOi.J9",
    ],
)
def test_signed_address_is_not_written(query: str) -> None:
    """It is of one visit, or of one hour, on whatever host and path."""
    assert depends_on_visitor(OLD, f"https://cdn.host.net/files/b.pdf?{query}")


@pytest.mark.parametrize(
    "new",
    """
    https://m.lab.com/a https://mobile.lab.com/a https://amp.lab.com/a https://lab.com/mobile/a
    https://lab.com/amp/a https://lab.com/a/amp https://www-de.lab.com/a https://lab.com/english/a
    https://lab.com/sr-Latn-RS/a https://lab.com/sr/a https://lab.com/zh-Hant/a https://lab.com/a.en
    https://lab.com/a_de.html https://lab.com/a-fr.php https://lab.com/b?l=de https://lab.com/b?ln=en
    https://lab.com/b?setLng=en https://lab.com/b?language_id=1 https://lab.com/b?currency=EUR
    https://lab.com/b?version=fr-CA https://lab.com/b?view=mobile https://lab.com/index.mobile.html
    """.split(),  # noqa: SIM905
)
def test_page_of_a_language_or_device_is_not_written(new: str) -> None:
    """Whoever asks with another browser comes elsewhere."""
    assert depends_on_visitor(OLD, new)


def test_language_that_was_there_before_is_the_lists_own() -> None:
    """As a name's end, or as a folder."""
    assert not depends_on_visitor("https://lab.com/a_de.html", "https://lab.com/b/a_de.html")
    assert not depends_on_visitor("https://lab.com/a.de.html", "https://lab.com/de/a")
    assert not depends_on_visitor("https://m.lab.com/a", "https://m.lab.com/b")
