"""
Redirects: where one leads, when a chain of them has no end, and the loop that follows them.

A `Location` is read as browsers read it (URL Standard, section 4.4; Fetch Standard, "location
URL"), because sites are tried out in browsers: `///host/path`, backslashes, tabs inside.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.network import cookies
from pipeline.network.http_client import HttpClient
from pipeline.network.service import Answer, Service
from pipeline.urls import MAX_URL_LENGTH, host_of, normal_path, place_of, url_fault

MAX_HOPS: Final = 10
"""As browsers' and lychee's order of magnitude; a longer chain is a fault of the host."""
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
IN_A_CIRCLE: Final = "redirects in a circle"
NO_ADDRESS: Final = "redirects to an address that is not a valid URL"
WITHOUT_END: Final = f"more than {MAX_HOPS} redirects"

_DROPPED: Final = re.compile(r"^[\x00-\x20]+|[\x00-\x20]+$|[\t\r\n]")
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE | re.ASCII)
_BASE: Final = re.compile(r"(https?)://([^/?#]*)([^?#]*)(\?[^#]*)?", re.IGNORECASE)
_AUTHORITY: Final = re.compile(r"[/\\]*([^/\\?#]*)")
_FRAGMENT: Final = re.compile(r"[!-~]{1,300}")


def redirect_target(url: str, location: str) -> str | None:
    """Return the URL (normal form, no user) to which `location` leads; None where it is none."""
    base = _BASE.match(url)
    if base is None or len(location) > MAX_URL_LENGTH:
        return None
    scheme, authority = base[1].lower(), base[2]
    rest, hash_sign, fragment = _DROPPED.sub("", location).partition("#")
    page_scheme = scheme
    if named := _SCHEME.match(rest):
        scheme, rest = named[1].lower(), rest[named.end() :]
        if scheme not in ("http", "https"):
            return None
    if scheme != page_scheme or rest[:2].replace("\\", "/") == "//":
        authority, rest = _taken_apart(rest)
    place = place_of(scheme, authority)
    if place is None:
        return None
    path, mark, query = _resolved(rest, base[3], base[4] or "").partition("?")
    target = f"{scheme}://{place}{normal_path(path, query if mark else None)}"
    if url_fault(target) is not None:
        return None
    return f"{target}#{fragment}" if hash_sign and _FRAGMENT.fullmatch(fragment) else target


def _taken_apart(rest: str) -> tuple[str, str]:
    """Split what follows a scheme into `host:port` and what comes after it."""
    found = _AUTHORITY.match(rest)
    place = found[1].rpartition("@")[2] if found else ""
    rest = rest[found.end() :] if found else ""
    return place, rest if rest.startswith(("/", "\\")) else f"/{rest}"


def _resolved(reference: str, path: str, query: str) -> str:
    """Return path and query of a reference without host, seen from a page's path and query."""
    written, mark, asked = reference.partition("?")
    written = written.replace("\\", "/")
    if not written:
        return f"{path or '/'}{mark}{asked}" if mark else f"{path or '/'}{query}"
    folder = "" if written.startswith("/") else f"{path.rpartition('/')[0]}/"
    return f"{folder}{written}{mark}{asked}"


def location_of(answer: Answer) -> str | None:
    """Return the `Location` of a redirect; None where an answer is none."""
    return answer.headers.get("location") if answer.status in REDIRECTS else None


Visit = tuple[str, frozenset[tuple[str, str]]]
"""An address, and names and values of the cookies that were sent there."""
MOST_VALUES: Final = 3
"""So many values of the same cookies are brought to an address; a session may be new each time."""


@dataclass(frozen=True, slots=True)
class Trail:
    """What is to be asked next, and the redirects that have led there."""

    url: str
    answers: tuple[Answer, ...] = ()
    jar: cookies.Jar = ()
    _visited: tuple[Visit, ...] = field(default=())
    """Addresses, with the cookies that were sent there."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What the redirects want to have back."""
        return cookies.header(cookies.sent(self.jar, self.url))

    @property
    def stays(self) -> bool:
        """Whether no redirect has led to another host."""
        host = host_of(self.url)
        return all(host_of(answer.url) == host for answer in self.answers)

    def led_on(self, answer: Answer, location: str) -> "Trail | Answer":
        """Return the trail on to `location`, or its failure (a circle brings no new cookie)."""
        target, method = redirect_target(self.url, location), answer.method
        if target is None:
            return Answer.refused(method, self.url, "invalid-url", NO_ADDRESS)
        jar = cookies.stored(self.jar, self.url, answer.headers.get("set-cookie", ""))
        visited = (*self._visited, _visit(self.url, self.jar))
        if _was_made(_visit(target, jar), visited):
            return Answer.refused(method, target, "protocol", IN_A_CIRCLE)
        if len(self.answers) >= MAX_HOPS:
            return Answer.refused(method, target, "protocol", WITHOUT_END)
        return Trail(target, (*self.answers, replace(answer, body=b"")), jar, visited)


def _visit(url: str, jar: cookies.Jar) -> Visit:
    return url, frozenset(cookie[:2] for cookie in cookies.sent(jar, url))


def _was_made(visit: Visit, before: Sequence[Visit]) -> bool:
    """Say whether the same was asked before, or as often as may be with only other values."""
    url, brought = visit
    names = {name for name, _ in brought}
    alike = [old for at, old in before if at == url and {name for name, _ in old} == names]
    return brought in alike or len(alike) >= MOST_VALUES


def has_wandered(answer: Answer) -> bool:
    """Say whether a chain ended because the redirects went in a circle or had no end."""
    return answer.failure == "protocol" and answer.detail in (IN_A_CIRCLE, WITHOUT_END)


async def follow(
    client: HttpClient,
    service: Service,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    stop: Callable[[str], bool] | None = None,
) -> list[Answer]:
    """
    Ask and follow redirects; return the answers of the whole chain, the last one last.

    Every hop is paced and checked on its own, without the token; the host's own headers go along
    until a redirect leads to another host. A chain without an end ends with a `failure`; a target
    that `stop` says yes to is not asked.
    """
    trail = Trail(url)
    while True:
        sent = {**(headers or {}), **trail.headers}
        asked = service
        if trail.answers:
            own = service.sends_host_headers and trail.stays
            asked = replace(service, sends_token=False, sends_host_headers=own)
        answer = await client.send(asked, method, trail.url, headers=sent)
        location = location_of(answer)
        target = redirect_target(trail.url, location) if location is not None else None
        if location is None or (stop is not None and target is not None and stop(target)):
            return [*trail.answers, answer]
        following = trail.led_on(answer, location)
        if isinstance(following, Answer):
            return [*trail.answers, answer, following]
        trail = following
