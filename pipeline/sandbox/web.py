"""
The replica of the linked web: pages, redirects, refusals and faults, by URL.

How each URL behaves stands in `facts/web.json`: a name of `BEHAVIOUR`, or `301 <target>` (302,
303, 307, 308 too). The answers are those that hosts of this kind give to programs.
"""

import ssl
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape

import httpx

from pipeline.network.failures import RefusedAddressError, ResolutionError
from pipeline.network.transport import asked_host
from pipeline.sandbox.answers import HTML, JSON, answer
from pipeline.sandbox.scenarios import RepositoryTrouble
from pipeline.sandbox.world import Repository
from pipeline.urls import literal_address

PAGE = """\
<!doctype html>
<html lang="en"><head><title>{title}</title></head>
<body><h1>{title}</h1>
<p>The sandbox made this page up. It stands for {url} and holds nothing of it.</p>
{filling}
</body></html>
"""
FILLING = "<p>A page that is there is longer than a stub, so this one is too.</p>\n" * 12
DELETED = """\
<i class="weui-icon-warn weui-icon_msg"></i>
<h2 class="weui-msg__title">该内容已被发布者删除</h2>
"""


def no_such_host(request: httpx.Request) -> httpx.HTTPError:
    """Return what httpx raises where a name cannot be resolved."""
    return _caused(ResolutionError(f"{asked_host(request.url)}: no such host name"), request)


def _refused_address(request: httpx.Request) -> httpx.HTTPError:
    reason = f"{asked_host(request.url)}: 127.0.0.1 is a private or reserved address"
    return _caused(RefusedAddressError(reason), request)


def _caused(cause: Exception, request: httpx.Request) -> httpx.HTTPError:
    error = httpx.ConnectError(str(cause), request=request)
    error.__cause__ = cause
    return error


UNTRUSTED = "certificate verify failed: unable to get local issuer certificate"
FAULTS: Mapping[str, Callable[[httpx.Request], httpx.HTTPError]] = {
    "no-such-host": no_such_host,
    "timeout": lambda request: httpx.ReadTimeout("no answer", request=request),
    "reset": lambda request: httpx.ReadError("connection reset by peer", request=request),
    "tls": lambda request: _caused(ssl.SSLCertVerificationError(1, UNTRUSTED), request),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One answer of a page, or the fault instead of it."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    """None: a page."""
    kind: str = HTML
    fault: str | None = None


THERE = Step()
EXPIRED = '{"error": "repository_expired"}'
OPTIONS = '{"url": null, "hasWebsite": false}'

BEHAVIOUR: Mapping[str, tuple[Step, ...]] = {
    "page": (THERE,),
    "pdf": (Step(kind="application/pdf", body="%PDF-1.4\n" + "% Sandbox paper\n" * 512),),
    "dead": (Step(404, body="<title>404 Not Found</title>"),),
    "gone": (Step(410, body="<title>410 Gone</title>"),),
    "challenge": (Step(403, {"cf-mitigated": "challenge", "server": "cloudflare"}, "Wait"),),
    "forbidden": (Step(403, body="Forbidden"),),
    "teapot": (Step(418, body="I'm a teapot"),),
    "accepted": (Step(202, body=""),),
    "flaky": (Step(503, body="Service Unavailable"), THERE),
    "throttled": (Step(429, {"retry-after": "7"}, "Too Many Requests"), THERE),
    "no-head": (THERE,),
    "soft-404": (Step(body="<title>Page not found</title>" + FILLING),),
    "deleted-post": (Step(body=DELETED + FILLING),),
    "repository-options": (Step(kind=JSON, body=OPTIONS),),
    "repository-expired": (Step(410, kind=JSON, body=EXPIRED),),
    **{fault: (Step(fault=fault),) for fault in FAULTS},
}
"""What a URL answers, one step after the other; the last one for ever."""

CALM = {"pdf": "pdf", "repository-options": "repository-options"}
CALM["repository-expired"] = "repository-options"
"""What becomes of a behaviour where nothing goes wrong; the rest is a page."""


class Web:
    """Every host but the APIs. Counts its requests, because some pages recover."""

    def __init__(
        self,
        pages: Mapping[str, str],
        repositories: Mapping[str, Repository],
        trouble: Mapping[str, RepositoryTrouble],
    ) -> None:
        self._pages = {str(httpx.URL(url)): how for url, how in pages.items()}
        self._hosts = {asked_host(httpx.URL(url)) for url in pages} | {"github.com"}
        self._repositories = repositories
        self._trouble = trouble
        self._asked: Counter[str] = Counter()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request, or raise the fault that stands in its place."""
        host = asked_host(request.url)
        if host == "localhost" or literal_address(host) is not None:
            raise _refused_address(request)
        if host not in self._hosts:
            raise no_such_host(request)
        url = str(request.url.copy_with(fragment=None))
        how = self._pages.get(url) or self._repository_page(request.url)
        status, _, target = how.partition(" ")
        if target:
            return answer(int(status), headers={"location": target})
        if how == "no-head" and request.method == "HEAD":
            return answer(405, headers={"allow": "GET"})
        steps = BEHAVIOUR[how]
        step = steps[min(self._asked[url], len(steps) - 1)]
        self._asked[url] += 1
        if step.fault is not None:
            raise FAULTS[step.fault](request)
        return _response(step, url, request)

    def _repository_page(self, url: httpx.URL) -> str:
        """Return how the page of a repository behaves, or of a URL that nobody knows."""
        name = url.path.strip("/").lower()
        repository = self._repositories.get(name) if asked_host(url) == "github.com" else None
        if repository is None or self._trouble.get(name) in ("missing", "blocked", "legal"):
            return "dead"
        if name != repository.full_name.lower():
            return f"301 https://github.com/{repository.full_name}"
        return "page"


def _response(step: Step, url: str, request: httpx.Request) -> httpx.Response:
    body = step.body
    if body is None:
        shown = escape(url)
        body = PAGE.format(title=f"Sandbox page of {shown}", url=shown, filling=FILLING)
    content = body.encode()
    headers = {"content-type": step.kind, **step.headers}
    status = step.status
    if step.kind == "application/pdf":
        headers["accept-ranges"] = "bytes"
        if request.headers.get("range", "").startswith("bytes=0-"):
            last = min(int(request.headers["range"][8:] or len(content)), len(content) - 1)
            headers["content-range"] = f"bytes 0-{last}/{len(content)}"
            status, content = 206, content[: last + 1]
    headers["content-length"] = str(len(content))
    return httpx.Response(status, headers=headers, content=content)
