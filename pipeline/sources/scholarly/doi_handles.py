"""
DOIs from the handle server behind doi.org: whether there is such a DOI, and where it leads.

Handbook: https://www.doi.org/doi-handbook/HTML/rest-api-request-format.html. One small request says
what following the link would say, and the publisher, who turns robots away, is not asked at all.
All registration agencies' DOIs are there. `responseCode` 1: known; 100 (with HTTP 404): not known;
200: known, without an address; 2: a fault of the server.
"""

from datetime import datetime
from typing import Final
from urllib.parse import quote

from pipeline.network.retry import Backoff, RetryPolicy, Trouble
from pipeline.network.service import Answer, Service
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.sources import HandleRecord
from pipeline.sources.answers import failed, json_at, judged, within
from pipeline.sources.scholarly.rules import PATIENCE, is_lower_doi
from pipeline.sources.service_source import ServiceSource
from pipeline.urls import url_fault

KNOWN: Final = 1
UNKNOWN: Final = 100
WITHOUT_ADDRESS: Final = 200
STATUS_OF_CODE: Final = {KNOWN: (200,), UNKNOWN: (404,), WITHOUT_ADDRESS: (200, 404)}
"""Which HTTP status each `responseCode` comes with; in any other company it is no answer."""


def classify(answer: Answer, now: datetime) -> Trouble | None:
    """Return why an answer of the handle server cannot be used, or None where it can."""
    status = answer.status
    usable = status in STATUS_OF_CODE.get(_code(answer) or 0, ())
    if status == 403:
        return Trouble("stop", "forbidden", "doi.org refuses access (HTTP 403)")
    if status in (200, 404) and not usable:
        # A 404 that is not the handle server's own says nothing about the DOI.
        return Trouble("transient", "bad-answer", f"not a handle server's answer (HTTP {status})")
    return judged(answer, now, usable=usable)


SERVICE: Final = Service(
    name="doi",
    lane="doi",
    interval=0.25,
    patience=PATIENCE,
    policy=RetryPolicy(attempts=3, throttled=Backoff(first=10.0, factor=3.0, cap=60.0)),
    classify=classify,
    read_timeout=20.0,
    total_timeout=40.0,
    body_cap=256 * 1024,
    breaker=6,
)


class DoiHandleSource(ServiceSource[HandleRecord]):
    """What the handle server knows of DOIs; an unknown one is asked once more, past its cache."""

    name = "doi"
    api = "https://doi.org/api/handles"

    async def _one(self, key: str) -> Outcome[HandleRecord]:
        """Takes a DOI in lower case."""
        if not is_lower_doi(key):
            return Missing(reason="not a DOI")
        outcome = await self._ask(key, "?type=URL")
        if not isinstance(outcome, Missing):
            return outcome
        again = await self._ask(key, "?type=URL&auth=true")
        if isinstance(again, Missing):
            return again.model_copy(update={"confirmed": True})
        return again if isinstance(again, Found) else outcome

    async def _ask(self, doi: str, query: str) -> Outcome[HandleRecord]:
        # The slash stays: proxies refuse or decode `%2F`. All else that is not plain is escaped.
        url = f"{self._url}/{quote(doi, safe='/')}{query}"
        headers = {"Accept": "application/json"}
        return outcome_of(doi, await self._client.send(SERVICE, "GET", url, headers=headers))


def outcome_of(doi: str, answer: Answer) -> Outcome[HandleRecord]:
    """Read the answer about one DOI."""
    if answer.trouble is not None:
        return failed(answer)
    code = _code(answer)
    if code == UNKNOWN:
        return Missing(reason="no registration agency knows the DOI (handle server: 100)")
    if code not in (KNOWN, WITHOUT_ADDRESS):
        return Failed(kind="bad-answer", reason=answer.reason)
    return Found(value=HandleRecord(doi=doi, url=_address(answer)))


def _code(answer: Answer) -> int | None:
    code = json_at(answer.body, "responseCode")
    return code if isinstance(code, int) else None


def _address(answer: Answer) -> str | None:
    values = json_at(answer.body, "values")
    for value in values if isinstance(values, list) else ():
        url = within(value, "data", "value") if within(value, "type") == "URL" else None
        if isinstance(url, str) and url_fault(url) is None:
            return url
    return None
