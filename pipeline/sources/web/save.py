"""
Save Page Now: the Wayback Machine is asked to take a copy of a page, with a person's key.

Interface: archive.org/details/spn-2-public-api-page-docs-2023-01-22. `POST /save` answers with a
job, whose state `/save/status/JOB` tells; a copy takes half a minute. Six requests a minute are
allowed (palewire/savepagenow); a refusal may come with HTTP 200 (`status_ext`), and codes are not
all documented (internetarchive/wayback#304). A job that is forgotten after an hour is `pending` for
ever (agude/wayback-machine-archiver#28). `if_not_archived_within` names the copy that is there
instead of taking another one.
"""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from pipeline.links.captures import capture_of
from pipeline.network.http_client import HttpClient
from pipeline.network.retry import Backoff, RetryPolicy, Trouble
from pipeline.network.service import Answer, Service
from pipeline.records.outcomes import Failed, Found, Missing, Outcome, Skipped
from pipeline.records.sources import CaptureRecord
from pipeline.sources.answers import failed, json_object, judged
from pipeline.urls import url_fault

SAVE_URL: Final = "https://web.archive.org/save"
SAVE_HOST: Final = "web.archive.org"
YOUNG: Final = "180d"
"""A copy that is no older does."""
POLL_AFTER: Final = 20.0
"""Seconds before jobs are asked for, and between two rounds of asking."""
ROUNDS: Final = 6
_JOB: Final = re.compile(r"[A-Za-z0-9-]{1,100}", re.ASCII)
_OF_THE_PAGE: Final = frozenset(
    """
    bad-request blocked blocked-url filesize-limit ftp-access-denied http-version-not-supported
    invalid-url-syntax method-not-allowed network-authentication-required no-access no-captures
    not-found not-implemented not-acceptable too-many-redirects unauthorized
    """.split()  # noqa: SIM905  one word a line would hide the table
)
"""Refusals that say something of the page: it is not asked for again soon."""
LATER: Final = Skipped(reason="deferred to a later run: this one has saved enough")
PENDING: Final = Skipped(reason="deferred to a later run: the archive is still at it")


def classify(answer: Answer, now: datetime) -> Trouble | None:
    """Return why an answer of the archive cannot be used, or None where it can."""
    if answer.status in (401, 403):
        why = f"the archive refuses the key (HTTP {answer.status})"
        return Trouble("stop", "unauthorized", why)
    body = json_object(answer.body)
    if answer.status == 200 and body is None:
        return Trouble("transient", "bad-answer", "not an answer of Save Page Now (HTTP 200)")
    if body is not None and _refusal(body) == "user-session-limit":
        return Trouble("throttled", "throttled", "the archive takes no more pages at once")
    return judged(answer, now, usable=answer.status == 200)


SERVICE: Final = Service(
    name="archive",
    lane="archive",
    interval=10.0,
    patience=300.0,
    policy=RetryPolicy(attempts=2, transient=Backoff(20.0), throttled=Backoff(60.0, cap=120.0)),
    classify=classify,
    read_timeout=60.0,
    total_timeout=90.0,
    body_cap=1024 * 1024,
    breaker=4,
    sends_token=True,
)


class SaveSource:
    """Copies of pages that are taken now. Keys are their URLs; of these the first `most`."""

    name = "archive"

    def __init__(self, client: HttpClient, *, most: int) -> None:
        self._client = client
        self._most = most

    async def fetch_many(
        self, keys: Sequence[str]
    ) -> AsyncIterator[tuple[str, Outcome[CaptureRecord]]]:
        """See `Source.fetch_many`: one request for each page, then one for each job and round."""
        jobs: dict[str, str] = {}
        for number, key in enumerate(dict.fromkeys(keys)):
            if url_fault(key) is not None:
                yield key, Missing(reason="not a URL")
                continue
            job = LATER if number >= self._most else await self._save(key)
            if isinstance(job, str):
                jobs[key] = job
            else:
                yield key, job
        for _ in range(ROUNDS):
            if not jobs or not await self._client.rest(POLL_AFTER):
                break
            for key, job in tuple(jobs.items()):
                outcome = await self._state(key, job)
                if outcome is not None:
                    del jobs[key]
                    yield key, outcome
        for key in jobs:
            yield key, PENDING

    async def _save(self, url: str) -> str | Outcome[CaptureRecord]:
        """Return the job that takes a copy, or why there is none."""
        form = {"url": url, "skip_first_archive": "1", "if_not_archived_within": YOUNG}
        answer = await self._client.send(
            SERVICE,
            "POST",
            SAVE_URL,
            headers={
                "Accept": "application/json",
                "Content-Type": "application/x-www-form-urlencoded",
            },
            content=urlencode(form).encode(),
        )
        if answer.trouble is not None:
            return _unasked(answer)
        body = json_object(answer.body) or {}
        job = body.get("job_id")
        return job if isinstance(job, str) and _JOB.fullmatch(job) else _refused(body)

    async def _state(self, url: str, job: str) -> Outcome[CaptureRecord] | None:
        """Return what has become of a job; None while it is under way."""
        headers = {"Accept": "application/json"}
        answer = await self._client.send(
            SERVICE, "GET", f"{SAVE_URL}/status/{job}", headers=headers
        )
        if answer.trouble is not None:
            return _unasked(answer)
        body = json_object(answer.body) or {}
        if body.get("status") == "pending":
            return None
        if body.get("status") != "success":
            return _refused(body)
        capture = capture_of(url, str(body.get("timestamp")), url)
        if capture is None:
            return Failed(kind="bad-answer", reason="the archive names no copy")
        return Found(value=capture)


def _unasked(answer: Answer) -> Failed | Skipped:
    if answer.failure in ("budget", "interrupted"):
        return Skipped(reason=f"deferred to a later run: {answer.detail}")
    return failed(answer)


def _refusal(body: dict[str, Any]) -> str:
    return str(body.get("status_ext") or "").removeprefix("error:")[:60]


def _refused(body: dict[str, Any]) -> Outcome[CaptureRecord]:
    """Return why no copy is taken: for the page's sake, or for another that may pass."""
    code = _refusal(body)
    if code in _OF_THE_PAGE:
        return Missing(reason=f"the archive cannot save it ({code})")
    known = code if re.fullmatch(r"[a-z-]{1,60}", code) else "no reason given"
    return Failed(kind="bad-answer", reason=f"the archive did not save it ({known})")
