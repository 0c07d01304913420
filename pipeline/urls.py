"""
URLs: what is none, what it plainly means, and when two are one request.

Pure, linear in the length of the argument, and total: a hostile target gives an answer, never an
exception. RFC 3986 has the grammar (section 6.2 the normal form), the URL Standard
(https://url.spec.whatwg.org, section 4.4) what browsers repair.
"""

import ipaddress
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import quote, unquote

MAX_URL_LENGTH: Final = 8192
"""A longer target is refused: servers answer 414 from about this length on (RFC 9110, 4.1)."""

_URL: Final = re.compile(
    r"(https?)://([^/?#\\]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE | re.DOTALL
)
# Most targets: plain ASCII, no port, no user. Everything else takes the long way.
_CLEAN_URL: Final = re.compile(
    r"https?://((?:[a-z0-9][a-z0-9-]{0,61}\.){1,3}[a-z][a-z0-9-]{0,61})(/[!#-;=?-\[\]-_a-z|~]*)?",
    re.IGNORECASE | re.ASCII,
)
# Most of these are the key of their request as they stand.
_NORMAL_URL: Final = re.compile(r"https?://[a-z0-9.-]+/[!$&-;=@-Z_a-z~]*(?:\?[!$&-;=?-Z_a-z~]*)?")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# Zero-width characters, direction marks, soft hyphen, byte order mark: pasted along, never meant.
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_WHITESPACE: Final = re.compile(r"\s")
_NEVER_IN_URLS: Final = {
    "white space": _WHITESPACE,
    "control characters": _CONTROL,
    "invisible characters": _INVISIBLE,
}
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE | re.ASCII)
_ASCII_HOST: Final = re.compile(
    r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?", re.IGNORECASE | re.ASCII
)
_ENDS_IN_NUMBER: Final = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)\.?$")
_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}

_REMEMBERED: Final = 1024
"""Addresses whose parts are kept: one link is judged many times before the next comes."""


@lru_cache(_REMEMBERED)
def url_fault(url: str) -> str | None:
    """Return why `url` is not a valid http(s) URL, in a few words; None where it is."""
    if _clean(url):
        return None
    fault = _text_fault(url)
    if fault is not None:
        return fault
    scheme, match = _SCHEME.match(url), _URL.match(url)
    if scheme is None:
        return _scheme_fault(url)
    if scheme[1].lower() not in _DEFAULT_PORTS:
        return "the scheme is not http or https"
    return _authority_fault(match) if match else "two slashes are missing after the scheme"


@lru_cache(_REMEMBERED)
def _clean(url: str) -> re.Match[str] | None:
    # Two hyphens: perhaps an `xn--` label, which takes a closer look.
    return None if len(url) > MAX_URL_LENGTH or "--" in url else _CLEAN_URL.fullmatch(url)


def _scheme_fault(url: str) -> str:
    if _MISSPELT_SCHEME.match(url):
        return "https:// is misspelled"
    inside = "http://" in url.lower() or "https://" in url.lower()
    return "other characters stand before https://" if inside else "https:// is missing"


def _text_fault(url: str) -> str | None:
    if not url.strip():
        return "the address is empty"
    if len(url) > MAX_URL_LENGTH:
        return f"the address is longer than {MAX_URL_LENGTH} characters"
    found = (what for what, pattern in _NEVER_IN_URLS.items() if pattern.search(url))
    return next((f"the address contains {what}" for what in found), None)


def _authority_fault(match: re.Match[str]) -> str | None:
    _, host, port = _authority(match[2])
    if not host:
        return "the host is missing"
    if host.lower() in _DEFAULT_PORTS:
        return "the address has two schemes"
    if "\\" in match[3]:
        return "the address contains a backslash"
    if port and not _is_port(port):
        return "the port is invalid"
    return None if ascii_host(host) else "the host name is invalid"


def _authority(authority: str) -> tuple[str, str, str]:
    """Split `user@host:port` into its three parts, empty where absent."""
    user, at, place = authority.rpartition("@")
    if place.startswith("["):
        host, bracket, rest = place.partition("]")
        return user + at, host + bracket, rest.removeprefix(":")
    host, _, port = place.partition(":")
    return user + at, host, port


_PLAIN_HOST: Final = re.compile(r"(?:[a-z0-9-]{1,61}\.){1,3}[a-z][a-z0-9-]{0,61}")


