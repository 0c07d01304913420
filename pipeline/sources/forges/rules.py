"""What the three share: how they are asked, what an answer is, how a record is made of fields."""

import re
from datetime import datetime
from typing import Any, Final

from pipeline.network.retry import Backoff, RetryPolicy, Trouble
from pipeline.network.service import Answer, Service
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.sources import RepositoryRecord
from pipeline.sources.answers import json_object, judged
from pipeline.works.forges import FORGE_NAMES, Forge, page_of

PATIENCE: Final = 60.0
"""Seconds that a run waits for one of these in all: its links are asked as pages then."""
PATH: Final = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+){1,20}", re.ASCII)
"""A project's path, as `works.forges` reads it."""
NO_PATH: Final = Missing(reason="not the path of a project")


def service_for(forge: Forge, *, interval: float) -> Service:
    """Return how a service is asked: serially, and left alone soon where it does not answer."""
    name = FORGE_NAMES[forge]

    def classify(answer: Answer, now: datetime) -> Trouble | None:
        """Usable are 200 and 404 with a JSON object; 403 and 401 are no words about a project."""
        if answer.status in (401, 403):
            return Trouble("refused", "forbidden", f"{name} refuses access (HTTP {answer.status})")
        if answer.status in (200, 404) and json_object(answer.body) is None:
            # A 404 of something in between says nothing about the project.
            why = f"not an answer of {name} (HTTP {answer.status})"
            return Trouble("transient", "bad-answer", why)
        return judged(answer, now, usable=answer.status in (200, 301, 302, 307, 308, 404))

    return Service(
        name=forge,
        lane=forge,
        interval=interval,
        patience=PATIENCE,
        policy=RetryPolicy(attempts=2, transient=Backoff(2.0), throttled=Backoff(10.0, cap=60.0)),
        classify=classify,
        read_timeout=20.0,
        total_timeout=40.0,
        body_cap=1024 * 1024,
        breaker=4,
    )


def found(
    forge: Forge, path: object, *, is_public: object, **fields: Any
) -> Outcome[RepositoryRecord]:
    """Return the outcome of a project that a service describes; a private one is none for us."""
    name = FORGE_NAMES[forge]
    if not isinstance(path, str) or not PATH.fullmatch(path):
        return Failed(kind="bad-answer", reason=f"{name}'s answer names no project")
    if is_public is not True:
        return Missing(reason=f"{name} has no public project of this name")
    record = RepositoryRecord(service=forge, full_name=path, url=page_of(forge, path), **fields)
    return Found(value=record)
