"""
What is remembered of links from run to run: `history/links.jsonl`. Pure.

Only links that fail or have failed lately are remembered, one a line, sorted by address; a failure
counts once in twelve hours. The file cannot be had again, so it is never overwritten by less: what
this version does not understand is written again as it is, and what another run or branch (a union
merge) has written is united with what this run has learnt.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pipeline.formats.jsonl import DamagedLine, parse_lines
from pipeline.records.base import to_json
from pipeline.records.links import LinkHistory

COUNTS_AGAIN_AFTER = timedelta(hours=12)
FORGOTTEN_AFTER = timedelta(days=180)
"""A link that no list holds any more leaves the history after so long."""
WELL_AFTER = timedelta(days=90)
"""A link that has been alive for so long since it last failed leaves the history."""
VERDICTS_KEPT = 8
_NOT_LOST: Mapping[str, object] = {"lost_since": None, "lost_runs": 0, "seconded_at": None}


def is_failing(past: LinkHistory) -> bool:
    """Say whether a link failed when it was last asked."""
    return past.last_verdict != "alive"


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
    seconded: bool = False
    """See `LinkHistory.seconded_at`."""


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

    `first_seen`: the first of two looks. Only one failure in `counts_again_after` counts.
    """
    if past is not None and not is_failing(past):
        anew = remember(None, url, failure, at, first_seen=first_seen)
        verdicts = (*past.last_verdicts, failure.verdict)[-VERDICTS_KEPT:]
        seen = last_alive_at or past.last_alive_at
        return anew.model_copy(
            update={**past.unknown, "last_verdicts": verdicts, "last_alive_at": seen}
        )
    counts = past is None or at - past.last_failed_at >= counts_again_after
    began = first_seen or at
    lost, known = (past.lost_runs, past.last_verdicts) if past else (0, ())
    return LinkHistory(
        url=url,
        last_verdict=failure.verdict,
        last_verdicts=(*(known if counts else known[:-1]), failure.verdict)[-VERDICTS_KEPT:],
        reason_code=failure.reason_code,
        status_code=failure.status_code,
        first_failed_at=past.first_failed_at if past else began,
        last_failed_at=at if counts or past is None else past.last_failed_at,
        consecutive_failures=(past.consecutive_failures if past else 0) + counts,
        absent_since=(past and past.absent_since) or (began if failure.absent else None),
        lost_since=(past and past.lost_since) or (began if failure.mortal else None),
        seconded_at=at if failure.seconded else past and past.seconded_at,
        lost_runs=lost + (failure.mortal and (counts or lost == 0)),
        last_alive_at=past.last_alive_at if past else last_alive_at,
        **(past.unknown if past else {}),
    )


def recovered(past: LinkHistory, at: datetime) -> LinkHistory:
    """Return what is remembered of a link that has failed, after a check at `at` found it alive."""
    if not is_failing(past):
        return past
    verdicts = (*past.last_verdicts, "alive")[-VERDICTS_KEPT:]
    found = {"last_verdict": "alive", "last_verdicts": verdicts, "last_alive_at": at}
    failures = {"consecutive_failures": 0, "absent_since": None, **_NOT_LOST}
    return past.model_copy(update={**found, **failures})


def excused(past: LinkHistory) -> LinkHistory:
    """Return what is remembered after the host has turned a robot away: it is not lost."""
    if past.lost_since is None:
        return past
    verdict = "failing" if past.absent_since is None else past.last_verdict
    return past.model_copy(update={"last_verdict": verdict, **_NOT_LOST})


def runs_lost(past: LinkHistory, at: datetime) -> int:
    """Return in how many checks the link has been lost, one more at `at` included."""
    counts = at - past.last_failed_at >= COUNTS_AGAIN_AFTER or past.lost_runs == 0
    return past.lost_runs + counts


def pruned(
    history: Mapping[str, LinkHistory], kept: Collection[str], now: datetime
) -> dict[str, LinkHistory]:
    """Return the history without what is well again, and what no list has any more, for long."""
    return {
        url: past
        for url, past in history.items()
        if now - _last_event(past) < _forgotten_after(past, listed=url in kept)
    }


def _forgotten_after(past: LinkHistory, *, listed: bool) -> timedelta:
    if not is_failing(past):
        return WELL_AFTER
    return timedelta.max if listed else FORGOTTEN_AFTER


