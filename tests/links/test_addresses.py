"""Where a redirect leads."""

import pytest

from pipeline.links.addresses import (
    is_challenge,
    is_consent,
    is_error_page,
    is_home,
    is_login,
    is_named_after,
    is_trending,
    same_address,
)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://a.example/b", "https://www.a.example/B/", True),
        ("https://a.example/b.pdf", "https://a.example/b", True),
        ("https://a.example/b//c", "https://a.example/b/c", True),
        ("https://a.example/?utm_campaign=x", "https://a.example", True),
        ("https://a.example/b?x=1", "https://a.example/b", False),
        ("https://a.example/b", "https://b.example/b", False),
        ("https://a.example/b", "https://a.example/b/c", False),
        ("https://docs.a.example/", "https://a.example/", False),
        ("https://a.example:443/b", "http://a.example:80/b", True),
        ("https://a.example:8443/b", "https://a.example/b", False),
        ("not a url", "not a url", True),
        ("not a url", "https://a.example/", False),
    ],
)
def test_same_address(one: str, other: str, same: bool) -> None:
    """Spelling is no difference, substance is; the order does not matter."""
    assert same_address(one, other) is same
    assert same_address(other, one) is same


@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("https://a.example", True),
        ("https://a.example/", True),
        ("https://a.example/index.html", True),
        ("https://a.example/en/", True),
        ("https://a.example/en-US/home", True),
        ("https://a.example/?id=1", False),
        ("https://a.example/~jo/", False),
        ("https://a.example/ai", False),
        ("not a url", False),
    ],
)
def test_is_home(url: str, home: bool) -> None:
    """A front page has no path but a language, and no question."""
    assert is_home(url) is home


@pytest.mark.parametrize(
    ("url", "login"),
    [
        ("https://a.example/login", True),
        ("https://a.example/users/sign_in", True),
        ("https://a.example/Login.aspx?next=/b", True),
        ("https://accounts.google.com/v3/signin/identifier", True),
        ("https://login.microsoftonline.com/common", True),
        ("https://a.example/session/12", False),
        ("https://a.example/blog/login-systems", False),
        ("https://a.example/b?next=/login", False),
    ],
)
def test_is_login(url: str, login: bool) -> None:
    """The page to sign in at, not one about it."""
    assert is_login(url) is login


@pytest.mark.parametrize(
    ("url", "consent"),
    [
        ("https://consent.youtube.com/m?continue=x", True),
        ("https://pub.example/action/cookieAbsent", True),
        ("https://pub.example/informed-consent-in-trials", False),
    ],
)
def test_is_consent(url: str, consent: bool) -> None:
    """The page that asks for consent, not one about it."""
    assert is_consent(url) is consent


@pytest.mark.parametrize(
    ("url", "trending"),
    [
        ("https://huggingface.co/papers/trending", True),
        ("https://huggingface.co/papers", True),
        ("https://huggingface.co/papers/2305.00447", False),
        ("https://other.example/papers/trending", False),
    ],
)
def test_is_trending(url: str, trending: bool) -> None:
    """The list where Papers with Code ended, not a paper in it."""
    assert is_trending(url) is trending


@pytest.mark.parametrize(
    ("url", "front_page", "named"),
    [
        ("https://lab.example/tallrec", "https://tallrec.example/", True),
        ("https://u.github.io/Tall-Rec/", "https://www.tallrec.org/", True),
        ("https://lab.example/ai", "https://ai.example/", False),
        ("https://lab.example/", "https://other.example/", False),
        ("https://lab.example/tallrec", "https://parking.example/", False),
    ],
)
def test_is_named_after(url: str, front_page: str, named: bool) -> None:
    """Four letters at least, so that chance is no reason."""
    assert is_named_after(url, front_page) is named


@pytest.mark.parametrize(
    ("url", "challenge"),
    [
        ("https://validate.perfdrive.com/a?ssa=b", True),
        ("https://geo.captcha-delivery.com/captcha/?a", True),
        ("https://www.google.com/sorry/index?continue=a", True),
        ("https://a.example/challenge?redirect=b", True),
        ("https://a.example/challenge-2024/results", False),
        ("https://a.example/b?captcha=1", False),
        ("not a url", False),
    ],
)
def test_is_challenge(url: str, challenge: bool) -> None:
    """A page where visitors prove that they are no robots, not one about such pages."""
    assert is_challenge(url) is challenge


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("https://a.example/404.html", True),
        ("https://a.example/en/404/", True),
        ("https://a.example/page-not-found", True),
        ("https://a.example/NotFound.aspx?from=/b", True),
        ("https://a.example/404-studies", False),
        ("https://a.example/404/papers", False),
        ("https://a.example/", False),
    ],
)
def test_is_error_page(url: str, error: bool) -> None:
    """The site's page for what is not there."""
    assert is_error_page(url) is error