@lru_cache(_REMEMBERED)
def ascii_host(host: str) -> str | None:
    """
    Return a host as it is asked: as ASCII in lower case, IPv6 in brackets; None where it is none.

    Escapes are decoded (`ex%61mple.com`); what they hide of an address's own marks is no host. A
    name goes by UTS 46 as in browsers (`ß` stays `ß`); what that refuses, by the codec of 2003.
    Whatever ends in a number is an IPv4 address in any of its spellings, or no host (URL Standard,
    section 3.5). An `xn--` label that encodes nothing is no host name.
    """
    if _PLAIN_HOST.fullmatch(host) and "--" not in host:
        return host
    if host.startswith("["):
        return _ip_literal(host)
    if "%" in host:
        host = unquote(host, errors="replace")
    if not host.isascii():
        host = _idna(host)
    if len(host) > 254 or not _ASCII_HOST.fullmatch(host):
        return None
    host = host.lower()
    if "xn--" in host and not all(map(_is_label, host.split("."))):
        return None
    if not _ENDS_IN_NUMBER.search(host):
        return host
    address = literal_address(host)
    return None if address is None else str(address)


def _idna(host: str) -> str:
    """Encode a host name by IDNA; empty where that is not possible."""
    if len(host) > 253:  # the codec is quadratic in the length of a label
        return ""
    import idna  # noqa: PLC0415  its tables take time to load, and few hosts need them

    try:
        # Not `idna.encode`: registries allow less than browsers, who open emoji domains.
        labels = idna.uts46_remap(host, std3_rules=False).split(".")
    except idna.IDNAError:
        try:
            return host.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    return ".".join(
        label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
        for label in labels
    )


def _is_label(label: str) -> bool:
    """Say whether a label of a host name encodes something, where it claims to."""
    try:
        return label[:4] != "xn--" or bool(label[4:].encode("ascii").decode("punycode"))
    except UnicodeError:
        return False


@lru_cache(_REMEMBERED)
def host_of(url: str) -> str:
    """Return the ASCII host of a URL, without brackets and final dot; empty where it has none."""
    if (clean := _clean(url)) is not None:
        return clean[1].lower()
    match = _URL.match(url)
    host = ascii_host(_authority(match[2])[1]) if match else None
    return (host or "").strip("[]").rstrip(".")


def place_of(scheme: str, authority: str) -> str | None:
    """Return `host:port` as it is asked, without user and default port; None without a host."""
    _, written, port = _authority(authority)
    host = ascii_host(written)
    if host is None or (port and not _is_port(port)):
        return None
    number = port.lstrip("0") or "0"
    return host if not port or number == _DEFAULT_PORTS[scheme] else f"{host}:{number}"


def _is_port(text: str) -> bool:
    return text.isdecimal() and text.isascii() and int(text[:9]) <= 65535


def _ip_literal(host: str) -> str | None:
    try:
        address = ipaddress.IPv6Address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    return f"[{host[1:-1].lower()}]" if host.endswith("]") and not address.scope_id else None


_BRACKETS: Final = {"(": ")", "<": ">", "[": "]", "{": "}", '"': '"', "'": "'", "“": "”"}
# Only the letters of "https", in any order and number: `htttps`, `ttps`, `hptts`.
_MISSPELT_SCHEME: Final = re.compile(
    r"(?=[hps]{0,7}t)(?=[hts]{0,7}p)([htps]{3,8})(?=[\s/\\]{0,7}[:;]|[\s/\\]{0,6}//)[\s:;/\\]{1,8}",
    re.IGNORECASE,
)
_KNOWN_BARE: Final = re.compile(
    r"(?:www\.[a-z0-9-]+\.[a-z]|(?:export\.)?arxiv\.org/|github\.com/|(?:dx\.)?doi\.org/"
    r"|openreview\.net/|huggingface\.co/|aclanthology\.org/|dl\.acm\.org/)",
    re.IGNORECASE | re.ASCII,
)


def repaired_url(url: str) -> str | None:
    """
    Return what a faulty target plainly means; None where it is not certain or nothing is faulty.

    Certain is what browsers repair (slashes, backslashes, white space, URL Standard section 4.4),
    a misspelt or doubled scheme, a missing scheme before a well-known host, and brackets around.
    What comes out with a user name before its host may deceive, so it is for a person.
    """
    if len(url) > MAX_URL_LENGTH or url_fault(url) is None:
        return None
    text = _unwrapped(_INVISIBLE.sub("", re.sub(r"[\t\r\n]", "", url)).strip())
    repaired = _with_scheme(text)
    if repaired is None:
        return None
    repaired = _escaped(repaired)
    if names_user(repaired):
        return None
    host = repaired.partition("://")[2].partition("/")[0]
    # A word without a dot is no host of the public web: `htp:/foo` may mean anything.
    return repaired if "." in host and url_fault(repaired) is None else None


