"""The answers on the way to a page, of which the first bytes are there → a `Probe`. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pipeline.links import hosts
from pipeline.links.page_titles import says_missing
from pipeline.network.failures import NO_SUCH_HOST
from pipeline.network.redirects import has_wandered, location_of, redirect_target
from pipeline.network.service import Answer
from pipeline.records.links import Hop, Probe
from pipeline.sources.web.page import (
    Page,
    is_html,
    page_of,
    page_title,
    refresh_of,
    size_of,
    words_of,
)
from pipeline.urls import MAX_URL_LENGTH, host_of
from pipeline.works.arxiv_links import is_arxiv_host

TELLING_HEADERS: Final = ("cf-mitigated", "content-type", "retry-after", "server")


def is_no_such_host(answer: Answer) -> bool:
    """Say whether the resolver said with authority that the name does not exist."""
    return answer.failure == "dns" and answer.detail.endswith(NO_SUCH_HOST)


def left_alone(answer: Answer) -> str | None:
    """Return the target of a redirect that was not followed on purpose."""
    location = location_of(answer)
    if location is not None:
        return redirect_target(answer.url, location)
    refresh = refresh_of(answer)
    target = redirect_target(answer.url, refresh.location) if refresh else None
    return target if target is not None and is_arxiv_host(target) else None


def _hop(answer: Answer, chain: Sequence[Answer]) -> Hop:
    """Return one step; a page was left by its refresh where it is not the last, or leads back."""
    refresh = refresh_of(answer) if location_of(answer) is None else None
    target = redirect_target(answer.url, refresh.location) if refresh else None
    leads_on = answer is not chain[-1] or any(target == one.url for one in chain[:-1])
    delay = refresh.delay if refresh and leads_on else None
    return Hop(url=answer.url[:MAX_URL_LENGTH], status=answer.status, delay=delay)


def evidence(chain: Sequence[Answer], asked_at: datetime, answered_at: datetime) -> Probe:
    """Return what the answers on the way to a page tell. `chain` is not empty."""
    last = chain[-1]
    unasked = left_alone(last)
    if last.failure == "refused-address" and len(chain) > 1:
        unasked = last.url
    page = page_of(last)
    return Probe(
        method="GET" if last.method == "GET" else "HEAD",
        status=last.status,
        hops=tuple(_hop(answer, chain) for answer in chain),
        unasked=unasked,
        failure=last.failure,
        detail=last.detail[:200],
        no_such_host=is_no_such_host(last),
        wandered=has_wandered(last),
        headers={
            name: last.headers[name][:200] for name in TELLING_HEADERS if name in last.headers
        },
        title=page_title(page.text) if is_html(last) else None,
        markers=_markers(last, page),
        length=size_of(last) if last.method == "GET" and last.failure is None else None,
        complete=_is_whole(last),
        asked_at=asked_at,
        answered_at=answered_at,
    )


def _markers(answer: Answer, page: Page) -> tuple[str, ...]:
    """
    Return the signs in a page.

    Beside those of `hosts.body_markers`: `unreadable`, where what came is no text that we can read;
    `removed` as well where hardly more is said than that nothing is there.
    """
    found = hosts.body_markers(host_of(answer.url), page.text)
    if len(page.text) < hosts.THIN_PAGE and says_missing(words_of(page.text)):
        found = (*found, "removed")
    return found if page.readable else (*found, "unreadable")


_CONTENT_RANGE: Final = re.compile(r"bytes 0-\d{1,12}/(\d{1,12})", re.ASCII)


def _is_whole(answer: Answer) -> bool:
    """Say whether the sample is all of the page (RFC 9110 14.4 for a part that is the whole)."""
    if answer.status == 200:
        return not answer.truncated
    match = _CONTENT_RANGE.fullmatch(answer.headers.get("content-range", "")[:60])
    return answer.status == 206 and match is not None and int(match[1]) <= len(answer.body)
