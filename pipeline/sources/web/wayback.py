"""
A good capture of a lost page in the Wayback Machine: the nearest to a day, or the newest.

The availability interface (https://archive.org/help/wayback_api.php) is quick, and says at times
that nothing is archived though something is: for `https://…` more often than for the same address
without a scheme (internetarchive/wayback #296). So it is asked for both, and the index of captures
has the last word (https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server), which
is slow: 15 to 50 s. The Internet Archive asks for at most 30 index requests a minute and advises
80 % of it (edgi-govdata-archiving/wayback, `_client.py`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from pipeline.links.captures import capture_at, capture_of, distance, url_and_day
from pipeline.network.http_client import HttpClient
from pipeline.network.retry import Backoff, RetryPolicy, Trouble
from pipeline.network.service import Answer, Service
from pipeline.records.outcomes import Blocked, Found, Missing, Outcome
from pipeline.records.sources import CaptureRecord
from pipeline.sources.answers import failed, judged, read_json, within
from pipeline.sources.service_source import ServiceSource
from pipeline.urls import url_fault

AVAILABLE_URL: Final = "https://archive.org/wayback/available"
INDEX_URL: Final = "https://web.archive.org/cdx/search/cdx"
EXCLUDED: Final = b"AdministrativeAccessControlException"
"""The index's words for a site that does not want to be archived, with status 403."""


def classify(answer: Answer, now: datetime) -> Trouble | None:
    """Return why an answer of the archive cannot be used, or None where it can."""
    if answer.status == 200 and not isinstance(read_json(answer.body), dict | list):
        return Trouble("transient", "bad-answer", "not an answer of the Wayback Machine (HTTP 200)")
    excluded = answer.status == 403 and EXCLUDED in answer.body
    return judged(answer, now, usable=answer.status == 200 or excluded)


SERVICE: Final = Service(
    name="wayback",
    lane="wayback",
    interval=2.5,
    patience=300.0,
    policy=RetryPolicy(
        attempts=2, transient=Backoff(first=10.0), throttled=Backoff(first=60.0, cap=120.0)
    ),
    classify=classify,
    read_timeout=60.0,
    total_timeout=90.0,
    body_cap=1024 * 1024,
    breaker=6,
)


MOST_PAGES: Final = 50
"""In one run: a page without a capture costs up to a minute, and the dead stay dead."""


class WaybackSource(ServiceSource[CaptureRecord]):
    """What the Wayback Machine has of pages. Keys: `captures.key_of`; `most` are asked."""

    name = "wayback"

    def __init__(self, client: HttpClient, *, most: int = MOST_PAGES) -> None:
        super().__init__(client)
        self.most = most

    def _refusal(self, key: str) -> Missing | None:
        return None if url_fault(url_and_day(key)[0]) is None else Missing(reason="not a URL")

    async def _one(self, key: str) -> Outcome[CaptureRecord]:
        """Ask for one page, one to three times."""
        url, day = url_and_day(key)
        near = {"timestamp": day} if day else {}
        for spelling in (url.partition("://")[2], url):
            answer = await self._ask(AVAILABLE_URL, {"url": spelling, **near})
            if answer.trouble is not None:
                break  # the index may be up all the same
            capture = capture_available(url, read_json(answer.body))
            if capture is not None:
                return Found(value=capture)
        query = {
            "url": url,
            "output": "json",
            "fl": "timestamp,original,statuscode",
            "filter": "statuscode:200",
            **(_ONE_A_DAY if day else _NEWEST),
        }
        return outcome_of(url, await self._ask(INDEX_URL, query), day)

    async def _ask(self, api_url: str, query: Mapping[str, str]) -> Answer:
        headers = {"Accept": "application/json"}
        url = f"{api_url}?{urlencode(query, quote_via=quote)}"
        return await self._client.send(SERVICE, "GET", url, headers=headers)


def capture_available(url: str, value: Any) -> CaptureRecord | None:
    """Return the capture that the availability interface names, where its `status` is good."""
    closest = within(value, "archived_snapshots", "closest")
    if not isinstance(closest, dict) or closest.get("available") is not True:
        return None
    return capture_at(url, str(closest.get("url"))) if closest.get("status") == "200" else None


def outcome_of(url: str, answer: Answer, day: str = "") -> Outcome[CaptureRecord]:
    """Read the answer of the index about one page: the capture nearest to `day`, or the newest."""
    if answer.trouble is not None:
        return failed(answer)
    if answer.status == 403:
        return Blocked(reason="the site is excluded from the Wayback Machine")
    rows = read_json(answer.body)
    head, *captures = rows if isinstance(rows, list) and rows else [[]]
    found: list[CaptureRecord] = []
    for row in captures:
        named = dict(zip(head, row, strict=False)) if _is_row(head) and _is_row(row) else {}
        if named.get("statuscode") == "200":
            capture = capture_of(url, named.get("timestamp", ""), named.get("original", ""))
            if capture is not None:
                found.append(capture)
    if found:
        best = min(found, key=lambda one: distance(one, day)) if day else found[-1]
        return Found(value=best)
    return Missing(reason="the Wayback Machine has no good capture of it")


_NEWEST: Final = {"fastLatest": "true", "limit": "-1"}
_ONE_A_DAY: Final = {"collapse": "timestamp:8", "limit": "10000"}


def _is_row(row: Any) -> bool:
    return isinstance(row, list) and all(isinstance(cell, str) for cell in row)
