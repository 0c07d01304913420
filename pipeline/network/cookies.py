"""
Cookies for the length of one chain of redirects (RFC 6265), never stored. Pure.

Some sites set a cookie and redirect to the same address until it is brought back.
"""

import re
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from pipeline.urls import host_of, site_of

MOST: Final = 20
"""Of one chain; more are dropped."""
LONGEST: Final = 4096
"""Bytes of a cookie's name and value (RFC 6265 6.1), as browsers have it."""
_NAME: Final = re.compile(r"[^\x00-\x20;=\x7f]*")
_VALUE: Final = re.compile(r"[^\x00-\x08\x0a-\x1f;\x7f]*")
_LONG_AGO: Final = 2000
"""A cookie that expired before this year is one that the server takes back."""


class Cookie(NamedTuple):
    """One cookie, and to whom it goes."""

    name: str
    value: str
    domain: str
    only_host: bool
    """It does not go to subdomains of `domain`."""
    secure: bool


Jar = tuple[Cookie, ...]


def stored(jar: Jar, url: str, lines: str) -> Jar:
    """Return the jar after an answer of `url` with these `Set-Cookie` lines, one cookie each."""
    for line in lines.split("\n")[:MOST]:
        if (read := _read(line, host_of(url))) is not None:
            cookie, taken_back = read
            same = cookie[:1] + cookie[2:4]
            kept = tuple(one for one in jar if one[:1] + one[2:4] != same)
            jar = kept if taken_back else (*kept, cookie)
    return jar[-MOST:]


def sent(jar: Jar, url: str) -> Jar:
    """Return the cookies that go to `url`."""
    if not jar:
        return ()
    host, safe = host_of(url), urlsplit(url).scheme == "https"
    return tuple(
        cookie
        for cookie in jar
        if (host == cookie.domain or (not cookie.only_host and host.endswith(f".{cookie.domain}")))
        and (safe or not cookie.secure)
    )


def header(cookies: Iterable[Cookie]) -> dict[str, str]:
    """Return the request's header for these cookies; empty where there are none."""
    text = "; ".join(f"{name}={value}" if name else value for name, value, *_ in cookies)
    return {"Cookie": text} if text else {}


def joined(own: str, brought: str) -> str:
    """Return a `Cookie` header of one's own and of what a site has set, which overrules it."""
    names = {pair.partition("=")[0].strip() for pair in brought.split(";")}
    kept = (pair.strip() for pair in own.split(";") if pair.partition("=")[0].strip() not in names)
    return "; ".join(filter(None, (*kept, brought)))


def _read(line: str, host: str) -> tuple[Cookie, bool] | None:
    """
    Read one `Set-Cookie` of a host: a cookie, and whether the host takes it back.

    As browsers do, any bytes but those of control: commas, quotes, UTF-8; what has no `=` is a
    value without a name (RFC 6265bis, section 5.6).
    """
    pair, *rest = line.split(";")
    name, equals, value = (part.strip(" \t") for part in pair.partition("="))
    if not equals:
        name, value = "", name
    is_cookie = _NAME.fullmatch(name) and _VALUE.fullmatch(value)
    if not is_cookie or not 0 < len(name) + len(value) <= LONGEST:
        return None
    attributes = {
        key.strip().lower(): said.strip() for key, _, said in (one.partition("=") for one in rest)
    }
    domain = attributes.get("domain", "").lower().lstrip(".")
    only_host = not domain or domain == host != site_of(host)
    within_one_site = f".{domain}".endswith(f".{site_of(host)}")
    if domain and not (within_one_site and f".{host}".endswith(f".{domain}")):
        return None
    cookie = Cookie(name, value, domain or host, only_host, "secure" in attributes)
    return cookie, _is_taken_back(attributes)


def _is_taken_back(attributes: dict[str, str]) -> bool:
    if age := attributes.get("max-age"):
        return age == "0" or age.startswith("-")
    try:
        return parsedate_to_datetime(attributes["expires"]).year < _LONG_AGO
    except (KeyError, ValueError, IndexError, OverflowError, TypeError):
        return False
