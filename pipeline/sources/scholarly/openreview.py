"""
Where papers of OpenReview have been accepted, one request for each.

API 2 (https://docs.openreview.net, `GET /notes?id=FORUM`) has what was submitted since 2023, API 1
what came before; values of API 2 are wrapped in `{"value": …}`. 180 requests a minute are allowed.
Since the summer of 2026 strangers get 403 `ChallengeRequiredError`, so that it takes a token
(OPENREVIEW_TOKEN, of a login; it lives for a day): the first refusal is the last request of a run.
"""

from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from pydantic import field_validator

from pipeline.network.retry import Backoff, RetryPolicy, Trouble
from pipeline.network.service import Answer, Service
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.sources import OpenReviewRecord
from pipeline.sources.answers import Part, classifier, failed, fetch, json_at
from pipeline.sources.scholarly.rules import PATIENCE, plain_text
from pipeline.sources.service_source import ServiceSource

API_1: Final = "https://api.openreview.net"
"""Where older submissions are; only asked beside API 2 at its own address."""
API_2: Final = "https://api2.openreview.net"


def _refusal(answer: Answer, now: datetime) -> Trouble | None:  # noqa: ARG001
    if answer.status in (401, 403):
        reason = f"OpenReview refuses access without a login (HTTP {answer.status})"
        return Trouble("stop", "forbidden", reason)
    return None


SERVICE: Final = Service(
    name="openreview",
    lane="openreview",
    interval=1.0,
    patience=PATIENCE,
    policy=RetryPolicy(attempts=3, throttled=Backoff(first=30.0, factor=2.0, cap=120.0)),
    classify=classifier("OpenReview", lambda body: _notes(body) is not None, _refusal),
    body_cap=4 * 1024 * 1024,
    breaker=6,
    sends_token=True,
)


class OpenReviewSource(ServiceSource[OpenReviewRecord]):
    """What OpenReview knows of its forums by their ids: a request each, a second for old ones."""

    name = "openreview"
    api = API_2

    async def _one(self, key: str) -> Outcome[OpenReviewRecord]:
        path = f"/notes?id={quote(key, safe='')}"
        outcome = outcome_of(key, await self._get(SERVICE, path))
        if isinstance(outcome, Missing) and self._url == API_2:
            return outcome_of(key, await fetch(self._client, SERVICE, f"{API_1}{path}"))
        return outcome


class _Content(Part):
    title: str | None = None
    venue: str | None = None
    venueid: str | None = None

    @field_validator("title", "venue", "venueid", mode="before")
    @classmethod
    def _unwrapped(cls, value: Any) -> Any:
        """Return what API 2 wraps; `venue` is a list at times."""
        found = value.get("value") if isinstance(value, dict) else value
        return found if isinstance(found, str) else None


class _Note(Part):
    id: str
    content: _Content


def outcome_of(key: str, answer: Answer) -> Outcome[OpenReviewRecord]:
    """Read the answer about one forum."""
    if answer.trouble is not None:
        return failed(answer)
    notes = _notes(answer.body) or []
    if answer.status == 404 or not notes:
        return Missing(reason="OpenReview shows no such paper")
    note = _Note.read(notes[0], "OpenReview's note")
    if isinstance(note, Failed):
        return note
    if note.id != key:
        return Missing(reason=f"OpenReview answers with another note ({note.id[:60]})")
    content = note.content
    return Found(
        value=OpenReviewRecord(
            id=key,
            title=plain_text(content.title) or "",
            venue=content.venue,
            venueid=content.venueid,
        )
    )


def _notes(body: bytes) -> list[Any] | None:
    notes = json_at(body, "notes")
    return notes if isinstance(notes, list) else None
