"""
What is remembered of links from run to run: `history/links.jsonl`.

Pure. Only links that fail are remembered, one a line, sorted by address; a link that is alive
again is forgotten. A failure counts once in twelve hours, so that running often proves nothing,
and a check that repeats what is known changes no byte.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime, Field, ValidationError

from pipeline.records import Record, to_json

COUNTS_AGAIN_AFTER = timedelta(hours=12)
FORGOTTEN_AFTER = timedelta(days=180)
"""A link that no list holds any more leaves the history after so long."""


class LinkHistory(Record):
    """What is remembered of one link that fails."""

    url: str
    """The address as it is asked (`identifiers.request_key`)."""
    last_verdict: Literal["failing", "dead"]
    reason_code: str
    """Of the last check (`reasons.REASONS`)."""
    status_code: int | None = None
    first_failed_at: AwareDatetime
    last_failed_at: AwareDatetime
    """Of the last failure that counted."""
    consecutive_failures: int = Field(ge=1)
    """Failures that counted, without a success between them."""
    absent_since: AwareDatetime | None = None
    """When it was first said with authority that there is no such thing (404, no such host)."""
    lost_since: AwareDatetime | None = None
    """When the first failure was seen that may mean death; TLS faults and soft 404s never do."""
    lost_runs: int = 0
    """How many such failures counted."""
    last_alive_at: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """One check that failed."""

    verdict: Literal["failing", "dead"]
    reason_code: str
    status_code: int | None
    absent: bool
    """See `LinkHistory.absent_since`."""
    mortal: bool
    """See `LinkHistory.lost_since`."""


def remember(
    past: LinkHistory | None,
    url: str,
    failure: Failure,
    at: datetime,
    *,
    first_seen: datetime | None = None,
    counts_again_after: timedelta = COUNTS_AGAIN_AFTER,
    last_alive_at: datetime | None = None,
) -> LinkHistory:
    """
    Return what is remembered of `url` after a check at `at` has failed.

    `first_seen` is the time of the first of two looks in one run. A failure counts where none has
    counted for `counts_again_after`; one that does not count changes only what was said.
    """
    counts = past is None or at - past.last_failed_at >= counts_again_after
    began = first_seen or at
    lost = past.lost_runs if past else 0
    return LinkHistory(
        url=url,
        last_verdict=failure.verdict,
        reason_code=failure.reason_code,
        status_code=failure.status_code,
        first_failed_at=past.first_failed_at if past else began,
        last_failed_at=at if counts or past is None else past.last_failed_at,
        consecutive_failures=(past.consecutive_failures if past else 0) + counts,
        absent_since=(past and past.absent_since) or (began if failure.absent else None),
        lost_since=(past and past.lost_since) or (began if failure.mortal else None),
        lost_runs=lost + (failure.mortal and (counts or lost == 0)),
        last_alive_at=past.last_alive_at if past else last_alive_at,
    )


def runs_lost(past: LinkHistory, at: datetime) -> int:
    """Return in how many checks the link has been lost, one more at `at` included."""
    counts = at - past.last_failed_at >= COUNTS_AGAIN_AFTER or past.lost_runs == 0
    return past.lost_runs + counts


def pruned(
    history: Mapping[str, LinkHistory], kept: Iterable[str], now: datetime
) -> dict[str, LinkHistory]:
    """Return the history without links that are not among `kept` and have long been silent."""
    wanted = set(kept)
    return {
        url: past
        for url, past in history.items()
        if url in wanted or now - past.last_failed_at < FORGOTTEN_AFTER
    }


def parse_history(text: str) -> tuple[dict[str, LinkHistory], list[str]]:
    """
    Read `history/links.jsonl`; return what it holds, and a sentence for each line that is damaged.

    A damaged line costs the memory of one link, never the run. Of two lines about one link (two
    branches merged) the one that failed first is kept: forgetting would let a dead link live.
    """
    history: dict[str, LinkHistory] = {}
    faults: list[str] = []
    # Not `splitlines`: an address may hold a character that it takes for the end of a line.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            past = LinkHistory.model_validate_json(line)
        except ValidationError as error:
            faults.append(f"line {number} is damaged and dropped ({_first_words(error)})")
            continue
        known = history.get(past.url)
        if known is None or past.first_failed_at < known.first_failed_at:
            history[past.url] = past
    return history, faults


def serialise_history(history: Mapping[str, LinkHistory]) -> str:
    """Write the history: one link a line, sorted by address, keys in one order."""
    lines = (
        json.dumps(to_json(history[url]), ensure_ascii=True, sort_keys=True)
        for url in sorted(history)
    )
    return "".join(f"{line}\n" for line in lines)


def _first_words(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]
