"""
Code repositories and use of arXiv papers from Hugging Face's paper pages, one request for each.

Manual: https://huggingface.co/docs/hub/paper-pages and https://huggingface.co/docs/hub/rate-limits
(500 API requests in five minutes without a token; `RateLimit: "api";r=0;t=173` says when the next
ones come). 404 means that nobody has put the paper there. What a page says of code comes from
whoever submitted it.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote

from pipeline.network.retry import Backoff, RetryPolicy, Trouble, retry_after
from pipeline.network.service import Answer, Service
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.sources import HuggingFaceRecord
from pipeline.sources.answers import Part, classifier, failed, json_at, json_object
from pipeline.sources.arxiv.rules import NOT_AN_ID, is_arxiv_id
from pipeline.sources.scholarly.rules import PATIENCE, plain_text
from pipeline.sources.service_source import ServiceSource
from pipeline.works.repositories import repository

_RESET: Final = re.compile(r";\s{0,3}t=([0-9]{1,6})(?![0-9])", re.ASCII)


def reset_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds until new requests, from `RateLimit` (IETF draft-ratelimit-headers)."""
    match = _RESET.search(headers.get("ratelimit", "")[:500])
    return float(match[1]) if match else None


def _refusal(answer: Answer, now: datetime) -> Trouble | None:
    if answer.status == 429:
        wait = retry_after(answer.headers, now)
        return Trouble("throttled", "throttled", "HTTP 429", wait or reset_after(answer.headers))
    if answer.status == 401:
        return Trouble("stop", "forbidden", "Hugging Face refuses access (HTTP 401)")
    return None


SERVICE: Final = Service(
    name="huggingface",
    lane="huggingface",
    interval=0.7,
    patience=PATIENCE,
    policy=RetryPolicy(attempts=3, throttled=Backoff(first=30.0, factor=2.0, cap=120.0)),
    classify=classifier(
        "Hugging Face", lambda body: isinstance(json_at(body, "id"), str), _refusal
    ),
    body_cap=4 * 1024 * 1024,
    breaker=6,
)


class HuggingFaceSource(ServiceSource[HuggingFaceRecord]):
    """What Hugging Face's paper pages know of canonical arXiv ids, a request each."""

    name = "huggingface"
    api = "https://huggingface.co/api"

    def _refusal(self, key: str) -> Missing | None:
        return None if is_arxiv_id(key) else NOT_AN_ID

    async def _one(self, key: str) -> Outcome[HuggingFaceRecord]:
        return outcome_of(key, await self._get(SERVICE, f"/papers/{quote(key, safe='')}"))


class _Paper(Part):
    id: str
    title: str | None = None
    githubRepo: str | None = None  # noqa: N815 Hugging Face's name


def outcome_of(key: str, answer: Answer) -> Outcome[HuggingFaceRecord]:
    """Read the answer about one id."""
    if answer.trouble is not None:
        return failed(answer)
    if answer.status == 404:
        return Missing(reason="Hugging Face has no page of it")
    paper = _Paper.read(json_object(answer.body), "Hugging Face's page")
    if isinstance(paper, Failed):
        return paper
    if paper.id != key:
        return Missing(reason=f"Hugging Face answers with another paper ({paper.id[:60]})")
    code = repository(paper.githubRepo or "")
    return Found(
        value=HuggingFaceRecord(
            arxiv_id=paper.id,
            title=plain_text(paper.title) or "",
            github_repo=code.full_name if code else None,
        )
    )
