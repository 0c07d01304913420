"""
Whether a permanent redirect leads to the same thing for everybody, so that it may be written down.

Pure. Servers answer by language and session, and domains change hands: that is not written.
"""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

from pipeline.links.addresses import LOCALE
from pipeline.urls import Target, site_of, target_of

_LANGUAGE_PARAMETERS: Final = frozenset(
    "hl lang language locale lc region country country_code cc gl geo market setlang".split()  # noqa: SIM905
)
_PERSONAL: Final = re.compile(
    r".*(?:cookie|session|sessid|token|consent|redirect|returnurl|nonce|signature|expires|ticket"
    r"|captcha|challenge|timestamp).*|sid|osid|s_?id|utm_.*|_g[al]|(?:fb|g|y)clid|msclkid|mc_[ce]id|ref"
    r"|referrer|casa_.*|__cf.*|code|state|ts|rnd|rand",
    re.IGNORECASE | re.ASCII,
)
"""Names of parameters that are of one visit, not of the page."""
_COUNTRIES: Final = frozenset(
    "at au be br ca ch cn cz de dk es fi fr hk in it jp kr mx nl pl pt ru se sg tr tw uk".split()  # noqa: SIM905
)
"""Domains of countries; `.ai`, `.io`, `.me` and the like are anybody's."""
_IN_PATH: Final = re.compile(r";(?:jsessionid|phpsessid|sid)=|\(S\([a-z0-9]+\)\)", re.IGNORECASE)


def depends_on_visitor(old: str, new: str) -> bool:
    """Say whether a redirect adds a language, or what is of one visit: a cookie, a session."""
    before, after = target_of(old), target_of(new)
    if before is None or after is None:
        return True
    if _IN_PATH.search(new) and not _IN_PATH.search(old):
        return True
    if any(map(_PERSONAL.fullmatch, _parameters(after) - _parameters(before))):
        return True
    return bool(_languages(after) - _languages(before)) or _is_national(before.host, after.host)


def _is_national(old: str, new: str) -> bool:
    """Say whether a site leads to itself under a country's domain: `shop.com` to `shop.de`."""
    (name, _, suffix), (same, _, country) = (site_of(host).partition(".") for host in (old, new))
    return name == same and suffix != country and country.rpartition(".")[2] in _COUNTRIES


def _parameters(target: Target) -> set[str]:
    return {part.partition("=")[0].lower() for part in target.query.split("&") if part}


def _languages(target: Target) -> set[str]:
    """Return what names a language: a segment, a label of the host, a parameter's name."""
    places = (*target.path, *target.host.split(".")[:-2])
    named = {place.lower() for place in places if LOCALE.fullmatch(place)}
    return named | (_parameters(target) & _LANGUAGE_PARAMETERS)


_WORD: Final = re.compile(r"[^\W_]{3,}")
_COMMON: Final = frozenset(
    "and asp com for htm html http https index net org pdf php the www".split()  # noqa: SIM905
)
_LONG: Final = 5
"""Letters of a word that may stand inside another one: `tallrec` in `mytallrec.org`."""


def leads_elsewhere(old: str, new: str, titles: Iterable[str] = ()) -> bool:
    """Say whether a redirect leaves the owner's domain without a word of path, site or titles."""
    before, after = target_of(old), target_of(new)
    if before is None or after is None:
        return True
    if site_of(before.host) == site_of(after.host):
        return False
    name = site_of(before.host).partition(".")[0]
    if name in {"github", "gitlab", "google"}:
        name = ""
    text = " ".join((name, *before.path, *titles)).lower()
    words = set(_WORD.findall(unquote(text))) - _COMMON
    there = unquote(new).lower()
    known = set(_WORD.findall(there))
    return not any(word in known or (len(word) >= _LONG and word in there) for word in words)
