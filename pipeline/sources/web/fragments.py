"""
What fragments can point at in pages of the linked web and in Markdown on GitHub.

One request for a page, however many links point into it. GitHub's pages are built in the browser,
so its interface gives the rendered Markdown instead (`application/vnd.github.html+json`,
https://docs.github.com/rest/repos/contents); that lane and its limits are those of the statistics.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from pipeline.links.fragments import anchors_of, is_readable, readme_query
from pipeline.network.http_client import HttpClient
from pipeline.network.redirects import follow
from pipeline.network.retry import Backoff, RetryPolicy, Trouble
from pipeline.network.service import Answer, Service
from pipeline.records.outcomes import Failed, Found, Missing, Outcome, Skipped
from pipeline.records.sources import AnchorRecord
from pipeline.sources.answers import failed, judged
from pipeline.sources.github.rest import classify_rest, kind_of_rest
from pipeline.sources.web.prober import ASK
from pipeline.works.arxiv_links import is_arxiv_host

PAGE_CAP: Final = 1024 * 1024
"""What is longer is read so far, and says nothing of a name that was not seen by then."""
AT_ONCE: Final = 16
HTML: Final = "application/vnd.github.html+json"
GITHUB_HEADERS: Final[Mapping[str, str]] = {"Accept": HTML, "X-GitHub-Api-Version": "2022-11-28"}


def classify_page(answer: Answer, now: datetime) -> Trouble | None:
    """Return why a page cannot be read: anything but 200, of which little is worth a second try."""
    return judged(answer, now, usable=200 <= (answer.status or 0) < 400)


def classify_markdown(answer: Answer, now: datetime) -> Trouble | None:
    """Judge an answer of GitHub: as always, but 200 is HTML here."""
    return None if answer.status == 200 else classify_rest(answer, now)


PAGES: Final = Service(
    name="fragments",
    interval=1.0,
    policy=RetryPolicy(attempts=2, transient=Backoff(2.0), throttled=Backoff(10.0)),
    classify=classify_page,
    read_timeout=20.0,
    total_timeout=60.0,
    body_cap=PAGE_CAP,
    sample_seconds=20.0,
    sends_host_headers=True,
)
MARKDOWN: Final = Service(
    name="fragments",
    lane="github",
    interval=0.1,
    policy=RetryPolicy(attempts=2, transient=Backoff(2.0)),
    classify=classify_markdown,
    body_cap=4 * PAGE_CAP,
    sends_token=True,
)


class FragmentSource:
    """The anchors of pages. Keys are the pages' URLs, without fragment (`request_key`)."""

    name = "fragments"

    def __init__(self, client: HttpClient, *, api_url: str = "https://api.github.com") -> None:
        self._client = client
        self._api_url = api_url.rstrip("/")

    async def fetch_many(
        self, keys: Sequence[str]
    ) -> AsyncIterator[tuple[str, Outcome[AnchorRecord]]]:
        """See `Source.fetch_many`: some pages at once, those of one host one after the other."""
        waiting = iter(dict.fromkeys(keys))
        while batch := list(islice(waiting, AT_ONCE)):
            outcomes = await asyncio.gather(*map(self._fetch, batch))
            for answered in zip(batch, outcomes, strict=True):
                yield answered

    async def _fetch(self, key: str) -> Outcome[AnchorRecord]:
        if not is_readable(key):
            return Skipped(reason="a page whose anchors cannot be read")
        query = readme_query(key)
        if query is None:
            chain = await follow(self._client, PAGES, "GET", key, headers=ASK, stop=is_arxiv_host)
            return read_page(key, chain[-1])
        url = f"{self._api_url}{query}"
        chain = await follow(self._client, MARKDOWN, "GET", url, headers=GITHUB_HEADERS)
        return read_markdown(key, chain[-1])


def read_markdown(key: str, answer: Answer) -> Outcome[AnchorRecord]:
    """Read the answer of GitHub's interface."""
    if answer.trouble is not None:
        return failed(answer)
    if answer.status == 404:
        return Missing(reason="GitHub shows no Markdown there")
    if answer.status != 200:
        return Failed(kind="bad-answer", reason=f"{answer.reason} ({kind_of_rest(answer)})")
    text = _utf8(answer)
    if text is None:
        return Found(value=AnchorRecord(url=key))
    return Found(value=anchors_of(text, url=key, whole=not answer.truncated, github=True))


def read_page(key: str, answer: Answer) -> Outcome[AnchorRecord]:
    """Read a page; what is no HTML, or compressed though we did not ask for it, tells nothing."""
    if answer.trouble is not None:
        return failed(answer)
    if answer.failure is not None or answer.status != 200:
        return Failed(kind=answer.failure or "bad-answer", reason=answer.reason)
    encoded = answer.headers.get("content-encoding", "identity").lower() != "identity"
    text = _utf8(answer)
    if text is None or encoded:
        return Found(value=AnchorRecord(url=key))
    return Found(value=anchors_of(text, url=key, whole=not answer.truncated))


def _utf8(answer: Answer) -> str | None:
    """Decode a page of HTML; None where its names may be read wrongly."""
    if "html" not in answer.headers.get("content-type", ""):
        return None
    try:
        return answer.body.decode("utf-8")
    except UnicodeDecodeError:
        return answer.body.decode("utf-8", "ignore") if answer.truncated else None
