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
    """
    hl l lang language language_id locale lc ln lng region country country_code cc gl geo market
    setlang setlng currency
    """.split()  # noqa: SIM905
)
_PERSONAL: Final = re.compile(
    r".*(?:cookie|session|sessid|token|consent|redirect|returnurl|nonce|signature|expire|ticket"
    r"|captcha|challenge|timestamp|auth(?!or)|jwt|api_?key|access_?key|access_?id|hmac|credential"
    r"|secret|passw|checksum|clickid|srsltid).*|sid|osid|s_?id|utm_.*|_g[al]|(?:fb|g|y)clid|msclkid"
    r"|mc_[ce]id|ref|referrer|casa_.*|__cf.*|code|state|ts|rnd|rand|key|sig|s[vter]|spr?|ske?|e|exp"
    r"|h|hash|md5|t|_|policy|key-pair-id|x-(?:amz|goog)-.*",
    re.IGNORECASE | re.ASCII,
)
"""Names of parameters that are of one visit, not of the page; also of addresses signed for it."""
_OF_PAGE: Final = frozenset(
    """
    article article_id articleid arxiv arxiv_id chapter doc docid doi id item item_id itemid list
    name no noteid number p page page_id paper paper_id paperid pid pub q section tab title v
    """.split()  # noqa: SIM905
)
"""Names of parameters that say which page is meant."""
_LIKE_A_TOKEN: Final = re.compile(
    r"1[0-9]{9}(?:[0-9]{3})?|eyJ.*|(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[\w.~%+/=:-]{16,}",
    re.ASCII,
)
"""A time in seconds or milliseconds, a JSON Web Token (RFC 7519), a long mixture."""
_COUNTRIES: Final = frozenset(
    "at au be br ca ch cn cz de dk es fi fr hk in it jp kr mx nl pl pt ru se sg tr tw uk".split()  # noqa: SIM905
)
"""Domains of countries; `.ai`, `.io`, `.me` and the like are anybody's."""
_IN_PATH: Final = re.compile(r";(?:jsessionid|phpsessid|sid)=|\(S\([a-z0-9]+\)\)", re.IGNORECASE)
_TAGGED: Final = re.compile(
    r"([a-z]{2,3})(?:[-_](?:arab|cyrl|han[st]|latn))?(?:[-_](?:[a-z]{2}|[0-9]{3}))?",
    re.IGNORECASE | re.ASCII,
)
"""A language tag (RFC 5646): `sr-Latn-RS`."""
_MORE_LANGUAGES: Final = frozenset(
    """
    af bn bs ca et eu fa gl hr is ka kk lt lv mk ms mt nb ne ro sk sl sq sr sw ta te uk ur uz
    arabic chinese czech danish deutsch dutch english espanol español finnish francais français
    french german greek hebrew hindi hungarian indonesian italian italiano japanese korean
    norwegian persian polish portuguese portugues português russian spanish swedish thai turkish
    ukrainian vietnamese
    """.split()  # noqa: SIM905
)
_DEVICES: Final = frozenset("amp desktop m mobi mobile tablet touch wap".split())  # noqa: SIM905
_MARKED_NAME: Final = re.compile(r"(.+)[._-]([^._]{2,12})")
_EXTENSION: Final = re.compile(r"\.(?:x?html?|php|aspx?|jsp|md|pdf)\Z", re.IGNORECASE)


def depends_on_visitor(old: str, new: str) -> bool:
    """
    Say whether a redirect leads where not everybody would come, or not for long.

    It adds a language, a device, or what is of one visit: a cookie, a session, a signature. The
    same address with parameters added is no other, whatever their names.
    """
    before, after = target_of(old), target_of(new)
    if before is None or after is None:
        return True
    if _IN_PATH.search(new) and not _IN_PATH.search(old):
        return True
    if any(_is_personal(name, value) for name, value in _added(before, after)):
        return True
    if _only_adds_parameters(before, after):
        return True
    return bool(_variants(after) - _variants(before) - _marked(before)) or (
        bool(_marked(after) - _marked(before) - _variants(before))
        or _is_national(before.host, after.host)
    )


def _is_personal(name: str, value: str) -> bool:
    if _PERSONAL.fullmatch(name):
        return True
    token = _LIKE_A_TOKEN.fullmatch(value[:500]) is not None
    return name not in _OF_PAGE and (token or _is_variant(value.lower()))


def _added(before: Target, after: Target) -> list[tuple[str, str]]:
    """Return the parameters whose names are new, with their values."""
    known = {name for name, _ in _pairs(before)}
    return [(name, value) for name, value in _pairs(after) if name not in known]


def _only_adds_parameters(before: Target, after: Target) -> bool:
    had, has = set(_pairs(before)), set(_pairs(after))
    return before[:2] == after[:2] and had < has


def _is_national(old: str, new: str) -> bool:
    """Say whether a site leads to itself under a country's domain: `shop.com` to `shop.de`."""
    (name, _, suffix), (same, _, country) = (site_of(host).partition(".") for host in (old, new))
    return name == same and suffix != country and country.rpartition(".")[2] in _COUNTRIES


def _pairs(target: Target) -> list[tuple[str, str]]:
    """Return names in lower case and values, decoded."""
    parts = (part.partition("=") for part in target.query.split("&") if part)
    return [(unquote(name).lower(), unquote(value)) for name, _, value in parts]


def _variants(target: Target) -> set[str]:
    """Return what names a language or device: a segment, a label of the host, a parameter."""
    labels = [part for label in target.host.split(".")[:-2] for part in _parts(label)]
    named = {place.lower() for place in (*target.path, *labels) if _is_variant(place.lower())}
    return named | ({name for name, _ in _pairs(target)} & _LANGUAGE_PARAMETERS)


def _parts(label: str) -> list[str]:
    """Take `www-de` apart; a label is of a language or device as a whole, or beside `www`."""
    words = label.lower().split("-")
    return [label, *words] if "www" in words else [label]


def _is_variant(place: str) -> bool:
    if place in _DEVICES or place in _MORE_LANGUAGES or LOCALE.fullmatch(place):
        return True
    tag = _TAGGED.fullmatch(place)
    return tag is not None and tag[1] in _MORE_LANGUAGES


def _marked(target: Target) -> set[str]:
    """Return the language or device at the end of a file's name: `paper_de.html`, `paper.en`."""
    name = _EXTENSION.sub("", target.path[-1].lower()) if target.path else ""
    found = _MARKED_NAME.fullmatch(name)
    return {found[2]} if found and _is_variant(found[2]) else set()


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