def _last_event(past: LinkHistory) -> datetime:
    """Return when a link was last seen failing, or found alive again."""
    alive_again = None if is_failing(past) else past.last_alive_at
    return alive_again or past.last_failed_at


def without_future(history: Mapping[str, LinkHistory], now: datetime) -> dict[str, LinkHistory]:
    """Return the history without times after `now`, which a run with a wrong clock has written."""

    def late(past: LinkHistory) -> dict[str, datetime]:
        return {name: now for name in _TIMES if (getattr(past, name) or now) > now}

    return {url: past.model_copy(update=late(past)) for url, past in history.items()}


_TIMES = (
    *("first_failed_at", "last_failed_at", "absent_since", "lost_since"),
    *("seconded_at", "last_alive_at"),
)


def parse_history(text: str) -> tuple[dict[str, LinkHistory], list[str]]:
    """Return what `history/links.jsonl` holds, and a sentence for each line that is damaged."""
    history, damaged = _read(text)
    return history, [f"line {one.line} is damaged ({one.reason}); it is kept" for one in damaged]


def _read(text: str) -> tuple[dict[str, LinkHistory], list[DamagedLine]]:
    records, damaged = parse_lines(LinkHistory, text, keep_unknown=True)
    history: dict[str, LinkHistory] = {}
    for past in records:
        known = history.get(past.url)
        history[past.url] = past if known is None else merged(known, past)
    return history, damaged


def rewritten(
    text: str, before: Mapping[str, LinkHistory], after: Mapping[str, LinkHistory]
) -> str:
    """Return `text`, the file now, united with what a run has learnt (`after` of `before`)."""
    now, damaged = _read(text)
    history = dict(after)
    for url, theirs in now.items():
        if theirs != before.get(url):
            ours = after.get(url)
            learnt = ours is not None and ours != before.get(url)
            history[url] = merged(ours, theirs) if ours and learnt else theirs
    kept = dict.fromkeys(one.text for one in damaged)
    return serialise_history(history) + "".join(f"{line}\n" for line in kept)


def merged(one: LinkHistory, other: LinkHistory) -> LinkHistory:
    """Return what two branches remember of a link: in doubt alive, which the next check mends."""
    earlier, later = sorted(
        (one, other), key=lambda past: (_last_event(past), past.last_verdict, past.reason_code)
    )
    later = later.model_copy(update={**earlier.unknown, **later.unknown})
    if not is_failing(later):
        return later
    seen = max(filter(None, (one.last_alive_at, other.last_alive_at)), default=None)
    kept = [since for past in (one, other) if (since := _failed_after(past, seen)) is not None]
    return later.model_copy(
        update={
            "last_verdict": max(kept, key=_last_event, default=later).last_verdict,
            "first_failed_at": min((past.first_failed_at for past in kept), default=seen),
            "consecutive_failures": max((past.consecutive_failures for past in kept), default=1),
            "last_verdicts": max(
                one.last_verdicts, other.last_verdicts, key=lambda past: (len(past), past)
            ),
            "absent_since": _earliest(*(past.absent_since for past in kept)),
            "lost_since": _earliest(*(past.lost_since for past in kept)),
            "lost_runs": max((past.lost_runs for past in kept), default=0),
            "last_alive_at": seen,
        }
    )


def _failed_after(past: LinkHistory, seen: datetime | None) -> LinkHistory | None:
    """Return what is left of a memory where the link was `seen` alive; None where nothing is."""
    if not is_failing(past):
        return None
    if seen is None or past.first_failed_at > seen:
        return past
    if past.last_failed_at <= seen:
        return None
    lost = past.lost_since is not None
    return past.model_copy(
        update={
            "last_verdict": "failing",
            "first_failed_at": past.last_failed_at,
            "consecutive_failures": 1,
            "absent_since": None,
            "lost_since": past.last_failed_at if lost else None,
            "lost_runs": int(lost),
        }
    )


def _earliest(*times: datetime | None) -> datetime | None:
    return min(filter(None, times), default=None)


def serialise_history(history: Mapping[str, LinkHistory]) -> str:
    """Write the history: one link a line, sorted by address, keys in one order."""
    lines = (
        json.dumps(to_json(history[url]), ensure_ascii=True, sort_keys=True)
        for url in sorted(history)
    )
    return "".join(f"{line}\n" for line in lines)
