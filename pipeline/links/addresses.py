"""Where a redirect leads: the same page in another spelling, another page, or none. Pure."""

import re
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from pipeline.urls import target_of

_TRACKING: Final = frozenset(
    {"fbclid", "gclid", "msclkid", "mc_cid", "mc_eid", "igshid", "ref_src", "spm", "_hsenc"}
)
_INDEX: Final = re.compile(r"(?:index|default|home)(?:\.[a-z]{2,5})?", re.ASCII)
LOCALE: Final = re.compile(
    r"(?:ar|bg|cs|da|de|el|en|es|fi|fr|he|hi|hu|id|it|ja|jp|ko|kr|nl|no|pl|pt|ro|ru|sv|th|tr|uk|us"
    r"|vi|zh|cn)(?:[-_](?:[a-z]{2}|[0-9]{3}|han[st]|latn))?|int|intl|international",
    re.IGNORECASE | re.ASCII,
)
"""A segment or label that names a language or a country."""
_LOGIN: Final = frozenset(
    """
    auth authorize authwall idp log-in login logon oauth oauth2 saml servicelogin sign-in
    sign_in signin sso
    """.split()  # noqa: SIM905
)
_LOGIN_HOSTS: Final = ("login.", "accounts.", "auth.", "signin.", "sso.", "idp.")
_CHALLENGE: Final = frozenset({"botcheck", "captcha", "challenge", "recaptcha", "sorry"})
_CHALLENGE_HOSTS: Final = (
    "validate.perfdrive.com",
    "captcha-delivery.com",
    "challenges.cloudflare.com",
)
"""Radware (IOP and other publishers), DataDome, Cloudflare."""
_ERROR_PAGE: Final = frozenset(
    """
    404 410 404notfound error404 error-404 error_404 not-found not_found notfound page-not-found
    page_not_found pagenotfound
    """.split()  # noqa: SIM905
)
_CONSENT: Final = frozenset({"consent", "cookie-consent", "cookieconsent", "cookieabsent"})


_DEFAULT_PORTS: Final = frozenset({("http", 80), ("https", 443)})


class Page(NamedTuple):
    """What identifies a page."""

    host: str
    port: int | None
    path: tuple[str, ...]
    query: tuple[str, ...]


@lru_cache(1024)  # one link is compared many times before the next comes
def page_of(url: str) -> Page:
    """Take apart what identifies a page: no scheme, no `www.`, no slash, case or tracking."""
    target = target_of(url)
    if target is None:
        return Page("", None, (url,), ())
    path = tuple(segment.lower() for segment in target.path)
    if path and _INDEX.fullmatch(path[-1]):
        path = path[:-1]
    if path and path[-1].endswith(".pdf"):
        path = (*path[:-1], path[-1].removesuffix(".pdf"))
    parameters = (part for part in target.query.split("&") if part and not _is_tracking(part))
    return Page(target.host, _port(url), path, tuple(sorted(parameters)))


def _is_tracking(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return name in _TRACKING or name.startswith("utm_")


def _port(url: str) -> int | None:
    """Return the port, where it is not the one that the scheme has anyway."""
    try:
        scheme, port = urlsplit(url)[0], urlsplit(url).port
    except ValueError:
        return None
    return None if (scheme, port) in _DEFAULT_PORTS else port


def same_address(one: str, other: str) -> bool:
    """Say whether two addresses are one page, in spellings that are one to a list's reader."""
    return one == other or page_of(one) == page_of(other)


def is_home(url: str) -> bool:
    """Say whether an address is a site's front page, of one language perhaps."""
    place = page_of(url)
    rest = tuple(segment for segment in place.path if not LOCALE.fullmatch(segment))
    return not place.query and not rest


def is_login(url: str) -> bool:
    """Say whether an address is a page to sign in at."""
    place = page_of(url)
    return place.host.startswith(_LOGIN_HOSTS) or any(
        segment.partition(".")[0] in _LOGIN for segment in place.path
    )


def is_consent(url: str) -> bool:
    """Say whether an address is a page that asks for consent to cookies."""
    place = page_of(url)
    return place.host.startswith("consent.") or bool(_CONSENT & set(place.path))


def is_challenge(url: str) -> bool:
    """Say whether an address is a page where visitors prove that they are no robots."""
    place = page_of(url)
    return place.host.endswith(_CHALLENGE_HOSTS) or bool(_CHALLENGE & set(place.path))


def is_error_page(url: str) -> bool:
    """Say whether an address is a site's page for what is not there: `/404.html`, `/not-found`."""
    path = page_of(url).path
    return bool(path) and path[-1].partition(".")[0] in _ERROR_PAGE


_CODE_HOSTS: Final = frozenset({"bitbucket.org", "codeberg.org", "github.com", "gitlab.com"})
_IN_A_REPOSITORY: Final = frozenset(
    "- blob commit commits issues raw releases src tags tree wiki".split()  # noqa: SIM905
)
"""What stands behind owner and name in addresses of GitHub, GitLab, Gitea and Bitbucket."""


def is_above(final: str, asked: str) -> bool:
    """Say whether an address is the root that a host shows for what is not there below it."""
    here, there = page_of(asked), page_of(final)
    if here.host != there.host or len(there.path) >= len(here.path):
        return False
    within, depth = here.path[: len(there.path)] == there.path, len(there.path)
    if within and there.path[-1:] in {("wiki",), ("wikis",)}:
        return True
    in_repository = within and depth >= 2 and here.path[depth] in _IN_A_REPOSITORY
    is_root = there.host in _CODE_HOSTS and depth == 2
    return in_repository or (is_root and (within or there.host == "github.com"))


def is_trending(url: str) -> bool:
    """Say whether an address is Hugging Face's list of papers, where Papers with Code ended."""
    place = page_of(url)
    return place.host == "huggingface.co" and place.path in {("papers",), ("papers", "trending")}


def is_named_after(url: str, front_page: str) -> bool:
    """Say whether a front page is on a host named like the page asked: `/tallrec` → tallrec.org."""
    place = page_of(url)
    name = _letters(place.path[-1]) if place.path else ""
    return len(name) >= 4 and name in _letters(page_of(front_page).host)


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())