TWO_ADDRESSES: Final = "Two addresses are glued together; a person must take them apart."
_SECOND: Final = re.compile(r"(?:https?:/{1,3}|www\.)++", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[^\s()<>\[\]{}\"']*+")


def drops_address(url: str, repaired: str) -> bool:
    """Say whether a repair loses one of two different addresses that are glued together."""
    _, *parts = _SECOND.split(_INVISIBLE.sub("", url[: 2 * MAX_URL_LENGTH]))
    found = (match[0] for part in parts if (match := _ADDRESS.match(part)))
    addresses = [one.removesuffix("%20").rstrip("/.,;\\") for one in found]
    kept = repaired.lower()
    return len(addresses) > 1 and any(one.lower() not in kept for one in addresses)


def _unwrapped(text: str) -> str:
    """Drop what stands around a whole target: `((http://…))`, or before it: `#http://…`."""
    text = text[text[:5].lower() == "#http" :]
    for _ in range(4):
        closing = _BRACKETS.get(text[:1])
        if closing is None or len(text) < 2:
            break
        text = text[1:].removesuffix(closing).strip()
    return text


def _with_scheme(text: str) -> str | None:
    """Put the right scheme in front, whatever stands there for it."""
    scheme = ""
    for _ in range(3):
        match = _MISSPELT_SCHEME.match(text)
        if match is None:
            break
        scheme = "https" if "s" in match[1].lower() else "http"
        text = text[match.end() :]
    if scheme:
        return f"{scheme}://{text}"
    bare = text.removeprefix("//")
    return f"https://{bare}" if bare != text or _KNOWN_BARE.match(bare) else None


def _escaped(url: str) -> str:
    """Escape white space and turn backslashes of the path, as browsers do."""
    head, mark, tail = url.partition("?")
    scheme, _, rest = head.partition("://")
    host, slash, path = rest.replace("\\", "/").partition("/")
    escaped = _WHITESPACE.sub("%20", path + mark + tail)
    return f"{scheme}://{host}{slash}{escaped}"


_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_UNSAFE_IN_PATH: Final = re.compile(r"[^!$-;=@-_a-z|~]")
_UNSAFE_IN_QUERY: Final = re.compile(r"[^!$-;=?-~]")
_UNRESERVED: Final = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
)


def request_key(url: str) -> str:
    """
    Return the form under which two written URLs are one request (RFC 3986, section 6.2.2 and 3).

    Scheme and host in lower case, host as ASCII, default port and fragment dropped, dot segments
    resolved, escapes in one spelling, an empty path as `/`. A target that is no URL and cannot be
    repaired is its own key.
    """
    if _NORMAL_URL.fullmatch(url) and _clean(url) and "/." not in url:
        return url
    usable = url if url_fault(url) is None else repaired_url(url)
    match = _URL.match(usable) if usable else None
    if match is None:
        return url.strip()
    scheme, authority, path, query = match[1].lower(), match[2], match[3], match[4]
    user, host, _ = _authority(authority)
    place = place_of(scheme, authority) or host.lower()
    return f"{scheme}://{user}{place}{normal_path(path, query)}"


def normal_path(path: str, query: str | None) -> str:
    """Return a path and its query, where there is one, in the normal form of `request_key`."""
    end = "" if query is None else "?" + _encoded(query, _UNSAFE_IN_QUERY)
    # First the escapes: `%2e%2e` is `..` (URL Standard, section 4.1), and a client resolves it.
    return f"{_without_dots(_encoded(path, _UNSAFE_IN_PATH)) or '/'}{end}"


def _encoded(text: str, unsafe: re.Pattern[str]) -> str:
    normal = _ESCAPE.sub(_normal_escape, text)
    return unsafe.sub(lambda match: quote(match[0], safe="", errors="replace"), normal)


def _normal_escape(match: re.Match[str]) -> str:
    byte = int(match[1], 16)
    return chr(byte) if byte in _UNRESERVED else match[0].upper()


