"""What all sources share: a request, when an answer is none, how JSON and fields are read."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

from pipeline.network.http_client import HttpClient
from pipeline.network.redirects import follow
from pipeline.network.retry import Trouble
from pipeline.network.service import Answer, Classifier, Service, classify_by_status
from pipeline.records.outcomes import Failed

T = TypeVar("T")

BREAKER: Final = 12
"""Tries in a row that failed: three requests with all their tries; then a service is closed."""


class Part(BaseModel):
    """A part of a service's record: the fields that are read, under the service's own names."""

    model_config = ConfigDict(extra="ignore")

    @classmethod
    def read(cls, value: object, what: str) -> Self | Failed:
        """Return a record, or which of its fields is not of its kind."""
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"])
            return Failed(kind="bad-answer", reason=f"{what} is not readable: {where}")


async def fetch(
    client: HttpClient, service: Service, url: str, accept: str = "application/json"
) -> Answer:
    """Return the answer to a GET request, redirects followed."""
    return (await follow(client, service, "GET", url, headers={"Accept": accept}))[-1]


def why_unread(answer: Answer, who: str) -> Failed | None:
    """Return why an answer has no list; None where it has one."""
    if answer.failure is not None:
        return Failed(kind=answer.failure, reason=answer.detail)
    if answer.status != 200 or answer.trouble is not None:
        return Failed(kind="bad-answer", reason=f"{who} answers {answer.reason}")
    return None


def parted(keys: Sequence[str], accepts: Callable[[str], bool]) -> tuple[list[str], list[str]]:
    """Return the distinct keys that a source takes, and the others."""
    wanted: list[str] = []
    others: list[str] = []
    for key in dict.fromkeys(keys):
        (wanted if accepts(key) else others).append(key)
    return wanted, others


def in_batches(
    keys: Iterable[T], size: int, cost: Callable[[T], int] = lambda _: 0, most: int = 0
) -> tuple[tuple[T, ...], ...]:
    """Return keys in batches of at most `size`, whose costs together are at most `most`."""
    batches: list[list[T]] = []
    spent = 0
    for key in keys:
        spent += cost(key)
        if not batches or len(batches[-1]) == size or spent > most:
            batches.append([])
            spent = cost(key)
        batches[-1].append(key)
    return tuple(map(tuple, batches))


def failed(answer: Answer) -> Failed:
    """Return the outcome of a key whose answer cannot be used."""
    kind = answer.trouble.failure if answer.trouble is not None else "bad-answer"
    return Failed(kind=kind, reason=answer.reason)


def classifier(
    name: str, is_answer: Callable[[bytes], bool], own: Classifier | None = None
) -> Classifier:
    """
    Return how the answers of a service are judged: usable are 404, and 200 that is its own.

    `own` says what the service means by a status that others mean otherwise; it is asked before
    the rest, and None from it leaves the matter open. 403 closes the service for the run.
    """

    def classify(answer: Answer, now: datetime) -> Trouble | None:
        trouble = own(answer, now) if own is not None else None
        if trouble is not None:
            return trouble
        if answer.status == 403:
            return Trouble("stop", "forbidden", f"{name} refuses access (HTTP 403)")
        if answer.status == 200 and not is_answer(answer.body):
            return Trouble("transient", "bad-answer", f"not a {name} answer (HTTP 200)")
        return judged(answer, now, usable=answer.status in (200, 404))

    return classify


def judged(answer: Answer, now: datetime, *, usable: bool) -> Trouble | None:
    """Return why an answer cannot be used, by its status alone; None where it is `usable`."""
    if usable:
        return None
    refused = Trouble("refused", "bad-answer", f"HTTP {answer.status}")
    return classify_by_status(answer, now) or refused


def read_json(body: bytes) -> Any:
    """Return the JSON value of a body; None where it is no JSON (or `null`)."""
    try:
        return from_json(body)
    except ValueError:
        return None


def json_object(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object of a body; None where it is something else (HTML, nothing, a list)."""
    value = read_json(body)
    return value if isinstance(value, dict) else None


def within(value: object, *names: str) -> Any:
    """Return what JSON objects within each other hold under these names; None for nothing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def json_at(body: bytes, *names: str) -> Any:
    """Return what the JSON object of a body holds under these names, each within the last."""
    return within(read_json(body), *names)


def squeezed(text: str | None) -> str | None:
    """Return `text` with every run of white space made one blank; None where nothing is left."""
    return " ".join((text or "").split()) or None


_DAY: Final = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?", re.ASCII)


def day(text: str | None) -> str | None:
    """Return the date of an ISO 8601 time, as precise as it is up to the day."""
    match = _DAY.match(text or "")
    return match[0] if match else None
