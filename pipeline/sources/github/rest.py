"""
GitHub's REST interface: what an answer of `GET /repos/{owner}/{repo}` means.

Pure. REST is the judge: it alone tells a missing repository from a withheld and a renamed one.
Rules: docs.github.com "Best practices", "Troubleshooting the REST API". 451 and the blocked 403 are
in no public description (github/rest-api-description#3314); public threads show their bodies.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from urllib.parse import quote

from pipeline.network.redirects import redirect_target
from pipeline.network.retry import Trouble, trouble_of_failure, trouble_of_status
from pipeline.network.service import Answer
from pipeline.records.outcomes import Blocked, Failed, Missing, Skipped
from pipeline.sources.answers import json_object
from pipeline.sources.github.fields import RepositoryOutcome, outcome_of, record_of_rest
from pipeline.sources.github.limits import limit_trouble, refusal_of
from pipeline.sources.repository_fields import clean_text

HEADERS: Mapping[str, str] = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2022-11-28",
}
"""Always the same. No conditional requests: a 304 is charged without a token, and the cache holds
answers about repositories, not HTTP responses."""

RestKind = Literal[
    "ok",
    "moved",  # for good: 301, 308
    "elsewhere",  # for now: 302, 303, 307
    "unauthorized",
    "missing",
    "withheld",  # 451, or 403 with `block`
    "forbidden",
    "primary",
    "secondary",
    "bug",  # ours: asking on is no use
    "transient",
    "odd",
    "failed",  # below HTTP
]

Doubt = Literal["not-found", "refused", "silent"]
"""What GraphQL said of a name that REST is asked about: NOT_FOUND, another error, or nothing."""

_BY_STATUS: Mapping[int, RestKind] = {
    **dict.fromkeys((301, 308), "moved"),
    **dict.fromkeys((302, 303, 307), "elsewhere"),
    400: "bug",
    401: "unauthorized",
    404: "missing",
    **dict.fromkeys((408, 425), "transient"),
    451: "withheld",
}


def repository_url(api_url: str, name: str) -> str:
    """Return the address of a repository's statistics; a slash at its end would give 404."""
    owner, _, repo = name.partition("/")
    return f"{api_url}/repos/{quote(owner, safe='')}/{quote(repo, safe='')}"


def kind_of_rest(answer: Answer) -> RestKind:
    """Say what an answer is."""
    status = answer.status
    if status is None:
        return "failed"
    body = json_object(answer.body)
    if status == 200:
        return "transient" if body is None else "ok"
    if status in (403, 429):
        refusal = refusal_of(status, answer.headers, body or {})
        return "withheld" if refusal == "blocked" else refusal
    return _BY_STATUS.get(status, "transient" if status >= 500 else "odd")


def classify_rest(answer: Answer, now: datetime) -> Trouble | None:
    """Say what an answer means for asking again (`pipeline.network.service.Classifier`)."""
    kind = kind_of_rest(answer)
    if kind == "failed":
        return trouble_of_failure(answer.failure or "protocol", answer.detail)
    if kind == "primary" or kind == "secondary":  # noqa: PLR1714  narrows the type
        return limit_trouble(kind, answer.headers, now)
    if kind == "bug":
        reason = f"GitHub does not take our requests (HTTP {answer.status})"
        return Trouble("stop", "bad-answer", reason)
    if kind == "transient":
        trouble = trouble_of_status(answer.status or 0, answer.headers, now)
        return trouble or Trouble("transient", "bad-answer", "GitHub's answer is not JSON")
    return None


def redirect_of(answer: Answer, api_url: str) -> str | None:
    """Return where a renamed repository is to be asked for: at the same host only, or None."""
    location = answer.headers.get("location") or (json_object(answer.body) or {}).get("url")
    target = redirect_target(answer.url, location) if isinstance(location, str) else None
    base = redirect_target(api_url, "/")
    return target if target and base and target.startswith(base) else None


def read_repository(answer: Answer, doubt: Doubt | None = None) -> RepositoryOutcome:
    """Turn the last answer about a repository into an outcome."""
    body = json_object(answer.body) or {}
    match kind_of_rest(answer):
        case "ok":
            hidden = body.get("visibility") in ("private", "internal")
            private = hidden or body.get("private") is True
            return outcome_of(record_of_rest(body), private=private)
        case "missing":
            return _missing(doubt)
        case "withheld":
            return Blocked(reason=_block_words(answer.status or 0, body.get("block")))
        case "forbidden":
            said = (clean_text(body.get("message")) or "no reason given")[:200]
            return Failed(kind="forbidden", reason=f"HTTP {answer.status}: {said}")
        case "unauthorized":
            return Failed(kind="unauthorized", reason="GitHub requires a token (HTTP 401)")
    return failure_outcome(answer)


def failure_outcome(answer: Answer) -> Failed | Skipped:
    """Return the outcome of a name whose question got no usable answer."""
    if answer.failure in ("budget", "interrupted"):
        return Skipped(reason=f"deferred to the next run: {answer.detail}")
    if answer.trouble is not None:
        return Failed(kind=answer.trouble.failure, reason=answer.trouble.reason)
    return Failed(kind=answer.failure or "bad-answer", reason=answer.reason)


def _missing(doubt: Doubt | None) -> RepositoryOutcome:
    """Deleted, private, misspelt and never there are one answer: 404."""
    if doubt == "refused":
        reason = "GitHub does not report whether it exists (REST: 404)"
        return Failed(kind="forbidden", reason=reason)
    if doubt == "not-found":
        reason = "GitHub knows no such repository (GraphQL: NOT_FOUND, REST: HTTP 404)"
        return Missing(reason=reason, confirmed=True)
    return Missing(reason="GitHub has no such repository (HTTP 404)")


def _block_words(status: int, block: object) -> str:
    """Say why and since when, as far as the `block` of a 403 or 451 does."""
    why = "for legal reasons" if status == 451 else "by GitHub"
    details = block if isinstance(block, dict) else {}
    said = [clean_text(details.get(name)) for name in ("reason", "created_at", "html_url")]
    told = ", ".join(text[:200] for text in said if text)
    return f"access blocked {why} (HTTP {status})" + (f": {told}" if told else "")