def _without_dots(path: str) -> str:
    """Resolve `.` and `..` (RFC 3986, section 5.2.4)."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == ".." and len(kept) > 1:
            kept.pop()
        elif segment not in {".", ".."}:
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/".join(kept)


class Target(NamedTuple):
    """A URL taken apart: host without `www.`, path decoded once and without empty segments."""

    host: str
    path: tuple[str, ...]
    query: str


def names_user(url: str) -> bool:
    """Say whether a URL has a user name before its host, which many take for the host."""
    match = _URL.match(url)
    return match is not None and "@" in match[2]


@lru_cache(_REMEMBERED)
def target_of(url: str) -> Target | None:
    """Take a URL apart, a repaired one where it needs that; None where it is none."""
    if (clean := _clean(url)) is not None:
        host = clean[1].lower()
        path, _, query = (clean[2] or "").partition("#")[0].partition("?")
    else:
        usable = url if url_fault(url) is None else repaired_url(url)
        match = _URL.match(usable) if usable else None
        if match is None:
            return None
        host = (ascii_host(_authority(match[2])[1]) or "").rstrip(".")
        path, query = match[3], match[4] or ""
    decoded = unquote(path, errors="replace") if "%" in path else path
    return Target(host.removeprefix("www."), tuple(filter(None, decoded.split("/"))), query)


def parameter(query: str, name: str) -> str:
    """Return the first value of a query parameter, decoded; empty where absent."""
    for part in query.split("&"):
        key, _, value = part.partition("=")
        if key.lower() == name:
            return unquote(value.replace("+", " "), errors="replace").strip()
    return ""


_SECOND_LEVEL: Final = frozenset(
    "ac co com edu go gob gouv gov govt id mil ne net nom or org res sch".split()  # noqa: SIM905
)
_HOSTS_OF_MANY: Final = frozenset(
    """
    amazonaws.com appspot.com azurewebsites.net bitbucket.io blogspot.com cloudfront.net
    codeberg.page firebaseapp.com fly.dev gitbook.io github.io gitlab.io glitch.me herokuapp.com
    hf.space medium.com neocities.org netlify.app netlify.com notion.site now.sh onrender.com
    pages.dev readthedocs.io readthedocs.org repl.co replit.app rtfd.io sourceforge.io
    sourceforge.net streamlit.app substack.com surge.sh tumblr.com vercel.app web.app weebly.com
    wixsite.com wordpress.com workers.dev
    """.split()  # noqa: SIM905
)
"""Domains below which everybody may have a site (the private part of the Public Suffix List)."""


def site_of(host: str) -> str:
    """Return the registered domain, by the usual suffixes: `lab.cs.uni.ac.uk` → `uni.ac.uk`."""
    if literal_address(host) is not None:
        return host
    labels = host.lower().rstrip(".").split(".")
    country = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    suffix = 2 if country or ".".join(labels[-2:]) in _HOSTS_OF_MANY else 1
    return ".".join(labels[-suffix - 1 :])


# --- hosts that are addresses -----------------------------------------------------------------

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_PRIVATE_USE: Final = tuple(
    map(
        ipaddress.ip_network,
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"),
    )
)


def is_of_private_use(network: IPNetwork) -> bool:
    """Say whether a network is all within those of private use (RFC 1918, 6598, 4193)."""
    ends = network[0], network[-1]
    return any(all(end in known for end in ends) for known in _PRIVATE_USE)


@lru_cache(_REMEMBERED)
def literal_address(host: str) -> IPAddress | None:
    """Return the address that `host` spells, also as `inet_aton` takes it (`0x7f.1`), or None."""
    bare = host.strip("[]").partition("%")[0].rstrip(".")
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        pass
    return _oddly_spelt(bare.split("."))


def _oddly_spelt(parts: Sequence[str]) -> ipaddress.IPv4Address | None:
    """Return an IPv4 address of one to four numbers, the last of which fills what is left."""
    numbers = [number for part in parts if (number := _number(part)) is not None]
    if not len(parts) == len(numbers) <= 4:
        return None
    *first, last = numbers
    if any(number > 255 for number in first) or last >= 256 ** (5 - len(numbers)):
        return None
    value = sum(number << 8 * (3 - place) for place, number in enumerate(first))
    return ipaddress.IPv4Address(value + last)


def _number(text: str) -> int | None:
    """Read a number as `inet_aton` does: `0x…` hexadecimal, `0…` octal, else decimal."""
    if not _NUMBER.fullmatch(text):
        return None
    base = 16 if text[:2].lower() == "0x" else 8 if text[:1] == "0" else 10
    return int(text, base)


_NUMBER: Final = re.compile(r"0[xX][0-9a-fA-F]{1,16}|0[0-7]{0,22}|[1-9][0-9]{0,15}", re.ASCII)
